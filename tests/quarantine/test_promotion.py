"""Promotion: approved rows only, each once, and a set that proves what it is."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inspector.datasets.quarantine import (
    Policy,
    PromotedSet,
    Selection,
    Store,
    Verdict,
    open_verified,
    verify_set,
)
from inspector.provenance import Refused, UnreadableInput


@pytest.fixture
def promoted(filled: Store, approve: Any) -> PromotedSet:
    approve(filled)
    made = filled.promote(actor="alice")
    assert made is not None
    return made


def test_nothing_unreviewed_is_promoted(filled: Store, approve: Any, counts: Any) -> None:
    assert filled.promote(actor="alice") is None
    approve(filled, "alice", Selection(rows=frozenset([2, 5])))
    filled.review(Selection(rows=frozenset([3])), Verdict.REJECT, actor="bob", why="spam")
    made = filled.promote(actor="alice")
    assert made is not None and made.rows == 2
    prompts = [row["prompt"] for row in open_verified(made.path)]
    assert prompts == ["question 2", "question 5"]
    assert counts(filled) == {"promoted": 2, "staged": 7, "rejected": 1}
    assert filled.promote(actor="alice") is None


def test_a_set_is_named_by_its_manifest_and_holds_what_the_contract_names(promoted: PromotedSet) -> None:
    manifest = (promoted.path / "manifest.json").read_bytes()
    assert promoted.path.name == promoted.id == hashlib.sha256(manifest).hexdigest()
    assert {"train.jsonl", "manifest.json", "record.dsse.json"} <= {
        one.name for one in promoted.path.iterdir()
    }


def test_the_next_set_holds_the_new_rows_alone_and_names_the_one_before(
    filled: Store, promoted: PromotedSet, approve: Any, rows_file: Callable[..., Path]
) -> None:
    filled.add(str(rows_file(15, "more.jsonl")), actor="ivan", source="tickets")
    approve(filled, "bob")
    second = filled.promote(actor="bob")
    assert second is not None and second.rows == 5
    assert second.manifest["parent"] == promoted.id
    filled.verify()


def test_a_promoter_who_approved_alone_is_held_back_where_the_policy_says_so(
    filled: Store, approve: Any, counts: Any
) -> None:
    filled.set_policy(Policy(promoter_may_be_sole_approver=False), actor="owner", why="stricter")
    approve(filled, "alice")
    assert filled.promote(actor="Alice") is None
    assert filled.promote(actor="bob") is not None


def test_a_state_that_was_changed_behind_the_log_promotes_nothing(filled: Store, approve: Any) -> None:
    approve(filled, "alice", Selection(rows=frozenset([0])))
    connection = sqlite3.connect(filled.path / "index.db", isolation_level=None)
    approved = connection.execute("SELECT trail FROM standing WHERE row = 0").fetchone()[0]
    connection.execute("UPDATE standing SET trail = ? WHERE row = 4", (approved,))
    connection.close()
    with pytest.raises(Refused) as refused:
        filled.promote(actor="alice")
    assert refused.value.code == "review-mismatch"
    with pytest.raises(Refused):
        filled.verify()
    assert not list((filled.path / "sets").iterdir())


def test_a_row_that_was_changed_in_its_batch_promotes_nothing(
    filled: Store, approve: Any, counts: Any
) -> None:
    approve(filled)
    batch = next((filled.path / "batches").iterdir())
    batch.write_bytes(batch.read_bytes().replace(b"question 7", b"question X"))
    with pytest.raises(Refused) as refused:
        filled.promote(actor="alice")
    assert refused.value.code == "row-changed"
    assert counts(filled) == {"approved": 10}
    assert not list((filled.path / "sets").iterdir())


def _flip(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"answer", b"ANSWER", 1))


def _append(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b'{"prompt":"planted"}\n')


def _drop_last(path: Path) -> None:
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))


@pytest.mark.parametrize("change", [_flip, _append, _drop_last, Path.unlink])
def test_a_changed_set_gives_no_row(promoted: PromotedSet, change: Callable[[Path], object]) -> None:
    change(promoted.path / "train.jsonl")
    with pytest.raises(Refused):
        open_verified(promoted.path)


def test_a_file_beside_the_rows_is_refused(promoted: PromotedSet) -> None:
    (promoted.path / "more.jsonl").write_text('{"prompt":"planted"}\n')
    with pytest.raises(Refused) as refused:
        verify_set(promoted.path)
    assert refused.value.code == "unlisted"


def test_rows_swapped_between_verification_and_reading_are_refused(promoted: PromotedSet) -> None:
    rows = open_verified(promoted.path)
    _flip(promoted.path / "train.jsonl")
    with pytest.raises(Refused) as refused:
        next(rows)
    assert refused.value.code == "changed"


def test_a_set_made_by_another_store_does_not_pass_for_one_of_this(
    promoted: PromotedSet, filled: Store, tmp_path: Path
) -> None:
    with Store.create(tmp_path / "other") as other:
        foreign = (other.path / "log.pub").read_bytes()
    with pytest.raises(Refused) as refused:
        verify_set(promoted.path, pubkey=foreign)
    assert refused.value.code == "signature"
    assert verify_set(promoted.path, pubkey=(filled.path / "log.pub").read_bytes()).trusted


def test_a_manifest_that_was_written_anew_is_refused(promoted: PromotedSet) -> None:
    path = promoted.path / "manifest.json"
    value = json.loads(path.read_bytes())
    value["review"]["reviewers"] = ["bob"]
    path.write_text(json.dumps(value, sort_keys=True, separators=(",", ":")))
    with pytest.raises(Refused) as refused:
        verify_set(promoted.path)
    assert refused.value.code == "manifest"


def test_a_copy_of_a_set_verifies_without_its_store(promoted: PromotedSet, tmp_path: Path) -> None:
    copy = shutil.copytree(promoted.path, tmp_path / "training")
    assert len(list(open_verified(copy / "train.jsonl"))) == 10


def test_what_is_no_set_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match="no promoted set"):
        open_verified(tmp_path)


def test_the_record_is_an_in_toto_statement(promoted: PromotedSet) -> None:
    import base64

    from in_toto_attestation.v1.statement import Statement

    envelope = json.loads((promoted.path / "record.dsse.json").read_bytes())
    assert envelope["payloadType"] == "application/vnd.in-toto+json"
    statement = json.loads(base64.b64decode(envelope["payload"]))
    Statement.copy_from_pb(_parsed(statement)).validate()
    train = hashlib.sha256((promoted.path / "train.jsonl").read_bytes()).hexdigest()
    assert {"name": "train.jsonl", "digest": {"sha256": train}} in statement["subject"]


def _parsed(statement: dict[str, Any]) -> Any:
    import google.protobuf.json_format as form
    from in_toto_attestation.v1 import statement_pb2

    return form.ParseDict(statement, statement_pb2.Statement())


def test_a_withdrawn_set_is_told_by_its_store(filled: Store, promoted: PromotedSet, counts: Any) -> None:
    from inspector.datasets.quarantine.checking import verify_any

    verify_any(promoted.path)
    assert filled.withdraw(promoted.id[:12], actor="carol", why="a trigger was found") == 10
    assert counts(filled) == {"withdrawn": 10}
    filled.verify()
    with pytest.raises(Refused) as refused:
        verify_any(promoted.path)
    assert refused.value.code == "withdrawn"


def test_an_imported_set_leaves_by_review_or_by_a_waiver_that_ends(
    store: Store, rows_file: Callable[..., Path], approve: Any, counts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.add(str(rows_file(10)), actor="ivan", source="legacy", imported=True)
    assert counts(store) == {"imported-unreviewed": 10}
    assert store.promote(actor="alice") is None
    approve(store, "alice", Selection(rows=frozenset([0])))
    everything = Selection(everything=True)
    with pytest.raises(Refused):
        store.waive(everything, actor="ivan", why="mine", expires="2999-01-01")
    for day in ("2020-01-01", "soon", "2999-1-1", ""):
        with pytest.raises(UnreadableInput, match="no day"):
            store.waive(everything, actor="alice", why="needed", expires=day)
    store.waive(everything, actor="alice", why="needed for the baseline", expires="2999-01-01")
    assert counts(store) == {"approved": 1, "waived": 9}
    made = store.promote(actor="alice")
    assert made is not None and made.rows == 10
    assert made.manifest["waivers"][0]["rows"] == 9
    assert any("never reviewed" in one for one in verify_set(made.path).warnings)
    monkeypatch.setattr("inspector.datasets.quarantine.names.now", lambda: "2999-01-02T00:00:00Z")
    with pytest.raises(Refused) as refused:
        open_verified(made.path)
    assert refused.value.code == "waiver-expired"
