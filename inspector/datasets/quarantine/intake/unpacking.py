"""Bytes of a source: hashed as they come, unpacked where they are compressed, and never more than agreed.

A compressed source that grows beyond ``MAX_RATIO`` times its size is refused whole: it is a bomb, or so like
one that nobody can review it.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from typing import Any, BinaryIO

from inspector import zstd
from inspector.provenance import UnreadableInput

MAX_UNPACKED = 64 << 30  # bytes of one source after unpacking
MAX_RATIO = 300  # text compresses 3 to 30 times; rows that repeat, 100 times
FREE = 16 << 20  # bytes that may come out before the ratio counts
LOOKED_AT = 4096  # bytes that are enough to tell a format
_BLOCK = 1 << 18
_PACKED_STEP = 1 << 15  # what is read ahead counts as read, and so delays the refusal of a bomb
_ZSTD_STEP = 1024  # compressed bytes a step: a run of equal bytes makes 128 KB out of 4


class SourceCut(Exception):
    """The source breaks off or is damaged; what came before it stands."""


class Hashed(io.RawIOBase):
    """Passes bytes through and keeps their sha256 and number; begins with bytes that were read before."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._ahead = b""
        self.sha256 = hashlib.sha256()
        self.size = 0

    def peek(self, size: int) -> bytes:
        """The first bytes, which will be read once more; before anything else was read."""
        while len(self._ahead) < size:
            more = self._source.read(size - len(self._ahead))
            if not more:
                break
            self._ahead += more
        return self._ahead

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._ahead:
            data, self._ahead = self._ahead[: len(buffer)], self._ahead[len(buffer) :]
        else:
            data = self._source.read(len(buffer)) or b""
        self.sha256.update(data)
        self.size += len(data)
        if self.size > MAX_UNPACKED:
            raise UnreadableInput(f"The source is larger than {MAX_UNPACKED >> 30} GB.", "Add it in parts.")
        buffer[: len(data)] = data
        return len(data)

    def drain(self) -> None:
        """Reads what is left, for the hash."""
        buffer = bytearray(_BLOCK)
        while self.readinto(buffer):
            pass


class _Unpacked(io.RawIOBase):
    """What comes out of a decompressor, counted."""

    def __init__(self, packed: Hashed) -> None:
        self._packed = packed
        self._out = 0

    def readable(self) -> bool:
        return True

    def _next(self, most: int) -> bytes:
        raise NotImplementedError

    def readinto(self, buffer: Any) -> int:
        data = b""
        while len(data) < min(LOOKED_AT, len(buffer)):  # so that whoever peeks sees enough to tell the format
            try:
                more = self._next(len(buffer) - len(data))
            except (EOFError, zlib.error, gzip.BadGzipFile) as error:
                if data:
                    break  # what came so far is given first; the next call meets the damage again
                raise SourceCut(f"The compressed source is damaged or breaks off: {error}.") from None
            if not more:
                break
            data += more
        self._out += len(data)
        if self._out > MAX_UNPACKED or (self._out > FREE and self._out > MAX_RATIO * self._packed.size):
            raise UnreadableInput(
                f"The compressed source unpacks to more than {MAX_RATIO} times its size; it was not taken.",
                "Unpack it yourself if you trust it, and add the result.",
            )
        buffer[: len(data)] = data
        return len(data)


class _Gzip(_Unpacked):
    def __init__(self, packed: Hashed) -> None:
        super().__init__(packed)
        self._file = gzip.GzipFile(fileobj=io.BufferedReader(packed, _PACKED_STEP), mode="rb")

    def _next(self, most: int) -> bytes:
        return self._file.read1(min(most, _BLOCK))


class _Zstandard(_Unpacked):
    def __init__(self, packed: Hashed) -> None:
        super().__init__(packed)
        self._input = io.BufferedReader(packed, _BLOCK)
        self._frame: Any = None
        self._rest = self._ready = b""

    def _next(self, most: int) -> bytes:
        while not self._ready:
            data = self._rest or self._input.read(_ZSTD_STEP)
            self._rest = b""
            if not data:
                if self._frame is not None:
                    raise EOFError("it ends in the middle of a frame")
                return b""
            if self._frame is None:
                self._frame = zstd.decompressor()
            try:
                self._ready = self._frame.decompress(data)
            except zstd.failure() as error:
                raise EOFError(str(error)) from None
            if self._frame.eof:
                self._rest, self._frame = self._frame.unused_data, None
        data, self._ready = self._ready[:most], self._ready[most:]
        return data


def unpacked(source: Hashed) -> io.BufferedReader:
    """The source's bytes, unpacked where they begin as gzip or Zstandard do."""
    head = source.peek(LOOKED_AT)[:4]
    raw: io.RawIOBase = source
    if head[:2] == b"\x1f\x8b":
        raw = _Gzip(source)
    elif head == b"\x28\xb5\x2f\xfd":
        raw = _Zstandard(source)
    return io.BufferedReader(raw, _BLOCK)
