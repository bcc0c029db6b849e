"""Libraries around training: what is theirs is named as such, and what their functions would run is not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from inspector.artifacts import Artifact
from inspector.provenance import Loading

Judge = Callable[..., Artifact]
RUNS, LIBRARY, UNKNOWN = Loading.RUNS_CODE, Loading.LIBRARY, Loading.UNKNOWN_IMPORT


def text(value: str) -> bytes:
    return b"X" + len(value.encode()).to_bytes(4, "little") + value.encode()


def data(value: bytes) -> bytes:
    return b"C" + bytes([len(value)]) + value


def name(module: str, qualified: str) -> bytes:
    return text(module) + text(qualified) + b"\x93"


SYMBOL = name("sympy.core.symbol", "Symbol") + text("x") + b"\x85R"
SYSTEM = b"\x80\x04" + name("os", "system") + text("echo x") + b"\x85R."
NUMBERS = b"\x80\x04]."
VOCABULARY = (
    name("spacy.vocab", "unpickle_vocab") + b"(" + name("spacy.strings", "StringStore") + b"]\x85RNNN%bNNtR"
)
DOCUMENT = name("spacy.tokens.doc", "unpickle_doc") + b"(" + VOCABULARY + b"%b" + data(b"doc") + b"tR"
STREAMS: dict[str, tuple[bytes, Loading]] = {
    "a term": (name("sympy.core.add", "Add") + SYMBOL + b"K\x02\x86R", LIBRARY),
    "a text in a term": (name("sympy.core.add", "Add") + text("exit()") + b"K\x02\x86R", RUNS),
    "a text deep in a term": (name("sympy.core.add", "Add") + b"](" + text("x") + b"e\x85\x85R", RUNS),
    "a made text in a term": (
        name("sympy.core.add", "Add") + name("builtins", "str") + text("exit()") + b"\x85R\x85R",
        RUNS,
    ),
    "a vocabulary": (VOCABULARY % data(NUMBERS), LIBRARY),
    "a vocabulary with a payload": (VOCABULARY % data(SYSTEM), RUNS),
    "a vocabulary with computed bytes": (
        VOCABULARY % (name("builtins", "bytes") + b"K\x09\x85R"),
        RUNS,
    ),
    "a vocabulary's function kept": (name("spacy.vocab", "unpickle_vocab"), RUNS),
    "a document": (DOCUMENT % (data(NUMBERS), data(NUMBERS)), LIBRARY),
    "a document with a payload": (DOCUMENT % (data(NUMBERS), data(SYSTEM)), RUNS),
    "a document with a payload in its words": (DOCUMENT % (data(SYSTEM), data(NUMBERS)), RUNS),
    "a document's function handed on": (
        name("functools", "partial") + name("spacy.tokens.doc", "unpickle_doc") + b"\x85R",
        RUNS,
    ),
    "a line of a figure": (name("matplotlib.lines", "Line2D") + b"]]\x86R", LIBRARY),
    "a font by its file": (
        name("matplotlib.font_manager", "FontProperties") + text("/x") + b"\x85R",
        RUNS,
    ),
    "an optional type": (
        name("operator", "getitem") + name("typing", "Optional") + name("builtins", "int") + b"\x86R",
        LIBRARY,
    ),
    "an item of something else": (
        name("operator", "getitem") + b"}(K\x01K\x02uK\x01\x86R",
        UNKNOWN,
    ),
    "a study in a database": (name("optuna.storages._rdb.storage", "RDBStorage") + b")\x81}b", UNKNOWN),
    "a ragged tensor": (name("torch.nested._internal.nested_tensor", "NestedTensor"), Loading.ALLOW_LISTED),
    "another name of torch._dynamo": (name("torch._dynamo.decorators", "disable"), RUNS),
}


@pytest.mark.parametrize("which", STREAMS)
def test_verdicts(which: str, judge: Judge) -> None:
    stream, loading = STREAMS[which]
    artifact = judge(b"\x80\x04" + stream + b".")
    assert artifact.loading is loading, artifact
