"""Where bytes come from, proven by content: sha256 of a local file equals one that a hub has listed.

Each list of files that a hub gives is remembered here: its large files by their sha256 (the LFS id). A later
scan of a folder asks without a network. A name proves nothing and is not asked for; that nothing is found
proves nothing either. What is found depends on what this machine has seen, so it stands under ``run``.
"""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from inspector import places

MAX_ROWS = 200_000  # of all repositories; the ones seen longest ago go first
MAX_OF_ONE = 20_000  # files of one repository
MAX_FOUND = 20  # places named for one file
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_LOCK_SECONDS = 2.0
_FAILURES = (sqlite3.Error, OSError, ValueError)
_SCHEMA = """
CREATE TABLE IF NOT EXISTS origins (
    sha256 BLOB NOT NULL, host TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, path TEXT NOT NULL,
    revision TEXT NOT NULL, PRIMARY KEY (sha256, host, kind, name, path)
);
"""


@dataclass(frozen=True, slots=True)
class Origin:
    """A place where a hub has listed the very bytes: ``path`` of a repository at a commit (``revision``)."""

    host: str
    kind: str
    name: str
    path: str
    revision: str

    def as_json(self) -> dict[str, str]:
        return {
            "host": self.host,
            "kind": self.kind,
            "name": self.name,
            "path": self.path,
            "revision": self.revision,
        }


class Origins:
    """What hubs have listed, in one SQLite file of the cache folder. It is never needed: where it is damaged,
    locked or not ours to write, nothing is remembered and nothing found."""

    def __init__(self, place: Path | None = None) -> None:
        self._place = place if place is not None else places.cache() / "hub-origins.sqlite3"

    def remember(self, host: str, kind: str, name: str, revision: str, files: Mapping[str, str]) -> None:
        """Keeps ``files`` (path to sha256) of one repository at one commit."""
        rows = [
            (bytes.fromhex(sha256), host, kind, name, path, revision)
            for path, sha256 in sorted(files.items())
            if _SHA256.match(sha256)
        ][:MAX_OF_ONE]
        if not rows:
            return
        with contextlib.suppress(*_FAILURES), contextlib.closing(self._opened()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT OR REPLACE INTO origins VALUES (?, ?, ?, ?, ?, ?)", rows)
            connection.execute(
                "DELETE FROM origins WHERE rowid <= (SELECT MAX(rowid) FROM origins) - ?", (MAX_ROWS,)
            )
            connection.execute("COMMIT")

    def of(self, digests: Iterable[str]) -> dict[str, list[Origin]]:
        """The places of each sha256 that is known, in the order of their names."""
        found: dict[str, list[Origin]] = {}
        if not self._place.is_file():
            return found
        with contextlib.suppress(*_FAILURES), contextlib.closing(self._opened()) as connection:
            for sha256 in digests:
                if not _SHA256.match(sha256) or sha256 in found:
                    continue
                rows = connection.execute(
                    "SELECT host, kind, name, path, revision FROM origins WHERE sha256 = ? "
                    "ORDER BY host, kind, name, path LIMIT ?",
                    (bytes.fromhex(sha256), MAX_FOUND),
                ).fetchall()
                if rows:
                    found[sha256] = [Origin(*(str(value) for value in row)) for row in rows]
        return found

    def _opened(self) -> sqlite3.Connection:
        self._place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Whose repositories were looked at is nobody else's business.
        os.close(os.open(self._place, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600))
        connection = sqlite3.connect(self._place, timeout=_LOCK_SECONDS, isolation_level=None)
        try:
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA synchronous = OFF")  # what is lost is learnt again
            connection.executescript(_SCHEMA)
        except sqlite3.Error as error:
            connection.close()
            if "not a database" in str(error) or "malformed" in str(error):
                self._place.unlink(missing_ok=True)
            raise
        return connection
