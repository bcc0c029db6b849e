"""Single rows: found by name, and shown with all that is known of them."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any, BinaryIO

from inspector.datasets.quarantine import batches, groups, log, people, trails
from inspector.datasets.quarantine.canonical import RowReader, RowRefused
from inspector.datasets.quarantine.interface import RowState
from inspector.datasets.quarantine.opening import BATCHES
from inspector.datasets.quarantine.states import standing_decisions
from inspector.provenance import UnreadableInput, plain

_HASH = re.compile(r"[0-9a-f]{64}\Z", re.ASCII)


def numbers(connection: sqlite3.Connection, named: Iterable[str]) -> frozenset[int]:
    """The numbers of rows that are named by sha256, by number, or by their JSON text."""
    by_hash, by_number = "SELECT id FROM row WHERE sha = ?", "SELECT id FROM row WHERE id = ?"
    found = set()
    for one in named:
        if _HASH.match(one):
            row = connection.execute(by_hash, (bytes.fromhex(one),)).fetchone()
        elif one.isdecimal() and one.isascii() and len(one) < 16:
            row = connection.execute(by_number, (int(one),)).fetchone()
        elif one.startswith("{"):
            row = connection.execute(by_hash, (_row_hash(one),)).fetchone()
        else:
            raise UnreadableInput(
                f"{plain(one, 80)} names no row.",
                "Give a row's sha256, its number, or the row itself, one a line.",
            )
        if row is None:
            raise UnreadableInput(f"There is no row {plain(one, 80)} in this store.")
        found.add(row[0])
    return frozenset(found)


def _row_hash(text: str) -> bytes:
    try:
        return hashlib.sha256(RowReader().from_text(text)[1]).digest()
    except RowRefused as error:
        raise UnreadableInput(f"{plain(text, 80)} names no row. {error}") from None


def shown(
    connection: sqlite3.Connection,
    folder: Path,
    group: str | None,
    state: RowState | None,
    first: int,
    most: int,
) -> list[dict[str, Any]]:
    """Rows of a group or a state, from row number ``first`` on, with all that is known of them."""
    where, values = ["r.id >= ?"], [first]
    if group is not None:
        sql, found = groups.rows_sql(connection, group)
        where.append(f"r.id IN ({sql.replace('?1', str(int(found[0])))})")
    if state is not None:
        where.append("t.state = ?")
        values.append(state.value)  # type: ignore[arg-type]
    rows = connection.execute(
        "SELECT r.id, lower(hex(r.sha)), b.file, r.place, r.size, s.trail, t.state FROM row r "
        "JOIN standing s ON s.row = r.id JOIN trail t ON t.id = s.trail JOIN batch b ON b.id = r.batch "
        f"WHERE {' AND '.join(where)} ORDER BY r.id LIMIT ?",
        (*values, most),
    ).fetchall()
    paths = trails.paths(connection)
    entries = {one["seq"]: one for one in log.entries(connection)} if rows else {}
    with closing(_Values(folder)) as values_of:
        return [
            {
                "row": number,
                "sha256": sha,
                "state": word,
                "contributors": people.contributors_of(connection, number),
                "groups": _groups_of(connection, number),
                "decisions": [
                    {
                        "verdict": one.kind,
                        "by": entries[one.seq]["actor"]["name"],
                        "at": entries[one.seq]["at"],
                        "why": entries[one.seq].get("why", ""),
                    }
                    for one in standing_decisions(paths[trail])
                ],
                "value": values_of.read(file, place, size, sha),
            }
            for number, sha, file, place, size, trail, word in rows
        ]


def _groups_of(connection: sqlite3.Connection, row: int) -> list[str]:
    found = connection.execute(
        "SELECT g.kind, g.id FROM member m JOIN grouping g ON g.id = m.grouping "
        "WHERE m.row = ? ORDER BY g.id",
        (row,),
    )
    return [f"{'s' if kind == 'suspicion' else 'r'}{number}" for kind, number in found]


class _Values:
    """The rows themselves, from the files of their batches; the file of the last one stays open."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / BATCHES
        self._name = ""
        self._file: BinaryIO | None = None

    def read(self, name: str, place: int, size: int, sha: str) -> Any:
        """The row; Refused where it is not the one that came in: nobody is to approve what was not read."""
        if name != self._name or self._file is None:
            self.close()
            try:
                self._file, self._name = (self._folder / f"{name}.jsonl").open("rb"), name
            except FileNotFoundError:
                raise batches.missing(name) from None
        self._file.seek(place)
        line = self._file.read(size)
        if hashlib.sha256(line).hexdigest() != sha:
            raise batches.changed(name, sha)
        return json.loads(line)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
