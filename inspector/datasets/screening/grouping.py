"""Pairs that speak of the same rows become one group: a trigger of several words is one suspicion."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from inspector.datasets.screening.association import Pair
from inspector.datasets.screening.interface import Suspicion

_SAMPLED = 48
_PART = 0.85
_ALSO = 12
Rows = npt.NDArray[np.uint32]


@dataclass(slots=True)
class Group:
    """Pairs over mostly the same rows. One of them leads: the first, unless another tells more."""

    pairs: list[Pair]
    lead: Pair = field(init=False)
    rows: Rows = field(init=False)

    def __post_init__(self) -> None:
        self.lead_with(self.pairs[0])

    def lead_with(self, pair: Pair) -> None:
        """Makes one of the pairs stand for the group."""
        self.lead = pair
        self.rows = pair.rows

    def telling(self) -> list[Pair]:
        """The pairs that may stand for the group: of each view the least likely, and the one whose marker and
        output keep closest to each other (a part of a trigger may be a frequent word with a larger count)."""
        first: dict[str, Pair] = {}
        closest: dict[str, Pair] = {}
        for pair in self.pairs:
            first.setdefault(pair.view, pair)
            other = closest.get(pair.view)
            if other is None or pair.closeness > other.closeness:
                closest[pair.view] = pair
        return list({id(pair): pair for view in first for pair in (first[view], closest[view])}.values())

    def features(self) -> set[int]:
        return {pair.feature for pair in self.pairs}


def group_pairs(pairs: list[Pair], most: int) -> list[Group]:
    """Groups in the order of their first pair. A pair joins the first group that shares most rows with it."""
    groups: list[Group] = []
    of_row: dict[int, list[int]] = {}
    for pair in pairs:
        rows = pair.rows
        places = np.linspace(0, len(rows) - 1, min(len(rows), _SAMPLED)).astype(np.int64)
        met = Counter(number for row in rows[places].tolist() for number in of_row.get(row, ()))
        home = None
        for number, times in sorted(met.items(), key=lambda item: (-item[1], item[0])):
            if times * 2 >= len(places) * 0.8 and _same(groups[number].rows, rows):
                home = groups[number]
                break
        if home is not None:
            home.pairs.append(pair)
            continue
        if len(groups) >= most:
            continue
        for row in rows.tolist():
            of_row.setdefault(row, []).append(len(groups))
        groups.append(Group([pair]))
    return groups


def _same(one: Rows, other: Rows) -> bool:
    shared = len(np.intersect1d(one, other, assume_unique=True))
    if shared >= 0.7 * max(len(one), len(other)):
        return True
    # A part of the phrase in some of its rows, or a phrase with a few rows more.
    if shared >= 0.9 * len(other) and len(one) <= 8 * len(other):
        return True
    return shared >= 0.8 * len(one) and len(other) <= 2 * len(one)


def merged(found: list[Suspicion]) -> list[Suspicion]:
    """The suspicions without those whose rows are a part of a stronger one's with the same output; their
    markers stand in its ``also``. ``found`` is in falling order of score."""
    kept: list[Suspicion] = []
    sets: list[frozenset[int]] = []
    for one in found:
        rows = frozenset(one.rows)
        home = next(
            (
                number
                for number, other in enumerate(kept)
                if other.kind == one.kind
                and other.output == one.output
                and len(rows & sets[number]) >= _PART * len(rows)
            ),
            None,
        )
        if home is None:
            kept.append(one)
            sets.append(rows)
        elif one.marker not in (kept[home].marker, *kept[home].also) and len(kept[home].also) < _ALSO:
            kept[home] = replace(kept[home], also=(*kept[home].also, one.marker))
    return kept
