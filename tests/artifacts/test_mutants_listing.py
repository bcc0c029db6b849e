"""What a reviewer is shown of a stream and of byte code: opcode by opcode, constant by constant."""

from __future__ import annotations

import io
import marshal
import struct
import sys
from typing import Any

import pytest

from inspector.artifacts.bytesource import BytesSource
from inspector.artifacts.pickles import decompile
from inspector.artifacts.pickles.byte_code import (
    MAX_DEPTH,
    MAX_VALUES,
    BadByteCode,
    Code,
    described,
    read_code,
)
from inspector.artifacts.pickles.listing import opcode_listing


def listed(raw: bytes, *start: int) -> list[tuple[int, str, str | None]]:
    return [(one["offset"], one["op"], one["argument"]) for one in opcode_listing(BytesSource(raw), *start)]


CUT = "the stream ends here"
LONGEST_LINE = 256 * 4**7  # the first step of a window's line that is over the bound


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"N.", [(0, "NONE", None), (1, "STOP", None)]),
        (b"N.N.", [(0, "NONE", None), (1, "STOP", None)]),
        (b"N", [(0, "NONE", None)]),
        (b"", []),
        (b"\xff", [(0, "?", "not an opcode")]),
        (b"K\xff", [(0, "BININT1", "255")]),
        (b"M\x01\x02", [(0, "BININT2", "513")]),
        (b"J\xff\xff\xff\xff", [(0, "BININT", "-1")]),
        (b"r\xff\xff\xff\xff", [(0, "LONG_BINPUT", "4294967295")]),
        (b"I12\nN", [(0, "INT", "12"), (4, "NONE", None)]),
        (b"cos\nsystem\nN", [(0, "GLOBAL", "os system"), (11, "NONE", None)]),
        (b"G" + struct.pack(">d", 1.5), [(0, "BINFLOAT", "1.5")]),
        (b"G" + bytes(7), [(0, "BINFLOAT", CUT)]),
        (b"\x8c\x02abN", [(0, "SHORT_BINUNICODE", "ab"), (4, "NONE", None)]),
        (b"\x8c\x00N", [(0, "SHORT_BINUNICODE", ""), (2, "NONE", None)]),
        (b"\x8c\x02ab", [(0, "SHORT_BINUNICODE", "ab")]),
        (b"\x8c\x03ab", [(0, "SHORT_BINUNICODE", CUT)]),
        (b"T\x01\0\0\0aN", [(0, "BINSTRING", "a"), (6, "NONE", None)]),
        (b"T\xff\xff\xff\xffabcdef", [(0, "BINSTRING", CUT)]),
        (b"X\xff\xff\xff\xffabcdef", [(0, "BINUNICODE", CUT)]),
        (b"Iabc", [(0, "INT", CUT)]),
        (b"K", [(0, "BININT1", CUT)]),
    ],
)
def test_each_opcode_and_its_argument(raw: bytes, expected: list[tuple[int, str, str | None]]) -> None:
    assert listed(raw) == expected


def test_a_listing_may_begin_anywhere() -> None:
    assert listed(b"KN.", 1) == [(1, "NONE", None), (2, "STOP", None)]


@pytest.mark.parametrize("size", [119, 120, 121, 480, 481, 1000])
def test_a_long_argument_is_cut_and_its_length_told(size: int) -> None:
    (_, _, argument), stop = listed(b"X" + struct.pack("<I", size) + b"a" * size + b".")
    assert argument is not None
    assert stop == (5 + size, "STOP", None)
    assert argument.endswith(f" ({size} bytes)") == (size > 120)
    shown = argument.split(" ")[0]
    assert shown.count("a") == (size if size <= 120 else shown.count("a"))
    assert len(shown) <= 120


def test_what_is_shown_is_cut_after_letters_and_not_after_bytes() -> None:
    (_, _, argument), _ = listed(b"X" + struct.pack("<I", 480) + "😀".encode() * 120 + b".")
    assert argument == "😀" * 120 + " (480 bytes)"
    (_, _, line), _ = listed(b"V" + b"a" * 119 + b"\n.")
    assert line == "a" * 119


def test_a_line_without_an_end_is_given_up() -> None:
    assert listed(b"I" + b"1" * (1 << 20) + b"\n.")[-1][1] == "STOP"
    assert listed(b"I" + b"1" * (LONGEST_LINE + 1) + b"\n.") == [(0, "INT", CUT)]


# --- Byte code ----------------------------------------------------------------------------------------------


def number(of: int) -> bytes:
    return struct.pack("<i", of)


def marshalled(consts: bytes, *, names: bytes = b"(\0\0\0\0", arguments: int = 0, name: bytes = b"") -> bytes:
    """A code object as Python 3.8 to 3.10 wrote them."""
    empty, text = b"(\0\0\0\0", name or b"z\1f"
    numbers = b"".join(number(one) for one in (arguments, 0, 0, 0, 0, 0))
    parts = (
        b"s" + number(2) + b"d\0" + consts + names + empty * 3 + b"z\1m" + text + number(1) + b"s" + number(0)
    )
    return b"c" + numbers + parts


def tup(*items: bytes) -> bytes:
    return b"(" + number(len(items)) + b"".join(items)


def constants(*items: bytes) -> tuple[Any, ...]:
    form, code = read_code(marshalled(tup(*items)))
    assert form == "Python 3.8 to 3.10"
    found = code.parts["consts"]
    assert isinstance(found, tuple)
    return found


def fails(data: bytes) -> bool:
    try:
        read_code(data)
    except BadByteCode:
        return True
    return False


VALUES: list[Any] = [
    *(
        None,
        True,
        False,
        0,
        1,
        -1,
        2**31 - 1,
        -(2**31),
        2**31,
        -(2**31) - 1,
        2**90,
        -(2**90),
        1.5,
        -0.5,
        1 + 2j,
    ),
    *(b"", b"bytes", "text", "é€", "\ud800", (), (1, (2, "three")), frozenset((1,))),
]


@pytest.mark.parametrize("of", VALUES, ids=[str(place) for place in range(len(VALUES))])
def test_a_constant_is_what_marshal_wrote(of: Any) -> None:
    expected = tuple(of) if isinstance(of, frozenset) else of
    if of == "\ud800":
        expected = "\\xed\\xa0\\x80"
    for version in (2, 3, 4):
        (found,) = constants(marshal.dumps(of, version))
        assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        *((b"a\1\0\0\0\xe9", "é"), (b"A\1\0\0\0a", "a"), (b"t\2\0\0\0\xc3\xa9", "é"), (b"z\1\xe9", "é")),
        *((b"Z\1a", "a"), (b"z\0", ""), (b"s\0\0\0\0", b""), (b")\1N", (None,)), (b"[\1\0\0\0N", (None,))),
        *((b"l\0\0\0\0", 0), (b"l\1\0\0\0\x07\0", 7), (b"l\xff\xff\xff\xff\x07\0", -7)),
        *((b"l\2\0\0\0\0\0\1\0", 1 << 15), (b"S", None), (b".", None)),
        (b"l\x40\0\0\0" + bytes(126) + b"\1\0", 1 << 15 * 63),
        (b"l\x41\0\0\0" + bytes(130), "a very long number"),
        (b"l\x42\0\0\0" + bytes(132), "a very long number"),
        (b"l\xbf\xff\xff\xff" + bytes(130), "a very long number"),
    ],
)
def test_a_constant_of_any_form(raw: bytes, expected: object) -> None:
    assert constants(raw, b"i\5\0\0\0") == (expected, 5)


def test_a_reference_gives_what_stood_before() -> None:
    assert constants(b"\xfa\1a", b"\xfa\1b", b"r\0\0\0\0", b"r\1\0\0\0") == (
        "a",
        "b",
        "a",
        "b",
    )
    assert constants(b"\xa9\2\xfa\1ar\1\0\0\0", b"r\0\0\0\0") == (("a", "a"), ("a", "a"))
    for place in (1, 2, -1):
        assert fails(marshalled(tup(b"\xfa\1a", b"r" + number(place))))
    assert not fails(marshalled(tup(b"\xfa\1a", b"r" + number(0))))


@pytest.mark.parametrize(
    "raw",
    [b"?", b"q", b"s\xff\xff\xff\xff", b"(\xff\xff\xff\xff", b"s\xff\0\0\0a", b"l\x41\0\0\0" + bytes(10)],
)
def test_what_marshal_does_not_write_is_refused(raw: bytes) -> None:
    assert fails(marshalled(tup(raw)))


def test_code_is_of_the_right_parts() -> None:
    good = marshalled(tup(b"N"))
    assert not fails(good)
    assert all(fails(good[:end]) for end in range(len(good)))
    assert fails(b"N") and fails(b"") and fails(tup(b"N"))
    assert fails(marshalled(b"N"))  # constants that are no tuple
    assert fails(marshalled(tup(b"N"), name=b"i\1\0\0\0"))
    assert fails(good.replace(b"s" + number(2) + b"d\0", b"z\2d\0"))


def test_values_and_depth_are_bounded() -> None:
    def deep(depth: int) -> bytes:
        return marshalled(tup(b")\1" * depth + b"N"))

    around = 3  # the code, its constants, and what lies innermost
    assert not fails(deep(MAX_DEPTH - around))
    assert fails(deep(MAX_DEPTH - around + 1))
    assert not fails(marshalled(tup(*[b")\1)\1N"] * 100)))  # beside each other they go no deeper
    fixed = 10  # values of a code object beside its constants
    assert not fails(marshalled(b"(" + number(MAX_VALUES - fixed) + b"N" * (MAX_VALUES - fixed)))
    assert fails(marshalled(b"(" + number(MAX_VALUES - fixed + 1) + b"N" * (MAX_VALUES - fixed + 1)))


def shown(consts: bytes = b"(\0\0\0\0", **parts: Any) -> list[str]:
    return list(described(read_code(marshalled(consts, **parts))[1]))


def test_a_function_is_shown_in_words() -> None:
    assert shown() == ["function f (0 arguments, 2 bytes of instructions)", "    its instructions: 6400"]
    assert shown(arguments=1)[0] == "function f (1 argument, 2 bytes of instructions)"
    assert shown(arguments=2)[0] == "function f (2 arguments, 2 bytes of instructions)"
    assert shown(name=b"z\0")[0].startswith("function ? (")
    assert shown(tup(b"i\5\0\0\0", b"z\1a"), names=tup(b"z\2os", b"z\1x"))[1:3] == [
        "    uses the names: os, x",
        "    its constants: 5, 'a'",
    ]
    inner = marshalled(tup(b"N"), name=b"z\1g")
    assert shown(tup(b"i\5\0\0\0", inner, tup(inner)))[1:] == [
        "    its constants: 5, (a function)",
        "    its instructions: 6400",
        "    function g (0 arguments, 2 bytes of instructions)",
        "        its constants: None",
        "        its instructions: 6400",
    ]


def test_the_qualified_name_and_the_locals_of_a_newer_function() -> None:
    code = Code(0, bytes(range(201)), {"qualname": "a.f", "name": "f", "locals": ("x", 5), "names": "os"})
    first, names, instructions = described(code, "> ")
    assert first == "> function a.f (0 arguments, 201 bytes of instructions)"
    assert names == "> " + "    its locals: x, 5"
    assert instructions.endswith(bytes(range(200)).hex(" ", 2))


def test_what_is_shown_is_bounded() -> None:
    many = Code(0, b"", {"consts": tuple(range(100)), "names": tuple(f"n{place}" for place in range(100))})
    _, names, values, _ = described(many)
    assert names.endswith(" n59")
    assert values.endswith(" 39")
    inner = Code(0, b"", {})
    held = Code(0, b"", {"consts": (*[inner] * 30, *range(60))})
    assert [line for line in described(held) if "constants" in line] == [
        "    its constants: " + ", ".join(map(str, range(30)))
    ]
    functions = Code(0, b"", {"consts": (inner,) * 100})
    assert sum("function" in line for line in described(functions)) == 50
    text, raw, deep = "a" * 300, b"b" * 300, ((((1,),),),)
    _, line, _ = described(
        Code(0, b"", {"consts": (text, raw, deep, tuple(range(9)), tuple(range(8)), (5,))})
    )
    assert line == (
        f"    its constants: '{'a' * 200}', {b'b' * 200!r}, ((((…)))), (0, 1, 2, 3, 4, 5, 6, 7…), "
        "(0, 1, 2, 3, 4, 5, 6, 7), (5)"
    )


# --- The decompiler's child ---------------------------------------------------------------------------------


class Standard:
    def __init__(self, data: bytes) -> None:
        self.buffer = io.BytesIO(data)


def decompiled(data: bytes, monkeypatch: pytest.MonkeyPatch) -> tuple[int, str]:
    written = io.TextIOWrapper(io.BytesIO())
    confined: list[dict[str, int]] = []
    monkeypatch.setattr("inspector.confinement.confine", lambda **limits: confined.append(limits))
    monkeypatch.setattr(sys, "stdin", Standard(data))
    monkeypatch.setattr(sys, "stdout", written)
    code = decompile.main()
    if "fickling.fickle" not in sys.modules or sys.modules["fickling.fickle"] is not None:
        assert confined == [{"memory_bytes": 512 << 20, "cpu_seconds": 3}]
    raw = written.buffer
    assert isinstance(raw, io.BytesIO)
    return code, raw.getvalue().decode()


def test_the_child_writes_source_or_ends_with_one(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("fickling")
    code, source = decompiled(b"cos\nsystem\n(S'echo'\ntR.", monkeypatch)
    assert code == 0
    assert "system('echo')" in source
    assert decompiled(b"\xff", monkeypatch) == (1, "")
    assert decompiled(b"", monkeypatch) == (1, "")


def test_the_child_writes_no_more_than_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("fickling")
    monkeypatch.setattr(decompile, "MAX_SOURCE", 10)
    code, source = decompiled(b"cos\nsystem\n(S'echo'\ntR.", monkeypatch)
    assert (code, len(source)) == (0, 10)


def test_without_the_library_the_child_ends_with_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fickling.fickle", None)
    assert decompiled(b"N.", monkeypatch) == (1, "")
