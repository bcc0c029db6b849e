"""``inspector explain``: what loading a file would do, in words and as a listing. Nothing is run."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from typing import Any

from inspector.cli.one_file import one_file
from inspector.cli.output import write_result
from inspector.provenance import plain

_CALLS = 50
_IMPORTS = 100
_LISTING = 400


def register(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "explain",
        help="say what loading a file would do; nothing is run",
        description="Says in plain words what the usual loader of FILE would do with it, then shows the "
        "decompiled source and the listing behind it. Exit 0 also for hostile files.",
    )
    parser.add_argument("file", metavar="FILE")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("-o", "--out", metavar="FILE", dest="out", help="write the result here")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from inspector.artifacts.explain import explain
    from inspector.cli.scan import json_bytes

    with one_file(arguments.file, "explain") as (entry, data):
        explained = explain(data, entry.path)
    if arguments.format == "json":
        write_result(json_bytes(explained, indent=1), arguments.out)
    else:
        text = "\n".join(_lines(explained)) + "\n"
        write_result(text.encode("utf-8", "backslashreplace"), arguments.out)
    return 0


def _lines(explained: Mapping[str, Any]) -> Iterator[str]:
    yield f"{plain(explained['path'])}: {explained['format']}, {explained['loading']}"
    yield ""
    for sentence in explained["summary"]:
        yield plain(sentence, 1000)
    if explained["calls"]:
        yield ""
        yield "Calls"
        for call in explained["calls"][:_CALLS]:
            shown = ", ".join(plain(str(argument), 200) for argument in call["arguments"])
            member = f"{plain(call['member'])}: " if call.get("member") else ""
            yield f"  {member}at byte {call['offset']}: {plain(call['callable'])}({shown})"
        yield from _rest(explained["calls"], _CALLS)
    if explained["imports"]:
        yield ""
        yield "Imports"
        for name in explained["imports"][:_IMPORTS]:
            yield f"  {plain(name)}"
        yield from _rest(explained["imports"], _IMPORTS)
    if explained["source"]:
        yield ""
        yield "As source (decompiled, not run)"
        for line in explained["source"].splitlines()[:_LISTING]:
            yield f"  {plain(line, 300)}"
    if explained["listing"]:
        yield ""
        yield "Listing"
        for row in explained["listing"][:_LISTING]:
            argument = "" if row["argument"] is None else plain(str(row["argument"]), 100)
            yield f"  {row['offset']:>10}  {row['op']:<18} {argument}".rstrip()
        yield from _rest(explained["listing"], _LISTING)


def _rest(rows: list[Any], shown: int) -> Iterator[str]:
    if len(rows) > shown:
        yield f"  … and {len(rows) - shown} more (--format json lists all)"
