"""The links of an HDF5 group: to objects of the file, to paths in it, and to other files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from inspector.artifacts.formats.hdf5_file import BadHdf5, Cursor, Hdf5File
from inspector.artifacts.formats.hdf5_headers import Kind, Message
from inspector.artifacts.formats.hdf5_heaps import FractalHeap, local_heap, name_at, new_tree, old_tree

_HARD, _SOFT, _EXTERNAL = 0, 1, 64
_SOFT_IN_TABLE = 2
_BY_NAME, _BY_ORDER = 5, 6  # types of records of the B-trees that index links


@dataclass(frozen=True, slots=True)
class Link:
    """One name in a group. ``address`` is that of the object where it is in this file; ``elsewhere`` says in
    words what a link names that leads out of it."""

    name: bytes
    address: int | None = None
    elsewhere: str | None = None


def read_links(file: Hdf5File, messages: list[Message]) -> Iterator[Link]:
    """The links of the group that has these messages, however they are stored. Raises BadHdf5."""
    for message in messages:
        cursor = Cursor(file, message.data)
        if message.kind == Kind.LINK:
            yield read_link(cursor)
        elif message.kind == Kind.LINK_INFO:
            yield from _dense_links(file, cursor)
        elif message.kind == Kind.SYMBOL_TABLE:
            yield from table_links(file, cursor.address(), cursor.address())


def read_link(cursor: Cursor) -> Link:
    """A link message."""
    cursor.expect(b"\x01", "A link")
    flags = cursor.number(1)
    kind = cursor.number(1) if flags & 0x08 else _HARD
    cursor.take((8 if flags & 0x04 else 0) + (1 if flags & 0x10 else 0))
    name = cursor.take(cursor.number(1 << (flags & 3)))
    if kind == _HARD:
        return Link(name, cursor.address())
    value = cursor.take(cursor.number(2))
    if kind == _SOFT:
        return Link(name)
    if kind == _EXTERNAL:
        file_name, _, path = value[1:].partition(b"\0")
        target = f"{_shown(path.rstrip(bytes(1)))} of the file {_shown(file_name)}"
        return Link(name, elsewhere=target)
    return Link(name, elsewhere=f"what a link of the unknown type {kind} names")


def _shown(raw: bytes) -> str:
    return raw.decode("utf-8", "backslashreplace")


def _dense_links(file: Hdf5File, cursor: Cursor) -> Iterator[Link]:
    cursor.expect(b"\x00", "The list of links")
    flags = cursor.number(1)
    cursor.take(8 if flags & 1 else 0)
    heap_at, by_name = cursor.address(), cursor.address()
    by_order = cursor.address() if flags & 2 else None
    if heap_at is None:
        return
    heap = FractalHeap(file, heap_at)
    seen: set[bytes] = set()
    for tree, kind, skip in ((by_name, _BY_NAME, 4), (by_order, _BY_ORDER, 8)):
        if tree is None:
            continue
        for record in new_tree(file, tree, kind):
            identifier = record[skip : skip + heap.id_length]
            if identifier not in seen:
                seen.add(identifier)
                yield read_link(Cursor(file, heap.get(identifier)))


def table_links(file: Hdf5File, tree: int | None, heap_at: int | None) -> Iterator[Link]:
    """The links of a symbol table: a B-tree over nodes of entries, with the names in a local heap."""
    heap = local_heap(file, heap_at)
    width = 2 * file.offset_size + 24
    seen: set[int] = set()
    for _, address in old_tree(file, tree, 0, file.length_size):
        if address in seen:
            raise BadHdf5("A symbol table of the HDF5 file has a node twice.")
        seen.add(address)
        start = Cursor(file, file.read(address, 8))
        start.expect(b"SNOD\x01", "A node of a symbol table")
        start.take(1)
        count = start.number(2)
        cursor = Cursor(file, file.read(address + 8, count * width))
        for _ in range(count):
            offset = cursor.number(file.offset_size)
            target, kind = cursor.address(), cursor.number(4)
            cursor.take(4 + 16)
            yield Link(name_at(heap, offset), None if kind == _SOFT_IN_TABLE else target)
