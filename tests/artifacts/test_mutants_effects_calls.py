"""What a call is held against, what it gives, what it costs, and the words that a reviewer reads of it."""

from __future__ import annotations

import struct

import pytest

from inspector.artifacts import limits
from inspector.artifacts.bytesource import BytesSource
from inspector.artifacts.limits import EFFECT_WORK, MAX_WORK, OPCODE_WORK, Budget
from inspector.artifacts.pickles.machine import PickleMachine
from inspector.artifacts.pickles.outcome import Outcome
from inspector.artifacts.pickles.symbols import Import, Made

BEHIND = b"\0" * 2000  # so that an opcode is not near the end, where each is decoded with more care


def run(raw: bytes) -> tuple[PickleMachine, Outcome]:
    machine = PickleMachine(BytesSource(b"\x80\x04" + raw + b"." + BEHIND))
    return machine, machine.run()


def text(value: str) -> bytes:
    raw = value.encode()
    return b"X" + struct.pack("<I", len(raw)) + raw


def name(module: str, qualified: str) -> bytes:
    return b"c" + module.encode() + b"\n" + qualified.encode() + b"\n"


def call(function: bytes, *args: bytes) -> bytes:
    return function + b"(" + b"".join(args) + b"tR"


def codes(outcome: Outcome) -> list[str]:
    return [reason.code for _, reason in outcome.problems]


def words(outcome: Outcome) -> list[str]:
    return [reason.message for _, reason in outcome.problems]


def given(value: object) -> str:
    """What a stream gives: an import, or what a call of one gives."""
    if isinstance(value, Made):
        return f"{value.callee.dotted}()"
    return value.dotted if isinstance(value, Import) else type(value).__name__


THEIRS = name("their", "f")
LOADS = name("torch.storage", "_load_from_bytes")
GETATTR = name("builtins", "getattr")
ZONE = name("zoneinfo", "ZoneInfo")
ORDERED = name("collections", "OrderedDict")
FACTORY = name("collections", "defaultdict")
NO_TUPLE = ["bad-arguments", "getattr-misuse"]
DILL = name("dill._dill", "_load_type")
DICT = name("builtins", "dict")
DOCUMENT = name("spacy.tokens.doc", "unpickle_doc")
FRACTION = name("fractions", "Fraction")


def bound(cls: bytes, method: str = "__new__") -> bytes:
    """``partial(getattr(cls, method), cls)``, as Python writes an instance that is made with keywords."""
    found = call(GETATTR, cls, text(method))
    state = b"(" + found + cls + b"\x85}Nt"
    return call(name("functools", "partial"), found) + state + b"b"


@pytest.mark.parametrize(
    ("raw", "value", "problems"),
    [
        # arguments that are no tuple of the stream
        (THEIRS + b"NR", "their.f()", ["bad-arguments"]),
        (THEIRS + call(THEIRS) + b"R", "their.f()", []),
        (ORDERED + call(THEIRS) + b"R", "collections.OrderedDict()", []),
        (ORDERED + call(FRACTION) + b"R", "collections.OrderedDict()", ["bad-arguments"]),
        # what unpickles its argument
        (LOADS + b")R", "torch.storage._load_from_bytes()", ["nested-pickle"]),
        (LOADS + b"NR", "torch.storage._load_from_bytes()", ["bad-arguments", "nested-pickle"]),
        (DOCUMENT + b"N\x85R", "spacy.tokens.doc.unpickle_doc()", ["nested-pickle"]),
        # class methods that the standard library pickles
        (call(GETATTR, ZONE, text("_unpickle")), "zoneinfo.ZoneInfo", []),
        (call(GETATTR, ZONE, text("_unpickle")) + text("UTC") + b"K\x01\x86R", "zoneinfo.ZoneInfo()", []),
        (call(THEIRS, ZONE, text("_unpickle")), "their.f()", []),
        (call(GETATTR, name("their", "Thing"), text("method")), "builtins.getattr()", []),
        (GETATTR + b"](" + ZONE + text("_unpickle") + b"eR", "builtins.getattr()", NO_TUPLE),
        (GETATTR + b"NR", "builtins.getattr()", NO_TUPLE),
        (GETATTR + b"(" + ZONE + text("_unpickle") + b"t}\x92", "zoneinfo.ZoneInfo", []),
        # dill's table of types
        (DILL + b")R", "dill._dill._load_type()", ["makes-a-function"]),
        (DILL + b"NR", "dill._dill._load_type()", ["bad-arguments", "makes-a-function"]),
        (DILL + b"K\x01\x85R", "dill._dill._load_type()", ["makes-a-function"]),
        (DILL + text("dict") + b"\x85R)R", "builtins.dict()", []),
        # a call of what is no import
        (bound(ORDERED) + b")R", "collections.OrderedDict()", []),
        (bound(FACTORY) + b")R", "collections.defaultdict()", ["bad-arguments"]),
        (call(THEIRS) + b")R", "their.f()", []),
        (call(ORDERED) + b")R", "Opaque", ["call-of-a-value"]),
        # keywords
        (FACTORY + b")}\x92", "collections.defaultdict()", []),
        (FACTORY + b")}" + text("a") + b"K\x01s\x92", "collections.defaultdict()", ["bad-arguments"]),
        (FACTORY + b")(N" + b"d\x92", "collections.defaultdict()", ["odd-items", "bad-arguments"]),
        (ORDERED + b")}" + text("a") + b"K\x01s\x92", "collections.OrderedDict()", []),
        (ORDERED + b")N\x92", "collections.OrderedDict()", ["bad-arguments"]),
        (b"(" + ORDERED + b"o", "collections.OrderedDict()", []),
        # items that are set in what is no mapping, whatever it was made with
        (call(FRACTION, b"N", DICT) + b"NNs", "fractions.Fraction()", ["items-on-value"]),
        # the class whose source text the oldest torch keeps
        (b"(" + text("module") + name("their", "Net") + text("a") + text("b") + b"tQ", "their.Net", []),
        # a buffer, an unknown persistent id, a computed name
        (b"\x97", "Opaque", ["out-of-band"]),
        (text("x") + b"Q", "Opaque", ["persistent-id"]),
        (b"NN\x93", "a computed module.name", ["computed-import"]),
    ],
)  # fmt: skip
def test_what_a_call_gives_and_what_speaks_against_it(raw: bytes, value: str, problems: list[str]) -> None:
    _, outcome = run(raw)
    assert (given(outcome.value), codes(outcome)) == (value, problems)
    assert outcome.ended


@pytest.mark.parametrize(
    ("args", "handed"),
    [
        (b")R", []),
        (b"NR", []),
        (b"C\x01a\x85R", [b"a"]),
        (b"C\x01aC\x01b\x86R", [b"a"]),
    ],
)
def test_the_bytes_that_an_unpickler_is_handed_are_kept(args: bytes, handed: list[bytes]) -> None:
    machine, _ = run(LOADS + args)
    assert [value for _, value in machine.byte_strings] == handed


@pytest.mark.parametrize(
    "between", [b"", b"0".join([ORDERED, THEIRS, FRACTION]) + b"0"], ids=["alone", "others behind it"]
)
def test_what_unpickles_is_not_kept_as_a_value_whatever_is_imported_next(between: bytes) -> None:
    _, outcome = run(LOADS + b"q\x010" + between + b"]h\x01a")
    assert codes(outcome) == ["kept-for-a-call"]


def test_a_call_costs_more_than_its_opcodes() -> None:
    work = []
    for count in (10, 11):
        budget = Budget()
        budget.work = MAX_WORK
        token = limits.CURRENT.set(budget)
        try:
            assert run(THEIRS + b"q\x01" + b"h\x01)R0" * count)[1].ended
        finally:
            limits.CURRENT.reset(token)
        work.append(MAX_WORK - budget.work)
    # h ) R 0, of which three take from the stack or make a tuple, and two more for the call itself
    assert work[1] - work[0] == 4 * OPCODE_WORK + 5 * EFFECT_WORK


def test_arguments_are_kept_where_a_rule_looks_at_them() -> None:
    for raw, kept in (
        (call(THEIRS, b"K\x01"), None),
        (call(name("builtins", "range"), b"K\x01"), [1]),
        (name("builtins", "range") + b"]R", None),
    ):
        value = run(raw)[1].value
        assert isinstance(value, Made)
        assert (value.args.items if value.args else None) == kept


LONG = "l" * 300


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (
            call(text("x"), *[b"K" + bytes([one]) for one in range(1, 8)]),
            "The pickle calls 'x' with (1, 2, 3, 4, 5), which is not an import: what runs then cannot be "
            "told.",
        ),
        (
            call(text("x"), text(LONG), text("k" * 76)),
            f"The pickle calls 'x' with ('{'l' * 78}…, '{'k' * 76}'), which is not an import: what runs then "
            "cannot be told.",
        ),
        (
            text("x") + b"K\x01R",
            "The pickle calls 'x' with (1), which is not an import: what runs then cannot be told.",
        ),
        (
            THEIRS + b"K\x01R",
            "The pickle calls their.f with 1, where every pickler writes a tuple: what is handed over cannot "
            "be told.",
        ),
        (
            name("operator", "add") + b")R",
            "The pickle calls operator.add, which a pickle only keeps and never calls.",
        ),
        (bound(FACTORY) + b")R", "The pickle makes collections.defaultdict with odd keywords."),
        (FACTORY + b")N\x92", "The pickle makes an instance with odd keywords."),
        (call(name("builtins", "type"), b"N", b"N"), "The pickle calls builtins.type to make a new class."),
        (
            ORDERED + b"}b",
            "The pickle sets attributes of collections.OrderedDict itself, not of an instance: this changes "
            "the running program.",
        ),
        (b"]}b", "The pickle gives state to []."),
        (
            b"K\x01" + text("y") + b"\x93",
            "The pickle imports a name that is no text of the stream: 'y' of 1.",
        ),
        (
            text("x") + b"Q",
            "The pickle asks the loading program for 'x'; only the storages of tensors are known.",
        ),
        (b"\x97", "The pickle refers to a buffer outside of the stream (NEXT_BUFFER)."),
        (
            name("joblib.numpy_pickle", "NumpyArrayWrapper") + b")\x81}b",
            "joblib.numpy_pickle.NumpyArrayWrapper does not say how many bytes of array follow it in the "
            "stream.",
        ),
        (
            name("types", "SimpleNamespace") + b"(N" + call(THEIRS) + b"N\x86\x85tR",
            "The pickle calls types.SimpleNamespace with attributes whose names are computed.",
        ),
    ],
)
def test_the_words_that_a_reviewer_reads(raw: bytes, said: str) -> None:
    _, outcome = run(raw)
    assert said in words(outcome)


@pytest.mark.parametrize("raw", [b"\x98N", b"N(\x980"])
def test_a_buffer_is_made_read_only_where_there_is_one(raw: bytes) -> None:
    _, outcome = run(raw)
    assert (outcome.ended, codes(outcome)) == (False, ["stack-underflow"])


def spent(raw: bytes) -> int:
    """The work of a stream that breaks."""
    budget = Budget()
    budget.work = MAX_WORK
    token = limits.CURRENT.set(budget)
    try:
        assert not PickleMachine(BytesSource(raw + BEHIND)).run().ended
    finally:
        limits.CURRENT.reset(token)
    return MAX_WORK - budget.work


PAIR_WORK = 2 * OPCODE_WORK + EFFECT_WORK


@pytest.mark.parametrize(
    "breaks",
    [b"\xff", b"B\xff\xff\xff\x7f", b"Ix\n", b"N" + b"2\x86" * 40, b"0"],
    ids=["no opcode", "cut off", "no number", "too heavy", "empty"],
)
def test_what_breaks_has_cost_what_was_read(breaks: bytes) -> None:
    assert spent(b"N0" * 900 + breaks) - spent(b"N0" * 100 + breaks) == 800 * PAIR_WORK


def test_what_breaks_after_long_has_cost_it_once() -> None:
    assert spent(b"N0" * 140_000 + b"0") == limits.PICKLE_WORK + 140_000 * PAIR_WORK + OPCODE_WORK
