"""A whole pickle file: its imports, what stands behind its STOP and in its byte strings, torch's of old."""

from __future__ import annotations

import struct

import pytest

from inspector.artifacts import Artifact
from inspector.artifacts.bytesource import BytesSource
from inspector.artifacts.judgement import Judgement
from inspector.artifacts.limits import CURRENT, Budget
from inspector.artifacts.pickles import file
from inspector.artifacts.pickles.file import describe, judge_whole, looks_like_old_pickle, read_pickle
from inspector.artifacts.pickles.listed import entry_for
from inspector.artifacts.pickles.machine import PickleMachine
from inspector.artifacts.pickles.nested import MAX_NESTING, MAX_TEXT, is_constant_bytes, nested_bytes
from inspector.artifacts.pickles.outcome import Limits
from inspector.artifacts.pickles.symbols import BytesAt, Call, Import, LongText, Made, Tup
from inspector.artifacts.pickles.walk import MAX_FURTHER_STREAMS
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
        (stream(name("os.sys tem"))[:-1], RUNS, ["dangerous-import", "bytes-after-stop"]),
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


@pytest.mark.parametrize("size", [255, 256, 257])
def test_what_is_kept_and_what_is_not_are_told_once(size: int) -> None:
    body = call(SYSTEM, text("echo"))
    inner = stream(
        b"N0" * 100 + b"C" + bytes([size - 205 - len(body)]) + b"a" * (size - 205 - len(body)) + b"0" + body
    )
    assert len(inner) == size + 1
    assert said(stream(call(LOADS, raw(inner)))) == (RUNS, ["dangerous-import"])
    assert said(stream(call(LOADS, raw(inner[2:])))) == (RUNS, ["dangerous-import"])


def test_a_pickle_that_stands_alone_is_at_no_depth() -> None:
    source = BytesSource(nest(stream(b"N"), MAX_NESTING))
    machine, judgement = PickleMachine(source), Judgement()
    machine.run()
    judge_whole(machine, source, judgement)
    assert judgement.loading is ALLOWED


# --- What joblib steps over ---------------------------------------------------------------------------------

WRAPPER = "joblib.numpy_pickle.NumpyArrayWrapper"


def array(content: bytes) -> bytes:
    """joblib's array of bytes, which a plain unpickler takes for opcodes."""
    state = b"}" + text("shape") + b"K" + bytes([len(content)]) + b"\x85s"
    state += text("dtype") + call("numpy.dtype", text("u1")) + b"s"
    return stream(name(WRAPPER) + b")\x81" + state + b"b" + content)


HIDDEN = "hidden-import"
SCALAR = "numpy.core.multiarray.scalar"


@pytest.mark.parametrize(
    ("content", "loading", "codes"),
    [
        (b"a", LIBRARY, []),
        (name(SYSTEM), RUNS, [HIDDEN]),
        (name(THEIRS), UNKNOWN, [HIDDEN]),
        (name("collections.OrderedDict"), UNKNOWN, [HIDDEN]),
        (name("th eir.thing"), LIBRARY, []),
        (name("their.th ing"), LIBRARY, []),
        (name("os.sys tem"), RUNS, [HIDDEN]),
        (name("numpy.dtype"), LIBRARY, []),
        (call(LOADS, raw(b"a")), RUNS, ["nested-pickle", HIDDEN]),
        (OBJECT, RUNS, [HIDDEN, "object-from-bytes"]),
        (call("numpy.dtype", text("")), LIBRARY, []),
    ],
)
def test_a_plain_unpickler_finds_what_joblib_steps_over(
    content: bytes, loading: Loading, codes: list[str]
) -> None:
    found = said(array(content))
    assert found[0] is loading
    assert {code for code in found[1] if code != "library-class"} == set(codes)
    assert read(array(content)).format == "joblib"


def objects(kept: tuple[bytes, ...], content: bytes) -> bytes:
    """joblib's array of objects, a pickle of its own: a plain unpickler goes on with the memo around it."""
    memo = b"".join(one + b"q" + bytes([place]) + b"0" for place, one in enumerate(kept))
    state = b"}" + text("shape") + b"K\x01\x85s" + text("dtype") + call("numpy.dtype", text("O8")) + b"s"
    return stream(memo + name(WRAPPER) + b")\x81" + state + b"b" + b"\x80\x04" + content + b".")


ORDERED = text("collections") + b"\x94" + text("OrderedDict") + b"\x940h\0h\x01\x93"
FLOAT = call("numpy.dtype", text("f8")) + b"\x940"
BITS = "numpy.random._pickle.__bit_generator_ctor"
MAKES = name(BITS) + b"\x940" + call("numpy.random._pickle.__generator_ctor", text("PCG64"), b"h\0")


@pytest.mark.parametrize(
    ("kept", "content", "loading", "codes"),
    [
        ((text("collections"), text("OrderedDict")), ORDERED, LIBRARY, []),
        ((text("os"), text("system")), ORDERED, RUNS, [HIDDEN]),
        ((text("their"), text("thing")), ORDERED, LIBRARY, []),
        ((call("numpy.dtype", text("O8")),), FLOAT + call(SCALAR, b"h\0", b"U\x01a"), LIBRARY, []),
        ((name(BITS),), MAKES, LIBRARY, []),
        ((name("collections.OrderedDict"),), MAKES, RUNS, ["call-by-argument"]),
    ],
)
def test_what_the_memo_around_an_array_of_objects_makes_of_it(
    kept: tuple[bytes, ...], content: bytes, loading: Loading, codes: list[str]
) -> None:
    found = said(objects(kept, content))
    assert {code for code in found[1] if code not in ("library-class", "bytes-after-stop")} == set(codes)
    assert found[0] is loading


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
        (stream(CALLS[2:-1], b"0", MAGIC[2:-1]) + VERSION + SYSTEM_INFO + REST, RUNS, ["dangerous-import"]),
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
PLAIN = b"ccollections\nOrderedDict\n"
LONG = b"N0" * 110_000
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
    "a plain import": (PLAIN + b".", (True, True)),
    "a plain import behind": (b"N." + PLAIN + b".", (False, False)),
    "a plain call behind": (b"N." + PLAIN + b")R.", (False, False)),
    "an unknown import, and a plain one": (b"ctheir\nthing\n." + PLAIN + b".", (True, True)),
    "a dangerous import, no end": (b"cos\nsystem\n\xff", (False, True)),
    "a dangerous call with a name, no end": (b"cos\nsystem\nctheir\nother\nR\xff", (True, True)),
    "none and blanks": (b"N.\n\n", (False, False)),
    "torch's magic behind": (b"N.L119547037146038801333356L\n.a", (False, False)),
    "a broken one first": (b"N00." + OLD_SYSTEM, (False, False)),
    "exactly three operations": (b"NN.", (False, True)),
    "a call with a space": (b"cthe ir\nthing\n)R.", (True, True)),
    "a call with a space, and more": (b"cthe ir\nthing\n(tR.a", (False, False)),
    "a far call with a tuple, no end": (b"N0" * 20 + b"ctheir\nthing\n(tR", (True, True)),
    "INST without arguments, and more": (b"(itheir\nthing\n.a", (False, False)),
    "INST with one, and more": (b"(S'x'\nitheir\nthing\n.a", (True, True)),
    "INST with one, no end": (b"(S'x'\nitheir\nthing\n", (False, False)),
    "long, and a call": (LONG + OLD_SYSTEM, (True, True)),
    "long, and a call without an end": (LONG + OLD_SYSTEM[:-1], (True, True)),
    "long, and an import": (LONG + b"ctheir\nthing\n.", (True, True)),
    "too long for values": (LONG + b"N.", (False, False)),
    "not too long for values": (b"N0" * 15_000 + b"N.", (False, True)),
    "too long for an import without an end": (b"N0" * 15_000 + b"cos\nsystem\n\xff", (False, False)),
    "plain imports, and none": (b"ccollections\nOrderedDict\n.N.a", (False, False)),
}


@pytest.mark.parametrize("case", OLD)
def test_what_may_be_a_pickle_without_magic(case: str) -> None:
    data, expected = OLD[case]
    assert is_old(data) == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"N0" * 1000 + OLD_SYSTEM[:-1], (True, True)),
        (b"N0" * 1000 + b"ctheir\nthing\n.", (True, True)),
        (b"V" + b"a" * 300_000 + b"\n0" + OLD_SYSTEM[:-1], (True, True)),
        (b"N00V" + b"a" * 300_000 + b"\n0" + OLD_SYSTEM[:-1], (False, False)),
        (b"N00" + OLD_SYSTEM[:-1], (False, False)),
    ],
)
def test_what_is_too_long_to_be_told_counts_as_a_pickle(
    data: bytes, expected: tuple[bool, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file, "Limits", lambda **given: Limits(**{"ops": 1000, "line": 100, **given}))
    assert is_old(data) == expected


def test_what_gives_its_argument_back_is_handed_a_tuple() -> None:
    tag = name("torch.jit._pickle.restore_type_tag")
    for args in (b"N", b"]", call(THEIRS), call("collections.OrderedDict")):
        read(stream(tag + args + b"R"))  # is judged, and breaks nothing
    assert said(stream(tag + b"(" + name(SYSTEM) + text("t") + b"tR"))[0] is RUNS
