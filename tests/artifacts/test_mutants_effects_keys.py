"""A mapping whose keys nobody has seen is no state: a hidden ``__setstate__`` is called with what comes next.

Each stream gives a model of scikit-learn such a mapping and then a text. With the real libraries the text
reaches dill's function that evaluates it. Nothing is unpickled here.
"""

from __future__ import annotations

import struct
from typing import Any

import pytest

from inspector.artifacts import BytesSource, read
from inspector.artifacts.pickles.machine import PickleMachine
from inspector.provenance import Loading


def text(value: str) -> bytes:
    raw = value.encode()
    return b"X" + struct.pack("<I", len(raw)) + raw


def name(module: str, qualified: str) -> bytes:
    return b"c" + module.encode() + b"\n" + qualified.encode() + b"\n"


def tup(*parts: bytes) -> bytes:
    return b"(" + b"".join(parts) + b"t"


def series(*parts: bytes) -> bytes:
    return b"](" + b"".join(parts) + b"e"


def call(function: bytes, *args: bytes) -> bytes:
    return function + tup(*args) + b"R"


def builtin(word: str) -> bytes:
    return name("builtins", word)


def held(word: str) -> bytes:
    return name("collections", word)


MODEL = name("sklearn.linear_model._base", "LinearRegression") + b")\x81"
EVALUATES = name("dill._dill", "_eval_repr")
HOOK = text("__setstate__")
COMPUTED = call(builtin("str"), HOOK)
PAIR = tup(HOOK, EVALUATES)
ITEM = COMPUTED + EVALUATES + b"s"
PLAIN_PAIR = tup(text("a"), b"N")
BUNCH = name("sklearn.utils", "Bunch")
MANY = b"".join(text(f"a{number}") + b"N" for number in range(64))
ZIPPED = call(builtin("zip"), tup(HOOK), tup(EVALUATES))

HIDDEN: dict[str, bytes] = {
    "a dict with a computed key": b"}" + ITEM,
    "pairs": call(builtin("dict"), tup(PAIR)),
    "pairs and a factory": call(held("defaultdict"), builtin("list"), tup(PAIR)),
    "pairs and no factory": call(held("defaultdict"), b"N", series(PAIR)),
    "a computed key and a factory": call(held("defaultdict"), builtin("list"), tup(tup(COMPUTED, EVALUATES))),
    "a computed key in pairs": call(builtin("dict"), tup(tup(COMPUTED, EVALUATES))),
    "two lists side by side": call(builtin("dict"), ZIPPED),
    "an iterator": call(builtin("dict"), call(builtin("iter"), tup(PAIR))),
    "an iterator from behind": call(builtin("dict"), call(builtin("reversed"), tup(PAIR))),
    "a list that is called": call(builtin("dict"), call(builtin("list"), tup(PAIR))),
    "a tuple that is called": call(builtin("dict"), call(builtin("tuple"), tup(PAIR))),
    "a list filled later": call(builtin("dict"), builtin("list") + b")R(" + PAIR + b"e"),
    "a deque filled later": call(builtin("dict"), held("deque") + b")R(" + PAIR + b"e"),
    "a pair that is called": call(builtin("dict"), tup(call(builtin("tuple"), series(HOOK, EVALUATES)))),
    "a pair in a set": call(builtin("dict"), tup(b"\x8f(" + EVALUATES + HOOK + b"\x90")),
    "a pair in a frozen set": call(builtin("dict"), tup(b"(" + EVALUATES + HOOK + b"\x91")),
    "a number for a key": call(held("OrderedDict"), b"}K\x01Ns"),
    "a value that is not looked into": call(
        held("OrderedDict"), tup(tup(text("a"), series(tup(*[b"N"] * 7))))
    ),
    "a pair behind so many": call(builtin("dict"), series(PLAIN_PAIR * 32, PAIR)),
    "a dict behind so many": call(held("ChainMap"), series(b"}" * 32, b"}" + ITEM)),
    "a dict behind so many by its state": (
        held("ChainMap") + b")\x81}" + text("maps") + series(b"}" * 32, b"}" + ITEM) + b"sb"
    ),
    "more than are looked at": call(held("OrderedDict"), tup(PLAIN_PAIR * 66), b"N", b"N"),
    "a mapping of a mapping": call(builtin("dict"), call(held("OrderedDict"), tup(PAIR))),
    "an array of pairs": call(
        builtin("dict"),
        name("numpy.core.multiarray", "_reconstruct")
        + tup(name("numpy", "ndarray"), tup(b"K\0"), text("b"))
        + b"R",
    ),
    "a chain of pairs": call(held("ChainMap"), call(builtin("dict"), tup(PAIR))),
    "a chain of a dict": call(held("ChainMap"), b"}" + ITEM),
    "a chain by its state": held("ChainMap") + b")\x81}" + text("maps") + series(b"}" + ITEM) + b"sb",
    "a wrapped dict": call(held("UserDict"), b"}" + ITEM),
    "a wrapped dict by its state": held("UserDict") + b")\x81}" + text("data") + b"}" + ITEM + b"sb",
    "a wrapped mapping by its state": (
        held("UserDict") + b")\x81}" + text("data") + call(builtin("dict"), tup(PAIR)) + b"sb"
    ),
    "a wrapped dict with another state": call(held("UserDict"), b"}" + ITEM) + b"}b",
    "a wrapped dict behind many attributes": (
        held("UserDict") + b")\x81}(" + MANY + b"u" + text("data") + b"}" + ITEM + b"sb"
    ),
    "counted pairs": call(held("Counter"), ZIPPED),
    "a class of a library": call(BUNCH, ZIPPED),
    "a class of a library and a deque": call(BUNCH, held("deque") + b")R" + PAIR + b"a"),
    "a class of a library and a chain": call(BUNCH, call(name("itertools", "chain"), tup(PAIR))),
    "copyreg with a base": call(
        name("copyreg", "_reconstructor"), held("OrderedDict"), builtin("dict"), tup(PAIR)
    ),
    "an item set later": held("OrderedDict") + b")\x81" + ITEM,
}


def problems(state: bytes) -> list[tuple[Loading, str]]:
    outcome = PickleMachine(BytesSource(b"\x80\x04" + MODEL + state + b"b" + text("1") + b"b.")).run()
    assert outcome.ended
    return [(loading, reason.code) for loading, reason in outcome.problems]


@pytest.mark.parametrize("state", HIDDEN.values(), ids=HIDDEN)
def test_a_state_whose_keys_nobody_has_seen_is_told(state: bytes) -> None:
    assert (Loading.UNREADABLE, "computed-attribute") in problems(state)
    raw = b"\x80\x04" + MODEL + state + b"b" + text("1") + b"b."
    assert read(BytesSource(raw), "model.pkl").loading in (Loading.UNREADABLE, Loading.RUNS_CODE)


DATE = call(name("datetime", "timedelta"), b"K\x01", b"K\x02")
TOLD: dict[str, bytes] = {
    "pairs": call(held("OrderedDict"), series(series(text("a"), b"K\x01"), series(text("b"), b"K\x02"))),
    "tuples": call(builtin("dict"), tup(tup(text("a"), b"K\x01"))),
    "counted texts": call(held("Counter"), series(text("a"), text("b"))),
    "a large value": call(builtin("dict"), tup(tup(text("a"), tup(*[b"N"] * 40)))),
    "a value that is looked into": call(held("OrderedDict"), tup(tup(text("a"), series(tup(*[b"N"] * 6))))),
    "so many pairs": call(builtin("dict"), series(PLAIN_PAIR * 32)),
    "as many as are looked at": call(held("OrderedDict"), tup(PLAIN_PAIR * 66), b"N"),
    "lists of one and of three": call(builtin("dict"), tup(series(HOOK), series(HOOK, b"N", b"N"))),
    "a hook as a value": call(builtin("dict"), tup(tup(text("a"), HOOK))),
    "a factory": call(held("defaultdict"), builtin("list")),
    "a factory that keeps arguments": call(
        held("defaultdict"), call(name("functools", "partial"), builtin("list")), tup(tup(text("a"), b"N"))
    ),
    "a factory and pairs": call(held("defaultdict"), builtin("list"), series(tup(text("a"), b"K\x01"))),
    "a dict": call(held("OrderedDict"), b"}" + text("a") + b"K\x01s"),
    "a mapping that tells its keys": call(
        builtin("dict"), call(held("OrderedDict"), tup(tup(text("a"), b"N")))
    ),
    "a wrapped dict": held("UserDict") + b")\x81}" + text("data") + b"}" + text("a") + b"K\x01ssb",
    "a wrapped dict without a state": held("UserDict") + b")\x81Nb",
    "an object of a library": MODEL + b"}" + text("a") + call(builtin("list")) + b"sb",
    **{
        f"a mapping of {word}": call(builtin("dict"), call(held(word), b"}" + text("a") + b"K\x01s"))
        for word in ("OrderedDict", "Counter", "UserDict", "ChainMap")
    },
    "a mapping of dict": call(held("OrderedDict"), call(builtin("dict"), tup(tup(text("a"), b"N")))),
    "a mapping of defaultdict": call(builtin("dict"), call(held("defaultdict"), builtin("list"))),
    "what an unknown import gives": call(builtin("dict"), call(name("their", "pairs"))),
    "pairs of an unknown import": call(builtin("dict"), tup(call(name("their", "pair")))),
    "made of what is no mapping": call(name("fractions", "Fraction"), tup(COMPUTED, b"K\x01")),
    "made by a library of its own": call(BUNCH, MODEL),
    "made by a library of a date": call(BUNCH, DATE),
    "a set that holds nothing": call(builtin("dict"), tup(b"\x8f")),
}


@pytest.mark.parametrize("state", TOLD.values(), ids=TOLD)
def test_a_state_whose_keys_stand_in_the_stream_is_no_fault(state: bytes) -> None:
    assert problems(state) == []


@pytest.mark.parametrize(
    ("args", "codes"),
    [
        ((), []),
        ((b"}" + text("a") + b"K\x01s",), []),
        ((b"}" + ITEM,), ["computed-attribute"]),
        ((call(builtin("dict"), tup(PAIR)),), ["computed-attribute"]),
        ((tup(PAIR),), ["computed-attribute"]),
    ],
)
def test_a_namespace_takes_its_attributes_from_what_it_is_called_with(
    args: tuple[bytes, ...], codes: list[str]
) -> None:
    raw = b"\x80\x04" + call(name("types", "SimpleNamespace"), *args) + b"."
    outcome = PickleMachine(BytesSource(raw)).run()
    found: list[Any] = [reason.code for _, reason in outcome.problems]
    assert (found, outcome.ended) == (codes, True)
