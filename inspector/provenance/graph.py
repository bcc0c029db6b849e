"""The provenance graph: who needs, holds or comes from whom. A directed multigraph over networkx.

networkx is imported when a path is asked for, not before: a scan that only writes its result and a
window that only shows its welcome page do without it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from inspector.provenance.nouns import Edge, Node
from inspector.provenance.words import EdgeKind, NodeKind

if TYPE_CHECKING:
    import networkx


class ProvenanceGraph:
    """Nodes and edges by their stable keys. What is added twice is merged, never doubled."""

    def __init__(self, nodes: Iterable[Node] = (), edges: Iterable[Edge] = ()) -> None:
        self._nodes: dict[str, Node] = {}
        self._edges: dict[tuple[str, str, EdgeKind], Edge] = {}
        self._network: networkx.MultiDiGraph | None = None
        for node in nodes:
            self.add_node(node)
        for edge in edges:
            self.add_edge(edge)

    def add_node(self, node: Node) -> Node:
        """Adds ``node`` or merges it into the one with its id; gives what stands there now."""
        known = self._nodes.get(node.id)
        merged = node if known is None else known.merged_with(node)
        self._nodes[node.id] = merged
        self._network = None
        return merged

    def replace_node(self, node: Node) -> None:
        """Puts ``node`` in the place of the one with its id: for severities, which only rules know."""
        self._nodes[node.id] = node

    def add_edge(self, edge: Edge) -> Edge:
        """Adds ``edge`` or merges it into the one between the same two nodes of the same kind."""
        known = self._edges.get(edge.key)
        merged = edge if known is None else known.merged_with(edge)
        self._edges[edge.key] = merged
        self._network = None
        return merged

    def node(self, key: str) -> Node | None:
        return self._nodes.get(key)

    def nodes(self, kind: NodeKind | None = None) -> Iterator[Node]:
        """All nodes, or those of one kind, by id."""
        for key in sorted(self._nodes):
            if kind is None or self._nodes[key].kind is kind:
                yield self._nodes[key]

    def edges(self) -> Iterator[Edge]:
        """All edges whose two ends are known, by source, target and kind."""
        for key in sorted(self._edges):
            if key[0] in self._nodes and key[1] in self._nodes:
                yield self._edges[key]

    def __len__(self) -> int:
        return len(self._nodes)

    def __contains__(self, key: object) -> bool:
        return key in self._nodes

    @property
    def root(self) -> Node | None:
        """The project, or the hub repository a review is of: the node marked as root."""
        for node in self._nodes.values():
            if node.attributes.get("root") is True:
                return node
        return next(self.nodes(NodeKind.PROJECT), None)

    def network(self) -> networkx.MultiDiGraph:
        """The graph as networkx knows it; node keys are ids, edge keys the edge kinds."""
        if self._network is None:
            import networkx

            network: Any = networkx.MultiDiGraph()
            network.add_nodes_from(sorted(self._nodes))
            network.add_edges_from((e.source, e.target, e.kind.value) for e in self.edges())
            self._network = network
        return self._network

    def shortest_path(self, start: str, end: str) -> list[str]:
        """Ids from ``start`` to ``end`` along the edges, both included; empty where there is no way."""
        import networkx

        try:
            return list(networkx.shortest_path(self.network(), start, end))
        except (networkx.NetworkXNoPath, networkx.NodeNotFound):
            return []
