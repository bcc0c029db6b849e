"""Configurations that name code, files a loader obeys by their name, and the ordinary ones beside them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from inspector.artifacts import Artifact
from inspector.provenance import Loading

Judge = Callable[[bytes, str], Artifact]
RUNS, NONE, DATA = Loading.RUNS_CODE, Loading.NO_LOADER, Loading.DATA_ONLY

YAML: list[tuple[str, Loading]] = [
    ("a: !!python/tuple [1, 2]\nb: !!python/str x\n", NONE),
    ("a: !!python/object/apply:collections.OrderedDict [[[a, 1]]]\n", NONE),
    ("emoji: !!python/name:pymdownx.superfences.fence_code_format\n", NONE),
    ("emoji: !!python/name:material.extensions.emoji.twemoji ''\n", NONE),
    ("a: !!python/name:exec\n", RUNS),
    ("a: !!python/object/new:type\n  args: [z, !!python/tuple [], {extend: !!python/name:exec }]\n", RUNS),
    ("a: !!python/object/apply:acme.make []\n", RUNS),
    ("a: !!python/module:acme\n", RUNS),
    ("a: !!javax.script.ScriptEngineManager [x]\n", RUNS),
    ("a: !ruby/object:Gem::Installer\n", RUNS),
    ('m: {"\\x5ftarget_": os.system}\n', RUNS),
    ("m: {_target_: &t subprocess.run, b: *t}\n", RUNS),
    ("- _target_: builtins.eval\n", RUNS),
    ("_target_: torch.serialization.os.system\n", RUNS),
    ("_target_: hydra.utils.get_method\npath: os.system\n", RUNS),
    ("model:\n  class_path: subprocess.Popen\n  init_args: {args: x}\n", RUNS),
    ("_target_: pandas.read_csv\n_partial_: true\n", NONE),
    ("_target_: hydra.utils.get_class\npath: torch.nn.ReLU\n", NONE),
    ("_target_: torch.utils.tensorboard.SummaryWriter\n", NONE),
    ("_target_: transformers.AutoModel.from_pretrained\ntrust_remote_code: true\n", NONE),
    ("root: {_target_: os.path.join, _args_: [a, b]}\n", NONE),
    ("data: ${oc.env:HOME}/x\nlr: ${eval:'${a} * 2'}\n", NONE),
    ("class_path: lightning.pytorch.Trainer\n", NONE),
    ("chat_template: \"{{ ''.__class__ }}\"\n", RUNS),
    ("a: [1, 2\nb: }\n", NONE),
    ("d: {_target_: numpy.load, file: x.npy, allow_pickle: true}\n", RUNS),
    ("d:\n  allow_pickle: 1\n  file: x.npy\n  _target_: numpy.load\n", RUNS),
    ("d: {_target_: numpy.load, file: x.npy, allow_pickle: 'false'}\n", RUNS),  # a text is no false
    ("d:\n  _target_: numpy.load\n  allow_pickle: ${unsafe}\n", RUNS),
    ("d: {_target_: numpy.load, _args_: [x.npy, null, true]}\n", RUNS),
    ("b: &b {allow_pickle: yes}\nd: {<<: *b, _target_: numpy.load, file: x.npy}\n", RUNS),
    ("f: &f numpy.load\nd: {_target_: *f, allow_pickle: on}\n", RUNS),
    ('d: {_target_: "numpy\\x2eload", allow_pickle: on}\n', RUNS),
    ("class_path: numpy.load\ninit_args: {file: x.npy, allow_pickle: true}\n", RUNS),
    ("d: {_target_: numpy.load, file: x.npy}\n", NONE),
    ("d: {_target_: numpy.load, file: x.npy, allow_pickle: false}\n", NONE),
    ("d: {_target_: numpy.load, file: x.npy, allow_pickle: No}\n", NONE),
    ("d: {_target_: numpy.load, _args_: [x.npy, r, 0]}\n", NONE),
    ("d: {_target_: numpy.load, file: x.npy}\ne: {allow_pickle: true}\n", NONE),
    ("d: {_target_: numpy.load, allow_pickle: nULL}\n", RUNS),
    ("d: {_target_: numpy.load, allow_pickle: 0.0}\n", NONE),
    ("d: {_target_: numpy.save, allow_pickle: true}\n", NONE),
    ("x: !apply:os.system ['echo x']\n", RUNS),
    ("x: !new:subprocess.Popen\n  args: x\n", RUNS),
    ("x: !name:builtins.exec\n", RUNS),
    ("x: !module:os\n", RUNS),
    ("x: !obj:os.system {}\n", RUNS),
    ("x: !pkl: model.pkl\n", RUNS),
    ("a: !new:torch.nn.Linear\n  n: 1\nb: !apply:torch.manual_seed [1]\nc: !ref <a>\n", NONE),
    ("a: 1  # !new:os.system\n", NONE),
    ("model: {target: os.system, params: {command: x}}\n", RUNS),
    ("model: {target: ldm.models.diffusion.ddpm.LatentDiffusion}\n", NONE),
    ("target: /data\nbuild: {target: dev}\n", NONE),
    ("nc: 2\nbackbone:\n  - [-1, 1, __import__('os').system('x'), [64]]\n", RUNS),
    ("nc: 2\nbackbone:\n  - [-1, 1, Conv, [64, 3, 2]]\nhead:\n  - [-1, 1, nn.Upsample, [None, 2]]\n", NONE),
    ("nc: 2\n? head\n: # the end\n\n  - [-1, 1, \"open('x')\", [64]]\n", RUNS),
    ("head: &a\n  - [-1, 1, \"open('x')\", [64]]\n", RUNS),
    ("a: 1\nhead: main\nrun: open('x')\n", NONE),
    ("jobs: {a: {run: python -c \"__import__('os')\"}}\n", NONE),
    ("d: {_target_: acme.load, allow_pickle: true}\n", NONE),
]


@pytest.mark.parametrize(("text", "loading"), YAML)
def test_yaml(text: str, loading: Loading, judge: Judge) -> None:
    artifact = judge(text.encode(), "conf/model.yaml")
    assert artifact.loading is loading, artifact


def test_trust_remote_code_is_said_and_is_no_alarm(judge: Judge) -> None:
    artifact = judge(b"model: x\ntrust_remote_code: true\n", "train.yaml")
    assert [reason.code for reason in artifact.reasons] == ["trust-remote-code"]
    artifact = judge(b'{"trust_remote_code": true}', "train.json")
    assert artifact.loading is NONE and artifact.reasons


JSON: list[tuple[str, Any, Loading]] = [
    (
        "model_index.json",
        {"_class_name": "FluxPipeline", "unet": ["diffusers", "UNet2DConditionModel"]},
        DATA,
    ),
    ("model_index.json", {"safety_checker": ["stable_diffusion", "StableDiffusionSafetyChecker"]}, DATA),
    ("model_index.json", {"safety_checker": [None, None], "requires_safety_checker": True}, DATA),
    ("model_index.json", {"unet": ["my_unet", "MyUnet"]}, RUNS),
    ("model_index.json", {"scheduler": ["os", "system"]}, RUNS),
    ("adapter_config.json", {"auto_mapping": {"parent_library": "transformers.models.llama"}}, DATA),
    ("adapter_config.json", {"auto_mapping": {"parent_library": "transformers_modules.x.y"}}, RUNS),
    ("config.json", {"attn_implementation": "someone/flash-kernel"}, RUNS),
    ("config.json", {"attn_implementation": "flash_attention_2"}, DATA),
    ("conf.json", {"class_path": "os.system"}, RUNS),
    ("conf.json", {"_target_": "numpy.load", "file": "x.npy", "allow_pickle": True}, RUNS),
    ("conf.json", {"class_path": "numpy.load", "init_args": {"allow_pickle": 1}}, RUNS),
    ("conf.json", {"_target_": "numpy.load", "file": "x.npy", "allow_pickle": False}, NONE),
    ("conf.json", {"_target_": "numpy.load", "_args_": ["x.npy", None]}, NONE),
    ("1_Dense/config.json", {"in_features": 1, "activation_function": "os.abort"}, RUNS),
    ("1_Dense/config.json", {"in_features": 1, "activation_function": "acme.act"}, RUNS),
    ("1_Dense/config.json", {"activation_function": "torch.nn.modules.activation.Tanh"}, DATA),
    ("scheduler_config.json", {"lambda_min_clipped": float("-inf"), "beta": float("nan")}, DATA),
    ("config.json", {"activation_function": "gelu_new", "model_type": "gpt2"}, DATA),
    ("config.json", {"sentence_transformers": {"activation_fn": "acme.f"}}, RUNS),
    ("config.json", {"sbert_ce_default_activation_function": "torch.hub.load"}, RUNS),
    ("1_Asym/config.json", {"types": {"a_X": "acme.X"}, "structure": {"a": ["a_X"]}}, RUNS),
    ("1_Asym/config.json", {"types": {"a": "sentence_transformers.models.Dense"}, "structure": {}}, DATA),
    ("config.json", {"types": {"a": "acme"}, "model_type": "x"}, DATA),
    ("model.json", {"target": "os.system", "params": {}}, RUNS),
    ("rows.json", [{"input": "how do I run it?", "target": "subprocess.run"}], NONE),
    ("architecture.json", {"class_name": "TFSMLayer"}, RUNS),
    ("state.json", {"py/object": "collections.OrderedDict", "py/tuple": [1]}, NONE),
    ("state.json", {"py/object": "sklearn.pipeline.Pipeline"}, Loading.LIBRARY),
    ("state.json", {"py/object": "acme.Thing"}, Loading.UNKNOWN_IMPORT),
    ("state.json", {"py/type": "os.system"}, RUNS),
    ("state.json", {"py/repr": "acme/acme.run()"}, RUNS),
    ("state.json", {"py/object": "acme.Thing", "py/reduce": [{"py/type": "acme.f"}]}, RUNS),
]


@pytest.mark.parametrize(("name", "value", "loading"), JSON)
def test_json(name: str, value: Any, loading: Loading, judge: Judge) -> None:
    artifact = judge(json.dumps(value).encode(), name)
    if loading is NONE:
        assert artifact.loading in (NONE, Loading.ALLOW_LISTED, DATA)
    else:
        assert artifact.loading is loading, artifact


MLMODEL = "artifact_path: model\nflavors:\n  python_function:\n    env: {conda: conda.yaml}\n"


@pytest.mark.parametrize(
    ("more", "loading"),
    [
        ("    loader_module: mlflow.sklearn\n    model_path: model.pkl\n", DATA),
        ("    loader_module: mlflow.pyfunc.model\n    python_model: python_model.pkl\n", RUNS),
        ("    loader_module: acme_loader\n", RUNS),
        ('    "loader\\x5fmodule": acme_loader\n', RUNS),
        ("    loader_module: mlflow.sklearn\n    code: code\n", RUNS),
        ("    loader_module: mlflow.sklearn\n    code: null\n", DATA),
        ("    loader_module: mlflow.langchain\nmodel_code_path: agent.py\n", RUNS),
    ],
)
def test_mlflow_models(more: str, loading: Loading, judge: Judge) -> None:
    artifact = judge((MLMODEL + more).encode(), "model/MLmodel")
    assert artifact.format == "mlflow-model"
    assert artifact.loading is loading, artifact


SCRIPT = b"import datasets\n\nclass Imdb(datasets.GeneratorBasedBuilder):\n    pass\n"


@pytest.mark.parametrize(
    ("name", "text", "loading"),
    [
        ("imdb/imdb.py", SCRIPT, RUNS),
        ("notes.py", b"# datasets.GeneratorBasedBuilder was removed\nimport datasets\n", NONE),
        ("handler.py", b"class EndpointHandler:\n    def __init__(self, path=''): pass\n", RUNS),
        ("server/handler.py", b"class EndpointHandler:\n    pass\n", RUNS),
        ("handler.py", b"def handle(event): pass\n", NONE),
        ("pipeline.py", b"class P(DiffusionPipeline):\n    pass\n", RUNS),
        ("src/pipeline.py", b"class P(DiffusionPipeline):\n    pass\n", NONE),
        ("sitecustomize.py", b"print('word')\n", RUNS),
        ("custom_generate/generate.py", b"def generate(model, **kwargs): pass\n", RUNS),
        ("train.py", b"import os\nos.system('ls')\n", NONE),
        ("lib/site-packages/evil.pth", b"import os; print('word')\n", RUNS),
        ("evil.pth", b"/usr/lib/x\nimport\tos\n", RUNS),
        ("lib/python3/site-packages/project.pth", b"/home/someone/project/src\n", NONE),
        ("model.pth", b"not a model\n", Loading.UNREADABLE),
    ],
)
def test_python_files_that_are_obeyed(name: str, text: bytes, loading: Loading, judge: Judge) -> None:
    artifact = judge(text, name)
    assert artifact.loading is loading, artifact
    assert bool(artifact.reasons) is (loading is not NONE)


@pytest.mark.parametrize(
    ("text", "loading"),
    [
        ("from diffusers import FluxPipeline\n\n\nclass Mine(FluxPipeline):\n    pass\n", RUNS),
        ("from diffusers import DiffusionPipeline as Base\n\n\nclass Mine(Base):\n    pass\n", RUNS),
        ("from diffusers import FluxPipeline\n\n\ndef load():\n    return FluxPipeline\n", NONE),
    ],
)
def test_a_pipeline_that_builds_on_another_one_is_a_custom_pipeline(
    text: str, loading: Loading, judge: Judge
) -> None:
    assert judge(text.encode(), "pipeline.py").loading is loading


def test_the_comment_of_a_graph_ends_no_text_and_takes_bounded_time(judge: Judge) -> None:
    assert judge(b'node { name: "a #" op: "PyFunc" }', "x.pbtxt").loading is RUNS
    assert judge(b'node { name: "a" } # op: "PyFunc"', "x.pbtxt").loading is DATA
    assert judge(b'"' + b'\\"' * 200_000, "x.pbtxt").loading is NONE


def test_a_template_of_very_many_blocks_is_refused_with_its_sentence(judge: Judge) -> None:
    artifact = judge(b"{{ messages }}" * 100_000, "chat_template.jinja")
    assert artifact.loading is Loading.UNREADABLE
    assert artifact.reasons[0].code == "over-limit"


def test_handlers_of_logging_are_judged_over_all_their_lines(judge: Judge) -> None:
    start = b"[handler_a]\nclass=StreamHandler\n"
    assert judge(start + b"args=(\n  sys.stdout,\n )\n", "x.ini").loading is NONE
    assert judge(start + b"args=(\n  open('x'),\n )\n", "x.ini").loading is RUNS


@pytest.mark.parametrize("path", ["x.yaml", "x.gin", "x.ini", "x.py", "x.conf", "pipeline.py"])
@pytest.mark.bounded
def test_very_many_empty_lines_take_no_time(path: str, judge: Judge) -> None:
    assert judge(b"a: 1\n" + b"\n" * 100_000 + b"b: 1", path).loading is NONE
