"""A FRAME that ends inside of an opcode, read as the C unpickler reads it, and joblib's arrays in a stream.

What stands in the tables is what ``pickle.load`` of CPython 3.11 gives for the same bytes in a file.
"""

from __future__ import annotations

import struct
from typing import Any

import pytest

from inspector.artifacts.bytesource import BytesSource
from inspector.artifacts.pickles.effects import CALLS_PER_IMPORT
from inspector.artifacts.pickles.machine import Outcome, PickleMachine
from inspector.provenance import Loading

BEHIND = b"\0" * 2000
CHUNK = 256 * 1024  # bytes that are read at once
FAR = b"B" + struct.pack("<I", CHUNK) + b"\0" * CHUNK + b"0"
EIGHT = b"\0" * 7


def run(raw: bytes, **options: Any) -> tuple[PickleMachine, Outcome]:
    machine = PickleMachine(BytesSource(raw), **options)
    return machine, machine.run()


def codes(outcome: Outcome) -> list[str]:
    return [reason.code for _, reason in outcome.problems]


def frame(length: int) -> bytes:
    return b"\x95" + struct.pack("<Q", length)


PAIRS = b"N0" * 200  # so that the frame's end does not lie near its beginning
FAILS = object()


@pytest.mark.parametrize(
    ("length", "raw", "whole", "dropped", "misaligned"),
    [
        # An argument is read anew behind the frame's end: what lay before it is lost.
        *((1, b"K\x05.", 5, 5, True), (2, b"M\x05\x06\x07.", FAILS, 0x0706, True)),
        (3, b"J\x01\x02\x03\x04\x05\x06.", FAILS, 0x06050403, True),
        (3, b"J\x01\x02\x03\x00K\x07.", 7, 0x074B0003, True),
        *((3, b"\x8c\x03abcd.", FAILS, "bcd", True), (4, b"\x8c\x03abcde.", FAILS, "cde", True)),
        *((2, b"\x8c\x01a.", "a", "a", True), (5, b"X\x02\0\0\0ab.", "ab", "ab", True)),
        *((6, b"X\x02\0\0\0ab.c.", "ab", FAILS, True), (3, b"U\x02ab.c.", "ab", FAILS, True)),
        *((3, b"\x8a\x02\x01\x02\x03.", FAILS, 770, True), (3, b"I12\n.3\n.", 12, FAILS, True)),
        *((2, b"I12\n.", 12, 2, True), (2, b"Vabc\n.", "abc", "bc", True), (3, b"Vabc\n.", "abc", "c", True)),
        *((4, b"Vabc\n.", "abc", "", True), (402, PAIRS + b"M\x05\x06\x07.", FAILS, 0x0706, True)),
        (403, PAIRS + b"\x8c\x02ab.c.", "ab", FAILS, True),
        # Byte strings are copied piece by piece, and lose nothing but what is cut of their length.
        *((3, b"C\x03abc.", b"abc", b"abc", True), (4, b"B\x02\0\0\0ab.", b"ab", FAILS, True)),
        *((6, b"B\x02\0\0\0ab.", b"ab", b"ab", True), (3, b"C\x02ab0X\x01\0\0\0a.", "a", "a", True)),
        (10, b"\x8e\x02" + bytes(7) + b"ab.", b"ab", b"ab", True),
        (10, b"\x96\x02" + bytes(7) + b"ab\x8c\x01z.", "z", "z", True),
        # Once over, a frame takes nothing more.
        *((3, b"C\x03abc0\x8c\x01a.", "a", "a", True), (3, b"C\x01a0\x8c\x01a.", "a", "a", False)),
        (9, frame(2) + b"N.", None, None, False),
        (7, b"C\x01a0\x8c\x03abcd.", FAILS, "bcd", True),
        # Between two opcodes it loses nothing.
        *((2, b"K\x05N.", None, None, False), (5, b"\x8c\x03abc.", "abc", "abc", False)),
        *((5, b"Vabc\n.", "abc", "abc", False), (7, b"B\x02\0\0\0ab.", b"ab", b"ab", False)),
        *((1, b"NK\x05.", 5, 5, False), (3, b"K\x05N0.", 5, 5, False)),
        *(
            (400, PAIRS + b"\x8c\x02ab.c.", "ab", "ab", False),
            (401, PAIRS + b"\x8c\x02ab.c.", "ab", "ab", True),
        ),
        # A frame in a frame: where its bytes are there already, it is forgotten; else the rest is lost.
        *((11, frame(2) + b"N.", None, None, True), (10, frame(2) + b"N.", None, FAILS, True)),
        *((10, frame(1) + b"K\x05K\x06.", 6, 6, True), (13, frame(4) + b"N0N.", None, None, True)),
        (12, frame(4) + b"N0NK\x05.0", 5, 5, True),
        *((12, frame(4) + b"N0N.", None, FAILS, True), (13, b"N0" + frame(2) + b"N.", None, None, True)),
        *((14, b"N0" + frame(3) + b"K\x05.", 5, 5, True), (13, b"N0" + frame(3) + b"K\x05.", 5, FAILS, True)),
    ],
)
@pytest.mark.parametrize("before", [b"", FAR])
def test_what_is_read_where_a_frame_ends_too_early(
    length: int, raw: bytes, whole: Any, dropped: Any, misaligned: bool, before: bytes
) -> None:
    stream = b"\x80\x04" + before + frame(length) + raw
    for expected, drops in ((whole, False), (dropped, True)):
        _, outcome = run(stream, drops=drops)
        assert outcome.ended == (expected is not FAILS)
        assert ("frame-misaligned" in codes(outcome)) == misaligned
        if expected is FAILS:
            continue
        assert outcome.value == expected
        _, other = run(stream + BEHIND, drops=drops)
        assert (other.value, other.end) == (expected, outcome.end)


def test_an_import_that_only_one_reading_sees() -> None:
    """Read whole, a text swallows the call. Where its length is lost, it is empty, and the call a call."""
    text = b"\0\0" + b"0cos\nsystem\n(U\x01atR."
    raw = b"\x80\x04" + frame(3) + b"X" + struct.pack("<I", len(text)) + text + b"."
    machine, outcome = run(raw)
    assert (list(machine.imports), codes(outcome)) == ([], ["frame-misaligned"])
    machine, _ = run(raw, drops=True)
    assert list(machine.imports) == [("os", "system")]
    assert machine.imports[("os", "system")].call_count == 1


@pytest.mark.parametrize("before", [b"", FAR])
@pytest.mark.parametrize(
    ("raw", "objection"),
    [
        (frame(2) + b"N.", None),
        (frame(1) + b"N.", None),
        (frame(2) + b"N." + BEHIND, None),
        (frame(9) + frame(2) + b"N.", None),  # the last opcode of a frame is the next FRAME
        (frame(10) + frame(2) + b"N.", "A FRAME of the pickle begins before the last one ends."),
        (frame(11) + frame(2) + b"N.", "A FRAME of the pickle begins before the last one ends."),
        (frame(3) + b"N.N", "The pickle's STOP is not where its FRAME ends."),
        (frame(700) + b"N." + BEHIND, "The pickle's STOP is not where its FRAME ends."),
        (frame(2) + b"\x8c\x02ab." + BEHIND, "A FRAME of the pickle ends inside of an opcode: "),
        (frame(1) + b"K\x01." + BEHIND, "A FRAME of the pickle ends inside of an opcode: "),
        (frame(3) + b"\x8c\x02ab.", "A FRAME of the pickle ends inside of an opcode: "),
        (frame(3) + b"N.", "A FRAME of the pickle is longer than what is left of it."),
        (frame(5) + b"N\xff..." + BEHIND, "The pickle breaks inside of a FRAME, or at its end."),
        (frame(1) + b"N\xff..." + BEHIND, None),
    ],
)
def test_where_a_frame_may_end(raw: bytes, objection: str | None, before: bytes) -> None:
    _, outcome = run(b"\x80\x04" + before + raw)
    said = [reason.message for _, reason in outcome.problems if "FRAME" in reason.message]
    assert len(said) == (objection is not None)
    assert not said or said[0].startswith(str(objection))
    assert all(loading is Loading.UNREADABLE for loading, _ in outcome.problems)


def test_a_frame_that_ends_inside_of_the_next_frame_s_length() -> None:
    """The length is read anew behind the frame's end."""
    for inside in range(1, 8):
        raw = b"\x80\x04" + frame(1 + inside) + b"\x95" + b"\xff" * inside + struct.pack("<Q", 3) + b"K\x05."
        for behind in (b"", BEHIND):
            _, outcome = run(raw + behind, drops=True)
            assert (outcome.value, outcome.end) == (5, len(raw))


# --- joblib -------------------------------------------------------------------------------------------------

WRAPPER = b"cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81"


def array(dtype: bytes, count: int) -> bytes:
    """The pickle up to where joblib reads the bytes of an array from the stream."""
    kind = b"cnumpy\ndtype\nU" + bytes([len(dtype)]) + dtype + b"\x85R"
    shape = b"U\x05shapeJ" + struct.pack("<i", count) + b"\x85U\x05dtype" + kind
    return b"\x80\x04" + WRAPPER + b"}(" + shape + b"ub"


@pytest.mark.parametrize("count", [0, 1, 7, 300, 5000, CHUNK - 100, CHUNK, 3 * CHUNK])
@pytest.mark.parametrize("behind", [b"", BEHIND])
def test_a_stream_goes_on_behind_an_array_of_joblib(count: int, behind: bytes) -> None:
    """Its bytes are no opcodes, wherever what was read at once ends."""
    head = array(b"u1", count)
    raw = head + b"\xff" * count + b"N0]N\x85a0K\x07."
    machine, outcome = run(raw + behind)
    assert (outcome.value, outcome.end, codes(outcome)) == (7, len(raw), [])
    assert machine.arrays == [(len(head), count)]
    _, outcome = run(head + b"\xff" * count)
    assert codes(outcome) == ["truncated"]


def test_an_array_of_joblib_begins_in_no_frame() -> None:
    head = array(b"u1", 3)
    for length, words in ((len(head) - 2, []), (len(head) + 3, ["frame-misaligned"])):
        raw = head[:2] + frame(length) + head[2:] + b"\xff" * 3 + b"N."
        _, outcome = run(raw)
        assert (outcome.ended, codes(outcome)) == (True, words)


def objects(inner: bytes, behind: bytes = b"0N.") -> bytes:
    return array(b"O8", 1) + inner + behind


PRINT = b"cbuiltins\nprint\n"


def test_a_pickle_of_objects_counts_as_a_part_of_its_stream() -> None:
    inner = b"\x80\x04" + PRINT + b"(U\x01atR0" + b"cposix\nsystem\n(U\x01btR."
    raw = objects(inner)
    raw = raw[:2] + PRINT + b"(U\x01ctR0" + raw[2:]
    machine, outcome = run(raw + BEHIND)
    assert (outcome.ended, outcome.end) == (True, len(raw))
    assert codes(outcome) == []
    assert machine.nested == [len(raw) - len(inner) - 3]
    found = machine.imports[("builtins", "print")]
    assert ([one.arguments for one in found.calls], found.call_count) == ([("'c'",), ("'a'",)], 2)
    found = machine.imports[("posix", "system")]
    assert ([one.arguments for one in found.calls], found.call_count) == ([("'b'",)], 1)


def test_so_many_calls_of_a_name_are_kept() -> None:
    calls = b"".join(PRINT + b"(K" + bytes([number]) + b"tR0" for number in range(4))
    raw = objects(b"\x80\x04" + calls + b"N.")
    machine, _ = run(raw[:2] + calls + raw[2:])
    found = machine.imports[("builtins", "print")]
    assert [one.arguments for one in found.calls] == [(text,) for text in ("0", "1", "2", "3", "0")]
    assert (len(found.calls), found.call_count) == (CALLS_PER_IMPORT, 8)


def test_a_pickle_of_objects_that_cannot_be_read_ends_the_stream() -> None:
    machine, outcome = run(objects(b"\x80\x04cposix\nsystem\n\xff"))
    assert codes(outcome) == ["unknown-opcode", "truncated"]
    assert outcome.problems[1][1].message.endswith("an object array inside of it cannot be read.")
    assert ("posix", "system") in machine.imports
    assert not outcome.ended


def test_an_array_in_a_pickle_of_objects_is_none_of_joblib() -> None:
    """joblib reads objects by pickle.load, which takes the bytes of a further array for opcodes."""
    raw = objects(array(b"u1", 3) + b"N.")
    machine, outcome = run(raw)
    assert (outcome.end, codes(outcome), machine.arrays) == (len(raw), [], [])


def test_bytes_to_be_unpickled_are_kept_from_a_pickle_of_objects() -> None:
    load = b"ctorch.storage\n_load_from_bytes\nC\x03abc\x85R"
    machine, outcome = run(objects(b"\x80\x04" + load + b"."))
    assert outcome.ended
    assert [value for _, value in machine.byte_strings] == [b"abc"]
