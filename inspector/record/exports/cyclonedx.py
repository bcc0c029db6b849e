"""CycloneDX ML-BOM (ECMA-424), 1.6 and 1.7: models with model cards, datasets, packages, files, what depends
on what, the advisories with what was decided, and the checklist with its answers. Written by us, because
cyclonedx-python-lib knows no model card."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Any

from inspector import __version__
from inspector.provenance import EdgeKind, Node, NodeKind, State
from inspector.record.exports.declarations import declarations
from inspector.record.exports.interface import Facts
from inspector.record.exports.jsontext import json_bytes, without_none
from inspector.record.statement import purl_of
from inspector.review.interface import ReviewedFinding
from inspector.rules.dependencies import package_id

_TYPES = {
    NodeKind.PROJECT: "application",
    NodeKind.MODEL: "machine-learning-model",
    NodeKind.MODEL_FILE: "file",
    NodeKind.DATASET: "data",
    NodeKind.DATASET_FILE: "file",
    NodeKind.PACKAGE: "library",
    NodeKind.CONTAINER_IMAGE: "container",
}
_DEPENDS = (EdgeKind.CONTAINS, EdgeKind.REFERENCES, EdgeKind.LOADS, EdgeKind.DEPENDS_ON, EdgeKind.TRAINED_ON)
_DEPENDS_AND_LINEAGE = (*_DEPENDS, EdgeKind.DERIVED_FROM)
# The BOM's word for what a reviewer decided. "accepted" is exploitable with a response, never not_affected.
_ANALYSIS = {
    State.OPEN: "in_triage",
    State.CONFIRMED: "exploitable",
    State.FIXED: "resolved",
    State.ACCEPTED: "exploitable",
    State.FALSE_POSITIVE: "false_positive",
    State.NOT_APPLICABLE: "not_affected",
}
_HEX = re.compile(r"[0-9a-f]{64}\Z")
_UUID = re.compile(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z")


def write(facts: Facts) -> bytes:
    """The bill of materials as CycloneDX 1.6."""
    return _written(facts, "1.6")


def write_1_7(facts: Facts) -> bytes:
    """The same as CycloneDX 1.7, which takes it as it is."""
    return _written(facts, "1.7")


def _written(facts: Facts, version: str) -> bytes:
    nodes = {node.id: node for node in facts.nodes if node.kind in _TYPES}
    root = next((node for node in nodes.values() if node.attributes.get("root") is True), None)
    if root is None:
        root = next((node for node in nodes.values() if node.kind is NodeKind.PROJECT), None)
    if root is None:
        root = Node(f"project:{facts.project}", NodeKind.PROJECT, facts.project)
        nodes[root.id] = root
    digests = {item.get("path"): item.get("sha256") for item in facts.scan.get("files") or []}
    return json_bytes(
        without_none(
            {
                "$schema": f"http://cyclonedx.org/schema/bom-{version}.schema.json",
                "bomFormat": "CycloneDX",
                "specVersion": version,
                "serialNumber": _serial(facts.record_id),
                "version": 1,
                "metadata": {
                    "timestamp": facts.when,
                    "tools": {
                        "components": [
                            {"type": "application", "name": "provenance-inspector", "version": __version__}
                        ]
                    },
                    "component": _component(root, facts, digests),
                    "properties": _metadata_properties(facts),
                },
                "components": [
                    _component(node, facts, digests) for key, node in sorted(nodes.items()) if key != root.id
                ],
                "dependencies": _dependencies(facts, nodes),
                "vulnerabilities": _vulnerabilities(facts, nodes),
                **declarations(facts, root.id),
            }
        )
    )


def _serial(record_id: str) -> str:
    return record_id if _UUID.match(record_id) else f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, record_id)}"


def _metadata_properties(facts: Facts) -> list[dict[str, str]]:
    properties = {"inspector:record-id": facts.record_id, "inspector:project": facts.project}
    target = facts.target
    properties["inspector:target-kind"] = str(target.get("kind") or "")
    properties["inspector:target-revision"] = str(target.get("revision") or "")
    if facts.sign_off is not None:
        properties["inspector:decision"] = facts.sign_off.decision
        properties["inspector:valid-until"] = facts.sign_off.valid_until
    not_analysed = (facts.scan.get("coverage") or {}).get("not_analysed") or []
    properties["inspector:not-analysed"] = str(len(not_analysed))
    return _properties(properties)


def _properties(values: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in sorted(values.items()) if value]


def _component(node: Node, facts: Facts, digests: Mapping[Any, Any]) -> dict[str, Any]:
    attributes = node.attributes
    version = attributes.get("version") or attributes.get("revision")
    digest = attributes.get("sha256") or digests.get(node.name)
    licence = attributes.get("license") or attributes.get("licence")
    properties = {
        "inspector:pin": node.pin.value if node.pin else "",
        "inspector:loading": node.loading.value if node.loading else "",
        "inspector:severity": node.severity.value if node.severity else "",
    }
    value: dict[str, Any] = {
        "type": _TYPES[node.kind],
        "bom-ref": node.id,
        "name": str(attributes.get("package") or node.name or node.id),
        "version": str(version) if version else None,
        "purl": purl_of(node),
        "hashes": [{"alg": "SHA-256", "content": digest}] if _HEX.match(str(digest)) else [],
        "licenses": [{"license": {"name": str(licence)}}] if isinstance(licence, str) and licence else [],
        "properties": _properties(properties),
    }
    if node.kind is NodeKind.MODEL:
        value["modelCard"] = _model_card(node, facts)
    if node.kind is NodeKind.DATASET:
        value["data"] = [{"type": "dataset", "name": node.name}]
    return without_none(value)


def _model_card(node: Node, facts: Facts) -> dict[str, Any]:
    datasets = sorted(
        {edge.target for edge in facts.edges if edge.source == node.id and edge.kind is EdgeKind.TRAINED_ON}
    )
    known = {one.id for one in facts.nodes}
    parents = sorted(
        {edge.target for edge in facts.edges if edge.source == node.id and edge.kind is EdgeKind.DERIVED_FROM}
    )
    parameters = without_none(
        {
            "task": str(node.attributes.get("task") or "") or None,
            "architectureFamily": str(node.attributes.get("architecture") or "") or None,
            "datasets": [{"ref": one} for one in datasets if one in known],
        }
    )
    return without_none(
        {
            "bom-ref": f"{node.id}#card",
            "modelParameters": parameters,
            "properties": [{"name": "inspector:derived-from", "value": one} for one in parents],
        }
    )


def _dependencies(facts: Facts, nodes: Mapping[str, Node]) -> list[dict[str, Any]]:
    wanted: dict[str, set[str]] = {key: set() for key in nodes}
    for edge in facts.edges:
        if edge.kind in _DEPENDS_AND_LINEAGE and edge.source in nodes and edge.target in nodes:
            wanted[edge.source].add(edge.target)
    return [
        without_none({"ref": key, "dependsOn": sorted(targets - {key})})
        for key, targets in sorted(wanted.items())
    ]


def _vulnerabilities(facts: Facts, nodes: Mapping[str, Node]) -> list[dict[str, Any]]:
    """One entry for each advisory of each package, with the decision on the finding that names it."""
    decided: dict[tuple[str, str], ReviewedFinding] = {}
    whole = {one.finding.node: one for one in facts.findings if one.finding.rule == "dependencies.vulnerable"}
    for one in facts.findings:
        for name in one.finding.identifiers.get("cve", ()):
            decided[(one.finding.node, name)] = one
    listed = []
    for package in facts.scan.get("packages") or []:
        name, ecosystem = str(package.get("name")), str(package.get("ecosystem") or "PyPI")
        node = package_id(ecosystem, name, package.get("version"))
        if node not in nodes:
            node = package_id(ecosystem, name, None)
        for advisory in package.get("advisories") or []:
            names = [str(advisory.get("id") or ""), *map(str, advisory.get("aliases") or [])]
            matching = [decided[(node, name)] for name in names if (node, name) in decided]
            # One finding speaks of all advisories of a package; those without a CVE are in it too.
            item = matching[0] if matching else whole.get(node)
            listed.append(_vulnerability(node if node in nodes else None, names, advisory, item))
    return listed


def _vulnerability(
    node: str | None, names: list[str], advisory: Mapping[str, Any], item: ReviewedFinding | None
) -> dict[str, Any]:
    severity = str(advisory.get("severity") or "unknown")
    fixed = ", ".join(map(str, advisory.get("fixed_in") or []))
    analysis: dict[str, Any] = {"state": _ANALYSIS[item.state if item else State.OPEN]}
    if item is not None and item.because:
        analysis["detail"] = item.because
    return without_none(
        {
            "id": names[0],
            "references": [{"id": one, "source": {"name": "alias"}} for one in names[1:] if one],
            "ratings": [
                {
                    "severity": severity
                    if severity in ("critical", "high", "medium", "low", "info")
                    else "unknown"
                }
            ],
            "description": str(advisory.get("summary") or "") or None,
            "recommendation": f"Fixed in {fixed}" if fixed else None,
            "analysis": analysis,
            "affects": [{"ref": node}] if node else [],
        }
    )
