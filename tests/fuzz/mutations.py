"""Changes of a file: bits, numbers, pieces of other files, cuts; also inside of archives that stay whole."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import re
import struct
import tarfile
import zipfile
import zlib

MAX_SIZE = 400_000
_PIECES = (
    b"cos\nsystem\n",
    b"\x8c\x02os\x8c\x06system\x93",
    b"R",
    b".",
    b"(",
    b"t",
    b"b",
    b"\x80\x04",
    b"\x95",
    b"PK\x03\x04",
    b"PK\x01\x02",
    b"PK\x05\x06",
    b"GGUF",
    b"\x89HDF\r\n\x1a\n",
    b"\x93NUMPY\x01\0",
    b"\xff" * 8,
    b"\0" * 8,
    b"\x7f" * 4,
    b"{{ ''.__class__ }}",
    b'"auto_map"',
    b"!!python/name:os.system",
    b"\x94",
    b"h\0",
    b"\x1f\x8b\x08",
    b"x\x9c",
    b"{",
    b"}",
    b"9" * 20,
    b"-1",
    b"\xc2\x85",
    b"\xed\xa0\x80",
    b"_target_: os.system\n",
    b'{"class_name": "Lambda"}',
    b'"py/object"',
    b"\\u0061",
    b"\n",
    b"\r\n",
    b"TFL3",
    b"OHDR",
    b"TREE",
    b"SNOD",
    b"GCOL",
    b"\xef\xbb\xbf",
    b"ustar",
    b"\0" * 512,
    b"N.",
    b"\x28\xb5\x2f\xfd",
    b"<!DOCTYPE x [<!ENTITY a SYSTEM 'b'>]>",
    b"\x82\x05",
    b"I0x1\n0",
    b"\x8a\x00",
)
_EDGES = (
    0,
    1,
    2,
    127,
    128,
    255,
    256,
    0x7FFF,
    0xFFFF,
    0x7FFFFFFF,
    0x80000000,
    0xFFFFFFFF,
    1 << 62,
    (1 << 64) - 1,
)
_DIGITS = re.compile(rb"\d+")
_ZIP_MEMBERS = 200


def mutate(dice: random.Random, data: bytes, other: bytes) -> bytes:
    """A few random changes of ``data``, sometimes of the content of the archive that it is."""
    if dice.random() < 0.4:
        inside = _inside(dice, data, other)
        if inside is not None:
            return inside[:MAX_SIZE]
    return _flat(dice, data, other)[:MAX_SIZE]


def _flat(dice: random.Random, data: bytes, other: bytes) -> bytes:
    out = bytearray(data)
    for _ in range(dice.choice((1, 1, 1, 2, 3, 6))):
        at = dice.randrange(len(out) + 1)
        match dice.randrange(12):
            case 0 if out:
                out[at % len(out)] ^= 1 << dice.randrange(8)
            case 1 if out:
                out[at % len(out)] = dice.randrange(256)
            case 2:
                out[at:at] = dice.choice(_PIECES)
            case 3:
                piece = dice.choice(_PIECES)
                out[at : at + len(piece)] = piece
            case 4:
                del out[at : at + dice.randrange(1, 20)]
            case 5:
                del out[at:]
            case 6:
                start = dice.randrange(len(other) + 1)
                out[at:at] = other[start : start + dice.randrange(200)]
            case 7 | 8:
                _number(dice, out, at)
            case 9:
                _digits(dice, out)
            case 10:
                out += other if dice.random() < 0.3 else dice.choice(_PIECES)
            case _:
                out[at:at] = out[at : at + dice.randrange(64)]
    return bytes(out)


def _number(dice: random.Random, out: bytearray, at: int) -> None:
    """Writes an edge of 1, 2, 4 or 8 bytes, of either order, where a field may stand."""
    width = dice.choice((1, 2, 4, 8))
    value = dice.choice((*_EDGES, len(out), len(out) - at, at)) & (1 << 8 * width) - 1
    at -= at % dice.choice((1, width))
    out[at : at + width] = value.to_bytes(width, dice.choice(("little", "big")))


def _digits(dice: random.Random, out: bytearray) -> None:
    """Replaces a number that is written in digits, as in JSON, tar and old pickles."""
    found = list(_DIGITS.finditer(out))
    if found:
        match = dice.choice(found)
        value = dice.choice(
            (b"0", b"1", b"-1", b"99999999999999999999", b"1e999", b"0x10", str(len(out)).encode())
        )
        out[match.start() : match.end()] = value


def _inside(dice: random.Random, data: bytes, other: bytes) -> bytes | None:
    """Changes one member and packs again, so that checksums hold; None for what is no archive."""
    try:
        if data.startswith(b"PK\x03\x04"):
            return _in_zip(dice, data, other)
        if data.startswith(b"\x1f\x8b"):
            return gzip.compress(mutate(dice, _some(gzip.GzipFile(fileobj=io.BytesIO(data))), other), mtime=0)
        if data.startswith(b"BZh"):
            return bz2.compress(_flat(dice, _some(bz2.BZ2File(io.BytesIO(data))), other))
        if data.startswith(b"\xfd7zXZ"):
            return lzma.compress(_flat(dice, _some(lzma.LZMAFile(io.BytesIO(data))), other))
        if data[:1] == b"x" and len(data) > 8 and struct.unpack(">H", data[:2])[0] % 31 == 0:
            return zlib.compress(_flat(dice, zlib.decompressobj().decompress(data, MAX_SIZE), other))
        if data[257:262] == b"ustar":
            return _in_tar(dice, data, other)
    except Exception:  # noqa: BLE001 - a broken archive is changed as bytes
        return None
    return None


def _some(file: io.IOBase) -> bytes:
    return bytes(file.read(MAX_SIZE))


def _in_zip(dice: random.Random, data: bytes, other: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(out, "w") as made:
        infos = archive.infolist()[:_ZIP_MEMBERS]
        chosen = dice.randrange(len(infos))
        for number, info in enumerate(infos):
            with archive.open(info) as member:
                content = _some(member)
            if number == chosen:
                content = _flat(dice, content, other)
            made.writestr(zipfile.ZipInfo(info.filename), content, info.compress_type)
    return out.getvalue()


def _in_tar(dice: random.Random, data: bytes, other: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(data)) as archive, tarfile.open(fileobj=out, mode="w") as made:
        members = [member for member in archive.getmembers()[:_ZIP_MEMBERS] if member.isfile()]
        chosen = dice.randrange(len(members))
        for number, member in enumerate(members):
            file = archive.extractfile(member)
            content = _some(file) if file is not None else b""  # type: ignore[arg-type]
            if number == chosen:
                content = _flat(dice, content, other)
            info = tarfile.TarInfo(member.name)
            info.size = len(content)
            made.addfile(info, io.BytesIO(content))
    return out.getvalue()
