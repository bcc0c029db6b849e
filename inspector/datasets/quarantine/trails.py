"""Paths of rows in the database: reading them, going one step on, and what rows an entry is about."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator

from inspector.datasets.quarantine import log
from inspector.datasets.quarantine.interface import Policy, RowState
from inspector.datasets.quarantine.merkle import Accumulator
from inspector.datasets.quarantine.states import Happening, state_of

_FETCH = 1 << 14
_SORTED_HERE = 2_000_000  # hashes that are sorted in memory: 90 bytes each


def policy_of(connection: sqlite3.Connection) -> Policy:
    """The policy in force."""
    return Policy.from_json(log.fact(connection, "policy"))


def paths(connection: sqlite3.Connection) -> dict[int, list[Happening]]:
    """Every trail with its path, oldest step first. There are few: one a step and kind of history."""
    found: dict[int, list[Happening]] = {}
    for number, parent, seq, kind, actor, keyid in connection.execute(
        "SELECT id, parent, seq, kind, actor, keyid FROM trail ORDER BY id"
    ):
        found[number] = [*found.get(parent, []), Happening(kind, seq, actor, keyid)]
    return found


def step(
    connection: sqlite3.Connection,
    parent: int | None,
    path: list[Happening],
    happening: Happening,
    policy: Policy,
) -> tuple[int, RowState]:
    """The trail that goes on from ``parent`` (whose path is ``path``) by one happening, and its state."""
    state = state_of([*path, happening], policy)
    known = connection.execute(
        "SELECT id FROM trail WHERE ifnull(parent, -1) = ? AND seq = ? AND kind = ?",
        (-1 if parent is None else parent, happening.seq, happening.kind),
    ).fetchone()
    if known is not None:
        return known[0], state
    made = connection.execute(
        "INSERT INTO trail (parent, seq, kind, actor, keyid, state) VALUES (?, ?, ?, ?, ?, ?)",
        (parent, happening.seq, happening.kind, happening.actor, happening.keyid, state.value),
    )
    return int(made.lastrowid or 0), state


def refresh_states(connection: sqlite3.Connection, policy: Policy) -> None:
    """Sets every trail's state anew, after the policy has changed."""
    connection.executemany(
        "UPDATE trail SET state = ? WHERE id = ?",
        [(state_of(path, policy).value, number) for number, path in paths(connection).items()],
    )


def hashes_on(connection: sqlite3.Connection, trails: Iterable[int]) -> Iterator[list[bytes]]:
    """The row hashes on these trails, rising, in lists of some thousands."""
    occupied = counts(connection)
    wanted = [one for one in trails if one in occupied]
    if not wanted:
        return
    where = f"s.trail IN ({','.join(str(int(one)) for one in wanted)})"
    if sum(occupied[one] for one in wanted) <= _SORTED_HERE:
        # In the order of the rows the pages are read one after the other; sorting here is the cheaper part.
        cursor = connection.execute(
            f"SELECT r.sha FROM standing s CROSS JOIN row r ON r.id = s.row WHERE {where}"
        )
        found = [one[0] for one in cursor]
        found.sort()
        for start in range(0, len(found), _FETCH):
            yield found[start : start + _FETCH]
        return
    cursor = connection.execute(
        f"SELECT r.sha FROM row r CROSS JOIN standing s ON s.row = r.id WHERE {where} ORDER BY r.sha"
    )
    while batch := cursor.fetchmany(_FETCH):
        yield [one[0] for one in batch]


def rows_root(connection: sqlite3.Connection, trails: Iterable[int]) -> tuple[int, str]:
    """How many rows stand on these trails, and the Merkle root over their hashes in rising order."""
    tree = Accumulator()
    for some in hashes_on(connection, trails):
        tree.extend(some)
    return tree.size, tree.root().hex()


def counts(connection: sqlite3.Connection) -> dict[int, int]:
    """How many rows stand on each trail."""
    return dict(connection.execute("SELECT trail, count(*) FROM standing GROUP BY trail"))


def states(connection: sqlite3.Connection) -> dict[RowState, int]:
    """How many rows are in each state; every state is there, also with none."""
    found = dict.fromkeys(RowState, 0)
    for state, count in connection.execute(
        "SELECT t.state, sum(c.n) FROM (SELECT trail, count(*) AS n FROM standing GROUP BY trail) c "
        "JOIN trail t ON t.id = c.trail GROUP BY t.state"
    ):
        found[RowState(state)] += count
    return found
