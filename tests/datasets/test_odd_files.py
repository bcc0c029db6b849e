"""Files of rows and cards that are cut off, nested, huge or of another kind: what is still said of them."""

import json

import pytest

from inspector.datasets import tables

ROW = {"prompt": "a", "response": "b"}


@pytest.mark.parametrize(
    ("path", "text", "rows", "columns"),
    [
        ("train.json", {"data": [ROW, ROW]}, 2, ("prompt", "response")),
        ("x.json", {"version": "1", "examples": [ROW, ROW, ROW]}, 3, ("prompt", "response")),
        ("train.json", {"rows": [{"price": 1}, {"price": 2}]}, 2, ("price",)),
    ],
)
def test_rows_under_a_usual_key_are_a_dataset(facts, path, text, rows, columns):
    found = facts(path, json.dumps(text))
    assert (found.format, found.rows, found.columns) == ("json", rows, columns)


@pytest.mark.parametrize(
    "text", [{"rows": [{"price": 1}, {"price": 2}]}, {"data": [ROW]}, {"data": [ROW, 1]}, {"data": "x"}]
)
def test_other_values_under_such_a_key_are_none(facts, text):
    assert facts("settings.json", json.dumps(text)) is None


@pytest.mark.parametrize(
    ("path", "content", "partly"),
    [
        ("train.json", "[{", "The file is no whole JSON; nothing of it was read."),
        ("train.json", "[" * 100_000, "The file is nested too deeply to be read."),
        ("train.json", json.dumps([ROW, 1, 2]), "2 rows are no objects."),
        ("t.csv", "a,b\n\n1,2\n\n3,4\n", None),
        ("t.csv", 'a,b\n"never ends' + ("x" * 9_000 + "\n") * 500, "The file is not read to its end: "),
        ("t.feather", b"FEA1" + bytes(20), "Its columns and rows are not read."),
        ("t.arrow", b"ARROW1\0\0" + bytes(20), "Its columns and rows are not read."),
        ("t.parquet", b"PAR1" + bytes(20), "The file is encrypted or cut off. Its columns"),
    ],
)
def test_what_is_read_in_part_says_so(facts, path, content, partly):
    found = facts(path, content)
    assert found.partly == partly or (partly and found.partly.startswith(partly))


@pytest.mark.parametrize("content", [b"short", b"nothing of the kind"])
def test_a_file_by_the_name_of_a_table_that_is_none(facts, content):
    assert facts("t.parquet", content) is None


@pytest.mark.parametrize(
    ("content", "columns", "partly"),
    [
        (
            json.dumps([ROW, ROW]),
            ("prompt", "response"),
            "The array is larger than 48 MB; only its first row was read.",
        ),
        ("[1, 2]", None, None),
        ("[{ no row", None, None),
        (json.dumps(ROW) + "\n" + json.dumps(ROW), ("prompt", "response"), None),
        ('{"a":\n1}', None, None),
    ],
)
def test_of_a_very_large_array_the_first_row_is_read(facts, monkeypatch, content, columns, partly):
    monkeypatch.setattr(tables, "MAX_ARRAY", 4)
    found = facts("data.json", content)
    assert (found and found.columns, found and found.partly) == (columns, partly)


@pytest.mark.parametrize(("path", "line"), [("t.jsonl", '{"prompt": "a"}\n'), ("t.csv", "a,b\n")])
def test_rows_of_a_very_large_file_are_not_counted(facts, monkeypatch, path, line):
    monkeypatch.setattr(tables, "MAX_COUNTED", 40)
    found = facts(path, line * 20)
    assert found.rows is None
    assert found.partly == "The file is larger than 1 GB; its rows were not counted to the end."


def test_of_many_rows_the_first_are_looked_into(facts):
    found = facts("t.jsonl", '{"prompt": "a"}\n' * 1_200 + '{"late": 1}\n')
    assert (found.rows, found.columns, found.partly) == (1_201, ("prompt",), None)


CARDS = [
    ("---\nlicense: mit\n", "The card's front matter does not end; nothing of it was read."),
    ("---\n- a\n- b\n---\n", "The card's front matter is no map; it was not read."),
    ("---\na: [\n---\n", "The card's front matter is not valid YAML; it was not read."),
    ("---\nlicense: mit\n---\n", None),
]


@pytest.mark.parametrize(("text", "partly"), CARDS)
def test_a_card_that_cannot_be_read_says_so(facts, text, partly):
    assert facts("data/README.md", text).partly == partly


def test_values_of_a_card_are_cut_to_plain_ones(facts):
    card = (
        "---\nlicense: {a: {b: [1, 2.5, true, 2026-01-01]}}\n"
        "task_categories: " + "[" * 12 + "]" * 12 + "\n---\n"
    )
    found = facts("data/README.md", card).card
    assert found["license"] == {"a": {"b": [1, 2.5, True, "2026-01-01"]}}
    assert json.dumps(found["task_categories"]) == "[" * 8 + '"[[[[]]]]"' + "]" * 8
