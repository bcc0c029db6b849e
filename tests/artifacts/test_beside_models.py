"""Raw numbers that lie beside their model under a name of their own, and columns that are pickles."""

from __future__ import annotations

import base64
import gzip
import pickle
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from inspector.artifacts import Artifact
from inspector.provenance import Loading

Judge = Callable[[bytes, str], Artifact]
MODELS = Path(__file__).parent / "models"
NUMBERS = struct.pack("<9f", *(0.5 + 0.1 * at for at in range(9))) * 20
PICKLE = b"cos\nsystem\n(S'echo x'\ntR."
SHARD = "variables/variables.data-00000-of-00001"
OUTER = [
    "model.onnx.data",
    "onnx/model.onnx_data",
    "onnx/model_q4.onnx_data_1",
    "MODEL.ONNX.DATA",
    "decoder.onnx.data_12",
]


@pytest.mark.parametrize("path", [*OUTER, SHARD])
def test_numbers_beside_their_model_are_data(path: str, judge: Judge) -> None:
    artifact = judge(NUMBERS, path)
    assert artifact.loading is Loading.DATA_ONLY
    assert [reason.code for reason in artifact.reasons] == ["raw-numbers"]
    assert judge(bytes(4096), path).loading is Loading.DATA_ONLY


@pytest.mark.parametrize(
    "path", ["model.data", "onnx_data", "model.onnx.data.bak", "model.onnx_dat", "a.onnx_data_"]
)
def test_other_names_make_no_numbers_of_unknown_bytes(path: str, judge: Judge) -> None:
    assert judge(NUMBERS, path).loading is Loading.NOT_UNDERSTOOD


@pytest.mark.parametrize("path", [*OUTER[:2], SHARD])
def test_what_is_something_else_is_no_numbers(path: str, judge: Judge) -> None:
    for data in (PICKLE, pickle.dumps({"a": NUMBERS}, 2), gzip.compress(PICKLE), b"\x7fELF" + bytes(60)):
        artifact = judge(data, path)
        assert artifact.format not in ("onnx-data", "tensorflow-checkpoint-data")
    assert judge(PICKLE, path).loading is Loading.RUNS_CODE
    assert judge(gzip.compress(PICKLE), path).loading is Loading.RUNS_CODE
    assert judge(b"\x7fELF" + bytes(60), path).loading is Loading.RUNS_CODE


OLD, RAYS = b"arrow.py_extension_type", b"ray.data.arrow_pickled_object"


def parquet(footer: bytes) -> bytes:
    return b"PAR1" + footer + struct.pack("<I", len(footer)) + b"PAR1"


def text(raw: bytes) -> bytes:
    return b"\x18" + bytes([len(raw)]) + raw


@pytest.mark.parametrize("name", [OLD, RAYS])
def test_a_column_of_pickles_is_told_by_its_name(name: bytes, judge: Judge) -> None:
    schema = text(b"ARROW:schema") + text(base64.b64encode(name))
    for footer in (text(name), schema):
        artifact = judge(parquet(footer + b"\0"), "t.parquet")
        assert artifact.loading is Loading.RUNS_CODE
        assert [reason.code for reason in artifact.reasons] == ["pickled-type"]
        assert name.decode() in artifact.reasons[0].message


def test_a_column_of_rays_pickles_is_told_in_a_stream(judge: Judge) -> None:
    data = (MODELS / "pickled_type_stream.arrow").read_bytes()
    assert OLD in data and len(OLD) < len(RAYS)
    length = int.from_bytes(data[4:8], "little")
    schema = data[8 : 8 + length] + RAYS + bytes(-len(RAYS) % 8)  # behind what the tables reach
    grown = (
        data[:4] + struct.pack("<I", len(schema)) + schema.replace(OLD, b"x" * len(OLD)) + data[8 + length :]
    )
    artifact = judge(grown, "t.arrow")
    assert artifact.loading is Loading.RUNS_CODE and RAYS.decode() in artifact.reasons[0].message
    assert judge(grown.replace(RAYS, b"x" * len(RAYS)), "t.arrow").loading is Loading.DATA_ONLY
