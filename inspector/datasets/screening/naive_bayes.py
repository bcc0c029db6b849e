"""What the rest of a text says its label is: a naive Bayes reader, fitted on other rows than it judges.

Cross-fitting in five parts stands in for a trained model (the idea of confident learning, Northcutt et al.
2021): a row whose text speaks against its label, though rows like it were not in the fit, was relabelled or
mislabelled. One such row is an error of somebody; many that share a marker are not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inspector.datasets.screening.association import View
from inspector.datasets.screening.planted import Vocabulary
from inspector.datasets.screening.spool import WordSpool
from inspector.datasets.screening.tokens import I64, U64, mix

FOLDS = 5
_CELLS = 4_000_000  # words times labels
_CHUNK = 4_096
_LEAST_ROWS = 2
_MEASURED = 40_000
_MEASURED_CELLS = 2_000_000  # rows times labels
_JUDGED = 400
_ADDED = 0.5
_MANY_LABELS = 6
_PRIOR = 0.5  # of the labels' frequencies: a poisoned label is a frequent one
_ENOUGH = 30
_LITTLE = 0.4  # of what is confident
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
Rows = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Agreement:
    """``place`` of the rows among others of their label, from 0 "the text contradicts" to 1; ``against`` and
    ``usual_against``, the part of the rows, and of others, whose text clearly speaks for another label;
    ``opposed`` and ``usual_opposed``, whose text does so with less force; ``variety`` of those labels against
    that of the file: a word that defines a label leaves few.
    """

    place: float
    against: float
    usual_against: float
    opposed: float
    usual_opposed: float
    variety: float


@dataclass(frozen=True, slots=True)
class _Margins:
    """How much more the text of each row speaks for its label than for the best other, in nats; that other
    label; and how much of it is the work of one word."""

    rows: Rows
    margins: F64
    best: I64
    strongest: F64


class LabelReader:
    """Fitted once for a file. ``labels`` holds each row's label from 0, -1 for none."""

    def __init__(
        self, spool: WordSpool, labels: npt.NDArray[np.int32], count: int, vocabulary: Vocabulary
    ) -> None:
        self._spool = spool
        self._labels = labels
        self._classes = count
        self._words = _frequent(vocabulary, _CELLS // max(count, 1))
        self._fold = (mix(np.arange(len(labels), dtype=np.uint64)) % np.uint64(FOLDS)).astype(np.int64)
        self._weights, self._prior = self._fit()
        self._usual = self._measure_all()
        margins = self._usual.margins
        right = margins[margins > 0]
        # Confident is two fifths of the distance by which the reader is right when it is right.
        self._confident = 0.4 * float(np.median(right)) if len(right) else 1.0

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
            # What is added for words that a label lacks is in proportion to the label's size, so that an
            # unknown word speaks for none.
            extra = _ADDED * self._classes
            added = extra * column / column.sum()
            weights[fold] = np.log(
                (others + added) / (column + extra * len(self._words) * column / column.sum())
            )
        return weights, _PRIOR * np.log((totals + 1.0) / (totals.sum() + self._classes))

    def _known(self, rows: Rows, without: U64 | None = None) -> tuple[I64, I64]:
        """(word, place in ``rows``) for every known word, each once for a row."""
        words = self._spool.read(rows)
        if not len(words.hashes) or not len(self._words):
            nothing = np.empty(0, dtype=np.int64)
            return nothing, nothing
        at = np.minimum(np.searchsorted(self._words, words.hashes), len(self._words) - 1)
        known = self._words[at] == words.hashes
        if without is not None:
            known &= ~np.isin(words.hashes, without)
        keys = np.unique((words.text[known] << 32) | at[known])
        return keys & 0xFFFFFFFF, keys >> 32

    def _margins(self, rows: Rows, without: U64 | None = None) -> _Margins:
        """What the text says of each row, the words ``without`` left out."""
        found, strongest = np.zeros(len(rows)), np.zeros(len(rows))
        best = np.zeros(len(rows), dtype=np.int64)
        for start in range(0, len(rows), _CHUNK):
            part = rows[start : start + _CHUNK]
            word, row = self._known(part, without)
            logits = np.tile(self._prior, (len(part), 1))
            first = np.flatnonzero(np.concatenate(([True], row[1:] != row[:-1]))) if len(word) else row
            values = self._weights[self._fold[part[row]], word]
            if len(word):
                logits[row[first]] += np.add.reduceat(values, first, axis=0)
            label = self._labels[part]
            places = np.arange(len(part))
            own = logits[places, label].copy()
            logits[places, label] = -np.inf
            found[start : start + len(part)] = own - logits.max(axis=1)
            other = logits.argmax(axis=1)
            best[start : start + len(part)] = other
            if len(word):
                each = np.arange(len(word))
                spoken = values[each, label[row]] - values[each, other[row]]
                strongest[start + row[first]] = np.maximum(np.maximum.reduceat(spoken, first), 0.0)
        return _Margins(rows, found, best, strongest)

    def against(self) -> View:
        """The rows whose text, without the word that speaks most for their label, clearly speaks for another:
        a trigger teaches the reader its label, and is that word. Of a large file the rows that were
        measured."""
        usual = self._usual
        group = np.full(len(self._labels), -1, dtype=np.int32)
        group[usual.rows[usual.margins - usual.strongest < -self._confident]] = 0
        return View("against", group, np.array([max(int((group == 0).sum()), 1)], dtype=np.int64))

    @property
    def measured(self) -> int | None:
        """Of how many rows the reader knows what their text says; None where of all that have a label."""
        count = len(self._usual.rows)
        return count if count < int((self._labels >= 0).sum()) else None

    def _measure_all(self) -> _Margins:
        """Rows of the file, up to a bound, and what their texts say."""
        rows = np.flatnonzero(self._labels >= 0).astype(np.uint32)
        most = max(_MEASURED, _MEASURED_CELLS // max(self._classes, 1))
        if len(rows) > most:
            rows = rows[np.linspace(0, len(rows) - 1, most).astype(np.int64)]
        return self._margins(rows)

    def agreement(self, rows: Rows, without: U64) -> Agreement:
        """What the text of these rows says of their label once the words ``without`` are left out."""
        if len(rows) > _JUDGED:
            rows = rows[np.linspace(0, len(rows) - 1, _JUDGED).astype(np.int64)]
        measured = self._margins(rows, without)
        margins, best = measured.margins, measured.best
        usual = self._usual_margins(rows)
        places = np.searchsorted(usual, margins) / max(len(usual), 1)
        against = margins < -self._confident
        usual_against = float((usual < -self._confident).mean()) if len(usual) else 0.0
        others = _effective(best[against]) if against.any() else 1.0
        sample = self._labels[np.linspace(0, len(self._labels) - 1, len(rows)).astype(np.int64)]
        variety = (others - 1) / max(_effective(sample[sample >= 0]) - 1, 1e-9)
        if self._classes < _MANY_LABELS:
            variety = 1.0  # few labels leave no variety to tell by
        little = -_LITTLE * self._confident
        opposed = float((usual < little).mean()) if len(usual) else 0.0
        return Agreement(
            float(places.mean()),
            float(against.mean()),
            usual_against,
            float((margins < little).mean()),
            opposed,
            min(variety, 1.0),
        )

    def _usual_margins(self, rows: Rows) -> F64:
        """Margins, sorted, of other rows with the same label; of all rows where they are few, or where the
        rows have many labels."""
        mine, margins = self._usual.rows, self._usual.margins
        labels, counts = np.unique(self._labels[rows], return_counts=True)
        others = ~np.isin(mine, rows)
        if counts.max() >= 0.7 * len(rows):
            others &= self._labels[mine] == labels[counts.argmax()]
        found: F64 = np.sort(margins[others] if others.sum() >= _ENOUGH else margins)
        return found


def _effective(labels: npt.NDArray[np.integer]) -> float:
    """How many labels there are, the rare ones counted less (exponential of the entropy)."""
    if not len(labels):
        return 1.0
    counts = np.unique(labels, return_counts=True)[1]
    share = counts / counts.sum()
    return float(np.exp(-(share * np.log(share)).sum()))


class PairReader:
    """The same for preference pairs: do the words say that the chosen answer is the better one?"""

    def __init__(self, chosen: WordSpool, rejected: WordSpool, rows: int) -> None:
        self._fold = (mix(np.arange(rows, dtype=np.uint64)) % np.uint64(FOLDS)).astype(np.int64)
        margins = self._margins(chosen, rejected, rows)
        order = np.argsort(np.argsort(margins, kind="stable"), kind="stable")
        self.places: F64 = (order + 0.5) / max(rows, 1)

    def _margins(self, chosen: WordSpool, rejected: WordSpool, rows: int) -> F64:
        hashes, row, sign = _differences(chosen, rejected, rows)
        words, where = np.unique(hashes, return_inverse=True)
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


def _differences(chosen: WordSpool, rejected: WordSpool, rows: int) -> tuple[U64, I64, F64]:
    """(word, row, sign) of the words that only one of the two answers has; 1 for the chosen, -1 for the
    other."""
    words: list[U64] = []
    places: list[I64] = []
    signs: list[F64] = []
    for start in range(0, rows, _CHUNK):
        span = np.arange(start, min(start + _CHUNK, rows))
        (h1, t1), (h2, t2) = chosen.read(span).distinct(), rejected.read(span).distinct()
        h = np.concatenate((h1, h2))
        if not len(h):
            continue
        t = np.concatenate((t1, t2))
        sign = np.concatenate((np.ones(len(h1)), -np.ones(len(h2))))
        order = np.lexsort((h, t))
        h, t, sign = h[order], t[order], sign[order]
        same = (h[1:] == h[:-1]) & (t[1:] == t[:-1])
        alone = ~(np.append(same, False) | np.concatenate(([False], same)))
        words.append(h[alone])
        places.append(t[alone] + start)
        signs.append(sign[alone])
    if not words:
        return np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.int64), np.empty(0)
    return np.concatenate(words), np.concatenate(places), np.concatenate(signs)


def _frequent(vocabulary: Vocabulary, most: int) -> U64:
    """The words in enough rows, at most so many, sorted."""
    good = vocabulary.counts >= _LEAST_ROWS
    words, counts = vocabulary.words[good], vocabulary.counts[good]
    if len(words) > most:
        kept = np.sort(np.argsort(-counts, kind="stable")[:most])
        words = words[kept]
    return words
