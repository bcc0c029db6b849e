"""The tables of a review file, and how one is made.

Every value is JSON text in a row of its own, so a large scan loads in slices and a small decision is a
small write. No pickle, marshal or shelve: those are what this program flags in others.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from inspector.provenance import UnreadableInput, plain

# "PvIn": registered in the SQLite header so that `file` and other programs tell a review from other
# databases. SQLite's file format, section 1.3.12, keeps this number at offset 68.
APPLICATION_ID = 0x5076496E
VERSION = 1

_TABLES = """
CREATE TABLE fact (          -- what is fixed or replaced as a whole: record id, target, rest of the scan
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE item (          -- one object of one list of the stored scan
  list        TEXT NOT NULL,
  place       INTEGER NOT NULL,
  id          TEXT,          -- findings only
  fingerprint TEXT,          -- findings only
  body        TEXT NOT NULL,
  PRIMARY KEY (list, place)
) WITHOUT ROWID;
CREATE INDEX item_id ON item (id) WHERE id IS NOT NULL;
CREATE TABLE kept (          -- what the reviewer said: decision, note and mark by finding, answer by question
  kind  TEXT NOT NULL,
  key   TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (kind, key)
) WITHOUT ROWID;
CREATE TABLE step (          -- the journal; undone: 0 stands, 1 can be done again, 2 overtaken
  number    INTEGER PRIMARY KEY AUTOINCREMENT,
  at        TEXT NOT NULL,
  what      TEXT NOT NULL,
  undone    INTEGER NOT NULL DEFAULT 0,
  can_undo  INTEGER NOT NULL DEFAULT 1
);
CREATE TABLE change (        -- what a step did to ``kept``; NULL means that there was, or is, nothing
  step   INTEGER NOT NULL REFERENCES step (number),
  place  INTEGER NOT NULL,
  kind   TEXT NOT NULL,
  key    TEXT NOT NULL,
  before TEXT,
  after  TEXT,
  PRIMARY KEY (step, place)
) WITHOUT ROWID;
CREATE TABLE attachment (    -- evidence files, by their digest; named by the answers in ``kept``
  sha256 TEXT PRIMARY KEY,
  bytes  BLOB NOT NULL
);
CREATE TABLE remembered (    -- where the window stood
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;
"""


def as_text(value: Any) -> str:
    """``value`` as the JSON text that is stored. ASCII only, so broken names (lone surrogates) survive."""
    return json.dumps(value, separators=(",", ":"))


def make(path: Path, facts: Mapping[str, Any]) -> None:
    """A new review file at ``path`` with ``facts`` in it: whole, or not there at all.

    It is built under a name beside the final one and put in place by a hard link, which never overwrites.
    Raises UnreadableInput where the file exists or the folder cannot take it.
    """
    shown = plain(str(path))
    if path.exists() or path.is_symlink():
        raise _exists(shown)
    made = path.with_name(f".{path.name[:100]}.{secrets.token_hex(6)}.new")
    try:
        _fill(made, facts)
        try:
            os.link(made, path)
        except FileExistsError:
            raise _exists(shown) from None
        except OSError:  # a file system without hard links
            if path.exists():
                raise _exists(shown) from None
            made.rename(path)
    except (sqlite3.Error, OSError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UnreadableInput(
            f"The review file {shown} cannot be made: {plain(why)}.",
            "Choose a folder that exists and that you may write to.",
        ) from error
    finally:
        with contextlib.suppress(OSError):
            made.unlink(missing_ok=True)
    sync_folder(path.parent)


def _exists(shown: str) -> UnreadableInput:
    return UnreadableInput(
        f"{shown} is there already and is left as it is.",
        "Choose another name, or open the review that is there.",
    )


def _fill(path: Path, facts: Mapping[str, Any]) -> None:
    # Written with a rollback journal and switched to WAL at the end: the header with our id and version
    # then stands in the main file, where it is read before SQLite is let near the file.
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version={VERSION}")
        connection.executescript("BEGIN;" + _TABLES + "COMMIT;")
        connection.execute("BEGIN")
        connection.executemany(
            "INSERT INTO fact VALUES (?, ?)", [(name, as_text(value)) for name, value in facts.items()]
        )
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode=WAL")
    finally:
        connection.close()


def sync_folder(folder: Path) -> None:
    """Makes a new name in ``folder`` last over a power cut, where the system can (POSIX)."""
    if os.name != "posix":
        return
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
