"""Imports an OSV export (``all.zip`` of PyPI) or a folder of advisories into the index.

The new index is written beside the old one and takes its place in one step: an import that fails or is
killed leaves the old one. Entries are read one at a time, so memory does not grow with the export.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import sqlite3
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inspector import places
from inspector.dependencies.advisories.entries import MALICIOUS, Entry, entry_of
from inspector.dependencies.advisories.index import SCHEMA, open_index, path_of
from inspector.dependencies.advisories.ranges import listing, spans
from inspector.dependencies.bounded import Unreadable, yaml_mapping
from inspector.provenance import UnreadableInput, plain

MAX_ENTRY = 8 * 1024 * 1024  # bytes of one advisory; the largest in OSV have about 1 MB
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE entry (number INTEGER PRIMARY KEY, id TEXT, aliases TEXT, severity TEXT, summary TEXT);
CREATE TABLE package (number INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE affected (package INTEGER, entry INTEGER, part INTEGER, everywhere INTEGER, versions TEXT,
  PRIMARY KEY (package, entry, part)) WITHOUT ROWID;
CREATE TABLE span (package INTEGER, entry INTEGER, part INTEGER, low BLOB, high BLOB, closed INTEGER,
  fix TEXT, PRIMARY KEY (package, entry, part)) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import took in. ``skipped`` are entries that could not be read; ``left_out`` are withdrawn
    ones and those of other ecosystems."""

    entries: int
    packages: int
    skipped: int
    left_out: int
    as_of: str | None


def default_folder() -> Path:
    """Where the database lies unless --db names another folder."""
    return places.data() / "advisories"


def import_advisories(
    source: Path, folder: Path | None = None, *, as_of: str | None = None, name: str | None = None
) -> Imported:
    """Replace the index in ``folder`` with what ``source`` (ZIP or folder) holds.

    ``name`` is what the index calls its source, the name of ``source`` where it is not given. ``as_of`` is
    the date to show; without it, the newest change among the entries. Raises UnreadableInput where
    ``source`` cannot be read or holds no advisory of PyPI; the old index stays.
    """
    if as_of is not None and not re.fullmatch(_DATE, as_of):
        raise UnreadableInput(f"{plain(as_of, 60)!r} is no date.", "Write it as YYYY-MM-DD.")
    target = path_of(folder or default_folder())
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, made = tempfile.mkstemp(prefix="new-", suffix=".sqlite3", dir=target.parent)
        os.close(handle)
    except OSError as refused:
        where = plain(str(target.parent), 300)
        raise UnreadableInput(
            f"The folder {where} cannot be written ({refused.strerror}).",
            "Choose another place with --db; the old database stays.",
        ) from None
    fresh = Path(made)
    try:
        imported = _write(fresh, source, as_of, name or source.name)
        if imported.entries == 0:
            raise UnreadableInput(
                f"{plain(str(source), 300)} holds no advisory of the Python Package Index.",
                "Use the export all.zip of the ecosystem PyPI, or a folder of advisories in OSV's form.",
            )
        if source.is_file():
            # osv-scanner reads the export itself from here.
            kept = fresh.with_suffix(".zip")
            shutil.copyfile(source, kept)
            kept.replace(target.with_name("all.zip"))
        fresh.replace(target)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as broken:
        raise UnreadableInput(
            f"{plain(str(source), 300)} cannot be read: {plain(str(broken), 200)}.", "The old database stays."
        ) from None
    finally:
        for left in (fresh, fresh.with_suffix(".zip")):
            with contextlib.suppress(OSError):
                left.unlink()
    return imported


def status(folder: Path | None = None) -> dict[str, Any]:
    """The contract's object of ``advisories status``. Raises UnreadableInput where there is no index."""
    with open_index(folder or default_folder()) as index:
        return {
            "source": index.source,
            "as_of": index.as_of,
            "entries": index.entries,
            "packages": index.packages,
        }


def _write(path: Path, source: Path, as_of: str | None, name: str) -> Imported:
    entries = skipped = left_out = 0
    newest = ""
    named: dict[str, int] = {}  # package to its number
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(_TABLES)
        # The file is thrown away when anything fails, so it needs no journal of its own.
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN")
        for raw, is_yaml in _documents(source):
            try:
                entry = _entry(raw, is_yaml)
            except (ValueError, TypeError, KeyError, RecursionError, Unreadable):
                skipped += 1
                continue
            if entry is None:
                left_out += 1
                continue
            entries += 1
            if _DATE.match(entry.modified):
                newest = max(newest, entry.modified[:10])
            _insert(connection, entries, entry, named)
        connection.executemany("INSERT INTO package VALUES (?, ?)", ((n, name) for name, n in named.items()))
        connection.execute("CREATE UNIQUE INDEX by_name ON package (name)")
        meta = {
            "schema": SCHEMA,
            "source": plain(name, 200),
            "as_of": as_of or newest,
            "entries": str(entries),
            "packages": str(len(named)),
        }
        connection.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
        connection.commit()
    return Imported(entries, len(named), skipped, left_out, as_of or newest or None)


def _entry(raw: bytes | None, is_yaml: bool) -> Entry | None:
    if raw is None or len(raw) > MAX_ENTRY:
        raise ValueError("an entry that cannot be read or is too large")
    return entry_of(yaml_mapping(raw.decode()) if is_yaml else json.loads(raw))


def _insert(connection: sqlite3.Connection, number: int, entry: Entry, named: dict[str, int]) -> None:
    connection.execute(
        "INSERT INTO entry VALUES (?, ?, ?, ?, ?)",
        (number, _storable(entry.id), _json(entry.aliases), entry.severity, _storable(entry.summary)),
    )
    part = 0  # of the entry: it may name one package in several places, with several ranges each
    for one in entry.affected:
        package = named.setdefault(_storable(one.package), len(named) + 1)
        # A package that is malicious as a whole may be written without versions.
        everywhere = entry.id.startswith(MALICIOUS) and not one.versions and not one.ranges
        row = (package, number, part, everywhere, _storable(listing(one.versions)))
        connection.execute("INSERT INTO affected VALUES (?, ?, ?, ?, ?)", row)
        for span in (span for events in one.ranges for span in spans(events)):
            fix = span.fix and _storable(span.fix)
            bounds = (package, number, part, span.low, span.high, span.closed, fix)
            connection.execute("INSERT INTO span VALUES (?, ?, ?, ?, ?, ?, ?)", bounds)
            part += 1
        part += 1


def _json(value: Any) -> str:
    return json.dumps(value)  # ASCII, so that lone surrogates of the entry can be stored


def _storable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


def _documents(source: Path) -> Iterator[tuple[bytes | None, bool]]:
    """(bytes, is YAML) of each entry; None for one that the archive does not give."""
    if source.is_dir():
        for folder, names, files in os.walk(source):
            names[:] = sorted(name for name in names if name != ".git")
            for name in sorted(files):
                path = Path(folder, name)
                if name.endswith((".json", ".yaml", ".yml")) and path.is_file() and not path.is_symlink():
                    with path.open("rb") as stream:
                        yield stream.read(MAX_ENTRY + 1), not name.endswith(".json")
        return
    with zipfile.ZipFile(source) as archive:
        for member in archive.infolist():
            if member.filename.endswith((".json", ".yaml", ".yml")):
                try:
                    with archive.open(member) as packed:
                        raw = packed.read(MAX_ENTRY + 1)
                except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError):
                    yield None, False
                    continue
                yield raw, not member.filename.endswith(".json")
