"""The provenance graph as the views walk it: neighbours by id, and the shortest way from the project.

Built once per graph, in steps, so that the window can spread twenty thousand nodes over several slices.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from typing import TypeAlias

from inspector.provenance import Edge, EdgeKind, Finding, Node, NodeKind, ProvenanceGraph

_STEP = 400

# Read towards the project: a package is declared in a manifest, so the manifest leads to the package.
_READ_BACKWARDS = frozenset({EdgeKind.DECLARED_IN})


class Network:
    """Nodes, their neighbours both ways and, once asked for, the tree of shortest ways from the root.

    ``forward[id]`` maps a neighbour's id to the edges that lead to it, ``backward`` the same against the
    direction of reading. Order is by id, so the same graph always gives the same views.
    """

    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}
        self.forward: dict[str, dict[str, list[Edge]]] = {}
        self.backward: dict[str, dict[str, list[Edge]]] = {}
        self.root: str | None = None
        self._parent: dict[str, str | None] | None = None
        self._depth: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self.nodes)

    @classmethod
    def of(cls, graph: ProvenanceGraph | Network) -> Network:
        """The network of ``graph``; a network is given back as it is."""
        if isinstance(graph, Network):
            return graph
        network = cls()
        for _ in network.fill(graph.nodes(), graph.edges()):
            pass
        return network

    def fill(self, nodes: Iterable[Node], edges: Iterable[Edge]) -> Generator[None, None, None]:
        """Takes in nodes and edges; yields after every few hundred so that a caller can pause."""
        done = 0
        gathered: dict[str, Node] = {}
        for node in nodes:
            gathered[node.id] = node
            done += 1
            if done % _STEP == 0:
                yield
        for key in sorted(gathered):
            self.nodes[key] = gathered[key]
            self.forward[key] = {}
            self.backward[key] = {}
        yield
        for edge in edges:
            if edge.source == edge.target or edge.source not in gathered or edge.target not in gathered:
                continue
            start, end = edge.source, edge.target
            if edge.kind in _READ_BACKWARDS:
                start, end = end, start
            self.forward[start].setdefault(end, []).append(edge)
            self.backward[end].setdefault(start, []).append(edge)
            done += 1
            if done % _STEP == 0:
                yield
        for neighbours in (self.forward, self.backward):
            for key, ends in neighbours.items():
                done += len(ends) + 1
                if len(ends) > 1:
                    neighbours[key] = {end: ends[end] for end in sorted(ends)}
                if done > _STEP:
                    done = 0
                    yield
        self.root = _root_of(self.nodes.values())

    def between(self, start: str, end: str) -> tuple[Edge, ...]:
        """The edges that lead from ``start`` to ``end`` in the direction of reading."""
        edges = self.forward.get(start, {}).get(end, [])
        return tuple(sorted(edges, key=lambda edge: edge.kind.value))

    @property
    def parent(self) -> Mapping[str, str | None]:
        """Each node's step back on its shortest way to the root; a node of an island has None.

        Ways along the edges come first. What they do not reach is reached against them, so that a node
        known only by what it points at still has its place.
        """
        if self._parent is None:
            for _ in self.reach():
                pass
        assert self._parent is not None, "reach sets it"
        return self._parent

    @property
    def depth(self) -> Mapping[str, int]:
        """How many steps each node is from the root (islands: 0)."""
        _ = self.parent
        return self._depth

    def way_to(self, key: str) -> list[str]:
        """Ids from the root (or from the island's first node) to ``key``, both included."""
        way = [key]
        parent = self.parent
        while (before := parent.get(way[-1])) is not None:
            way.append(before)
        return way[::-1]

    def reach(self) -> Generator[None, None, None]:
        """Finds the shortest ways; yields every few hundred nodes so that a caller can pause."""
        parent: dict[str, str | None] = {}
        self._depth = {}
        for start in ([self.root] if self.root else []) + list(self.nodes):
            if start in parent:
                continue
            parent[start] = None
            self._depth[start] = 0
            reached = yield from self._spread([start], parent)
            while reached:
                fresh = self._step_back(reached, parent)
                reached = yield from self._spread(fresh, parent)
        self._parent = parent

    def _spread(
        self, start: Sequence[str], parent: dict[str, str | None]
    ) -> Generator[None, None, list[str]]:
        """Breadth first along the edges; gives all that was reached, the start included."""
        reached = list(start)
        for place, key in enumerate(reached):
            below = self._depth[key] + 1
            for end in self.forward[key]:
                if end not in parent:
                    parent[end] = key
                    self._depth[end] = below
                    reached.append(end)
            if place % _STEP == _STEP - 1:
                yield
        return reached

    def _step_back(self, reached: Sequence[str], parent: dict[str, str | None]) -> list[str]:
        """One step against the edges from all that was reached; gives the nodes that are new."""
        fresh: list[str] = []
        for key in reached:
            for start in self.backward[key]:
                if start not in parent:
                    parent[start] = key
                    self._depth[start] = self._depth[key] + 1
                    fresh.append(start)
        return fresh


Graph: TypeAlias = ProvenanceGraph | Network


def findings_by_node(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """The findings of each node, worst first."""
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        found.setdefault(finding.node, []).append(finding)
    for key, items in found.items():
        if len(items) > 1:
            found[key] = sorted(items, key=lambda item: (-item.severity.rank, item.id))
    return found


def _root_of(nodes: Iterable[Node]) -> str | None:
    project: str | None = None
    for node in nodes:
        if node.attributes.get("root") is True:
            return node.id
        if project is None and node.kind is NodeKind.PROJECT:
            project = node.id
    return project
