"""How much of the front of a remote zip archive is worth one request, from the directory at its end.

torch writes ``data.pkl`` and some small texts first, then the raw tensors (PyTorch, ``caffe2/serialize``);
other archives of models put their texts in front of the weights. The end record and the directory
(APPNOTE.TXT 6.3.10, sections 4.3.12, 4.3.14 and 4.3.16) say where the first large member begins. This is a
guess about cost alone: what is not understood costs further requests, and every byte is judged by the reader.
"""

from __future__ import annotations

import struct

# A reader looks for the end record as far back as the longest comment reaches, and goes on looking when one
# stands in the last bytes: an earlier record whose comment holds the last one is another archive to other
# readers. So no shorter look is enough, whatever it finds.
END = 65_535 + 22
SMALL = 64 * 1024  # a member up to this size is fetched with its neighbours
SMALL_BEHIND = 512  # bytes before the directory that come with it: torch's version and serialization id
_END_RECORD = struct.Struct("<4sHHHHIIH")
_END64 = struct.Struct("<4sQHHIIQQQQ")
_LOCATOR_SIZE = 20
_CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
_WIDE = 0xFFFFFFFF
_PICKLE = b"data.pkl"


def directory_place(end: bytes, size: int) -> tuple[int, int] | None:
    """Offset and length of the directory, read in ``end``, the last bytes of a file of ``size`` bytes; None
    where no end record that could be right stands there."""
    at = end.rfind(b"PK\x05\x06")
    if at < 0 or len(end) - at < _END_RECORD.size:
        return None
    length = _END_RECORD.unpack_from(end, at)[5]
    wide_at = at - _LOCATOR_SIZE - _END64.size
    if wide_at >= 0 and end[wide_at : wide_at + 4] == b"PK\x06\x06":
        length = _END64.unpack_from(end, wide_at)[8]
        at = wide_at
    start = size - len(end) + at - length
    return (start, length) if start >= 0 else None


def front_of(directory: bytes, start: int) -> int:
    """Where the first large member begins: up to there everything is worth reading. ``start`` is the offset
    of the directory itself, and the answer where no member is large."""
    members = _members(directory)
    root = next((name[: -len(_PICKLE)] for _, _, name in members if name.endswith(_PICKLE)), None)
    for header_at, size, name in sorted(members):
        is_raw = root is not None and name.startswith(root + b"data/")
        if is_raw or (size > SMALL and not name.endswith(_PICKLE)):
            return min(header_at, start)
    return start


def _members(directory: bytes) -> list[tuple[int, int, bytes]]:
    """Place of the local header, packed size and name of each member."""
    found = []
    at = 0
    while at + _CENTRAL.size <= len(directory) and directory[at : at + 4] == b"PK\x01\x02":
        row = _CENTRAL.unpack_from(directory, at)
        name_at = at + _CENTRAL.size
        extra_at = name_at + row[10]
        at = extra_at + row[11] + row[12]
        size, header_at = _widened(directory[extra_at : extra_at + row[11]], row[9], row[8], row[16])
        found.append((header_at, size, directory[name_at:extra_at]))
    return found


def _widened(extra: bytes, size: int, packed: int, header_at: int) -> tuple[int, int]:
    """Packed size and place of the header, from the zip64 field where they stand in there."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        field = extra[at + 4 : at + 4 + length]
        at += 4 + length
        if kind != 1:
            continue
        values = []
        for value in (size, packed, header_at):
            if value == _WIDE and len(field) >= 8:
                value, field = int.from_bytes(field[:8], "little"), field[8:]
            values.append(value)
        return values[1], values[2]
    return packed, header_at
