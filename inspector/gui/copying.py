"""A copy of a review as one whole file, also while it is open: SQLite's own backup."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from inspector.provenance import UnreadableInput


def copy_review(review: Path, to: Path) -> None:
    """Writes ``review`` with everything that its log holds to ``to``, all or nothing.

    UnreadableInput where ``to`` is the review itself: put in its place, a copy would cut off the window
    from the file that it goes on writing to.
    """
    if to.exists() and to.samefile(review):
        raise UnreadableInput("This is the review itself.", "It is saved at every step; choose another name.")
    fresh = to.with_name(f"{to.name}.new")
    fresh.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(review)) as source, closing(sqlite3.connect(fresh)) as copy:
            source.backup(copy)
        fresh.replace(to)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
