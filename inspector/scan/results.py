"""Results of earlier scans, by digest: nothing is read twice while file and readers are the same.

One SQLite file in the cache folder holds two tables. ``states`` knows the sha256 of a file by its device,
inode, size and times; ``results`` knows what the readers said of bytes with that sha256 under that path. A
state is believed only where the system keeps a time of change that no program can set (POSIX), and was kept
only where file and reading lay two seconds apart: a file that is written to in the same tick as it is read
looks unchanged afterwards ("racy" in the words of git). What can still fool it is a program that goes on
writing through a shared mapping, and somebody who may set the clock or write to the disk itself. So a
sign-off, a verification and the gate never ask here, and ``--no-cache`` does not either.

Only what was read to its end is kept. A failure may be the machine's: out of time, out of memory, a crash.
The cache is never needed: where it is damaged, read-only, locked or the disk full, a scan goes on without.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sqlite3
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from inspector import places
from inspector.scan.states import HAS_TIME_OF_CHANGE

RACY_NANOSECONDS = 2_000_000_000  # FAT keeps even seconds; nothing in use is coarser
MAX_BYTES = 256 << 20
_MAX_VALUE = 8 << 20  # bytes of JSON for one file
_BATCH = 500  # files that a crash may cost
_LOCK_SECONDS = 5.0
_DAY = 86_400
_DAMAGED = ("malformed", "not a database", "encrypted")

_SCHEMA = """
CREATE TABLE IF NOT EXISTS states (
    device BLOB NOT NULL, inode BLOB NOT NULL, size INTEGER NOT NULL, modified INTEGER NOT NULL,
    changed INTEGER NOT NULL, sha256 BLOB NOT NULL, used INTEGER NOT NULL, PRIMARY KEY (device, inode)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS results (key BLOB PRIMARY KEY, used INTEGER NOT NULL, value BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS states_used ON states (used);
CREATE INDEX IF NOT EXISTS results_used ON results (used);
"""


class SavedResults:
    """The cache of one scan. ``readers`` names the readers (``readers_digest``): other ones find nothing.

    Without a folder nothing is found and nothing kept. ``note`` is a sentence once the cache could not be
    used; from then on it is as if there were none.
    """

    def __init__(self, folder: Path | None, readers: str = "") -> None:
        self._readers = readers
        self._path = (folder or Path()) / "results.sqlite3"
        self._began = time.time_ns()
        self._today = int(time.time()) // _DAY
        self._states: list[tuple[Any, ...]] = []
        self._results: list[tuple[bytes, int, bytes]] = []
        self._touched: list[tuple[int, bytes]] = []
        self._connection: sqlite3.Connection | None = None
        self.note: str | None = None
        if folder is not None and HAS_TIME_OF_CHANGE:
            with self._trying():
                self._open()

    @property
    def usable(self) -> bool:
        return self._connection is not None

    def digest(self, identity: Sequence[int]) -> str | None:
        """The sha256 of a file in this very state, or None."""
        device, inode, *state = identity
        with self._trying():
            row = self._one(
                "SELECT size, modified, changed, sha256, used FROM states WHERE device = ? AND inode = ?",
                (_blob(device), _blob(inode)),
            )
            if row is not None and list(row[:3]) == state and len(row[3]) == 32:
                if row[4] != self._today:
                    self._states.append((_blob(device), _blob(inode), *state, row[3], self._today))
                return str(row[3].hex())
        return None

    def values(self, sha256: str, path: str) -> dict[str, Any]:
        """What the readers said of these bytes under this path, by part; empty where nothing is known."""
        key = self._key(sha256, path)
        with self._trying():
            row = self._one("SELECT value, used FROM results WHERE key = ?", (key,))
            if row is not None:
                value = json.loads(_inflated(row[0]))
                if isinstance(value, dict):
                    if row[1] != self._today:
                        self._touched.append((self._today, key))
                    return value
        return {}

    def keep(self, identity: Sequence[int], sha256: str, path: str, values: Mapping[str, Any]) -> None:
        """Keeps the hash of a file that was read in this state, and what was read to its end of it."""
        newest = max(identity[3], identity[4])
        if not self.usable or newest + RACY_NANOSECONDS > self._began:
            return
        device, inode, *state = identity
        self._states.append((_blob(device), _blob(inode), *state, bytes.fromhex(sha256), self._today))
        text = json.dumps(values, ensure_ascii=True, separators=(",", ":")).encode("ascii")
        if values and len(text) <= _MAX_VALUE:
            self._results.append((self._key(sha256, path), self._today, zlib.compress(text, 1)))
        if len(self._states) >= _BATCH:
            self._write()

    def close(self) -> None:
        """Writes what is left and makes room. Never raises."""
        if self.usable:
            self._write()
        with self._trying():
            self._make_room()
        self._drop()

    def _key(self, sha256: str, path: str) -> bytes:
        return hashlib.sha256(f"{self._readers}\0{sha256}\0{path}".encode()).digest()

    def _open(self) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # SQLite would make it readable by others; what was found in a project is nobody else's business.
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600))
        connection = sqlite3.connect(
            self._path, timeout=_LOCK_SECONDS, isolation_level=None, check_same_thread=False
        )
        self._connection = connection
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = OFF")  # a lost cache costs time only
        connection.executescript(_SCHEMA)

    def _one(self, query: str, parameters: tuple[Any, ...]) -> Any:
        return self._connection.execute(query, parameters).fetchone() if self._connection else None

    def _write(self) -> None:
        states, results, touched = self._states, self._results, self._touched
        self._states, self._results, self._touched = [], [], []
        connection = self._connection
        if connection is None or not (states or results or touched):
            return
        with self._trying():
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT OR REPLACE INTO states VALUES (?, ?, ?, ?, ?, ?, ?)", states)
            connection.executemany("INSERT OR REPLACE INTO results VALUES (?, ?, ?)", results)
            connection.executemany("UPDATE results SET used = ? WHERE key = ?", touched)
            connection.execute("COMMIT")

    def _make_room(self) -> None:
        """The rows that were not used for longest go, until there is room again."""
        connection = self._connection
        while connection is not None and self._size(connection) > MAX_BYTES:
            before = connection.total_changes
            connection.execute(
                "DELETE FROM results WHERE key IN (SELECT key FROM results ORDER BY used LIMIT "
                "(SELECT COUNT(*) / 4 + 1 FROM results))"
            )
            connection.execute(
                "DELETE FROM states WHERE (device, inode) IN (SELECT device, inode FROM states ORDER BY used "
                "LIMIT (SELECT COUNT(*) / 4 FROM states))"
            )
            if connection.total_changes == before:
                return
            connection.executescript("PRAGMA incremental_vacuum")  # execute() would stop after one page

    def _size(self, connection: sqlite3.Connection) -> int:
        pages, free, each = (
            connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_count", "freelist_count", "page_size")
        )
        return int((pages - free) * each)

    @contextlib.contextmanager
    def _trying(self) -> Iterator[None]:
        """Whatever goes wrong with the cache ends its use, and is said once."""
        try:
            yield
        except (sqlite3.Error, OSError, ValueError, zlib.error, OverflowError, RecursionError) as error:
            self._drop()
            damaged = isinstance(error, sqlite3.DatabaseError) and any(w in str(error) for w in _DAMAGED)
            if damaged:
                self._remove()
            what = "were damaged and have been thrown away" if damaged else f"could not be used ({error})"
            self.note = self.note or f"Saved results of earlier scans {what}; everything was read."

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(sqlite3.Error):
                connection.close()

    def _remove(self) -> None:
        for ending in ("", "-wal", "-shm"):
            with contextlib.suppress(OSError):
                Path(f"{self._path}{ending}").unlink()


def saved_results(*, enabled: bool) -> SavedResults:
    """The cache in this user's folder, or one that finds and keeps nothing."""
    if not enabled:
        return SavedResults(None)
    from inspector.scan.readers import readers_digest

    return SavedResults(places.scan_results(), readers_digest())


def _blob(number: int) -> bytes:
    """Device and inode are unsigned and may need 64 bits, more than SQLite's integers have."""
    return number.to_bytes(16, "big", signed=True)


def _inflated(packed: bytes) -> bytes:
    """The JSON of one row; more than a row may hold is no row of ours."""
    inflater = zlib.decompressobj()
    text = inflater.decompress(packed, _MAX_VALUE + 1)
    if len(text) > _MAX_VALUE or not inflater.eof:
        raise ValueError("a row of unknown form")
    return text
