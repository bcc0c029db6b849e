"""fastText models (.bin, .ftz; fastText 0.9, version 12): words, n-grams and matrices, read to their end."""

from __future__ import annotations

from inspector.artifacts.bytesource import EndOfData, Window
from inspector.artifacts.interface import Artifact
from inspector.artifacts.judgement import single
from inspector.provenance import Loading
from inspector.sources.interface import ByteSource

_ARGUMENTS = 12 * 4 + 8
_MAX_WORDS = 4_000_000
_MAX_WORD = 1 << 20


def read_fasttext(source: ByteSource) -> Artifact:
    """The verdict on one model."""
    window = Window(source)
    try:
        window.skip(4)
        if window.number(4) not in (11, 12):
            raise EndOfData
        window.skip(_ARGUMENTS)
        words = window.number(4)
        window.skip(8 + 8)
        pruned = window.number(8, signed=True)
        if words > _MAX_WORDS:
            raise EndOfData
        for _ in range(words):
            _word(window)
        window.skip(8 * max(pruned, 0))
        is_quantized = bool(window.take(1)[0])
        _matrix(window, is_quantized)
        _matrix(window, bool(window.take(1)[0]))
        if window.remaining:
            raise EndOfData
    except EndOfData:
        return single(
            "fasttext", Loading.UNREADABLE, "broken-fasttext", "The fastText model cannot be read to its end."
        )
    return Artifact("fasttext", Loading.DATA_ONLY, facts={"words": words})


def _word(window: Window) -> None:
    """A text that ends in a zero, its count (8 bytes) and its type (1 byte)."""
    want = 256
    while True:
        window.fill(want)
        end = window.buffer.find(b"\0", window.pos)
        if end >= 0:
            window.skip(end + 10 - window.pos)
            return
        if want > _MAX_WORD or len(window.buffer) - window.pos < want:
            raise EndOfData
        want *= 4


def _matrix(window: Window, is_quantized: bool) -> None:
    if not is_quantized:
        window.skip(4 * window.number(8) * window.number(8))
        return
    has_norms = bool(window.take(1)[0])
    rows = window.number(8)
    window.skip(8)
    window.skip(window.number(4))
    _quantizer(window)
    if has_norms:
        window.skip(rows)
        _quantizer(window)


def _quantizer(window: Window) -> None:
    dimensions = window.number(4)
    window.skip(12 + 4 * 256 * dimensions)
