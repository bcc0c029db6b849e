"""The database of an open store, and the one way to change it.

Every change is one transaction: it takes SQLite's lock at its start, and where it entered anything into the
log it also enters a signed note of the log's new size and root. So there is no moment at which the log has an
entry that the store's key has not signed, and a log whose end is not signed was not written by this program.
The file ``checkpoint`` is a copy of that note.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from inspector.datasets.quarantine import checkpoint as notes
from inspector.datasets.quarantine import filesystem, keys, log, opening
from inspector.provenance import Refused, UnreadableInput

CHECKPOINT = "checkpoint"


class Ledger:
    """Snapshots and transactions of one store. Several threads may use it: each block holds it for itself."""

    def __init__(self, path: Path, connection: sqlite3.Connection, *, read_only: bool) -> None:
        self.path = path
        self.connection = connection
        self.read_only = read_only
        self.lock = threading.RLock()
        self.warnings: list[str] = []

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One snapshot of the database for the whole block."""
        with self.lock:
            try:
                self.connection.execute("BEGIN")
                try:
                    yield self.connection
                finally:
                    if self.connection.in_transaction:
                        self.connection.execute("COMMIT")
            except sqlite3.Error as error:
                raise opening.failure(self.path, error) from None

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: whole, or nothing of it. Then the checkpoint's file is replaced."""
        if self.read_only:
            raise UnreadableInput("The store was opened for reading only.", "Nothing was changed.")
        with self.lock:
            key = self.key()  # without it no checkpoint could be signed, so nothing is to change
            try:
                self.connection.execute("BEGIN IMMEDIATE")
                try:
                    size = check_end(self.connection).size
                    yield self.connection
                    head = log.head(self.connection)
                    if head.size != size:
                        log.set_note(self.connection, key)
                    self.connection.execute("COMMIT")
                except BaseException:
                    if self.connection.in_transaction:
                        self.connection.execute("ROLLBACK")
                    raise
            except sqlite3.Error as error:
                raise opening.failure(self.path, error) from None
            self.copy_note()

    def key(self) -> keys.StoreKey:
        """The store's private key; UnreadableInput where it cannot be read."""
        return keys.load_store_key(self.path, bytes.fromhex(log.fact(self.connection, "spki")))

    def copy_note(self) -> None:
        """Replaces the file ``checkpoint``. It is a copy of what the database knows: where it cannot be
        written, the change stands, and the next one writes it."""
        note = log.note(self.connection)
        try:
            with contextlib.suppress(OSError):
                if (self.path / CHECKPOINT).read_bytes() == note:
                    return
            filesystem.put(self.path / CHECKPOINT, note)
        except OSError as error:
            self.warnings.append(
                f"The checkpoint could not be written ({error.strerror}); the next change will."
            )

    @contextmanager
    def disk(self) -> Iterator[None]:
        """Within it, what the system says of files becomes a sentence."""
        try:
            yield
        except OSError as error:
            raise filesystem.disk_error(error, self.path) from None


def check_end(connection: sqlite3.Connection) -> notes.Checkpoint:
    """The log's size and root, where the store's key signed just these; Refused ``log`` otherwise."""
    head = log.head(connection)
    try:
        signed = notes.opened(log.note(connection), bytes.fromhex(log.fact(connection, "spki")))
    except (Refused, UnreadableInput):
        signed = None
    if signed != head:
        raise Refused(
            "log",
            "The end of the log is not signed by the store's key: entries were added, taken away or changed "
            "by another program.",
            "Nothing was changed. `inspector quarantine verify DIR` says more; take the last good copy.",
        )
    return head
