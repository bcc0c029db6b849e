"""A numpy dtype from a stream: fields lie within its item, sizes and flags are those of what it holds."""

from __future__ import annotations

import io
import pickle
from typing import Any

import pytest

from inspector.artifacts import BytesSource, read
from inspector.artifacts.pickles.machine import PickleMachine
from inspector.provenance import Loading

INERT = b"cinert\nprinted\n)R."


class Name:
    """An import of the stream: pickled as a global."""

    def __init__(self, module: str, name: str) -> None:
        self.module, self.name = module, name


class Called:
    """What a call gives, and the state that it is given."""

    def __init__(self, function: Name, *args: object, state: object = None) -> None:
        self.function, self.args, self.state = function, args, state


PICKLER: Any = vars(pickle)["_Pickler"]  # the one in Python, whose steps may be replaced


class Writer(PICKLER):  # type: ignore[misc]
    """Writes names and calls as a hostile stream may hold them."""

    def save(self, value: object, save_persistent_id: bool = True) -> None:
        if isinstance(value, Name):
            self.write(b"c" + value.module.encode() + b"\n" + value.name.encode() + b"\n")
        elif isinstance(value, Called):
            self.save(value.function)
            self.save(value.args)
            self.write(b"R")
            if value.state is not None:
                self.save(value.state)
                self.write(b"b")
        else:
            super().save(value, save_persistent_id)


def stream(value: object) -> bytes:
    raw = io.BytesIO()
    Writer(raw, 4).dump(value)
    return raw.getvalue()


def codes(raw: bytes) -> list[str]:
    outcome = PickleMachine(BytesSource(raw)).run()
    assert outcome.ended
    return [reason.code for _, reason in outcome.problems]


DTYPE, RECORD = Name("numpy", "dtype"), Name("numpy", "record")


def plain(spec: object, state: object = None) -> Called:
    return Called(DTYPE, spec, False, True, state=state)


def fielded(
    size: object,
    fields: dict[object, object] | None,
    *,
    names: object = "all",
    spec: object = None,
    subarray: object = None,
    alignment: object = 1,
    more: tuple[object, ...] = (0,),
) -> Called:
    if names == "all":
        names = None if fields is None else tuple(fields)
    state = (3, "|", subarray, names, fields, size, alignment, *more)
    return plain(f"V{size}" if spec is None else spec, state)


INT, BIG, OBJECT, TEXT = plain("i8"), plain("S4096"), plain("O8"), plain("U3")
INNER = fielded(16, {"a": (INT, 0), "b": (INT, 8)})
HUNDRED: dict[object, object] = {f"c{place}": (plain("i8"), 8 * place) for place in range(100)}

HONEST = {
    "packed": fielded(16, {"a": (INT, 0), "b": (INT, 8)}),
    "aligned": fielded(16, {"a": (plain("i1"), 0), "b": (INT, 8)}, alignment=8, more=(144,)),
    "a union": fielded(8, {"a": (INT, 0), "b": (plain("f8"), 0)}),
    "padding behind": fielded(64, {"a": (INT, 4)}),
    "titles": fielded(8, {"a": (INT, 0, "t"), "t": (INT, 0, "t")}, names=("a",)),
    "nested": fielded(32, {"a": (INNER, 0), "b": (INNER, 16)}),
    "texts": fielded(20, {"a": (TEXT, 0), "b": (plain("S8"), 12)}),
    "times": fielded(16, {"a": (plain("M8[ns]"), 0), "b": (plain("m8"), 8)}),
    "long doubles": fielded(48, {"a": (plain("f16"), 0), "b": (plain("c32"), 16)}),
    "a subarray": fielded(24, None, subarray=(plain("f4"), (2, 3))),
    "a subarray by a number": fielded(12, None, subarray=(plain("f4"), 3)),
    "a record": fielded(8, {"a": (INT, 0)}, spec=RECORD, more=(16,)),
    "an empty record": fielded(0, {}, more=(16,)),
    "a number with fields": plain(
        "i4", (3, "<", None, ("r", "i"), {"r": (plain("i2"), 0), "i": (plain("i2"), 2)}, -1, -1, 0)
    ),
    "objects beside numbers": fielded(16, {"a": (OBJECT, 0), "b": (INT, 8)}, more=(27,)),
    "objects": plain("O8", (3, "|", None, None, None, -1, -1, 63)),
    "metadata": plain("M8", (4, "<", None, None, None, -1, -1, 0, (None, (b"ns", 1, 1, 1)))),
    "a hundred fields": fielded(800, HUNDRED),
    "a text": plain("U5", (3, "<", None, None, None, 20, 4, 8)),
}
HOSTILE = {
    "a field behind": fielded(8, {"a": (INT, 100_000)}),
    "a field that ends behind": fielded(8, {"a": (INT, 1)}),
    "a field before": fielded(8, {"a": (INT, -1)}),
    "a wider field": fielded(1, {"a": (BIG, 0)}),
    "the last of a hundred": fielded(800, {**HUNDRED, "c99": (INT, 793)}),
    "a field under a title": fielded(8, {"a": (INT, 0), "t": (INT, 8)}, names=("a",)),
    "a field under a byte string": fielded(8, {"a": (INT, 0), b"b": (INT, 8)}, names=("a",)),
    "a field in a number": plain("i4", (3, "<", None, ("a",), {"a": (INT, 0)}, 8, 8, 0)),
    "a nested field": fielded(16, {"a": (INNER, 1)}),
    "a field without a type": fielded(8, {"a": ("i8", 0)}),
    "a field without a place": fielded(8, {"a": (INT,)}),
    "a place that is no number": fielded(8, {"a": (INT, None)}),
    "a name without a field": fielded(8, {"a": (INT, 0)}, names=("a", "b")),
    "names that are a list": fielded(8, {"a": (INT, 0)}, names=["a"]),
    "fields that are called": fielded(8, None, names=("a",)),
    "a subarray that is longer": fielded(8, None, subarray=(INT, (1000,))),
    "a subarray that is shorter": fielded(8, None, subarray=(plain("i1"), (7,))),
    "a negative subarray": fielded(8, None, subarray=(INT, (-1, -1))),
    "a subarray of no type": fielded(8, None, subarray=("i8", (1,))),
    "a subarray with fields": fielded(8, {"a": (INT, 0)}, subarray=(INT, (1,))),
    "a negative item": fielded(-8, None, spec="V8"),
    "another size than its name": fielded(1, None, spec="S5"),
    "a negative alignment": fielded(8, None, alignment=-1),
    "a short state": plain("V8", (1, "|", None, None, 80, 1)),
    "numbers that claim to be objects": plain("i8", (3, "<", None, None, None, -1, -1, 63)),
    "bytes that claim to be objects": fielded(8, None, more=(1,)),
    "an object that a number overwrites": fielded(8, {"a": (OBJECT, 0), "b": (INT, 0)}, more=(63,)),
    "a wide number over an object": fielded(32, {"a": (plain("V32"), 0), "b": (OBJECT, 16)}, more=(63,)),
    "objects over a number": fielded(16, {"a": (OBJECT, 4), "b": (plain("i4"), 8)}, more=(63,)),
}


@pytest.mark.parametrize("made", HONEST.values(), ids=HONEST)
def test_what_numpy_writes_is_taken(made: Called) -> None:
    assert codes(stream(made)) == []


@pytest.mark.parametrize("made", HOSTILE.values(), ids=HOSTILE)
def test_a_layout_that_leads_out_of_its_item_is_told(made: Called) -> None:
    assert codes(stream(made)) == ["dtype-layout"]


@pytest.mark.parametrize("flags", [0, 1, 2, None])
def test_objects_that_the_flags_deny_are_told(flags: object) -> None:
    made = plain("O8", (3, "|", None, None, None, -1, -1, flags))
    assert codes(stream(made)) == ["object-field"]


def array(shape: object, dtype: Called, values: object) -> Called:
    return Called(
        Name("numpy.core.multiarray", "_reconstruct"), Name("numpy", "ndarray"), (0,), b"b",
        state=(1, shape, dtype, False, values),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("shape", "count", "said"),
    [
        ((), 1, []),
        ((0,), 0, []),
        ((2, 3), 6, []),
        ((100,), 100, []),
        ((2, 0, 9), 0, []),
        ((50,), 1, ["object-from-bytes"]),
        ((100,), 99, ["object-from-bytes"]),
        ((2, 3), 5, ["object-from-bytes"]),
        ((1 << 60, 1 << 60), 4, ["object-from-bytes"]),
        ((None,), 4, ["object-from-bytes"]),
        ((-1,), 4, ["object-from-bytes"]),
    ],
)
def test_an_array_takes_no_more_objects_than_its_list_has(
    shape: tuple[object, ...], count: int, said: list[str]
) -> None:
    assert codes(stream(array(shape, plain("O8"), [None] * count))) == said
    nested = [[None] * 40 for _ in range(count)]  # what the list's items hold does not count
    assert codes(stream(array(shape, plain("O8"), nested))) == said


def test_objects_from_a_list_excuse_no_objects_from_bytes() -> None:
    """Two types in one state: the list of the first says nothing of the second."""
    held: tuple[object, ...] = (1, (0,), plain("O8"), plain("O8"), [], b"bytes")
    assert codes(stream(Called(Name("numpy", "ndarray"), (0,), state=held))) == ["object-from-bytes"]


def test_an_array_of_a_hundred_columns_hides_no_objects() -> None:
    fields = {**HUNDRED, "c99": (OBJECT, 792)}
    assert codes(stream(fielded(800, fields))) == ["object-field"]
    assert codes(stream(array((1,), fielded(800, fields, more=(63,)), b"a"))) == ["object-from-bytes"]


MANY = tuple(tuple(tuple(range(60)) for _ in range(60)) for _ in range(60))


@pytest.mark.parametrize(
    "made",
    [
        fielded(16, {"a": (OBJECT, 0), "b": (INT, 8, MANY)}, more=(63, {"m": MANY})),
        fielded(8000, {f"c{n}": (OBJECT if n == 900 else INT, 8 * n) for n in range(1000)}, more=(63,)),
    ],
    ids=["behind many values", "among a thousand fields"],
)
def test_objects_are_found_wherever_they_are(made: Called) -> None:
    assert codes(stream(array((1,), made, b"a"))) == ["object-from-bytes"]


def test_a_table_of_a_thousand_columns_is_one() -> None:
    made = fielded(12000, {f"c{n}": (plain(f"S{n % 9 + 4}"), 12 * n) for n in range(1000)})
    assert codes(stream(array((1,), made, b"a"))) == []


def test_joblib_does_not_unpickle_what_is_read_as_numbers() -> None:
    """joblib asks the dtype for its flags; the bytes of the array are then a pickle."""
    forged = plain("i8", (3, "<", None, None, None, -1, -1, 63))
    state = {"shape": (3,), "dtype": forged, "order": "C"}
    wrapper = Called(Name("joblib.numpy_pickle", "NumpyArrayWrapper"), state=state)
    assert "dtype-layout" in codes(stream(wrapper)[:-1] + INERT.ljust(24, b"a") + b".")


def test_fields_that_many_dtypes_share_are_not_looked_at_for_ever() -> None:
    begin = b"\x80\x04cnumpy\ndtype\nq\x00(U\x02i8tRq\x01K\0\x86q\x020"
    names = [f"U\x04{place:04}".encode() for place in range(4000)]
    begin += b"}(" + b"".join(name + b"h\x02" for name in names) + b"uq\x030(" + b"".join(names) + b"tq\x040"
    again = b"h\x00(U\x02V8tR(K\x03U\x01|Nh\x04h\x03K\x08K\x01K\x00tb0"
    few, many = (read(BytesSource(begin + again * count + b"N."), "x.pkl") for count in (3, 20_000))
    assert (few.loading, many.loading) == (Loading.ALLOW_LISTED, Loading.UNREADABLE)
    assert [reason.code for reason in many.reasons] == ["over-limit"]
