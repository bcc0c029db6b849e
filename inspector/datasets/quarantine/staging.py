"""Taking rows in: a source becomes batches, each committed as a whole.

A batch is spooled first (parsed, made canonical, hashed) without holding any lock; then one transaction puts
its file in place, its rows into the index and its entry into the log. A kill before that leaves a spool file,
which the next opening removes; a repeated `add` meets the rows that came through as duplicates.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import sqlite3
from array import array
from collections.abc import Iterator
from itertools import repeat
from pathlib import Path
from typing import BinaryIO

from inspector.datasets.quarantine import filesystem, log, names, people, trails
from inspector.datasets.quarantine.intake.interface import Record
from inspector.datasets.quarantine.intake.unpacking import SourceCut
from inspector.datasets.quarantine.interface import AddReport, RefusedRow, Signer
from inspector.datasets.quarantine.merkle import root
from inspector.datasets.quarantine.opening import BATCHES
from inspector.datasets.quarantine.states import Happening

BATCH_ROWS = 1_000_000
BATCH_BYTES = 1 << 30
LISTED = 10_000  # refused rows that a report names one by one; the others are counted
LISTED_DUPLICATES = 1000
_CHUNK = 5000


class Batch:
    """Rows that wait for their transaction: their bytes in a file, the rest in arrays."""

    def __init__(self, folder: Path, first_record: int) -> None:
        self.path = folder / f"{os.getpid()}-{secrets.token_hex(8)}.jsonl"
        self.file: BinaryIO = self.path.open("xb", buffering=1 << 20)
        filesystem.hold(self.file)
        self.first_record = first_record
        self.size = 0
        self.hashes = bytearray()
        self.sizes = array("I")
        self.contributors = array("q")
        self.others: list[tuple[int, int]] = []  # (place in the batch, contributor) beside the first
        self.refused: list[list[int]] = []
        self._digest = hashlib.sha256()

    def take(self, raw: bytes, contributor: int) -> None:
        line = raw + b"\n"
        self.file.write(line)
        self._digest.update(line)
        self.hashes += hashlib.sha256(raw).digest()
        self.sizes.append(len(raw))
        self.contributors.append(contributor)
        self.size += len(line)

    def refuse(self, number: int) -> None:
        if self.refused and self.refused[-1][1] == number - 1:
            self.refused[-1][1] = number
        else:
            self.refused.append([number, number])

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    @property
    def full(self) -> bool:
        return len(self.sizes) >= BATCH_ROWS or self.size >= BATCH_BYTES

    def settle(self) -> None:
        """Brings the file to the disk. On Windows an open file cannot be renamed, so there it is closed."""
        self.file.flush()
        os.fsync(self.file.fileno())
        if os.name == "nt":
            self.file.close()

    def drop(self) -> None:
        with contextlib.suppress(OSError):
            self.file.close()
        with contextlib.suppress(OSError):
            self.path.unlink()


@contextlib.contextmanager
def spooled(
    items: Iterator[Record | RefusedRow], contributors: people.Contributors, folder: Path, report: AddReport
) -> Iterator[list[Batch]]:
    """All items as settled batches, whose files are gone in the end unless they were entered."""
    batches = [Batch(folder, 0)]
    try:
        try:
            _take_all(items, contributors, folder, report, batches)
        except SourceCut as error:
            report.incomplete = str(error)
        batches[-1].settle()
        yield batches
    finally:
        for one in batches:
            one.drop()


def _take_all(
    items: Iterator[Record | RefusedRow],
    contributors: people.Contributors,
    folder: Path,
    report: AddReport,
    batches: list[Batch],
) -> None:
    batch = batches[-1]
    unnamed = 0
    for item in items:
        if type(item) is Record:
            number, value, raw, people_named = item
            who = contributors.number(value)
            if people_named or contributors.several:
                who = _take_several(batch, who, contributors.others(people_named))
            batch.take(raw, who)
            unnamed += who < 0
            if batch.full:
                batch.settle()
                batch = Batch(folder, number + 1)
                batches.append(batch)
        elif isinstance(item, RefusedRow):
            batch.refuse(item.row)
            report.refused_count += 1
            if len(report.refused) < LISTED:
                report.refused.append(item)
    report.unnamed = unnamed


def _take_several(batch: Batch, who: int, others: list[int]) -> int:
    """Notes that the next row of the batch has several contributors; gives the first."""
    everyone = [one for one in dict.fromkeys([who, *others]) if one >= 0]
    batch.others.extend((len(batch.sizes), one) for one in everyone[1:])
    return everyone[0] if everyone else -1


def is_known(connection: sqlite3.Connection, batches: list[Batch], source: str, source_sha256: str) -> bool:
    """Whether every part of this very source (same bytes, same name) was entered before."""
    entered = {
        file
        for file, entry in connection.execute(
            "SELECT b.file, l.entry FROM batch b JOIN log l ON l.seq = b.seq WHERE b.source_sha256 = ?",
            (source_sha256,),
        )
        if json.loads(entry)["source"] == source
    }
    return bool(entered) and entered >= {one.sha256 for one in batches if one.sizes or one.refused}


def commit(
    connection: sqlite3.Connection,
    folder: Path,
    batch: Batch,
    contributors: list[str],
    report: AddReport,
    *,
    actor: str,
    source: str,
    imported: bool,
    source_sha256: str,
    signer: Signer | None = None,
) -> None:
    """Enters a settled batch, inside the caller's transaction."""
    if not batch.sizes and not batch.refused:
        return
    seq = log.size(connection)
    target = folder / BATCHES / f"{batch.sha256}.jsonl"
    if batch.sizes and not target.exists():
        batch.path.rename(target)
        filesystem.sync_folder(target.parent)
    first_row = connection.execute("SELECT ifnull(max(id) + 1, 0) FROM row").fetchone()[0]
    batch_id = connection.execute(
        "INSERT INTO batch (seq, file, size, actor, source_sha256, first_record, first_row, taken, records, "
        "refused) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            seq,
            batch.sha256,
            batch.size,
            names.key(actor),
            source_sha256,
            batch.first_record,
            first_row,
            len(batch.sizes),
            len(batch.sizes) + sum(last - first + 1 for first, last in batch.refused),
            log.canonical(batch.refused).decode(),
        ),
    ).lastrowid
    assert batch_id is not None
    numbers = people.numbers(connection, contributors)
    again = _enter_rows(connection, batch, batch_id, first_row, numbers)
    kind = "import" if imported else "add"
    trail, _ = trails.step(
        connection, None, [], Happening(kind, seq, names.key(actor)), trails.policy_of(connection)
    )
    connection.execute(
        "INSERT INTO standing (row, trail) SELECT id, ? FROM row WHERE id >= ?", (trail, first_row)
    )
    fresh = [row[0] for row in connection.execute("SELECT sha FROM row WHERE id >= ?", (first_row,))]
    fresh.sort()
    report.new += len(fresh)
    report.duplicates += len(batch.sizes) - len(fresh)
    report.batches.append(batch.sha256)
    _name_duplicates(connection, again, report)
    log.append(
        connection,
        kind,
        actor,
        {
            "source": source,
            "source_sha256": source_sha256,
            "batch": batch.sha256,
            "size": batch.size,
            "n": len(fresh),
            "rows_root": root(fresh).hex(),
            "contributors_sha256": people.digest(connection, batch_id),
            "duplicates": len(batch.sizes) - len(fresh),
            **({} if report.read_as is None else {"read_as": report.read_as}),
            "refused": sum(last - first + 1 for first, last in batch.refused),
        },
        signer=signer,
    )


def _enter_rows(
    connection: sqlite3.Connection, batch: Batch, batch_id: int, first_row: int, persons: list[int]
) -> list[tuple[int, int]]:
    """Puts in the rows that are new; gives (row, contributor) of those that are known, noted in ``again``."""
    hashes = memoryview(batch.hashes)
    known: list[tuple[int, int]] = []
    place = 0
    for start in range(0, len(batch.sizes), _CHUNK):
        sizes = batch.sizes[start : start + _CHUNK]
        places = []
        for size in sizes:
            places.append(place)
            place += size + 1
        who = [persons[one] if one >= 0 else None for one in batch.contributors[start : start + _CHUNK]]
        shas = [bytes(hashes[32 * one : 32 * one + 32]) for one in range(start, start + len(sizes))]
        before = connection.total_changes
        connection.executemany(
            "INSERT OR IGNORE INTO row (id, sha, batch, place, size, contributor) VALUES (?, ?, ?, ?, ?, ?)",
            zip(
                range(first_row + start, first_row + start + len(sizes)),
                shas,
                repeat(batch_id),
                places,
                sizes,
                who,
            ),
        )
        if connection.total_changes - before != len(sizes):
            known.extend(_known(connection, shas, who, first_row + start))
    connection.executemany(
        "INSERT INTO again (row, batch, contributor, times) VALUES (?, ?, ?, ?)",
        [(row, batch_id, contributor, times) for (row, contributor), times in _counted(known).items()],
    )
    connection.executemany(
        "INSERT OR IGNORE INTO again (row, batch, contributor, times) "
        "SELECT id, ?, ?, 0 FROM row WHERE sha = ?",
        (
            (batch_id, persons[one], bytes(hashes[32 * place : 32 * place + 32]))
            for place, one in batch.others
        ),
    )
    return known


def _counted(known: list[tuple[int, int]]) -> dict[tuple[int, int], int]:
    found: dict[tuple[int, int], int] = {}
    for one in known:
        found[one] = found.get(one, 0) + 1
    return found


def _known(
    connection: sqlite3.Connection, shas: list[bytes], who: list[int | None], first: int
) -> Iterator[tuple[int, int]]:
    for place, sha in enumerate(shas):
        row = connection.execute("SELECT id FROM row WHERE sha = ?", (sha,)).fetchone()[0]
        if row != first + place:
            contributor = who[place]
            yield row, -1 if contributor is None else contributor


def _name_duplicates(connection: sqlite3.Connection, known: list[tuple[int, int]], report: AddReport) -> None:
    """Names the first duplicates with everyone who brought them."""
    for row, _ in known[: max(LISTED_DUPLICATES - len(report.duplicate_rows), 0)]:
        sha, state = connection.execute(
            "SELECT hex(r.sha), t.state FROM row r JOIN standing s ON s.row = r.id "
            "JOIN trail t ON t.id = s.trail WHERE r.id = ?",
            (row,),
        ).fetchone()
        report.duplicate_rows.append(
            {
                "row": row,
                "sha256": sha.lower(),
                "state": state,
                "contributors": people.contributors_of(connection, row),
            }
        )
