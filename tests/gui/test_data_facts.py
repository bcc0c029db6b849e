"""Facts of a dataset and the twenty questions: claims are called claims, and silence answers nothing."""

from __future__ import annotations

import pytest

from inspector.gui.data_facts import pairs_of
from inspector.gui.data_questions import TWENTY, beside
from inspector.gui.facts import Facts
from inspector.review.checklist import load, shipped_text

from .conftest import edge, file, node  # isort: skip

SHA = "ab" * 32
LINE = {"path": "train.py", "line": 3}
COLUMNS = ["prompt", "chosen", "rejected", "user"]


def dataset(path, form="jsonl", **more):
    known = {
        "event": "dataset", "path": path, "format": form, "rows": None, "columns": [],
        "contributor_column": None, "time_column": None, "card": {}, "links": [], "script": False,
        "partly": None,
    }  # fmt: skip
    return {**known, **more}


@pytest.fixture
def facts():
    found = Facts()
    for event in (
        node("dataset-file", "data/rows.jsonl", pin="local"),
        node("dataset", "org/set", pin="none"),
        node("dataset", "org/pinned", pin="commit"),
        node("owner", "org"),
        edge("dataset:org/set", "owner:org", "published-by"),
        edge("code:train.py", "dataset-file:data/rows.jsonl", "loads", evidence=[LINE]),
        file("data/rows.jsonl", form="jsonl", sha256=SHA),
        file("data/README.md"),
        dataset("data/rows.jsonl", columns=COLUMNS, contributor_column="user"),
        dataset("other/rows.csv", "csv", columns=["text"]),
        dataset(
            "data/README.md", "card",
            card={"license": "<b>mit</b>\u202e", "source_datasets": "a/b", "annotations_creators": ["crowd"]},
            links=[["rows.jsonl", 3], ["gone.jsonl", 9], ["https://example.org/x", 10], ["../up.txt", 11]],
        ),
        dataset(
            "data/croissant.json", "croissant",
            card={"isLiveDataset": True, "distribution": [{"url": "https://x/rows.jsonl", "sha256": SHA}]},
        ),
        dataset("data/load.py", "script", script=True),
    ):  # fmt: skip
        assert found.add(event), event
    return found


def test_a_file_has_its_digest_its_columns_its_claims_and_where_it_is_used(facts):
    pairs = dict(pairs_of(facts, "dataset-file:data/rows.jsonl", "data/rows.jsonl"))
    assert pairs["SHA-256"].startswith(SHA)
    assert pairs["Contributor column"] == "user" and pairs["Time column"] == "none is named so"
    assert pairs["Licence"] == "<b>mit</b>\\u202e (claimed by data/README.md)"
    assert pairs["Made from"].startswith("a/b") and "crowd" in pairs["Annotated by"]
    assert pairs["Used in"] == "train.py:3"


@pytest.mark.parametrize(
    ("claimed", "words"),
    [(SHA, "is the one"), (SHA.upper(), "is the one"), ("cd" * 32, "another one"), ("", "")],
)
def test_a_digest_of_croissant_is_compared_with_the_bytes(facts, claimed, words):
    facts.datasets[3]["card"]["distribution"][0]["sha256"] = claimed
    pairs = pairs_of(facts, "dataset-file:data/rows.jsonl", "data/rows.jsonl")
    said = [text for title, text in pairs if title == "Croissant"]
    assert any("isLiveDataset" in text for text in said)
    assert any(words in text for text in said) if words else len(said) == 1


def test_a_card_tells_its_dead_links_and_that_none_was_followed(facts):
    pairs = dict(pairs_of(facts, "read:data/README.md", "data/README.md"))
    assert pairs["Dead links"] == "gone.jsonl (line 9)"
    assert pairs["Links to elsewhere"] == "1 link; none was followed"


def test_a_script_is_said_to_run_and_an_owner_is_named(facts):
    assert "runs" in dict(pairs_of(facts, "read:data/load.py", "data/load.py"))["Loading script"]
    pairs = dict(pairs_of(facts, "dataset:org/set", "org/set"))
    assert pairs["Owner"] == "org" and pairs["Pin"].startswith("none")


def test_a_hostile_card_is_bounded_text(facts):
    facts.datasets[2]["card"] = {f"k{n}": "x" * 5000 + "\n\u202e" for n in range(500)}
    facts.datasets[2]["links"] = [[f"gone{n}", n] for n in range(300)]
    pairs = pairs_of(facts, "read:data/README.md", "data/README.md")
    assert len(pairs) <= 60
    assert all(len(words) < 3000 and "\n" not in words and "\u202e" not in words for _, words in pairs)


def test_there_are_twenty_questions_and_all_are_of_the_checklist():
    known = {question.id for question in load(shipped_text()).questions}
    assert len(set(TWENTY)) == 20 and set(TWENTY) <= known
    assert {one for one in known if one.startswith("data.")} <= set(TWENTY)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("data.contributor-recorded", "1 of 2 data files name a contributor column."),
        ("data.contributor-recorded", "Without one: other/rows.csv"),
        ("data.preference-data", "Columns of preference or feedback data: data/rows.jsonl"),
        ("provenance.revision-fixed", "1 of 2 datasets from outside are fixed to a commit or digest."),
        ("provenance.revision-fixed", "Not fixed: org/set"),
        ("provenance.owner-known", "Published by: org/set (org)"),
        ("provenance.owner-known", "Owner not looked up: org/pinned"),
        ("provenance.source-known", "2 datasets from outside, 1 data file in the target."),
        ("loading.remote-code", "Run when their dataset is loaded: data/load.py"),
        ("provenance.licence", "data/README.md claims the licence <b>mit</b>\\u202e."),
        ("data.annotators", "data/README.md: annotations_creators crowd"),
        ("data.screened", "1 of 2 data files were screened in this review."),
        ("data.screened", "data/rows.jsonl: 3 suspicions, 2 of them closed with a reason"),
    ],
)
def test_what_was_read_stands_beside_the_question(facts, question, said):
    screened = {"data/rows.jsonl": {"suspicions": 3, "closed": 2}}
    assert said in list(beside(facts, question, screened))


def test_what_cannot_be_seen_has_nothing_beside_it(facts):
    assert list(beside(facts, "data.staging", {})) == []
    assert list(beside(Facts(), "data.contributor-recorded", None)) == []
    assert list(beside(facts, "data.screened", ["not", "a", "map"]))


def test_an_answer_given_in_the_data_tab_is_the_checklists(opened, qtbot):
    opened.show_tab("Data")
    data = opened.data
    data.show_part("questions")
    table = data.questions.table
    qtbot.waitUntil(lambda: len(data.questions.rows.rows) == 20)
    assert data.questions.rows.rows[0].id == "data.who-can-add"
    rows = data.questions.rows
    table.setCurrentIndex(rows.index(rows.place("data.staging"), 0))
    assert "cannot see this" in data.questions.known.toPlainText()
    table.setCurrentIndex(
        data.questions.rows.index(data.questions.rows.place("data.contributor-recorded"), 0)
    )
    assert "data/tickets.jsonl: user" in data.questions.known.toPlainText()
    data.questions.detail.answers["partial"].click()
    (answer,) = [q.answer for q in opened.session.review.questions() if q.id == "data.contributor-recorded"]
    assert answer == "partial"
    assert data.questions.heading.text().startswith("1 of 20")
    key = next(row["id"] for row in data.rows.rows if row["name"] == "data/tickets.jsonl")
    data.show_part("datasets")
    data.table.setCurrentIndex(data.rows.index(data.rows.place(key), 0))
    assert ("Contributor column", "user") in data.known.pairs
