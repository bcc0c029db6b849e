"""A large file that may begin as a pickle does: what is read of it before that is known."""

from __future__ import annotations

import json
import pickle

import pytest

from inspector.artifacts import read
from inspector.provenance import Loading
from inspector.sources.interface import ByteSource

SIZE = 2_000_000_000


class Zeros(ByteSource):
    """A safetensors file of zeros whose header is as long as wished; it counts what is read of it."""

    def __init__(self, low: int) -> None:
        tensor = {"dtype": "U8", "shape": [SIZE], "data_offsets": [0, SIZE]}
        header = json.dumps({"w": tensor}).encode()
        header += b" " * ((low - len(header)) % 256)
        self.head = len(header).to_bytes(8, "little") + header
        self.size = len(self.head) + SIZE
        self.read = 0

    def read_at(self, offset: int, length: int) -> bytes:
        self.read += length
        return self.head[offset : offset + length].ljust(length, b"\0")


@pytest.mark.parametrize("first", b"SLFXc\x88\x80(")
def test_a_header_length_that_is_an_opcode_reads_little_and_changes_nothing(first: int) -> None:
    source = Zeros(first)
    assert read(source, "model.safetensors").loading is Loading.DATA_ONLY
    assert source.read < 20_000_000


@pytest.mark.parametrize("first", b"VI")
def test_a_line_without_an_end_is_not_searched_for_ever_and_not_called_fine(first: int) -> None:
    source = Zeros(first)
    artifact = read(source, "model.safetensors")
    assert artifact.loading is Loading.UNREADABLE
    assert "over-limit" in {reason.code for reason in artifact.reasons}
    assert source.read < 80_000_000


@pytest.mark.parametrize("argument", [b"", b"\0", b"a", b"_5", b"x'y'", b"\x1c1", b"\xa01"])
@pytest.mark.parametrize("opcode", [b"S", b"L", b"F"])
def test_no_unpickler_takes_such_an_argument(opcode: bytes, argument: bytes) -> None:
    """What the walk stops at is what both unpicklers stop at."""
    for one in (pickle._loads, pickle.loads):
        with pytest.raises((pickle.UnpicklingError, ValueError)):
            one(opcode + argument + b"\n.")
