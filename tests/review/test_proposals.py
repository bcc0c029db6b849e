"""What documents propose counts for nothing until it is taken over; then it is a decision with its origin."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from inspector.provenance import State, UnreadableInput
from inspector.review import Review, proposals
from inspector.review.opening import damaged
from inspector.review.proposals import Import, Origin, Proposal

LATER = "2999-12-31"
FIRST = Origin("record", "a1" * 32, "old.zip", "Old", signature="verified", signer="Ana", keyid="ab" * 32)
SECOND = Origin("spdx", "b2" * 32, "bom.json", "SPDX 2.3")


@pytest.mark.parametrize(
    ("signature", "words"),
    [
        ("verified", "record a1a1a1a1a1a1, signed by Ana (key abababab), verified"),
        ("not-trusted", "record a1a1a1a1a1a1, signed by Ana (key abababab), which is not trusted"),
        ("unverified", "record a1a1a1a1a1a1, said to be signed by Ana (key abababab), unverified"),
        ("unsigned", "record a1a1a1a1a1a1, not signed"),
    ],
)
def test_the_words_of_an_origin_say_whose_and_whether_that_holds(signature: str, words: str) -> None:
    assert replace(FIRST, signature=signature).words == words


def test_an_origin_without_names_and_of_another_kind_has_words_too() -> None:
    assert SECOND.words == "SPDX file b2b2b2b2b2b2, not signed"
    assert Origin("other", "c3" * 32, "x", "X").words == "other c3c3c3c3c3c3, not signed"


def offer(review: Review, rule: str, **more: Any) -> Proposal:
    """A proposal for the finding of that rule, as it stands in the review now."""
    (item,) = [one for one in review.findings() if one.finding.rule == rule]
    settings = {"word": "accepted", "text": "Only in the sandbox", "expires": LATER, "owner": "Ops", **more}
    return Proposal("finding", item.finding.id, fingerprint="f1", **settings)


def state_of(review: Review, key: str) -> tuple[State, str]:
    return next((one.state, one.because) for one in review.findings() if one.finding.id == key)


def test_an_import_is_kept_whole_and_decides_nothing(review: Review) -> None:
    one = offer(review, "provenance.unpinned")
    node = Proposal("node", "model:org/base", licences=("MIT", "X"), supplier="Acme", how="purl")
    review.take_import(Import(FIRST, (one, node), (("x", "gone"),), {"findings": 1}))
    (kept,) = review.imports()
    assert (kept.origin, kept.proposals, kept.left) == (FIRST, (one, node), (("x", "gone"),))
    assert (kept.counts, kept.number) == ({"findings": 1}, 1)
    assert state_of(review, one.key) == (State.OPEN, "")
    assert review.undo() is not None and review.imports() == []


def test_what_is_taken_over_says_where_it_came_from(review: Review) -> None:
    one = offer(review, "provenance.unpinned")
    question = review.questions()[0]
    answer = Proposal("question", question.id, "yes", "seen")
    review.take_import(Import(FIRST, (one, answer)))
    step = review.adopt([one.key])
    assert step.text == f"Took over {one.key}: accepted"
    assert state_of(review, one.key) == (
        State.ACCEPTED,
        f"Only in the sandbox [taken over from {FIRST.words}]",
    )
    assert review.adopt([question.id]).text == f"Took over {question.id}: yes"
    found = next(item for item in review.questions() if item.id == question.id)
    assert (found.answer, found.note) == ("yes", f"seen [taken over from {FIRST.words}]")
    assert review.adopt([one.key, question.id, one.key]).text == "Took over 2 proposals"


def test_a_proposal_without_words_names_its_origin_alone(review: Review) -> None:
    one = offer(review, "provenance.unpinned", word="confirmed", text="", expires=None, owner="")
    review.take_import(Import(SECOND, (one,)))
    review.adopt([one.key])
    assert state_of(review, one.key) == (State.CONFIRMED, f"[taken over from {SECOND.words}]")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"text": " "}, "gives no reason"),
        ({"expires": "2020-01-01"}, ""),
        ({"expires": None}, ""),
        ({"word": "unheard-of"}, ""),
    ],
)
def test_what_decide_would_refuse_is_not_taken_over(review: Review, more: dict[str, Any], words: str) -> None:
    one = offer(review, "provenance.unpinned", **more)
    review.take_import(Import(FIRST, (one,)))
    with pytest.raises(UnreadableInput, match=words or None):
        review.adopt([one.key])
    assert state_of(review, one.key) == (State.OPEN, "")


def test_what_is_not_proposed_or_not_there_changes_nothing(review: Review) -> None:
    one = offer(review, "provenance.unpinned")
    review.take_import(
        Import(FIRST, (replace(one, fingerprint="other"), Proposal("question", "gone", "yes")))
    )
    assert review.proposed() == {}
    for ids, words in (
        ([], "Nothing was named"),
        ([one.key], "Nothing is proposed for the finding"),
        (["no such id"], "There is no finding or question"),
        ([review.questions()[0].id], "Nothing is proposed for the question"),
    ):
        with pytest.raises(UnreadableInput, match=words):
            review.adopt(ids)
    assert state_of(review, one.key) == (State.OPEN, "")


def test_where_two_documents_differ_it_is_said_which_is_meant(review: Review) -> None:
    one = offer(review, "provenance.unpinned")
    other = replace(one, word="confirmed", expires=None)
    review.take_import(Import(FIRST, (one,)))
    review.take_import(Import(SECOND, (other,)))
    with pytest.raises(UnreadableInput, match="a1a1a1a1a1a1, b2b2b2b2b2b2"):
        review.adopt([one.key])
    with pytest.raises(UnreadableInput, match="Nothing is proposed"):
        review.adopt([one.key], digest="ffff")
    review.adopt([one.key], digest="b2")
    assert state_of(review, one.key)[0] is State.CONFIRMED


def test_a_review_takes_so_many_imports_and_proposals(
    review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = offer(review, "provenance.unpinned")
    monkeypatch.setattr(proposals, "MOST_IMPORTS", 1)
    monkeypatch.setattr(proposals, "MOST_PROPOSALS", 1)
    monkeypatch.setattr(proposals, "MOST_LEFT", 1)
    review.take_import(Import(FIRST, (one,), (("a", "x"), ("b", "y"))))
    assert review.imports()[0].left == (("a", "x"),)
    review.take_import(Import(FIRST, (one,)))  # the same again takes its own place
    for given, words in (
        (Import(SECOND, (one,)), "holds 1 imports already"),
        (Import(FIRST, (one, one)), "speaks of 2 things"),
    ):
        with pytest.raises(UnreadableInput, match=words):
            review.take_import(given)
    assert [kept.number for kept in review.imports()] == [2]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("database is locked", "being written to by another program"),
        ("database or disk is full", "The disk is full"),
        ("disk I/O error", "The disk did not do what was asked"),
        ("attempt to write a readonly database", "may not be written to"),
        ("unable to open database file", "may not be written to"),
        ("database disk image is malformed", "is damaged"),
    ],
)
def test_what_the_database_says_becomes_a_sentence(error: str, words: str) -> None:
    found = damaged(Path("shop.review"), OSError(error))
    assert words in found.sentence and found.next_step
