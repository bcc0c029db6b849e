"""Killed at any moment, or written to by two at once: what was acknowledged is there."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from inspector.provenance import State, UnreadableInput
from inspector.review import Review, opening

# Says the number of each decision after ``decide`` came back: that is the acknowledgement.
LOOP = """
import sys
from pathlib import Path
from inspector.provenance import State
from inspector.review import Review

path, first, last = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
with Review.open(path) as review:
    ids = [item.finding.id for item in review.findings()]
    for number in range(first, last):
        review.decide([ids[number % len(ids)]], State.FALSE_POSITIVE, because=f"reason {number}")
        sys.stdout.write(f"{number}\\n")
        sys.stdout.flush()
"""


def child(path: Path, first: int, last: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", LOOP, str(path), str(first), str(last)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def reasons(review: Review) -> set[str]:
    rows = review._connection.execute("SELECT after FROM change WHERE kind = 'decision'")
    return {json.loads(after)["because"] for (after,) in rows}


def test_a_kill_at_any_moment_loses_nothing_acknowledged(path: Path, review: Review) -> None:
    review.close()
    chance = random.Random(7)
    acknowledged: list[int] = []
    for _ in range(10):
        first = acknowledged[-1] + 2 if acknowledged else 0
        process = child(path, first, first + 10_000)
        assert process.stdout is not None
        for _ in range(chance.randint(1, 30)):
            acknowledged.append(int(process.stdout.readline()))
        process.kill()
        # What still stood in the pipe was acknowledged as well; a line cut short was not.
        rest = process.stdout.read().splitlines(keepends=True)
        acknowledged += [int(line) for line in rest if line.endswith("\n")]
        process.wait()
        process.stdout.close()
        with Review.open(path) as again:
            assert {f"reason {number}" for number in acknowledged} <= reasons(again)
            last = f"reason {acknowledged[-1]}"
            standing = {item.because for item in again.findings()}
            assert last in standing or f"reason {acknowledged[-1] + 1}" in standing
            steps = [item["number"] for item in again.history()]
            assert steps == list(range(1, len(steps) + 1))


def test_two_writers_on_one_file_lose_no_decision(path: Path, review: Review) -> None:
    each = 60
    writers = [child(path, number * 1000, number * 1000 + each) for number in range(2)]
    for number in range(each):
        review.note(review.findings()[0].finding.id, f"note {number}")
    for process in writers:
        out, _ = process.communicate(timeout=60)
        assert process.returncode == 0 and len(out.splitlines()) == each
    expected = {f"reason {base + number}" for base in (0, 1000) for number in range(each)}
    assert reasons(review) == expected
    assert len([item for item in review.history() if item["touched"]]) == 3 * each
    undone = 0
    while review.undo():
        undone += 1
    assert undone == 3 * each
    assert all(item.state is State.OPEN and item.note == "" for item in review.findings())


def test_a_file_that_stays_locked_is_a_sentence(
    path: Path, review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = review.findings()[0].finding.id
    monkeypatch.setattr(opening, "BUSY_SECONDS", 0.05)
    with Review.open(path) as other:
        review._connection.execute("BEGIN IMMEDIATE")
        with pytest.raises(UnreadableInput, match="being written to"):
            other.decide([key], State.CONFIRMED)
        assert other.findings()[0].state is State.OPEN  # reading never waits
        review._connection.execute("ROLLBACK")
        other.decide([key], State.CONFIRMED)
    assert review.findings()[0].state is State.CONFIRMED


def test_threads_may_share_one_review(review: Review) -> None:
    ids = [item.finding.id for item in review.findings()]

    def work(key: str) -> None:
        for number in range(20):
            review.note(key, f"{number}")
            assert len(review.findings()) == 3

    threads = [threading.Thread(target=work, args=(key,)) for key in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {item.note for item in review.findings()} == {"19"}
    assert len([item for item in review.history() if item["touched"]]) == 60
