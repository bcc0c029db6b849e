"""Kinds that look alike and are not: what loaders obey beside what a text only speaks of, each with a row."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable

import pytest

from inspector.artifacts import Artifact
from inspector.artifacts.interface import NAMED_CODE
from inspector.artifacts.texts.chat_template import judge_template
from inspector.provenance import Loading

Judge = Callable[[bytes, str], Artifact]
RUNS, NONE = Loading.RUNS_CODE, Loading.NO_LOADER


@pytest.mark.parametrize(
    "text",
    [
        "m: {_target_: '${t}'}\nt: os.system\n",
        "m:\n  _target_: ${t}\nt: os.system\n",
        "m:\n  _target_: os.${x}\nx: system\n",
        "m:\n  _target_: os.${x}\n",
        "m:\n  _target_: ${a.b[1]}\na: {b: [x, os.system]}\n",
        "m:\n  _target_: ${.t}\n  t: os.system\n",
        "m:\n  _target_: ${..t}\nt: os.system\n",
        "m:\n  _target_: ${t}\nt: ${u}\nu: os.system\n",
        "m:\n  _target_: ${oc.select:t}\nt: os.system\n",
        "m:\n  _target_: ${oc.select:u,os.system}\n",
        "m:\n  _target_: ${oc.env:T,os.system}\n",
        "m:\n  class_path: ${t}\nt: os.system\n",
        "m:\n  _component_: subprocess.run\n",
        "m:\n  _component_: ${t}\nt: subprocess.run\n",
    ],
)
def test_a_name_of_code_that_stands_elsewhere_in_the_file_is_put_in(text: str, judge: Judge) -> None:
    assert judge(text.encode(), "config.yaml").loading is RUNS


@pytest.mark.parametrize("text", ["_target_: ${oc.env:T}\n", "_target_: ${t}\n", "a: {_target_: '${b.c}'}\n"])
def test_a_name_of_code_that_only_loading_tells_is_kept_for_a_finding(text: str, judge: Judge) -> None:
    artifact = judge(text.encode(), "config.yaml")
    assert artifact.loading is NONE and "${" in artifact.facts[NAMED_CODE][0]
    assert [reason.code for reason in artifact.reasons] == ["names-code"]
    assert "cannot be known from the file" in artifact.reasons[0].message


def test_interpolated_names_of_known_packages_and_in_json_are_judged_alike(judge: Judge) -> None:
    assert not judge(b"m:\n  _target_: ${t}\nt: torch.nn.Linear\n", "config.yaml").reasons
    assert judge(b'{"m": {"_target_": "${..t}"}, "t": "os.system"}', "x.json").loading is RUNS
    assert judge(b'{"m": {"_target_": "\\u0024{t}"}, "t": "os.system"}', "x.json").loading is RUNS


def test_what_stands_for_a_missing_key_is_put_in(judge: Judge) -> None:
    artifact = judge(b"_target_: ${oc.select:u,mine.Net}\n", "config.yaml")
    assert artifact.facts[NAMED_CODE] == ["mine.Net"]


def test_interpolations_that_name_each_other_come_to_an_end(judge: Judge) -> None:
    artifact = judge(b"_target_: ${a}\na: ${b}\nb: ${a}\n", "config.yaml")
    assert [reason.code for reason in artifact.reasons] == ["names-code"]


@pytest.mark.parametrize("place", ["../x.bin", "/etc/x", "a/../../x", "C:\\x", "..\\x.bin"])
def test_a_shard_outside_of_the_folder_is_told(place: str, judge: Judge) -> None:
    raw = json.dumps({"metadata": {}, "weight_map": {"a": "m-1.safetensors", "b": place}}).encode()
    artifact = judge(raw, "model.safetensors.index.json")
    assert artifact.loading is Loading.UNREADABLE
    assert [reason.code for reason in artifact.reasons] == ["external-data"]


def test_shards_inside_of_the_folder_are_fine(judge: Judge) -> None:
    raw = json.dumps({"weight_map": {"a": "m-1.safetensors", "b": "sub/m-2.safetensors"}}).encode()
    assert not judge(raw, "model.safetensors.index.json").reasons


@pytest.mark.parametrize("opset", ["extension", "mine"])
def test_a_layer_of_a_library_from_elsewhere_is_told(opset: str, judge: Judge) -> None:
    raw = f'<net name="m" version="11"><layers><layer id="0" type="A" version="{opset}"/></layers></net>'
    artifact = judge(raw.encode(), "m.xml")
    assert [reason.code for reason in artifact.reasons] == ["custom-operator"]


@pytest.mark.parametrize(
    ("path", "text", "loading"),
    [
        (
            "a/pipeline.py",
            "from diffusers import DiffusionPipeline\nclass P(DiffusionPipeline): pass\n",
            RUNS,
        ),
        (
            "src/pipeline.py",
            "from diffusers import DiffusionPipeline\nclass P(DiffusionPipeline): pass\n",
            NONE,
        ),
        ("a/pipeline.py", "import diffusers\nfrom .x import y\nclass P(DiffusionPipeline): pass\n", NONE),
        ("a/pipeline.py", "class P(DiffusionPipeline): pass\n", NONE),
        ("a/other.py", "from diffusers import DiffusionPipeline\nclass P(DiffusionPipeline): pass\n", NONE),
    ],
)
def test_a_custom_pipeline_in_a_folder_of_its_own(
    path: str, text: str, loading: Loading, judge: Judge
) -> None:
    assert judge(text.encode(), path).loading is loading


@pytest.mark.parametrize("name", ["a.model", "a.bin", "a.params", "a.pt", "a.onnx"])
def test_a_script_below_the_ending_of_a_model_is_no_plain_text(name: str, judge: Judge) -> None:
    assert judge(b"#!/bin/sh\necho x\n", name).loading in (RUNS, Loading.UNREADABLE)
    assert judge(b"#!/bin/sh\necho x\n", "run.sh").loading is NONE
    assert judge(b"#!/bin/sh\necho x\n", "run").loading is NONE


SPOKEN_OF = [
    'text: "!!python/object/apply:os.system"\n',
    "block: |\n  !!python/object/apply:os.system [x]\n",
    "folded: >-\n  !!python/name:os.system\n\n# c\nb: 1\n",
    "a: see !!python/name:os.system here\n",
    "a: 'tag:yaml.org,2002:python/name:os.system'\n",
    'a: "x !new:os.system"\n',
    'a: "!!javax.script.ScriptEngineManager"\n',
]
OBEYED = [
    "a: !!python/object/apply:os.system [x]\n",
    '"!!python/x:y": !!python/object/apply:os.system [x]\n',
    "a: !!python/name:os.system '!!python/name:q.x'\n",
    "a: &x !!python/name:os.system ''\n",
    "- |\n  a\n\n\n- !!python/object/apply:os.system [a]\n",
    "a: [!!python/name:os.system , 'x'\n",
    "a: !!javax.script.ScriptEngineManager []\n",
    "a: !new:os.system\n  x: 1\n",
]


@pytest.mark.parametrize("text", SPOKEN_OF)
def test_a_tag_that_a_scalar_speaks_of_is_none(text: str, judge: Judge) -> None:
    artifact = judge(text.encode(), "a.yaml")
    assert artifact.loading is NONE and not artifact.reasons


@pytest.mark.parametrize("text", OBEYED)
def test_a_tag_beside_scalars_is_one(text: str, judge: Judge) -> None:
    assert judge(text.encode(), "a.yaml").loading is RUNS


@pytest.mark.parametrize(
    "text",
    [
        "{{ 'use __init__ here' }}",
        "{{ 'self.__init__' }}",
        "{{ 'a __class__ b' ~ x }}",
        "{{ 'q __init__' if x else 'b' }}",
        "{% if '__init__ x' in message.content %}a{% endif %}",
        "{{ 'write {0.__class__}' }}",
    ],
)
def test_prose_that_a_template_prints_or_compares_is_data(text: str) -> None:
    assert judge_template(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "{{ x['a __class__'] }}",
        "{% set y = 'a __class__ ' %}{{ x[y] }}",
        "{% macro m() %}{{ 'a __class__' }}{% endmacro %}{{ x[m()] }}",
        "{{ 'a __class__ b'.split()[1] }}",
        "{{ 'x {0.__class__}'.format(1) }}",
        "{{ 'a __class__'[2:] }}",
        "{{ 'a __class__ b' | upper }}",
        "{{ 'a __cl' ~ 'ass__ b' }}",
        "{{ '_' ~ '_class_' ~ '_' }}",
        "{{ 'use __init__ here' }}{{ x['use __init__ here'] }}",
        "{{ 'use __init__ here' ~ x['use __init__ here'] }}",
        "{{ 'x.__class__' ~ y }}",
    ],
)
def test_prose_that_something_is_made_of_is_told(text: str) -> None:
    assert judge_template(text)


def test_an_object_of_keras_is_called_one(judge: Judge) -> None:
    raw = b'{"module": "os", "class_name": "function", "config": "system"}'
    artifact = judge(raw, "x.json")
    assert artifact.loading is RUNS
    assert [reason.code for reason in artifact.reasons] == ["custom-object"]
    assert "os.system" in artifact.reasons[0].message and "Keras" in artifact.reasons[0].message


def test_a_payload_that_waits_in_plain_data_is_told_and_loading_it_is_what_it_is(judge: Judge) -> None:
    payload = b"\x80\x04cos\nsystem\n\x8c\x06echo x\x85R."
    artifact = judge(pickle.dumps({"weights": payload}, 4), "model.pkl")
    assert artifact.loading is Loading.ALLOW_LISTED
    assert [reason.code for reason in artifact.reasons] == ["hidden-pickle"]


@pytest.mark.parametrize("name", ["intlist", "doublelist", "boollist", "tensorlist"])
def test_the_typed_lists_of_torchscript_are_lists(name: str, judge: Judge) -> None:
    raw = f"\x80\x02ctorch.jit._pickle\nbuild_{name}\n](K\x01e\x85R.".encode("latin-1")
    assert judge(raw, "constants.pkl").loading is Loading.ALLOW_LISTED


def test_other_functions_of_the_same_module_are_not(judge: Judge) -> None:
    raw = b"\x80\x02ctorch.jit._pickle\nbuild_tensor_from_id\n](K\x01e\x85R."
    assert judge(raw, "constants.pkl").loading is RUNS
