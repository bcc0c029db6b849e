"""The order of the slots within each column, so that few lines cross.

The layered method of Sugiyama, Tagawa and Toda (1981): sweeps that sort each column by the middle of its
neighbours, then exchanges of neighbouring slots while that helps. The best order seen is kept.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Sequence

Columns = list[list[int]]

_SWEEPS = 20
# Above this many slots the exchanges would cost more than they give.
_EXCHANGE_LIMIT = 900


def order_columns(columns: Columns, links: Sequence[tuple[int, int]]) -> Columns:
    """``columns`` reordered; ``links`` join slots of neighbouring columns, left to right."""
    count = sum(len(column) for column in columns)
    left: list[list[int]] = [[] for _ in range(count)]
    right: list[list[int]] = [[] for _ in range(count)]
    for source, target in links:
        right[source].append(target)
        left[target].append(source)
    best: Columns = [list(column) for column in columns]
    best_crossings = _all_crossings(best, right)
    met = _depth_first(columns, left, right)
    starts = (columns, met, [column[::-1] for column in met])
    for start, from_the_left in ((start, side) for start in starts for side in (True, False)):
        if best_crossings == 0:
            break
        current = [list(column) for column in start]
        stale = 0
        for sweep in range(_SWEEPS):
            if best_crossings == 0 or stale > 5:
                break
            if (sweep % 2 == 0) is from_the_left:
                _sweep(current, left, range(1, len(current)), median=sweep % 4 > 1)
            else:
                _sweep(current, right, range(len(current) - 2, -1, -1), median=sweep % 4 > 1)
            if count <= _EXCHANGE_LIMIT:
                _exchange(current, left, right, swap_equals=sweep % 3 == 2)
            crossings = _all_crossings(current, right)
            stale += 1
            if crossings < best_crossings:
                best, best_crossings, stale = [list(column) for column in current], crossings, 0
    return best


def _depth_first(columns: Columns, left: list[list[int]], right: list[list[int]]) -> Columns:
    """Each column in the order in which its slots are met depth first: trees come out without crossings."""
    number = {slot: place for place, column in enumerate(columns) for slot in column}
    ordered: Columns = [[] for _ in columns]
    seen: set[int] = set()
    for column in columns:
        for top in column:
            way = [top]
            while way:
                slot = way.pop()
                if slot in seen:
                    continue
                seen.add(slot)
                ordered[number[slot]].append(slot)
                way.extend(reversed([*right[slot], *left[slot]]))
    return ordered


def _sweep(columns: Columns, neighbours: list[list[int]], which: range, *, median: bool) -> None:
    place = _places(columns)
    for number in which:
        column = columns[number]
        keys: dict[int, float] = {}
        for slot in column:
            near = neighbours[slot]
            if not near:
                keys[slot] = place[slot]
            elif median and len(near) > 2:
                ranks = sorted(place[end] for end in near)
                middle = len(ranks) // 2
                keys[slot] = ranks[middle] if len(ranks) % 2 else (ranks[middle - 1] + ranks[middle]) / 2
            else:
                keys[slot] = sum(place[end] for end in near) / len(near)
        column.sort(key=keys.__getitem__)
        scale = 1.0 / len(column)
        for rank, slot in enumerate(column):
            place[slot] = (rank + 0.5) * scale


def _places(columns: Columns) -> dict[int, float]:
    """Each slot's height as a share of its column, so that short and long columns compare."""
    return {slot: (rank + 0.5) / len(column) for column in columns for rank, slot in enumerate(column)}


def _exchange(columns: Columns, left: list[list[int]], right: list[list[int]], *, swap_equals: bool) -> None:
    """Exchanges neighbours within a column while that takes crossings away; a few rounds at most.

    ``swap_equals`` also exchanges, in the first round, where it changes nothing: a way out of a corner.
    """
    rank = {slot: place for column in columns for place, slot in enumerate(column)}
    for turn in range(6):
        gained = False
        for column in columns:
            # The ends lie in other columns: their ranks stand still while this one is worked on.
            ends = {
                slot: (sorted(rank[end] for end in left[slot]), sorted(rank[end] for end in right[slot]))
                for slot in column
            }
            for place in range(len(column) - 1):
                upper, lower = column[place], column[place + 1]
                now = then = 0
                for above, below in zip(ends[upper], ends[lower]):
                    if above and below and (above[-1] > below[0] or below[-1] > above[0]):
                        now += _inverted(above, below)
                        then += _inverted(below, above)
                if then < now or (swap_equals and turn == 0 and then == now and now > 0):
                    column[place], column[place + 1] = lower, upper
                    rank[upper], rank[lower] = place + 1, place
                    gained = True
        if not gained:
            return


def _inverted(above: list[int], below: list[int]) -> int:
    """How many pairs have the upper slot's end below the lower slot's end; both lists are sorted."""
    return sum(len(above) - bisect_right(above, end) for end in below)


def _all_crossings(columns: Columns, right: list[list[int]]) -> int:
    rank = {slot: place for column in columns for place, slot in enumerate(column)}
    total = 0
    for column in columns:
        seen: list[int] = []
        for slot in column:
            ends = sorted(rank[end] for end in right[slot])
            for end in ends:
                total += len(seen) - bisect_right(seen, end)
            for end in ends:
                insort(seen, end)
    return total
