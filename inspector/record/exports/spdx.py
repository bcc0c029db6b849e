"""SPDX 3.0.1 with the AI and Dataset profiles: models, datasets, packages and how they hang together."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from inspector import __version__
from inspector.provenance import EdgeKind, Node, NodeKind
from inspector.record.exports.interface import Facts
from inspector.record.exports.jsontext import json_bytes, without_none
from inspector.record.statement import purl_of

_TYPES = {
    NodeKind.PROJECT: "software_Package",
    NodeKind.MODEL: "ai_AIPackage",
    NodeKind.MODEL_FILE: "software_File",
    NodeKind.DATASET: "dataset_DatasetPackage",
    NodeKind.DATASET_FILE: "software_File",
    NodeKind.PACKAGE: "software_Package",
    NodeKind.CONTAINER_IMAGE: "software_Package",
}
_RELATIONS = {
    EdgeKind.CONTAINS: "contains",
    EdgeKind.REFERENCES: "dependsOn",
    EdgeKind.LOADS: "dependsOn",
    EdgeKind.DEPENDS_ON: "dependsOn",
    EdgeKind.TRAINED_ON: "trainedOn",
    EdgeKind.DERIVED_FROM: "descendantOf",
}
_CREATION = "_:creationinfo"
_HEX = re.compile(r"[0-9a-f]{64}\Z")


def write(facts: Facts) -> bytes:
    base = (
        f"https://provenance-inspector.org/spdx/{quote(facts.record_id.removeprefix('urn:uuid:'), safe='-')}"
    )
    nodes = {node.id: node for node in facts.nodes if node.kind in _TYPES}
    digests = {item.get("path"): item.get("sha256") for item in facts.scan.get("files") or []}
    names = {key: f"{base}#{quote(key, safe='')}" for key in nodes}
    agent, tool, document = f"{base}#reviewer", f"{base}#tool", f"{base}#document"
    elements = [_element(node, names[key], digests) for key, node in sorted(nodes.items())]
    relations = [
        _relation(base, number, names[edge.source], _RELATIONS[edge.kind], names[edge.target])
        for number, edge in enumerate(
            edge
            for edge in facts.edges
            if edge.kind in _RELATIONS and edge.source in names and edge.target in names
        )
    ]
    roots = [names[key] for key, node in nodes.items() if node.attributes.get("root") is True]
    roots = roots or [names[key] for key, node in nodes.items() if node.kind is NodeKind.PROJECT][:1]
    reviewer = facts.sign_off.reviewer if facts.sign_off else "Provenance Inspector"
    graph: list[dict[str, Any]] = [
        {
            "@id": _CREATION,
            "type": "CreationInfo",
            "specVersion": "3.0.1",
            "created": facts.when[:19].rstrip("Z") + "Z",
            "createdBy": [agent],
            "createdUsing": [tool],
        },
        {
            "type": "Person" if facts.sign_off else "SoftwareAgent",
            "spdxId": agent,
            "creationInfo": _CREATION,
            "name": reviewer,
        },
        {
            "type": "Tool",
            "spdxId": tool,
            "creationInfo": _CREATION,
            "name": f"provenance-inspector {__version__}",
        },
        without_none(
            {
                "type": "SpdxDocument",
                "spdxId": document,
                "creationInfo": _CREATION,
                "name": f"Provenance of {facts.project}",
                "profileConformance": ["core", "software", "ai", "dataset"],
                "rootElement": roots,
                "element": [names[key] for key in sorted(names)] + [one["spdxId"] for one in relations],
            }
        ),
        *elements,
        *relations,
    ]
    return json_bytes({"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": graph})


def _element(node: Node, name: str, digests: dict[Any, Any]) -> dict[str, Any]:
    attributes = node.attributes
    digest = attributes.get("sha256") or digests.get(node.name)
    version = attributes.get("version") or attributes.get("revision")
    marks = (
        f"pin: {node.pin.value}" if node.pin else "",
        f"loading: {node.loading.value}" if node.loading else "",
        f"severity: {node.severity.value}" if node.severity else "",
    )
    value: dict[str, Any] = {
        "type": _TYPES[node.kind],
        "spdxId": name,
        "creationInfo": _CREATION,
        "name": node.name or node.id,
        "comment": "; ".join(mark for mark in marks if mark),
    }
    if _HEX.match(str(digest)):
        value["verifiedUsing"] = [{"type": "Hash", "algorithm": "sha256", "hashValue": digest}]
    if value["type"] != "software_File":
        value["software_packageVersion"] = str(version) if version else ""
        value["software_packageUrl"] = purl_of(node)
    if node.kind is NodeKind.DATASET:
        value["dataset_datasetType"] = ["noAssertion"]
    return without_none(value)


def _relation(base: str, number: int, source: str, kind: str, target: str) -> dict[str, Any]:
    return {
        "type": "Relationship",
        "spdxId": f"{base}#relationship-{number}",
        "creationInfo": _CREATION,
        "from": source,
        "relationshipType": kind,
        "to": [target],
    }
