"""Lines of the reviewed files for the evidence pane: bounded, never through a link, never obeyed."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from inspector.provenance import plain

LINES_BEFORE = 6
LINES_AFTER = 10
_MOST_BYTES = 8 << 20
_LONGEST_LINE = 400


@dataclass(frozen=True)
class Excerpt:
    """Numbered lines of a file. ``marked`` is the place of the line asked for, from 0; -1 for none."""

    text: str
    marked: int = -1


def excerpt(
    root: Path | None,
    path: str | None,
    line: int | None,
    offset: int | None = None,
    *,
    review: Path | None = None,
) -> Excerpt:
    """The lines around ``line`` (from 1) of ``path`` in ``root``; bytes around ``offset`` for a binary.

    ``review`` is the file of the open review: it is not read here, because closing it again would give up
    SQLite's locks on it.
    """
    if root is None or not path:
        return Excerpt("The file is not on this machine.")
    if review is not None and is_same_file(root if root.is_file() else root / path, review):
        return Excerpt("This is the review itself, which is open.")
    try:
        data = _read(root, path)
    except OSError as error:
        return Excerpt(f"The file cannot be read now: {error.strerror or error}.")
    if line is None and (offset is not None or b"\0" in data[:4096]):
        return _bytes(data, offset or 0)
    lines = data.decode("utf-8", "backslashreplace").split("\n")
    at = min(max((line or 1) - 1, 0), len(lines) - 1)
    first = max(at - LINES_BEFORE, 0)
    last = min(at + LINES_AFTER, len(lines) - 1)
    width = len(str(last + 1))
    shown = [
        f"{number + 1:>{width}}  {plain(lines[number].rstrip(chr(13)).expandtabs(4), _LONGEST_LINE)}"
        for number in range(first, last + 1)
    ]
    return Excerpt("\n".join(shown), at - first if line is not None else -1)


def is_same_file(one: Path, other: Path) -> bool:
    """Whether both names are of one file, through links too. Nothing is opened."""
    try:
        return one.samefile(other)
    except (OSError, ValueError):
        return False


def _bytes(data: bytes, offset: int) -> Excerpt:
    if offset >= len(data):
        return Excerpt(f"Offset {offset:,} lies beyond what is read for showing.")
    first = max(offset // 8 * 8 - 32, 0)
    rows = []
    for start in range(first, min(first + 160, len(data)), 8):
        chunk = data[start : start + 8]
        text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in chunk)
        rows.append(f"{start:08x}  {chunk.hex(' '):<23}  {text}")
    return Excerpt("\n".join(rows), offset // 8 - first // 8)


def _read(root: Path, path: str) -> bytes:
    """The first bytes of a regular file below ``root``. Every part is opened without following links."""
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise OSError(0, "the path leaves the target")
    if root.is_file():
        parts = []
    here = root
    for part in parts:
        here = here / part
        if stat.S_ISLNK(os.lstat(here).st_mode):
            raise OSError(0, "it is a link, and links are not followed")
    flags = (
        os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    )
    handle = os.open(here, flags)
    with os.fdopen(handle, "rb") as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise OSError(0, "it is not a regular file")
        return stream.read(_MOST_BYTES)
