"""joblib's arrays in a stream: how many bytes are stepped over, and where that cannot be told."""

from __future__ import annotations

import struct

import pytest

from inspector.artifacts.bytesource import BytesSource
from inspector.artifacts.pickles.element_sizes import class_size, pickled_size
from inspector.artifacts.pickles.joblib_array import element_size
from inspector.artifacts.pickles.machine import PickleMachine
from inspector.artifacts.pickles.outcome import Outcome

SIZES = {
    **dict.fromkeys(("b", "B", "?", "b1", "S1", "i1", "V1"), 1),
    **dict.fromkeys(("h", "H", "e", "i2", "f2"), 2),
    **dict.fromkeys(("i", "I", "f", "i4", "u4", "f4", "U1"), 4),
    **dict.fromkeys(("l", "L", "q", "Q", "d", "F", "i8", "f8", "c8", "m8", "M", "M8[ns]", "U2"), 8),
    **dict.fromkeys(("D", "c16", "f16", "U4", "a16"), 16),
}


@pytest.mark.parametrize("spec", SIZES)
def test_the_size_of_an_element(spec: str) -> None:
    for order in ("", "<", ">", "=", "|"):
        assert element_size(order + spec) == SIZES[spec]


@pytest.mark.parametrize(
    "spec", ["", "x", "S", "U", "V", "a", "c", "u", "O8", "float64", "i4x", "S9999999999"]
)
def test_a_size_that_is_not_known(spec: str) -> None:
    assert element_size(spec) is None


def text(value: str) -> bytes:
    raw = value.encode()
    return b"X" + struct.pack("<I", len(raw)) + raw


def name(module: str, qualified: str) -> bytes:
    return b"c" + module.encode() + b"\n" + qualified.encode() + b"\n"


def tup(*parts: bytes) -> bytes:
    return b"(" + b"".join(parts) + b"t"


def dtype(spec: bytes) -> bytes:
    return name("numpy", "dtype") + tup(spec, b"\x89", b"\x88") + b"R"


def run(behind: bytes, state: dict[str, bytes], *, joblib: bool = True) -> tuple[PickleMachine, Outcome, int]:
    """A wrapper with this state and what follows it; also where that begins."""
    raw = b"\x80\x04" + name("joblib.numpy_pickle", "NumpyArrayWrapper") + b")\x81}"
    raw += b"".join(text(key) + value + b"s" for key, value in state.items()) + b"b"
    machine = PickleMachine(BytesSource(raw + behind), joblib=joblib)
    return machine, machine.run(), len(raw)


FLOATS = dtype(text("f8"))
SHAPE = tup(b"K\x02", b"K\x03")


@pytest.mark.parametrize(
    ("shape", "made", "length"),
    [
        (SHAPE, FLOATS, 48),
        (b")", FLOATS, 8),
        (tup(b"K\x00"), FLOATS, 0),
        (tup(b"K\x05"), dtype(text("|S3")), 15),
    ],
)
@pytest.mark.parametrize("padding", [None, 0, 1, 7])
def test_an_array_is_stepped_over(shape: bytes, made: bytes, length: int, padding: int | None) -> None:
    state = {"shape": shape, "dtype": made}
    behind = b"\xff" * length + b"."
    if padding is not None:
        state["numpy_array_alignment_bytes"] = b"K\x10"
        behind = bytes([padding]) + b"\xff" * padding + behind
    machine, outcome, start = run(behind, state)
    assert (outcome.problems, outcome.ended) == ([], True)
    assert machine.arrays == [(start, len(behind) - 1)]
    assert run(b".", state, joblib=False)[1].ended  # only joblib's own loader reads it so


@pytest.mark.parametrize(
    ("shape", "made"),
    [
        (b"N", FLOATS),
        (b"]", FLOATS),
        (SHAPE, b"N"),
        (SHAPE, name("numpy", "float64")),
        (SHAPE, dtype(name("numpy", "void"))),
        (tup(b"J\xff\xff\xff\xff"), FLOATS),
        (tup(b"K\x02", b"N"), FLOATS),
        (tup(b"\x88"), FLOATS),
    ],
)
def test_an_array_whose_size_cannot_be_told(shape: bytes, made: bytes) -> None:
    machine, outcome, _ = run(b".", {"shape": shape, "dtype": made})
    assert ([reason.code for _, reason in outcome.problems], outcome.ended) == (["joblib-array"], True)
    assert machine.arrays == []


def test_an_array_that_the_file_s_end_cuts_off_is_told() -> None:
    for behind in (b"", b"\xff" * 47):
        _, outcome, _ = run(behind, {"shape": SHAPE, "dtype": FLOATS})
        assert [reason.code for _, reason in outcome.problems] == ["truncated"]


def test_an_array_of_objects_is_a_pickle_of_its_own() -> None:
    machine, outcome, start = run(b"\x80\x04N..", {"shape": SHAPE, "dtype": dtype(text("O8"))})
    assert (machine.nested, outcome.ended, outcome.problems) == ([start], True, [])


WORDS = {
    **dict.fromkeys(("c", "bool", "bool_", "byte", "ubyte", "int8", "uint8", "BoolDType", "Int8DType"), 1),
    **dict.fromkeys(("short", "ushort", "half", "float16", "uint16", "Float16DType"), 2),
    **dict.fromkeys(("intc", "uintc", "single", "int32", "float32", "UInt32DType"), 4),
    **dict.fromkeys(("O", "O4", "O8", "float", "double", "longlong", "ulonglong", "object", "object_"), 8),
    "csingle": 8,
    **dict.fromkeys(("datetime64", "timedelta64", "int64", "uint64", "complex64", "Complex64DType"), 8),
    **dict.fromkeys(("complex", "cdouble", "complex128", "float128"), 16),
    **dict.fromkeys(("S", "a", "U", "V"), 0),
    **dict.fromkeys(("O3", "void", "record", "their", "Float", "int4x", "DateTime64DType"), None),
}
OF_THIS_MACHINE = {"g": 16, "G": 32, "p": 8, "P": 8, "n": 8, "N": 8, "int": 8, "intp": 8, "uintp": 8}
OF_THIS_MACHINE.update({"longdouble": 16, "clongdouble": 32})


@pytest.mark.parametrize("spec", WORDS)
def test_the_size_of_a_word(spec: str) -> None:
    assert pickled_size(spec) == WORDS[spec]
    assert pickled_size(f"|{spec}") == (WORDS[spec] if len(spec) < 3 else None)
    is_class = len(spec) > 2 and WORDS[spec] is not None
    assert class_size(spec) == (WORDS[spec] if is_class else None)


@pytest.mark.parametrize("spec", OF_THIS_MACHINE)
def test_the_size_of_a_word_on_most_machines(spec: str) -> None:
    assert pickled_size(spec) == OF_THIS_MACHINE[spec]


def test_texts_of_a_length_are_as_long() -> None:
    assert [pickled_size(spec) for spec in ("S3", "U3", "V3", "<U0", "M8[ns]", "i4")] == [3, 12, 3, 0, 8, 4]
