"""Heaps and B-trees of HDF5: where names, links and long values lie (specification, section III)."""

from __future__ import annotations

import bisect
from collections.abc import Iterator

from inspector.artifacts.formats.hdf5_file import BadHdf5, Cursor, Hdf5File
from inspector.artifacts.limits import OverLimit, spend_work

MAX_RECORDS = 500_000
MAX_LEVELS = 16
_BEHIND = 1 << 64  # larger than any size


def local_heap(file: Hdf5File, address: int | None) -> bytes:
    """The data segment of a local heap: names, each at an offset and with a zero at its end."""
    cursor = Cursor(file, file.read(address, 8 + 2 * file.length_size + file.offset_size))
    cursor.expect(b"HEAP\x00", "A heap of names")
    cursor.take(3)
    size = cursor.length()
    cursor.take(file.length_size)
    return file.read(cursor.address(), size)


def name_at(heap: bytes, offset: int) -> bytes:
    """The name at an offset of a local heap."""
    end = heap.find(b"\0", offset)
    if offset < 0 or end < 0:
        raise BadHdf5("A name of the HDF5 file lies outside of its heap.")
    return heap[offset:end]


def old_tree(file: Hdf5File, address: int | None, kind: int, key_size: int) -> Iterator[tuple[bytes, int]]:
    """The leaves of a B-tree of version 1: the key before each and its address. ``kind`` is 0 for groups
    and 1 for chunks."""
    pending = [(address, MAX_LEVELS)]
    seen: set[int] = set()
    while pending:
        at, above = pending.pop()
        if at is None or at in seen:
            raise BadHdf5("A B-tree of the HDF5 file runs in a circle.")
        seen.add(at)
        begin = 8 + 2 * file.offset_size
        cursor = Cursor(file, file.read(at, begin))
        cursor.expect(b"TREE" + bytes([kind]), "A B-tree")
        level, count = cursor.number(1), cursor.number(2)
        if level >= above:
            raise BadHdf5("The levels of a B-tree of the HDF5 file are wrong.")
        cursor = Cursor(file, file.read(at + begin, count * (key_size + file.offset_size)))
        children: list[tuple[int | None, int]] = []
        for _ in range(count):
            key, child = cursor.take(key_size), cursor.address()
            if level:
                children.append((child, level))
            elif child is not None:
                yield key, child
        pending.extend(reversed(children))


def new_tree(file: Hdf5File, address: int | None, wanted: int) -> Iterator[bytes]:
    """The records of a B-tree of version 2 whose records are of the type ``wanted``."""
    size = 22 + file.offset_size + file.length_size
    cursor = Cursor(file, file.read(address, size))
    cursor.expect(b"BTHD\x00" + bytes([wanted]), "A B-tree")
    node_size, record_size, depth = cursor.number(4), cursor.number(2), cursor.number(2)
    cursor.take(2)
    root, in_root = cursor.address(), cursor.number(2)
    total = cursor.length()
    file.check(cursor.data[: cursor.at], cursor.number(4), "A B-tree")
    if not record_size or depth >= MAX_LEVELS or node_size > 1 << 20:
        raise BadHdf5("A B-tree of the HDF5 file is broken.")
    if total > MAX_RECORDS:
        raise OverLimit(f"A B-tree of the HDF5 file has more than {MAX_RECORDS} entries.")
    if root is None:
        return
    widths = _pointer_widths(file, node_size, record_size, depth)
    count_width = _bytes_for((node_size - 10) // record_size)
    pending = [(root, in_root, depth)]
    seen: set[int] = set()
    found = 0
    while pending:
        at, count, level = pending.pop()
        if at in seen:
            raise BadHdf5("A B-tree of the HDF5 file runs in a circle.")
        seen.add(at)
        # The checksum follows the last record or pointer; the rest of a node is not used.
        pointer = widths[level]
        used = 6 + count * record_size + ((count + 1) * pointer if level else 0)
        raw = file.read(at, used + 4)
        file.check(raw[:used], int.from_bytes(raw[used:], "little"), "A node of a B-tree")
        cursor = Cursor(file, raw[:used])
        cursor.expect((b"BTIN" if level else b"BTLF") + b"\x00" + bytes([wanted]), "A node of a B-tree")
        for _ in range(count):
            found += 1
            yield cursor.take(record_size)
        for _ in range(count + 1 if level else 0):
            child, inside = cursor.address(), cursor.number(count_width)
            cursor.take(pointer - file.offset_size - count_width)
            if child is not None:
                pending.append((child, inside, level - 1))
    if found != total:
        raise BadHdf5("A B-tree of the HDF5 file does not hold as many entries as it states.")


def _bytes_for(limit: int) -> int:
    return max(1, (limit.bit_length() + 7) // 8)


_OBJECT_WORK = 3_000
_KEPT_HEAPS = 16


def _pointer_widths(file: Hdf5File, node_size: int, record_size: int, depth: int) -> list[int]:
    """The bytes of one child pointer in a node, by its level: address, records in the child, records below
    it (the last only where the child is no leaf)."""
    most = (node_size - 10) // record_size
    below, count_width = most, _bytes_for(most)
    widths = [0]
    below_width = 0
    for _ in range(depth):
        width = file.offset_size + count_width + below_width
        widths.append(width)
        if node_size - 10 - width < 0:
            raise BadHdf5("A B-tree of the HDF5 file is broken.")
        here = (node_size - 10 - width) // (record_size + width)
        below = (here + 1) * below + here
        below_width = _bytes_for(below)
    return widths


def global_heap(file: Hdf5File, address: int | None) -> dict[int, tuple[int, int]]:
    """The objects of a global heap collection: address and size of each, by its index. The values of many
    attributes lie in one, so the last ones are kept."""
    known = file.heaps.get(address or 0)
    if known is not None:
        return known
    start = Cursor(file, file.read(address, 8 + file.length_size))
    start.expect(b"GCOL\x01", "A heap of values")
    start.take(3)
    cursor = Cursor(file, file.read(address, start.length()))
    cursor.take(8 + file.length_size)
    found: dict[int, tuple[int, int]] = {}
    while cursor.left >= 8 + file.length_size:
        index = cursor.number(2)
        cursor.take(6)
        size = cursor.length()
        if not index:
            break
        found[index] = (address or 0) + cursor.at, size
        cursor.take(size)
        cursor.take(min(-size % 8, cursor.left))
    spend_work(len(found) * _OBJECT_WORK)
    if len(file.heaps) >= _KEPT_HEAPS:
        file.heaps.clear()
    file.heaps[address or 0] = found
    return found


class FractalHeap:
    """The heap of links and attributes that an object has many of. ``get`` gives the bytes of one."""

    def __init__(self, file: Hdf5File, address: int | None) -> None:
        size = 26 + 12 * file.length_size + 3 * file.offset_size
        cursor = Cursor(file, file.read(address, size))
        cursor.expect(b"FRHP\x00", "A heap")
        self._file = file
        self.id_length = cursor.number(2)
        if cursor.number(2):
            raise BadHdf5("A heap of the HDF5 file is compressed, which is not read.")
        self._has_sums = bool(cursor.number(1) & 0x02)
        largest = cursor.number(4)
        cursor.take(file.length_size)
        self._huge_tree = cursor.address()
        cursor.take(file.length_size + file.offset_size + 8 * file.length_size)
        self._columns = cursor.number(2)
        self._first_size, self._largest_block = cursor.length(), cursor.length()
        self._offset_width = (cursor.number(2) + 7) // 8
        cursor.take(2)
        self._root = cursor.address()
        self._rows = cursor.number(2)
        file.check(cursor.data[: cursor.at], cursor.number(4), "A heap")
        if not self._columns or not self._first_size or self._rows > 64:
            raise BadHdf5("A heap of the HDF5 file is broken.")
        self._length_width = min((self._largest_block.bit_length() + 6) // 8, _bytes_for(largest))
        self._huge: dict[int, tuple[int, int]] | None = None
        self._blocks: list[tuple[int, int, int]] | None = None

    def get(self, identifier: bytes) -> bytes:
        """The object that a heap identifier names. Raises BadHdf5."""
        cursor = Cursor(self._file, identifier)
        first = cursor.number(1)
        kind = first >> 4 & 3
        if first & 0xC0 or kind == 3:
            raise BadHdf5("An identifier in a heap of the HDF5 file is broken.")
        if kind == 2:
            if self.id_length <= 18:
                return cursor.take((first & 0x0F) + 1)
            return cursor.take(((first & 0x0F) << 8 | cursor.number(1)) + 1)
        if kind == 1:
            return self._huge_object(cursor)
        offset, length = cursor.number(self._offset_width), cursor.number(self._length_width)
        blocks = self._direct_blocks()
        place = bisect.bisect_right(blocks, (offset, _BEHIND, 0)) - 1
        if place >= 0:
            start, size, address = blocks[place]
            if offset + length <= start + size:
                return self._file.read(address + offset - start, length)
        raise BadHdf5("An object of the HDF5 file lies in no block of its heap.")

    def _huge_object(self, cursor: Cursor) -> bytes:
        if self.id_length - 1 >= self._file.offset_size + self._file.length_size:
            return self._file.read(cursor.address(), cursor.length())
        if self._huge is None:
            self._huge = {}
            for record in new_tree(self._file, self._huge_tree, 1):
                row = Cursor(self._file, record)
                address, length, number = row.address(), row.length(), row.length()
                self._huge[number] = (address or 0, length)
        number = cursor.number(min(self.id_length - 1, self._file.length_size))
        if number not in self._huge:
            raise BadHdf5("An object of the HDF5 file lies in no block of its heap.")
        return self._file.read(*self._huge[number])

    def _direct_blocks(self) -> list[tuple[int, int, int]]:
        """Offset in the heap, size and address of each block that holds objects."""
        if self._blocks is None:
            self._blocks = []
            if self._root is not None and not self._rows:
                self._blocks.append((0, self._first_size, self._root))
            elif self._root is not None:
                self._walk_blocks(self._blocks)
                self._blocks.sort()
        return self._blocks

    def _walk_blocks(self, found: list[tuple[int, int, int]]) -> None:
        file = self._file
        pending = [(self._root, 0, self._rows)]
        seen: set[int | None] = set()
        while pending:
            address, start, rows = pending.pop()
            if address in seen:
                raise BadHdf5("A heap of the HDF5 file runs in a circle.")
            seen.add(address)
            size = 5 + file.offset_size + self._offset_width
            used = size + rows * self._columns * file.offset_size
            raw = file.read(address, used + 4)
            file.check(raw[:used], int.from_bytes(raw[used:], "little"), "A heap")
            cursor = Cursor(file, raw)
            cursor.expect(b"FHIB\x00", "A block of a heap")
            cursor.take(size - 5)
            offset = start
            for row in range(rows):
                block = self._first_size << max(0, row - 1)
                for _ in range(self._columns):
                    child = cursor.address()
                    if child is not None and block <= self._largest_block:
                        found.append((offset, block, child))
                    elif child is not None:
                        pending.append((child, offset, self._rows_of(block)))
                    offset += block

    def _rows_of(self, size: int) -> int:
        """The rows of an indirect block that stands for ``size`` bytes of the heap."""
        rows = (size // (self._first_size * self._columns)).bit_length()
        if not 0 < rows <= 64:
            raise BadHdf5("A heap of the HDF5 file is broken.")
        return rows
