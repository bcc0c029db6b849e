"""OpenVEX 0.2.0: what was decided of each finding, one statement for each.

An accepted risk is ``affected`` with an action statement: OpenVEX has no word for accepted, and calling it
``not_affected`` would hide it. A finding without a CVE is named by its rule.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from inspector.provenance import Node, State
from inspector.record.exports.interface import Facts
from inspector.record.exports.jsontext import json_bytes
from inspector.record.statement import purl_of
from inspector.review.interface import ReviewedFinding

_STATUS = {
    State.OPEN: "under_investigation",
    State.CONFIRMED: "affected",
    State.FIXED: "fixed",
    State.ACCEPTED: "affected",
    State.FALSE_POSITIVE: "not_affected",
    State.NOT_APPLICABLE: "not_affected",
}


def write(facts: Facts) -> bytes:
    """One statement a finding. OpenVEX has no document without a statement: where there is no finding, one
    says so as ``under_investigation``, which claims nothing about any vulnerability."""
    nodes = {node.id: node for node in facts.nodes}
    statements = [
        _statement(facts, item, name, nodes.get(item.finding.node))
        for item in facts.findings
        for name in (item.finding.identifiers.get("cve") or (item.finding.rule,))
    ]
    statements = statements or [_no_finding(facts)]
    author = facts.sign_off.reviewer if facts.sign_off else "Provenance Inspector"
    identifier = facts.record_id.removeprefix("urn:uuid:")
    return json_bytes(
        {
            "@context": "https://openvex.dev/ns/v0.2.0",
            "@id": f"https://provenance-inspector.org/vex/{quote(identifier, safe='-')}",
            "author": author,
            "timestamp": facts.when,
            "version": 1,
            "statements": statements,
        }
    )


def _no_finding(facts: Facts) -> dict[str, Any]:
    return {
        "@id": "https://provenance-inspector.org/vex/no-finding",
        "vulnerability": {"name": "no-finding", "description": "The review holds no finding."},
        "products": [{"@id": f"urn:provenance-inspector:{quote(facts.project, safe='')}"}],
        "status": "under_investigation",
        "status_notes": "Stands here because a document must hold a statement. It says nothing about any "
        "vulnerability; what was looked at, and what was not, stands in the review record.",
        "timestamp": facts.when,
    }


def _statement(facts: Facts, item: ReviewedFinding, name: str, node: Node | None) -> dict[str, Any]:
    finding = item.finding
    purl = purl_of(node) if node is not None else None
    product: dict[str, Any] = {"@id": purl or f"urn:provenance-inspector:{quote(finding.node, safe='')}"}
    if purl is not None:
        product["identifiers"] = {"purl": purl}
    value: dict[str, Any] = {
        "@id": f"https://provenance-inspector.org/vex/{finding.id}/{quote(name, safe='-')}",
        "vulnerability": {"name": name, "description": re.sub(r"\s+", " ", finding.title)},
        "products": [product],
        "status": _STATUS[item.state],
        "timestamp": facts.when,
    }
    if value["status"] == "affected":
        action = f"Risk accepted until {item.expires}: {item.because}" if item.state is State.ACCEPTED else ""
        value["action_statement"] = action or finding.remediation or "Confirmed; not yet remedied."
    elif value["status"] == "not_affected":
        value["impact_statement"] = f"{item.state.value}: {item.because}"
    return value
