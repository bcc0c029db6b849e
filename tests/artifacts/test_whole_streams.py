"""A zlib stream that is whole is one under any name, whatever follows it or is wrong inside of it."""

from __future__ import annotations

import zlib

import pytest

from inspector.artifacts import read
from inspector.artifacts.bytesource import BytesSource
from inspector.provenance import Loading

CALL = b"cposix\nsystem\n(S'echo'\ntR."
INNER = zlib.compress(CALL)


@pytest.mark.parametrize("name", ["a.json", "a.bin", "a.txt", "a"])
@pytest.mark.parametrize(
    "data",
    [
        zlib.compress(INNER + b"x"),  # the last byte begins like one more stream
        zlib.compress(INNER[:-3]),
        zlib.compress(b"{}") + b"x",
        INNER + b"x",
    ],
)
def test_a_whole_stream_is_never_taken_for_a_text(data: bytes, name: str) -> None:
    artifact = read(BytesSource(data), name)
    assert artifact.loading in (Loading.UNREADABLE, Loading.RUNS_CODE)
    assert artifact.format.startswith("zlib")


def test_bytes_that_only_begin_like_a_stream_are_none() -> None:
    artifact = read(BytesSource(b"x\x9c" + bytes(range(200))), "a.bin")
    assert artifact.loading is Loading.NOT_UNDERSTOOD
