"""The heights of the slots: each near the middle of its neighbours, none overlapping another.

For one column and wished heights, the best heights that keep order and distance are found exactly: pool
adjacent violators (isotonic regression, Ayer et al. 1955). Sweeps to and fro carry wishes along.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

_SWEEPS = 14
# How hard a link pulls, by whether its left and right ends are passing lines or chips. A line through
# columns is kept straight first; then a chip stands level with its target, since the trunk at the
# source takes up the difference anyway.
_PULL = {(False, False): 1.0, (False, True): 1.0, (True, False): 6.0, (True, True): 10.0}


def heights(
    columns: Sequence[Sequence[int]],
    links: Sequence[tuple[int, int]],
    size: Sequence[float],
    passing: Sequence[bool],
    gap: float,
) -> list[float]:
    """The middle of each slot. ``size`` are heights, ``passing`` marks slots of lines passing through."""
    count = len(size)
    left: list[list[tuple[int, float]]] = [[] for _ in range(count)]
    right: list[list[tuple[int, float]]] = [[] for _ in range(count)]
    for source, target in links:
        pull = _PULL[passing[source], passing[target]]
        right[source].append((target, pull))
        left[target].append((source, pull))
    apart = [_distances(column, size, passing, gap) for column in columns]
    y = [0.0] * count
    for column, distances in zip(columns, apart):
        total = sum(distances)
        height = -total / 2
        for place, slot in enumerate(column):
            if place:
                height += distances[place - 1]
            y[slot] = height
    last = len(columns) - 1
    for sweep in range(_SWEEPS):
        both = sweep >= _SWEEPS - 4
        forward = sweep % 2 == 0
        order = range(0 if both else 1, last + 1) if forward else range(last if both else last - 1, -1, -1)
        for number in order:
            column = columns[number]
            wishes: list[float] = []
            weights: list[float] = []
            for slot in column:
                near = left[slot] + right[slot] if both else (left if forward else right)[slot]
                weight = sum(pull for _, pull in near)
                if weight:
                    wishes.append(sum(y[end] * pull for end, pull in near) / weight)
                    weights.append(weight)
                else:
                    wishes.append(y[slot])
                    weights.append(0.2)
            for slot, height in zip(column, _settle(wishes, weights, apart[number])):
                y[slot] = height
    _straighten(columns, left, right, apart, y)
    return y


def _distances(
    column: Sequence[int], size: Sequence[float], passing: Sequence[bool], gap: float
) -> list[float]:
    found = []
    for upper, lower in pairwise(column):
        between = gap if not (passing[upper] and passing[lower]) else gap * 0.6
        found.append((size[upper] + size[lower]) / 2 + between)
    return found


def _settle(wishes: list[float], weights: list[float], apart: list[float]) -> list[float]:
    """The heights nearest to ``wishes`` (weighted squares) with at least ``apart`` between neighbours."""
    offset = 0.0
    offsets = [0.0]
    for distance in apart:
        offset += distance
        offsets.append(offset)
    blocks: list[list[float]] = []  # mean, weight, length
    for wish, weight, shift in zip(wishes, weights, offsets):
        mean, mass, length = wish - shift, weight, 1.0
        while blocks and blocks[-1][0] > mean:
            above = blocks.pop()
            mean = (mean * mass + above[0] * above[1]) / (mass + above[1])
            mass += above[1]
            length += above[2]
        blocks.append([mean, mass, length])
    settled: list[float] = []
    for mean, _, length in blocks:
        settled.extend([mean] * int(length))
    return [base + shift for base, shift in zip(settled, offsets)]


def _straighten(
    columns: Sequence[Sequence[int]],
    left: list[list[tuple[int, float]]],
    right: list[list[tuple[int, float]]],
    apart: Sequence[Sequence[float]],
    y: list[float],
) -> None:
    """Takes the small kinks out: a slot with one neighbour moves to its height where there is room."""
    for near in (right, left, right):
        for column, distances in zip(columns, apart):
            for place, slot in enumerate(column):
                if len(near[slot]) != 1:
                    continue
                wish = y[near[slot][0][0]]
                low = y[column[place - 1]] + distances[place - 1] if place else float("-inf")
                high = y[column[place + 1]] - distances[place] if place + 1 < len(column) else float("inf")
                if abs(wish - y[slot]) < 30 and low <= wish <= high:
                    y[slot] = wish
