"""``inspector review show``, ``history`` and ``compare``: what stands in a review, as text and as JSON."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.cli.output import write_result
from inspector.provenance import plain

if TYPE_CHECKING:
    from inspector.review import Review


def register(commands: Any) -> None:
    """Adds the three commands to those of ``review``."""
    show = commands.add_parser("show", help="list findings, decisions and answers")
    show.add_argument("file", metavar="FILE.review")
    show.set_defaults(run=run_show)
    history = commands.add_parser("history", help="list every step")
    history.add_argument("file", metavar="FILE.review")
    history.set_defaults(run=run_history)
    compare = commands.add_parser(
        "compare",
        help="what changed from A to B",
        description="A and B are review files or record packages; B may also be a folder, which is then "
        "scanned without a network. Signatures of records are not checked here: `inspector verify` does.",
    )
    compare.add_argument("before", metavar="A")
    compare.add_argument("after", metavar="B")
    compare.set_defaults(run=run_compare)
    for command in (show, history, compare):
        command.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
        command.add_argument("-o", "--out", metavar="FILE", help="write the result here")


def run_show(arguments: argparse.Namespace) -> int:
    """Writes what stands in the review."""
    with opened(arguments, read_only=True) as review:
        shown = shown_review(review)
    write_shown(arguments, shown, _show_text)
    return 0


def run_history(arguments: argparse.Namespace) -> int:
    """Writes every step in order."""
    with opened(arguments, read_only=True) as review:
        steps = [dict(step) for step in review.history()]
    write_shown(arguments, {"schema": "provenance-inspector/history/1", "steps": steps}, _history_text)
    return 0


def run_compare(arguments: argparse.Namespace) -> int:
    """Writes what changed. A folder as B is scanned with the options of A, and without a network."""
    from inspector.review import comparable
    from inspector.review.compare import compare

    before = comparable.read(Path(arguments.before))
    after = Path(arguments.after)
    unsigned = [name for name in (arguments.before, arguments.after) if comparable.is_record(Path(name))]
    if after.is_dir() and not comparable.is_record(after):
        from inspector.scan import ScanOptions, run_scan

        exclude = tuple(before.options.get("exclude") or ())
        scan: Mapping[str, Any] = run_scan(
            ScanOptions(target=str(after), offline=True, audit=False, exclude=exclude)
        )
    else:
        scan = comparable.read(after).scan
    for name in unsigned:
        say(f"note: the signature of {plain(name)} was not checked; `inspector verify` checks it.")
    found = {**compare(before.scan, scan, before.decisions), "moved": _moved(before.scan, scan)}
    write_shown(arguments, found, _compare_text)
    return 0


def _moved(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any] | None:
    """What moved in the hub repository that both speak of; None where they do not speak of one."""
    kinds = [str((scan.get("target") or {}).get("kind") or "") for scan in (before, after)]
    if not all(kind.startswith("hub-") for kind in kinds):
        return None  # nothing of the hub's readers is imported for a folder
    from inspector.sources.hub.moved import moved_between

    found = moved_between(before, after)
    if found is None:
        return None
    return {
        "sentence": found.sentence,
        "new_pickles": list(found.new_pickles),
        "recreated": found.recreated,
        "renamed": found.renamed,
        "unknown": list(found.unknown),
    }


def shown_review(review: Review) -> dict[str, Any]:
    """What ``show --format json`` writes. Times and paths of the machine stand under ``run`` alone."""
    target = review.target
    findings = review.findings()
    questions = review.questions()
    facts = review.scan_facts()
    return {
        "schema": "provenance-inspector/review/1",
        "recordId": review.record_id,
        "project": review.project,
        "target": {name: value for name, value in target.items() if name != "root"},
        "options": review.options,
        "checklist": {
            "id": review.checklist.id,
            "version": review.checklist.version,
            "sha256": review.checklist.digest,
        },
        "scanned": facts is not None,
        "findings": [
            {
                "id": item.finding.id,
                "rule": item.finding.rule,
                "severity": item.finding.severity.value,
                "state": item.state.value,
                "because": item.because,
                "expires": item.expires,
                "title": item.finding.title,
                "node": item.finding.node,
                "owner": item.owner,
                "note": item.note,
                "ask_again": item.ask_again,
                "marked": item.marked,
            }
            for item in findings
        ],
        "questions": [
            {name: value for name, value in asdict(question).items() if name not in ("answered_at", "rules")}
            for question in questions
        ],
        "imports": [
            {
                "origin": {**asdict(one.origin), "words": one.origin.words},
                "counts": dict(one.counts or {}),
                "at": one.at,
            }
            for one in review.imports()
        ],
        "proposals": [
            {**proposal.as_json(), "from": origin.sha256, "origin": origin.words}
            for _, offered in sorted(review.proposed().items())
            for origin, proposal in offered
        ],
        "blockers": review.blockers(),
        "run": {
            "root": target.get("root"),
            "made": review.made,
            "scan": (facts or {}).get("run"),
            "decided": {item.finding.id: item.decided_at for item in findings if item.decided_at},
            "answered": {item.id: item.answered_at for item in questions if item.answered_at},
        },
    }


def opened(arguments: argparse.Namespace, *, read_only: bool = False) -> Review:
    from inspector.review import Review

    return Review.open(Path(arguments.file), read_only=read_only)


def _show_text(shown: Mapping[str, Any]) -> list[str]:
    offered: dict[tuple[str, str], list[str]] = {}
    for one in shown["proposals"]:
        line = f"proposed: {proposal_words(one)}, by {plain(one['origin'], 200)}"
        offered.setdefault((one["about"], one["key"]), []).append(line)
    lines = [
        f"{plain(str(shown['project']))}: {plain(str(shown['target'].get('name')))}",
        f"record {shown['recordId']}",
        "",
        f"Findings ({len(shown['findings'])})",
    ]
    for item in shown["findings"]:
        state = f"{item['state']}, decide again" if item["ask_again"] else item["state"]
        until = f" until {item['expires']}" if item["expires"] else ""
        what = f"{plain(item['title'], 160)}: {plain(item['node'], 200)}"
        lines.append(f"  {plain(item['id'])}  {item['severity']:<8}  {state}{until}  {what}")
        if item["because"]:
            lines.append(f"      because: {plain(item['because'], 300)}")
        if item["note"]:
            lines.append(f"      note: {plain(item['note'], 300)}")
        lines += [f"      {line}" for line in offered.get(("finding", item["id"]), ())]
    lines += ["", f"Questions ({len(shown['questions'])})"]
    for question in shown["questions"]:
        required = " (required)" if question["required"] else ""
        lines.append(f"  {question['id']}{required}: {question['answer'] or 'no answer'}")
        lines.append(f"      {question['text']}")
        if question["note"]:
            lines.append(f"      note: {plain(question['note'], 300)}")
        lines += [f"      {line}" for line in offered.get(("question", question["id"]), ())]
    said_of = [(key, rows) for (about, key), rows in offered.items() if about == "node"]
    if said_of:
        lines += ["", f"Said of components ({len(said_of)})"]
        lines += [f"  {plain(key, 200)}: {line}" for key, rows in said_of for line in rows]
    lines += ["", "Against an approval:" if shown["blockers"] else "Nothing stands against an approval."]
    return lines + [f"  {sentence}" for sentence in shown["blockers"]]


def proposal_words(one: Mapping[str, Any]) -> str:
    """What one proposal says, in one line: licence and supplier of a component, else the state or the answer,
    until when, and why."""
    if one["about"] == "node":
        said = (("licence", ", ".join(one.get("licences") or ())), ("supplier", one.get("supplier") or ""))
        return "; ".join(f"{name} {plain(text, 160)}" for name, text in said if text)
    until = f" until {plain(one['expires'], 20)}" if one.get("expires") else ""
    why = f" ({plain(one['text'], 200)})" if one.get("text") else ""
    return f"{plain(one['word'], 30)}{until}{why}"


def _history_text(shown: Mapping[str, Any]) -> list[str]:
    return [
        f"{step['number']:>5}  {step['at']}  {plain(step['what'])}{' (undone)' if step['undone'] else ''}"
        for step in shown["steps"]
    ] or ["Nothing was done yet."]


def _compare_text(shown: Mapping[str, Any]) -> list[str]:
    moved = shown["moved"] or {}
    lines = [plain(moved["sentence"])] if moved.get("sentence") else []
    for part in ("files", "nodes", "findings", "decisions"):
        counts = ", ".join(f"{len(items)} {name.replace('_', ' ')}" for name, items in shown[part].items())
        lines.append(f"{part}: not compared" if part in shown["not_compared"] else f"{part}: {counts}")
        for name, items in shown[part].items():
            if part in ("findings", "decisions") and name == "carried":
                continue
            for item in items:
                title = (shown["details"].get(item) or {}).get("title")
                lines.append(
                    f"  {name.replace('_', ' ')}: {plain(item)}{f'  {plain(title, 120)}' if title else ''}"
                )
    return lines


def write_shown(arguments: argparse.Namespace, shown: Mapping[str, Any], as_lines: Any) -> None:
    if arguments.format == "json":
        # Escaped to ASCII: bidi characters of the target cannot act, broken names can be written.
        text = json.dumps(shown, indent=2, sort_keys=True)
    else:
        text = "\n".join(as_lines(shown))
    write_result((text + "\n").encode("utf-8", "backslashreplace"), arguments.out)


def print_line(line: str) -> None:
    write_result((line + "\n").encode("utf-8", "backslashreplace"), None)


def say(line: str) -> None:
    sys.stderr.write(line + "\n")
