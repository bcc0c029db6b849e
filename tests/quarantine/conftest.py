"""A store in a folder of its own, and rows to put into it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from inspector.datasets.quarantine import Selection, Store, Verdict

EVERYTHING = Selection(everything=True)


@pytest.fixture(autouse=True)
def _no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a flush adds is safety from a loss of power, which no test here can cause."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "store") as made:
        yield made


@pytest.fixture
def rows_file(tmp_path: Path) -> Callable[..., Path]:
    """Writes ``count`` rows, row n by the user n modulo 3, and gives the file."""

    def write(count: int, name: str = "rows.jsonl", first: int = 0) -> Path:
        path = tmp_path / name
        with path.open("w", encoding="utf-8") as file:
            for number in range(first, first + count):
                row = {"prompt": f"question {number}", "response": "answer", "user_id": f"u{number % 3}"}
                file.write(json.dumps(row) + "\n")
        return path

    return write


@pytest.fixture
def filled(store: Store, rows_file: Callable[..., Path]) -> Store:
    """A store with ten rows, added by ivan, contributed by u0, u1 and u2."""
    store.add(str(rows_file(10)), actor="ivan", source="tickets", contributor_column="user_id")
    return store


@pytest.fixture
def approve() -> Callable[..., Any]:
    """Approves everything there is to approve."""

    def decide(store: Store, actor: str = "alice", selection: Selection = EVERYTHING) -> Any:
        return store.review(selection, Verdict.APPROVE, actor=actor, why="looked at")

    return decide


@pytest.fixture
def counts() -> Callable[[Store], dict[str, int]]:
    """The states that have rows."""
    return lambda store: {state.value: count for state, count in store.states().items() if count}
