"""SARIF 2.1.0 (OASIS): findings for code hosts and editors. A decided finding is a suppression with its
justification, never gone; an accepted one is suppressed with status ``accepted``, a fixed one is absent."""

from __future__ import annotations

import re
from typing import Any

from inspector import __version__
from inspector.provenance import Evidence, Severity, State
from inspector.record.exports.interface import Facts
from inspector.record.exports.jsontext import json_bytes, uri_of, without_none
from inspector.review.interface import ReviewedFinding

_LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
# What code hosts sort by; the figures are the middle of the CVSS v3 bands.
_SCORES = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "2.5",
    Severity.INFO: "0.0",
}
_SUPPRESSED = (State.ACCEPTED, State.FALSE_POSITIVE, State.NOT_APPLICABLE)
MAX_LOCATIONS = 10  # a result; its related locations would hide the rest of the list in every viewer


def write(facts: Facts) -> bytes:
    rules: dict[str, dict[str, Any]] = {}
    places: dict[str, int] = {}
    results = []
    for item in facts.findings:
        if item.state is State.FIXED:
            continue
        finding = item.finding
        places.setdefault(finding.rule, len(places))
        rules.setdefault(finding.rule, _rule(item))
        results.append(_result(item, places[finding.rule]))
    coverage = facts.scan.get("coverage") or {}
    not_analysed = coverage.get("not_analysed") or []
    guid = _guid(facts.record_id)
    run = {
        "tool": {
            "driver": {
                "name": "Provenance Inspector",
                "version": __version__,
                "informationUri": "https://provenance-inspector.org/",
                "rules": list(rules.values()),
            }
        },
        "automationDetails": without_none({"id": f"{facts.project}/", "guid": guid}),
        "invocations": [
            without_none(
                {
                    "executionSuccessful": True,
                    "toolExecutionNotifications": [_notification(one) for one in not_analysed[:1000]],
                }
            )
        ],
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return json_bytes(
        {
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [run],
        }
    )


def _guid(record_id: str) -> str | None:
    """The UUID of the record, where it is one of the kind that SARIF's pattern takes (versions 1 to 5)."""
    found = re.fullmatch(
        r"urn:uuid:([0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})", record_id
    )
    return found[1] if found else None


def _rule(item: ReviewedFinding) -> dict[str, Any]:
    finding = item.finding
    tags = ["security", *(one for key in sorted(finding.identifiers) for one in finding.identifiers[key])]
    return {
        "id": finding.rule,
        "name": re.sub(r"[^A-Za-z0-9]+", " ", finding.rule).title().replace(" ", ""),
        "shortDescription": {"text": finding.title},
        "fullDescription": {"text": finding.message or finding.title},
        "help": {"text": finding.remediation or finding.title},
        "defaultConfiguration": {"level": _LEVELS[finding.severity]},
        "properties": {"tags": list(dict.fromkeys(tags)), "security-severity": _SCORES[finding.severity]},
    }


def _result(item: ReviewedFinding, rule_index: int) -> dict[str, Any]:
    finding = item.finding
    located = [one for one in finding.evidence if one.path][:MAX_LOCATIONS]
    locations = [_location(one) for one in located] or [
        {"logicalLocations": [{"fullyQualifiedName": finding.node, "kind": "resource"}]}
    ]
    return without_none(
        {
            "ruleId": finding.rule,
            "ruleIndex": rule_index,
            "level": _LEVELS[finding.severity],
            "message": {"text": finding.message or finding.title},
            "locations": locations[:1],
            "relatedLocations": [{"id": place, **one} for place, one in enumerate(locations[1:], 1)],
            "partialFingerprints": {"provenanceInspector/v1": finding.id},
            "suppressions": [_suppression(item)] if item.state in _SUPPRESSED else [],
            "properties": {
                "state": item.state.value,
                "severity": finding.severity.value,
                "node": finding.node,
                "confidence": finding.confidence.value,
            },
        }
    )


def _suppression(item: ReviewedFinding) -> dict[str, Any]:
    until = f" (until {item.expires})" if item.expires else ""
    return {
        "kind": "external",
        "status": "accepted",
        "justification": f"{item.state.value}: {item.because}{until}",
    }


def _location(evidence: Evidence) -> dict[str, Any]:
    region: dict[str, Any] = {}
    if evidence.line is not None and evidence.line > 0:
        region["startLine"] = evidence.line
        if evidence.column is not None and evidence.column > 0:
            region["startColumn"] = evidence.column
    elif evidence.offset is not None and evidence.offset >= 0:
        region["byteOffset"] = evidence.offset
    if region and evidence.text:
        region["snippet"] = {"text": evidence.text[:1000]}
    physical: dict[str, Any] = {"artifactLocation": {"uri": uri_of(evidence.path or "")}}
    if region:
        physical["region"] = region
    return {"physicalLocation": physical}


def _notification(item: dict[str, Any]) -> dict[str, Any]:
    path = str(item.get("path") or "")
    value: dict[str, Any] = {
        "level": "warning",
        "message": {"text": f"Not analysed: {item.get('why') or 'no reason given'}"},
    }
    if path:
        value["locations"] = [{"physicalLocation": {"artifactLocation": {"uri": uri_of(path)}}}]
    return value
