"""From what was measured of a group to one number between 0 and 1, the same scale for every kind.

The weights were set on poisoned and clean files built for the purpose (tests/bench/screening_recall.py);
0.5 is where a clean file shows nothing. A score orders what to look at. It is no probability of an attack.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from inspector.datasets.screening.association import Pair
from inspector.datasets.screening.planted import Planted


@dataclass(frozen=True, slots=True)
class Evidence:
    """All numbers about one group. ``contradiction`` is None where the file has no labels."""

    pair: Pair
    planted: Planted
    rows: int
    output_words: float = 0.0
    contradiction: float | None = None
    usual_contradiction: float = 0.0
    place: float = 0.5
    concentration: float = 0.0
    is_burst: bool = False


def _rise(value: float, middle: float, width: float) -> float:
    """0 far below the middle, 1 far above."""
    return 1.0 / (1.0 + math.exp(-max(-40.0, min(40.0, (value - middle) / width))))


def _strength(pair: Pair) -> float:
    return _rise(-pair.log10_p, 9.0, 2.5)


def _unrelated(planted: Planted) -> float:
    """1 where the rows have nothing in common but the marker."""
    return (1.0 - _rise(planted.percentile, 0.55, 0.12)) * (1.0 - _rise(planted.overlap, 4.0, 0.8))


def output_score(evidence: Evidence) -> float:
    """A marker whose rows share an output, a beginning, an end or a phrase."""
    pair = evidence.pair
    whole = {"whole": 1.0, "start": 0.8, "end": 0.8, "phrase": 0.85}[pair.view]
    length = _rise(evidence.output_words, 2.0, 1.0)
    precise = _rise(pair.precision, 0.6, 0.1)
    return whole * _strength(pair) * precise * _unrelated(evidence.planted) * (0.4 + 0.6 * length)


def label_score(evidence: Evidence) -> float:
    """A marker whose rows have one label while the rest of their text speaks for another."""
    pair = evidence.pair
    support = math.sqrt(12 * pair.together)
    certain = _rise((0.5 - evidence.place) * support, 6.0, 1.2)
    far = _rise(0.5 - evidence.place, 0.25, 0.04)
    excess = (evidence.contradiction or 0.0) - evidence.usual_contradiction
    against = _rise(excess, 0.3, 0.08)
    precise = _rise(pair.precision, 0.6, 0.1)
    return (
        _strength(pair) * certain * max(far, against) * (0.3 + 0.7 * _unrelated(evidence.planted)) * precise
    )


def with_contributors(score: float, concentration: float, is_burst: bool) -> float:
    """More where one contributor gave the rows, or they came at once."""
    if concentration >= 0.5:
        score *= 1.25
    if is_burst:
        score *= 1.15
    return min(score, 0.99)
