"""A batch that was changed since it was read: nothing of it is shown, approved or promoted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inspector.datasets.quarantine import Selection, Store, Verdict
from inspector.provenance import Refused


@pytest.fixture
def change(filled: Store) -> Callable[[bytes, bytes], None]:
    """Changes the only batch's file behind the store's back."""

    def apply(old: bytes, new: bytes) -> None:
        (path,) = (filled.path / "batches").iterdir()
        path.write_bytes(path.read_bytes().replace(old, new))

    return apply


def test_a_row_that_was_changed_since_it_was_read_is_not_approved(
    filled: Store, approve: Any, counts: Any, change: Any
) -> None:
    change(b"question 3", b"question X")
    size = filled.log_size()
    for selection in (Selection(everything=True), Selection(rows=frozenset([3])), Selection(group="b1")):
        with pytest.raises(Refused, match="was changed since it came in") as refused:
            approve(filled, "alice", selection)
        assert refused.value.code == "row-changed"
    assert counts(filled) == {"staged": 10} and filled.log_size() == size
    assert approve(filled, "alice", Selection(rows=frozenset([2, 4]))).decided == 2
    assert filled.review(Selection(rows=frozenset([3])), Verdict.REJECT, actor="bob", why="odd").decided == 1
    change(b"question X", b"question 3")
    assert approve(filled, "alice").decided == 7
    filled.verify()


def test_rows_whose_file_is_gone_are_not_approved(filled: Store, approve: Any) -> None:
    (path,) = (filled.path / "batches").iterdir()
    path.unlink()
    with pytest.raises(Refused, match="missing"):
        approve(filled)


def test_rows_that_nobody_reads_are_not_waived_either(
    store: Store, rows_file: Callable[..., Path], counts: Any
) -> None:
    store.add(rows_file(4), actor="ivan", source="old", imported=True)
    (path,) = (store.path / "batches").iterdir()
    path.write_bytes(path.read_bytes().replace(b"question 1", b"question 7"))
    with pytest.raises(Refused, match="was changed"):
        store.waive(Selection(everything=True), actor="alice", why="trusted", expires="2999-01-01")
    assert counts(store) == {"imported-unreviewed": 4}


def test_rows_that_one_may_not_approve_are_not_held_against_their_file(
    filled: Store, approve: Any, change: Any
) -> None:
    change(b"question 4", b"question X")  # row 4 is by u1
    report = approve(filled, "u1")
    assert (report.decided, report.own) == (7, 3)
