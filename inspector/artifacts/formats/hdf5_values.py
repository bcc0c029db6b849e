"""Attributes and data sets of HDF5: types, shapes, and where the bytes of a value lie."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from inspector.artifacts.formats.hdf5_file import BadHdf5, Cursor, Hdf5File
from inspector.artifacts.formats.hdf5_headers import Kind, Message, shared_data
from inspector.artifacts.formats.hdf5_heaps import FractalHeap, global_heap, local_heap, name_at, new_tree
from inspector.artifacts.limits import OverLimit

FIXED, STRING, OPAQUE, VARIABLE = 0, 3, 5, 9
MAX_ELEMENTS = 200_000  # of variable length, of one attribute
MAX_VALUE = 32 << 20
_BY_NAME, _BY_ORDER = 8, 9  # types of records of the B-trees that index attributes


@dataclass(frozen=True, slots=True)
class Type:
    """A datatype: its class, the bytes of one element, and the element's own type where it is of variable
    length."""

    kind: int
    size: int
    is_text: bool = False
    base: Type | None = None


@dataclass(slots=True)
class Attribute:
    """A name and its value: one byte string per element of a string type, else the whole as one."""

    name: bytes
    type: Type
    values: list[bytes]


@dataclass(slots=True)
class Layout:
    """Where the bytes of a data set lie. ``kind`` is "compact", "contiguous", "chunked" or "virtual"."""

    kind: str
    address: int | None = None
    size: int = 0
    data: bytes = b""
    version: int = 0
    dimensions: int = 0
    element: int = 0
    chunk: tuple[int, ...] = ()


@dataclass(slots=True)
class Filter:
    """One step of packing the chunks of a data set."""

    number: int
    name: bytes = b""
    values: list[int] = field(default_factory=list)


def read_type(cursor: Cursor, depth: int = 8) -> Type:
    """A datatype message. Of composed types only the class and the size are kept."""
    first = cursor.number(1)
    kind, version = first & 0x0F, first >> 4
    if version not in (1, 2, 3, 4, 5) or not depth:
        raise BadHdf5("A datatype of the HDF5 file is broken.")
    bits = cursor.number(3)
    size = cursor.number(4)
    if kind == VARIABLE:
        return Type(kind, size, bits & 0x0F == 1, read_type(cursor, depth - 1))
    return Type(kind, size)


def read_shape(cursor: Cursor) -> int:
    """The number of elements that a dataspace message states."""
    version, rank, flags = cursor.number(1), cursor.number(1), cursor.number(1)
    if version not in (1, 2) or rank > 32:
        raise BadHdf5("A shape in the HDF5 file is broken.")
    if version == 1:
        cursor.take(5)
    elif cursor.number(1) == 2:
        return 0  # a null dataspace
    del flags
    count = 1
    for _ in range(rank):
        count *= cursor.length()
    return count


def read_attributes(file: Hdf5File, messages: list[Message]) -> Iterator[Attribute]:
    """The attributes of the object that has these messages, however they are stored. Raises BadHdf5."""
    for message in messages:
        if message.kind == Kind.ATTRIBUTE:
            data = shared_data(file, Kind.ATTRIBUTE, message.data, message.is_shared)
            yield read_attribute(Cursor(file, data))
        elif message.kind == Kind.ATTRIBUTE_INFO:
            yield from _dense_attributes(file, Cursor(file, message.data))


def _dense_attributes(file: Hdf5File, cursor: Cursor) -> Iterator[Attribute]:
    cursor.expect(b"\x00", "The list of attributes")
    flags = cursor.number(1)
    cursor.take(2 if flags & 1 else 0)
    heap_at, by_name = cursor.address(), cursor.address()
    by_order = cursor.address() if flags & 2 else None
    if heap_at is None:
        return
    heap = FractalHeap(file, heap_at)
    seen: set[bytes] = set()
    for tree, kind in ((by_name, _BY_NAME), (by_order, _BY_ORDER)):
        if tree is None:
            continue
        for record in new_tree(file, tree, kind):
            identifier, flags = record[:8], record[8]
            if identifier in seen:
                continue
            seen.add(identifier)
            if flags & 0x02:
                raise BadHdf5("An attribute lies in a heap of shared messages, which is not read.")
            yield read_attribute(Cursor(file, heap.get(identifier[: heap.id_length])))


def read_attribute(cursor: Cursor) -> Attribute:
    """An attribute message with its value."""
    file = cursor.file
    version, flags = cursor.number(1), cursor.number(1)
    if version not in (1, 2, 3):
        raise BadHdf5("An attribute of the HDF5 file is of an unknown version.")
    lengths = [cursor.number(2) for _ in range(3)]
    if version == 3:
        cursor.take(1)
    parts = []
    for length in lengths:
        parts.append(cursor.take(length))
        if version == 1:
            cursor.take(min(-length % 8, cursor.left))
    flags = 0 if version == 1 else flags
    raw_type = shared_data(file, Kind.DATATYPE, parts[1], bool(flags & 1))
    raw_shape = shared_data(file, Kind.DATASPACE, parts[2], bool(flags & 2))
    kind = read_type(Cursor(file, raw_type))
    count = read_shape(Cursor(file, raw_shape))
    name = parts[0].split(b"\0", 1)[0]
    if count * kind.size > MAX_VALUE:
        raise OverLimit("An attribute of the HDF5 file is longer than 32 MB.")
    return Attribute(name, kind, list(values_of(file, kind, count, cursor.take(count * kind.size))))


def values_of(file: Hdf5File, kind: Type, count: int, data: bytes) -> Iterator[bytes]:
    """The bytes of each value: those of strings and of what has a variable length one by one."""
    if kind.kind == VARIABLE:
        yield from variable_values(file, kind, count, data)
    elif kind.kind == STRING and kind.size:
        for at in range(0, len(data), kind.size):
            yield data[at : at + kind.size]
    else:
        yield data


def variable_values(file: Hdf5File, kind: Type, count: int, data: bytes) -> Iterator[bytes]:
    """What the elements of variable length name in the global heap."""
    if count > MAX_ELEMENTS:
        raise OverLimit(f"An attribute of the HDF5 file has more than {MAX_ELEMENTS} elements.")
    cursor = Cursor(file, data)
    heaps: dict[int, dict[int, tuple[int, int]]] = {}
    step = kind.base.size if kind.base is not None and not kind.is_text else 1
    read = 0
    for _ in range(count):
        length, address, index = cursor.number(4), cursor.address(), cursor.number(4)
        if address is None or not index:
            yield b""
            continue
        if address not in heaps:
            if len(heaps) > 64:
                heaps.clear()
            heaps[address] = global_heap(file, address)
        at, size = heaps[address].get(index, (0, -1))
        if size < length * step:
            raise BadHdf5("A value of the HDF5 file is not in its heap.")
        read += size
        if read > MAX_VALUE:
            raise OverLimit("An attribute of the HDF5 file is longer than 32 MB.")
        yield file.read(at, length * step)


def read_layout(cursor: Cursor) -> Layout:
    """A data layout message."""
    version = cursor.number(1)
    if version in (1, 2):
        rank, kind = cursor.number(1), cursor.number(1)
        cursor.take(5)
        address = cursor.address() if kind else None
        sizes = tuple(cursor.number(4) for _ in range(rank))
        if kind == 0:
            return Layout("compact", data=cursor.take(cursor.number(4)), version=version)
        if kind == 1:
            return Layout("contiguous", address, 0, version=version)
        return Layout(
            "chunked", address, version=version, dimensions=rank, element=sizes[-1] if sizes else 0,
            chunk=sizes[:-1],
        )  # fmt: skip
    if version not in (3, 4, 5):
        raise BadHdf5("The layout of a data set of the HDF5 file is of an unknown version.")
    kind = cursor.number(1)
    if kind == 0:
        return Layout("compact", data=cursor.take(cursor.number(2)), version=version)
    if kind == 1:
        return Layout("contiguous", cursor.address(), cursor.length(), version=version)
    if kind == 2 and version == 3:
        rank = cursor.number(1)
        address = cursor.address()
        sizes = tuple(cursor.number(4) for _ in range(rank))
        return Layout(
            "chunked",
            address,
            version=3,
            dimensions=rank,
            element=sizes[-1] if sizes else 0,
            chunk=sizes[:-1],
        )
    if kind == 2:
        return Layout("chunked", version=version)
    if kind == 3:
        return Layout("virtual", cursor.address(), version=version)
    raise BadHdf5("The layout of a data set of the HDF5 file is of an unknown kind.")


def read_filters(cursor: Cursor) -> list[Filter]:
    """A filter pipeline message."""
    version, count = cursor.number(1), cursor.number(1)
    if version not in (1, 2) or count > 32:
        raise BadHdf5("The filters of a data set of the HDF5 file are broken.")
    if version == 1:
        cursor.take(6)
    found = []
    for _ in range(count):
        number = cursor.number(2)
        length = cursor.number(2) if version == 1 or number >= 256 else 0
        cursor.take(2)
        values = cursor.number(2)
        name = cursor.take(length + (-length % 8 if version == 1 else 0)).rstrip(b"\0")
        found.append(Filter(number, name, [cursor.number(4) for _ in range(values)]))
        if version == 1 and values % 2:
            cursor.take(4)
    return found


def external_files(file: Hdf5File, cursor: Cursor) -> list[bytes]:
    """The names of the files in which a data set keeps its bytes."""
    cursor.expect(b"\x01", "The list of external files")
    cursor.take(3 + 2)
    count = cursor.number(2)
    heap = local_heap(file, cursor.address())
    names = []
    for _ in range(count):
        names.append(name_at(heap, cursor.length()))
        cursor.take(2 * file.length_size)
    return names


def virtual_source(file: Hdf5File, cursor: Cursor) -> bytes:
    """The first file that a virtual data set takes its bytes from; "." is the file itself."""
    cursor.take(2)
    found = global_heap(file, cursor.address())
    at, size = found.get(cursor.number(4), (0, 0))
    block = Cursor(file, file.read(at, size))
    block.take(1 + file.length_size)
    return block.text()
