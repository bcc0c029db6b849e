"""Several arrays in one .npy file, as calls of numpy.save on one open file write them."""

from __future__ import annotations

import pytest

from inspector.artifacts import BytesSource, read
from inspector.provenance import Loading


def array(descr: str, shape: str, data: bytes) -> bytes:
    header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}".encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    return b"\x93NUMPY\1\0" + len(header).to_bytes(2, "little") + header + data


NUMBERS, NONE = array("<f8", "(2,)", bytes(16)), array("<i4", "(0,)", b"")
OBJECTS = array("|O", "(1,)", b"\x80\x04]Na.")
CALLS = array("|O", "(1,)", b"\x80\x04cos\nsystem\n(X\4\0\0\0echotR.")


@pytest.mark.parametrize(
    ("parts", "word", "arrays"),
    [
        ([NUMBERS], Loading.DATA_ONLY, None),
        ([NUMBERS, NUMBERS], Loading.DATA_ONLY, 2),
        ([NONE, NUMBERS, NONE, NUMBERS], Loading.DATA_ONLY, 4),
        ([NUMBERS, OBJECTS], Loading.ALLOW_LISTED, None),
        ([NUMBERS, NONE, CALLS], Loading.RUNS_CODE, None),
        ([NUMBERS, NUMBERS[:-1]], Loading.UNREADABLE, None),
        ([NUMBERS, NUMBERS, b"a"], Loading.UNREADABLE, None),
        ([NUMBERS, b"\x93NUMPY"], Loading.UNREADABLE, None),
        ([NUMBERS, b"\x80\x04N."], Loading.UNREADABLE, None),
        ([NUMBERS, b"\n"], Loading.UNREADABLE, None),
        ([OBJECTS, NUMBERS], Loading.UNREADABLE, None),
    ],
)
def test_the_worst_of_them_counts(parts: list[bytes], word: Loading, arrays: int | None) -> None:
    artifact = read(BytesSource(b"".join(parts)), "two.npy")
    assert (artifact.format, artifact.loading, artifact.facts.get("arrays")) == ("npy", word, arrays)


def test_a_reason_says_where_in_the_file() -> None:
    artifact = read(BytesSource(NUMBERS + CALLS), "two.npy")
    (reason,) = [reason for reason in artifact.reasons if reason.code == "dangerous-import"]
    assert reason.offset == (NUMBERS + CALLS).index(b"cos\n")
    assert (artifact.is_pickle, artifact.imports) == (True, ("os.system",))


def test_a_file_of_a_million_arrays_is_not_read_for_ever() -> None:
    artifact = read(BytesSource(NONE * 100_000), "many.npy")
    assert artifact.loading is Loading.UNREADABLE
