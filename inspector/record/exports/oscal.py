"""OSCAL 1.1 assessment results (NIST), for programs of governance, risk and compliance.

Questions of the checklist become findings with a state, findings of the scan become observations with a risk;
an accepted risk is ``deviation-approved`` with its deadline. OSCAL has no signature of its own.
"""

from __future__ import annotations

import re
import uuid
from typing import Any

from inspector import __version__
from inspector.provenance import State
from inspector.record.exports.interface import Facts
from inspector.record.exports.jsontext import json_bytes, without_none
from inspector.record.statement import end_of_day
from inspector.review.interface import Question, ReviewedFinding

_RISK = {
    State.OPEN: "open",
    State.CONFIRMED: "open",
    State.FIXED: "closed",
    State.ACCEPTED: "deviation-approved",
    State.FALSE_POSITIVE: "closed",
    State.NOT_APPLICABLE: "closed",
}
_SPACE = uuid.UUID("6f1f0c0e-5a0b-5d0e-9a57-0c6d0f6a2b11")  # of the names below; any fixed UUID would do


def write(facts: Facts) -> bytes:
    run = facts.scan.get("run") or {}
    decision = facts.sign_off.decision if facts.sign_off else "not signed"
    title = f"Provenance review of {facts.project}"
    result = without_none(
        {
            "uuid": _uuid(facts, "result"),
            "title": title,
            "description": f"Decision: {decision}. The signed record is review-record.dsse.json.",
            "start": _time(str(run.get("started") or facts.when)),
            "end": _time(facts.when),
            "reviewed-controls": {"control-selections": [{"include-all": {}}]},
            "observations": [_observation(facts, item) for item in facts.findings],
            "risks": [_risk(facts, item) for item in facts.findings],
            "findings": [_finding(facts, question) for question in facts.questions],
        }
    )
    metadata = without_none(
        {
            "title": title,
            "last-modified": _time(facts.when),
            "version": str(facts.sign_off.serial if facts.sign_off else 0),
            "oscal-version": "1.1.2",
            "props": [
                {"name": "record-id", "ns": "https://provenance-inspector.org/ns", "value": facts.record_id},
                {"name": "tool-version", "ns": "https://provenance-inspector.org/ns", "value": __version__},
            ],
        }
    )
    return json_bytes(
        {
            "assessment-results": {
                "uuid": _uuid(facts, "assessment-results"),
                "metadata": metadata,
                "import-ap": {"href": "#", "remarks": "The plan is the checklist named in the record."},
                "results": [result],
            }
        }
    )


def _uuid(facts: Facts, name: str) -> str:
    return str(uuid.uuid5(_SPACE, f"{facts.record_id}\0{facts.when}\0{name}"))


def _time(text: str) -> str:
    return text if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", text) else "1970-01-01T00:00:00Z"


def _words(text: str, otherwise: str) -> str:
    """OSCAL's strings may neither be empty nor begin or end with white space."""
    return " ".join(text.split()) or otherwise


def _observation(facts: Facts, item: ReviewedFinding) -> dict[str, Any]:
    finding = item.finding
    return {
        "uuid": _uuid(facts, f"observation {finding.id}"),
        "title": _words(finding.title, finding.id),
        "description": _words(finding.message, finding.title or finding.id),
        "methods": ["EXAMINE"],
        "collected": _time(facts.when),
        "props": [
            {
                "name": "severity",
                "ns": "https://provenance-inspector.org/ns",
                "value": finding.severity.value,
            },
            {"name": "state", "ns": "https://provenance-inspector.org/ns", "value": item.state.value},
            {"name": "node", "ns": "https://provenance-inspector.org/ns", "value": _words(finding.node, "-")},
        ],
    }


def _risk(facts: Facts, item: ReviewedFinding) -> dict[str, Any]:
    finding = item.finding
    value: dict[str, Any] = {
        "uuid": _uuid(facts, f"risk {finding.id}"),
        "title": _words(finding.title, finding.id),
        "description": _words(finding.message, finding.title or finding.id),
        "statement": _words(item.because, "Not decided yet."),
        "status": _RISK[item.state],
        "related-observations": [{"observation-uuid": _uuid(facts, f"observation {finding.id}")}],
    }
    if item.state is State.ACCEPTED and item.expires:
        value["deadline"] = _time(end_of_day(item.expires))
    return value


def _finding(facts: Facts, question: Question) -> dict[str, Any]:
    satisfied = question.answer in ("yes", "n/a")
    return {
        "uuid": _uuid(facts, f"question {question.id}"),
        "title": _words(question.text, question.id),
        "description": _words(question.note, f"Answer: {question.answer or 'none'}"),
        "target": {
            "type": "objective-id",
            "target-id": "q-" + re.sub(r"[^A-Za-z0-9._-]", "-", question.id),
            "status": {
                "state": "satisfied" if satisfied else "not-satisfied",
                "reason": "pass" if satisfied else "other",
                "remarks": f"Answer: {question.answer or 'none'}",
            },
        },
    }
