"""How many rows hold each feature, and which: the features with enough rows and not too many."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from inspector.datasets.screening.spool import PARTITIONS, FeatureSpool, PostingsFile
from inspector.datasets.screening.tokens import U64, mix

if TYPE_CHECKING:
    from inspector.datasets.screening.association import GroupTest

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


class Counting(Protocol):
    """Who counts the features of a file: this process, or others."""

    def inputs(self, least: int, most: int, test: GroupTest) -> Postings:
        """The features of the inputs; ``test`` sees them as they pass."""

    def outputs(self, least: int, most: int) -> Postings:
        """The features of the outputs."""


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
    return assembled(_counted(spool, least, most, visit))


def _counted(
    spool: FeatureSpool, least: int, most: int, visit: Callable[[Block], None] | None
) -> Iterator[tuple[Block, U32]]:
    first = 0
    for number in range(PARTITIONS):
        block = kept(*spool.partition(number), least, most, first)
        if not len(block.features):
            continue
        if visit is not None:
            visit(block)
        yield block, signatures(block)
        first += len(block.features)


def assembled(blocks: Iterable[tuple[Block, U32]]) -> Postings:
    """The postings of blocks that follow each other, with their signatures."""
    file = PostingsFile()
    features: list[U64] = [np.empty(0, dtype=np.uint64)]
    counts: list[I64] = [np.empty(0, dtype=np.int64)]
    signed: list[U32] = [np.empty((0, SIGNATURES), dtype=np.uint32)]
    for block, signature in blocks:
        file.append(block.rows)
        features.append(block.features)
        counts.append(block.counts)
        signed.append(signature)
    return Postings(np.concatenate(features), np.concatenate(counts), np.concatenate(signed), file)


def kept(features: U64, rows: U32, least: int, most: int, first: int) -> Block:
    """The features with enough rows and not too many; ``first`` is the number of the first of them."""
    if not len(features):
        return Block(first, features, np.zeros(1, dtype=np.int64), rows)
    starts = np.flatnonzero(np.concatenate(([True], features[1:] != features[:-1])))
    lengths = np.diff(np.append(starts, len(features)))
    good = (lengths >= least) & (lengths <= most)
    held = np.repeat(good, lengths)
    return Block(
        first,
        features[starts[good]],
        np.concatenate(([0], np.cumsum(lengths[good]))).astype(np.int64),
        rows[held],
    )


def signatures(block: Block) -> U32:
    """For each feature the least of some hashes of its rows, eight times."""
    found = np.empty((len(block.features), SIGNATURES), dtype=np.uint32)
    rows = block.rows.astype(np.uint64)
    for number in range(SIGNATURES):
        hashed = (mix(rows + np.uint64((number + 1) << 40)) >> np.uint64(32)).astype(np.uint32)
        found[:, number] = np.minimum.reduceat(hashed, block.starts[:-1])
    return found
