"""What a listed constructor may be asked to make, at its bounds."""

from __future__ import annotations

import pytest

from inspector.artifacts.pickles.listed import entry_for
from inspector.artifacts.pickles.rules_costs import MAX_MADE, cost_objection
from inspector.artifacts.pickles.symbols import Import, LongText, Made, Mapped, Series, Tup

LONG_RANGE = 1 << 24


def imported(dotted: str) -> Import:
    module, _, name = dotted.rpartition(".")
    return Import(module, name, entry_for(module, name), 0)


def made(dotted: str, *args: object) -> Made:
    return Made(imported(dotted), Tup(list(args)))


def series(*items: object) -> Series:
    listed = Series()
    listed.extend(list(items))
    return listed


def is_told(dotted: str, *args: object) -> bool:
    found = cost_objection(imported(dotted), list(args))
    assert found is None or found[1] == "over-limit"
    return found is not None


FLOATS = made("numpy.dtype", "f8")
ADDRESSES = ("ipaddress.IPv4Network", "ipaddress.IPv6Network")
RECONSTRUCTS = [
    f"numpy.{core}.{part}._reconstruct" for core in ("core", "_core") for part in ("multiarray", "_internal")
]
ARRAYS = ["numpy.ndarray", "numpy.core.multiarray.ndarray", "numpy._core.multiarray.ndarray"]
NDARRAY = imported("numpy.ndarray")
UNFOLDING = [
    *("builtins.set", "builtins.frozenset", "builtins.list", "builtins.tuple", "builtins.bytearray"),
    *("builtins.bytes", "builtins.dict", "collections.deque", "collections.Counter"),
    *("collections.OrderedDict", "collections.UserDict", "collections.UserList", "collections.defaultdict"),
    *("array.array", "itertools.product"),
]


@pytest.mark.parametrize("dotted", UNFOLDING)
def test_what_is_gone_through_at_once(dotted: str) -> None:
    for costly in (
        made("builtins.range", LONG_RANGE + 1),
        made("builtins.range", 0, LONG_RANGE + 1),
        made("builtins.range", -LONG_RANGE - 1, 0),
        made("builtins.range", 0, 10, None),
        made("builtins.range", "9"),
        made("itertools.count"),
        made("itertools.repeat", 1),
        made("builtins.iter", made("builtins.range", LONG_RANGE + 1)),
        made("builtins.enumerate", made("itertools.count")),
        *(made(network, "::/0") for network in ADDRESSES),
    ):
        assert is_told(dotted, costly)
        assert is_told(dotted, 1, costly)
    for cheap in (made("their.range", LONG_RANGE + 1), made("collections.OrderedDict"), "text", 5):
        assert not is_told(dotted, cheap)
    if dotted not in ("builtins.bytes", "builtins.bytearray"):
        for cheap in (
            made("builtins.range", -LONG_RANGE, LONG_RANGE, LONG_RANGE),
            made("builtins.int", "9"),
            Made(imported("builtins.range")),
            FLOATS,
        ):
            assert not is_told(dotted, cheap)
        assert not is_told(dotted, MAX_MADE + 1)


@pytest.mark.parametrize("dotted", ["builtins.bytes", "builtins.bytearray"])
def test_how_many_bytes_are_asked_for(dotted: str) -> None:
    assert not is_told(dotted, MAX_MADE)
    assert not is_told(dotted, -MAX_MADE)
    assert is_told(dotted, MAX_MADE + 1)
    assert is_told(dotted, -MAX_MADE - 1)
    assert not is_told(dotted, 1, MAX_MADE + 1)
    for number in (
        made("builtins.int", "9"),
        made("builtins.abs", -9),
        made("numpy.int64", 9),
        made("numpy.core.multiarray.scalar", FLOATS, b"a"),
        made("numpy._core.multiarray.scalar", FLOATS, b"a"),
    ):
        assert is_told(dotted, number)
    for content in (
        *(made("_codecs.encode", "a", "latin1"), made("builtins.bytes", b"a"), made("builtins.str", "a")),
        *(made("builtins.bytearray", b"a"), made("collections.UserList", series(1)), b"a", series(1)),
    ):
        assert not is_told(dotted, content)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(("1e5000", False), ("1e5001", True), ("1e-5001", True), ("1E+5001", True), ("1e05000", False)),
        *(("1e5_000", False), ("1e5_001", True), ("1e_", False), ("1", False), ("1/3", False)),
        *(("1e" + "9" * 40, True), ("1e" + "0" * 100 + "5001", True), ("5001", False)),
    ],
)
def test_the_digits_of_a_fraction(text: str, expected: bool) -> None:
    assert is_told("fractions.Fraction", text) is expected
    assert is_told("fractions.Fraction", 1, text) is expected
    assert not is_told("builtins.int", text)


def test_numbers_of_numbers() -> None:
    assert is_told("fractions.Fraction", LongText("1"))
    assert not is_told("builtins.int", LongText("1"))
    for dotted in ("decimal.Decimal", "fractions.Fraction"):
        assert is_told("builtins.int", made(dotted, "1"))
        assert is_told("builtins.int", 1, made(dotted, "1"))
    assert is_told("fractions.Fraction", made("decimal.Decimal", "1"))
    assert not is_told("fractions.Fraction", made("fractions.Fraction", "1"))
    assert not is_told("builtins.int", made("builtins.str", "1"))
    assert not is_told("builtins.float", made("decimal.Decimal", "1"))
    assert not is_told("fractions.Fraction")


EIGHTH = MAX_MADE // 8


@pytest.mark.parametrize("dotted", ARRAYS)
def test_the_memory_of_an_array(dotted: str) -> None:
    for shape in (EIGHTH, Tup([EIGHTH]), series(EIGHTH), Tup([2, EIGHTH // 2]), Tup([-EIGHTH])):
        assert not is_told(dotted, shape)
        assert not is_told(dotted, shape, FLOATS)
        assert not is_told(dotted, shape, made("numpy.dtype", "S8"))
        assert is_told(dotted, shape, made("numpy.dtype", "S9"))
    for shape in (EIGHTH + 1, Tup([EIGHTH + 1]), series(EIGHTH + 1), Tup([3, EIGHTH // 2]), -EIGHTH - 1):
        assert is_told(dotted, shape)
        assert is_told(dotted, shape, FLOATS)
        assert not is_told(dotted, shape, made("numpy.dtype", "S5"))
    assert not is_told(dotted, Tup([1 << 60, 0]))
    assert not is_told(dotted, Tup([0, 1 << 60]), FLOATS)
    assert not is_told(dotted, Tup([None, 1]))
    assert is_told(dotted, Tup([None, EIGHTH + 1]))
    assert not is_told(dotted, MAX_MADE, imported("their.dtype"))  # of an unknown size: one byte
    assert is_told(dotted, MAX_MADE + 1, imported("their.dtype"))
    assert not is_told(dotted, MAX_MADE, made("numpy.dtype", "V"))
    assert not is_told(dotted, None)


@pytest.mark.parametrize("dotted", RECONSTRUCTS)
def test_the_memory_of_an_array_that_is_rebuilt(dotted: str) -> None:
    assert not is_told(dotted, NDARRAY, Tup([EIGHTH]), b"b")
    assert is_told(dotted, NDARRAY, Tup([EIGHTH + 1]), b"b")
    assert is_told(dotted, NDARRAY, Tup([EIGHTH + 1]))
    assert is_told(dotted, NDARRAY, Tup([EIGHTH, 2]))
    assert not is_told(dotted, Tup([EIGHTH + 1]))


@pytest.mark.parametrize("dotted", ["torch.FloatStorage", "torch.cuda.FloatTensor", "torch.Tensor"])
def test_the_memory_of_a_tensor(dotted: str) -> None:
    assert not is_told(dotted, EIGHTH)
    assert not is_told(dotted, 2, EIGHTH // 2)
    assert is_told(dotted, EIGHTH + 1)
    assert is_told(dotted, 2, EIGHTH // 2 + 1)
    assert is_told(dotted, "cpu", EIGHTH + 1)
    assert not is_told(dotted, series(EIGHTH + 1))


@pytest.mark.parametrize(
    "dotted",
    ["their.numpy.ndarray", "numpy.ndarrays", "torch.Storages", "their.torch.Tensor", "torch.a1.Tensor"],
)
def test_what_only_looks_like_one(dotted: str) -> None:
    assert not is_told(dotted, 1 << 60)
    assert not is_told(dotted, Mapped())
