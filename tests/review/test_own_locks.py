"""A look at the file of an open review takes none of its locks away.

Locks of POSIX belong to the process: closing any handle of a file gives all of them up
(https://www.sqlite.org/howtocorrupt.html, section 2.2). The next program that looks at the review would take
itself for the last one then, and remove the log with the decisions that the first one still writes into.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from inspector import sqlite_files
from inspector.provenance import State, UnreadableInput
from inspector.review import Review, attachments


def states(path: Path) -> int:
    """How many findings another program sees as confirmed."""
    code = (
        "import sys; from pathlib import Path; from inspector.review import Review\n"
        "with Review.open(Path(sys.argv[1])) as review:\n"
        "    print(sum(one.state == 'confirmed' for one in review.findings()))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    return int(done.stdout)


def opened_again(path: Path) -> None:
    with Review.open(path, read_only=True):
        pass


def attached(path: Path) -> None:
    with pytest.raises(UnreadableInput, match="open review"):
        attachments.read(path)


def looked_at(path: Path) -> None:
    assert sqlite_files.peek(path, 16) == b"SQLite format 3\0"


@pytest.mark.parametrize("look", [opened_again, attached, looked_at])
def test_decisions_after_a_second_look_are_seen_by_others(
    review: Review, path: Path, look: Callable[[Path], None]
) -> None:
    finding = next(iter(review.findings())).finding.id
    look(path)
    states(path)  # opens and closes: the last one to close removes the log
    review.decide([finding], State.CONFIRMED, note="")
    assert states(path) == 1
    assert states(path) == 1


def test_handles_that_were_kept_are_closed_with_the_review(path: Path, review: Review) -> None:
    before = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0
    for _ in range(20):
        looked_at(path)
    if before:
        assert len(os.listdir("/proc/self/fd")) == before + 1
    review.close()
    if before:
        assert len(os.listdir("/proc/self/fd")) < before
    assert not sqlite_files.is_held(path)
