"""Bounded reads of one local file through one open descriptor."""

from __future__ import annotations

import os
import threading

from inspector.provenance.text import plain
from inspector.sources.interface import ReadFailure

_HAS_PREAD = hasattr(os, "pread")
# One system call never asks for more: Linux returns at most 2 GiB - 4 KiB a call, macOS refuses 2 GiB.
_LARGEST_CALL = 1 << 30


class LocalBytes:
    """A regular file that is already open. It owns ``descriptor`` and closes it.

    ``size`` is what the file had when it was opened, in bytes: a file that grows is read up to there, one
    that shrinks is a ReadFailure. ``changed`` tells whether the file was written to since then, so that
    bytes of two states are never taken for one file.
    """

    def __init__(self, descriptor: int, name: str) -> None:
        self._descriptor = descriptor
        self._name = plain(name, 200)
        self._lock = threading.Lock()
        self._opened_as = _state(os.fstat(descriptor))
        self.size: int = self._opened_as[0]

    def read_at(self, offset: int, length: int) -> bytes:
        """Exactly ``length`` bytes from ``offset``, or ReadFailure."""
        if offset < 0 or length < 0 or offset + length > self.size:
            raise ReadFailure(
                f"{self._name} has {self.size:,} bytes; {length:,} bytes at {offset:,} lie outside of it."
            )
        if self._descriptor < 0:
            raise ReadFailure(f"{self._name} was closed before it was read.")
        first = self._piece(offset, length)
        if len(first) == length:
            return first
        pieces = [first]
        have = len(first)
        while have < length:
            piece = self._piece(offset + have, length - have)
            if not piece:
                raise ReadFailure(f"{self._name} shrank while it was read.")
            pieces.append(piece)
            have += len(piece)
        return b"".join(pieces)

    def changed(self) -> bool:
        """True where size, time of change or inode state differ from when the file was opened."""
        try:
            return _state(os.fstat(self._descriptor)) != self._opened_as
        except OSError:
            return True

    def identity(self) -> tuple[int, int, int, int, int]:
        """What tells this state of this file from every other: device, inode, size in bytes, time of
        modification and time of change in nanoseconds. Raises OSError."""
        status = os.fstat(self._descriptor)
        return (status.st_dev, status.st_ino, *_state(status))

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> LocalBytes:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _piece(self, offset: int, length: int) -> bytes:
        length = min(length, _LARGEST_CALL)
        try:
            if _HAS_PREAD:
                return os.pread(self._descriptor, length, offset)
            with self._lock:
                os.lseek(self._descriptor, offset, os.SEEK_SET)
                return os.read(self._descriptor, length)
        except OSError as error:
            why = plain(error.strerror or "read error")
            raise ReadFailure(f"{self._name} could not be read: {why}.") from None


def _state(status: os.stat_result) -> tuple[int, int, int]:
    # The change time cannot be set back by a program the way the modification time can. On Windows it is
    # the time of creation, which does no harm here.
    return (status.st_size, status.st_mtime_ns, status.st_ctime_ns)
