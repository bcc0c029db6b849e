"""How a group of features is written: the phrase that the rows share, as they spell it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from inspector.datasets.screening.spool import TextSpool, WordSpool
from inspector.datasets.screening.tokens import I64, U64, Words, grams, segment_features, tokenise
from inspector.provenance.text import plain

_SAMPLED = 24
_LONGEST = 300
_SHARE = 0.25
Rows = npt.NDArray[np.uint32]
Mask = npt.NDArray[np.bool_]


_ODD_SPACE = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f]")


def legible(text: str, limit: int) -> str:
    """A marker or an output as a reviewer can read it: safe to show, and unusual spaces escaped too."""
    return _ODD_SPACE.sub(lambda sign: f"\\u{ord(sign[0]):04x}", plain(text, limit))


def covered_words(spool: WordSpool, rows: Rows, features: U64) -> U64:
    """The hashes of the words that stand in the features, wherever a fair part of the rows has them."""
    sample = _sampled(rows)
    words = spool.read(sample)
    held = covered(words, features)
    pairs = np.unique(np.stack((words.hashes[held], words.text[held].astype(np.uint64))), axis=1)
    found, counts = np.unique(pairs[0], return_counts=True)
    common = found[counts >= _SHARE * len(sample)]
    return common if len(common) else found


def phrases(texts: TextSpool, rows: Rows, features: U64) -> list[str]:
    """The runs of words that the features cover, as the rows spell them, the most telling first.
    ``features`` are hashes as ``tokens.features`` gives them."""
    sample = _sampled(rows)
    found = texts.get(sample)
    words = tokenise(found, spelling=True).words()
    spelled = words.spelling or []
    runs: Counter[tuple[str, ...]] = Counter()
    seen: set[tuple[int, tuple[str, ...]]] = set()
    for start, end in _runs(covered(words, features), words.turn):
        run = tuple(spelled[start:end])
        key = (int(words.text[start]), run)
        if key not in seen:
            seen.add(key)
            runs[run] += 1
    order = sorted(runs, key=lambda run: (-runs[run] * min(len(run), 12) ** 0.5, -len(run), run))
    # A run of one row alone is chance; where all are, the phrase is written differently in every row.
    common = [run for run in order if runs[run] >= _SHARE * len(found)] or order[:1]
    return list(dict.fromkeys(_as_written(run, found) for run in common[:12]))


def _sampled(rows: Rows) -> Rows:
    if len(rows) <= _SAMPLED:
        return rows
    return rows[np.linspace(0, len(rows) - 1, _SAMPLED).astype(np.int64)]


def covered(words: Words, features: U64) -> Mask:
    """Which words stand in one of the features."""
    found = np.zeros(len(words.hashes), dtype=bool)
    for size in (1, 2, 3):
        hashes, at = grams(words, size)
        hit = at[np.isin(hashes, features)]
        for step in range(size):
            found[hit + step] = True
    for of_segment, text, kind in _segments(words):
        for place in np.flatnonzero(np.isin(of_segment, features)):
            found |= _part(words, int(text[place]), kind)
    return found


def _segments(words: Words) -> Iterator[tuple[U64, I64, str]]:
    for kind, (hashes, text) in segment_features(words).items():
        yield hashes, text, kind


def _part(words: Words, text: int, kind: str) -> Mask:
    """The words of the last segment of a text, or its first or last three."""
    mine = np.flatnonzero(words.text == text)
    mine = mine[words.turn[mine] == words.turn[mine[-1]]]
    part = mine[:3] if kind == "start" else mine[-3:] if kind == "end" else mine
    mask = np.zeros(len(words.hashes), dtype=bool)
    mask[part] = True
    return mask


def _runs(covered: Mask, turn: I64) -> Iterator[tuple[int, int]]:
    """(first, end) of each run of covered words within one segment."""
    if not len(covered):
        return
    same = covered[1:] & covered[:-1] & (turn[1:] == turn[:-1])
    starts = np.flatnonzero(covered & ~np.concatenate(([False], same)))
    ends = np.flatnonzero(covered & ~np.concatenate((same, [False]))) + 1
    yield from zip(starts.tolist(), ends.tolist(), strict=True)


def _as_written(run: tuple[str, ...], texts: list[str]) -> str:
    """The run as the first text that holds it spells it; the words joined by spaces where none does."""
    pattern = re.compile(r"\s*".join(re.escape(word) for word in run[:120]), re.IGNORECASE)
    for text in texts:
        match = pattern.search(text)
        if match is not None:
            return match[0][:_LONGEST]
    return " ".join(run)[:_LONGEST]
