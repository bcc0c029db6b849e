"""Formats of smaller tools: what runs code in them is told, and their ordinary files are data."""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from inspector.artifacts import Artifact
from inspector.provenance import Loading

Judge = Callable[..., Artifact]
RUNS, DATA, BROKEN, NONE = Loading.RUNS_CODE, Loading.DATA_ONLY, Loading.UNREADABLE, Loading.NO_LOADER
LISTED, FOREIGN = Loading.ALLOW_LISTED, Loading.NOT_UNDERSTOOD
CALL = b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x06echo x\x85R."
NUMBERS = b"\x80\x04]\x94(K\x01K\x02K\x03K\x04e."


def zarr(**more: Any) -> dict[str, Any]:
    return {"zarr_format": 2, "shape": [4], "dtype": "|O", "compressor": {"id": "zlib", "level": 1}, **more}


@pytest.mark.parametrize(
    ("name", "value", "loading"),
    [
        ("a.zarr/.zarray", zarr(filters=[{"id": "pickle", "protocol": 5}]), RUNS),
        ("a.zarr/.zarray", zarr(compressor={"id": "pickle"}), RUNS),
        ("a.zarr/.zmetadata", {"metadata": {"x/.zarray": zarr(filters=[{"id": "pickle"}])}}, RUNS),
        ("zarr.json", {"zarr_format": 3, "codecs": [{"name": "pickle", "configuration": {}}]}, RUNS),
        ("a.zarr/.zarray", zarr(filters=[{"id": "vlen-utf8"}]), NONE),
        ("a.zarr/zarr.json", {"zarr_format": 3, "attributes": {"name": "pickle"}, "codecs": []}, NONE),
        ("net-symbol.json", {"nodes": [{"op": "Custom", "name": "x", "inputs": []}]}, RUNS),
        ("net-symbol.json", {"nodes": [{"op": "_Native", "name": "x", "inputs": []}]}, RUNS),
        ("net-symbol.json", {"nodes": [{"op": "FullyConnected", "name": "Custom", "inputs": []}]}, NONE),
        ("models/model.json", {"as_expr": {"expr_str": "__import__('os').system('x')"}}, RUNS),
        ("models/model.json", {"as_expr": {"expr_str": "2*s0 + Max(1, s77)"}}, NONE),
        ("models/model.json", {"as_expr": {"expr_str": "1" * 50_000}}, NONE),
    ],
)  # fmt: skip
def test_json_that_has_something_called(name: str, value: Any, loading: Loading, judge: Judge) -> None:
    assert judge(json.dumps(value).encode(), name).loading is loading


SPACY = '[nlp]\nlang = "en"\npipeline = ["x"]\nbefore_creation = null\n\n[components.x]\nfactory = "tagger"\n'


@pytest.mark.parametrize(
    ("more", "loading", "codes"),
    [
        ('[components.x.model]\n@architectures = "spacy.Tagger.v2"\n', DATA, []),
        ('[training.optimizer]\n@optimizers = "Adam.v1"\n', DATA, []),
        ('[components.x.model]\n@architectures = "acme.Net.v1"\n', DATA, ["custom-object-needed"]),
        ('[nlp.before_creation]\n@callbacks = "acme.start"\n', RUNS, ["pipeline-callback"]),
        ('[nlp.after_pipeline_creation]\n@callbacks="acme"\n', RUNS, ["pipeline-callback"]),
        ('[initialize.before_init]\n@callbacks = "spacy.copy_from_base_model.v1"\n', DATA, []),
        ('# [nlp.before_creation]\n# @callbacks = "acme.start"\n', DATA, []),
    ],
)
def test_spacy_pipelines(more: str, loading: Loading, codes: list[str], judge: Judge) -> None:
    artifact = judge((SPACY + more).encode(), "en_pipeline/config.cfg")
    assert artifact.format == "spacy-config"
    assert artifact.loading is loading
    assert [
        reason.code for reason in artifact.reasons if "callback" in reason.code or "custom" in reason.code
    ][:1] == codes[:1]


def test_other_settings_files_are_texts(judge: Judge) -> None:
    assert judge(b"[metadata]\nname = x\n", "setup.cfg").loading is NONE


VECTORS = b"2 3\nthe " + struct.pack("<3f", 1, 2, 3) + b"\n\xc3\xa9t\xc3\xa9 " + struct.pack("<3f", 4, 5, 6)


@pytest.mark.parametrize(
    ("data", "loading"),
    [
        (VECTORS, DATA),
        (VECTORS + b"\n", DATA),
        (VECTORS.replace(b"\n\xc3", b"\xc3"), DATA),
        (VECTORS[:-1], FOREIGN),
        (VECTORS + b"\n\n", FOREIGN),
        (VECTORS + CALL, FOREIGN),
    ],
)
def test_word2vec(data: bytes, loading: Loading, judge: Judge) -> None:
    assert judge(data, "vectors.bin").loading is loading


NCNN = b"7767517\n2 2\nInput data 0 1 data 0=4\nReLU relu 1 1 data out\n"


@pytest.mark.parametrize(
    ("data", "loading"),
    [(NCNN, DATA), (NCNN.replace(b"2 2", b"3 2"), BROKEN), (NCNN[:-20], BROKEN), (NCNN + b"x\n", BROKEN)],
)
def test_ncnn(data: bytes, loading: Loading, judge: Judge) -> None:
    artifact = judge(data, "model.param")
    assert (artifact.format, artifact.loading) == ("ncnn", loading)


def old_joblib(data: bytes) -> bytes:
    return b"ZF" + hex(len(data)).ljust(19).encode() + zlib.compress(data)


@pytest.mark.parametrize(
    ("data", "loading"),
    [
        (old_joblib(NUMBERS), LISTED),
        (old_joblib(CALL), RUNS),
        (old_joblib(CALL)[:21] + b" " + old_joblib(CALL)[21:], RUNS),
        (old_joblib(CALL)[:-6], BROKEN),
        (old_joblib(NUMBERS) + b"more", BROKEN),
        (b"ZF0xzz" + bytes(40), BROKEN),
        (b"ZF0x", BROKEN),
    ],
)
def test_the_first_packing_of_joblib(data: bytes, loading: Loading, judge: Judge) -> None:
    artifact = judge(data, "model.joblib")
    assert (artifact.format, artifact.loading) == ("joblib", loading), artifact


def packed(data: bytes) -> bytes:
    return b"\x83\xa2nd\xc3\xa4kind\xc4\x01O\xa4data\xc4" + bytes([len(data)]) + data


@pytest.mark.parametrize(
    ("data", "loading"),
    [
        (packed(CALL), RUNS),
        (packed(NUMBERS), LISTED),
        (packed(b"\x80\x04 numbers"), DATA),
        (packed(b"1234"), DATA),
    ],
)
def test_pickles_in_messagepack(data: bytes, loading: Loading, judge: Judge) -> None:
    assert judge(data, "state.msgpack").loading is loading


def big_endian(order: str) -> bytes:
    key, name = b"general.name", b"net"
    pair = struct.pack(f"{order}Q", len(key)) + key + struct.pack(f"{order}IQ", 8, len(name)) + name
    return b"GGUF" + struct.pack(f"{order}IQQ", 3, 0, 1) + pair


def exported(program: str, weight: bytes = bytes(16), more: dict[str, bytes] | None = None) -> bytes:
    """An archive as torch.export.save writes it."""
    buffer = io.BytesIO()
    parts = {"archive_format": b"pt2", "archive_version": b"6", "models/model.json": program.encode()}
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in {**parts, "data/weights/weight_0": weight, **(more or {})}.items():
            archive.writestr(f"net/{name}", data)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "loading"),
    [
        (exported("{}"), LISTED),
        (exported("{}", b"\x01\x02\x03\x04" * 50), LISTED),
        (exported("{}", CALL), RUNS),
        (exported("{}", more={"data/constants/custom_obj_0": CALL}), RUNS),
        (exported("{}", more={"data/aotinductor/model/x.so": b"\x7fELF" + bytes(60)}), RUNS),
        (exported('{"expr_str": "exit()"}'), RUNS),
    ],
)
def test_exported_programs_of_torch(data: bytes, loading: Loading, judge: Judge) -> None:
    artifact = judge(data, "net.pt2")
    assert (artifact.format, artifact.loading) == ("torch-export", loading), artifact


@pytest.mark.parametrize("order", "<>")
def test_gguf_in_both_orders(order: str, judge: Judge) -> None:
    artifact = judge(big_endian(order), "model.gguf")
    assert artifact.loading is DATA, artifact
    assert artifact.facts["metadata"]["general.name"] == "net"
    assert judge(big_endian(order)[:-1], "model.gguf").loading is BROKEN


def test_bytes_of_a_bin_file_that_are_no_pickle_are_unknown(judge: Judge) -> None:
    noise = b"\x80\x02" + bytes([0xF0, 0xEE]) * 24
    assert judge(noise, "weights/layer_0.bin").loading is FOREIGN
    assert judge(noise, "pytorch_model.bin").loading is BROKEN
    assert judge(noise, "model.pkl").loading is BROKEN
    assert judge(CALL[:-9], "weights/layer_0.bin").loading is RUNS
