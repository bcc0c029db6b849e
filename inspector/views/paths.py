"""The paths view: every shortest way from the project to one node, which is why that node is there."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from inspector.provenance import Finding
from inspector.views.compose import Join, compose, count_of, joins_between
from inspector.views.interface import PlacedNode, View
from inspector.views.marks import card, card_label, marks, node_severity, stack_card
from inspector.views.network import Graph, Network, findings_by_node
from inspector.views.words import say

PATHS_CAP = 60
_EDGES_OF_A_STACK = 100


def paths(
    graph: Graph,
    node_id: str,
    *,
    findings: Iterable[Finding] = (),
    expanded: Collection[str] = (),
    cap: int = PATHS_CAP,
) -> View:
    """All shortest ways from the root to ``node_id``. Of a step with very many nodes the worst are shown
    and the others stacked, so that about ``cap`` cards are enough."""
    network = Network.of(graph)
    total = len(network)
    if node_id not in network.nodes:
        heading = f"{say('That node is not in the graph')}: {count_of(0, total)}"
        return compose("paths", (), (), heading=heading, shown=0, total=total)
    found = findings_by_node(findings)
    steps = _steps(network, node_id)
    name = card_label(network.nodes[node_id])
    if not steps:
        return _unreached(network, node_id, found)
    kept, away = _fitting(network, steps, found, frozenset(expanded), cap)
    cards: list[PlacedNode] = []
    layers: dict[str, int] = {}
    keys = [key for step in kept for key in step]
    for number, step in enumerate(kept):
        for key in step:
            cards.append(card(network.nodes[key], found.get(key, ())))
            layers[key] = number
    joins = [join for join in joins_between(network, keys) if layers[join.target] == layers[join.source] + 1]
    for number, members in away.items():
        stack = _stack_of(network, number, members, found)
        cards.append(stack)
        layers[stack.id] = number
        joins += _stack_joins(network, stack, kept[number - 1], kept[number + 1])
    ways = _count_ways(network, steps)
    times = f"{ways:,}"
    said = (
        say("{0} shortest way to {1}", times, name)
        if ways == 1
        else say("{0} shortest ways to {1}", times, name)
    )
    return compose(
        "paths",
        cards,
        joins,
        heading=f"{said}: {count_of(len(keys), total)}",
        shown=len(keys),
        total=total,
        anchor=network.root or node_id,
        layers=layers,
        selected=node_id,
    )


def _steps(network: Network, node_id: str) -> list[list[str]]:
    """The nodes on shortest ways, by their distance from the root; empty where no way leads there."""
    root = network.root
    if root is None:
        return []
    distance = {root: 0}
    ring = [root]
    while ring and node_id not in distance:
        fresh = []
        for key in ring:
            for end in network.forward[key]:
                if end not in distance:
                    distance[end] = distance[key] + 1
                    fresh.append(end)
        ring = fresh
    if node_id not in distance:
        return []
    steps = [[node_id]]
    while steps[-1] != [root]:
        before = distance[steps[-1][0]] - 1
        steps.append(
            sorted(
                {
                    start
                    for key in steps[-1]
                    for start in network.backward[key]
                    if distance.get(start) == before
                }
            )
        )
    return steps[::-1]


def _count_ways(network: Network, steps: list[list[str]]) -> int:
    ways = {steps[0][0]: 1}
    for step in steps[1:]:
        ways.update({key: sum(ways.get(start, 0) for start in network.backward[key]) for key in step})
    return ways[steps[-1][0]]


def _fitting(
    network: Network,
    steps: list[list[str]],
    found: dict[str, list[Finding]],
    expanded: frozenset[str],
    cap: int,
) -> tuple[list[list[str]], dict[int, list[str]]]:
    """The nodes of each step to show, and those to stack."""
    each = max(cap // len(steps), 2)

    def worst_first(key: str) -> tuple[int, str]:
        severity = node_severity(network.nodes[key], found.get(key, ()))
        return (-(severity.rank if severity else -1), key)

    kept = []
    away: dict[int, list[str]] = {}
    for number, step in enumerate(steps):
        limit = cap if _stack_id(number) in expanded else each
        if len(step) > limit:
            ordered = sorted(step, key=worst_first)
            away[number] = ordered[limit - 1 :]
            step = ordered[: limit - 1]
        kept.append(step)
    return kept, away


def _stack_of(
    network: Network, number: int, members: list[str], found: dict[str, list[Finding]]
) -> PlacedNode:
    """A stack of unlike nodes says the worst of what lies in it, and every mark that one of them has."""
    nodes = [network.nodes[key] for key in members]
    severities = [node_severity(node, found.get(node.id, ())) for node in nodes]
    worst = max((item for item in severities if item), key=lambda item: item.rank, default=None)
    words = tuple(dict.fromkeys(word for node in nodes for word in marks(node)))
    return stack_card(_stack_id(number), nodes[0].kind, words, worst, members)


def _stack_joins(network: Network, stack: PlacedNode, before: list[str], after: list[str]) -> list[Join]:
    members = stack.members[:_EDGES_OF_A_STACK]
    joins = []
    for key in before:
        edges = tuple(edge for member in members for edge in network.between(key, member))
        if edges:
            joins.append(Join(key, stack.id, edges))
    for key in after:
        edges = tuple(edge for member in members for edge in network.between(member, key))
        if edges:
            joins.append(Join(stack.id, key, edges))
    return joins


def _unreached(network: Network, node_id: str, found: dict[str, list[Finding]]) -> View:
    node = network.nodes[node_id]
    if network.root == node_id:
        said = say("{0} is the project itself", card_label(node))
    else:
        said = say("No way leads from the project to {0}", card_label(node))
    return compose(
        "paths",
        [card(node, found.get(node_id, ()))],
        (),
        heading=f"{said}: {count_of(1, len(network))}",
        shown=1,
        total=len(network),
        anchor=node_id,
    )


def _stack_id(number: int) -> str:
    return f"stack:step:{number}"
