"""A whole pickle file: its imports, what stands behind its STOP and in its byte strings, torch's of old."""

from __future__ import annotations

import struct

import pytest

from inspector.artifacts import Artifact
from inspector.artifacts.bytesource import BytesSource
from inspector.artifacts.limits import CURRENT, Budget
from inspector.artifacts.pickles.file import (
    MAX_FURTHER_STREAMS,
    describe,
    looks_like_old_pickle,
    read_pickle,
)
from inspector.artifacts.pickles.listed import entry_for
from inspector.artifacts.pickles.nested import MAX_NESTING, MAX_TEXT, is_constant_bytes, nested_bytes
from inspector.artifacts.pickles.symbols import BytesAt, Call, Import, LongText, Made, Tup
from inspector.provenance import Loading

ALLOWED, LIBRARY = Loading.ALLOW_LISTED, Loading.LIBRARY
UNKNOWN, UNREADABLE, RUNS = Loading.UNKNOWN_IMPORT, Loading.UNREADABLE, Loading.RUNS_CODE


def text(value: str) -> bytes:
    raw = value.encode()
    return b"X" + struct.pack("<I", len(raw)) + raw


def name(dotted: str) -> bytes:
    module, _, qualified = dotted.rpartition(".")
    return b"c" + module.encode() + b"\n" + qualified.encode() + b"\n"


def call(dotted: str, *args: bytes) -> bytes:
    return name(dotted) + b"(" + b"".join(args) + b"tR"


def raw(data: bytes) -> bytes:
    return b"B" + struct.pack("<I", len(data)) + data


def stream(*parts: bytes) -> bytes:
    return b"\x80\x02" + b"".join(parts) + b"."


def said(data: bytes) -> tuple[Loading, list[str]]:
    artifact = read(data)
    return artifact.loading, [reason.code for reason in artifact.reasons]


def read(data: bytes) -> Artifact:
    return read_pickle(BytesSource(data))


SYSTEM, THEIRS, MODEL = "os.system", "their.thing", "sklearn.svm._classes.SVC"
KINDS = {SYSTEM: (RUNS, "dangerous-import"), THEIRS: (UNKNOWN, "unknown-import")}
KINDS[MODEL] = (LIBRARY, "library-class")


@pytest.mark.parametrize("dotted", KINDS)
def test_each_tier_has_its_word(dotted: str) -> None:
    loading, code = KINDS[dotted]
    artifact = read(stream(name(dotted)))
    assert (artifact.loading, [reason.code for reason in artifact.reasons]) == (loading, [code])
    assert (artifact.imports, artifact.is_pickle) == ((dotted,), True)
    assert artifact.reasons[0].offset == 2
    assert artifact.facts["protocol"] == 2
    assert artifact.facts["operations"] == 3


def test_a_plain_import_is_named_and_needs_no_reason() -> None:
    artifact = read(stream(call("collections.OrderedDict")))
    assert (artifact.loading, artifact.reasons) == (ALLOWED, ())
    assert artifact.imports == ("collections.OrderedDict",)


def test_the_gravest_import_stands_first() -> None:
    data = stream(name(THEIRS), b"0", name(SYSTEM), b"0", name("their.other"), b"0", name("os.popen"))
    messages = [reason.message for reason in read(data).reasons]
    assert [one.split()[1].strip(":") for one in messages] == [SYSTEM, "os.popen", THEIRS, "their.other"]


def described(dotted: str, *calls: tuple[str, ...], more: int = 0, kind: str = "") -> str:
    module, _, attribute = dotted.rpartition(".")
    found = Import(module, attribute, entry_for(module, attribute), 0)
    found.calls = [Call(dotted, arguments, 0) for arguments in calls]
    found.call_count = len(calls) + more
    return describe(found)


def test_an_import_and_its_calls_in_words() -> None:
    assert described(SYSTEM) == "Imports os.system"
    assert described(SYSTEM, ()) == "Imports os.system and calls it without arguments"
    assert described(SYSTEM, ("'a'",)) == "Imports os.system and calls it with 'a'"
    assert described(SYSTEM, ("'a'", "1"), ("'b'",)) == (
        "Imports os.system and calls it with 'a', 1 (and 1 more call)"
    )
    assert described(SYSTEM, ("'a'",), more=2).endswith("(and 2 more calls)")
    assert (
        described(SYSTEM, (), more=1) == "Imports os.system and calls it without arguments (and 1 more call)"
    )
    assert described(MODEL, ()) == f"Imports {MODEL} and makes an instance of it"
    assert described(MODEL, (), more=1) == f"Imports {MODEL} and makes 2 instances of it"
    assert described(MODEL, ("1",)) == f"Imports {MODEL} and calls it with 1"


# --- Behind STOP --------------------------------------------------------------------------------------------

CALLS = stream(call(SYSTEM, text("echo")))
OBJECT = call("numpy.core.multiarray.scalar", call("numpy.dtype", text("O8")), b"U\x01a")


@pytest.mark.parametrize(
    ("behind", "loading", "codes"),
    [
        (b"", ALLOWED, []),
        (b"\n", UNREADABLE, ["bytes-after-stop"]),
        (b"N.", UNREADABLE, ["bytes-after-stop"]),
        (CALLS, RUNS, ["dangerous-import", "bytes-after-stop"]),
        (b"N." * 40 + CALLS, RUNS, ["dangerous-import", "bytes-after-stop"]),
        (CALLS[:-1], RUNS, ["dangerous-import", "bytes-after-stop"]),
        (stream(call(THEIRS)), UNREADABLE, ["bytes-after-stop", "unknown-import"]),
        (stream(call(THEIRS))[:-1], UNREADABLE, ["bytes-after-stop", "unknown-import"]),
        (stream(call("th eir.thing")), UNREADABLE, ["bytes-after-stop", "unknown-import"]),
        (stream(call("th eir.thing"))[:-1], UNREADABLE, ["bytes-after-stop"]),
        (stream(call("their.th ing"))[:-1], UNREADABLE, ["bytes-after-stop"]),
        (stream(call("collections.OrderedDict")), UNREADABLE, ["bytes-after-stop"]),
        (b"\xffN." + CALLS, UNREADABLE, ["bytes-after-stop"]),
        (stream(OBJECT), RUNS, ["object-from-bytes", "bytes-after-stop"]),
        (stream(OBJECT)[:-1], RUNS, ["object-from-bytes", "bytes-after-stop"]),
    ],
)  # fmt: skip
def test_what_stands_behind_a_pickle(behind: bytes, loading: Loading, codes: list[str]) -> None:
    found = said(stream(b"N") + behind)
    assert found[0] is loading
    assert [code for code in found[1] if code != "truncated"] == codes


def test_the_place_behind_a_pickle_is_told() -> None:
    artifact = read(stream(b"N") + b"N.N.")
    (reason,) = artifact.reasons
    assert reason.offset == 4
    assert reason.message.startswith("4 bytes follow")


def test_so_many_further_streams_are_read_and_no_more() -> None:
    short = b"N."
    assert said(short * MAX_FURTHER_STREAMS + CALLS)[0] is RUNS
    assert said(short * (MAX_FURTHER_STREAMS + 1) + CALLS) == (UNREADABLE, ["bytes-after-stop"])


# --- Byte strings that are unpickled ------------------------------------------------------------------------

LOADS = "torch.storage._load_from_bytes"


def nest(data: bytes, depth: int) -> bytes:
    for _ in range(depth):
        data = stream(call(LOADS, raw(data)))
    return data


def test_a_loader_that_is_kept_may_be_handed_anything() -> None:
    loading, codes = said(stream(name(LOADS)))
    assert loading is RUNS and "nested-pickle" in codes
    assert read(stream(name(LOADS))).reasons[0].offset == 2
    assert said(stream(call(LOADS, raw(stream(b"N"))))) == (ALLOWED, [])


def test_nested_pickles_are_read_to_a_depth() -> None:
    assert said(nest(stream(b"N"), MAX_NESTING)) == (ALLOWED, [])
    loading, codes = said(nest(stream(b"N"), MAX_NESTING + 1))
    assert (loading, codes) == (UNREADABLE, ["nested-pickle"])
    assert said(nest(CALLS, MAX_NESTING))[0] is RUNS


def test_a_nested_pickle_is_told_with_its_place() -> None:
    inner = stream(call(LOADS, raw(CALLS)))
    (reason,) = read(inner).reasons
    assert reason.code == "dangerous-import"
    assert reason.member == f"the byte string at byte {inner.index(b'tR.', inner.index(b'tR.') + 3) + 1}"
    assert read(stream(b"N")).reasons == ()


def test_a_nested_pickle_of_an_odd_kind_is_told() -> None:
    odd = stream(call("joblib.numpy_pickle.NumpyArrayWrapper"))
    assert read(odd).format == "joblib"
    loading, codes = said(stream(call(LOADS, raw(odd))))
    assert loading is UNREADABLE
    assert "nested-pickle" in codes


def of_text(value: object, encoding: object = "latin1", callee: str = "_codecs.encode") -> Made:
    module, _, attribute = callee.rpartition(".")
    return Made(Import(module, attribute, entry_for(module, attribute), 0), Tup([value, encoding]))


TEN = BytesSource(b"0123456789")
WITHOUT = Made(Import("_codecs", "encode", entry_for("_codecs", "encode"), 0))
THREE = Made(WITHOUT.callee, Tup(["a", "latin1", "b"]))
ONE = Made(WITHOUT.callee, Tup(["a"]))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"ab", (b"ab", None)),
        (BytesAt(2, 3), (b"234", 2)),
        (BytesAt(8, 3), None),
        (of_text("a\xe9"), (b"a\xe9", None)),
        (of_text("a", "latin-1"), (b"a", None)),
        (of_text("\u20ac"), None),
        (of_text("a", "utf-8"), None),
        (of_text("a", callee="their.encode"), None),
        (of_text(5), None),
        (of_text(LongText("2", 2, 3)), (b"234", None)),
        (of_text(LongText("8", 8, 3)), None),
        (of_text(LongText("0", 0, MAX_TEXT + 1)), None),
        (WITHOUT, None),
        (THREE, None),
        (ONE, None),
        ("ab", None),
        (None, None),
    ],
)
def test_the_bytes_that_a_value_stands_for(value: object, expected: tuple[bytes, int | None] | None) -> None:
    (found,) = nested_bytes([(7, value)], TEN)
    assert found.offset == 7
    if expected is None:
        assert (found.source, found.start) == (None, None)
        return
    assert found.source is not None
    assert (found.source.read_at(0, found.source.size), found.start) == expected
    assert is_constant_bytes(value)


class Large(BytesSource):
    """Says that it is as large as is asked for, and gives as many zeros."""

    asked = 0

    def read_at(self, offset: int, length: int) -> bytes:
        self.asked = length
        return b"7"


def test_a_text_is_turned_back_to_a_bound() -> None:
    for length, expected in ((MAX_TEXT, MAX_TEXT), (MAX_TEXT + 1, 0)):
        source = Large(b"")
        (found,) = nested_bytes([(0, of_text(LongText("a", 0, length)))], source)
        assert (source.asked, found.source is not None) == (expected, expected > 0)
    assert MAX_TEXT == 64 << 20


def test_what_is_a_constant_byte_string() -> None:
    assert is_constant_bytes(of_text("a")) and is_constant_bytes(of_text(LongText("a")))
    for value in (
        of_text(b"a"),
        of_text("a", "utf-8"),
        of_text("a", callee="a.b"),
        "a",
        None,
        WITHOUT,
        THREE,
    ):
        assert not is_constant_bytes(value)


# --- Pickles that lie in the data ---------------------------------------------------------------------------

PAD = b"N0" * 200  # so that it is not kept as it is


@pytest.mark.parametrize("pad", [b"", PAD])
@pytest.mark.parametrize(
    ("inner", "around", "loading", "is_told"),
    [
        (call(SYSTEM, text("echo")), b"", ALLOWED, True),
        (call(THEIRS), b"", ALLOWED, True),
        (name(SYSTEM), b"", ALLOWED, False),
        (call(MODEL), b"", ALLOWED, False),
        (b"N", b"", ALLOWED, False),
        (call(SYSTEM, text("echo")), name(MODEL) + b"0", RUNS, True),
        (call(THEIRS), name(MODEL) + b"0", UNKNOWN, True),
        (call(THEIRS) + b"0" + call(SYSTEM), name(MODEL) + b"0", RUNS, True),
    ],
)
def test_a_pickle_in_the_data_is_told(
    inner: bytes, around: bytes, loading: Loading, is_told: bool, pad: bytes
) -> None:
    artifact = read(stream(around + raw(stream(pad + inner))))
    assert artifact.loading is loading
    hidden = [reason for reason in artifact.reasons if reason.code == "hidden-pickle"]
    assert bool(hidden) == is_told
    if is_told:
        assert hidden[0].offset == 2 + len(around) + 5
        assert ("os.system" if SYSTEM.split(".")[1].encode() in inner else THEIRS) in artifact.imports


def test_a_pickle_in_the_data_that_breaks_off_is_none() -> None:
    assert said(stream(raw(stream(call(SYSTEM))[:-1]))) == (ALLOWED, [])


@pytest.mark.parametrize("pad", [b"", PAD])
def test_what_loading_unpickles_is_not_told_twice(pad: bytes) -> None:
    inner = stream(pad + call(SYSTEM, text("echo")))
    assert said(stream(call(LOADS, raw(inner)))) == (RUNS, ["dangerous-import"])
    beside = stream(call(LOADS, raw(stream(pad + b"N"))) + b"0" + raw(inner))
    assert said(beside) == (ALLOWED, ["hidden-pickle"])


# --- torch.save of old --------------------------------------------------------------------------------------

MAGIC = stream(b"\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19")
VERSION = stream(b"M\xe9\x03")


def stored(key: str, kind: str = "torch.FloatStorage", count: int = 4) -> bytes:
    return b"(" + text("storage") + name(kind) + text(key) + text("cpu") + b"K" + bytes([count]) + b"NtQ"


TENSOR = stream(stored("1"))
KEYS = stream(b"](" + text("1") + b"e")
SYSTEM_INFO = stream(b"}")
REST = TENSOR + KEYS + bytes(24)


@pytest.mark.parametrize(
    ("data", "loading", "codes"),
    [
        (MAGIC + VERSION + SYSTEM_INFO + REST, ALLOWED, []),
        (MAGIC + VERSION + SYSTEM_INFO + TENSOR + KEYS + bytes(23), UNREADABLE, ["storage-size"]),
        (MAGIC + VERSION + SYSTEM_INFO + TENSOR + KEYS + bytes(25), UNREADABLE, ["storage-size"]),
        (MAGIC + VERSION + SYSTEM_INFO + stream(b"N") + stream(b"]"), ALLOWED, []),
        (MAGIC + VERSION + SYSTEM_INFO + stream(b"N") + stream(b"]") + b"a", UNREADABLE, ["storage-size"]),
        (MAGIC + stream(b"M\xea\x03") + SYSTEM_INFO + REST, UNREADABLE, ["torch-protocol"]),
        (MAGIC, UNREADABLE, ["truncated", "torch-cut"]),
        (MAGIC + VERSION + SYSTEM_INFO + TENSOR, UNREADABLE, ["truncated", "torch-cut"]),
        (MAGIC + VERSION + stream(call(SYSTEM)) + REST, RUNS, ["dangerous-import"]),
        (MAGIC + VERSION + SYSTEM_INFO + TENSOR + CALLS + bytes(24), RUNS, ["dangerous-import"]),
        (MAGIC + stream(b"M\xe9\x030" + call(SYSTEM) + b"0M\xe9\x03") + SYSTEM_INFO + REST, RUNS,
         ["dangerous-import"]),
        (MAGIC + VERSION + stream(call(LOADS, raw(CALLS))) + REST, RUNS, ["dangerous-import"]),
        (MAGIC + VERSION + SYSTEM_INFO + stream(stored("1"), b"0", stored("2", "torch.LongStorage", 3)) + KEYS
         + bytes(24 + 32), ALLOWED, []),
    ],
)  # fmt: skip
def test_the_five_pickles_of_torch(data: bytes, loading: Loading, codes: list[str]) -> None:
    artifact = read(data)
    assert artifact.format == "torch-legacy"
    assert artifact.is_pickle
    assert (artifact.loading, [reason.code for reason in artifact.reasons]) == (loading, codes)


def test_the_storages_of_torch_are_counted_and_the_nested_ones_too() -> None:
    data = MAGIC + VERSION + SYSTEM_INFO + REST
    assert read(data).facts["storages"] == 1
    assert said(stream(call(LOADS, raw(data)))) == (ALLOWED, [])
    deep = nest(MAGIC + VERSION + stream(call(LOADS, raw(stream(b"N")))) + REST, MAX_NESTING)
    assert said(deep) == (UNREADABLE, ["nested-pickle"])
    assert MAX_NESTING == 3


# --- Old pickles --------------------------------------------------------------------------------------------


def is_old(data: bytes) -> tuple[bool, bool]:
    """As a text, and not."""
    token = CURRENT.set(Budget())
    try:
        source = BytesSource(data)
        return looks_like_old_pickle(source, textual=True), looks_like_old_pickle(source, textual=False)
    finally:
        CURRENT.reset(token)


OLD_SYSTEM = b"cos\nsystem\n(S'x'\ntR."
OLD: dict[str, tuple[bytes, tuple[bool, bool]]] = {
    "nothing": (b"", (False, False)),
    "a call": (OLD_SYSTEM, (True, True)),
    "a call without an end": (OLD_SYSTEM[:-1], (True, True)),
    "no opener": (b"R" + OLD_SYSTEM, (False, False)),
    "a list": (b"(lp0\nI1\na.", (False, True)),
    "one value": (b"N.", (False, False)),
    "two operations": (b"I1\n.", (False, False)),
    "three operations": (b"I1\n0N.", (False, True)),
    "three operations and more": (b"I1\n0N.x", (False, False)),
    "an instance": (b"(ios\nsystem\n.", (True, True)),
    "INST first": (b"ios\nsystem\n.", (False, True)),
    "an import": (b"ctheir\nthing\n.", (True, True)),
    "an import and blanks": (b"ctheir\nthing\n. \t\r\n\0", (True, True)),
    "an import and a letter": (b"ctheir\nthing\n.a", (False, False)),
    "an import and 4096 blanks": (b"ctheir\nthing\n." + b" " * 4096, (True, True)),
    "an import and 4097 blanks": (b"ctheir\nthing\n." + b" " * 4097, (False, False)),
    "an import with a space": (b"cthe ir\nthing\n.", (False, False)),
    "torch's magic": (b"L119547037146038801333356L\n.a", (True, True)),
    "a loader that is kept": (b"ctorch.storage\n_load_from_bytes\n.a", (False, True)),
    "a dangerous one that is kept": (b"cos\nsystem\n.a", (False, True)),
    "a second dangerous one that is kept": (b"N.cos\nsystem\n.a", (False, False)),
    "an unknown call and more": (b"ctheir\nthing\n(tR.a", (True, True)),
    "a call with a name": (b"ctheir\nthing\nctheir\nother\nR.a", (True, True)),
    "a call with a name, no end": (b"ctheir\nthing\nctheir\nother\nR", (False, False)),
    "a call with a tuple, no end": (b"ctheir\nthing\n(tR", (True, True)),
    "a call with a tuple that is kept": (b"ctheir\nthing\n(tp12\nR", (True, True)),
    "a plain call and more": (b"ccollections\nOrderedDict\n)R.a", (False, False)),
    "a plain call": (b"ccollections\nOrderedDict\n)R.", (True, True)),
    "two imports": (b"N.ctheir\nthing\n.", (True, True)),
    "an import, none, blanks": (b"ctheir\nthing\n.N.\n\n", (True, True)),
    "plain imports, and none": (b"ccollections\nOrderedDict\n.N.a", (False, False)),
}


@pytest.mark.parametrize("case", OLD)
def test_what_may_be_a_pickle_without_magic(case: str) -> None:
    data, expected = OLD[case]
    assert is_old(data) == expected
