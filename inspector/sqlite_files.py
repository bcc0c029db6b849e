"""Looking at an SQLite file beside SQLite, without taking its locks away.

Locks of POSIX belong to the process: closing any handle of a file gives up all locks that this process has
on it, SQLite's too (https://www.sqlite.org/howtocorrupt.html, section 2.2). Another process then takes itself
for the last one that has the file, and removes the log that this one goes on writing into. So who looks at a
file with ``peek`` while it is open here leaves the handle open until the last connection has closed.
"""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
import weakref
from collections import Counter
from pathlib import Path
from typing import Any

_Key = tuple[int, int]  # device and inode
_GUARD = threading.RLock()
_HELD: Counter[_Key] = Counter()
_KEPT: dict[_Key, int] = {}  # a handle that may not be closed yet


class _Connection(sqlite3.Connection):
    """A connection whose file is held until it is closed."""

    let_go: weakref.finalize[Any, Any] | None = None

    def close(self) -> None:
        super().close()
        if self.let_go is not None:
            self.let_go()


def connect(path: Path, address: str, **options: Any) -> sqlite3.Connection:
    """``sqlite3.connect(address, uri=True, …)`` for the file ``path``, which is held until that is closed."""
    key = _key_of(path)
    if key is not None:
        with _GUARD:
            _HELD[key] += 1
    try:
        made = sqlite3.connect(address, uri=True, factory=_Connection, **options)
    except BaseException:
        _let_go(key)
        raise
    made.let_go = weakref.finalize(made, _let_go, key)
    return made


def is_held(path: Path) -> bool:
    """Whether this process has a connection to the file."""
    key = _key_of(path)
    return key is not None and _HELD[key] > 0


def peek(path: Path, length: int) -> bytes:
    """The first ``length`` bytes of a file; none of what is no regular file. Raises OSError, ValueError."""
    with _GUARD:
        key = _key_of(path)
        if key in _KEPT:
            os.lseek(_KEPT[key], 0, os.SEEK_SET)
            return os.read(_KEPT[key], length)
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        handle = os.open(path, flags)
        key = None
        try:
            status = os.fstat(handle)
            key = (status.st_dev, status.st_ino)
            return os.read(handle, length) if stat.S_ISREG(status.st_mode) else b""
        finally:
            if key is not None and _HELD[key] > 0:
                _KEPT[key] = handle
            else:
                os.close(handle)


def _key_of(path: Path) -> _Key | None:
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino


def _let_go(key: _Key | None) -> None:
    if key is None:
        return
    with _GUARD:
        _HELD[key] -= 1
        if _HELD[key] <= 0:
            del _HELD[key]
            if key in _KEPT:
                os.close(_KEPT.pop(key))
