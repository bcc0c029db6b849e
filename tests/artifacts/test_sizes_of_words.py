"""The size of an element by its word: joblib steps over so many bytes, and unpickles what stands behind."""

from __future__ import annotations

import struct

import pytest

from inspector.artifacts import BytesSource, read
from inspector.artifacts.pickles.element_sizes import class_size, pickled_size
from inspector.provenance import Loading


def text(value: str) -> bytes:
    raw = value.encode()
    return b"X" + struct.pack("<I", len(raw)) + raw


def wrapped(spec: str | bytes, size: int) -> bytes:
    """Sixteen elements of ``size`` bytes, and behind them a call, in what another size takes for elements."""
    state = b"}" + b"".join(
        text(key) + value + b"s"
        for key, value in {
            "subclass": b"cnumpy\nndarray\n",
            "shape": b"K\x10\x85",
            "order": text("C"),
            "dtype": b"cnumpy\ndtype\n" + (spec if isinstance(spec, bytes) else text(spec)) + b"\x85R",
            "allow_mmap": b"\x89",
        }.items()
    )
    call = b"cos\nsystem\n(X\x04\0\0\0echotR."
    first = b"B" + struct.pack("<I", 32 * size - 5)  # to a plain unpickler all of it is one byte string
    elements = (first.ljust(16 * size, b"\0") + call).ljust(32 * size, b"\0")
    return b"\x80\x04cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81" + state + b"b" + elements + b"."


def test_no_call_hides_behind_single_complex_numbers() -> None:
    assert pickled_size("csingle") == class_size("csingle") == 8
    assert read(BytesSource(wrapped("csingle", 8)), "m.joblib").loading is Loading.RUNS_CODE


@pytest.mark.parametrize(
    "spec", ["l", "<L", "g", "G", "p", "P", "n", "N", "int", "int_", "uint", "intp", "longdouble"]
)
def test_a_word_whose_size_is_the_machine_s_is_no_size(spec: str) -> None:
    """A long has four bytes on Windows, a long double eight on Apple's processors: joblib goes by its own."""
    assert read(BytesSource(wrapped(spec, 4)), "m.joblib").loading is Loading.UNREADABLE


@pytest.mark.parametrize("spec", ["uintp", "intp", "int", "longdouble", "clongdouble", "g", "G", "p", "P"])
def test_nor_is_it_one_where_it_would_fit(spec: str) -> None:
    size = pickled_size(spec)
    assert size is not None
    artifact = read(BytesSource(wrapped(spec, size)), "m.joblib")
    assert artifact.loading is Loading.UNREADABLE


@pytest.mark.parametrize("spec", [b"](" + text("a") + text("<f8") + b"\x86e", b"N", b"K\x08", b")"])
def test_what_is_no_word_has_no_size_of_a_word(spec: bytes) -> None:
    assert read(BytesSource(wrapped(spec, 8)), "m.joblib").loading is Loading.UNREADABLE
