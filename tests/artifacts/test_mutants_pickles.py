"""The pickle machine opcode by opcode, on the fast path and beside it; the lists name by name."""

from __future__ import annotations

import pickle
import pickletools
import struct
from typing import Any

import pytest

from inspector.artifacts.bytesource import BytesSource
from inspector.artifacts.pickles.listed import MAX_STEPS, Tier, entry_for
from inspector.artifacts.pickles.machine import Limits, Outcome, PickleMachine
from inspector.artifacts.pickles.opcodes import OPCODES
from inspector.artifacts.pickles.symbols import LongText, Tup

BEHIND = b"\0" * 2000  # so that an opcode is not near the end, where each is decoded with more care
SHAPES = {
    "uint1": "u1",
    "uint2": "u2",
    "uint4": "u4",
    "uint8": "u8",
    "int4": "i4",
    "float8": "float8",
    "bytes1": "bytes1",
    "bytes4": "bytes4",
    "bytes8": "bytes8",
    "bytearray8": "bytes8",
    "string1": "bytes1",
    "string4": "signed4",
    "long1": "bytes1",
    "long4": "signed4",
    "unicodestring1": "bytes1",
    "unicodestring4": "bytes4",
    "unicodestring8": "bytes8",
    "stringnl_noescape_pair": "lines",
}


def run(raw: bytes, **options: Any) -> tuple[PickleMachine, Outcome]:
    machine = PickleMachine(BytesSource(raw), **options)
    return machine, machine.run()


def codes(raw: bytes, **options: Any) -> list[str]:
    _, outcome = run(raw, **options)
    return [reason.code for _, reason in outcome.problems]


def test_the_opcodes_are_those_of_python() -> None:
    theirs = {}
    for one in pickletools.opcodes:
        name = one.arg.name if one.arg is not None else None
        theirs[ord(one.code)] = (one.name, "-" if name is None else SHAPES.get(name, "line"))
    assert {code: (one.name, one.argument) for code, one in OPCODES.items()} == theirs
    assert all(one.code == code for code, one in OPCODES.items())


VALUES: list[Any] = [
    *(
        None,
        True,
        False,
        0,
        1,
        127,
        128,
        255,
        256,
        65535,
        65536,
        2**31 - 1,
        2**31,
        -1,
        -256,
        -(2**31),
        -(2**31) - 1,
    ),
    *(2**62, 2**63, -(2**63), 2**200, "", "a", "ü€😀", "x" * 255, "x" * 256, "y" * 4096, "a\nb\\c", "\ud800"),
]


@pytest.mark.parametrize("behind", [b"", BEHIND])
@pytest.mark.parametrize("value", VALUES, ids=[str(number) for number in range(len(VALUES))])
def test_a_plain_value_is_itself(value: Any, behind: bytes) -> None:
    written = [pickle.dumps(value, protocol) for protocol in range(6)]
    for text in {*written, *map(pickletools.optimize, written)}:
        _, outcome = run(text + behind)
        assert outcome.problems == []
        assert (outcome.ended, outcome.end) == (True, len(text))
        assert (outcome.value, type(outcome.value)) == (value, type(value))


@pytest.mark.parametrize("behind", [b"", BEHIND])
@pytest.mark.parametrize("size", range(5))
def test_a_tuple_holds_its_items_in_order(size: int, behind: bytes) -> None:
    for protocol in range(6):
        raw = pickle.dumps(tuple(range(size)), protocol)
        _, outcome = run(raw + behind)
        assert outcome.problems == []
        assert isinstance(outcome.value, Tup)
        assert list(outcome.value.items) == list(range(size))


@pytest.mark.parametrize("behind", [b"", BEHIND])
@pytest.mark.parametrize(
    ("code", "value"),
    [
        (b"K\xff", 255),
        (b"M\x01\x02", 513),
        (b"M\x00\xff", 65280),
        (b"J\xff\xff\xff\xff", -1),
        (b"J\x00\x00\x00\x80", -(2**31)),
        (b"\x8a\x00", 0),
        (b"\x8a\x01\xff", -1),
        (b"\x8a\x02\xff\x00", 255),
        (b"\x8b\x02\x00\x00\x00\xff\x7f", 32767),
        (b"I01\n", True),
        (b"I00\n", False),
        (b"I1\n", 1),
        (b"L7L\n", 7),
        (b"U\x02\xe9a", "éa"),
        (b"T\x02\x00\x00\x00ab", "ab"),
        (b"X\x02\x00\x00\x00ab", "ab"),
        (b"X\xfa\x00\x00\x00" + b"a" * 250, "a" * 250),
        (b"X\x00\x01\x00\x00" + b"a" * 256, "a" * 256),
        (b"\x8c\x02ab", "ab"),
        (b"\x8d\x02\x00\x00\x00\x00\x00\x00\x00ab", "ab"),
        (b"K\x01K\x020", 1),
        (b"K\x01(K\x02K\x031", 1),
        (b"K\x072\x86", None),
        (b"K\x01q\x05K\x02h\x05", 1),
        (b"K\x01r\x05\x01\x00\x00K\x02j\x05\x01\x00\x00", 1),
        (b"K\x01p300\nK\x02g300\n", 1),
        (b"K\x01r\x05\x00\x00\x01K\x02j\x05\x00\x00\x01", 1),
        (b"K\x01\x94K\x02\x94h\x00", 1),
        (b"K\x01\x94K\x02\x94h\x01", 2),
        (b"\x88", True),
        (b"\x89", False),
        (b"N", None),
    ],
)
def test_what_an_opcode_leaves_on_the_stack(code: bytes, value: Any, behind: bytes) -> None:
    raw = b"\x80\x04" + code + b"."
    _, outcome = run(raw + behind)
    assert outcome.problems == []
    assert outcome.end == len(raw)
    if code.endswith(b"\x86"):
        assert isinstance(outcome.value, Tup)
        assert list(outcome.value.items) == [7, 7]
        return
    assert (outcome.value, type(outcome.value)) == (value, type(value))


@pytest.mark.parametrize("behind", [b"", BEHIND])
@pytest.mark.parametrize(
    ("code", "word"),
    [
        *((b".", "stack-underflow"), (b"0.", "stack-underflow"), (b"2.", "stack-underflow")),
        *((b"\x85.", "stack-underflow"), (b"K\x01\x86.", "stack-underflow"), (b"\x94N.", "stack-underflow")),
        *(
            (b"q\0N.", "stack-underflow"),
            (b"r\0\0\0\0N.", "stack-underflow"),
            (b"K\x01K\x02\x87.", "stack-underflow"),
        ),
        *(
            (b"K\x01(\x85.", "stack-underflow"),
            (b"K\x01(\x94.", "stack-underflow"),
            (b"K\x01(q\0.", "stack-underflow"),
        ),
        *((b"K\x01(r\0\0\0\0.", "stack-underflow"), (b"(K\x01K\x02\x87.", "stack-underflow")),
        *((b"t.", "stack-underflow"), (b"NNR.", ""), (b"Na.", "stack-underflow")),
        *(
            (b"\x8c\x01\xff.", "bad-text"),
            (b"X\x01\0\0\0\xff.", "bad-text"),
            (b"X\xff\0\0\0" + b"\xff" * 255, "bad-text"),
        ),
        *((b"T\xff\xff\xff\xff.", "bad-length"), (b"\x8b\xff\xff\xff\xff.", "bad-length")),
        *(
            (b"\x80\x06N.", "unknown-protocol"),
            (b"\x80\x05N.", ""),
            (b"\xff.", "unknown-opcode"),
            (b"\0.", "unknown-opcode"),
        ),
        *((b"Ix\n.", "bad-number"), (b"Lx\n.", "bad-number"), (b"I" + b"1" * 5000 + b"\n.", "bad-number")),
    ],
)
def test_where_an_unpickler_stops_the_machine_stops(code: bytes, word: str, behind: bytes) -> None:
    raw = b"\x80\x04" + code
    found = codes(raw + behind)
    assert (word in found) if word else not {"stack-underflow", "unknown-protocol"} & set(found)


def test_every_cut_of_a_stream_is_a_truncated_one() -> None:
    raw = pickle.dumps([1, "two", b"three", 4.0, {"five": (6, 2**70)}, {7}, None], 4)
    for end in range(len(raw)):
        _, outcome = run(raw[:end])
        assert not outcome.ended
        assert "truncated" in [reason.code for _, reason in outcome.problems], end
    assert codes(raw) == []


def test_a_frame_ends_where_an_opcode_does() -> None:
    body = b"\x8c\x04text."
    for length in range(len(body) + 3):
        raw = b"\x80\x04\x95" + struct.pack("<Q", length) + body
        found = codes(raw)
        if length == len(body):
            assert found == []
        elif length > len(body):
            assert "truncated" in found
        elif length in (0, 6):
            assert found == []  # the frame ends between two opcodes
        else:
            assert "frame-misaligned" in found, length
    inner = b"\x95" + struct.pack("<Q", 2) + b"N."
    assert "frame-misaligned" in codes(b"\x80\x04\x95" + struct.pack("<Q", len(inner)) + inner)
    after = b"\x80\x04\x95" + struct.pack("<Q", 2) + b"N0" + inner
    assert codes(after) == []


def test_a_stream_may_hold_so_much_and_no_more() -> None:
    raw = b"N" * 3 + b"00."
    assert codes(raw, limits=Limits(ops=6)) == []
    assert codes(raw, limits=Limits(ops=5)) == ["over-limit"]
    long = b"N" * 3000 + b"."
    assert codes(long, limits=Limits(stack=10)) == ["over-limit"]
    assert codes(long, limits=Limits(stack=3000)) == []
    assert codes(b"V" + b"a" * 50 + b"\n.", limits=Limits(line=51)) == []
    assert codes(b"V" + b"a" * 300_000 + b"\n.", limits=Limits(line=10)) == ["truncated"]


@pytest.mark.parametrize(("size", "kept"), [(4096, True), (4097, False)])
def test_a_long_text_is_stepped_over(size: int, kept: bool) -> None:
    for raw in (
        b"X" + struct.pack("<I", size) + b"a" * size + b".",
        b"\x8d" + struct.pack("<Q", size) + b"a" * size + b".",
        b"T" + struct.pack("<I", size) + b"a" * size + b".",
    ):
        _, outcome = run(raw)
        assert (outcome.problems, outcome.end) == ([], len(raw))
        if kept:
            assert outcome.value == "a" * size
            continue
        assert isinstance(outcome.value, LongText)
        assert outcome.value.length == size


@pytest.mark.parametrize("protocol", range(6))
def test_an_import_is_seen_where_it_stands(protocol: int) -> None:
    raw = pickle.dumps(print, protocol)
    machine, outcome = run(raw)
    assert [one.dotted for one in machine.imports.values()] == ["builtins.print"]
    assert outcome.ended


@pytest.mark.parametrize(
    ("module", "name", "tier"),
    [
        *(
            ("os", "system", Tier.DANGEROUS),
            ("posix", "system", Tier.DANGEROUS),
            ("builtins", "eval", Tier.DANGEROUS),
        ),
        *(("collections", "OrderedDict", Tier.PLAIN), ("os.path", "join", Tier.DANGEROUS)),
        *(
            ("their", "Thing", Tier.UNKNOWN),
            ("their.os", "system", Tier.UNKNOWN),
            ("their", "os", Tier.DANGEROUS),
        ),
        *(
            ("their", "_os", Tier.DANGEROUS),
            ("their", "os.system", Tier.DANGEROUS),
            ("their", "a.os.b", Tier.DANGEROUS),
        ),
        *(
            ("their", "a.b", Tier.UNKNOWN),
            ("their", "a.__globals__", Tier.DANGEROUS),
            ("their", "__globals__", Tier.DANGEROUS),
        ),
        *(("their", "a.builtins", Tier.DANGEROUS), ("their", "builtins.eval", Tier.DANGEROUS)),
        *(
            ("their", ".".join("a" * (MAX_STEPS - 1)), Tier.UNKNOWN),
            ("their", ".".join("a" * MAX_STEPS), Tier.DANGEROUS),
        ),
        *((".".join("a" * 40), "b", Tier.DANGEROUS), ("subprocess.x.y", "z", Tier.DANGEROUS)),
        *(
            ("their", "torch.load", Tier.DANGEROUS),
            ("their.torch", "load", Tier.UNKNOWN),
            ("their", "x.torch.load", Tier.DANGEROUS),
        ),
    ],
)
def test_what_the_lists_say_of_a_name(module: str, name: str, tier: Tier) -> None:
    assert entry_for(module, name).tier is tier


@pytest.mark.parametrize("code", [b"q\0", b"r\0\0\0\0", b"\x94"])
def test_what_lies_below_a_mark_is_not_put_into_the_memo(code: bytes) -> None:
    for behind in (b"", BEHIND):
        assert "stack-underflow" in codes(b"N(" + code + b"." + behind)
        assert codes(b"N(N" + code + b"1." + behind) == []


@pytest.mark.parametrize("code", [b"h\x05", b"j\x05\0\0\0", b"g5\n"])
def test_what_was_never_put_cannot_be_got(code: bytes) -> None:
    for behind in (b"", BEHIND):
        _, outcome = run(b"\x80\x04" + code + b"." + behind)
        assert not outcome.ended
        assert outcome.problems != []


def test_a_pickle_in_a_byte_string_is_found() -> None:
    inner = pickle.dumps(print, 4)
    machine, outcome = run(pickle.dumps([inner, b"text", inner[:5]], 4))
    assert outcome.problems == []
    assert len(machine.hidden) == 1
