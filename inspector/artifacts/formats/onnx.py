"""ONNX models (onnx.proto of ONNX 1.23): operators, their domains, and where external tensors lie.

The graph is data for a runtime. Code comes in where an operator runs Python, where a domain needs a native
library of somebody's own, and a path of external data can point at any file of the loading machine.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from inspector.artifacts.formats.protobuf import BadProto, Schema, text, walk
from inspector.artifacts.interface import EXTERNAL_DATA, Artifact
from inspector.artifacts.judgement import Judgement, single
from inspector.provenance import Loading, plain
from inspector.sources.interface import ByteSource

_SCHEMA: Schema = {
    "model": {2: "", 7: "graph", 8: "opset", 20: "training", 25: "function"},
    "opset": {1: ""},
    "training": {1: "graph", 2: "graph"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "function": {7: "node", 9: "opset", 10: "", 11: "attribute"},
    "node": {4: "", 5: "attribute", 7: ""},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {8: "", 13: "entry"},
    "entry": {1: "", 2: ""},
}
# Domains whose operators the common runtimes bring themselves.
_NAMED_DOMAINS = """ai.onnx ai.onnx.ml ai.onnx.training ai.onnx.preview ai.onnx.preview.training com.microsoft
com.microsoft.nchwc com.microsoft.experimental com.ms.internal.nhwc ai.onnx.contrib
pkg.onnxscript.torch_lib pkg.onnxscript.torch_lib.common pkg.torch"""
DOMAINS = frozenset(_NAMED_DOMAINS.split())
# Operators that hand their input to Python code (onnxruntime-extensions, onnxruntime-training, Caffe2).
PYTHON_OPERATORS = frozenset({"PyOp", "PyCustomOp", "PythonOp", "PythonOpGrad", "Python", "ATenPython"})
# A graph that was compiled for one device: its code stands in an attribute or in a file beside the model.
_COMPILED = "EPContext"
# Names that exporters give to the tensors beside a model (onnx.save_model, torch.onnx, Optimum).
_OUTER_DATA = re.compile(r"\.onnx[._]data(?:_\d{1,4})?\Z")
_MAX_NAMED = 20


@dataclass(slots=True)
class _Found:
    operators: dict[str, int] = field(default_factory=dict)
    domains: set[str] = field(default_factory=set)
    own_domains: set[str] = field(default_factory=set)
    python: dict[str, int] = field(default_factory=dict)
    locations: dict[str, int] = field(default_factory=dict)
    odd_place: int | None = None  # where a tensor names no number as its place
    graphs: int = 0
    tensors: int = 0
    ir_version: int = 0
    producer: str = ""


def read_onnx(source: ByteSource) -> Artifact:
    """The verdict on a file that is called .onnx or looks like one."""
    judgement = Judgement()
    found = _Found()
    try:
        _read(source, found)
        if not found.graphs:
            judgement.note(Loading.UNREADABLE, "broken-onnx", "The ONNX file holds no graph.")
    except BadProto as bad:
        judgement.note(Loading.UNREADABLE, "broken-onnx", f"The ONNX file cannot be read to its end. {bad}")
    _judge(found, judgement)
    facts: dict[str, Any] = {
        "operators": sum(found.operators.values()),
        "tensors": found.tensors,
        "producer": plain(found.producer, 200),
        EXTERNAL_DATA: sorted(plain(place, 300) for place in list(found.locations)[:_MAX_NAMED]),
    }
    return judgement.artifact("onnx", Loading.DATA_ONLY, facts)


def is_outer_data(path: str) -> bool:
    """Whether a file is named as the tensors that a model keeps outside of itself."""
    return bool(_OUTER_DATA.search(path.lower()))


def read_outer_data() -> Artifact:
    """The verdict on such a file, where its bytes are of no other format: raw values to every loader."""
    return single(
        "onnx-data",
        Loading.DATA_ONLY,
        "raw-numbers",
        "These are numbers of an ONNX model: the model beside them says what they are.",
    )


def looks_like_onnx(source: ByteSource, head: bytes) -> bool:
    """Whether a file without the name is an ONNX model: it begins with its IR version, its fields are those
    of a model to the last byte, and one is a graph."""
    if len(head) < 8 or head[0] != 0x08 or not 1 <= head[1] <= 32:
        return False
    seen: set[int] = set()
    try:
        for item in walk(source, "top", {}):
            seen.add(item.number)
            if item.number == 2 and isinstance(item.value, int):
                return False  # the type of a single tensor stands where a model has its producer
            if item.number not in (0, 1, 2, 3, 4, 5, 6, 7, 8, 14, 20, 25):
                return False
    except BadProto:
        return False
    return 7 in seen and (8 in seen or 2 in seen)


def _read(source: ByteSource, found: _Found) -> None:
    node = ["", ""]
    entry = [b"", b""]
    for item in walk(source, "model", _SCHEMA):
        match item.message, item.number:
            case "model", 1:
                found.ir_version = item.value if isinstance(item.value, int) else 0
            case "model", 2:
                found.producer = text(item.value)
            case "graph", 0:
                found.graphs += 1
            case "tensor", 0:
                found.tensors += 1
            case "function", 10:
                found.own_domains.add(text(item.value))
            case "node", 4:
                node[0] = text(item.value)
            case "node", 7:
                node[1] = text(item.value)
            case "node", 0:
                _node(node[0], node[1], item.offset, found)
                node = ["", ""]
            case "entry", (1 | 2):
                entry[item.number - 1] = item.value if isinstance(item.value, bytes) else b""
            case "entry", 0:
                if entry[0] == b"location" and len(found.locations) < 100_000:
                    found.locations.setdefault(text(entry[1]), item.offset)
                elif entry[0] in (b"offset", b"length") and not entry[1].isdigit():
                    found.odd_place = item.offset
                entry = [b"", b""]


def _node(operator: str, domain: str, offset: int, found: _Found) -> None:
    if operator in found.operators or len(found.operators) < 10_000:
        found.operators[operator] = found.operators.get(operator, 0) + 1
    if len(found.domains) < 10_000:
        found.domains.add(domain)
    if operator in PYTHON_OPERATORS:
        found.python.setdefault(operator, offset)


def _judge(found: _Found, judgement: Judgement) -> None:
    for operator, offset in found.python.items():
        judgement.note(
            Loading.RUNS_CODE,
            "python-operator",
            f"The graph has the operator {plain(operator, 100)}, which runs Python code.",
            offset,
        )
    if _COMPILED in found.operators:
        judgement.note(
            Loading.UNREADABLE,
            "delegate",
            f"A part of the graph is compiled for a device ({_COMPILED}) and was not read.",
        )
    for domain in sorted(found.domains - found.own_domains - DOMAINS - {""})[:_MAX_NAMED]:
        judgement.note(
            Loading.UNREADABLE,
            "custom-operator",
            f"The graph uses operators of the domain {plain(domain, 200)}: no common runtime has them, so "
            "that loading needs a native library from elsewhere.",
        )
    if found.odd_place is not None:
        judgement.note(
            Loading.UNREADABLE,
            "external-data",
            "A tensor names a place in its file that is no number.",
            found.odd_place,
        )
    outside = [(place, offset) for place, offset in found.locations.items() if leaves_folder(place)]
    for place, offset in outside[:_MAX_NAMED]:
        judgement.note(
            Loading.UNREADABLE,
            "external-data",
            f"A tensor is read from the file {plain(place, 300)!r}, outside of the model's folder.",
            offset,
        )


def leaves_folder(place: str) -> bool:
    """Whether a path that a model names leads out of the model's own folder."""
    parts = place.replace("\\", "/").split("/")
    is_absolute = place.startswith(("/", "\\", "~")) or ":" in parts[0]
    return is_absolute or ".." in parts or "\0" in place or not place
