"""What is looked at together: suspicions, contributors, batches, random samples.

An id says its kind: ``s4`` a suspicion, ``c7`` a contributor, ``b2`` a batch, ``r5`` a sample.
"""

from __future__ import annotations

import json
import re
import secrets
import sqlite3
from collections.abc import Iterator
from typing import Any

from inspector.datasets.quarantine import log, names
from inspector.datasets.quarantine.interface import PENDING, SAMPLING_CAVEAT, Group
from inspector.provenance import UnreadableInput, plain

_ID = re.compile(r"([scbr])(\d{1,15})\Z", re.ASCII)
_PENDING = ",".join(f"'{state.value}'" for state in sorted(PENDING))
_OPEN = f"sum(t.state IN ({_PENDING}))"
MAX_SAMPLE = 100_000
_ROWS_OF_BATCH = (
    "SELECT r.id FROM batch b JOIN row r ON r.id >= b.first_row AND r.id < b.first_row + b.taken "
    "WHERE b.id = ?1 UNION SELECT row FROM again WHERE batch = ?1"
)


def rows_sql(connection: sqlite3.Connection, group: str) -> tuple[str, tuple[Any, ...]]:
    """A query for the rows of a group, and its values; UnreadableInput for a group that is not there."""
    match = _ID.match(group)
    if match is not None:
        kind, number = match[1], int(match[2])
        if kind == "c" and connection.execute("SELECT 1 FROM person WHERE id = ?", (number,)).fetchone():
            sql = (
                "SELECT id FROM row WHERE contributor = ?1 UNION SELECT row FROM again WHERE contributor = ?1"
            )
            return sql, (number,)
        if kind == "b" and connection.execute("SELECT 1 FROM batch WHERE id = ?", (number,)).fetchone():
            return _ROWS_OF_BATCH, (number,)
        found = connection.execute("SELECT kind FROM grouping WHERE id = ?", (number,)).fetchone()
        if found is not None and found[0] == {"s": "suspicion", "r": "sample"}.get(kind):
            return "SELECT row FROM member WHERE grouping = ?1", (number,)
    raise UnreadableInput(
        f"There is no group {plain(group, 50)} in this store.",
        "`inspector quarantine groups DIR` lists them.",
    )


def listed(connection: sqlite3.Connection, *, contributors: int = 1000) -> list[Group]:
    """Suspicions first (as the screening ranked them), then samples, batches, and the contributors with most
    pending rows, at most ``contributors`` of them."""
    return [*_fixed(connection), *_batches(connection), *_contributors(connection, contributors)]


def _fixed(connection: sqlite3.Connection) -> Iterator[Group]:
    for number, kind, title, facts, rows, pending in connection.execute(
        f"SELECT g.id, g.kind, g.title, g.facts, count(m.row), {_OPEN} FROM grouping g "
        "JOIN member m ON m.grouping = g.id JOIN standing s ON s.row = m.row JOIN trail t ON t.id = s.trail "
        "GROUP BY g.id ORDER BY g.kind DESC, g.id"
    ):
        letter = "s" if kind == "suspicion" else "r"
        yield Group(f"{letter}{number}", kind, title, rows, pending, json.loads(facts))


def _batches(connection: sqlite3.Connection) -> Iterator[Group]:
    entries = {
        seq: json.loads(entry)
        for seq, entry in connection.execute(
            "SELECT seq, entry FROM log WHERE seq IN (SELECT seq FROM batch)"
        )
    }
    for number, seq, file, rows, pending in connection.execute(
        f"SELECT b.id, b.seq, b.file, count(r.id), ifnull({_OPEN}, 0) FROM batch b "
        "LEFT JOIN row r ON r.id >= b.first_row AND r.id < b.first_row + b.taken "
        "LEFT JOIN standing s ON s.row = r.id LEFT JOIN trail t ON t.id = s.trail GROUP BY b.id ORDER BY b.id"
    ):
        entry = entries.get(seq, {})
        facts = {"file": file, "added_by": entry.get("actor", {}).get("name"), "at": entry.get("at")}
        yield Group(f"b{number}", "batch", str(entry.get("source", "")), rows, pending, facts)


def _contributors(connection: sqlite3.Connection, most: int) -> Iterator[Group]:
    for number, name, rows, pending in connection.execute(
        f"SELECT p.id, p.name, count(*), {_OPEN} AS pending FROM person p JOIN row r ON r.contributor = p.id "
        "JOIN standing s ON s.row = r.id JOIN trail t ON t.id = s.trail "
        "GROUP BY p.id ORDER BY pending DESC, p.id LIMIT ?",
        (most,),
    ):
        yield Group(f"c{number}", "contributor", name, rows, pending)


def draw_sample(connection: sqlite3.Connection, size: int, *, actor: str) -> Group:
    """A new group of ``size`` pending rows, drawn at random inside the caller's transaction.

    What a clean sample says is the rule of three: with n rows looked at and nothing found, 3/n is the upper
    bound of a 95 % confidence interval for the share of planted rows (Hanley and Lippman-Hand, JAMA 1983).
    """
    if not 1 <= size <= MAX_SAMPLE:
        raise UnreadableInput(f"A sample has 1 to {MAX_SAMPLE} rows.")
    pending = connection.execute(
        f"SELECT count(*) FROM standing s JOIN trail t ON t.id = s.trail WHERE t.state IN ({_PENDING})"
    ).fetchone()[0]
    drawn = _drawn(connection, size, pending)
    if not drawn:
        raise UnreadableInput("No row waits for a review, so there is nothing to draw from.")
    sentence = coverage(len(drawn), pending)
    seq = log.append(
        connection, "sample", actor, {"n_drawn": len(drawn), "of": pending, "coverage": sentence}
    )
    facts = {"of": pending, "coverage": sentence, "drawn_by": actor, "at": names.now()}
    number = insert(connection, seq, "sample", f"random sample of {len(drawn)}", facts, drawn)
    return Group(f"r{number}", "sample", f"random sample of {len(drawn)}", len(drawn), len(drawn), facts)


def _drawn(connection: sqlite3.Connection, size: int, pending: int) -> list[int]:
    picker = secrets.SystemRandom()  # a contributor must not be able to foresee which rows are looked at
    places = sorted(picker.sample(range(pending), min(size, pending)))
    wanted = iter(places)
    drawn: list[int] = []
    goal = next(wanted, None)
    cursor = connection.execute(
        "SELECT s.row FROM standing s JOIN trail t ON t.id = s.trail "
        f"WHERE t.state IN ({_PENDING}) ORDER BY s.row"
    )
    for place, (row,) in enumerate(cursor):
        if place == goal:
            drawn.append(row)
            goal = next(wanted, None)
            if goal is None:
                break
    return drawn


def coverage(looked_at: int, of: int) -> str:
    """What it says when nothing is found in a sample."""
    if looked_at >= of:
        return f"All {of} pending rows are in the sample."
    bound = min(300 / looked_at, 100)
    return (
        f"If nothing is found in these {looked_at} rows of {of}, fewer than {bound:.3g} % of the rows are "
        f"planted, with 95 % confidence (rule of three); that can still be {int(of * bound / 100)} rows. "
        f"{SAMPLING_CAVEAT}"
    )


def insert(
    connection: sqlite3.Connection,
    seq: int,
    kind: str,
    title: str,
    facts: dict[str, Any],
    rows: list[int],
) -> int:
    """Enters a group with fixed rows; gives its number."""
    made = connection.execute(
        "INSERT INTO grouping (seq, kind, title, facts) VALUES (?, ?, ?, ?)",
        (seq, kind, title, json.dumps(facts, sort_keys=True)),
    ).lastrowid
    assert made is not None
    connection.executemany(
        "INSERT OR IGNORE INTO member (grouping, row) VALUES (?, ?)", ((made, row) for row in rows)
    )
    return made
