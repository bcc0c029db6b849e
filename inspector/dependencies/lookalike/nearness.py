"""How two names differ, where they differ by one slip of a key.

Every name of a list is filed under itself and under itself with each one letter left out. Two names that
are one slip apart (a letter too many, too few, another one, two swapped) share one of these, so a question
costs a handful of look-ups and not a comparison with the whole list.
"""

from __future__ import annotations

from collections.abc import Iterable


class Nearness:
    """The names of a list, to be asked for those within one slip. ``names`` have no separators."""

    def __init__(self, names: Iterable[str]) -> None:
        self._filed: dict[str, list[str]] = {}
        for name in names:
            for key in _with_one_left_out(name):
                self._filed.setdefault(key, []).append(name)

    def within_one(self, name: str) -> list[str]:
        """The names of the list that are exactly one slip away from ``name``, each once."""
        near = {one for key in _with_one_left_out(name) for one in self._filed.get(key, ())}
        return sorted(one for one in near if one != name and distance(name, one, 1) == 1)


def distance(one: str, other: str, limit: int) -> int:
    """Optimal string alignment: letters added, left out, replaced, or neighbours swapped; ``limit + 1``
    for more than ``limit``."""
    from rapidfuzz.distance import OSA

    return int(OSA.distance(one, other, score_cutoff=limit))


def slip(name: str, known: str) -> str:
    """The one slip between ``name`` and ``known`` in words."""
    if len(name) == len(known):
        apart = [place for place in range(len(name)) if name[place] != known[place]]
        if len(apart) == 2:
            return f"two neighbouring letters are swapped ({name[apart[0] : apart[1] + 1]!r})"
        return f"one letter is another ({name[apart[0]]!r} for {known[apart[0]]!r})"
    longer, shorter = (name, known) if len(name) > len(known) else (known, name)
    place = next((at for at in range(len(shorter)) if longer[at] != shorter[at]), len(shorter))
    return f"one letter is {'too many' if longer is name else 'missing'} ({longer[place]!r})"


def slipped(name: str, known: str) -> tuple[str, str]:
    """The letters of ``name`` and of ``known`` that the slip between them touches."""
    start = 0
    while start < min(len(name), len(known)) and name[start] == known[start]:
        start += 1
    end = 0
    while end < min(len(name), len(known)) - start and name[-1 - end] == known[-1 - end]:
        end += 1
    return name[start : len(name) - end], known[start : len(known) - end]


def _with_one_left_out(name: str) -> set[str]:
    return {name, *(name[:place] + name[place + 1 :] for place in range(len(name)))}
