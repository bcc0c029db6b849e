"""What a Parquet file declares of itself, read from its footer before anything is decoded.

The footer is a Thrift compact structure (Apache Parquet format, ``parquet.thrift``; Thrift compact protocol
specification). Only the numbers needed to bound the reading are taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

MAX_FOOTER = 64 << 20
_MAX_DEPTH = 64
_ROW_GROUPS, _NUM_ROWS = 4, 3  # fields of FileMetaData
_GROUP_BYTES, _GROUP_ROWS = 2, 3  # fields of RowGroup
_STOP, _TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = 0, 1, 2, 3, 7, 8, 9, 10, 11, 12


class FooterBroken(Exception):
    """The footer is not what the format asks for."""


@dataclass(frozen=True, slots=True)
class Declared:
    """Rows of the file, and of each row group (rows, bytes uncompressed)."""

    rows: int
    groups: tuple[tuple[int, int], ...]


def read_footer(file: IO[bytes], size: int) -> Declared:
    """The declared sizes. Raises FooterBroken."""
    if size < 12:
        raise FooterBroken("It is too short.")
    file.seek(size - 8)
    tail = file.read(8)
    length = int.from_bytes(tail[:4], "little")
    if tail[4:] != b"PAR1":
        raise FooterBroken("It is encrypted or cut off.")
    if not 0 < length <= min(size - 12, MAX_FOOTER):
        raise FooterBroken("Its footer does not fit into it.")
    file.seek(size - 8 - length)
    return _Compact(file.read(length)).file_metadata()


class _Compact:
    """Walks a Thrift compact structure."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def file_metadata(self) -> Declared:
        rows = -1
        groups: list[tuple[int, int]] = []
        for number, kind in self._fields():
            if number == _NUM_ROWS and kind in (5, 6):
                rows = self._zigzag()
            elif number == _ROW_GROUPS and kind == _LIST:
                count, of = self._list_head()
                if of != _STRUCT:
                    raise FooterBroken("Its row groups are no structures.")
                groups = [self._group() for _ in range(count)]
            else:
                self._skip(kind, 0)
        if rows < 0:
            raise FooterBroken("Its footer does not say how many rows there are.")
        return Declared(rows, tuple(groups))

    def _group(self) -> tuple[int, int]:
        rows = size = 0
        for number, kind in self._fields():
            if number == _GROUP_BYTES and kind in (5, 6):
                size = self._zigzag()
            elif number == _GROUP_ROWS and kind in (5, 6):
                rows = self._zigzag()
            else:
                self._skip(kind, 0)
        if rows < 0 or size < 0:
            raise FooterBroken("It declares negative sizes.")
        return rows, size

    def _fields(self) -> Iterator[tuple[int, int]]:
        number = 0
        while True:
            head = self._byte()
            kind = head & 0x0F
            if kind == _STOP:
                return
            number = number + (head >> 4) if head >> 4 else self._zigzag()
            yield number, kind

    def _skip(self, kind: int, depth: int) -> None:
        if depth > _MAX_DEPTH:
            raise FooterBroken("Its footer is nested too deeply.")
        if kind in (_TRUE, _FALSE):
            return
        if kind == _BYTE:
            self._at += 1
        elif kind in (4, 5, 6):
            self._varint()
        elif kind == _DOUBLE:
            self._at += 8
        elif kind == _BINARY:
            length = self._varint()  # first: reading it moves the place
            self._at += length
        elif kind in (_LIST, _SET):
            count, of = self._list_head()
            for _ in range(count):
                self._skip_element(of, depth)
        elif kind == _MAP:
            count = self._varint()
            if count:
                kinds = self._byte()
                for _ in range(self._bounded(count)):
                    self._skip_element(kinds >> 4, depth)
                    self._skip_element(kinds & 0x0F, depth)
        elif kind == _STRUCT:
            for _, inner in self._fields():
                self._skip(inner, depth + 1)
        else:
            raise FooterBroken("Its footer holds an unknown type.")

    def _skip_element(self, kind: int, depth: int) -> None:
        # Inside a collection a boolean is a byte of its own.
        self._skip(_BYTE if kind in (_TRUE, _FALSE) else kind, depth + 1)

    def _list_head(self) -> tuple[int, int]:
        head = self._byte()
        count = head >> 4
        return self._bounded(self._varint() if count == 15 else count), head & 0x0F

    def _bounded(self, count: int) -> int:
        if count > len(self._data):
            raise FooterBroken("Its footer declares more than it holds.")
        return count

    def _zigzag(self) -> int:
        value = self._varint()
        return (value >> 1) ^ -(value & 1)

    def _varint(self) -> int:
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                return value
            if shift > 63:
                raise FooterBroken("Its footer holds a number that is too long.")

    def _byte(self) -> int:
        if self._at >= len(self._data):
            raise FooterBroken("Its footer breaks off.")
        self._at += 1
        return self._data[self._at - 1]
