"""The state of local files (device, inode, size, times), where it can be without opening them.

The way down is by open folders that follow no link, as reading goes, so that a folder swapped for a link
shows another state and never one of a file outside.
"""

from __future__ import annotations

import contextlib
import os
import stat
import sys

from inspector.sources.directories import Directory, open_directory
from inspector.sources.interface import Entry, EntryKind, ReadFailure, Source

Identity = tuple[int, int, int, int, int]  # as LocalBytes.identity gives it

# Elsewhere the "time of change" is the time of creation, which says nothing.
HAS_TIME_OF_CHANGE = sys.platform != "win32"


class FileStates:
    """Looks at the files of one local target. Entries are best asked for in the order of their paths: the
    folders on the way stay open from one to the next. A source that follows links of its own (a store of
    blobs) opens the file and says what it has opened."""

    def __init__(self, source: Source) -> None:
        target = source.target
        self._source = source
        self._opens = target.root is not None and target.kind not in ("folder", "file")
        self._root: Directory | None = None
        self._way: list[tuple[str, Directory]] = []
        if target.root is None or self._opens:
            return
        place = target.root if target.kind == "folder" else os.path.dirname(target.root)  # noqa: PTH120
        try:
            self._root = open_directory(place)
        except OSError:
            self._root = None

    def of(self, entry: Entry) -> Identity | None:
        """The state of the regular file, or None where it cannot be told."""
        if self._opens:
            return self._opened(entry)
        if self._root is None or entry.kind is not EntryKind.FILE or entry.undecodable:
            return None
        *folders, name = entry.path.split("/")
        try:
            status = self._folder(folders).stat(name)
        except (OSError, ValueError):
            return None
        if not stat.S_ISREG(status.st_mode):
            return None
        return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)

    def close(self) -> None:
        self._leave(0)
        if self._root is not None:
            self._root.close()
            self._root = None

    def _opened(self, entry: Entry) -> Identity | None:
        try:
            with contextlib.closing(self._source.open(entry)) as data:
                identity = getattr(data, "identity", None)
                return identity() if identity is not None else None
        except (ReadFailure, OSError):
            return None

    def _folder(self, folders: list[str]) -> Directory:
        same = 0
        while same < min(len(folders), len(self._way)) and self._way[same][0] == folders[same]:
            same += 1
        self._leave(same)
        for name in folders[same:]:
            above = self._way[-1][1] if self._way else self._root
            if above is None or name in ("", ".", ".."):
                raise ValueError("no folder of the target")
            self._way.append((name, above.enter(name)))
        found = self._way[-1][1] if self._way else self._root
        if found is None:
            raise ValueError("closed")
        return found

    def _leave(self, keep: int) -> None:
        while len(self._way) > keep:
            self._way.pop()[1].close()
