"""The scan as a child process, drained a few milliseconds at a time.

The child writes one event a line. Its output is kept as bytes and parsed in slices, so that 20,000
findings never hold up a key press. Cancelling is killing: it needs no help from the child.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from time import perf_counter
from typing import Any

from PySide6.QtCore import QObject, QProcess, QTimer, Signal

from inspector.gui.child import as_sentence, let_go
from inspector.gui.spool import Spool

SLICE_SECONDS = 0.004
FINISH_MILLISECONDS = 20_000
_DEATH_MILLISECONDS = 50  # what a killed child takes to end where the machine is not busy; nobody sees it
_LONGEST_LINE = 64 << 20  # bytes; a longer event is dropped and counted
_READ_AHEAD = 8 << 20  # bytes that may wait here before the child is left to wait


class ScanProcess(QObject):
    """Runs one scan.

    ``events`` carries lists of events in the order the child wrote them. ``ended`` comes once, after the
    last of them, with a sentence that is empty where the scan ended as it should.
    """

    events = Signal(list)
    ended = Signal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._process: QProcess | None = None
        self._buffer = bytearray()
        self._start = 0
        self._err = bytearray()
        self._exit: tuple[int, bool] | None = None
        self._reported = True
        self.dropped = 0
        self.last_words = ""  # the last line on standard error, once the child has ended
        self.spool: Spool | None = None  # keeps every byte that was drained
        self._timer = QTimer(self)
        self._timer.setInterval(4)
        self._timer.timeout.connect(self._drain)

    @property
    def running(self) -> bool:
        return not self._reported

    def start(self, command: Sequence[str], given: bytes = b"") -> None:
        """Starts ``command``; ``given`` is all that it can read from its standard input."""
        self.kill()
        self._buffer.clear()
        self._start = 0
        self._err.clear()
        self.last_words = ""
        self._exit = None
        self._reported = False
        self.dropped = 0
        process = QProcess(self)
        self._process = process
        process.readyReadStandardError.connect(self._read_err)
        process.finished.connect(self._finished)
        process.errorOccurred.connect(self._failed)
        process.start(command[0], list(command[1:]))
        if given:
            process.write(given)
        process.closeWriteChannel()
        self._timer.start()

    def kill(self) -> None:
        """Ends the child at once. What was not drained is dropped and nothing more is reported."""
        self._timer.stop()
        self._reported = True
        process, self._process = self._process, None
        if process is not None:
            process.readyReadStandardError.disconnect()
            process.kill()
            process.waitForFinished(_DEATH_MILLISECONDS)
            let_go(process)

    def finish(self) -> None:
        """Waits for the child to come to its end by itself; what it still says is dropped."""
        if self._process is not None:
            self._process.waitForFinished(FINISH_MILLISECONDS)

    def _read_err(self) -> None:
        if self._process is not None:
            fresh = bytes(self._process.readAllStandardError().data())
            self._err = (self._err + fresh)[-(32 << 10) :]

    def _finished(self, code: int, status: QProcess.ExitStatus) -> None:
        self._read_err()
        self._exit = (code, status is QProcess.ExitStatus.NormalExit)

    def _failed(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            self._exit = (-1, False)

    def _drain(self) -> None:
        process = self._process
        if process is None:
            return
        if len(self._buffer) - self._start < _READ_AHEAD:
            fresh = process.read(1 << 20).data()
            self._buffer += fresh
            if self.spool is not None:
                self.spool.write(fresh)
        found = self._parse(perf_counter() + SLICE_SECONDS)
        if found:
            self.events.emit(found)
        if self._reported or self._exit is None:
            return
        if process.bytesAvailable() == 0 and self._buffer.find(b"\n", self._start) < 0:
            self._report()

    def _parse(self, until: float) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while perf_counter() < until:
            end = self._buffer.find(b"\n", self._start)
            if end < 0:
                if len(self._buffer) - self._start > _LONGEST_LINE:
                    self._start = len(self._buffer)
                    self.dropped += 1
                break
            line = self._buffer[self._start : end]
            self._start = end + 1
            if not line.strip():
                continue
            try:
                event = json.loads(line)
            except (ValueError, RecursionError):
                self.dropped += 1
                continue
            if isinstance(event, dict):
                found.append(event)
            else:
                self.dropped += 1
        if self._start > (1 << 20) or self._start == len(self._buffer):
            del self._buffer[: self._start]
            self._start = 0
        return found

    def _report(self) -> None:
        self._timer.stop()
        self._reported = True
        code, normal = self._exit or (-1, False)
        message = self._err.decode("utf-8", "backslashreplace").strip().splitlines()
        last = self.last_words = as_sentence(message[-1]) if message else ""
        if normal and code in (0, 1, 3):
            self.ended.emit("")
        elif normal:
            self.ended.emit(last or f"The scan ended with code {code}.")
        else:
            self.ended.emit(last or "The scan ended unexpectedly.")
