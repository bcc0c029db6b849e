"""Whether the rows are where the log says: each entry's number and root against the rows that stand on it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from typing import Any

from inspector.datasets.quarantine import names, trails
from inspector.datasets.quarantine.states import Happening

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


def step_of(entry: dict[str, Any]) -> str | None:
    """The kind of step that an entry makes its rows go; None for entries that move no rows."""
    return str(entry.get("verdict")) if entry["type"] == "review" else _STEPS.get(str(entry["type"]))


def entry_faults(
    connection: sqlite3.Connection,
    seq: int,
    paths: dict[int, list[Happening]],
    roots: dict[frozenset[int], tuple[int, str]] | None = None,
) -> Iterator[str]:
    """What does not agree between the entry ``seq`` and the rows whose path goes through it, as sentences.

    ``roots`` keeps what was computed, for entries about the same rows.
    """
    row = connection.execute("SELECT entry FROM log WHERE seq = ?", (seq,)).fetchone()
    if row is None:
        yield f"Rows stand on entry {seq}, which the log does not have."
        return
    entry = json.loads(row[0])
    kind = step_of(entry)
    allowed = {kind, "flag"} if entry["type"] == "screen" else {kind}
    keyid = entry.get("signature", {}).get("keyid", "")
    key = names.key(entry["actor"]["name"])
    for path in paths.values():
        for one in path:
            if one.seq == seq and (
                one.kind not in allowed or one.actor != key or one.keyid not in ("", keyid)
            ):
                yield f"A path takes entry {seq} ({entry['type']}) for {one.kind} by {one.actor}."
                return
    checks = [(kind, entry["n"], entry["rows_root"])]
    if entry["type"] == "screen":
        checks.append(("flag", entry["flagged"], entry["flagged_root"]))
    occupied = trails.counts(connection).keys()
    for step, count, root in checks:
        through = frozenset(
            number
            for number, path in paths.items()
            if any(one.seq == seq and one.kind == step for one in path)
        )
        rows = through.intersection(occupied)
        known = None if roots is None else roots.get(rows)
        found = known or trails.rows_root(connection, rows)
        if roots is not None:
            roots[rows] = found
        if found != (count, root):
            yield (
                f"Entry {seq} ({entry['type']}) was about {count} rows; {found[0]} stand on it, or other "
                "rows than it was about."
            )
