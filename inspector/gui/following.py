"""Notices when another program changes the open review: a command line, a second window."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from urllib.parse import quote


class Following:
    """A connection of its own that only reads. ``changed`` is true once after somebody else wrote; what this
    window writes itself is passed over by calling ``seen`` after it. A review that cannot be opened like
    this (a disk that may only be read) does not change either."""

    def __init__(self, path: Path) -> None:
        self._connection: sqlite3.Connection | None = None
        self._version = 0
        try:
            self._connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=0.0)
        except sqlite3.Error:
            return
        self.seen()

    def seen(self) -> None:
        """What stands in the file now is known."""
        self._version = self._now()

    def changed(self) -> bool:
        now = self._now()
        if now == self._version:
            return False
        self._version = now
        return True

    def _now(self) -> int:
        """SQLite's own count of commits by other connections (PRAGMA data_version)."""
        if self._connection is None:
            return self._version
        try:
            return int(self._connection.execute("PRAGMA data_version").fetchone()[0])
        except sqlite3.Error:
            return self._version  # locked by a writer: the next look will tell

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
