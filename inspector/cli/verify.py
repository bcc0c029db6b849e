"""``inspector verify``: whether a record stands, and with --root whether the bytes are the approved ones."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from inspector.cli.keys import trusted_keys
from inspector.cli.values import path
from inspector.provenance import UnreadableInput


def register(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "verify",
        help="verify a signed record",
        description="Exit code 0: a trusted person approved it, it is in force, and with --root the bytes "
        "are the approved ones. 1: refused, with the reason. 2: it cannot be read.",
    )
    parser.add_argument("record", metavar="RECORD", type=path, help="package folder, record, or zip")
    parser.add_argument("--root", metavar="DIR", type=path, help="the tree that must hold these bytes")
    parser.add_argument("--trust", metavar="FILE", type=path, help="the trust store; default: your own")
    parser.add_argument("--project", metavar="ID", help="the project the record must be about")
    parser.add_argument("--require", metavar="N", type=_count, default=1, help="how many persons must sign")
    parser.add_argument("--require-role", metavar="ROLE", action="append", default=[])
    parser.add_argument(
        "--state", metavar="FILE", type=path, help="last serial seen; older records are refused"
    )
    parser.add_argument(
        "--packages",
        metavar="DIR",
        help="installed packages (a site-packages folder or an environment) must be the locked ones",
    )
    parser.add_argument(
        "--lock", metavar="NAME", action="append", default=[], help="this lock file of the record only"
    )
    parser.add_argument("--timestamp", metavar="FILE.tsr", type=path, help="RFC 3161, over the signature")
    parser.add_argument(
        "--authority", metavar="FILE.pem", type=path, help="certificates of the authority that stamped it"
    )
    parser.add_argument("--report", metavar="FILE", help="writes every check as JSON")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.set_defaults(run=run)


def _count(text: str) -> int:
    from inspector.gate.inspector_gate import count

    return count(text)


def run(arguments: argparse.Namespace) -> int:
    from inspector.gate.inspector_gate import Unreadable, write_report
    from inspector.record.verify import say, verify_record

    if (arguments.timestamp is None) != (arguments.authority is None):
        raise UnreadableInput(
            "--timestamp and --authority belong together.",
            "Name the token and the certificates of the authority whose word counts.",
        )
    report = verify_record(
        arguments.record,
        trusted_keys(arguments.trust),
        root=arguments.root,
        project=arguments.project,
        require=arguments.require,
        roles=arguments.require_role,
        state=arguments.state,
        packages=arguments.packages,
        locks=arguments.lock,
    )
    if arguments.timestamp and report.ok:
        from inspector.record.timestamp import add_timestamp

        add_timestamp(report, arguments.record, arguments.timestamp, arguments.authority)
    if arguments.report:
        try:
            write_report(report, arguments.report)
        except Unreadable as error:
            raise UnreadableInput(str(error)) from None
    if arguments.format == "json":
        print(json.dumps(report.as_json(), indent=1, sort_keys=True))
    else:
        for check in report.checks:
            print(f"{check.result:8}{check.check}: {check.words or 'not asked for'}")
        print(report.summary())
    for line in say(report):
        print(line, file=sys.stderr)
    return 0 if report.ok else 1
