"""Configurations that have code imported and called: unlisted names are told, well-known ones are no news."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable
from typing import Any

import pytest

from inspector.artifacts import Artifact
from inspector.artifacts.interface import NAMED_CODE
from inspector.artifacts.texts.known_packages import known_packages
from inspector.provenance import Loading

Judge = Callable[[bytes, str], Artifact]


def told(artifact: Artifact) -> list[str]:
    return [reason.message for reason in artifact.reasons if reason.code == "names-code"]


YAML = [
    ("_target_: acme.Net\n", ["acme.Net"]),
    ("model:\n  class_path: acme.data.Net\n  init_args: {layers: 2}\n", ["acme.data.Net"]),
    ("model: !new:acme.X\n  n: 1\nact: !name:torch.nn.ReLU\n", ["acme.X"]),
    ("a: !apply:acme.seed [1]\nb: !module:beta.code\n", ["acme.seed", "beta.code.*"]),
    ("model: {target: acme.net, params: {n: 1}}\n", ["acme.net"]),
    ("first_stage:\n  target: acme.Autoencoder\n", ["acme.Autoencoder"]),
    ("type: acme.retriever.Own\ninit_parameters: {top_k: 3}\n", ["acme.retriever.Own"]),
    ("pipeline:\n  name: acme.pipelines.Own\n  params: {}\n", ["acme.pipelines.Own"]),
    ("handlers: {a: {(): acme.logs.Handler}}\n", ["acme.logs.Handler"]),
    ("defaults: &d acme.Net\na: {_target_: *d}\n", ["acme.Net"]),
    ('a: {"_target_": "acme.Net"}\nb: {_target_: acme.Net}\n', ["acme.Net"]),
]


@pytest.mark.parametrize(("text", "names"), YAML)
def test_an_unlisted_name_is_told_and_the_verdict_stays(text: str, names: list[str], judge: Judge) -> None:
    artifact = judge(text.encode(), "conf/model.yaml")
    assert artifact.loading is Loading.NO_LOADER
    assert artifact.facts[NAMED_CODE] == names
    assert len(told(artifact)) == 1 and all(name in told(artifact)[0] for name in names)


@pytest.mark.parametrize(
    ("path", "value", "loading"),
    [
        ("conf.json", {"_target_": "acme.Net"}, Loading.NO_LOADER),
        ("conf.json", {"model": {"class_path": "acme.Net", "init_args": {}}}, Loading.NO_LOADER),
        ("conf.json", {"target": "acme.Net", "params": {}}, Loading.NO_LOADER),
        ("conf.json", {"_obj_": "acme.Net"}, Loading.NO_LOADER),
        ("config.json", {"_target_": "acme.Net"}, Loading.DATA_ONLY),
    ],
)
def test_so_is_one_in_json(path: str, value: Any, loading: Loading, judge: Judge) -> None:
    artifact = judge(json.dumps(value).encode(), path)
    assert artifact.loading is loading and artifact.facts[NAMED_CODE] == ["acme.Net"] and told(artifact)


@pytest.mark.parametrize(
    "text",
    [
        "_target_: torch.optim.AdamW\n",
        "class_path: lightning.pytorch.Trainer\n",
        "m: !new:speechbrain.nnet.RNN.LSTM\n",
        "_target_: nemo.collections.asr.models.EncDecCTCModel\n",
        "_target_: transformers.AutoModel.from_pretrained\n",
        "_target_: builtins.dict\n",
        "_target_: ${model.name}\nmodel: {name: torch.nn.Linear}\n",
        "# _target_: acme.Net\n",
        "class_path: Net\n",
        "target: acme.example\n",
        "deploy: {target: acme.Host, user: x}\n",
        "name: acme.example\nparams: {a: 1}\n",
        "type: acme.event\n",
    ],
)
def test_known_packages_and_everyday_words_are_no_news(text: str, judge: Judge) -> None:
    artifact = judge(text.encode(), "conf.yaml")
    assert artifact.loading is Loading.NO_LOADER
    assert not artifact.reasons and NAMED_CODE not in artifact.facts


def test_an_alarm_stands_before_the_names(judge: Judge) -> None:
    artifact = judge(b"a: {_target_: acme.Net}\nb: {_target_: os.system}\n", "conf.yaml")
    assert artifact.loading is Loading.RUNS_CODE
    assert [reason.code for reason in artifact.reasons] == ["hydra-target", "names-code"]


def test_a_flood_of_one_packages_names_hides_no_other(judge: Judge) -> None:
    lines = [f"a{number}: {{_target_: acme.C{number:04}}}" for number in range(1000)]
    artifact = judge("\n".join([*lines, "z: {_target_: zeta.Net}", ""]).encode(), "conf.yaml")
    assert "zeta.Net" in artifact.facts[NAMED_CODE] and len(artifact.facts[NAMED_CODE]) == 200
    assert "zeta.Net" in told(artifact)[0] and "981 more" in told(artifact)[0]


def test_names_in_an_archive_are_told_once_with_their_member(judge: Judge) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        text = b"model: {_target_: acme.Net}\n"
        info = tarfile.TarInfo("model_config.yaml")
        info.size = len(text)
        tar.addfile(info, io.BytesIO(text))
    artifact = judge(packed.getvalue(), "model.nemo")
    found = [reason for reason in artifact.reasons if reason.code == "names-code"]
    assert [reason.member for reason in found] == ["model_config.yaml"]
    assert artifact.facts[NAMED_CODE] == ["acme.Net"]


def test_every_known_package_has_a_reason_and_a_name_that_can_be_imported() -> None:
    assert all(name.isidentifier() and reason for name, reason in known_packages().items())
