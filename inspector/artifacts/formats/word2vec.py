"""Vectors in word2vec's binary form (word2vec.c; gensim's ``save_word2vec_format``), read to their end."""

from __future__ import annotations

import re

from inspector.artifacts.bytesource import EndOfData, Window
from inspector.artifacts.interface import Artifact
from inspector.provenance import Loading
from inspector.sources.interface import ByteSource

_HEADER = re.compile(rb"([1-9]\d{0,9}) ([1-9]\d{0,4})\n")
_MAX_WORDS = 20_000_000
_MAX_WORD = 4096


def begins_as_word2vec(start: bytes) -> bool:
    """Whether the first line is a number of words and a number of dimensions."""
    return _HEADER.match(start) is not None


def read_word2vec(source: ByteSource) -> Artifact | None:
    """The verdict, or None where the bytes are not as many words and vectors as the first line says."""
    window = Window(source)
    header = _HEADER.match(source.read_at(0, min(source.size, 32)))
    if header is None:
        return None
    words, dimensions = int(header[1]), int(header[2])
    if words > _MAX_WORDS or words * 4 * dimensions > source.size:
        return None
    try:
        window.skip(header.end())
        for _ in range(words):
            _word(window)
            window.skip(4 * dimensions)
        if window.remaining == 1:
            window.skip(1)
    except EndOfData:
        return None
    if window.remaining:
        return None
    return Artifact("word2vec", Loading.DATA_ONLY, facts={"words": words, "dimensions": dimensions})


def _word(window: Window) -> None:
    """The bytes up to a blank. word2vec.c writes a line feed before all words but the first."""
    window.fill(64)
    end = window.buffer.find(b" ", window.pos)
    if end < 0:
        window.fill(_MAX_WORD)
        end = window.buffer.find(b" ", window.pos)
    if end < 0:
        raise EndOfData
    window.skip(end + 1 - window.pos)
