"""The ways in which loaders and unpackers read one container: each gives names and contents.

zipfile and tarfile; a reader that trusts the directory of a zip archive and never looks at a local header's
name, as miniz (in torch) does; one that goes from local header to local header, as those do that read from a
pipe; tar with its zeros ignored, and by the sizes of the plain headers alone; each compressed stream by
itself, and all of them in a row.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator

from inspector.artifacts.texts.plain_text import TEXT_ENDINGS

MAX = 400_000
_MEMBERS = 50
_CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_END_SIZE = 22
_TEXTS = tuple(ending.encode("utf-16-le") + b"\0\0" for ending in sorted(TEXT_ENDINGS))
Reading = Iterator[tuple[str, bytes]]


def readings(data: bytes) -> Reading:
    """Name and content of every member that one of the readers finds."""
    for read in (
        by_zipfile,
        by_directory,
        by_local_headers,
        by_tarfile,
        by_plain_tar_headers,
        by_streams,
        by_7z,
    ):
        try:
            yield from read(data)
        except Exception:  # noqa: BLE001 - what this reader refuses it would not load either
            continue


def by_zipfile(data: bytes) -> Reading:
    if b"PK\x05\x06" not in data:
        return
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info in archive.infolist()[:_MEMBERS]:
            try:
                with archive.open(info) as member:
                    yield info.filename, member.read(MAX)
            except Exception:  # noqa: BLE001 - the next member may be read
                continue


def by_directory(data: bytes) -> Reading:
    """The last whole end record's directory; of a local header only how long it is."""
    end = data.rfind(b"PK\x05\x06", 0, max(0, len(data) - _END_SIZE + 4))
    if end < 0:
        return
    size, start = struct.unpack_from("<II", data, end + 12)
    for at in {start, end - size}:
        for _ in range(_MEMBERS):
            if data[at : at + 4] != b"PK\x01\x02" or at + _CENTRAL.size > len(data):
                break
            row = _CENTRAL.unpack_from(data, at)
            name = data[at + _CENTRAL.size : at + _CENTRAL.size + row[10]]
            at += _CENTRAL.size + sum(row[10:13])
            local = row[16]
            if data[local : local + 4] == b"PK\x03\x04":
                lengths = struct.unpack_from("<HH", data, local + 26)
                body = local + _LOCAL.size + sum(lengths)
                yield _name(name), _unpacked(row[4], data[body : body + row[8]])


def by_local_headers(data: bytes) -> Reading:
    """From the first byte on, each member by its own header."""
    at = 0
    for _ in range(_MEMBERS):
        if data[at : at + 4] != b"PK\x03\x04" or at + _LOCAL.size > len(data):
            return
        row = _LOCAL.unpack_from(data, at)
        body = at + _LOCAL.size + row[9] + row[10]
        yield (
            _name(data[at + _LOCAL.size : at + _LOCAL.size + row[9]]),
            _unpacked(row[3], data[body : body + row[7]]),
        )
        at = body + row[7]
        if row[2] & 8:
            at = data.find(b"PK\x03\x04", at)


def _name(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _unpacked(method: int, packed: bytes) -> bytes:
    try:
        if method == 8:
            return zlib.decompressobj(-15).decompress(packed, MAX)
        if method == 12:
            return bz2.BZ2Decompressor().decompress(packed, MAX)
    except (zlib.error, OSError):
        return b""
    return packed if method == 0 else b""


def by_tarfile(data: bytes) -> Reading:
    if len(data) < 512:
        return
    for ignores in (False, True):
        with tarfile.open(fileobj=io.BytesIO(data), ignore_zeros=ignores) as tar:
            for entry in tar.getmembers()[:_MEMBERS]:
                file = tar.extractfile(entry) if entry.isfile() else None
                if file is not None:
                    yield entry.name, file.read(MAX)


def by_plain_tar_headers(data: bytes) -> Reading:
    """Every header is a member, whatever an extended header said before it."""
    at = 0
    for _ in range(_MEMBERS):
        block = data[at : at + 512]
        if len(block) < 512 or block[257:262] != b"ustar" or not _sums_up(block):
            return
        size = int(block[124:135].strip(b"\0 ") or b"0", 8)
        yield _name(block[:100].rstrip(b"\0")), data[at + 512 : at + 512 + size]
        at += 512 + -(-size // 512) * 512


def _sums_up(block: bytes) -> bool:
    """No reader takes a header whose checksum is wrong."""
    stated = int(block[148:155].strip(b"\0 ") or b"0", 8)
    rest = block[:148] + b" " * 8 + block[156:]
    return stated in (sum(rest), sum(rest) - 256 * sum(byte > 127 for byte in rest))


def by_streams(data: bytes) -> Reading:
    import lz4.frame
    import zstandard

    if data[:2] == b"\x1f\x8b":
        yield "", zlib.decompressobj(31).decompress(data, MAX)
        yield "", _partly(gzip.GzipFile(fileobj=io.BytesIO(data)))
    elif data[:3] == b"BZh":
        yield "", bz2.BZ2Decompressor().decompress(data, MAX)
        yield "", _partly(bz2.BZ2File(io.BytesIO(data)))
    elif data[:6] == b"\xfd7zXZ\0" or data[:3] == b"\x5d\0\0":
        yield "", lzma.LZMADecompressor().decompress(data, MAX)
        yield "", _partly(lzma.LZMAFile(io.BytesIO(data)))  # noqa: SIM115 - in memory
    elif data[:2] in (b"x\x9c", b"x\x01", b"x\xda"):
        engine = zlib.decompressobj()
        first = engine.decompress(data, MAX)
        yield "", first
        yield "", first + zlib.decompressobj().decompress(engine.unused_data, MAX)
    elif data[:4] == b"\x28\xb5\x2f\xfd" or data[1:4] == b"\x2a\x4d\x18":
        for across in (False, True):
            reader = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data), read_across_frames=across)
            yield "", _partly(reader)
    if data[:4] == b"\x04\x22\x4d\x18" or data[1:4] == b"\x2a\x4d\x18":
        yield "", lz4.frame.LZ4FrameDecompressor().decompress(data, MAX)
        yield "", _partly(lz4.frame.open(io.BytesIO(data)))


def _partly(file: io.IOBase) -> bytes:
    """What comes out before it breaks, a byte at a time where that is little."""
    out = b""
    read: Callable[[int], bytes] = file.read  # type: ignore[attr-defined]
    try:
        while len(out) < MAX:
            piece = read(16 if len(out) < 256 else 65536)
            if not piece:
                break
            out += piece
    except Exception:  # noqa: BLE001 - a loader that reads piece by piece has had these bytes
        pass
    return out


_DELTA = b"\x21\x03\x01"  # a coder with properties, the filter's id, one byte of them


def by_7z(data: bytes) -> Reading:
    """The stored bytes behind the signature header, as a member that begins where one of them begins."""
    if data[:6] != b"7z\xbc\xaf\x27\x1c":
        return
    length = int.from_bytes(data[12:20], "little")
    body = data[32 : 32 + length]
    if _DELTA in data[32 + length :]:
        return  # a filter makes other bytes of the stored ones
    for mark in (b"cos\nsystem\n", b"\x80\x04\x95"):
        at = body.find(mark)
        if at >= 0:
            yield "stored" + _text_ending(data[32 + length :]), body[at:]


def _text_ending(header: bytes) -> str:
    """The ending of a text that a plain header gives a member, "" where it gives none: which member the
    stored bytes belong to is not told here, and under the name of a text only what calls is a pickle."""
    found = next((ending for ending in _TEXTS if ending in header), b"")
    return found.decode("utf-16-le").rstrip("\0")
