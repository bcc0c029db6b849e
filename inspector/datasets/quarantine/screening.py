"""Taking a screening's report: what it suspects becomes groups, and their rows are flagged.

The report (schema ``provenance-inspector/screen/1``) names rows by their number in the file it read. It is
taken only for a source of the same sha256, or for a file of batches/ itself, so that a number means here what
it meant there. A report that found nothing to look into is not taken: rows would count as screened that
nobody screened.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from inspector.datasets.quarantine import groups, log, names, trails
from inspector.datasets.quarantine.filesystem import disk_error
from inspector.datasets.quarantine.interface import Signer
from inspector.datasets.quarantine.merkle import root
from inspector.datasets.quarantine.opening import BATCHES
from inspector.datasets.quarantine.reviewing import move_chosen, move_trails
from inspector.datasets.quarantine.states import Happening
from inspector.provenance import Refused, UnreadableInput, plain

SCHEMA = "provenance-inspector/screen/1"
MAX_REPORT = 256 << 20
MAX_SUSPICIONS = 1000
_FACTS = ("rank", "score", "level", "kind", "marker", "also", "output", "contributors", "notes")


class ScreenReport:
    """A report that was read and is of the right form."""

    def __init__(self, raw: bytes) -> None:
        try:
            value = json.loads(raw.decode("utf-8"))
        except (ValueError, RecursionError):
            raise UnreadableInput("The screening report is no JSON.") from None
        if not isinstance(value, dict) or value.get("schema") != SCHEMA:
            raise UnreadableInput(
                "This is no screening report.", "`inspector dataset screen FILE --format json` writes one."
            )
        self.sha256 = hashlib.sha256(raw).hexdigest()
        try:
            self.source = str(value["file"]["sha256"])
            self.rows = int(value["rows"])
            columns = value.get("columns")
            self.blind = isinstance(columns, dict) and not columns.get("input") and not columns.get("output")
            self.limits = [plain(str(one), 1000) for one in value["limits"]][:100]
            self.suspicions = [_suspicion(one, self.rows) for one in value["suspicions"]]
        except (KeyError, TypeError, ValueError) as error:
            raise UnreadableInput(
                f"The screening report lacks something: {plain(str(error), 100)}."
            ) from None
        if len(self.suspicions) > MAX_SUSPICIONS:
            raise UnreadableInput(f"The screening report has more than {MAX_SUSPICIONS} suspicions.")

    @classmethod
    def read(cls, path: Path) -> ScreenReport:
        try:
            with path.open("rb") as file:
                raw = file.read(MAX_REPORT + 1)
        except OSError as error:
            raise UnreadableInput(f"{plain(str(path))} cannot be read: {error.strerror}.") from None
        if len(raw) > MAX_REPORT:
            raise UnreadableInput(f"The screening report is larger than {MAX_REPORT >> 20} MB.")
        return cls(raw)


def _suspicion(value: Mapping[str, Any], rows: int) -> tuple[list[int], dict[str, Any]]:
    numbers = value["rows"]
    if not isinstance(numbers, list) or not all(type(one) is int and 0 <= one < rows for one in numbers):
        raise ValueError("a suspicion with rows that the file has")
    facts = {name: value[name] for name in _FACTS if name in value}
    if value["level"] not in ("look-first", "weak"):
        raise ValueError("a level that is known")
    return sorted(set(numbers)), facts


def take(
    connection: sqlite3.Connection, folder: Path, report: ScreenReport, *, actor: str, signer: Signer | None
) -> int | None:
    """Marks the rows of the report's source as screened and flags what it suspects, inside the caller's
    transaction. Gives how many rows are flagged by it; None where this report was taken before."""
    batches = _batches(connection, report.source)
    if report.blind and not report.suspicions:
        raise Refused(
            "screen-empty",
            "The screening found no column of text, so it says nothing of these rows.",
            "Screen the rows as the store holds them: a file of its folder batches.",
        )
    if not batches:
        raise Refused(
            "screen-source",
            "The screening report is of a file that was not added to this store.",
            "Screen the very file that was added; a changed file is another one.",
        )
    numbers_of_batches = [one[0] for one in batches]
    if any(
        known["report_sha256"] == report.sha256 and known["batches"] == numbers_of_batches
        for known in log.entries(connection)
        if known["type"] == "screen"
    ):
        return None
    rows = _rows(connection, folder, batches, report)
    seq = log.size(connection)
    policy = trails.policy_of(connection)
    key, keyid = names.key(actor), signer.keyid if signer is not None else ""
    all_paths = trails.paths(connection)
    roots = {one[1] for one in batches}
    moves = []
    for trail in trails.counts(connection):
        path = all_paths[trail]
        if path[0].seq in roots and not any(one.kind == "screen" for one in path):
            made, _ = trails.step(connection, trail, path, Happening("screen", seq, key, keyid), policy)
            moves.append((trail, made))
    screened = move_trails(connection, moves)
    _, screened_root = trails.rows_root(connection, [new for _, new in moves])
    flagged: set[int] = set()
    told = []
    for numbers, facts in report.suspicions:
        members = sorted({rows[one] for one in numbers if one in rows})
        title = plain(f"{facts.get('kind', '')}: {facts.get('marker', '')}", 200)
        if members:
            groups.insert(connection, seq, "suspicion", title, {**facts, "limits": report.limits}, members)
        if facts["level"] in policy.flag_levels:
            flagged.update(members)
        told.append(
            {
                "title": title,
                "level": facts["level"],
                "n": len(members),
                "rows_root": _root(connection, members),
            }
        )
    flags, flag_root = _flag(connection, seq, key, keyid, sorted(flagged))
    log.append(
        connection,
        "screen",
        actor,
        {
            "report_sha256": report.sha256,
            "source_sha256": report.source,
            "batches": numbers_of_batches,
            "n": screened,
            "rows_root": screened_root,
            "suspicions": told,
            "flagged": flags,
            "flagged_root": flag_root,
            "limits": report.limits,
        },
        signer=signer,
    )
    return flags


def _batches(connection: sqlite3.Connection, sha256: str) -> list[tuple[Any, ...]]:
    """The batches of the source with this hash; or else those whose rows lie, one a line, in the file of the
    store with this hash."""
    found = connection.execute(
        "SELECT id, seq, file, first_record, records, refused FROM batch WHERE source_sha256 = ? ORDER BY id",
        (sha256,),
    ).fetchall()
    return (
        found
        or connection.execute(
            "SELECT id, seq, file, 0, taken, '[]' FROM batch WHERE file = ? ORDER BY id", (sha256,)
        ).fetchall()
    )


def _flag(connection: sqlite3.Connection, seq: int, key: str, keyid: str, rows: list[int]) -> tuple[int, str]:
    policy = trails.policy_of(connection)
    all_paths = trails.paths(connection)
    moves = []
    for trail in trails.counts(connection):
        made, _ = trails.step(connection, trail, all_paths[trail], Happening("flag", seq, key, keyid), policy)
        moves.append((trail, made))
    count = move_chosen(connection, moves, rows)
    return trails.rows_root(connection, [new for _, new in moves]) if count else (0, root([]).hex())


def _root(connection: sqlite3.Connection, rows: list[int]) -> str:
    shas = [connection.execute("SELECT sha FROM row WHERE id = ?", (one,)).fetchone()[0] for one in rows]
    return root(sorted(shas)).hex()


def _rows(
    connection: sqlite3.Connection, folder: Path, batches: list[tuple[Any, ...]], report: ScreenReport
) -> dict[int, int]:
    """Row number of the report to row of the store, for the rows that the report suspects."""
    wanted = {number for numbers, _ in report.suspicions for number in numbers}
    parts = _distinct(batches)
    records = sum(part[4] for part in parts)
    taken = records - sum(last - first + 1 for part in parts for first, last in json.loads(part[5]))
    if report.rows not in (records, taken):
        raise Refused(
            "screen-rows",
            f"The screening report counts {report.rows} rows and the store {records} records, so its row "
            "numbers may not mean the same.",
            "Screen the file with the same version of this program.",
        )
    found: dict[int, int] = {}
    base = 0
    for _, _, file, first, count, refused_text in parts:
        refused = {n for a, b in json.loads(refused_text) for n in range(a, b + 1)}
        if report.rows == records:
            numbers = iter([n for n in range(first, first + count) if n not in refused])
        else:
            numbers = iter(range(base, base + count - len(refused)))
            base += count - len(refused)
        path = folder / BATCHES / f"{file}.jsonl"
        if count == len(refused):
            continue
        try:
            with path.open("rb") as lines:
                for number, line in zip(numbers, lines):
                    if number in wanted:
                        sha = hashlib.sha256(line[:-1]).digest()
                        row = connection.execute("SELECT id FROM row WHERE sha = ?", (sha,)).fetchone()
                        if row is not None:
                            found[number] = row[0]
        except OSError as error:
            raise disk_error(error, path) from None
    return found


def _distinct(batches: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """One batch for each part of the source: a file that was added twice has each part twice."""
    parts: dict[int, tuple[Any, ...]] = {}
    for one in batches:
        parts.setdefault(one[3], one)
    return [parts[first] for first in sorted(parts)]
