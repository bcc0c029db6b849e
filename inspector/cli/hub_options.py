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


class Countdown:
    """Says on standard error that the hub wants silence: counting at a terminal, once elsewhere."""

    def __init__(self) -> None:
        self._open = False
        self._counts = sys.stderr.isatty()

    def tell(self, sentence: str) -> None:
        """Shows how it stands; empty once the wait is over."""
        if sentence and self._counts:
            print(f"\rinspector: {sentence}\x1b[K", end="", file=sys.stderr, flush=True)
        elif sentence and not self._open:
            print(f"inspector: {sentence}", file=sys.stderr, flush=True)
        elif self._open and not sentence and self._counts:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
        self._open = bool(sentence)


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
