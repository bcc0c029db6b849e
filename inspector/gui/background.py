"""Work that waits for the disk, off the window's thread: every task ends in exactly one callback.

Only for work that releases the interpreter lock (reading, SQLite). Parsing goes to a child process, or is
cut into slices.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal


class _Task(QRunnable):
    def __init__(self, work: Callable[[], Any], number: int, owner: Background) -> None:
        super().__init__()
        self._work = work
        self._number = number
        self._owner = owner

    def run(self) -> None:
        result: Any = None
        error: BaseException | None = None
        try:
            result = self._work()
        except Exception as raised:  # noqa: BLE001 (handed to the callback, which shows or raises it)
            error = raised
        try:
            self._owner._ended.emit(self._number, result, error)
        except RuntimeError:
            return  # the window was closed meanwhile: nobody is left to tell


class Background(QObject):
    """Runs tasks for one owner, one after the other. Tasks of a closed owner are not reported."""

    _ended = Signal(int, object, object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._waiting: dict[int, Callable[[Any, BaseException | None], None]] = {}
        self._number = 0
        self._ended.connect(self._report, Qt.ConnectionType.QueuedConnection)

    def run(self, work: Callable[[], Any], then: Callable[[Any, BaseException | None], None]) -> None:
        """Runs ``work`` in a thread, then ``then(result, error)`` in the window's thread."""
        self._number += 1
        self._waiting[self._number] = then
        self._pool.start(_Task(work, self._number, self))

    def _report(self, number: int, result: Any, error: BaseException | None) -> None:
        then = self._waiting.pop(number, None)
        if then is not None:
            then(result, error)

    def close(self) -> None:
        """Waits for the running task and forgets the others."""
        self._waiting.clear()
        self._pool.clear()
        self._pool.waitForDone()
