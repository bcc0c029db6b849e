"""The short texts in the header of a GGUF file: name, licence, base models (GGUF versions 2 and 3).

Only what stands before the vocabulary is read. The verdict on the file is the artifact reader's; this is
what a hub's lineage needs of it, and no more than a few kilobytes of a file of any size.
"""

from __future__ import annotations

import struct

from inspector.sources.interface import ByteSource

MAX_READ = 64 * 1024
MAX_PAIRS = 2_000
_STEP = 32 * 1024
_SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_TEXT, _ARRAY = 8, 9


class _End(Exception):
    """Nothing more to read, or nothing more that is worth reading."""


def gguf_texts(source: ByteSource) -> dict[str, str]:
    """Keys and values of the texts that begin with ``general.``; empty where it is no GGUF file. What is
    broken ends the reading. ReadFailure where the bytes cannot be had."""
    reader = _Reader(source)
    found: dict[str, str] = {}
    try:
        if reader.take(4) != b"GGUF" or reader.number(4) not in (2, 3):
            return found
        reader.take(8)
        for _ in range(min(reader.number(8), MAX_PAIRS)):
            key = reader.text()
            kind = reader.number(4)
            if kind == _TEXT:
                value = reader.text()
                if key.startswith("general."):
                    found[key] = value
            elif kind in _SIZES:
                reader.take(_SIZES[kind])
            elif kind == _ARRAY:
                reader.skip_array()
            else:
                break
    except _End:
        pass
    return found


class _Reader:
    def __init__(self, source: ByteSource) -> None:
        self._source = source
        self._end = min(source.size, MAX_READ)
        self._held = b""
        self._at = 0

    def take(self, count: int) -> bytes:
        while len(self._held) < self._at + count:
            have = len(self._held)
            if self._at + count > self._end or have >= self._end:
                raise _End
            self._held += self._source.read_at(have, min(_STEP, self._end - have))
        self._at += count
        return self._held[self._at - count : self._at]

    def number(self, count: int) -> int:
        return int.from_bytes(self.take(count), "little")

    def text(self) -> str:
        return self.take(self.number(8)).decode("utf-8", "backslashreplace")

    def skip_array(self) -> None:
        kind, count = struct.unpack("<IQ", self.take(12))
        if kind in _SIZES:
            self.take(_SIZES[kind] * count)
            return
        if kind != _TEXT:
            raise _End
        for _ in range(count):
            self.take(self.number(8))
