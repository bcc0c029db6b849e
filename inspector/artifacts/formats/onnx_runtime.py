"""ONNX Runtime's own format (.ort; ort.fbs of onnxruntime 1.20): its operators and their domains."""

from __future__ import annotations

from inspector.artifacts.formats.flatbuffer import BadFlatbuffer, Flatbuffer
from inspector.artifacts.formats.onnx import DOMAINS, PYTHON_OPERATORS
from inspector.artifacts.interface import Artifact
from inspector.artifacts.judgement import Judgement
from inspector.provenance import Loading, plain
from inspector.sources.interface import ByteSource, ReadFailure

_MODEL, _GRAPH, _NODES = 1, 7, 2  # session -> model -> graph -> nodes
_DOMAIN, _OPERATOR, _ATTRIBUTES = 2, 5, 10  # of a node
_ONE_GRAPH, _GRAPHS = 7, 12  # of an attribute
_MAX_GRAPHS = 10_000


def read_ort(source: ByteSource) -> Artifact:
    """The verdict on one file."""
    judgement = Judgement()
    count = 0
    try:
        buffer = Flatbuffer(source)
        model = buffer.table(buffer.root(), _MODEL)
        graph = None if model is None else buffer.table(model, _GRAPH)
        if graph is None:
            raise BadFlatbuffer
        pending, seen = [graph], {graph}
        while pending:
            for node in buffer.tables(pending.pop(), _NODES):
                count += 1
                _node(buffer.text(node, _DOMAIN) or "", buffer.text(node, _OPERATOR) or "", judgement)
                for attribute in buffer.tables(node, _ATTRIBUTES):
                    inner = [*buffer.tables(attribute, _GRAPHS)]
                    one = buffer.table(attribute, _ONE_GRAPH)
                    for place in [*inner, *([] if one is None else [one])]:
                        if place not in seen and len(seen) < _MAX_GRAPHS:
                            seen.add(place)
                            pending.append(place)
    except (BadFlatbuffer, ReadFailure):
        judgement.note(Loading.UNREADABLE, "broken-ort", "The ONNX Runtime file cannot be read to its end.")
    return judgement.artifact("onnxruntime", Loading.DATA_ONLY, {"operators": count})


def _node(domain: str, operator: str, judgement: Judgement) -> None:
    if operator in PYTHON_OPERATORS:
        judgement.note(
            Loading.RUNS_CODE,
            "python-operator",
            f"The graph has the operator {plain(operator, 100)}, which runs Python code.",
        )
    elif domain and domain not in DOMAINS:
        judgement.note(
            Loading.UNREADABLE,
            "custom-operator",
            f"The graph uses operators of the domain {plain(domain, 200)}: no common runtime has them, so "
            "that loading needs a native library from elsewhere.",
        )
