"""Answers to the checklist: what is accepted, and how they stand beside the findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from inspector.provenance import UnreadableInput, plain
from inspector.review import attachments, clock
from inspector.review.checklist import ANSWERS, Checklist, hints
from inspector.review.decisions import checked_text
from inspector.review.interface import Question, ReviewedFinding
from inspector.review.journal import ANSWER, Change


def questions_with_answers(
    table: Checklist, answers: Mapping[str, Mapping[str, Any]], findings: Sequence[ReviewedFinding]
) -> list[Question]:
    """The questions in the table's order, each with its answer and the findings that stand beside it."""
    result = []
    for question in table.questions:
        given = answers.get(question.id) or {}
        result.append(
            replace(
                question,
                hints=hints(question.rules, findings),
                answer=given.get("answer"),
                note=given.get("note") or "",
                answered_at=given.get("at"),
                evidence=tuple(given.get("evidence") or ()),
            )
        )
    return result


def answer_changes(
    table: Checklist,
    known: Mapping[str, Mapping[str, Any]],
    answers: Mapping[str, Any],
    files: Sequence[attachments.Attachment],
) -> list[Change]:
    """What to store for ``answers``. UnreadableInput for an unknown question or word, or a wrong shape."""
    if not answers:
        raise UnreadableInput("No answer was given.", "Name a question and its answer.")
    ids = {question.id for question in table.questions}
    changes = []
    for question, given in answers.items():
        if question not in ids:
            raise UnreadableInput(
                f"There is no question {plain(str(question), 60)} in this review; nothing was changed.",
                "`inspector review show` lists the questions with their ids.",
            )
        if not isinstance(given, Mapping) or not isinstance(given.get("note") or "", str):
            raise UnreadableInput(
                f'The answer to {question} is not of the form {{"answer": …, "note": …}}.',
                "Nothing was changed.",
            )
        if given.get("answer") not in ANSWERS:
            word = plain(str(given.get("answer") or "Nothing"), 60)
            raise UnreadableInput(
                f"{word} is no answer to {question}; nothing was changed.",
                f"The answers are: {', '.join(ANSWERS)}.",
            )
        before = known.get(question) or {}
        value = {
            "answer": given["answer"],
            "note": checked_text(_note(given, before), "note"),
            "at": clock.now(),
            "evidence": attachments.merged(before.get("evidence") or (), files),
        }
        changes.append(Change(ANSWER, question, value))
    return changes


def _note(given: Mapping[str, Any], before: Mapping[str, Any]) -> str:
    """The note of an answer: the new one, where none is given the one that stands there; null is none."""
    note = given["note"] if "note" in given else before.get("note")
    return str(note or "")
