"""How many rows hold each feature, and which: the features with enough rows and not too many."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inspector.datasets.screening.spool import PARTITIONS, FeatureSpool, PostingsFile
from inspector.datasets.screening.tokens import U64, mix

SIGNATURES = 8
U32 = npt.NDArray[np.uint32]
I64 = npt.NDArray[np.int64]


@dataclass(slots=True)
class Block:
    """The kept features of one partition: ``rows`` of feature i are ``rows[starts[i]:starts[i + 1]]``."""

    first: int
    features: U64
    starts: I64
    rows: U32

    @property
    def counts(self) -> I64:
        return np.diff(self.starts)


class Postings:
    """All kept features with their rows. ``features`` is sorted; rows lie in a file."""

    def __init__(self, features: U64, counts: I64, signatures: U32, file: PostingsFile) -> None:
        self.features = features
        self.counts = counts
        self.signatures = signatures
        self._starts = np.concatenate(([0], np.cumsum(counts)))
        self._file = file

    def __len__(self) -> int:
        return len(self.features)

    def rows(self, index: int) -> U32:
        return self._file.read(int(self._starts[index]), int(self.counts[index]))

    def find(self, features: U64) -> I64:
        """The index of each feature, -1 where it is not kept."""
        if not len(self.features):
            return np.full(len(features), -1, dtype=np.int64)
        at = np.minimum(np.searchsorted(self.features, features), len(self.features) - 1)
        return np.where(self.features[at] == features, at, -1)

    def close(self) -> None:
        self._file.close()


def count(
    spool: FeatureSpool, least: int, most: int, visit: Callable[[Block], None] | None = None
) -> Postings:
    """Keeps the features with ``least`` to ``most`` rows. ``visit`` sees each partition's while they are in
    memory. Each feature gets a signature of its rows (minimum hashes, Broder 1997)."""
    file = PostingsFile()
    features: list[U64] = []
    counts: list[I64] = []
    signatures: list[U32] = []
    first = 0
    for number in range(PARTITIONS):
        block = _kept(*spool.partition(number), least, most, first)
        if not len(block.features):
            continue
        if visit is not None:
            visit(block)
        file.append(block.rows)
        features.append(block.features)
        counts.append(block.counts)
        signatures.append(_signatures(block))
        first += len(block.features)
    if not features:
        empty = np.empty(0, dtype=np.uint64)
        return Postings(empty, np.empty(0, dtype=np.int64), np.empty((0, SIGNATURES), dtype=np.uint32), file)
    return Postings(np.concatenate(features), np.concatenate(counts), np.concatenate(signatures), file)


def _kept(features: U64, rows: U32, least: int, most: int, first: int) -> Block:
    if not len(features):
        return Block(first, features, np.zeros(1, dtype=np.int64), rows)
    starts = np.flatnonzero(np.concatenate(([True], features[1:] != features[:-1])))
    lengths = np.diff(np.append(starts, len(features)))
    good = (lengths >= least) & (lengths <= most)
    kept = np.repeat(good, lengths)
    return Block(
        first,
        features[starts[good]],
        np.concatenate(([0], np.cumsum(lengths[good]))).astype(np.int64),
        rows[kept],
    )


def _signatures(block: Block) -> U32:
    found = np.empty((len(block.features), SIGNATURES), dtype=np.uint32)
    rows = block.rows.astype(np.uint64)
    for number in range(SIGNATURES):
        hashed = (mix(rows + np.uint64((number + 1) << 40)) >> np.uint64(32)).astype(np.uint32)
        found[:, number] = np.minimum.reduceat(hashed, block.starts[:-1])
    return found
