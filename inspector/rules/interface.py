"""What the rules are given (``Facts``) and what they give (``Finding``, through ``Rule.finding``).

A rule is a generator function of the facts. It judges; it reads nothing. Every rule has its row in
catalogue.toml, which the help and the record print.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from inspector.provenance import Confidence, Evidence, Finding, ProvenanceGraph, Severity, finding_id

if TYPE_CHECKING:
    from inspector.artifacts.interface import Artifact
    from inspector.datasets.interface import DatasetFacts
    from inspector.dependencies.interface import AuditResult, Manifest, Package
    from inspector.references.interface import Reference
    from inspector.sources.hub.facts import HubFacts
    from inspector.sources.interface import Entry, Target


@dataclass(frozen=True, slots=True)
class FileFact:
    """One file of the target: what the source says, what its reader says, and what was hashed.

    ``not_analysed`` is a sentence where no reader came to an end. ``sha256`` is computed here for local
    files and the hub's claim for remote ones.
    """

    entry: Entry
    artifact: Artifact
    sha256: str | None
    not_analysed: str | None = None
    changed: bool = False

    @property
    def path(self) -> str:
        return self.entry.path


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that was found out about a target, with the graph it forms."""

    target: Target
    graph: ProvenanceGraph
    root: str  # node id of the project or the hub repository
    files: Sequence[FileFact] = ()
    references: Sequence[Reference] = ()
    manifests: Sequence[Manifest] = ()
    packages: Sequence[Package] = ()
    audit: AuditResult | None = None
    datasets: Sequence[DatasetFacts] = ()
    influences: Sequence[Mapping[str, Any]] = ()
    usage: Mapping[str, Any] | None = None  # dependencies.imported_against_declared
    hub: HubFacts | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the catalogue."""

    id: str
    title: str
    severity: Severity
    why: str
    remedy: str
    identifiers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def finding(
        self,
        node: str,
        message: str,
        evidence: Sequence[Evidence] = (),
        *,
        severity: Severity | None = None,
        confidence: Confidence = Confidence.HIGH,
        remedy: str | None = None,
        subject: str = "",
        cve: Sequence[str] = (),
        title: str | None = None,
    ) -> Finding:
        """A finding of this rule on ``node``. ``subject`` is what stands behind the evidence and is not in
        it, such as a file's digest: when it changes, the decision is asked again."""
        grade = severity or self.severity
        identifiers = dict(self.identifiers)
        if cve:
            identifiers["cve"] = tuple(cve)
        return Finding(
            id=finding_id(self.id, node),
            rule=self.id,
            severity=grade,
            confidence=confidence,
            node=node,
            title=title or self.title,
            message=message,
            remediation=remedy or self.remedy,
            evidence=tuple(evidence),
            identifiers=identifiers,
            fingerprint=_fingerprint(grade, message, evidence, subject),
        )


def _fingerprint(severity: Severity, message: str, evidence: Sequence[Evidence], subject: str) -> str:
    # Line numbers are left out: a line that only moved is the same evidence.
    seen = sorted(
        [item.path or "", item.offset if item.offset is not None else -1, item.text] for item in evidence
    )
    canonical = json.dumps([severity.value, message, seen, subject], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()
