"""Archives and compressed streams around other bytes, some written by hand to lie about their content."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib

STORED, DEFLATED = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED


def zipped(members: dict[str, bytes], method: int = STORED) -> bytes:
    """A zip archive as Python's own library writes it, always with the same dates."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name)
            info.create_system = 3
            archive.writestr(info, data, compress_type=method)
    return out.getvalue()


def zipped_by_hand(
    members: list[tuple[str, bytes]],
    *,
    local_names: list[str] | None = None,
    flags: int = 0,
    local_flags: int | None = None,
    method: int = 0,
    extra: bytes = b"",
    comment: bytes = b"",
    gap: bytes = b"",
    listed: int | None = None,
    prefix: bytes = b"",
    lie: int = 0,
) -> bytes:
    """A stored zip whose local headers and central directory may disagree.

    ``local_names`` stand in the local headers instead, ``listed`` is how many members the directory names
    (the rest is only in local headers), ``gap`` stands between the members and the directory, ``lie`` is
    added to the sizes that the directory states.
    """
    body, directory = prefix, b""
    for number, (name, data) in enumerate(members):
        local = (local_names or [member for member, _ in members])[number].encode()
        head = (0x21, 0, zlib.crc32(data), len(data), len(data))
        start = len(body)
        body += struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, flags if local_flags is None else local_flags,
                            method, 0, 0x21, *head[2:], len(local), 0) + local + data  # fmt: skip
        if listed is None or number < listed:
            raw = name.encode()
            directory += struct.pack(
                "<4s6H3L5H2L", b"PK\x01\x02", 0x314, 20, flags, method, 0, 0x21, head[2], head[3] + lie,
                head[4] + lie, len(raw), len(extra), 0, 0, 0, 0, start,
            ) + raw + extra  # fmt: skip
    body += gap
    count = len(members) if listed is None else listed
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(directory), len(body), len(comment))
    return body + directory + end + comment


def tarred(members: dict[str, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def tar_entry(name: str, kind: bytes, target: str = "") -> bytes:
    """A tar archive of one entry that is no file: a link, a device, a pipe."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo(name)
        info.type, info.linkname = kind, target
        archive.addfile(info)
    return out.getvalue()


def gzipped(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def lz4_frame(data: bytes) -> bytes:
    """An LZ4 frame with one stored block (frame format 1.6.3); the header checksum is xxHash32."""
    descriptor = b"\x60\x40"
    check = xxh32(descriptor) >> 8 & 0xFF
    size = struct.pack("<I", len(data) | 0x80000000)
    return b"\x04\x22\x4d\x18" + descriptor + bytes([check]) + size + data + bytes(4)


def xxh32(data: bytes) -> int:
    """xxHash32 with seed 0 of fewer than 16 bytes."""
    mask, prime = 0xFFFFFFFF, (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F, 0x165667B1)
    value = (prime[4] + len(data)) & mask
    at = 0
    while at + 4 <= len(data):
        value = (value + int.from_bytes(data[at : at + 4], "little") * prime[2]) & mask
        value = ((value << 17 | value >> 15) & mask) * prime[3] & mask
        at += 4
    for byte in data[at:]:
        value = (value + byte * prime[4]) & mask
        value = ((value << 11 | value >> 21) & mask) * prime[0] & mask
    value = (value ^ value >> 15) * prime[1] & mask
    value = (value ^ value >> 13) * prime[2] & mask
    return value ^ value >> 16


def zstd_frame(data: bytes) -> bytes:
    """A Zstandard frame with raw blocks only (RFC 8878)."""
    out = b"\x28\xb5\x2f\xfd\xa0" + struct.pack("<I", len(data))
    step = 100_000
    starts = list(range(0, len(data), step)) or [0]
    for start in starts:
        part = data[start : start + step]
        out += ((len(part) << 3) | (start == starts[-1])).to_bytes(3, "little") + part
    return out


def seven_zip(name: str, data: bytes) -> bytes:
    """A 7z archive of one stored member (7zFormat.txt of the LZMA SDK: copy coder, plain header)."""
    title = name.encode("utf-16-le") + b"\0\0"
    header = b"\x01\x04"
    header += b"\x06\x00\x01\x09" + _seven_number(len(data)) + b"\x00"
    header += b"\x07\x0b\x01\x00\x01\x01\x00\x0c" + _seven_number(len(data))
    header += b"\x0a\x01" + struct.pack("<I", zlib.crc32(data)) + b"\x00\x08\x00\x00"
    header += b"\x05\x01\x11" + _seven_number(len(title) + 1) + b"\x00" + title + b"\x00\x00"
    start = struct.pack("<QQI", len(data), len(header), zlib.crc32(header))
    return b"7z\xbc\xaf\x27\x1c\x00\x04" + struct.pack("<I", zlib.crc32(start)) + start + data + header


def _seven_number(value: int) -> bytes:
    if value < 0x80:
        return bytes([value])
    if value < 0x4000:
        return bytes([0x80 | value >> 8, value & 0xFF])
    return b"\xe0" + value.to_bytes(3, "little")


# What packs one stream, by the ending that belongs to it.
PACKERS = {
    "gz": gzipped,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "lzma": lambda data: lzma.compress(data, lzma.FORMAT_ALONE),
    "z": zlib.compress,
    "lz4": lz4_frame,
    "zst": zstd_frame,
}
