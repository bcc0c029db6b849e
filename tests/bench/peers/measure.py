"""Seconds, CPU seconds and peak memory of a command and its children (Linux)."""

from __future__ import annotations

import os
import resource
import subprocess
import threading
import time
from pathlib import Path
from typing import NamedTuple


class Cost(NamedTuple):
    """``peak`` in bytes is the most that the process and its children held together, sampled every 20 ms."""

    code: int
    seconds: float
    cpu: float
    peak: int


def run(
    command: list[str],
    seconds: float,
    env: dict[str, str],
    output: Path | None = None,
    folder: Path | None = None,
) -> Cost:
    """Runs the command in ``folder``, ended after ``seconds`` (then the code is -9)."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    with open(output or os.devnull, "wb") as target:
        process = subprocess.Popen(command, stdout=target, stderr=subprocess.DEVNULL, env=env, cwd=folder)
        peak = [0]
        watcher = threading.Thread(target=_watch, args=(process.pid, peak), daemon=True)
        watcher.start()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    took = time.monotonic() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(process.returncode, took, cpu, peak[0])


def _watch(pid: int, peak: list[int]) -> None:
    while Path(f"/proc/{pid}").exists():
        total = sum(_resident(each) for each in _family(pid))
        if not total:
            return
        peak[0] = max(peak[0], total)
        time.sleep(0.02)


def _family(pid: int) -> list[int]:
    found = [pid]
    for each in found:
        try:
            found += [int(word) for word in Path(f"/proc/{each}/task/{each}/children").read_text().split()]
        except OSError:
            continue
    return found


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0
