"""The root of the graph, and what a hub says of a repository: owner, parents, datasets."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from inspector.provenance import Node, NodeKind, Pin, node_id, plain
from inspector.scan.assemble import GraphBuilder
from inspector.sources.interface import Target

if TYPE_CHECKING:
    from inspector.sources.hub.facts import HubFacts

_HUB_KINDS = {
    "hub-model": NodeKind.MODEL,
    "hub-dataset": NodeKind.DATASET,
    "hub-space": NodeKind.PROJECT,
}


def root_node(target: Target, hub: HubFacts | None) -> Node:
    """The node everything else hangs on: the project of a folder, or the hub repository itself."""
    if hub is None:
        name = plain(posixpath.basename(target.name.rstrip("/")) or target.name)
        return Node(
            node_id(NodeKind.PROJECT, name), NodeKind.PROJECT, name, Pin.LOCAL, attributes={"root": True}
        )
    kind = _HUB_KINDS.get(target.kind, NodeKind.MODEL)
    return Node(node_id(kind, target.name), kind, target.name, attributes={"root": True, "hub": "hf"})


def add_to(builder: GraphBuilder, hub: HubFacts) -> None:
    """Adds what the hub says to the graph."""
