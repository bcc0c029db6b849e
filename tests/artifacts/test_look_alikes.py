"""Ordinary files that look like hostile ones: configurations, templates and scripts of real projects. None of
them is an alarm, and none is unreadable."""

# ruff: noqa: E501 - a file in one row is easier to check than a wrapped one

from __future__ import annotations

import json
import pickle
from collections.abc import Callable

import pytest

from inspector.artifacts import Artifact
from inspector.provenance import Loading

Judge = Callable[[bytes, str], Artifact]

_CHAT = "{%- for message in messages %}{{ message['role'] ~ ': ' ~ message['content'] | trim }}{% endfor %}"
TEMPLATES = {
    "format": "{{ '{} says {}'.format(messages[0].role, messages[0].content) }}",
    "padded": "{{ '%s: %s' | format(message.role, message.content) }}",
    "mapped": "{{ messages | map(attribute='content') | join('\\n') }}",
    "selected": "{% set system = messages | selectattr('role', 'equalto', 'system') | list | first %}",
    "namespace": "{% set ns = namespace(found=false, text='') %}{% set ns.text = ns.text ~ 'x' %}{{ ns.text }}",
    "defined": "{% if strftime_now is defined %}{{ strftime_now('%d %b %Y') }}{% endif %}",
    "raised": "{% if not messages %}{{ raise_exception('no messages') }}{% endif %}",
    "macro": "{% macro tool(t) %}{{ t.name }}: {{ t | tojson(indent=4) }}{% endmacro %}{{ tool(tools[0]) }}",
    "items": "{% for key, value in tool.items() %}{{ key ~ '=' ~ value | string }}{% endfor %}",
    "underscores": "{{ '<|start_header_id|>' ~ message.tool_calls[0].function.name ~ '_end_' }}",
    "ternary": "{{ message['content'] if message['content'] is string else message['content'][0]['text'] }}",
    "or": "{{ (message.content or '') | trim }}{{ message[key or 'content'] }}",
    "sliced": "{% set rest = messages[1:] if messages[0]['role'] == 'system' else messages %}{{ rest | length }}",
    "raw": "{% raw %}{{ x.__class__ }}{% endraw %}{{ messages[0]['content'] }}",
    "comment": "{# x.__class__ is not used #}{{ bos_token }}{{ messages | tojson }}",
    "split": "{{ message.content.split('</think>')[-1].lstrip('\\n') }}",
    "generation": "{% generation %}{{ message['content'] + eos_token }}{% endgeneration %}",
    "star": "{{ 2 * loop.index0 }}{{ messages | map('upper') | list }}",
}
JSONS: dict[str, object] = {
    "config.json": {"model_type": "llama", "_attn_implementation": "flash_attention_2", "tokenizer_class": "X"},
    "sdpa/config.json": {"model_type": "x", "_attn_implementation": {"text_config": "sdpa", "": "eager"}},
    "tokenizer_config.json": {"tokenizer_class": "PreTrainedTokenizerFast", "chat_template": _CHAT},
    "adapter_config.json": {"peft_type": "LORA", "megatron_core": "megatron.core", "megatron_config": None},
    "0_WordEmbeddings/wordembedding_config.json": {
        "tokenizer_class": "sentence_transformers.models.tokenizer.WhitespaceTokenizer.WhitespaceTokenizer"
    },
    "modules.json": [
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "name": "1", "path": "1", "type": "sentence_transformers.models.Pooling.Pooling"},
        {"idx": 2, "name": "2", "path": "2", "type": "sentence_transformers.sparse_encoder.models.SpladePooling"},
        {"idx": 3, "name": "3", "path": "3", "type": "sentence_transformers.base.modules.transformer.Transformer"},
    ],
    "model_index.json": {
        "_class_name": "StableDiffusionPipeline",
        "unet": ["diffusers", "UNet2DConditionModel"],
        "safety_checker": ["stable_diffusion", "StableDiffusionSafetyChecker"],
        "text_encoder": ["transformers", "CLIPTextModel"],
    },
    "model-settings.json": {"name": "x", "implementation": "mlserver_sklearn.SKLearnModel"},
    "schema.json": {"type": "object", "properties": {"class": {"type": "string"}, "module": {"type": "string"}}},
    "tools.json": {"tools": [{"type": "function", "function": {"name": "run", "parameters": {}}}]},
    "errors.json": {"type": "ValueError", "code": "os", "name": "x", "implementation": "see notes"},
    "package.json": {"name": "x", "scripts": {"build": "eval x"}, "type": "module"},
    "openapi.json": {"info": {"description": "calls os.system"}, "paths": {"/x": {"type": "http.Get"}}},
    "coco.json": {"info": {"download": "zip"}, "images": [], "categories": [{"name": "person", "id": 1}]},
    "prompt.json": {"_type": "prompt", "template_format": "f-string", "template": "Tell {adjective} of {x}."},
    "prompt_2.json": {"template_format": "jinja2", "template": "{% for d in docs %}{{ d.page_content }}{% endfor %}"},
    "lc.json": {"lc": 1, "type": "constructor", "id": ["langchain_core", "prompts", "PromptTemplate"], "kwargs": {}},
    "gym.json": {"entry_point": "gymnasium.envs.classic_control:CartPoleEnv", "kwargs": {}},
    "mmdet.json": {"type": "mmdet.FasterRCNN", "custom_imports": {"imports": ["mmdet.models"]}},
    "keras.json": {
        "module": "keras", "class_name": "Sequential", "registered_name": None, "config": {"layers": [
            {"module": "keras.layers", "class_name": "Dense", "registered_name": None, "config": {
                "units": 2, "activation": {"module": "keras.activations", "class_name": "function",
                                           "config": "relu", "registered_name": "relu"}}}]},
    },
    "keras_2.json": {
        "class_name": "Functional", "keras_version": "2.15.0", "config": {"layers": [
            {"class_name": "TFOpLambda", "config": {"name": "tf.math.add", "function": "math.add"}},
            {"class_name": "TensorFlowOpLayer", "config": {"node_def": "name: 'a' op: 'AddV2'"}}]},
    },
}  # fmt: skip
TEXTS = {
    "hydra.yaml": "m:\n  _target_: torch.optim.AdamW\n  lr: 0.1\ntype: mine.models.Net\n",
    "partial.yaml": "m:\n  _target_: functools.partial\n  _args_: [${get_method:torch.nn.functional.relu}]\n",
    "resolvers.yaml": "a: ${oc.env:HOME}\nb: ${eval:'${a} * 2'}\nc: ${multiply:2,3}\n",
    "lightning.yaml": "trainer:\n  callbacks:\n  - class_path: lightning.pytorch.callbacks.ModelCheckpoint\n",
    "data.yaml": "path: ../coco\ntrain: images\nval: images\nnames: {0: person}\n"
    "download: https://ultralytics.com/assets/coco8.zip\n",
    "yolo.yaml": "nc: 80\nactivation: nn.ReLU()\nbackbone:\n- [-1, 1, Conv, [64, 3, 2]]\nhead: []\n",
    "workflow.yml": "on: push\njobs:\n  a:\n    steps:\n    - run: python -c \"import os; os.system('x')\"\n",
    "branches.yml": "with:\n  head: ${{ github.sha }}\n  # - a comment\nrun: |\n  f = open('pyproject.toml')\n",
    "compose.yaml": "services:\n  a:\n    command: python -m http.server\n    entrypoint: [sh, -c]\n",
    "cloud.yaml": "Resources:\n  A: !GetAtt B.Arn\n  C: !Sub '${D}'\n  E: !If [F, !Ref G, !Ref H]\n",
    "mkdocs.yml": "markdown_extensions:\n- pymdownx.emoji:\n    x: !!python/name:material.extensions.emoji.twemoji\n",
    "fairseq.yaml": "common:\n  user_dir: null\n  fp16: true\n",
    "vllm.yaml": "model: x\ntool-call-parser: hermes\nworker-cls: auto\n",
    "lm_eval.yaml": "task: x\ndoc_to_text: '{{question}}\\nAnswer:'\ndoc_to_target: '{{answer}}'\n",
    "speechbrain.yaml": "model: !new:torch.nn.Linear\n  in_features: 3\nlr: !ref <x>\nfn: !name:torch.optim.Adam\n",
    "kedro.yml": "cars:\n  type: pickle.PickleDataset\n  filepath: data/x.pkl\n",
    "logging.yaml": "version: 1\nhandlers:\n  a:\n    class: logging.handlers.RotatingFileHandler\n    filename: x\n",
    "logging.ini": "[loggers]\nkeys=root\n[handlers]\nkeys=a,b\n[handler_a]\nclass=StreamHandler\nargs=(sys.stdout,)\n"
    "[handler_b]\nclass=handlers.RotatingFileHandler\nargs=('x.log', 'a', 10*1024, 5)\nkwargs={'delay': True}\n",
    "alembic.ini": "[alembic]\nscript_location = x\n[handler_console]\nclass = StreamHandler\nargs = (sys.stderr,)\n",
    "setup.cfg": "[metadata]\nname = x\n[options.entry_points]\nconsole_scripts =\n    x = os:system\n",
    "t5.gin": "import t5.models\nfrom t5x import partitioning\ntrain.model = @t5.models.T5()\n",
    "notes.txt": "A YAML file may say: !!python/object/apply:os.system [x]. Never load it.\n",
    "guide.txt": '{"py/object": "os.system"} is what a jsonpickle looks like.\n'[1:],
    "readme": "Call `chat_template` with messages; `{{ x.__class__ }}` is blocked.\n",
    "graph.pbtxt": 'node { name: "a # PyFunc" op: "Const" } # op: "PyFunc"\n',
    "net.prototxt": 'layer { name: "Python" type: "Convolution" } # type: "Python"\n',
    "config.pbtxt": 'name: "x"\nbackend: "onnxruntime"\nmax_batch_size: 8\n',
    "MLmodel": "flavors:\n  python_function:\n    loader_module: mlflow.sklearn\n    model_path: model.pkl\n"
    "    env: conda.yaml\n  sklearn:\n    code: null\n    pickled_model: model.pkl\n",
    "page.html": "<p>{{ user.name }}</p>{% include 'x.html' %}\n",
    "src/handler.py": "class Handler:\n    '''Not an EndpointHandler.'''\n",
    "src/model.py": "class Model:\n    pass\n",
    "src/pipeline.py": "from diffusers import StableDiffusionPipeline\n\n\ndef load():\n    return None\n",
    "src/tool.py": "class Tool:\n    pass\n",
    "train.py": "from datasets import load_dataset\n\n\nclass Trainer(object):\n    def split(self):\n        pass\n",
    "loader.py": "import datasets\n\n\ndef rows():\n    return datasets.load_dataset('x')\n",
    "config.py": "c = get_config()\n",
}


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_ordinary_chat_templates_reach_nowhere(name: str, judge: Judge) -> None:
    config = json.dumps({"chat_template": TEMPLATES[name]}).encode()
    assert judge(config, "tokenizer_config.json").loading is Loading.DATA_ONLY
    assert judge(TEMPLATES[name].encode(), "chat_template.jinja").loading is Loading.NO_LOADER


@pytest.mark.parametrize("path", sorted(JSONS))
def test_ordinary_configurations_in_json_are_no_alarm(path: str, judge: Judge) -> None:
    artifact = judge(json.dumps(JSONS[path]).encode(), path)
    assert artifact.loading in (Loading.DATA_ONLY, Loading.NO_LOADER), artifact.reasons


@pytest.mark.parametrize("path", sorted(TEXTS))
def test_ordinary_texts_are_no_alarm(path: str, judge: Judge) -> None:
    artifact = judge(TEXTS[path].encode(), path)
    assert artifact.loading in (Loading.DATA_ONLY, Loading.NO_LOADER), artifact.reasons


def test_a_member_of_an_enumeration_and_a_logger_are_read_as_before(judge: Judge) -> None:
    import logging
    import re

    for value in (logging.getLogger("x"), re.RegexFlag.A, re.compile("a+"), type(None), {"a": int}):
        for protocol in range(6):
            artifact = judge(pickle.dumps(value, protocol), "x.pkl")
            assert artifact.loading in (Loading.LIBRARY, Loading.ALLOW_LISTED), (value, artifact.reasons)
