"""The Croissant description: what the rows hold, and nothing that nobody knows."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from inspector.datasets.quarantine import Store
from inspector.datasets.quarantine.croissant import document, note_columns


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["a", "b"], "sc:Text"),
        ([None, 1], "sc:Integer"),
        ([1, 1.5], "sc:Float"),
        ([True], "sc:Boolean"),
        ([["a"], ["b", "c"]], "sc:Text[]"),
        ([True, 1], "?"),
        ([1, "a"], "?"),
        ([["a", 1]], "?"),
        ([[]], "?"),
        ([{"a": 1}], "?"),
    ],
)
def test_a_column_is_what_its_values_are(values: list[Any], kind: str) -> None:
    columns: dict[str, str] = {}
    for one in values:
        note_columns(columns, {"c": one})
    assert columns == {"c": kind}


def test_columns_without_one_kind_are_left_out_and_strange_names_get_a_number() -> None:
    columns = {"text": "sc:Text", "deep": "?", "tags": "sc:Text[]", "a b/c": "sc:Integer"}
    (records,) = json.loads(document(3, "0" * 64, 9, "2026-01-01T00:00:00Z", columns))["recordSet"]
    assert [(one["@id"], one["name"], one["dataType"], "isArray" in one) for one in records["field"]] == [
        ("rows/text", "text", "sc:Text", False),
        ("rows/tags", "tags", "sc:Text", True),
        ("rows/.2", "a b/c", "sc:Integer", False),
    ]


def test_the_description_of_a_set_names_its_file_and_hash(filled: Store, approve: Any) -> None:
    approve(filled)
    made = filled.promote(actor="alice")
    assert made is not None
    value = json.loads((Path(made.path) / "croissant.json").read_bytes())
    (file,) = value["distribution"]
    content = (made.path / file["contentUrl"]).read_bytes()
    assert file["sha256"] == hashlib.sha256(content).hexdigest()
    assert file["contentSize"] == f"{len(content)} B"
    assert [one["name"] for one in value["recordSet"][0]["field"]] == ["prompt", "response", "user_id"]
    assert "license" not in value
