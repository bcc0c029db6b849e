"""Asks the imported advisories about packages. Reading opens the index read-only and writes nothing."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from packaging.version import InvalidVersion, Version

from inspector.dependencies.advisories.ranges import fixes_if_affected, is_listed
from inspector.dependencies.interface import Advisory, Package
from inspector.dependencies.merging import merged
from inspector.dependencies.releases import label_left_away, release_of
from inspector.provenance import Audit, UnreadableInput, plain

# osv-scanner keeps its offline databases as DIR/osv-scanner/PyPI/all.zip; the index lies beside that.
LAYOUT = ("osv-scanner", "PyPI")
FILE = "advisories.sqlite3"
SCHEMA = "1"


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
        known, hits = self._hits(package.name, version)
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
        found: dict[str, Advisory] = {}
        known = set()
        rows = self._connection.execute(
            "SELECT entry.id, aliases, severity, summary, versions, ranges"
            " FROM affected JOIN entry ON entry.number = affected.entry WHERE package = ? ORDER BY entry.id",
            (name,),
        )
        for identifier, aliases, severity, summary, listed, ranged in rows:
            known.add(identifier)
            ranges = json.loads(ranged)
            answers = [fixes_if_affected(version, events) for events in ranges]
            fixes = {fix for answer in answers if answer is not None for fix in answer}
            named = is_listed(version, listed)
            # A package that is malicious as a whole is written without versions.
            everywhere = identifier.startswith("MAL-") and not listed and not ranges
            if not named and not everywhere and all(answer is None for answer in answers):
                continue
            if named and not fixes:
                fixes = {text for events in ranges for kind, text in events if kind == "fixed"
                         and (_version(text) or version) > version}  # fmt: skip
            if identifier in found:
                fixes |= set(found[identifier].fixed_in)
            found[identifier] = Advisory(
                identifier, tuple(json.loads(aliases)), severity, tuple(fixes), summary
            )
        return len(known), list(found.values())


def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None
