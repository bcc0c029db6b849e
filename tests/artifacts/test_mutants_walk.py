"""Where the opcodes of a stream lie: each opcode is stepped over, however the bytes come, and is paid for."""

from __future__ import annotations

import pytest

from inspector.artifacts.bytesource import BytesSource, Window
from inspector.artifacts.limits import CURRENT, Budget, OverLimit
from inspector.artifacts.pickles.opcodes import LENGTH_SIZES, NUMBER_SIZES, OPCODES
from inspector.artifacts.pickles.walk import Stream, walk

IMPORTING = frozenset(b"ci\x93\x82\x83\x84")
CALLING = frozenset(b"Rboi\x81\x92aesu\x90")
CHUNKS = (1, 3, 600, 1 << 16)


def walked(data: bytes, chunk: int = 1 << 16, start: int = 0) -> Stream:
    return walk(Window(BytesSource(data), start, chunk))


def argument(shape: str) -> bytes:
    """As an opcode has it, made of STOPs where it may hold anything."""
    if shape in NUMBER_SIZES:
        return b"." * NUMBER_SIZES[shape]
    if shape in LENGTH_SIZES:
        return (5).to_bytes(LENGTH_SIZES[shape], "little") + b"....."
    return {"-": b"", "line": b"1..\n", "lines": b"1..\n...\n", "float8": b"." * 8}[shape]


EACH = [one for one in OPCODES.values() if one.name not in ("STOP", "STRING")]


@pytest.mark.parametrize("chunk", CHUNKS)
@pytest.mark.parametrize("opcode", EACH, ids=[one.name for one in EACH])
def test_every_opcode_is_stepped_over(opcode: object, chunk: int) -> None:
    code, shape = opcode.code, opcode.argument  # type: ignore[attr-defined]
    whole = bytes([code]) + argument(shape)
    for before in (b"", b"N" * 700, b"I1\n"):
        stream = walked(before + whole + b".N", chunk)
        assert stream.end == len(before) + len(whole) + 1
        assert stream.imports == (code in IMPORTING or code == 0x95)
        assert stream.calls == (code in CALLING & IMPORTING or code == 0x95)
    if len(whole) > 1:
        assert walked(whole[:-1], chunk).end is None


@pytest.mark.parametrize("code", sorted(CALLING))
def test_a_call_counts_behind_an_import_alone(code: int) -> None:
    call = bytes([code]) + argument(OPCODES[code].argument)
    assert walked(b"cos\nsystem\n" + call + b".").calls
    assert walked(call + b"cos\nsystem\n.").calls == (code == 0x69)


def test_where_a_stream_ends() -> None:
    assert walked(b"").end is walked(b".").end is walked(b"N").end is walked(b"N\xff.").end is None
    stream = walked(b"N.NN.", start=2)
    assert (stream.start, stream.end, stream.imports, stream.calls) == (2, 5, False, False)
    window = Window(BytesSource(b"N.NN."))
    assert [walk(window).end, walk(window).end, window.offset] == [2, 5, 5]


def test_a_length_below_nothing_ends_the_stream() -> None:
    assert walked(b"T\xff\xff\xff\xffN.").end is None
    assert walked(b"X\xff\xff\xff\xffN.").end is None
    assert walked(b"T\xfb\xff\xff\xffN.").end is None  # five back would be the same opcode again
    assert walked(b"X\x00\x00\x00\x00N.").end == 7


@pytest.mark.parametrize(
    ("code", "good", "bad"),
    [(b"S", b"\"'", b"ab \n1"), (b"L", b"09+- ", b'aL"\n'), (b"F", b"09+-.iInN ", b"ab'\n")],
)
def test_what_an_argument_begins_with(code: bytes, good: bytes, bad: bytes) -> None:
    for chunk in CHUNKS:
        for first in good:
            assert walked(code + bytes([first]) + b"\n.", chunk).end == 4
        for first in bad:
            assert walked(code + bytes([first]) + b"\n.", chunk).end is None
        assert walked(code, chunk).end is None


def test_the_longest_line_is_told() -> None:
    assert walked(b"NN.").longest == 0
    assert walked(b"cos\nsystem\n.").longest == 7
    assert walked(b"N.csystem\nos\n.", start=2).longest == 7
    far = b"V" + b"a" * 5000 + b"\n."
    assert walked(far, 64).longest == 5001
    assert walked(b"N." + far, 64, 2).longest == 5001


@pytest.mark.parametrize(("size", "ends"), [(60_000, True), (200_000, False)])
def test_no_name_is_as_long_as_that(size: int, ends: bool) -> None:
    data = b"c" + b"a" * size + b"\nb\n."
    assert (walked(data, 1000).end is not None) == ends
    assert walked(b"V" + b"a" * size + b"\n.", 1000).end is not None


@pytest.mark.parametrize("chunk", [1, 64, 1 << 14])
def test_a_line_may_be_longer_than_what_is_read_at_once(chunk: int) -> None:
    for line in (b"V" + b"a" * 700, b"S'" + b"a" * 700 + b"'", b"L" + b"1" * 700, b"cos\n" + b"a" * 700):
        assert walked(line + b"\n.", chunk).end == len(line) + 2
    assert walked(b"Sa" + b"a" * 700 + b"\n.", chunk).end is None
    if chunk > 1000:
        assert walked(b"V" + b"a" * 400_000 + b"\n.", chunk).end == 400_003


class Remote(BytesSource):
    chunk = 64

    def holds(self, offset: int, length: int) -> bool:
        return False


def test_a_line_without_an_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inspector.artifacts.pickles.walk._SEARCHED", 1000)
    monkeypatch.setattr("inspector.artifacts.pickles.walk._FETCHED", 700)
    monkeypatch.setattr("inspector.artifacts.pickles.walk._PIECE", 64)
    for size, source in ((5000, BytesSource), (5000, Remote), (900, Remote)):
        with pytest.raises(OverLimit):
            walk(Window(source(b"V" + b"a" * size + b"\n."), chunk=64))
    for size, source in ((900, BytesSource), (500, Remote)):
        before = b"U\x01a" * 300
        assert walk(Window(source(before + b"V" + b"a" * size + b"\n."), chunk=64)).end is not None


def spent(data: bytes, chunk: int = 1 << 16) -> int:
    budget = Budget()
    before = budget.work
    token = CURRENT.set(budget)
    try:
        walked(data, chunk)
    finally:
        CURRENT.reset(token)
    return before - budget.work


def test_the_walk_is_paid_for() -> None:
    assert 50_000 * 1.5 <= spent(b"N" * 50_000 + b".") <= 50_000 * 3
    lines = spent(b"I1\n" * 10_000 + b".") - spent(b"N" * 30_000 + b".")
    assert 10_000 * 40 <= lines <= 10_000 * 100
    each = spent(b"U\0" * 1000 + b".") / 1000
    assert 1000 <= each <= 2500
    assert 50_000 <= spent(b"V" + b"a" * 50_000, 5000) <= 50_000 * 4
