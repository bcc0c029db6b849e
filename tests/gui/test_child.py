"""Child processes of the window that are not wanted any more: nobody is told, and nobody waits."""

from __future__ import annotations

import sys

import pytest
from PySide6.QtCore import QObject, QProcess
from shiboken6 import isValid

from inspector.gui.child import Child, let_go
from inspector.gui.scan_process import ScanProcess

ENDLESS = [sys.executable, "-I", "-c", "import sys; print('here', flush=True); sys.stdin.read(1); input()"]
SLEEPING = [sys.executable, "-I", "-c", "import time; print('here', flush=True); time.sleep(600)"]


@pytest.fixture
def no_waiting(monkeypatch):
    """Whoever waits for a process on the window's side fails."""

    def waited(*_):
        raise AssertionError("the window waited for a process")

    monkeypatch.setattr(QProcess, "waitForFinished", waited)


def test_a_process_that_a_busy_machine_has_not_ended_yet_is_dropped_when_it_has(qtbot, no_waiting):
    process = QProcess()
    ended = []
    process.finished.connect(lambda *_: ended.append("told"))
    process.errorOccurred.connect(lambda *_: ended.append("told"))
    process.start(ENDLESS[0], ENDLESS[1:])
    assert process.waitForStarted()
    let_go(process)
    assert isValid(process) and process.parent() is not None
    process.kill()
    qtbot.waitUntil(lambda: not isValid(process))
    assert ended == [], "nobody is told any more"


def test_a_process_that_has_ended_is_dropped_at_once(qtbot):
    process = QProcess()
    process.finished.connect(lambda *_: None)
    process.errorOccurred.connect(lambda *_: None)
    process.start(sys.executable, ["-I", "-c", ""])
    qtbot.waitUntil(lambda: process.state() is QProcess.ProcessState.NotRunning)
    let_go(process)
    assert process.parent() is None
    qtbot.waitUntil(lambda: not isValid(process))


def test_a_child_that_is_killed_is_not_waited_for_and_tells_nothing(qtbot, no_waiting):
    told = []
    parent = QObject()
    child = Child(parent, SLEEPING, lambda *answer: told.append(answer))
    process = child._process
    qtbot.waitUntil(lambda: bytes(child._out) == b"here\n")
    child.kill()
    qtbot.waitUntil(lambda: not isValid(process) and not isValid(child))
    assert told == []


def test_a_child_that_never_started_can_be_killed(qtbot):
    told = []
    parent = QObject()
    child = Child(parent, ["no-such-program-anywhere"], lambda *answer: told.append(answer))
    process = child._process
    child.kill()
    qtbot.waitUntil(lambda: not isValid(process))


def test_a_scan_that_is_cancelled_is_waited_for_no_longer_than_nobody_sees(qtbot, monkeypatch):
    waits = []
    monkeypatch.setattr(QProcess, "waitForFinished", lambda _, limit: waits.append(limit))
    parent = QObject()
    scan = ScanProcess(parent)
    ends = []
    scan.ended.connect(lambda *answer: ends.append(answer))
    scan.start(SLEEPING)
    process = scan._process
    qtbot.waitUntil(lambda: process.state() is QProcess.ProcessState.Running)
    scan.kill()
    assert not scan.running and all(limit <= 50 for limit in waits)
    qtbot.waitUntil(lambda: not isValid(process))
    assert ends == []
