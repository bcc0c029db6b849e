"""Unpacking a folder of a 7z archive with what Python's own library has.

LZMA, LZMA2, Deflate, BZip2, Zstandard and stored data, behind Delta and the branch filters. A filter is run
by wrapping its input as LZMA2 chunks that are stored: so liblzma's own filters do the work and, unlike in a
chain with LZMA1, the end of the data is marked and nothing stays behind in the filter.
"""

from __future__ import annotations

import lzma
import struct
from collections.abc import Callable, Iterator
from typing import Any

from inspector.artifacts.containers.broken import BadCompression
from inspector.artifacts.containers.inflate import FAILURES, METHODS
from inspector.artifacts.containers.sevenzip_parts import Coder, Folder
from inspector.artifacts.limits import BOMB_FROM, BOMB_RATIO, Budget, OverLimit
from inspector.sources.interface import ByteSource

MAX_DICTIONARY = 128 << 20
_STEP = 64 << 10
_OUT = 1 << 20
_MIN_DICTIONARY = 4096
_LZMA, _LZMA2, _DELTA = b"\x03\x01\x01", b"\x21", b"\x03"
_STORED = b"\x00"
_PACKERS = {
    b"\x04\x01\x08": "deflate",
    b"\x04\x02\x02": "bzip2",
    b"\x04\xf7\x11\x01": "zstd",
}
_BRANCH_FILTERS = {
    b"\x03\x03\x01\x03": lzma.FILTER_X86,
    b"\x03\x03\x02\x05": lzma.FILTER_POWERPC,
    b"\x03\x03\x04\x01": lzma.FILTER_IA64,
    b"\x03\x03\x05\x01": lzma.FILTER_ARM,
    b"\x03\x03\x07\x01": lzma.FILTER_ARMTHUMB,
    b"\x03\x03\x08\x05": lzma.FILTER_SPARC,
    b"\x04": lzma.FILTER_X86,
    b"\x05": lzma.FILTER_POWERPC,
    b"\x06": lzma.FILTER_IA64,
    b"\x07": lzma.FILTER_ARM,
    b"\x08": lzma.FILTER_ARMTHUMB,
    b"\x09": lzma.FILTER_SPARC,
}
NOT_READ = {
    b"\x03\x03\x01\x1b": "BCJ2",
    b"\x03\x04\x01": "PPMd",
    b"\x04\x01\x09": "Deflate64",
    b"\x06\xf1\x07\x01": "AES encryption",
    b"\x0a": "the ARM64 filter",
    b"\x0b": "the RISC-V filter",
    b"\x04\xf7\x11\x02": "Brotli",
    b"\x04\xf7\x11\x04": "LZ4",
}
ENCRYPTION = b"\x06\xf1\x07\x01"


class NotRead(Exception):
    """The folder is packed in a way that is not read here. ``is_encrypted`` tells the special case."""

    def __init__(self, message: str, *, is_encrypted: bool = False) -> None:
        super().__init__(message)
        self.is_encrypted = is_encrypted


def unpack_folder(source: ByteSource, folder: Folder, budget: Budget) -> Iterator[bytes]:
    """The unpacked bytes of a folder in pieces of at most 1 MB. Raises NotRead at once, and while it is
    unpacked BadCompression and OverLimit."""
    chain = _chain(folder)
    ((at, size),) = folder.streams
    pieces = _file_pieces(source, at, size)
    for coder, length in chain:
        pieces = _stage(coder, length)(pieces)
    return _counted(pieces, size, budget, _dearest(chain))


def _chain(folder: Folder) -> list[tuple[Coder, int]]:
    """The coders from the packed stream to the member's bytes, each with the size it gives."""
    for coder in folder.coders:
        name = NOT_READ.get(coder.method)
        if name is not None:
            raise NotRead(
                f"It is packed with {name}, which is not read.", is_encrypted=coder.method == ENCRYPTION
            )
        if coder.inputs != 1 or coder.outputs != 1:
            raise NotRead("It is packed by a method that is not known here.")
    fed_by = {output: number for number, output in folder.binds}
    chain: list[tuple[Coder, int]] = []
    number: int | None = folder.packed[0]
    while number is not None and len(chain) < len(folder.coders):
        chain.append((folder.coders[number], folder.sizes[number]))
        number = fed_by.get(number)
    if len(chain) != len(folder.coders) or number is not None:
        raise BadCompression("The coders of the 7z archive form no chain.")
    return chain


def _file_pieces(source: ByteSource, at: int, size: int) -> Iterator[bytes]:
    end = at + size
    while at < end:
        count = min(_STEP, end - at)
        yield source.read_at(at, count)
        at += count


_Stage = Callable[[Iterator[bytes]], Iterator[bytes]]


def _stage(coder: Coder, size: int) -> _Stage:
    """What one coder makes of the pieces before it. Raises NotRead, OverLimit."""
    method, properties = coder.method, coder.properties
    if method == _STORED:
        return lambda pieces: _exactly(pieces, size)
    if method in _PACKERS:
        return lambda pieces: _decoded(METHODS[_PACKERS[method]](), pieces, size)
    if method == _LZMA and len(properties) == 5:
        header = properties[:1] + struct.pack("<IQ", _dictionary(properties[1:], size), size)
        return lambda pieces: _decoded(_engine(lzma.FORMAT_ALONE), pieces, size, header)
    if method == _LZMA2 and len(properties) == 1 and properties[0] <= 40:
        bits = properties[0]
        stated = (2 | bits & 1) << (bits // 2 + 11) if bits < 40 else 0xFFFFFFFF
        chain = [{"id": lzma.FILTER_LZMA2, "dict_size": _dictionary(struct.pack("<I", stated), size)}]
        return lambda pieces: _decoded(_engine(lzma.FORMAT_RAW, chain), pieces, size)
    if method == _DELTA and len(properties) == 1:
        return _filter({"id": lzma.FILTER_DELTA, "dist": properties[0] + 1}, size)
    if method in _BRANCH_FILTERS and not properties:
        return _filter({"id": _BRANCH_FILTERS[method]}, size)
    raise NotRead(f"It is packed by the method {method.hex() or 'without a name'}, which is not known here.")


def _dictionary(stated: bytes, size: int) -> int:
    """The window to unpack with: nothing lies further back than there are bytes."""
    window = max(min(int.from_bytes(stated, "little"), size), _MIN_DICTIONARY)
    if window > MAX_DICTIONARY:
        raise OverLimit("Unpacking it takes more than 128 MB of memory.")
    return window


def _engine(form: int, filters: list[dict[str, int]] | None = None) -> Any:
    return lzma.LZMADecompressor(form, filters=filters)


def _filter(spec: dict[str, int], size: int) -> _Stage:
    chain = [spec, {"id": lzma.FILTER_LZMA2, "dict_size": _MIN_DICTIONARY}]
    return lambda pieces: _decoded(_engine(lzma.FORMAT_RAW, chain), _stored_chunks(pieces, size), size)


def _stored_chunks(pieces: Iterator[bytes], size: int) -> Iterator[bytes]:
    """``pieces`` as LZMA2 chunks without compression: 0x01 (0x02 from the second on), the length, the bytes;
    a zero at the end."""
    control = b"\x01"
    for piece in _exactly(pieces, size):
        for at in range(0, len(piece), _STEP):
            part = piece[at : at + _STEP]
            yield control + struct.pack(">H", len(part) - 1) + part
            control = b"\x02"
    yield b"\0"


def _exactly(pieces: Iterator[bytes], size: int) -> Iterator[bytes]:
    made = 0
    for piece in pieces:
        made += len(piece)
        if made > size:
            raise BadCompression("The packed data is longer than the 7z archive states.")
        yield piece
    if made < size:
        raise BadCompression("The compressed data ends too early.")


def _decoded(engine: Any, pieces: Iterator[bytes], size: int, first: bytes = b"") -> Iterator[bytes]:
    """What ``engine`` makes of ``pieces``: ``size`` bytes, no less and no more, and no input left over."""
    made = 0
    pending = first
    while not engine.eof:
        data = b""
        if engine.needs_input:
            data = pending or next(pieces, b"")
            pending = b""
        try:
            out = bytes(engine.decompress(data, _OUT))
        except FAILURES:
            raise BadCompression("The compressed data is broken.") from None
        if not out and not data and engine.needs_input and not engine.eof:
            raise BadCompression("The compressed data ends too early.")
        made += len(out)
        if made > size:
            raise BadCompression("The packed data is longer than the 7z archive states.")
        if out:
            yield out
    if made != size or engine.unused_data or next(pieces, b""):
        raise BadCompression("The packed data does not have the size that the 7z archive states.")


def _dearest(chain: list[tuple[Coder, int]]) -> str:
    """The method by whose cost the work is counted; a filter costs no more than its share of LZMA."""
    return next((_PACKERS[coder.method] for coder, _ in chain if coder.method in _PACKERS), "lzma")


def _counted(pieces: Iterator[bytes], packed: int, budget: Budget, method: str) -> Iterator[bytes]:
    made = paid = 0
    for piece in pieces:
        made += len(piece)
        # How much was taken in is hidden behind the filters: all of it, as soon as that much came out.
        share = min(made, packed) - paid
        paid += share
        budget.spend_inflated(len(piece), share, method)
        if made > BOMB_FROM and made > BOMB_RATIO * max(packed, 1):
            raise OverLimit(f"It unpacks to more than {BOMB_RATIO} times its size, as a bomb does.")
        yield piece
