"""The lineage view: what a model was made from, with relation, owner, commit, licence and gate per step."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Mapping

from inspector.provenance import Edge, EdgeKind, Finding, Node, NodeKind, plain
from inspector.provenance.text import elide_middle
from inspector.views.compose import Join, compose, count_of
from inspector.views.interface import View
from inspector.views.marks import card, card_label
from inspector.views.network import Graph, Network, findings_by_node
from inspector.views.words import say

LINEAGE_CAP = 60
_MODELS = frozenset({NodeKind.MODEL, NodeKind.DATASET})
_STEPS = frozenset({EdgeKind.DERIVED_FROM, EdgeKind.TRAINED_ON})
_VERIFIED = {True: "verified", False: "not verified"}
_UNCLEAR = "relation not stated"
_DETAIL_LIMIT = 44
_COMMIT = re.compile("[0-9a-f]{40}")


def lineage(graph: Graph, node_id: str, *, findings: Iterable[Finding] = (), cap: int = LINEAGE_CAP) -> View:
    """The base model tree of ``node_id``: bases, training data and their publishers to the right, models
    made from it to the left. A file stands for the model that holds it."""
    network = Network.of(graph)
    found = findings_by_node(findings)
    subject = _subject(network, node_id)
    if subject is None:
        name = card_label(network.nodes[node_id]) if node_id in network.nodes else say("that node")
        cards = [card(network.nodes[node_id])] if node_id in network.nodes else []
        heading = f"{say('No lineage is known of {0}', name)}: {count_of(len(cards), len(network))}"
        total = len(network)
        return compose("lineage", cards, (), heading=heading, shown=len(cards), total=total, anchor=node_id)
    keys, joins = _tree(network, subject, cap)
    cards = [
        card(network.nodes[key], found.get(key, ()), details=_details(network, network.nodes[key]))
        for key in keys
    ]
    name = card_label(network.nodes[subject])
    return compose(
        "lineage",
        cards,
        joins,
        heading=f"{say('Lineage of {0}', name)}: {count_of(len(keys), len(network))}",
        shown=len(keys),
        total=len(network),
        anchor=subject,
    )


def _subject(network: Network, node_id: str) -> str | None:
    """The model or dataset that ``node_id`` is, or that holds or loads it; None where there is none."""
    node = network.nodes.get(node_id)
    if node is None:
        return None
    if node.kind in _MODELS:
        return node_id
    for key in (*network.backward[node_id], *network.forward[node_id]):
        if network.nodes[key].kind in _MODELS:
            return key
    return None


def _tree(network: Network, subject: str, cap: int) -> tuple[list[str], list[Join]]:
    """Breadth first along lineage edges, both ways from the subject; publishers are added to each."""
    order = [subject]
    joins: dict[tuple[str, str], Join] = {}
    for neighbours, ahead in ((network.forward, True), (network.backward, False)):
        queue = deque([subject])
        while queue:
            here = queue.popleft()
            for end, edges in neighbours[here].items():
                steps = tuple(edge for edge in edges if edge.kind in _STEPS)
                if not steps:
                    continue
                start, stop = (here, end) if ahead else (end, here)
                if end not in order:
                    if len(order) >= cap:
                        continue
                    order.append(end)
                    queue.append(end)
                joins[(start, stop)] = Join(start, stop, steps, label=_relation(steps))
    for key in list(order):
        for end, edges in network.forward[key].items():
            if edges[0].kind is EdgeKind.PUBLISHED_BY and (end in order or len(order) < cap):
                if end not in order:
                    order.append(end)
                joins[(key, end)] = Join(key, end, tuple(edges))
    return order, [joins[key] for key in sorted(joins)]


def _relation(edges: tuple[Edge, ...]) -> str:
    """What the sources call the step; a disagreement between them is said, never smoothed over."""
    if edges[0].kind is EdgeKind.TRAINED_ON:
        return say("trained on")
    said = [item.get("relation") for item in edges[0].evidence]
    words = list(dict.fromkeys(plain(str(word), 20) for word in said if word))
    text = " / ".join(words[:2]) if words else say(_UNCLEAR)
    return say("{0}, sources differ", text) if edges[0].agree is False else text


def _details(network: Network, node: Node) -> tuple[str, ...]:
    """Owner, commit, licence and gate of one step; what nobody stated is said to be unknown."""
    if node.kind not in _MODELS:
        if node.kind is not NodeKind.OWNER:
            return ()
        verified = node.attributes.get("verified")
        word = say(_VERIFIED[verified] if isinstance(verified, bool) else "verification unknown")
        kind = node.attributes.get("type")
        return (f"{_shown(kind)} · {word}" if isinstance(kind, str) else word,)
    owners = [
        card_label(network.nodes[end])
        for end, edges in network.forward[node.id].items()
        if edges[0].kind is EdgeKind.PUBLISHED_BY
    ]
    attributes = node.attributes
    gate = attributes.get("gated")
    known = gate is None or isinstance(gate, bool)
    gate_word = say({None: "unknown", False: "no", True: "yes"}[gate]) if known else _shown(gate)
    unknown = say("unknown")
    return (
        say("owner {0}", _shown(owners[0]) if owners else unknown),
        _revision(attributes),
        " · ".join(
            (
                say("licence {0}", _first_text(attributes, ("license", "licence")) or unknown),
                say("gated {0}", gate_word),
            )
        ),
    )


def _revision(attributes: Mapping[str, object]) -> str:
    """A commit is called one only where it is: 40 hexadecimal digits. Any other name can move."""
    said = _first_text(attributes, ("commit", "sha", "revision"))
    if _COMMIT.fullmatch(said):
        return say("commit {0}", said[:12])
    return say("revision {0}, not a commit", said) if said else say("commit unknown")


def _first_text(attributes: Mapping[str, object], names: tuple[str, ...]) -> str:
    for name in names:
        value = attributes.get(name)
        if isinstance(value, str) and value:
            return _shown(value)
    return ""


def _shown(value: object) -> str:
    return plain(elide_middle(str(value), _DETAIL_LIMIT))
