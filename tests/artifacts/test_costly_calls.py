"""Calls of listed names that need any amount of time or memory, names that are kept, values given back."""

from __future__ import annotations

import struct

import pytest

from inspector.artifacts.bytesource import BytesSource
from inspector.artifacts.pickles.machine import PickleMachine


def text(value: str) -> bytes:
    raw = value.encode()
    return b"X" + struct.pack("<I", len(raw)) + raw


def name(dotted: str) -> bytes:
    module, _, qualified = dotted.rpartition(".")
    return b"c" + module.encode() + b"\n" + qualified.encode() + b"\n"


def call(dotted: str, *args: bytes) -> bytes:
    return name(dotted) + tup(*args) + b"R"


def tup(*parts: bytes) -> bytes:
    return b"(" + b"".join(parts) + b"t"


def number(value: int) -> bytes:
    return b"\x8a\x10" + value.to_bytes(16, "little", signed=True)


def codes(raw: bytes) -> list[str]:
    outcome = PickleMachine(BytesSource(b"\x80\x04" + raw + b".")).run()
    assert outcome.ended
    return [reason.code for _, reason in outcome.problems]


RANGE, SHORT = call("builtins.range", number(1 << 44)), call("builtins.range", number(100))
NETWORK = call("ipaddress.IPv6Network", text("::/0"))
ENDLESS = call("itertools.count", b"K\0")
DECIMAL = call("decimal.Decimal", text("1e4000000000"))
RECONSTRUCT, ARRAY = "numpy._core.multiarray._reconstruct", name("numpy.ndarray")
HUGE, BYTES = tup(number(1 << 44)), b"C\x01b"

COSTLY = {
    **{
        f"{holder} of a range": call(holder, RANGE)
        for holder in (
            *("builtins.list", "builtins.tuple", "builtins.set", "builtins.frozenset", "builtins.dict"),
            *("collections.deque", "collections.Counter", "collections.UserList", "collections.UserDict"),
            *("collections.OrderedDict", "builtins.bytes", "builtins.bytearray", "itertools.product"),
        )
    },
    "a range behind a default": call("collections.defaultdict", b"N", RANGE),
    "an array of a range": call("array.array", text("q"), RANGE),
    "pairs without an end": call("builtins.dict", call("builtins.enumerate", ENDLESS)),
    "every address": call("builtins.list", NETWORK),
    "many bytes": call("builtins.bytes", number(1 << 44)),
    "as many bytes as a number says": call(
        "builtins.bytearray", call("builtins.int", text("99999999999999"))
    ),
    "a fraction of an exponent": call("fractions.Fraction", text("1e4000000000")),
    "a fraction of an exponent below": call("fractions.Fraction", text(" 1.5E-0_04_000_000_000")),
    "a fraction of another script's digits": call("fractions.Fraction", text("1e\uff14000000000")),
    "a fraction of a decimal": call("fractions.Fraction", DECIMAL),
    "the digits of a decimal": call("builtins.int", DECIMAL),
    "an array": call("numpy.ndarray", HUGE, text("u1")),
    "an array of two sides": call("numpy.ndarray", tup(b"J\0\0\1\0", b"J\0\0\1\0")),
    "an array by its length": call("numpy.ndarray", number(1 << 44)),
    "an array to be filled": call(RECONSTRUCT, ARRAY, HUGE, BYTES),
    "an array by copyreg": call("copyreg.__newobj__", ARRAY, HUGE),
    "a storage": call("torch.FloatStorage", number(1 << 44)),
    "a tensor": call("torch.Tensor", b"J\0\0\1\0", b"J\0\0\1\0"),
}
ORDINARY = {
    "a list of a short range": call("builtins.list", SHORT),
    "a deque": call("collections.deque", b")", b"K\x05"),
    "a counter": call("collections.Counter", b"}"),
    "a dict of pairs": call("collections.OrderedDict", b"](" + tup(text("a"), b"K\1") + b"e"),
    "a long range": RANGE,
    "a network": NETWORK,
    "an iterator": call("builtins.iter", RANGE),
    "a large decimal": DECIMAL,
    "a fraction": call("fractions.Fraction", text("-17/4")),
    "a fraction of numbers": call("fractions.Fraction", number(1 << 90), b"K\3"),
    "a fraction of a small exponent": call("fractions.Fraction", text("1e300")),
    "a number": call("builtins.int", text("12")),
    "bytes of a text": call("builtins.bytes", call("_codecs.encode", text("a"), text("latin1"))),
    "an empty array": call(RECONSTRUCT, ARRAY, tup(b"K\0"), BYTES),
    "an array of no elements": call("numpy.ndarray", tup(number(1 << 44), b"K\0")),
    "a small array": call("numpy.ndarray", tup(b"K\5", b"K\5"), text("f8")),
    "a tensor": call("torch.Tensor", b"K\5", b"K\5"),
}  # fmt: skip


@pytest.mark.parametrize("raw", COSTLY.values(), ids=COSTLY)
def test_a_few_bytes_do_not_ask_for_everything(raw: bytes) -> None:
    assert codes(raw) == ["over-limit"]


@pytest.mark.parametrize("raw", ORDINARY.values(), ids=ORDINARY)
def test_what_is_as_large_as_it_is_written_is_taken(raw: bytes) -> None:
    assert codes(raw) == []


GETATTR = name("builtins.getattr")
MEMBER = call("builtins.getattr", name("http.HTTPStatus"), text("OK"))


@pytest.mark.parametrize(
    "raw",
    [
        GETATTR,
        b"}" + text("f") + GETATTR + b"s",
        b"](" + GETATTR + b"e",
        tup(GETATTR),
        MEMBER + b"0}" + text("f") + GETATTR + b"s",
    ],
)
def test_getattr_is_called_and_not_kept(raw: bytes) -> None:
    assert codes(raw) == ["kept-for-a-call"]
    assert codes(MEMBER) == []


TAGGED = "torch.jit._pickle.restore_type_tag"


def test_what_torchscript_tags_is_what_it_was() -> None:
    assert codes(call(TAGGED, b"]", text("List[int]")) + b"(K\1K\2e") == []
    assert codes(call("torch.jit._pickle.build_intlist", b"]") + b"(K\1K\2e") == []
    assert codes(call(TAGGED, name("their.thing"), text("t")) + b"}b") == ["state-on-import"]
    assert codes(call(TAGGED) + b"}b") == []
