"""``inspector advisories``: the offline advisory database."""

from __future__ import annotations

import argparse
import datetime
import sys
from pathlib import Path
from typing import Any

from inspector.provenance import UnreadableInput, plain

_OLD_DAYS = 30


def register(subparsers: Any) -> None:
    parser = subparsers.add_parser("advisories", help="the offline advisory database")
    commands = parser.add_subparsers(dest="action", required=True)
    importing = commands.add_parser(
        "import",
        help="read an OSV export",
        description="Reads an OSV export of PyPI advisories (all.zip) or a folder of advisories and keeps an "
        "index of it. An older database stays where the new one cannot be read.",
    )
    importing.add_argument("source", metavar="ZIP|DIR")
    importing.add_argument("--db", metavar="DIR", help="where the database lies")
    importing.add_argument("--as-of", metavar="DATE", type=_date, help="the date of the export, YYYY-MM-DD")
    importing.set_defaults(run=_import)
    status = commands.add_parser("status", help="what the database holds, and of when it is")
    status.add_argument("--db", metavar="DIR")
    status.add_argument("--format", choices=("text", "json"), default="text")
    status.set_defaults(run=_status)


def _import(arguments: argparse.Namespace) -> int:
    from inspector.cli.output import write_result
    from inspector.dependencies.advisories import import_advisories

    source = Path(arguments.source)
    if not source.exists():
        raise UnreadableInput(
            f"{plain(arguments.source)} does not exist.", "Name the export's zip or folder."
        )
    done = import_advisories(source, _folder(arguments), as_of=arguments.as_of)
    as_of = done.as_of or "an unknown date"
    write_result(f"{done.entries} advisories of {done.packages} packages, as of {as_of}\n".encode(), None)
    for number, words in (
        (done.skipped, "could not be read"),
        (done.left_out, "left out: withdrawn, or not of PyPI"),
    ):
        if number:
            noun = "entry" if number == 1 else "entries"
            print(f"inspector: {number:,} {noun} {words}.", file=sys.stderr)
    return 0


def _status(arguments: argparse.Namespace) -> int:
    from inspector.cli.output import write_result
    from inspector.cli.scan import json_bytes
    from inspector.dependencies.advisories import status

    state = status(_folder(arguments))
    if arguments.format == "json":
        write_result(json_bytes(state, indent=1), None)
        return 0
    text = (
        f"{plain(state['source'], 200)}: {state['entries']} advisories of {state['packages']} packages\n"
        f"as of {state['as_of'] or 'an unknown date'}{_age(state['as_of'])}\n"
    )
    write_result(text.encode("utf-8", "backslashreplace"), None)
    return 0


def _age(as_of: str | None) -> str:
    if as_of is None:
        return ""
    days = (datetime.datetime.now(datetime.UTC).date() - datetime.date.fromisoformat(as_of[:10])).days
    return f" ({days} days old: import a newer export)" if days > _OLD_DAYS else ""


def _folder(arguments: argparse.Namespace) -> Path | None:
    return Path(arguments.db) if arguments.db else None


def _date(text: str) -> str:
    try:
        return datetime.date.fromisoformat(text).isoformat()
    except ValueError:
        raise argparse.ArgumentTypeError("a date as YYYY-MM-DD") from None
