"""Models and datasets that lie in the cache of another hub, as nodes below the target."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from inspector.provenance import Edge, EdgeKind, Node, NodeKind, ProvenanceGraph, node_id, plain

if TYPE_CHECKING:
    from inspector.sources.othercaches import Stored


def add_stored(graph: ProvenanceGraph, root: str, stored: Iterable[Stored]) -> None:
    """Adds each with the host of its hub in its name: ORG/NAME of one hub is not ORG/NAME of another. The
    versions of one model are one node."""
    for one in stored:
        kind = NodeKind.DATASET if one.kind == "dataset" else NodeKind.MODEL
        name = plain(f"{one.host}/{one.name}", 500)
        key = node_id(kind, name)
        known = graph.node(key)
        attributes = one.attributes()
        if known is None:
            graph.add_node(Node(key, kind, name, one.pin, attributes=attributes))
            graph.add_edge(Edge(root, key, EdgeKind.CONTAINS))
            for path in one.files:
                part = node_id(NodeKind.MODEL_FILE, path)
                if graph.node(part) is not None:
                    graph.add_edge(Edge(key, part, EdgeKind.CONTAINS))
            continue
        for word in ("revisions", "problems"):
            attributes[word] = list(dict.fromkeys([*known.attributes.get(word, ()), *attributes[word]]))
        graph.replace_node(replace(known, attributes={**known.attributes, **attributes}))
