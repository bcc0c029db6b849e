"""What each action of the table does. One method per action: ``open-folder`` is ``open_folder``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QFileDialog

from inspector import resources
from inspector.gui.actions import ACTIONS, STATES, TABS
from inspector.gui.palette import Entry, Palette
from inspector.gui.session import Phase
from inspector.gui.settings import SCALES
from inspector.gui.texts import shown, tr
from inspector.provenance import InspectorError, State

if TYPE_CHECKING:
    from inspector.gui.hub_actions import HubActions
    from inspector.gui.main_window import MainWindow


class Commands:
    """Holds no state of its own; everything is asked of the window."""

    def __init__(self, window: MainWindow) -> None:
        self.window = window

    def handler(self, action: str) -> Callable[[], None]:
        """The function that carries out ``action``; every row of the table has one."""
        if action in STATES:
            state = State(STATES[action])
            return lambda *_: self.window.deciding.decide(state)
        if action.startswith("tab-"):
            name = next(tab for tab in TABS if tab.lower() == action.removeprefix("tab-"))
            return lambda *_: self.window.show_tab(name)
        if action.startswith("view-"):
            view = action.removeprefix("view-")
            return lambda *_: self.show_view(view)
        if action.startswith("theme-"):
            theme = action.removeprefix("theme-")
            return lambda *_: self._theme(theme)
        method = getattr(self, action.replace("-", "_"))
        return lambda *_: method()

    # --- opening -------------------------------------------------------------------------------------

    def open_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self.window, tr("Open folder"), self._folder())
        if name:
            self.window.open(name)

    def open_file(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self.window, tr("Open file or review"), self._folder())
        if name:
            self.window.open(name)

    def _folder(self) -> str:
        """Where the last target lies, else the home folder: the work is rarely where the program started."""
        for target in self.window.settings.recent():
            above = Path(target).parent
            if not target.startswith("hf://") and above.is_dir() and target != str(resources.path("sample")):
                return str(above)
        return str(Path.home())

    def open_hub(self) -> None:
        from inspector.gui.hub_dialog import HubDialog

        dialog = HubDialog(self.window, self.window.settings.recent(), self.window.backend)

        def accepted() -> None:
            dialog.hand_over_token()
            self.window.open(dialog.target())

        dialog.accepted.connect(accepted)
        dialog.finished.connect(dialog.deleteLater)
        self._open(dialog)

    def open_store(self) -> None:
        self.window.show_tab("Data")
        self.window.data.show_part("quarantine")
        self.window.data.quarantine.ask_for_store()

    def open_sample(self) -> None:
        self.window.open(str(resources.path("sample")))

    def recent(self) -> None:
        entries = [
            Entry(target, "", 0, lambda target=target: self.window.open(target))
            for target in self.window.settings.recent()
        ]
        self._palette(entries, tr("Recent"))

    def close_target(self) -> None:
        self.window.show_welcome()

    def save_copy(self) -> None:
        session = self.window.session
        if session is None or session.review is None:
            return
        start = str(Path.home() / f"{Path(session.review.path).stem}.review")
        name, _ = QFileDialog.getSaveFileName(self.window, tr("Save a copy"), start, tr("Reviews (*.review)"))
        if name:
            session.save_copy(Path(name))

    def quit(self) -> None:
        self.window.close()

    # --- the review ----------------------------------------------------------------------------------

    def undo(self) -> None:
        if self.window.session is not None:
            self.window.session.undo()

    def redo(self) -> None:
        if self.window.session is not None:
            self.window.session.redo()

    def next_finding(self) -> None:
        self.window.findings.step(1)

    def previous_finding(self) -> None:
        self.window.findings.step(-1)

    def note(self) -> None:
        self.window.deciding.note()

    def mark(self) -> None:
        self.window.deciding.mark()

    def adopt(self) -> None:
        session = self.window.session
        if self.window.tab_name() == "Checklist":
            self.window.checklist.adopt()
        elif self.window.tab_name() == "Data" and session is not None:  # there the key approves rows
            session.refused.emit(tr("Go to the finding first: in the Data tab nothing is adopted by a key."))
        else:
            self.window.deciding.adopt()

    def evidence(self) -> None:
        self.window.pane.show_evidence()

    def explain(self) -> None:
        self.window.pane.evidence.ask_explanation()

    def rescan(self) -> None:
        self._scan(audit=False)

    def audit_online(self) -> None:
        self._scan(audit=True)

    def _scan(self, *, audit: bool) -> None:
        session = self.window.session
        if session is not None and session.phase is Phase.READY:
            session.rescan(audit=audit)

    def cancel_scan(self) -> None:
        if self.window.session is not None:
            self.window.session.cancel()

    def look_up(self) -> None:
        self._asking().look_up()

    def look_up_all(self) -> None:
        self._asking().look_up_all()

    def hub_changes(self) -> None:
        self._asking().changes()

    def stop_look_up(self) -> None:
        self._asking().stop()

    def _asking(self) -> HubActions:
        from inspector.gui.hub_actions import HubActions

        return HubActions(self.window)

    def compare(self) -> None:
        from inspector.gui.compare_dialog import CompareDialog

        session = self.window.session
        if session is None or session.review is None:
            return
        name, _ = QFileDialog.getOpenFileName(
            self.window, tr("Compare with"), "", tr("Reviews and records (*.review *.json);;All files (*)")
        )
        if name:
            self._open(CompareDialog(self.window, Path(name), Path(session.review.path)))

    def take_proposals(self) -> None:
        from inspector.gui.proposals_dialog import ProposalsDialog

        session = self.window.session
        if session is None or session.review is None:
            return
        if session.review.read_only:
            self.window.tell(tr("This review can only be read: its file or folder may not be written to."))
            return
        known = tr("Records, CycloneDX, SPDX (*.json *.zip *.spdx *.cdx);;All files (*)")
        name, _ = QFileDialog.getOpenFileName(self.window, tr("Take proposals from a file"), "", known)
        if name:
            self._open(ProposalsDialog(self.window, session, Path(name)))

    def verify_record(self, record: str = "") -> None:
        from inspector.gui.verify_dialog import VerifyDialog

        session = self.window.session
        root = str(session.root) if session is not None and session.root is not None else ""
        signed = self.window.record.sheet.package  # what one wants to see after signing
        self._open(VerifyDialog(self.window, record or str(signed or ""), root))

    def sign(self) -> None:
        self.window.show_tab("Record")
        self.window.record.sheet.decision.setFocus()

    # --- looking -------------------------------------------------------------------------------------

    def show_view(self, view: str) -> None:
        """Shows one of the five views; from another tab this comes back to the graph."""
        self.window.show_tab("Graph")
        self.window.graph.show_view(view)
        if self.window.graph.panel is not None:
            self.window.graph.panel.setFocus()

    def export_graph(self) -> None:
        name, chosen = QFileDialog.getSaveFileName(
            self.window, tr("Export this graph"), "graph.svg", "SVG (*.svg);;PNG (*.png);;PDF (*.pdf)"
        )
        if not name:
            return
        form = Path(name).suffix.lstrip(".").lower() or chosen.split(" ")[0].lower()
        if form not in ("svg", "png", "pdf"):
            self.window.tell(tr("A graph is written as SVG, PNG or PDF."))
            return
        path = Path(name) if Path(name).suffix else Path(f"{name}.{form}")
        try:
            self.window.graph.panel.export(path, form)
        except (InspectorError, OSError) as error:
            self.window.tell(shown(error))
            return
        self.window.strip.say(tr("Written: {0}").format(shown(str(path))))

    def export_findings(self) -> None:
        session = self.window.session
        if session is None or session.review is None:
            return
        name, _ = QFileDialog.getSaveFileName(
            self.window, tr("Export the findings"), "findings.csv", tr("Tables (*.csv)")
        )
        if name:
            self._write_findings(
                Path(session.review.path), Path(name if Path(name).suffix else f"{name}.csv")
            )

    def _write_findings(self, review: Path, to: Path) -> None:
        """Has the command of that name write the table: what it says, the window says."""
        from inspector.gui.child import Child, inspector_command, message_of

        if to.exists() and to.samefile(review):
            self.window.tell(tr("This is the review itself. Choose another name."))
            return

        def written(code: int | None, _out: bytes, err: str) -> None:
            if code == 0:
                self.window.strip.say(tr("Written: {0}").format(shown(str(to))))
            else:
                self.window.tell(shown(message_of(err) or tr("The table was not written."), 600))

        command = inspector_command("export", str(review), "--format", "csv", "-o", str(to))
        Child(self.window, command, written)

    def not_analysed(self) -> None:
        self.window.show_tab("Files")
        self.window.files.show_gaps()

    def filter(self) -> None:
        page = self.window.tabs.currentWidget()
        focus = getattr(page, "focus_filter", None)
        if focus is not None:
            focus()
        else:
            self.window.inventory.filter.setFocus()

    def palette(self) -> None:
        self._palette(self._everything(), tr("Search everything"))

    def _palette(self, entries: list[Entry], title: str) -> None:
        for shown_now in self.window.findChildren(Palette):
            shown_now.close()
        Palette(self.window.centralWidget(), entries, title).open()

    def _everything(self) -> list[Entry]:
        window = self.window
        entries = [
            Entry(
                tr(row.text).rstrip("… "),
                "  ".join(row.keys),
                0,
                lambda key=row.id: window.run(key),
                (lambda icon=row.icon: window.look.icon(icon)) if row.icon else None,
            )
            for row in ACTIONS
            if window.actions_by_id[row.id].isEnabled()
        ]
        session = window.session
        if session is None:
            return entries
        facts = session.facts
        for node in facts.nodes.values():
            kind = node.kind.value
            entries.append(
                Entry(
                    node.name,
                    kind,
                    1,
                    lambda key=node.id: window.selection.select_node(key),
                    lambda kind=kind: window.look.kind_icon(kind),
                )
            )
        for item in facts.findings.values():
            found = item.finding
            entries.append(
                Entry(
                    found.title,
                    f"{found.severity.value} · {facts.node_name(found.node)}",
                    2,
                    lambda found=found: window.selection.select_finding(found.id, found.node),
                    lambda word=found.severity.value: window.look.severity_icon(word),
                )
            )
        return entries

    def present(self) -> None:
        from inspector.gui.present import Present

        if self.window.session is not None:
            Present(self.window).begin()

    def larger(self) -> None:
        self._scale(1)

    def smaller(self) -> None:
        self._scale(-1)

    def normal_size(self) -> None:
        self.window.settings.put("scale", 1.0)
        self.window.dress()

    def _scale(self, by: int) -> None:
        now = min(range(len(SCALES)), key=lambda n: abs(SCALES[n] - self.window.settings.scale))
        self.window.settings.put("scale", SCALES[min(max(now + by, 0), len(SCALES) - 1)])
        self.window.dress()

    def _theme(self, theme: str) -> None:
        self.window.settings.put("theme", theme)
        self.window.dress()

    def settings(self) -> None:
        from inspector.gui.settings_dialog import SettingsDialog

        self._open(SettingsDialog(self.window))

    def key_sheet(self) -> None:
        from inspector.gui.key_sheet import KeySheet

        self._open(KeySheet(self.window, self.window.look))

    def help(self, key: str = "") -> None:
        from inspector.gui.help_dialog import HelpDialog

        self._open(HelpDialog(self.window, key))

    def rule_help(self) -> None:
        session = self.window.session
        chosen = session.facts.findings.get(self.window.selection.finding) if session is not None else None
        if chosen is None:
            self.window.strip.say(tr("Select a finding first."))
        else:
            self.help(f"rule:{chosen.finding.rule}")

    def _open(self, dialog: QDialog) -> None:
        """Opens a dialog; the keyboard comes back to the window, also where no window manager sees to it."""
        dialog.finished.connect(self.window.activateWindow)
        dialog.open()

    def about(self) -> None:
        from inspector import __version__

        self.window.tell(
            tr(
                "Provenance Inspector {0}\n\n"
                "Apache License 2.0. The window uses Qt for Python (PySide6), under the LGPL version 3, "
                "as separate libraries that you may replace with your own build.\n\n"
                "Reviews are kept in {1}."
            ).format(__version__, _reviews_folder())
        )


def _reviews_folder() -> str:
    from inspector import places

    return shown(str(places.reviews()))
