"""Child processes of the window: this program again, with the commands of the contract."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QCoreApplication, QObject, QProcess, QProcessEnvironment

_MOST_OUTPUT = 4 << 20  # bytes of one answer; a longer one is cut, and said to be


def inspector_command(*arguments: str) -> list[str]:
    """The command line that runs this program with ``arguments``: isolated from the user's site
    packages, or the frozen program itself."""
    if getattr(sys, "frozen", False):
        return [sys.executable, *arguments]
    return [sys.executable, "-I", "-m", "inspector", *arguments]


def module_command(module: str, *arguments: str) -> list[str] | None:
    """The command line that runs a module of this program as a script; None in a frozen program."""
    if getattr(sys, "frozen", False):
        return None
    return [sys.executable, "-I", "-m", module, *arguments]


class Child(QObject):
    """One run of a command. ``then(code, out, err)`` is called once; code is None where it could not be
    started or was killed."""

    def __init__(
        self,
        parent: QObject,
        command: Sequence[str],
        then: Callable[[int | None, bytes, str], None],
        environment: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(parent)
        self._then: Callable[[int | None, bytes, str], None] | None = then
        self._out = bytearray()
        self._err = bytearray()
        self._process = QProcess(self)
        if environment:
            full = QProcessEnvironment.systemEnvironment()
            for key, value in environment.items():
                full.insert(key, value)
            self._process.setProcessEnvironment(full)
        self._process.readyReadStandardOutput.connect(self._read_out)
        self._process.readyReadStandardError.connect(self._read_err)
        self._process.finished.connect(self._finished)
        self._process.errorOccurred.connect(self._failed)
        self._process.start(command[0], list(command[1:]))
        self._process.closeWriteChannel()

    def _read_out(self) -> None:
        self._out += bytes(self._process.readAllStandardOutput().data())[: _MOST_OUTPUT - len(self._out)]

    def _read_err(self) -> None:
        self._err += bytes(self._process.readAllStandardError().data())[: (64 << 10) - len(self._err)]

    def _finished(self, code: int, status: QProcess.ExitStatus) -> None:
        self._read_out()
        self._read_err()
        self._end(code if status is QProcess.ExitStatus.NormalExit else None)

    def _failed(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            self._end(None)

    def _end(self, code: int | None) -> None:
        then, self._then = self._then, None
        if then is not None:
            then(code, bytes(self._out), self._err.decode("utf-8", "backslashreplace"))
            self.deleteLater()

    def kill(self) -> None:
        """Ends the child at once; nothing is called any more, and nobody waits for its end."""
        self._then = None
        self._process.readyReadStandardOutput.disconnect()
        self._process.readyReadStandardError.disconnect()
        self._process.kill()
        let_go(self._process)
        self.deleteLater()


def let_go(process: QProcess) -> None:
    """Drops ``process``, of which nobody is told any more: at once where it has ended, else when it does.
    (To destroy a QProcess that runs waits for its end: half a minute on a busy machine.)"""
    for signal in (process.finished, process.errorOccurred):
        signal.disconnect()
    if process.state() is QProcess.ProcessState.NotRunning:
        process.deleteLater()
        return
    process.setParent(QCoreApplication.instance())
    # `finished` would not tell of a program that is not there, which is found out only now.
    process.stateChanged.connect(
        lambda state: process.deleteLater() if state is QProcess.ProcessState.NotRunning else None
    )


def message_of(err: str) -> str:
    """The sentence of a failed command: its last lines on standard error, without a traceback."""
    lines = [as_sentence(line) for line in err.strip().splitlines() if line.strip()]
    return "\n".join(lines[-3:])


def as_sentence(line: str) -> str:
    """A line on standard error without the name of the command before it."""
    said = line.strip().removeprefix("inspector: ")
    return said[:1].upper() + said[1:] if said[:1].isascii() and "/" not in said.split(" ", 1)[0] else said
