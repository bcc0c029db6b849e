"""No hostile pickle passes in silence. The payloads are inert and nothing is ever unpickled here."""

from __future__ import annotations

import pytest

from inspector.artifacts import BytesSource, read
from inspector.provenance import Loading

RUNS, BROKEN, UNKNOWN = Loading.RUNS_CODE, Loading.UNREADABLE, Loading.UNKNOWN_IMPORT


def call0(module: str, name: str, argument: bytes = b"echo x") -> bytes:
    """Protocol 0: import, one text argument, REDUCE."""
    return f"c{module}\n{name}\n(S'".encode() + argument + b"'\ntR."


def text(value: str) -> bytes:
    raw = value.encode()
    return b"\x8c" + bytes([len(raw)]) + raw


def call4(module: str, name: str, *arguments: str, protocol: int = 4) -> bytes:
    """Protocol 4: STACK_GLOBAL and REDUCE."""
    args = b"(" + b"".join(text(argument) for argument in arguments) + b"t"
    return bytes([0x80, protocol]) + text(module) + text(name) + b"\x93" + args + b"R."


SYSTEM = b"cos\nsystem\n"
ARGS = b"(S'echo x'\nt"

DANGEROUS_CALLS = [
    ("os", "system"),
    ("posix", "system"),
    ("nt", "system"),
    ("os", "popen"),
    ("subprocess", "Popen"),
    ("subprocess", "check_output"),
    ("commands", "getoutput"),
    ("__builtin__", "eval"),
    ("builtins", "exec"),
    ("builtins", "__import__"),
    ("builtins", "compile"),
    ("builtins", "open"),
    ("__builtin__", "execfile"),
    ("__builtin__", "apply"),
    ("__builtin__", "reduce"),
    ("runpy", "run_path"),
    ("runpy", "_run_code"),
    ("pty", "spawn"),
    ("socket", "create_connection"),
    ("webbrowser", "open"),
    ("importlib", "import_module"),
    ("importlib.util", "spec_from_file_location"),
    ("ctypes", "CDLL"),
    ("pickle", "loads"),
    ("_pickle", "loads"),
    ("cPickle", "loads"),
    ("marshal", "loads"),
    ("code", "InteractiveInterpreter"),
    ("bdb", "Bdb"),
    ("pip", "main"),
    ("pip._internal", "main"),
    ("timeit", "timeit"),
    ("cProfile", "run"),
    ("profile", "run"),
    ("torch", "load"),
    ("torch.serialization", "load"),
    ("torch.hub", "load"),
    ("torch.storage", "_load_from_bytes"),
    ("numpy.testing._private.utils", "runstring"),
    ("numpy.f2py.crackfortran", "myeval"),
    ("numpy", "load"),
    ("operator", "attrgetter"),
    ("operator", "methodcaller"),
    ("_operator", "methodcaller"),
    ("functools", "partial"),
    ("shutil", "rmtree"),
    ("sys", "exit"),
    ("asyncio.unix_events", "_UnixSelectorEventLoop"),
    ("urllib", "urlopen"),
    ("urllib2", "urlopen"),
    ("httplib", "HTTPSConnection"),
    ("requests.api", "get"),
    ("types", "FunctionType"),
    ("types", "CodeType"),
    ("dill._dill", "_create_function"),
    ("cloudpickle.cloudpickle", "_make_function"),
    ("idlelib.run", "Executive"),
    ("lib2to3.pgen2.grammar", "Grammar"),
    ("multiprocessing.util", "spawnv_passfds"),
    ("tempfile", "mktemp"),
    ("logging.config", "fileConfig"),
    ("torch.fx.graph_module", "reduce_graph_module"),
    ("torch.jit", "load"),
    ("joblib", "load"),
    ("pandas", "read_pickle"),
    ("yaml", "unsafe_load"),
    ("pydoc", "pipepager"),
    ("doctest", "debug_script"),
    ("sqlite3", "connect"),
    ("_posixsubprocess", "fork_exec"),
    ("linecache", "getline"),
    ("gc", "get_objects"),
]


@pytest.mark.parametrize(("module", "name"), DANGEROUS_CALLS)
def test_a_dangerous_import_is_named_with_its_argument(module: str, name: str) -> None:
    for stream in (call0(module, name), call4(module, name, "echo x")):
        artifact = read(BytesSource(stream), "model.pkl")
        assert artifact.loading is RUNS
        assert artifact.is_pickle
        reason = artifact.reasons[0]
        assert reason.offset is not None
        assert "'echo x'" in reason.message
        assert any(imported in reason.message for imported in artifact.imports)


def test_the_reason_reads_as_a_sentence() -> None:
    artifact = read(BytesSource(call4("posix", "system", "echo x")), "model.pkl")
    assert artifact.reasons[0].message.startswith("Imports posix.system and calls it with 'echo x'")
    assert artifact.imports == ("posix.system",)


# Each stream, the verdict it must get, and the code of one of its reasons.
TRICKS: dict[str, tuple[bytes, Loading, str]] = {
    "inst": (b"(S'echo x'\nios\nsystem\n.", RUNS, "dangerous-import"),
    "obj": (b"(" + SYSTEM + b"S'echo x'\no.", RUNS, "dangerous-import"),
    "newobj": (b"\x80\x02" + SYSTEM + ARGS + b"\x81.", RUNS, "dangerous-import"),
    "newobj ex": (b"\x80\x04" + SYSTEM + ARGS + b"}\x92.", RUNS, "dangerous-import"),
    "never called": (b"\x80\x02" + SYSTEM + b".", RUNS, "dangerous-import"),
    "popped again": (SYSTEM + b"0N.", RUNS, "dangerous-import"),
    "behind a broken end": (SYSTEM + ARGS + b"R\xff\xff", RUNS, "dangerous-import"),
    "without a stop": (SYSTEM + ARGS + b"R", RUNS, "dangerous-import"),
    "before an empty stack": (SYSTEM + ARGS + b"R0000000.", RUNS, "dangerous-import"),
    "after a hexadecimal number": (b"I0x10\n0" + SYSTEM + ARGS + b"R.", RUNS, "dangerous-import"),
    "after an octal number": (b"I010\n0" + SYSTEM + ARGS + b"R.", RUNS, "dangerous-import"),
    "after a float": (b"F1.5\n0" + SYSTEM + ARGS + b"R.", RUNS, "dangerous-import"),
    "after a long": (b"L12L\n0" + SYSTEM + ARGS + b"R.", RUNS, "dangerous-import"),
    "in a memo": (
        b"\x80\x04" + text("os") + b"\x94" + text("system") + b"\x94000" + b"",
        BROKEN,
        "stack-underflow",
    ),
    "names from the memo": (
        b"\x80\x04"
        + text("os")
        + b"\x94"
        + text("system")
        + b"\x9400h\0h\x01\x93"
        + text("echo x")
        + b"\x85R.",
        RUNS,
        "dangerous-import",
    ),
    "names by unicode escapes": (
        b"\x80\x04V\\u006fs\nV\\u0073ystem\n\x93" + text("echo x") + b"\x85R.",
        RUNS,
        "dangerous-import",
    ),
    "names by string escapes": (
        b"\x80\x04S'\\x6fs'\nS'system'\n\x93" + text("echo x") + b"\x85R.",
        RUNS,
        "dangerous-import",
    ),
    "names by python 2 strings": (
        b"\x80\x04U\x02osU\x06system\x93" + text("x") + b"\x85R.",
        RUNS,
        "dangerous-import",
    ),
    "dotted through a module": (call4("torch.serialization", "os.system", "x"), RUNS, "dangerous-import"),
    "dotted through a library": (call4("sklearn.utils", "os.system", "x"), RUNS, "dangerous-import"),
    "dotted dunder": (
        call4("collections", "OrderedDict.__init__.__globals__", "x"),
        RUNS,
        "dangerous-import",
    ),
    "dotted on a listed class": (call4("builtins", "dict.fromkeys", "x"), UNKNOWN, "unknown-import"),
    "computed name": (
        b"\x80\x04" + text("os") + text("builtins") + text("str") + b"\x93" + text("system") + b"\x85R\x93.",
        BROKEN,
        "computed-import",
    ),
    "number for a name": (b"\x80\x04K\x01K\x02\x93.", BROKEN, "computed-import"),
    "call of a result": (
        call4("builtins", "dict")[:-1] + b"(tR.",
        BROKEN,
        "call-of-a-value",
    ),
    "call of a text": (b"\x80\x04" + text("os.system") + b"(tR.", BROKEN, "call-of-a-value"),
    "getattr of a module": (
        b"\x80\x04"
        + text("builtins")
        + text("getattr")
        + b"\x93"
        + text("mymodule")
        + text("thing")
        + b"\x93"
        + text("__globals__")
        + b"\x86R.",
        RUNS,
        "getattr-misuse",
    ),
    "getattr of a computed name": (
        b"cbuiltins\ngetattr\n(ctransformers.trainer_utils\nHubStrategy\nctransformers.x\ny\ntR.",
        RUNS,
        "getattr-misuse",
    ),
    "type makes a class": (
        b"cbuiltins\ntype\n(S'X'\n)}tR.",
        RUNS,
        "makes-a-class",
    ),
    "state on a class": (b"\x80\x02ccollections\nOrderedDict\n}b.", RUNS, "state-on-import"),
    "state on a function": (b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n}b.", RUNS, "state-on-import"),
    "state on a text": (b"\x80\x02X\x01\0\0\0a}b.", BROKEN, "state-on-value"),
    "extension code": (b"\x80\x02\x82\x05(tR.", UNKNOWN, "unknown-import"),
    "long extension code": (b"\x80\x02\x84\x05\0\0\0(tR.", UNKNOWN, "unknown-import"),
    "persistent id as text": (b"Pos.system\n.", BROKEN, "persistent-id"),
    "persistent id of another kind": (b"\x80\x02U\x01x\x85Q.", BROKEN, "persistent-id"),
    "storage of a foreign class": (
        b"\x80\x02(X\x07\0\0\0storagecmymodule\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpuK\x01tQ.",
        BROKEN,
        "persistent-id",
    ),
    "out of band buffer": (b"\x80\x05\x97.", BROKEN, "out-of-band"),
    "factory that is no type": (
        b"\x80\x02ccollections\ndefaultdict\nccollections\nOrderedDict\n)R\x85R.",
        BROKEN,
        "default-factory",
    ),
    "factory that runs code": (
        b"\x80\x02ccollections\ndefaultdict\ncos\nsystem\n\x85R.",
        RUNS,
        "dangerous-import",
    ),
    "reconstructor of a value": (
        b"ccopy_reg\n_reconstructor\n(S'x'\nc__builtin__\nobject\nNtR.",
        BROKEN,
        "not-a-class",
    ),
    "reconstructor of an unknown class": (
        b"ccopy_reg\n_reconstructor\n(cmymodule\nThing\nc__builtin__\nobject\nNtR.",
        UNKNOWN,
        "unknown-import",
    ),
    "object scalar": (
        b"\x80\x02cnumpy.core.multiarray\nscalar\ncnumpy\ndtype\nX\x02\0\0\0O8K\0K\x01\x87RC\x08\0\0\0\0\0\0\0\0\x86R.",
        RUNS,
        "object-from-bytes",
    ),
    "object buffer": (
        b"\x80\x05cnumpy._core.numeric\n_frombuffer\n(C\x08\0\0\0\0\0\0\0\0cnumpy\ndtype\nX\x01\0\0\0O\x85R"
        b"K\x01\x85X\x01\0\0\0CtR.",
        RUNS,
        "object-from-bytes",
    ),
    "object array from bytes": (
        b"\x80\x02cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK\0\x85C\x01btR"
        b"(K\x01K\x01\x85cnumpy\ndtype\nX\x02\0\0\0O8\x85R\x89C\x08\0\0\0\0\0\0\0\0tb.",
        RUNS,
        "object-from-bytes",
    ),
    "object field with flags of its own": (
        b"\x80\x02cnumpy\ndtype\nX\x02\0\0\0V8\x85R(K\x03X\x01\0\0\0|NX\x01\0\0\0a\x85}X\x01\0\0\0a"
        b"cnumpy\ndtype\nX\x01\0\0\0O\x85RK\0\x86sK\x08K\x01K\0tb.",
        BROKEN,
        "object-field",
    ),
    "second pickle behind the first": (b"N." + call0("os", "system"), RUNS, "dangerous-import"),
    "unknown import behind the first": (
        b"\x80\x02N." + call0("mymodule", "thing"),
        BROKEN,
        "bytes-after-stop",
    ),
    "newline behind the stop": (b"\x80\x02N.\n", BROKEN, "bytes-after-stop"),
    "nothing but a stop": (b".", BROKEN, "stack-underflow"),
    "unknown protocol": (b"\x80\x06N.", BROKEN, "unknown-protocol"),
    "cut in a text": (b"\x80\x04\x8c\x10abc", BROKEN, "truncated"),
    "cut in a frame": (b"\x80\x04\x95\xff\0\0\0\0\0\0\0N.", BROKEN, "truncated"),
    "negative length": (b"T\xff\xff\xff\xffx.", BROKEN, "bad-length"),
    "frame that ends inside an opcode": (
        b"\x80\x04\x95\x03\0\0\0\0\0\0\0\x8c\x04abcd.",
        BROKEN,
        "frame-misaligned",
    ),
    "frame that the C unpickler reads differently": (
        b"\x95\x06\0\0\0\0\0\0\0cmymodos\nsystem\n(S'echo x'\ntR.",
        RUNS,
        "hidden-import",
    ),
    "frame inside a frame": (
        b"\x80\x04\x95\x0b\0\0\0\0\0\0\0N\x95\x01\0\0\0\0\0\0\0.",
        BROKEN,
        "frame-misaligned",
    ),
    "no number": (b"Ixyz\n.", BROKEN, "bad-number"),
    "no octal number": (b"I018\n.", BROKEN, "bad-number"),
    "no index": (b"Np-1\n.", BROKEN, "bad-number"),
    "text that is not utf-8": (b"\x80\x04\x8c\x02\xff\xfe.", BROKEN, "bad-text"),
    "huge memo index": (b"\x80\x02Nr\xff\xff\xff\x7f.", BROKEN, "over-limit"),
    "missing memo entry": (b"\x80\x02h\x05.", BROKEN, "stack-underflow"),
    "mark taken as value": (b"\x80\x02(R.", BROKEN, "stack-underflow"),
    "stack below a mark": (b"\x80\x02N(0\x85\x85(\x85.", BROKEN, "stack-underflow"),
    "doubling": (b"\x80\x04)" + b"2\x86" * 60 + b".", BROKEN, "over-limit"),
    "doubling lists": (b"\x80\x04]" + b"\x94]h\0h\0\x86" + b"2\x86" * 60 + b".", BROKEN, "over-limit"),
    "unknown import": (call4("mymodule.layers", "Thing", "x"), UNKNOWN, "unknown-import"),
    "unknown name of a known library": (call4("sklearn.utils", "thing", "x"), UNKNOWN, "unknown-import"),
    "unknown attribute of builtins": (call4("builtins", "print", "x"), UNKNOWN, "unknown-import"),
    "very long name": (call4("a" * 250, "b", "x"), UNKNOWN, "unknown-import"),
    "python 2 name in a new protocol": (
        b"\x80\x03c__builtin__\neval\n(X\x01\0\0\0xtR.",
        RUNS,
        "dangerous-import",
    ),
    "items into a class": (b"\x80\x02ccollections\nOrderedDict\nNa.", BROKEN, "items-on-value"),
    "key without value": (b"\x80\x02}(Nu.", BROKEN, "odd-items"),
    "unknown opcode": (b"\x80\x02\xf0.", BROKEN, "unknown-opcode"),
}


@pytest.mark.parametrize("name", sorted(TRICKS))
def test_a_trick_gets_the_verdict_that_it_deserves(name: str) -> None:
    stream, loading, code = TRICKS[name]
    artifact = read(BytesSource(stream), "model.pkl")
    assert artifact.loading is loading, artifact
    assert code in {reason.code for reason in artifact.reasons}, artifact
    assert artifact.is_pickle


@pytest.mark.parametrize(
    "path", ["weights.txt", "notes.md", "model.bin", "data.csv", "model", "model.safetensors.bak"]
)
def test_a_pickle_is_found_under_any_name(path: str) -> None:
    for stream in (call0("os", "system"), call4("os", "system", "x"), b"(S'echo x'\nios\nsystem\n."):
        assert read(BytesSource(stream), path).loading is RUNS


@pytest.mark.parametrize("path", ["a.pkl", "a.pickle", "a.joblib", "a.pt", "a.pth", "a.ckpt", "a.dill"])
def test_a_file_for_a_pickle_loader_that_is_no_pickle_is_unreadable(path: str) -> None:
    for content in (b"", b"hello world, this is text", b"{}", bytes(range(200, 256)) * 20):
        artifact = read(BytesSource(content), path)
        assert artifact.loading is BROKEN
        assert artifact.reasons


def test_the_gravest_reason_stands_first() -> None:
    stream = b"\x80\x02cmymodule\nThing\n0" + SYSTEM + ARGS + b"R"
    artifact = read(BytesSource(stream), "model.pkl")
    assert artifact.reasons[0].code == "dangerous-import"
    assert {"unknown-import", "truncated"} <= {reason.code for reason in artifact.reasons}


def test_a_flood_of_imports_does_not_hide_the_dangerous_one() -> None:
    flood = b"".join(b"cm%d\nn\n0" % number for number in range(30_000))
    artifact = read(BytesSource(b"\x80\x02" + flood + SYSTEM + ARGS + b"R."), "model.pkl")
    assert artifact.loading is RUNS
    assert artifact.reasons[0].message.startswith("Imports os.system")
