"""The ground of an HDF5 file: its superblock, bounded reads at addresses, and checksums.

HDF5 File Format Specification, version 3.0 (The HDF Group). Nothing but metadata is read, so a file of many
gigabytes costs as little as its headers do.
"""

from __future__ import annotations

import struct

from inspector.artifacts.limits import OverLimit, spend_work
from inspector.artifacts.magics import HDF5 as SIGNATURE
from inspector.sources.interface import ByteSource

ENDINGS = (".h5", ".hdf5", ".he5", ".hdf", ".keras", ".mat", ".nc", ".h5ad", ".loom", ".nwb")
_NEAR = 2048  # user blocks up to here are looked behind in every file, larger ones by the file's name
MAX_BLOCKS = 120_000  # structures read of one file
_BLOCK_WORK = 6_000
MAX_BLOCK = 64 << 20
MAX_CHECKED = 2 << 20  # bytes over which checksums are computed, of one file
_PAGE = 64 << 10
_PAGES = 128
_MASK = 0xFFFFFFFF


def hdf5_base(source: ByteSource, suffix: str) -> int | None:
    """Where HDF5 begins in a file: at 0, or behind a user block of 512 bytes or a power of two times that."""
    at = 0
    while at + len(SIGNATURE) <= source.size and (at <= _NEAR or suffix in ENDINGS):
        if source.read_at(at, len(SIGNATURE)) == SIGNATURE:
            return at
        at = at * 2 or 512
    return None


class BadHdf5(Exception):
    """A structure of the file cannot be read. The message is a sentence for the reviewer."""


class Cursor:
    """A position in some bytes of the file. ``file`` gives the widths of addresses and lengths."""

    __slots__ = ("at", "data", "file", "origin")

    def __init__(self, file: Hdf5File, data: bytes, origin: int = 0) -> None:
        self.file = file
        self.data = data
        self.at = 0
        self.origin = origin

    @property
    def left(self) -> int:
        return len(self.data) - self.at

    def take(self, count: int) -> bytes:
        end = self.at + count
        if count < 0 or end > len(self.data):
            raise BadHdf5("A structure of the HDF5 file ends too early.")
        part = self.data[self.at : end]
        self.at = end
        return part

    def number(self, count: int) -> int:
        return int.from_bytes(self.take(count), "little")

    def length(self) -> int:
        return self.number(self.file.length_size)

    def address(self) -> int | None:
        """An address within the file, None where it is "undefined" (all bits set)."""
        raw = self.take(self.file.offset_size)
        return None if raw == self.file.undefined else int.from_bytes(raw, "little")

    def text(self) -> bytes:
        """Bytes up to a zero, without it."""
        end = self.data.find(b"\0", self.at)
        if end < 0:
            raise BadHdf5("A name in the HDF5 file has no end.")
        found = self.data[self.at : end]
        self.at = end + 1
        return found

    def expect(self, wanted: bytes, what: str) -> None:
        if self.take(len(wanted)) != wanted:
            raise BadHdf5(f"{what} of the HDF5 file is not where it has to be.")


class Hdf5File:
    """An HDF5 file that begins at ``base`` of ``source`` (behind a user block, where there is one).

    Raises BadHdf5. ``root`` is the address of the root group's object header; ``root_tables`` those of the
    B-tree and the heap that old superblocks name as well; ``extension`` that of the superblock's extension.
    """

    def __init__(self, source: ByteSource, base: int) -> None:
        self._source = source
        self._pages: dict[int, bytes] = {}
        self._blocks = MAX_BLOCKS
        self.heaps: dict[int, dict[int, tuple[int, int]]] = {}  # see hdf5_heaps.global_heap
        self._checked = 0
        self.base = base
        self.offset_size = self.length_size = 8
        self.undefined = b"\xff" * 8
        self.end: int | None = None
        self.stated_base: int | None = None
        self._limit = source.size
        self.extension: int | None = None
        self.driver: int | None = None
        self.root_tables: tuple[int, int] | None = None
        cursor = Cursor(self, source.read_at(base, min(128, source.size - base)))
        cursor.expect(SIGNATURE, "The signature")
        self.version = cursor.number(1)
        if self.version <= 1:
            root = self._old_superblock(cursor)
        elif self.version <= 3:
            root = self._new_superblock(cursor)
        else:
            raise BadHdf5(f"The HDF5 file is of version {self.version}, which is not known here.")
        if root is None:
            raise BadHdf5("The HDF5 file has no root group.")
        self.root = root
        if self.end is not None:
            # The end is stated from the file's start; where something was put before it, from the base.
            self._limit = min(source.size, self.end if self.stated_base == base else self.end + base)

    def _old_superblock(self, cursor: Cursor) -> int | None:
        cursor.take(4)
        self._widths(cursor)
        cursor.take(1 + 4 + 4)
        if self.version == 1:
            cursor.take(4)
        self._stated_base(cursor)
        cursor.address()  # free space
        self.end = cursor.address()
        self.driver = cursor.address()
        cursor.address()  # offset of the root's name, which is empty
        root = cursor.address()
        if cursor.number(4) == 1:
            cursor.take(4)
            tree, heap = cursor.address(), cursor.address()
            if tree is not None and heap is not None:
                self.root_tables = tree, heap
        return root

    def _new_superblock(self, cursor: Cursor) -> int | None:
        self._widths(cursor)
        cursor.take(1)
        self._stated_base(cursor)
        self.extension = cursor.address()
        self.end = cursor.address()
        root = cursor.address()
        self.check(cursor.data[: cursor.at], cursor.number(4), "The superblock")
        return root

    def _widths(self, cursor: Cursor) -> None:
        self.offset_size, self.length_size = cursor.number(1), cursor.number(1)
        self.undefined = b"\xff" * self.offset_size
        if self.offset_size not in (2, 4, 8) or self.length_size not in (2, 4, 8):
            raise BadHdf5("The HDF5 file states addresses of an odd width.")

    def _stated_base(self, cursor: Cursor) -> None:
        """The base address has to be where the superblock is: HDF5 itself moves it there."""
        self.stated_base = cursor.address()
        if self.stated_base not in (0, self.base):
            raise BadHdf5("The base address of the HDF5 file is not where its superblock is.")

    def read(self, address: int | None, length: int) -> bytes:
        """``length`` bytes of metadata at ``address``. Counts as one structure."""
        self._blocks -= 1
        spend_work(_BLOCK_WORK)
        if self._blocks < 0:
            raise OverLimit(f"The HDF5 file has more than {MAX_BLOCKS} structures.")
        if address is None:
            raise BadHdf5("A structure of the HDF5 file has no address.")
        if length > MAX_BLOCK:
            raise OverLimit("A structure of the HDF5 file is longer than 64 MB.")
        start = self.base + address
        if start + length > self._limit:
            raise BadHdf5("A structure of the HDF5 file lies behind its end.")
        if length > _PAGE:
            return self._source.read_at(start, length)
        number, inside = divmod(start, _PAGE)
        page = self._page(number)
        if inside + length <= len(page):
            return page[inside : inside + length]
        return page[inside:] + self._page(number + 1)[: length - len(page) + inside]

    def up_to(self, address: int | None, length: int) -> bytes:
        """At most ``length`` bytes: fewer where the file ends before."""
        left = self._limit - self.base - (address or 0)
        return self.read(address, max(0, min(length, left)))

    def _page(self, number: int) -> bytes:
        page = self._pages.get(number)
        if page is None:
            start = number * _PAGE
            page = self._source.read_at(start, min(_PAGE, self._source.size - start))
            if len(self._pages) >= _PAGES:
                del self._pages[next(iter(self._pages))]
            self._pages[number] = page
        return page

    @property
    def limit(self) -> int:
        """Where the file itself ends in the source."""
        return self._limit

    def holds(self, address: int | None, length: int) -> bool:
        """Whether a range of data lies within the file."""
        return address is None or self.base + address + length <= self._limit

    def check(self, data: bytes, stated: int, what: str) -> None:
        """Compares a structure with its checksum. Beyond a number of bytes it is not computed any more."""
        self._checked += len(data)
        if self._checked <= MAX_CHECKED and lookup3(data) != stated:
            raise BadHdf5(f"{what} of the HDF5 file does not match its checksum.")


def lookup3(data: bytes) -> int:
    """Bob Jenkins' hash "lookup3" (public domain, 2006), which HDF5 uses as its checksum."""
    first: int
    second: int
    third: int
    a = b = c = 0xDEADBEEF + len(data) & _MASK
    whole = max(0, (len(data) - 1) // 12 * 12)
    for first, second, third in struct.iter_unpack("<3I", data[:whole]):
        a = a + first & _MASK
        b = b + second & _MASK
        c = c + third & _MASK
        a = (a - c ^ (c << 4 | c >> 28)) & _MASK
        c = c + b & _MASK
        b = (b - a ^ (a << 6 | a >> 26)) & _MASK
        a = a + c & _MASK
        c = (c - b ^ (b << 8 | b >> 24)) & _MASK
        b = b + a & _MASK
        a = (a - c ^ (c << 16 | c >> 16)) & _MASK
        c = c + b & _MASK
        b = (b - a ^ (a << 19 | a >> 13)) & _MASK
        a = a + c & _MASK
        c = (c - b ^ (b << 4 | b >> 28)) & _MASK
        b = b + a & _MASK
    if len(data) == whole:
        return c
    first, second, third = struct.unpack("<3I", data[whole:].ljust(12, b"\0"))
    a, b, c = a + first & _MASK, b + second & _MASK, c + third & _MASK
    for turn in (14, 11, 25, 16, 4, 14, 24):
        # In turn c, a and b change; the names go round with them.
        c = (c ^ b) - (b << turn | b >> 32 - turn) & _MASK
        a, b, c = b, c, a
    return b
