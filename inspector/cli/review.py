"""``inspector review``: the review file without the window. What changes it stands here; what shows it, in
``review_shows``; what others say of it, in ``review_imports``."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from inspector.cli import review_imports, review_shows
from inspector.cli.review_shows import opened, print_line, say
from inspector.provenance import State, UnreadableInput, plain

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
    review_imports.register(commands)
    review_shows.register(commands)


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


def run_new(arguments: argparse.Namespace) -> int:
    """Makes the file, scans, and stores the scan. A scan that fails leaves no file behind."""
    from inspector.review import Review
    from inspector.scan import ScanOptions, run_scan

    path = Path(arguments.out)
    own = _own_files(path, arguments.target)
    exclude = [*arguments.exclude, *own]
    options = {"exclude": exclude, "offline": arguments.offline, "no_audit": arguments.no_audit}
    review = Review.create(path, _first_target(arguments.target), project=arguments.project, options=options)
    if own:
        say(
            f"warning: the review file lies in the folder under review and is left out: {plain(str(path))}. "
            "Move it out before the gate looks at the folder."
        )
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
        files = len(scan.get("files") or ())
        not_analysed = len((scan.get("coverage") or {}).get("not_analysed") or ())
        print_line(
            f"{plain(str(path))}: {files} file{'' if files == 1 else 's'}, findings: {found}, "
            f"not analysed: {not_analysed}, record id {review.record_id}"
        )
    return 0


def run_decide(arguments: argparse.Namespace) -> int:
    """Decides; UnreadableInput where a reason or an expiry is missing or a word or an id is unknown."""
    with opened(arguments) as review:
        step = review.decide(
            arguments.findings,
            arguments.state,
            because=arguments.because,
            expires=arguments.expires,
            owner=arguments.owner,
            note=arguments.note,
        )
    print_line(f"{step.text}.")
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
            raise UnreadableInput(
                "--note and --evidence belong to one question, not to --from.",
                "Answer that question by itself, or write its note into the file.",
            )
        answers = _read_answers(Path(arguments.answers))
    else:
        answer = {"answer": arguments.answer}
        answers = {
            arguments.question: answer if arguments.note is None else {**answer, "note": arguments.note}
        }
    with opened(arguments) as review:
        step = review.answer_all(answers, evidence=[Path(name) for name in arguments.evidence])
    print_line(f"{step.text}.")
    return 0


def run_undo(arguments: argparse.Namespace) -> int:
    """Takes the last step back."""
    with opened(arguments) as review:
        step = review.undo()
    print_line(f"{step.text}." if step else "There is nothing to undo.")
    return 0


def run_redo(arguments: argparse.Namespace) -> int:
    """Does what was undone last again."""
    with opened(arguments) as review:
        step = review.redo()
    print_line(f"{step.text}." if step else "There is nothing to do again.")
    return 0


_SEVERITIES = ("critical", "high", "medium", "low", "info")


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
