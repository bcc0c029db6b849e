"""Evidence files: copied into the review, so that what the answer rests on cannot go missing."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from inspector import sqlite_files
from inspector.provenance import UnreadableInput, plain

MOST_BYTES = 32 * 1024 * 1024  # of one file: a screenshot or a report, not a data set


class Attachment(NamedTuple):
    """One file as it was when it was attached."""

    name: str
    sha256: str
    bytes: bytes

    def as_json(self) -> dict[str, Any]:
        """What the answer says of it: name, size in bytes, digest."""
        return {"name": self.name, "size": len(self.bytes), "sha256": self.sha256}


def read(path: Path) -> Attachment:
    """The file at ``path``. UnreadableInput where it is no regular file, too large, or not to be read.

    It is opened without waiting, or a FIFO would hold the program; what was opened is then looked at.
    """
    shown = plain(str(path))
    if sqlite_files.is_held(path):
        raise UnreadableInput(f"{shown} is the open review itself.", "It is no evidence for what it says.")
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(handle, "rb") as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                raise UnreadableInput(
                    f"{shown} is not a regular file.", "Attach a file; a folder can be attached as a zip."
                )
            content = stream.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UnreadableInput(
            f"The evidence file {shown} cannot be read: {plain(why)}.", "Nothing was changed."
        ) from error
    if len(content) > MOST_BYTES:
        raise UnreadableInput(
            f"The evidence file {shown} is larger than {MOST_BYTES // 2**20} MiB.",
            "Attach the part that matters, or a note that says where the file is kept.",
        )
    return Attachment(path.name, hashlib.sha256(content).hexdigest(), content)


def keep(connection: sqlite3.Connection, attachments: Sequence[Attachment]) -> None:
    """Stores the bytes, each content once, inside the caller's transaction."""
    connection.executemany(
        "INSERT OR IGNORE INTO attachment VALUES (?, ?)", [(item.sha256, item.bytes) for item in attachments]
    )


def merged(known: Sequence[Any], fresh: Sequence[Attachment]) -> list[dict[str, Any]]:
    """What stands with an answer: the files it had, then the new ones, each name and content once."""
    listed = [dict(item) for item in known]
    for item in fresh:
        if item.as_json() not in listed:
            listed.append(item.as_json())
    return listed
