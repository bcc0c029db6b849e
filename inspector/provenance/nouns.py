"""Node, Edge, Finding and Evidence: frozen values with the shapes of resources/contract.md.

``as_json`` of each gives the contract's object; ``from_json`` reads it back, for the window and the
review file. Attribute values are plain JSON values (str, int, bool, None, lists and string-keyed maps).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from inspector.provenance.words import (
    Confidence,
    EdgeKind,
    Loading,
    NodeKind,
    Pin,
    Severity,
    weaker_pin,
    worse_loading,
    worse_severity,
)

Json = Any  # a JSON value; the type checker has no finite name for it


def node_id(kind: NodeKind, name: str) -> str:
    """The stable id of the thing called ``name`` (path, ORG/NAME, package name, image name)."""
    return f"{kind.value}:{name}"


def finding_id(rule: str, node: str) -> str:
    """The stable id of what ``rule`` says of ``node``: 12 hex digits, the same in every scan."""
    return hashlib.sha256(f"{rule}\0{node}".encode("utf-8", "surrogatepass")).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where something was seen. ``line`` and ``column`` count from 1, ``offset`` is in bytes from 0."""

    path: str | None = None
    line: int | None = None
    column: int | None = None
    offset: int | None = None
    text: str = ""

    def as_json(self) -> dict[str, Json]:
        return {
            "path": self.path,
            "line": self.line,
            "column": self.column,
            "offset": self.offset,
            "text": self.text,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Json]) -> Evidence:
        return cls(
            path=value.get("path"),
            line=value.get("line"),
            column=value.get("column"),
            offset=value.get("offset"),
            text=value.get("text") or "",
        )


@dataclass(frozen=True, slots=True)
class Node:
    """One thing with a provenance. ``pin``, ``loading`` and ``severity`` are None where they say nothing."""

    id: str
    kind: NodeKind
    name: str
    pin: Pin | None = None
    loading: Loading | None = None
    severity: Severity | None = None
    attributes: Mapping[str, Json] = field(default_factory=dict)

    def merged_with(self, other: Node) -> Node:
        """Both statements about one thing as one: the weaker pin, the worse verdict, all attributes."""
        return replace(
            self,
            pin=weaker_pin(self.pin, other.pin),
            loading=worse_loading(self.loading, other.loading),
            severity=worse_severity(self.severity, other.severity),
            attributes={**self.attributes, **other.attributes},
        )

    def as_json(self) -> dict[str, Json]:
        return {
            "id": self.id,
            "kind": self.kind.value,
            "name": self.name,
            "pin": self.pin and self.pin.value,
            "loading": self.loading and self.loading.value,
            "severity": self.severity and self.severity.value,
            "attributes": dict(self.attributes),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Json]) -> Node:
        return cls(
            id=value["id"],
            kind=NodeKind(value["kind"]),
            name=value["name"],
            pin=Pin(value["pin"]) if value.get("pin") else None,
            loading=Loading(value["loading"]) if value.get("loading") else None,
            severity=Severity(value["severity"]) if value.get("severity") else None,
            attributes=value.get("attributes") or {},
        )


@dataclass(frozen=True, slots=True)
class Edge:
    """``source`` needs, holds or comes from ``target`` (ids). One edge per pair and kind.

    ``evidence`` holds JSON maps: {"path", "line", "text"} for what was read in a file, {"source",
    "value", "relation"} for lineage. ``agree`` is lineage's word on whether its sources agree.
    """

    source: str
    target: str
    kind: EdgeKind
    evidence: tuple[Mapping[str, Json], ...] = ()
    agree: bool | None = None

    @property
    def key(self) -> tuple[str, str, EdgeKind]:
        return (self.source, self.target, self.kind)

    def merged_with(self, other: Edge) -> Edge:
        fresh = tuple(item for item in other.evidence if item not in self.evidence)
        agree = self.agree if other.agree is None else other.agree
        return replace(self, evidence=self.evidence + fresh, agree=agree)

    def as_json(self) -> dict[str, Json]:
        value: dict[str, Json] = {
            "source": self.source,
            "target": self.target,
            "kind": self.kind.value,
            "evidence": [dict(item) for item in self.evidence],
        }
        if self.kind is EdgeKind.DERIVED_FROM:
            value["agree"] = self.agree
        return value

    @classmethod
    def from_json(cls, value: Mapping[str, Json]) -> Edge:
        return cls(
            source=value["source"],
            target=value["target"],
            kind=EdgeKind(value["kind"]),
            evidence=tuple(value.get("evidence") or ()),
            agree=value.get("agree"),
        )


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule says of one node, with everything it was seen in.

    ``fingerprint`` is the digest of what was judged (severity, message, evidence without line numbers):
    a decision carries over to the next scan only while it stays the same.
    """

    id: str
    rule: str
    severity: Severity
    confidence: Confidence
    node: str
    title: str
    message: str
    remediation: str
    evidence: tuple[Evidence, ...] = ()
    identifiers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fingerprint: str = ""

    def as_json(self) -> dict[str, Json]:
        return {
            "id": self.id,
            "rule": self.rule,
            "severity": self.severity.value,
            "confidence": self.confidence.value,
            "node": self.node,
            "title": self.title,
            "message": self.message,
            "remediation": self.remediation,
            "evidence": [item.as_json() for item in self.evidence],
            "identifiers": {key: list(ids) for key, ids in self.identifiers.items()},
            "fingerprint": self.fingerprint,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Json]) -> Finding:
        return cls(
            id=value["id"],
            rule=value["rule"],
            severity=Severity(value["severity"]),
            confidence=Confidence(value["confidence"]),
            node=value["node"],
            title=value["title"],
            message=value["message"],
            remediation=value["remediation"],
            evidence=tuple(Evidence.from_json(item) for item in value.get("evidence") or ()),
            identifiers={key: tuple(ids) for key, ids in (value.get("identifiers") or {}).items()},
            fingerprint=value.get("fingerprint") or "",
        )
