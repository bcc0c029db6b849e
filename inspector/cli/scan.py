"""``inspector scan``: scans and writes the result; no window, no Qt."""

from __future__ import annotations

import argparse
import contextlib
import io
import itertools
import json
import os
import sys
from typing import Any

from inspector.cli.ending import ending_in_order
from inspector.cli.hub_options import Countdown, add_hub_options, patience, token_given
from inspector.cli.output import write_result, write_stdout
from inspector.cli.values import seconds, whole
from inspector.provenance import InspectorError
from inspector.provenance.words import Severity
from inspector.scan import Collected, ScanOptions, scan_events

_PIECES = 10_000
_FORMATS = ("text", "json", "jsonl", "sarif", "cyclonedx")


def register(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "scan",
        help="scan a folder, file or hub repository",
        description="Reads every file of TARGET, runs none, and says where each piece comes from, how firmly "
        "it is named, and whether loading it runs code.",
        epilog="Exit codes: 0 done (and below --fail-on), 1 a finding at or above --fail-on, 2 TARGET cannot "
        "be read, 3 something was not analysed, so that --fail-on cannot be judged.",
    )
    parser.add_argument("target", metavar="TARGET", help="folder, file, or hf://ORG/NAME[@REVISION]")
    parser.add_argument("--format", choices=_FORMATS, default="text", help="default: text")
    parser.add_argument("-o", "--out", metavar="FILE", help="write the result here")
    parser.add_argument(
        "--fail-on",
        choices=("none", *(severity.value for severity in reversed(Severity))),
        default="none",
        help="exit 1 on a finding this bad or worse",
    )
    parser.add_argument("--offline", action="store_true", help="open no socket")
    parser.add_argument("--no-audit", action="store_true", help="do not run pip-audit")
    parser.add_argument("--advisories", metavar="DB", help="offline advisory database")
    parser.add_argument(
        "--index-url",
        metavar="URL",
        help="ask this package index (its simple API) what is yanked, quarantined, archived and attested",
    )
    parser.add_argument(
        "--jobs",
        type=whole(1, 64),
        default=_default_jobs(),
        metavar="N",
        help="worker processes (default: one for each processor, at most 8)",
    )
    parser.add_argument(
        "--no-cache",
        action="store_true",
        help="read and hash every file; use and keep no results of earlier scans",
    )
    parser.add_argument(
        "--max-seconds-per-file",
        type=seconds(),
        default=20.0,
        metavar="N",
        help="patience with one file (default: 20)",
    )
    parser.add_argument(
        "--exclude", action="append", default=[], metavar="GLOB", help="leave these paths out"
    )
    add_hub_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Scans and writes; gives the exit code of the contract."""
    with ending_in_order():
        return _scan(arguments)


def _scan(arguments: argparse.Namespace) -> int:
    if arguments.index_url and arguments.offline:
        raise InspectorError(
            "--index-url asks an index, and --offline opens no socket.", "Leave one of them out."
        )
    options = ScanOptions(
        target=arguments.target,
        offline=arguments.offline,
        audit=not arguments.no_audit,
        advisories=arguments.advisories,
        index_url=arguments.index_url,
        jobs=arguments.jobs,
        use_cache=not arguments.no_cache,
        max_seconds_per_file=arguments.max_seconds_per_file,
        exclude=tuple(arguments.exclude),
        use_hub_token=arguments.use_hub_token,
        hub_tokens=token_given(arguments),
        hub_patience=patience(arguments),
    )
    countdown = Countdown()
    collected = Collected()
    stream = arguments.format == "jsonl" and arguments.out in (None, "-")
    lines: list[bytes] = []
    with contextlib.closing(scan_events(options, ["inspector", *sys.argv[1:]])) as events:
        for event in events:
            collected.add(event)
            waiting = event["event"] == "progress" and event.get("phase") == "waiting"
            countdown.tell(event["sentence"] if waiting else "")
            if arguments.format == "jsonl":
                line = json_bytes(event)
                if stream:
                    write_stdout(line)
                else:
                    lines.append(line)
    result = collected.result()
    if arguments.format == "jsonl":
        if not stream:
            write_result(b"".join(lines), arguments.out)
    else:
        write_result(_rendered(arguments.format, result), arguments.out)
    for sentence in [*(result.get("run") or {}).get("notes", []), *(result.get("incomplete") or [])]:
        print(f"inspector: {sentence}", file=sys.stderr)
    return exit_code(result, arguments.fail_on)


def exit_code(result: dict[str, Any], fail_on: str) -> int:
    """0, 1 or 3. A finding that is bad enough decides at once; below it, only a complete scan is fine."""
    if fail_on == "none":
        return 0
    limit = Severity(fail_on).rank
    if any(Severity(finding["severity"]).rank >= limit for finding in result["findings"]):
        return 1
    return 3 if result.get("incomplete") else 0


def json_bytes(value: Any, *, indent: int | None = None) -> bytes:
    """UTF-8, sorted keys, a line feed at the end; lone surrogates cannot come this far."""
    separators = (",", ":") if indent is None else (",", ": ")
    encoder = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=separators, indent=indent)
    if indent is None:
        return encoder.encode(value).encode("utf-8", "backslashreplace") + b"\n"
    # An indented text comes in a piece for each name and value. All of them at once, as json.dumps has them,
    # are six times the text: a gigabyte for a lock file of 100,000 packages.
    pieces = encoder.iterencode(value)
    text = io.BytesIO()
    while some := "".join(itertools.islice(pieces, _PIECES)):
        text.write(some.encode("utf-8", "backslashreplace"))
    text.write(b"\n")
    return text.getvalue()


def _rendered(form: str, result: dict[str, Any]) -> bytes:
    if form == "json":
        return json_bytes(result, indent=1)
    if form == "text":
        from inspector.cli.text_report import render

        return render(result).encode("utf-8", "backslashreplace")
    from inspector.record.exports import export_scan

    return export_scan(form, result)


def _default_jobs() -> int:
    return max(1, min(8, os.cpu_count() or 1))
