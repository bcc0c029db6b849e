"""The window's line to the process that holds a quarantine store: asks, and hands each answer back once."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QObject, QProcess, Signal

from inspector.gui.background import Background
from inspector.gui.child import as_sentence, let_go, module_command
from inspector.gui.quarantine_desk import Desk
from inspector.gui.texts import tr

_MODULE = "inspector.gui.quarantine_desk"
_LONGEST_ANSWER = 32 << 20  # bytes; no answer of ours comes near it
_PATIENCE_MS = 400  # what a window that closes waits for a decision that is being written

Then = Callable[[dict[str, Any] | None, dict[str, Any]], None]


class Link(QObject):
    """``ask`` sends a request; ``then(answer, problem)`` is called once, with one of the two: a problem has
    ``problem``, ``next`` and ``code``. ``broke`` says that the process ended on its own; what was asked of it
    is answered with that sentence. ``busy_changed`` tells whether an answer is waited for."""

    broke = Signal(str)
    busy_changed = Signal(bool)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._process: QProcess | None = None
        self._desk: Desk | None = None  # in a frozen program, which cannot run its own modules
        self._background: Background | None = None
        self._waiting: dict[int, Then] = {}
        self._quiet: set[int] = set()
        self._number = 0
        self._buffer = bytearray()
        self._err = bytearray()

    @property
    def is_open(self) -> bool:
        return self._process is not None or self._desk is not None

    @property
    def busy(self) -> bool:
        return bool(self._waiting.keys() - self._quiet)

    def start(self) -> None:
        """Starts the process; one that runs already is let go first."""
        self.close()
        command = module_command(_MODULE)
        if command is None:
            self._desk, self._background = Desk(), Background(self)
            return
        process = QProcess(self)
        self._process = process
        process.readyReadStandardOutput.connect(self._read)
        process.readyReadStandardError.connect(self._read_err)
        process.finished.connect(lambda *_: self._ended())
        process.errorOccurred.connect(self._failed)
        process.start(command[0], command[1:])

    def ask(self, what: str, then: Then, *, quiet: bool = False, **arguments: Any) -> None:
        """Asks for ``what``. ``quiet`` asks do not count as being busy."""
        self._number += 1
        number = self._number
        self._waiting[number] = then
        if quiet:
            self._quiet.add(number)
        else:
            self.busy_changed.emit(True)
        request = {"id": number, "ask": what, **arguments}
        if self._process is not None:
            self._process.write(json.dumps(request).encode() + b"\n")
        elif self._desk is not None and self._background is not None:
            desk = self._desk
            self._background.run(
                lambda: desk.answer(request), lambda answer, error: self._from_thread(number, answer, error)
            )
        else:
            self._answered({"id": number, "problem": tr("No store is open."), "next": "", "code": ""})

    def _from_thread(self, number: int, answer: Any, error: BaseException | None) -> None:
        if error is not None:
            answer = {"id": number, "problem": f"{type(error).__name__}: {error}", "next": "", "code": ""}
        self._answered(answer)

    def _read(self) -> None:
        if self._process is None:
            return
        self._buffer += bytes(self._process.readAllStandardOutput().data())
        while (end := self._buffer.find(b"\n")) >= 0:
            line = bytes(self._buffer[:end])
            del self._buffer[: end + 1]
            try:
                answer = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(answer, dict):
                self._answered(answer)
            if self._process is None:  # the answer made the window let go of it
                return
        if len(self._buffer) > _LONGEST_ANSWER:
            self._process.kill()

    def _read_err(self) -> None:
        if self._process is not None:
            fresh = bytes(self._process.readAllStandardError().data())
            self._err = (self._err + fresh)[-(16 << 10) :]

    def _answered(self, answer: Mapping[str, Any]) -> None:
        number = answer.get("id")
        then = self._waiting.pop(number, None) if isinstance(number, int) else None
        self._quiet.discard(number if isinstance(number, int) else -1)
        if then is not None:
            found = answer.get("ok")
            if isinstance(found, dict):
                then(found, {})
            else:
                then(None, dict(answer))
        self.busy_changed.emit(self.busy)

    def _failed(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            self._ended()

    def _ended(self) -> None:
        """The process ended although nobody let it go: what was asked is answered, so nothing hangs."""
        process, self._process = self._process, None
        if process is None:
            return
        self._err = (self._err + bytes(process.readAllStandardError().data()))[-(16 << 10) :]
        process.deleteLater()
        lines = self._err.decode("utf-8", "backslashreplace").strip().splitlines()
        why = as_sentence(lines[-1]) if lines else ""
        sentence = tr("The store's process ended unexpectedly. What was answered before is kept.")
        waiting, self._waiting = self._waiting, {}
        self._quiet.clear()
        for then in waiting.values():
            then(None, {"problem": sentence, "next": why, "code": "ended"})
        self.busy_changed.emit(False)
        self.broke.emit(f"{sentence} {why}".strip())

    def close(self) -> None:
        """Lets the process go; nobody is told any more. One that only reads is ended at once, one that writes
        is given a moment: a change of the store is whole or not there at all."""
        patience = _PATIENCE_MS if self.busy else 0
        self._waiting.clear()
        self._quiet.clear()
        self._buffer.clear()
        self._err.clear()
        process, self._process = self._process, None
        if process is not None:
            process.blockSignals(True)
            process.closeWriteChannel()
            running = process.state() is not QProcess.ProcessState.NotRunning
            if running and not (patience and process.waitForFinished(patience)):
                process.kill()
                process.waitForFinished(1000)  # the next process wants the store
            process.blockSignals(False)
            let_go(process)
        if self._background is not None:
            self._background.close()
            self._background = None
        if self._desk is not None:
            self._desk.close()
            self._desk = None
