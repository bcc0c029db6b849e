"""ONNX: which operators are whose, in graphs inside of nodes and in functions of the model's own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from inspector.artifacts import Artifact
from inspector.artifacts.formats.onnx_operators import OPERATORS
from inspector.provenance import Loading

Judge = Callable[[bytes, str], Artifact]
RUNS, FINE, BROKEN = Loading.RUNS_CODE, Loading.DATA_ONLY, Loading.UNREADABLE


def field(number: int, data: bytes | str) -> bytes:
    raw = data.encode() if isinstance(data, str) else data
    assert len(raw) < 1 << 14 and number < 16
    length = bytes([len(raw)]) if len(raw) < 128 else bytes([len(raw) & 127 | 128, len(raw) >> 7])
    return bytes([number << 3 | 2]) + length + raw


def branch(*nodes: bytes) -> bytes:
    """An attribute that holds a graph of these nodes."""
    return field(5, field(6, b"".join(nodes)))


def node(operator: str, domain: str = "", *, first: bytes = b"", last: bytes = b"") -> bytes:
    return field(1, first + field(4, operator) + field(7, domain) + last)


def model(*nodes: bytes, functions: bytes = b"") -> bytes:
    head = b"\x08\x09" + field(2, "test") + field(7, b"".join(nodes)) + field(8, field(1, "") + b"\x10\x12")
    return head + functions


def function(name: str, domain: str, *nodes: bytes) -> bytes:
    inside = field(1, name) + b"".join(b"\x3a" + one[1:] for one in nodes) + field(10, domain)
    return b"\xca\x01" + field(1, inside)[1:]


def codes(artifact: Artifact) -> list[str]:
    return [reason.code for reason in artifact.reasons]


@pytest.mark.parametrize("domain", ["", "ai.onnx"])
def test_an_operator_that_onnx_does_not_have_is_told(domain: str, judge: Judge) -> None:
    artifact = judge(model(node("Add"), node("Evil", domain)), "m.onnx")
    assert artifact.loading is BROKEN and codes(artifact) == ["custom-operator"]
    assert "'Evil'" in artifact.reasons[0].message
    own = function("Evil", domain, node("Add"))
    assert judge(model(node("Evil", domain), functions=own), "m.onnx").loading is FINE


def test_the_operators_of_every_set_are_onnxs(judge: Judge) -> None:
    kept = "Scatter Upsample Affine ImageScaler SimplifiedLayerNormalization MemcpyFromHost"
    assert len(OPERATORS) > 200 and OPERATORS.issuperset(kept.split())
    assert judge(model(*(node(name) for name in sorted(OPERATORS))), "m.onnx").loading is FINE


@pytest.mark.parametrize("where", ["first", "last"])
def test_an_operator_with_a_graph_inside_is_not_lost(where: str, judge: Judge) -> None:
    inner = {where: branch(node("Add"), node("If", last=branch(node("Mul"))))}
    assert judge(model(node("If", **inner)), "m.onnx").loading is FINE
    assert judge(model(node("PyOp", "ai.onnx.contrib", **inner)), "m.onnx").loading is RUNS
    assert codes(judge(model(node("Own", "mine", **inner)), "m.onnx")) == ["custom-operator"]
    assert codes(judge(model(node("EPContext", "com.microsoft", **inner)), "m.onnx")) == ["delegate"]
    deep = {where: branch(node("Add"), node("If", last=branch(node("PyOp", "ai.onnx.contrib"))))}
    assert judge(model(node("If", **deep)), "m.onnx").loading is RUNS


def test_a_function_stands_for_its_own_name_alone(judge: Judge) -> None:
    own = function("Own", "mine", node("Add"))
    assert judge(model(node("Own", "mine"), functions=own), "m.onnx").loading is FINE
    for other in (node("Other", "mine"), node("Own", "other"), node("Own")):
        artifact = judge(model(node("Own", "mine"), other, functions=own), "m.onnx")
        assert artifact.loading is BROKEN and codes(artifact) == ["custom-operator"]
    inside = function("Own", "mine", node("Native", "theirs"))
    assert judge(model(node("Own", "mine"), functions=inside), "m.onnx").loading is BROKEN


def test_a_number_where_a_name_belongs_is_passed_over_as_parsers_do(judge: Judge) -> None:
    raw = field(1, field(4, "PyOp") + field(7, "ai.onnx.contrib") + b"\x20\x01\x38\x01")
    assert judge(model(b"\x08\x05", raw, node("Add")), "m.onnx").loading is RUNS
    assert judge(model(b"\x08\x05", node("Add")), "m.onnx").loading is FINE
