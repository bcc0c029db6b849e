"""Measures of a placed view, written from its points alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

from inspector.views import PlacedEdge, View

Rectangle = tuple[float, float, float, float]
Point = tuple[float, float]


def boxes(view: View) -> dict[str, Rectangle]:
    """The cards: left, top, right, bottom by id."""
    return {node.id: (node.x, node.y, node.x + node.w, node.y + node.h) for node in view.nodes}


def chips(view: View) -> list[Rectangle]:
    """The chips, as wide as their text is at 7 pixels a letter."""
    found = []
    for edge in view.edges:
        if edge.chip is not None:
            half = (len(edge.label) * 7 + 16) / 2
            found.append((edge.chip[0] - half, edge.chip[1] - 11, edge.chip[0] + half, edge.chip[1] + 11))
    return found


def overlap(one: Rectangle, other: Rectangle) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def overlaps(view: View) -> list[tuple[Rectangle, Rectangle]]:
    """Pairs of cards and chips that lie on each other."""
    return [pair for pair in combinations([*boxes(view).values(), *chips(view)], 2) if overlap(*pair)]


def along(edge: PlacedEdge, parts: int = 12) -> Iterator[Point]:
    """Points on the edge's curves."""
    points = edge.points
    yield points[0]
    for place in range(1, len(points) - 2, 3):
        pieces = points[place - 1 : place + 3]
        for part in range(1, parts + 1):
            t = part / parts
            u = 1 - t
            weights = (u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t)
            yield (
                sum(w * p[0] for w, p in zip(weights, pieces)),
                sum(w * p[1] for w, p in zip(weights, pieces)),
            )


def lines_under_cards(view: View) -> set[tuple[str, str, str]]:
    """(source, target, node) of every line that runs under a card which is not one of its ends."""
    cards = boxes(view)
    found = set()
    for edge in view.edges:
        for x, y in along(edge):
            for key, (left, top, right, bottom) in cards.items():
                if key not in (edge.source, edge.target) and left < x < right and top < y < bottom:
                    found.add((edge.source, edge.target, key))
    return found


def crossings(lines: Sequence[Sequence[Point]], ends: Sequence[tuple[str, str]]) -> int:
    """How many pairs of drawn lines cross; pairs that share an end are not counted."""
    segments = [[(p, q) for p, q in pairwise(line) if p != q] for line in lines]
    around = [_around(line) for line in lines]
    count = 0
    for one, other in combinations(range(len(lines)), 2):
        if overlap(around[one], around[other]) and not set(ends[one]) & set(ends[other]):
            count += any(_cross(p, q, r, s) for p, q in segments[one] for r, s in segments[other])
    return count


def _around(line: Sequence[Point]) -> Rectangle:
    """The rectangle around a line, a hair larger: a straight one has no height."""
    across, down = [x for x, _ in line], [y for _, y in line]
    return (min(across) - 1e-6, min(down) - 1e-6, max(across) + 1e-6, max(down) + 1e-6)


def _cross(p: Point, q: Point, r: Point, s: Point) -> bool:
    if min(p[0], q[0]) > max(r[0], s[0]) or min(r[0], s[0]) > max(p[0], q[0]):
        return False
    if min(p[1], q[1]) > max(r[1], s[1]) or min(r[1], s[1]) > max(p[1], q[1]):
        return False
    return _side(p, q, r) * _side(p, q, s) < 0 and _side(r, s, p) * _side(r, s, q) < 0


def _side(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
