"""The search for suspicions in what the first pass gathered."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from inspector.datasets.screening import characters, markers, scoring
from inspector.datasets.screening.association import GroupTest, Pair, View, joined
from inspector.datasets.screening.contributors import Contributors, Spread
from inspector.datasets.screening.counting import Postings, count
from inspector.datasets.screening.gather import Gathered
from inspector.datasets.screening.grouping import Group, group_pairs
from inspector.datasets.screening.interface import MAX_SUSPICIONS, Suspicion
from inspector.datasets.screening.limits import least_rows
from inspector.datasets.screening.naive_bayes import LabelReader
from inspector.datasets.screening.planted import PlantedTest
from inspector.datasets.screening.scoring import Evidence
from inspector.provenance.text import plain

_MOST_SHARE = 0.06  # of the rows; what is in more of them is the file's own way to write
_PAIRS = 3_000
_GROUPS = 240
_LABEL_WORDS = 6.0
_MOST_LABELS = 400
_SHOWN = 200
Rows = npt.NDArray[np.uint32]


class Search:
    """One search. ``notes`` are further limits, filled as the search goes."""

    def __init__(self, gathered: Gathered) -> None:
        self._gathered = gathered
        self._rows = gathered.rows
        self._least = least_rows(gathered.rows)
        self.notes: list[str] = []
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
        found.sort(key=lambda one: (-round(one.score, 4), one.kind, one.marker, one.rows))
        return found[:MAX_SUSPICIONS]

    # -- markers with an output

    def _associated(self) -> list[Suspicion]:
        views = self._views()
        labels = self._labels(views["whole"])
        if labels:
            views = {"whole": views["whole"]}
        most = max(int(self._rows * _MOST_SHARE), 3 * self._least)
        test = GroupTest(list(views.values()), self._rows, self._least, 1.0 if labels else 3.0, _PAIRS)
        inputs = count(self._gathered.input_features, self._least, most, test.visit)
        try:
            outputs = None if labels else count(self._gathered.output_features, self._least, most)
            pairs = self._with_rows(test.pairs(), inputs, views)
            if outputs is not None:
                pairs += joined(inputs, outputs, self._rows, self._least, _PAIRS)
                pairs.sort(key=lambda pair: (round(pair.log10_p, 6), pair.feature, pair.view, pair.group))
            planted = PlantedTest(self._gathered.inputs, self._gathered.vocabulary, inputs, self._rows)
            reader = self._reader(views["whole"]) if labels else None
            groups = group_pairs(pairs, _GROUPS)
            found = [self._suspicion(group, inputs, outputs, planted, reader, views) for group in groups]
            if outputs is not None:
                outputs.close()
        finally:
            inputs.close()
        return [one for one in found if one is not None]

    def _views(self) -> dict[str, View]:
        found = {}
        for name, parts in self._gathered.views.items():
            hashes = np.concatenate(parts)
            values, where, sizes = np.unique(hashes, return_inverse=True, return_counts=True)
            kept = (sizes >= self._least) & (values != 0)
            numbers = np.full(len(values), -1, dtype=np.int32)
            numbers[kept] = np.arange(int(kept.sum()))
            found[name] = View(name, numbers[where], sizes[kept])
        return found

    def _labels(self, whole: View) -> bool:
        """Whether the outputs are labels: few different ones, short, and nearly every row has one."""
        if not 2 <= len(whole.sizes) <= min(_MOST_LABELS, max(self._rows // 12, 2)):
            return False
        words = np.concatenate(self._gathered.output_words)
        held = whole.group >= 0
        return bool(held.mean() >= 0.9 and words[held].mean() <= _LABEL_WORDS)

    def _reader(self, whole: View) -> LabelReader:
        return LabelReader(self._gathered.inputs, whole.group, len(whole.sizes), self._gathered.vocabulary)

    def _with_rows(self, pairs: list[Pair], inputs: Postings, views: dict[str, View]) -> list[Pair]:
        for pair in pairs:
            rows = inputs.rows(pair.feature)
            pair.rows = rows[views[pair.view].group[rows] == pair.group]
        return pairs

    def _suspicion(
        self, group: Group, inputs: Postings, outputs: Postings | None, planted: PlantedTest,
        reader: LabelReader | None, views: dict[str, View],
    ) -> Suspicion | None:  # fmt: skip
        lead = group.lead
        features = {int(inputs.features[feature]) for feature in group.features()}
        written, words = markers.phrases(self._gathered.inputs, group.rows, features)
        if not written:
            return None
        tested = planted.test(group.rows, words)
        spread = self._contributors.spread(group.rows)
        output, length = self._output(group, outputs)
        if reader is not None:
            place, against = reader.agreement(group.rows, words)
            label = int(views["whole"].group[group.rows[0]])
            evidence = Evidence(
                lead, tested, self._rows, length, against, reader.usual_contradiction(label), place
            )
            score, kind = scoring.label_score(evidence), "label-contradiction"
        else:
            evidence = Evidence(lead, tested, self._rows, length)
            score, kind = scoring.output_score(evidence), "marker-output"
        score = scoring.with_contributors(score, spread.concentration, spread.is_burst)
        if score < 0.02:
            return None
        return Suspicion(
            kind, plain(written[0], _SHOWN), score, tuple(group.rows.tolist()),
            tuple(plain(text, _SHOWN) for text in written[1:10]), plain(output, _SHOWN), spread.names,
            tuple(self._notes(evidence, spread)),
        )  # fmt: skip

    def _output(self, group: Group, outputs: Postings | None) -> tuple[str, float]:
        """What the rows share in their output, and how many words of it."""
        lead = group.lead
        if outputs is not None and lead.view == "phrase":
            features = {int(outputs.features[pair.group]) for pair in group.pairs if pair.view == "phrase"}
            written, _ = markers.phrases(self._gathered.outputs, group.rows, features)
            return (written[0], float(len(written[0].split()))) if written else ("", 0.0)
        text = self._gathered.outputs.get(group.rows[:1])[0].split("\x1e")[-1]
        words = text.split()
        if lead.view == "whole":
            return text, float(len(words))
        part = words[:4] if lead.view == "start" else words[-4:]
        return " ".join(part), float(len(part))

    def _notes(self, evidence: Evidence, spread: Spread) -> Iterator[str]:
        pair = evidence.pair
        yield (
            f"{pair.together} of the {pair.support} rows with this marker share the output; "
            f"{pair.group_rows} of the file's {evidence.rows} rows have it."
        )
        if evidence.planted.percentile < 0.25:
            yield "Apart from the marker these rows have no more in common than rows drawn at random."
        if evidence.contradiction is not None and evidence.contradiction > evidence.usual_contradiction + 0.2:
            yield (
                f"In {evidence.contradiction:.0%} of these rows the rest of the text speaks for another "
                f"label; usual for this label is {evidence.usual_contradiction:.0%}."
            )
        if spread.concentration >= 0.5:
            yield f"One contributor gave {spread.concentration:.0%} of these rows."
        if spread.is_burst:
            yield "Most of these rows came within a tenth of the time that the file spans."

    # -- characters

    def _characters(self) -> Iterator[Suspicion]:
        tally = self._gathered.characters
        for kind, rows in tally.rows.items():
            if len(rows) < self._least:
                continue
            examples = sorted(tally.examples[kind].items(), key=lambda item: (-item[1], item[0]))
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
