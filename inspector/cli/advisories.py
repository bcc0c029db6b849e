"""``inspector advisories``: the offline advisory database."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.cli.values import date
from inspector.provenance import UnreadableInput, plain

if TYPE_CHECKING:
    from inspector.dependencies.advisories import Imported


def register(subparsers: Any) -> None:
    parser = subparsers.add_parser("advisories", help="the offline advisory database")
    commands = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    importing = commands.add_parser(
        "import",
        help="read an OSV export",
        description="Reads an OSV export of PyPI advisories (all.zip) or a folder of advisories and keeps an "
        "index of it. An older database stays where the new one cannot be read.",
    )
    importing.add_argument("source", metavar="ZIP|DIR")
    importing.add_argument("--db", metavar="DIR", help="where the database lies")
    importing.add_argument("--as-of", metavar="DATE", type=date, help="the date of the export, YYYY-MM-DD")
    importing.set_defaults(run=_import)
    updating = commands.add_parser(
        "update",
        help="fetch OSV's export and import it",
        description="Fetches OSV's export of PyPI advisories and imports it. A fetch that is cut off goes on "
        "where it stopped when the command runs again; the older database stays until the new one is whole.",
    )
    updating.add_argument("--url", metavar="URL", help="an export at another address, such as a mirror's")
    updating.add_argument("--db", metavar="DIR", help="where the database lies")
    updating.set_defaults(run=_update)
    status = commands.add_parser("status", help="what the database holds, and of when it is")
    status.add_argument("--db", metavar="DIR")
    status.add_argument("--format", choices=("text", "json"), default="text")
    status.set_defaults(run=_status)


def _import(arguments: argparse.Namespace) -> int:
    from inspector.dependencies.advisories import import_advisories

    source = Path(arguments.source)
    if not source.exists():
        raise UnreadableInput(
            f"{plain(arguments.source)} does not exist.", "Name the export's zip or folder."
        )
    done = import_advisories(source, _folder(arguments), as_of=arguments.as_of)
    _tell(done)
    return 0


def _update(arguments: argparse.Namespace) -> int:
    from inspector.dependencies.advisories.updating import EXPORT, update_advisories

    done = update_advisories(arguments.url or EXPORT, _folder(arguments))
    if done.resumed:
        print(f"inspector: {done.resumed:,} bytes were there from an earlier try.", file=sys.stderr)
    print(
        f"inspector: {done.size:,} bytes from {plain(done.url, 200)}, sha256 {done.sha256}", file=sys.stderr
    )
    _tell(done.imported)
    return 0


def _tell(done: Imported) -> None:
    from inspector.cli.output import write_result
    from inspector.dependencies.advisories import warning

    as_of = done.as_of or "an unknown date"
    write_result(f"{done.entries} advisories of {done.packages} packages, as of {as_of}\n".encode(), None)
    for number, words in (
        (done.skipped, "could not be read"),
        (done.left_out, "left out: withdrawn, or not of PyPI"),
    ):
        if number:
            noun = "entry" if number == 1 else "entries"
            print(f"inspector: {number:,} {noun} {words}.", file=sys.stderr)
    old = warning(done.as_of)
    if old:
        print(f"inspector: {old}", file=sys.stderr)


def _status(arguments: argparse.Namespace) -> int:
    from inspector.cli.output import write_result
    from inspector.cli.scan import json_bytes
    from inspector.dependencies.advisories import days_old, status, warning

    state = status(_folder(arguments))
    old = warning(state["as_of"])
    if arguments.format == "json":
        write_result(json_bytes(state, indent=1), None)
        return 0
    days = days_old(state["as_of"])
    age = "" if days is None else f" ({days} {'day' if days == 1 else 'days'} old)"
    text = (
        f"{plain(state['source'], 200)}: {state['entries']} advisories of {state['packages']} packages\n"
        f"as of {state['as_of'] or 'an unknown date'}{age}\n" + (f"{old}\n" if old else "")
    )
    write_result(text.encode("utf-8", "backslashreplace"), None)
    return 0


def _folder(arguments: argparse.Namespace) -> Path | None:
    return Path(arguments.db) if arguments.db else None
