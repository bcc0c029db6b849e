"""The checklist in CycloneDX (ECMA-424, 1.6 and later): its questions as a standard with requirements, the
answers as attestations about them, and who signed as an affirmation.

A score is the answer in the form the specification has for it, and nothing else: yes is 1, no is 0, and so
are unknown and no answer. How much "partial" is, nobody said: it has words and no score, as has what does not
apply. The answer in words stands beside each.
"""

from __future__ import annotations

from typing import Any

from inspector.record.exports.interface import Facts
from inspector.record.exports.jsontext import without_none
from inspector.review.interface import Question

_SCORES = {"yes": 1, "no": 0, "unknown": 0, None: 0}
_STANDARD = "checklist"


def declarations(facts: Facts, target: str) -> dict[str, Any]:
    """``definitions`` and ``declarations`` of a bill of materials whose subject has the bom-ref ``target``;
    empty where nobody was asked anything, as in a scan."""
    if not facts.questions:
        return {}
    return {
        "definitions": {"standards": [_standard(facts)]},
        "declarations": without_none(
            {
                "assessors": [_assessor(facts)],
                "attestations": [
                    {
                        "summary": "The checklist of the review, question by question.",
                        "assessor": "assessor",
                        "map": [_mapped(one) for one in facts.questions],
                    }
                ],
                "claims": [_claim(one, target) for one in facts.questions if one.answer],
                "evidence": _evidence(facts),
                "affirmation": _affirmation(facts),
            }
        ),
    }


def _standard(facts: Facts) -> dict[str, Any]:
    return {
        "bom-ref": _STANDARD,
        "name": "Provenance checklist",
        "version": facts.checklist_version,
        "owner": "Provenance Inspector",
        "requirements": [
            without_none(
                {
                    "bom-ref": _requirement(one),
                    "identifier": one.id,
                    "title": one.text,
                    "text": one.evidence_wanted or None,
                    "properties": [
                        {"name": "inspector:required", "value": "yes" if one.required else "no"},
                        {"name": "inspector:severity", "value": one.severity},
                        *({"name": "inspector:reference", "value": ref} for ref in one.refs),
                    ],
                }
            )
            for one in facts.questions
        ],
    }


def _requirement(question: Question) -> str:
    return f"requirement:{question.id}"


def _assessor(facts: Facts) -> dict[str, Any]:
    sign_off = facts.sign_off
    name = (sign_off.organisation or sign_off.reviewer) if sign_off else "a reviewer who has not signed"
    return {"bom-ref": "assessor", "organization": {"name": name}}


def _mapped(question: Question) -> dict[str, Any]:
    answer = question.answer
    said = f"{answer or 'not answered'}" + (f": {question.note}" if question.note else "")
    conformance: dict[str, Any] = {"rationale": said}
    if answer in _SCORES:
        conformance["score"] = _SCORES[answer]
    value: dict[str, Any] = {"requirement": _requirement(question), "conformance": conformance}
    if answer:
        value["claims" if answer in ("yes", "partial", "n/a") else "counterClaims"] = [f"claim:{question.id}"]
    return value


def _claim(question: Question, target: str) -> dict[str, Any]:
    evidence = [f"evidence:{item.get('sha256')}" for item in question.evidence if item.get("sha256")]
    return without_none(
        {
            "bom-ref": f"claim:{question.id}",
            "target": target,
            "predicate": f"{question.text} {question.answer}",
            "reasoning": question.note or None,
            "evidence": list(dict.fromkeys(evidence)),
        }
    )


def _evidence(facts: Facts) -> list[dict[str, Any]]:
    """Each attached file once, by its digest; the bytes stay in the review."""
    found: dict[str, dict[str, Any]] = {}
    for question in facts.questions:
        for item in question.evidence:
            digest = str(item.get("sha256") or "")
            if digest and digest not in found:
                found[digest] = without_none(
                    {
                        "bom-ref": f"evidence:{digest}",
                        "propertyName": str(item.get("name") or "file"),
                        "description": f"sha256:{digest}",
                        "created": question.answered_at,
                    }
                )
    return list(found.values())


def _affirmation(facts: Facts) -> dict[str, Any] | None:
    """Who signed. The signature itself is the record's; this names it and cannot be verified by itself."""
    sign_off = facts.sign_off
    if sign_off is None:
        return None
    return {
        "statement": f"The review ended with the decision {sign_off.decision}, until {sign_off.valid_until}.",
        "signatories": [
            {
                "name": sign_off.reviewer,
                "role": sign_off.role,
                "organization": {"name": sign_off.organisation or sign_off.reviewer},
                "externalReference": {"type": "digital-signature", "url": "review-record.dsse.json"},
            }
        ],
    }
