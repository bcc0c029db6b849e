"""The arguments of ``inspector quarantine``."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from inspector.cli.values import seconds, whole

_Runs = Mapping[str, Callable[[argparse.Namespace], int]]


def add_arguments(subparsers: Any, runs: _Runs) -> None:
    """The parsers of ``inspector quarantine``; ``runs`` says what each action does."""
    parser = subparsers.add_parser("quarantine", help="staging, review and promotion of training data")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)

    init = _action(actions, "init", runs, "make a store in an empty folder")
    init.add_argument("--actor", metavar="NAME", default="owner", help="who makes it, for the log")
    init.add_argument("--allow-network", action="store_true", help="also on a network file system")

    add = _action(actions, "add", runs, "take rows in; nothing of them can be promoted yet")
    add.add_argument(
        "file",
        metavar="FILE",
        help="JSONL, JSON, CSV, TSV, Parquet, also .gz and .zst; Argilla's, Label Studio's; - is stdin",
    )
    _intake(add)
    add.add_argument(
        "--screen", metavar="REPORT.json", type=Path, help="the screening's report about this file"
    )
    _format(add)

    watch = _action(
        actions, "watch", runs, "take the files that are put into a folder, once they are complete"
    )
    watch.add_argument("folder", metavar="FOLDER", type=Path)
    _intake(watch, "watch")
    watch.add_argument("--once", action="store_true", help="take what is there, then end")
    watch.add_argument(
        "--settle", metavar="S", type=seconds(0), default=2.0, help="seconds a file must not have changed (2)"
    )
    watch.add_argument(
        "--interval", metavar="S", type=seconds(0), default=2.0, help="seconds between two looks (2)"
    )
    _format(watch)

    serve = _action(actions, "serve", runs, "take signed rows over the network (a webhook)")
    serve.add_argument(
        "--hmac-key-file", metavar="F", type=Path, required=True, help="the key that senders sign with"
    )
    _intake(serve, "webhook")
    serve.add_argument(
        "--bind", metavar="ADDRESS", default="127.0.0.1", help="127.0.0.1 unless told otherwise"
    )
    serve.add_argument(
        "--port", metavar="N", type=whole(0, 65_535), default=8477, help="8477; 0 takes any that is free"
    )
    serve.add_argument(
        "--allow-remote", action="store_true", help="also an address that other machines can reach"
    )
    serve.add_argument(
        "--window", metavar="S", type=whole(1, 86_400), default=300, help="seconds a request may be old (300)"
    )
    serve.add_argument("--max-mb", metavar="N", type=whole(1, 1024), default=8, help="size of a request (8)")
    serve.add_argument("--rate", metavar="N", type=seconds(0), default=20.0, help="requests a second (20)")

    screen = _action(actions, "screen", runs, "take a screening's report about a file that was added")
    screen.add_argument("--report", metavar="FILE", type=Path, required=True)
    _actor(screen)
    _key(screen)
    _format(screen)

    review = _action(actions, "review", runs, "approve or reject rows")
    _selection(review)
    review.add_argument("--verdict", choices=("approve", "reject", "reopen"), required=True)
    _actor(review)
    _why(review)
    _key(review)
    _format(review)

    waive = _action(actions, "waive", runs, "let imported rows through without a review, until a day")
    _selection(waive)
    _actor(waive)
    _why(waive)
    waive.add_argument("--expires", metavar="DATE", required=True)
    _key(waive)
    _format(waive)

    groups = _action(actions, "groups", runs, "what is to be looked at: suspicions, batches, contributors")
    groups.add_argument("--all", action="store_true", help="also groups where nothing waits")
    _format(groups)

    queue = _action(actions, "queue", runs, "rows, with what was decided of them")
    queue.add_argument("--group", metavar="ID")
    queue.add_argument("--state", metavar="WORD")
    queue.add_argument("--first", metavar="N", type=whole(0), default=0, help="from this row number on")
    queue.add_argument("--most", metavar="N", type=whole(1), default=100)
    _format(queue)

    sample = _action(actions, "sample", runs, "draw rows at random into a group to be looked at")
    sample.add_argument("--size", metavar="N", type=whole(1), default=300)
    _actor(sample)
    _format(sample)

    claim = _action(actions, "claim", runs, "say for ten minutes that you look at a group")
    claim.add_argument("--group", metavar="ID", required=True)
    _actor(claim)

    promote = _action(actions, "promote", runs, "make a training set of the approved rows")
    _actor(promote)
    _key(promote)
    _format(promote)

    withdraw = _action(actions, "withdraw", runs, "say that a set must not train any more")
    withdraw.add_argument("set", metavar="SET", help="its id, or the first 8 digits of it or more")
    _actor(withdraw)
    _why(withdraw)
    _key(withdraw)

    sets = _action(actions, "sets", runs, "the sets that were promoted")
    _format(sets)

    policy = _action(actions, "policy", runs, "show or change how many people approve")
    policy.add_argument("--quorum", metavar="N", type=whole(0))
    policy.add_argument("--flagged-quorum", metavar="N", type=whole(0))
    policy.add_argument("--flag-levels", metavar="LEVEL[,LEVEL]")
    policy.add_argument(
        "--promoter-alone", choices=("yes", "no"), help="whether who promotes may be sole approver"
    )
    policy.add_argument("--actor", metavar="NAME")
    policy.add_argument("--why", metavar="TEXT")
    _key(policy)
    _format(policy)

    enrol = _action(actions, "enrol", runs, "count a person's decisions only with a signature")
    enrol.add_argument("--name", required=True)
    enrol.add_argument("--pubkey", metavar="FILE.pub", type=Path, required=True)
    _actor(enrol)
    _why(enrol)

    status = _action(actions, "status", runs, "how many rows stand where")
    _format(status)

    log = _action(actions, "log", runs, "every change, oldest first")
    log.add_argument("--format", choices=("text", "json", "jsonl"), default="text")

    checkpoint = _action(actions, "checkpoint", runs, "a signed note of the log, to be kept elsewhere")
    checkpoint.add_argument("-o", "--out", metavar="FILE")

    verify = _action(actions, "verify", runs, "check a store, or a promoted set", place="DIR|SET")
    verify.add_argument("--checkpoint", metavar="F", type=Path, help="a checkpoint that was kept elsewhere")
    verify.add_argument(
        "--remember",
        metavar="F",
        type=Path,
        help="compare with the checkpoint in F, where there is one, and then keep the newer one there",
    )
    verify.add_argument("--pubkey", metavar="K", type=Path, help="the store's log.pub, kept elsewhere")
    _format(verify)

    verifier = actions.add_parser(
        "verifier",
        help="write verify_set.py, the one file for a training image",
        description="Write verify_set.py: one file that checks a promoted set before it trains anything.",
    )
    verifier.add_argument("-o", "--out", metavar="FILE")
    verifier.set_defaults(run=runs["verifier"])


def _action(
    actions: Any,
    name: str,
    runs: Mapping[str, Callable[[argparse.Namespace], int]],
    line: str,
    place: str = "DIR",
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, help=line, description=f"{line.capitalize()}.")
    parser.add_argument("store", metavar=place, type=Path)
    parser.set_defaults(run=runs[name])
    return parser


def _intake(parser: argparse.ArgumentParser, alone: str | None = None) -> None:
    """What says whose rows they are. ``alone`` is the actor's name where nobody need be named, because the
    intake runs by itself."""
    if alone is None:
        _actor(parser)
        parser.add_argument("--source", metavar="NAME", required=True, help="where the rows come from")
    else:
        parser.add_argument("--actor", metavar="NAME", default=alone, help=f"who takes them in ({alone})")
        parser.add_argument("--source", metavar="NAME", help="where the rows come from")
    parser.add_argument("--contributor-col", metavar="C", help="the column that says who gave a row")
    parser.add_argument(
        "--input-format", choices=("jsonl", "json", "csv", "tsv", "parquet", "argilla", "label-studio")
    )
    parser.add_argument(
        "--imported",
        action="store_true",
        help="a legacy set that nobody reviewed: it leaves by review or waiver",
    )
    _key(parser)


def _actor(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--actor", metavar="NAME", required=True, help="who does this")


def _why(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--why", metavar="TEXT", required=True, help="the reason, for the log")


def _key(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--key", metavar="KEY", type=Path, help="sign this with your own key")
    parser.add_argument("--passphrase-file", metavar="F", type=Path)


def _format(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=("text", "json"), default="text")


def _selection(parser: argparse.ArgumentParser) -> None:
    choice = parser.add_mutually_exclusive_group(required=True)
    choice.add_argument("--all", action="store_true", help="every row that waits")
    choice.add_argument("--group", metavar="ID", help="as `groups` lists it")
    choice.add_argument(
        "--rows", metavar="FILE", help="sha256 or number of a row, or the row itself, one a line"
    )
    parser.add_argument(
        "--as-of",
        metavar="N",
        type=whole(1),
        help="`log_size` of `groups` or `queue` when you looked: what came or changed later is left",
    )
