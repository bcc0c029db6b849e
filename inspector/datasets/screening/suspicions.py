"""The search for suspicions in what the first pass gathered."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from inspector.datasets.screening import characters, markers, scoring
from inspector.datasets.screening.association import GroupTest, Pair, View, joined, spread_out
from inspector.datasets.screening.contributors import Contributors, Spread
from inspector.datasets.screening.counting import Counting, Postings, count
from inspector.datasets.screening.gather import Gathered
from inspector.datasets.screening.grouping import Group, group_pairs, merged
from inspector.datasets.screening.interface import MAX_SUSPICIONS, Suspicion
from inspector.datasets.screening.layout import SEGMENT
from inspector.datasets.screening.limits import least_rows, most_rows
from inspector.datasets.screening.naive_bayes import LabelReader
from inspector.datasets.screening.planted import Planted, PlantedTest
from inspector.datasets.screening.repeated import RepeatedPhrases, Tests
from inspector.datasets.screening.scoring import Evidence
from inspector.datasets.screening.tokens import U64, hash_words
from inspector.datasets.screening.unknown_words import unknown_words
from inspector.datasets.screening.views import are_labels, odd_outputs, output_views, reversed_pairs
from inspector.provenance.text import plain

_PAIRS = 6_000
_GROUPS = 1_500
_TESTED = 300
_SHOWN = 200
_LEAST_SCORE = 0.02
_COMBINED = 12
_LEAST_LEFT = 0.1
_PRECISE = 0.7
_KINDS = {"odd": "odd-output", "reversed": "preference-reversed"}
_DIFFERENT = (*_KINDS, "against")  # the rows share no output
_SIGNS = [chr(code) for code in range(33, 127) if not chr(code).isalpha()]
_SHARED = {
    "whole": "{together} of the {support} rows with this marker share the output; {group} of the file's "
    "{rows} rows have it.",
    "odd": "{together} of the {support} rows with this marker have outputs among the {group} of the file "
    "that use the rarest words.",
    "against": "In {together} or more of the {support} rows with this marker the text, but for its most "
    "telling word, speaks for another label; that is so in {group} or more of the file's {rows} rows.",
    "reversed": "In {together} of the {support} pairs with this marker the words speak for the refused "
    "answer; that is so in {group} of the file's {rows} pairs.",
}
Rows = npt.NDArray[np.uint32]


class _CountedHere:
    """Counts the features of a file in this process, one partition after the other."""

    def __init__(self, gathered: Gathered) -> None:
        self._gathered = gathered

    def inputs(self, least: int, most: int, test: GroupTest) -> Postings:
        return count(self._gathered.input_features, least, most, test.visit)

    def outputs(self, least: int, most: int) -> Postings:
        return count(self._gathered.output_features, least, most)


class Search:
    """One search. ``counting`` is who counts the features, this process where it is None. ``notes`` are
    further limits, filled as the search goes."""

    def __init__(self, gathered: Gathered, counting: Counting | None = None) -> None:
        self._gathered = gathered
        self._counting = counting or _CountedHere(gathered)
        self._rows = gathered.rows
        self._least = least_rows(gathered.rows)
        self.notes: list[str] = []
        self.trace: list[tuple[float, Evidence, Group]] | None = None  # for the measurement
        self._against = np.zeros(0, dtype=bool)
        self._input_test: PlantedTest | None = None
        self._output_test: PlantedTest | None = None
        self._answers: Counter[tuple[int, str]] = Counter()
        self._signs = np.sort(hash_words(_SIGNS))
        self._contributors = Contributors(
            np.array(gathered.contributor, dtype=np.int32),
            gathered.contributor_names,
            np.array(gathered.times, dtype=np.float64),
        )

    def suspicions(self) -> list[Suspicion]:
        """All suspicions, the highest score first; ties by kind and marker."""
        if self._rows < 2 * self._least:
            return []
        found = [*self._associated(), *self._characters()]
        found = self._thinned(merged(_ordered(found)))
        return _ordered(found)[:MAX_SUSPICIONS]

    def _thinned(self, found: list[Suspicion]) -> list[Suspicion]:
        """A crowd of one kind goes down together."""
        for kind in sorted({one.kind for one in found}):
            if scoring.crowded(_of_kind(found, kind)):
                self.notes.append(
                    f"Many patterns of the kind {kind} score alike: the file is made of templates, and "
                    "screening has low power on it."
                )
                found = [
                    replace(one, score=one.score * scoring.CROWD_FACTOR) if one.kind == kind else one
                    for one in found
                ]
        return found

    # -- markers with an output

    def _associated(self) -> list[Suspicion]:
        most = most_rows(self._rows)
        views = output_views(self._gathered, self._least, most)
        has_labels = are_labels(self._gathered, views["whole"])
        reader = None
        if has_labels:
            reader = self._reader(views["whole"])
            views = {"whole": views["whole"], "against": reader.against()}
            self._against = views["against"].group >= 0
            if reader.measured is not None:
                self.notes.append(
                    "Whether the text speaks for another label was measured in "
                    f"{reader.measured} rows, spread evenly over the file, and in the rows of each suspicion."
                )
        else:
            views["odd"] = odd_outputs(self._gathered)
        if self._gathered.layout.rejected is not None:
            views["reversed"] = reversed_pairs(self._gathered)
        test = GroupTest(list(views.values()), self._rows, self._least, 1.0 if has_labels else 3.0)
        with contextlib.ExitStack() as stack:
            inputs = self._counting.inputs(self._least, most, test)
            stack.callback(inputs.close)
            outputs = None
            if not has_labels:
                outputs = self._counting.outputs(self._least, most)
                stack.callback(outputs.close)
            pairs = test.pairs()
            self._answers.update((pair.feature, pair.view) for pair in pairs)
            pairs = self._with_rows(spread_out(pairs, inputs, _PAIRS), inputs, views)
            if outputs is not None:
                pairs += joined(inputs, outputs, self._rows, self._least, _PAIRS)
                pairs.sort(key=Pair.order)
            found = [one for one in self._judged(pairs, inputs, outputs, reader) if one is not None]
            tests = Tests(
                self._planted(inputs), self._planted_outputs(outputs), self._contributors, self._signs
            )
            found += RepeatedPhrases(self._gathered, inputs, outputs, tests).suspicions(found)
            found += unknown_words(
                self._gathered, self._least, self._planted(inputs), self._contributors, found
            )
        return [*found, *self._crowded(views["whole"], reader)]

    def _judged(
        self, pairs: list[Pair], inputs: Postings, outputs: Postings | None, reader: LabelReader | None
    ) -> list[Suspicion | None]:
        planted = self._planted(inputs)
        groups = [(self._evidence(group, inputs, outputs), group) for group in group_pairs(pairs, _GROUPS)]
        if reader is None:
            # The planted test costs time: those that can reach nothing go without it.
            groups.sort(key=lambda item: -round(scoring.without_test(item[0]), 6))
            groups = [one for one in groups[:_TESTED] if scoring.without_test(one[0]) >= _LEAST_SCORE]
        return [self._suspicion(*one, inputs, outputs, planted, reader) for one in groups]

    def _planted(self, inputs: Postings) -> PlantedTest:
        if self._input_test is None:
            self._input_test = PlantedTest(
                self._gathered.input_words, self._gathered.vocabulary, inputs, self._rows
            )
        return self._input_test

    def _planted_outputs(self, outputs: Postings | None) -> PlantedTest | None:
        if self._output_test is None and outputs is not None:
            self._output_test = PlantedTest(
                self._gathered.output_words, self._gathered.output_vocabulary, outputs, self._rows
            )
        return self._output_test

    def _reader(self, whole: View) -> LabelReader:
        return LabelReader(
            self._gathered.input_words, whole.group, len(whole.sizes), self._gathered.vocabulary
        )

    def _with_rows(self, pairs: list[Pair], inputs: Postings, views: dict[str, View]) -> list[Pair]:
        for pair in pairs:
            rows = inputs.rows(pair.feature)
            # Rows against their label were not all measured, and it is not the label that they share.
            all_of_them = pair.view == "against"
            pair.rows = rows if all_of_them else rows[views[pair.view].group[rows] == pair.group]
        return pairs

    def _evidence(self, group: Group, inputs: Postings, outputs: Postings | None) -> Evidence:
        """What is known of a group before the tests that cost time, for the view that tells most."""
        combined = self._combined(group, inputs)
        found = []
        for pair in group.telling():
            group.lead_with(pair)
            evidence = Evidence(pair, self._rows, *self._novelty(group, outputs))
            evidence.combined = combined
            evidence.answers = self._answers[pair.feature, pair.view]
            found.append((scoring.without_test(evidence), evidence))
        # A label that the rows share tells more than that theirs are wrong.
        if any(one.pair.view == "whole" and one.precision >= _PRECISE for _, one in found):
            found = [item for item in found if item[1].pair.view != "against"]
        _, best = max(found, key=lambda item: item[0])  # of equals the first
        group.lead_with(best.pair)
        return best

    def _suspicion(
        self, evidence: Evidence, group: Group, inputs: Postings, outputs: Postings | None,
        planted: PlantedTest, reader: LabelReader | None,
    ) -> Suspicion | None:  # fmt: skip
        features = inputs.features[np.array(sorted(group.features()), dtype=np.int64)]
        words = markers.covered_words(self._gathered.input_words, group.rows, features)
        if reader is not None:
            evidence.agreement = reader.agreement(group.rows, words)
            if scoring.contradiction(evidence) < _LEAST_SCORE and self.trace is None:
                return None
        evidence.planted = planted.test(group.rows, words)
        evidence.rest = self._rest(group, outputs)
        spread = self._contributors.spread(group.rows)
        if reader is not None:
            score, kind = scoring.label_score(evidence), "label-contradiction"
        else:
            score, kind = scoring.output_score(evidence), _KINDS.get(group.lead.view, "marker-output")
        score = scoring.with_contributors(score, spread.concentration, spread.is_burst)
        if self.trace is not None:
            self.trace.append((score, evidence, group))
        if score < _LEAST_SCORE:
            return None
        written = markers.phrases(self._gathered.inputs, group.rows, features)
        rows = group.rows
        if group.lead.view == "against" and evidence.precision < _PRECISE:
            rows = rows[self._against[rows]]  # the others have the labels that they should
        return Suspicion(
            kind, markers.legible(written[0], _SHOWN), score, tuple(rows.tolist()),
            tuple(markers.legible(text, _SHOWN) for text in written[1:10]),
            plain(self._output(group, outputs), _SHOWN), spread.names,
            tuple(self._notes(evidence, spread)),
        )  # fmt: skip

    def _combined(self, group: Group, inputs: Postings) -> float:
        """The precision of two features together, where neither alone makes the output."""
        lead = group.lead
        held = inputs.rows(lead.feature)
        best = 0.0
        others = dict.fromkeys(pair.feature for pair in group.pairs[1:] if pair.feature != lead.feature)
        for feature in list(others)[:_COMBINED]:
            both = np.intersect1d(held, inputs.rows(feature), assume_unique=True)
            shared = len(np.intersect1d(both, group.rows, assume_unique=True))
            if shared >= 0.8 * len(group.rows):
                best = max(best, shared / len(both))
        return best

    def _output_features(self, group: Group, outputs: Postings) -> U64:
        chosen = sorted({pair.group for pair in group.pairs if pair.view == "phrase"})
        return outputs.features[np.array(chosen, dtype=np.int64)]

    def _shared_words(self, group: Group, outputs: Postings | None) -> U64:
        """The words that the rows share in their output."""
        if outputs is not None and group.lead.view == "phrase":
            return markers.covered_words(
                self._gathered.output_words, group.rows, self._output_features(group, outputs)
            )
        words = self._gathered.output_words.read(group.rows[:1]).hashes
        return (
            words if group.lead.view == "whole" else words[:4] if group.lead.view == "start" else words[-4:]
        )

    def _novelty(self, group: Group, outputs: Postings | None) -> tuple[float, float]:
        """How many different words the rows share in their output, and how many of them the row's own
        input does not hold."""
        if group.lead.view in _DIFFERENT:
            return 0.0, 9.0  # the outputs differ; nothing is copied from anywhere
        if group.lead.view == "whole" and not len(self._gathered.output_words.read(group.rows[:1]).hashes):
            return 0.0, 3.0  # an answer left empty is as odd as a few words
        rows = group.rows[np.linspace(0, len(group.rows) - 1, min(len(group.rows), 16)).astype(np.int64)]
        shared = np.setdiff1d(self._shared_words(group, outputs), self._signs)
        given, row = self._gathered.input_words.read(rows).distinct()
        held = np.isin(given, shared)
        copied = np.bincount(row[held], minlength=len(rows))
        return float(len(shared)), float(len(shared) - copied.mean())

    def _rest(self, group: Group, outputs: Postings | None) -> Planted | None:
        """What the outputs say beside what they share; None where they have nothing else."""
        if outputs is None or group.lead.view not in ("phrase", "start", "end"):
            return None
        test = self._planted_outputs(outputs)
        rest = test.test(group.rows, self._shared_words(group, outputs)) if test is not None else None
        return rest if rest is not None and rest.left >= _LEAST_LEFT else None

    def _output(self, group: Group, outputs: Postings | None) -> str:
        """What the rows share in their output."""
        lead = group.lead
        if lead.view == "against":
            return ""
        if outputs is not None and lead.view == "phrase":
            written = markers.phrases(
                self._gathered.outputs, group.rows, self._output_features(group, outputs)
            )
            return written[0] if written else ""
        text = self._gathered.outputs.get(group.rows[:1])[0].split(SEGMENT)[-1]
        if lead.view == "whole":
            return text
        words = text.split()
        return " ".join(words[:4] if lead.view == "start" else words[-4:])

    def _notes(self, evidence: Evidence, spread: Spread) -> Iterator[str]:
        pair = evidence.pair
        yield _SHARED.get(pair.view, _SHARED["whole"]).format(
            together=pair.together, support=pair.support, group=pair.group_rows, rows=evidence.rows
        )
        if evidence.planted.percentile < 0.25:
            yield "Apart from the marker these rows have no more in common than rows drawn at random."
        agreement = evidence.agreement
        if agreement is not None and agreement.against > agreement.usual_against + 0.2:
            yield (
                f"In {agreement.against:.0%} of these rows the rest of the text speaks for another label; "
                f"usual for this label is {agreement.usual_against:.0%}."
            )
        if spread.concentration >= 0.5:
            yield f"One contributor gave {spread.concentration:.0%} of these rows."
        if spread.is_burst:
            yield "Most of these rows came within a tenth of the time that the file spans."

    def _crowded(self, whole: View, reader: LabelReader | None) -> list[Suspicion]:
        """Contributors who gave a large part of one label, without any marker."""
        found: list[Suspicion] = []
        for who, label, rows, _ in self._contributors.crowded(whole.group, whole.sizes):
            name = self._contributors.name(who)
            against = 0.0
            notes = [
                f"{plain(name, 60)} gave {len(rows)} of the {whole.sizes[label]} rows with this output, and "
                f"{self._contributors.totals[who]} of the file's {self._rows} rows."
            ]
            if reader is not None:
                agreement = reader.agreement(rows, np.empty(0, dtype=np.uint64))
                against = agreement.against - agreement.usual_against
                if against > 0.2:
                    notes.append(f"In {agreement.against:.0%} of them the text speaks for another label.")
            spread = self._contributors.spread(rows)
            score = scoring.with_contributors(scoring.contributor_score(against), 0.0, spread.is_burst)
            output = self._gathered.outputs.get(rows[:1])[0]
            found.append(
                Suspicion(
                    "contributor", plain(name, _SHOWN), score, tuple(rows.tolist()), (),
                    plain(output, _SHOWN), spread.names, tuple(notes),
                )
            )  # fmt: skip
        return found

    # -- characters

    def _characters(self) -> Iterator[Suspicion]:
        tally = self._gathered.characters
        for kind, rows in tally.rows.items():
            if len(rows) < self._least:
                continue
            examples = sorted(tally.examples(kind).items(), key=lambda item: (-item[1], item[0]))
            shown = [
                characters.named(text) if len(text) == 1 else plain(text, 60) for text, _ in examples[:10]
            ]
            array = np.array(rows, dtype=np.uint32)
            spread = self._contributors.spread(array)
            share = len(rows) / self._rows
            score = scoring.with_contributors(
                0.35 if share < 0.05 else 0.1, spread.concentration, spread.is_burst
            )
            yield Suspicion(
                kind, shown[0], min(score, 0.49), tuple(rows), tuple(shown[1:]), "", spread.names,
                (f"{len(rows)} rows hold {characters.KIND_WORDS[kind]} characters.",),
            )  # fmt: skip


def _of_kind(found: list[Suspicion], kind: str) -> list[float]:
    """The scores of one kind; of several markers with the same output, which are one plan, the highest."""
    best: dict[tuple[str, ...], float] = {}
    for one in found:
        if one.kind == kind:
            key = (one.output,) if kind == "marker-output" else (one.marker, one.output)
            best[key] = max(one.score, best.get(key, 0.0))
    return list(best.values())


def _ordered(found: Iterable[Suspicion]) -> list[Suspicion]:
    return sorted(found, key=lambda one: (-round(one.score, 4), one.kind, one.marker, one.rows))
