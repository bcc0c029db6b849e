"""Exports of annotation tools: a record becomes the row that would train; its annotators contributed it.

Read are Argilla 2.x (``to_json``, ``to_list`` with and without ``flatten``) and Label Studio (JSON, JSON_MIN,
CSV, TSV). One record becomes one row: the data's columns, one column for each question with the answer all
annotators gave, and ``annotation``, which holds what the tool says of it: the record's number, who answered,
who reviewed it there, what a model suggested. All that is a claim of the export. Annotators are contributors,
so they may not approve the row here, and a review in the tool is no approval.

Nothing is decided for people: where annotators disagree, the column is called ``NAME_answers`` and holds each
answer with its author. A model's suggestion never becomes an answer. Answers that were skipped, cancelled,
drafted or discarded do not count, and vectors are left out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

from inspector.datasets.quarantine.canonical import RowReader, RowRefused
from inspector.datasets.quarantine.intake.interface import Item, Record
from inspector.datasets.quarantine.interface import RefusedRow

ARGILLA, LABEL_STUDIO = "argilla", "label-studio"
TITLES = {ARGILLA: "an Argilla export", LABEL_STUDIO: "a Label Studio export"}
_MOST_PEOPLE = 1000  # annotators of one record
# What JSON_MIN and CSV add to the data and the answers of a task.
_MIN_COLUMNS = ("id", "annotation_id", "annotator", "created_at", "updated_at", "lead_time")
_NO_ANSWER = ("draft", "discarded", "pending")  # states of an Argilla response that is not submitted
# Columns of an Argilla record that are neither a field nor a question.
_ARGILLA_OWN = ("id", "_server_id", "status", "vectors", "score")


class _Answers:
    """What people said of one record, question by question."""

    def __init__(self) -> None:
        self.by: list[str] = []
        self._given: dict[str, list[tuple[str, Any]]] = {}

    def add(self, question: str, person: str, value: Any) -> None:
        self._given.setdefault(question, []).append((person, value))
        self.met(person)

    def met(self, person: str) -> None:
        """Notes that this person worked on the record."""
        if person and person not in self.by:
            if len(self.by) >= _MOST_PEOPLE:
                raise RowRefused(f"The record has more than {_MOST_PEOPLE} annotators.")
            self.by.append(person)

    def enter(self, row: dict[str, Any]) -> None:
        """Puts the answers into ``row``, as one value where all agree."""
        for question, given in self._given.items():
            agreed = len({json.dumps(value, sort_keys=True) for _, value in given}) == 1
            if agreed:
                name, value = (question if question not in row else f"{question}_answer"), given[0][1]
            else:
                name, value = f"{question}_answers", [{"by": who, "value": said} for who, said in given]
            if name in row:
                raise RowRefused("Two columns of the row would have one name.")
            row[name] = value


def mapped(items: Iterator[Item], tool: str | None, met: Callable[[str], None]) -> Iterator[Item]:
    """The items, turned into rows where they are records of an annotation tool.

    ``tool`` is the one that was named; None lets the first record tell, for all. ``met`` hears which it is.
    """
    before: list[Item] = []
    for item in items:
        before.append(item)
        if isinstance(item, Record):
            tool = tool or recognised(item.value)
            break
    everything = chain(before, items)
    if tool is None:
        yield from everything
        return
    met(tool)
    rows = RowReader()
    for item in everything:
        yield _row(item, tool, rows) if isinstance(item, Record) else item


def recognised(value: dict[str, Any]) -> str | None:
    """Which tool a record is from; None for any other row."""
    if _is_task(value) or _is_minimal(value):
        return LABEL_STUDIO
    return ARGILLA if _is_nested(value) or _is_flat(value) else None


def _row(record: Record, tool: str, rows: RowReader) -> Item:
    value = record.value
    try:
        if tool == LABEL_STUDIO and _is_task(value):
            row, people = _from_task(value)
        elif tool == LABEL_STUDIO and _is_minimal(value):
            row, people = _from_minimal(value)
        elif tool == ARGILLA and _is_nested(value):
            row, people = _from_nested(value)
        elif tool == ARGILLA and (_is_flat(value) or "id" in value):
            row, people = _from_flat(value)
        else:
            raise RowRefused(f"The record is not one of {TITLES[tool]}.")
        return Record(record.number, value, rows.from_text(json.dumps(row))[1], tuple(people))
    except RowRefused as error:
        return RefusedRow(record.number, None, str(error))


def _entered(
    data: dict[str, Any], answers: _Answers, told: dict[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    row = dict(data)
    answers.enter(row)
    if "annotation" in row:
        raise RowRefused("The record has a column called annotation, which is where its origin is noted.")
    row["annotation"] = {name: value for name, value in told.items() if value not in (None, "", [], {})}
    return row, answers.by


# Label Studio


def _is_task(value: dict[str, Any]) -> bool:
    said = value.get("annotations")
    if not isinstance(value.get("data"), dict) or not isinstance(said, list):
        return False
    if not said:
        return "predictions" in value or "total_annotations" in value
    return all(isinstance(one, dict) and isinstance(one.get("result"), list) for one in said)


def _is_minimal(value: dict[str, Any]) -> bool:
    return all(name in value for name in _MIN_COLUMNS)


def _from_task(value: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    answers = _Answers()
    reviewed: list[dict[str, Any]] = []
    for one in value["annotations"]:
        if one.get("was_cancelled") is True:
            continue
        person = _person(one.get("completed_by"))
        answers.met(person)
        for name, said in _results(one["result"]).items():
            answers.add(name, person, said)
        reviews = one.get("reviews")
        for review in reviews if isinstance(reviews, list) else []:
            if isinstance(review, dict):
                by = _person(review.get("created_by"))
                reviewed.append({"by": by, "accepted": review.get("accepted") is True})
    suggested: dict[str, Any] = {}
    models: list[str] = []
    predictions = value.get("predictions")
    for one in predictions if isinstance(predictions, list) else []:
        if isinstance(one, dict) and isinstance(one.get("result"), list):
            suggested.update(_results(one["result"]))
            models.append(_person(one.get("model_version")) or "unnamed")
    told = {
        "tool": LABEL_STUDIO,
        "record": value.get("id"),
        "by": answers.by,
        "reviewed_by": reviewed,
        "suggested": suggested,
        "suggested_by": sorted(set(models)),
    }
    return _entered(value["data"], answers, told)


def _results(results: list[Any]) -> dict[str, Any]:
    """The answers of one annotation by the name of their control; several of one name become a list."""
    found: dict[str, list[Any]] = {}
    for one in results:
        if not isinstance(one, dict):
            continue
        if isinstance(one.get("value"), dict):
            name = one.get("from_name")
            found.setdefault(name if isinstance(name, str) and name else "answer", []).append(_simple(one))
        elif one.get("type") == "relation":
            kept = ("from_id", "to_id", "direction", "labels")
            found.setdefault("relations", []).append({key: one[key] for key in kept if key in one})
    return {name: said[0] if len(said) == 1 else said for name, said in found.items()}


def _simple(result: dict[str, Any]) -> Any:
    """``{"choices": ["yes"]}`` is ``yes``; an answer with a place in the text or the picture stays whole."""
    value = result["value"]
    if len(value) != 1:
        return value
    (only,) = value.values()
    return only[0] if isinstance(only, list) and len(only) == 1 else only


def _from_minimal(value: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    answers = _Answers()
    answers.met(_person(value["annotator"]))
    data = {name: said for name, said in value.items() if name not in _MIN_COLUMNS}
    told = {
        "tool": LABEL_STUDIO,
        "record": value["id"],
        "annotation": value["annotation_id"],
        "by": answers.by,
        "at": value["created_at"],
    }
    return _entered(data, answers, told)


def _person(value: Any) -> str:
    """A user's e-mail where the export has it, else the number or name; empty for none."""
    if isinstance(value, dict):
        value = next((value[key] for key in ("email", "username", "id") if value.get(key)), None)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return " ".join(str(value).split())


# Argilla


def _is_nested(value: dict[str, Any]) -> bool:
    return isinstance(value.get("fields"), dict) and isinstance(value.get("responses"), dict | list)


def _is_flat(value: dict[str, Any]) -> bool:
    return any(
        (name.endswith(".responses") and f"{name}.users" in value)
        or (name.endswith(".suggestion") and f"{name}.agent" in value)
        for name in value
    )


def _from_nested(value: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    answers = _Answers()
    for question, one in _responses(value["responses"]):
        if one.get("status") not in _NO_ANSWER:
            answers.add(question, _person(one.get("user_id")), one.get("value"))
    suggested: dict[str, Any] = {}
    agents: set[str] = set()
    for question, one in _suggestions(value.get("suggestions")):
        suggested[question] = one.get("value")
        agents.add(_person(one.get("agent")) or "unnamed")
    data = dict(value["fields"])
    if isinstance(value.get("metadata"), dict) and value["metadata"] and "metadata" not in data:
        data["metadata"] = value["metadata"]
    return _entered(data, answers, _argilla(value, answers, suggested, agents))


def _responses(given: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Question and response: of a mapping by question (``to_json``), of a list with the question's name in
    each, or of the server's form, which has all answers of a person in ``values``."""
    if isinstance(given, dict):
        for question, several in given.items():
            for one in several if isinstance(several, list) else [several]:
                if isinstance(one, dict):
                    yield question, one
        return
    for one in given if isinstance(given, list) else []:
        if not isinstance(one, dict):
            continue
        if isinstance(one.get("values"), dict):
            for question, said in one["values"].items():
                yield question, {**one, "value": said.get("value") if isinstance(said, dict) else said}
        elif isinstance(one.get("question_name"), str):
            yield one["question_name"], one


def _suggestions(given: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(given, dict):
        yield from ((question, one) for question, one in given.items() if isinstance(one, dict))
    elif isinstance(given, list):
        yield from ((str(one.get("question_name", "")), one) for one in given if isinstance(one, dict))


def _from_flat(value: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    answers = _Answers()
    suggested: dict[str, Any] = {}
    agents: set[str] = set()
    own = set(_ARGILLA_OWN)
    for name, said in value.items():
        if name.endswith(".responses") and f"{name}.users" in value:
            own |= {name, f"{name}.users", f"{name}.status"}
            users, states = value[f"{name}.users"], value.get(f"{name}.status")
            for place, one in enumerate(said if isinstance(said, list) else []):
                if _at(states, place) not in _NO_ANSWER:
                    answers.add(name.removesuffix(".responses"), _person(_at(users, place)), one)
        elif name.endswith(".suggestion") and f"{name}.agent" in value:
            own |= {name, f"{name}.agent", f"{name}.score"}
            if said is not None:
                suggested[name.removesuffix(".suggestion")] = said
                agents.add(_person(value[f"{name}.agent"]) or "unnamed")
    data = {name: said for name, said in value.items() if name not in own}
    return _entered(data, answers, _argilla(value, answers, suggested, agents))


def _argilla(
    value: dict[str, Any], answers: _Answers, suggested: dict[str, Any], agents: set[str]
) -> dict[str, Any]:
    return {
        "tool": ARGILLA,
        "record": value.get("id"),
        "by": answers.by,
        "suggested": suggested,
        "suggested_by": sorted(agents),
    }


def _at(values: Any, place: int) -> Any:
    return values[place] if isinstance(values, list) and place < len(values) else None
