"""A reviewer's day: 200 decisions by keys with undo, a filter and notes, and a kill in the middle of it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

from inspector.review import Review

FINDINGS, DECISIONS, KILLED_AFTER = 420, 200, 90
FILTER = "severity:high state:open"  # what a_day.py types after sixty decisions


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


def held(review: Path, *days: list[dict]) -> None:
    """Whether the file has everything that was said to be done, the last word on each finding.

    Opening a target scans it again. What was said to be fixed on a day before and is found again is asked
    again (`inspector.review.decisions`), unless the reviewer has decided it anew since.
    """
    said = {line["finding"]: (line["state"], day) for day in days for line in day if "state" in line}
    notes = {line["finding"]: line["note"] for day in days for line in day if "note" in line}
    asked_again = {key for key, (state, day) in said.items() if state == "fixed" and day is not days[-1]}
    wanted = {key: "open" if key in asked_again else state for key, (state, _) in said.items()}
    with Review.open(review, read_only=True) as kept:
        there = {item.finding.id: item for item in kept.findings()}
    assert {key: there[key].state.value for key in wanted} == wanted
    assert all(there[key].ask_again for key in asked_again)
    assert not any(there[key].ask_again for key, state in wanted.items() if state != "open")
    assert {key: there[key].note for key in notes} == notes


def without_the_last(lines: list[dict]) -> list[dict]:
    """What was done last may have been undone before the kill, with nobody there to read it."""
    return [line for line in lines if line.get("finding") != lines[-1]["finding"]]


def test_two_hundred_decisions_with_a_kill_in_the_middle(tmp_path, project, backend, make):
    about = "model-file:models/scaler.pkl"
    events = [one for one in make.small_scan() if one["event"] not in ("done", "finding")]
    events += [make.finding(n, about, "high" if n % 4 else "low") for n in range(1, FINDINGS + 1)]
    backend.tell([*events, make.done(4)])
    settings = tmp_path / "day.json"
    first = started(project, backend.script, settings)
    morning = told(first, KILLED_AFTER)
    ended(first)
    assert len(morning) == KILLED_AFTER
    review = Path(morning[0]["review"])
    known = without_the_last(morning)
    held(review, known)
    assert sum(line.get("state") == "fixed" for line in known) > 20

    second = started(project, backend.script, settings)
    afternoon = told(second, -1)
    ended(second)
    assert afternoon[-1] == {"done": True}
    assert sum("state" in line for line in afternoon) >= DECISIONS
    places = [line["finding"] for line in morning if "finding" in line]
    place = {"tab": "Findings", "filter": FILTER}
    assert afternoon[1] == {**place, "opened": afternoon[1]["opened"]} and afternoon[1]["opened"] in places
    held(review, known, afternoon)

    last = [line["finding"] for line in afternoon if "finding" in line][-1]
    third = started(project, backend.script, settings, decisions=0)
    evening = told(third, 2)
    ended(third)
    assert evening[1] == {**place, "opened": last}  # where the window was killed
    held(review, known, afternoon, [])
