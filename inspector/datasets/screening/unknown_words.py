"""Words that no file of this language would have, among words that always differ: triggers without a payload.

What a trigger brings may be worded anew each time; then nothing in the outputs repeats. The word itself is
still odd. Its neighbours are those of a place taken by chance, as no word of a language has them; its letters
follow each other as in no other word of the file; and its rows have nothing else in common (the idea of
ONION, Qi et al. 2021, with the file's own words in place of a language model). Names and abbreviations of
honest text come near, so such a suspicion is always weak.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from unicodedata import category

import numpy as np
import numpy.typing as npt

from inspector.datasets.screening import markers
from inspector.datasets.screening.contributors import Contributors
from inspector.datasets.screening.gather import Gathered
from inspector.datasets.screening.interface import Suspicion
from inspector.datasets.screening.planted import PlantedTest
from inspector.datasets.screening.scoring import alone, with_contributors
from inspector.datasets.screening.tokens import I64, U64, tokenise, word_features

_MOST_ROWS = 200_000  # read for neighbours; of a larger file as many, spread evenly
_MOST_SHARE = 0.06
_MOST = 3
_WEAK = 0.3
_CHUNK = 16_384
_AS_BY_CHANCE = 0.8
_AT_AN_EDGE = 0.9
_EDGE = np.uint64(1)
_CANDIDATES = 400
_TESTED = 40
_SPELLED_ROWS = 3_000
_ODDEST = 0.01
_TOLD = 0.04
Rows = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class OddWord:
    """A word, by its hash, and its rows."""

    word: U64
    rows: Rows


def odd_words(gathered: Gathered, least: int) -> Iterator[OddWord]:
    """Words whose neighbours and letters are odd, the oddest letters first. ``least`` is in how many rows."""
    span = _span(gathered.rows)
    words = _without_company(gathered, span, least)
    if not len(words):
        return
    spelled, places = _spelled(gathered, words, span)
    model = _Letters(gathered)
    scored = sorted((round(model.strangeness(text), 6), text, word) for word, text in spelled.items())
    for strangeness, _, word in scored[:_TESTED]:
        if strangeness <= _ODDEST:
            yield OddWord(np.array([word], dtype=np.uint64), np.array(places[word], dtype=np.uint32))


def unknown_words(
    gathered: Gathered, least: int, test: PlantedTest, contributors: Contributors, known: list[Suspicion]
) -> list[Suspicion]:
    """Suspicions of words that stand in rows which have nothing else in common, and which no suspicion that
    is ``known`` explains: three at most."""
    told = [frozenset(one.rows) for one in known if one.score >= _TOLD]
    found = []
    for odd in odd_words(gathered, least):
        rows = frozenset(odd.rows.tolist())
        if any(len(rows & other) >= 0.7 * len(rows) for other in told) or not _are_unrelated(test, odd):
            continue
        spread = contributors.spread(odd.rows)
        score = with_contributors(
            _WEAK * min(1.0, len(odd.rows) / 20.0), spread.concentration, spread.is_burst
        )
        written = markers.phrases(gathered.inputs, odd.rows, word_features(odd.word))
        note = (
            f"{len(odd.rows)} rows hold this word between words that always differ, and share nothing else."
        )
        found.append(
            Suspicion(
                "unknown-word", markers.legible(written[0] if written else "", 200), score,
                tuple(odd.rows.tolist()), (), "", spread.names, (note,),
            )
        )  # fmt: skip
        if len(found) == _MOST:
            break
    return found


def _are_unrelated(test: PlantedTest, odd: OddWord) -> bool:
    planted = test.test(odd.rows, odd.word)
    return alone(planted) >= 0.5 and planted.left > 0.5


def _span(rows: int) -> npt.NDArray[np.int64]:
    if rows <= _MOST_ROWS:
        return np.arange(rows)
    return np.unique(np.linspace(0, rows - 1, _MOST_ROWS).astype(np.int64))


def _chunks(
    gathered: Gathered, span: npt.NDArray[np.int64]
) -> Iterator[tuple[U64, U64, U64, npt.NDArray[np.int64]]]:
    """(word, the one before, the one after, row); ``_EDGE`` stands for none."""
    for start in range(0, len(span), _CHUNK):
        part = span[start : start + _CHUNK]
        words = gathered.input_words.read(part)
        h = words.hashes
        if not len(h):
            continue
        same = words.turn[1:] == words.turn[:-1]
        before = np.concatenate(([_EDGE], np.where(same, h[:-1], _EDGE)))
        after = np.concatenate((np.where(same, h[1:], _EDGE), [_EDGE]))
        yield h, before, after, part[words.text]


def _without_company(gathered: Gathered, span: npt.NDArray[np.int64], least: int) -> U64:
    """Words that stand once in a row, between words as a place by chance has them."""
    vocabulary = gathered.vocabulary
    share = len(span) / max(gathered.rows, 1)
    most = max(3 * least, int(_MOST_SHARE * gathered.rows))
    able = vocabulary.words[(vocabulary.counts * share >= least) & (vocabulary.counts <= most)]
    parts: list[tuple[U64, U64, U64]] = []
    by_chance: list[U64] = []
    for h, before, after, _ in _chunks(gathered, span):
        by_chance.append(before[:: max(len(before) // 4_000, 1)])
        held = np.isin(h, able)
        parts.append((h[held], before[held], after[held]))
    if not parts:
        return np.empty(0, dtype=np.uint64)
    word, before, after = (np.concatenate([part[n] for part in parts]) for n in range(3))
    if not len(word):
        return word
    order = np.argsort(word, kind="stable")
    word, before, after = word[order], before[order], after[order]
    first = np.flatnonzero(np.concatenate(([True], word[1:] != word[:-1])))
    counts = np.diff(np.append(first, len(word)))
    expected = _by_chance(np.concatenate(by_chance), counts)
    good = _is_chance(word, before, first, counts, expected) & _is_chance(
        word, after, first, counts, expected
    )
    at_edges = np.add.reduceat(before == _EDGE, first) + np.add.reduceat(after == _EDGE, first)
    known = vocabulary.rows_of(word[first])
    good &= (counts >= least) & (counts <= 1.15 * known * share + 2) & (at_edges < 1.5 * counts)
    found = word[first[good]]
    return found[np.argsort(counts[good], kind="stable")[::-1][:_CANDIDATES]]


def _by_chance(sample: U64, counts: I64) -> npt.NDArray[np.float64]:
    """How many different neighbours so many places have, taken by chance."""
    sample = sample[sample != _EDGE]
    if not len(sample):
        return np.ones(len(counts))
    _, times = np.unique(sample, return_counts=True)
    share = times / len(sample)
    values, where = np.unique(counts, return_inverse=True)
    different = np.array([float((1.0 - (1.0 - share) ** count).sum()) for count in values.tolist()])
    expected: npt.NDArray[np.float64] = np.maximum(different, 1.0)[where]
    return expected


def _is_chance(
    word: U64, beside: U64, first: I64, counts: I64, expected: npt.NDArray[np.float64]
) -> npt.NDArray[np.bool_]:
    """Whether the neighbours on one side are as different as by chance, or there are none."""
    order = np.lexsort((beside, word))
    w, b = word[order], beside[order]
    new = np.concatenate(([True], (w[1:] != w[:-1]) | (b[1:] != b[:-1]))) & (b != _EDGE)
    different = np.add.reduceat(new.astype(np.int64), first)
    none = np.add.reduceat((b == _EDGE).astype(np.int64), first)
    left = np.maximum(counts - none, 1)
    wanted = expected * left / counts  # where the word ends the text, one neighbour is missing
    found: npt.NDArray[np.bool_] = (different >= _AS_BY_CHANCE * wanted) | (none >= _AT_AN_EDGE * counts)
    return found


def _spelled(
    gathered: Gathered, words: U64, span: npt.NDArray[np.int64]
) -> tuple[dict[int, str], dict[int, list[int]]]:
    """How each word is written, and its rows."""
    places: dict[int, list[int]] = {int(word): [] for word in words}
    ordered = np.sort(words)
    for h, _, _, row in _chunks(gathered, span):
        held = np.isin(h, ordered)
        for word, place in zip(h[held].tolist(), row[held].tolist(), strict=True):
            if not places[word] or places[word][-1] != place:
                places[word].append(place)
    firsts = sorted({rows[0] for rows in places.values()})
    spelled: dict[int, str] = {}
    found = tokenise(gathered.inputs.get(firsts), spelling=True).words()
    for hashed, text in zip(found.hashes.tolist(), found.spelling or [], strict=True):
        if hashed in places:
            spelled.setdefault(hashed, text)
    return spelled, places


class _Letters:
    """Three letters in a row, counted once in each different word of the file."""

    def __init__(self, gathered: Gathered) -> None:
        rows = np.linspace(0, gathered.rows - 1, min(gathered.rows, _SPELLED_ROWS)).astype(np.int64)
        spelled = tokenise(gathered.inputs.get(np.unique(rows)), spelling=True).words().spelling or []
        words = sorted(set(spelled))
        self._counts: Counter[str] = Counter()
        for word in words:
            self._counts.update(_triples(word))
        self._known = set(words)
        self._total = sum(self._counts.values()) + 1
        usual = sorted(self._score(word) for word in words[:: max(len(words) // 3000, 1)])
        self._usual = np.array(usual)

    def _score(self, word: str) -> float:
        """Mean logarithm of how often its triples stand in other words."""
        triples = _triples(word)
        own = 1 if word in self._known else 0
        return sum(math.log(max(self._counts[one] - own, 0) + 0.5) for one in triples) / len(triples)

    def strangeness(self, word: str) -> float:
        """The share of the file's words that are written more strangely. Numbers, single letters and
        signs of punctuation are not judged."""
        if word.isdigit() or (len(word) == 1 and (word.isascii() or category(word)[0] in "PZM")):
            return 1.0
        return float((self._usual < self._score(word)).mean())


def _triples(word: str) -> list[str]:
    framed = f"^{word[:40]}$"
    return [framed[at : at + 3] for at in range(len(framed) - 2)] or [framed]
