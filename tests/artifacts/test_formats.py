"""Safetensors, GGUF and numpy files, the formats that are recognised and not read, and git-lfs pointers."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inspector.artifacts import Artifact, read
from inspector.provenance import Loading

Judge = Callable[[bytes, str], Artifact]


def tensors(header: Any, data: bytes = b"", length: int | None = None) -> bytes:
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(raw) if length is None else length) + raw + data


def one(dtype: str = "F32", shape: Any = (2,), offsets: Any = (0, 8), **more: Any) -> dict[str, Any]:
    return {"a": {"dtype": dtype, "shape": shape, "data_offsets": offsets, **more}}


def test_a_right_safetensors_file_is_data_only(judge: Judge) -> None:
    header = {"__metadata__": {"format": "pt"}, **one()}
    artifact = judge(tensors(header, bytes(8)), "model.safetensors")
    assert artifact.loading is Loading.DATA_ONLY
    assert artifact.facts["tensors"] == 1
    assert artifact.facts["parameters"] == 2
    assert artifact.facts["metadata"] == {"format": "pt"}
    assert judge(tensors(header, bytes(8)), "weights.dat").format == "safetensors"
    assert (
        judge(tensors(b'{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}   '), "a").loading
        is Loading.DATA_ONLY
    )


BROKEN_TENSORS: dict[str, bytes] = {
    "empty": b"",
    "short": b"\x01\x02",
    "header too long": tensors(one(), bytes(8), 10_000),
    "header over the bound": tensors(one(), bytes(8), 1 << 62),
    "no header": tensors(b"", bytes(8)),
    "no object": tensors(b"[1, 2]"),
    "broken json": tensors(b'{"a": '),
    "not utf-8": tensors(b'{"\xff": 1}'),
    "nested too deeply": tensors(b'{"a":' * 50_000 + b"1" + b"}" * 50_000),
    "nan": tensors(b'{"a":{"dtype":"F32","shape":[NaN],"data_offsets":[0,8]}}', bytes(8)),
    "key twice": tensors(b'{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"U8","shape":'
                         b'[0],'
                         b'"data_offsets":[0,0]}}'),
    "field twice": tensors(b'{"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}', b"x"),
    "unknown type": tensors(one("X32"), bytes(8)),
    "type that is no text": tensors(one(32), bytes(8)),  # type: ignore[arg-type]
    "shape that is no list": tensors(one(shape=2), bytes(8)),
    "negative shape": tensors(one(shape=(-2,)), bytes(8)),
    "float shape": tensors(one(shape=(2.0,)), bytes(8)),
    "boolean shape": tensors(one(shape=(True, 2)), bytes(8)),
    "shape that overflows": tensors(one(shape=(1 << 40, 1 << 40)), bytes(8)),
    "offsets reversed": tensors(one(offsets=(8, 0)), bytes(8)),
    "one offset": tensors(one(offsets=(8,)), bytes(8)),
    "offsets too short": tensors(one(offsets=(0, 4)), bytes(4)),
    "data cut off": tensors(one(), bytes(7)),
    "data goes on": tensors(one(), bytes(9)),
    "hole at the start": tensors(one(offsets=(8, 16)), bytes(16)),
    "hole": tensors({**one(), "b": one(offsets=(16, 24))["a"]}, bytes(24)),
    "overlap": tensors({**one(), "b": one(offsets=(4, 12))["a"]}, bytes(12)),
    "field missing": tensors({"a": {"dtype": "F32", "shape": [2]}}, bytes(8)),
    "foreign field": tensors(one(code="x"), bytes(8)),
    "metadata of numbers": tensors({"__metadata__": {"a": 1}, **one()}, bytes(8)),
    "metadata that is a list": tensors({"__metadata__": [], **one()}, bytes(8)),
    "tensor that is a text": tensors({"a": "b"}),
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(BROKEN_TENSORS))
def test_a_broken_safetensors_file_is_unreadable(kind: str, judge: Judge) -> None:
    artifact = judge(BROKEN_TENSORS[kind], "model.safetensors")
    assert artifact.loading is Loading.UNREADABLE
    assert artifact.reasons[0].message


def test_what_we_accept_the_safetensors_library_accepts_too(judge: Judge, tmp_path: Path) -> None:
    safetensors = pytest.importorskip("safetensors")
    for data in [
        *BROKEN_TENSORS.values(),
        tensors(one(), bytes(8)),
        tensors({}),
        tensors(one("BF16", (4,)), bytes(8)),
    ]:
        path = tmp_path / "model.safetensors"
        path.write_bytes(data)
        if judge(data, path.name).loading is Loading.DATA_ONLY:
            with safetensors.safe_open(str(path), "np"):
                pass


def test_no_tensor_is_read(counting: type) -> None:
    source = counting(tensors(one(shape=(4_000_000,), offsets=(0, 16_000_000)), bytes(16_000_000)))
    assert read(source, "a.safetensors").loading is Loading.DATA_ONLY
    assert source.bytes_read < 100_000


def gguf(pairs: list[tuple[str, int, bytes]], infos: bytes = b"", count: int = 0, version: int = 3) -> bytes:
    body = b"GGUF" + struct.pack("<IQQ", version, count, len(pairs))
    for key, kind, value in pairs:
        body += struct.pack("<Q", len(key)) + key.encode() + struct.pack("<I", kind) + value
    return body + infos


def string(value: str) -> bytes:
    return struct.pack("<Q", len(value.encode())) + value.encode()


def info(name: str, shape: tuple[int, ...], kind: int, offset: int) -> bytes:
    return string(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, kind, offset)


def padded(data: bytes, body: bytes) -> bytes:
    return data + bytes(-len(data) % 32) + body


def test_a_right_gguf_file_is_data_only(judge: Judge) -> None:
    pairs = [
        ("general.architecture", 8, string("llama")),
        ("general.base_model.0.repo_url", 8, string("https://huggingface.co/org/base")),
        ("tokenizer.ggml.tokens", 9, struct.pack("<IQ", 8, 2) + string("a") + string("b")),
        ("tokenizer.chat_template", 8, string("{% for m in messages %}{{ m['content'] }}{% endfor %}")),
        ("x", 7, b"\x01"),
    ]
    infos = info("a", (32,), 0, 0) + info("b", (32, 2), 8, 128)
    artifact = judge(padded(gguf(pairs, infos, 2), bytes(128 + 68)), "model.gguf")
    assert artifact.loading is Loading.DATA_ONLY, artifact
    assert artifact.facts["metadata"]["general.architecture"] == "llama"
    assert artifact.facts["parameters"] == 96


BROKEN_GGUF = {
    "no magic": b"FUGG" + bytes(40),
    "version": gguf([], version=9),
    "a high version, big endian": b"GGUF\0\0\0\x09" + bytes(16),
    "cut": gguf([("a", 8, string("b"))])[:-1],
    "text too long": gguf([("a", 8, struct.pack("<Q", 1 << 40))]),
    "unknown type": gguf([("a", 77, b"")]),
    "key twice": gguf([("a", 7, b"\1"), ("a", 7, b"\1")]),
    "announces too much": b"GGUF" + struct.pack("<IQQ", 3, 1 << 60, 1 << 60),
    "array too long": gguf([("a", 9, struct.pack("<IQ", 0, 1 << 60))]),
    "nested arrays": gguf([("a", 9, struct.pack("<IQ", 9, 1) * 3000)]),
    "tensor behind the end": padded(gguf([], info("a", (32,), 0, 0), 1), bytes(4)),
    "hole": padded(gguf([], info("a", (32,), 0, 32), 1), bytes(160)),
    "overlap": padded(gguf([], info("a", (32,), 0, 0) + info("b", (32,), 0, 32), 2), bytes(160)),
    "unknown tensor type": padded(gguf([], info("a", (32,), 99, 0), 1), bytes(128)),
    "shape that fits no block": padded(gguf([], info("a", (3,), 8, 0), 1), bytes(34)),
    "bytes behind": padded(gguf([], info("a", (32,), 0, 0), 1), bytes(128 + 40)),
    "alignment": gguf([("general.alignment", 4, struct.pack("<I", 3))]),
}


@pytest.mark.parametrize("kind", sorted(BROKEN_GGUF))
def test_a_broken_gguf_file_is_unreadable(kind: str, judge: Judge) -> None:
    artifact = judge(BROKEN_GGUF[kind], "model.gguf")
    assert artifact.loading is Loading.UNREADABLE
    assert artifact.reasons


def test_a_gguf_template_that_reaches_out_runs_code_even_in_a_broken_file(judge: Judge) -> None:
    template = "{{ ''.__class__.__mro__ }}"
    data = gguf([("tokenizer.chat_template", 8, string(template))])
    assert judge(data, "m.gguf").loading is Loading.RUNS_CODE
    assert judge(data[:24] + data[24:] + b"x" * 99, "m.gguf").loading is Loading.RUNS_CODE


def npy(value: Any) -> bytes:
    out = io.BytesIO()
    np.save(out, value, allow_pickle=True)
    return out.getvalue()


def test_arrays_are_data_and_object_arrays_are_pickles(judge: Judge) -> None:
    for value in (
        np.arange(6.0).reshape(2, 3), np.array(["a", "bc"]), np.array([b"x"]), np.array(["2020"], "M8[D]"),
        np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8", (2,))]), np.zeros((), "?"), np.zeros(0),
    ):  # fmt: skip
        assert judge(npy(value), "a.npy").loading is Loading.DATA_ONLY
    objects = judge(npy(np.array([1, "a", None], object)), "a.npy")
    assert objects.loading is Loading.ALLOW_LISTED and objects.is_pickle


def npy_with(header: str, data: bytes = b"", version: int = 1) -> bytes:
    length = struct.pack("<H", len(header)) if version == 1 else struct.pack("<I", len(header))
    return b"\x93NUMPY" + bytes([version, 0]) + length + header.encode("latin-1") + data


@pytest.mark.parametrize(
    "data",
    [
        b"\x93NUMPY",
        npy(np.arange(3))[:-1],
        npy(np.arange(3)) + b"x",
        npy_with("{'descr': '<f8', 'fortran_order': False, 'shape': (2,)}", bytes(8)),
        npy_with("{'descr': '<f8', 'shape': (1,)}", bytes(8)),
        npy_with("{'descr': '<q99', 'fortran_order': False, 'shape': (1,)}", bytes(8)),
        npy_with("__import__('os')", bytes(8)),
        npy_with("(" * 5000, bytes(8)),
        npy_with("{'descr': '<f8', 'fortran_order': False, 'shape': (1,)}", bytes(8), version=9),
        npy_with("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}"),
    ],
)
def test_a_broken_array_file_is_unreadable(data: bytes, judge: Judge) -> None:
    assert judge(data, "a.npy").loading is Loading.UNREADABLE


def test_an_object_array_that_hides_a_call_is_found_with_its_place(judge: Judge) -> None:
    header = "{'descr': [('a', '|O')], 'fortran_order': False, 'shape': (1,)}"
    artifact = judge(npy_with(header, b"cos\nsystem\n(S'echo x'\ntR."), "a.npy")
    assert artifact.loading is Loading.RUNS_CODE
    assert artifact.reasons[0].offset == 10 + len(header)


@pytest.mark.parametrize(
    ("name", "data", "loading"),
    [
        ("m.h5", b"\x89HDF\r\n\x1a\n" + bytes(99), Loading.UNREADABLE),
        ("m.h5", b"something else", Loading.UNREADABLE),
        ("m.keras", b"something else", Loading.UNREADABLE),
        ("m.tflite", b"\x1c\0\0\0TFL3" + bytes(20), Loading.UNREADABLE),
        ("saved_model.pb", b"\x08\x01\x12\xff" + bytes(20), Loading.UNREADABLE),
        ("m.7z", b"7z\xbc\xaf\x27\x1c" + bytes(20), Loading.UNREADABLE),
        ("m.zst", b"\x28\xb5\x2f\xfd" + bytes(20), Loading.UNREADABLE),
        ("m.joblib", b"\x04\x22\x4d\x18" + bytes(20), Loading.UNREADABLE),
        ("m.rds", b"X\n\0\0", Loading.UNREADABLE),
        ("m.npz", b"nothing", Loading.UNREADABLE),
        ("m.onnx", b"\x08\x07\x12\xff" + bytes(20), Loading.UNREADABLE),
        ("m.parquet", b"PAR1" + bytes(20), Loading.NOT_UNDERSTOOD),
        ("m.arrow", b"ARROW1" + bytes(20), Loading.NOT_UNDERSTOOD),
        ("lib.so", b"\x7fELF" + bytes(20), Loading.RUNS_CODE),
        ("a.exe", b"MZ" + bytes(range(256)), Loading.RUNS_CODE),
        ("model.llamafile", b"MZqFpD='\n" + bytes(range(256)), Loading.RUNS_CODE),
        ("lib.dylib", b"\xcf\xfa\xed\xfe" + bytes(20), Loading.RUNS_CODE),
        (
            "model.safetensors",
            b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n",
            Loading.UNREADABLE,
        ),
        ("model.bin", b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n", Loading.UNREADABLE),
        ("empty.safetensors", b"", Loading.UNREADABLE),
        ("empty.gguf", b"", Loading.UNREADABLE),
        ("empty.bin", b"", Loading.NOT_UNDERSTOOD),
    ],
)
def test_recognised_formats(name: str, data: bytes, loading: Loading, judge: Judge) -> None:
    artifact = judge(data, name)
    assert artifact.loading is loading, artifact
    assert artifact.reasons and artifact.reasons[0].message
