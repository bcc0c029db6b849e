"""Graphs and configurations: ONNX, TensorFlow, TensorFlow Lite, Keras, skops, SentencePiece."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from inspector.artifacts import Artifact
from inspector.artifacts.formats.keras_config import judge_keras
from inspector.artifacts.judgement import Judgement
from inspector.provenance import Loading

Judge = Callable[[bytes, str], Artifact]


def varint(value: int) -> bytes:
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def field(number: int, data: bytes | str) -> bytes:
    raw = data.encode() if isinstance(data, str) else data
    return varint(number << 3 | 2) + varint(len(raw)) + raw


def node(operator: str, domain: str = "", inside: bytes = b"") -> bytes:
    return field(1, field(1, "x") + field(4, operator) + field(7, domain) + inside)


def onnx(graph: bytes, more: bytes = b"") -> bytes:
    return b"\x08\x09" + field(2, "test") + field(7, graph) + field(8, field(1, "") + b"\x10\x12") + more


def external(place: str, offset: str = "0") -> bytes:
    entry = field(13, field(1, "location") + field(2, place)) + field(
        13, field(1, "offset") + field(2, offset)
    )
    return onnx(field(5, field(8, "w") + entry + b"\x70\x01"))


@pytest.mark.parametrize(
    ("data", "loading"),
    [
        (onnx(node("Add")), Loading.DATA_ONLY),
        (onnx(node("FusedMatMul", "com.microsoft")), Loading.DATA_ONLY),
        (onnx(node("Own", "mine"), field(25, field(1, "Own") + field(10, "mine"))), Loading.DATA_ONLY),
        (onnx(node("Own", "mine")), Loading.UNREADABLE),
        (onnx(node("PyOp", "ai.onnx.contrib")), Loading.RUNS_CODE),
        (onnx(node("If", "", field(5, field(6, node("Own", "mine"))))), Loading.UNREADABLE),
        (onnx(node("If", "", field(5, field(11, node("PyOp", "ai.onnx.contrib"))))), Loading.RUNS_CODE),
        (external("weights.bin"), Loading.DATA_ONLY),
        (external("sub/weights.bin"), Loading.DATA_ONLY),
        (external("weights.bin", "4096"), Loading.DATA_ONLY),
        (external("weights.bin", "-4"), Loading.UNREADABLE),
        (external("weights.bin", "x"), Loading.UNREADABLE),
        (external("../weights.bin"), Loading.UNREADABLE),
        (external("a/../../x"), Loading.UNREADABLE),
        (external("/etc/passwd"), Loading.UNREADABLE),
        (external("C:\\x"), Loading.UNREADABLE),
        (external("..\\x"), Loading.UNREADABLE),
        (external(""), Loading.UNREADABLE),
        (onnx(node("Add"))[:-3], Loading.UNREADABLE),
        (onnx(node("Add")) + b"\xff\xff", Loading.UNREADABLE),
        (b"\x08\x09" + field(2, "no graph"), Loading.UNREADABLE),
    ],
)
def test_onnx(data: bytes, loading: Loading, judge: Judge) -> None:
    artifact = judge(data, "m.onnx")
    assert artifact.loading is loading, artifact
    assert artifact.format == "onnx"
    assert bool(artifact.reasons) == (loading is not Loading.DATA_ONLY)


def test_onnx_is_known_without_its_name(judge: Judge) -> None:
    assert judge(onnx(node("Add")), "weights.bin").format == "onnx"
    assert judge(b"\x08\x09" + bytes(40), "weights.bin").loading is Loading.NOT_UNDERSTOOD


def test_deeply_nested_graphs_end(judge: Judge) -> None:
    graph = node("Add")
    for _ in range(300):
        graph = node("If", "", field(5, field(6, graph)))
    assert judge(onnx(graph), "m.onnx").loading is Loading.UNREADABLE


def operator(name: str) -> bytes:
    return field(1, field(1, "n") + field(2, name))


@pytest.mark.parametrize("name", ["PyFunc", "EagerPyFunc", "PyFuncStateless", "ReadFile", "WriteFile"])
def test_operators_that_reach_out_of_a_tensorflow_graph(name: str, judge: Judge) -> None:
    function = field(2, field(1, field(3, field(1, "n") + field(2, name))))
    for graph in (operator("Add") + operator(name), operator("Add") + function):
        assert judge(graph, "frozen.pb").loading is Loading.RUNS_CODE
        artifact = judge(b"\x08\x01" + field(2, field(2, graph)), "saved_model.pb")
        assert artifact.loading is Loading.RUNS_CODE and artifact.format == "tensorflow-saved-model"
        assert name in artifact.reasons[0].message


def test_a_tensorflow_graph_that_calculates(judge: Judge) -> None:
    saved = b"\x08\x01" + field(2, field(2, operator("Add") + operator("SaveV2")))
    assert judge(saved, "saved_model.pb").loading is Loading.DATA_ONLY
    assert judge(saved[:-1], "saved_model.pb").loading is Loading.UNREADABLE
    assert judge(b"\x08\x01" + field(2, b""), "saved_model.pb").loading is Loading.UNREADABLE
    metadata = field(1, json.dumps({"class_name": "Lambda"}))
    assert judge(metadata, "keras_metadata.pb").loading is Loading.RUNS_CODE


def archive(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as opened:
        for name, data in members.items():
            opened.writestr(name, data)
    return buffer.getvalue()


def keras(layer: dict[str, Any]) -> bytes:
    config = {"module": "keras", "class_name": "Sequential", "config": {"layers": [layer]}}
    weights = b"\x89HDF\r\n\x1a\n" + bytes(50)
    parts = {"config.json": json.dumps(config).encode(), "metadata.json": b"{}", "model.weights.h5": weights}
    return archive(parts)


@pytest.mark.parametrize(
    ("layer", "loading"),
    [
        ({"module": "keras.layers", "class_name": "Dense", "registered_name": None}, Loading.UNREADABLE),
        ({"module": "keras.src.models.functional", "class_name": "Functional"}, Loading.UNREADABLE),
        ({"module": "keras.layers", "class_name": "Lambda"}, Loading.RUNS_CODE),
        ({"module": "keras.layers", "class_name": "TorchModuleWrapper"}, Loading.RUNS_CODE),
        ({"class_name": "__lambda__"}, Loading.RUNS_CODE),
        ({"module": "os", "class_name": "system"}, Loading.RUNS_CODE),
        ({"module": "keras.utils", "class_name": "get_file"}, Loading.RUNS_CODE),
        ({"module": "builtins", "class_name": "function", "config": "eval"}, Loading.RUNS_CODE),
        ({"module": "builtins", "class_name": "function", "config": "__import__"}, Loading.RUNS_CODE),
        ({"module": "builtins", "class_name": "function", "config": "x>exec"}, Loading.RUNS_CODE),
        ({"module": "builtins", "class_name": "function", "config": "os.system"}, Loading.RUNS_CODE),
        ({"module": "builtins", "class_name": "function", "config": ["f"]}, Loading.RUNS_CODE),
        ({"module": "builtins", "class_name": "function"}, Loading.RUNS_CODE),
        ({"module": "builtins", "class_name": "exec", "config": {}}, Loading.RUNS_CODE),
        ({"module": "keras_hub.utils", "class_name": "Load"}, Loading.RUNS_CODE),
        ({"module": "keras_hub.models", "class_name": "load_model"}, Loading.RUNS_CODE),
        ({"module": "acme", "class_name": "A", "registered_name": "Custom>A"}, Loading.RUNS_CODE),
    ],
)
def test_keras_archives(layer: dict[str, Any], loading: Loading, judge: Judge) -> None:
    assert judge(keras(layer), "m.keras").loading is loading


@pytest.mark.parametrize(
    "part",
    [
        {"module": "builtins", "class_name": "function", "config": "my_loss", "registered_name": "function"},
        {"module": "builtins", "class_name": "function", "config": "mine>loss"},
        {"module": None, "class_name": "A", "config": {}, "registered_name": "Custom>A"},
        {"module": None, "class_name": "A", "config": {}, "registered_name": "A"},
        {"module": "keras_hub.src.models.bert.bert_backbone", "class_name": "BertBackbone", "config": {}},
    ],
)
def test_a_name_that_the_loading_program_must_bring_is_no_code_of_the_file(part: dict[str, Any]) -> None:
    judgement = Judgement()
    model = {"class_name": "Sequential", "config": {"layers": [part]}}
    judge_keras(json.dumps(model).encode(), judgement)
    artifact = judgement.artifact("keras-zip", Loading.DATA_ONLY)
    assert artifact.loading is Loading.DATA_ONLY
    assert [reason.code for reason in artifact.reasons] == ["custom-object-needed"]


def test_a_lambda_in_hdf5(judge: Judge) -> None:
    data = b"\x89HDF\r\n\x1a\n" + bytes(3000) + b'{"class_name" : "Lambda"}' + bytes(30)
    assert judge(data, "m.h5").loading is Loading.RUNS_CODE


@pytest.mark.parametrize(
    ("module", "name", "node", "loading"),
    [
        ("builtins", "dict", "DictNode", Loading.ALLOW_LISTED),
        ("sklearn.pipeline", "Pipeline", "ObjectNode", Loading.LIBRARY),
        ("acme", "Net", "ObjectNode", Loading.UNKNOWN_IMPORT),
        ("os", "system", "FunctionNode", Loading.RUNS_CODE),
        ("builtins", "dict", "MethodNode", Loading.RUNS_CODE),
    ],
)
def test_skops(module: str, name: str, node: str, loading: Loading, judge: Judge) -> None:
    schema = {"__class__": name, "__module__": module, "__loader__": node, "content": {}}
    assert judge(archive({"schema.json": json.dumps(schema).encode()}), "m.skops").loading is loading


def tflite(custom: str | None) -> bytes:
    """A flatbuffer with one operator code."""
    name = b"" if custom is None else custom.encode() + b"\0"
    head = struct.pack("<I4s", 16, b"TFL3") + struct.pack("<HHHH", 8, 8, 0, 4)  # the root's vtable at 8
    root = struct.pack("<iI", 8, 4)  # at 16: back to the vtable; the vector lies 4 behind 20
    vector = struct.pack("<II", 1, 12)  # at 24: one entry, the table lies 12 behind 28
    table = struct.pack("<HHHH", 8, 8, 0, 4 if custom is not None else 0)  # its vtable at 32
    table += struct.pack("<iI", 8, 4) + struct.pack("<I", max(len(name) - 1, 0)) + name
    return (head + root + vector + table).ljust(96, b"\0")


@pytest.mark.parametrize(
    ("custom", "loading"),
    [
        (None, Loading.DATA_ONLY),
        ("TFLite_Detection_PostProcess", Loading.DATA_ONLY),
        ("FlexAddV2", Loading.DATA_ONLY),
        ("FlexPyFunc", Loading.RUNS_CODE),
        ("MyOperator", Loading.UNREADABLE),
    ],
)
def test_tflite(custom: str | None, loading: Loading, judge: Judge) -> None:
    assert judge(tflite(custom), "m.tflite").loading is loading


def test_a_vocabulary_is_data(judge: Judge) -> None:
    pieces = b"".join(field(1, field(1, word) + b"\x15\0\0\0\0") for word in ("<unk>", "a", "b"))
    whole = pieces + field(2, field(1, "input"))
    assert judge(whole, "tokenizer.model").loading is Loading.DATA_ONLY
    assert judge(whole[:-1], "tokenizer.model").loading is Loading.NOT_UNDERSTOOD
    assert judge(field(1, b"\xff\xff"), "tokenizer.model").loading is Loading.NOT_UNDERSTOOD


PICKLE = b"cos\nsystem\n(S'echo x'\ntR."


@pytest.mark.parametrize(
    "start", [b"\x89PNG\r\n\x1a\n" + bytes(30), b"%PDF-1.4\n", b"hello\n", b"GIF89a" + bytes(9)]
)
def test_a_zip_archive_behind_something_harmless_is_seen(start: bytes, judge: Judge) -> None:
    artifact = judge(start + archive({"m/data.pkl": PICKLE, "m/version": b"3"}), "picture.png")
    assert artifact.loading is Loading.RUNS_CODE
    assert "zip archive at its end" in (artifact.reasons[0].member or "")


@pytest.mark.parametrize("start", [b"\xef\xbb\xbf", b" \n\t", b"\n", b"\0\0"])
@pytest.mark.parametrize("name", ["notes.txt", "weights.bin", "m.pkl"])
def test_a_pickle_behind_blanks_is_no_text(start: bytes, name: str, judge: Judge) -> None:
    protocol_4 = b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x01x\x85R."
    for stream in (PICKLE, protocol_4):
        assert judge(start + stream, name).loading in (Loading.RUNS_CODE, Loading.UNREADABLE)


@pytest.mark.parametrize(
    "text",
    [
        "!!python%2Fobject/apply:os.system [x]",
        "!<tag:yaml.org,2002:pyth%6fn/object/apply:os.system> [x]",
        "%TAG !p! tag:yaml.org,2002:pyth\n---\n!p!on/object/apply:os.system [x]",
        "a: {_target_: os.system}",
        "? _target_\n: os.system",
    ],
)
def test_yaml_in_disguise(text: str, judge: Judge) -> None:
    assert judge(text.encode(), "config.yaml").loading is Loading.RUNS_CODE
