"""Where things are in a placed view: what lies in an area, under the pointer, or next in a direction."""

from __future__ import annotations

from collections.abc import Generator
from math import hypot

from PySide6.QtCore import QPointF, QRectF

from inspector.views import PlacedEdge, PlacedNode, View

_CELL = 1024.0
_STEP = 300
_NEAR_A_LINE = 7.0
_LINES_PER_CELL = 45

Cell = tuple[int, int]


class Places:
    """An index of one view by squares. ``fill`` builds it in steps; until then only nodes by id are known."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.number = {node.id: place for place, node in enumerate(view.nodes)}
        self._nodes: dict[Cell, list[int]] = {}
        self._edges: dict[Cell, list[int]] = {}
        self._by_node: dict[str, list[int]] = {}
        self._drawn_length = float("inf")
        self.filled = False

    def fill(self) -> Generator[None, None, None]:
        """Builds the index; yields every few hundred items."""
        for place, node in enumerate(self.view.nodes):
            for cell in _cells(QRectF(node.x, node.y, node.w, node.h)):
                self._nodes.setdefault(cell, []).append(place)
            if place % _STEP == _STEP - 1:
                yield
        for place, edge in enumerate(self.view.edges):
            for cell in {_cell(x, y) for x, y in _samples(edge, _CELL / 3)}:
                self._edges.setdefault(cell, []).append(place)
            self._by_node.setdefault(edge.source, []).append(place)
            self._by_node.setdefault(edge.target, []).append(place)
            if place % _STEP == _STEP - 1:
                yield
        self._drawn_length = self._longest_to_draw()
        self.filled = True

    def _longest_to_draw(self) -> float:
        """Up to which length lines are drawn without being asked for, so that no square drowns in them.

        One length for the whole view: a limit per square would cut a line where two squares meet.
        """
        crossings = sum(len(places) for places in self._edges.values())
        allowed = _LINES_PER_CELL * max(len(self._nodes), 1)
        if crossings <= allowed:
            return float("inf")
        lengths = sorted(_length(edge) for edge in self.view.edges)
        spent = 0.0
        for length in lengths:
            spent += length / _CELL + 1
            if spent > allowed:
                return length
        return float("inf")

    @property
    def all_lines_drawn(self) -> bool:
        return self._drawn_length == float("inf")

    def edges_of(self, key: str, most: int = 200) -> list[int]:
        """Numbers of the edges that start or end at a node, the shortest first, at most ``most``."""
        found = self._by_node.get(key, [])
        return sorted(found, key=lambda place: (_length(self.view.edges[place]), place))[:most]

    def edge_between(self, one: str, other: str) -> int | None:
        """The number of an edge between two nodes, in either direction."""
        for place in self._by_node.get(one, ()):
            edge = self.view.edges[place]
            if other in (edge.source, edge.target):
                return place
        return None

    def node(self, key: str | None) -> PlacedNode | None:
        place = self.number.get(key) if key is not None else None
        return None if place is None else self.view.nodes[place]

    def nodes_in(self, area: QRectF) -> list[PlacedNode]:
        """The nodes that touch ``area``, in the view's order."""
        found: set[int] = set()
        for cell in _cells(area):
            found.update(self._nodes.get(cell, ()))
        nodes = [self.view.nodes[place] for place in sorted(found)]
        return [
            node
            for node in nodes
            if node.x < area.right()
            and node.x + node.w > area.left()
            and node.y < area.bottom()
            and node.y + node.h > area.top()
        ]

    def edges_in(self, area: QRectF) -> list[int]:
        """Numbers of the edges that run near ``area`` and are short enough to be drawn unasked."""
        found: set[int] = set()
        for cell in _cells(area):
            found.update(self._edges.get(cell, ()))
        if self.all_lines_drawn:
            return sorted(found)
        edges, longest = self.view.edges, self._drawn_length
        return [place for place in sorted(found) if _length(edges[place]) <= longest]

    def node_at(self, point: QPointF) -> PlacedNode | None:
        hits = self.nodes_in(QRectF(point.x() - 0.5, point.y() - 0.5, 1, 1))
        return hits[-1] if hits else None

    def edge_at(self, point: QPointF, reach: float = _NEAR_A_LINE) -> int | None:
        """The number of the nearest edge or chip within ``reach`` of ``point``, else None."""
        best: tuple[float, int] | None = None
        x, y = point.x(), point.y()
        area = QRectF(x - reach, y - reach, 2 * reach, 2 * reach)
        for place in self.edges_in(area):
            edge = self.view.edges[place]
            if (
                edge.chip is not None
                and abs(edge.chip[1] - y) < 12
                and abs(edge.chip[0] - x) < 5 * len(edge.label)
            ):
                return place
            away = min(hypot(x - a, y - b) for a, b in _samples(edge, reach))
            if away <= reach and (best is None or away < best[0]):
                best = (away, place)
        return None if best is None else best[1]

    def beside(self, key: str, dx: int, dy: int) -> PlacedNode | None:
        """The next node from ``key`` to the left, right, above or below (one of dx, dy is 1 or -1)."""
        here = self.node(key)
        if here is None:
            return None
        x, y = here.x + here.w / 2, here.y + here.h / 2
        best: tuple[float, PlacedNode] | None = None
        for node in self.view.nodes:
            along = (node.x + node.w / 2 - x) * dx + (node.y + node.h / 2 - y) * dy
            if node.id == key or along < 8:
                continue
            aside = abs((node.x + node.w / 2 - x) * dy) + abs((node.y + node.h / 2 - y) * dx)
            cost = along + aside * (4.0 if dy else 1.6)
            if best is None or cost < best[0]:
                best = (cost, node)
        return None if best is None else best[1]


def _cell(x: float, y: float) -> Cell:
    return (int(x // _CELL), int(y // _CELL))


def _cells(area: QRectF) -> list[Cell]:
    left, top = _cell(area.left(), area.top())
    right, bottom = _cell(area.right(), area.bottom())
    return [(column, row) for column in range(left, right + 1) for row in range(top, bottom + 1)]


def _length(edge: PlacedEdge) -> float:
    (x0, y0), (x1, y1) = edge.points[0], edge.points[-1]
    return abs(x1 - x0) + abs(y1 - y0)


def _samples(edge: PlacedEdge, step: float) -> list[tuple[float, float]]:
    """Points along the edge, about ``step`` apart."""
    points = edge.points
    found = [points[0]]
    for place in range(1, len(points) - 2, 3):
        (x0, y0), (x1, y1), (x2, y2), (x3, y3) = points[place - 1 : place + 3]
        count = min(int((abs(x3 - x0) + abs(y3 - y0)) / step) + 1, 200)
        for part in range(1, count + 1):
            t = part / count
            u = 1 - t
            a, b, c, d = u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t
            found.append((a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3))
    return found
