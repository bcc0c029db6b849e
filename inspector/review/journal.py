"""What the reviewer said, and every step of it: the journal that undo and redo walk.

One step is one transaction over any number of values. It keeps what stood before and after for each, so
undo is without limit and another process's steps are undone in the order in which they were written.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from inspector.review import clock
from inspector.review.interface import Step
from inspector.review.schema import as_text

DECISION, NOTE, MARK, ANSWER = "decision", "note", "mark", "answer"


class Change(NamedTuple):
    """One value to set: ``value`` None takes it away."""

    kind: str
    key: str
    value: Any


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """One write transaction. The lock is taken at once, so what is read inside it cannot go stale."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def kept(connection: sqlite3.Connection, kind: str) -> dict[str, Any]:
    """Every value of one kind by its key (finding id, question id)."""
    rows = connection.execute("SELECT key, value FROM kept WHERE kind = ?", (kind,))
    return {key: json.loads(value) for key, value in rows}


def write(connection: sqlite3.Connection, what: str, changes: Sequence[Change]) -> Step:
    """Applies ``changes`` as one new step, inside the caller's transaction. What was undone before it
    can no longer be done again, but stays in the history."""
    connection.execute("UPDATE step SET undone = 2 WHERE undone = 1")
    number = _new_step(connection, what, can_undo=True)
    rows = []
    for place, (kind, key, value) in enumerate(changes):
        row = connection.execute("SELECT value FROM kept WHERE kind = ? AND key = ?", (kind, key)).fetchone()
        rows.append((number, place, kind, key, row and row[0], None if value is None else as_text(value)))
    connection.executemany("INSERT INTO change VALUES (?, ?, ?, ?, ?, ?)", rows)
    _set(connection, [(kind, key, after) for _, _, kind, key, _, after in rows])
    return Step(number, what, _touched(key for _, _, _, key, _, _ in rows))


def remark(connection: sqlite3.Connection, what: str) -> None:
    """Something that happened and cannot be undone, such as a new scan: for the history alone."""
    _new_step(connection, what, can_undo=False)


def undo(connection: sqlite3.Connection) -> Step | None:
    """Takes the last standing step back, or None where there is none."""
    return _walk(
        connection,
        "SELECT number, what FROM step WHERE undone = 0 AND can_undo = 1 ORDER BY number DESC LIMIT 1",
        "before",
        1,
        "Undone: {}",
    )


def redo(connection: sqlite3.Connection) -> Step | None:
    """Does the step that was undone last again, or None where nothing was undone since the last step."""
    return _walk(
        connection,
        "SELECT number, what FROM step WHERE undone = 1 ORDER BY number LIMIT 1",
        "after",
        0,
        "Done again: {}",
    )


def history(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    """Every step in order: number, at, what, undone, and the ids it touched."""
    touched: dict[int, dict[str, None]] = {}
    for number, key in connection.execute("SELECT step, key FROM change ORDER BY step, place"):
        touched.setdefault(number, {})[key] = None
    rows = connection.execute("SELECT number, at, what, undone FROM step ORDER BY number")
    return [
        {
            "number": number,
            "at": at,
            "what": what,
            "undone": undone != 0,
            "touched": list(touched.get(number, ())),
        }
        for number, at, what, undone in rows
    ]


def _walk(connection: sqlite3.Connection, query: str, side: str, undone: int, said: str) -> Step | None:
    row = connection.execute(query).fetchone()
    if row is None:
        return None
    number, what = row
    # ``side`` is one of two words of this file, never a value from outside.
    changes = connection.execute(
        f"SELECT kind, key, {side} FROM change WHERE step = ? ORDER BY place", (number,)
    ).fetchall()
    _set(connection, changes)
    connection.execute("UPDATE step SET undone = ? WHERE number = ?", (undone, number))
    return Step(number, said.format(what), _touched(key for _, key, _ in changes))


def _set(connection: sqlite3.Connection, values: Sequence[tuple[str, str, str | None]]) -> None:
    connection.executemany(
        "DELETE FROM kept WHERE kind = ? AND key = ?",
        [(kind, key) for kind, key, text in values if text is None],
    )
    connection.executemany(
        "INSERT INTO kept VALUES (?, ?, ?) ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value",
        [(kind, key, text) for kind, key, text in values if text is not None],
    )


def _new_step(connection: sqlite3.Connection, what: str, *, can_undo: bool) -> int:
    cursor = connection.execute(
        "INSERT INTO step (at, what, can_undo) VALUES (?, ?, ?)", (clock.now(), what, int(can_undo))
    )
    return int(cursor.lastrowid or 0)


def _touched(keys: Iterator[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(keys))
