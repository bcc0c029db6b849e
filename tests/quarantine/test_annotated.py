"""Exports of Argilla and Label Studio: rows as they would train, annotators as contributors."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inspector.datasets.quarantine import Store
from inspector.datasets.quarantine.interface import AddReport
from inspector.provenance import Refused


def choice(name: str, *said: str) -> dict[str, Any]:
    return {"from_name": name, "to_name": "text", "type": "choices", "value": {"choices": list(said)}}


def annotation(by: Any, *results: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": 7, "completed_by": by, "was_cancelled": False, "result": list(results), **more}


def task(number: int, *annotations: dict[str, Any], **more: Any) -> dict[str, Any]:
    data = {"text": f"hello {number}"}
    return {"id": number, "data": data, "annotations": list(annotations), "predictions": [], **more}


ANN = {"id": 1, "email": "ann@example.org", "first_name": "Ann"}
NESTED = {
    "id": "r0",
    "status": "pending",
    "fields": {"prompt": "hi"},
    "metadata": {"user": "c0"},
    "suggestions": {"label": {"value": "no", "score": 0.9, "agent": "model-x"}},
    "responses": {"label": [{"value": "yes", "user_id": "u1"}, {"value": "yes", "user_id": "u2"}]},
    "vectors": {"v": [0.1, 0.2]},
    "_server_id": None,
}


@pytest.fixture
def add(store: Store, tmp_path: Path) -> Callable[..., AddReport]:
    def take(records: Any, name: str = "export.json", **more: Any) -> AddReport:
        path = tmp_path / name
        path.write_text(records if isinstance(records, str) else json.dumps(records))
        return store.add(str(path), actor="ivan", source="tool", **more)

    return take


def values(store: Store) -> list[dict[str, Any]]:
    return [{**one["value"], "contributors": one["contributors"]} for one in store.rows()]


def test_a_label_studio_task_is_one_row(add: Any, store: Store) -> None:
    answer = {"from_name": "answer", "type": "textarea", "value": {"text": ["fine"]}}
    report = add([task(0, annotation(ANN, choice("mood", "good"), answer)), task(1)])
    assert (report.new, report.read_as) == (2, "label-studio")
    first, second = values(store)
    assert first == {
        "text": "hello 0",
        "mood": "good",
        "answer": "fine",
        "annotation": {"tool": "label-studio", "record": 0, "by": ["ann@example.org"]},
        "contributors": ["ann@example.org"],
    }
    assert second == {
        "text": "hello 1",
        "annotation": {"tool": "label-studio", "record": 1},
        "contributors": [],
    }
    assert report.unnamed == 1


def test_all_annotators_of_a_row_are_its_contributors_and_may_not_approve_it(
    add: Any, store: Store, approve: Any
) -> None:
    add([task(0, annotation(ANN, choice("m", "a")), annotation(5, choice("m", "a")))])
    assert values(store)[0]["contributors"] == ["5", "ann@example.org"]
    for person in ("Ann@Example.org", "5", "ivan"):
        with pytest.raises(Refused, match="contributed"):
            approve(store, person)
    store.verify()
    assert approve(store, "carol").decided == 1


def test_where_annotators_disagree_nothing_is_decided_for_them(add: Any, store: Store) -> None:
    add([task(0, annotation(ANN, choice("m", "a")), annotation(5, choice("m", "b", "c")))])
    (row,) = values(store)
    assert "m" not in row
    assert row["m_answers"] == [{"by": "ann@example.org", "value": "a"}, {"by": "5", "value": ["b", "c"]}]


def test_cancelled_annotations_and_predictions_are_no_answers(add: Any, store: Store) -> None:
    cancelled = annotation(5, choice("m", "b"), was_cancelled=True)
    prediction = {"model_version": "v1", "result": [choice("m", "c")]}
    add([task(0, cancelled, predictions=[prediction])])
    (row,) = values(store)
    assert "m" not in row and row["contributors"] == []
    assert row["annotation"]["suggested"] == {"m": "c"} and row["annotation"]["suggested_by"] == ["v1"]


def test_a_review_in_the_tool_is_a_claim_and_no_approval(add: Any, store: Store, counts: Any) -> None:
    reviewed = annotation(ANN, choice("m", "a"), reviews=[{"created_by": {"id": 9}, "accepted": True}])
    add([task(0, reviewed)])
    assert values(store)[0]["annotation"]["reviewed_by"] == [{"by": "9", "accepted": True}]
    assert counts(store) == {"staged": 1}


def test_answers_with_a_place_stay_whole_and_several_become_a_list(add: Any, store: Store) -> None:
    spans = [
        {"from_name": "ner", "type": "labels", "value": {"start": at, "end": at + 2, "labels": ["X"]}}
        for at in (0, 4)
    ]
    relation = {"type": "relation", "from_id": "a", "to_id": "b", "direction": "right"}
    add([task(0, annotation(ANN, *spans, relation))])
    (row,) = values(store)
    assert [one["start"] for one in row["ner"]] == [0, 4]
    assert row["relations"] == {"from_id": "a", "to_id": "b", "direction": "right"}


MINIMAL = {
    "text": "hello", "mood": "good", "id": 3, "annotator": "ann@example.org", "annotation_id": 100,
    "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z", "lead_time": 3.5,
}  # fmt: skip


def test_the_short_json_and_the_table_of_label_studio(add: Any, store: Store) -> None:
    table = io.StringIO()
    writer = csv.DictWriter(table, list(MINIMAL))
    writer.writeheader()
    writer.writerow(MINIMAL)
    assert add([MINIMAL]).read_as == add(table.getvalue(), "export.csv").read_as == "label-studio"
    for row, number in zip(values(store), (3, "3"), strict=True):
        assert (row["text"], row["mood"], row["contributors"]) == ("hello", "good", ["ann@example.org"])
        assert row["annotation"]["record"] == number and "lead_time" not in row


def test_an_argilla_record_is_one_row(add: Any, store: Store) -> None:
    report = add([NESTED])
    assert (report.new, report.read_as) == (1, "argilla")
    assert values(store) == [
        {
            "prompt": "hi",
            "label": "yes",
            "metadata": {"user": "c0"},
            "annotation": {
                "tool": "argilla",
                "record": "r0",
                "by": ["u1", "u2"],
                "suggested": {"label": "no"},
                "suggested_by": ["model-x"],
            },
            "contributors": ["u1", "u2"],
        }
    ]


@pytest.mark.parametrize(
    "responses",
    [
        [{"question_name": "label", "value": "yes", "user_id": "u1", "status": "submitted"}],
        [{"user_id": "u1", "status": "submitted", "values": {"label": {"value": "yes"}}}],
        {"label": [{"value": "yes", "user_id": "u1"}, {"value": "no", "user_id": "u2", "status": "draft"}]},
    ],
)
def test_the_other_forms_of_argilla_responses(add: Any, store: Store, responses: Any) -> None:
    suggestion = {"question_name": "label", "value": "no", "agent": "m"}
    add(json.dumps({**NESTED, "responses": responses, "suggestions": [suggestion]}), "export.jsonl")
    (row,) = values(store)
    assert (row["label"], row["contributors"]) == ("yes", ["u1"])
    assert row["annotation"]["suggested"] == {"label": "no"}


def test_a_flat_argilla_record(add: Any, store: Store) -> None:
    flat = {
        "id": "r0", "status": "pending", "_server_id": None, "prompt": "hi", "user": "c0",
        "label.responses": ["yes", "no", "no"], "label.responses.users": ["u1", "u2", "u3"],
        "label.responses.status": ["submitted", "discarded", "draft"],
        "label.suggestion": "no", "label.suggestion.score": 0.9, "label.suggestion.agent": "model-x",
        "note.responses": None, "note.responses.users": None, "note.responses.status": None,
    }  # fmt: skip
    assert add([flat]).read_as == "argilla"
    (row,) = values(store)
    assert (row["prompt"], row["user"], row["label"]) == ("hi", "c0", "yes")
    assert row["contributors"] == ["u1"] and row["annotation"]["suggested"] == {"label": "no"}
    assert not [name for name in row if "." in name or "note" in name]


def test_the_named_column_counts_beside_the_annotators(add: Any, store: Store) -> None:
    add([NESTED], contributor_column="metadata.user")
    assert values(store)[0]["contributors"] == ["c0", "u1", "u2"]


def test_a_named_format_is_taken_as_it_stands_or_as_that_tool(add: Any, store: Store) -> None:
    assert add([NESTED], form="json").read_as is None
    assert values(store)[0]["fields"] == {"prompt": "hi"}
    report = add([{"a": 1}, NESTED], "other.json", form="argilla")
    assert (report.new, report.refused_count) == (1, 1)
    assert "not one of an Argilla export" in report.refused[0].why


def test_one_planted_record_does_not_change_how_the_others_are_read(add: Any, store: Store) -> None:
    report = add([{"text": "a"}, NESTED])
    assert (report.read_as, report.new) == (None, 2)
    report = add([NESTED, {"text": "b"}], "second.json")
    assert (report.read_as, report.refused_count) == ("argilla", 1)


@pytest.mark.parametrize(
    "change",
    [
        {"responses": {"prompt": [{"value": "x", "user_id": "u"}]}},
        {"responses": {"label": "text", "other": [None, 3, {"user_id": {"deep": 1}}]}},
        {"responses": {"label": [{"value": {"a": [1]}, "user_id": True}]}},
        {"suggestions": 5},
        {"metadata": "x"},
    ],
)
def test_records_of_a_strange_shape_are_rows_all_the_same(
    add: Any, store: Store, change: dict[str, Any]
) -> None:
    assert add([{**NESTED, **change}]).new == 1
    store.verify()


def test_a_column_that_would_hide_another_is_refused(add: Any) -> None:
    fields = {"prompt": "hi", "prompt_answer": "x", "annotation": "mine"}
    answered = {"prompt": [{"value": "x", "user_id": "u"}]}
    report = add([{**NESTED, "fields": fields, "responses": answered}, {**NESTED, "fields": fields}])
    assert [one.row for one in report.refused] == [0, 1]
    assert "one name" in report.refused[0].why and "annotation" in report.refused[1].why


def test_row_numbers_stay_those_of_the_file(add: Any, store: Store) -> None:
    report = add([task(0), {"x": 1}, task(2)])
    assert (report.new, [one.row for one in report.refused]) == (2, [1])
