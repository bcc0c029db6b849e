"""The log: every change of a store is one entry, chained to the one before and a leaf of a Merkle tree.

An entry is canonical JSON. ``prev`` is the leaf hash of the entry before (64 zeros for the first), ``seq``
counts from 0. It is written in the transaction of the change that it tells of, so neither is without the
other.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any

from inspector import __version__
from inspector.datasets.quarantine import checkpoint, keys, names
from inspector.datasets.quarantine.checkpoint import Checkpoint
from inspector.datasets.quarantine.interface import Signer
from inspector.datasets.quarantine.merkle import EMPTY, leaf_hash, node_hash
from inspector.provenance import Refused

FIRST = "0" * 64
_PLACED = ("seq", "prev", "signature")  # what the person who signs an entry cannot know or does not sign


def canonical(value: Any) -> bytes:
    """JSON of texts, small whole numbers, lists and objects with ASCII keys: for these, RFC 8785."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8")


def append(
    connection: sqlite3.Connection,
    kind: str,
    actor: str,
    detail: Mapping[str, Any],
    *,
    signer: Signer | None = None,
) -> int:
    """Adds an entry inside the caller's transaction; gives its number. ``signer`` is the actor's own key."""
    seq, prev, frontier = _end(connection)
    entry: dict[str, Any] = {
        "type": kind,
        "at": names.now(),
        "origin": origin(connection),
        "tool": f"provenance-inspector {__version__}",
        "actor": {"name": actor, "auth": "signed" if signer else "claimed"},
        **detail,
    }
    if signer is not None:
        entry["signature"] = keys.signature_of(signer, canonical(entry))
    raw = canonical({**entry, "seq": seq, "prev": prev})
    leaf = leaf_hash(raw)
    connection.execute("INSERT INTO log (seq, entry, leaf) VALUES (?, ?, ?)", (seq, raw, leaf))
    frontier = [*frontier, leaf.hex()]
    while seq & 1:  # two complete subtrees of one size become one
        right, left = bytes.fromhex(frontier.pop()), bytes.fromhex(frontier.pop())
        frontier.append(node_hash(left, right).hex())
        seq >>= 1
    _keep(connection, "frontier", frontier)
    return int(json.loads(raw)["seq"])


def signed_body(entry: Mapping[str, Any]) -> bytes:
    """The bytes that the actor of a signed entry has signed."""
    return canonical({name: value for name, value in entry.items() if name not in _PLACED})


def size(connection: sqlite3.Connection) -> int:
    """How many entries there are: the number of the next one. Entries are counted without a gap."""
    return int(connection.execute("SELECT ifnull(max(seq) + 1, 0) FROM log").fetchone()[0])


def origin(connection: sqlite3.Connection) -> str:
    """The log's name: unique, and what its checkpoints begin with."""
    return str(fact(connection, "origin"))


def fact(connection: sqlite3.Connection, name: str) -> Any:
    row = connection.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchone()
    if row is None:
        raise Refused("store", f"The store lacks its {name}.", "It is damaged; take the last copy of it.")
    return json.loads(row[0])


def _keep(connection: sqlite3.Connection, name: str, value: Any) -> None:
    connection.execute("INSERT OR REPLACE INTO fact (name, value) VALUES (?, ?)", (name, json.dumps(value)))


def set_fact(connection: sqlite3.Connection, name: str, value: Any) -> None:
    """Replaces a fact of the store; the caller has logged why."""
    _keep(connection, name, value)


def note(connection: sqlite3.Connection) -> bytes:
    """The signed note of the log that was entered with its last entry; empty where there is none."""
    row = connection.execute("SELECT value FROM fact WHERE name = 'note'").fetchone()
    return b"" if row is None else str(json.loads(row[0])).encode()


def set_note(connection: sqlite3.Connection, key: keys.StoreKey) -> None:
    """Enters the note of the log as it is, inside the caller's transaction."""
    end = head(connection)
    _keep(connection, "note", checkpoint.signed_note(end, key.spki, key.sign(end.body.encode())).decode())


def _end(connection: sqlite3.Connection) -> tuple[int, str, list[str]]:
    row = connection.execute("SELECT seq, leaf FROM log ORDER BY seq DESC LIMIT 1").fetchone()
    if row is None:
        return 0, FIRST, []
    return row[0] + 1, row[1].hex(), fact(connection, "frontier")


def head(connection: sqlite3.Connection) -> Checkpoint:
    """Size and root of the log as it is, from the hashes of its complete subtrees."""
    size, _, frontier = _end(connection)
    made = b""
    for one in reversed(frontier):
        made = node_hash(bytes.fromhex(one), made) if made else bytes.fromhex(one)
    return Checkpoint(origin(connection), size, made or EMPTY)


def leaves(connection: sqlite3.Connection, size: int | None = None) -> list[bytes]:
    """The leaf hashes of the first ``size`` entries."""
    limit = -1 if size is None else size
    return [row[0] for row in connection.execute("SELECT leaf FROM log ORDER BY seq LIMIT ?", (limit,))]


def entries(
    connection: sqlite3.Connection, first: int = 0, last: int | None = None
) -> Iterator[dict[str, Any]]:
    """The entries from ``first`` up to before ``last``, oldest first."""
    end = -1 if last is None else max(last - first, 0)
    for (raw,) in connection.execute(
        "SELECT entry FROM log WHERE seq >= ? ORDER BY seq LIMIT ?", (first, end)
    ):
        yield json.loads(raw)
