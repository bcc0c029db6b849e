"""Names of code that stand elsewhere in the file, and things that pass for harmless by their names or places.

Sources: OmegaConf 2.3 (interpolation), torchtune 0.6 (``instantiate``), transformers 4.57 (``weight_map``
of sharded checkpoints), OpenVINO 2025 (extensions), diffusers 0.35 (``custom_pipeline``), PyYAML 6.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from .case import BROKEN, Case, hostile


def cases() -> Iterator[Case]:
    yield from _names()
    yield from _shards()
    yield from _programs()
    yield from _tags()
    yield from _templates()


def _names() -> Iterator[Case]:
    why = "the loader imports and calls what the name comes to"
    forms: dict[str, bytes] = {
        "root.yaml": b"m:\n  _target_: ${tgt}\ntgt: os.system\n",
        "part.yaml": b"m:\n  _target_: os.${fn}\nfn: system\n",
        "unknown_part.yaml": b"m:\n  _target_: os.${oc.env:FN}\n",
        "two.yaml": b"m:\n  _target_: ${a}.${b}\na: os\nb: system\n",
        "beside.yaml": b"m:\n  _target_: ${.fn}\n  fn: os.system\n",
        "above.yaml": b"m:\n  n:\n    _target_: ${..fn}\n  fn: os.system\n",
        "chain.yaml": b"_target_: ${a}\na: ${b}\nb: ${c}\nc: os.system\n",
        "of_a_list.yaml": b"m: [{_target_: '${names[1]}'}]\nnames: [torch.nn.Linear, os.system]\n",
        "selected.yaml": b"_target_: ${oc.select:x.y}\nx: {y: os.system}\n",
        "default.yaml": b"_target_: ${oc.select:x.y,os.system}\n",
        "of_the_environment.yaml": b"_target_: ${oc.env:FN,os.system}\n",
        "anchored.yaml": b"x: &t '${fn}'\nm: {_target_: *t}\nfn: os.system\n",
        "class_path.yaml": b"m:\n  class_path: ${fn}\n  init_args: {args: x}\nfn: subprocess.Popen\n",
        "component.yaml": b"model:\n  _component_: os.system\n",
        "component_there.yaml": b"model:\n  _component_: ${fn}\nfn: subprocess.run\n",
        "root.json": b'{"m": {"_target_": "${tgt}"}, "tgt": "os.system"}\n',
        "above.json": b'{"m": {"_target_": "${..tgt}"}, "tgt": "os.system"}\n',
        "escaped.json": b'{"m": {"_target_": "\\u0024{tgt}"}, "tgt": "os.system"}\n',
        "component.json": b'{"model": {"_component_": "os.system"}}\n',
    }
    for name, raw in forms.items():
        yield hostile("hydra", f"elsewhere/{name}", raw, why)


def _shards() -> Iterator[Case]:
    for name, place in {
        "above": "../../secret.bin",
        "absolute": "/etc/hostname",
        "drive": "C:\\x.bin",
        "backslashes": "..\\..\\x.bin",
        "inside_and_out": "a/../../x.bin",
        "address": "https://example.org/x.bin",
    }.items():
        raw = json.dumps({"metadata": {}, "weight_map": {"w": "model-1.safetensors", "v": place}}).encode()
        path = f"shards/{name}/model.safetensors.index.json"
        yield hostile("config", path, raw, "a shard lies outside of the folder", BROKEN)


def _programs() -> Iterator[Case]:
    pipeline = b"from diffusers import DiffusionPipeline\n\n\nclass Mine(DiffusionPipeline):\n    pass\n"
    yield hostile(
        "handler", "in_a_folder/mine/pipeline.py", pipeline, "custom_pipeline runs the folder's file"
    )
    for name in ("tokenizer.model", "weights.bin", "net.params", "words.vec", "graph.dat"):
        yield hostile("wrong-extension", f"script/{name}", b"#!/bin/sh\necho x\n", "a script called a model")
    layer = b'<layers><layer id="0" name="a" type="Mine" version="extension"/></layers>'
    raw = b'<?xml version="1.0"?><net name="m" version="11">' + layer + b"</net>"
    yield hostile("openvino", "extension.xml", raw, "the operator is of a native library", BROKEN)


def _tags() -> Iterator[Case]:
    forms: dict[str, bytes] = {
        "behind_a_quoted_key": b'"!!python/x:y": !!python/object/apply:os.system [x]\n',
        "before_a_quoted_text": b"a: !!python/object/apply:os.system ['!!python/name:x.y']\n",
        "behind_a_block": b"- |\n  !!python/name:x.y\n\n- !!python/object/apply:os.system [x]\n",
        "behind_an_anchor": b"a: &x !!python/object/apply:os.system [x]\n",
        "broken_text": b"a: '!!python/name:x.y'\nb: [!!python/object/apply:os.system [x]\n",
        "two_documents": b"a: '!!python/name:x.y'\n--- !!python/object/apply:os.system [x]\n",
    }
    for name, raw in forms.items():
        yield hostile("yaml", f"beside_scalars/{name}.yaml", raw, "the tag stands beside scalars, in none")


def _templates() -> Iterator[Case]:
    for name, text in {
        "subscript": "{{ 'see __class__ here' }}{{ x['__class__'] }}",
        "set": "{% set a = 'x.__class__' %}{{ x | map(attribute=a) }}",
        "split": "{{ x[('a __class__ b' | trim).split()[1]] }}",
        "macro": "{% macro m() %}{{ 'of __class__' }}{% endmacro %}{{ x[m()[3:]] }}",
        "format": "{{ 'see {0.__class__}'.format(x) }}",
        "cut": "{{ x['a __class__'[2:]] }}",
        "halves": "{{ x['use __cla' ~ 'ss__'] }}",
        "set_block": "{% set a %}{{ 'of __class__' }}{% endset %}{{ x[a[3:]] }}",
    }.items():
        path = f"beside_prose/{name}/chat_template.jinja"
        yield hostile("chat-template", path, text.encode(), "it takes the attribute that it prints elsewhere")
