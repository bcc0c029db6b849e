"""Verification: whatever was changed behind the log is found."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inspector.datasets.quarantine import Selection, Store, Verdict, checkpoint, merkle
from inspector.datasets.quarantine.checking import verify_any
from inspector.provenance import Refused, UnreadableInput


@pytest.fixture
def used(filled: Store, approve: Any) -> Path:
    """A store with a promoted set, a rejected row and a row that waits."""
    filled.review(Selection(rows=frozenset([3])), Verdict.REJECT, actor="bob", why="spam")
    approve(filled, "alice", Selection(rows=frozenset(range(9))))
    filled.promote(actor="alice")
    filled.draw_sample(1, actor="bob")
    filled.verify()
    filled.close()
    return filled.path


def without_triggers(connection: sqlite3.Connection, statement: str, *values: Any) -> None:
    """Changes what may never be changed, as somebody with the file would: the triggers go and come back."""
    triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute(statement, values)
    for _, sql in triggers:
        connection.execute(sql)


LIKE = "(SELECT trail FROM standing WHERE row = {})"
CHANGES = {
    "an entry is changed": "UPDATE log SET entry = replace(entry, 'spam', 'spom') WHERE seq = 2",
    "an entry is gone": "DELETE FROM log WHERE seq = 2",
    "the last entry is gone": "DELETE FROM log WHERE seq = (SELECT max(seq) FROM log)",
    "a hash of the log": "UPDATE log SET leaf = zeroblob(32) WHERE seq = 2",
    "who added": "UPDATE batch SET actor = 'nobody'",
    "who contributed a row": "UPDATE row SET contributor = NULL WHERE id = 4",
    "a contributor's name": "UPDATE person SET name = 'x', key = 'x' WHERE id = 1",
    "a row is gone": "DELETE FROM row WHERE id = 4",
    "a row is another": "UPDATE row SET sha = zeroblob(32) WHERE id = 4",
    "a row stands nowhere": "DELETE FROM standing WHERE row = 4",
    "a row is approved": f"UPDATE standing SET trail = {LIKE.format(0)} WHERE row = 9",
    "a rejected row waits": f"UPDATE standing SET trail = {LIKE.format(9)} WHERE row = 3",
    "a state": "UPDATE trail SET state = 'approved'",
    "who decided": "UPDATE trail SET actor = 'carol' WHERE kind = 'approve'",
    "what was decided": "UPDATE trail SET kind = 'approve' WHERE kind = 'reject'",
    "the policy": """UPDATE fact SET value = replace(value, '"quorum": 1', '"quorum": 2')""",
    "who signs": """UPDATE fact SET value = '{"alice": "x"}' WHERE name = 'signers'""",
    "the key": "UPDATE fact SET value = '\"00\"' WHERE name = 'spki'",
    "a promotion is forgotten": "DELETE FROM promotion",
}


@pytest.mark.parametrize("statement", CHANGES.values(), ids=CHANGES.keys())
def test_what_was_changed_in_the_database_is_found(used: Path, statement: str) -> None:
    connection = sqlite3.connect(used / "index.db", isolation_level=None)
    without_triggers(connection, statement)
    connection.close()
    with pytest.raises(Refused):
        verify_any(used)


def test_missing_triggers_are_told(used: Path) -> None:
    connection = sqlite3.connect(used / "index.db", isolation_level=None)
    connection.execute("DROP TRIGGER log_DELETE_refused")
    connection.close()
    with pytest.raises(Refused, match="triggers"):
        verify_any(used)


@pytest.mark.parametrize("part", ["batches", "sets"])
def test_what_was_changed_in_files_is_found(used: Path, part: str) -> None:
    path = next(one for one in (used / part).rglob("*.jsonl"))
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"question 1", b"question X"))
    with pytest.raises(Refused):
        verify_any(used)
    path.unlink()
    with pytest.raises(Refused):
        verify_any(used)
    path.write_bytes(whole)
    verify_any(used)


def test_a_history_that_was_written_anew_contradicts_a_checkpoint_kept_elsewhere(
    filled: Store, approve: Any, tmp_path: Path
) -> None:
    copy = shutil.copytree(filled.path, tmp_path / "copy")
    approve(filled, "alice")
    kept, key = filled.checkpoint(), (filled.path / "log.pub").read_bytes()
    filled.verify(checkpoint=kept, pubkey=key)
    filled.promote(actor="alice")
    filled.verify(checkpoint=kept, pubkey=key)
    with Store.open(copy) as other:  # the same disk and key, and another past
        with pytest.raises(Refused, match="some are gone"):
            other.verify(checkpoint=kept, pubkey=key)
        approve(other, "mallory")
        other.verify()
        with pytest.raises(Refused, match="another history"):
            other.verify(checkpoint=kept, pubkey=key)


def test_a_checkpoint_of_another_store_or_no_checkpoint_is_refused(filled: Store, tmp_path: Path) -> None:
    with Store.create(tmp_path / "other") as other:
        foreign = other.checkpoint()
        with pytest.raises(Refused):
            filled.verify(checkpoint=foreign)
        with pytest.raises(Refused, match="not made with this key"):
            filled.verify(pubkey=(other.path / "log.pub").read_bytes())
    for note in (b"", b"x", b"a\nb\nc\n", foreign[:-20], foreign.replace(b"\n1\n", b"\n2\n")):
        with pytest.raises(Refused):
            filled.verify(checkpoint=note)
    with pytest.raises(UnreadableInput):
        filled.verify(pubkey=b"no key")


def test_a_checkpoint_is_a_signed_note_of_the_log(filled: Store) -> None:
    spki = checkpoint.public_key((filled.path / "log.pub").read_bytes())
    note = checkpoint.opened((filled.path / "checkpoint").read_bytes(), spki)
    leaves = [
        merkle.leaf_hash(json.dumps(one, sort_keys=True, separators=(",", ":")).encode())
        for one in filled.log_entries()
    ]
    assert (note.size, note.root) == (2, merkle.root_of_hashes(leaves))
    line = checkpoint.verifier_key(note.origin, spki)
    assert checkpoint.public_key(line.encode()) == spki


def test_an_earlier_log_is_proved_to_be_a_prefix(filled: Store, approve: Any) -> None:
    spki = checkpoint.public_key((filled.path / "log.pub").read_bytes())
    before = checkpoint.opened(filled.checkpoint(), spki)
    approve(filled)
    filled.promote(actor="alice")
    after = checkpoint.opened(filled.checkpoint(), spki)
    proof = filled.consistency(before.size)
    assert merkle.consistency_holds(before.size, after.size, before.root, after.root, proof)
    with pytest.raises(UnreadableInput):
        filled.consistency(99)


def test_a_set_in_its_store_is_compared_with_a_checkpoint_of_any_size(used: Path, tmp_path: Path) -> None:
    (made,) = (used / "sets").iterdir()
    key = (used / "log.pub").read_bytes()
    with Store.open(used) as store:
        kept = store.checkpoint()
    assert verify_any(made, checkpoint=kept, pubkey=key)["key_given"]
    copy = shutil.copytree(made, tmp_path / "copy")
    with pytest.raises(Refused, match="cannot be shown"):
        verify_any(copy, checkpoint=kept, pubkey=key)


def test_opening_an_old_log_key_of_another_store_changes_nothing(
    filled: Store, tmp_path: Path, approve: Callable[..., Any], counts: Any
) -> None:
    with Store.create(tmp_path / "other") as other:
        shutil.copy(other.path / "log.key", filled.path / "log.key")
    with pytest.raises(UnreadableInput, match="not the key"):
        approve(filled)
    (filled.path / "log.key").unlink()
    with pytest.raises(UnreadableInput, match="cannot be read"):
        approve(filled)
    assert counts(filled) == {"staged": 10}
