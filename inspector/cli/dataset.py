"""``inspector dataset screen``: suspicious trigger-like patterns in training data."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from inspector.cli.ending import ending_in_order
from inspector.cli.output import write_result
from inspector.provenance import InspectorError, plain

_ROWS = 10
_MOST_NUMBERS = 500
_SHOWN = 20


def register(subparsers: Any) -> None:
    parser = subparsers.add_parser("dataset", help="screen training data for planted patterns")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    screen = actions.add_parser(
        "screen",
        help="suspicious trigger-like patterns in training data",
        description="Reads FILE (JSON lines, JSON, CSV, TSV, Parquet; plain, .gz or .zst) in a process with "
        "limits and shows which rows look planted. A suspicion is an association in the data, no verdict; "
        "no suspicion does not mean that the data are clean.",
        epilog="Exit codes: 0 done, 2 not readable, 3 cut short (the result names the limit).",
    )
    screen.add_argument("files", metavar="FILE", nargs="+")
    screen.add_argument("--format", choices=("text", "json"), default="text")
    screen.add_argument("-o", "--out", metavar="FILE", dest="out", help="write the result here")
    screen.set_defaults(run=run)
    rows = actions.add_parser(
        "rows",
        help="single rows of a data file, as screening reads them",
        description="Shows the rows with the given numbers: what goes in, what comes out, who gave them. "
        "Numbers are those of `dataset screen`, from 0.",
    )
    rows.add_argument("file", metavar="FILE")
    rows.add_argument("--rows", metavar="N[,N]…", type=_numbers, required=True, help="which rows")
    rows.add_argument("--format", choices=("text", "json"), default="text")
    rows.add_argument("-o", "--out", metavar="FILE", dest="out", help="write the result here")
    rows.set_defaults(run=run_rows)


def run_rows(arguments: argparse.Namespace) -> int:
    """Shows single rows; a number beyond the end of the file is simply not there."""
    from inspector.cli.scan import json_bytes
    from inspector.datasets.screening.process import rows_of

    with ending_in_order():
        result = rows_of(arguments.file, arguments.rows)
    if result["missing"]:
        _say(f"rows that are not there or were not reached: {', '.join(map(str, result['missing'][:20]))}")
    if arguments.format == "json":
        write_result(json_bytes(result, indent=1), arguments.out)
    else:
        text = "\n".join(line for row in result["rows"] for line in _row_lines(row))
        write_result(f"{text}\n".encode("utf-8", "backslashreplace"), arguments.out)
    return 0


def _row_lines(row: Mapping[str, Any]) -> Iterator[str]:
    who = " · ".join(plain(str(row[key]), 80) for key in ("contributor", "time") if row[key])
    yield f"row {row['row']}" + (f" ({who})" if who else "")
    if not row["readable"]:
        yield "  not readable"
    for name in ("input", "output", "rejected"):
        for piece in row[name]:
            yield f"  {name}: {plain(piece, 2000)}"


def _numbers(text: str) -> list[int]:
    try:
        numbers = [int(part) for part in text.split(",")]
    except ValueError:
        numbers = [-1]
    if min(numbers) < 0 or len(numbers) > _MOST_NUMBERS:
        raise argparse.ArgumentTypeError(f"row numbers from 0, with commas, at most {_MOST_NUMBERS}")
    return numbers


def run(arguments: argparse.Namespace) -> int:
    """Screens each file; the exit code is the worst of them. One FILE gives one object, several an array."""
    from inspector.cli.scan import json_bytes
    from inspector.datasets.screening.process import require_libraries, screen_file

    require_libraries()
    results: list[dict[str, Any]] = []
    unreadable = incomplete = False
    with ending_in_order():
        for path in arguments.files:
            try:
                outcome = screen_file(path, report=_progress if sys.stderr.isatty() else None)
            except InspectorError as error:
                if len(arguments.files) == 1:
                    raise
                _say(str(error))
                unreadable = True
                continue
            results.append(outcome.result)
            if not outcome.is_complete:
                incomplete = True
                _say(f"{outcome.result['file']['path']}: cut short. {outcome.result['limits'][0]}")
    if arguments.format == "json":
        one = results[0] if len(arguments.files) == 1 else results
        write_result(json_bytes(one, indent=1), arguments.out)
    else:
        text = "\n".join("\n".join(_lines(result)) + "\n" for result in results)
        write_result(text.encode("utf-8", "backslashreplace"), arguments.out)
    return 2 if unreadable else 3 if incomplete else 0


def _lines(result: Mapping[str, Any]) -> Iterator[str]:
    found = result["suspicions"]
    first = sum(one["level"] == "look-first" for one in found)
    yield f"{plain(result['file']['path'])}: {result['rows']} rows, {result['file']['format']}"
    yield f"{first} to look at first, {len(found) - first} weak. These are associations, no verdicts."
    for one in found[:_SHOWN]:
        yield ""
        yield f"{one['rank']}. {one['level']} ({one['score']:.2f}) {one['kind']}: {plain(one['marker'], 200)}"
        if one["also"]:
            yield f"   also: {', '.join(plain(text, 60) for text in one['also'][:5])}"
        rows = ", ".join(str(row) for row in one["rows"][:_ROWS])
        yield f"   {len(one['rows'])} rows: {rows}{', …' if len(one['rows']) > _ROWS else ''}"
        if one["output"]:
            yield f"   output: {plain(one['output'], 160)}"
        for note in one["notes"]:
            yield f"   {plain(note)}"
        if one["contributors"]:
            names = ", ".join(f"{plain(who['name'], 40)} ({who['rows']})" for who in one["contributors"][:5])
            yield f"   from: {names}"
    if len(found) > _SHOWN:
        yield ""
        yield f"… and {len(found) - _SHOWN} more (--format json lists all)"
    yield ""
    yield "Limits"
    for sentence in result["limits"]:
        yield f"  - {plain(sentence)}"


def _progress(phase: str, rows: int) -> None:
    words = {"hash": "reading", "read": "reading rows", "search": f"searching {rows} rows"}
    _say(f"{words.get(phase, phase)} …")


def _say(sentence: str) -> None:
    with contextlib.suppress(OSError, ValueError):
        print(f"inspector: {plain(sentence)}", file=sys.stderr)
