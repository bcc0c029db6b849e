"""From cards and joins to a placed view; and the one hot path of a view."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from inspector.provenance import Edge
from inspector.views.interface import PlacedEdge, PlacedNode, View
from inspector.views.layered import Wire, arrange
from inspector.views.network import Network
from inspector.views.words import say

_CHIP_LETTER = 7.4
_CHIP_PADDING = 20.0


@dataclass(frozen=True, slots=True)
class Join:
    """A line to draw between two cards (ids). ``hops`` above 1 draws it with a chip that says so."""

    source: str
    target: str
    edges: tuple[Edge, ...]
    hops: int = 1
    label: str = ""

    @property
    def chip_text(self) -> str:
        return self.label or (say("{0} hops", self.hops) if self.hops > 1 else "")


def joins_between(network: Network, shown: Sequence[str]) -> list[Join]:
    """Every edge of the graph between two of the nodes ``shown``, one join per pair and direction."""
    inside = set(shown)
    found = []
    for key in sorted(inside):
        for end in network.forward.get(key, {}):
            if end in inside:
                found.append(Join(key, end, network.between(key, end)))
    return found


def compose(
    name: str,
    cards: Sequence[PlacedNode],
    joins: Sequence[Join],
    *,
    heading: str,
    shown: int,
    total: int,
    anchor: str = "",
    first: str | None = None,
    layers: Mapping[str, int] | None = None,
    selected: str | None = None,
) -> View:
    """Places the cards and lays the joins. ``first`` has the first column to itself, ``layers`` fixes all."""
    number = {card.id: place for place, card in enumerate(cards)}
    known = [join for join in joins if join.source in number and join.target in number]
    wires = [
        Wire(
            number[join.source],
            number[join.target],
            len(join.chip_text) * _CHIP_LETTER + _CHIP_PADDING if join.chip_text else 0.0,
        )
        for join in known
    ]
    plan = arrange(
        [(card.w, card.h) for card in cards],
        wires,
        layers=[layers[card.id] for card in cards] if layers is not None else None,
        first=number.get(first) if first is not None else None,
    )
    nodes = tuple(replace(card, x=x, y=y) for card, (x, y) in zip(cards, plan.corners))
    edges = tuple(
        PlacedEdge(
            source=join.source,
            target=join.target,
            kind=join.edges[0].kind.value if join.edges else "",
            points=course,
            hops=join.hops,
            label=join.chip_text,
            chip=chip,
            edges=join.edges,
        )
        for join, course, chip in zip(known, plan.courses, plan.chips)
    )
    view = View(name, nodes, edges, heading, plan.width, plan.height, shown, total, anchor)
    return with_hot_path(view, selected) if selected else view


def with_hot_path(view: View, selected: str | None, start: str | None = None) -> View:
    """``view`` with the shortest way from ``start`` (its anchor) to ``selected`` hot, and nothing else."""
    hot = set(hot_path(view, selected, start)) if selected else set()
    edges = tuple(
        edge if edge.hot == (place in hot) else replace(edge, hot=place in hot)
        for place, edge in enumerate(view.edges)
    )
    return replace(view, edges=edges)


def hot_path(view: View, selected: str | None, start: str | None = None) -> list[int]:
    """The numbers of the edges on the way to ``selected`` that crosses the fewest edges of the graph.

    Where no way leads along the edges (owners and others of a neighbourhood) it goes either way.
    """
    start = start or view.anchor
    if not selected or selected == start:
        return []
    for both_ways in (False, True):
        steps: dict[str, list[tuple[str, int]]] = {}
        for place, edge in enumerate(view.edges):
            steps.setdefault(edge.source, []).append((edge.target, place))
            if both_ways:
                steps.setdefault(edge.target, []).append((edge.source, place))
        came: dict[str, tuple[str, int] | None] = {start: None}
        queue = deque([start])
        while queue and selected not in came:
            here = queue.popleft()
            for end, place in steps.get(here, ()):
                if end not in came:
                    came[end] = (here, place)
                    queue.append(end)
        if selected in came:
            way: list[int] = []
            back = came[selected]
            while back is not None:
                way.append(back[1])
                back = came[back[0]]
            return way[::-1]
    return []


def count_of(shown: int, total: int) -> str:
    """ "25 of 2,000 nodes"."""
    numbers = f"{shown:,}", f"{total:,}"
    return say("{0} of {1} node", *numbers) if total == 1 else say("{0} of {1} nodes", *numbers)
