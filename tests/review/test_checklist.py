"""The checklist: its table, its answers and what they rest on."""

from __future__ import annotations

import hashlib
import os
import tomllib
from pathlib import Path
from typing import Any

import pytest

import inspector.rules
from inspector.provenance import State, UnreadableInput
from inspector.review import Review, checklist

TABLE = checklist.load(checklist.shipped_text())


def question(review: Review, key: str) -> Any:
    return next(item for item in review.questions() if item.id == key)


def test_the_table_holds_its_own_rules() -> None:
    assert 20 <= len(TABLE.questions) <= 28
    assert sum(item.required for item in TABLE.questions) == 8
    assert {item.group for item in TABLE.questions} == set(checklist.GROUPS)
    assert {item.group for item in TABLE.questions if item.required} == set(checklist.GROUPS)
    for item in TABLE.questions:
        assert item.text.endswith("?") and item.evidence_wanted.endswith(".") and item.refs


def test_every_hint_names_a_rule_that_there_is() -> None:
    catalogue = Path(inspector.rules.__file__).with_name("catalogue.toml").read_text(encoding="utf-8")
    known = [f"{group}.{rule}" for group, rules in tomllib.loads(catalogue).items() for rule in rules]
    hints = {rule for item in TABLE.questions for rule in item.rules}
    assert [hint for hint in sorted(hints) if not any(rule.startswith(hint) for rule in known)] == []


def test_the_digest_is_that_of_the_text() -> None:
    text = checklist.shipped_text()
    assert TABLE.digest == hashlib.sha256(text.encode()).hexdigest()
    assert checklist.load(text + "\n# more").digest != TABLE.digest


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('group = "loading"', 'group = "elsewhere"'),
        ('severity = "medium"', 'severity = "dire"'),
        ('id = "data.staging"', 'id = "data.human-review"'),
        ("required = true", 'required = "yes"'),
    ],
)
def test_a_broken_table_is_a_defect(old: str, new: str) -> None:
    with pytest.raises(ValueError):
        checklist.load(checklist.shipped_text().replace(old, new, 1))


def test_hints_match_by_beginning_and_by_full_id(review: Review) -> None:
    by_rule = {item.finding.rule: item.finding.id for item in review.findings()}
    assert question(review, "loading.no-code").hints == (by_rule["loading.pickle-runs-code"],)
    assert question(review, "dependencies.audited").hints == ()
    found = review.findings()
    assert checklist.hints(["provenance.unpinned"], found) == (by_rule["provenance.unpinned"],)
    assert checklist.hints(["provenance.un"], found) == (by_rule["provenance.unpinned"],)
    assert checklist.hints(["npinned"], found) == ()
    assert checklist.hints([], found) == ()


def test_an_answer_stands_with_note_and_time(review: Review) -> None:
    step = review.answer("data.who-can-add", "partial", note="two of three systems")
    item = question(review, "data.who-can-add")
    assert (item.answer, item.note) == ("partial", "two of three systems")
    assert item.answered_at.endswith("Z") and step.touched == ("data.who-can-add",)
    review.undo()
    assert question(review, "data.who-can-add").answer is None
    review.redo()
    assert question(review, "data.who-can-add").answer == "partial"


@pytest.mark.parametrize(
    ("key", "answer"), [("no.such", "yes"), ("data.who-can-add", "maybe"), ("data.who-can-add", "")]
)
def test_unknown_questions_and_words_change_nothing(review: Review, key: str, answer: str) -> None:
    with pytest.raises(UnreadableInput):
        review.answer(key, answer)
    assert all(item.answer is None for item in review.questions())


def test_many_answers_are_one_step_or_none(review: Review) -> None:
    good = {"data.staging": {"answer": "no"}, "data.four-eyes": {"answer": "n/a", "note": "one person"}}
    for bad in (
        {"no.such": {"answer": "yes"}},
        {"data.screened": "yes"},
        {"data.screened": {"answer": "yes", "note": 1}},
    ):
        with pytest.raises(UnreadableInput):
            review.answer_all({**good, **bad})  # type: ignore[dict-item]
    with pytest.raises(UnreadableInput):
        review.answer_all({})
    assert all(item.answer is None for item in review.questions())
    review.answer_all(good)
    assert question(review, "data.four-eyes").note == "one person"
    review.undo()
    assert all(item.answer is None for item in review.questions())


def test_a_missing_note_keeps_the_old_one_and_an_empty_one_clears_it(review: Review) -> None:
    review.answer("data.staging", "no", note="asked Kim")
    review.answer_all({"data.staging": {"answer": "yes"}})
    assert question(review, "data.staging").note == "asked Kim"
    review.answer("data.staging", "yes")
    assert question(review, "data.staging").note == ""


def test_evidence_is_copied_hashed_and_kept(review: Review, tmp_path: Path) -> None:
    one, two = tmp_path / "one.txt", tmp_path / "two.txt"
    one.write_bytes(b"first")
    two.write_bytes(b"second")
    review.answer("data.staging", "partial", evidence=[one])
    one.unlink()
    review.answer("data.staging", "yes", evidence=[two])
    digest = hashlib.sha256(b"first").hexdigest()
    files = question(review, "data.staging").evidence
    assert files[0] == {"name": "one.txt", "size": 5, "sha256": digest}
    assert [item["name"] for item in files] == ["one.txt", "two.txt"]
    assert review.evidence_bytes(digest) == b"first"
    assert review.evidence_bytes("0" * 64) is None
    review.undo()
    assert [item["name"] for item in question(review, "data.staging").evidence] == ["one.txt"]
    review.answer("data.staging", "no", evidence=[])
    assert len(question(review, "data.staging").evidence) == 1


def test_the_same_evidence_twice_is_listed_once(review: Review, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    review.answer("data.staging", "yes", evidence=[tmp_path / "a", tmp_path / "a"])
    review.answer("data.staging", "yes", evidence=[tmp_path / "a"])
    assert len(question(review, "data.staging").evidence) == 1


def test_evidence_that_is_no_file_is_refused_without_waiting(review: Review, tmp_path: Path) -> None:
    paths = [tmp_path, tmp_path / "missing", Path("nul\0name")]
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "fifo")
        paths.append(tmp_path / "fifo")
    for path in paths:
        with pytest.raises(UnreadableInput):
            review.answer("data.staging", "yes", evidence=[path])
    assert question(review, "data.staging").answer is None


def test_evidence_over_the_limit_is_refused(review: Review, tmp_path: Path) -> None:
    large = tmp_path / "large"
    with large.open("wb") as stream:
        stream.truncate(32 * 1024 * 1024 + 1)
    with pytest.raises(UnreadableInput, match="larger than 32 MiB"):
        review.answer("data.staging", "yes", evidence=[large])
    with large.open("wb") as stream:
        stream.truncate(32 * 1024 * 1024)
    review.answer("data.staging", "yes", evidence=[large])


def test_required_questions_block_until_answered_and_unknown_is_no_answer(answered: Review) -> None:
    answered.decide([item.finding.id for item in answered.findings()], State.FIXED)
    assert answered.blockers() == []
    answered.answer("integrity.verified-at-load", "unknown")
    assert len(answered.blockers()) == 1 and "integrity.verified-at-load" in answered.blockers()[0]
    answered.answer("integrity.verified-at-load", "no")
    assert answered.blockers() == []
    answered.undo()
    answered.undo()
    answered.answer("data.annotators", "unknown")  # not required
    assert answered.blockers() == []


def test_a_review_without_answers_names_eight_questions(review: Review) -> None:
    assert any(text.startswith("8 required questions have no answer: ") for text in review.blockers())


def test_a_review_keeps_the_checklist_it_was_made_with(
    review: Review, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = review.questions()
    newer = (
        checklist.shipped_text()
        .replace('version = "1"', 'version = "2"')
        .replace("required = true", "required = false")
    )
    (tmp_path / "checklist.toml").write_text(newer, encoding="utf-8")
    monkeypatch.setattr("inspector.resources.root", lambda: tmp_path)
    review.close()
    with Review.open(review.path) as again:
        assert again.questions() == before
        assert again.checklist.version == "1" and again.checklist.digest == TABLE.digest


def test_a_confirmed_finding_of_high_severity_still_stands_against_an_approval(answered: Review) -> None:
    answered.decide([item.finding.id for item in answered.findings()], State.CONFIRMED)
    assert any("high or critical" in sentence for sentence in answered.blockers())
