"""Object headers of HDF5: the messages that say what an object is (specification, section IV)."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple

from inspector.artifacts.formats.hdf5_file import BadHdf5, Cursor, Hdf5File
from inspector.artifacts.limits import OverLimit

MAX_MESSAGES = 100_000  # of one object
MAX_SHARED = 8  # messages that name a message that names a message …


class Kind(IntEnum):
    """The types of messages."""

    NIL = 0x00
    DATASPACE = 0x01
    LINK_INFO = 0x02
    DATATYPE = 0x03
    FILL_OLD = 0x04
    FILL = 0x05
    LINK = 0x06
    EXTERNAL_FILES = 0x07
    LAYOUT = 0x08
    BOGUS = 0x09
    GROUP_INFO = 0x0A
    FILTERS = 0x0B
    ATTRIBUTE = 0x0C
    COMMENT = 0x0D
    TIME_OLD = 0x0E
    SHARED_TABLE = 0x0F
    CONTINUATION = 0x10
    SYMBOL_TABLE = 0x11
    TIME = 0x12
    TREE_KEYS = 0x13
    DRIVER = 0x14
    ATTRIBUTE_INFO = 0x15
    REFERENCES = 0x16
    FREE_SPACE = 0x17


class Message(NamedTuple):
    """One message: its type (a number that may be unknown), its flags and its bytes."""

    kind: int
    flags: int
    data: bytes
    offset: int

    @property
    def is_shared(self) -> bool:
        return bool(self.flags & 0x02)


def read_messages(file: Hdf5File, address: int) -> list[Message]:
    """The messages of the object header at ``address``, continuation blocks included. Raises BadHdf5."""
    start = file.up_to(address, 16)
    if start[:4] == b"OHDR":
        return list(_new_header(file, address))
    if start[:1] == b"\x01":
        return list(_old_header(file, address, start))
    raise BadHdf5(f"There is no object header at byte {file.base + address} of the HDF5 file.")


def _old_header(file: Hdf5File, address: int, start: bytes) -> Iterator[Message]:
    size = int.from_bytes(start[8:12], "little")
    blocks = [(address + 16, size)]
    seen = set(blocks)
    count = 0
    while blocks:
        at, length = blocks.pop(0)
        cursor = Cursor(file, file.read(at, length), file.base + at)
        while cursor.left >= 8:
            offset = cursor.origin + cursor.at
            kind, size = cursor.number(2), cursor.number(2)
            flags = cursor.number(1)
            cursor.take(3)
            message = Message(kind, flags, cursor.take(size), offset)
            count = _counted(count)
            if kind == Kind.CONTINUATION:
                _continue(file, message, blocks, seen)
            else:
                yield message
        if cursor.left:
            raise BadHdf5("An object header of the HDF5 file is broken.")


def _new_header(file: Hdf5File, address: int) -> Iterator[Message]:
    cursor = Cursor(file, file.up_to(address, 64))
    cursor.expect(b"OHDR\x02", "An object header")
    flags = cursor.number(1)
    cursor.take((16 if flags & 0x20 else 0) + (4 if flags & 0x10 else 0))
    size = cursor.number(1 << (flags & 3))
    blocks = [(address, cursor.at + size + 4)]
    begins = cursor.at
    seen = set(blocks)
    count = 0
    while blocks:
        at, length = blocks.pop(0)
        if length < begins + 4:
            raise BadHdf5("A continuation of an object header is too short.")
        raw = file.read(at, length)
        file.check(raw[:-4], int.from_bytes(raw[-4:], "little"), "An object header")
        cursor = Cursor(file, raw[:-4], file.base + at)
        cursor.take(begins)
        while cursor.left >= 4 + (2 if flags & 0x04 else 0):
            offset = cursor.origin + cursor.at
            kind, size, marks = cursor.number(1), cursor.number(2), cursor.number(1)
            cursor.take(2 if flags & 0x04 else 0)
            message = Message(kind, marks, cursor.take(size), offset)
            count = _counted(count)
            if kind == Kind.CONTINUATION:
                _continue(file, message, blocks, seen)
            else:
                yield message
        begins = 4
        if blocks and file.read(blocks[0][0], 4) != b"OCHK":
            raise BadHdf5("A continuation of an object header is not where it has to be.")


def _counted(count: int) -> int:
    if count >= MAX_MESSAGES:
        raise OverLimit(f"An object of the HDF5 file has more than {MAX_MESSAGES} messages.")
    return count + 1


def _continue(
    file: Hdf5File, message: Message, blocks: list[tuple[int, int]], seen: set[tuple[int, int]]
) -> None:
    cursor = Cursor(file, message.data)
    at, length = cursor.address(), cursor.length()
    if at is None or not length or (at, length) in seen:
        raise BadHdf5("An object header of the HDF5 file continues in itself.")
    seen.add((at, length))
    blocks.append((at, length))


def shared_data(file: Hdf5File, kind: int, data: bytes, is_shared: bool) -> bytes:
    """The bytes of a message, which may only name an object that has it (a committed datatype)."""
    for _ in range(MAX_SHARED):
        if not is_shared:
            return data
        cursor = Cursor(file, data)
        version = cursor.number(1)
        where = cursor.number(1)
        if version == 1:
            cursor.take(6)
        if version > 3 or (version == 3 and where != 2):
            raise BadHdf5("A message of the HDF5 file lies in a heap of shared messages, which is not read.")
        address = cursor.address()
        if address is None:
            break
        for message in read_messages(file, address):
            if message.kind == kind:
                data, is_shared = message.data, message.is_shared
                break
        else:
            break
    raise BadHdf5("A message of the HDF5 file names an object that does not have it.")
