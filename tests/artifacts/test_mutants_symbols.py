"""What stands on the symbolic stack: what is kept of it, what it weighs, and how a reviewer is shown it."""

from __future__ import annotations

import pytest

from inspector.artifacts.pickles.listed import entry_for
from inspector.artifacts.pickles.symbols import (
    MAX_WEIGHT,
    BytesAt,
    Import,
    LongText,
    Made,
    Mapped,
    Opaque,
    Series,
    Stored,
    TooHeavy,
    Tup,
    shown,
)

NAME = Import("os", "system", entry_for("os", "system"), 0)
MADE = Made(NAME)


def series(*items: object) -> Series:
    made = Series()
    made.extend(list(items))
    return made


def mapped(*items: object) -> Mapped:
    made = Mapped()
    made.extend(list(items))
    return made


def nested(depth: int) -> object:
    made: object = 1
    for _ in range(depth):
        made = Tup([made])
    return made


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("a'b", '"a\'b"'),
        (b"a\x00", "b'a\\x00'"),
        (12, "12"),
        (2**599 - 1, str(2**599 - 1)),
        (2**599, "a very long number"),
        (None, "None"),
        (True, "True"),
        (0.5, "0.5"),
        (NAME, "os.system"),
        (MADE, "the result of os.system"),
        (LongText("l" * 100), "'" + "l" * 60 + "'…"),
        (Opaque("a value"), "a value"),
        (BytesAt(3, 700), "700 bytes"),
        (Stored("0"), "…"),
        (Tup([]), "()"),
        (Tup([1, "a"]), "(1, 'a')"),
        (Tup(list(range(8))), "(0, 1, 2, 3, 4, 5, 6, 7)"),
        (Tup(list(range(9))), "(0, 1, 2, 3, 4, 5, 6, 7, …)"),
        (series(1, 2), "[1, 2]"),
        (nested(4), "((((1))))"),
        (nested(5), "(((((…)))))"),
        (series(series(series(series(series(1))))), "[[[[[…]]]]]"),
        (mapped("a", 1, "b", Tup([])), "{'a': 1, 'b': ()}"),
        (mapped(*"a0b1c2d3e4f5g6"), "{'a': '0', 'b': '1', 'c': '2', 'd': '3', 'e': '4', 'f': '5'}"),
        (mapped("a", "v" * 100), "{'a': '" + "v" * 58 + "…}"),
        (Tup([Tup([Tup([mapped("a", 1)])])]), "((({'a': 1})))"),
        (Tup([Tup([Tup([Tup([mapped("a", 1)])])])]), "(((({…}))))"),
    ],
)  # fmt: skip
def test_what_a_reviewer_is_shown(value: object, said: str) -> None:
    assert shown(value) == said


def test_what_is_shown_is_short() -> None:
    assert shown("a" * 500, 20) == "'" + "a" * 18 + "…"
    assert len(shown("a" * 500)) == len(shown(b"a" * 500)) == 200


def test_what_a_container_weighs() -> None:
    assert Tup([]).weight == series().weight == mapped().weight == 1
    assert Tup([1, 2]).weight == series(1, 2).weight == mapped("a", 1).weight == 3
    inner = Tup([1])
    assert inner.weight == 2
    assert Tup([inner, inner]).weight == series(inner, inner).weight == mapped(inner, inner).weight == 7
    assert Tup([series(1), mapped(1, 2)]).weight == 1 + 2 + 2 + 3
    assert series(series(1), mapped(1, 2)).weight == 1 + 2 + 2 + 3
    assert Import("a", "b", NAME.entry, 0).weight == Opaque("a").weight == 1


def test_values_that_unfold_beyond_any_bound_are_too_heavy() -> None:
    heavy = Tup([1])
    heavy.weight = MAX_WEIGHT - 2
    assert Tup([heavy]).weight == MAX_WEIGHT
    assert series(heavy, 0).weight == mapped(heavy, 0).weight == 1 + MAX_WEIGHT
    with pytest.raises(TooHeavy):
        Tup([heavy, 0])
    for make in (series, mapped):
        with pytest.raises(TooHeavy):
            make(heavy, 0, 0)


def test_the_first_items_of_a_list_are_kept() -> None:
    made = series(*range(31))
    made.extend([31, 32, 33])
    assert made.items == list(range(32))
    made.extend([34])
    assert (made.items, made.weight) == (list(range(32)), 36)
    assert series(*range(40)).items == list(range(32))


def test_the_keys_of_a_dict_are_kept_where_they_are_texts() -> None:
    made = mapped("a", 1, 2, 3)
    assert (made.items, made.is_whole, made.has_computed_keys) == ({"a": 1}, False, False)
    made = mapped("a", 1, MADE, 3)
    assert (made.items, made.is_whole, made.has_computed_keys) == ({"a": 1}, False, True)
    made = mapped("a", MADE)
    assert (made.items, made.is_whole, made.has_computed_keys) == ({"a": MADE}, True, False)


def test_a_dict_that_is_not_kept_whole_says_so() -> None:
    many: list[object] = [one for place in range(5000) for one in (f"k{place}", place)]
    at_once, bit_by_bit = mapped(*many), Mapped()
    for place in range(0, len(many), 2):
        bit_by_bit.extend(many[place : place + 2])
    for made in (at_once, bit_by_bit):
        assert (made.is_whole, made.has_computed_keys, made.weight) == (False, False, 10_001)
        assert made.items == {f"k{place}": place for place in range(len(made.items))}
        assert 64 <= len(made.items) < 5000
        made.extend([MADE, 1])
        assert made.has_computed_keys
        made.extend(["a", 1])
        assert made.has_computed_keys
    assert mapped(*many, "x", MADE).has_computed_keys is False
    assert mapped(*many, MADE, 0).has_computed_keys is True
    assert mapped(*many[:128]).is_whole is True
    assert mapped(*many[:128]).items == {f"k{place}": place for place in range(64)}


def field(size: int = 2, first: object = MADE) -> Tup:
    return Tup([first, *range(size - 1)])


def fields(count: int, start: int = 0, size: int = 2) -> list[object]:
    return [part for place in range(start, start + count) for part in (f"f{place}", field(size))]


def kept(made: Mapped) -> tuple[int, bool, bool]:
    return len(made.items), made.is_whole, made.has_computed_keys


@pytest.mark.parametrize("size", [2, 3])
def test_every_field_of_a_dtype_is_kept(size: int) -> None:
    assert kept(mapped(*fields(1, 0, size))) == (1, True, False)
    assert kept(mapped(*fields(4096, 0, size))) == (4096, True, False)
    assert kept(mapped(*fields(4097, 0, size))) == (64, False, False)
    one_by_one = Mapped()
    for place in range(100):
        one_by_one.extend(fields(1, place, size))
    assert kept(one_by_one) == (100, True, False)


def test_more_fields_than_are_kept_are_not_the_whole() -> None:
    made = mapped(*fields(4095))
    made.extend(fields(1, 4095))
    assert kept(made) == (4096, True, False)
    made.extend(fields(1, 4096))
    assert kept(made) == (4096, False, False)


def test_what_is_no_field_is_kept_to_a_smaller_bound() -> None:
    for value in (field(1), field(4), field(2, "f8"), 5, Series()):
        assert kept(mapped(*[part for place in range(100) for part in (f"f{place}", value)])) == (
            64,
            False,
            False,
        )


def test_keys_that_are_no_text_or_are_computed_are_told() -> None:
    assert kept(mapped("a", field(), 5, field())) == (1, False, False)
    assert kept(mapped("a", field(), MADE, field())) == (1, False, True)
    assert kept(mapped("a", field(), MADE, field(), 5, field())) == (1, False, True)
    assert kept(mapped("a", 1, 5, 2)) == (1, False, False)
    assert kept(mapped("a", 1, MADE, 2, 5, 3)) == (1, False, True)
    many = [part for place in range(65) for part in (place, 1)]
    assert kept(mapped(*many)) == (0, False, False)
    assert kept(mapped(*many, MADE, 1)) == (0, False, True)
    assert kept(mapped(*many, MADE, 1, "a", 1)) == (0, False, True)


def texts(count: int, start: int = 0) -> list[object]:
    return [part for place in range(start, start + count) for part in (f"k{place}", place)]


def test_so_many_values_of_a_dict_are_kept() -> None:
    for count, expected in ((64, (64, True)), (65, (64, False)), (100, (64, False))):
        assert kept(mapped(*texts(count)))[:2] == expected
    made = mapped(*texts(63))
    made.extend(texts(1, 63))
    assert kept(made) == (64, True, False)
    made.extend(texts(1, 64))
    assert kept(made) == (64, False, False)
    made.extend(texts(65, 65))
    assert kept(made) == (64, False, False)
    made = mapped(*texts(63))
    made.extend(texts(65, 63))
    assert kept(made) == (127, False, False)
    assert (made.items["k0"], made.items["k126"]) == (0, 126)


def test_a_key_without_a_value_is_left_aside() -> None:
    for items, expected in (
        (["a"], (0, True)),
        ([*texts(1), "a"], (1, True)),
        ([*fields(2), "a"], (2, True)),
        ([*texts(64), "a"], (64, False)),
        ([*texts(65), "a"], (64, False)),
    ):
        assert kept(mapped(*items))[:2] == expected


def test_values_keep_what_they_are_made_of() -> None:
    fresh = Import("os", "system", NAME.entry, 0)
    assert (fresh.call_count, fresh.calls, fresh.weight) == (0, [], 1)
    assert Opaque("a value").what == "a value"
    place = BytesAt(5, 7)
    assert (place.start, place.length, place.what) == (5, 7, "7 bytes")
    text = LongText("head", 5, 7, "latin-1")
    assert (text.head, text.start, text.length, text.encoding) == ("head", 5, 7, "latin-1")
    assert Stored("key").key == "key"
