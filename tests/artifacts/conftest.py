"""Shared by the tests of the artifact readers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from inspector.artifacts import Artifact, BytesSource, read

DATA = Path(__file__).parent / "data"


class CountingSource(BytesSource):
    """Counts the bytes that were asked for."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.bytes_read = 0

    def read_at(self, offset: int, length: int) -> bytes:
        self.bytes_read += length
        return super().read_at(offset, length)


@pytest.fixture
def counting() -> type[CountingSource]:
    return CountingSource


@pytest.fixture
def judge() -> Callable[[bytes, str], Artifact]:
    """The verdict on some bytes under a file name."""

    def verdict(data: bytes, path: str = "model.pkl") -> Artifact:
        return read(BytesSource(data), path)

    return verdict


@pytest.fixture
def fixture_file() -> Callable[[str], bytes]:
    """The bytes of one file of tests/artifacts/data."""
    return lambda name: (DATA / name).read_bytes()
