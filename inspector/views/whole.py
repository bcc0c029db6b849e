"""The map: every node and every edge."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable, Sequence
from dataclasses import replace

from inspector.provenance import Finding
from inspector.views.bands import bands
from inspector.views.compose import compose, joins_between
from inspector.views.interface import PlacedEdge, PlacedNode, Point, View
from inspector.views.marks import card
from inspector.views.network import Graph, Network, findings_by_node
from inspector.views.words import say_count

# Up to here every line gets its own way round the cards; beyond, lines run straight below them.
ROUTED_LIMIT = 120
_TALLEST_LAYER = 40
_STEP = 250
_MARGIN = 40.0


def whole(graph: Graph, findings: Iterable[Finding] = ()) -> View:
    """The whole graph, placed. For a large one in a window see ``wants_bands`` and ``whole_in_steps``."""
    network = Network.of(graph)
    corners = None
    if wants_bands(network):
        count, links, first = numbered(network)
        corners = bands(count, links, first)
    last = deque(whole_in_steps(network, findings, corners), maxlen=1)
    view = last.pop()
    assert view is not None, "the last step is the view"
    return view


def wants_bands(network: Network) -> bool:
    """Whether ``network`` is too large for routed lines, so that ``bands`` must place it."""
    if len(network) > ROUTED_LIMIT:
        return True
    return max((len(ends) for ends in network.forward.values()), default=0) > _TALLEST_LAYER


def numbered(network: Network) -> tuple[int, list[tuple[int, int]], int | None]:
    """The bare shape of the network: how many nodes, links by number (order of id), the root's number."""
    number = {key: place for place, key in enumerate(network.nodes)}
    links = [(number[key], number[end]) for key, ends in network.forward.items() for end in ends]
    first = number[network.root] if network.root is not None else None
    return len(number), links, first


def whole_in_steps(
    network: Network, findings: Iterable[Finding], corners: Sequence[Point] | None
) -> Generator[View | None, None, None]:
    """Builds the map and yields None every few hundred nodes, then the view.

    ``corners`` are the answer of ``bands`` to ``numbered(network)``; None has the small layout made.
    """
    found = findings_by_node(findings)
    total = len(network)
    anchor = network.root or next(iter(network.nodes), "")
    heading = say_count(total, "{0} node", "{0} nodes")
    if corners is None:
        cards = [card(node, found.get(node.id, ())) for node in network.nodes.values()]
        joins = joins_between(network, list(network.nodes))
        yield compose(
            "map", cards, joins,
            heading=heading, shown=total, total=total, anchor=anchor, first=network.root,
        )  # fmt: skip
        return
    placed: dict[str, PlacedNode] = {}
    for place, (key, node) in enumerate(network.nodes.items()):
        x, y = corners[place]
        placed[key] = replace(card(node, found.get(key, ())), x=x, y=y)
        if place % _STEP == _STEP - 1:
            yield None
    edges: list[PlacedEdge] = []
    for key, ends in network.forward.items():
        here = placed[key]
        for end, originals in ends.items():
            points = _course(here, placed[end])
            edges.append(PlacedEdge(key, end, originals[0].kind.value, points, edges=tuple(originals)))
            if len(edges) % (2 * _STEP) == 0:
                yield None
    width = max((node.x + node.w for node in placed.values()), default=0.0) + _MARGIN
    height = max((node.y + node.h for node in placed.values()), default=0.0) + _MARGIN
    yield View("map", tuple(placed.values()), tuple(edges), heading, width, height, total, total, anchor)


def _course(start: PlacedNode, end: PlacedNode) -> tuple[Point, ...]:
    """One curve from the right of ``start`` to the left of ``end``, or round where it lies behind."""
    x0, y0 = start.x + start.w, start.y + start.h / 2
    x1, y1 = end.x, end.y + end.h / 2
    if x1 >= x0:
        bend = min((x1 - x0) / 2, 120.0)
        return ((x0, y0), (x0 + bend, y0), (x1 - bend, y1), (x1, y1))
    return ((x0, y0), (x0 + 80.0, y0), (x1 - 80.0, y1), (x1, y1))
