"""What each opcode does to the symbolic stack: values, storages, imports, calls and objections."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from inspector.artifacts.bytesource import BytesSource
from inspector.artifacts.pickles import effects, stack
from inspector.artifacts.pickles.machine import Outcome, PickleMachine
from inspector.provenance import Loading


def run(raw: bytes, **options: Any) -> tuple[PickleMachine, Outcome]:
    machine = PickleMachine(BytesSource(raw), **options)
    return machine, machine.run()


def text(value: str) -> bytes:
    raw = value.encode()
    return b"X" + struct.pack("<I", len(raw)) + raw


def name(module: str, qualified: str) -> bytes:
    return b"c" + module.encode() + b"\n" + qualified.encode() + b"\n"


STORAGE = name("torch", "FloatStorage")
PARTS = [text("storage"), STORAGE, text("0"), text("cpu"), b"K\x05"]


def identity(*parts: bytes) -> bytes:
    return b"(" + b"".join(parts) + b"tQ"


def changed(place: int, part: bytes) -> bytes:
    return identity(*PARTS[:place], part, *PARTS[place + 1 :])


@pytest.mark.parametrize(
    ("raw", "storages"),
    [
        (identity(*PARTS), {"0": ("FloatStorage", 5)}),
        (identity(*PARTS, b"N"), {"0": ("FloatStorage", 5)}),  # with a view, as torch wrote it before 0.4
        (changed(4, b"K\x00"), {"0": ("FloatStorage", 0)}),
        (
            identity(*PARTS) + b"0" + changed(4, b"K\x09") + b"0" + changed(4, b"K\x07"),
            {"0": ("FloatStorage", 9)},
        ),
        (identity(*PARTS, b"N", b"N"), None),
        (identity(*PARTS[:4]), None),
        (changed(0, text("storages")), None),
        (changed(1, name("torch", "FloatTensor")), None),
        (changed(1, name("their", "FloatStorage")), None),
        (changed(1, text("FloatStorage")), None),
        (changed(2, b"K\x00"), None),
        (changed(3, b"N"), None),
        (changed(4, b"J\xff\xff\xff\xff"), None),
        (changed(4, b"\x88"), None),
        (b"]Q", None),
        (b"P0\n", None),
        (identity(text("module"), name("their", "Net"), text("file"), text("source")), {}),
        (identity(text("module"), name("their", "Net"), text("file"), text("source"), text("more")), None),
        (identity(text("module"), text("Net"), text("file"), text("source")), None),
        (identity(text("modules"), name("their", "Net"), text("file"), text("source")), None),
    ],
)
def test_which_persistent_ids_are_known(raw: bytes, storages: dict[str, tuple[str, int]] | None) -> None:
    machine, outcome = run(b"\x80\x04" + raw + b".")
    assert outcome.ended
    assert machine.storages == (storages or {})
    codes = [(loading, reason.code) for loading, reason in outcome.problems]
    assert codes == ([(Loading.UNREADABLE, "persistent-id")] if storages is None else [])


ORDERED = name("collections", "OrderedDict")
THEIRS = name("their", "f")


@pytest.mark.parametrize(
    ("raw", "kind", "code"),
    [
        *((b"(K\x01K\x02d", "Mapped", ""), (b"(K\x01d", "Mapped", "odd-items"), (b"(d", "Mapped", "")),
        *((b"\x97", "Opaque", "out-of-band"), (b"N\x98", "NoneType", ""), (b"]Nb", "Series", "")),
        *((b"]}b", "Series", "state-on-value"), (ORDERED + b"}b", "Import", "state-on-import")),
        *((ORDERED + b")}\x92", "Made", ""), (ORDERED + b")N\x92", "Made", "bad-arguments")),
        *((text("x") + b")R", "Opaque", "call-of-a-value"), (THEIRS + b"NR", "Made", "bad-arguments")),
        *((b"(" + THEIRS + b"K\x01o", "Made", ""), (b"(o", "NoneType", "stack-underflow")),
        *((b"]K\x01a", "Series", ""), (text("x") + b"K\x01a", "str", "items-on-value")),
        *((text("x") + b"(e", "str", ""), (text("x") + b"(K\x01e", "str", "items-on-value")),
        *((text("x") + b"K\x01K\x02s", "str", "items-on-value"), (text("x") + b"(u", "str", "")),
        *(
            (b"}K\x01K\x02s", "Mapped", ""),
            (b"}(K\x01K\x02u", "Mapped", ""),
            (b"\x8f(K\x01\x90", "Series", ""),
        ),
        *(
            (text("os") + text("x") + b"\x93", "Import", ""),
            (text("os") + b"K\x01\x93", "Import", "computed-import"),
        ),
        *((b"C\x02os" + text("x") + b"\x93", "Import", "computed-import"), (b"(K\x01\x91", "Series", "")),
        *((b"Nr" + struct.pack("<I", 50_000_000), "NoneType", ""), (b"(K\x01l", "Series", "")),
        (b"Nr" + struct.pack("<I", 50_000_001), "NoneType", "over-limit"),
        *((b"N(1", "NoneType", ""), (b"N(0", "NoneType", ""), (b"N(K\x010" + b"0", "NoneType", "")),
        *((b"1", "NoneType", "stack-underflow"), (b"t", "NoneType", "stack-underflow")),
        *((b"(\x98", "NoneType", "stack-underflow"), (b"N(b", "NoneType", "stack-underflow")),
    ],
)
def test_what_an_opcode_makes_and_what_speaks_against_it(raw: bytes, kind: str, code: str) -> None:
    _, outcome = run(b"\x80\x04" + raw + b".")
    assert type(outcome.value).__name__ == kind
    assert [reason.code for _, reason in outcome.problems] == ([code] if code else [])
    worst = Loading.RUNS_CODE if code == "state-on-import" else Loading.UNREADABLE
    assert all(loading is worst for loading, _ in outcome.problems)
    assert outcome.ended == (code != "stack-underflow")


@pytest.mark.parametrize(
    ("raw", "calls", "count"),
    [
        (THEIRS, [], 0),
        (THEIRS + b")R", [()], 1),
        (THEIRS + b"(K\x01K\x02tR", [("1", "2")], 1),
        (THEIRS + b"NR", [("None",)], 1),
        (b"(K\x01itheir\nf\n", [("1",)], 1),
        (b"(" + THEIRS + b"K\x01K\x02o", [("1", "2")], 1),
        (THEIRS + b"K\x01\x85\x81", [("1",)], 1),
        (THEIRS + b"K\x01\x85}\x92", [("1",)], 1),
        (THEIRS + b"(" + b"N" * 25 + b"tR", [("None",) * 20], 1),
        (
            b"".join(THEIRS + b"K" + bytes([one]) + b"\x85R0" for one in range(7)) + b"N",
            [(str(one),) for one in range(5)],
            7,
        ),
    ],
)
def test_the_calls_of_a_name_are_counted_and_the_first_are_kept(
    raw: bytes, calls: list[tuple[str, ...]], count: int
) -> None:
    machine, outcome = run(b"\x80\x04" + raw + b".")
    assert outcome.ended
    found = machine.imports[("their", "f")]
    assert ([one.arguments for one in found.calls], found.call_count) == (calls, count)
    assert all(one.callable == "their.f" for one in found.calls)
    assert found.offset == 1 + raw.index(b"their\n")


def test_an_import_made_of_a_long_text_is_named_by_its_head() -> None:
    long = text("s" * 5000)
    machine, _ = run(b"\x80\x04" + text("os") + long + b"\x93.")
    assert list(machine.imports) == [("os", "s" * 200 + "…")]
    machine, _ = run(b"\x80\x04" + long + text("system") + b"\x93.")
    assert list(machine.imports) == [("s" * 200 + "…", "system")]


@pytest.mark.parametrize(("asked", "given"), [("list", True), ("code", False), ("no type", False)])
def test_dill_s_table_of_types_gives_the_type(asked: str, given: bool) -> None:
    machine, outcome = run(b"\x80\x04" + name("dill._dill", "_load_type") + text(asked) + b"\x85R.")
    assert (("builtins", asked) in machine.imports) == given
    assert type(outcome.value).__name__ == ("Import" if given else "Made")
    assert bool(outcome.problems) != given


def test_so_many_objections_of_a_kind_are_kept_and_all_are_counted() -> None:
    machine, outcome = run(b"\x80\x04" + b"\x970" * 150 + ORDERED + b"}b.")
    codes = [reason.code for _, reason in outcome.problems]
    assert (codes.count("out-of-band"), codes.count("state-on-import")) == (100, 1)
    assert machine.objection_counts == {Loading.UNREADABLE: 150, Loading.RUNS_CODE: 1}


def test_of_very_many_imports_the_gravest_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (effects, stack):
        if hasattr(module, "MAX_IMPORTS"):
            monkeypatch.setattr(module, "MAX_IMPORTS", 2)
    names = [("their", "a"), ("their", "b"), ("their", "c"), ("os", "system")]
    machine, _ = run(b"\x80\x04" + b"".join(name(*one) + b"0" for one in names) + b"N.")
    assert list(machine.imports) == [("their", "a"), ("their", "b"), ("os", "system")]
    many = b"".join(name("os", f"n{number}") + b"0" for number in range(1010))
    machine, _ = run(b"\x80\x04" + many + b"N.")
    assert len(machine.imports) == 1002
