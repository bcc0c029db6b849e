"""``inspector review``: the review file without the window."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.cli.output import write_result
from inspector.provenance import State, UnreadableInput, plain

if TYPE_CHECKING:
    from inspector.review import Review

_MOST_ANSWERS = 4 * 1024 * 1024  # bytes of an answers file


def register(subparsers: Any) -> None:
    """Adds ``review`` with its commands; ``run`` of the parsed arguments gives the exit code."""
    review = subparsers.add_parser(
        "review",
        help="make, show and decide a review file",
        description="A review file holds a scan, what was decided of its findings, and the checklist.",
    )
    commands = review.add_subparsers(dest="review_command", metavar="COMMAND", required=True)
    _register_new(commands)
    _register_work(commands)
    _register_looks(commands)


def _register_new(commands: Any) -> None:
    new = commands.add_parser("new", help="scan TARGET into a new review file")
    new.add_argument("target", metavar="TARGET", help="folder, file, or hf://ORG/NAME[@REVISION]")
    new.add_argument("-o", "--out", required=True, metavar="FILE.review", help="the file to make")
    new.add_argument("--project", metavar="ID", help="the project's id in the record; else the target's name")
    new.add_argument("--exclude", action="append", default=[], metavar="GLOB", help="leave these paths out")
    new.add_argument("--offline", action="store_true", help="open no socket")
    new.add_argument("--no-audit", action="store_true", help="do not ask for vulnerabilities of packages")
    new.set_defaults(run=run_new)


def _register_work(commands: Any) -> None:
    decide = commands.add_parser("decide", help="set the state of findings")
    decide.add_argument("file", metavar="FILE.review")
    decide.add_argument("findings", nargs="+", metavar="FINDING", help="ids as `review show` lists them")
    words = ", ".join(state.value for state in State)
    decide.add_argument("--state", required=True, metavar="STATE", help=words)
    decide.add_argument("--because", default="", metavar="TEXT", help="the reason")
    decide.add_argument("--expires", metavar="DATE", help="the last day it holds, YYYY-MM-DD")
    decide.add_argument("--owner", default="", metavar="NAME", help="who answers for the accepted risk")
    decide.add_argument("--note", metavar="TEXT", help="a note on each of the findings")
    decide.set_defaults(run=run_decide)

    answer = commands.add_parser("answer", help="answer questions of the checklist")
    answer.add_argument("file", metavar="FILE.review")
    answer.add_argument("question", nargs="?", metavar="QUESTION", help="its id")
    answer.add_argument("answer", nargs="?", metavar="ANSWER", help="yes, no, partial, unknown or n/a")
    answer.add_argument("--note", metavar="TEXT")
    answer.add_argument("--evidence", action="append", default=[], metavar="FILE", help="copied and hashed")
    answer.add_argument(
        "--from", dest="answers", metavar="ANSWERS.json", help='{QUESTION: {"answer": …, "note": …}}'
    )
    answer.set_defaults(run=run_answer)

    for word, says in (("undo", "take the last step back"), ("redo", "do what was undone again")):
        command = commands.add_parser(word, help=says)
        command.add_argument("file", metavar="FILE.review")
        command.set_defaults(run=run_undo if word == "undo" else run_redo)


def _register_looks(commands: Any) -> None:
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


def run_new(arguments: argparse.Namespace) -> int:
    """Makes the file, scans, and stores the scan. A scan that fails leaves no file behind."""
    from inspector.review import Review
    from inspector.scan import ScanOptions, run_scan

    path = Path(arguments.out)
    exclude = [*arguments.exclude, *_own_files(path, arguments.target)]
    options = {"exclude": exclude, "offline": arguments.offline, "no_audit": arguments.no_audit}
    review = Review.create(path, _first_target(arguments.target), project=arguments.project, options=options)
    with review:
        try:
            scan = run_scan(
                ScanOptions(
                    target=arguments.target,
                    offline=arguments.offline,
                    audit=not arguments.no_audit,
                    exclude=tuple(exclude),
                )
            )
            review.take_scan(scan)
        except BaseException:
            # Nobody has worked in it yet, and the name must be free for the next try.
            review.close()
            path.unlink(missing_ok=True)
            raise
        counts = Counter(item["severity"] for item in scan.get("findings") or ())
        found = ", ".join(f"{counts[word]} {word}" for word in _SEVERITIES if counts[word]) or "none"
        not_analysed = len((scan.get("coverage") or {}).get("not_analysed") or ())
        _print(
            f"{plain(str(path))}: {len(scan.get('files') or ())} files, findings: {found}, "
            f"not analysed: {not_analysed}, record id {review.record_id}"
        )
    return 0


def run_show(arguments: argparse.Namespace) -> int:
    """Writes what stands in the review."""
    with _opened(arguments, read_only=True) as review:
        shown = shown_review(review)
    _write(arguments, shown, _show_text)
    return 0


def run_decide(arguments: argparse.Namespace) -> int:
    """Decides; UnreadableInput where a reason or an expiry is missing or a word or an id is unknown."""
    with _opened(arguments) as review:
        step = review.decide(
            arguments.findings,
            arguments.state,
            because=arguments.because,
            expires=arguments.expires,
            owner=arguments.owner,
            note=arguments.note,
        )
    _print(f"{step.text}.")
    return 0


def run_answer(arguments: argparse.Namespace) -> int:
    """Answers one question, or all of a file's, as one step."""
    if (arguments.answers is None) == (arguments.question is None) or (
        arguments.question is not None and arguments.answer is None
    ):
        raise UnreadableInput(
            "Either a question and its answer, or --from a file is needed.",
            "For example: inspector review answer FILE.review QUESTION yes --note TEXT",
        )
    if arguments.answers is not None:
        if arguments.note is not None or arguments.evidence:
            raise UnreadableInput("--note and --evidence belong to one question, not to --from.")
        answers = _read_answers(Path(arguments.answers))
    else:
        answer = {"answer": arguments.answer}
        answers = {
            arguments.question: answer if arguments.note is None else {**answer, "note": arguments.note}
        }
    with _opened(arguments) as review:
        step = review.answer_all(answers, evidence=[Path(name) for name in arguments.evidence])
    _print(f"{step.text}.")
    return 0


def run_undo(arguments: argparse.Namespace) -> int:
    """Takes the last step back."""
    with _opened(arguments) as review:
        step = review.undo()
    _print(f"{step.text}." if step else "There is nothing to undo.")
    return 0


def run_redo(arguments: argparse.Namespace) -> int:
    """Does what was undone last again."""
    with _opened(arguments) as review:
        step = review.redo()
    _print(f"{step.text}." if step else "There is nothing to do again.")
    return 0


def run_history(arguments: argparse.Namespace) -> int:
    """Writes every step in order."""
    with _opened(arguments, read_only=True) as review:
        steps = [dict(step) for step in review.history()]
    _write(arguments, {"schema": "provenance-inspector/history/1", "steps": steps}, _history_text)
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
        _say(f"note: the signature of {plain(name)} was not checked; `inspector verify` checks it.")
    found = {**compare(before.scan, scan, before.decisions), "moved": _moved(before.scan, scan)}
    _write(arguments, found, _compare_text)
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
        "blockers": review.blockers(),
        "run": {
            "root": target.get("root"),
            "made": review.made,
            "scan": (facts or {}).get("run"),
            "decided": {item.finding.id: item.decided_at for item in findings if item.decided_at},
            "answered": {item.id: item.answered_at for item in questions if item.answered_at},
        },
    }


_SEVERITIES = ("critical", "high", "medium", "low", "info")


def _opened(arguments: argparse.Namespace, *, read_only: bool = False) -> Review:
    from inspector.review import Review

    return Review.open(Path(arguments.file), read_only=read_only)


def _first_target(name: str) -> dict[str, Any]:
    """The target as far as it is known before the scan, which then says it exactly."""
    if name.startswith("hf://"):
        return {"kind": "hub", "name": name.removeprefix("hf://"), "revision": None, "root": None}
    path = Path(name).absolute()
    kind = "folder" if path.is_dir() else "file"
    return {"kind": kind, "name": path.resolve().name or str(path), "revision": None, "root": str(path)}


def _own_files(path: Path, target: str) -> list[str]:
    """The globs that leave the review file out, where it lies in the folder that is scanned.

    It changes with every decision, so it can be no part of what is signed.
    """
    if target.startswith("hf://"):
        return []
    try:
        inside = path.resolve().relative_to(Path(target).resolve()).as_posix()
    except ValueError:
        return []
    _say(
        f"warning: the review file lies in the folder under review and is left out: {plain(inside)}. "
        "Move it out before the gate looks at the folder."
    )
    literal = "".join(f"[{char}]" if char in "*?[" else char for char in inside)
    return [literal, f"{literal}-wal", f"{literal}-shm"]


def _read_answers(path: Path) -> Mapping[str, Any]:
    from inspector.review import attachments

    try:
        content = attachments.read(path).bytes
    except UnreadableInput as error:
        sentence = error.sentence.replace("evidence file", "file of answers")
        raise UnreadableInput(sentence, "Name a JSON file; nothing was changed.") from error
    try:
        if len(content) > _MOST_ANSWERS:
            raise ValueError("it is too large")
        answers = json.loads(content, object_pairs_hook=_no_key_twice)
        if not isinstance(answers, dict):
            raise ValueError("it is not an object")
    except RecursionError:
        raise UnreadableInput(f"{plain(str(path))} is not a file of answers: nested too deeply.") from None
    except ValueError as error:
        raise UnreadableInput(
            f"{plain(str(path))} is not a file of answers: {plain(str(error), 120)}.",
            'It reads {QUESTION: {"answer": "yes", "note": "…"}, …} in JSON.',
        ) from error
    return answers


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object as it is written; ValueError where two answers to one question stand in it."""
    found = dict(pairs)
    if len(found) != len(pairs):
        double = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise ValueError(f"{double} stands in it twice")
    return found


def _show_text(shown: Mapping[str, Any]) -> list[str]:
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
    lines += ["", f"Questions ({len(shown['questions'])})"]
    for question in shown["questions"]:
        required = " (required)" if question["required"] else ""
        lines.append(f"  {question['id']}{required}: {question['answer'] or 'no answer'}")
        lines.append(f"      {question['text']}")
        if question["note"]:
            lines.append(f"      note: {plain(question['note'], 300)}")
    lines += ["", "Against an approval:" if shown["blockers"] else "Nothing stands against an approval."]
    return lines + [f"  {sentence}" for sentence in shown["blockers"]]


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


def _write(arguments: argparse.Namespace, shown: Mapping[str, Any], as_lines: Any) -> None:
    if arguments.format == "json":
        # Escaped to ASCII: bidi characters of the target cannot act, broken names can be written.
        text = json.dumps(shown, indent=2, sort_keys=True)
    else:
        text = "\n".join(as_lines(shown))
    write_result((text + "\n").encode("utf-8", "backslashreplace"), arguments.out)


def _print(line: str) -> None:
    write_result((line + "\n").encode("utf-8", "backslashreplace"), None)


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
