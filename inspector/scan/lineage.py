"""The root of the graph, and what a hub says of a repository: owner, parents, datasets."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from inspector.provenance import Edge, EdgeKind, Node, NodeKind, Pin, node_id, plain
from inspector.scan.assemble import GraphBuilder
from inspector.sources.interface import Target

if TYPE_CHECKING:
    from inspector.sources.cachemanifest import CachedRepository
    from inspector.sources.hub.facts import HubFacts, Named, RepoFacts

_MOST_PATHS = 200  # named on one node
KINDS = {"model": NodeKind.MODEL, "dataset": NodeKind.DATASET, "space": NodeKind.PROJECT}


def root_node(target: Target, hub: HubFacts | None) -> Node:
    """The node everything else hangs on: the project of a folder, or the hub repository itself."""
    if hub is None:
        name = plain(posixpath.basename(target.name.rstrip("/")) or target.name)
        return Node(
            node_id(NodeKind.PROJECT, name), NodeKind.PROJECT, name, Pin.LOCAL, attributes={"root": True}
        )
    attributes = {**hub.attributes(), "root": True, "hub": "hf", "host": hub.host, "card": dict(hub.card)}
    attributes["requested_revision"] = hub.requested_revision
    return Node(_id(hub.kind, hub.id), KINDS[hub.kind], hub.id, hub.pin, attributes=attributes)


def add_to(builder: GraphBuilder, hub: HubFacts) -> None:
    """Adds the repository's family: parents with every source of each claim, datasets, owners."""
    for relative in hub.relatives:
        builder.graph.add_node(
            Node(
                _id(relative.kind, relative.id),
                KINDS[relative.kind],
                relative.id,
                # A base model is claimed by name: which commit of it was used, nobody wrote down.
                Pin.NONE,
                attributes={**relative.attributes(), "hub": "hf"},
            )
        )
    for repository in (hub, *hub.relatives):
        _add_claims(builder, repository)
        if repository.owner is not None:
            owner = repository.owner
            attributes = {**owner.attributes(), "hub": "hf", "checked": not owner.problem}
            builder.add_owner(_id(repository.kind, repository.id), owner.name, attributes)


def add_cached(builder: GraphBuilder, repositories: Iterable[CachedRepository]) -> None:
    """Adds the repositories that a hub's cache holds, each with its commits, below the target."""
    for one in repositories:
        key = _id(one.kind, one.name or one.folder)
        if key not in builder.graph:
            name = one.name or plain(one.folder)
            attributes = {**one.attributes(), "hub": "hf", **_content(builder, one)}
            builder.graph.add_node(Node(key, KINDS[one.kind], name, Pin.LOCAL, attributes=attributes))
        if key != builder.root:
            builder.graph.add_edge(Edge(builder.root, key, EdgeKind.CONTAINS))


def _content(builder: GraphBuilder, one: CachedRepository) -> dict[str, Any]:
    """How the bytes that are here stand to those that the commit names, where it names any."""
    if not one.content:
        return {}
    read = {path: builder.sha256_of(path) for path in one.content}
    equal = [path for path, named in one.content.items() if read[path] == named]
    other = [path for path, named in one.content.items() if read[path] not in (None, named)]
    content = {
        "equal": len(equal),
        "differs": sorted(other)[:_MOST_PATHS],
        "not_compared": len(one.content) - len(equal) - len(other),
    }
    return {"content": content}


def _add_claims(builder: GraphBuilder, repository: RepoFacts) -> None:
    here = _id(repository.kind, repository.id)
    for claim in repository.lineage:
        parent = _known(builder, "model", claim.parent)
        evidence: tuple[Mapping[str, Any], ...] = tuple(dict(item) for item in claim.evidence)
        builder.graph.add_edge(Edge(here, parent, EdgeKind.DERIVED_FROM, evidence, claim.agree))
    for kind, named in (
        (EdgeKind.TRAINED_ON, repository.datasets),
        (EdgeKind.REFERENCES, repository.models),
    ):
        for item in named:
            _add_named(builder, here, kind, item)


def _add_named(builder: GraphBuilder, here: str, kind: EdgeKind, item: Named) -> None:
    target = _known(builder, item.kind, item.name)
    builder.graph.add_edge(Edge(here, target, kind, ({"source": item.source, "value": item.name},)))


def _known(builder: GraphBuilder, kind: str, name: str) -> str:
    """The id of a named repository; one that nothing is known of is added as unresolved."""
    key = _id(kind, name)
    if key not in builder.graph:
        attributes = {"resolved": False, "hub": "hf", "problem": "It was not looked up."}
        builder.graph.add_node(Node(key, KINDS[kind], name, Pin.NONE, attributes=attributes))
    return key


def _id(kind: str, name: str) -> str:
    return node_id(KINDS[kind], name)
