"""Markers in the input whose rows share an output more often than chance allows.

Two ways lead to a pair. ``GroupTest`` asks of every feature whether its rows crowd in one output, one
beginning or one end of outputs (one-sided binomial test, Bonferroni over all features and views; Gardner et
al. 2021, "Competency Problems"). ``joined`` finds outputs' phrases whose rows are nearly those of a feature,
by their signatures: a payload that stands amid an output that otherwise differs.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from inspector.datasets.screening.counting import SIGNATURES, Block, Postings
from inspector.datasets.screening.tail import log10_tail
from inspector.datasets.screening.tokens import U64, mix

I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]
_BUCKET = 64  # features that share one minimum; more are parts of one long text, and the first stand for it
_MOST_PAIRS = 400_000
_OVER_SAME_ROWS = 40
_HALF = np.uint64(32)
_VIEW_ORDER = ("whole", "phrase", "start", "end", "odd", "reversed", "against")


@dataclass(frozen=True, slots=True)
class View:
    """One way to group the rows by their output. ``group`` holds each row's group, -1 for none."""

    name: str
    group: npt.NDArray[np.int32]
    sizes: I64


@dataclass(slots=True)
class Pair:
    """A feature of the input and what its rows share. ``rows`` are those that hold both."""

    feature: int
    view: str
    group: int
    support: int
    together: int
    group_rows: int
    log10_p: float
    rows: npt.NDArray[np.uint32] = field(default_factory=lambda: np.empty(0, dtype=np.uint32))

    def order(self) -> tuple[float, int, int, int]:
        """Sorts pairs: the least likely first; of one feature, the whole output before its parts."""
        return round(self.log10_p, 6), self.feature, _VIEW_ORDER.index(self.view), self.group

    @property
    def closeness(self) -> float:
        """Rows with both against rows with one or the other."""
        return self.together / (self.support + self.group_rows - self.together)

    @property
    def precision(self) -> float:
        return self.together / self.support

    @property
    def coverage(self) -> float:
        return self.together / self.group_rows


Found = tuple[int, I64, I64, I64, I64, F64]  # view; feature, group, together, support, log10 p


@dataclass(frozen=True, slots=True)
class Findings:
    """What a test of some features found, and how many it tested."""

    found: list[Found]
    tested: int


class GroupTest:
    """Collects pairs while the features are counted. ``least_lift`` is how much more often than by chance a
    feature and a group must meet."""

    def __init__(self, views: list[View], rows: int, least: int, least_lift: float) -> None:
        self.views = views
        self._rows = rows
        self._least = least
        self.least_lift = least_lift
        self._found: list[Found] = []
        self._tested = 0

    def visit(self, block: Block) -> None:
        counts = block.counts
        self._tested += len(counts)
        feature = np.repeat(np.arange(len(counts)), counts)
        for number, view in enumerate(self.views):
            group = view.group[block.rows]
            held = group >= 0
            keys = np.sort((feature[held] << 32) | group[held])
            if not len(keys):
                continue
            first = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
            together = np.diff(np.append(first, len(keys)))
            enough = together >= self._least
            which, groups = keys[first][enough] >> 32, keys[first][enough] & 0xFFFFFFFF
            together = together[enough]
            share = view.sizes[groups] / self._rows
            lifted = together >= self.least_lift * share * counts[which]
            which, groups, together, share = which[lifted], groups[lifted], together[lifted], share[lifted]
            log_p = log10_tail(together, counts[which], share)
            good = log_p < -4
            self._found.append(
                (
                    number,
                    which[good] + block.first,
                    groups[good],
                    together[good],
                    counts[which][good],
                    log_p[good],
                )
            )

    def findings(self) -> Findings:
        """What was found so far, to be absorbed by another test of the same views."""
        return Findings(self._found, self._tested)

    def absorb(self, findings: Findings, first: int) -> None:
        """Adds what was found in a block whose features begin at ``first``, tested as if they began at 0."""
        self._tested += findings.tested
        for number, which, groups, together, counts, log_p in findings.found:
            self._found.append((number, which + first, groups, together, counts, log_p))

    def pairs(self) -> list[Pair]:
        """The significant pairs, the least likely first; ties by feature."""
        bound = -3 - np.log10(max(self._tested * len(self.views), 1))
        found: list[Pair] = []
        for number, which, groups, together, counts, log_p in self._found:
            view = self.views[number]
            for at in np.flatnonzero(log_p < bound):
                group = int(groups[at])
                found.append(
                    Pair(
                        int(which[at]), view.name, group, int(counts[at]), int(together[at]),
                        int(view.sizes[group]), float(log_p[at]),
                    )
                )  # fmt: skip
        return sorted(found, key=Pair.order)


def spread_out(pairs: list[Pair], inputs: Postings, keep: int) -> list[Pair]:
    """The first ``keep`` pairs, but not too many over the same rows: a long text that stands in many rows
    has a thousand features, and would leave no room for others."""
    found: list[Pair] = []
    met: Counter[tuple[int, int, str, int]] = Counter()
    for pair in pairs:
        one, two = inputs.signatures[pair.feature, :2].tolist()
        key = (one, two, pair.view, 0 if pair.view == "phrase" else pair.group)
        if met[key] < _OVER_SAME_ROWS:
            met[key] += 1
            found.append(pair)
            if len(found) >= keep:
                break
    return found


def joined(inputs: Postings, outputs: Postings, rows: int, least: int, keep: int) -> list[Pair]:
    """Pairs of a feature of the input and one of the output with mostly the same rows."""
    if not len(inputs) or not len(outputs):
        return []
    keys = [_bucket_pairs(inputs.signatures[:, n], outputs.signatures[:, n]) for n in range(SIGNATURES)]
    pairs, met = np.unique(np.concatenate(keys), return_counts=True)
    one, other = pairs >> 32, pairs & 0xFFFFFFFF
    few = np.minimum(inputs.counts[one], outputs.counts[other])
    many = np.maximum(inputs.counts[one], outputs.counts[other])
    good = (met >= 3) & (few * 5 >= many * 2) & (inputs.features[one] != outputs.features[other])
    # A phrase that the output copies from the prompt is no payload.
    copied = inputs.find(outputs.features)
    alike = np.zeros(len(outputs), dtype=bool)
    held = copied >= 0
    same = (inputs.signatures[copied[held]] == outputs.signatures[held]).sum(axis=1)
    alike[held] = same >= 2
    good &= ~alike[other]
    one, other, few, met = one[good], other[good], few[good], met[good]
    order = np.lexsort((other, one, -met, -few))
    one, other = one[order], other[order]
    # Of features with the same rows a few stand for all.
    x_sig, y_sig = inputs.signatures[one].astype(np.uint64), outputs.signatures[other].astype(np.uint64)
    x_key, y_key = mix((x_sig[:, 0] << _HALF) | x_sig[:, 1]), mix((y_sig[:, 0] << _HALF) | y_sig[:, 1])
    chosen = _first_few(x_key ^ (y_key * np.uint64(3)), _OVER_SAME_ROWS)[:keep]
    found = []
    for at in chosen:
        x, y = int(one[at]), int(other[at])
        both = np.intersect1d(inputs.rows(x), outputs.rows(y), assume_unique=True)
        if len(both) < least:
            continue
        support, held_rows = int(inputs.counts[x]), int(outputs.counts[y])
        log_p = float(log10_tail(len(both), support, held_rows / rows))
        found.append(Pair(x, "phrase", y, support, len(both), held_rows, log_p, both))
    return found


def _first_few(keys: U64, few: int) -> I64:
    """The places of the first ``few`` of each key, rising."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    first = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1]))) if len(keys) else order
    nth = np.arange(len(keys)) - np.repeat(first, np.diff(np.append(first, len(keys))))
    found: I64 = np.sort(order[nth < few])
    return found


def _bucket_pairs(one: npt.NDArray[np.uint32], other: npt.NDArray[np.uint32]) -> I64:
    """Pairs (index, index) with the same value, packed into 64 bits."""
    a, b = np.argsort(one, kind="stable"), np.argsort(other, kind="stable")
    values = np.intersect1d(one, other)
    a_from, a_to = np.searchsorted(one[a], values), np.searchsorted(one[a], values, side="right")
    b_from, b_to = np.searchsorted(other[b], values), np.searchsorted(other[b], values, side="right")
    a_size, b_size = np.minimum(a_to - a_from, _BUCKET), np.minimum(b_to - b_from, _BUCKET)
    total = a_size * b_size
    if not len(total):
        return np.empty(0, dtype=np.int64)
    if total.sum() > _MOST_PAIRS * 10:
        allowed = np.cumsum(total) <= _MOST_PAIRS * 10
        a_from, b_from, a_size, b_size, total = (
            part[allowed] for part in (a_from, b_from, a_size, b_size, total)
        )
    bucket = np.repeat(np.arange(len(total)), total)
    within = np.arange(len(bucket)) - np.repeat(np.concatenate(([0], np.cumsum(total)[:-1])), total)
    x = a[a_from[bucket] + within // b_size[bucket]]
    y = b[b_from[bucket] + within % b_size[bucket]]
    packed: I64 = (x.astype(np.int64) << 32) | y.astype(np.int64)
    return packed
