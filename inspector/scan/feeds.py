"""Byte sources of a worker: one that hashes what passes, one that asks its parent for every byte."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

from inspector.provenance import plain
from inspector.sources.interface import ByteSource, Entry, ReadFailure

_CHUNK = 480 << 10  # few calls, and memory that is used again instead of mapped anew for each part
_PIECE = 4 << 20  # bytes asked for at a time


class HashedReads:
    """``source``, with the sha256 of it as far as it was read from its beginning on without a gap: what a
    reader went through need not be read again. Closing it leaves ``source`` open."""

    def __init__(self, source: ByteSource) -> None:
        self.size = source.size
        self._source = source
        self._digest = hashlib.sha256()
        self._hashed = 0

    def read_at(self, offset: int, length: int) -> bytes:
        data = self._source.read_at(offset, length)
        if offset <= self._hashed < offset + len(data):
            self._digest.update(memoryview(data)[self._hashed - offset :])
            self._hashed = offset + len(data)
        return data

    def rest(self) -> Iterator[int]:
        """Reads on to the end; gives the offset reached, again and again."""
        while self._hashed < self.size:
            self.read_at(self._hashed, min(_CHUNK, self.size - self._hashed))
            yield self._hashed

    def hexdigest(self) -> str:
        """The sha256 of the whole, once ``rest`` has come to its end."""
        return self._digest.hexdigest()

    def close(self) -> None:
        return None


class AskedBytes:
    """A file whose bytes are elsewhere, as RemoteBytes. ``fetch(offset, length)`` has them brought or raises
    ReadFailure; ``holds(offset, length)`` tells whether that would ask nobody."""

    def __init__(
        self,
        entry: Entry,
        chunk: int,
        fetch: Callable[[int, int], bytes],
        holds: Callable[[int, int], bool],
    ) -> None:
        if entry.size is None:
            raise ReadFailure(f"{plain(entry.path, 200)} has no size in the list of files.")
        self.size: int = entry.size
        self.chunk = chunk
        self.holds = holds
        self._fetch = fetch

    def read_at(self, offset: int, length: int) -> bytes:
        if offset < 0 or length < 0 or offset + length > self.size:
            raise ReadFailure("The range lies outside of the file.")
        end = offset + length
        data = b"".join(self._fetch(at, min(_PIECE, end - at)) for at in range(offset, end, _PIECE))
        if len(data) != length:
            raise ReadFailure("Other bytes came than those that were asked for.")
        return data

    def close(self) -> None:
        return None
