"""FlatBuffers read with bounds: tables, vectors and texts by their offsets, nothing outside of the buffer.

https://flatbuffers.dev/internals/ describes the format. Readers name the fields of their schema by number.
"""

from __future__ import annotations

from collections.abc import Iterator

from inspector.sources.interface import ByteSource

MAX_TEXT = 4096
_CHUNK = 64 * 1024


class BadFlatbuffer(Exception):
    """The buffer points outside of itself, or announces more than any model holds."""


class Flatbuffer:
    """A flatbuffer that begins at ``start`` of ``source``. Tables are places (offsets of the file)."""

    def __init__(
        self, source: ByteSource, start: int = 0, end: int | None = None, budget: int = 2_000_000
    ) -> None:
        self._source = source
        self._start = start
        self._end = source.size if end is None else end
        self._kept = b""
        self._kept_at = 0
        self._left = budget
        self.reach = start  # the end of the furthest part that was asked for

    def root(self) -> int:
        return self._start + self.number(self._start, 4)

    def number(self, at: int, count: int, *, signed: bool = False) -> int:
        """A little-endian number of ``count`` bytes at a place."""
        return int.from_bytes(self.take(at, count), "little", signed=signed)

    def take(self, at: int, count: int) -> bytes:
        self._left -= 1
        if at < self._start or count < 0 or at + count > self._end or self._left < 0:
            raise BadFlatbuffer
        self.reach = max(self.reach, at + count)
        if not self._kept_at <= at <= at + count <= self._kept_at + len(self._kept):
            self._kept_at = at
            self._kept = self._source.read_at(at, min(max(count, _CHUNK), self._end - at))
        return self._kept[at - self._kept_at : at - self._kept_at + count]

    def field(self, table: int, number: int) -> int | None:
        """Where a field of a table stands; None where the table leaves it out."""
        vtable = table - self.number(table, 4, signed=True)
        slot = 4 + 2 * number
        if slot + 2 > self.number(vtable, 2):
            return None
        offset = self.number(vtable + slot, 2)
        return table + offset if offset else None

    def scalar(self, table: int, number: int, count: int) -> int | None:
        place = self.field(table, number)
        return None if place is None else self.number(place, count)

    def table(self, table: int, number: int) -> int | None:
        """The table that a field refers to."""
        place = self.field(table, number)
        return None if place is None else place + self.number(place, 4)

    def text(self, table: int, number: int) -> str | None:
        """The text that a field refers to, at most its first 4096 bytes."""
        place = self.table(table, number)
        return None if place is None else self._text_at(place)

    def _text_at(self, place: int) -> str:
        length = self.number(place, 4)
        if place + 4 + length > self._end:
            raise BadFlatbuffer
        self.reach = max(self.reach, place + 4 + length)
        return self.take(place + 4, min(length, MAX_TEXT)).decode("utf-8", "backslashreplace")

    def vector(self, table: int, number: int, width: int = 4) -> tuple[int, int]:
        """Where the elements of a vector begin, and how many there are (0 where there is none)."""
        place = self.table(table, number)
        if place is None:
            return 0, 0
        count = self.number(place, 4)
        if place + 4 + count * width > self._end:
            raise BadFlatbuffer
        self.reach = max(self.reach, place + 4 + count * width)
        return place + 4, count

    def tables(self, table: int, number: int) -> Iterator[int]:
        """The tables of a vector."""
        start, count = self.vector(table, number)
        for at in range(start, start + 4 * count, 4):
            yield at + self.number(at, 4)

    def texts(self, table: int, number: int) -> Iterator[str]:
        """The texts of a vector."""
        for place in self.tables(table, number):
            yield self._text_at(place)
