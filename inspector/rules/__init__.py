"""What makes a finding. One file for each family; the rules themselves stand in catalogue.toml.

``judge(facts)`` gives the findings, worst first. Readers state facts; only this room judges them.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from types import ModuleType

from inspector.artifacts.interface import EXTERNAL_DATA, NAMED_CODE
from inspector.provenance import EdgeKind, Finding, Loading, NodeKind
from inspector.rules.catalogue import catalogue, rule, rules_digest
from inspector.rules.interface import Facts, FileFact, Rule

__all__ = ["Facts", "FileFact", "Rule", "catalogue", "judge", "rule", "rules_digest"]

# In this order: of two findings with one id and one grade, the first stands.
_FAMILIES = ("provenance", "pipelines", "hub", "data", "loading", "dependencies", "packages", "integrity")


def judge(facts: Facts) -> list[Finding]:
    """All findings on ``facts``: worst first, then by rule and node; one for each rule and node."""
    found: dict[str, Finding] = {}
    for family in _families(facts):
        for judgement in family.RULES:
            for finding in judgement(facts):
                known = found.get(finding.id)
                if known is None or finding.severity.rank > known.severity.rank:
                    found[finding.id] = finding
    return sorted(found.values(), key=lambda f: (-f.severity.rank, f.rule, f.node))


def _families(facts: Facts) -> Iterator[ModuleType]:
    """The families that these facts can concern. The others would find nothing; they are not even imported,
    because that takes longer than the judging of a folder of weights."""
    has_packages = bool(facts.packages or facts.manifests or (facts.usage or {}).get("unused"))
    concerned = {
        "provenance": bool(facts.references),
        "pipelines": bool(facts.references),
        "hub": _has_hub(facts),
        "loading": bool(facts.references) or any(map(_is_more_than_data, facts.files)),
        "dependencies": has_packages,
        "packages": has_packages,
    }
    for name in _FAMILIES:
        if concerned.get(name, True):
            yield importlib.import_module(f"{__name__}.{name}")


def _is_more_than_data(file: FileFact) -> bool:
    is_data = file.artifact.loading in (Loading.DATA_ONLY, Loading.NO_LOADER)
    names_more = any(file.artifact.facts.get(key) for key in (NAMED_CODE, EXTERNAL_DATA))
    return not is_data or file.artifact.is_pickle or names_more


def _has_hub(facts: Facts) -> bool:
    """Whether a hub, a cache of one, an owner, a model or a lineage is spoken of."""
    return (
        facts.hub is not None
        or any(file.entry.attributes for file in facts.files)
        or any(node.kind in (NodeKind.MODEL, NodeKind.OWNER) for node in facts.graph.nodes())
        or any(edge.kind is EdgeKind.DERIVED_FROM for edge in facts.graph.edges())
    )
