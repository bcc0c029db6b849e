"""Listed names put to use: what allow-listed functions and classes could be made to do, and is refused.

Every payload is a name and a word; nothing is unpickled here.
"""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest

from inspector.artifacts import Artifact
from inspector.provenance import Loading

Judge = Callable[[bytes, str], Artifact]
RUNS, BROKEN, UNKNOWN, LIBRARY = (
    Loading.RUNS_CODE,
    Loading.UNREADABLE,
    Loading.UNKNOWN_IMPORT,
    Loading.LIBRARY,
)


def text(value: str) -> bytes:
    return b"\x8c" + bytes([len(value)]) + value.encode()


def name(module: str, attribute: str) -> bytes:
    return text(module) + text(attribute) + b"\x93"


def raw(data: bytes) -> bytes:
    return b"\x8e" + struct.pack("<Q", len(data)) + data


def call(module: str, attribute: str, *arguments: bytes) -> bytes:
    return name(module, attribute) + b"(" + b"".join(arguments) + b"tR"


def new(module: str, attribute: str) -> bytes:
    return name(module, attribute) + b")\x81"


def look_up(holder: bytes, attribute: str) -> bytes:
    return call("builtins", "getattr", holder, text(attribute))


def dtype(spec: str, flags: bytes | None = None) -> bytes:
    made = call("numpy", "dtype", text(spec), b"\x89\x88")
    unset = b"J\xff\xff\xff\xff"
    return made if flags is None else made + b"(K\x03" + text("|") + b"NNN" + unset * 2 + flags + b"tb"


THING = name("mymodule", "Thing")
MODEL = new("sklearn.linear_model._base", "LinearRegression")
FRAME_HEAD = look_up(new("pandas.core.frame", "DataFrame"), "head")
POINTERS = b"(K\x01K\x01\x85" + dtype("O8", b"K\0") + b"\x89" + raw(bytes(8))
WRITES = look_up(call("pathlib", "Path", text("x")), "write_text")
SEARCH = look_up(call("re", "_compile", text("x"), b"K\0"), "search")
LOADER = new("torch.utils.data.dataloader", "DataLoader")
TENSOR = call("torch._utils", "_rebuild_tensor_v2")
BYTE_ARRAY = call("numpy._core.multiarray", "_reconstruct", name("numpy", "ndarray"), b"K\0\x85", raw(b"b"))
FIELDS = b"N" + text("a") + b"\x85}" + text("a") + call("numpy", "dtype", text("O")) + b"K\0\x86s"

GADGETS: dict[str, tuple[bytes, Loading]] = {
    "a module that another hands out": (name("torch._utils", "os"), RUNS),
    "a module under its private name": (name("random", "_os"), RUNS),
    "a module of an unknown one": (name("mymodule", "subprocess"), RUNS),
    "a dangerous function by a dotted name": (name("torch", "hub.load"), RUNS),
    "a dotted name through a library": (name("sklearn.utils", "joblib.load"), RUNS),
    "a module as an attribute": (look_up(THING, "os"), RUNS),
    "a system call as an attribute": (look_up(THING, "system"), RUNS),
    "the interpreter as an attribute": (look_up(THING, "__globals__"), RUNS),
    "the interpreter behind two attributes": (look_up(look_up(THING, "a"), "__class__"), RUNS),
    "an attribute with a default": (call("builtins", "getattr", THING, text("a"), b"N"), RUNS),
    "an attribute of a function": (look_up(name("torch._utils", "_rebuild_tensor_v2"), "a"), RUNS),
    "a listed method that is called": (FRAME_HEAD + b"(" + text("x") + b"tR", BROKEN),
    "a listed method that evaluates": (look_up(new("pandas.core.frame", "DataFrame"), "query"), RUNS),
    "a listed class method that loads": (look_up(name("gensim.models", "VocabTransform"), "load"), RUNS),
    "a listed method that writes": (look_up(new("pandas.core.frame", "DataFrame"), "to_pickle"), RUNS),
    "a method that a library calls": (
        call("torch.optim.lr_scheduler", "LambdaLR", b"N", FRAME_HEAD),
        RUNS,
    ),
    "a loader of data run through": (call("builtins", "list", LOADER), BROKEN),
    "a loader of data as keys": (call("collections", "OrderedDict", LOADER), BROKEN),
    "a loader of data in pairs": (call("builtins", "zip", LOADER), BROKEN),
    "an index of another class": (
        call("pandas.core.indexes.base", "_new_Index", name("numpy", "ndarray"), b"}"),
        RUNS,
    ),
    "a term by an index": (
        call("pandas.core.indexes.base", "_new_Index", name("sympy.integrals.integrals", "Integral"), b"}"),
        RUNS,
    ),
    "a term kept for later": (
        call("functools", "partial", name("sympy.functions.elementary.trigonometric", "sin")),
        RUNS,
    ),
    "a term that a library calls": (
        call("spacy.tokenizer", "Tokenizer", b"N}", name("sympy.functions.elementary.trigonometric", "sin")),
        RUNS,
    ),
    "an unpickler kept for later": (
        LOADER + b"}" + text("collate_fn") + name("torch.storage", "_load_from_bytes") + b"\x94s"
        + b"b0h\0" + raw(b"\x80\x02N.") + b"\x85R",
        RUNS,
    ),
    "an unpickler kept in a list": (
        b"](" + name("spacy.vocab", "unpickle_vocab") + b"e", RUNS,
    ),
    "a term kept in an object": (
        LOADER + b"}" + text("collate_fn") + name("sympy.functions.elementary.trigonometric", "sin") + b"sb",
        UNKNOWN,
    ),
    "an array made with keywords": (
        call("copyreg", "__newobj_ex__", name("numpy", "ndarray"), b"K\x01\x85\x85",
             b"}" + text("buffer") + raw(bytes(8)) + b"s"),
        RUNS,
    ),
    "a file written by a tokenizer": (
        call("spacy.tokenizer", "Tokenizer", b"N}", WRITES),
        RUNS,
    ),
    "a method that a tokenizer calls": (
        call("spacy.tokenizer", "Tokenizer", b"N}", FRAME_HEAD),
        RUNS,
    ),
    "a pattern that a tokenizer calls": (
        call("spacy.tokenizer", "Tokenizer", b"N}", SEARCH),
        LIBRARY,
    ),
    "a file read by a storage": (look_up(name("torch", "FloatStorage"), "from_file"), RUNS),
    "a file written by an array": (look_up(new("numpy", "ndarray"), "tofile"), RUNS),
    "a study in a database": (
        call("optuna.study.study", "Study", text("x"), text("sqlite:///x.db")),
        RUNS,
    ),
    "an array of records over bytes": (
        call("numpy", "recarray", b"K\x01\x85", dtype("O"), raw(bytes(8))),
        RUNS,
    ),
    "a listed method as setstate": (MODEL + b"}" + text("__setstate__") + FRAME_HEAD + b"sb", RUNS),
    "setstate by a computed name": (
        MODEL + b"}" + call("builtins", "str", raw(b"x"), text("ascii")) + FRAME_HEAD + b"sb",
        BROKEN,
    ),
    "setstate in an ordered dict": (
        MODEL + call("collections", "OrderedDict", b"]" + text("__setstate__") + FRAME_HEAD + b"\x86a")
        + b"b",
        BROKEN,
    ),
    "another class by a slot": (MODEL + b"N}" + text("__class__") + THING + b"s\x86b", RUNS),
    "items of a tensor": (TENSOR + text("a") + b"Ns", BROKEN),
    "items behind a tensor": (TENSOR + b"Na", BROKEN),
    "items of an array": (BYTE_ARRAY + b"K\0Ns", BROKEN),
    "addresses in a new array": (new("numpy", "ndarray") + POINTERS + b"tb", RUNS),
    "addresses in a called array": (call("numpy", "ndarray", b"K\0\x85") + POINTERS + b"tb", RUNS),
    "addresses in a masked array": (
        call("numpy.ma.core", "_mareconstruct") + POINTERS + raw(b"0") + b"Ntb",
        RUNS,
    ),
    "an array over bytes": (call("numpy", "ndarray", b"K\x01\x85", dtype("O"), raw(bytes(8))), RUNS),
    "a dtype that is changed in use": (
        BYTE_ARRAY + b"(K\x01K\x01\x85" + dtype("V8") + b"\x94\x89" + raw(bytes(8)) + b"tb0h\0(K\x03"
        + text("|") + FIELDS + b"K\x08K\x01K\x3ftb",
        BROKEN,
    ),
    "objects that a dtype denies": (
        call("numpy", "dtype", text("V8")) + b"(K\x03" + text("|") + FIELDS + b"K\x08K\x01K\x10tb",
        BROKEN,
    ),
    "a file for a booster": (call("xgboost.core", "Booster", b"N)", text("a.json")), RUNS),
    "a folder for a training run": (call("transformers.training_args", "TrainingArguments", text("a")), RUNS),
    "an iterator that calls": (call("builtins", "iter", THING, b"N"), BROKEN),
    "an endless list": (call("builtins", "list", call("itertools", "count")), BROKEN),
    "a huge range unfolded": (
        call("builtins", "list", call("builtins", "range", b"\x8a\x06\0\0\0\0\0\1")),
        BROKEN,
    ),
    "a huge byte array": (call("builtins", "bytearray", b"\x8a\x06\0\0\0\0\0\1"), BROKEN),
    "a reduction": (call("functools", "reduce", name("_operator", "add"), text("a") + b"\x85"), RUNS),
    "a partial of an unpickler": (
        call("functools", "partial", name("torch.storage", "_load_from_bytes")),
        RUNS,
    ),
    "an encoding of one's own": (call("_codecs", "encode", text("x"), text("mymodule")), BROKEN),
    "a type of dill that is none": (call("dill._dill", "_load_type", text("CodeType")), RUNS),
    "a text that dill evaluates": (call("dill._dill", "_eval_repr", text("print(1)")), RUNS),
    "a call of a kept function": (call("builtins", "len", b")"), BROKEN),
    "a flood of small faults before the grave one": (
        b"}" + b"".join(b"K\x01Na" for _ in range(300)) + look_up(THING, "__globals__"),
        RUNS,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", sorted(GADGETS))
def test_a_listed_name_is_not_put_to_another_use(case: str, judge: Judge) -> None:
    body, loading = GADGETS[case]
    artifact = judge(b"\x80\x04" + body + b".", "model.pkl")
    assert artifact.loading is loading, artifact


HONEST: dict[str, tuple[bytes, Loading]] = {
    "a method of an unknown class": (look_up(THING, "make"), UNKNOWN),
    "a class method of an unknown class, called": (look_up(THING, "make") + b")R", UNKNOWN),
    "a call of what an unknown function gave": (call("mymodule", "thing") + b")R", UNKNOWN),
    "a method of a text type": (look_up(name("builtins", "str"), "lower"), LIBRARY),
    "a method of a pattern": (look_up(call("re", "_compile", text("a"), b"K\0"), "findall"), LIBRARY),
    "a partial of a type": (call("functools", "partial", name("builtins", "int")), LIBRARY),
    "a union of types": (
        call("functools", "reduce", name("_operator", "or_"), name("builtins", "int") + b"N\x86"),
        LIBRARY,
    ),
    "a default of a default": (
        call("collections", "defaultdict", call("functools", "partial", name("builtins", "dict"))),
        LIBRARY,
    ),
    "an instance made with keywords": (
        call("functools", "partial", look_up(name("fractions", "Fraction"), "__new__"))
        + b"(" + look_up(name("fractions", "Fraction"), "__new__") + name("fractions", "Fraction")
        + b"\x85}NtbR".replace(b"tbR", b"tb)R"),
        LIBRARY,
    ),
    "a status of the web": (call("http", "HTTPStatus", b"K\xc8"), LIBRARY),
    "a logger": (call("logging", "getLogger", text("a.b")), LIBRARY),
    "a range of dill": (call("dill._dill", "_eval_repr", text("range(0, 3)")), Loading.ALLOW_LISTED),
    "a slice of dill": (
        call("dill._dill", "_load_type", text("slice")) + b"(NK\x01NtR",
        Loading.ALLOW_LISTED,
    ),
    "a pickled value in the data": (
        b"}" + text("blob") + raw(b"\x80\x04" + call("collections", "OrderedDict", b")") + b".") + b"s",
        Loading.ALLOW_LISTED,
    ),
    "a nested class of a project": (name("mymodule", "Outer.Inner"), UNKNOWN),
    "a function called test": (name("mymodule", "Outer.test"), UNKNOWN),
}  # fmt: skip


@pytest.mark.parametrize("case", sorted(HONEST))
def test_what_python_itself_writes_is_no_alarm(case: str, judge: Judge) -> None:
    body, loading = HONEST[case]
    artifact = judge(b"\x80\x04" + body + b".", "model.pkl")
    assert artifact.loading is loading, artifact


OTHER_UNPICKLER = {
    "a name that the end cuts off": b"(S'echo x'\nios\nsystem!",
    "a frame longer than the file": b"\x80\x04\x95\xff\0\0\0\0\0\0\0"
    + call("os", "system", text("x"))
    + b".",
    "a number that Python alone reads": b"F0_7\n0cos\nsystem\n(S'x'\ntR.",
    "a break inside of a frame": b"\x95\x02\0\0\0\0\0\0\0Sb'a'\n" + call("os", "system", text("x")) + b".",
    "an import before a missing mark": b"ios\nsystem\n.",
}


@pytest.mark.parametrize("case", sorted(OTHER_UNPICKLER))
def test_what_only_one_unpickler_runs_is_named(case: str, judge: Judge) -> None:
    """joblib and dill unpickle with the Python one, pickle and torch with the one in C."""
    artifact = judge(OTHER_UNPICKLER[case], "model.pkl")
    assert artifact.loading is RUNS, artifact
    assert "os.system" in artifact.imports
