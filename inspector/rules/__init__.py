"""What makes a finding. One file for each family; the rules themselves stand in catalogue.toml.

``judge(facts)`` gives the findings, worst first. Readers state facts; only this room judges them.
"""

from __future__ import annotations

from inspector.provenance import Finding
from inspector.rules import data, dependencies, hub, integrity, loading, packages, pipelines, provenance
from inspector.rules.catalogue import catalogue, rule, rules_digest
from inspector.rules.interface import Facts, FileFact, Rule

__all__ = ["Facts", "FileFact", "Rule", "catalogue", "judge", "rule", "rules_digest"]

_FAMILIES = (provenance, pipelines, hub, data, loading, dependencies, packages, integrity)


def judge(facts: Facts) -> list[Finding]:
    """All findings on ``facts``: worst first, then by rule and node; one for each rule and node."""
    found: dict[str, Finding] = {}
    for family in _FAMILIES:
        for judgement in family.RULES:
            for finding in judgement(facts):
                known = found.get(finding.id)
                if known is None or finding.severity.rank > known.severity.rank:
                    found[finding.id] = finding
    return sorted(found.values(), key=lambda f: (-f.severity.rank, f.rule, f.node))
