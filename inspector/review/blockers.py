"""What stands against an approval: each a sentence, in the order in which a reviewer would settle them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from inspector.provenance import Severity, State, plain
from inspector.review.interface import Question, ReviewedFinding

_BLOCKING = (Severity.CRITICAL, Severity.HIGH)
# Confirmed means that it is true: until it is fixed or its risk accepted, it stands against an approval.
_UNSETTLED = (State.OPEN, State.CONFIRMED)
_NAMED = 3  # titles or questions that a sentence names; the rest is a number


def blockers(
    scan: Mapping[str, Any] | None, findings: Sequence[ReviewedFinding], questions: Sequence[Question]
) -> list[str]:
    """Why ``approved`` may not be signed now. ``scan`` may come without its lists."""
    if scan is None:
        return ["There is no finished scan yet.", *_unanswered(questions)]
    return [*_unfinished(scan), *_open_findings(findings), *_unanswered(questions)]


def _unfinished(scan: Mapping[str, Any]) -> list[str]:
    run = scan.get("run") or {}
    if run.get("cancelled") or scan.get("cancelled"):
        return ["The last scan was cancelled before its end."]
    if not run.get("finished"):  # a scan that was cut short has no run at all
        return ["The last scan did not come to its end."]
    return []


def _open_findings(findings: Sequence[ReviewedFinding]) -> list[str]:
    sentences = []
    still_open = [
        item for item in findings if item.state in _UNSETTLED and item.finding.severity in _BLOCKING
    ]
    never = [_title(item) for item in still_open if not item.ask_again]
    again = [_title(item) for item in still_open if item.ask_again]
    if never:
        sentences.append(
            f"{_count(never, 'finding')} of high or critical severity {_is(never)} open: {_named(never)}."
        )
    if again:
        sentences.append(
            f"{_count(again, 'finding')} of high or critical severity must be decided again, because "
            f"the evidence changed, the decision ran out or what was fixed is there again: {_named(again)}."
        )
    return sentences


def _unanswered(questions: Sequence[Question]) -> list[str]:
    required = [question for question in questions if question.required]
    silent = [question.id for question in required if question.answer is None]
    unknown = [question.id for question in required if question.answer == "unknown"]
    sentences = []
    if silent:
        sentences.append(f"{_count(silent, 'required question')} {_has(silent)} no answer: {_named(silent)}.")
    if unknown:
        sentences.append(
            f"{_count(unknown, 'required question')} {_is(unknown)} answered with unknown, "
            f"which is no answer: {_named(unknown)}."
        )
    return sentences


def _title(item: ReviewedFinding) -> str:
    """The title with what it is said of: one rule gives every one of its findings the same title."""
    return f"{item.finding.title} ({item.finding.node.partition(':')[2] or item.finding.node})"


def _named(names: Sequence[str]) -> str:
    shown = "; ".join(plain(name, 120) for name in names[:_NAMED])
    rest = len(names) - _NAMED
    return f"{shown}; and {rest} more" if rest > 0 else shown


def _count(things: Sequence[str], word: str) -> str:
    return f"{len(things)} {word}{'' if len(things) == 1 else 's'}"


def _is(things: Sequence[str]) -> str:
    return "is" if len(things) == 1 else "are"


def _has(things: Sequence[str]) -> str:
    return "has" if len(things) == 1 else "have"
