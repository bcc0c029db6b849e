"""A numpy dtype that is made of a list of columns: none is overlooked, and no state moves their item.

numpy writes no such dtype, but takes one: ``dtype.__setstate__`` then sets the size of an item and the flags
and leaves the fields as they were. Measured with numpy 2.4.6: the first two are loaded with ``hasobject``
False over a field of objects, the others with fields behind the end of their item.
"""

from __future__ import annotations

import struct

import pytest

from inspector.artifacts import BytesSource, read
from inspector.provenance import Loading


def text(value: str) -> bytes:
    raw = value.encode()
    return b"X" + struct.pack("<I", len(raw)) + raw


def name(module: str, qualified: str) -> bytes:
    return b"c" + module.encode() + b"\n" + qualified.encode() + b"\n"


def number(value: int) -> bytes:
    return b"J" + struct.pack("<i", value)


def columns(count: int, last: str) -> bytes:
    names = [f"c{place}" for place in range(count)]
    types = ["f8"] * (count - 1) + [last]
    pairs = (b"(" + text(one) + text(kind) + b"t" for one, kind in zip(names, types, strict=True))
    return b"](" + b"".join(pairs) + b"e"


def dtype(spec: bytes, size: int | None = None) -> bytes:
    made = name("numpy", "dtype") + spec + b"\x85R"
    if size is None:
        return made
    return made + b"(K\x03" + text("|") + b"NNN" + number(size) + number(1) + number(0) + b"tb"


def array(made: bytes, size: int) -> bytes:
    empty = (
        name("numpy.core.multiarray", "_reconstruct") + b"(" + name("numpy", "ndarray") + b"K\0\x85C\x01btR"
    )
    raw = b"B" + struct.pack("<I", size) + b"\0" * size
    return empty + b"(K\x01K\x01\x85" + made + b"\x89" + raw + b"tb"


def loading(made: bytes, size: int) -> Loading:
    return read(BytesSource(b"\x80\x04" + array(made, size) + b"."), "table.pkl").loading


@pytest.mark.parametrize("count", [1, 2, 31, 32, 33, 40, 64, 65, 200])
def test_a_column_of_objects_is_found_behind_those_that_are_kept(count: int) -> None:
    assert loading(dtype(columns(count, "O")), 8 * count) is Loading.RUNS_CODE
    assert loading(dtype(columns(count, "O"), 8 * count), 8 * count) is Loading.RUNS_CODE


@pytest.mark.parametrize("size", [0, 1, 15, 16, 1000])
def test_a_state_moves_no_item_under_listed_columns(size: int) -> None:
    listed = columns(2, "f8")
    for spec in (listed, b"(" + text("V16") + listed + b"t", b"(" + name("numpy", "record") + listed + b"t"):
        assert loading(dtype(spec, size), size) is Loading.UNREADABLE


def test_listed_columns_of_numbers_are_taken_where_they_are_seen() -> None:
    assert loading(dtype(columns(32, "f8")), 8 * 32) is Loading.ALLOW_LISTED


@pytest.mark.parametrize(
    "word", ["V", "void", "void0", "str", "str0", "bytes", "bytes0", "str_", "bytes_", "unicode"]
)
def test_no_item_is_shorter_than_nothing(word: str) -> None:
    made = name("numpy", "dtype") + text(word) + b"\x85R"
    state = b"(K\x03" + text("|") + b"NNN" + number(-5) + number(1) + number(0) + b"tb"
    assert read(BytesSource(b"\x80\x04" + made + state + b"."), "a.pkl").loading is Loading.UNREADABLE
