"""Byte sources in memory and over a part of another source, and the window the readers step through.

A reader never holds a whole file: it moves a ``Window`` over a ``ByteSource`` and skips what it need not
look at (tensor data, long strings).
"""

from __future__ import annotations

from inspector.artifacts.limits import STEP_WORK, spend_work
from inspector.sources.interface import ByteSource, ReadFailure, is_remote

CHUNK = 256 * 1024
_PAID_AT_ONCE = 2_000  # steps


class EndOfData(Exception):
    """The stream ended in the middle of something."""


class BytesSource:
    """The bytes of a value in memory as a ByteSource."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.size = len(data)

    def read_at(self, offset: int, length: int) -> bytes:
        if offset < 0 or length < 0 or offset + length > self.size:
            raise ReadFailure("The range lies outside of the data.")
        return self.data[offset : offset + length]

    def close(self) -> None:
        return None


class SliceSource:
    """``size`` bytes of ``parent`` from ``start`` as a ByteSource. Closing it leaves the parent open."""

    def __init__(self, parent: ByteSource, start: int, size: int) -> None:
        if start < 0 or size < 0 or start + size > parent.size:
            raise ReadFailure("The range lies outside of the file.")
        self.parent = parent
        self.start = start
        self.size = size
        if is_remote(parent):
            # What is far away as a whole is far away in its parts.
            self.chunk = parent.chunk
            self.holds = self._holds

    def _holds(self, offset: int, length: int) -> bool:
        return is_remote(self.parent) and self.parent.holds(self.start + offset, length)

    def read_at(self, offset: int, length: int) -> bytes:
        if offset < 0 or length < 0 or offset + length > self.size:
            raise ReadFailure("The range lies outside of the file's part.")
        return self.parent.read_at(self.start + offset, length)

    def close(self) -> None:
        return None


class Window:
    """A forward reader over a ByteSource. ``base + pos`` is the offset of the next byte.

    ``buffer``, ``pos`` and ``base`` are public so that a tight loop can work on the buffer and hand the
    position back; everyone else uses the methods.
    """

    __slots__ = ("base", "buffer", "chunk", "drop_at", "pos", "size", "source", "steps")

    def __init__(self, source: ByteSource, offset: int = 0, chunk: int = CHUNK) -> None:
        self.source = source
        self.size = source.size
        self.chunk = min(chunk, source.chunk) if is_remote(source) else chunk
        self.base = min(offset, self.size)
        self.buffer = b""
        self.pos = 0
        # Where a read that crosses this offset loses the bytes before it (see pickle_machine).
        self.drop_at: int | None = None
        self.steps = 0

    @property
    def offset(self) -> int:
        return self.base + self.pos

    @property
    def remaining(self) -> int:
        return self.size - self.base - self.pos

    def fill(self, want: int) -> bool:
        """Have at least ``want`` bytes in the buffer; False where the data ends before that."""
        have = len(self.buffer) - self.pos
        if have >= want:
            return True
        start = self.base + len(self.buffer)
        length = min(max(want - have, self.chunk), self.size - start)
        fresh = self.source.read_at(start, length) if length > 0 else b""
        self.buffer = self.buffer[self.pos :] + fresh
        self.base += self.pos
        self.pos = 0
        return len(self.buffer) >= want

    def take(self, count: int) -> bytes:
        """Exactly ``count`` bytes, else EndOfData."""
        self.steps += 1
        if self.steps == _PAID_AT_ONCE:
            self._pay()
        if self.drop_at is not None:
            self._drop(count)
        if len(self.buffer) - self.pos < count and not self.fill(count):
            raise EndOfData
        start = self.pos
        self.pos = start + count
        return self.buffer[start : self.pos]

    def number(self, count: int, *, signed: bool = False) -> int:
        """A little-endian number of ``count`` bytes."""
        return int.from_bytes(self.take(count), "little", signed=signed)

    def skip(self, count: int) -> None:
        """Step over ``count`` bytes without reading them, else EndOfData."""
        self.steps += 1
        if self.steps == _PAID_AT_ONCE:
            self._pay()
        if self.drop_at is not None:
            self._drop(count)
        if count > self.remaining:
            raise EndOfData
        if self.pos + count <= len(self.buffer):
            self.pos += count
            return
        self.base += self.pos + count
        self.buffer = b""
        self.pos = 0

    def _pay(self) -> None:
        self.steps = 0
        spend_work(_PAID_AT_ONCE * STEP_WORK)

    def _drop(self, count: int) -> None:
        """Loses the bytes before ``drop_at`` where the next ``count`` bytes cross it."""
        edge, self.drop_at = self.drop_at, None
        if edge is None:
            return
        if self.offset < edge < self.offset + count:
            self.skip(edge - self.offset)
        else:
            self.drop_at = edge

    def line(self, limit: int) -> bytes:
        """The bytes up to a line feed, without it. EndOfData where there is none within ``limit``."""
        if self.drop_at is not None and self.offset < self.drop_at:
            inside = self.drop_at - self.offset
            self.fill(inside)
            if self.buffer.find(b"\n", self.pos, self.pos + inside) < 0:
                self._drop(inside + 1)
        want = 256
        while True:
            self.fill(want)
            end = self.buffer.find(b"\n", self.pos)
            if end >= 0:
                found = self.buffer[self.pos : end]
                self.pos = end + 1
                return found
            if len(self.buffer) - self.pos < want or want > limit:
                raise EndOfData
            want *= 4


def read_all(source: ByteSource) -> bytes:
    """Every byte of ``source``, which the caller knows to be small."""
    return source.read_at(0, source.size)


def head(source: ByteSource, length: int) -> bytes:
    """The first ``length`` bytes, or as many as there are."""
    return source.read_at(0, min(length, source.size))


def tail(source: ByteSource, length: int) -> bytes:
    """The last ``length`` bytes, or as many as there are."""
    count = min(length, source.size)
    return source.read_at(source.size - count, count)
