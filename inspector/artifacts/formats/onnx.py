"""ONNX models (onnx.proto of ONNX 1.23): operators, their domains, and where external tensors lie.

The graph is data for a runtime. Code comes in where an operator runs Python, where a domain needs a native
library of somebody's own, and a path of external data can point at any file of the loading machine.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from inspector.artifacts.formats.onnx_operators import OPERATORS
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
    "function": {1: "", 7: "node", 9: "opset", 10: "", 11: "attribute"},
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
_ONNX = frozenset(("", "ai.onnx"))  # two names of one domain
# Operators that hand their input to Python code (onnxruntime-extensions, onnxruntime-training, Caffe2).
PYTHON_OPERATORS = frozenset({"PyOp", "PyCustomOp", "PythonOp", "PythonOpGrad", "Python", "ATenPython"})
# A graph that was compiled for one device: its code stands in an attribute or in a file beside the model.
_COMPILED = "EPContext"
# Names that exporters give to the tensors beside a model (onnx.save_model, torch.onnx, Optimum).
_OUTER_DATA = re.compile(r"\.onnx[._]data(?:_\d{1,4})?\Z")
_MAX_NAMED = 20
_MAX_FUNCTIONS = 20_000  # those beyond count as nobody's
_MAX_FOREIGN = 40_000


@dataclass(slots=True)
class _Found:
    operators: dict[str, int] = field(default_factory=dict)
    python: dict[str, int] = field(default_factory=dict)
    # What is of no list, by domain and name, and the functions that the model describes itself.
    foreign: dict[tuple[str, str], int] = field(default_factory=dict)
    functions: set[tuple[str, str]] = field(default_factory=set)
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
    nodes: list[list[str]] = []  # the domain and the operator of each node that is open
    function = ["", ""]
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
            case "function", (1 | 10) if isinstance(item.value, bytes):
                function[item.number == 1] = text(item.value)
            case "function", 0:
                if len(found.functions) < _MAX_FUNCTIONS:
                    found.functions.add((function[0], function[1]))
                function = ["", ""]
            case ("graph", 1) | ("function", 7) if item.value is None:
                nodes.append(["", ""])  # graphs stand inside of nodes
            case "node", (4 | 7) if isinstance(item.value, bytes):
                nodes[-1][item.number == 4] = text(item.value)
            case "node", 0:
                domain, operator = nodes.pop()
                _node(operator, domain, item.offset, found)
            case "entry", (1 | 2):
                entry[item.number - 1] = item.value if isinstance(item.value, bytes) else b""
            case "entry", 0:
                if entry[0] == b"location" and len(found.locations) < 100_000:
                    found.locations.setdefault(text(entry[1]), item.offset)
                elif entry[0] in (b"offset", b"length") and not entry[1].isdigit():
                    found.odd_place = item.offset
                entry = [b"", b""]


def _node(operator: str, domain: str, offset: int, found: _Found) -> None:
    if operator in found.operators or len(found.operators) < 10_000 or operator == _COMPILED:
        found.operators[operator] = found.operators.get(operator, 0) + 1
    if operator in PYTHON_OPERATORS:
        found.python.setdefault(operator, offset)
    elif operator != _COMPILED and len(found.foreign) < _MAX_FOREIGN:
        is_known = operator in OPERATORS if domain in _ONNX else domain in DOMAINS
        if not is_known:
            found.foreign.setdefault((domain, operator), offset)


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
    foreign = {key: offset for key, offset in found.foreign.items() if key not in found.functions}
    for domain in sorted({domain for domain, _ in foreign} - _ONNX)[:_MAX_NAMED]:
        judgement.note(
            Loading.UNREADABLE,
            "custom-operator",
            f"The graph uses operators of the domain {plain(domain, 200)}: no common runtime has them, so "
            "that loading needs a native library from elsewhere.",
        )
    for operator in sorted({name for domain, name in foreign if domain in _ONNX})[:_MAX_NAMED]:
        judgement.note(
            Loading.UNREADABLE,
            "custom-operator",
            f"The graph uses the operator {plain(operator, 200)!r}, which is none of ONNX's: loading it "
            "needs a native library from elsewhere.",
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
