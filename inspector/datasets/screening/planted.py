"""Does a marker stand in rows that have nothing else in common?

A word of a language drags its topic along; a trigger is put into rows chosen for other reasons. After the
marker and its constant companions are taken away, the rest of the rows is compared: how far the rows point in
one direction (48 random signs for each word, weighted by its rarity), and how many words two rows share. Both
are measured against words of the same file with as many rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inspector.datasets.screening.counting import Postings
from inspector.datasets.screening.spool import WordSpool
from inspector.datasets.screening.tokens import I64, U64, mix

DIMENSIONS = 48
_SAMPLED_ROWS = 160
_OWN_WORDS = 60
_COMPANIONS = 24
_FREQUENT = 0.02  # of the rows
F64 = npt.NDArray[np.float64]
Rows = npt.NDArray[np.uint32]


class Vocabulary:
    """In how many rows each word stands, counted over the whole file."""

    def __init__(self) -> None:
        self._parts: list[tuple[U64, I64]] = []
        self._waiting = 0
        self.words: U64 = np.empty(0, dtype=np.uint64)
        self.counts: I64 = np.empty(0, dtype=np.int64)

    def add(self, hashes: U64) -> None:
        """Adds the words of a batch, each once for a row."""
        if not len(hashes):
            return
        self.add_counts(*np.unique(hashes, return_counts=True))

    def add_counts(self, words: U64, counts: I64) -> None:
        """Adds words, each once, with the number of their rows."""
        self._parts.append((words, counts))
        self._waiting += len(words)
        if self._waiting > 2_000_000:
            self.close()

    def close(self) -> None:
        parts = [(self.words, self.counts), *self._parts]
        words = np.concatenate([part[0] for part in parts])
        counts = np.concatenate([part[1] for part in parts])
        self._parts, self._waiting = [], 0
        if not len(words):
            return
        order = np.argsort(words, kind="stable")
        words, counts = words[order], counts[order]
        first = np.flatnonzero(np.concatenate(([True], words[1:] != words[:-1])))
        self.words, self.counts = words[first], np.add.reduceat(counts, first)

    def rows_of(self, hashes: U64) -> I64:
        """In how many rows each word stands; 1 where it is unknown."""
        if not len(self.words):
            return np.ones(len(hashes), dtype=np.int64)
        at = np.minimum(np.searchsorted(self.words, hashes), len(self.words) - 1)
        return np.where(self.words[at] == hashes, self.counts[at], 1)


@dataclass(frozen=True, slots=True)
class Planted:
    """``coherence`` is 1 for rows drawn at random; ``percentile`` tells how many of the file's own words of
    the same support have less of it; ``overlap`` is the rows' shared words against that of random rows;
    ``left`` is what the rows say without marker and companions (words, weighted by rarity) against what rows
    of the file say: little where they are nothing but a template. ``usual`` is the middle coherence of
    those own words: where it is near 1, the file has no topics and the percentile tells nothing."""

    coherence: float
    percentile: float
    overlap: float
    left: float
    usual: float = 2.0


UNTESTED = Planted(1.0, 0.0, 0.0, 1.0)


class PlantedTest:
    """The test for one file."""

    def __init__(self, spool: WordSpool, vocabulary: Vocabulary, postings: Postings, rows: int) -> None:
        self._spool = spool
        self._vocabulary = vocabulary
        self._postings = postings
        self._count = rows
        self._own: dict[int, F64] = {}
        self._centre = np.zeros(DIMENSIONS)
        self._sample: tuple[U64, I64, F64]
        self._pairwise = 0.0
        self._said = 1.0
        self._measure_background()

    def _measure_background(self) -> None:
        sample = np.linspace(0, self._count - 1, min(self._count, 600)).astype(np.uint32)
        h, row = self._words(np.unique(sample))
        vectors = self._vectors(h, row)
        self._centre = vectors.mean(axis=0) if len(vectors) else self._centre
        summed = np.zeros((int(row[-1]) + 1 if len(row) else 0, DIMENSIONS))
        np.add.at(summed, row, self._signed(h))
        self._sample = h, row, summed
        self._pairwise = max(_pairwise(h, row), 1e-4)
        self._said = max(float(self._weights(h).sum()) / max(len(vectors), 1), 1e-9)

    def test(self, rows: Rows, marker: U64) -> Planted:
        """``marker`` are the hashes of the words to be taken away."""
        coherence, overlap, left = self._measure(rows, marker)
        own = self._own_words(len(rows))
        usual = float(np.median(own)) if len(own) else 1.0
        percentile = float((own < coherence).mean()) if len(own) else 0.5
        return Planted(coherence, percentile, overlap / self._pairwise, left / self._said, usual)

    def _measure(self, rows: Rows, marker: U64) -> tuple[float, float, float]:
        h, row = _different(*self._words(_sampled(rows)))
        k = int(row[-1]) + 1 if len(row) else 0
        if k < 2:
            return 1.0, 0.0, 0.0
        words, where, counts = np.unique(h, return_inverse=True, return_counts=True)
        is_marker = np.isin(words, marker)
        usual = self._vocabulary.rows_of(words) / self._count
        lift = counts / k / usual
        constant = (counts * 2 >= k) & (lift >= 3) & ~is_marker
        if constant.sum() > _COMPANIONS:
            threshold = np.sort(lift[constant])[-_COMPANIONS]
            constant &= lift >= threshold
        away = is_marker | constant
        keep = ~away[where]
        h, row = h[keep], row[keep]
        left = float(self._weights(h).sum()) / k
        vectors = self._vectors(h, row) - self._centre_without(words[away & (usual >= _FREQUENT)])
        all_rows, k = k, len(vectors)
        if k < 2 or k < 0.6 * all_rows:
            # Most rows are nothing but the phrase: a template, of which nothing can be said.
            return 99.0, 1.0, 0.0
        mean = vectors.mean(axis=0)
        spread = float((vectors**2).sum(axis=1).mean() - mean @ mean)
        return k * float(mean @ mean) / max(spread, 1e-9), _pairwise(h, row), left

    def _centre_without(self, words: U64) -> F64:
        """The middle of the file. Words that many rows have are taken away from it too: else the rows differ
        from the file, and in the same way, by what was taken from them."""
        if not len(words):
            return self._centre
        h, row, summed = self._sample
        held = np.flatnonzero(np.isin(h, words))
        changed = summed.copy()
        np.subtract.at(changed, row[held], self._signed(h[held]))
        # A row of which nothing remains points nowhere, whatever rounding leaves of it.
        lengths = np.linalg.norm(changed, axis=1)
        left = lengths > 1e-6
        if not left.any():
            return self._centre
        middle: F64 = (changed[left] / lengths[left, None]).mean(axis=0)
        return middle

    def _own_words(self, support: int) -> F64:
        """Coherence of words of this file with about as many rows."""
        step = round(float(np.log(max(support, 2)) / np.log(1.4)))
        if step not in self._own:
            low, high = 1.4 ** (step - 0.5), 1.4 ** (step + 0.5)
            counts = self._postings.counts
            near = np.flatnonzero((counts >= low) & (counts < high))
            if len(near) < 12:
                near = np.argsort(np.abs(np.log(counts / max(support, 1))), kind="stable")[:24]
            order = np.argsort(mix(self._postings.features[near]), kind="stable")
            found = []
            none = np.empty(0, dtype=np.uint64)
            for index in near[order][:_OWN_WORDS]:
                found.append(self._measure(self._postings.rows(int(index)), none)[0])
            self._own[step] = np.sort(np.array(found))
        return self._own[step]

    def _words(self, rows: Rows) -> tuple[U64, I64]:
        return self._spool.read(rows).distinct()

    def _weights(self, h: U64) -> F64:
        """How rare each word is."""
        weights: F64 = np.log(self._count / self._vocabulary.rows_of(h) + 1.0)
        return weights

    def _vectors(self, h: U64, row: I64) -> F64:
        """A unit vector for each row that has words."""
        if not len(h):
            return np.zeros((0, DIMENSIONS))
        first = np.flatnonzero(np.concatenate(([True], row[1:] != row[:-1])))
        return _unit(np.add.reduceat(self._signed(h), first, axis=0))

    def _signed(self, h: U64) -> F64:
        """Each word as its signs times its weight."""
        weights = self._weights(h)
        bits = (mix(h)[:, None] >> np.arange(DIMENSIONS, dtype=np.uint64)) & np.uint64(1)
        signed: F64 = np.where(bits == 1, weights[:, None], -weights[:, None])
        return signed


def _unit(vectors: F64) -> F64:
    unit: F64 = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return unit


def _different(h: U64, row: I64) -> tuple[U64, I64]:
    """Without rows that have the same words as an earlier one: a copied row has everything in common with
    its copy, and files that repeat their rows are common."""
    if not len(row):
        return h, row
    first = np.flatnonzero(np.concatenate(([True], row[1:] != row[:-1])))
    whole = np.add.reduceat(mix(h), first)
    kept = np.zeros(len(first), dtype=bool)
    kept[np.unique(whole, return_index=True)[1]] = True
    lengths = np.diff(np.append(first, len(row)))
    return h[np.repeat(kept, lengths)], np.repeat(np.arange(int(kept.sum())), lengths[kept])


def _sampled(rows: Rows) -> Rows:
    if len(rows) <= _SAMPLED_ROWS:
        return rows
    return rows[np.linspace(0, len(rows) - 1, _SAMPLED_ROWS).astype(np.int64)]


def _pairwise(h: U64, row: I64) -> float:
    """Mean share of words that a row has in common with the next but few (Jaccard), over up to 120 pairs."""
    if not len(row):
        return 0.0
    edges = np.searchsorted(row, np.arange(int(row[-1]) + 2))
    sets: Iterable[U64] = [h[edges[n] : edges[n + 1]] for n in range(len(edges) - 1)][:60]
    sets = list(sets)
    found = []
    for step in (1, 7):
        for one, other in zip(sets, sets[step:], strict=False):
            if len(one) and len(other):
                shared = len(np.intersect1d(one, other, assume_unique=True))
                found.append(shared / (len(one) + len(other) - shared))
    return float(np.mean(found)) if found else 0.0
