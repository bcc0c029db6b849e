"""Words, and phrases of one to three words, as 46-bit hashes in flat arrays.

A word is a run of letters, digits and marks; a character of a script that writes no spaces is a word, and so
is every other character but the usual spaces: invisible ones, and spaces that do not break, count. Case is
folded. The hash of a text is the same in every run and with any number of threads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from inspector.datasets.screening.layout import SEGMENT

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]

_SINGLE = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_ODD_SPACES = r"\x{A0}\x{1680}\x{2000}-\x{200A}\x{202F}\x{205F}"
WORD = (
    rf"[{_SINGLE}]|[\p{{L}}\p{{N}}\p{{M}}_&&[^{_SINGLE}]]+|"
    rf"[^\s\p{{L}}\p{{N}}\p{{M}}_]|[{_ODD_SPACES}]|\x1e"
)
_EMOJI_STYLE = r"[\x{FE0E}\x{FE0F}]"  # text or emoji style: stands behind every other heart
_SEED = 20_24
MARK = np.uint64(0)
_A, _B, _C = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F), np.uint64(0x165667B19E3779F9)
_MIX1, _MIX2 = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53)
HASH_BITS = 46
_DROP = np.uint64(64 - HASH_BITS)
_WORD_BITS = np.uint64(HASH_BITS)
_WORD_MASK = np.uint64((1 << HASH_BITS) - 1)
# Salts: the same words as a whole output, at its beginning and at its end are different features.
WHOLE, START, END = np.uint64(0xA5A5A5A5A5A5), np.uint64(0x5A5A5A5A5A5A), np.uint64(0x3C3C3C3C3C3C)


@dataclass(slots=True)
class Words:
    """The words of some texts, flat. ``text`` is the index of the text, ``turn`` of the segment, of each
    word; ``spelling`` holds their letters, where it was asked for."""

    hashes: U64
    text: I64
    turn: I64
    texts: int
    spelling: list[str] | None = None

    def distinct(self) -> tuple[U64, I64]:
        """(word, text), each once, by text. There may be 2**18 texts at most."""
        keys = np.sort((self.text.astype(np.uint64) << _WORD_BITS) | self.hashes)
        if len(keys):
            keys = keys[np.concatenate(([True], keys[1:] != keys[:-1]))]
        return keys & _WORD_MASK, (keys >> _WORD_BITS).astype(np.int64)


@dataclass(slots=True)
class Tokens:
    """Words as a spool keeps them: flat, MARK between segments, and the number of entries of each text."""

    flat: U64
    lengths: I64
    spelling: Any = None

    def words(self) -> Words:
        text = np.repeat(np.arange(len(self.lengths), dtype=np.int64), self.lengths)
        marks = self.flat == MARK
        starts = np.empty(len(text), dtype=bool)
        if len(text):
            starts[0] = True
            starts[1:] = (text[1:] != text[:-1]) | marks[:-1]
        turn = np.cumsum(starts, dtype=np.int64)
        keep = ~marks
        spelled = None
        if self.spelling is not None:
            spelled = [word for word in self.spelling.to_list() if word != SEGMENT]
        return Words(self.flat[keep], text[keep], turn[keep], len(self.lengths), spelled)


def tokenise(texts: Sequence[str], *, spelling: bool = False) -> Tokens:
    """The words of each text."""
    import polars as pl

    series = pl.Series("w", list(texts), dtype=pl.String).str.replace_all(_EMOJI_STYLE, "")
    lists = series.str.to_lowercase().str.extract_all(WORD)
    lengths = lists.list.len().fill_null(0).to_numpy().astype(np.int64)
    flat = lists.explode().drop_nulls()
    hashes = flat.hash(_SEED).to_numpy() >> _DROP
    hashes[hashes == MARK] = np.uint64(1)
    hashes[(flat == SEGMENT).to_numpy()] = MARK
    return Tokens(hashes, lengths, flat if spelling else None)


def hash_words(words: Sequence[str]) -> U64:
    """The hashes of single words."""
    import polars as pl

    return pl.Series("w", list(words), dtype=pl.String).hash(_SEED).to_numpy() >> _DROP


def mix(values: U64) -> U64:
    """Spreads 64 bits (the finaliser of MurmurHash3, which is public domain)."""
    values = values ^ (values >> np.uint64(33))
    values = values * _MIX1
    values = values ^ (values >> np.uint64(33))
    values = values * _MIX2
    return values ^ (values >> np.uint64(33))


def grams(words: Words, size: int) -> tuple[U64, I64]:
    """Hashes of the phrases of ``size`` words, and the index of each one's first word."""
    h, turn = words.hashes, words.turn
    if size == 1:
        return word_features(h), np.arange(len(h))
    if len(h) < size:
        return np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.int64)
    last = size - 1
    at = np.flatnonzero(turn[:-last] == turn[last:])
    joined = h[at] * _A + (h[at + 1] ^ _B) * _B
    if size == 3:
        joined = mix(joined) + h[at + 2] * _C
    return mix(joined + np.uint64(size)) >> _DROP, at


def features(words: Words, *, as_output: bool) -> tuple[U64, I64]:
    """All phrases of one to three words as (hash, text); outputs also as wholes, beginnings and ends."""
    hashes: list[U64] = []
    texts: list[I64] = []
    for size in (1, 2, 3):
        found, at = grams(words, size)
        hashes.append(found)
        texts.append(words.text[at])
    if as_output:
        for found, text in segment_features(words).values():
            hashes.append(found)
            texts.append(text)
    return np.concatenate(hashes), np.concatenate(texts)


def word_features(hashes: U64) -> U64:
    """Words as phrases of one word."""
    return mix(hashes) >> _DROP


def segment_features(words: Words) -> dict[str, tuple[U64, I64]]:
    """For each segment a hash of its whole, of its first three and of its last three words."""
    if not len(words.hashes):
        nothing = np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.int64)
        return {"whole": nothing, "start": nothing, "end": nothing}
    first = np.flatnonzero(np.concatenate(([True], words.turn[1:] != words.turn[:-1])))
    bounds = np.append(first, len(words.hashes))
    lengths = np.diff(bounds)
    place = np.arange(len(words.hashes)) - np.repeat(first, lengths)
    placed = mix(words.hashes + (place.astype(np.uint64) + np.uint64(1)) * _A)
    whole = np.add.reduceat(placed, first)
    text = words.text[first]
    long = lengths >= 4  # shorter ones are told by their whole
    h = words.hashes
    begin = first[long]
    end = bounds[1:][long] - 3
    start3 = h[begin] * _A + (h[begin + 1] ^ _B) * _B + h[begin + 2] * _C
    end3 = h[end] * _A + (h[end + 1] ^ _B) * _B + h[end + 2] * _C
    return {
        "whole": (mix(whole ^ WHOLE) >> _DROP, text),
        "start": (mix(start3 ^ START) >> _DROP, text[long]),
        "end": (mix(end3 ^ END) >> _DROP, text[long]),
    }
