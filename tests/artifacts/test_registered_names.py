"""Names that somebody else may have taken: classes registered with Keras, layers of no operator set."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from inspector.artifacts import Artifact
from inspector.artifacts.formats.keras_config import judge_keras
from inspector.artifacts.judgement import Judgement
from inspector.provenance import Loading

Judge = Callable[[bytes, str], Artifact]


def keras(layer: dict[str, object]) -> Artifact:
    judgement = Judgement()
    model = {"module": "keras", "class_name": "Sequential", "config": {"layers": [layer]}}
    judge_keras(json.dumps(model).encode(), judgement)
    return judgement.artifact("keras", Loading.DATA_ONLY)


@pytest.mark.parametrize("module", ["keras.layers", "keras.src.layers.core.dense"])
@pytest.mark.parametrize("name", ["evil>Dense", "Evil", "keras_evil>Dense", "my.keras>Dense", ["evil>Dense"]])
def test_a_registered_class_is_taken_before_the_one_of_keras(module: str, name: object) -> None:
    artifact = keras({"module": module, "class_name": "Dense", "config": {}, "registered_name": name})
    assert artifact.loading is Loading.DATA_ONLY
    assert [reason.code for reason in artifact.reasons] == ["custom-object-needed"]


@pytest.mark.parametrize("name", [None, "", "Dense", "keras>Dense", "Keras>Dense", "tf_keras.layers>Dense"])
def test_the_names_that_keras_writes_itself_are_no_news(name: str | None) -> None:
    layer = {"module": "keras.layers", "class_name": "Dense", "config": {}, "registered_name": name}
    assert not keras(layer).reasons
    function = {
        "module": "builtins",
        "class_name": "function",
        "config": "relu",
        "registered_name": "function",
    }
    plain = {"module": "keras.layers", "class_name": "Dense", "config": {"activation": function}}
    codes = [reason.code for reason in keras(plain).reasons]
    assert codes in ([], ["custom-object-needed"])


def network(layers: str, edition: str = 'version="11"') -> bytes:
    first = '<layer id="0" name="p" type="Parameter" version="opset1"/>'
    return f'<?xml version="1.0"?><net name="n" {edition}><layers>{first}{layers}</layers></net>'.encode()


@pytest.mark.parametrize("edition", ['version="10"', 'version="11"', "", 'version="x"'])
@pytest.mark.parametrize("layer", ['<layer id="1" type="Mine"/>', '<layer id="1" type="Mine" version=""/>'])
def test_a_layer_of_no_operator_set_is_told(edition: str, layer: str, judge: Judge) -> None:
    artifact = judge(network(layer, edition), "m.xml")
    assert artifact.loading is Loading.UNREADABLE
    assert [reason.code for reason in artifact.reasons] == ["custom-operator"]


def test_networks_from_before_there_were_operator_sets_name_none(judge: Judge) -> None:
    for edition in ('version="2"', 'version="7"'):
        artifact = judge(network('<layer id="1" name="c" type="Convolution"/>', edition), "m.xml")
        assert artifact.format == "openvino-ir" and artifact.loading is Loading.DATA_ONLY
    described = network('<layer id="1" name="c" type="Relu" version="opset1"/><rt_info><layer/></rt_info>')
    assert judge(described, "m.xml").loading is Loading.DATA_ONLY


@pytest.mark.parametrize(
    ("function", "loading"),
    [
        ("raw_ops.DatasetToTFRecord", Loading.RUNS_CODE),
        ("compat.v1.raw_ops.LoadAndRemapMatrix", Loading.RUNS_CODE),
        ("raw_ops.MatMul", Loading.DATA_ONLY),
        ("math.multiply", Loading.DATA_ONLY),
    ],
)
def test_a_raw_operation_is_judged_by_its_name(function: str, loading: Loading) -> None:
    layer: dict[str, object] = {"class_name": "TFOpLambda", "config": {"function": function}}
    assert keras(layer).loading is loading
