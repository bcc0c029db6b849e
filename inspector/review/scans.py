"""The stored scan: one row for each object of its lists, one for all that is no list.

``load`` gives back an object equal to the one that was stored: keys that were absent stay absent.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from inspector.provenance import Edge, Finding, Node, UnreadableInput
from inspector.review.schema import as_text
from inspector.scan.interface import LISTS

MANY = 500  # ids, from which on all are read at once
_LISTS = frozenset(LISTS.values())
# What the review reads back as nouns must be readable as such, or it would fail when it is shown.
_NOUNS: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
    "findings": Finding.from_json,
    "nodes": Node.from_json,
    "edges": Edge.from_json,
}


def store(connection: sqlite3.Connection, scan: Mapping[str, Any]) -> None:
    """Puts ``scan`` in the place of the last one, inside the caller's transaction.

    Raises UnreadableInput where a finding has no id: no decision could be bound to it.
    """
    rest = {name: value for name, value in scan.items() if name not in _LISTS}
    lists = [name for name in scan if name in _LISTS]
    connection.execute("DELETE FROM item")
    for name in lists:
        connection.executemany("INSERT INTO item VALUES (?, ?, ?, ?, ?)", _rows(name, scan[name]))
    number = scan_number(connection) + 1
    facts = {"scan": rest, "scan_lists": lists, "scan_number": number}
    connection.executemany(
        "INSERT INTO fact VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        [(name, as_text(value)) for name, value in facts.items()],
    )


def load(connection: sqlite3.Connection) -> dict[str, Any] | None:
    """The stored scan, or None where none was stored yet."""
    rest = rest_of_scan(connection)
    if rest is None:
        return None
    for name in _fact(connection, "scan_lists", []):
        rest[name] = load_list(connection, name)
    return rest


def rest_of_scan(connection: sqlite3.Connection) -> dict[str, Any] | None:
    """The scan without its lists: schema, tool, target, audit, coverage, run."""
    rest: dict[str, Any] | None = _fact(connection, "scan", None)
    return rest


def load_list(connection: sqlite3.Connection, name: str) -> list[Any]:
    """One list of the scan, such as ``nodes``; empty where the scan has none."""
    rows = connection.execute("SELECT body FROM item WHERE list = ? ORDER BY place", (name,)).fetchall()
    # One parse of all rows together: measured at half the time of one parse a row.
    return list(json.loads("[" + ",".join(body for (body,) in rows) + "]"))


def fingerprints(connection: sqlite3.Connection, ids: Collection[str] | None = None) -> dict[str, str]:
    """The fingerprint of every finding of the stored scan by its id; of ``ids`` alone where given."""
    if ids is None or len(ids) > MANY:
        return dict(connection.execute("SELECT id, fingerprint FROM item WHERE list = 'findings'"))
    one = "SELECT id, fingerprint FROM item WHERE id = ? AND list = 'findings'"
    return dict(row for key in ids for row in connection.execute(one, (key,)))


def scan_number(connection: sqlite3.Connection) -> int:
    """How many scans were stored so far; 0 for none."""
    return int(_fact(connection, "scan_number", 0))


def fingerprint_of(finding: Mapping[str, Any]) -> str:
    """The finding's own fingerprint or, where a foreign scan has none, a digest of what was judged:
    severity, message and evidence. Line numbers move without a change of meaning and are left out."""
    given = finding.get("fingerprint")
    if isinstance(given, str) and given and given.isprintable():
        return given
    seen = [
        {key: value for key, value in item.items() if key not in ("line", "column", "offset")}
        for item in finding.get("evidence") or ()
        if isinstance(item, Mapping)
    ]
    judged = json.dumps([finding.get("severity"), finding.get("message"), seen], sort_keys=True)
    return hashlib.sha256(judged.encode("ascii")).hexdigest()


def _rows(name: str, objects: Sequence[Any]) -> Iterator[tuple[str, int, str | None, str | None, str]]:
    for place, value in enumerate(objects):
        noun = _NOUNS.get(name)
        if noun is not None:
            try:
                noun(value)
            except (KeyError, ValueError, TypeError, AttributeError) as error:
                raise UnreadableInput(
                    f"Number {place + 1} of the scan's {name} is not of the contract's form; "
                    "the scan is not stored.",
                    "Scan again with this version of the program.",
                ) from error
        if name != "findings":
            yield name, place, None, None, as_text(value)
            continue
        key = value["id"]
        if not isinstance(key, str) or not key.isprintable() or not key:
            raise UnreadableInput("The scan has a finding without a usable id and is not stored.")
        yield name, place, key, fingerprint_of(value), as_text(value)


def _fact(connection: sqlite3.Connection, name: str, default: Any) -> Any:
    row = connection.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchone()
    return default if row is None else json.loads(row[0])
