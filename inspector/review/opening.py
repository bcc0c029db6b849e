"""Opening a review file that may be anything: foreign, newer, corrupt, locked away, on a read-only disk.

The order:
1. the first 100 bytes are read here, not by SQLite: no SQLite file, another program's or a newer version's
   is refused before anything could touch it (SQLite file format, section 1.3);
2. a file with a write-ahead log is checked through a read-only connection first, because closing a
   writing one folds the log into the file, and a corrupt file is to be left as it is;
3. ``PRAGMA quick_check``, and the tables are there;
4. a reader that cannot have SQLite's shared memory (a read-only disk) reads the file as immutable, or
   from a private copy where a write-ahead log goes with it.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from inspector import sqlite_files
from inspector.provenance import UnreadableInput, plain
from inspector.review.schema import APPLICATION_ID, VERSION

BUSY_SECONDS = 10.0  # how long a writer waits for another process's transaction
REMEMBER_SECONDS = 0.04  # the same for the window's place: its next step is remembered again
_TABLES = {"fact", "item", "kept", "step", "change", "attachment", "remembered"}


class Opened(NamedTuple):
    """A checked connection; ``read_only`` also where writing was not asked for but impossible."""

    connection: sqlite3.Connection
    read_only: bool


def open_file(path: Path, *, read_only: bool) -> Opened:
    """A checked connection to the review at ``path``. Raises UnreadableInput and changes nothing."""
    _check_header(path)
    writable = os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
    if not writable and not read_only:
        raise UnreadableInput(
            f"The review file {plain(str(path))} or its folder may not be written to.",
            "Copy it to a folder of your own, or open it for reading only.",
        )
    try:
        if _has_log(path):
            _check(_connect(path, "mode=ro"), path).close()
        if writable:
            # Also for reading: the last one to close then clears the log away instead of leaving it behind.
            connection = _check(_connect(path, "mode=rw"), path)
        else:
            connection = _check(_connect(path, "mode=ro"), path)
    except sqlite3.OperationalError as error:
        if not read_only or not _no_shared_memory(error):
            raise damaged(path, error) from error
        connection = _frozen(path)
    except sqlite3.Error as error:
        raise damaged(path, error) from error
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA synchronous=FULL")
    if read_only:
        connection.execute("PRAGMA query_only=ON")
    return Opened(connection, read_only)


def damaged(path: Path, error: Exception) -> UnreadableInput:
    """The sentence for what SQLite said about ``path``."""
    text = str(error).lower()
    shown = plain(str(path))
    if "locked" in text or "busy" in text:
        return UnreadableInput(
            f"The review file {shown} is being written to by another program.", "Try again in a moment."
        )
    if "full" in text:
        return UnreadableInput(
            f"The disk is full: nothing was changed in {shown}.", "Free some space and do it again."
        )
    if "disk i/o" in text:  # a full disk says this too, where the log or its index cannot grow
        return UnreadableInput(
            f"The disk did not do what was asked ({plain(str(error), 200)}): nothing was changed in {shown}.",
            "Look for free space on the disk and at its health, then do it again.",
        )
    if "readonly" in text or "unable to open" in text:
        return UnreadableInput(
            f"The review file {shown} may not be written to.",
            "Copy it to a folder of your own, or open it for reading only.",
        )
    return UnreadableInput(
        f"The review file {shown} is damaged ({plain(str(error), 200)}) and is left as it is.",
        "Take the last copy of it; the scan can be made again with `inspector review new`.",
    )


def _check_header(path: Path) -> None:
    shown = plain(str(path))
    try:
        head = sqlite_files.peek(path, 100)
    except FileNotFoundError:
        raise UnreadableInput(
            f"There is no review file {shown}.", "Make one with `inspector review new TARGET -o FILE.review`."
        ) from None
    except PermissionError:
        raise UnreadableInput(
            f"The review file {shown} may not be read.", "Ask its owner for the right to read it."
        ) from None
    except (OSError, ValueError) as error:
        raise UnreadableInput(f"The review file {shown} cannot be opened: {plain(str(error))}.") from error
    if not head.startswith(b"SQLite format 3\0") or len(head) < 100:
        raise UnreadableInput(
            f"{shown} is not a review file.", "A review file is made by `inspector review new`."
        )
    if int.from_bytes(head[68:72], "big") != APPLICATION_ID:
        raise UnreadableInput(
            f"{shown} is a database of another program, not a review file.",
            "A review file is made by `inspector review new`.",
        )
    version = int.from_bytes(head[60:64], "big")
    if version > VERSION:
        raise UnreadableInput(
            f"{shown} was written by a newer version of this program (file version {version}, "
            f"this one knows {VERSION}).",
            "Update the program, then open it again.",
        )
    if version < 1:
        raise UnreadableInput(f"{shown} is a review file without a version and cannot be read.")


def _has_log(path: Path) -> bool:
    try:
        return _log_of(path).stat().st_size > 0
    except OSError:
        return False


def _log_of(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    # The absolute path as a URI: quoted, or a `?` or `%` in a folder's name would become an option.
    name = quote(os.fsencode(path.absolute().as_posix()))
    address = f"file://{'' if name.startswith('/') else '/'}{name}?{mode}"
    return sqlite_files.connect(
        path, address, isolation_level=None, timeout=BUSY_SECONDS, check_same_thread=False
    )


def _check(connection: sqlite3.Connection, path: Path) -> sqlite3.Connection:
    try:
        # A database can carry triggers and views that run functions when it is read; ours has none.
        connection.execute("PRAGMA trusted_schema=OFF")
        answer = connection.execute("PRAGMA quick_check(1)").fetchone()
        if answer is None or answer[0] != "ok":
            raise sqlite3.DatabaseError(str(answer[0]) if answer else "no answer to the check")
        things = connection.execute("SELECT type, name FROM sqlite_master").fetchall()
        tables = {name for kind, name in things if kind == "table"}
        if missing := sorted(_TABLES - tables):
            raise sqlite3.DatabaseError(f"the table {missing[0]} is missing")
        if any(kind in ("trigger", "view") for kind, _ in things):
            raise sqlite3.DatabaseError("it holds triggers or views, which no review file has")
    except BaseException:
        connection.close()
        raise
    return connection


def _no_shared_memory(error: sqlite3.OperationalError) -> bool:
    text = str(error)
    return any(word in text for word in ("unable to open", "readonly", "disk I/O"))


def _frozen(path: Path) -> sqlite3.Connection:
    """The file as it stands on a disk that nobody writes to."""
    try:
        if not _has_log(path):
            return _check(_connect(path, "mode=ro&immutable=1"), path)
        # Immutable would skip the log, and with it the last decisions: read both from a private copy,
        # taken into memory so that nothing of it stays behind.
        with tempfile.TemporaryDirectory(prefix="review-") as folder:
            copy = Path(folder) / "copy.review"
            shutil.copyfile(path, copy)
            shutil.copyfile(_log_of(path), _log_of(copy))
            source = _check(_connect(copy, "mode=rw"), path)
            memory = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
            try:
                source.backup(memory)
            finally:
                source.close()
            return memory
    except (sqlite3.Error, OSError) as error:
        raise damaged(path, error) from error
