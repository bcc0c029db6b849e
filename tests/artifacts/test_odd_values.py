"""Values of a kind that no reader expects stand in a file of data: never a failure of the reader."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from inspector.artifacts import read
from inspector.artifacts.bytesource import BytesSource
from inspector.provenance import Loading

KEYS = (
    "_target_", "_name_", "class_path", "class_name", "module", "registered_name", "target", "types", "id",
    "name", "op", "expr_str", "parent_library", "attn_implementation", "_attn_implementation", "type",
    "trust_remote_code", "auto_map", "custom_pipelines", "chat_template", "chat_templates", "architectures",
    "tokenizer_class", "py/object", "py/reduce", "vocabulary", "config", "structure", "params", "nodes",
    "graph", "filters", "codecs", "loader_module", "python_model", "factory", "handler", "allow_pickle",
)  # fmt: skip
VALUES = ({}, [], {"a": {}}, [[]], [{}], None, 1.5, True, "", {"": ""}, [None, {"b": []}])


PATHS = (
    "config.json", "tokenizer_config.json", "a.json", "modules.json", "model_index.json", ".zarray",
    "a-symbol.json", "a.yaml", "MLmodel",
)  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_no_key_with_an_odd_value_makes_a_reader_fail(path):
    for key in KEYS:
        for value in VALUES:
            for document in ({key: value}, {key: value, "params": value, "inputs": []}, [{key: value}]):
                artifact = read(BytesSource(json.dumps(document).encode()), path)
                codes = {reason.code for reason in artifact.reasons}
                assert "reader-failed" not in codes, (path, document)


@pytest.mark.parametrize("value", [{}, [], {"x": 1}])
def test_a_plain_configuration_with_such_a_value_is_no_alarm(value):
    raw = json.dumps({"id": value, "name": value, "op": value}).encode()
    assert read(BytesSource(raw), "config.json").loading in (Loading.DATA_ONLY, Loading.NO_LOADER)


@pytest.mark.parametrize(
    ("member", "path", "document"),
    [
        ("schema.json", "a.skops", {"__class__": "a", "__module__": "b", "__loader__": [{}]}),
        ("config.json", "a.keras", {"module": "os", "class_name": "function", "config": None}),
        ("config.json", "a.keras", {"module": "os", "class_name": "function", "config": {"a": []}}),
    ],
)
def test_nor_one_in_an_archive(member, path, document):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(member, json.dumps(document))
    codes = {reason.code for reason in read(BytesSource(packed.getvalue()), path).reasons}
    assert codes and "reader-failed" not in codes
