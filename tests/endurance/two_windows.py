"""Two windows and a command on one review: each decides its own findings again and again, none may be lost.

    python tests/endurance/two_windows.py [--decisions 300]

Both windows are the real one, off screen, each in a process of its own. They decide findings in turn (one the
even ones, the other the odd ones) and end with a known state; meanwhile the command adds notes to all. At the
end the review is opened anew: every finding must have the state that its window set last, every note must be
there, and the history must hold as many steps as were acknowledged. Exit code 1 where that does not hold.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from common import ROOT, environment, head, last_line, row, said

SAMPLE = ROOT / "resources" / "sample"
STATES = ("confirmed", "open", "fixed")
WINDOW = """
import sys, time
from pathlib import Path
from inspector.gui.app import make_application
application = make_application()
from inspector.gui.main_window import MainWindow
from inspector.gui.session import Phase
from inspector.provenance import State
review, part, rounds = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
window = MainWindow(); window.show()
window.open(str(review))
def turn(until, seconds=120.0):
    end = time.monotonic() + seconds
    while not until():
        if time.monotonic() > end:
            sys.exit("the window waited in vain")
        application.processEvents()
turn(lambda: window.session is not None and window.session.phase is Phase.READY)
mine = sorted(window.session.facts.findings)[part::2]
done = 0
for number in range(rounds):
    for state in STATES:
        if window.session.decide([mine[number % len(mine)]], State(state)):
            done += 1
        application.processEvents()
for finding in mine:
    done += bool(window.session.decide([finding], State.FIXED if part else State.CONFIRMED))
seen = time.monotonic() + 3
turn(lambda: time.monotonic() > seen)
print(done, flush=True)
window.close()
""".replace("STATES", repr(STATES))


def main() -> int:
    parser = argparse.ArgumentParser(description="Two windows on one review.", allow_abbrev=False)
    parser.add_argument("--decisions", type=int, default=300, help="rounds of three decisions of each window")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        return both(Path(folder), given.decisions)


def both(folder: Path, rounds: int) -> int:
    """Makes the review, starts the windows and the command, and looks at what is left."""
    home, review = folder / "home", folder / "project.review"
    shutil.copytree(SAMPLE, folder / "project")
    made = ["review", "new", str(folder / "project"), "-o", str(review), "--offline", "--no-audit"]
    assert said(made, home).returncode == 0
    before = _steps(review)
    started = time.monotonic()
    settings = environment(home, QT_QPA_PLATFORM="offscreen")
    windows = [
        subprocess.Popen(
            [sys.executable, "-c", WINDOW, str(review), str(part), str(rounds)],
            env=settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for part in (0, 1)
    ]
    finding = json.loads(said(["review", "show", str(review), "--format", "json"], home).stdout)["findings"][
        0
    ]
    notes = failed = 0
    while any(window.poll() is None for window in windows):
        state = finding["state"]
        done = said(["review", "answer", str(review), "data.who-can-add", "no", "--note", f"n{notes}"], home)
        notes += done.returncode == 0
        failed += done.returncode != 0
        if done.returncode:
            row("command", state, done.returncode, last_line(done.stderr))
    told = []
    for window in windows:
        out, err = window.communicate()
        told.append(int(out) if window.returncode == 0 else -1)
        if window.returncode:
            print(err, file=sys.stderr)
    return _judge(review, before, told, notes, failed, time.monotonic() - started)


def _judge(review: Path, before: int, told: list[int], notes: int, failed: int, seconds: float) -> int:
    from inspector.provenance import State
    from inspector.review import Review

    with contextlib.closing(Review.open(review, read_only=True)) as kept:
        states = {item.finding.id: item.state for item in kept.findings()}
        answer = next(one for one in kept.questions() if one.id == "data.who-can-add")
        steps = len(kept.history()) - before
    ids = sorted(states)
    wrong = [one for one in ids[0::2] if states[one] is not State.CONFIRMED]
    wrong += [one for one in ids[1::2] if states[one] is not State.FIXED]
    head("who", "acknowledged", "kept", "seconds")
    row("window 1", told[0], "", "")
    row("window 2", told[1], "", "")
    row("command", notes, f"last note {answer.note}", "")
    row("all", sum(told) + notes, f"{steps} steps, {len(wrong)} wrong states", f"{seconds:.1f}")
    lost = steps != sum(told) + notes or answer.note != f"n{notes - 1}" or failed
    return 1 if wrong or lost or min(told) < 0 else 0


def _steps(review: Path) -> int:
    from inspector.review import Review

    with contextlib.closing(Review.open(review, read_only=True)) as kept:
        return len(kept.history())


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.exit(main())
