"""Asks the imported advisories about packages. Reading opens the index read-only and writes nothing."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from packaging.version import Version

from inspector.dependencies.advisories.ranges import listed_as
from inspector.dependencies.interface import Advisory, Package
from inspector.dependencies.merging import merged
from inspector.dependencies.releases import label_left_away, release_of
from inspector.dependencies.shapes import normal_name
from inspector.dependencies.version_keys import key_of
from inspector.provenance import Audit, UnreadableInput, plain

# osv-scanner keeps its offline databases as DIR/osv-scanner/PyPI/all.zip; the index lies beside that.
LAYOUT = ("osv-scanner", "PyPI")
FILE = "advisories.sqlite3"
SCHEMA = "2"
_IN_RANGE = (
    "SELECT entry, fix FROM span WHERE package = ? AND low <= ?"
    " AND (high IS NULL OR high > ? OR (closed AND high = ?))"
)
# instr of the version's text in the listing; a package that is malicious as a whole lists nothing.
_NAMED = "SELECT entry, everywhere OR instr(versions, ?) FROM affected WHERE package = ?"
_ENTRY = "SELECT id, aliases, severity, summary FROM entry WHERE number = ?"
_FIXES_ABOVE = "SELECT fix FROM span WHERE package = ? AND entry = ? AND high > ? AND fix IS NOT NULL"


def path_of(folder: Path) -> Path:
    """Where the index of a database folder lies."""
    return folder.joinpath(*LAYOUT, FILE)


def open_index(folder: Path) -> AdvisoryIndex:
    """The index in ``folder``. Raises UnreadableInput where there is none or it is none of ours."""
    path = path_of(folder)
    where = plain(str(folder), 300)
    if not path.is_file():
        raise UnreadableInput(
            f"There is no advisory database in {where}.", "Import one with: inspector advisories import ZIP"
        )
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        meta = dict(connection.execute("SELECT key, value FROM meta"))
    except sqlite3.Error:
        raise UnreadableInput(
            f"The advisory database in {where} cannot be read.", "Import it again."
        ) from None
    if meta.get("schema") != SCHEMA:
        connection.close()
        raise UnreadableInput(
            f"The advisory database in {where} was made by another version.", "Import it again."
        )
    return AdvisoryIndex(connection, meta)


class AdvisoryIndex:
    """An open index; close it, or use it in a ``with`` statement."""

    def __init__(self, connection: sqlite3.Connection, meta: dict[str, str]) -> None:
        self._connection = connection
        self.source = meta["source"]
        self.as_of: str | None = meta["as_of"] or None
        self.entries = int(meta["entries"])
        self.packages = int(meta["packages"])

    def __enter__(self) -> AdvisoryIndex:
        return self

    def __exit__(self, *details: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def judged(self, packages: Sequence[Package]) -> list[Package]:
        """Each of ``packages`` with the index's word, its advisories and the reason."""
        return [self._judged(package) for package in packages]

    def _judged(self, package: Package) -> Package:
        version = release_of(package)
        if isinstance(version, str):
            return replace(package, audit=Audit.NOT_AUDITED, advisories=(), why=version)
        known, hits = self._hits(normal_name(package.name), version)
        dated = f"the advisory database of {self.as_of or 'unknown date'}"
        if hits:
            word, why = Audit.VULNERABLE, f"{len(hits)} in {dated}."
        elif package.origin is not None:
            word = Audit.NOT_AUDITED
            why = f"It is taken from {plain(package.origin, 120)}, not from the index."
        elif known:
            word = Audit.NO_ADVISORY
            why = f"None of the {known} for {package.name} in {dated} affects {version}."
        else:
            word = Audit.NOT_IN_DATABASE
            why = f"{dated.capitalize()} names {package.name} nowhere."
        why = plain(why) + label_left_away(package)
        return replace(package, audit=word, advisories=merged(hits), why=why)

    def _hits(self, name: str, version: Version) -> tuple[int, list[Advisory]]:
        """How many entries name the package, and those that affect ``version``."""
        row = self._connection.execute("SELECT number FROM package WHERE name = ?", (name,)).fetchone()
        if row is None:
            return 0, []
        package, at = row[0], key_of(version)
        by_range: dict[int, set[str]] = {}
        for entry, fix in self._connection.execute(_IN_RANGE, (package, at, at, at)):
            by_range.setdefault(entry, set()).update((fix,) if fix else ())
        by_name: set[int] = set()
        known: set[int] = set()
        for entry, is_named in self._connection.execute(_NAMED, (listed_as(version), package)):
            known.add(entry)
            if is_named:
                by_name.add(entry)
        found = []
        for entry in by_range.keys() | by_name:
            identifier, aliases, severity, summary = self._connection.execute(_ENTRY, (entry,)).fetchone()
            fixes = by_range.get(entry, set())
            if not fixes and entry in by_name:
                # No range holds it: every fix that is above it may be what ends it.
                fixes = {fix for (fix,) in self._connection.execute(_FIXES_ABOVE, (package, entry, at))}
            found.append(
                Advisory(identifier, tuple(json.loads(aliases)), severity, tuple(sorted(fixes)), summary)
            )
        return len(known), sorted(found, key=lambda one: one.id)
