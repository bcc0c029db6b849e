"""The options of every command that asks a hub: whose token goes with it, and how long a wait may be."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from inspector.cli.values import seconds

if TYPE_CHECKING:
    from inspector.sources.hub.tokens import TokenStore

_UNSEEN_PATIENCE = 10.0  # seconds; nobody sees a countdown in a log, and a pipeline is not to hang


def add_hub_options(parser: argparse.ArgumentParser) -> None:
    """Adds --use-hub-token, --token-stdin and --hub-patience."""
    parser.add_argument("--use-hub-token", action="store_true", help="send the hub's own token to the hub")
    parser.add_argument(
        "--token-stdin",
        action="store_true",
        help="read a token for the hub's endpoint from standard input; it stays in memory",
    )
    parser.add_argument(
        "--hub-patience",
        type=seconds(),
        metavar="N",
        help="wait up to N seconds in all where the hub asks for silence (default: 10, at a terminal 930)",
    )


def token_given(arguments: argparse.Namespace) -> TokenStore | None:
    """The reviewer's token, from a pipe: a command line and an environment can be read by others."""
    if not arguments.token_stdin:
        return None
    from inspector.sources.hub.tokens import token_from

    return token_from(sys.stdin.buffer)


def patience(arguments: argparse.Namespace) -> float:
    """Seconds that all waits for a hub together may take."""
    asked: float | None = arguments.hub_patience
    if asked is not None:
        return asked
    from inspector.sources import PATIENT

    return PATIENT if sys.stderr.isatty() else _UNSEEN_PATIENCE
