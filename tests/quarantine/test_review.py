"""Review: four eyes, quorum, and nothing decided twice or lost."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inspector.datasets.quarantine import Policy, Selection, Store, Verdict
from inspector.provenance import InspectorError, Refused, UnreadableInput

ALL = Selection(everything=True)


def test_a_row_is_staged_until_somebody_else_approves_it(filled: Store, approve: Any, counts: Any) -> None:
    assert counts(filled) == {"staged": 10}
    with pytest.raises(Refused, match="Another person") as refused:
        approve(filled, "ivan")
    assert refused.value.code == "four-eyes"
    assert approve(filled, "alice").decided == 10
    assert counts(filled) == {"approved": 10}


@pytest.mark.parametrize("name", ["ivan", "Ivan", " IVAN ", "ｉｖａｎ"])
def test_writing_a_name_in_another_way_makes_no_other_person(filled: Store, approve: Any, name: str) -> None:
    with pytest.raises(Refused):
        approve(filled, name)


def test_a_name_with_invisible_characters_is_refused(filled: Store, approve: Any) -> None:
    with pytest.raises(UnreadableInput, match="invisible"):
        approve(filled, "iv\u200ban")


def test_a_contributor_decides_the_rows_of_others_only(filled: Store, approve: Any, counts: Any) -> None:
    report = approve(filled, "u1")
    assert (report.decided, report.own) == (7, 3)
    assert counts(filled) == {"approved": 7, "staged": 3}


def test_who_brought_a_row_once_more_has_brought_it_too(
    filled: Store, approve: Any, rows_file: Callable[..., Path], counts: Any
) -> None:
    report = filled.add(str(rows_file(4)), actor="alice", source="copy", contributor_column="user_id")
    assert (report.new, report.duplicates) == (0, 4)
    assert approve(filled, "alice").decided == 6
    assert counts(filled) == {"approved": 6, "staged": 4}


def test_both_contributors_of_one_row_are_recorded(store: Store, tmp_path: Path) -> None:
    # The contributor's column is no part of these two rows' difference: it stands in a table of its own.
    (tmp_path / "one.jsonl").write_text('{"t":"x","meta":{"by":"u"}}\n{"t":"x","meta":{"by":"u"}}\n')
    report = store.add(str(tmp_path / "one.jsonl"), actor="ivan", source="s", contributor_column="meta.by")
    assert (report.new, report.duplicates) == (1, 1)
    assert report.duplicate_rows[0]["contributors"] == ["u"]
    store.add(str(tmp_path / "one.jsonl"), actor="carol", source="s", contributor_column="t")
    assert store.rows()[0]["contributors"] == ["u", "x"]


def test_two_approvals_where_the_policy_asks_for_two(filled: Store, approve: Any, counts: Any) -> None:
    filled.set_policy(Policy(quorum=2), actor="owner", why="stricter")
    approve(filled, "alice")
    assert counts(filled) == {"needs-second": 10}
    again = approve(filled, "Alice")
    assert (again.decided, again.already) == (0, 10)
    assert counts(filled) == {"needs-second": 10}
    approve(filled, "bob")
    assert counts(filled) == {"approved": 10}


def test_a_rejection_stands_against_any_approval(filled: Store, approve: Any, counts: Any) -> None:
    some = Selection(rows=frozenset([0, 1]))
    approve(filled, "alice")
    filled.review(some, Verdict.REJECT, actor="bob", why="planted")
    assert approve(filled, "carol").decided == 0
    assert counts(filled) == {"approved": 8, "rejected": 2}
    filled.review(some, Verdict.REOPEN, actor="carol", why="a mistake")
    assert counts(filled) == {"approved": 8, "staged": 2}


def test_a_weaker_policy_needs_two_people(filled: Store, approve: Any, counts: Any) -> None:
    assert filled.set_policy(Policy(quorum=2), actor="owner", why="stricter")
    approve(filled, "alice")
    assert not filled.set_policy(Policy(), actor="owner", why="in a hurry")
    assert not filled.set_policy(Policy(), actor="Owner", why="in a hurry")
    assert filled.policy().quorum == 2
    assert filled.set_policy(Policy(), actor="bob", why="agreed")
    assert counts(filled) == {"approved": 10}


@pytest.mark.parametrize("why", ["", "  ", "\n"])
def test_a_decision_needs_a_reason(filled: Store, why: str) -> None:
    with pytest.raises(UnreadableInput, match="reason"):
        filled.review(ALL, Verdict.APPROVE, actor="alice", why=why)


def test_a_group_that_is_not_there_is_named(filled: Store, approve: Any) -> None:
    for group in ("s1", "b9", "c99", "x1", "b1; DROP TABLE row", ""):
        with pytest.raises(UnreadableInput, match="no group"):
            approve(filled, "alice", Selection(group=group))


def test_a_contributor_is_a_group(filled: Store, approve: Any, counts: Any) -> None:
    group = next(one for one in filled.groups() if one.title == "u0")
    assert (group.kind, group.rows, group.pending) == ("contributor", 4, 4)
    assert approve(filled, "alice", Selection(group=group.id)).decided == 4
    assert counts(filled) == {"approved": 4, "staged": 6}


def test_a_sample_says_what_it_can_and_cannot_show(filled: Store, approve: Any, counts: Any) -> None:
    group = filled.draw_sample(3, actor="alice")
    assert group.rows == 3 and "rule of three" in group.facts["coverage"]
    assert "Sampling alone will not find 250" in group.facts["coverage"]
    approve(filled, "alice", Selection(group=group.id))
    assert counts(filled) == {"approved": 3, "staged": 7}


def test_a_claimed_group_is_left_to_its_reviewer(filled: Store) -> None:
    filled.claim("b1", actor="alice")
    filled.claim("b1", actor="Alice")
    with pytest.raises(Refused, match=r"(?i)alice"):
        filled.claim("b1", actor="bob")


def test_log_rows_and_batches_cannot_be_changed_through_the_database(filled: Store, approve: Any) -> None:
    approve(filled)
    connection = sqlite3.connect(filled.path / "index.db")
    for statement in (
        "UPDATE log SET entry = x'00'",
        "DELETE FROM log WHERE seq = 1",
        "UPDATE row SET contributor = NULL",
        "DELETE FROM batch",
        "DELETE FROM standing",
        "UPDATE trail SET actor = 'mallory'",
    ):
        with pytest.raises(sqlite3.IntegrityError, match="never changed"):
            connection.execute(statement)
    connection.close()


def test_two_reviewers_at_once_lose_and_double_nothing(filled: Store, counts: Any) -> None:
    filled.set_policy(Policy(quorum=2), actor="owner", why="stricter")
    problems: list[BaseException] = []

    def decide(actor: str) -> None:
        try:
            with Store.open(filled.path) as own:
                for number in range(10):
                    one = Selection(rows=frozenset([number]))
                    own.review(one, Verdict.APPROVE, actor=actor, why="fine")
        except InspectorError as error:
            problems.append(error)

    threads = [threading.Thread(target=decide, args=(name,)) for name in ("alice", "bob")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems
    assert counts(filled) == {"approved": 10}
    decisions = [one for one in filled.log_entries() if one["type"] == "review"]
    assert len(decisions) == 20 and all(one["n"] == 1 for one in decisions)
    filled.verify()
