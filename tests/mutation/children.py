"""A child process for one mutant: it may hang, crash or leave processes behind, and costs nothing else."""

from __future__ import annotations

import gc
import os
import select
import shutil
import signal
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

FOLDERS: list[pytest.TempPathFactory] = []  # that tests are handed
BROKEN = 1  # what a child ends with that did not come to its end


def in_child(run: Callable[[int], int], allowed: float) -> tuple[int | None, str]:
    """Runs ``run`` in a forked child of its own process group and folder; None for one that took too long."""
    read, write = os.pipe()
    scratch = Path(tempfile.gettempdir(), f"mutant-{os.getpid()}")
    scratch.mkdir(exist_ok=True)
    child = os.fork()
    if child == 0:
        code = BROKEN
        try:
            os.setpgid(0, 0)
            os.close(read)
            quiet = os.open(os.devnull, os.O_RDWR)
            os.dup2(quiet, 0)
            if not os.environ.get("MUTATE_DEBUG"):
                os.dup2(quiet, 2)
            _use_folder(scratch)
            code = run(write)
        except BaseException:  # noqa: BLE001 - whatever ends a mutant has killed it
            code = BROKEN
        finally:
            os._exit(code)
    os.close(write)
    until = time.monotonic() + allowed
    said = bytearray()
    while True:
        ready, _, _ = select.select([read], [], [], max(0.0, until - time.monotonic()))
        piece = os.read(read, 1 << 16) if ready else b""
        said += piece
        if not piece:
            break
    os.close(read)
    ended: int | None = None
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            ended = os.waitstatus_to_exitcode(status)
            break
        if time.monotonic() > until:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            break
        time.sleep(0.002)
    try:
        os.killpg(child, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass
    shutil.rmtree(scratch, ignore_errors=True)
    return ended, said.decode("utf-8", "replace")


def remember_folders() -> None:
    """Takes note of whatever hands out folders, before gc.freeze() hides it."""
    FOLDERS[:] = [one for one in gc.get_objects() if isinstance(one, pytest.TempPathFactory)]


def _use_folder(scratch: Path) -> None:
    for one in FOLDERS:
        one._basetemp = scratch
