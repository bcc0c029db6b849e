"""Whether the rows are where the log says: each entry's number and root against the rows that stand on it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any

from inspector.datasets.quarantine import names, trails
from inspector.datasets.quarantine.merkle import root

# Entry type -> the kind of step it makes, where the entry does not name it.
_STEPS = {
    "add": "add",
    "import": "import",
    "screen": "screen",
    "waive": "waive",
    "withdraw": "withdraw",
    "promotion-prepared": "prepare",
    "promotion-finished": "promote",
    "promotion-abandoned": "abandon",
}
_HELD = 2_000_000  # row hashes that are held in memory at once, 90 bytes each
_NOBODY: frozenset[int] = frozenset()


def step_of(entry: dict[str, Any]) -> str | None:
    """The kind of step that an entry makes its rows go; None for entries that move no rows."""
    return str(entry.get("verdict")) if entry["type"] == "review" else _STEPS.get(str(entry["type"]))


class Audit:
    """Holds entries of the log against the rows, within one snapshot of the database.

    ``seqs`` are the entries that will be asked for; None stands for all of them.
    """

    def __init__(self, connection: sqlite3.Connection, seqs: Iterable[int] | None = None) -> None:
        self._connection = connection
        self.paths = trails.paths(connection)
        self.occupied = trails.counts(connection)
        # Entry -> what its step is called on a path -> the trails with rows that go through it.
        self._through: dict[int, dict[tuple[str, str, str], set[int]]] = {}
        for number, path in self.paths.items():
            for one in path:
                steps = self._through.setdefault(one.seq, {})
                rows = steps.setdefault((one.kind, one.actor, one.keyid), set())
                if number in self.occupied:
                    rows.add(number)
        wanted = None if seqs is None else {n for seq in seqs for n in self._trails_of(seq)}
        self._hashes = self._held(wanted)
        self._roots: dict[frozenset[int], tuple[int, str]] = {}

    def _trails_of(self, seq: int) -> set[int]:
        return set().union(*self._through.get(seq, {}).values())

    def _held(self, wanted: set[int] | None) -> dict[int, list[bytes]] | None:
        """The row hashes of each trail; None where they are too many to be held."""
        chosen = self.occupied.keys() if wanted is None else wanted
        if sum(self.occupied[one] for one in chosen) > _HELD:
            return None
        found: dict[int, list[bytes]] = {one: [] for one in chosen}
        where = "" if wanted is None else f"WHERE s.trail IN ({','.join(str(int(one)) for one in chosen)})"
        for trail, sha in self._connection.execute(
            f"SELECT s.trail, r.sha FROM standing s CROSS JOIN row r ON r.id = s.row {where}"
        ):
            found[trail].append(sha)
        for hashes in found.values():
            hashes.sort()
        return found

    def _root(self, chosen: frozenset[int]) -> tuple[int, str]:
        found = self._roots.get(chosen)
        if found is None:
            if self._hashes is None:
                found = trails.rows_root(self._connection, chosen)
            else:
                hashes = [sha for one in chosen for sha in self._hashes[one]]
                hashes.sort()
                found = len(hashes), root(hashes).hex()
            self._roots[chosen] = found
        return found

    def faults(self, seq: int) -> Iterator[str]:
        """What does not agree between the entry ``seq`` and the rows whose path goes through it."""
        row = self._connection.execute("SELECT entry FROM log WHERE seq = ?", (seq,)).fetchone()
        if row is None:
            yield f"Rows stand on entry {seq}, which the log does not have."
            return
        entry = json.loads(row[0])
        kind = step_of(entry)
        allowed = {kind, "flag"} if entry["type"] == "screen" else {kind}
        keyids = {"", entry.get("signature", {}).get("keyid", "")}
        key = names.key(entry["actor"]["name"])
        rows: dict[str, frozenset[int]] = {}
        for (step, actor, keyid), numbers in self._through.get(seq, {}).items():
            if step not in allowed or actor != key or keyid not in keyids:
                yield f"A path takes entry {seq} ({entry['type']}) for {step} by {actor}."
                return
            rows[step] = rows.get(step, _NOBODY) | numbers
        checks = [(kind, entry["n"], entry["rows_root"])]
        if entry["type"] == "screen":
            checks.append(("flag", entry["flagged"], entry["flagged_root"]))
        for step_name, count, expected in checks:
            found = self._root(rows.get(str(step_name), _NOBODY))
            if found != (count, expected):
                yield (
                    f"Entry {seq} ({entry['type']}) was about {count} rows; {found[0]} stand on it, or other "
                    "rows than it was about."
                )
