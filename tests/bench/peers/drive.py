"""Runs one scanner's own command on many files, inside of that scanner's environment.

    ENV/bin/python drive.py NAME LIST.json OUT.json SECONDS

The scanner's modules are imported once; each file gets a fork of that process which runs the command as its
user would and ends with its exit code. So the start of the interpreter is not measured per file, a crash or a
hang costs that file alone, and nothing is read into the answer but what the scanner itself says.
Needs the standard library of any Python from 3.9 on, and a system that can fork.
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import resource
import signal
import sys
import time
from typing import Any

# The module and function behind each scanner's command, and its arguments before the file.
COMMANDS: dict[str, tuple[str, str, list[str]]] = {
    "picklescan": ("picklescan.cli", "main", ["picklescan", "-p"]),
    "modelscan": ("modelscan.cli", "main", ["modelscan", "scan", "-p"]),
    "fickling": ("fickling.__main__", "main", ["fickling", "--check-safety"]),
    "modelaudit": (
        "modelaudit.__main__",
        "_run",
        ["modelaudit", "scan", "--no-cache", "--format", "json", "--quiet"],
    ),
}
MEMORY = 4 << 30


def run(entry: Any, words: list[str]) -> int:
    """The exit code of the command in this process; 70 where it ends in an exception of its own."""
    sys.argv = words
    try:
        code = entry()
    except SystemExit as end:
        code = end.code
    except BaseException:  # noqa: BLE001 - what a user would see as a traceback
        return 70
    if code is None:
        return 0
    return code if isinstance(code, int) else 1


def preload(name: str) -> None:
    """Imports the scanner's own modules before the forks, so that no file pays for them again."""
    for found in pkgutil.walk_packages(importlib.import_module(name).__path__, f"{name}."):
        if not found.name.endswith("__main__"):
            try:
                importlib.import_module(found.name)
            except BaseException:  # noqa: BLE001 - modules for libraries that are not installed
                continue


def silence() -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)


def main() -> None:
    name, listed, out, seconds = sys.argv[1:5]
    module, function, words = COMMANDS[name]
    entry = getattr(importlib.import_module(module), function)
    preload(name)
    with open(listed, encoding="utf-8") as file:
        paths = json.load(file)
    answers = []
    for path in paths:
        started = time.monotonic()
        child = os.fork()
        if child == 0:
            silence()
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(int(seconds))
            os._exit(run(entry, [*words, path]) & 0xFF)
        _, status = os.waitpid(child, 0)
        killed = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        code = -killed if killed else os.WEXITSTATUS(status)
        answers.append([path, code, round(time.monotonic() - started, 4)])
    with open(out, "w", encoding="utf-8") as file:
        json.dump(answers, file)


if __name__ == "__main__":
    main()
