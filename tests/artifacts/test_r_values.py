"""R data by hand, in its binary and its textual form: each kind of value, and what breaks off."""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest

from inspector.artifacts import Artifact
from inspector.provenance import Loading

Judge = Callable[[bytes, str], Artifact]
NIL = 254


def integer(*values: int) -> bytes:
    return struct.pack(f">{len(values)}i", *values)


def chars(text: bytes) -> bytes:
    return integer(9, len(text)) + text


def symbol(text: bytes) -> bytes:
    return integer(1) + chars(text)


HEADER = b"X\n" + integer(2, 0x40202, 0x20300)
HEADER_3 = b"X\n" + integer(3, 0x40202, 0x30500, 5) + b"UTF-8"

VALUES = [
    integer(NIL),
    integer(13, 2, 1, 2),  # integers
    integer(14, 1) + bytes(8),  # a double
    integer(15, 1) + bytes(16),  # a complex number
    integer(16, 2) + chars(b"a") + chars(b"b"),  # texts
    integer(16, 1, 9, -1),  # the text that is missing
    integer(19, 0),  # an empty list
    integer(13, -1, 0, 1, 7),  # a length in two halves
    integer(22) + integer(NIL) + integer(NIL),  # an external pointer: address and tag
    integer(23),  # a weak reference
    integer(7, 4) + b"list",  # a special function
    integer(8, 3) + b"sum",  # one of the base
    integer(25),  # an object of S4
    integer(238) + integer(NIL) * 3,  # an alternative form
    integer(2 | 0x400) + symbol(b"n") + integer(13, 1, 1) + integer(NIL),  # a pair with a tag
    integer(2 | 0x600) + integer(NIL) + symbol(b"n") + integer(13, 1, 1) + integer(NIL),  # and attributes
    integer(13 | 0x200, 1, 7)
    + integer(2 | 0x400)
    + symbol(b"names")
    + integer(16, 1)
    + chars(b"a")
    + integer(NIL),
    integer(19, 2) + symbol(b"s") + integer(255 | 1 << 8),  # a symbol, and once more by its place
    integer(19, 2) + symbol(b"s") + integer(255, 1),
    integer(255 | 9 << 8),  # a place that nothing stands at
    integer(4, 0) + integer(NIL) * 4,  # an environment
    integer(249, 0, 1) + chars(b"stats"),  # a namespace
]


@pytest.mark.parametrize("header", [HEADER, HEADER_3])
@pytest.mark.parametrize("value", VALUES)
def test_plain_values_of_every_kind_are_data(header: bytes, value: bytes, judge: Judge) -> None:
    artifact = judge(header + value, "m.rds")
    assert artifact.loading is Loading.DATA_ONLY, artifact.reasons


TEXTUAL = [
    b"254\n",
    b"13\n2\n1\nNA\n",
    b"16\n1\n9\n3\na\\nb\n",
    b"16\n1\n9\n3\na\\1b\n",
    b"16\n1\n9\n2\n\\101\\\\\n",
    b"15\n1\n1.5\n2\n",
    b"254\n \n",
]


@pytest.mark.parametrize("value", TEXTUAL)
def test_the_textual_form_is_read_with_its_escapes(value: bytes, judge: Judge) -> None:
    assert judge(b"A\n2\n262656\n131840\n" + value, "m.rds").loading is Loading.DATA_ONLY


BROKEN = [
    b"Q\n" + HEADER[2:] + integer(NIL),
    b"RDX2\nQ\n" + HEADER[2:] + integer(NIL),
    b"RDX2\nX\n" + integer(9, 0, 0, NIL),
    HEADER + integer(13, -2),
    HEADER + integer(1, 13, 1, 1),
    HEADER + integer(16, 1, 9, 99) + b"short",
    HEADER + integer(19, 3, NIL),
    HEADER + integer(NIL) + b"more",
    HEADER,
    b"A\n2\n262656\n131840\nx\n",
    b"A\n2\n262656\n131840\n254\nmore than blanks\n",
    b"A\n2\n262656\n131840\n13\n1073741824\n",
]


@pytest.mark.parametrize("data", BROKEN)
def test_what_breaks_off_or_is_of_no_known_kind_is_unreadable(data: bytes, judge: Judge) -> None:
    assert judge(data, "m.rds").loading in (Loading.UNREADABLE, Loading.NOT_UNDERSTOOD)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (integer(248, 0, 1) + chars(b"x"), "r-hook"),
        (integer(3 | 0x400) + integer(NIL) * 3, "r-function"),
        (integer(2 | 1 << 27) + integer(NIL) * 2, "r-active-binding"),
        (integer(5 | 0x400, 253, 252) + integer(6) + symbol(b"f") + integer(NIL), "r-promise"),
        (integer(4, 0, NIL) + integer(5, 252, 13, 1, 1) + integer(NIL) * 2, "r-function"),
        (integer(2 | 0x400) + symbol(b".First") + integer(3 | 0x400) + integer(NIL) * 4, "r-start-up"),
        # attributes in front of the tag hide nothing
        (integer(2 | 0x600, NIL) + symbol(b".First") + integer(3 | 0x400) + integer(NIL) * 4, "r-start-up"),
        (
            integer(2 | 0x600, 19, 1, NIL) + symbol(b".onLoad") + integer(3 | 0x400) + integer(NIL) * 4,
            "r-start-up",
        ),
    ],
)
def test_what_runs_or_may_run_has_its_code(value: bytes, code: str, judge: Judge) -> None:
    artifact = judge(HEADER + value, "m.rds")
    assert code in {reason.code for reason in artifact.reasons}, artifact.reasons
    assert artifact.loading is not Loading.DATA_ONLY


def test_a_promise_that_has_its_value_runs_nothing(judge: Judge) -> None:
    value = integer(5, 13, 1, 7) + integer(13, 1, 1)
    assert judge(HEADER + value, "m.rds").loading is Loading.DATA_ONLY
