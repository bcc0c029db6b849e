"""The checklist: a table of questions, read from resources/checklist.toml.

A review keeps the text of the checklist it was made with: a later version of this program adds no
question to it and changes none under an answer. The digest of that text stands in the record.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from inspector import resources
from inspector.review.interface import Question, ReviewedFinding

GROUPS = ("provenance", "data", "loading", "dependencies", "integrity")
ANSWERS = ("yes", "no", "partial", "unknown", "n/a")
SEVERITIES = ("critical", "high", "medium", "low")


@dataclass(frozen=True, slots=True)
class Checklist:
    """The questions with what identifies them: id, version and the SHA-256 of the table's text."""

    id: str
    version: str
    digest: str
    questions: tuple[Question, ...]


def shipped_text() -> str:
    """The checklist that travels with this program, as text."""
    return resources.path("checklist.toml").read_text(encoding="utf-8")


def load(text: str) -> Checklist:
    """The checklist written in ``text`` (TOML). ValueError names the row that breaks the table's rules:
    the table is part of the program, so a broken one is a defect and not the user's doing."""
    table = tomllib.loads(text)
    questions = tuple(_question(row) for row in table["question"])
    ids = [question.id for question in questions]
    if len(set(ids)) != len(ids):
        raise ValueError("two questions have one id")
    return Checklist(
        id=str(table["id"]),
        version=str(table["version"]),
        digest=hashlib.sha256(text.encode("utf-8")).hexdigest(),
        questions=questions,
    )


def hints(rules: Iterable[str], findings: Iterable[ReviewedFinding]) -> tuple[str, ...]:
    """The ids of the findings that stand beside a question, in the order of ``findings``.

    Each of ``rules`` is a rule's full id or the beginning of some.
    """
    beginnings = tuple(rules)
    return tuple(item.finding.id for item in findings if item.finding.rule.startswith(beginnings))


def _question(row: Mapping[str, Any]) -> Question:
    question = Question(
        id=row["id"],
        group=row["group"],
        text=row["text"],
        required=row["required"],
        severity=row["severity"],
        evidence_wanted=row["evidence"],
        refs=tuple(row["refs"]),
        rules=tuple(row["rules"]),
    )
    if question.group not in GROUPS or not question.id.startswith(question.group + "."):
        raise ValueError(f"{question.id}: its group is none of {', '.join(GROUPS)}")
    if question.severity not in SEVERITIES or not isinstance(question.required, bool):
        raise ValueError(f"{question.id}: severity or required is no word of the table")
    return question
