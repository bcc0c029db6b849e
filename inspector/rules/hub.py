"""What a hub says of a repository and its family: names that move, parents nobody can reach, owners."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from inspector.provenance import EdgeKind, Evidence, Finding, Node, NodeKind, Severity
from inspector.rules.catalogue import rule
from inspector.rules.interface import Facts


def target_not_pinned(facts: Facts) -> Iterator[Finding]:
    if facts.hub is not None and facts.hub.pin.is_unpinned:
        asked = facts.hub.requested_revision or "no revision"
        yield rule("provenance.target-not-pinned").finding(
            facts.root,
            f"It was opened at {asked}; that was commit {facts.hub.sha or 'unknown'}.",
            [Evidence(text=f"{facts.hub.id}@{facts.hub.sha}")],
        )


def renamed(facts: Facts) -> Iterator[Finding]:
    for node in _repositories(facts):
        asked = node.attributes.get("asked")
        if asked:
            yield rule("provenance.renamed").finding(
                node.id,
                f"{asked} is now {node.name}. Pin the new name and a commit.",
                [Evidence(text=f"{asked} → {node.name}")],
            )


def disabled(facts: Facts) -> Iterator[Finding]:
    for node in _repositories(facts):
        if node.attributes.get("disabled") is True:
            yield rule("provenance.disabled").finding(node.id, f"{node.name} is disabled by its hub.")


def parents(facts: Facts) -> Iterator[Finding]:
    """Claimed parents that could not be reached, and claims whose sources disagree."""
    if facts.hub is None:
        return
    for edge in facts.graph.edges():
        if edge.kind is not EdgeKind.DERIVED_FROM:
            continue
        parent = facts.graph.node(edge.target)
        evidence = [Evidence(text=_claim(item)) for item in edge.evidence]
        if parent is not None and parent.attributes.get("resolved") is False:
            problem = parent.attributes.get("problem") or ""
            yield rule("provenance.parent-unresolved").finding(
                parent.id, f"{parent.name} is claimed as a parent. {problem}", evidence
            )
        if edge.agree is False:
            yield rule("provenance.lineage-disagrees").finding(
                edge.source,
                f"{len(edge.evidence)} statements about its parents do not fit together.",
                evidence,
            )


def owners(facts: Facts) -> Iterator[Finding]:
    """Owners that the hub has not verified; users never are."""
    for node in facts.graph.nodes(NodeKind.OWNER):
        if node.attributes.get("checked") is not True or node.attributes.get("verified") is True:
            continue
        kind = node.attributes.get("type") or "owner"
        yield rule("provenance.unverified-owner").finding(
            node.id,
            f"{node.name} is {'an' if kind[0] in 'aeiou' else 'a'} {kind} that the hub has not verified.",
            [Evidence(text=_owner(node.attributes))],
            severity=Severity.LOW,
        )


def _repositories(facts: Facts) -> Iterator[Node]:
    if facts.hub is not None:
        for node in facts.graph.nodes():
            if "resolved" in node.attributes or node.id == facts.root:
                yield node


def _claim(item: Mapping[str, Any]) -> str:
    relation = f" ({item['relation']})" if item.get("relation") else ""
    return f"{item.get('source')}: {item.get('value')}{relation}"


def _owner(attributes: Mapping[str, Any]) -> str:
    shown = ("plan", "created", "followers", "models")
    return ", ".join(f"{key} {attributes[key]}" for key in shown if attributes.get(key) is not None)


RULES = (target_not_pinned, renamed, disabled, parents, owners)
