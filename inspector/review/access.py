"""Reading and writing the open file: one moment for everything that is read, one transaction for a change,
and SQLite's errors as sentences."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from inspector.provenance import UnreadableInput, plain
from inspector.review import journal, opening


class ReviewAccess:
    """The open file with its lock: several threads may share it, each call holds it for itself."""

    def __init__(self, path: Path, opened: opening.Opened) -> None:
        self.path = path
        self.read_only = opened.read_only
        self._connection = opened.connection
        self._lock = threading.RLock()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """SQLite's own errors as sentences, and text of ours in the file that is no JSON any more."""
        try:
            yield
        except sqlite3.ProgrammingError:  # a defect of ours, such as a call after close
            raise
        except (sqlite3.Error, json.JSONDecodeError) as error:
            raise opening.damaged(self.path, error) from error

    @contextmanager
    def _sound(self) -> Iterator[None]:
        """What the file holds as JSON may still be no node, finding or decision: the file is damaged then."""
        try:
            yield
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise opening.damaged(self.path, error) from error

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Everything read within is of one moment, also while another process writes."""
        with self._lock, self._told():
            outermost = not self._connection.in_transaction
            if outermost:
                self._connection.execute("BEGIN")
            try:
                yield
            finally:
                if outermost and self._connection.in_transaction:
                    self._connection.execute("COMMIT")

    @contextmanager
    def _writing(self) -> Iterator[None]:
        if self.read_only:
            raise UnreadableInput(
                f"{plain(str(self.path))} is open for reading only; nothing was changed.",
                "Open it for writing, or work on a copy.",
            )
        with self._lock, self._told(), journal.transaction(self._connection):
            yield
