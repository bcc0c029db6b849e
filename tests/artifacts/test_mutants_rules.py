"""The rules that calls of listed names obey: the call as its library writes it, and those beside it."""

from __future__ import annotations

import struct

import pytest

from inspector.artifacts.bytesource import BytesSource
from inspector.artifacts.pickles.machine import PickleMachine


def text(value: str) -> bytes:
    raw = value.encode()
    return b"X" + struct.pack("<I", len(raw)) + raw


def name(module: str, qualified: str) -> bytes:
    return b"c" + module.encode() + b"\n" + qualified.encode() + b"\n"


def call(function: bytes, *args: bytes) -> bytes:
    return function + b"(" + b"".join(args) + b"tR"


def tup(*parts: bytes) -> bytes:
    return b"(" + b"".join(parts) + b"t"


def series(*parts: bytes) -> bytes:
    return b"](" + b"".join(parts) + b"e"


def number(value: int) -> bytes:
    return b"\x8a\x09" + value.to_bytes(9, "little", signed=True)


def codes(raw: bytes) -> list[str]:
    outcome = PickleMachine(BytesSource(b"\x80\x04" + raw + b".")).run()
    assert outcome.ended
    return [reason.code for _, reason in outcome.problems]


def builtin(word: str) -> bytes:
    return name("builtins", word)


ONE, EMPTY = b"K\x01", b"}"
HELD = b"}" + text("a") + b"Ns"
THING, THEIRS = name("their", "Thing"), call(name("their", "f"))
VALUE = name("torch.nn.functional", "relu")
FRACTION, FACTORY = name("fractions", "Fraction"), name("collections", "defaultdict")
LINEAR = name("sklearn.linear_model._base", "LinearRegression")
LOADER = name("torch.utils.data.dataloader", "DataLoader")
REBUILT = name("torch._utils", "_rebuild_tensor_v2")
LOADS = name("torch.storage", "_load_from_bytes")
GETATTR, PARTIAL = builtin("getattr"), name("functools", "partial")
DANGER = name("os", "system")
STRATEGY = name("transformers.trainer_utils", "HubStrategy")
REBUILD, NEW, NEW_EX = (name("copyreg", word) for word in ("_reconstructor", "__newobj__", "__newobj_ex__"))
ENCODE = name("_codecs", "encode")
DOCUMENT, VOCABULARY = name("spacy.tokens.doc", "unpickle_doc"), name("spacy.vocab", "unpickle_vocab")
FROM_TYPE = name("torch._tensor", "_rebuild_from_type_v2")
BYTES = b"C\x01a"
DTYPE = call(name("numpy", "dtype"), text("f8"), b"\x89\x88")
OBJECTS = call(name("numpy", "dtype"), text("O"), b"\x89\x88")
RECONSTRUCT = name("numpy.core.multiarray", "_reconstruct")
DILL_ARRAY = name("dill._dill", "_create_array")
LOGGER, ENUM = name("logging", "getLogger"), name("enum", "Enum")
GETITEM, OPTIONAL = name("operator", "getitem"), name("typing", "Optional")
INDEX = name("pandas.core.indexes.base", "_new_Index")
TERM, SYMBOL = name("sympy.core.add", "Add"), name("sympy.core.symbol", "Wild")
WRAPPER = name("joblib.numpy_pickle", "NumpyArrayWrapper")
NORM = name("scipy.stats._continuous_distns", "alpha_gen")
TOKENS = name("tokenizers.models", "BPE")
TOKENIZER = name("spacy.tokenizer", "Tokenizer")
PATTERN = call(name("re", "_compile"), text("a"), b"K\0")
DILL_TYPE, DILL_REPR = name("dill._dill", "_load_type"), name("dill._dill", "_eval_repr")
INT, GB = builtin("int"), 1 << 30


def deep(value: bytes, depth: int) -> bytes:
    return value + b"\x85" * depth


CALLS: dict[str, list[tuple[bytes, list[str]]]] = {
    "encodings": [
        *((call(ENCODE, text("a"), text(word)), []) for word in ("latin1", "latin-1", "latin_1", "ascii")),
        *((call(ENCODE, text("a"), text(word)), []) for word in ("utf-8", "utf8", "utf_8", "iso-8859-1")),
        (call(ENCODE, text("a")), []),
        (call(ENCODE, text("a" * 5000), text("ascii")), []),
        (call(ENCODE, text("a"), text("rot13")), ["bad-arguments"]),
        (call(ENCODE, text("a"), text("ascii"), text("strict")), ["bad-arguments"]),
        (call(ENCODE, text("a"), THING), ["bad-arguments"]),
        (call(ENCODE, BYTES, text("ascii")), ["bad-arguments"]),
        (call(ENCODE, text("ascii"), b"N"), ["bad-arguments"]),
        (call(ENCODE), ["bad-arguments"]),
    ],
    "what is unpickled stands in the stream": [
        (call(LOADS, BYTES), []),
        (call(LOADS, THEIRS), ["nested-pickle"]),
        *((call(LOADS, call(ENCODE, text("a"), text(word))), []) for word in ("latin1", "latin-1")),
        (call(LOADS, call(ENCODE, text("a" * 5000), text("latin1"))), []),
        (call(LOADS, call(ENCODE, text("a"), text("utf-8"))), ["nested-pickle"]),
        (call(LOADS, call(ENCODE, text("a"))), ["nested-pickle"]),
        (call(LOADS, call(ENCODE, ONE, text("latin1"))), ["bad-arguments", "nested-pickle"]),
        (call(LOADS, call(ENCODE, text("a"), text("latin1"), ONE)), ["bad-arguments", "nested-pickle"]),
        (call(LOADS, call(builtin("range"), text("a"), text("latin1"))), ["nested-pickle"]),
        (call(LOADS, call(ENCODE)), ["bad-arguments", "nested-pickle"]),
        (call(LOADS, BYTES, BYTES), ["nested-pickle"]),
        (call(DOCUMENT, b"N", BYTES, b"N"), []),
        (call(DOCUMENT, b"N", BYTES), ["nested-pickle"]),
        (call(DOCUMENT, b"N", BYTES, b"N", b"N"), ["nested-pickle"]),
        (call(DOCUMENT, BYTES, THEIRS, BYTES), ["nested-pickle"]),
        (call(VOCABULARY, *[b"N"] * 4, BYTES, b"N", b"N"), []),
        (call(VOCABULARY, *[b"N"] * 4, BYTES, b"N"), ["nested-pickle"]),
        (call(VOCABULARY, *[b"N"] * 4, BYTES, b"N", b"N", b"N"), ["nested-pickle"]),
        (call(VOCABULARY, *[BYTES] * 4, b"N", BYTES, BYTES), ["nested-pickle"]),
    ],
    "constructors without arguments": [
        (call(NORM), []),
        (call(NORM, ONE), ["bad-arguments"]),
        (call(LOADER), []),
        (call(LOADER, ONE), ["constructor"]),
        (call(builtin("type"), ONE), []),
        (call(builtin("type"), ONE, ONE), ["makes-a-class"]),
        (call(builtin("type")), ["makes-a-class"]),
    ],
    "classes first": [
        *((call(NEW, one), []) for one in (FRACTION, THING, STRATEGY)),
        *((call(NEW, one), ["not-a-class"]) for one in (REBUILT, text("a"), THEIRS)),
        (call(NEW), ["not-a-class"]),
    ],
    "iterators": [
        *((call(builtin(word), b")"), []) for word in ("iter", "reversed")),
        (call(builtin("iter")), ["bad-arguments"]),
        (call(builtin("iter"), THING), ["bad-arguments"]),
        (call(builtin("iter"), b")", b"N"), ["bad-arguments"]),
        (call(builtin("zip"), b")", b")"), []),
        (call(builtin("zip"), call(LOADER)), ["library-iterated"]),
        (call(builtin("iter"), call(LOADER)), ["library-iterated"]),
        (call(builtin("list"), call(LOADER)), ["library-iterated"]),
        (call(name("itertools", "chain"), call(LOADER)), ["library-iterated"]),
        (call(name("collections", "deque"), call(LOADER)), ["library-iterated"]),
        (call(name("array", "array"), text("b"), call(LOADER)), ["library-iterated"]),
        (call(builtin("list"), call(FRACTION)), []),
        (call(builtin("list"), THEIRS), []),
        *((call(builtin(word), call(LOADER)), []) for word in ("object", "type", "slice")),
        (call(GETATTR, call(LOADER), text("a")), []),
        (call(FRACTION, call(LOADER)), []),
        (call(builtin("list"), call(name("functools", "partial"), builtin("int"))), []),
    ],
    "how much is asked for": [
        (call(builtin("bytearray"), number(GB)), []),
        (call(builtin("bytearray"), number(GB + 1)), ["over-limit"]),
        (call(builtin("bytearray"), number(-GB - 1)), ["over-limit"]),
        (call(builtin("bytearray"), ONE, number(GB + 1)), []),
        (call(builtin("bytearray")), []),
        (call(builtin("list"), call(builtin("range"), number(1 << 24))), []),
        (call(builtin("list"), call(builtin("range"), number((1 << 24) + 1))), ["over-limit"]),
        (call(builtin("list"), call(builtin("range"), b"K\0", number(-(1 << 24) - 1))), ["over-limit"]),
        (call(builtin("list"), call(builtin("range"), THEIRS)), ["over-limit"]),
        (call(builtin("list"), builtin("range") + b"NR"), ["bad-arguments"]),
        (call(builtin("list"), call(name("itertools", "count"))), ["over-limit"]),
        (call(builtin("list"), call(builtin("zip"))), ["over-limit"]),
        (call(builtin("list"), call(builtin("iter"), b")")), ["over-limit"]),
        (call(builtin("list"), call(builtin("reversed"), b")")), ["over-limit"]),
    ],
    "defaults": [
        *((call(FACTORY, one), []) for one in (b"N", INT, THING, STRATEGY, DANGER, builtin("len"))),
        (call(FACTORY), []),
        (call(FACTORY, call(PARTIAL, builtin("int"))), []),
        *((call(FACTORY, one), ["default-factory"]) for one in (REBUILT, text("a"), call(FRACTION), ONE)),
    ],
    "tensors of another type": [
        (call(FROM_TYPE, REBUILT, THING, b")"), []),
        (call(FROM_TYPE, REBUILT, THING, b")", b"}"), []),
        (call(FROM_TYPE, THING, THING, b")", b"}"), []),
        (call(FROM_TYPE, REBUILT, THING, b")", b"}" + THEIRS + b"Ns"), ["computed-attribute"]),
        (call(FROM_TYPE, REBUILT, THING, b")", b"N", b"}" + THEIRS + b"Ns"), []),
        (call(FROM_TYPE, REBUILT, THING), ["rebuild-function"]),
        (call(FROM_TYPE), ["rebuild-function"]),
        (call(FROM_TYPE, REBUILT, THING, b"]"), ["rebuild-function"]),
        (call(FROM_TYPE, REBUILT, THING, b"N"), ["rebuild-function"]),
        (call(FROM_TYPE, REBUILT, LOADER, b")"), []),
        (call(FROM_TYPE, VALUE, THING, b")"), ["rebuild-function"]),
        (call(FROM_TYPE, REBUILT, text("a"), b")"), ["rebuild-function"]),
        (call(FROM_TYPE, REBUILT, REBUILT, b")"), ["rebuild-function"]),
        (call(FROM_TYPE, text("a"), THING, b")"), ["rebuild-function"]),
        (call(FROM_TYPE, builtin("len"), THING, b")"), ["rebuild-function"]),
        (call(FROM_TYPE, FRACTION, THING, b")"), ["rebuild-function"]),
        (call(FROM_TYPE, LINEAR, THING, b")"), ["rebuild-function"]),
        (call(FROM_TYPE, name("torch", "Size"), THING, b")"), ["rebuild-function"]),
        (call(FROM_TYPE, LOADER, THING, ONE + b"\x85"), ["constructor", "call-by-argument"]),
        (call(FROM_TYPE, LOADS, THING, THEIRS + b"\x85"), ["nested-pickle", "call-by-argument"]),
    ],
    "calls that copyreg makes": [
        (call(NEW, LOADER), []),
        (call(NEW, LOADER, ONE), ["constructor"]),
        (call(NEW, FACTORY, ONE), ["default-factory"]),
        (call(NEW_EX, FACTORY, b")", EMPTY), []),
        (call(NEW_EX, FACTORY, b")"), []),
        (call(NEW_EX, FACTORY), []),
        (call(NEW_EX, FACTORY, ONE + b"\x85", EMPTY), ["default-factory"]),
        (call(NEW_EX, FACTORY, ONE), []),
        (call(NEW_EX, FACTORY, b")", HELD), ["bad-arguments"]),
        (call(NEW_EX, FACTORY, b")", ONE), ["bad-arguments"]),
        (call(NEW_EX, FRACTION, b")", HELD), []),
        (call(NEW, FACTORY, b"N", HELD), []),
        (call(REBUILD, THING, LOADER, ONE), ["constructor"]),
        (call(NEW_EX, FACTORY, ONE + b"\x85"), ["default-factory"]),
        (call(NEW_EX, FACTORY, b")", b"(Nd"), ["odd-items", "bad-arguments"]),
        (call(NEW_EX, THING, GETATTR), ["kept-for-a-call"]),
        (call(REBUILD, FACTORY, ONE + b"\x85", b"N"), []),
        (call(REBUILD, THING, GETATTR), ["getattr-misuse"]),
        (call(REBUILD, THING, LOADER), []),
        (call(REBUILD, THING, builtin("object"), b"N"), []),
        (call(REBUILD, THING, text("a"), b"N"), []),
        (call(REBUILD, THING), []),
        (call(REBUILD, LOADER, builtin("object"), b"N"), []),
        (call(REBUILD, THING, FACTORY, ONE), ["default-factory"]),
        (call(RECONSTRUCT, name("numpy", "ndarray"), FACTORY, ONE), []),
    ],
    "what is handed on": [
        (call(THING, LOADER), ["call-by-argument"]),
        (call(THING, ONE, LOADS), ["call-by-argument"]),
        (call(NEW, LOADER), []),
        (call(NEW, THING, LOADS), ["call-by-argument"]),
        (call(NEW, NORM), []),
        (call(THING, NORM), ["call-by-argument"]),
        (call(PARTIAL, NORM), ["partial-misuse", "call-by-argument"]),
        (call(REBUILD, WRAPPER, builtin("object"), b"N"), []),
        (call(NEW_EX, LOADER, b")", EMPTY), []),
        (call(PARTIAL, LOADS), ["partial-misuse"]),
        (call(DANGER, LOADS), []),
        (call(FRACTION, THING), []),
    ],
    "dill": [
        *((call(DILL_TYPE, text(word)), []) for word in ("EllipsisType", "NoneType", "int")),
        (call(DILL_TYPE, text("NotImplementedType")), []),
        (call(DILL_TYPE, text("int"), b"N"), ["makes-a-function"]),
        (call(DILL_TYPE, text("FunctionType")), ["makes-a-function"]),
        (call(DILL_REPR, text("range(0, 3, -1)")), []),
        (call(DILL_REPR, text("range(0, 3)"), b"N"), ["evaluates-text"]),
        (call(DILL_REPR, BYTES), ["evaluates-text"]),
        (call(DILL_REPR, text("range(0, f())")), ["evaluates-text"]),
        (call(DILL_ARRAY, RECONSTRUCT, b")", tup(b"N", b"N", DTYPE, b"N", b"N"), b"N"), []),
        (call(DILL_ARRAY, RECONSTRUCT, b")", tup(b"N", b"N", DTYPE, b"N", b"N")), []),
        (call(DILL_ARRAY, RECONSTRUCT, b")", tup(b"N", b"N", OBJECTS, b"N", b"N")), ["object-from-bytes"]),
        (call(DILL_ARRAY, RECONSTRUCT, b")", tup(b"N", DTYPE, b"N", b"N", b"N")), ["call-by-argument"]),
        (call(DILL_ARRAY, RECONSTRUCT, b")", tup(b"N", b"N", b"N", DTYPE, b"N")), ["call-by-argument"]),
        (call(DILL_ARRAY, RECONSTRUCT, b")", tup(b"N", b"N", DTYPE, b"N")), ["call-by-argument"]),
        (call(DILL_ARRAY, RECONSTRUCT, b")", tup(b"N", b"N", DTYPE, b"N", b"N", b"N")), ["call-by-argument"]),
        (call(DILL_ARRAY, RECONSTRUCT, tup(b"N", b"N", DTYPE, b"N", b"N"), b")"), ["call-by-argument"]),
        (call(DILL_ARRAY, RECONSTRUCT, b")", b"]"), ["call-by-argument"]),
        (call(DILL_ARRAY, RECONSTRUCT, b")"), ["call-by-argument"]),
        (call(DILL_ARRAY, RECONSTRUCT, b")", series(b"N", b"N", DTYPE, b"N", b"N")), ["call-by-argument"]),
        (call(DILL_ARRAY, FRACTION, b")", tup(b"N", b"N", DTYPE, b"N", b"N")), ["call-by-argument"]),
        (call(DILL_ARRAY, text("a"), b")", tup(b"N", b"N", DTYPE, b"N", b"N")), ["call-by-argument"]),
        (call(DILL_ARRAY), ["call-by-argument"]),
    ],
    "dtypes and generators": [
        (call(name("numpy", "dtype"), text("no type")), ["dtype"]),
        (call(name("numpy.random._pickle", "__generator_ctor"), text("PCG64")), []),
        (call(name("numpy.random._pickle", "__generator_ctor"), text("PCG64"), THING), ["call-by-argument"]),
    ],
    "loggers, members, forms and indexes": [
        (call(LOGGER), []),
        (call(LOGGER, text("a")), []),
        (call(LOGGER, text("a" * 5000)), []),
        (call(LOGGER, ONE), ["bad-arguments"]),
        (call(LOGGER, text("a"), text("a")), ["bad-arguments"]),
        (call(ENUM, ONE), []),
        (call(ENUM, ONE, ONE), ["makes-a-class"]),
        (call(ENUM), []),
        (call(GETITEM, OPTIONAL, ONE), []),
        (call(GETITEM, name("collections.abc", "Callable"), ONE), []),
        (call(GETITEM, OPTIONAL), ["unknown-import"]),
        (call(GETITEM, FRACTION, ONE), ["unknown-import"]),
        (call(GETITEM, name("typing", "nothing"), ONE), ["unknown-import"]),
        (call(GETITEM, text("typing"), ONE), ["unknown-import"]),
        (call(INDEX, name("pandas.core.indexes.base", "Index"), EMPTY), []),
        (call(INDEX, THING, EMPTY), []),
        (call(INDEX, DANGER, EMPTY), []),
        *((call(INDEX, one, EMPTY), ["call-by-argument"]) for one in (FRACTION, LINEAR, text("a"), ONE)),
        (call(INDEX), ["call-by-argument"]),
    ],
    "terms": [
        *((call(TERM, one), []) for one in (ONE, b"N", b"\x88", b"G" + b"\0" * 8)),
        *((call(TERM, one), []) for one in (call(TERM), b"}", b")", b"]")),
        (call(TERM, TERM), ["call-by-argument"]),
        *((call(TERM, one), ["evaluated-text"]) for one in (text("a"), BYTES, FRACTION, HELD)),
        (call(TERM, call(FRACTION)), ["evaluated-text"]),
        (call(TERM, THEIRS), ["evaluated-text"]),
        (call(TERM, b"}K\x01Ns"), ["evaluated-text"]),
        (call(TERM, series(*[ONE] * 30)), []),
        (call(TERM, series(*[ONE] * 31)), ["evaluated-text"]),
        (call(TERM, tup(*[ONE] * 40)), []),
        (call(TERM, deep(ONE, 6)), []),
        (call(TERM, deep(ONE, 7)), ["evaluated-text"]),
        (call(TERM, deep(text("a"), 2)), ["evaluated-text"]),
        (call(SYMBOL, text("a")), []),
        (call(SYMBOL, text("a"), ONE), []),
        (call(SYMBOL, text("a"), text("b")), ["evaluated-text"]),
        (call(SYMBOL, text("a"), ONE, text("b")), ["evaluated-text"]),
    ],
    "constructors that take no text": [
        (call(TOKENS), []),
        (call(TOKENS, ONE), []),
        *((call(TOKENS, one), ["constructor"]) for one in (text("a"), BYTES, text("a" * 5000))),
        (call(TOKENS, ONE, text("a")), ["constructor"]),
        (call(TOKENS, series(ONE, text("a"))), ["constructor"]),
        (call(TOKENS, deep(text("a"), 4)), ["constructor"]),
        (call(TOKENS, deep(ONE, 4)), []),
        (call(TOKENS, deep(ONE, 5)), ["constructor"]),
    ],
    "methods of a tokenizer": [
        *((call(TOKENIZER, call(GETATTR, PATTERN, text(word))), []) for word in ("search", "match")),
        *((call(TOKENIZER, call(GETATTR, PATTERN, text(word))), []) for word in ("finditer", "findall")),
        (call(TOKENIZER, call(GETATTR, PATTERN, text("fullmatch"))), []),
        (call(TOKENIZER, call(GETATTR, PATTERN, text("sub"))), ["call-by-argument"]),
        (call(TOKENIZER, call(GETATTR, call(FRACTION), text("search"))), ["call-by-argument"]),
        (call(TOKENIZER, call(GETATTR, text("a"), text("search"))), ["call-by-argument"]),
        (call(TOKENIZER, call(PARTIAL, builtin("int"))), ["call-by-argument"]),
        (call(TOKENIZER, call(FRACTION), ONE), []),
    ],
}  # fmt: skip
ROWS = [
    (f"{group} {place}", raw, said) for group, rows in CALLS.items() for place, (raw, said) in enumerate(rows)
]


@pytest.mark.parametrize(("raw", "said"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_a_call_of_a_listed_name(raw: bytes, said: list[str]) -> None:
    assert codes(raw) == said
