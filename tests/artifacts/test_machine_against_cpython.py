"""The machine beside CPython's own unpicklers, with every import and persistent id an inert stub.

Whatever an unpickler asks for, the one in C or the one in Python that joblib and dill use, the machine has to
have seen: over real pickles, over streams put together at
random from opcodes, and over mutations of both. Streams that could only run on builtins are safe: no import
ever reaches a module.
"""

from __future__ import annotations

import collections
import datetime
import io
import pickle
import struct
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from inspector.artifacts.bytesource import BytesSource
from inspector.artifacts.pickles.compat_names import current_name
from inspector.artifacts.pickles.listing import opcode_listing
from inspector.artifacts.pickles.machine import PickleMachine
from inspector.artifacts.pickles.opcodes import OPCODES
from inspector.provenance import Loading


class Inert(dict):  # type: ignore[type-arg]
    """Stands for every imported class: takes any arguments and does nothing."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Inert:
        return super().__new__(cls)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()

    def __setstate__(self, state: Any) -> None: ...

    def append(self, item: Any) -> None: ...

    def extend(self, items: Any) -> None: ...

    def add(self, item: Any) -> None: ...

    def __call__(self, *args: Any, **kwargs: Any) -> Inert:
        return Inert()

    def __hash__(self) -> int:  # type: ignore[override]
        return 1


class Recorder(pickle.Unpickler):
    """The C unpickler with stubs; remembers what it was asked to import."""

    def __init__(self, data: bytes) -> None:
        super().__init__(io.BytesIO(data), encoding="latin-1", buffers=None)
        self.asked: list[tuple[str, str]] = []

    def find_class(self, module: str, name: str) -> Any:
        self.asked.append((module, name))
        return type("Stub", (Inert,), {})

    def persistent_load(self, pid: Any) -> Any:
        return Inert()


class PythonRecorder(pickle._Unpickler):  # type: ignore[name-defined,misc]
    """The same over the unpickler that is written in Python."""

    def __init__(self, data: bytes) -> None:
        super().__init__(io.BytesIO(data), encoding="latin-1", buffers=None)
        self.asked: list[tuple[str, str]] = []

    def find_class(self, module: str, name: str) -> Any:
        self.asked.append((module, name))
        return type("Stub", (Inert,), {})

    def persistent_load(self, pid: Any) -> Any:
        return Inert()

    def get_extension(self, code: int) -> Any:
        raise pickle.UnpicklingError("no registry")


def asked_by_cpython(
    data: bytes, unpickler: Callable[[bytes], Any] = Recorder
) -> tuple[list[tuple[str, str]], bool]:
    recorder = unpickler(data)
    try:
        recorder.load()
    except Exception:  # noqa: BLE001 - broken streams are the point
        return recorder.asked, False
    return recorder.asked, True


def is_not_for_cpython(data: bytes) -> bool:
    """CPython makes its memo as long as the largest index, which is not for a test machine; and it reports
    an error that cannot be caught when a BYTEARRAY8 is cut off."""
    return any(
        (row["op"] in ("PUT", "LONG_BINPUT") and len((row["argument"] or "").strip()) > 6)
        or (row["op"] == "BYTEARRAY8" and row["argument"] == "the stream ends here")
        for row in opcode_listing(BytesSource(data))
    )


def assert_superset(data: bytes) -> None:
    if is_not_for_cpython(data):
        return
    asked, ended = asked_by_cpython(data)
    asked_too, ended_too = asked_by_cpython(data, PythonRecorder)
    machine = PickleMachine(BytesSource(data))
    outcome = machine.run()
    seen = set(machine.imports)
    if any(reason.code == "frame-misaligned" for _, reason in outcome.problems):
        other = PickleMachine(BytesSource(data), drops=True)
        other.run()
        seen |= set(other.imports)
    for module, name in (*asked, *asked_too):
        assert {(module, name), current_name(module, name)} & seen, (data, module, name, outcome)
    if (ended or ended_too) and not outcome.ended:
        # Refusing what CPython reads is allowed, silence about it is not.
        assert any(loading is Loading.UNREADABLE for loading, _ in outcome.problems)


VALUES = [
    {"a": [1, 2.5, "é", b"x\xff", None, True, (1, 2, (3,)), {1}, frozenset([1]), 10**30, bytearray(b"q")]},
    [collections.OrderedDict(a=1), collections.defaultdict(list), datetime.date(2020, 1, 1), range(3), 1j],
    [("row", number) for number in range(300)],
]
REAL = [pickle.dumps(value, protocol) for value in VALUES for protocol in range(6)]


def test_on_real_pickles_both_see_the_same_imports() -> None:
    for data in REAL:
        asked, ended = asked_by_cpython(data)
        machine = PickleMachine(BytesSource(data))
        outcome = machine.run()
        assert ended and outcome.ended and outcome.end == len(data)
        if data[:2] >= b"\x80\x03":
            assert set(machine.imports) == set(asked)
        assert_superset(data)


def _arguments(code: int) -> st.SearchStrategy[bytes]:
    shape = OPCODES[code].argument
    short = st.binary(max_size=6)
    if shape == "-":
        return st.just(b"")
    if shape in ("u1", "u2", "u4", "i4"):
        small = st.integers(0, 5).map(lambda number: number.to_bytes(int(shape[1]), "little"))
        return small if code != 0x80 else st.integers(0, 6).map(lambda number: bytes([number]))
    if shape == "u8":
        return st.integers(0, 40).map(lambda number: struct.pack("<Q", number))
    if shape == "float8":
        return st.just(bytes(8))
    if shape in ("line", "lines"):
        words = st.sampled_from(
            ["1", "01", "00", "0x1f", "010", "5L", "'os'", "os", "system", "-3", "1.5", "\\x41"]
        )
        lines = [words.map(lambda word: word.encode() + b"\n")] * (2 if shape == "lines" else 1)
        return st.tuples(*lines).map(b"".join)
    width = int(shape.lstrip("bytesignd"))
    names = st.sampled_from([b"os", b"system", b"collections", b"OrderedDict", b"\xff"]) | short
    return names.map(lambda raw: len(raw).to_bytes(width, "little") + raw)


OPCODE = st.sampled_from(sorted(OPCODES)).flatmap(
    lambda code: _arguments(code).map(lambda argument: bytes([code]) + argument)
)
# What streams are made of most: values, marks, imports and calls.
COMMON = st.sampled_from(
    [
        b"(", b")", b"]", b"}", b"N", b"0", b"2", b"K\x01", b"\x94", b"h\0", b"q\0", b"t", b"\x85", b"\x86",
        b"R", b"b", b"a", b"e", b"s", b"u", b"cos\nsystem\n", b"ios\nsystem\n", b"o", b"\x81", b"\x92",
        b"\x8c\x02os", b"\x8c\x06system", b"1", b".", b"\x8f", b"\x90", b"\x91", b"l", b"d", b"Q", b"Ppid\n",
        b"\x93", b"\x80\x02", b"\x80\x04", b"(S'x'\nios\nsystem\n",
        b"F0_7\n", b"I0x10\n", b"L07L\n", b"I1_0\n",
    ]
)  # fmt: skip


@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(COMMON | OPCODE, max_size=40))
@example([b"\x95\x02\0\0\0\0\0\0\0", b"cos\nsystem\n"])
@example([b"\x80\x04", b"\x95\x05\0\0\0\0\0\0\0", b"\x8c\x06abc", b"system", b"0cos\nsystem\n"])
@example([b"(", b"0", b"K\x01", b"cos\nsystem\n"])
@example([b"(", b"(", b"1", b"0", b"cos\nsystem\n"])
@example([b"]", b"(", b"e", b"cos\nsystem\n"])
@example([b"\x95\xff\0\0\0\0\0\0\0", b"cos\nsystem\n"])
@example([b"F0_7\n", b"cos\nsystem\n"])
@example([b"\x80\x02", b"ios\nsystem\n"])
@example(
    [
        b"\x95\x02\0\0\0\0\0\0\0Sb'os'\n",  # the C unpickler forgets the b here,
        b"\x95\x08\0\0\0\0\0\0\0B\x0a\0\0\0aaaaaaaaaa",  # and nothing of the byte string here
        b"cos\nsystem\n",
    ]
)
@example([b"\x95\x02\0\0\0\0\0\0\0", b"Sb'os'\n", b"cos\nsystem\n"])
def test_no_import_of_a_random_stream_escapes_the_machine(parts: list[bytes]) -> None:
    assert_superset(b"".join(parts) + b".")


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(REAL),
    st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255), st.integers(0, 2)), max_size=6),
    st.sampled_from([b"", b"cos\nsystem\n(S'x'\ntR.", b"\x8c\x02os\x8c\x06system\x93)R."]),
)
def test_no_import_of_a_mutated_pickle_escapes_the_machine(
    data: bytes, changes: list[tuple[int, int, int]], tail: bytes
) -> None:
    mutated = bytearray(data[:-1] + tail if tail else data)
    for place, value, kind in changes:
        at = place % max(len(mutated), 1)
        if kind == 0:
            mutated[at : at + 1] = bytes([value])
        elif kind == 1:
            mutated[at:at] = bytes([value])
        else:
            del mutated[at : at + 1]
    assert_superset(bytes(mutated))
