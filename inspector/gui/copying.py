"""A copy of a review as one whole file, also while it is open: SQLite's own backup."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path


def copy_review(review: Path, to: Path) -> None:
    """Writes ``review`` with everything that its log holds to ``to``, all or nothing."""
    fresh = to.with_name(f"{to.name}.new")
    fresh.unlink(missing_ok=True)
    with closing(sqlite3.connect(review)) as source, closing(sqlite3.connect(fresh)) as copy:
        source.backup(copy)
    fresh.replace(to)
