"""What numpy may rebuild: which dtypes hold objects, and where bytes would be taken for their addresses."""

from __future__ import annotations

import struct

import pytest

from inspector.artifacts.bytesource import BytesSource
from inspector.artifacts.pickles.machine import PickleMachine


def text(value: str) -> bytes:
    raw = value.encode()
    return b"X" + struct.pack("<I", len(raw)) + raw


def name(module: str, qualified: str) -> bytes:
    return b"c" + module.encode() + b"\n" + qualified.encode() + b"\n"


def call(function: bytes, *args: bytes) -> bytes:
    return function + b"(" + b"".join(args) + b"tR"


def tup(*parts: bytes) -> bytes:
    return b"(" + b"".join(parts) + b"t"


def series(*parts: bytes) -> bytes:
    return b"](" + b"".join(parts) + b"e"


def codes(raw: bytes) -> list[str]:
    outcome = PickleMachine(BytesSource(b"\x80\x04" + raw + b".")).run()
    assert outcome.ended
    return [reason.code for _, reason in outcome.problems]


CHANGED = ["dtype-changed"]
DTYPE, ONE, BYTES = name("numpy", "dtype"), b"K\x01", b"C\x01a"
NUMBERS, OBJECTS = call(DTYPE, text("f8")), call(DTYPE, text("O8"))
SCALAR, BUFFER = name("numpy.core.multiarray", "scalar"), name("numpy.core.numeric", "_frombuffer")
EMPTY = call(name("numpy.core.multiarray", "_reconstruct"), name("numpy", "ndarray"), b"K\0\x85", BYTES)
MATRIX = name("numpy", "ndarray") + b")\x81"
STRINGS = call(name("numpy._core._internal", "_convert_to_stringdtype_kwargs"))


def record(*fields: bytes, flags: bytes = b"K\0") -> bytes:
    """A structured dtype whose fields are of these dtypes."""
    held = b"}" + b"".join(
        text(f"f{place}") + tup(one, b"K" + bytes([place])) + b"s" for place, one in enumerate(fields)
    )
    names = tup(*[text(f"f{place}") for place in range(len(fields))])
    return call(DTYPE, text("V16")) + tup(b"K\x03", text("|"), b"N", names, held, b"K\x10", ONE, flags) + b"b"


@pytest.mark.parametrize(
    ("args", "said"),
    [
        *(((text(spec),), []) for spec in ("f8", "<f8", "|S10", "M8[ns]", "O", "bool", "float64", "object_")),
        *(((text(spec),), ["dtype"]) for spec in ("", "f8,f8", "no type", "os.system", "(3,)f8")),
        ((), []),
        ((name("numpy", "float64"),), []),
        ((name("their", "Type"),), []),
        ((series(tup(text("a"), text("f8"))),), []),
        ((tup(text("f8"), tup(ONE)),), []),
        ((b"N",), ["dtype"]),
        ((BYTES,), ["dtype"]),
        ((NUMBERS,), ["dtype"]),
        ((b"}",), ["dtype"]),
        ((tup(b"\x97"),), ["out-of-band", "dtype"]),
        ((series(tup(b"\x97")),), ["out-of-band", "dtype"]),
    ],
)
def test_what_a_dtype_is_made_of(args: tuple[bytes, ...], said: list[str]) -> None:
    assert codes(call(DTYPE, *args)) == said


OF_OBJECTS = {
    "objects": OBJECTS,
    "objects by their word": call(DTYPE, text("object")),
    "objects by their class": call(DTYPE, name("builtins", "object")),
    "objects by numpy's class": call(DTYPE, name("numpy", "object_")),
    "an unknown class": call(DTYPE, name("their", "Type")),
    "strings of any length": STRINGS,
    "a list of columns": call(DTYPE, series(tup(text("a"), text("f8")), tup(text("b"), text("O")))),
    "a list of one with a shape": call(DTYPE, series(tup(text("a"), text("O"), tup(ONE)))),
    "a list within a list": call(DTYPE, series(tup(text("a"), series(tup(text("b"), text("O")))))),
    "a list of no columns": call(DTYPE, series(tup(text("a")))),
    "a list of texts": call(DTYPE, series(text("f8"))),
    "a list of four": call(DTYPE, series(tup(text("a"), text("f8"), ONE, ONE))),
    "a set of columns": call(DTYPE, b"\x8f(" + tup(text("a"), text("f8")) + b"\x90"),
    "a pair of types": call(DTYPE, tup(text("V8"), text("O"))),
    "a pair, the first of objects": call(DTYPE, tup(text("O"), text("V8"))),
    "three of a type": call(DTYPE, tup(text("f8"), text("f8"), text("f8"))),
    "a dtype in a pair": call(DTYPE, tup(OBJECTS, text("f8"))),
    "a number in a pair": call(DTYPE, tup(ONE, text("f8"))),
    "a field": record(NUMBERS, OBJECTS),
    "the first field": record(OBJECTS, NUMBERS),
    "a field of a field": record(NUMBERS, record(OBJECTS)),
    "no argument": call(DTYPE),
    "no dtype": b"N",
    "a text": text("f8"),
    "what an unknown import gives": call(name("their", "dtype")),
}
OF_NUMBERS = {
    "numbers": NUMBERS,
    "numbers by numpy's class": call(DTYPE, name("numpy", "float64")),
    "a class of dtypes": call(name("numpy.dtypes", "Float32DType")),
    "a list of columns": call(
        DTYPE, series(tup(text("a"), text("f8")), tup(text("b"), text("i4"), tup(ONE)))
    ),
    "a dtype in a list": call(DTYPE, series(tup(text("a"), NUMBERS))),
    "a pair of types": call(DTYPE, tup(text("V8"), text("f8"))),
    "fields": record(NUMBERS, NUMBERS),
}


def said_of(raw: bytes) -> bool:
    return "object-from-bytes" in codes(raw)


def uses(made: bytes) -> list[bytes]:
    """Each way in which bytes of the stream become elements of this dtype."""
    return [
        call(SCALAR, made, BYTES),
        call(BUFFER, BYTES, made, b"K\x01\x85", text("C")),
        EMPTY + tup(ONE, b"K\x01\x85", made, b"\x89", BYTES) + b"b",
        EMPTY + series(ONE, b"K\x01\x85", made, b"\x89", BYTES) + b"b",
    ]


@pytest.mark.parametrize("made", OF_OBJECTS.values(), ids=OF_OBJECTS)
def test_bytes_are_not_taken_for_objects(made: bytes) -> None:
    assert [said_of(raw) for raw in uses(made)] == [True] * 4
    # An array of objects is filled from a list.
    assert not said_of(EMPTY + tup(ONE, b"K\x01\x85", made, b"\x89", b"]Na") + b"b")


@pytest.mark.parametrize("made", OF_NUMBERS.values(), ids=OF_NUMBERS)
def test_bytes_become_numbers(made: bytes) -> None:
    assert [codes(raw) for raw in uses(made)] == [[]] * 4


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (call(SCALAR), ["object-from-bytes"]),
        (call(SCALAR, NUMBERS), []),
        (call(BUFFER), ["object-from-bytes"]),
        (call(BUFFER, NUMBERS), ["object-from-bytes"]),
        (call(BUFFER, BYTES, NUMBERS), []),
        (call(name("numpy", "ndarray"), b"K\x01\x85", NUMBERS), []),
        (call(name("numpy", "ndarray"), b"K\x01\x85", NUMBERS, BYTES), ["object-from-bytes"]),
        (call(name("numpy.random._pickle", "__generator_ctor"), text("a"), text("b")), ["call-by-argument"]),
        (
            call(
                name("numpy.random._pickle", "__generator_ctor"),
                text("a"),
                name("numpy.random._pickle", "__bit_generator_ctor"),
            ),
            [],
        ),
        # arrays of other classes, whose state says the dtype at another place
        (MATRIX + tup(b"K\x01\x85", OBJECTS, b"\x89", BYTES) + b"b", ["object-from-bytes"]),
        (MATRIX + tup(b"K\x01\x85", OBJECTS, b"\x89", b"]Na") + b"b", []),
        (MATRIX + tup(OBJECTS, b"\x89", BYTES) + b"b", ["object-from-bytes"]),
        (MATRIX + tup(ONE, ONE, ONE, OBJECTS, b"\x89", BYTES) + b"b", ["object-from-bytes"]),
        (MATRIX + tup(ONE, ONE, ONE, ONE, OBJECTS, b"\x89", BYTES) + b"b", []),
        (MATRIX + tup(ONE, OBJECTS, ONE) + b"b", ["object-from-bytes"]),
        (MATRIX + tup(ONE, b"K\x01\x85", NUMBERS, b"\x89", BYTES) + b"b", []),
        (EMPTY + tup(ONE, b"K\x01\x85", b"N", b"\x89", BYTES) + b"b", ["object-from-bytes"]),
        (EMPTY + tup(ONE, b"K\x01\x85", b"N", b"\x89", b"]Na") + b"b", []),
        (EMPTY + tup(ONE, b"K\x01\x85", b"N", b"\x89") + b"b", []),
        (EMPTY + b"Nb", []),
        # dtypes that are changed
        (NUMBERS + b"q\x010" + EMPTY + tup(ONE, b")", b"h\x01", b"\x89", BYTES) + b"b0h\x01)b", CHANGED),
        (NUMBERS + b"q\x010" + record(b"h\x01") + b"0h\x01)b", ["dtype-changed"]),
        (NUMBERS + b"}b", ["odd-state"]),
        # fields of objects that the flags tell, or do not
        (record(OBJECTS, flags=b"K\x03"), []),
        (record(OBJECTS, flags=b"K\x3f"), []),
        (record(OBJECTS, flags=b"K\x02"), ["object-field"]),
        (record(OBJECTS, flags=b"K\x01"), ["object-field"]),
        (record(OBJECTS, flags=b"N"), ["object-field"]),
        (record(OBJECTS, flags=text("3")), ["object-field"]),
    ],
)  # fmt: skip
def test_what_is_rebuilt_and_what_is_not(raw: bytes, said: list[str]) -> None:
    assert codes(raw) == said
