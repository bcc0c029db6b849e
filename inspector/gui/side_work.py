"""Reading and storing of reviews beside the window: one child process after the other, drained in slices."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject

from inspector.gui import storing
from inspector.gui.background import Background
from inspector.gui.child import module_command
from inspector.gui.scan_process import ScanProcess

Events = list[dict[str, Any]]


@dataclass
class _Task:
    arguments: tuple[str, ...]
    events: Callable[[Events], None]
    ended: Callable[[str], None]


class SideWork(QObject):
    """Runs ``inspector.gui.storing``. ``ended(problem)`` is called once per task, "" where all went well."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._waiting: list[_Task] = []
        self._now: _Task | None = None
        self._process = ScanProcess(self)
        self._process.events.connect(self._events)
        self._process.ended.connect(self._ended)
        self._background = Background(self)

    def run(self, *arguments: str, events: Callable[[Events], None], ended: Callable[[str], None]) -> None:
        self._waiting.append(_Task(arguments, events, ended))
        if self._now is None:
            self._next()

    def _next(self) -> None:
        if not self._waiting:
            return
        self._now = self._waiting.pop(0)
        command = module_command("inspector.gui.storing", *self._now.arguments)
        if command is not None:
            self._process.start(command)
        else:  # a frozen program cannot run its own modules: a thread is slower, but right
            self._background.run(lambda: _in_thread(self._now.arguments), self._from_thread)

    def _events(self, events: Events) -> None:
        if self._now is not None:
            self._now.events(events)

    def _ended(self, problem: str) -> None:
        task, self._now = self._now, None
        if task is not None:
            task.ended(problem)
        if self._now is None:
            self._next()

    def _from_thread(self, result: Any, error: BaseException | None) -> None:
        if error is not None:
            self._ended(str(error))
            return
        events, problem = result
        self._events(events)
        self._ended(problem)

    def close(self) -> None:
        """Lets a task that stores come to its end, and forgets the others."""
        task = self._now
        self._waiting.clear()
        self._now = None
        if task is not None and task.arguments[0] == "store":
            self._process.finish()
        self._process.kill()
        self._background.close()


def _in_thread(arguments: tuple[str, ...]) -> tuple[Events, str]:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = storing.main(list(arguments))
    return [json.loads(line) for line in out.getvalue().splitlines()], err.getvalue().strip() if code else ""
