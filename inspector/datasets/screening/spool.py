"""Where the passes keep what does not fit into memory: files without a name, gone with the process.

Each file is opened, removed from its folder and used by its descriptor alone, so nothing is left behind by a
kill at any moment, and no other user can open it.
"""

from __future__ import annotations

import os
import tempfile
from array import array
from collections.abc import Iterable, Sequence
from typing import IO

import numpy as np
import numpy.typing as npt

from inspector.datasets.screening.tokens import HASH_BITS, U64, Tokens, Words

PARTITIONS = 64
_PARTITION_BITS = 6
ROW_BITS = 24
_KEPT_BITS = HASH_BITS - _PARTITION_BITS  # 40: a key is 40 bits of hash and 24 of row
_LOCAL_BITS = 18


_reserved: list[IO[bytes]] = []
_NEEDED = 2 * PARTITIONS + 7


def nameless() -> IO[bytes]:
    """A new file for reading and writing, mode 0600, that has no name any more."""
    if _reserved:
        return _reserved.pop()
    return tempfile.TemporaryFile(prefix="inspector-screen-")


def reserve() -> None:
    """Opens all files that one screening needs, for a process that will not be able to open any later."""
    while len(_reserved) < _NEEDED:
        file = tempfile.TemporaryFile(prefix="inspector-screen-")  # noqa: SIM115 - used by its owner
        _reserved.append(file)


class FeatureSpool:
    """(feature, row) pairs, spread over files by the top bits of the feature's hash.

    All pairs of one feature stand in one file, so that features can be counted file by file.
    """

    def __init__(self) -> None:
        self._files = [nameless() for _ in range(PARTITIONS)]
        self._counts = [0] * PARTITIONS

    def add(self, hashes: U64, rows: npt.NDArray[np.int64], first_row: int) -> None:
        """Adds pairs; ``rows`` count from 0 within the batch, which has at most 2**18 rows."""
        keys = (hashes << np.uint64(_LOCAL_BITS)) | rows.astype(np.uint64)
        keys = _distinct(keys)
        local = keys & np.uint64((1 << _LOCAL_BITS) - 1)
        features = keys >> np.uint64(_LOCAL_BITS)
        edges = np.searchsorted(
            features, np.arange(PARTITIONS + 1, dtype=np.uint64) << np.uint64(_KEPT_BITS), side="left"
        )
        edges[-1] = len(features)
        kept = features & np.uint64((1 << _KEPT_BITS) - 1)
        packed = (kept << np.uint64(ROW_BITS)) | (local + np.uint64(first_row))
        for number in range(PARTITIONS):
            part = packed[edges[number] : edges[number + 1]]
            if len(part):
                self._files[number].write(part.tobytes())
                self._counts[number] += len(part)

    def partition(self, number: int) -> tuple[U64, npt.NDArray[np.uint32]]:
        """(feature, row), sorted by both."""
        return unpacked(self._packed(number), number)

    def _packed(self, number: int) -> U64:
        file = self._files[number]
        file.flush()
        file.seek(0)
        return np.fromfile(file, dtype=np.uint64, count=self._counts[number])

    def save(self, path: str) -> list[int]:
        """Writes the partitions to one file, one after the other; gives how many pairs each has."""
        with open(path, "wb") as file:
            for number in range(PARTITIONS):
                file.write(self._packed(number).tobytes())
        return list(self._counts)

    def close(self) -> None:
        for file in self._files:
            file.close()


def saved_partition(
    paths: Sequence[str], counts: Sequence[Sequence[int]], firsts: Sequence[int], number: int
) -> tuple[U64, npt.NDArray[np.uint32]]:
    """One partition of several saved spools, as if they were one: ``firsts`` is the number of the first row
    of each, ``counts`` what ``save`` gave."""
    found = [np.empty(0, dtype=np.uint64)]
    for path, pairs, first in zip(paths, counts, firsts, strict=True):
        packed = np.fromfile(path, dtype=np.uint64, count=pairs[number], offset=8 * sum(pairs[:number]))
        found.append(packed + np.uint64(first))
    return unpacked(np.concatenate(found), number)


def unpacked(packed: U64, number: int) -> tuple[U64, npt.NDArray[np.uint32]]:
    """(feature, row), sorted by both, from the keys of one partition."""
    packed.sort()
    features = (packed >> np.uint64(ROW_BITS)) | np.uint64(number << _KEPT_BITS)
    return features, (packed & np.uint64((1 << ROW_BITS) - 1)).astype(np.uint32)


def _distinct(keys: U64) -> U64:
    keys = np.sort(keys)
    if len(keys) < 2:
        return keys
    return keys[np.concatenate(([True], keys[1:] != keys[:-1]))]


class Appended:
    """Bytes that are written once, one after the other, and read at any place."""

    def __init__(self) -> None:
        self._file = nameless()

    def write(self, data: bytes) -> None:
        self._file.write(data)

    def read_at(self, offset: int, length: int) -> bytes:
        self._file.flush()
        return _read_at(self._file.fileno(), offset, length)

    def close(self) -> None:
        self._file.close()


class Joined:
    """Files of several parts, read as if they were one. Nothing is written to them."""

    def __init__(self, paths: Sequence[str]) -> None:
        self._files = [open(path, "rb") for path in paths]  # noqa: SIM115 - closed by close()
        sizes = [os.fstat(file.fileno()).st_size for file in self._files]
        self._starts = np.concatenate(([0], np.cumsum(np.array(sizes, dtype=np.int64))))

    def write(self, data: bytes) -> None:
        raise ValueError("the parts are complete")

    def read_at(self, offset: int, length: int) -> bytes:
        found = []
        number = int(np.searchsorted(self._starts, offset, side="right")) - 1
        while length > 0 and number < len(self._files):
            piece = min(length, int(self._starts[number + 1]) - offset)
            found.append(_read_at(self._files[number].fileno(), offset - int(self._starts[number]), piece))
            offset, length, number = offset + piece, length - piece, number + 1
        return b"".join(found)

    def close(self) -> None:
        for file in self._files:
            file.close()


class TextSpool:
    """The texts of the rows, to be looked up again by row."""

    def __init__(self, held: Appended | Joined | None = None, lengths: Iterable[int] = ()) -> None:
        self._held = held if held is not None else Appended()
        self._ends = array("Q", [0])
        for length in lengths:
            self._ends.append(self._ends[-1] + length)

    def __len__(self) -> int:
        return len(self._ends) - 1

    def extend(self, texts: Iterable[str]) -> None:
        end = self._ends[-1]
        for text in texts:
            data = text.encode("utf-8")
            self._held.write(data)
            end += len(data)
            self._ends.append(end)

    def get(self, rows: Sequence[int] | npt.NDArray[np.integer]) -> list[str]:
        found = []
        for row in rows:
            start, end = self._ends[row], self._ends[row + 1]
            found.append(self._held.read_at(start, end - start).decode("utf-8"))
        return found

    def lengths(self) -> npt.NDArray[np.int64]:
        """The length of each text in bytes."""
        ends = np.array(self._ends, dtype=np.int64)
        return ends[1:] - ends[:-1]

    def save(self, path: str) -> None:
        """Writes the texts to a file, one after the other."""
        _copy(self._held, self._ends[-1], path)

    def close(self) -> None:
        self._held.close()


class WordSpool:
    """The hashed words of the rows, in order, to be looked up again by row."""

    def __init__(
        self, held: Appended | Joined | None = None, lengths: npt.NDArray[np.int64] | None = None
    ) -> None:
        self._held = held if held is not None else Appended()
        self._ends: list[npt.NDArray[np.int64]] = [] if lengths is None else [lengths]
        self._edges: npt.NDArray[np.int64] = np.zeros(1, dtype=np.int64)

    def extend(self, tokens: Tokens) -> None:
        self._held.write(tokens.flat.tobytes())
        self._ends.append(tokens.lengths)

    def read(self, rows: npt.NDArray[np.integer]) -> Words:
        """The words of these rows; ``text`` counts the rows as they were asked for."""
        self._sum_up()
        if not len(rows):
            return Tokens(np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.int64)).words()
        read_at = self._held.read_at
        starts, ends = self._edges[rows], self._edges[rows.astype(np.int64) + 1]
        if int(rows[-1]) - int(rows[0]) + 1 == len(rows):
            data = read_at(int(starts[0]) * 8, int(ends[-1] - starts[0]) * 8)
        else:
            data = b"".join(
                read_at(start * 8, (end - start) * 8)
                for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
            )
        return Tokens(np.frombuffer(data, dtype=np.uint64), ends - starts).words()

    def _sum_up(self) -> None:
        if self._ends:
            lengths = np.concatenate([np.diff(self._edges), *self._ends])
            self._edges = np.concatenate(([0], np.cumsum(lengths)))
            self._ends = []

    def lengths(self) -> npt.NDArray[np.int64]:
        """How many entries each row has."""
        self._sum_up()
        return np.diff(self._edges)

    def save(self, path: str) -> None:
        """Writes the words to a file, one row after the other."""
        self._sum_up()
        _copy(self._held, int(self._edges[-1]) * 8, path)

    def close(self) -> None:
        self._held.close()


class PostingsFile:
    """The rows of features, one after the other in one file."""

    def __init__(self) -> None:
        self._file = nameless()
        self.length = 0

    def append(self, rows: npt.NDArray[np.uint32]) -> None:
        self._file.write(rows.tobytes())
        self.length += len(rows)

    def read(self, start: int, count: int) -> npt.NDArray[np.uint32]:
        self._file.flush()
        return np.frombuffer(_read_at(self._file.fileno(), start * 4, count * 4), dtype=np.uint32)

    def close(self) -> None:
        self._file.close()


def _copy(held: Appended | Joined, size: int, path: str) -> None:
    with open(path, "wb") as file:
        for start in range(0, size, 1 << 24):
            file.write(held.read_at(start, min(1 << 24, size - start)))


def _read_at(descriptor: int, offset: int, length: int) -> bytes:
    if hasattr(os, "pread"):
        return os.pread(descriptor, length, offset)
    os.lseek(descriptor, offset, os.SEEK_SET)
    data = b""
    while len(data) < length:
        piece = os.read(descriptor, length - len(data))
        if not piece:
            break
        data += piece
    os.lseek(descriptor, 0, os.SEEK_END)
    return data
