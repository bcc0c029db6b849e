"""The filters of a chunk are taken back in their order, and what the library itself has not is refused."""

from __future__ import annotations

import zlib

import pytest

from inspector.artifacts.formats.hdf5_file import BadHdf5
from inspector.artifacts.formats.hdf5_filters import unpacked_chunk
from inspector.artifacts.formats.hdf5_values import Filter

DEFLATE, SHUFFLE, FLETCHER32 = 1, 2, 3
PLAIN = bytes(range(8))
SHUFFLED = PLAIN[0::4] + PLAIN[1::4] + PLAIN[2::4] + PLAIN[3::4]  # two numbers of four bytes, byte by byte


def filters(*numbers: int, width: int = 4) -> list[Filter]:
    return [Filter(number, b"", [width] if number == SHUFFLE and width else []) for number in numbers]


@pytest.mark.parametrize(
    ("data", "applied", "mask"),
    [
        (PLAIN, [], 0),
        (zlib.compress(PLAIN), filters(DEFLATE), 0),
        (SHUFFLED, filters(SHUFFLE), 0),
        (PLAIN + b"sums", filters(FLETCHER32), 0),
        (zlib.compress(SHUFFLED) + b"sums", filters(SHUFFLE, DEFLATE, FLETCHER32), 0),
        (SHUFFLED, filters(SHUFFLE, DEFLATE), 0b10),  # this chunk was left unpacked
        (PLAIN, filters(SHUFFLE, width=8), 0),  # one number has nothing to be shuffled with
        (PLAIN, filters(SHUFFLE, width=1), 0),
        (PLAIN, filters(SHUFFLE, width=0), 0),
    ],
)
def test_a_chunk_comes_back_as_it_was(data: bytes, applied: list[Filter], mask: int) -> None:
    assert unpacked_chunk(data, applied, mask, len(PLAIN)) == PLAIN


@pytest.mark.parametrize(
    ("data", "applied", "words"),
    [
        (b"no stream", filters(DEFLATE), "is broken"),
        (PLAIN, filters(32015), "packed by the filter 32015"),
        (PLAIN + b"x", [], "another size"),
        (zlib.compress(bytes(10_000)), filters(DEFLATE), "another size"),
    ],
)
def test_a_chunk_that_cannot_be_unpacked_is_refused(data: bytes, applied: list[Filter], words: str) -> None:
    with pytest.raises(BadHdf5, match=words):
        unpacked_chunk(data, applied, 0, len(PLAIN))
