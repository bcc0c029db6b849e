"""A command may be killed at any moment and repeated: no row is lost, doubled or promoted unreviewed."""

from __future__ import annotations

import importlib.util
import os
import random
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from inspector.datasets.quarantine import Store

SCRIPT = Path(__file__).parents[1] / "bench" / "quarantine_kills.py"
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the system cannot fork")


@pytest.fixture(scope="module")
def kills() -> ModuleType:
    spec = importlib.util.spec_from_file_location("quarantine_kills", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
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
