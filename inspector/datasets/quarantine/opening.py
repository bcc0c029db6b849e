"""Making and opening a store that may be anything: foreign, newer, damaged, read-only, on a network disk."""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
import tempfile
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from inspector import sqlite_files
from inspector.datasets.quarantine import filesystem, keys, log
from inspector.datasets.quarantine.interface import Policy
from inspector.datasets.quarantine.schema import APPLICATION_ID, TABLE_NAMES, TABLES, TRIGGERS, VERSION
from inspector.provenance import InspectorError, UnreadableInput, WorkIncomplete, plain

INDEX, BATCHES, SETS, SPOOL = "index.db", "batches", "sets", "spool"
BUSY_SECONDS = 60.0  # how long a writer waits for another's transaction
_CACHE = 96 << 10  # KiB of SQLite's page cache: the index over a million rows fits
_MAKING = "index.db.new"


class Opened(NamedTuple):
    """A connection; ``frozen`` where nothing can be written. ``copy`` is a private folder to be removed."""

    connection: sqlite3.Connection
    frozen: bool
    copy: Path | None


def make(path: Path, actor: str, policy: Policy, *, allow_network: bool) -> None:
    """A new store in ``path``: an empty folder, or one that is not there. Whole, or not there at all.

    The database is put in place last; a folder that was left by a killed attempt is taken up again.
    """
    shown = plain(str(path))
    kind = filesystem.network_kind(path.absolute().parent if not path.exists() else path)
    if kind is not None and not allow_network:
        raise UnreadableInput(
            f"{shown} lies on a network file system ({kind}), where two writers can damage a store.",
            "Choose a local disk, or say --allow-network where only one machine will ever write.",
        )
    try:
        path.mkdir(parents=True, exist_ok=True)
        present = {one.name for one in path.iterdir()}
        if INDEX in present:
            raise UnreadableInput(f"{shown} holds a store already.", "It is left as it is.")
        if present - {_MAKING, f"{_MAKING}-journal", BATCHES, SETS, SPOOL, keys.KEY_NAME, keys.PUBLIC_NAME}:
            raise UnreadableInput(
                f"{shown} is not empty.", "Name a folder that is not there yet, or an empty one."
            )
        for name in (_MAKING, f"{_MAKING}-journal", keys.KEY_NAME, keys.PUBLIC_NAME):
            (path / name).unlink(missing_ok=True)
        for name in (BATCHES, SETS, SPOOL):
            (path / name).mkdir(exist_ok=True)
        spki = keys.make_store_key(path)
        _fill(path / _MAKING, actor, policy, keys.load_store_key(path, spki))
        _put_in_place(path / _MAKING, path / INDEX)
        filesystem.sync_folder(path)
    except FileExistsError:
        raise UnreadableInput(f"{shown} holds a store or a file already.", "It is left as it is.") from None
    except OSError as error:
        raise filesystem.disk_error(error, path) from None
    except sqlite3.Error as error:
        raise failure(path, error) from None


def _put_in_place(made: Path, target: Path) -> None:
    """A hard link never overwrites, unlike a rename; some file systems have none."""
    try:
        os.link(made, target)
    except FileExistsError:
        raise
    except OSError:
        made.rename(target)
    else:
        made.unlink()


def _fill(path: Path, actor: str, policy: Policy, key: keys.StoreKey) -> None:
    spki = key.spki
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.executescript(f"PRAGMA application_id={APPLICATION_ID}; PRAGMA user_version={VERSION};")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("BEGIN IMMEDIATE")
        for statement in _statements(TABLES + TRIGGERS):
            connection.execute(statement)
        log.set_fact(connection, "origin", f"provenance-inspector/quarantine/{secrets.token_hex(16)}")
        log.set_fact(connection, "spki", spki.hex())
        log.set_fact(connection, "policy", policy.as_json())
        log.set_fact(connection, "signers", {})
        log.set_fact(connection, "frontier", [])
        log.append(connection, "init", actor, {"policy": policy.as_json(), "key": spki.hex()})
        log.set_note(connection, key)
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode=WAL")
    finally:
        connection.close()


def _statements(script: str) -> list[str]:
    """The statements of a script, for a transaction: ``executescript`` would commit it."""
    found, pending = [], ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            found.append(pending)
            pending = ""
    return found


def open_store(path: Path, *, read_only: bool) -> Opened:
    """A checked connection to the store in ``path``. Raises UnreadableInput and changes nothing."""
    index = path / INDEX
    _check_header(path, index)
    writable = os.access(index, os.W_OK) and os.access(path, os.W_OK)
    if not writable and not read_only:
        raise UnreadableInput(
            f"The store {plain(str(path))} may not be written to; it is unchanged.",
            "Ask for the right to write, or work on a copy.",
        )
    try:
        if writable:
            opened = Opened(_connect(index, "mode=rw"), False, None)
        else:
            opened = _frozen(index)
        _check(opened.connection, path)
    except sqlite3.OperationalError as error:
        if not read_only or not _cannot_share(error):
            raise failure(path, error) from None
        opened = _frozen(index)
        _check(opened.connection, path)
    except sqlite3.Error as error:
        raise failure(path, error) from None
    return opened


def _check_header(path: Path, index: Path) -> None:
    shown = plain(str(path))
    try:
        head = sqlite_files.peek(index, 100)
    except FileNotFoundError:
        raise UnreadableInput(
            f"{shown} is no quarantine store.", "Make one with `inspector quarantine init DIR`."
        ) from None
    except OSError as error:
        raise UnreadableInput(f"The store {shown} cannot be read: {error.strerror}.") from None
    if not head.startswith(b"SQLite format 3\0") or int.from_bytes(head[68:72], "big") != APPLICATION_ID:
        raise UnreadableInput(f"{shown} is no quarantine store: its index.db is something else.")
    version = int.from_bytes(head[60:64], "big")
    if version != VERSION:
        raise UnreadableInput(
            f"The store {shown} has version {version}, and this program knows {VERSION}.",
            "Update the program, then open it again.",
        )


def _connect(index: Path, mode: str) -> sqlite3.Connection:
    name = quote(os.fsencode(index.absolute().as_posix()))
    address = f"file://{'' if name.startswith('/') else '/'}{name}?{mode}"
    connection = sqlite_files.connect(
        index, address, isolation_level=None, timeout=BUSY_SECONDS, check_same_thread=False
    )
    connection.execute(f"PRAGMA cache_size=-{_CACHE}")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA temp_store=MEMORY")
    return connection


def _check(connection: sqlite3.Connection, path: Path) -> None:
    found = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not found >= TABLE_NAMES:
        connection.close()
        raise UnreadableInput(f"The store {plain(str(path))} lacks tables.", "It is left as it is.")


def _cannot_share(error: sqlite3.Error) -> bool:
    text = str(error).lower()
    return "readonly" in text or "unable to open" in text


def _frozen(index: Path) -> Opened:
    """A connection where nothing can be written: the file as it is, or a copy where a log belongs to it."""
    wal = index.with_name(index.name + "-wal")
    try:
        pending = wal.stat().st_size > 0
    except OSError:
        pending = False
    if not pending:
        return Opened(_connect(index, "mode=ro&immutable=1"), True, None)
    folder = Path(tempfile.mkdtemp(prefix="quarantine-"))
    try:
        shutil.copyfile(index, folder / INDEX)
        shutil.copyfile(wal, folder / f"{INDEX}-wal")
        return Opened(_connect(folder / INDEX, "mode=rw"), True, folder)
    except (OSError, sqlite3.Error):
        shutil.rmtree(folder, ignore_errors=True)
        raise


def failure(path: Path, error: sqlite3.Error) -> InspectorError:
    """The sentence for what SQLite said about the store in ``path``. The transaction was rolled back."""
    text, shown = str(error).lower(), plain(str(path))
    if "locked" in text or "busy" in text:
        return WorkIncomplete(
            f"The store {shown} is being written to by another program.", "Try again in a moment."
        )
    if "full" in text or "disk i/o" in text or "too big" in text:
        return WorkIncomplete(
            f"There is no room left for the store {shown}; what was in it is unchanged.",
            "Free some space and give the same command again.",
        )
    if _cannot_share(error):
        return UnreadableInput(
            f"The store {shown} may not be written to; it is unchanged.",
            "Ask for the right to write, or work on a copy.",
        )
    return UnreadableInput(
        f"The store {shown} is damaged ({plain(str(error), 200)}) and is left as it is.",
        "Take the last copy of it; what was promoted stands in sets/.",
    )
