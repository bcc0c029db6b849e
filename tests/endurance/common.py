"""What the endurance scripts share: the program as a command, its cost, and a table as it grows."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE.parent / "bench"), str(ROOT)]

from peers import measure  # noqa: E402 - its folder had to be named first

PROGRAM = [sys.executable, "-m", "inspector"]
MIB = 1 << 20


def environment(home: Path, **more: str) -> dict[str, str]:
    """That of the caller, with a home of its own and this checkout before any other."""
    return {**os.environ, "INSPECTOR_HOME": str(home), "PYTHONPATH": str(ROOT), **more}


def cost(words: list[str], home: Path, *, seconds: float = 7200.0, **more: str) -> measure.Cost:
    """Runs the program to its end and measures it with its children."""
    return measure.run([*PROGRAM, *words], seconds, environment(home, **more))


def said(
    words: list[str], home: Path, *, seconds: float = 600.0, **more: str
) -> subprocess.CompletedProcess[str]:
    """Runs the program and keeps what it says."""
    return subprocess.run(
        [*PROGRAM, *words],
        env=environment(home, **more),
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


def row(*cells: object) -> None:
    """One line of a table in Markdown, at once: a long run is looked at while it goes on."""
    print("| " + " | ".join(str(one) for one in cells) + " |", flush=True)


def head(*cells: str) -> None:
    row(*cells)
    print("|" + "---|" * len(cells), flush=True)


def in_order(done: subprocess.CompletedProcess[str], codes: tuple[int, ...] = (0, 1, 2, 3)) -> bool:
    """Whether a command ended as it should: one of our exit codes, no traceback and no defect of ours."""
    bad = ("Traceback", "A defect of this program")
    return done.returncode in codes and not any(word in done.stderr for word in bad)


def last_line(text: str, most: int = 110) -> str:
    """The last thing a command said, short enough for a table."""
    lines = [line for line in text.strip().splitlines() if line.strip()]
    line = lines[-1].replace("|", "/") if lines else "nothing"
    return line if len(line) <= most else f"{line[: most - 1]}…"
