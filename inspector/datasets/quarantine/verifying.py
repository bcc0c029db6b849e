"""Whether a store holds together: log, checkpoint, rows, batches, sets. Nothing is changed.

In order: the log's chain, tree and signatures; the checkpoint in the store and one that was kept elsewhere;
who may sign; the rows against the log; the batches' files; the promoted sets.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from inspector.datasets.quarantine import checkpoint as notes
from inspector.datasets.quarantine import keys, log, names, people, trails
from inspector.datasets.quarantine.audit import Audit, step_of
from inspector.datasets.quarantine.interface import Policy
from inspector.datasets.quarantine.ledger import check_end
from inspector.datasets.quarantine.merkle import leaf_hash, root, root_of_hashes, roots_at
from inspector.datasets.quarantine.opening import BATCHES, SETS
from inspector.datasets.quarantine.promoted import verify_set
from inspector.datasets.quarantine.schema import TRIGGER_NAMES
from inspector.datasets.quarantine.states import state_of
from inspector.provenance import InspectorError, Refused, plain

_BLOCK = 1 << 20
_FETCH = 1 << 13


def verify(
    connection: sqlite3.Connection, store: Path, *, checkpoint: bytes | None, pubkey: bytes | None
) -> dict[str, Any]:
    """A summary of what was checked; Refused with the first fault."""
    for code, fault in _faults(connection, store, checkpoint, pubkey):
        raise Refused(code, fault, "Nothing was changed; take the last good copy of the store.")
    head = log.head(connection)
    return {
        "origin": head.origin,
        "log": {"size": head.size, "root": head.root.hex()},
        "rows": sum(trails.counts(connection).values()),
        "sets": connection.execute("SELECT count(*) FROM promotion WHERE step = 'finished'").fetchone()[0],
        "batches": [row[0] for row in connection.execute("SELECT DISTINCT file FROM batch")],
        "states": {state.value: count for state, count in trails.states(connection).items()},
        "checkpoint": "consistent" if checkpoint is not None else "not compared with one kept elsewhere",
        "note": log.note(connection).decode(),
        "key": "given" if pubkey is not None else "the store's own",
    }


def _faults(
    connection: sqlite3.Connection, store: Path, checkpoint: bytes | None, pubkey: bytes | None
) -> Iterator[tuple[str, str]]:
    broken = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if broken != "ok":
        yield "database", f"The index is damaged: {plain(str(broken), 200)}."
    triggers = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    if not triggers >= TRIGGER_NAMES:
        yield "triggers", "The triggers that keep the log from being changed are gone."
    yield from _history_faults(connection, store, checkpoint, pubkey)
    yield from _row_faults(connection)
    yield from _batch_faults(connection, store)
    yield from _set_faults(connection, store)


def verify_log(
    connection: sqlite3.Connection, store: Path, *, checkpoint: bytes | None, pubkey: bytes | None
) -> None:
    """The log and the checkpoints alone; Refused with the first fault."""
    for code, fault in _history_faults(connection, store, checkpoint, pubkey):
        raise Refused(code, fault)


def _history_faults(
    connection: sqlite3.Connection, store: Path, checkpoint: bytes | None, pubkey: bytes | None
) -> Iterator[tuple[str, str]]:
    spki = bytes.fromhex(log.fact(connection, "spki"))
    if pubkey is not None and notes.public_key(pubkey) != spki:
        yield "key", "The store was not made with this key."
    try:
        beside = notes.public_key((store / keys.PUBLIC_NAME).read_bytes())
    except (OSError, InspectorError):
        beside = spki  # a copy for people; nothing is checked with it
    if beside != spki:
        yield "key", "The file log.pub is not the store's key: somebody put another one there."
    yield from _log_faults(connection, spki)
    try:
        check_end(connection)
    except Refused as error:
        yield "log", error.sentence
    yield from _checkpoint_faults(connection, store, spki, checkpoint)


def _log_faults(connection: sqlite3.Connection, spki: bytes) -> Iterator[tuple[str, str]]:
    prev, hashes = log.FIRST, []
    policy: dict[str, Any] = {}
    signers: dict[str, str] = {}
    origin = log.origin(connection)
    for place, (seq, raw, leaf) in enumerate(
        connection.execute("SELECT seq, entry, leaf FROM log ORDER BY seq")
    ):
        try:
            entry = json.loads(raw)
            kind, name = entry["type"], entry["actor"]["name"]
            sound = (
                log.canonical(entry) == raw
                and entry["seq"] == seq == place
                and entry["prev"] == prev
                and entry["origin"] == origin
                and leaf_hash(raw) == leaf
            )
        except (ValueError, KeyError, TypeError):
            sound = False
        if not sound:
            yield "log", f"Entry {place} of the log is not as it was written, or one is missing before it."
            return
        signature = entry.get("signature")
        if (entry["actor"]["auth"] == "signed") != (signature is not None):
            yield "log", f"Entry {place} says wrongly whether it is signed."
        if signature is not None and not keys.signature_holds(signature, log.signed_body(entry)):
            yield "signature", f"Entry {place} is not signed by the key it names."
        needed = signers.get(names.key(name)) if kind in ("review", "waive", "withdraw", "policy") else None
        if needed is not None and (signature or {}).get("keyid") != needed:
            yield "signature", f"Entry {place} is not signed with the key that is enrolled for {plain(name)}."
        if kind == "init" and entry["key"] != spki.hex():
            yield "key", "The store's key is not the one its log begins with."
        if kind in ("init", "policy"):
            policy = entry["policy"]
        if kind == "enrol":
            signers[names.key(entry["name"])] = entry["keyid"]
        prev = leaf.hex()
        hashes.append(leaf)
    if not hashes or root_of_hashes(hashes) != log.head(connection).root:
        yield "log", "The root of the log is not that of its entries."
    if policy != log.fact(connection, "policy") or signers != log.fact(connection, "signers"):
        yield "policy", "The policy in force, or who signs, is not what the log says."


def _checkpoint_faults(
    connection: sqlite3.Connection, store: Path, spki: bytes, checkpoint: bytes | None
) -> Iterator[tuple[str, str]]:
    try:
        own = (store / "checkpoint").read_bytes()
    except OSError:
        own = None  # it is a copy of the note in the database, which is held against the log by itself
    for note, what in ((own, "The store's checkpoint"), (checkpoint, "The checkpoint that was kept")):
        if note is None:
            continue
        try:
            said = notes.opened(note, spki)
        except InspectorError as error:
            yield "checkpoint", f"{what} does not hold: {error.sentence}"
            return
        if said.origin != log.origin(connection):
            yield "checkpoint", f"{what} is of another log."
        hashes = log.leaves(connection, said.size)
        if len(hashes) < said.size:
            yield (
                "checkpoint",
                f"{what} knows {said.size} entries and the log has {len(hashes)}: some are gone.",
            )
        elif root_of_hashes(hashes) != said.root and said.size:
            yield "checkpoint", f"{what} is of another history than this log."


def _row_faults(connection: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    policy = Policy.from_json(log.fact(connection, "policy"))
    states = dict(connection.execute("SELECT id, state FROM trail"))
    audit = Audit(connection)
    paths, occupied = audit.paths, audit.occupied
    for number, path in paths.items():
        if states[number] != state_of(path, policy).value:
            yield "rows", "The state of some rows is not what their decisions make it."
    if occupied.keys() - paths.keys():
        yield "rows", "Some rows stand on no path."
        return
    rows = connection.execute("SELECT count(*) FROM row").fetchone()[0]
    if rows != sum(occupied.values()):
        yield "rows", "Some rows stand nowhere."
    steps = set()
    for entry in log.entries(connection):
        if step_of(entry) is not None:
            steps.add(entry["seq"])
            for fault in audit.faults(entry["seq"]):
                yield "rows", fault
        if entry["type"] == "screen":
            yield from _group_faults(connection, entry)
    for path in paths.values():
        if path[0].kind not in ("add", "import") or not {one.seq for one in path} <= steps:
            yield "rows", "A path of rows has a step that the log does not know."


def _group_faults(connection: sqlite3.Connection, entry: dict[str, Any]) -> Iterator[tuple[str, str]]:
    told = [one["rows_root"] for one in entry["suspicions"] if one["n"]]
    found = []
    for (number,) in connection.execute(
        "SELECT id FROM grouping WHERE seq = ? AND kind = 'suspicion' ORDER BY id", (entry["seq"],)
    ).fetchall():
        shas = connection.execute(
            "SELECT r.sha FROM member m JOIN row r ON r.id = m.row WHERE m.grouping = ? ORDER BY r.sha",
            (number,),
        )
        found.append(root(one[0] for one in shas).hex())
    if told != found:
        yield "rows", f"The suspicions of entry {entry['seq']} are not about the rows they were about."


def _batch_faults(connection: sqlite3.Connection, store: Path) -> Iterator[tuple[str, str]]:
    entries = {one["seq"]: one for one in log.entries(connection) if one["type"] in ("add", "import")}
    seen: set[str] = set()
    for number, seq, file, size, actor in connection.execute(
        "SELECT id, seq, file, size, actor FROM batch ORDER BY id"
    ).fetchall():
        entry = entries.get(seq)
        if entry is None or entry["batch"] != file or names.key(entry["actor"]["name"]) != actor:
            yield "batches", f"The batch {number} is not what the log says."
            continue
        if people.digest(connection, number) != entry["contributors_sha256"]:
            yield "batches", f"Who contributed the rows of the batch {number} is not what the log says."
        if size and file not in seen and _hash(store / BATCHES / f"{file}.jsonl") != file:
            yield "batches", f"The file of the batch {file[:16]} is missing or was changed."
            continue
        seen.add(file)
        if not _rows_in_place(connection, number, store / BATCHES / f"{file}.jsonl"):
            yield (
                "batches",
                f"Rows of the batch {number} are not where the index says: others would be shown.",
            )


def _rows_in_place(connection: sqlite3.Connection, batch: int, path: Path) -> bool:
    """Whether each row that came with the batch stands at its place of the file."""
    cursor = connection.execute(
        "SELECT r.place, r.size, r.sha FROM batch b JOIN row r ON r.id >= b.first_row "
        "AND r.id < b.first_row + b.taken WHERE b.id = ? ORDER BY r.id",
        (batch,),
    )
    sha256 = hashlib.sha256
    some = cursor.fetchmany(_FETCH)
    if not some:
        return True
    with path.open("rb", buffering=_BLOCK) as file:
        while some:
            for place, size, sha in some:
                if file.tell() != place:
                    file.seek(place)
                if sha256(file.read(size)).digest() != sha or file.read(1) != b"\n":
                    return False
            some = cursor.fetchmany(_FETCH)
    return True


def _hash(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
    except OSError:
        return ""
    return digest.hexdigest()


def _pasts_of_sets(connection: sqlite3.Connection, finished: dict[str, bytes]) -> Iterator[tuple[str, str]]:
    """Each set names the log it was promoted from: that must be the beginning of this one."""
    pasts = {}
    for name, raw in finished.items():
        said = json.loads(raw)["store"]
        pasts[name] = (int(said["log_size"]), str(said["log_root"]))
    roots = roots_at(log.leaves(connection), (size for size, _ in pasts.values()))
    for name, (size, root_then) in sorted(pasts.items()):
        if size not in roots or roots[size].hex() != root_then:
            yield "sets", f"The set {name[:16]} was promoted from another history than this log."


def _set_faults(connection: sqlite3.Connection, store: Path) -> Iterator[tuple[str, str]]:
    finished = dict(connection.execute("SELECT id, manifest FROM promotion WHERE step = 'finished'"))
    logged = {one["set"]: one for one in log.entries(connection) if one["type"] == "promotion-finished"}
    if logged.keys() != finished.keys():
        yield "sets", "The promotions are not what the log says."
        return
    prepared = {
        row[0] for row in connection.execute("SELECT id FROM promotion WHERE step = 'prepared'")
    }  # a promotion at work, or killed at it
    for one in sorted((store / SETS).iterdir()):
        if one.is_dir() and not one.name.startswith(".") and one.name not in finished.keys() | prepared:
            yield (
                "sets",
                f"The set {plain(one.name, 16)} lies in the store and its log does not know it: either "
                "somebody put it there, or an older state of the store was put back.",
            )
    yield from _pasts_of_sets(connection, finished)
    for name in sorted(finished):
        try:
            found = verify_set(store / SETS / name)
        except Refused as error:
            if error.code != "waiver-expired":  # true of the set, and no fault of the store
                yield "sets", f"The set {name[:16]} does not hold: {error.sentence}"
            continue
        except InspectorError as error:
            yield "sets", f"The set {name[:16]} does not hold: {error.sentence}"
            continue
        if found.id != name or found.manifest["rows_root"] != logged[name]["rows_root"]:
            yield "sets", f"The set {name[:16]} is not the one that was promoted."
