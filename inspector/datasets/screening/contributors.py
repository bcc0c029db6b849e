"""Who gave the rows of a suspicion, and when; and contributors who stand out without any marker."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inspector.datasets.screening.tail import log10_tail

Rows = npt.NDArray[np.uint32]
_NAMED = 20
_LEAST = 8


@dataclass(frozen=True, slots=True)
class Spread:
    """``names`` are the contributors by number of rows; ``concentration`` the share of the first where
    chance does not explain it, else 0; ``is_burst`` that most rows came in a small part of the time."""

    names: tuple[tuple[str, int], ...] = ()
    concentration: float = 0.0
    is_burst: bool = False


class Contributors:
    """Contributor and time of all rows. ``ids`` is -1 for none, ``times`` NaN."""

    def __init__(self, ids: npt.NDArray[np.int32], names: list[str], times: npt.NDArray[np.float64]) -> None:
        self._ids = ids
        self._names = names
        self._times = times
        self.totals = np.bincount(ids[ids >= 0], minlength=len(names)) if len(names) else np.zeros(0, int)
        known = times[~np.isnan(times)]
        self._span = float(known.max() - known.min()) if len(known) else 0.0

    def spread(self, rows: Rows) -> Spread:
        ids = self._ids[rows]
        ids = ids[ids >= 0]
        names: tuple[tuple[str, int], ...] = ()
        concentration = 0.0
        if len(ids):
            counts = np.bincount(ids)
            order = sorted(np.flatnonzero(counts), key=lambda one: (-counts[one], self._names[one]))
            names = tuple((self._names[one], int(counts[one])) for one in order[:_NAMED])
            top = order[0]
            share = self.totals[top] / max(int(self.totals.sum()), 1)
            if counts[top] >= _LEAST and float(log10_tail(counts[top], len(ids), share)) < -6:
                concentration = float(counts[top] / len(ids))
        return Spread(names, concentration, self._is_burst(rows))

    def _is_burst(self, rows: Rows) -> bool:
        """80 % of the rows within a tenth of the time that the file spans, unless all rows are like that."""
        times = np.sort(self._times[rows])
        times = times[~np.isnan(times)]
        if len(times) < _LEAST or self._span <= 0:
            return False
        width = int(np.ceil(len(times) * 0.8)) - 1
        shortest = float((times[width:] - times[: len(times) - width]).min())
        if shortest >= 0.1 * self._span:
            return False
        middle = times[int(np.argmin(times[width:] - times[: len(times) - width]))]
        inside = float(((self._times >= middle) & (self._times <= middle + shortest)).mean())
        return inside < 0.3

    def crowded(
        self, group: npt.NDArray[np.int32], sizes: npt.NDArray[np.int64]
    ) -> list[tuple[int, int, Rows, float]]:
        """(contributor, output group, rows, log10 p) where one contributor gave 30 % or more of the rows of
        one output, three times what its share of the file explains."""
        if len(self._names) < 3:
            return []
        held = (self._ids >= 0) & (group >= 0)
        rows = np.flatnonzero(held)
        keys = (self._ids[held].astype(np.int64) << 32) | group[held]
        pairs, counts = np.unique(keys, return_counts=True)
        total = max(int(self.totals.sum()), 1)
        found = []
        for key, count in zip(pairs.tolist(), counts.tolist(), strict=True):
            one, output = key >> 32, key & 0xFFFFFFFF
            share = self.totals[one] / total
            if count < 2 * _LEAST or count < 0.3 * sizes[output] or share > 0.5:
                continue
            lift = count / sizes[output] / share
            log_p = float(log10_tail(count, sizes[output], share)) + np.log10(max(len(pairs), 1))
            if lift >= 2.0 and log_p < -8:
                mine = rows[keys == key].astype(np.uint32)
                found.append((one, output, mine, log_p))
        found.sort(key=lambda item: (item[3], self._names[item[0]], item[1]))
        return found[:20]

    def name(self, contributor: int) -> str:
        return self._names[contributor]
