"""A reviewer's day: 200 decisions by keys with undo, a filter and notes, and a kill in the middle of it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

from inspector.review import Review

FINDINGS, DECISIONS, KILLED_AFTER = 420, 200, 90


def started(
    project: Path, events: Path, settings: Path, *, decisions: int = DECISIONS
) -> subprocess.Popen[bytes]:
    script = Path(__file__).with_name("a_day.py")
    command = [sys.executable, str(script), str(project), str(events), str(settings), str(decisions)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def told(child: subprocess.Popen[bytes], most: int) -> list[dict]:
    """What the window said was done, ``most`` lines of it or all."""
    assert child.stdout is not None
    lines = []
    for line in child.stdout:
        lines.append(json.loads(line))
        if len(lines) == most or lines[-1].get("done"):
            break
    return lines


def ended(child: subprocess.Popen[bytes]) -> None:
    child.send_signal(signal.SIGKILL)
    child.wait()
    for stream in (child.stdin, child.stdout):
        assert stream is not None
        stream.close()


def held(review: Path, lines: list[dict]) -> None:
    """Whether the file has everything that was said to be done, the last word on each finding."""
    states = {line["finding"]: line["state"] for line in lines if "state" in line}
    notes = {line["finding"]: line["note"] for line in lines if "note" in line}
    with Review.open(review, read_only=True) as kept:
        there = {item.finding.id: item for item in kept.findings()}
    assert {key: there[key].state.value for key in states} == states
    assert {key: there[key].note for key in notes} == notes


def test_a_kill_in_the_middle_of_the_day_loses_nothing(tmp_path, project, backend, make):
    review, lines = day(tmp_path, project, backend, make, most=KILLED_AFTER)
    assert len(lines) == KILLED_AFTER
    last = lines[-1]["finding"]  # may have been undone before the kill, with nobody there to read it
    held(review, [line for line in lines if line.get("finding") != last])


def test_two_hundred_decisions_are_kept_and_the_place_is_found_again(tmp_path, project, backend, make):
    review, lines = day(tmp_path, project, backend, make, most=-1)
    assert lines[-1] == {"done": True}
    assert sum("state" in line for line in lines) >= DECISIONS
    held(review, lines)
    last = [line["finding"] for line in lines if "finding" in line][-1]
    again = started(project, backend.script, tmp_path / "day.json", decisions=0)
    evening = told(again, 2)
    ended(again)
    assert evening[1] == {"opened": last, "tab": "Findings"}  # where the window was killed


def day(tmp_path: Path, project: Path, backend, make, *, most: int) -> tuple[Path, list[dict]]:
    """The review's file, and what the window said until it was killed after ``most`` lines or at the end."""
    about = "model-file:models/scaler.pkl"
    events = [one for one in make.small_scan() if one["event"] not in ("done", "finding")]
    events += [make.finding(n, about, "high" if n % 4 else "low") for n in range(1, FINDINGS + 1)]
    backend.tell([*events, make.done(4)])
    window = started(project, backend.script, tmp_path / "day.json")
    lines = told(window, most)
    ended(window)
    return Path(lines[0]["review"]), lines
