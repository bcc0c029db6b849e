"""Bytes of a source in bounded pieces: blocks, lines, text."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from inspector.sources.interface import ByteSource

BLOCK = 1024 * 1024


def blocks(source: ByteSource, limit: int) -> Iterator[bytes]:
    """The bytes in blocks of 1 MB, up to ``limit`` bytes."""
    end = min(source.size, limit)
    for offset in range(0, end, BLOCK):
        yield source.read_at(offset, min(BLOCK, end - offset))


def lines(source: ByteSource, limit: int, longest: int) -> Iterator[bytes]:
    """The lines without their ends; of one that is longer than ``longest`` bytes, its first part."""
    pending: list[bytes] = []
    held = 0
    for block in blocks(source, limit):
        start = 0
        while True:
            end = block.find(b"\n", start)
            piece = block[start:] if end < 0 else block[start:end]
            if held < longest:
                pending.append(piece[: longest - held])
            held += len(piece)
            if end < 0:
                break
            yield b"".join(pending).rstrip(b"\r")
            pending, held = [], 0
            start = end + 1
    if held:
        yield b"".join(pending).rstrip(b"\r")


def text_lines(source: ByteSource, limit: int, longest: int) -> Iterator[str]:
    """The lines as text with their ends, as the csv module wants them; broken UTF-8 becomes U+FFFD.
    A byte-order mark chooses UTF-16 and is dropped."""
    head = source.read_at(0, min(source.size, 4))
    encoding = "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    pending = ""
    for block in blocks(source, limit):
        pending += decoder.decode(block)
        parts = pending.split("\n")
        pending = parts.pop()
        for part in parts:
            yield part[:longest].replace("\0", " ") + "\n"
        if len(pending) > longest:
            pending = pending[:longest]
    pending += decoder.decode(b"", True)
    if pending:
        yield pending[:longest].replace("\0", " ")
