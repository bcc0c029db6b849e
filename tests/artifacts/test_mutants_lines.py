"""Numbers and texts that stand in lines (protocol 0): as CPython's two unpicklers read them, or do not."""

from __future__ import annotations

import pytest

from inspector.artifacts.bytesource import BytesSource
from inspector.artifacts.pickles.machine import PickleMachine
from inspector.artifacts.pickles.outcome import Outcome
from inspector.artifacts.pickles.symbols import LongText


def run(raw: bytes) -> Outcome:
    return PickleMachine(BytesSource(raw + b".")).run()


DIGITS = b"1" * 4300


@pytest.mark.parametrize(
    ("line", "value", "alike"),
    [
        *((b"10", 10, True), (b"-10", -10, True), (b"+1", 1, True), (b"0", 0, True), (b" 5 ", 5, True)),
        *((b"0x1F", 31, True), (b"0b11", 3, True), (b"0o17", 15, True), (b"1_0", 10, True)),
        (DIGITS, int(DIGITS), True),
        # octal in C, refused in Python
        *((b"010", 8, False), (b"-010", -8, False), (b"017", 15, False), (b"07", 7, False)),
        # a NUL ends the number in C
        *((b"1\0", 1, False), (b"1\x002", 1, False), (b"1\0\0", 1, False), (b"1\x002\x003", 1, False)),
        # what no unpickler reads
        *(
            (line, None, False)
            for line in (b"x", b"", b"+-1", b"--1", b"018", b"09", b"1L2", b"1.5", b"\xff", DIGITS + b"1")
        ),
    ],
)
def test_an_integer_of_a_line(line: bytes, value: int | None, alike: bool) -> None:
    for raw in (b"I" + line + b"\n", b"L" + line + b"\n", b"L" + line + b"L\n"):
        outcome = run(raw)
        assert outcome.ended is (value is not None)
        assert [reason.code for _, reason in outcome.problems] == ([] if alike else ["bad-number"])
        assert not outcome.ended or outcome.value == value


def test_an_integer_that_begins_with_nul_is_0_in_c() -> None:
    outcome = run(b"I\0x\n")
    assert (outcome.value, [reason.code for _, reason in outcome.problems]) == (0, ["bad-number"])
    assert not run(b"L\0x\n").ended


@pytest.mark.parametrize(("line", "value"), [(b"00", False), (b"01", True)])
def test_a_truth_of_a_line(line: bytes, value: bool) -> None:
    assert run(b"I" + line + b"\n").value is value


@pytest.mark.parametrize(
    ("line", "ended", "alike"),
    [
        *((line, True, True) for line in (b"1.5", b"-1", b".5", b"1e9", b"1.", b"inf", b"NaN", b" 1.5")),
        *((line, True, False) for line in (b"1.5\0", b"1.5\0x", b"1.5\0x\0y", b"1_5.0")),
        *((line, False, False) for line in (b"x", b"", b"1.5x", b"e5")),
    ],
)
def test_a_float_of_a_line(line: bytes, ended: bool, alike: bool) -> None:
    outcome = run(b"F" + line + b"\n")
    assert outcome.ended is ended
    assert [reason.code for _, reason in outcome.problems] == ([] if alike else ["bad-number"])
    assert not ended or (outcome.value, type(outcome.value)) == (0.0, float)


@pytest.mark.parametrize(
    "line", [b"1", b"+1", b" 1 ", b"1\0", b"1\x002", b"1\0\0", b"1\0a\0b", b"01", b"0_1"]
)
def test_a_memo_index_of_a_line(line: bytes) -> None:
    for raw in (b"K\x07p" + line + b"\n0g1\n", b"K\x07p1\n0g" + line + b"\n"):
        outcome = run(raw)
        assert (outcome.value, outcome.problems) == (7, [])
    assert run(b"K\x07p0\n0g-0\n").value == 7


@pytest.mark.parametrize("line", [b"x", b"", b"-1", b"1x", b"0x1", b"1" * 21, b"\0"])
def test_what_is_no_memo_index(line: bytes) -> None:
    assert [reason.code for _, reason in run(b"Np" + line + b"\n").problems] == ["bad-number"]


@pytest.mark.parametrize(
    ("line", "value"),
    [
        *((b"'a'", "a"), (b'"a"', "a"), (b"''", ""), (b"'a' ", "a"), (b"'\\n'", "\n"), (b"'\\xff'", "\xff")),
        *((b"'''", "'"), (b"'a", None), (b"'a\"", None), (b"aa", None), (b"'", None), (b"", None)),
        *((b"aba", None), (b"'\\x'", None), (b"\"a'", None), (b"'" + b"a" * 4096 + b"'", "a" * 4096)),
    ],
)
def test_a_text_in_quotes(line: bytes, value: str | None) -> None:
    outcome = run(b"S" + line + b"\n")
    assert (outcome.ended, outcome.value) == (value is not None, value)
    assert [reason.code for _, reason in outcome.problems] == ([] if outcome.ended else ["bad-number"])


def test_a_long_text_of_a_line_is_told_by_its_head() -> None:
    assert run(b"V" + b"a" * 4096 + b"\n").value == "a" * 4096
    for raw, start in ((b"V" + b"a" * 4097 + b"\n", 1), (b"S'" + b"a" * 4097 + b"'\n", 0)):
        value = run(raw).value
        assert isinstance(value, LongText)
        assert (value.head, value.start, value.length) == ("a" * 200, start, 4097 if start else 0)
