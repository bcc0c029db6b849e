"""The course of the lines between two neighbouring columns.

All lines that leave one slot share one trunk: out of the slot, up or down one track, and off into their
targets with rounded corners. Trunks whose heights overlap get tracks side by side, in the order that
crosses least. Nothing is drawn through a column but by a slot of its own, so no line runs under a card.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from inspector.views.interface import Point

_RADIUS = 12.0
TRACK = 14.0  # between two tracks
# Where two trunks would lie on each other for a stretch they could not be told apart.
_SAME_HEIGHT = 5.0
_OVERLAY_COST = 6


@dataclass(slots=True)
class Trunk:
    """The lines from one height at the left to some heights at the right of a gap."""

    start: float
    ends: list[float] = field(default_factory=list)
    track: int = -1

    @property
    def low(self) -> float:
        return min(self.start, *self.ends)

    @property
    def high(self) -> float:
        return max(self.start, *self.ends)

    @property
    def needs_track(self) -> bool:
        """A line that runs straight on turns nowhere."""
        return self.high - self.low > 0.5


def assign_tracks(trunks: Sequence[Trunk]) -> int:
    """Gives every trunk that turns its track, numbered from the left; gives how many there are."""
    order = _cheapest_order([trunk for trunk in trunks if trunk.needs_track])
    placed: list[Trunk] = []
    for trunk in order:
        near = [
            other.track
            for other in placed
            if trunk.low - _RADIUS < other.high and other.low - _RADIUS < trunk.high
        ]
        trunk.track = max(near, default=-1) + 1
        placed.append(trunk)
    return 1 + max((trunk.track for trunk in placed), default=-1)


def _cheapest_order(trunks: list[Trunk]) -> list[Trunk]:
    """Left to right, so that little crosses: each trunk in turn is put where it costs least."""
    # What falls goes from the right, what rises from the left: without long trunks that is already best.
    trunks = sorted(trunks, key=lambda trunk: -trunk.start if trunk.high > trunk.start else trunk.start)
    cost = [[_cost(left, right) for right in trunks] for left in trunks]
    order = list(range(len(trunks)))
    for _ in range(4):
        before = list(order)
        for trunk in range(len(trunks)):
            order.remove(trunk)
            # The cost at the far left, then what each step to the right changes.
            total = sum(cost[trunk][other] for other in order)
            best, place = total, 0
            for step, other in enumerate(order):
                total += cost[other][trunk] - cost[trunk][other]
                if total < best:
                    best, place = total, step + 1
            order.insert(place, trunk)
        if order == before:
            break
    return [trunks[number] for number in order]


def _cost(first: Trunk, second: Trunk) -> int:
    """What it costs to put ``first`` to the left of ``second``: crossings, and lines on lines."""
    if first.high < second.low or second.high < first.low:
        return 0
    crossings = sum(second.low < end < second.high for end in first.ends)
    crossings += first.low < second.start < first.high
    crossings += _OVERLAY_COST * sum(abs(end - second.start) < _SAME_HEIGHT for end in first.ends)
    return crossings


def across(start: Point, end: Point, trunk_x: float | None) -> list[Point]:
    """The points after ``start`` of the way across a gap to ``end``, by a trunk at ``trunk_x`` if given."""
    (x0, y0), (x1, y1) = start, end
    step = y1 - y0
    if abs(step) < 0.5:
        return line(start, end)
    if trunk_x is None:
        middle = (x0 + x1) / 2
        return [(middle, y0), (middle, y1), end]
    if abs(step) < 2 * _RADIUS:
        reach = min(1.5 * _RADIUS, trunk_x - x0, x1 - trunk_x)
        first, last = (trunk_x - reach, y0), (trunk_x + reach, y1)
        return [*line(start, first), (trunk_x, y0), (trunk_x, y1), last, *line(last, end)]
    radius = min(_RADIUS, max(trunk_x - x0, 1.0), max(x1 - trunk_x, 1.0))
    turn = radius if step > 0 else -radius
    first = (trunk_x - radius, y0)
    down = (trunk_x, y0 + turn)
    near = (trunk_x, y1 - turn)
    last = (trunk_x + radius, y1)
    keep = 0.45 * radius
    sign = 1 if step > 0 else -1
    return [
        *line(start, first),
        (trunk_x - keep, y0), (trunk_x, y0 + sign * keep), down,
        *line(down, near),
        (trunk_x, y1 - sign * keep), (trunk_x + keep, y1), last,
        *line(last, end),
    ]  # fmt: skip


def line(start: Point, end: Point) -> list[Point]:
    """A straight piece as a cubic: two control points and the end."""
    (x0, y0), (x1, y1) = start, end
    return [(x0 + (x1 - x0) / 3, y0 + (y1 - y0) / 3), (x1 - (x1 - x0) / 3, y1 - (y1 - y0) / 3), end]
