"""What may be given as state, what takes items, and what a library itself writes there."""

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


def mapping(**items: bytes) -> bytes:
    return b"}" + b"".join(text(key) + value + b"s" for key, value in items.items())


def found(raw: bytes) -> list[tuple[Loading, str]]:
    outcome = PickleMachine(BytesSource(b"\x80\x04" + raw + b".")).run()
    assert outcome.ended
    return [(loading, reason.code) for loading, reason in outcome.problems]


def codes(raw: bytes) -> list[str]:
    return [code for _, code in found(raw)]


def builtin(word: str) -> bytes:
    return name("builtins", word)


THEIRS = call(name("their", "f"))
FRACTION = name("fractions", "Fraction")
MODEL = name("sklearn.linear_model._base", "LinearRegression") + b")\x81"
GETATTR = builtin("getattr")
REBUILD = name("copyreg", "_reconstructor")
COMPUTED = call(builtin("str"), text("x"))
KEYED, APPENDED = b"K\x01K\x02s", b"K\x01a"


@pytest.mark.parametrize(
    ("raw", "keyed", "appended"),
    [
        *((call(name("collections", word)), True, False) for word in ("OrderedDict", "Counter", "UserDict")),
        (call(name("collections", "defaultdict")), True, False),
        (call(builtin("dict")), True, False),
        *((call(name("collections", word)), False, True) for word in ("deque", "UserList")),
        *((call(builtin(word)), False, True) for word in ("list", "set", "bytearray")),
        (call(name("array", "array"), text("b")), False, True),
        (call(FRACTION), False, False),
        (MODEL, True, True),  # a class of a library may be anything
        (THEIRS, True, True),
        (call(GETATTR, FRACTION, text("from_float")), True, True),
        # copyreg makes an instance of its first argument, which is one of the second
        (call(REBUILD, FRACTION, builtin("object"), b"N"), False, False),
        (call(REBUILD, FRACTION, builtin("dict")), True, False),
        (call(REBUILD, FRACTION, builtin("dict"), b"N"), True, False),
        (call(REBUILD, FRACTION, builtin("list"), b"N"), False, True),
        (call(REBUILD, FRACTION, text("dict")), False, False),
        (call(REBUILD, FRACTION), False, False),
        (call(REBUILD, name("collections", "OrderedDict"), builtin("object"), b"N"), True, False),
        (b"]", False, True),
        (b"}", True, False),
        (b"K\x01", False, False),
    ],
)
def test_what_takes_items_and_what_takes_keys(raw: bytes, keyed: bool, appended: bool) -> None:
    assert codes(raw + KEYED) == ([] if keyed else ["items-on-value"])
    assert codes(raw + APPENDED) == ([] if appended else ["items-on-value"])


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (REBUILD + b"NR", ["bad-arguments", "not-a-class"]),
        (REBUILD + b")R", ["not-a-class"]),
        (call(REBUILD, b"N"), ["not-a-class"]),
    ],
)
def test_what_copyreg_made_of_nothing_is_given_state_all_the_same(raw: bytes, expected: list[str]) -> None:
    assert codes(raw + b"}b") == expected
    assert codes(raw + KEYED) == [*expected, "items-on-value"]


SHARED = {
    "a type": call(builtin("type"), b"N"),
    "a logger": call(name("logging", "getLogger"), text("a")),
    "what an attribute gives": call(GETATTR, FRACTION, text("numerator")),
    "a form of a type": call(name("operator", "getitem"), name("typing", "Optional"), builtin("int")),
    "a class that is made": call(name("enum", "Enum"), b"K\x01"),
    "a member": call(name("transformers.trainer_utils", "HubStrategy"), text("end")),
    "a pattern": call(name("re", "_compile"), text("a"), b"K\0"),
}


@pytest.mark.parametrize("raw", SHARED.values(), ids=SHARED)
def test_what_the_whole_program_shares_gets_no_attributes(raw: bytes) -> None:
    assert codes(raw) == codes(raw + b"Nb") == []
    assert found(raw + mapping(a=b"N") + b"b") == [(Loading.RUNS_CODE, "state-on-import")]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"(%b%bd", ["state-replaces-method"]),
        (b"(%b%b" + text("a") + b"Nd", ["state-replaces-method"]),
        (b"(" + text("a") + b"N" + text("b") + b"N%b%bd", ["state-replaces-method"]),
        (b"(" + text("a") + b"%b%b" + text("b") + b"d", []),  # as a value, and as the key's neighbour
    ],
)
@pytest.mark.parametrize("hook", ["__setstate__", "__getstate__", "__dict__", "__class__"])
def test_a_hook_is_found_among_the_keys(raw: bytes, expected: list[str], hook: str) -> None:
    assert codes(raw % (text(hook), THEIRS)) == expected


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (b"}" + COMPUTED + b"Ns", ["computed-attribute"]),
        (b"N}" + COMPUTED + b"Ns\x86", ["computed-attribute"]),
        (b"}" + COMPUTED + b"NsN\x86", ["computed-attribute"]),
        (b"NN}" + COMPUTED + b"Ns\x87", []),  # only two parts of a tuple name attributes
        (mapping(a=COMPUTED), []),
        (mapping(a=b"}" + COMPUTED + b"Ns"), []),
        (COMPUTED, []),
        (b"N", []),
    ],
)
def test_where_the_names_of_attributes_stand(state: bytes, expected: list[str]) -> None:
    assert codes(MODEL + state + b"b") == expected


DATA = name("statsmodels.base.data", "PandasData") + b")\x81"
BESIDE = name("joblib.numpy_pickle", "NDArrayWrapper") + b")\x81"


@pytest.mark.parametrize("word", ["", ".", "..", "a/b", "/a", "a\\b", "C:a", "a\0b", "a" * 5000])
def test_an_array_beside_the_file_has_a_plain_name(word: str) -> None:
    assert codes(BESIDE + mapping(filename=text("a.npy")) + b"b") == []
    assert found(BESIDE + mapping(filename=text(word)) + b"b") == [(Loading.UNREADABLE, "file-outside")]


@pytest.mark.parametrize("state", [b"N", b"K\x01", b"}", mapping(filename=b"K\x01"), mapping(filename=b"N")])
def test_an_array_beside_the_file_has_a_name_at_all(state: bytes) -> None:
    assert codes(BESIDE + state + b"b") == ["file-outside"]


NORM = name("scipy.stats._continuous_distns", "alpha_gen") + b")\x81"
PARSER = "".join(
    f"def _parse_args{kind}(self, a, loc=0, scale=1):\n    return (a,), loc, scale\n"
    for kind in ("", "_rvs", "_stats")
)
STATE, CODE = (Loading.UNREADABLE, "distribution-state"), (Loading.RUNS_CODE, "distribution-code")


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (mapping(a=b"N"), []),
        (mapping(_parse_arg_template=text("")), []),
        (mapping(_parse_arg_template=text(PARSER)), []),
        (mapping(_parse_arg_template=text(PARSER + " " * (4095 - len(PARSER)))), []),
        (mapping(_parse_arg_template=text(PARSER + " " * (4096 - len(PARSER)))), [CODE]),
        (mapping(_parse_arg_template=text(PARSER + " " * (5000 - len(PARSER)))), [CODE]),
        (mapping(_parse_arg_template=text(PARSER + "print(1)")), [CODE]),
        (mapping(_parse_arg_template=b"K\x01"), [CODE]),
        (mapping(_parse_arg_template=b"N"), [CODE]),
        (mapping(__doc__=b"N"), []),
        (mapping(_attach_methods=b"N"), [CODE]),
        (mapping(__call__=b"N"), [CODE]),
        (b"N", [STATE]),
        (b"]", [STATE]),
        (b"K\x01", [STATE]),
        (b"}K\x01Ns", [STATE]),
    ],
)
def test_a_distribution_executes_its_own_source_alone(
    state: bytes, expected: list[tuple[Loading, str]]
) -> None:
    assert found(NORM + state + b"b") == expected


ARRAY = call(name("numpy.core.multiarray", "_reconstruct"), name("numpy", "ndarray"), b"K\0\x85", b"C\x01b")
MASKED = name("numpy.ma.core", "_mareconstruct") + b")R"


@pytest.mark.parametrize("target", [ARRAY, MASKED, name("numpy", "ndarray") + b")\x81"])
def test_an_array_is_filled_with_a_tuple(target: bytes) -> None:
    assert codes(target + call(builtin("tuple")) + b"b") == ["odd-state"]
    assert "odd-state" not in codes(target + THEIRS + b"b")  # an unknown import is told as such
    assert "odd-state" not in codes(MODEL + call(builtin("tuple")) + b"b")


@pytest.mark.parametrize(
    ("target", "state", "expected"),
    [
        (call(name("functools", "partial"), builtin("list")), b"N", ["partial-misuse"]),
        (call(name("functools", "partial"), builtin("list")), builtin("int") + b"\x85", []),
        (call(name("functools", "partial"), builtin("list")), GETATTR + b"\x85", ["partial-misuse"]),
        (DATA, mapping(formula=text("y ~ x")), []),
        (DATA, mapping(formula=text("f(x)")), ["evaluated-text"]),
        (DATA, b"N", ["odd-state"]),
    ],
)  # fmt: skip
def test_a_state_that_a_rule_looks_at(target: bytes, state: bytes, expected: list[str]) -> None:
    assert codes(target + state + b"b") == expected
