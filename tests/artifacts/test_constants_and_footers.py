"""Constants of byte code in all of their forms, footers of Parquet by hand, and parameters that break off."""

from __future__ import annotations

import base64
import io
import json
import struct
import zipfile
from collections.abc import Callable

import pytest

from inspector.artifacts import Artifact, BytesSource
from inspector.artifacts.explain import explain
from inspector.provenance import Loading

Judge = Callable[[bytes, str], Artifact]


def short(value: str) -> bytes:
    return b"z" + bytes([len(value)]) + value.encode()


def some(*values: bytes) -> bytes:
    return b")" + bytes([len(values)]) + b"".join(values)


def long_bytes(value: bytes) -> bytes:
    return b"s" + struct.pack("<i", len(value)) + value


def code(*constants: bytes, instructions: bytes = b"") -> bytes:
    """A code object as Python 3.11 and later write it."""
    head = b"\xe3" + struct.pack("<i", 1) + bytes(16) + (instructions or long_bytes(b"\x97\0"))
    names = some(short("os"))
    tail = some(short("x")) + long_bytes(b"\0") + short("a.py") + short("<lambda>") + short("<lambda>")
    return head + some(*constants) + names + tail + bytes(4) + long_bytes(b"") + long_bytes(b"")


def told(byte_code: bytes) -> str:
    text = base64.encodebytes(byte_code).decode()
    function = {"class_name": "__lambda__", "config": {"code": text}}
    layer = {"class_name": "Lambda", "config": {"function": function}}
    config = {"class_name": "Sequential", "config": {"layers": [layer]}}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("config.json", json.dumps(config))
        archive.writestr("metadata.json", "{}")
    return explain(BytesSource(out.getvalue()), "model.keras")["source"] or ""


CONSTANTS = [
    (b"i" + struct.pack("<i", -7), "-7"),
    (b"g" + struct.pack("<d", 2.5), "2.5"),
    (b"y" + struct.pack("<dd", 1.0, 2.0), "(1+2j)"),
    (b"l" + struct.pack("<i", 2) + struct.pack("<HH", 1, 2), "65537"),
    (b"l" + struct.pack("<i", -1) + struct.pack("<H", 3), "-3"),
    (b"l" + struct.pack("<i", 70) + bytes(140), "a very long number"),
    (b"u" + struct.pack("<i", 4) + "ŵxy".encode(), "'ŵxy'"),
    (b"t" + struct.pack("<i", 2) + b"ab", "'ab'"),
    (b"a" + struct.pack("<i", 2) + b"cd", "'cd'"),
    (b"A" + struct.pack("<i", 2) + b"ef", "'ef'"),
    (b"Z\x02gh", "'gh'"),
    (long_bytes(b"raw"), "b'raw'"),
    (b"(" + struct.pack("<i", 2) + b"TF", "(True, False)"),
    (b">" + struct.pack("<i", 1) + b"N", "(None)"),
    (b"\xda\x02jk" + b"r" + struct.pack("<i", 1), "'jk', 'jk'"),
    (some(*[b"N"] * 9), "…)"),
    (some(code()), "(a function)"),
]


@pytest.mark.parametrize(("constant", "shown"), CONSTANTS)
def test_constants_of_every_kind_are_shown(constant: bytes, shown: str) -> None:
    parts = 2 if constant.startswith(b"\xda") else 1
    made = code(constant)
    if parts == 2:
        made = made.replace(b")\x01" + constant, b")\x02" + constant, 1)
    assert shown in told(made)


@pytest.mark.parametrize(
    "byte_code",
    [
        code(b"("),
        code(b"(" + struct.pack("<i", -1)),
        code(b"r" + struct.pack("<i", 99)),
        code(b"?"),
        code(instructions=short("no bytes")),
        b"T",
    ],
)
def test_what_is_no_code_object_is_not_shown_as_one(byte_code: bytes) -> None:
    assert "function" not in told(byte_code)


# --- Parquet ---------------------------------------------------------------------------------------------


def parquet(footer: bytes) -> bytes:
    return b"PAR1" + footer + struct.pack("<I", len(footer)) + b"PAR1"


PICKLED = b"arrow.py_extension_type"
PLAIN = [
    b"\x15\x02\x00",  # a number
    b"\x11\x12\x00",  # two booleans
    b"\x13\x07\x00",  # a byte
    b"\x17" + bytes(8) + b"\x00",  # a double
    b"\x1d" + bytes(16) + b"\x00",  # a UUID
    b"\x05\x04\x02\x00",  # the number of the field by itself
    b"\x19\x21\x01\x02\x00",  # a list of two booleans
    b"\x19\xf5\x01\x02\x00",  # a list whose length stands by itself
    b"\x1a\x15\x02\x00",  # a set
    b"\x1b\x00\x00",  # an empty map
    b"\x1b\x02\x58\x02\x01a\x04\x01b\x00",  # a map of two
    b"\x1c\x11\x00\x00",  # a structure
    b"\x19\x1c\x11\x00\x00",  # a list of structures
    b"\x18\x0cARROW:schema\x18\x03???\x00",  # a schema that is no base64
]


@pytest.mark.parametrize("footer", PLAIN)
def test_footers_of_every_type_are_data(footer: bytes, judge: Judge) -> None:
    assert judge(parquet(footer), "t.parquet").loading is Loading.DATA_ONLY


@pytest.mark.parametrize(
    "footer",
    [
        b"\x15",
        b"\x15" + b"\xff" * 12,
        b"\x1e\x00",
        b"\x15\x02\x00more",
        b"\x18\x7fshort",
        b"\x1c" * 100,
        b"\x19\xf5\xff\xff\xff\x07\x00",
    ],
)
def test_a_footer_that_cannot_be_walked_is_not_called_data(footer: bytes, judge: Judge) -> None:
    artifact = judge(parquet(footer), "t.parquet")
    assert artifact.loading is Loading.NOT_UNDERSTOOD
    assert [reason.code for reason in artifact.reasons] == ["broken-parquet"]


@pytest.mark.parametrize(
    "footer",
    [
        b"\x18" + bytes([len(PICKLED)]) + PICKLED + b"\x00",
        b"\x18\x0cARROW:schema\x18"
        + bytes([len(base64.b64encode(PICKLED))])
        + base64.b64encode(PICKLED)
        + b"\x00",
    ],
)
def test_a_pickled_type_is_found_plainly_and_in_the_schema(footer: bytes, judge: Judge) -> None:
    assert judge(parquet(footer), "t.parquet").loading is Loading.RUNS_CODE


# --- Parameters ------------------------------------------------------------------------------------------


def mxnet(*arrays: bytes, names: bytes = struct.pack("<Q", 0), count: int | None = None) -> bytes:
    head = struct.pack("<QQQ", 0x112, 0, len(arrays) if count is None else count)
    return head + b"".join(arrays) + names


DENSE = struct.pack("<iQIII", 1, 2, 1, 0, 0) + bytes(8)  # two numbers of four bytes
V1, V2, V3 = (struct.pack("<I", one) for one in (0xF993FAC8, 0xF993FAC9, 0xF993FACA))


@pytest.mark.parametrize(
    ("data", "is_whole"),
    [
        (mxnet(V1 + DENSE), True),
        (mxnet(V2 + bytes(4) + DENSE), True),
        (
            mxnet(
                V3 + bytes(4) + DENSE,
                V3 + bytes(4) + struct.pack("<iQII", 0, 0, 0, 0)[:12] + bytes(4) + bytes(4),
            ),
            True,
        ),
        (mxnet(V2 + bytes(4) + struct.pack("<i", 0)), True),  # an array that was never filled
        (mxnet(V2 + struct.pack("<I", 1) + DENSE), False),  # sparse
        (mxnet(bytes(4) + DENSE), False),
        (mxnet(V1 + struct.pack("<i", 65) + bytes(600)), False),
        (mxnet(V1 + DENSE, names=struct.pack("<Q", 2)), False),
        (mxnet(V1 + DENSE, count=1 << 40), False),
        (mxnet(V1 + struct.pack("<iQIII", 1, 2, 1, 0, 99) + bytes(8)), False),
    ],
)
def test_parameters_of_mxnet(data: bytes, is_whole: bool, judge: Judge) -> None:
    loading = judge(data, "model-0000.params").loading
    assert loading is (Loading.DATA_ONLY if is_whole else Loading.UNREADABLE)


def paddle(description: bytes, *, version: int = 0, levels: bytes = bytes(8), inner: int = 0) -> bytes:
    return (
        struct.pack("<I", version)
        + levels
        + struct.pack("<II", inner, len(description))
        + description
        + bytes(24)
    )


@pytest.mark.parametrize(
    ("data", "is_whole"),
    [
        (paddle(b"\x08\x05\x10\x02\x10\x03"), True),
        (paddle(b"\x08\x05\x12\x02\x02\x03"), True),  # the shape in one piece
        (paddle(b"\x08\x05\x10\x02\x10\x03", levels=struct.pack("<QQ", 1, 4) + bytes(4)), True),
        (paddle(b"\x08\x05\x10\x02\x10\x03", version=1), False),
        (paddle(b"\x08\x05\x10\x02\x10\x03", inner=1), False),
        (paddle(b"\x08\x05\x1a\x01x"), False),
    ],
)
def test_parameters_of_paddle(data: bytes, is_whole: bool, judge: Judge) -> None:
    loading = judge(data, "m.pdiparams").loading
    assert loading is (Loading.DATA_ONLY if is_whole else Loading.UNREADABLE)
