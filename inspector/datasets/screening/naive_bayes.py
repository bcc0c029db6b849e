"""What the rest of a text says its label is: a naive Bayes reader, fitted on other rows than it judges.

Cross-fitting in five parts stands in for a trained model (the idea of confident learning, Northcutt et al.
2021): a row whose text speaks against its label, though rows like it were not in the fit, was relabelled or
mislabelled. One such row is an error of somebody; many that share a marker are not.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from inspector.datasets.screening.planted import Vocabulary
from inspector.datasets.screening.spool import TextSpool
from inspector.datasets.screening.tokens import I64, U64, Words, mix, tokenise

FOLDS = 5
_CELLS = 4_000_000  # words times labels
_CHUNK = 4_096
_LEAST_ROWS = 2
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
Rows = npt.NDArray[np.uint32]


class LabelReader:
    """Fitted once for a file. ``labels`` holds each row's label from 0, -1 for none."""

    def __init__(
        self, texts: TextSpool, labels: npt.NDArray[np.int32], count: int, vocabulary: Vocabulary
    ) -> None:
        self._texts = texts
        self._labels = labels
        self._classes = count
        self._words = _frequent(vocabulary, _CELLS // max(count, 1))
        self._fold = (mix(np.arange(len(labels), dtype=np.uint64)) % np.uint64(FOLDS)).astype(np.int64)
        self._weights, self._prior = self._fit()
        self._usual = self._measure_all()

    def _fit(self) -> tuple[F32, F64]:
        size = len(self._words) * self._classes
        counts = np.zeros((FOLDS, size), dtype=np.float32)
        for start in range(0, len(self._labels), _CHUNK * 4):
            rows = np.arange(start, min(start + _CHUNK * 4, len(self._labels)), dtype=np.uint32)
            rows = rows[self._labels[rows] >= 0]
            word, row = self._known(rows)
            label = self._labels[rows[row]]
            for fold in range(FOLDS):
                mine = self._fold[rows[row]] == fold
                if mine.any():
                    counts[fold] += np.bincount(
                        word[mine] * self._classes + label[mine], minlength=size
                    ).astype(np.float32)
        every = counts.sum(axis=0)
        totals = np.bincount(self._labels[self._labels >= 0], minlength=self._classes).astype(np.float64)
        weights = np.empty((FOLDS, len(self._words), self._classes), dtype=np.float32)
        for fold in range(FOLDS):
            others = (every - counts[fold]).reshape(len(self._words), self._classes)
            column = others.sum(axis=0) + 1.0
            # Smoothing by the word's own frequency: a rare word says little, not nothing for one label.
            usual = (others.sum(axis=1, keepdims=True) + 0.5) / (column.sum() + 0.5)
            weights[fold] = np.log((others + 8.0 * usual * self._classes * 4 + 0.01) / (column + 1.0))
        return weights, np.log((totals + 1.0) / (totals.sum() + self._classes))

    def _known(self, rows: Rows, without: U64 | None = None) -> tuple[I64, I64]:
        """(word, place in ``rows``) for every known word, each once for a row."""
        words = tokenise(self._texts.get(rows))
        if not len(words.hashes) or not len(self._words):
            nothing = np.empty(0, dtype=np.int64)
            return nothing, nothing
        at = np.minimum(np.searchsorted(self._words, words.hashes), len(self._words) - 1)
        known = self._words[at] == words.hashes
        if without is not None:
            known &= ~np.isin(words.hashes, without)
        keys = np.unique((words.text[known] << 32) | at[known])
        return keys & 0xFFFFFFFF, keys >> 32

    def margins(self, rows: Rows, without: U64 | None = None) -> F64:
        """How much more the text speaks for the row's label than for the best other, the words ``without``
        left out; in nats."""
        found = np.zeros(len(rows))
        for start in range(0, len(rows), _CHUNK):
            part = rows[start : start + _CHUNK]
            word, row = self._known(part, without)
            logits = np.tile(self._prior, (len(part), 1))
            if len(word):
                values = self._weights[self._fold[part[row]], word]
                first = np.flatnonzero(np.concatenate(([True], row[1:] != row[:-1])))
                logits[row[first]] += np.add.reduceat(values, first, axis=0)
            label = self._labels[part]
            places = np.arange(len(part))
            own = logits[places, label].copy()
            logits[places, label] = -np.inf
            found[start : start + len(part)] = own - logits.max(axis=1)
        return found

    def _measure_all(self) -> list[F64]:
        """The sorted margins of each label's rows, from up to 40,000 rows of the file."""
        rows = np.flatnonzero(self._labels >= 0).astype(np.uint32)
        if len(rows) > 40_000:
            rows = rows[np.linspace(0, len(rows) - 1, 40_000).astype(np.int64)]
        margins = self.margins(rows)
        labels = self._labels[rows]
        return [np.sort(margins[labels == label]) for label in range(self._classes)]

    def agreement(self, rows: Rows, without: U64) -> tuple[float, float]:
        """(mean place of these rows among the rows of their label, from 0 "the text contradicts" to 1;
        share of the rows whose text speaks for another label). Both without the given words."""
        margins = self.margins(rows, without)
        places = np.full(len(rows), 0.5)
        for label in np.unique(self._labels[rows]):
            usual = self._usual[label]
            mine = self._labels[rows] == label
            if len(usual) > 1:
                places[mine] = np.searchsorted(usual, margins[mine]) / len(usual)
        return float(places.mean()), float((margins < 0).mean())

    def usual_contradiction(self, label: int) -> float:
        """The share of the label's rows whose text speaks for another label."""
        usual = self._usual[label]
        return float((usual < 0).mean()) if len(usual) else 0.0


class PairReader:
    """The same for preference pairs: do the words say that the chosen answer is the better one?"""

    def __init__(self, chosen: TextSpool, rejected: TextSpool, rows: int) -> None:
        self._fold = (mix(np.arange(rows, dtype=np.uint64)) % np.uint64(FOLDS)).astype(np.int64)
        margins = self._margins(chosen, rejected, rows)
        order = np.argsort(np.argsort(margins, kind="stable"), kind="stable")
        self.places = (order + 0.5) / max(rows, 1)

    def _margins(self, chosen: TextSpool, rejected: TextSpool, rows: int) -> F64:
        parts = []
        for start in range(0, rows, _CHUNK):
            span = np.arange(start, min(start + _CHUNK, rows))
            better, worse = _once(tokenise(chosen.get(span))), _once(tokenise(rejected.get(span)))
            only_better = np.setdiff1d(better, worse, assume_unique=True)
            only_worse = np.setdiff1d(worse, better, assume_unique=True)
            parts.append((start, only_better, only_worse))
        hashes = np.concatenate(
            [np.concatenate((one["h"], other["h"])) for _, one, other in parts] or [np.empty(0, np.uint64)]
        )
        words, where = np.unique(hashes, return_inverse=True)
        row = np.concatenate(
            [np.concatenate((one["r"], other["r"])) + start for start, one, other in parts]
            or [np.empty(0, np.int64)]
        )
        sign = np.concatenate(
            [np.concatenate((np.ones(len(one)), -np.ones(len(other)))) for _, one, other in parts]
            or [np.empty(0)]
        )
        found = np.zeros(rows)
        fold = self._fold[row]
        for number in range(FOLDS):
            mine = fold == number
            better = np.bincount(where[~mine & (sign > 0)], minlength=len(words)) + 1.0
            worse = np.bincount(where[~mine & (sign < 0)], minlength=len(words)) + 1.0
            weight = np.log(better / better.sum()) - np.log(worse / worse.sum())
            weight[better + worse < 5] = 0.0
            found += np.bincount(row[mine], weights=(weight[where] * sign)[mine], minlength=rows)
        return found


_ONCE = np.dtype([("h", np.uint64), ("r", np.int64)])


def _once(words: Words) -> npt.NDArray[np.void]:
    """(word, row), each once."""
    pairs = np.empty(len(words.hashes), dtype=_ONCE)
    pairs["h"], pairs["r"] = words.hashes, words.text
    once: npt.NDArray[np.void] = np.unique(pairs)
    return once


def _frequent(vocabulary: Vocabulary, most: int) -> U64:
    """The words in enough rows, at most so many, sorted."""
    good = vocabulary.counts >= _LEAST_ROWS
    words, counts = vocabulary.words[good], vocabulary.counts[good]
    if len(words) > most:
        kept = np.sort(np.argsort(-counts, kind="stable")[:most])
        words = words[kept]
    return words
