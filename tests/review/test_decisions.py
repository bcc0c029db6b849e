"""What is decided is bound to what was seen, and every step has a way back."""

from __future__ import annotations

from typing import Any

import pytest

from inspector.provenance import State, UnreadableInput
from inspector.review import Review, clock

LATER = "2999-12-31"


def ids(review: Review) -> list[str]:
    return [item.finding.id for item in review.findings()]


def states(review: Review) -> list[State]:
    return [item.state for item in review.findings()]


def test_a_decision_stands_with_reason_expiry_owner_and_time(review: Review) -> None:
    first = ids(review)[0]
    step = review.decide([first], State.ACCEPTED, because=" sandboxed ", expires=LATER, owner="Kim")
    item = review.findings()[0]
    assert (item.state, item.because, item.expires, item.owner) == (State.ACCEPTED, "sandboxed", LATER, "Kim")
    assert item.decided_at is not None and item.decided_at.endswith("Z") and len(item.decided_at) == 20
    assert step.touched == (first,) and "accepted" in step.text
    assert not item.ask_again


def test_many_at_once_are_one_step(review: Review) -> None:
    step = review.decide([*ids(review), ids(review)[0]], State.CONFIRMED)
    assert step.text == "Set 3 findings to confirmed" and len(step.touched) == 3
    assert set(states(review)) == {State.CONFIRMED}
    assert review.undo() is not None
    assert set(states(review)) == {State.OPEN}
    assert review.undo() is None


@pytest.mark.parametrize(
    ("state", "terms", "why"),
    [
        (State.ACCEPTED, {"expires": LATER}, "reason"),
        (State.ACCEPTED, {"because": " \n", "expires": LATER}, "reason"),
        (State.ACCEPTED, {"because": "b"}, "expiry"),
        (State.ACCEPTED, {"because": "b", "expires": "2999-02-30"}, "not a date"),
        (State.ACCEPTED, {"because": "b", "expires": "tomorrow"}, "not a date"),
        (State.ACCEPTED, {"because": "b", "expires": "29991231"}, "not a date"),
        (State.ACCEPTED, {"because": "b", "expires": "٢٩٩٩-12-31"}, "not a date"),
        (State.ACCEPTED, {"because": "b", "expires": "2001-01-01"}, "in the past"),
        (State.CONFIRMED, {"expires": "2001-01-01"}, "in the past"),
        (State.FALSE_POSITIVE, {}, "reason"),
        (State.NOT_APPLICABLE, {}, "reason"),
        ("approved", {"because": "b"}, "no state called approved"),
        (State.CONFIRMED, {"because": "x" * 100_001}, "longer"),
    ],
)
def test_what_may_not_be_decided_changes_nothing(review: Review, state: Any, terms: Any, why: str) -> None:
    before, steps = review.findings(), review.history()
    with pytest.raises(UnreadableInput, match=why):
        review.decide(ids(review), state, **terms)
    assert review.findings() == before and review.history() == steps


def test_one_unknown_finding_among_known_ones_changes_nothing(review: Review) -> None:
    with pytest.raises(UnreadableInput, match="no finding nonsense"):
        review.decide([*ids(review), "nonsense"], State.CONFIRMED)
    with pytest.raises(UnreadableInput, match="No finding was named"):
        review.decide([], State.CONFIRMED)
    with pytest.raises(UnreadableInput):
        review.note("nonsense", "text")
    with pytest.raises(UnreadableInput):
        review.mark("nonsense", True)
    assert set(states(review)) == {State.OPEN}


def test_an_expiry_of_today_still_counts(review: Review) -> None:
    review.decide(ids(review)[:1], State.ACCEPTED, because="b", expires=clock.today())
    assert states(review)[0] is State.ACCEPTED


def test_an_acceptance_whose_day_is_past_is_open_again(
    review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    review.decide(ids(review), State.ACCEPTED, because="sandboxed", expires="2030-05-31")
    monkeypatch.setattr(clock, "now", lambda: "2030-05-31T23:59:59Z")
    assert set(states(review)) == {State.ACCEPTED}
    monkeypatch.setattr(clock, "now", lambda: "2030-06-01T00:00:00Z")
    item = review.findings()[0]
    assert (item.state, item.ask_again, item.because) == (State.OPEN, True, "sandboxed")
    assert "must be decided again" in " ".join(review.blockers())


def test_a_decision_outlives_a_scan_that_saw_the_same(review: Review, a_scan: Any) -> None:
    scan = review.scan()
    assert scan is not None
    review.decide(ids(review), State.ACCEPTED, because="b", expires=LATER)
    review.take_scan(scan)
    assert set(states(review)) == {State.ACCEPTED}


def test_changed_evidence_asks_again_and_shows_the_old_reason(review: Review) -> None:
    review.decide(ids(review), State.FALSE_POSITIVE, because="a test file")
    scan = review.scan()
    assert scan is not None
    scan["findings"][1]["fingerprint"] = "other"
    review.take_scan(scan)
    changed = [item for item in review.findings() if item.ask_again]
    assert [item.finding.id for item in changed] == [scan["findings"][1]["id"]]
    assert changed[0].state is State.OPEN and changed[0].because == "a test file"
    review.decide([changed[0].finding.id], State.CONFIRMED)
    assert not any(item.ask_again for item in review.findings())


def test_without_a_fingerprint_the_judged_text_decides_but_not_the_line(review: Review) -> None:
    scan = review.scan()
    assert scan is not None
    for item in scan["findings"]:
        del item["fingerprint"]
    review.take_scan(scan)
    review.decide(ids(review), State.CONFIRMED)
    scan["findings"][0]["evidence"][0]["line"] = 7
    scan["findings"][1]["evidence"][0]["text"] = "posix popen"
    review.take_scan(scan)
    assert [i.finding.id for i in review.findings() if i.ask_again] == [scan["findings"][1]["id"]]


def test_what_was_called_fixed_and_is_found_again_is_open(review: Review) -> None:
    scan = review.scan()
    assert scan is not None
    review.decide(ids(review), State.FIXED)
    assert set(states(review)) == {State.FIXED}
    review.take_scan(scan)
    assert all(item.ask_again and item.state is State.OPEN for item in review.findings())
    assert {item.before for item in review.findings()} == {State.FIXED}
    assert any("what was fixed is there again" in sentence for sentence in review.blockers())
    review.decide(ids(review), State.CONFIRMED)
    assert {item.before for item in review.findings()} == {None}


def test_a_finding_that_goes_and_comes_back_keeps_its_decision_and_note(review: Review) -> None:
    scan = review.scan()
    assert scan is not None
    review.decide(ids(review), State.CONFIRMED)
    review.note(ids(review)[0], "seen with the client")
    review.take_scan({**scan, "findings": []})
    assert review.findings() == [] and len(review.decisions()) == 3
    review.take_scan(scan)
    assert set(states(review)) == {State.CONFIRMED}
    assert review.findings()[0].note == "seen with the client"


def test_notes_and_marks_are_steps_of_their_own(review: Review) -> None:
    first = ids(review)[0]
    review.note(first, "one")
    review.note(first, "two\nlines \u202e")
    review.mark(first, True)
    assert (review.findings()[0].note, review.findings()[0].marked) == ("two\nlines \u202e", True)
    review.undo()
    review.undo()
    assert (review.findings()[0].note, review.findings()[0].marked) == ("one", False)
    review.redo()
    review.note(first, "")
    assert review.findings()[0].note == ""
    review.undo()
    assert review.findings()[0].note == "two\nlines \u202e"


def test_a_decision_with_a_note_is_one_step(review: Review) -> None:
    first = ids(review)[0]
    review.decide([first], State.CONFIRMED, note="asked")
    assert review.findings()[0].note == "asked"
    review.undo()
    assert (review.findings()[0].note, states(review)[0]) == ("", State.OPEN)


def test_undo_and_redo_walk_all_the_way(review: Review) -> None:
    first = ids(review)[0]
    order = [State.CONFIRMED, State.FIXED, State.OPEN, State.CONFIRMED] * 10
    for state in order:
        review.decide([first], state)
    for state in [*reversed(order[:-1]), State.OPEN]:
        step = review.undo()
        assert step is not None and step.touched == (first,) and step.text.startswith("Undone: ")
        assert states(review)[0] is state
    assert review.undo() is None
    for state in order:
        assert review.redo() is not None
        assert states(review)[0] is state
    assert review.redo() is None


def test_a_new_step_ends_what_could_be_done_again_and_history_keeps_it(review: Review) -> None:
    first, second, _ = ids(review)
    review.decide([first], State.CONFIRMED)
    review.undo()
    review.decide([second], State.FIXED)
    assert review.redo() is None
    steps = [item for item in review.history() if item["touched"]]
    assert [(item["undone"], item["touched"]) for item in steps] == [(True, [first]), (False, [second])]
    assert [item["number"] for item in review.history()] == sorted(
        item["number"] for item in review.history()
    )


def test_undo_never_takes_a_scan_back(review: Review) -> None:
    review.decide(ids(review), State.CONFIRMED)
    scan = review.scan()
    assert scan is not None
    review.take_scan(scan)
    assert review.undo() is not None
    assert review.undo() is None
    assert review.scan() == scan
    assert [item["what"] for item in review.history()][-1] == "Took a scan with 3 findings"


def test_steps_survive_reopening_with_their_way_back(review: Review) -> None:
    review.decide(ids(review), State.CONFIRMED)
    review.close()
    with Review.open(review.path) as again:
        assert set(states(again)) == {State.CONFIRMED}
        again.undo()
        assert set(states(again)) == {State.OPEN}
        again.close()
    with Review.open(review.path) as third:
        assert third.redo() is not None
        assert set(states(third)) == {State.CONFIRMED}


def test_hostile_titles_stand_escaped_in_a_step(review: Review, a_scan: Any, finding: Any) -> None:
    review.take_scan(a_scan([finding(title="\x1b[31mred\u202e\n")]))
    step = review.decide(ids(review), State.CONFIRMED)
    assert step.text == r"Set \x1b[31mred\u202e\x0a to confirmed"


def test_what_stands_against_an_approval(answered: Review) -> None:
    sentences = answered.blockers()
    assert len(sentences) == 1
    assert sentences[0].startswith("2 findings of high or critical severity are open: Loading weights.bin")
    worst, high, _low = ids(answered)
    answered.decide([worst], State.FALSE_POSITIVE, because="read to its end")
    assert "1 finding of high" in answered.blockers()[0]
    answered.decide([high], State.ACCEPTED, because="mirror", expires=LATER)
    assert answered.blockers() == []
    answered.undo()
    assert len(answered.blockers()) == 1


def test_a_blocker_names_three_and_counts_the_rest(answered: Review, a_scan: Any, finding: Any) -> None:
    answered.take_scan(a_scan([finding(node=f"code:{n}", title=f"T{n}") for n in range(5)]))
    assert answered.blockers() == [
        "5 findings of high or critical severity are open: T0 (0); T1 (1); T2 (2); and 2 more."
    ]


@pytest.mark.parametrize("run", [{"finished": None}, {"cancelled": True}])
def test_a_scan_that_did_not_finish_approves_nothing(answered: Review, a_scan: Any, run: Any) -> None:
    answered.take_scan(a_scan([], run=run))
    assert len(answered.blockers()) == 1 and "scan" in answered.blockers()[0]
