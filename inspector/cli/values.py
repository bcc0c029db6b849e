"""What the word of an option may be: a number within bounds, seconds, a date, a path. A word that is not fits
no option, and the sentence says what would."""

from __future__ import annotations

import argparse
import datetime
from collections.abc import Callable
from pathlib import Path

_MOST = 1_000_000_000
_DAY = 86_400


def whole(least: int, most: int = _MOST) -> Callable[[str], int]:
    """Takes a whole number from ``least`` to ``most``."""
    bounds = f"a whole number from {least} to {most}" if most < _MOST else f"a whole number from {least} on"

    def value(text: str) -> int:
        # int() would also take blanks, underscores and the digits of other scripts.
        if text.isascii() and text.isdecimal() and len(text) < 20 and least <= int(text) <= most:
            return int(text)
        raise argparse.ArgumentTypeError(f"{text!r} is not {bounds}")

    return value


def seconds(least: float = 0.1) -> Callable[[str], float]:
    """Takes a number of seconds from ``least`` to a day."""

    def value(text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            number = -1.0
        if not least <= number <= _DAY:
            raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds from {least:g} to {_DAY}")
        return number

    return value


def date(text: str) -> str:
    """A day as YYYY-MM-DD."""
    try:
        return datetime.date.fromisoformat(text).isoformat()
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date written as YYYY-MM-DD") from None


def path(text: str) -> Path:
    """A path as it was named; an empty one, which ``Path`` takes for the current folder, is no path."""
    if not text:
        raise argparse.ArgumentTypeError("a path is empty")
    return Path(text)
