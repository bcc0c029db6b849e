"""Coverage of confined workers, which may write no file: their figures leave by a pipe.

As a plugin of pytest (``-p coverage_workers``, with FOLDER in COVERAGE_WORKERS) it starts this file where the
program starts one of its workers, and writes down in FOLDER what comes from it. As that file it measures the
worker's module and tells what was reached now and then, so that a worker that is killed after its last answer
has told all. ``gathered`` makes coverage's own data of it. The walls of the worker stay as they are.

    python -I coverage_workers.py DESCRIPTOR MODULE [ARGUMENT...]
"""

from __future__ import annotations

import atexit
import json
import os
import runpy
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
WORKERS = (
    *(
        "inspector.scan.worker",
        "inspector.datasets.screening.worker",
        "inspector.datasets.quarantine.intake.parquet",
    ),
    *("inspector.artifacts.pickles.decompile", "inspector.views.layout_process"),
)
_SECONDS = 0.3  # between two looks while a worker is at one file
_LAST = (b'"done"', b'"result"', b'"unreadable"', b'"failed"')  # what is in a line that may be the last


# --- In the tests -----------------------------------------------------------------------------------------


class _Popen(subprocess.Popen):  # type: ignore[type-arg]
    """Starts this file in the place of a worker."""

    def __init__(self, args: Any, *rest: Any, **options: Any) -> None:
        words = list(args) if isinstance(args, list | tuple) else []
        if words[1:3] != ["-I", "-m"] or words[3] not in WORKERS:
            super().__init__(args, *rest, **options)
            return
        read, write = os.pipe()
        environment = options.get("env") or os.environ
        options["env"] = {k: v for k, v in environment.items() if not k.startswith("COVERAGE_PROCESS")}
        options["pass_fds"] = (*options.get("pass_fds", ()), write)
        try:
            super().__init__([words[0], "-I", __file__, str(write), *words[3:]], *rest, **options)
        finally:
            os.close(write)
        threading.Thread(target=_keep, args=(read,), daemon=True).start()


def _keep(read: int) -> None:
    place = Path(os.environ["COVERAGE_WORKERS"], f"{os.urandom(8).hex()}.arcs")
    with os.fdopen(read, "rb") as told, place.open("wb", buffering=0) as file:
        while piece := told.read1(1 << 16):
            file.write(piece)


def pytest_configure() -> None:
    subprocess.Popen = _Popen  # type: ignore[misc]


# --- In a worker ------------------------------------------------------------------------------------------


class _Told:
    """What was reached and not yet told."""

    def __init__(self, cover: Any, descriptor: int) -> None:
        self._cover, self._descriptor = cover, descriptor
        self._known: dict[str, set[tuple[int, int]]] = {}
        self._next = 0.0

    def tell(self, *, now: bool = True) -> None:
        if not now and time.monotonic() < self._next:
            return
        data = self._cover.get_data()
        fresh = {}
        for file in data.measured_files():
            arcs = set(data.arcs(file) or ()) - self._known.setdefault(file, set())
            if arcs:
                fresh[file] = sorted(arcs)
                self._known[file] |= arcs
        if fresh:
            rest = memoryview(json.dumps(fresh).encode() + b"\n")
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        self._next = time.monotonic() + _SECONDS


class _Answers:
    """Standard output of the worker: before a line goes out, what led to it is told."""

    def __init__(self, stream: Any, told: _Told) -> None:
        self._stream, self._told = stream, told

    @property
    def buffer(self) -> _Answers:
        return self

    def write(self, line: Any) -> Any:
        raw = line if isinstance(line, bytes | bytearray) else str(line).encode()
        self._told.tell(now=any(word in raw for word in _LAST))
        return self._stream.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def main() -> int:
    descriptor, module, *arguments = sys.argv[1:]
    import coverage

    cover = coverage.Coverage(data_file=None, branch=True, include=[f"{ROOT}/inspector/*"], config_file=False)
    told = _Told(cover, int(descriptor))
    leave = os._exit

    def tell_and_leave(code: int) -> None:
        told.tell()
        leave(code)

    os._exit = tell_and_leave  # type: ignore[assignment]
    atexit.register(told.tell)
    sys.stdout = _Answers(sys.stdout.buffer, told)
    sys.argv = [module, *arguments]
    cover.start()
    runpy.run_module(module, run_name="__main__", alter_sys=True)
    return 0


# --- After the tests --------------------------------------------------------------------------------------


def gathered(folder: Path, out: Path) -> int:
    """Writes what workers told into ``out`` as coverage's data; gives how many workers there were."""
    from coverage import CoverageData

    reached: dict[str, set[tuple[int, int]]] = {}
    files = sorted(folder.glob("*.arcs"))
    for file in files:
        for name, arcs in _lines_of(file):
            reached.setdefault(name, set()).update((first, last) for first, last in arcs)
    data = CoverageData(str(out))
    data.erase()
    data.add_arcs(reached)
    data.write()
    return len(files)


def _lines_of(file: Path) -> Iterable[tuple[str, Any]]:
    for line in file.read_text(encoding="ascii").splitlines():
        try:
            told = json.loads(line)
        except ValueError:  # cut off when the worker was killed
            continue
        yield from told.items()


if __name__ == "__main__":
    sys.exit(main())
