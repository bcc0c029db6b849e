"""The state of a numpy dtype value by value: sizes, places, flags, and what looking at it costs."""

from __future__ import annotations

import pytest

from inspector.artifacts.limits import CURRENT, EFFECT_WORK, Budget
from inspector.artifacts.pickles.listed import entry_for
from inspector.artifacts.pickles.rules_dtype import dtype_state, item_size
from inspector.artifacts.pickles.rules_numpy import (
    array_state,
    has_objects,
    held_dtypes,
    names_objects,
    numpy_generator,
    numpy_scalar,
    values_inside,
)
from inspector.artifacts.pickles.symbols import Import, Made, Mapped, Series, Tup

LARGEST = (1 << 62) - 1


def imported(module: str, name: str) -> Import:
    return Import(module, name, entry_for(module, name), 0)


def mapped(fields: dict[str, object]) -> Mapped:
    made = Mapped()
    made.extend([part for pair in fields.items() for part in pair])
    return made


def series(*items: object) -> Series:
    made = Series()
    made.extend(list(items))
    return made


def state(
    size: object = -1,
    alignment: object = 1,
    flags: object = 0,
    *,
    subarray: object = None,
    names: object = None,
    fields: object = None,
    more: tuple[object, ...] = (),
) -> Tup:
    return Tup([3, "|", subarray, names, fields, size, alignment, flags, *more])


def dtype(*args: object, held: object = None, of: tuple[str, str] = ("numpy", "dtype")) -> Made:
    made = Made(imported(*of), Tup(list(args)))
    made.state = held
    return made


def record(size: object, *fields: tuple[object, ...], flags: object = 0) -> tuple[Made, Tup]:
    names = [f"f{place}" for place in range(len(fields))]
    held = mapped({name: Tup(list(field)) for name, field in zip(names, fields, strict=True)})
    return dtype(f"V{size}"), state(size, flags=flags, names=Tup(list(names)), fields=held)


def made_of(size: object, *fields: tuple[object, ...]) -> Made:
    target, held = record(size, *fields)
    target.state = held
    return target


def said(target: Made, held: object) -> str | None:
    found = dtype_state(target, held)
    return None if found is None else found[1]


def long() -> Made:
    return dtype("i8")


def objects() -> Made:
    return dtype("O8")


def empty() -> Made:
    return dtype("S0")


def shaped(base: object, *sizes: object) -> Tup:
    return Tup([base, Tup(list(sizes))])


FAULT = "dtype-layout"
STATES: dict[str, tuple[Made, object, str | None]] = {
    "a state before 1.0": (long(), Tup([1, "<", None, None, None, -1, -1]), None),
    "numpy's own": (long(), state(), None),
    "with metadata": (long(), state(more=(None,)), None),
    "six parts": (long(), Tup([1, "<", None, None, None, -1]), FAULT),
    "ten parts": (long(), state(more=(None, None)), FAULT),
    "objects in a state before 1.0": (objects(), Tup([1, "|", None, None, None, -1, -1]), "object-field"),
    "objects in a state before 1.0, at the flags' place": (
        objects(), Tup([1, "|", None, None, None, -1, 3]), "object-field"
    ),
    "a second state": (dtype("i8", held=state()), state(), "dtype-changed"),
    "a size as large as can be": (dtype("V"), state(LARGEST), None),
    "a larger size": (dtype("V"), state(LARGEST + 1), FAULT),
    "a size of nothing": (dtype("V"), state(0), None),
    "a size that is no number": (dtype("V"), state(None), FAULT),
    "a size that is true": (dtype("V"), state(True), FAULT),
    "a negative size": (dtype("V"), state(-1), FAULT),
    "an alignment that is no number": (dtype("V8"), state(8, None), FAULT),
    "an alignment of nothing": (dtype("V8"), state(8, 0), None),
    "a negative alignment": (dtype("V8"), state(8, -1), FAULT),
    "a text of no length, and one": (dtype("U"), state(40), None),
    "a text of one length, and another": (dtype("U2"), state(40), FAULT),
    "a class of records": (dtype(imported("numpy", "void")), state(-1), FAULT),
    "a class of numbers": (dtype(imported("numpy", "float64")), state(-1), None),
    "no argument": (dtype(), state(-1), None),
    "a number without fields, with a name": (long(), state(names=Tup([])), FAULT),
    "fields without names": (dtype("V8"), state(8, fields=mapped({"a": Tup([long(), 0])})), FAULT),
    "fields in an item of no known size": (
        dtype("their"), state(8, names=Tup(["a"]), fields=mapped({"a": Tup([long(), 0])})), FAULT
    ),
    "a subarray of sixty-four sides": (
        dtype("V8"), state(8, subarray=shaped(long(), *[1] * 64)), None
    ),
    "a subarray of sixty-five sides": (
        dtype("V8"), state(8, subarray=shaped(long(), *[1] * 65)), FAULT
    ),
    "a subarray of no items": (dtype("V0"), state(0, subarray=shaped(long(), 0)), None),
    "a subarray of many empty items": (dtype("V0"), state(0, subarray=shaped(empty(), LARGEST)), None),
    "a subarray of more": (dtype("V0"), state(0, subarray=shaped(empty(), LARGEST + 1)), FAULT),
    "a subarray of fewer than none": (dtype("V0"), state(0, subarray=shaped(empty(), -1)), FAULT),
    "a subarray with a side that is none": (dtype("V8"), state(8, subarray=shaped(long(), 1, None)), FAULT),
    "a subarray that is a dtype": (dtype("V8"), state(8, subarray=long()), FAULT),
    "a subarray of three": (dtype("V8"), state(8, subarray=Tup([long(), Tup([1]), 1])), FAULT),
    "a subarray of a class of dtypes": (
        dtype("V8"), state(8, subarray=shaped(dtype(of=("numpy.dtypes", "Float32DType")), 2)), None
    ),
    "a field that is no tuple": (
        dtype("V8"), state(8, names=Tup(["a"]), fields=mapped({"a": long()})), FAULT
    ),
    "a field of one": (*record(8, (long(),)), FAULT),
    "a field of four": (*record(8, (long(), 0, "t", "t")), FAULT),
    "a field of three": (*record(8, (long(), 0, "t")), None),
    "a field that ends with its item": (*record(16, (long(), 8)), None),
    "a field that ends behind it": (*record(16, (long(), 9)), FAULT),
    "a field at no number": (*record(16, (long(), "8")), FAULT),
    "a field at true": (*record(16, (long(), True)), FAULT),
    "a field of an empty text": (*record(8, (empty(), 8)), None),
    "an empty text over an object": (*record(8, (objects(), 0), (empty(), 4), flags=3), None),
    "objects beside numbers, in any order": (*record(16, (objects(), 8), (long(), 0), flags=3), None),
    "two objects at one place": (*record(8, (objects(), 0), (objects(), 0), flags=3), FAULT),
    "three objects in a row": (*record(24, (objects(), 16), (objects(), 8), (objects(), 0), flags=3), None),
    "a number in an object": (*record(24, (objects(), 16), (objects(), 0), (long(), 9), flags=3), FAULT),
    "a number behind a wide one and an object": (
        *record(40, (dtype("V32"), 8), (objects(), 0), (long(), 32), flags=3), None
    ),
    "objects in an item with fields": (
        objects(), state(flags=63, names=Tup(["a"]), fields=mapped({"a": Tup([long(), 0])})), FAULT
    ),
    "objects in an item with no fields": (
        objects(), state(flags=63, names=Tup([]), fields=mapped({})), None
    ),
    "flags that claim one bit": (long(), state(flags=1), FAULT),
    "flags that claim the other": (long(), state(flags=2), FAULT),
    "flags of other bits": (long(), state(flags=0x7C), None),
}  # fmt: skip


@pytest.mark.parametrize("case", STATES)
def test_what_a_state_may_say(case: str) -> None:
    target, held, expected = STATES[case]
    assert said(target, held) == expected
    target.state, target.is_used = None, True
    assert said(target, held) == "dtype-changed"


def test_a_name_that_is_no_text_names_no_field() -> None:
    for name in (1, Tup([])):
        held = state(8, names=Tup([name]), fields=mapped({"a": Tup([long(), 0])}))
        assert said(dtype("V8"), held) == FAULT


def test_what_lies_in_a_dtype_is_in_use() -> None:
    inner, beside = long(), Made(imported("their", "thing"))
    target, held = record(8, (inner, 0, beside))
    assert said(target, held) is None
    assert inner.is_used and not beside.is_used
    assert said(inner, state()) == "dtype-changed"


def test_the_last_of_many_fields_is_in_use_too() -> None:
    inner = [long() for _ in range(4000)]
    target, held = record(32_000, *((one, 8 * place) for place, one in enumerate(inner)))
    assert said(target, held) is None
    assert all(one.is_used for one in inner)


SIZES: dict[str, tuple[object, int | None]] = {
    "a number": (long(), 8),
    "a number with a state that says otherwise": (dtype("i8", held=state(3)), 8),
    "a class of numbers": (dtype(imported("numpy", "float32")), 4),
    "a class of records": (dtype(imported("numpy", "record")), None),
    "a class of records of a size": (dtype(imported("numpy", "record"), held=state(24)), 24),
    "a text": (dtype("U3"), 12),
    "a text of no length": (dtype("U"), 0),
    "a text of the state's length": (dtype("U", held=state(40)), 40),
    "with metadata": (dtype("U", held=state(40, more=(None,))), 40),
    "a state before 1.0": (dtype("U", held=Tup([1, "<", None, None, None, 40, 4])), 40),
    "a short state": (dtype("U", held=Tup([1, "<", None, None, None, 40])), 0),
    "a long state": (dtype("U", held=state(40, more=(1, 2))), 0),
    "a state that is no tuple": (dtype("U", held=mapped({})), 0),
    "nothing": (dtype("V", held=state(0)), 0),
    "a negative size": (dtype("V", held=state(-1)), None),
    "a size that is no number": (dtype("V", held=state("8")), None),
    "a class of dtypes": (dtype(of=("numpy.dtypes", "Int16DType")), 2),
    "no argument": (dtype(), None),
    "no arguments that are kept": (Made(imported("numpy", "dtype")), None),
    "a number for a type": (dtype(8), None),
    "another call": (Made(imported("their", "dtype"), Tup(["i8"])), None),
    "a text that is not called": ("i8", None),
    "an import": (imported("numpy", "float64"), None),
}


@pytest.mark.parametrize("case", SIZES)
def test_the_size_of_an_item(case: str) -> None:
    made, expected = SIZES[case]
    assert item_size(made) == expected


def work(target: Made, held: object) -> int:
    budget = Budget()
    before = budget.work
    token = CURRENT.set(budget)
    try:
        dtype_state(target, held)
    finally:
        CURRENT.reset(token)
    return before - budget.work


def test_fields_are_paid_for_one_by_one() -> None:
    shared = long()
    costs = [work(*record(800, *[(shared, 0)] * count)) for count in (1, 101, 201)]
    assert costs[1] - costs[0] >= 100 * 2 * 2_000
    assert costs[2] - costs[1] >= 100 * 2 * 2_000
    assert max(costs) < 201 * 2 * 4_000


def test_values_beside_the_fields_are_paid_for() -> None:
    many = Tup([Tup([0] * 60) for _ in range(20)])
    spent = work(long(), state(more=(many,))) - work(long(), state(more=(None,)))
    assert 100 * EFFECT_WORK < spent < 400 * EFFECT_WORK


# --- rules_numpy: what a dtype holds ------------------------------------------------------------------------


def test_the_dtypes_in_a_dtype_are_counted_once_and_to_a_bound() -> None:
    shared = long()
    assert not has_objects(made_of(8, *[(shared, 0)] * 3000))
    assert not has_objects(made_of(8, *[(long(), 0) for _ in range(3000)]))
    wide = [made_of(8, *[(long(), 0) for _ in range(4000)]) for _ in range(5)]
    assert not has_objects(made_of(8, *[(one, 0) for one in wide[:4]]))
    assert has_objects(made_of(8, *[(one, 0) for one in wide]))  # more than are looked at


def test_looking_at_a_dtype_is_paid_for() -> None:
    spent = []
    for count in (1, 101):
        budget = Budget()
        token = CURRENT.set(budget)
        before = budget.work
        assert not has_objects(made_of(8, *[(long(), 0) for _ in range(count)]))
        spent.append(before - budget.work)
        CURRENT.reset(token)
    assert spent == [EFFECT_WORK // 2, 101 * (EFFECT_WORK // 2)]


def test_what_a_state_names_as_types() -> None:
    one, two = long(), long()
    held = state(8, subarray=shaped(one, 1), fields=mapped({"a": Tup([two, 0]), "b": 5, "c": Tup([])}))
    assert held_dtypes(held) == [one, two, None, None]
    assert held_dtypes(Tup(held.items[:5])) == [one, two, None, None]
    assert held_dtypes(Tup(held.items[:4])) == []
    assert held_dtypes(None) == held_dtypes(state()) == []
    assert held_dtypes(state(subarray=5)) == [None]
    assert has_objects(dtype("V8", held=state(8, subarray=5)))
    assert has_objects(dtype("V8", held=state(8, subarray=shaped(objects(), 1))))


def test_pairs_within_pairs_are_followed_to_a_bound() -> None:
    def within(depth: int, spec: object = "f8") -> object:
        for _ in range(depth):
            spec = Tup([spec, "f8"])
        return spec

    assert names_objects(within(8, "O"))
    assert not names_objects(within(8, series()))
    assert names_objects(within(9, series()))


def test_a_list_of_columns_is_looked_at_as_a_whole() -> None:
    assert not names_objects(series(*[Tup(["a", "f8"])] * 32))
    assert not names_objects(series())
    for sizes, expected in ((2, False), (3, True)):  # what is heavier than columns are may hide some
        assert names_objects(series(Tup(["a", "f8", Tup([1] * sizes)]))) is expected


def test_values_are_looked_at_to_a_bound() -> None:
    assert len(list(values_inside(Tup([0] * 100)))) == 65
    assert len(list(values_inside(Tup([Tup([0] * 64)] * 64)))) == 2000
    assert len(list(values_inside(Tup([Tup([0] * 64)] * 64), 5))) == 5
    assert list(values_inside(mapped({"a": 1})))[1:] == [1]
    assert list(values_inside(7)) == [7]


def filled(*parts: object) -> str | None:
    found = array_state(Tup(list(parts)))
    return None if found is None else found[1]


def test_an_array_takes_as_many_objects_as_its_shape_asks_for() -> None:
    none, two = series(), series(None, None)
    for shape, values, expected in (
        (Tup([2]), two, None),
        (Tup([3]), two, "object-from-bytes"),
        (Tup([]), none, "object-from-bytes"),
        (Tup([0]), none, None),
        (2, two, None),
        (3, two, "object-from-bytes"),
        (Tup(["2"]), two, "object-from-bytes"),
        (Tup([True]), two, "object-from-bytes"),
        (Tup([-1]), two, "object-from-bytes"),
        (None, two, "object-from-bytes"),
        (Tup([1 << 63, 0]), two, None),
        (Tup([(1 << 63) + 1, 0]), two, "object-from-bytes"),
        (Tup([1 << 64, 1 << 64, 0]), two, "object-from-bytes"),
    ):
        assert filled(1, shape, objects(), False, values) == expected
    assert filled(objects(), False, two) == "object-from-bytes"  # no shape stands before it


def test_a_dtype_of_an_array_is_in_use() -> None:
    made = [long() for _ in range(5)]
    assert filled(*made) is None
    assert [one.is_used for one in made] == [True, True, True, True, False]


def test_a_scalar_has_a_dtype() -> None:
    assert numpy_scalar([long()]) is None
    assert numpy_scalar([]) is not None
    assert numpy_scalar([objects()]) is not None
    assert numpy_scalar(["i8"]) is not None


def test_a_dtype_that_holds_itself_is_looked_at_once() -> None:
    around = dtype("V8")
    around.state = state(8, names=Tup(["a"]), fields=mapped({"a": Tup([around, 0])}))
    assert not has_objects(around)


def test_what_cannot_be_told_may_hold_objects() -> None:
    assert has_objects(Made(imported("numpy", "dtype")))
    assert has_objects(Made(imported("their", "dtype"), Tup(["f8"])))
    assert names_objects(series(Tup(["a", "f8"]), "O"))
    assert names_objects(series(Tup(["a", "f8"]), "f8"))


def test_a_dtype_alone_says_what_an_array_is_filled_with() -> None:
    their = Made(imported("their", "thing"), Tup([]))
    assert filled(1, Tup([1]), their, False, b"a") is None
    assert not their.is_used
    assert filled(1, Tup([3]), long(), False, series()) is None


def test_a_generator_calls_no_other_function() -> None:
    maker = imported("numpy.random._pickle", "__bit_generator_ctor")
    harmless: list[list[object]] = [[], ["PCG64"], ["PCG64", maker], ["PCG64", None]]
    for args in harmless:
        assert numpy_generator(args) is None
    for other in (imported("os", "system"), "PCG64", their_bits()):
        assert numpy_generator(["PCG64", other]) is not None
    assert numpy_generator([imported("os", "system")]) is None


def their_bits() -> Made:
    return Made(imported("numpy.random._pickle", "__bit_generator_ctor"), Tup(["PCG64"]))
