"""Attributes by name, functions kept with arguments, unions of types: which are as Python writes them."""

from __future__ import annotations

import struct

import pytest

from inspector.artifacts.bytesource import BytesSource
from inspector.artifacts.pickles.machine import PickleMachine
from inspector.provenance import Loading


def text(value: str) -> bytes:
    raw = value.encode()
    return b"X" + struct.pack("<I", len(raw)) + raw


def name(module: str, qualified: str) -> bytes:
    return b"c" + module.encode() + b"\n" + qualified.encode() + b"\n"


def call(function: bytes, *args: bytes) -> bytes:
    return function + b"(" + b"".join(args) + b"tR"


def found(raw: bytes) -> list[tuple[Loading, str]]:
    outcome = PickleMachine(BytesSource(b"\x80\x04" + raw + b".")).run()
    assert outcome.ended
    return [(loading, reason.code) for loading, reason in outcome.problems]


def codes(raw: bytes) -> list[str]:
    return [code for _, code in found(raw)]


def builtin(word: str) -> bytes:
    return name("builtins", word)


GETATTR, PARTIAL = builtin("getattr"), name("functools", "partial")
THING, THEIRS = name("their", "Thing"), call(name("their", "f"))
FRACTION = name("fractions", "Fraction")
STRATEGY = name("transformers.trainer_utils", "HubStrategy")
LINEAR = name("sklearn.linear_model._base", "LinearRegression")
LOADS = name("torch.storage", "_load_from_bytes")
TERM = name("sympy.core.add", "Add")
FUNCTION = name("torch._utils", "_rebuild_tensor_v2")
OR = name("_operator", "or_")
ZONE = name("zoneinfo", "ZoneInfo")

GUARDED = {
    "a class that opens files": name("torch.optim.lr_scheduler", "LambdaLR"),
    "dill's evaluation": name("dill._dill", "_eval_repr"),
    "dill's types": name("dill._dill", "_load_type"),
    "attributes": GETATTR,
    "joblib's arrays": name("joblib.numpy_pickle", "NumpyArrayWrapper"),
    "joblib's files": name("joblib.numpy_pickle", "NDArrayWrapper"),
    "bytes": LOADS,
    "documents": name("spacy.tokens.doc", "unpickle_doc"),
    "vocabularies": name("spacy.vocab", "unpickle_vocab"),
    "buffers": name("numpy.core.numeric", "_frombuffer"),
    "scalars": name("numpy.core.multiarray", "scalar"),
    "kept functions": PARTIAL,
    "distributions": name("scipy.stats._continuous_distns", "alpha_gen"),
    "unions": name("functools", "reduce"),
}


@pytest.mark.parametrize("guarded", GUARDED.values(), ids=GUARDED)
def test_what_does_harm_when_others_call_it_is_never_handed_on(guarded: bytes) -> None:
    runs = [(Loading.RUNS_CODE, "call-by-argument")]
    assert found(call(name("their", "f"), guarded)) == found(call(LINEAR, b"N", guarded)) == runs
    assert found(call(GETATTR, guarded, text("a")))[0] == (Loading.RUNS_CODE, "getattr-misuse")
    assert found(call(PARTIAL, guarded))[0] == (Loading.RUNS_CODE, "partial-misuse")


@pytest.mark.parametrize(
    ("raw", "handed"),
    [
        (call(name("spacy.tokens.doc", "unpickle_doc"), b"C\x01a", b"C\x01b", b"C\x01c"), [b"b"]),
        (
            call(name("spacy.vocab", "unpickle_vocab"), *[b"C\x01" + bytes([one]) for one in b"abcdefg"]),
            [b"e"],
        ),
        (call(LOADS, b"C\x01a"), [b"a"]),
    ],
)
def test_which_argument_is_unpickled(raw: bytes, handed: list[bytes]) -> None:
    machine = PickleMachine(BytesSource(b"\x80\x04" + raw + b"."))
    assert machine.run().problems == []
    assert [value for _, value in machine.byte_strings] == handed


@pytest.mark.parametrize(
    ("kept", "loading"),
    [
        (name("sympy.core.add", "Add"), Loading.UNKNOWN_IMPORT),
        (name("sympy.core.symbol", "Wild"), Loading.UNKNOWN_IMPORT),
        (name("spacy.tokens.doc", "unpickle_doc"), Loading.RUNS_CODE),
        (name("spacy.vocab", "unpickle_vocab"), Loading.RUNS_CODE),
    ],
)
def test_what_evaluates_or_unpickles_is_not_kept_in_a_list(kept: bytes, loading: Loading) -> None:
    assert found(b"]" + kept + b"a") == [(loading, "kept-for-a-call")]


LONG = text("l" * 5000)


@pytest.mark.parametrize(
    ("holder", "attribute", "fine"),
    [
        # constants and containers
        *((holder, "lower", True) for holder in (text("a"), LONG, b"C\x01a", b"K\x01", b"G" + b"\0" * 8)),
        *((holder, "lower", True) for holder in (b"}", b"]", b")", b"\x8f")),
        *((holder, "lower", False) for holder in (b"N", b"\x88", b"\x97")),
        # classes
        *((FRACTION, attribute, True) for attribute in ("numerator", "_x", "from_float", "__new__")),
        *((FRACTION, attribute, False) for attribute in ("__x", "__init__", "__globals__", "a b", "a.b", "")),
        *((LINEAR, attribute, True) for attribute in ("fit", "_x", "__new__")),
        *((LINEAR, attribute, False) for attribute in ("load", "from_x", "query", "__x")),
        (ZONE, "_unpickle", True),
        # members of an enumeration
        *((STRATEGY, attribute, True) for attribute in ("END", "load")),
        *((STRATEGY, attribute, False) for attribute in ("_END", "__new__", "__x")),
        (call(STRATEGY, text("end")), "load", False),
        # functions, and what is dangerous
        *((FUNCTION, attribute, False) for attribute in ("a", "__new__")),
        (name("os", "system"), "a", False),
        (call(name("os", "system")), "a", False),
        (call(LOADS, b"C\x01a"), "a", False),
        # what is on no list is told as such
        *((THING, attribute, True) for attribute in ("a", "load", "_x", "__new__")),
        *((THING, attribute, False) for attribute in ("__globals__", "system", "a b", "os")),
        *((THEIRS, attribute, True) for attribute in ("a", "__x")),
        # instances
        *((call(FRACTION), attribute, True) for attribute in ("numerator", "_x", "from_float", "x")),
        *((call(FRACTION), attribute, False) for attribute in ("__x", "__new__", "__")),
        *((LINEAR + b")\x81", attribute, False) for attribute in ("load", "__x")),
        *((call(name("pathlib", "PurePosixPath")), attribute, False) for attribute in ("touch", "name")),
        (call(name("numpy", "ndarray")), "tofile", False),
        (call(name("numpy", "ndarray")), "mean", True),
    ],
)
def test_which_attribute_may_be_looked_up(holder: bytes, attribute: str, fine: bool) -> None:
    made = found(holder)
    expected = [] if fine else [(Loading.RUNS_CODE, "getattr-misuse")]
    assert found(call(GETATTR, holder, text(attribute))) == made + expected


@pytest.mark.parametrize(
    "args", [(), (ZONE,), (ZONE, text("_unpickle"), b"N"), (ZONE, b"N"), (text("a"), b"K\x01")]
)
def test_an_attribute_has_a_holder_and_a_name(args: tuple[bytes, ...]) -> None:
    assert codes(call(GETATTR, *args)) == ["getattr-misuse"]
    assert codes(call(GETATTR, *args) + b")R") == ["getattr-misuse", "call-of-a-value"]


def test_an_attribute_of_an_attribute_of_an_unknown_import_is_its_own_doing() -> None:
    holder = THING
    for depth in range(1, 10):
        holder = call(GETATTR, holder, text("a"))
        assert codes(holder + b")R") == ([] if depth < 9 else ["call-of-a-value"])
    assert codes(call(GETATTR, FRACTION, text("a")) + b")R") == ["call-of-a-value"]


def kept(*state: bytes) -> bytes:
    """``partial`` with this state, called."""
    return call(PARTIAL, builtin("list")) + b"(" + b"".join(state) + b"tb)R"


MISUSE = ["getattr-misuse", "call-of-a-value"]
NEW = call(GETATTR, FRACTION, text("__new__"))


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (kept(NEW, FRACTION + b"\x85", b"}", b"N"), []),
        (kept(NEW, FRACTION + b"\x85"), []),
        (kept(NEW), ["call-of-a-value"]),
        (kept(NEW, b"N"), ["call-of-a-value"]),
        (kept(NEW, b"]" + FRACTION + b"a"), ["call-of-a-value"]),
        (kept(NEW, b")"), ["call-of-a-value"]),
        (kept(NEW, text("a") + b"\x85"), ["call-of-a-value"]),
        (kept(FRACTION, FRACTION + b"\x85"), ["call-of-a-value"]),
        (kept(call(PARTIAL, FRACTION, text("__new__")), FRACTION + b"\x85"), ["call-of-a-value"]),
        (kept(call(GETATTR, FRACTION, text("numerator")), FRACTION + b"\x85"), ["call-of-a-value"]),
        (kept(call(GETATTR, FRACTION, text("__new__"), b"N"), FRACTION + b"\x85"), MISUSE),
        (kept(call(GETATTR, call(FRACTION), text("__new__")), FRACTION + b"\x85"), MISUSE),
        (kept(GETATTR + b"NR", FRACTION + b"\x85"), ["bad-arguments", *MISUSE]),
        (call(PARTIAL, builtin("list")) + b")R", ["call-of-a-value"]),
        (call(name("collections", "defaultdict")) + b"(" + NEW + FRACTION + b"\x85tb)R", ["call-of-a-value"]),
    ],
)  # fmt: skip
def test_what_is_made_with_keywords_is_made_by_its_own_class(raw: bytes, expected: list[str]) -> None:
    assert codes(raw) == expected


@pytest.mark.parametrize(
    ("function", "fine"),
    [
        *((one, True) for one in (builtin("int"), FRACTION, STRATEGY, THING, THEIRS, builtin("len"), NEW)),
        (call(PARTIAL, builtin("int")), True),
        (call(name("their", "f"), b"K\x01"), True),
        (name("os", "system"), True),  # the import itself is told
        *((one, False) for one in (FUNCTION, TERM, name("sympy.core.symbol", "Wild"))),
        (name("pandas.core.indexes.base", "_new_Index"), False),
        *((one, False) for one in (b"N", text("a"), call(FRACTION), b"]")),
    ],
)  # fmt: skip
def test_which_functions_may_be_kept_with_arguments(function: bytes, fine: bool) -> None:
    assert codes(call(PARTIAL, function)) == ([] if fine else ["partial-misuse"])


ALIAS = call(name("types", "GenericAlias"), builtin("list"), builtin("int"))


@pytest.mark.parametrize(
    ("args", "fine"),
    [
        ((OR, builtin("int") + builtin("str") + b"\x86"), True),
        ((OR, builtin("int") + b"N\x86"), True),
        ((OR, ALIAS + call(builtin("type"), b"N") + b"\x86"), True),
        ((OR, THING + b"\x85"), True),
        ((name("operator", "or_"), builtin("int") + b"\x85"), True),
        ((OR, b"]" + builtin("int") + b"a"), False),
        ((OR, b"]"), False),
        ((OR, builtin("int") + THEIRS + b"\x86"), False),
        ((OR, text("a") + b"\x85"), False),
        ((OR, FUNCTION + b"\x85"), False),
        ((OR, builtin("int") + b"\x85", b"N"), False),
        ((OR,), False),
        ((), False),
        ((name("_operator", "add"), builtin("int") + b"\x85"), False),
        ((text("or_"), builtin("int") + b"\x85"), False),
    ],
)
def test_a_reduction_is_a_union_of_types(args: tuple[bytes, ...], fine: bool) -> None:
    misuse = [(Loading.RUNS_CODE, "call-by-argument")]
    assert found(call(name("functools", "reduce"), *args)) == ([] if fine else misuse)
