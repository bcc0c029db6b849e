"""A layered layout for views of up to a few hundred nodes: columns from left to right.

1. cycles are opened, 2. layers found (or given), 3. long lines get a slot of their own in every column
they pass, chips a slot in a narrow column before their target, 4. columns are ordered, 5. heights
settled, 6. lines routed. The same input always gives the same layout.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from inspector.views.interface import Point
from inspector.views.order import order_columns
from inspector.views.place import heights
from inspector.views.rank import longest_ways, open_cycles, shorten
from inspector.views.route import TRACK, Trunk, across, assign_tracks, line

MARGIN = 24.0
ROW_GAP = 16.0
CHIP_HEIGHT = 24.0
_PASSING_HEIGHT = 8.0
_GAP = 26.0
_CHIP_GAP = 22.0


@dataclass(frozen=True, slots=True)
class Wire:
    """A line to lay from node ``source`` to node ``target`` (numbers). ``chip`` is its chip's width or 0."""

    source: int
    target: int
    chip: float = 0.0


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Top left corners of the nodes, the points of the wires and the middles of their chips."""

    corners: list[Point]
    courses: list[tuple[Point, ...]]
    chips: list[Point | None]
    width: float
    height: float


def arrange(
    sizes: Sequence[tuple[float, float]],
    wires: Sequence[Wire],
    *,
    layers: Sequence[int] | None = None,
    first: int | None = None,
) -> Arrangement:
    """Lays out nodes of ``sizes`` (width, height) joined by ``wires``.

    ``layers`` fixes the column of every node; wires within one column then bow out to its right.
    ``first`` is the node that has the first column to itself. Wires from a node to itself are not allowed.
    """
    pairs = [(wire.source, wire.target) for wire in wires]
    if layers is None:
        turned = open_cycles(len(sizes), pairs, first)
        straight = [(b, a) if back else (a, b) for (a, b), back in zip(pairs, turned)]
        layers = shorten(longest_ways(len(sizes), straight, first), straight, first)
    return _Layout(sizes, wires, layers).arrangement()


class _Layout:
    """The state of one run. Slots 0..n-1 are the nodes; chips and passing lines follow."""

    def __init__(
        self, sizes: Sequence[tuple[float, float]], wires: Sequence[Wire], layers: Sequence[int]
    ) -> None:
        self.sizes = sizes
        self.wires = wires
        self.width = [w for w, _ in sizes]
        self.height = [h for _, h in sizes]
        self.passing = [False] * len(sizes)
        # Cards stand in even columns; odd ones are for chips and fall away where there is none.
        self.column = [2 * layer for layer in layers]
        self.chains: list[list[int] | None] = []
        self.chip_slot: list[int | None] = []
        self.links: list[tuple[int, int]] = []
        self._compact()
        for wire in wires:
            self._chain(wire)
        self.columns: list[list[int]] = [[] for _ in range(max(self.column, default=-1) + 1)]
        for slot, number in enumerate(self.column):
            self.columns[number].append(slot)
        self.columns = order_columns(self.columns, self.links)
        self.y = heights(self.columns, self.links, self.height, self.passing, ROW_GAP)

    def _compact(self) -> None:
        """Numbers the columns that are used from 0 upwards without holes."""
        used = set(self.column)
        for wire in self.wires:
            if wire.chip and self.column[wire.source] != self.column[wire.target]:
                used.add(max(self.column[wire.source], self.column[wire.target]) - 1)
        number = {column: place for place, column in enumerate(sorted(used))}
        self.chip_column = {place for column, place in number.items() if column % 2}
        self.column = [number[column] for column in self.column]

    def _slot(self, column: int, width: float, height: float) -> int:
        self.column.append(column)
        self.width.append(width)
        self.height.append(height)
        self.passing.append(True)
        return len(self.column) - 1

    def _chain(self, wire: Wire) -> None:
        """The slots of one wire from left to right; None for a wire within a column."""
        left, right = wire.source, wire.target
        if self.column[left] > self.column[right]:
            left, right = right, left
        if self.column[left] == self.column[right]:
            self.chains.append(None)
            self.chip_slot.append(None)
            return
        chain = [left]
        chip: int | None = None
        for column in range(self.column[left] + 1, self.column[right]):
            if wire.chip and column == self.column[right] - 1:
                chip = self._slot(column, wire.chip, CHIP_HEIGHT)
                chain.append(chip)
            else:
                chain.append(self._slot(column, 0.0, _PASSING_HEIGHT))
        chain.append(right)
        self.links.extend(pairwise(chain))
        self.chains.append(chain)
        self.chip_slot.append(chip)

    def arrangement(self) -> Arrangement:
        top = min((y - h / 2 for y, h in zip(self.y, self.height)), default=0.0)
        self.y = [y - top + MARGIN for y in self.y]
        lefts, rights, trunk_x = self._columns_across()
        corners: list[Point] = []
        for node, (_, height) in enumerate(self.sizes):
            corners.append((lefts[self.column[node]], self.y[node] - height / 2))
        courses: list[tuple[Point, ...]] = []
        chips: list[Point | None] = []
        bow = 0.0
        for wire, chain, chip in zip(self.wires, self.chains, self.chip_slot):
            if chain is None:
                course, bow = self._bow(wire, rights), 60.0
            else:
                course = self._course(chain, lefts, rights, trunk_x)
                if chain[0] != wire.source:
                    course.reverse()
            courses.append(tuple(course))
            chips.append(
                None if chip is None else (lefts[self.column[chip]] + self.width[chip] / 2, self.y[chip])
            )
        width = max(rights, default=0.0) + MARGIN + bow
        height = max((y + h / 2 for y, h in zip(self.y, self.height)), default=0.0) + MARGIN
        return Arrangement(corners, courses, chips, width, height)

    def _columns_across(self) -> tuple[list[float], list[float], dict[tuple[int, int], float]]:
        """Left and right of every column, and where each trunk turns: (slot, column) -> x."""
        lefts: list[float] = []
        rights: list[float] = []
        trunk_x: dict[tuple[int, int], float] = {}
        x = MARGIN
        for number, column in enumerate(self.columns):
            width = max((self.width[slot] for slot in column), default=0.0)
            lefts.append(x)
            rights.append(x + width)
            x += width
            trunks: dict[int, Trunk] = {}
            for source, target in self.links:
                if self.column[source] == number:
                    trunks.setdefault(source, Trunk(self.y[source])).ends.append(self.y[target])
            tracks = assign_tracks(list(trunks.values()))
            gap = _CHIP_GAP if number in self.chip_column or number + 1 in self.chip_column else _GAP
            for slot, trunk in trunks.items():
                if trunk.track >= 0:
                    trunk_x[(slot, number)] = x + gap / 2 + TRACK * trunk.track
            x += gap + TRACK * max(tracks - 1, 0)
            if number + 1 not in self.chip_column:
                x += 10.0  # room for the arrow
        return lefts, rights, trunk_x

    def _course(
        self,
        chain: list[int],
        lefts: list[float],
        rights: list[float],
        trunk_x: dict[tuple[int, int], float],
    ) -> list[Point]:
        here = (lefts[self.column[chain[0]]] + self.width[chain[0]], self.y[chain[0]])
        course: list[Point] = [here]
        for slot, following in pairwise(chain):
            column = self.column[slot]
            if slot != chain[0]:
                out = (rights[column], self.y[slot])
                course += line(here, out)
                here = out
            there = (lefts[self.column[following]], self.y[following])
            course += across(here, there, trunk_x.get((slot, column)))
            here = there
        return course

    def _bow(self, wire: Wire, rights: list[float]) -> list[Point]:
        x = rights[self.column[wire.source]]
        y0, y1 = self.y[wire.source], self.y[wire.target]
        out = x + min(56.0, 24.0 + abs(y1 - y0) / 12)
        return [(x, y0), (out, y0), (out, y1), (x, y1)]
