"""Compressed streams near the limit of what is unpacked for one file, dear and cheap ones."""

from __future__ import annotations

import bz2
import gzip
import lzma
import random
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

Maker = Callable[[Path], None]
GIB = 1 << 30
_DICE = random.Random(1)
_HALF = bytes(_DICE.choice(b"abcdefghijklmnop") for _ in range(1 << 20))  # four bits to the byte
_EIGHTH = _HALF[: 1 << 13] * 128


def _repeated(pack: Callable[[bytes], bytes], part: bytes, total: int, begin: bytes = b"") -> Maker:
    """One packed part again and again, as further streams of the file."""

    def make(path: Path) -> None:
        packed = pack(part)
        with path.open("wb") as file:
            file.write(begin)
            for _ in range(max(1, total // len(part))):
                file.write(packed)

    return make


def _zstd(data: bytes) -> bytes:
    import zstandard

    return zstandard.ZstdCompressor(3).compress(data)


def _lz4(data: bytes) -> bytes:
    import lz4.frame

    return bytes(lz4.frame.compress(data))


def _xz(data: bytes) -> bytes:
    return lzma.compress(data, preset=1)


def _alone(data: bytes) -> bytes:
    return lzma.compress(data, lzma.FORMAT_ALONE, preset=1)


METHODS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": (".gz", lambda data: gzip.compress(data, 6, mtime=0)),
    "zlib": (".z", lambda data: zlib.compress(data, 6)),
    "bzip2": (".bz2", bz2.compress),
    "xz": (".xz", _xz),
    "lzma": (".lzma", _alone),
    "zstd": (".zst", _zstd),
    "lz4": (".lz4", _lz4),
}
SHAPES: dict[str, tuple[str, Maker]] = {}
for word, (ending, pack) in METHODS.items():
    SHAPES[f"{word} of 900 MB, packed to a half"] = (ending, _repeated(pack, _HALF, 900 << 20))
    SHAPES[f"{word} of 900 MB, of one pattern"] = (ending, _repeated(pack, _EIGHTH, 900 << 20))
SHAPES["gzip of 50,000 streams"] = (
    ".gz",
    _repeated(METHODS["gzip"][1], b"a line of text\n" * 4, 49_000 * 60),
)


def _zip_of(method: int, count: int) -> Maker:
    def make(path: Path) -> None:
        with zipfile.ZipFile(path, "w", method) as archive:
            for number in range(count):
                with archive.open(f"{number}.pkl", "w") as member:
                    member.write(b"\x80\x04B\xf8\xff\xff\x01")  # a byte string to the end
                    for _ in range(24):
                        member.write(_HALF)

    return make


SHAPES["zip of 40 deflated members of 24 MB"] = (".zip", _zip_of(zipfile.ZIP_DEFLATED, 40))
SHAPES["zip of 8 bzip2 members of 24 MB"] = (".zip", _zip_of(zipfile.ZIP_BZIP2, 8))
SHAPES["zip of 4 lzma members of 24 MB"] = (".zip", _zip_of(zipfile.ZIP_LZMA, 4))
