"""The ways to group the rows of a file by what they answer."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from inspector.datasets.screening.association import View
from inspector.datasets.screening.gather import Gathered
from inspector.datasets.screening.naive_bayes import PairReader

_ODD_SHARE = 0.05
_REVERSED_SHARE = 0.25
_ODD_WORDS = 5
_CHUNK = 16_384
_MOST_LABELS = 400
_LABEL_WORDS = 6.0
F64 = npt.NDArray[np.float64]


def output_views(gathered: Gathered, least: int, most: int) -> dict[str, View]:
    """Rows with the same output, the same first three words of it, the same last three."""
    found = {}
    for name, parts in gathered.views.items():
        hashes = np.concatenate(parts)
        values, where, sizes = np.unique(hashes, return_inverse=True, return_counts=True)
        # No output at all is one too where few rows have it.
        kept = (sizes >= least) & ((values != 0) | ((name == "whole") & (sizes <= most)))
        numbers = np.full(len(values), -1, dtype=np.int32)
        numbers[kept] = np.arange(int(kept.sum()))
        found[name] = View(name, numbers[where], sizes[kept])
    return found


def are_labels(gathered: Gathered, whole: View) -> bool:
    """Whether the outputs are labels: few different ones, short, and nearly every row has one."""
    if not 2 <= len(whole.sizes) <= min(_MOST_LABELS, max(gathered.rows // 12, 2)):
        return False
    words = np.concatenate(gathered.output_lengths)
    held = whole.group >= 0
    return bool(held.mean() >= 0.9 and words[held].mean() <= _LABEL_WORDS)


def odd_outputs(gathered: Gathered) -> View:
    """The twentieth of the rows whose outputs use the rarest words: gibberish has no payload that repeats
    (Souly et al. 2025), but no honest row writes like it."""
    rows = gathered.rows
    rarity = np.zeros(rows)
    for start in range(0, rows, _CHUNK):
        span = np.arange(start, min(start + _CHUNK, rows))
        words = gathered.output_words.read(span)
        if not len(words.hashes):
            continue
        weight = np.log(rows / gathered.output_vocabulary.rows_of(words.hashes))
        first = np.flatnonzero(np.concatenate(([True], words.turn[1:] != words.turn[:-1])))
        lengths = np.diff(np.append(first, len(words.hashes)))
        mean = np.where(lengths >= _ODD_WORDS, np.add.reduceat(weight, first) / lengths, 0.0)
        np.maximum.at(rarity, span[words.text[first]], mean)
    return _extreme("odd", -rarity, _ODD_SHARE, rarity > 0)


def reversed_pairs(gathered: Gathered) -> View:
    """The quarter of the preference pairs whose words speak most firmly for the refused answer."""
    reader = PairReader(gathered.output_words, gathered.rejected, gathered.rows)
    return _extreme("reversed", reader.places, _REVERSED_SHARE, np.ones(gathered.rows, dtype=bool))


def _extreme(name: str, values: F64, share: float, able: npt.NDArray[np.bool_]) -> View:
    """The rows with the lowest values, at most this share of them."""
    count = int(share * len(values))
    order = np.argsort(values, kind="stable")[:count]
    group = np.full(len(values), -1, dtype=np.int32)
    group[order[able[order]]] = 0
    return View(name, group, np.array([max(int((group == 0).sum()), 1)], dtype=np.int64))
