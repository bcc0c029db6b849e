"""How names are shortened to a width: what tells one name from the next has to stay.

Of a path or a hub id that is its last part; of a single name both ends. Qt's own elision is not used: it
cuts the last part in two, and puts invisible direction marks around the cut in some scripts.
"""

from __future__ import annotations

from collections.abc import Callable

from inspector.provenance.text import ELLIPSIS

Width = Callable[[str], float]


def elided(text: str, width_of: Width, room: float) -> str:
    """``text`` as it is where it fits into ``room`` (in the unit of ``width_of``); else
    ``folder…/name.pkl``, ``…/name.pkl`` or ``na…me.pkl``, whichever is the first to fit."""
    if width_of(text) <= room:
        return text
    head, slash, tail = text.rpartition("/")
    if not slash or not tail:
        return _middle(text, width_of, room)
    if width_of(f"{ELLIPSIS}/{tail}") > room:
        return _middle(tail, width_of, room)
    keep = _most(len(head), lambda count: width_of(f"{head[:count]}{ELLIPSIS}/{tail}") <= room)
    return f"{head[:keep]}{ELLIPSIS}/{tail}" if keep > 1 else f"{ELLIPSIS}/{tail}"


def _middle(text: str, width_of: Width, room: float) -> str:
    """Both ends of ``text``: version and extension stand at its end. At least one character stays."""

    def cut(keep: int) -> str:
        tail = keep // 2
        return f"{text[: keep - tail]}{ELLIPSIS}{text[len(text) - tail :]}"

    if width_of(text) <= room:
        return text
    return cut(max(_most(len(text) - 1, lambda keep: width_of(cut(keep)) <= room), 1))


def _most(limit: int, fits: Callable[[int], bool]) -> int:
    """The largest number up to ``limit`` that fits, 0 where none does; what fits, fits with less too."""
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        if fits(middle):
            low = middle
        else:
            high = middle - 1
    return low
