"""What the containers of the symbolic stack hold: items, weights, keys that are made, names that are kept."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from inspector.artifacts.bytesource import BytesSource
from inspector.artifacts.pickles.machine import Outcome, PickleMachine
from inspector.artifacts.pickles.symbols import Made, Mapped, Series


def run(raw: bytes) -> tuple[PickleMachine, Outcome]:
    machine = PickleMachine(BytesSource(raw))
    return machine, machine.run()


def codes(raw: bytes) -> list[str]:
    return [reason.code for _, reason in run(b"\x80\x04" + raw + b".")[1].problems]


def text(value: str) -> bytes:
    raw = value.encode()
    return b"X" + struct.pack("<I", len(raw)) + raw


def name(module: str, qualified: str) -> bytes:
    return b"c" + module.encode() + b"\n" + qualified.encode() + b"\n"


A, B = text("a"), text("b")
ORDERED = name("collections", "OrderedDict") + b")R"
QUEUE = name("collections", "deque") + b")R"
MADE = name("their", "f") + b")R"
LOADS = name("torch.storage", "_load_from_bytes")


@pytest.mark.parametrize(
    ("raw", "items", "weight"),
    [
        *((b"]", [], 1), (b"]K\x01a", [1], 2), (b"](K\x01K\x02e", [1, 2], 3), (b"(K\x01K\x02l", [1, 2], 3)),
        *((b"\x8f(K\x01\x90", [1], 2), (b"(K\x01\x91", [1], 2), (b"(l", [], 1)),
        *((b"}", {}, 1), (b"}" + A + b"K\x01s", {"a": 1}, 3), (b"(" + A + b"K\x01d", {"a": 1}, 3)),
        (b"}(" + A + b"K\x01" + B + b"K\x02u", {"a": 1, "b": 2}, 5),
        (b"](K\x01K\x02e(K\x03e", [1, 2, 3], 4),
    ],
)
def test_a_container_holds_its_items_and_weighs_as_many(raw: bytes, items: Any, weight: int) -> None:
    _, outcome = run(b"\x80\x04" + raw + b".")
    assert isinstance(outcome.value, (Series, Mapped))
    assert (outcome.value.items, outcome.value.weight) == (items, weight)
    assert outcome.problems == []


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (ORDERED + b"K\x01K\x02s", []),
        (ORDERED + b"(K\x01K\x02u", []),
        (QUEUE + b"K\x01a", []),
        (QUEUE + b"(K\x01K\x02e", []),
        (QUEUE + b"K\x01K\x02s", ["items-on-value"]),
        (ORDERED + b"K\x01a", ["items-on-value"]),
        (b"}(K\x01u", ["odd-items"]),
        (b"(K\x01d", ["odd-items"]),
        (b"}(K\x01K\x02K\x03u", ["odd-items"]),
    ],
)
def test_what_takes_items_and_what_takes_keys(raw: bytes, expected: list[str]) -> None:
    assert codes(raw) == expected


@pytest.mark.parametrize(
    ("raw", "computed"),
    [
        (ORDERED + A + b"K\x01s", False),
        (ORDERED + MADE + b"K\x01s", True),
        (ORDERED + A + MADE + b"s", False),
        (ORDERED + b"(" + A + b"K\x01" + MADE + b"K\x02u", True),
        (ORDERED + b"(" + A + MADE + B + MADE + b"u", False),
        (ORDERED + MADE + b"K\x01s" + A + b"K\x01s", True),
    ],
)
def test_a_key_that_is_the_result_of_a_call_is_remembered(raw: bytes, computed: bool) -> None:
    _, outcome = run(b"\x80\x04" + raw + b".")
    assert isinstance(outcome.value, Made)
    assert outcome.value.has_computed_keys is computed


@pytest.mark.parametrize(
    "raw",
    [
        *(b"]" + LOADS + b"a", b"](K\x01" + LOADS + b"e", b"(" + LOADS + b"l", b"(K\x01" + LOADS + b"\x91"),
        *(b"}K\x01" + LOADS + b"s", b"}(K\x01" + LOADS + b"u", b"(K\x01" + LOADS + b"d"),
        b"\x8f(" + LOADS + b"\x90",
    ],
)
def test_a_function_that_unpickles_is_not_kept_in_a_container(raw: bytes) -> None:
    assert codes(raw) == ["kept-for-a-call"]
    # Another import in its place is nobody's business, also where that function was imported before.
    other = raw.replace(LOADS, name("collections", "OrderedDict"))
    assert codes(other) == codes(LOADS + b"0" + other) == []


@pytest.mark.parametrize("raw", [b"}%s%ss", b"}(%s%su", b"(%s%sd"])
@pytest.mark.parametrize("key", ["__setstate__", "__class__", "__dict__", "__reduce__", "__reduce_ex__"])
def test_an_attribute_that_unpickling_calls_is_said(raw: bytes, key: str) -> None:
    """A value that is no import and no result of a call is nothing that could be called."""
    for value in (name("their", "f"), MADE):
        assert codes(raw % (text(key), value)) == ["state-replaces-method"]
        assert codes(raw % (text("plain"), value)) == []
    assert codes(raw % (text(key), b"K\x01")) == []


def test_the_last_mark_bounds_what_is_taken() -> None:
    assert codes(b"N(N(Q") == ["stack-underflow"]
    assert codes(b"N(N(011") == ["stack-underflow"]  # the marks are gone by then
    machine, outcome = run(b"\x80\x04N(N(01.")
    assert (outcome.ended, machine.marks, machine.stack) == (True, [], [])


def test_a_stream_that_says_no_protocol_is_of_the_first() -> None:
    assert run(b"N.")[0].protocol == 0
    assert run(b"\x80\x03N.")[0].protocol == 3
