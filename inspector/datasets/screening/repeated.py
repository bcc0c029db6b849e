"""Phrases that stand in rows which have nothing else in common, searched without a pair of marker and output.

A payload may come without a marker that counts: the trigger is a style, or words that half of the file uses.
It still repeats. Features with the very same rows are one phrase; where it is long, and the inputs and the
rest of the outputs are unlike, it was put there. Then the inputs are asked once more what they share,
frequent words included. In inputs only what always stands first or last is told: a phrase amid a text is the
text's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inspector.datasets.screening import markers, scoring
from inspector.datasets.screening.association import Pair
from inspector.datasets.screening.contributors import Contributors
from inspector.datasets.screening.counting import Postings
from inspector.datasets.screening.gather import Gathered
from inspector.datasets.screening.interface import Suspicion
from inspector.datasets.screening.planted import PlantedTest, Vocabulary
from inspector.datasets.screening.scoring import Evidence
from inspector.datasets.screening.spool import WordSpool
from inspector.datasets.screening.tail import log10_tail
from inspector.datasets.screening.tokens import I64, U64, mix, word_features

_LEAST_FEATURES = 6  # of one phrase: four words of which some are frequent
_CANDIDATES = 150
_TESTED = 60
_FEATURES = 4_000
_SAMPLED = 160
_IN_MOST = 0.8
_LEAST_LIFT = 3.0
_MARKER_WORDS = 6
_CHUNK = 16_384
_EDGE = 0.8
_LEAST_LEFT = 0.1
_LEAST_SCORE = 0.02
_MOST = 8
_SHOWN = 200
_EXPLAINED = 0.7
Rows = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Tests:
    """What the search needs beside the file: tests of inputs and outputs, and signs that are no words."""

    inputs: PlantedTest
    outputs: PlantedTest | None
    contributors: Contributors
    signs: U64


@dataclass(frozen=True, slots=True)
class Phrase:
    """Features, by index, that have these rows and no others."""

    features: I64
    rows: Rows


def long_phrases(postings: Postings) -> Iterator[Phrase]:
    """Phrases of four words or more, those with most rows and words first."""
    if not len(postings):
        return
    signature = postings.signatures.astype(np.uint64)
    key = mix((signature[:, 0] << np.uint64(32)) | signature[:, 1])
    key = mix(key ^ ((signature[:, 2] << np.uint64(32)) | postings.counts.astype(np.uint64)))
    order = np.argsort(key, kind="stable")
    first = np.flatnonzero(np.concatenate(([True], key[order][1:] != key[order][:-1])))
    sizes = np.diff(np.append(first, len(order)))
    long = np.flatnonzero(sizes >= _LEAST_FEATURES)
    counts = postings.counts[order[first[long]]]
    # The number of words counts little beyond a sentence: texts that stand in the file twice are longest.
    weight = np.round(np.log(counts) * np.minimum(np.log(sizes[long]), np.log(40.0)), 6)
    for at in long[np.lexsort((key[order[first[long]]], -weight))][:_CANDIDATES]:
        features = np.sort(order[first[at] : first[at] + sizes[at]])[:_FEATURES]
        yield Phrase(features, postings.rows(int(features[0])))


def apart(phrases: Iterator[Phrase]) -> list[Phrase]:
    """Without those that stand in mostly the same rows as an earlier one."""
    kept: list[Phrase] = []
    sets: list[frozenset[int]] = []
    for one in phrases:
        rows = frozenset(one.rows.tolist())
        if all(len(rows & other) < 0.7 * min(len(rows), len(other)) for other in sets):
            kept.append(one)
            sets.append(rows)
            if len(kept) >= _TESTED:
                break
    return kept


def shared_words(spool: WordSpool, vocabulary: Vocabulary, rows: Rows, count: int) -> U64:
    """The words that stand in most of these rows, and far more often than in the file: at most six."""
    sample = rows[np.linspace(0, len(rows) - 1, min(len(rows), _SAMPLED)).astype(np.int64)]
    found, _ = spool.read(sample).distinct()
    words, counts = np.unique(found, return_counts=True)
    share = counts / len(sample)
    lift = share * count / np.maximum(vocabulary.rows_of(words), 1)
    good = (share >= _IN_MOST) & (lift >= _LEAST_LIFT)
    order = np.lexsort((words[good], -np.round(lift[good], 6)))
    return np.sort(words[good][order][:_MARKER_WORDS])


def rows_with_all(spool: WordSpool, count: int, wanted: list[U64]) -> list[int]:
    """In how many rows all words of each set stand."""
    found = [0] * len(wanted)
    if not wanted:
        return found
    every = np.unique(np.concatenate(wanted))
    for start in range(0, count, _CHUNK):
        words = spool.read(np.arange(start, min(start + _CHUNK, count)))
        held = np.isin(words.hashes, every)
        if not held.any():
            continue
        keys = np.unique(np.stack((words.text[held].astype(np.uint64), words.hashes[held])), axis=1)
        for number, one in enumerate(wanted):
            mine = np.isin(keys[1], one)
            met = np.bincount(keys[0][mine].astype(np.int64))
            found[number] += int((met == len(one)).sum())
    return found


def stands_at_an_edge(spool: WordSpool, rows: Rows, features: U64) -> bool:
    """Whether the phrase is the first or the last thing in its segment, in most rows at the same end."""
    sample = rows[np.linspace(0, len(rows) - 1, min(len(rows), 40)).astype(np.int64)]
    words = spool.read(sample)
    covered = markers.covered(words, features)
    if not covered.any():
        return False
    begins = np.concatenate(([True], words.turn[1:] != words.turn[:-1]))
    ends = np.append(begins[1:], True)
    texts = len(sample)
    at_start = len(np.unique(words.text[covered & begins]))
    at_end = len(np.unique(words.text[covered & ends]))
    return max(at_start, at_end) >= _EDGE * texts


class RepeatedPhrases:
    """The search in one file. ``outputs`` is None where the outputs are labels."""

    def __init__(self, gathered: Gathered, inputs: Postings, outputs: Postings | None, tests: Tests) -> None:
        self._gathered = gathered
        self._inputs = inputs
        self._outputs = outputs
        self._tests = tests

    def suspicions(self, known: list[Suspicion]) -> list[Suspicion]:
        """What repeats and is not explained by a suspicion that is known already."""
        told = [frozenset(one.rows) for one in known if one.score >= 2 * _LEAST_SCORE]
        found = self._in_outputs(told) if self._outputs is not None else []
        told += [frozenset(one.rows) for one in found]
        return [*found, *self._in_inputs(told)]

    # -- outputs

    def _in_outputs(self, told: list[frozenset[int]]) -> list[Suspicion]:
        outputs, words = self._outputs, self._gathered.output_words
        assert outputs is not None
        judged = []
        for phrase in apart(_unexplained(long_phrases(outputs), told)):
            hashes = outputs.features[phrase.features]
            payload = markers.covered_words(words, phrase.rows, hashes)
            novel = self._novel(phrase.rows, payload)
            if scoring.repeated(len(phrase.rows), novel) >= _LEAST_SCORE:
                judged.append((phrase, hashes, payload, novel))
        common = [
            shared_words(
                self._gathered.input_words, self._gathered.vocabulary, phrase.rows, self._gathered.rows
            )
            for phrase, *_ in judged
        ]
        support = rows_with_all(self._gathered.input_words, self._gathered.rows, common)
        found = [
            self._output(*one, words_, support_)
            for one, words_, support_ in zip(judged, common, support, strict=True)
        ]
        marked = [one for one in found if one is not None and one.kind != "repeated-output"]
        return [
            *marked,
            *_strongest(one for one in found if one is not None and one.kind == "repeated-output"),
        ]

    def _output(
        self, phrase: Phrase, hashes: U64, payload: U64, novel: float, marker: U64, support: int
    ) -> Suspicion | None:
        rows, count = phrase.rows, self._gathered.rows
        rest = self._tests.outputs.test(rows, payload) if self._tests.outputs is not None else None
        if rest is not None and rest.left < _LEAST_LEFT:
            rest = None
        evidence = Evidence(_pair(rows, max(support, len(rows)), count), count, float(len(payload)), novel)
        evidence.planted = self._tests.inputs.test(rows, marker)
        evidence.rest = rest
        written = markers.phrases(self._gathered.outputs, rows, hashes)[:1] or [""]
        spread = self._tests.contributors.spread(rows)
        output = markers.legible(written[0], _SHOWN)
        together = f"{len(rows)} of the {support} rows with all of these words share a phrase of their output"
        if len(marker) and evidence.precision >= 0.5:
            score = scoring.output_score(evidence)
            shown = markers.phrases(self._gathered.inputs, rows, word_features(marker))
            kind, note = "marker-output", f"{together}; none of the file's other rows has it."
        else:
            score = scoring.repeated_score(evidence)
            shown, kind = written, "repeated-output"
            note = f"{len(rows)} rows have this in their output; nothing in their inputs goes with it."
        score = scoring.with_contributors(score, spread.concentration, spread.is_burst)
        if kind == "repeated-output":
            score = min(score, scoring.WEAK_AT_MOST)
        if score < _LEAST_SCORE:
            return None
        return Suspicion(
            kind, markers.legible(shown[0], _SHOWN), score, tuple(rows.tolist()),
            tuple(markers.legible(text, _SHOWN) for text in shown[1:10]), output, spread.names, (note,),
        )  # fmt: skip

    def _novel(self, rows: Rows, payload: U64) -> float:
        """How many words of the payload, signs aside, a row's own input does not hold."""
        words = np.setdiff1d(payload, self._tests.signs)
        sample = rows[np.linspace(0, len(rows) - 1, min(len(rows), 16)).astype(np.int64)]
        given, row = self._gathered.input_words.read(sample).distinct()
        copied = np.bincount(row[np.isin(given, words)], minlength=len(sample))
        return float(len(words) - copied.mean())

    # -- inputs

    def _in_inputs(self, told: list[frozenset[int]]) -> list[Suspicion]:
        found = []
        words = self._gathered.input_words
        for phrase in apart(_unexplained(long_phrases(self._inputs), told)):
            hashes = self._inputs.features[phrase.features]
            if not stands_at_an_edge(words, phrase.rows, hashes):
                continue
            said = markers.covered_words(words, phrase.rows, hashes)
            pair = _pair(phrase.rows, len(phrase.rows), self._gathered.rows)
            long = float(len(np.setdiff1d(said, self._tests.signs)))
            evidence = Evidence(pair, self._gathered.rows, long, long)
            evidence.planted = self._tests.inputs.test(phrase.rows, said)
            spread = self._tests.contributors.spread(phrase.rows)
            score = 0.6 * scoring.repeated_score(evidence)
            score = scoring.with_contributors(score, spread.concentration, spread.is_burst)
            if score >= _LEAST_SCORE:
                written = markers.phrases(self._gathered.inputs, phrase.rows, hashes)[:1] or [""]
                found.append(
                    Suspicion(
                        "repeated-input", markers.legible(written[0], _SHOWN), score,
                        tuple(phrase.rows.tolist()), (), "", spread.names,
                        (f"{len(phrase.rows)} rows begin or end with this; nothing in their outputs goes "
                         "with it.",),
                    )
                )  # fmt: skip
        return _strongest(found)


def _pair(rows: Rows, support: int, count: int) -> Pair:
    log_p = float(log10_tail(len(rows), support, len(rows) / count))
    return Pair(-1, "phrase", -1, support, len(rows), len(rows), log_p, rows)


def _unexplained(phrases: Iterator[Phrase], told: list[frozenset[int]]) -> Iterator[Phrase]:
    for one in phrases:
        rows = frozenset(one.rows.tolist())
        if all(len(rows & other) < _EXPLAINED * len(rows) for other in told):
            yield one


def _strongest(found: Iterable[Suspicion]) -> list[Suspicion]:
    return sorted(found, key=lambda one: (-round(one.score, 4), one.marker, one.rows))[:_MOST]
