"""One reviewer's day in a window of its own, by keys alone; test_reviewers_day.py starts and kills it.

    python tests/gui/a_day.py PROJECT EVENTS SETTINGS DECISIONS

Prints one JSON object for each thing that the window said was done.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import inspector.gui  # noqa: F401 - sets up Qt before it is imported
from inspector.gui.app import make_application

application = make_application()

from PySide6.QtCore import Qt  # noqa: E402
from PySide6.QtTest import QTest  # noqa: E402

from inspector.gui.backend import Backend  # noqa: E402
from inspector.gui.main_window import MainWindow  # noqa: E402
from inspector.gui.settings import Settings  # noqa: E402

CONTROL = Qt.KeyboardModifier.ControlModifier
PATIENCE = 20  # seconds


class Told(Backend):
    """A scan that prints events which were written down before."""

    def scan_command(self, target, options):
        return [sys.executable, "-c", "import sys; sys.stdout.write(open(sys.argv[1]).read())", sys.argv[2]]


def until(holds) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        application.processEvents()
        if time.monotonic() > end:
            raise SystemExit(f"the window did not do it: {where()}")


def where() -> str:
    focus, session = application.focusWidget(), window.session
    name = f"{type(focus).__name__} {focus.accessibleName()!r}" if focus is not None else "nothing"
    shown = f"{len(window.findings.rows.rows)} rows of {window.findings.filter.text()!r}"
    at = f"decision {number}, {shown}, at {window.selection.finding!r}"
    return f"{session.phase.value}, {at}, focus on {name}"


def press(key, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(application.focusWidget() or window, key, modifier)
    application.processEvents()


def say(**what) -> None:
    print(json.dumps(what), flush=True)


def state() -> str:
    return window.session.facts.findings[window.selection.finding].state.value


number = -1
window = MainWindow(Settings(Path(sys.argv[3])), Told())
window.show()
window.open(sys.argv[1])
until(lambda: window.session.phase.value == "ready" and window.session.facts.findings)
until(lambda: window.findings.rows.rows)
until(lambda: window.selection.finding or not window.session.recalled("finding", ""))
say(review=str(window.session.review.path))
tab = window.tabs.tabText(window.tabs.currentIndex()).split()[0]
say(opened=window.selection.finding, tab=tab, filter=window.findings.filter.text())
press(Qt.Key.Key_2, CONTROL)
for number in range(int(sys.argv[4])):
    if number == 60:  # the rest of the day only what is grave
        press(Qt.Key.Key_F, CONTROL)
        QTest.keyClicks(application.focusWidget(), "severity:high state:open")
        press(Qt.Key.Key_Return)
        until(lambda: all(row.finding.severity.value == "high" for row in window.findings.rows.rows))
        window.findings.table.setFocus()
    before = window.selection.finding
    press(Qt.Key.Key_J)
    until(lambda before=before: window.selection.finding not in ("", None, before))
    chosen, wanted = window.selection.finding, "confirmed" if number % 3 else "fixed"
    press(Qt.Key.Key_2 if number % 3 else Qt.Key.Key_3)
    until(lambda chosen=chosen, wanted=wanted: window.session.facts.findings[chosen].state.value == wanted)
    say(finding=chosen, state=wanted)
    if number % 20 == 19:
        press(Qt.Key.Key_Z, CONTROL)
        until(lambda chosen=chosen: window.session.facts.findings[chosen].state.value == "open")
        say(finding=chosen, state="open")
    elif number % 10 == 4:
        press(Qt.Key.Key_N)
        QTest.keyClicks(application.focusWidget(), f"seen as number {number}")
        press(Qt.Key.Key_Return)
        until(lambda chosen=chosen: window.session.facts.findings[chosen].note.startswith("seen as"))
        say(finding=chosen, note=f"seen as number {number}")
rested = time.monotonic() + 1.5
until(lambda: time.monotonic() > rested)
say(done=True)
sys.stdin.read()
