"""Models whose data lies in files beside them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from inspector.artifacts.interface import EXTERNAL_DATA
from inspector.provenance import Loading, Severity
from inspector.rules import judge


@pytest.fixture
def onnx(file):
    def make(path, *places):
        made = file(path, Loading.DATA_ONLY, pickle=False, reasons=())
        return replace(made, artifact=replace(made.artifact, facts={EXTERNAL_DATA: list(places)}))

    return make


def test_absent_data_is_one_finding_that_names_it(facts, onnx):
    (finding,) = judge(facts(files=[onnx("a/model.onnx", "model.onnx.data", "b/more.bin")]))
    assert (finding.rule, finding.severity) == ("loading.absent-data", Severity.LOW)
    assert "model.onnx.data" in finding.message and "b/more.bin" in finding.message


@pytest.mark.parametrize("place", ["model.onnx.data", "./model.onnx.data", "b/../model.onnx.data"])
def test_data_that_is_there_is_none(facts, file, onnx, place):
    data = file("a/model.onnx.data", Loading.DATA_ONLY, pickle=False, reasons=())
    assert not judge(facts(files=[onnx("a/model.onnx", place), data]))


def test_data_of_the_same_name_elsewhere_is_no_data_beside_it(facts, file, onnx):
    data = file("b/model.onnx.data", Loading.DATA_ONLY, pickle=False, reasons=())
    (finding,) = judge(facts(files=[onnx("a/model.onnx", "model.onnx.data"), data]))
    assert finding.rule == "loading.absent-data"
