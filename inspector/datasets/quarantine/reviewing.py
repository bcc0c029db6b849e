"""Decisions: approve, reject, reopen, waive, withdraw. Four eyes are held here.

A decision takes the rows of its selection that the actor may decide, moves them one step on, and enters one
log record with their number and the Merkle root over their hashes: what was decided can be shown later, row
for row, however many there were.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from inspector.datasets.quarantine import batches, groups, log, names, trails
from inspector.datasets.quarantine.interface import (
    PENDING,
    ReviewReport,
    RowState,
    Selection,
    Signer,
    Verdict,
)
from inspector.datasets.quarantine.states import (
    Happening,
    has_decided,
    is_promised,
    standing_decisions,
    state_of,
)
from inspector.provenance import Refused, UnreadableInput, plain

# What a step may do to a row with this path, by this person: "yes", or why not ("already", "settled").
Rule = Callable[[list[Happening], RowState, str, str], str]


def _may_approve(path: list[Happening], state: RowState, actor: str, keyid: str) -> str:
    if has_decided(path, actor, keyid) and any(
        one.kind == "approve" and (one.actor == actor or (keyid and one.keyid == keyid))
        for one in standing_decisions(path)
    ):
        return "already"
    return "yes" if state in PENDING else "settled"


def _may_reject(path: list[Happening], state: RowState, actor: str, keyid: str) -> str:
    if state is RowState.REJECTED:
        return "already" if has_decided(path, actor, keyid) else "settled"
    return "yes" if state in PENDING or state is RowState.APPROVED else "settled"


def _may_reopen(path: list[Happening], state: RowState, actor: str, keyid: str) -> str:
    decided = state in (RowState.REJECTED, RowState.APPROVED, RowState.NEEDS_SECOND, RowState.WAIVED)
    return "yes" if decided else "settled"


def _may_waive(path: list[Happening], state: RowState, actor: str, keyid: str) -> str:
    if state is RowState.WAIVED:
        return "already"
    return "yes" if state is RowState.IMPORTED else "settled"


_LETS_THROUGH = frozenset({"approve", "waive"})
_NO_CHANGE = frozenset({"screen", "prepare", "abandon"})
_RULES: dict[Verdict, tuple[Rule, bool]] = {  # and whether the own rows are held back
    Verdict.APPROVE: (_may_approve, True),
    Verdict.REJECT: (_may_reject, False),
    Verdict.REOPEN: (_may_reopen, True),
}


def review(
    connection: sqlite3.Connection,
    store: Path,
    selection: Selection,
    verdict: Verdict,
    *,
    actor: str,
    why: str,
    signer: Signer | None,
) -> ReviewReport:
    """Decides inside the caller's transaction. Refused ``four-eyes`` where all that could be decided is the
    actor's own."""
    rule, guarded = _RULES[verdict]
    detail: dict[str, Any] = {"verdict": verdict.value}
    return _decide(
        connection, store, selection, verdict.value, rule, guarded, actor, why, signer, "review", detail
    )


def waive(
    connection: sqlite3.Connection,
    store: Path,
    selection: Selection,
    *,
    actor: str,
    why: str,
    expires: str,
    signer: Signer | None,
) -> ReviewReport:
    """Lets rows through that were imported and never reviewed, until a day (YYYY-MM-DD); after it they cannot
    be promoted any more, and sets that hold them no longer verify."""
    try:
        day = date.fromisoformat(expires)
    except ValueError:
        day = date.min
    if len(expires) != 10 or expires <= names.now()[:10] or day == date.min:
        raise UnreadableInput(
            f"{plain(expires)} is no day in the future.", "Give the waiver's last day as YYYY-MM-DD."
        )
    return _decide(
        connection,
        store,
        selection,
        "waive",
        _may_waive,
        True,
        actor,
        why,
        signer,
        "waive",
        {"expires": expires},
    )


def _decide(
    connection: sqlite3.Connection,
    store: Path,
    selection: Selection,
    kind: str,
    rule: Rule,
    guarded: bool,
    actor: str,
    why: str,
    signer: Signer | None,
    entry: str,
    detail: dict[str, Any],
) -> ReviewReport:
    why = names.reason(why)
    key, keyid = names.key(actor), signer.keyid if signer is not None else ""
    check_signer(connection, actor, signer)
    if selection.as_of is not None and selection.as_of < 1:
        raise UnreadableInput("The log has one entry at least.", "Give the number that the rows came with.")
    chosen = _choose(connection, selection)
    policy = trails.policy_of(connection)
    seq = log.size(connection)
    counted = _counts(connection, chosen)
    own_rows = guarded and _own(connection, key, chosen)
    moves: list[tuple[int, int]] = []
    kept_back = {"already": 0, "settled": 0, "changed": 0}
    all_paths = trails.paths(connection)
    for trail, count in counted.items():
        path = all_paths[trail]
        if selection.as_of is not None and _changed(path, selection.as_of, kind):
            answer = "changed"
        else:
            answer = "settled" if is_promised(path) else rule(path, state_of(path, policy), key, keyid)
        if answer == "yes":
            made, _ = trails.step(connection, trail, path, Happening(kind, seq, key, keyid), policy)
            moves.append((trail, made))
        else:
            kept_back[answer] += count
    decided = _move(connection, moves, chosen, own_rows)
    own = sum(counted[old] for old, _ in moves) - decided
    if not decided:
        if own:
            raise Refused(
                "four-eyes",
                f"{actor} added, imported or contributed all of these rows and may not let them through.",
                "Another person has to decide.",
            )
        return ReviewReport(0, {}, own, **kept_back, seq=None)
    made_trails = [new for _, new in moves]
    if kind in _LETS_THROUGH:
        batches.check_rows(connection, store, made_trails)
    count, root = trails.rows_root(connection, made_trails)
    now = _states_on(connection, made_trails)
    logged = log.append(
        connection,
        entry,
        actor,
        {**detail, "unit": selection.unit, **_seen(selection), "why": why, "n": count, "rows_root": root},
        signer=signer,
    )
    assert logged == seq and count == decided
    return ReviewReport(decided, now, own, **kept_back, seq=seq)


def _changed(path: list[Happening], as_of: int, kind: str) -> bool:
    """Whether somebody who looked when the log had ``as_of`` entries saw another row than this one, or would
    think otherwise of it now. Who approves is not disturbed by another who did so in the meantime."""
    kept = {*_NO_CHANGE, "approve"} if kind == "approve" else _NO_CHANGE
    return any(step.seq >= as_of and step.kind not in kept for step in path)


def _seen(selection: Selection) -> dict[str, int]:
    return {} if selection.as_of is None else {"as_of": selection.as_of}


def check_signer(connection: sqlite3.Connection, actor: str, signer: Signer | None) -> None:
    """Refused where the name belongs to a key that did not sign, or the key to another name."""
    enrolled: dict[str, str] = log.fact(connection, "signers")
    mine = enrolled.get(names.key(actor))
    if mine is not None and (signer is None or signer.keyid != mine):
        raise Refused(
            "signer",
            f"{actor} signs decisions in this store, and this one is not signed with the enrolled key.",
            "Give the key with --key.",
        )
    if signer is not None:
        for name, keyid in enrolled.items():
            if keyid == signer.keyid and name != names.key(actor):
                raise Refused("signer", "This key is enrolled for another person in this store.")


def _choose(connection: sqlite3.Connection, selection: Selection) -> bool:
    """Fills the temporary table of chosen rows; False where the selection is everything."""
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS chosen (row INTEGER PRIMARY KEY)")
    connection.execute("DELETE FROM temp.chosen")
    if selection.everything:
        return False
    if selection.group is not None:
        sql, values = groups.rows_sql(connection, selection.group)
        connection.execute(f"INSERT OR IGNORE INTO temp.chosen (row) {sql}", values)
    else:
        rows = selection.rows or frozenset()
        connection.executemany("INSERT INTO temp.chosen (row) VALUES (?)", ((one,) for one in sorted(rows)))
    return True


def _counts(connection: sqlite3.Connection, chosen: bool) -> dict[int, int]:
    if not chosen:
        return trails.counts(connection)
    return dict(
        connection.execute(
            "SELECT s.trail, count(*) FROM temp.chosen c JOIN standing s ON s.row = c.row GROUP BY s.trail"
        )
    )


def _own(connection: sqlite3.Connection, key: str, chosen: bool) -> bool:
    """Fills the temporary table of rows that this person brought in; False where there are none."""
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS own (row INTEGER PRIMARY KEY)")
    connection.execute("DELETE FROM temp.own")
    brought = "SELECT id FROM batch WHERE actor = ?1"
    person = "SELECT id FROM person WHERE key = ?1"
    if not connection.execute(f"{brought} UNION ALL {person} LIMIT 1", (key,)).fetchone():
        return False
    connection.execute(
        f"INSERT OR IGNORE INTO temp.own (row) "
        f"SELECT id FROM row WHERE batch IN ({brought}) OR contributor IN ({person}) "
        f"UNION ALL SELECT row FROM again WHERE batch IN ({brought}) OR contributor IN ({person})",
        (key,),
    )
    return True


def _move(connection: sqlite3.Connection, moves: list[tuple[int, int]], chosen: bool, own: bool) -> int:
    """Moves the rows from trail to trail; gives how many."""
    if not moves:
        return 0
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS move (old INTEGER PRIMARY KEY, new INTEGER NOT NULL)")
    connection.execute("DELETE FROM temp.move")
    connection.executemany("INSERT INTO temp.move (old, new) VALUES (?, ?)", moves)
    where = "standing.trail = move.old"
    if chosen:
        where += " AND standing.row IN (SELECT row FROM temp.chosen)"
    if own:
        where += " AND standing.row NOT IN (SELECT row FROM temp.own)"
    return connection.execute(
        f"UPDATE standing SET trail = move.new FROM temp.move AS move WHERE {where}"
    ).rowcount


def move_trails(connection: sqlite3.Connection, moves: list[tuple[int, int]]) -> int:
    """Moves every row of the old trails to the new ones; gives how many."""
    return _move(connection, moves, False, False)


def move_chosen(connection: sqlite3.Connection, moves: list[tuple[int, int]], rows: list[int]) -> int:
    """Moves those of ``rows`` that are on the old trails; gives how many."""
    _choose(connection, Selection(rows=frozenset(rows)))
    return _move(connection, moves, True, False)


def _states_on(connection: sqlite3.Connection, made: list[int]) -> dict[str, int]:
    marks = ",".join("?" * len(made))
    return dict(
        connection.execute(
            "SELECT t.state, count(*) FROM standing s JOIN trail t ON t.id = s.trail "
            f"WHERE s.trail IN ({marks}) GROUP BY t.state ORDER BY t.state",
            made,
        )
    )
