"""The process that holds a store for the window: what it answers, and what it refuses."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from inspector.datasets.quarantine import Policy, Selection, Store, Verdict
from inspector.gui.child import module_command
from inspector.gui.quarantine_desk import PAGE, Desk
from inspector.record.keys import new_key, save_key

from .quarantine_stores import MARKER, store_in  # isort: skip


@pytest.fixture(autouse=True)
def _no_waiting_for_the_disk(monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


@pytest.fixture
def folder(tmp_path):
    return store_in(tmp_path)


@pytest.fixture
def ask(folder):
    """Asks a desk that has the store open; gives what it answers."""
    desk = Desk()

    def send(what, **arguments):
        return desk.answer({"id": 1, "ask": what, **arguments})

    assert "ok" in send("open", path=str(folder))
    yield send
    desk.close()


def ok(answer):
    assert "ok" in answer, answer
    return answer["ok"]


def seen(ask):
    return ok(ask("overview"))["entries"]


def test_the_overview_counts_rows_groups_and_entries(ask):
    found = ok(ask("overview"))
    assert sum(found["states"].values()) == 110 and found["entries"] == 4
    kinds = {(one["kind"], one["title"], one["rows"]) for one in found["groups"]}
    assert ("batch", "tickets", 100) in kinds and ("contributor", "u0", 34) in kinds


def test_rows_come_in_pages_with_who_when_and_from_where(ask):
    first = ok(ask("rows", group="b1", first=0))
    assert len(first["rows"]) == PAGE and first["next"] == PAGE
    row = first["rows"][1]
    assert row["contributors"] == ["u1"] and row["time"] == "2026-01-02T08:00:00Z"
    assert row["source"] == "tickets" and row["added"].endswith("Z")
    last = ok(ask("rows", group="b1", first=80))
    assert len(last["rows"]) == 20 and last["next"] is None
    across = ok(ask("rows", group="", first=98, most=4))["rows"]
    assert [one["source"] for one in across] == ["tickets", "tickets", "forum", "forum"]


def test_a_decision_is_about_the_rows_as_they_were_seen(ask, folder):
    as_of = seen(ask)
    with Store.open(folder) as other:
        other.review(Selection(rows=frozenset([50])), Verdict.REJECT, actor="bob", why="looks odd")
    decision = {"verdict": "approve", "actor": "alice", "why": "read"}
    report = ok(ask("review", rows=[50, 51], as_of=as_of, **decision))["report"]
    assert (report["decided"], report["changed"]) == (1, 1)
    rows = ok(ask("rows", group="", first=50, most=2))["rows"]
    assert [one["state"] for one in rows] == ["rejected", "approved"]
    assert rows[0]["decisions"][0]["by"] == "bob"
    again = ok(ask("review", rows=[50], as_of=seen(ask), **decision))["report"]
    assert (again["settled"], again["changed"]) == (1, 0)  # now it was seen


def test_four_eyes_are_a_sentence(ask):
    answer = ask("review", group="b1", as_of=seen(ask), verdict="approve", actor="ivan", why="mine")
    assert answer["code"] == "four-eyes" and "Another person" in answer["next"]
    own = ok(ask("review", group="b1", as_of=seen(ask), verdict="approve", actor="u0", why="read"))["report"]
    assert own["own"] == 34 and own["decided"] == 66 and own["states"]["needs-second"]


def test_flagged_rows_need_a_second_person(ask):
    report = ok(ask("review", rows=[5], as_of=seen(ask), verdict="approve", actor="alice", why="read"))[
        "report"
    ]
    assert report["states"] == {"needs-second": 1}
    again = ok(ask("review", rows=[5], as_of=seen(ask), verdict="approve", actor="alice", why="again"))[
        "report"
    ]
    assert again["already"] == 1 and again["decided"] == 0
    report = ok(ask("review", rows=[5], as_of=seen(ask), verdict="reopen", actor="bob", why="not sure"))[
        "report"
    ]
    assert report["states"] == {"flagged": 1}


def test_promote_and_withdraw(ask):
    ok(ask("review", rows=[51, 52], as_of=seen(ask), verdict="approve", actor="alice", why="read"))
    made = ok(ask("promote", actor="carol"))
    assert made["set"]["rows"] == 2 and made["own"]
    name = made["set"]["id"]
    assert ok(ask("withdraw", set=name, actor="carol", why="one row was wrong"))["rows"] == 2
    assert ok(ask("sets"))["sets"][0]["withdrawn"]["why"] == "one row was wrong"
    assert ok(ask("promote", actor="carol"))["set"] is None


def test_decisions_are_signed_with_the_reviewers_key(ask, tmp_path, folder):
    path = tmp_path / "alice.pem"
    save_key(new_key(), path, b"open sesame")
    assert ok(ask("key", key=str(path))) == {"asks": "passphrase"}
    assert "problem" in ask("key", key=str(path), passphrase="wrong")
    keyid = ok(ask("key", key=str(path), passphrase="open sesame"))["keyid"]
    ok(ask("review", rows=[51], as_of=seen(ask), verdict="approve", actor="alice", why="read"))
    entry = ok(ask("log"))["entries"][0]
    assert entry["signed"] and entry["by"] == "alice"
    with Store.open(folder) as store:
        assert store.log_entries()[-1]["signature"]["keyid"] == keyid
    ok(ask("forget-key"))
    ok(ask("review", rows=[52], as_of=seen(ask), verdict="approve", actor="alice", why="read"))
    assert not ok(ask("log"))["entries"][0]["signed"]


def test_an_enrolled_name_decides_only_with_its_key(ask, tmp_path, folder):
    path = tmp_path / "alice.pem"
    key = new_key()
    save_key(key, path, None)
    with Store.open(folder) as store:
        store.enrol("alice", key.public.spki, actor="owner", why="known")
    decision = {"rows": [51], "verdict": "approve", "actor": "alice", "why": "read"}
    assert ask("review", as_of=seen(ask), **decision)["code"] == "signer"
    ok(ask("key", key=str(path)))
    assert ok(ask("review", as_of=seen(ask), **decision))["report"]["decided"] == 1
    assert ok(ask("policy"))["signers"][0]["name"] == "alice"


def test_a_suspicion_is_told_with_its_marker_in_the_rows_and_its_limits(ask):
    found = ok(ask("rows", group="s1"))
    assert found["facts"]["marker"] == MARKER and found["facts"]["limits"]
    for row in found["rows"]:
        piece = row["pieces"][0]
        assert MARKER in [piece["text"][a:b] for a, b, what in piece["spans"] if what == "marker"]
    assert found["rows"][-1]["pieces"][0]["left_out"] > 1_000_000


def test_what_a_report_says_is_bounded(ask, folder, tmp_path):
    from inspector.gui.quarantine_answers import short_facts

    facts = {
        "marker": "m" * 10**6,
        "also": ["x" * 10**6] * 1000,
        "kind": "\u202e",
        **{f"k{n}": 1 for n in range(99)},
    }
    assert len(json.dumps(short_facts(facts))) < 20_000
    assert short_facts(facts)["kind"] == "\\u202e"


def test_a_sample_says_what_a_clean_one_shows(ask):
    group = ok(ask("sample", size=50, actor="alice"))["group"]
    assert group["rows"] == 50 and "95 %" in group["said"]
    assert len(ok(ask("rows", group=group["id"], most=100))["rows"]) == 50
    assert "problem" in ask("sample", size=0, actor="alice")


def test_a_group_another_person_looks_at_is_refused(ask):
    ok(ask("claim", group="b1", actor="bob"))
    assert ask("claim", group="b1", actor="alice")["code"] == "claimed"


def test_the_log_comes_newest_first_and_a_proposal_stands_beside_the_rules(ask, folder):
    with Store.open(folder) as store:
        store.set_policy(Policy(quorum=3, flagged_quorum=3), actor="owner", why="strict")
        store.set_policy(Policy(), actor="mallory", why="lax")
    found = ok(ask("policy"))
    assert found["policy"]["quorum"] == 3 and found["proposed"][0]["by"] == "mallory"
    entries = ok(ask("log"))["entries"]
    assert [one["seq"] for one in entries] == [5, 4, 3, 2, 1, 0]
    assert [one["seq"] for one in ok(ask("log", before=2))["entries"]] == [1, 0]
    assert [one["what"] for one in ok(ask("log", since=4))["entries"]] == ["policy-proposed", "policy"]


def test_the_stamp_changes_with_the_store_and_only_then(ask, folder):
    before = ok(ask("stamp"))
    assert ok(ask("stamp")) == before
    with Store.open(folder) as store:
        store.review(Selection(rows=frozenset([50])), Verdict.REJECT, actor="bob", why="odd")
    assert ok(ask("stamp")) != before


@pytest.mark.parametrize(
    "request_",
    [
        {"ask": "nothing"},
        {"ask": None},
        {"ask": "rows", "group": "s999"},
        {"ask": "rows", "group": "b1; DROP TABLE row"},
        {"ask": "withdraw", "set": "../../etc", "actor": "a", "why": "b"},
        {"ask": "slice", "row": 4711},
        {"ask": "key", "key": "/nowhere/key.pem"},
    ],
)
def test_what_cannot_be_done_is_a_sentence(ask, request_):
    what = request_.pop("ask")
    assert ask(what, **request_)["problem"]


def test_a_folder_that_is_no_store_is_a_sentence(tmp_path):
    desk = Desk()
    assert "no quarantine store" in desk.answer({"id": 1, "ask": "open", "path": str(tmp_path)})["problem"]
    assert desk.answer({"id": 2, "ask": "overview"})["problem"]


def test_a_store_that_may_not_be_written_to_is_opened_for_reading(folder, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    desk = Desk()
    try:
        assert ok(desk.answer({"id": 1, "ask": "open", "path": str(folder)}))["read_only"] is True
        assert ok(desk.answer({"id": 2, "ask": "overview"}))["states"]["screened"] == 87
        request = {"rows": [50], "as_of": 4, "verdict": "approve", "actor": "alice", "why": "read"}
        assert "reading only" in desk.answer({"id": 3, "ask": "review", **request})["problem"]
    finally:
        desk.close()


def test_the_process_answers_line_by_line_and_ends_with_its_input(folder):
    command = module_command("inspector.gui.quarantine_desk")
    lines = [
        {"id": 1, "ask": "open", "path": str(folder)},
        {"id": 2, "ask": "overview"},
        {"id": 3, "ask": "?"},
    ]
    given = "".join(json.dumps(one) + "\n" for one in lines).encode()
    done = subprocess.run(command, input=given, capture_output=True, timeout=60, check=True)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["id"] for one in answers] == [1, 2, 3]
    assert "ok" in answers[1] and "problem" in answers[2] and done.stderr == b""


def test_the_process_does_without_qt():
    code = "import sys, inspector.gui.quarantine_desk; print('PySide6.QtCore' in sys.modules)"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, timeout=60, check=True)
    assert done.stdout.strip() == b"False"
