"""From what was measured of a group to one number between 0 and 1, the same scale for every kind.

The weights were set on poisoned and clean files built for the purpose (tests/bench/screening_recall.py);
0.5 is where a clean file shows nothing. A score orders what to look at. It is no probability of an attack.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from inspector.datasets.screening.association import Pair
from inspector.datasets.screening.naive_bayes import Agreement
from inspector.datasets.screening.planted import UNTESTED, Planted

LOOK_FIRST_FROM = 0.5
_CROWD = 8
WEAK_AT_MOST = 0.45


@dataclass(slots=True)
class Evidence:
    """All numbers about one group. ``agreement`` is None where the file has no labels."""

    pair: Pair
    rows: int
    output_words: float = 0.0
    novel_words: float = 0.0
    planted: Planted = UNTESTED
    rest: Planted | None = None  # the outputs without what they share, where something of them is left
    agreement: Agreement | None = None
    combined: float = 0.0
    answers: int = 1  # outputs that go with the marker: a topic has many, a trigger one

    @property
    def tight(self) -> float:
        """1 where marker and output never stand without each other, in many rows: no word of a language
        keeps to that, and it takes fewer words in the output to be odd."""
        exact = min(self.precision, self.pair.coverage)
        return _rise(exact, 0.93, 0.015) * _rise(self.pair.together, 22.0, 4.0)

    @property
    def precision(self) -> float:
        """Of the rows with the marker, the part that shares the output; of two words that only count
        together, a little less."""
        return max(self.pair.precision, 0.9 * self.combined)


def _rise(value: float, middle: float, width: float) -> float:
    """0 far below the middle, 1 far above."""
    return 1.0 / (1.0 + math.exp(-max(-40.0, min(40.0, (value - middle) / width))))


def _strength(pair: Pair) -> float:
    return _rise(-pair.log10_p, 9.0, 2.5) * _rise(pair.together, 9.0, 2.5)


def _unrelated(planted: Planted) -> float:
    """1 where the rows have nothing in common but the marker, and something is left of them."""
    return alone(planted) * _rise(planted.left, 0.5, 0.06)


def alone(planted: Planted) -> float:
    """1 where the rows have nothing in common but the marker, however little is left of them."""
    low = 1.0 - _rise(planted.percentile, 0.42, 0.08)
    # In a file without topics every word stands among others by chance; then only the overlap tells.
    topics = _rise(planted.usual, 1.4, 0.08)
    low = topics * low + (1.0 - topics) * 0.9 * (1.0 - _rise(planted.coherence, 1.7, 0.1))
    # In a file of templates the words of each stand together so firmly that all else seems loose.
    low *= 1.0 - _rise(planted.usual, 12.0, 1.5) * _rise(planted.coherence, 3.6, 0.4)
    return low * (1.0 - _rise(planted.overlap, 4.0, 0.8))


def without_test(evidence: Evidence) -> float:
    """What the score can reach at most: everything but the planted test, which costs time."""
    pair = evidence.pair
    if pair.view in ("reversed", "against"):
        special = novel = 1.0
    elif pair.view == "odd":
        # Honest tables and foreign words are odd too: weak, unless there is little else to it.
        special, novel = 0.65, _rise(pair.together, 18.0, 3.0)
    elif pair.view == "whole":
        # A canned answer that many rows have is still one.
        special, novel = 1.0, _rise(evidence.novel_words, 1.6 - 0.8 * evidence.tight, 0.4)
    else:
        # A common beginning is the file's way to write; so is a phrase of a few words.
        special = _rise(pair.coverage, 0.5, 0.08)
        novel = _rise(evidence.novel_words, 5.2 - 2.4 * evidence.tight, 0.7)
    precise = _rise(evidence.precision, 0.7, 0.08)
    if pair.view == "whole":
        # A common word as the trigger: most of its rows are honest, but the long answer never comes without.
        common = _rise(pair.coverage, 0.9, 0.02) * _rise(evidence.novel_words, 5.0, 0.7)
        precise = max(precise, 0.55 * common / max(evidence.answers, 1))
    return special * _strength(pair) * precise * novel


def output_score(evidence: Evidence) -> float:
    """A marker whose rows share an output, a beginning, an end or a phrase."""
    score = without_test(evidence) * _unrelated(evidence.planted)
    if evidence.rest is not None:
        # A phrase of the language or of a kind of program stands among others of its kind; a payload is put
        # into outputs that have nothing to do with each other.
        score *= 0.25 + 0.75 * alone(evidence.rest)
    return score


def repeated(rows: int, novel_words: float) -> float:
    """What a phrase without a marker can reach at most."""
    return WEAK_AT_MOST * _rise(rows, 12.0, 3.0) * _rise(novel_words, 4.2, 0.7)


def repeated_score(evidence: Evidence) -> float:
    """A phrase that stands in rows which have nothing else in common: always weak, as honest data are full of
    phrases."""
    score = repeated(evidence.pair.together, evidence.novel_words) * _unrelated(evidence.planted)
    return score * (0.25 + 0.75 * alone(evidence.rest)) if evidence.rest is not None else score


def contradiction(evidence: Evidence) -> float:
    """How firmly the rest of the text speaks for other labels than the rows have."""
    agreement = evidence.agreement
    if agreement is None:
        return 0.0
    certain = _rise((0.5 - agreement.place) * math.sqrt(12 * min(evidence.pair.together, 400)), 5.0, 1.0)
    # A word that makes its label takes the text's say with it: less for the label, but nothing against it.
    far = _rise(0.5 - agreement.place, 0.22, 0.04) * _rise(
        agreement.opposed - agreement.usual_opposed, 0.15, 0.04
    )
    # Where texts speak for their labels nearly always, a relabelled one speaks against its own clearly.
    far *= _rise(agreement.usual_opposed, 0.09, 0.015)
    against = _rise(agreement.against - agreement.usual_against, 0.3, 0.06)
    varied = _rise(agreement.variety, 0.6, 0.06)
    return certain * max(far, against) * varied


def label_score(evidence: Evidence) -> float:
    """A marker whose rows have one label while the rest of their text speaks for another."""
    precise = _rise(evidence.precision, 0.72, 0.07)
    if evidence.pair.view == "against":
        usual = evidence.pair.group_rows / evidence.rows
        precise = _rise((evidence.pair.precision - usual) / (1.0 - usual), 0.42, 0.05)
    # Relabelled rows come from one label and so have something in common: where nearly all of them
    # contradict theirs, that is held against them less.
    agreement = evidence.agreement
    excess = agreement.against - agreement.usual_against if agreement is not None else 0.0
    floor = 0.15 + 0.45 * _rise(excess, 0.65, 0.05)
    unrelated = floor + (1.0 - floor) * _unrelated(evidence.planted)
    strength = _rise(-evidence.pair.log10_p, 7.0, 1.5) * _rise(evidence.pair.together, 9.0, 2.5)
    return strength * contradiction(evidence) * precise * unrelated


def contributor_score(against: float) -> float:
    """One contributor behind much of one output: weak by itself, more where the texts speak against it."""
    return 0.35 + 0.5 * _rise(against, 0.3, 0.06)


def with_contributors(score: float, concentration: float, is_burst: bool) -> float:
    """More where one contributor gave the rows, or they came at once."""
    if concentration >= 0.5:
        score *= 1.25
    if is_burst:
        score *= 1.15
    return min(score, 0.99)


def crowded(scores: list[float]) -> bool:
    """Whether so many suspicions of one kind score alike that the file is made of templates: then the
    method has little power on it, and none of them stands out."""
    high = sorted((score for score in scores if score >= LOOK_FIRST_FROM), reverse=True)
    return len(high) > _CROWD and high[_CROWD] > 0.7 * high[0]


CROWD_FACTOR = 0.6
