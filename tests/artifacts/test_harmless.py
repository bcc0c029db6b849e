"""What real libraries write for plain data and tensors is never flagged, and library classes are named."""

from __future__ import annotations

import collections
import datetime
import decimal
import enum
import fractions
import pathlib
import pickle
import uuid
import zoneinfo
from collections.abc import Callable

import numpy as np
import pytest

from inspector.artifacts import Artifact
from inspector.provenance import Loading

Judge = Callable[[bytes, str], Artifact]

TENSOR_FILES = ["state.pt", "state_legacy.pt", "shared.pt", "misc.pt", "checkpoint.pt", "quantized.pt"]
LIBRARY_FILES = {
    "module.pt": "torch.nn.modules.linear.Linear",
    "module_legacy.pt": "torch.nn.modules.linear.Linear",
    "pipeline.pkl": "sklearn.pipeline.Pipeline",
    "forest.joblib": "sklearn.tree._tree.Tree",
    "forest_zlib.joblib": "sklearn.tree._tree.Tree",
    "forest_gzip.joblib": "sklearn.tree._tree.Tree",
    "forest_bz2.joblib": "sklearn.tree._tree.Tree",
    "forest_xz.joblib": "sklearn.tree._tree.Tree",
    "forest_lzma.joblib": "sklearn.tree._tree.Tree",
    "objects.joblib": "joblib.numpy_pickle.NumpyArrayWrapper",
    "tfidf.joblib": "sklearn.feature_extraction.text.TfidfVectorizer",
    "neighbours.joblib": "sklearn.neighbors._kd_tree.newObj",
    "frame.pkl": "pandas.DataFrame",
    "sparse.pkl": "scipy.sparse._csr.csr_matrix",
    "generator.pkl": "numpy.random._pickle.__generator_ctor",
}


@pytest.mark.parametrize("name", TENSOR_FILES)
def test_tensor_files_are_allow_listed(name: str, judge: Judge, fixture_file: Callable[[str], bytes]) -> None:
    artifact = judge(fixture_file(name), name)
    assert artifact.loading is Loading.ALLOW_LISTED, artifact
    assert artifact.is_pickle and not artifact.reasons
    assert artifact.format == ("torch-legacy" if "legacy" in name else "torch-zip")


@pytest.mark.parametrize("name", TENSOR_FILES)
def test_the_name_of_a_tensor_file_does_not_matter(
    name: str, judge: Judge, fixture_file: Callable[[str], bytes]
) -> None:
    for path in ("pytorch_model.bin", "weights", "model.txt", "x.ckpt"):
        assert judge(fixture_file(name), path).loading is Loading.ALLOW_LISTED


@pytest.mark.parametrize("name", sorted(LIBRARY_FILES))
def test_library_pickles_name_what_they_need(
    name: str, judge: Judge, fixture_file: Callable[[str], bytes]
) -> None:
    artifact = judge(fixture_file(name), name)
    assert artifact.loading is Loading.LIBRARY, artifact
    assert LIBRARY_FILES[name] in artifact.imports
    assert {reason.code for reason in artifact.reasons} == {"library-class"}


def test_torchscript_is_code(judge: Judge, fixture_file: Callable[[str], bytes]) -> None:
    artifact = judge(fixture_file("script.pt"), "script.pt")
    assert artifact.loading is Loading.RUNS_CODE
    assert artifact.format == "torchscript"
    assert "torchscript" in {reason.code for reason in artifact.reasons}


class Colour(enum.Enum):
    RED = 1


PLAIN = {
    "numbers": [1, -1, 255, 256, 65536, 2**31, 10**40, -(10**40), 0.5, float("inf"), float("nan"), 1 + 2j],
    "texts": ["", "é", "\ud800", "x" * 300, "y" * 70_000, "line\nbreak", "'quoted'"],
    "bytes": [b"", b"x\xff", b"z" * 70_000, bytearray(b"abc")],
    "containers": [(), (1,), (1, 2), (1, 2, 3, 4), [], {}, {1}, frozenset([1]), {"a": {"b": [()]}}],
    "constants": [None, True, False, Ellipsis, NotImplemented, type(None)],
    "types": [int, str, list, dict],
    "collections": [
        collections.OrderedDict(a=1), collections.Counter("ab"), collections.deque([1], 3),
        collections.defaultdict(list, a=[1]), collections.defaultdict(None), collections.ChainMap({"a": 1}),
    ],
    "dates": [
        datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC), datetime.date(2020, 1, 1),
        datetime.timedelta(1), datetime.time(1, 2),
    ],
    "values": [
        decimal.Decimal("1.5"), fractions.Fraction(1, 3), uuid.UUID(int=1), pathlib.PurePosixPath("a/b"),
        range(3), slice(1, 2), object(),
    ],
    "arrays": [
        np.arange(6.0).reshape(2, 3), np.arange(6).reshape(2, 3)[:, ::2], np.asfortranarray(np.eye(2)),
        np.array(["a", None], object), np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8", (2,))]),
        np.array(["2020"], "M8[D]"), np.array(["xx"]), np.array([b"x"]), np.zeros(0), np.zeros((), "f2"),
        np.float64(1.5), np.int64(3), np.bool_(True), np.datetime64("2020"), np.dtype("f8"), np.int64,
    ],
    "shared": [[[1, 2, 3]] * 1000, [("a", "b")] * 1000],
}  # fmt: skip


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("kind", sorted(PLAIN))
def test_plain_data_is_allow_listed_in_every_protocol(kind: str, protocol: int, judge: Judge) -> None:
    for value in PLAIN[kind]:
        artifact = judge(pickle.dumps(value, protocol), "data.pkl")
        assert artifact.loading is Loading.ALLOW_LISTED, (value, artifact)
        assert not artifact.reasons


def test_a_class_of_the_project_is_an_unknown_import(judge: Judge) -> None:
    artifact = judge(pickle.dumps(Colour.RED), "data.pkl")
    assert artifact.loading is Loading.UNKNOWN_IMPORT
    assert any(name.endswith(".Colour") for name in artifact.imports)


def test_a_member_of_a_listed_enum_may_be_looked_up(judge: Judge) -> None:
    stream = b"\x80\x02c__builtin__\ngetattr\nctransformers.trainer_utils\nHubStrategy\nX\x03\0\0\0END\x86R."
    assert judge(stream, "training_args.bin").loading is Loading.LIBRARY


def test_record_arrays_and_time_zones_need_their_libraries_only(judge: Judge) -> None:
    record = np.rec.array([(1, 2.0)], dtype=[("Open", "i4"), ("b", "f8")])
    zone = datetime.datetime(2020, 1, 1, tzinfo=zoneinfo.ZoneInfo("UTC"))
    for value in (record, zone):
        for protocol in range(6):
            artifact = judge(pickle.dumps(value, protocol), "data.pkl")
            assert artifact.loading is Loading.LIBRARY, artifact


def test_a_large_array_in_protocol_0_is_one_long_line(judge: Judge) -> None:
    data = pickle.dumps(np.arange(400_000, dtype="u2"), 0)
    assert judge(data, "data.pkl").loading is Loading.ALLOW_LISTED


def test_many_shared_lists_are_no_bomb(judge: Judge) -> None:
    row = list(range(1000))
    assert judge(pickle.dumps([row] * 50_000, 4), "data.pkl").loading is Loading.ALLOW_LISTED


TEXTS = {
    "readme.md": b"# A model\n\nIt is. N.\n",
    "train.py": b"import os\nos.system('echo x')\n",
    "run.sh": b"#!/bin/sh\necho hello\n",
    "data.csv": b"a,b\n1,2\n",
    "data.jsonl": b'{"a": 1}\n{"a": 2}\n',
    "notes.txt": "Grüße, こんにちは.\n".encode(),
    "latin.txt": "Grüße aus Köln, schön".encode("latin-1"),
    "wide.txt": "hello".encode("utf-16"),
    "LICENSE": b"Permission is hereby granted.\n",
    "one.txt": b"N.",
    "requirements.txt": b"cpickle\nnumpy\ntorch\n",
    "empty.txt": b"",
    "table.tsv": b"I\t1\n(a\tb\n",
    "mz.txt": b"MZ is how the name of the designer begins.\n",
    "photo.png": b"\x89PNG\r\n\x1a\n" + bytes(100),
    "photo.jpg": b"\xff\xd8\xff\xe0" + bytes(100),
    "paper.pdf": b"%PDF-1.7\n" + bytes(range(128, 200)),
    "notebook.ipynb": b'{"cells": []}',
    "vocab.json": b'{"hello": 1}',
}


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_texts_images_and_documents_have_no_loader(name: str, judge: Judge) -> None:
    artifact = judge(TEXTS[name], name)
    assert artifact.loading is Loading.NO_LOADER, artifact
    assert not artifact.is_pickle


def test_unknown_data_is_not_understood_and_never_fine(judge: Judge) -> None:
    for data in (bytes(range(256)) * 9, b"\x00\x01\x02\x03" * 50, b"\x80\x04" + bytes(range(200, 256)) * 4):
        for name in ("blob.bin", "blob.dat", "blob"):
            artifact = judge(data, name)
            assert artifact.loading in (Loading.NOT_UNDERSTOOD, Loading.UNREADABLE)
            assert artifact.reasons
