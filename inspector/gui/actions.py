"""The one table of what the window can do: menus, palette, shortcuts and the key sheet are made from it.

``where`` says when a key works: everywhere in the window, or only where no text is being written (single
letters and digits; text fields take them first). ``menu`` is where it stands in the menu bar, None for what
has only a key.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do. ``needs`` is "" (always), "target" (something is open) or "findings" (one is
    selected)."""

    id: str
    text: str
    keys: tuple[str, ...]
    menu: str | None
    help: str
    needs: str = "target"
    icon: str = ""
    separator: bool = False  # a line above it in its menu


_A = Action
ACTIONS: tuple[Action, ...] = (
    _A(
        "open-folder",
        "Open folder…",
        ("Ctrl+O",),
        "File",
        "Open a project folder to review it.",
        "",
        "folder",
    ),
    _A(
        "open-file",
        "Open file or review…",
        ("Ctrl+Shift+O",),
        "File",
        "Open one file, an archive or a review.",
        "",
    ),
    _A(
        "open-hub",
        "Open hub repository…",
        ("Ctrl+H",),
        "File",
        "Open a model, dataset or space by its id.",
        "",
        "hub",
    ),
    _A(
        "open-sample",
        "Open the sample project",
        (),
        "File",
        "Open a small project made for a first look.",
        "",
        "sample",
    ),
    _A(
        "recent",
        "Recent…",
        ("Ctrl+R",),
        "File",
        "Open one of the targets that were open before.",
        "",
        "recent",
    ),
    _A(
        "verify-record",
        "Verify a record…",
        ("Ctrl+Shift+V",),
        "File",
        "Check a signed record, and whether a folder holds the bytes it speaks of.",
        "",
        "sign",
    ),
    _A(
        "open-store",
        "Open a quarantine store…",
        (),
        "File",
        "Open a store of training rows that wait for people, in the Data tab.",
    ),
    _A(
        "close-target",
        "Close target",
        ("Ctrl+W",),
        "File",
        "Back to the welcome page; everything is saved.",
        separator=True,
    ),
    _A(
        "save-copy",
        "Save a copy of the review…",
        ("Ctrl+S",),
        "File",
        "Write the review file to another place. It is saved at every step anyway.",
    ),
    _A(
        "settings",
        "Settings…",
        ("Ctrl+,",),
        "File",
        "Theme, size and where things are kept.",
        "",
        "settings",
        separator=True,
    ),
    _A(
        "quit",
        "Quit",
        ("Ctrl+Q", "Alt+F4"),
        "File",
        "Close the window at once; everything is saved.",
        "",
        separator=True,
    ),
    _A("undo", "Undo", ("Ctrl+Z",), "Review", "Take back the last decision, note or answer.", icon="undo"),
    _A("redo", "Redo", ("Ctrl+Shift+Z", "Ctrl+Y"), "Review", "Do again what was undone.", icon="redo"),
    _A(
        "next-finding",
        "Next finding",
        ("J",),
        "Review",
        "Go to the next finding in the list.",
        separator=True,
    ),
    _A("previous-finding", "Previous finding", ("K",), "Review", "Go to the finding before."),
    _A("state-open", "Set open", ("1",), "Review", "Not decided yet.", "findings", separator=True),
    _A(
        "state-confirmed", "Set confirmed", ("2",), "Review", "It is so and has to be dealt with.", "findings"
    ),
    _A("state-fixed", "Set fixed", ("3",), "Review", "It was so and has been dealt with.", "findings"),
    _A(
        "state-accepted",
        "Accept the risk…",
        ("4",),
        "Review",
        "It is so and is borne until a date, for a reason.",
        "findings",
    ),
    _A(
        "state-false-positive",
        "Set false-positive…",
        ("5",),
        "Review",
        "It is not so, for a reason.",
        "findings",
    ),
    _A(
        "state-not-applicable",
        "Set not-applicable…",
        ("6",),
        "Review",
        "It does not matter here, for a reason.",
        "findings",
    ),
    _A(
        "adopt",
        "Adopt the proposal",
        ("A",),
        "Review",
        "Take over what is proposed for the selected findings or the question, as your own decision.",
    ),
    _A(
        "note",
        "Write a note…",
        ("N",),
        "Review",
        "Write a note on the selected finding.",
        "findings",
        "note",
        separator=True,
    ),
    _A(
        "mark",
        "Mark for presenting",
        ("M",),
        "Review",
        "Mark the finding to be shown in present mode.",
        "findings",
    ),
    _A(
        "evidence",
        "Show the evidence",
        ("E",),
        "Review",
        "Go to the source lines or bytes behind the finding.",
        "findings",
    ),
    _A(
        "explain",
        "What loading this would do",
        ("X",),
        "Review",
        "Explain the selected file. Nothing is run.",
        icon="explain",
    ),
    _A(
        "rescan",
        "Scan again",
        ("F5",),
        "Review",
        "Scan the target again; decisions stay.",
        icon="rescan",
        separator=True,
    ),
    _A(
        "cancel-scan", "Cancel the scan", ("Ctrl+.",), "Review", "Stop scanning at once; what was read stays."
    ),
    _A(
        "audit-online",
        "Audit packages online",
        (),
        "Review",
        "Scan again and ask the advisory service: package names and versions leave this machine.",
    ),
    _A(
        "look-up",
        "Look up on the hub",
        ("U",),
        "Review",
        "Ask the hub what the selected model or dataset is now, and what to pin.",
        icon="hub",
        separator=True,
    ),
    _A(
        "look-up-all",
        "Look up all on the hub…",
        ("Shift+U",),
        "Review",
        "Ask the hub about every repository that this target names; how many, you see first.",
    ),
    _A(
        "hub-changes",
        "What changed on the hub",
        (),
        "Review",
        "List the files that changed between the reviewed commit and the one named now.",
    ),
    _A("stop-look-up", "Stop asking the hub", (), "Review", "What was answered before stays."),
    _A(
        "compare",
        "Compare with another review…",
        (),
        "Review",
        "What is new, gone or changed between two reviews.",
        separator=True,
    ),
    _A(
        "take-proposals",
        "Take proposals from a file…",
        (),
        "Review",
        "Read what an earlier record, CycloneDX or SPDX says of this; nothing is decided by it.",
    ),
    _A(
        "sign",
        "Sign…",
        ("Ctrl+Shift+S",),
        "Review",
        "Decide on the whole target and sign the record.",
        icon="sign",
    ),
    _A("tab-graph", "Graph", ("Ctrl+1",), "View", "Show the provenance graph."),
    _A("tab-findings", "Findings", ("Ctrl+2",), "View", "Show the findings."),
    _A("tab-files", "Files", ("Ctrl+3",), "View", "Show the files."),
    _A("tab-dependencies", "Dependencies", ("Ctrl+4",), "View", "Show packages and manifests."),
    _A("tab-data", "Data", ("Ctrl+5",), "View", "Show datasets and data files."),
    _A("tab-checklist", "Checklist", ("Ctrl+6",), "View", "Show the questions of the review."),
    _A("tab-record", "Record", ("Ctrl+7",), "View", "Show what stands against approval, and sign."),
    _A(
        "view-story",
        "Story",
        ("G",),
        "View",
        "The worst findings and the ways that lead to them.",
        icon="story",
        separator=True,
    ),
    _A("view-focus", "Focus", ("Shift+G",), "View", "The neighbourhood of the selected node.", icon="focus"),
    _A("view-paths", "Paths", ("P",), "View", "Every shortest path to the selected node.", icon="paths"),
    _A("view-map", "Map", ("Shift+M",), "View", "Everything at once.", icon="map"),
    _A(
        "view-lineage",
        "Lineage",
        ("Shift+L",),
        "View",
        "Where the selected model comes from.",
        icon="lineage",
    ),
    _A(
        "export-graph", "Export this graph…", (), "View", "Write the graph as SVG, PNG or PDF.", icon="export"
    ),
    _A(
        "export-findings",
        "Export the findings…",
        (),
        "Review",
        "Write every finding with its decision as a CSV table.",
    ),
    _A("not-analysed", "What was not analysed", (), "View", "List what the scan could not analyse."),
    _A(
        "filter",
        "Filter",
        ("/", "Ctrl+F"),
        "View",
        "Go to the filter line of this tab.",
        icon="filter",
        separator=True,
    ),
    _A(
        "palette",
        "Search everything…",
        ("Ctrl+K",),
        "View",
        "Find a command, a node or a finding.",
        "",
        "search",
    ),
    _A("present", "Present", ("F11",), "View", "Big type, one finding after the other.", icon="present"),
    _A("larger", "Larger", ("Ctrl++", "Ctrl+="), "View", "Make everything larger.", "", separator=True),
    _A("smaller", "Smaller", ("Ctrl+-",), "View", "Make everything smaller.", ""),
    _A("normal-size", "Normal size", ("Ctrl+0",), "View", "Back to the normal size.", ""),
    _A(
        "theme-system",
        "Colours of the system",
        (),
        "View",
        "Follow the system: light, dark or high contrast.",
        "",
        separator=True,
    ),
    _A("theme-light", "Light", (), "View", "Light colours.", ""),
    _A("theme-dark", "Dark", (), "View", "Dark colours.", ""),
    _A("theme-contrast", "High contrast", (), "View", "High contrast.", ""),
    _A("help", "Help pages", ("F1",), "Help", "Guides, the words and every rule.", ""),
    _A(
        "rule-help",
        "Why this rule",
        ("H",),
        "Help",
        "Why the rule of the selected finding matters, and what to do.",
        "findings",
        "explain",
    ),
    _A("key-sheet", "Keys", ("?",), "Help", "All keys on one sheet.", "", "keys"),
    _A("about", "About", (), "Help", "Version, licences and where the libraries come from.", ""),
)
MENUS = ("File", "Review", "View", "Help")
TABS = ("Graph", "Findings", "Files", "Dependencies", "Data", "Checklist", "Record")
VIEWS = ("story", "focus", "paths", "map", "lineage")
STATES = {
    "state-open": "open",
    "state-confirmed": "confirmed",
    "state-fixed": "fixed",
    "state-accepted": "accepted",
    "state-false-positive": "false-positive",
    "state-not-applicable": "not-applicable",
}
