"""What an opcode costs, where an error stands, and what the pickle machine keeps: to the byte."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from inspector.artifacts import limits
from inspector.artifacts.bytesource import BytesSource
from inspector.artifacts.limits import EFFECT_WORK, MAX_WORK, OPCODE_WORK, PICKLE_WORK, Budget
from inspector.artifacts.pickles import machine as module
from inspector.artifacts.pickles.machine import Broken, Limits, Outcome, PickleMachine
from inspector.artifacts.pickles.opcodes import OPCODES
from inspector.artifacts.pickles.symbols import BytesAt, LongText, Mapped, Opaque, Series, Tup
from inspector.provenance import Loading

BEHIND = b"\0" * 2000  # so that an opcode is decoded on the buffer, where the commonest have a short way
BESIDE = 3  # effects that an opcode costs which is not decoded there
CHUNK = 256 * 1024  # bytes that are read at once


def run(raw: bytes, **options: Any) -> tuple[PickleMachine, Outcome]:
    machine = PickleMachine(BytesSource(raw), **options)
    return machine, machine.run()


def costs(raw: bytes, left: int = MAX_WORK, **options: Any) -> tuple[int, Outcome]:
    """The work of reading ``raw``, of which there is ``left``."""
    budget = Budget()
    budget.work = left
    token = limits.CURRENT.set(budget)
    try:
        _, outcome = run(raw, **options)
    finally:
        limits.CURRENT.reset(token)
    return left - budget.work, outcome


def seen(outcome: Outcome) -> list[tuple[str, int | None]]:
    """What speaks against a stream, and where it stands."""
    return [(reason.code, reason.offset) for _, reason in outcome.problems]


def frame(length: int) -> bytes:
    return b"\x95" + struct.pack("<Q", length)


# --- Work ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "ops", "effects"),
    [
        *((b"N", 1, 0), (b"K\x01", 1, 0), (b"M\x01\x02", 1, 0), (b"J\x01\x02\x03\x04", 1, 0)),
        *((b"G" + b"\0" * 8, 1, 0), (b"\x8c\x01a", 1, 0), (b"\x8c\xff" + b"a" * 255, 1, 0)),
        *((b"X\x01\0\0\0a", 1, 0), (b"X\xf9\0\0\0" + b"a" * 249, 1, 0), (b"N(1", 3, 1)),
        *((b"N\x94", 2, 0), (b"Nq\x01h\x01", 3, 0), (b"Nr\x01\x02\x03\0j\x01\x02\x03\0", 3, 0)),
        (b"Nq\x01K\x02h\x01", 4, 0),
        *((b"]", 1, 1), (b"}", 1, 1), (b")", 1, 1), (b"\x88", 1, 1), (b"\x89", 1, 1), (b"\x8f", 1, 1)),
        *((b"N\x85", 2, 1), (b"NN\x86", 3, 1), (b"NNN\x87", 4, 1), (b"NN0", 3, 1), (b"N2", 2, 1)),
        *((b"(t", 2, 1), (b"(l", 2, 1), (b"(d", 2, 1), (b"(\x91", 2, 1), (b"]Na", 3, 2), (b"](e", 3, 2)),
        # Beside it: a length of 250 and more, a memo index of four bytes, arguments in lines, byte strings.
        *((b"X\xfa\0\0\0" + b"a" * 250, 1, BESIDE), (b"X\x02\x01\0\0" + b"a" * 258, 1, BESIDE)),
        *((b"X\x00\0\x01\0" + b"a" * 65536, 1, BESIDE), (b"Nr\0\0\0\x01", 2, BESIDE)),
        *((b"I1\n", 1, BESIDE), (b"U\x01a", 1, BESIDE), (b"C\x01a", 1, BESIDE), (b"B\x01\0\0\0a", 1, BESIDE)),
        *((b"\x8a\x01\x01", 1, BESIDE), (b"Np1\ng1\n", 3, 2 * BESIDE), (b"\x80\x04N", 2, BESIDE)),
        *((frame(2) + b"N", 2, BESIDE), (frame(1) + b"N", 2, BESIDE)),
        (b"cbuiltins\nlist\n", 1, 20 + BESIDE),
        *((b"\x8c\x02os\x8c\x09path.join\x93", 3, 21 + 4), (b"coos\npath\n", 1, 20 + BESIDE)),
    ],
)
def test_what_each_opcode_costs(code: bytes, ops: int, effects: int) -> None:
    started = PICKLE_WORK + OPCODE_WORK + BESIDE * EFFECT_WORK  # to begin, and the STOP
    work, outcome = costs(code + b"." + BEHIND)
    assert outcome.problems == []
    assert work == started + ops * OPCODE_WORK + effects * EFFECT_WORK
    assert outcome.ops == ops + 1
    # Near the end of the file nothing has the short way, and imports cost the same on top.
    work, outcome = costs(code + b".")
    assert outcome.problems == []
    on_top = 20 * code.startswith(b"c") + 24 * code.endswith(b"\x93")
    assert work == started + ops * OPCODE_WORK + (ops * BESIDE + on_top) * EFFECT_WORK


def test_work_is_paid_for_once() -> None:
    """Where frames end it is paid for on the way, if there is enough of it."""
    for pairs in (4_990, 6_000):
        raw = (frame(2 * pairs) + b"N0" * pairs) * 4 + b"N." + BEHIND
        work, _ = costs(raw)
        ops, effects = 4 * (2 * pairs + 1) + 2, 4 * (pairs + BESIDE) + BESIDE
        assert work == PICKLE_WORK + ops * OPCODE_WORK + effects * EFFECT_WORK


@pytest.mark.parametrize("pairs", [4_999, 5_001, 140_000])
def test_the_work_of_a_long_stream_is_that_of_its_opcodes(pairs: int) -> None:
    raw = b"N0" * pairs + b"N." + BEHIND
    work, outcome = costs(raw)
    assert outcome.ended
    assert work == PICKLE_WORK + (2 * pairs + 2) * OPCODE_WORK + (pairs + BESIDE) * EFFECT_WORK


def test_what_may_be_spent_ends_a_stream_and_what_was_seen_stands() -> None:
    work, _ = costs(b"N0" * 30_000 + b"N.")
    assert seen(costs(b"N0" * 30_000 + b"N.", work)[1]) == []
    for left in (work - 1, work // 2, PICKLE_WORK - 1, 0):
        spent, outcome = costs(b"N0" * 30_000 + b"N.", left)
        assert [code for code, _ in seen(outcome)] == ["over-limit"]
        assert outcome.problems[0][1].message == (
            "The pickle cannot be read to its end: reading the rest would take longer than this program "
            "spends on one file."
        )
        assert spent > left


# --- Errors -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", [b"", b"N" * 400])
@pytest.mark.parametrize("behind", [b"", BEHIND])
@pytest.mark.parametrize(
    ("raw", "code", "at"),
    [
        *((b"\x8c\x01\xff.", "bad-text", 0), (b"X\x01\0\0\0\xff.", "bad-text", 0)),
        *((b"N\x8c\x01\xff.", "bad-text", 1), (b"NX\x01\0\0\0\xff.", "bad-text", 1)),
        *((b"(\x85.", "stack-underflow", 1), (b"(N\x86.", "stack-underflow", 2)),
        *((b"(NN\x87.", "stack-underflow", 3), (b"(N\x85\x86.", "stack-underflow", 3)),
        *((b"(NR.", "stack-underflow", 2), (b"N(R.", "stack-underflow", 2)),
        *((b"N\xff.", "unknown-opcode", 1), (b"\x80\x06N.", "unknown-protocol", 0)),
        *((b"T\xff\xff\xff\xff.", "bad-length", 0), (b"NT\xff\xff\xff\xff.", "bad-length", 1)),
    ],
)
def test_an_error_is_said_to_stand_where_it_stands(
    raw: bytes, code: str, at: int, before: bytes, behind: bytes
) -> None:
    _, outcome = run(before + raw + behind)
    assert seen(outcome) == [(code, len(before) + at)]
    assert outcome.problems[0][0] is Loading.UNREADABLE
    assert not outcome.ended


def test_what_is_not_ended_has_no_end() -> None:
    assert (Outcome().ended, Outcome().end, Outcome().ops, Outcome().value) == (False, 0, 0, None)
    _, outcome = run(b"N0")
    assert (outcome.ended, outcome.end, outcome.ops) == (False, 0, 0)
    assert Broken("word", "words").args == ("words",)


def test_the_offset_counts_from_the_beginning_of_the_file() -> None:
    for before in (b"N0" * 150_000, b"\x80\x04B" + struct.pack("<I", CHUNK) + b"\0" * CHUNK + b"0"):
        assert seen(run(before + b"\x8c\x01\xff." + BEHIND)[1]) == [("bad-text", len(before))]
        assert seen(run(before + b"X\x01\0\0\0\xff." + BEHIND)[1]) == [("bad-text", len(before))]
        assert seen(run(before + b"\x86." + BEHIND)[1]) == [("stack-underflow", len(before))]
        machine, _ = run(before + b"cos\nsystem\n(tR." + BEHIND)
        found = machine.imports[("os", "system")]
        assert found.offset == len(before)
        assert [one.offset for one in found.calls] == [len(before) + 13]


def test_a_memo_holds_so_much_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_MEMO", 2)
    assert seen(run(b"N\x94\x94.")[1]) == []
    found = run(b"N\x94\x94\x94.")[1].problems[0][1]
    assert (found.code, found.message) == (
        "over-limit",
        "The pickle cannot be read to its end: its memo holds more than 2 values.",
    )


# --- Values -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("behind", [b"", BEHIND])
@pytest.mark.parametrize(
    ("size", "start"), [(0, None), (1, None), (255, None), (256, None), (257, 7), (5000, 7), (300_000, 7)]
)
def test_a_short_byte_string_is_kept_and_a_long_one_is_found_again(
    size: int, start: int | None, behind: bytes
) -> None:
    content = b"ab" + b"c" * (size - 2) if size > 1 else b"a" * size
    machine, outcome = run(b"\x80\x04B" + struct.pack("<I", size) + content + b"." + behind)
    assert outcome.problems == []
    assert machine.hidden == []
    if start is None:
        assert outcome.value == content
        return
    assert isinstance(outcome.value, BytesAt)
    assert (outcome.value.start, outcome.value.length) == (start, size)
    assert outcome.value.what == f"{size} bytes"


@pytest.mark.parametrize(
    ("head", "length", "looks"),
    [
        *((b"\x80\x02", 13, True), (b"\x80\x03", 13, True), (b"\x80\x04", 13, True), (b"\x80\x05", 13, True)),
        *((b"\x80\x01", 13, False), (b"\x80\x06", 13, False), (b"\x7f\x04", 13, False)),
        *((b"\x80\x04", 12, False), (b"\x80\x04", 300, True), (b"ab", 300, False)),
    ],
)
def test_which_byte_strings_look_like_a_pickle(head: bytes, length: int, looks: bool) -> None:
    content = head + b"N" * (length - 2)
    machine, outcome = run(b"\x80\x04B" + struct.pack("<I", length) + content + b".")
    assert outcome.problems == []
    assert [(one.start, one.length) for one in machine.hidden] == ([(7, length)] if looks else [])


def test_so_many_byte_strings_are_looked_at_and_no_more() -> None:
    one = b"C\x0d\x80\x04" + b"N" * 11 + b"0"
    assert len(run(b"\x80\x04" + one * 31 + b"N.")[0].hidden) == 31
    assert len(run(b"\x80\x04" + one * 40 + b"N.")[0].hidden) == 32


@pytest.mark.parametrize("size", [0, 3, 70_000])
def test_a_bytearray_is_stepped_over(size: int) -> None:
    raw = b"\x80\x05\x96" + struct.pack("<Q", size) + b"\x80" * size + b"N\x86."
    machine, outcome = run(raw)
    assert isinstance(outcome.value, Tup)
    value, last = outcome.value.items
    assert isinstance(value, Opaque)
    assert (type(value), value.what, last) == (Opaque, "a bytearray", None)
    assert (outcome.end, machine.hidden) == (len(raw), [])


@pytest.mark.parametrize(
    "code", [b"C\x05", b"B\x05\0\0\0", b"U\x05", b"T\x05\0\0\0", b"\x8c\x05", b"X\x05\0\0\0"]
)
def test_what_is_longer_than_the_file_ends_it_where_it_begins(code: bytes) -> None:
    _, outcome = run(b"N" + code + b"abcd")
    assert seen(outcome) == [("truncated", 1)]
    _, outcome = run(b"N" + code + b"abcd.")
    assert seen(outcome) == [("truncated", 8 if len(code) == 2 else 11)]


@pytest.mark.parametrize(
    ("code", "encoding", "letter"), [(b"X", "utf-8", "ü"), (b"\x8d", "utf-8", "ü"), (b"T", "latin-1", "é")]
)
def test_the_head_of_a_long_text_is_kept(code: bytes, encoding: str, letter: str) -> None:
    text = (letter * 5000).encode(encoding)
    length = struct.pack("<Q" if code == b"\x8d" else "<I", len(text))
    _, outcome = run(b"\x80\x04" + code + length + text + b"." + BEHIND)
    assert isinstance(outcome.value, LongText)
    assert outcome.value.head == text[:200].decode(encoding)
    assert outcome.value.start == 3 + len(length)
    assert (outcome.value.length, outcome.value.encoding) == (len(text), encoding)


@pytest.mark.parametrize(("size", "kept"), [(63, True), (64, True), (65, False), (255, False)])
def test_a_long_number_is_stepped_over(size: int, kept: bool) -> None:
    _, outcome = run(b"\x80\x04\x8a" + bytes([size]) + b"\x01" * size + b".")
    assert outcome.problems == []
    if kept:
        assert outcome.value == int.from_bytes(b"\x01" * size, "little")
        return
    assert isinstance(outcome.value, Opaque)
    assert outcome.value.what == "a long number"


@pytest.mark.parametrize("behind", [b"", BEHIND])
@pytest.mark.parametrize(
    ("code", "kind"),
    [(b"]", Series), (b"}", Mapped), (b"\x8f", Series), (b")", Tup), (b"(t", Tup), (b"(l", Series)],
)
def test_an_empty_container_weighs_one(code: bytes, kind: type, behind: bytes) -> None:
    _, outcome = run(code + b"." + behind)
    assert type(outcome.value) is kind
    assert outcome.value.weight == 1


def test_what_is_put_is_got_by_the_same_number() -> None:
    """Each of the numbers by each of the opcodes, where others lie beside it."""
    for index in (0, 1, 5, 255, 256, 0x010203, 0xFFFFFF, 0x01000000, 0x02000001):
        four = struct.pack("<I", index)
        puts = [b"r" + four, b"p%d\n" % index] + [b"q" + four[:1]] * (index < 256)
        gets = [b"j" + four, b"g%d\n" % index] + [b"h" + four[:1]] * (index < 256)
        for put in puts:
            for get in gets:
                for behind in (b"", BEHIND):
                    beside = b"K\x02r" + struct.pack("<I", index ^ 0x0300) + b"K\x03r"
                    beside += struct.pack("<I", index ^ 1) + b"K\x04r"
                    beside += struct.pack("<I", index & 0xFFFFFF) + b"000"
                    raw = beside + b"K\x01" + put + b"0" + get + b"." + behind
                    _, outcome = run(raw)
                    assert (outcome.value, seen(outcome)) == (1, []), (index, put, get)


@pytest.mark.parametrize("before_end", [302, 301, 300, 299, 4, 2, 1, 0])
def test_a_stream_goes_on_where_what_was_read_ends(before_end: int) -> None:
    size = CHUNK - before_end - 6
    before = b"B" + struct.pack("<I", size) + b"\0" * size + b"0"
    texts = (b"X\x01\0\0\0a", b"\x8c\x01a")
    for code in (b"K\x07", b"M\x07\x00", b"J\x07\0\0\0", *texts, b"]", b"N\x85", b"I7\n"):
        raw = before + code + b"."
        for behind in (b"", BEHIND):
            _, outcome = run(raw + behind)
            assert (seen(outcome), outcome.end) == ([], len(raw)), code


# --- Marks --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("behind", [b"", BEHIND])
@pytest.mark.parametrize(
    "code", [b"\x94", b"q\0", b"r\0\0\0\0", b"\x85", b"\x86", b"\x87", b"p0\n", b"2", b"R", b"\x81", b"b"]
)
def test_nothing_below_the_last_mark_is_taken(code: bytes, behind: bytes) -> None:
    """What follows would give back what was taken: only the opcode itself can refuse it."""
    for between in (b"", b")0", b"\x80\x04", b"K\x010", b"]0", b"X\0\0\0\x000"):
        _, outcome = run(b"NNN(N(" + between + code + b"11." + behind)
        assert [word for word, _ in seen(outcome)] == ["stack-underflow"], between
        assert not outcome.ended


@pytest.mark.parametrize("behind", [b"", BEHIND])
def test_what_is_no_opcode_is_refused(behind: bytes) -> None:
    for code in set(range(256)) - set(OPCODES):
        _, outcome = run(b"NNN" + bytes([code]) + b"0N." + behind)
        assert seen(outcome) == [("unknown-opcode", 3)], code


@pytest.mark.parametrize("behind", [b"", BEHIND])
@pytest.mark.parametrize("code", [b"\x82\x05", b"\x83\x05\0", b"\x84\x05\0\0\0"])
def test_an_extension_imports_what_nobody_knows(code: bytes, behind: bytes) -> None:
    machine, outcome = run(b"\x80\x04N" + code + b"\x86." + behind)
    assert seen(outcome) == []
    assert list(machine.imports) == [("copyreg extension", "5")]


@pytest.mark.parametrize("behind", [b"", BEHIND])
def test_what_was_put_is_not_got_by_a_number_like_it(behind: bytes) -> None:
    for code in (b"h\x05", b"j\x05\0\0\0", b"j\x01\0\0\x01", b"g5\n"):
        _, outcome = run(b"Nr\x01\0\0\0" + code + b"." + behind)
        assert seen(outcome) == [("stack-underflow", 6)]


# --- Lines --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "imports"),
    [
        (b"cos\nsystemX", [("os", "system")]),
        (b"cosX", [("os", "")]),
        (b"cos\nsystem", [("os", "syste")]),
        (b"(ios\nsystemX", [("os", "system")]),
        (b"cos\nsystem\n", [("os", "system")]),
        (b"cos\n" + b"a" * 4095 + b"X", [("os", "a" * 4095)]),
        (b"cos\n" + b"a" * 4096 + b"X", []),
    ],
)
def test_a_name_that_the_file_s_end_cuts_off_is_read_as_by_python(
    raw: bytes, imports: list[tuple[str, str]]
) -> None:
    machine, outcome = run(b"\x80\x04" + raw)
    assert list(machine.imports) == imports
    assert [word for word, _ in seen(outcome)] == ["truncated"]


@pytest.mark.parametrize(("protocol", "name"), [(0, "builtins"), (2, "builtins"), (3, "__builtin__")])
def test_an_old_protocol_means_old_names(protocol: int, name: str) -> None:
    machine, _ = run(b"\x80" + bytes([protocol]) + b"c__builtin__\nprint\n.")
    assert list(machine.imports) == [(name, "print")]


def test_what_one_stream_may_cost() -> None:
    """The longest line is that of an array in protocol 0; the rest is more than any real model needs."""
    assert Limits() == Limits(ops=20_000_000, stack=3_000_000, line=64 << 20)
    assert (module.MAX_MEMO, module.MAX_HIDDEN) == (4_000_000, 32)
