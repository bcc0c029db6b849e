"""The focus view: one node and what stands around it, a few hops both ways, like siblings stacked."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TypeAlias

from inspector.provenance import Finding, NodeKind, Severity
from inspector.views.compose import Join, compose, count_of, joins_between
from inspector.views.interface import PlacedNode, View
from inspector.views.marks import card, card_label, marks, node_severity, stack_card, worst_first
from inspector.views.network import Graph, Network, findings_by_node
from inspector.views.words import say

FOCUS_CAP = 60
# More of one kind than this side by side and the plainest of them become a stack.
_SIDE_BY_SIDE = 10
_SHOWN_OF_A_GROUP = 2
_EDGES_OF_A_STACK = 100

_Likeness: TypeAlias = tuple[str, int, NodeKind, tuple[str, ...], Severity | None]


def focus(
    graph: Graph,
    node_id: str,
    hops: int = 1,
    cap: int = FOCUS_CAP,
    *,
    findings: Iterable[Finding] = (),
    expanded: Collection[str] = (),
) -> View:
    """The neighbourhood of ``node_id`` within ``hops`` steps along or against the edges.

    At most ``cap`` cards, stacks counted; ``expanded`` are ids of stacks that are open.
    """
    network = Network.of(graph)
    if node_id not in network.nodes:
        heading = f"{say('That node is not in the graph')}: {count_of(0, len(network))}"
        return compose("focus", (), (), heading=heading, shown=0, total=len(network))
    found = findings_by_node(findings)
    layer, holder = _around(network, node_id, max(hops, 1))
    groups: dict[_Likeness, list[str]] = {}
    for key, side in layer.items():
        if key == node_id:
            continue
        node = network.nodes[key]
        severity = node_severity(node, found.get(key, ()))
        groups.setdefault((holder[key], side, node.kind, marks(node), severity), []).append(key)
    if len(groups) > (cap - 1) // 2:
        groups = _not_told_apart_by_holder(groups, node_id)
    plain_groups, stacks = _within(groups, frozenset(expanded), cap - 1)
    keys = [node_id, *(key for members in plain_groups for key in members)]
    cards: list[PlacedNode] = [card(network.nodes[key], found.get(key, ())) for key in keys]
    joins = joins_between(network, keys)
    shown = set(keys)
    for likeness, members in stacks.items():
        upper, side, kind, words, severity = likeness
        key = _stack_id(likeness)
        cards.append(stack_card(key, kind, words, severity, members))
        hold = upper if upper in shown else node_id
        edges = tuple(
            edge
            for member in members[:_EDGES_OF_A_STACK]
            for edge in network.between(upper, member) or network.between(member, upper)
        )
        joins.append(Join(hold, key, edges) if side > 0 else Join(key, hold, edges))
    cards = worst_first(cards)
    name = card_label(network.nodes[node_id])
    return compose(
        "focus",
        cards,
        joins,
        heading=f"{say('Around {0}', name)}: {count_of(len(keys), len(network))}",
        shown=len(keys),
        total=len(network),
        anchor=node_id,
    )


def _around(network: Network, start: str, hops: int) -> tuple[dict[str, int], dict[str, str]]:
    """Signed distance of each node (left of the start negative), and the neighbour it was reached by."""
    layer = {start: 0}
    holder: dict[str, str] = {}
    for sign, neighbours in ((1, network.forward), (-1, network.backward)):
        edge_of_view = [start]
        for hop in range(1, hops + 1):
            fresh = []
            for key in edge_of_view:
                for end in neighbours[key]:
                    if end not in layer:
                        layer[end] = sign * hop
                        holder[end] = key
                        fresh.append(end)
            edge_of_view = fresh
    return layer, holder


def _not_told_apart_by_holder(groups: dict[_Likeness, list[str]], node_id: str) -> dict[_Likeness, list[str]]:
    """Fewer, larger groups: alike in side, kind, marks and severity, wherever they hang."""
    merged: dict[_Likeness, list[str]] = {}
    for (_, side, kind, words, severity), members in groups.items():
        merged.setdefault((node_id, side, kind, words, severity), []).extend(members)
    return merged


def _within(
    groups: dict[_Likeness, list[str]], expanded: Collection[str], room: int
) -> tuple[list[list[str]], dict[_Likeness, list[str]]]:
    """Which groups stand side by side and which are stacked, so that ``room`` cards are enough."""

    def worst_first(likeness: _Likeness) -> tuple[int, int, int, str]:
        severity = likeness[4]
        key = _stack_id(likeness)
        rank = severity.rank if severity else -1
        return (-int(key in expanded), -rank, len(groups[likeness]), key)

    side_by_side: list[list[str]] = []
    stacks: dict[_Likeness, list[str]] = {}
    # Every group keeps one card in reserve for its stack; what is left over is given to the worst first.
    spare = room - len(groups)
    for likeness in sorted(groups, key=worst_first)[:room]:
        members = groups[likeness]
        opened = _stack_id(likeness) in expanded
        if (opened or len(members) <= _SIDE_BY_SIDE) and len(members) - 1 <= spare:
            side_by_side.append(members)
            spare -= len(members) - 1
            continue
        # A stack of one would say less than the card it hides.
        ahead = max(min(spare, len(members) - 2 if opened else _SHOWN_OF_A_GROUP), 0)
        side_by_side.append(members[:ahead])
        spare -= ahead
        stacks[likeness] = members[ahead:]
    return side_by_side, stacks


def _stack_id(likeness: _Likeness) -> str:
    upper, side, kind, words, severity = likeness
    where = "after" if side > 0 else "before"
    return f"stack:{where}:{upper}:{kind.value}:{'+'.join(words)}:{severity.value if severity else 'none'}"
