"""``inspector lookup``: what the hub's names in a project mean now, and what to pin.

To call it is to ask: of a folder, nothing else goes to the hub.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.cli.hub_options import Countdown, add_hub_options, patience, token_given
from inspector.cli.output import write_result, write_stdout
from inspector.cli.scan import json_bytes
from inspector.provenance import InspectorError, UnreadableInput, plain
from inspector.sources.hubid import HubId, is_commit, is_hub_target, parse_hub_target
from inspector.sources.hubnames import NamesFound, names_found

if TYPE_CHECKING:
    from inspector.sources.hub.answer import Waiting
    from inspector.sources.hub.lookup import LookedUp, LookUp
    from inspector.sources.hub.moved import Moved

SCHEMA = "provenance-inspector/lookup/1"
MOST_PATHS = 500  # of each list of changed files; the numbers are those of all
_EXIT_INCOMPLETE = 3


def register(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "lookup",
        help="ask the hub what names in a project mean now, and what to pin",
        description="Asks the hub about every repository that TARGET names: which commit the name means now, "
        "the line to paste to pin it, and whether it was renamed, removed or gated. A folder is scanned "
        "first, without a network. No file of a repository is downloaded.",
        epilog="Exit codes: 0 every name was answered with a commit, 2 TARGET cannot be read, 3 a name was "
        "not answered: missing, private, or the hub gave no answer.",
    )
    parser.add_argument(
        "targets",
        nargs="+",
        metavar="TARGET",
        help="a folder, a file, FILE.review, or any number of hf://ORG/NAME[@REVISION]",
    )
    parser.add_argument(
        "--ref",
        action="append",
        default=[],
        metavar="NAME",
        help="of the names found, only this repository; may be given several times",
    )
    parser.add_argument("--refs", action="store_true", help="list branches and tags with their commits")
    parser.add_argument(
        "--discussions",
        action="store_true",
        help="list what people write about it at the hub, titles that warn of it first",
    )
    parser.add_argument(
        "--since",
        metavar="COMMIT",
        help="list the files that changed since COMMIT, by their digests (one hf:// target)",
    )
    parser.add_argument("--format", choices=("text", "json", "jsonl"), default="text", help="default: text")
    parser.add_argument("-o", "--out", metavar="FILE", help="write the result here")
    parser.add_argument("--offline", action="store_true", help="open no socket; answer from what was saved")
    add_hub_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Looks up and writes; gives the exit code of the contract."""
    _check(arguments)
    found = _chosen(_names(arguments.targets), arguments.ref)
    if not found.names:
        _say("No name of a hub repository was found.")
    telling = _Telling(arguments.format == "jsonl" and arguments.out in (None, "-"))
    work = _work(arguments, telling)
    telling.host = work.host
    rows = []
    telling.asking(0, len(found.names))
    for done, row in enumerate(_answers(arguments, work, found), 1):
        rows.append(row)
        telling.answer(row, done, len(found.names))
    rows.sort(key=lambda row: (row["name"].lower(), row["kind"], row["revision"] or ""))
    missing = [row["problem"] or row["sentence"] for row in rows if row["problem"] or not row["commit"]]
    result = {
        "schema": SCHEMA,
        "host": plain(work.host, 300),
        "answers": rows,
        "unnamed": list(found.unnamed),
        "incomplete": list(dict.fromkeys(missing)),
        "run": {"asked": _now()},
    }
    telling.end(arguments, result)
    for sentence in result["incomplete"]:
        _say(sentence)
    return _EXIT_INCOMPLETE if missing else 0


def _check(arguments: argparse.Namespace) -> None:
    hub = [is_hub_target(target) for target in arguments.targets]
    if len(hub) > 1 and not all(hub):
        raise UnreadableInput(
            "Several targets can only be hf:// names.", "Look one folder or review up at a time."
        )
    if arguments.since is not None and (len(hub) > 1 or not hub[0] or not is_commit(arguments.since)):
        raise UnreadableInput(
            "--since takes a commit of 40 hex digits and one hf:// target.",
            "Write: inspector lookup hf://ORG/NAME --since COMMIT",
        )


def _names(targets: list[str]) -> NamesFound:
    """What TARGET names: itself, or what a scan found in it."""
    if is_hub_target(targets[0]):
        return NamesFound({parse_hub_target(target): () for target in targets})
    path = Path(targets[0])
    scan: Mapping[str, Any] | None
    if path.suffix == ".review" and path.is_file():
        from inspector.review import Review

        with Review.open(path, read_only=True) as review:
            scan = review.scan()
        if scan is None:
            raise UnreadableInput(f"The review {plain(str(path))} has no finished scan.", "Scan it first.")
    else:
        from inspector.scan import ScanOptions, run_scan

        scan = run_scan(ScanOptions(target=targets[0], offline=True, audit=False))
    return names_found(scan.get("references") or (), scan.get("nodes") or ())


def _chosen(found: NamesFound, wanted: list[str]) -> NamesFound:
    if not wanted:
        return found
    names = {one.name.lower() for one in found.names}
    for name in wanted:
        if name.lower() not in names:
            raise UnreadableInput(
                f"{plain(name, 200)} is not named there.", "`inspector lookup TARGET` lists what is."
            )
    kept = {name.lower() for name in wanted}
    return NamesFound({one: at for one, at in found.names.items() if one.name.lower() in kept})


def _work(arguments: argparse.Namespace, telling: _Telling) -> LookUp:
    from inspector.sources.hub.lookup import LookUp

    return LookUp(
        offline=arguments.offline,
        tokens=token_given(arguments),
        use_hub_token=arguments.use_hub_token,
        on_wait=telling.waiting,
        patience=patience(arguments),
    )


def _answers(arguments: argparse.Namespace, work: LookUp, found: NamesFound) -> Iterator[dict[str, Any]]:
    with contextlib.closing(work.run(found.names)) as answers:
        for answer in answers:
            row = _row(answer, found.names.get(answer.asked, ()))
            if arguments.refs:
                _add_refs(row, work, answer.asked)
            if arguments.discussions:
                _add_discussions(row, work, answer.asked)
            if arguments.since is not None:
                _add_since(row, work, answer, arguments.since)
            yield row


def _row(found: LookedUp, places: tuple[str, ...]) -> dict[str, Any]:
    asked = found.asked
    return {
        "kind": asked.kind,
        "name": plain(asked.name, 300),
        "revision": asked.revision,
        "commit": found.commit,
        "paste": found.pin,
        "moved_to": plain(found.moved_to, 300) if found.moved_to is not None else None,
        "gated": found.gated,
        "disabled": found.disabled,
        "modified": plain(found.modified, 60) if found.modified is not None else None,
        "answer": found.answer,
        "saved": found.saved,
        "sentence": found.sentence,
        "problem": found.problem or None,
        "places": [plain(place, 400) for place in places],
        "refs": None,
        "discussions": None,
        "since": None,
    }


def _add_refs(row: dict[str, Any], work: LookUp, asked: HubId) -> None:
    if row["problem"]:
        return
    try:
        found, saved = work.refs(asked)
    except InspectorError as error:
        row["problem"] = error.sentence
        return
    row["refs"] = [{"kind": one.kind, "name": one.name, "commit": one.commit} for one in found]
    row["saved"] = min(filter(None, (row["saved"], saved)), default=None)


def _add_discussions(row: dict[str, Any], work: LookUp, asked: HubId) -> None:
    if row["problem"]:
        return
    try:
        found, saved = work.discussions(asked)
    except InspectorError as error:
        row["problem"] = error.sentence
        return
    row["discussions"] = [
        {
            "number": one.number,
            "title": plain(one.title, 300),
            "status": plain(one.status or "", 40) or None,
            "author": plain(one.author or "", 200) or None,
            "created": plain(one.created or "", 40) or None,
            "flags": list(one.flags),
        }
        for one in found
    ]
    row["saved"] = min(filter(None, (row["saved"], saved)), default=None)


def _add_since(row: dict[str, Any], work: LookUp, answer: LookedUp, commit: str) -> None:
    if row["problem"]:
        return
    try:
        difference = work.since(answer, commit)
    except InspectorError as error:
        row["problem"] = error.sentence
        return
    row["since"] = since_json(difference, commit)


def since_json(found: Moved, commit: str) -> dict[str, Any]:
    """Lists of changed files, each cut at MOST_PATHS, beside the numbers of all."""
    lists = {
        "added": found.added,
        "removed": found.removed,
        "changed": found.changed,
        "unknown": found.unknown,
        "new_pickles": found.new_pickles,
    }
    return {
        "commit": commit,
        "sentence": found.sentence or "Nothing moved.",
        "total": {name: len(paths) for name, paths in lists.items()},
        **{name: [plain(path, 400) for path in paths[:MOST_PATHS]] for name, paths in lists.items()},
    }


class _Telling:
    """Says how far it is: events on standard output, or the hub's countdown on standard error."""

    def __init__(self, stream: bool) -> None:
        self.host = ""
        self._stream = stream
        self._lock = threading.Lock()  # a countdown comes from the thread that waits
        self._countdown = Countdown()
        self._lines: list[bytes] = []

    def asking(self, done: int, total: int) -> None:
        self._event({"event": "progress", "phase": "asking", "done": done, "total": total})

    def answer(self, row: dict[str, Any], done: int, total: int) -> None:
        self._event({"event": "answer", **row})
        self.asking(done, total)

    def waiting(self, told: Waiting) -> None:
        left = {"seconds": round(told.seconds, 1), "sentence": told.sentence}
        tally = {"done": told.done, "total": told.total}
        self._event({"event": "progress", "phase": "waiting", **tally, **left})
        if not self._stream:
            self._countdown.tell(told.sentence)

    def end(self, arguments: argparse.Namespace, result: dict[str, Any]) -> None:
        if arguments.format == "jsonl":
            rest = {name: value for name, value in result.items() if name != "answers"}
            self._event({"event": "done", **rest})
            if not self._stream:
                write_result(b"".join(self._lines), arguments.out)
        elif arguments.format == "json":
            write_result(json_bytes(result, indent=1), arguments.out)
        else:
            text = "\n".join(_text(result)) + "\n"
            write_result(text.encode("utf-8", "backslashreplace"), arguments.out)

    def _event(self, event: dict[str, Any]) -> None:
        line = json_bytes(event)
        with self._lock:
            if self._stream:
                write_stdout(line)
            else:
                self._lines.append(line)


def _text(result: Mapping[str, Any]) -> Iterator[str]:
    for row in result["answers"]:
        at = f"@{row['revision']}" if row["revision"] else ""
        yield f"{row['name']}{at} ({row['kind']})"
        if row["places"]:
            yield f"  named in {', '.join(row['places'][:5])}{' …' if len(row['places']) > 5 else ''}"
        yield f"  {row['problem'] or row['sentence']}"
        if row["paste"] and row["commit"] != row["revision"]:
            yield f"  pin it: {row['paste']}"
        for ref in row["refs"] or ():
            yield f"  {ref['commit']}  {ref['kind']} {ref['name']}"
        if row["discussions"] is not None:
            yield from _said(row["discussions"])
        if row["since"]:
            yield f"  {row['since']['sentence']}"
            for word in ("added", "removed", "changed", "unknown"):
                yield from (f"    {word}: {path}" for path in row["since"][word])
    number = len(result["unnamed"])
    if number:
        yield f"Not looked up, because the code names them as it runs: {number}"
        yield from (f"  {plain(place, 400)}" for place in result["unnamed"][:20])
    if not result["answers"] and not number:
        yield "Nothing to look up."


def _said(discussions: list[dict[str, Any]]) -> Iterator[str]:
    """What strangers say, in their words: a title proves nothing, and its flag says what to open it for."""
    if not discussions:
        yield "  Nobody writes about it."
    for one in discussions:
        why = f"  ({'; '.join(one['flags'])})" if one["flags"] else ""
        yield f"  #{one['number']} {one['status']}: {one['title']}{why}"


def _now() -> str:
    from inspector.sources.hub.answer import now

    return now()


def _say(sentence: str) -> None:
    print(f"inspector: {plain(sentence)}", file=sys.stderr)
