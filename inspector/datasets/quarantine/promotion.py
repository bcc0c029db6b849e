"""Promotion: the approved rows become a set. Four steps, each of which may be the last before a kill:

1. write: the rows are copied from the batches into a temporary folder, each hashed again and held against the
   hash that was reviewed; what the log says of their decisions is held against the rows it was said of;
2. prepare (a transaction): the rows are promised to the set, whose name is the sha256 of its manifest;
3. rename: manifest and record are added, everything is brought to the disk, the folder gets its name;
4. finish (a transaction): the rows are promoted, the log says so.

On the next opening a prepared promotion whose folder has its name is finished; one without is abandoned, and
its rows are approved as before. A lock that dies with its process tells a killed promotion from one at work.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from inspector.datasets.quarantine import filesystem, log, names, statement, trails
from inspector.datasets.quarantine.candidates import Candidates, review_summary, sources, waivers
from inspector.datasets.quarantine.croissant import note_columns
from inspector.datasets.quarantine.interface import RowState, Signer
from inspector.datasets.quarantine.merkle import Accumulator
from inspector.datasets.quarantine.opening import BATCHES, SETS
from inspector.datasets.quarantine.reviewing import move_trails
from inspector.datasets.quarantine.states import Happening, state_of
from inspector.provenance import Refused, UnreadableInput, WorkIncomplete, plain

_FETCH = 1 << 13
_TMP = ".making-"
_COLUMN_SAMPLE = 100


class Written(NamedTuple):
    """The rows in a temporary folder."""

    folder: Path
    rows: int
    rows_root: str
    sha256: str
    size: int
    columns: dict[str, str]
    batches: list[int]


@contextlib.contextmanager
def made_folder(folder: Path) -> Iterator[Path]:
    """A new temporary folder below sets/, which is gone in the end unless it was renamed."""
    path = folder / SETS / f"{_TMP}{secrets.token_hex(8)}"
    path.mkdir()
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def write(connection: sqlite3.Connection, store: Path, folder: Path, chosen: Candidates) -> Written:
    """Step 1: copies the rows of the candidates in the order in which they came in."""
    digest, size = hashlib.sha256(), 0
    hashes: list[bytes] = []
    columns: dict[str, str] = {}
    marks = ",".join(str(int(one)) for one in chosen.trails)
    files = dict(connection.execute("SELECT id, file FROM batch"))
    cursor = connection.execute(
        "SELECT r.batch, r.place, r.size, r.sha FROM standing s CROSS JOIN row r ON r.id = s.row "
        f"WHERE s.trail IN ({marks}) ORDER BY s.row"
    )
    used: set[int] = set()
    current, source = -1, None
    sha256 = hashlib.sha256
    try:
        with (folder / statement.TRAIN).open("xb", buffering=1 << 20) as out:
            while rows := cursor.fetchmany(_FETCH):
                block = bytearray()
                for batch, place, length, sha in rows:
                    if batch != current:
                        if source is not None:
                            source.close()
                        source = (store / BATCHES / f"{files[batch]}.jsonl").open("rb", buffering=1 << 20)
                        current = batch
                        used.add(batch)
                        at = 0
                    assert source is not None
                    if place != at:
                        source.seek(place)
                    line = source.read(length + 1)
                    at = place + length + 1
                    if sha256(line[:-1]).digest() != sha or line[-1:] != b"\n":
                        raise Refused(
                            "row-changed",
                            f"A row of the batch {files[batch][:16]} is not the one that was reviewed; "
                            "nothing was promoted.",
                            "Bring the batch's file back from a copy, then verify the store.",
                        )
                    if len(hashes) < _COLUMN_SAMPLE:
                        note_columns(columns, json.loads(line))
                    block += line
                    hashes.append(sha)
                out.write(block)
                digest.update(block)
                size += len(block)
            out.flush()
            os.fsync(out.fileno())
    except FileNotFoundError:
        raise Refused(
            "batch-missing",
            "The file of a batch is missing; nothing was promoted.",
            "Bring it back from a copy.",
        ) from None
    finally:
        if source is not None:
            source.close()
    count = len(hashes)
    hashes.sort()
    tree = Accumulator()
    tree.extend(hashes)
    return Written(folder, count, tree.root().hex(), digest.hexdigest(), size, columns, sorted(used))


def prepare(
    connection: sqlite3.Connection,
    actor: str,
    chosen: Candidates,
    written: Written,
    croissant: bytes,
    readme: bytes,
) -> tuple[bytes, int] | None:
    """Step 2, inside the caller's transaction: manifest and number of the entry; None where what was written
    is no longer what is approved."""
    head = log.head(connection)
    count, root = written.rows, written.rows_root
    # No row moves without an entry in the log; only where there are new ones is it to be looked at once more.
    if head.size != chosen.log_size and trails.rows_root(connection, chosen.trails) != (count, root):
        return None
    policy = trails.policy_of(connection)
    if any(
        state_of(chosen.paths[one], policy) not in (RowState.APPROVED, RowState.WAIVED)
        for one in chosen.trails
    ):
        return None
    seq = head.size
    raw = statement.manifest(
        made=names.now(),
        actor=actor,
        rows=count,
        rows_root=root,
        files={
            statement.TRAIN: {"sha256": written.sha256, "size": written.size},
            statement.CROISSANT: {"sha256": hashlib.sha256(croissant).hexdigest(), "size": len(croissant)},
            statement.README: {"sha256": hashlib.sha256(readme).hexdigest(), "size": len(readme)},
        },
        parent=_last_set(connection),
        store={
            "origin": head.origin,
            "key": log.fact(connection, "spki"),
            "log_size": head.size,
            "log_root": head.root.hex(),
        },
        policy=policy.as_json(),
        review=review_summary(connection, chosen),
        sources=sources(connection, written.batches),
        waivers=waivers(connection, chosen),
    )
    name = set_name(raw)
    moves = []
    key = names.key(actor)
    for trail in chosen.trails:
        made, _ = trails.step(connection, trail, chosen.paths[trail], Happening("prepare", seq, key), policy)
        moves.append((trail, made))
    moved = move_trails(connection, moves)
    assert moved == count
    log.append(
        connection,
        "promotion-prepared",
        actor,
        {"set": name, "n": count, "rows_root": root, "sha256": written.sha256},
    )
    connection.execute(
        "INSERT INTO promotion (id, prepared, step, manifest, actor) VALUES (?, ?, 'prepared', ?, ?)",
        (name, seq, raw, actor),
    )
    return raw, seq


def _last_set(connection: sqlite3.Connection) -> str | None:
    row = connection.execute(
        "SELECT id FROM promotion WHERE step = 'finished' ORDER BY prepared DESC LIMIT 1"
    ).fetchone()
    return None if row is None else str(row[0])


def rename(store: Path, folder: Path, name: str) -> None:
    """Step 3: the folder gets its name, after everything in it has reached the disk."""
    filesystem.sync_folder(folder)
    target = store / SETS / name
    try:
        folder.rename(target)
    except OSError as error:
        if target.exists():
            raise WorkIncomplete("A set of that name is there already.", "Give the command again.") from None
        raise filesystem.disk_error(error, target) from None
    filesystem.sync_folder(store / SETS)


def finish(connection: sqlite3.Connection, name: str) -> int:
    """Step 4, inside the caller's transaction: the prepared rows are promoted; their number."""
    return _close(connection, name, "promote", "finished", "promotion-finished")


def abandon(connection: sqlite3.Connection, name: str) -> int:
    """Gives the rows of a prepared promotion back, inside the caller's transaction."""
    return _close(connection, name, "abandon", "abandoned", "promotion-abandoned")


def _close(connection: sqlite3.Connection, name: str, kind: str, step: str, entry: str) -> int:
    prepared, actor, raw = connection.execute(
        "SELECT prepared, actor, manifest FROM promotion WHERE id = ? AND step = 'prepared'", (name,)
    ).fetchone()
    seq = log.size(connection)
    policy = trails.policy_of(connection)
    all_paths = trails.paths(connection)
    moves = []
    for trail in trails.counts(connection):
        path = all_paths[trail]
        if any(one.kind == "prepare" and one.seq == prepared for one in path):
            made, _ = trails.step(connection, trail, path, Happening(kind, seq, names.key(actor)), policy)
            moves.append((trail, made))
    count = move_trails(connection, moves)
    manifest = json.loads(raw)  # the rows were promised to the set, and nothing else moves such rows
    if count != manifest["rows"]:
        raise Refused("rows", "The rows of a promotion are not those that were promised to it.")
    log.append(connection, entry, actor, {"set": name, "n": count, "rows_root": manifest["rows_root"]})
    connection.execute("UPDATE promotion SET step = ? WHERE id = ?", (step, name))
    return count


def set_name(manifest: bytes) -> str:
    return hashlib.sha256(manifest).hexdigest()


def withdraw(
    connection: sqlite3.Connection, name: str, *, actor: str, why: str, signer: Signer | None
) -> int:
    """Marks the rows of a set as withdrawn, inside the caller's transaction; how many."""
    found = connection.execute(
        "SELECT id, prepared FROM promotion WHERE step = 'finished' AND substr(id, 1, ?) = ?",
        (len(name), name),
    ).fetchall()
    if len(name) < 8 or len(found) != 1:
        raise UnreadableInput(
            f"There is no set {plain(name, 70)} in this store.", "`inspector quarantine sets DIR` lists them."
        )
    name, prepared = found[0]
    seq = log.size(connection)
    policy, all_paths = trails.policy_of(connection), trails.paths(connection)
    step = Happening("withdraw", seq, names.key(actor), signer.keyid if signer else "")
    moves = []
    for trail in trails.counts(connection):
        path = all_paths[trail]
        kinds = {one.kind for one in path if one.seq == prepared}
        if "prepare" in kinds and state_of(path, policy) is RowState.PROMOTED:
            moves.append((trail, trails.step(connection, trail, path, step, policy)[0]))
    if not moves:
        return 0
    move_trails(connection, moves)
    count, root = trails.rows_root(connection, [new for _, new in moves])
    log.append(
        connection, "withdraw", actor, {"set": name, "why": why, "n": count, "rows_root": root}, signer=signer
    )
    return count


def listed(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    """The promoted sets, oldest first, and whether they were withdrawn."""
    withdrawn = {one["set"]: one for one in log.entries(connection) if one["type"] == "withdraw"}
    found = []
    for name, raw in connection.execute(
        "SELECT id, manifest FROM promotion WHERE step = 'finished' ORDER BY prepared"
    ):
        value = json.loads(raw)
        gone = withdrawn.get(name)
        found.append(
            {
                "id": name,
                "rows": value["rows"],
                "made": value["made"],
                "promoted_by": value["promoted_by"],
                "parent": value["parent"],
                "withdrawn": None if gone is None else {"at": gone["at"], "why": gone["why"]},
            }
        )
    return found


def left_over(connection: sqlite3.Connection) -> list[str]:
    """The promotions that were prepared and neither finished nor abandoned."""
    return [
        row[0]
        for row in connection.execute("SELECT id FROM promotion WHERE step = 'prepared' ORDER BY prepared")
    ]


def temporary(store: Path) -> list[Path]:
    """Folders of promotions that are at work, or were killed at it."""
    return list((store / SETS).glob(f"{_TMP}*"))


def remove_temporary(store: Path) -> None:
    """Removes temporary folders; only while the lock of promotions is held."""
    for path in temporary(store):
        shutil.rmtree(path, ignore_errors=True)
