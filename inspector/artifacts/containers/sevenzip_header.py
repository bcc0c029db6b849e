"""The header of a 7z archive: its folders of packed data and the members in them (7zFormat.txt of the
LZMA SDK, format version 0.4).

The 32 bytes at the beginning name the place of the header at the end, which may itself be packed. Every count
is bounded by the bytes that are left, every checksum is compared, and the parts have to fill the file.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator

from inspector.artifacts.containers.sevenzip_parts import Bad7z, Coder, Folder, Header, HeaderBytes, Member
from inspector.artifacts.limits import MAX_MEMBERS, OverLimit
from inspector.artifacts.magics import SEVENZIP as MAGIC
from inspector.sources.interface import ByteSource

MAX_HEADER = 32 << 20
MAX_FOLDERS = 50_000
MAX_CODERS = 8  # of one folder; 7-Zip writes four at most
MAX_WRAPPED = 4  # headers packed in headers
_START = struct.Struct("<6sBBIQQI")
(
    _END, _HEADER, _ARCHIVE_PROPERTIES, _ADDITIONAL_STREAMS, _MAIN_STREAMS, _FILES, _PACK, _UNPACK,
    _SUBSTREAMS, _SIZE, _CRC, _FOLDER, _UNPACK_SIZES, _STREAM_COUNTS, _EMPTY_STREAM, _EMPTY_FILE, _ANTI,
    _NAMES, _CTIME, _ATIME, _MTIME, _ATTRIBUTES, _COMMENT, _PACKED_HEADER, _START_POSITION, _DUMMY,
) = range(26)  # fmt: skip
_UNIX_ATTRIBUTES = 0x8000


def read_header(source: ByteSource, unpack: Callable[[Folder], bytes]) -> Header:
    """The header of the archive in ``source``; ``unpack`` gives the bytes of a folder that holds a packed
    header. Raises Bad7z, OverLimit."""
    if source.size < _START.size:
        raise Bad7z("The 7z archive is cut off.")
    magic, major, _, crc, offset, size, next_crc = _START.unpack(source.read_at(0, _START.size))
    if magic != MAGIC or major:
        raise Bad7z("The 7z archive is of an unknown version.")
    if zlib.crc32(source.read_at(12, 20)) != crc:
        raise Bad7z("The first header of the 7z archive does not match its checksum.")
    header = Header()
    at = _START.size + offset
    if at + size > source.size:
        raise Bad7z("The 7z archive is cut off.")
    if size > MAX_HEADER:
        raise OverLimit("The header of the 7z archive is longer than 32 MB.")
    data = source.read_at(at, size)
    if zlib.crc32(data) != next_crc:
        raise Bad7z("The header of the 7z archive does not match its checksum.")
    spans = [(0, _START.size), (at, size)]
    for _ in range(MAX_WRAPPED):
        if not data or data[0] != _PACKED_HEADER:
            break
        data = _unwrapped(data, source, spans, unpack)
    if data:
        _read_main(HeaderBytes(data), source, header, spans)
    _check_cover(source, spans, header)
    return header


def _unwrapped(
    data: bytes, source: ByteSource, spans: list[tuple[int, int]], unpack: Callable[[Folder], bytes]
) -> bytes:
    cursor = HeaderBytes(data)
    cursor.expect(_PACKED_HEADER)
    folders = _streams(cursor, source, spans)
    if len(folders) != 1 or cursor.left or folders[0].size > MAX_HEADER:
        raise Bad7z("The packed header of the 7z archive is broken or longer than 32 MB.")
    plain_header = unpack(folders[0])
    if folders[0].crc is not None and zlib.crc32(plain_header) != folders[0].crc:
        raise Bad7z("The packed header of the 7z archive does not match its checksum.")
    return plain_header


def _read_main(cursor: HeaderBytes, source: ByteSource, header: Header, spans: list[tuple[int, int]]) -> None:
    cursor.expect(_HEADER)
    kind = cursor.byte()
    if kind == _ARCHIVE_PROPERTIES:
        while cursor.byte():
            cursor.take(cursor.number())
        header.remarks.append(("7z-property", "The 7z archive has properties that are not read."))
        kind = cursor.byte()
    if kind == _ADDITIONAL_STREAMS:
        raise Bad7z("The 7z archive keeps parts of its header in additional streams, which are not read.")
    if kind == _MAIN_STREAMS:
        header.folders = _streams(cursor, source, spans)
        kind = cursor.byte()
    if kind == _FILES:
        _files(cursor, header)
        kind = cursor.byte()
    if kind != _END or cursor.left:
        raise Bad7z("The header of the 7z archive is broken.")


def _streams(cursor: HeaderBytes, source: ByteSource, spans: list[tuple[int, int]]) -> list[Folder]:
    """StreamsInfo: where packed streams lie, how they unpack, and what stands in them."""
    streams: list[tuple[int, int]] = []
    folders: list[Folder] = []
    kind = cursor.byte()
    if kind == _PACK:
        streams = _packed_streams(cursor, source)
        spans.extend(streams)
        kind = cursor.byte()
    if kind == _UNPACK:
        folders = _folders(cursor)
        kind = cursor.byte()
    used = 0
    for folder in folders:
        folder.streams = streams[used : used + len(folder.packed)]
        used += len(folder.packed)
        folder.parts = [(folder.size, folder.crc)]
    if used != len(streams):
        raise Bad7z("The folders of the 7z archive do not use the packed streams that it states.")
    if kind == _SUBSTREAMS:
        _substreams(cursor, folders)
        kind = cursor.byte()
    if kind != _END:
        raise Bad7z("The header of the 7z archive is broken.")
    return folders


def _packed_streams(cursor: HeaderBytes, source: ByteSource) -> list[tuple[int, int]]:
    at = _START.size + cursor.number()
    count = cursor.count(MAX_FOLDERS)
    streams: list[tuple[int, int]] = []
    kind = cursor.byte()
    if kind == _SIZE:
        for _ in range(count):
            size = cursor.number()
            if at + size > source.size:
                raise Bad7z("The 7z archive is cut off.")
            streams.append((at, size))
            at += size
        kind = cursor.byte()
    if kind == _CRC:
        _checksums(cursor, count)
        kind = cursor.byte()
    if kind != _END or len(streams) != count:
        raise Bad7z("The header of the 7z archive is broken.")
    return streams


def _checksums(cursor: HeaderBytes, count: int) -> list[int | None]:
    defined = cursor.defined(count)
    return [int.from_bytes(cursor.take(4), "little") if known else None for known in defined]


def _folders(cursor: HeaderBytes) -> list[Folder]:
    cursor.expect(_FOLDER)
    count = cursor.count(MAX_FOLDERS)
    _refuse_external(cursor)
    folders = [_folder(cursor) for _ in range(count)]
    cursor.expect(_UNPACK_SIZES)
    for folder in folders:
        folder.sizes = [cursor.number() for coder in folder.coders for _ in range(coder.outputs)]
    kind = cursor.byte()
    if kind == _CRC:
        for folder, crc in zip(folders, _checksums(cursor, count), strict=True):
            folder.crc = crc
        kind = cursor.byte()
    if kind != _END:
        raise Bad7z("The header of the 7z archive is broken.")
    return folders


def _folder(cursor: HeaderBytes) -> Folder:
    coders: list[Coder] = []
    for _ in range(cursor.count(MAX_CODERS)):
        flags = cursor.byte()
        if flags & 0xC0:
            raise Bad7z("A coder of the 7z archive is of an unknown form.")
        method = cursor.take(flags & 0x0F)
        inputs, outputs = (cursor.count(8), cursor.count(8)) if flags & 0x10 else (1, 1)
        properties = cursor.take(cursor.number()) if flags & 0x20 else b""
        coders.append(Coder(method, properties, inputs, outputs))
    total_in = sum(coder.inputs for coder in coders)
    total_out = sum(coder.outputs for coder in coders)
    if not total_out or total_in < total_out - 1:
        raise Bad7z("A folder of the 7z archive is broken.")
    binds = [(cursor.number(), cursor.number()) for _ in range(total_out - 1)]
    fed = {input_number for input_number, _ in binds}
    bound = {output for _, output in binds}
    if len(fed) != len(binds) or len(bound) != len(binds) or max(fed | {0}) >= total_in:
        raise Bad7z("A folder of the 7z archive is broken.")
    if max(bound | {0}) >= total_out:
        raise Bad7z("A folder of the 7z archive is broken.")
    wanted = total_in - len(binds)
    if wanted == 1:
        packed = [number for number in range(total_in) if number not in fed]
    else:
        packed = [cursor.number() for _ in range(wanted)]
    if sorted({*packed, *fed}) != list(range(total_in)):
        raise Bad7z("A folder of the 7z archive is broken.")
    return Folder(coders, binds, packed)


def _refuse_external(cursor: HeaderBytes) -> None:
    if cursor.byte():
        raise Bad7z("The 7z archive keeps parts of its header in additional streams, which are not read.")


def _substreams(cursor: HeaderBytes, folders: list[Folder]) -> None:
    """How many members each folder holds, their sizes but for the last one's, and their checksums."""
    counts = [1] * len(folders)
    kind = cursor.byte()
    if kind == _STREAM_COUNTS:
        counts = [cursor.count(MAX_MEMBERS) for _ in folders]
        kind = cursor.byte()
    if sum(counts) > MAX_MEMBERS:
        raise OverLimit(f"The 7z archive has more than {MAX_MEMBERS} members.")
    sizes: list[list[int]] = []
    for folder, count in zip(folders, counts, strict=True):
        stated = [cursor.number() for _ in range(count - 1)] if kind == _SIZE else []
        rest = folder.size - sum(stated)
        if rest < 0 or (count > 1 and kind != _SIZE):
            raise Bad7z("The members of the 7z archive do not fit into it.")
        sizes.append([*stated, rest] if count else [])
    if kind == _SIZE:
        kind = cursor.byte()
    known = [count == 1 and folder.crc is not None for folder, count in zip(folders, counts, strict=True)]
    sums: list[int | None] = [None] * sum(
        count for count, is_known in zip(counts, known, strict=True) if not is_known
    )
    if kind == _CRC:
        sums = _checksums(cursor, len(sums))
        kind = cursor.byte()
    if kind != _END:
        raise Bad7z("The header of the 7z archive is broken.")
    given = iter(sums)
    for folder, parts, is_known in zip(folders, sizes, known, strict=True):
        folder.parts = [(size, folder.crc if is_known else next(given)) for size in parts]


def _files(cursor: HeaderBytes, header: Header) -> None:
    count = cursor.count(MAX_MEMBERS)
    names: list[str] = []
    empty, modes = [False] * count, [0] * count
    empty_files: list[bool] | None = None
    anti: list[bool] | None = None
    seen: set[int] = set()
    while kind := cursor.number():
        part = HeaderBytes(cursor.take(cursor.number()))
        if kind in seen and kind != _DUMMY:
            header.remarks.append(("7z-property", "The 7z archive states a property of its members twice."))
        seen.add(kind)
        if kind == _NAMES:
            names = _names(part, count)
        elif kind == _EMPTY_STREAM:
            empty = part.bits(count)
        elif kind == _EMPTY_FILE:
            empty_files = part.bits(sum(empty))
        elif kind == _ANTI:
            anti = part.bits(sum(empty))
        elif kind == _ATTRIBUTES:
            modes = _attributes(part, count)
        elif kind not in (_CTIME, _ATIME, _MTIME, _START_POSITION, _DUMMY):
            header.remarks.append(("7z-property", "The 7z archive has properties that are not read."))
    if len(names) != count:
        raise Bad7z("The 7z archive does not name its members.")
    streams = [part for folder in header.folders for part in folder.parts]
    if len(streams) != count - sum(empty):
        raise Bad7z("The 7z archive does not hold as many members as it names.")
    _members(header, names, empty, (empty_files, anti, modes), iter(streams))


def _members(
    header: Header,
    names: list[str],
    empty: list[bool],
    details: tuple[list[bool] | None, list[bool] | None, list[int]],
    streams: Iterator[tuple[int, int | None]],
) -> None:
    empty_files, anti, modes = details
    hollow = 0
    for number, name in enumerate(names):
        if not empty[number]:
            size, crc = next(streams)
            header.members.append(Member(name, size, crc, False, False, modes[number]))
            continue
        is_file = bool(empty_files and empty_files[hollow])
        is_anti = bool(anti and anti[hollow])
        hollow += 1
        header.members.append(Member(name, None, None, not is_file, is_anti, modes[number]))


def _names(part: HeaderBytes, count: int) -> list[str]:
    _refuse_external(part)
    raw = part.take(part.left)
    try:
        text = raw.decode("utf-16-le", "surrogatepass")
    except UnicodeDecodeError:
        raise Bad7z("The names in the 7z archive are broken.") from None
    names = text.split("\0")
    if names.pop() or len(names) != count:
        raise Bad7z("The 7z archive does not name its members.")
    return names


def _attributes(part: HeaderBytes, count: int) -> list[int]:
    """The Unix mode of each member, 0 where the archive states none."""
    defined = part.defined(count)
    _refuse_external(part)
    values = [int.from_bytes(part.take(4), "little") if known else 0 for known in defined]
    return [value >> 16 if value & _UNIX_ATTRIBUTES else 0 for value in values]


def _check_cover(source: ByteSource, spans: list[tuple[int, int]], header: Header) -> None:
    """The start, the packed streams and the headers have to fill the file, each byte once."""
    expected = 0
    for at, size in sorted(spans):
        if at != expected and size:
            word = "overlap" if at < expected else "gap"
            header.remarks.append((f"7z-{word}", f"There is a {word} in the 7z archive before byte {at}."))
        expected = max(expected, at + size)
    if expected != source.size:
        header.remarks.append(("bytes-after-end", "Bytes follow the end of the 7z archive."))
