"""The map's layout outside the window's process: numbers out, numbers back, cancelling is killing."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from threading import Thread

from PySide6.QtCore import QCoreApplication, QObject, QProcess, QTimer

from inspector.views import Network
from inspector.views.bands import bands
from inspector.views.interface import Point
from inspector.views.whole import numbered

_POLL = 20  # milliseconds


class LayoutJob(QObject):
    """Places the nodes of ``network`` for the map and hands the corners to ``done``, exactly once, unless
    it is cancelled. Where no child process can be had (a frozen program) a thread of plain Python does it:
    it gives the interpreter lock away every few milliseconds, unlike painting."""

    def __init__(self, network: Network, done: Callable[[Sequence[Point]], None], parent: QObject) -> None:
        super().__init__(parent)
        self._done: Callable[[Sequence[Point]], None] | None = done
        self._count, self._links, self._first = numbered(network)
        self._process: QProcess | None = None
        self._thread: Thread | None = None
        self._answer: Sequence[Point] | None = None
        self._poll = QTimer(self)
        self._poll.setInterval(_POLL)
        self._poll.timeout.connect(self._look)

    def start(self) -> None:
        if getattr(sys, "frozen", False):
            self._in_a_thread()
            return
        process = QProcess(self)
        self._process = process
        process.started.connect(self._ask)
        process.finished.connect(self._finished)
        process.errorOccurred.connect(self._failed)
        process.start(sys.executable, ["-I", "-m", "inspector.views.layout_process"])

    def cancel(self) -> None:
        """Ends the work; ``done`` is not called any more."""
        self._done = None
        self._poll.stop()
        process, self._process = self._process, None
        if process is not None and process.state() != QProcess.ProcessState.NotRunning:
            # It ends within milliseconds, but nobody waits for it: the program owns it until then.
            process.setParent(QCoreApplication.instance())
            process.finished.connect(process.deleteLater)
            process.kill()
        self.deleteLater()

    def _ask(self) -> None:
        if self._process is None:
            return
        flat = [number for link in self._links for number in link]
        question = {"count": self._count, "links": flat, "first": self._first}
        self._process.write(json.dumps(question, separators=(",", ":")).encode() + b"\n")
        self._process.closeWriteChannel()

    def _finished(self, code: int) -> None:
        if self._process is None:
            return
        corners: list[Point] = []
        if code == 0:
            try:
                flat = json.loads(bytes(self._process.readAllStandardOutput().data()))
                corners = [(float(x), float(y)) for x, y in zip(flat[::2], flat[1::2])]
            except (ValueError, TypeError):
                corners = []
        self._process = None
        if len(corners) == self._count:
            self._give(corners)
        else:
            self._in_a_thread()

    def _failed(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart and self._process is not None:
            self._process = None
            self._in_a_thread()

    def _in_a_thread(self) -> None:
        def work() -> None:
            self._answer = bands(self._count, self._links, self._first)

        self._thread = Thread(target=work, name="map layout", daemon=True)
        self._thread.start()
        self._poll.start()

    def _look(self) -> None:
        if self._answer is not None:
            self._poll.stop()
            self._give(self._answer)

    def _give(self, corners: Sequence[Point]) -> None:
        done, self._done = self._done, None
        if done is not None:
            done(corners)
        self.deleteLater()
