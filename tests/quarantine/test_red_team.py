"""What somebody tries who may write to the store's files, or who is one of its people."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from inspector import cli
from inspector.datasets.quarantine import Policy, Selection, Store, Verdict, keys, log, merkle, names
from inspector.datasets.quarantine.checking import verify_any
from inspector.provenance import InspectorError, Refused

Tamper = Callable[..., None]


@pytest.fixture
def used(filled: Store, approve: Any) -> Path:
    """A closed store: rows 0 to 4 promoted, 5 rejected, 6 to 9 waiting."""
    approve(filled, "alice", Selection(rows=frozenset(range(5))))
    filled.promote(actor="alice")
    filled.review(Selection(rows=frozenset([5])), Verdict.REJECT, actor="bob", why="spam")
    filled.close()
    return filled.path


@pytest.fixture
def tamper(used: Path) -> Iterator[Callable[[], sqlite3.Connection]]:
    """A connection for which nothing is fixed; the triggers come back when it is done."""
    connection = sqlite3.connect(used / "index.db", isolation_level=None)
    triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()

    def start() -> sqlite3.Connection:
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER IF EXISTS {name}")
        return connection

    yield start
    connection.close()


def done(connection: sqlite3.Connection, path: Path) -> None:
    """Puts the triggers back as they are in any store."""
    from inspector.datasets.quarantine.opening import _statements
    from inspector.datasets.quarantine.schema import TRIGGERS

    for statement in _statements(TRIGGERS):
        connection.execute(statement)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def rewrite(
    connection: sqlite3.Connection, change: Callable[[dict[str, Any]], dict[str, Any] | None]
) -> None:
    """Writes the log anew, chain, leaves and frontier and all, with what ``change`` makes of each entry."""
    entries = [json.loads(row[0]) for row in connection.execute("SELECT entry FROM log ORDER BY seq")]
    connection.execute("DELETE FROM log")
    prev, leaves = log.FIRST, []
    for entry in filter(None, (change(one) for one in entries)):
        raw = log.canonical({**entry, "seq": len(leaves), "prev": prev})
        leaf = merkle.leaf_hash(raw)
        connection.execute("INSERT INTO log VALUES (?, ?, ?)", (len(leaves), raw, leaf))
        leaves.append(leaf)
        prev = leaf.hex()
    _frontier(connection, leaves)


def _frontier(connection: sqlite3.Connection, leaves: list[bytes]) -> None:
    frontier: list[str] = []
    start = 0
    for bit in reversed(range(len(leaves).bit_length())):
        if len(leaves) >> bit & 1:
            frontier.append(merkle.root_of_hashes(leaves[start : start + (1 << bit)]).hex())
            start += 1 << bit
    connection.execute("UPDATE fact SET value = ? WHERE name = 'frontier'", (json.dumps(frontier),))


def refusals(path: Path) -> list[str]:
    """What is said to verifying, to promoting and to deciding."""
    said = []
    with pytest.raises(Refused) as verified:
        verify_any(path)
    said.append(verified.value.sentence)
    for attempt in (
        lambda store: store.promote(actor="mallory"),
        lambda store: store.review(Selection(everything=True), Verdict.APPROVE, actor="mallory", why="x"),
    ):
        try:
            with Store.open(path) as store:
                attempt(store)
        except InspectorError as error:
            said.append(error.sentence)
    return said


def test_a_log_without_its_last_entries_is_refused_by_all(used: Path, tamper: Any) -> None:
    connection = tamper()
    last = connection.execute("SELECT max(seq) FROM log").fetchone()[0]
    rewrite(connection, lambda entry: None if entry["seq"] == last else entry)
    connection.execute("UPDATE standing SET trail = 1 WHERE row = 5")
    connection.execute("DELETE FROM trail WHERE kind = 'reject'")
    (used / "checkpoint").unlink()
    done(connection, used)
    said = refusals(used)
    assert len(said) == 3 and all("not signed by the store's key" in one for one in said), said


def test_a_forged_decision_at_the_end_of_the_log_is_refused_by_all(used: Path, tamper: Any) -> None:
    connection = tamper()
    seq = connection.execute("SELECT max(seq) + 1 FROM log").fetchone()[0]
    add = connection.execute("SELECT trail FROM standing WHERE row = 6").fetchone()[0]
    made = connection.execute(
        "INSERT INTO trail (parent, seq, kind, actor, keyid, state) VALUES (?, ?, 'approve', 'carol', '', "
        "'approved')",
        (add, seq),
    ).lastrowid
    connection.execute("UPDATE standing SET trail = ? WHERE row IN (6, 7)", (made,))
    shas = sorted(row[0] for row in connection.execute("SELECT sha FROM row WHERE id IN (6, 7)"))
    entries = [json.loads(row[0]) for row in connection.execute("SELECT entry FROM log ORDER BY seq")]
    forged = {
        **entries[-1], "verdict": "approve", "actor": {"name": "carol", "auth": "claimed"}, "n": 2,
        "rows_root": merkle.root(shas).hex(), "seq": seq,
    }  # fmt: skip
    rewrite(connection, lambda entry: entry)
    prev = connection.execute("SELECT leaf FROM log ORDER BY seq DESC LIMIT 1").fetchone()[0]
    raw = log.canonical({**forged, "prev": prev.hex()})
    connection.execute("INSERT INTO log VALUES (?, ?, ?)", (seq, raw, merkle.leaf_hash(raw)))
    _frontier(connection, [row[0] for row in connection.execute("SELECT leaf FROM log ORDER BY seq")])
    done(connection, used)
    said = refusals(used)
    assert len(said) == 3 and all("not signed by the store's key" in one for one in said), said


@pytest.mark.parametrize("whole_chain", [False, True])
def test_a_reviewer_who_is_given_another_name_is_refused(used: Path, tamper: Any, whole_chain: bool) -> None:
    connection = tamper()

    def rename(entry: dict[str, Any]) -> dict[str, Any]:
        if entry["actor"]["name"] == "bob":
            entry["actor"]["name"] = "carol"
        return entry

    if whole_chain:
        rewrite(connection, rename)
    else:
        connection.execute("""UPDATE log SET entry = replace(entry, '"bob"', '"carol"')""")
    connection.execute("UPDATE trail SET actor = 'carol' WHERE actor = 'bob'")
    done(connection, used)
    with pytest.raises(Refused) as refused:
        verify_any(used)
    assert refused.value.code == "log"
    with Store.open(used) as store, pytest.raises(Refused):
        store.review(Selection(rows=frozenset([6])), Verdict.APPROVE, actor="alice", why="x")
        store.promote(actor="alice")


def test_a_decision_that_was_edited_promotes_nothing(used: Path, tamper: Any) -> None:
    connection = tamper()
    connection.execute("""UPDATE log SET entry = replace(entry, '"reject"', '"approve"')""")
    connection.execute("UPDATE trail SET kind = 'approve', state = 'approved' WHERE kind = 'reject'")
    done(connection, used)
    with pytest.raises(Refused, match="not as it was written"):
        verify_any(used)
    with Store.open(used) as store, pytest.raises(Refused, match="not as it was written"):
        store.promote(actor="alice")


def test_a_policy_that_was_weakened_in_the_database_promotes_nothing(filled: Store, approve: Any) -> None:
    filled.set_policy(Policy(quorum=2), actor="owner", why="two people")
    approve(filled, "alice")
    value = json.dumps(Policy(quorum=1).as_json())
    filled._ledger.connection.execute("UPDATE fact SET value = ? WHERE name = 'policy'", (value,))
    with pytest.raises(Refused, match="policy"):
        filled.promote(actor="alice")


@pytest.mark.parametrize("what", ["place", "sha"])
def test_rows_that_were_swapped_in_the_index_are_refused(used: Path, tamper: Any, what: str) -> None:
    connection = tamper()
    (one, two) = connection.execute(f"SELECT {what} FROM row WHERE id IN (6, 7) ORDER BY id").fetchall()
    connection.execute(f"UPDATE row SET {what} = zeroblob(32) WHERE id = 6")
    connection.execute(f"UPDATE row SET {what} = ? WHERE id = 7", one)
    connection.execute(f"UPDATE row SET {what} = ? WHERE id = 6", two)
    done(connection, used)
    with pytest.raises(Refused, match="batch"):
        verify_any(used)
    with Store.open(used) as store, pytest.raises(Refused, match="was changed since it came in"):
        store.rows(first=6)


def test_what_is_shown_is_what_came_in(filled: Store) -> None:
    """Otherwise one would approve what a changed file shows, and promote what came in."""
    (path,) = (filled.path / "batches").iterdir()
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"question 3", b"question 7"))
    with pytest.raises(Refused, match="was changed since it came in"):
        filled.rows(first=3)
    path.unlink()
    with pytest.raises(Refused, match="missing"):
        filled.rows()
    path.write_bytes(whole)
    assert len(filled.rows()) == 10


def test_an_older_state_that_was_put_back_is_told_by_the_sets(
    filled: Store, approve: Any, tmp_path: Path
) -> None:
    filled.close()
    before = shutil.copytree(filled.path, tmp_path / "before")
    with Store.open(filled.path) as store:
        approve(store)
        made = store.promote(actor="alice")
    assert made is not None
    for name in ("index.db", "checkpoint"):  # database and checkpoint agree, and are both old
        shutil.copy(before / name, filled.path / name)
    for one in filled.path.glob("index.db-*"):
        one.unlink()
    with pytest.raises(Refused, match="older state"):
        verify_any(filled.path)
    with pytest.raises(Refused, match="older state"):
        verify_any(made.path)


def test_an_older_checkpoint_in_the_store_hides_nothing(filled: Store, approve: Any) -> None:
    old = (filled.path / "checkpoint").read_bytes()
    approve(filled)
    now = filled.checkpoint()
    (filled.path / "checkpoint").write_bytes(old)
    filled.verify()  # a kill leaves it so; the note in the database is that of the whole log
    with Store.open(filled.path):
        assert (filled.path / "checkpoint").read_bytes() == now


def test_two_futures_of_one_log_are_told_apart_by_what_was_remembered(
    filled: Store, approve: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    filled.close()
    fork = shutil.copytree(filled.path, tmp_path / "fork")
    kept = tmp_path / "kept"
    check = ["quarantine", "verify", str(filled.path), "--remember", str(kept)]
    assert cli.run(check) == 0 and kept.exists()
    with Store.open(filled.path) as store:
        approve(store, "alice")
    with Store.open(fork) as store:
        approve(store, "mallory")
    assert cli.run(check) == 0
    after = kept.read_bytes()
    assert cli.run(["quarantine", "verify", str(fork), "--remember", str(kept)]) == 1
    assert "another history" in capsys.readouterr().err and kept.read_bytes() == after
    assert cli.run([*check, "--checkpoint", str(kept)]) == 2


def test_a_set_of_another_store_is_no_set_of_this_one(filled: Store, approve: Any, tmp_path: Path) -> None:
    approve(filled)
    made = filled.promote(actor="alice")
    assert made is not None
    with Store.create(tmp_path / "other") as other:
        shutil.copytree(made.path, other.path / "sets" / made.id)
        with pytest.raises(Refused, match="does not know it"):
            other.verify()
    with pytest.raises(Refused, match="does not know this set"):
        verify_any(other.path / "sets" / made.id)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("alice", "аliсе"),  # Cyrillic
        ("Oscar", "ΟsсаR"),  # Greek and Cyrillic
        ("ivan", "іvаn"),
        ("gina", "ɡına"),
        ("ivan", "ｉｖａｎ"),
        ("Straße", "STRASSE"),
    ],
)
def test_names_that_look_the_same_are_one_person(one: str, other: str) -> None:
    assert names.key(one) == names.key(other)


def test_names_that_look_different_are_two() -> None:
    found = ["alice", "alicia", "Иван", "Ivan", "Zoë", "Zoe", "王伟", "user1", "userl", "anna", "Анна"]
    assert len({names.key(one) for one in found}) == len(found)


def test_a_twin_of_a_contributors_name_may_not_approve(store: Store, tmp_path: Path, approve: Any) -> None:
    (tmp_path / "a.jsonl").write_text('{"t": "x", "by": "alice"}\n')
    store.add(str(tmp_path / "a.jsonl"), actor="ivan", source="s", contributor_column="by")
    for twin in ("аlice", "ALICE", "іvаn"):
        with pytest.raises(Refused, match="contributed"):
            approve(store, twin)


@pytest.mark.parametrize("by", [["alice"], {"name": "alice", "id": 3}, [["bob", {"x": "Alice"}]]])
def test_a_contributor_who_wraps_the_own_name_may_not_approve(
    store: Store, tmp_path: Path, approve: Any, by: Any
) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps({"t": "x", "by": by}) + "\n")
    store.add(str(tmp_path / "a.jsonl"), actor="ivan", source="s", contributor_column="by")
    with pytest.raises(Refused, match="contributed"):
        approve(store, "alice")
    store.verify()


def test_rows_that_name_no_contributor_are_counted(store: Store, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(
        '{"t": 1, "by": "a"}\n{"t": 2}\n{"t": 3, "by": null}\n{"t": 4, "by": " "}\n'
    )
    report = store.add(str(tmp_path / "a.jsonl"), actor="ivan", source="s", contributor_column="by")
    assert report.unnamed == 3


def test_rows_that_came_after_one_looked_are_not_approved(filled: Store, rows_file: Any, counts: Any) -> None:
    looked = filled.log_size()
    group = next(one for one in filled.groups() if one.kind == "contributor")
    filled.add(str(rows_file(20, "more.jsonl")), actor="ivan", source="t", contributor_column="user_id")
    filled.review(Selection(rows=frozenset([0])), Verdict.REJECT, actor="bob", why="spam")
    for selection in (Selection(group=group.id, as_of=looked), Selection(everything=True, as_of=looked)):
        report = filled.review(selection, Verdict.APPROVE, actor="alice", why="read")
        assert report.changed
    assert counts(filled) == {"approved": 9, "rejected": 1, "staged": 10}
    assert filled.log_entries()[-1]["as_of"] == looked
    filled.verify()


def test_what_was_flagged_or_reopened_since_one_looked_is_not_approved(filled: Store, counts: Any) -> None:
    filled.set_policy(Policy(quorum=2), actor="owner", why="two people")
    looked = filled.log_size()
    some = Selection(rows=frozenset([1, 2]))
    filled.review(some, Verdict.REJECT, actor="bob", why="odd")
    filled.review(some, Verdict.REOPEN, actor="bob", why="look once more")
    rest = Selection(rows=frozenset([5, 6]))
    filled.review(rest, Verdict.APPROVE, actor="bob", why="what another approves is no change")
    report = filled.review(
        Selection(everything=True, as_of=looked), Verdict.APPROVE, actor="alice", why="read"
    )
    assert (report.decided, report.changed) == (8, 2)
    report = filled.review(
        Selection(rows=frozenset([5, 0]), as_of=looked), Verdict.REJECT, actor="carol", why="x"
    )
    assert report.changed == 2  # who rejects should know that others approved
    assert counts(filled) == {"approved": 2, "needs-second": 6, "staged": 2}


def test_a_past_that_was_written_anew_with_the_key_contradicts_the_sets(used: Path, tamper: Any) -> None:
    connection = tamper()
    rewrite(connection, lambda entry: {**entry, "tool": "another"} if entry["seq"] == 0 else entry)
    spki = bytes.fromhex(log.fact(connection, "spki"))
    log.set_note(connection, keys.load_store_key(used, spki))
    (used / "checkpoint").unlink()
    done(connection, used)
    with pytest.raises(Refused, match="promoted from another history"):
        verify_any(used)


def test_the_command_says_what_was_left_and_by_which_number(
    filled: Store, rows_file: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    place = str(filled.path)
    assert cli.run(["quarantine", "queue", place, "--format", "json"]) == 0
    looked = json.loads(capsys.readouterr().out)["log_size"]
    assert cli.run(["quarantine", "groups", place, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["log_size"] == looked == 2
    filled.add(str(rows_file(12, "more.jsonl")), actor="ivan", source="t")
    decide = ["quarantine", "review", place, "--all", "--as-of", str(looked), "--actor", "alice"]
    assert cli.run([*decide, "--verdict", "approve", "--why", "read"]) == 0
    said = capsys.readouterr().out
    assert "10 rows decided" in said and "2 rows came or were changed after you looked" in said


def test_a_name_with_a_key_does_not_promote_without_it(filled: Store, approve: Any) -> None:
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    spki = (
        Ed25519PrivateKey.generate()
        .public_key()
        .public_bytes(form.Encoding.DER, form.PublicFormat.SubjectPublicKeyInfo)
    )
    approve(filled, "bob")
    filled.enrol("Alice", spki, actor="owner", why="promoter")
    with pytest.raises(Refused, match="signs"):
        filled.promote(actor="аlice")  # Cyrillic
    assert filled.promote(actor="bob") is not None


def test_what_was_withdrawn_never_comes_back(
    filled: Store, approve: Any, rows_file: Any, counts: Any
) -> None:
    approve(filled)
    made = filled.promote(actor="alice")
    assert made is not None
    filled.withdraw(made.id, actor="bob", why="planted")
    again = filled.add(str(rows_file(10, "again.jsonl")), actor="eve", source="t")
    assert (again.new, again.duplicates) == (0, 10)
    for verdict in Verdict:
        report = filled.review(Selection(everything=True), verdict, actor="carol", why="x")
        assert report.decided == 0
    assert filled.promote(actor="carol") is None and counts(filled) == {"withdrawn": 10}
    with pytest.raises(Refused, match="withdrawn: planted"):
        verify_any(made.path)
    filled.verify()


def test_another_public_key_beside_the_store_is_told(filled: Store, tmp_path: Path) -> None:
    with Store.create(tmp_path / "other") as other:
        shutil.copy(other.path / "log.pub", filled.path / "log.pub")
    with pytest.raises(Refused, match=r"log\.pub is not the store's key"):
        filled.verify()
