"""Containers that tell two readers two things: zip, tar, 7z and compressed streams, built field by field.

Every file holds a pickle that calls something, at a place that one reader or another takes for a member:
under a directory's entry or a local header alone, in a gap, behind the end, twice under one name, behind a
size that is stated twice. ``oracle.py`` reads the file in each of these ways.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import random
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

HOSTILE = (
    b"cos\nsystem\n(S'echo x'\ntR.",
    b"\x80\x04\x95\x1c\0\0\0\0\0\0\0\x8c\x05posix\x94\x8c\x06system\x94\x93\x94\x8c\x01x\x94\x85\x94R\x94.",
)
HARMLESS = (b"\x80\x02}q\0(X\1\0\0\0aK\1u.", b"a text\n", b'{"a": 1}', b"3\n", b"", bytes(40))
NAMES = (
    "archive/data.pkl", "archive/version", "archive/data/0", "a.txt", "a.pkl", "A.PKL", "b/c.json",
    "b\\c.json", "./a.pkl", "a.npy", "model/data.pkl", "a.pkl/", "../a.pkl", "a.pkl\0.txt", "\u00e9.pkl",
)  # fmt: skip
_EDGES = (0, 1, 0xFFFF, 0xFFFFFFFF)


@dataclass
class _Entry:
    """One member; what the two headers say of it may differ."""

    data: bytes
    local: dict[str, int]
    central: dict[str, int]
    names: list[bytes]
    extras: list[bytes] = field(default_factory=lambda: [b"", b""])
    in_local: bool = True
    in_central: bool = True
    before: bytes = b""
    behind: bytes = b""
    at: int = 0


def zip_file(dice: random.Random) -> tuple[str, bytes]:
    """A zip archive with none to three lies in it."""
    entries = [_entry(dice, dice.choice(HARMLESS)) for _ in range(dice.randrange(1, 4))]
    entries.insert(dice.randrange(len(entries) + 1), _entry(dice, dice.choice(HOSTILE)))
    chosen = dice.choice(entries)
    for _ in range(dice.randrange(4)):
        _lie(dice, chosen if dice.random() < 0.6 else dice.choice(entries), entries)
    shift = dice.choice((0, 0, 0, 1, 30))
    body = b"PK\x03\x04"[: shift % 5] + bytes(max(0, shift - 4)) if shift else b""
    start = len(body)
    for entry in entries:
        body += entry.before
        entry.at = len(body)
        if entry.in_local:
            body += _header(b"PK\x03\x04", entry.local, entry.names[0], entry.extras[0]) + entry.data
        body += entry.behind
    directory_at = len(body)
    listed = [entry for entry in entries if entry.in_central]
    if dice.random() < 0.1:
        dice.shuffle(listed)
    directory = b"".join(_central(entry, dice, start) for entry in listed)
    comment = dice.choice((b"", b"", b"", b"c", directory, b"PK\x05\x06" + bytes(18)))
    count = max(0, len(listed) + dice.choice((0, 0, 0, 0, 0, 0, 1, -1)))
    stated = max(0, directory_at - dice.choice((0, start)))
    wide = b""
    if dice.random() < 0.15:
        wide = struct.pack(
            "<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, len(directory), stated
        )
        wide += struct.pack("<4sIQI", b"PK\x06\x07", 0, directory_at + len(directory), 1)
        if dice.random() < 0.5:
            stated = 0xFFFFFFFF
    end = struct.pack(
        "<4sHHHHIIH",
        b"PK\x05\x06",
        0,
        0,
        count & 0xFFFF,
        count & 0xFFFF,
        len(directory),
        stated,
        len(comment),
    )
    tail = dice.choice((b"", b"", b"", b"", b"\0", dice.choice(HOSTILE)))
    data = body + directory + wide + end + comment + tail
    if dice.random() < 0.08:
        other = zip_file(dice)[1]
        data = data + other if dice.random() < 0.5 else other + data
    return dice.choice(("model.pt", "model.zip", "model.bin", "model.npz", "model")), data


def _entry(dice: random.Random, data: bytes) -> _Entry:
    method = dice.choice((0, 0, 8, 12, 14))
    packed = _packed(method, data)
    values = {
        "flags": 0x800 if dice.random() < 0.2 else 0, "method": method, "crc": zlib.crc32(data),
        "packed": len(packed), "size": len(data),
    }  # fmt: skip
    name = dice.choice(NAMES).encode()
    return _Entry(packed, dict(values), dict(values), [name, name])


def _packed(method: int, data: bytes) -> bytes:
    if method == 8:
        engine = zlib.compressobj(6, zlib.DEFLATED, -15)
        return engine.compress(data) + engine.flush()
    if method == 12:
        return bz2.compress(data)
    if method == 14:
        alone = lzma.compress(data, lzma.FORMAT_ALONE)
        return b"\x09\x04\5\0" + alone[:5] + alone[13:]
    return data


def _lie(dice: random.Random, entry: _Entry, entries: list[_Entry]) -> None:
    side = dice.choice((entry.local, entry.central))
    match dice.randrange(12):
        case 0:
            entry.names[dice.randrange(2)] = dice.choice(NAMES).encode()
        case 1:
            side["method"] = dice.choice((0, 8, 12, 14, 93, 99))
        case 2:
            key = dice.choice(("packed", "size"))
            side[key] = dice.choice((*_EDGES, side[key] + 1, max(0, side[key] - 1), 6, 25))
        case 3:
            side["flags"] ^= dice.choice((1, 2, 8, 0x40, 0x800, 0x2000))
        case 4:
            side["crc"] ^= dice.choice((1, side["crc"]))
        case 5:
            entry.in_central = False
        case 6:
            entry.in_local = dice.random() < 0.5
            entry.central["header_at"] = dice.randrange(len(entries))
        case 7:
            entry.names = list(dice.choice(entries).names)
        case 8:
            field = struct.pack("<HH", 1, 16) + struct.pack(
                "<QQ", side["size"], dice.choice((0, side["packed"], 6))
            )
            entry.extras[dice.randrange(2)] = field
            if dice.random() < 0.5:
                side["size"] = side["packed"] = 0xFFFFFFFF
        case 9:
            other = dice.choice(NAMES).encode()
            crc = struct.pack("<I", zlib.crc32(entry.names[1]))
            entry.extras[dice.randrange(2)] = struct.pack("<HH", 0x7075, 5 + len(other)) + b"\1" + crc + other
        case 10:
            entry.before = dice.choice(
                (b"\0", *HOSTILE, _header(b"PK\x03\x04", entry.local, b"h.pkl", b"") + entry.data)
            )
        case _:
            for values in (entry.local, entry.central):
                values["flags"] |= 8
            mark = dice.choice((b"", b"PK\x07\x08"))
            entry.behind = mark + struct.pack(
                "<III", *(entry.local[key] & 0xFFFFFFFF for key in ("crc", "packed", "size"))
            )
            if dice.random() < 0.5:
                entry.local.update(crc=0, packed=0, size=0)


def _header(magic: bytes, values: dict[str, int], name: bytes, extra: bytes) -> bytes:
    numbers = [values[key] & 0xFFFFFFFF for key in ("crc", "packed", "size")]
    return (
        magic
        + struct.pack("<HHHHH", 20, values["flags"], values["method"], 0, 33)
        + struct.pack("<III", *numbers)
        + struct.pack("<HH", len(name), len(extra))
        + name
        + extra
    )


def _central(entry: _Entry, dice: random.Random, start: int) -> bytes:
    values, name, extra = entry.central, entry.names[1], entry.extras[1]
    head = struct.pack("<4sHHHHHH", b"PK\x01\x02", 0x314, 20, values["flags"], values["method"], 0, 33)
    head += struct.pack("<III", *(values[key] & 0xFFFFFFFF for key in ("crc", "packed", "size")))
    mode = 0o120777 if dice.random() < 0.03 else 0o100644
    head += struct.pack("<HHHHHII", len(name), len(extra), 0, 0, 0, mode << 16, entry.at)
    return head + name + extra


def tar_file(dice: random.Random) -> tuple[str, bytes]:
    """A tar archive with none to three lies in it."""
    members = [dice.choice(HARMLESS) for _ in range(dice.randrange(1, 4))]
    members.insert(dice.randrange(len(members) + 1), dice.choice(HOSTILE))
    out = b""
    for data in members:
        out += _tar_member(dice, data)
    out += dice.choice(
        (bytes(1024), bytes(1024), bytes(512), b"", bytes(1024) + _tar_member(dice, HOSTILE[0]))
    )
    return dice.choice(("model.tar", "model.pt", "model.nemo", "model")), out


def _tar_member(dice: random.Random, data: bytes) -> bytes:
    before = b""
    size, kind, name = len(data), b"0", dice.choice(NAMES).encode()
    lie = dice.randrange(24)
    if lie == 0:
        size = dice.choice((0, 1, size + 1, 512, 1024))
    elif lie == 1:
        kind = dice.choice((b"\0", b"1", b"2", b"3", b"5", b"6", b"7", b"S", b"V", b"D", b"M", b"9"))
    elif lie == 2:
        before = bytes(512)
    elif lie in (3, 4, 5):
        key = dice.choice(
            (b"size", b"path", b"GNU.sparse.size", b"GNU.sparse.realsize", b"linkpath", b"comment")
        )
        value = dice.choice((b"0", b"26", b"512", b"a.pkl", b""))
        before = _tar_header(b"pax", 0, dice.choice((b"x", b"g", b"X")), _record(key, value))
    elif lie == 6:
        before = _tar_header(
            b"././@LongLink", 0, dice.choice((b"L", b"K")), dice.choice(NAMES).encode() + b"\0"
        )
    elif lie == 7:
        before = dice.choice(HOSTILE).ljust(512, b"\0")
    return before + _tar_header(name, size, kind, data, dice)


def _record(key: bytes, value: bytes) -> bytes:
    length = len(key) + len(value) + 3
    while len(str(length)) + len(key) + len(value) + 3 != length:
        length += 1
    return b"%d %s=%s\n" % (length, key, value)


def _tar_header(name: bytes, size: int, kind: bytes, data: bytes, dice: random.Random | None = None) -> bytes:
    size = size or (len(data) if dice is None else size)
    number = b"%011o\0" % size
    if dice is not None and dice.random() < 0.05:
        number = dice.choice(
            (b"\x80" + size.to_bytes(11, "big"), b"%o " % size, b"\xff" * 12, b" %o\0" % size)
        )
    block = bytearray(512)
    block[: len(name)] = name
    block[100:108], block[124:136] = b"0000644\0", number.ljust(12, b"\0")[:12]
    block[156:157] = kind
    block[257:265] = b"ustar\x0000"
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block) + data + bytes(-len(data) % 512)


def stream(dice: random.Random) -> tuple[str, bytes]:
    """Compressed streams one behind the other, with padding, skippable frames and bytes between them."""
    import lz4.frame
    import zstandard

    packers: dict[str, Callable[[bytes], bytes]] = {
        "gz": lambda data: gzip.compress(data, mtime=0),
        "bz2": bz2.compress,
        "xz": lzma.compress,
        "lzma": lambda data: lzma.compress(data, lzma.FORMAT_ALONE),
        "z": zlib.compress,
        "zst": zstandard.ZstdCompressor(write_content_size=dice.random() < 0.5).compress,
        "lz4": lambda data: bytes(lz4.frame.compress(data)),
    }
    word = dice.choice(sorted(packers))
    pack = packers[word if dice.random() < 0.95 else dice.choice(sorted(packers))]
    parts = [dice.choice((b"", b"\n", *HARMLESS)) for _ in range(dice.randrange(3))]
    hostile = dice.choice(HOSTILE)
    cut = dice.randrange(len(hostile))
    parts += [hostile] if dice.random() < 0.6 else [hostile[:cut], hostile[cut:]]
    if dice.random() < 0.3:
        dice.shuffle(parts)
    between = (
        b"",
        b"",
        b"",
        b"\0" * 4,
        b"\0",
        b"x",
        b"\x50\x2a\x4d\x18\4\0\0\0abcd",
        b"\x5f\x2a\x4d\x18\0\0\0\0",
    )
    data = dice.choice(between)
    for part in parts:
        packed = packers[word](part)
        if dice.random() < 0.1:
            packed = packed[: dice.randrange(len(packed))]
        data += packed + dice.choice(between)
    if dice.random() < 0.05:
        data = pack(data)
    inner = dice.choice(("model.pkl", "table.csv", "notes.txt", "a.json", "model", "archive.tar"))
    return f"{inner}.{word}" if dice.random() < 0.8 else inner, data


def seven_zip(dice: random.Random) -> tuple[str, bytes]:
    """A 7z archive of stored streams, with numbers that may lie."""
    parts = [dice.choice(HARMLESS[:4]) for _ in range(dice.randrange(1, 3))]
    parts.insert(dice.randrange(len(parts) + 1), dice.choice(HOSTILE))
    is_solid = dice.random() < 0.5
    streams = [b"".join(parts)] if is_solid else parts
    sizes = [len(part) for part in streams]
    folders = len(streams) if dice.random() < 0.95 else 1
    coder = dice.choice((b"\x01\x01\0", b"\x01\x01\0", b"\x01\x01\0", b"\x01\x01\x21", b"\x01\x21\x03\1\0"))
    header = b"\x01\x04\x06" + _number(dice.choice((0, 0, 0, 0, 1))) + _number(len(sizes))
    header += (
        b"\x09" + b"".join(map(_number, sizes)) + b"\0\x07\x0b" + _number(folders) + b"\0" + coder * folders
    )
    unpacked = [len(part) for part in streams]
    _bend(dice, unpacked)
    header += b"\x0c" + b"".join(map(_number, unpacked)) + b"\0\x08"
    if is_solid:
        counts = [len(part) for part in parts[:-1]]
        header += b"\x0d" + _number(len(parts)) + b"\x09" + b"".join(map(_number, counts))
    header += b"\0\0"
    names = [dice.choice(NAMES) for _ in parts]
    texts = b"".join(name.encode("utf-16-le") + b"\0\0" for name in names)
    header += b"\x05" + _number(len(names) + dice.choice((0, 0, 0, 0, 0, 1)))
    if dice.random() < 0.1:
        header += b"\x0e\1" + bytes([dice.randrange(256)])
    header += b"\x11" + _number(len(texts) + 1) + b"\0" + texts + b"\0\0"
    packed = b"".join(streams) + dice.choice((b"", b"", b"", b"\0", HOSTILE[0]))
    start = struct.pack("<QQI", len(packed), len(header), zlib.crc32(header))
    return "model.7z", b"7z\xbc\xaf\x27\x1c\0\4" + struct.pack(
        "<I", zlib.crc32(start)
    ) + start + packed + header


def _number(value: int) -> bytes:
    return bytes([value]) if value < 128 else b"\xff" + struct.pack("<Q", value)


def _bend(dice: random.Random, numbers: list[int]) -> None:
    if numbers and dice.random() < 0.15:
        place = dice.randrange(len(numbers))
        numbers[place] = max(0, numbers[place] + dice.choice((1, -1, 5, -numbers[place])))


MAKERS: dict[str, Callable[[random.Random], tuple[str, bytes]]] = {
    "zip that lies": zip_file,
    "tar that lies": tar_file,
    "streams that lie": stream,
    "7z that lies": seven_zip,
}
