"""Compressed bytes as a ByteSource: unpacked as far as asked for, bounded, in memory only.

``CompressedSource`` unpacks forward; going back starts anew. Everything that is
unpacked is taken off the file's budget, so a bomb ends in OverLimit.
"""

from __future__ import annotations

import bz2
import lzma
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import Any

from inspector.artifacts.bytesource import BytesSource
from inspector.artifacts.containers.broken import BadCompression
from inspector.artifacts.containers.zstd_frames import MAGIC as ZSTD_MAGIC
from inspector.artifacts.containers.zstd_frames import BadFrame, ZstdFrame, is_skippable
from inspector.artifacts.limits import BOMB_FROM, BOMB_RATIO, MAX_IN_MEMORY, Budget, OverLimit
from inspector.sources.interface import ByteSource, ReadFailure

_STEP = 64 * 1024
_MEMORY = 128 << 20  # what unpacking may take
_OUT = 1 << 20
LZ4_MAGIC = b"\x04\x22\x4d\x18"


class _Zlib:
    """zlib, gzip and raw deflate behind the interface that bz2 and lzma decompressors have."""

    def __init__(self, wbits: int) -> None:
        self._engine = zlib.decompressobj(wbits)

    @property
    def eof(self) -> bool:
        return self._engine.eof

    @property
    def needs_input(self) -> bool:
        return not self._engine.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._engine.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._engine.decompress(self._engine.unconsumed_tail + data, max_length)


class _Lz4:
    """An lz4 frame. Skippable frames are frames of their own, without content."""

    def __init__(self) -> None:
        import lz4.frame

        self._engine: Any = lz4.frame.LZ4FrameDecompressor()

    @property
    def eof(self) -> bool:
        return bool(self._engine.eof)

    @property
    def needs_input(self) -> bool:
        return bool(self._engine.needs_input)

    @property
    def unused_data(self) -> bytes:
        return self._engine.unused_data or b""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        try:
            return bytes(self._engine.decompress(data, max_length))
        except RuntimeError as failure:
            raise ValueError(str(failure)) from failure


class ZipLzma:
    """A member of a zip archive that is packed by LZMA: two bytes of version, the length of the properties,
    the properties, the data (APPNOTE.TXT 5.8.8). ``size`` is None where the data marks its own end."""

    def __init__(self, size: int | None) -> None:
        self._size = (1 << 64) - 1 if size is None else size
        self._start = b""
        self._engine: Any = None

    @property
    def eof(self) -> bool:
        return self._engine is not None and bool(self._engine.eof)

    @property
    def needs_input(self) -> bool:
        return self._engine is None or bool(self._engine.needs_input)

    @property
    def unused_data(self) -> bytes:
        return bytes(self._engine.unused_data)

    def decompress(self, data: bytes, max_length: int) -> bytes:
        if self._engine is None:
            self._start += data
            if len(self._start) < 9:
                return b""
            if self._start[2:4] != b"\5\0":
                raise ValueError("The properties of LZMA have another length.")
            self._engine = lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=_MEMORY)
            data = self._start[4:9] + struct.pack("<Q", self._size) + self._start[9:]
        return bytes(self._engine.decompress(data, max_length))


METHODS: dict[str, Callable[[], Any]] = {
    "deflate": lambda: _Zlib(-15),
    "zlib": lambda: _Zlib(15),
    "gzip": lambda: _Zlib(31),
    "bzip2": bz2.BZ2Decompressor,
    "xz": lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MEMORY),
    "lzma": lambda: lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=_MEMORY),
    "zstd": ZstdFrame,
    "lz4": _Lz4,
}
# How a further stream begins, where readers of the method go on behind the end of one, and whether they
# take zeros there for padding (gzip.py of Python, xz(1)).
_FURTHER: dict[str, Callable[[bytes], bool]] = {
    "gzip": lambda head: head[:2] == b"\x1f\x8b",
    "bzip2": lambda head: head[:3] == b"BZh",
    "xz": lambda head: head[:4] == b"\xfd7zX",
    "lzma": lambda head: head[:3] == b"\x5d\0\0",
    "zlib": lambda head: head[:1] == b"\x78",  # joblib's BinaryZlibFile goes on
    "zstd": lambda head: head[:4] == ZSTD_MAGIC or is_skippable(head),
    "lz4": lambda head: head[:4] == LZ4_MAGIC or is_skippable(head),
}
_PADDED = ("gzip", "xz")
HELD_HEAD = 4 << 20
HELD_TAIL = 128 << 10  # as far back as the end of a zip archive is looked for
MAX_STREAMS = 50_000
MAX_SKIPPED = 1000
FAILURES = (zlib.error, OSError, EOFError, lzma.LZMAError, ValueError)


def behind_skippable(source: ByteSource) -> str:
    """Which of zstd and lz4 a file is that begins with frames which both of them step over."""
    at = 0
    for _ in range(MAX_SKIPPED):
        head = source.read_at(at, min(8, max(0, source.size - at)))
        if len(head) < 8 or not is_skippable(head):
            return "lz4" if head.startswith(LZ4_MAGIC) else "zstd"
        at += 8 + int.from_bytes(head[4:], "little")
    raise OverLimit("The compressed data begins with too many frames to be skipped.")


class Unpacker:
    """One forward pass over a compressed stream. ``method`` is a word of METHODS, or makes an engine.
    ``several`` allows streams one behind the other, as most readers do (only with a word)."""

    def __init__(
        self, source: ByteSource, method: str | Callable[[], Any], budget: Budget, *, several: bool
    ) -> None:
        self._source = source
        if isinstance(method, str):
            self._method = behind_skippable(source) if method == "skippable" else method
            self._make = METHODS[self._method]
        else:
            self._method, self._make = "", method  # the LZMA of zip archives
        self._engine = self._make()
        self._budget = budget
        self._several = several
        self._at = 0
        self._made = 0
        self._paid = 0
        self._pending = b""
        self.done = False
        self.streams = 1

    @property
    def consumed(self) -> int:
        """Bytes of the compressed source that were needed so far."""
        return self._at - len(self._pending)

    def next(self) -> bytes:
        """Some more unpacked bytes; empty only at the end."""
        while not self.done:
            data = b""
            if self._engine.needs_input:
                data = self._pending or self._feed()
                self._pending = b""
            try:
                out = bytes(self._engine.decompress(data, _OUT))
            except BadFrame as bad:
                raise BadCompression(str(bad)) from None
            except FAILURES:
                raise BadCompression("The compressed data is broken.") from None
            if self._engine.eof:
                self._end_of_stream()
            elif not out and not data and self._engine.needs_input:
                raise BadCompression("The compressed data ends too early.")
            if out:
                self._budget.spend_inflated(len(out), self._at - self._paid, self._method or "lzma")
                self._paid = self._at
                self._made += len(out)
                if self._made > BOMB_FROM and self._made > BOMB_RATIO * max(self._at, 1):
                    raise OverLimit(f"It unpacks to more than {BOMB_RATIO} times its size, as a bomb does.")
                return out
        return b""

    def _feed(self) -> bytes:
        count = min(_STEP, self._source.size - self._at)
        data = self._source.read_at(self._at, count) if count else b""
        self._at += count
        return data

    def _end_of_stream(self) -> None:
        self._pending = self._engine.unused_data
        if self._several and self._method in _PADDED:
            self._skip_padding()
        if self._several and _FURTHER[self._method](self._ahead()):
            self._engine = self._make()
            self.streams += 1
            if self.streams > MAX_STREAMS:
                raise OverLimit(f"The compressed data consists of more than {MAX_STREAMS} streams.")
        else:
            self.done = True

    def _ahead(self) -> bytes:
        """The next four bytes, or as many as there are."""
        missing = min(4 - len(self._pending), self._source.size - self._at)
        return self._pending[:4] + (self._source.read_at(self._at, missing) if missing > 0 else b"")

    def _skip_padding(self) -> None:
        while not self._pending.strip(b"\0") and self._at < self._source.size:
            self._pending = self._feed()
        self._pending = self._pending.lstrip(b"\0")


class ForwardSource:
    """``size`` bytes that can only be made from their beginning, as a ByteSource.

    ``start_anew`` gives them as pieces, ``skip`` bytes of something else before them. ``known`` are parts
    that are held in memory (a head and a tail, mostly), each with its offset.
    """

    def __init__(
        self,
        start_anew: Callable[[], Iterator[bytes]],
        size: int,
        skip: int = 0,
        known: tuple[tuple[int, bytes], ...] = (),
    ) -> None:
        self.size = size
        self._start_anew = start_anew
        self._skip = skip
        self._known = known
        self._pieces: Iterator[bytes] = iter(())
        self._kept = b""
        self._kept_at = size + 1  # behind everything: the first read starts

    def read_at(self, offset: int, length: int) -> bytes:
        if offset < 0 or length < 0 or offset + length > self.size:
            raise ReadFailure("The range lies outside of the unpacked data.")
        for start, part in self._known:
            if start <= offset and offset + length <= start + len(part):
                return part[offset - start : offset - start + length]
        if offset < self._kept_at:
            self._pieces, self._kept, self._kept_at = self._start_anew(), b"", -self._skip
        while self._kept_at + len(self._kept) < offset + length:
            fresh = next(self._pieces, b"")
            if not fresh:
                raise BadCompression("The compressed data ends too early.")
            drop = min(max(0, offset - self._kept_at), len(self._kept))
            self._kept = self._kept[drop:] + fresh
            self._kept_at += drop
        begin = offset - self._kept_at
        return self._kept[begin : begin + length]

    def close(self) -> None:
        return None


class Ends:
    """The head and the tail of what streams by, held for ``ForwardSource``."""

    def __init__(self) -> None:
        self._head: list[bytes] = []
        self._tail: list[bytes] = []
        self._in_head = self._in_tail = self.total = 0

    def see(self, piece: bytes) -> None:
        self.total += len(piece)
        if self._in_head < HELD_HEAD:
            self._head.append(piece)
            self._in_head += len(piece)
        self._tail.append(piece)
        self._in_tail += len(piece)
        while self._in_tail - len(self._tail[0]) >= HELD_TAIL:
            self._in_tail -= len(self._tail.pop(0))

    @property
    def known(self) -> tuple[tuple[int, bytes], ...]:
        return (0, b"".join(self._head)), (self.total - self._in_tail, b"".join(self._tail))


class CompressedSource(ForwardSource):
    """A compressed stream that unpacks to ``size`` bytes, as a ByteSource."""

    def __init__(
        self,
        source: ByteSource,
        method: str | Callable[[], Any],
        size: int,
        budget: Budget,
        *,
        several: bool,
        known: tuple[tuple[int, bytes], ...] = (),
    ) -> None:
        def pieces() -> Iterator[bytes]:
            return iter(Unpacker(source, method, budget, several=several).next, b"")

        super().__init__(pieces, size, known=known)


def unpacked(source: ByteSource, method: str, budget: Budget, *, several: bool) -> tuple[ByteSource, int]:
    """``source`` unpacked, and how many of its bytes that took. Small results are held in memory; of large
    ones only the size, and they are unpacked again as they are read."""
    unpacker = Unpacker(source, method, budget, several=several)
    parts: list[bytes] = []
    ends = Ends()
    while data := unpacker.next():
        ends.see(data)
        if ends.total <= MAX_IN_MEMORY:
            parts.append(data)
        else:
            parts.clear()
    if ends.total <= MAX_IN_MEMORY:
        return BytesSource(b"".join(parts)), unpacker.consumed
    again = CompressedSource(source, method, ends.total, budget, several=several, known=ends.known)
    return again, unpacker.consumed
