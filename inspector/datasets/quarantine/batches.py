"""Whether rows are still what came in: their bytes in batches/, held against the hashes of the index."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from inspector.datasets.quarantine.opening import BATCHES
from inspector.provenance import Refused

_FETCH = 1 << 13
_BLOCK = 1 << 20


def check_rows(connection: sqlite3.Connection, store: Path, trails: Iterable[int]) -> None:
    """Reads every row that stands on one of the ``trails``; Refused ``row-changed`` for the first whose bytes
    are not those that were hashed when it came in, ``batch-missing`` where there are none."""
    cursor = connection.execute(
        "SELECT b.file, r.place, r.size, r.sha FROM standing s CROSS JOIN row r ON r.id = s.row "
        "CROSS JOIN batch b ON b.id = r.batch "
        f"WHERE s.trail IN ({','.join(str(int(one)) for one in trails)}) ORDER BY s.row"
    )
    sha256 = hashlib.sha256
    current, at = "", 0
    with ExitStack() as stack:
        while some := cursor.fetchmany(_FETCH):
            for name, place, size, sha in some:
                if name != current:
                    stack.close()
                    try:
                        file = stack.enter_context(
                            (store / BATCHES / f"{name}.jsonl").open("rb", buffering=_BLOCK)
                        )
                    except FileNotFoundError:
                        raise missing(name) from None
                    current, at = name, 0
                if place != at:
                    file.seek(place)
                line = file.read(size + 1)
                at = place + size + 1
                if sha256(line[:-1]).digest() != sha:
                    raise changed(name, sha.hex())


def missing(name: str) -> Refused:
    """The refusal where a batch's file is gone."""
    return Refused(
        "batch-missing", f"The file of the batch {name[:16]} is missing.", "Bring it back from a copy."
    )


def changed(name: str, sha: str) -> Refused:
    """The refusal where a row is not the one that came in."""
    return Refused(
        "row-changed",
        f"The batch {name[:16]} was changed since it came in: its row {sha[:16]} is not there.",
        "Nothing of it can be looked at or approved; bring the batch's file back from a copy.",
    )
