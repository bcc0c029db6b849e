"""A command may be killed at any moment and repeated: no row is lost, doubled or promoted unreviewed."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from inspector.datasets.quarantine import Policy, RowState, Selection, Store, Verdict

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the system cannot fork")


@pytest.fixture(scope="module")
def kills(script: Callable[[str], ModuleType]) -> ModuleType:
    module = script("tests/bench/quarantine_kills.py")
    module.ROWS = 20
    return module


def _die_at(step: int) -> None:
    """Lets this process end without any cleaning up, as SIGKILL would, before the ``step``-th call that
    brings something to the disk: a flush of a file, or a change of a name. Every transaction of a store
    stands between two of them."""
    left = step

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal left
        if event in ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "quarantine.fsync"):
            left -= 1
            if left <= 0:
                os._exit(9)

    real = os.fsync

    def fsync(descriptor: int) -> None:
        sys.audit("quarantine.fsync")
        real(descriptor)

    os.fsync = fsync
    sys.addaudithook(watch)


def _killed_at(step: int, folder: Path, kills: ModuleType) -> set[str] | None:
    """What was acknowledged before the kill; None where the work was done before it came to that step."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)

        def tell(line: str) -> None:
            os.write(writer, line.encode() + b"\n")
            if line.startswith("promoted"):
                os._exit(0)

        try:
            _die_at(step)
            kills.work(folder, tell)
        finally:
            os._exit(3)
    os.close(writer)
    said = b""
    while data := os.read(reader, 1 << 16):
        said += data
    os.close(reader)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, 9), "the work failed"
    return None if code == 0 else set(said.decode().split("\n")) - {""}


def test_killed_before_any_step_that_reaches_the_disk(kills: ModuleType, tmp_path: Path) -> None:
    """The same store is killed at its first step, then at its second, and so on, until a whole round ends."""
    Store.create(tmp_path / "store").close()
    told: set[str] = set()
    for step in range(1, 200):
        said = _killed_at(step, tmp_path, kills)
        if said is None:
            break
        told |= said
        kills.check(tmp_path, told)
    assert step > 15
    assert {line.split()[0] for line in told} == {"added", "reviewed"}


def test_killed_at_random_moments(kills: ModuleType, tmp_path: Path) -> None:
    Store.create(tmp_path / "store").close()
    dice = random.Random(20260101)
    told: set[str] = set()
    usual = {"added": 0.05, "reviewed": 0.05, "promoted": 0.1}
    for step in kills.STEPS * 2:
        told |= kills.kill_once(tmp_path, step, dice.uniform(0.0, 1.1), usual)
        kills.check(tmp_path, told)


def _approves(path: Path, name: str, rows: list[int], writer: int) -> None:
    """One reviewer's process: decides the rows in small lots, and says how many it decided."""
    decided = 0
    with Store.open(path) as store:
        for start in range(0, len(rows), 10):
            some = Selection(rows=frozenset(rows[start : start + 10]))
            decided += store.review(some, Verdict.APPROVE, actor=name, why="read").decided
    os.write(writer, f"{name} {decided}\n".encode())


def test_two_reviewers_in_two_processes_lose_and_double_nothing(tmp_path: Path) -> None:
    with Store.create(tmp_path / "store", policy=Policy(quorum=2)) as store:
        store.add_rows(({"n": number} for number in range(200)), actor="ivan", source="s")
    reader, writer = os.pipe()
    children = []
    for name, rows in (("alice", list(range(200))), ("bob", list(range(199, -1, -1)))):
        child = os.fork()
        if child == 0:
            try:
                _approves(tmp_path / "store", name, rows, writer)
                os._exit(0)
            finally:
                os._exit(3)
        children.append(child)
    os.close(writer)
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0]
    said = os.read(reader, 1000).decode().splitlines()
    os.close(reader)
    assert sorted(said) == ["alice 200", "bob 200"]
    with Store.open(tmp_path / "store") as store:
        assert store.states()[RowState.APPROVED] == 200
        assert sum(one["n"] for one in store.log_entries() if one["type"] == "review") == 400
        store.verify()
