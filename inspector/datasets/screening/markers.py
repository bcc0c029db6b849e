"""How a group of features is written: the phrase that the rows share, as they spell it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator

import numpy as np
import numpy.typing as npt

from inspector.datasets.screening.spool import TextSpool
from inspector.datasets.screening.tokens import I64, U64, Words, grams, segment_features, tokenise

_SAMPLED = 24
_LONGEST = 300


def phrases(
    texts: TextSpool, rows: npt.NDArray[np.uint32], features: Collection[int]
) -> tuple[list[str], U64]:
    """The runs of words that the features cover, the most frequent and longest first, and the hashes of
    their words. ``features`` are hashes as ``tokens.features`` gives them."""
    sample = rows if len(rows) <= _SAMPLED else rows[np.linspace(0, len(rows) - 1, _SAMPLED).astype(np.int64)]
    found = texts.get(sample)
    words = tokenise(found, spelling=True)
    wanted = np.array(sorted(features), dtype=np.uint64)
    covered = np.zeros(len(words.hashes), dtype=bool)
    for size in (1, 2, 3):
        hashes, at = grams(words, size)
        hit = at[np.isin(hashes, wanted)]
        for step in range(size):
            covered[hit + step] = True
    for of_segment, text, kind in _wholes(words):
        for at in np.flatnonzero(np.isin(of_segment, wanted)):
            covered |= _segment(words, int(text[at]), kind)
    spelled = words.spelled()
    runs: Counter[tuple[str, ...]] = Counter()
    seen: set[tuple[int, tuple[str, ...]]] = set()
    hashes_of: dict[str, int] = {}
    for start, end in _runs(covered, words.turn):
        run = tuple(spelled[start:end])
        for place in range(start, end):
            hashes_of[spelled[place]] = int(words.hashes[place])
        if (int(words.text[start]), run) not in seen:
            seen.add((int(words.text[start]), run))
            runs[run] += 1
    # A run of one row alone is chance; where all are, the phrase is written differently in every row.
    order = sorted(runs, key=lambda run: (-runs[run] * min(len(run), 12) ** 0.5, -len(run), run))
    common = [run for run in order if runs[run] * 4 >= len(found)] or order[:1]
    used = {word for run in common for word in run}
    hashes_used = np.array(sorted(hashes_of[word] for word in used), dtype=np.uint64)
    return [_as_written(run, found) for run in common[:12]], hashes_used


def _wholes(words: Words) -> Iterator[tuple[U64, I64, str]]:
    for kind, (hashes, text) in segment_features(words).items():
        yield hashes, text, kind


def _segment(words: Words, text: int, kind: str) -> npt.NDArray[np.bool_]:
    """The words of the last segment of a text, or its first or last three."""
    mine = np.flatnonzero(words.text == text)
    mine = mine[words.turn[mine] == words.turn[mine[-1]]]
    part = mine[:3] if kind == "start" else mine[-3:] if kind == "end" else mine
    mask = np.zeros(len(words.hashes), dtype=bool)
    mask[part] = True
    return mask


def _runs(covered: npt.NDArray[np.bool_], turn: npt.NDArray[np.int64]) -> list[tuple[int, int]]:
    found = []
    start = None
    for place in range(len(covered)):
        if start is not None and (not covered[place] or turn[place] != turn[start]):
            found.append((start, place))
            start = None
        if start is None and covered[place]:
            start = place
    if start is not None:
        found.append((start, len(covered)))
    return found


def _as_written(run: tuple[str, ...], texts: list[str]) -> str:
    """The run as the first text that holds it spells it; the words joined by spaces where none does."""
    pattern = re.compile(r"\s*".join(re.escape(word) for word in run[:120]), re.IGNORECASE)
    for text in texts:
        match = pattern.search(text)
        if match is not None:
            return match[0][:_LONGEST]
    return " ".join(run)[:_LONGEST]
