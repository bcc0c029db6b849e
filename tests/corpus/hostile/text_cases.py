"""Texts that a loader obeys: templates, configs, YAML, jsonpickle, Python files that are run by name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from .case import BROKEN, UNKNOWN, UNLISTED, Case, hostile

TEMPLATES = {
    "subclasses": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "cycler": "{{ cycler.__init__.__globals__.os.popen('echo x').read() }}",
    "joiner": "{{ joiner.__init__.__globals__.os.popen('echo x') }}",
    "namespace": "{{ namespace.__init__.__globals__['os'] }}",
    "lipsum": "{{ lipsum.__globals__['os'].popen('echo x') }}",
    "self": "{{ self.__init__.__globals__ }}",
    "context": "{{ self['_TemplateReference__context'] }}",
    "attr": "{{ ''|attr('__cl' ~ 'ass__') }}",
    "attr_variable": "{% set a = '__class__' %}{{ messages|attr(a) }}",
    "index": "{{ messages['__class__'] }}",
    "hex": "{{ messages['\\x5f\\x5fclass\\x5f\\x5f'] }}",
    "unicode": "{{ messages['\\u005f\\u005fclass\\u005f\\u005f'] }}",
    "octal": "{{ messages['\\137\\137class\\137\\137'] }}",
    "map_attribute": "{{ messages | map(attribute='__class__') | list }}",
    "groupby": "{{ messages | groupby('__class__') }}",
    "format": "{{ '{0.__class__}'.format(messages) }}",
    "percent": "{{ ('%c%c' % (95, 95)) }}",
    "joined": "{{ messages[['__', 'class', '__'] | join] }}",
    "reversed": "{{ messages['__ssalc__' | reverse] }}",
    "include": "{% include 'secrets' %}",
    "import": "{%- import 'x' as y %}",
    "extends": "{% extends 'base' %}",
    "in_a_set": "{% set a = messages.__class__ %}",
    "in_a_condition": "{% if messages.__class__ %}x{% endif %}",
    "in_a_loop": "{% for c in ''.__class__.__subclasses__() %}{{ c }}{% endfor %}",
    "in_a_macro": "{% macro m(a=''.__class__) %}{% endmacro %}",
    "in_a_call": "{% call(x) m() %}{{ x.__globals__ }}{% endcall %}",
    "in_a_filter_block": "{% filter attr('__class__') %}x{% endfilter %}",
    "behind_a_text": "{{ '}}' ~ messages.__class__ }}",
    "over_lines": "{{ messages\n.\n__class__ }}",
    "behind_a_comment": "{# safe #}{{ messages.__class__ }}",
    "late": "{% for m in messages %}{{ m['content'] }}{% endfor %}" * 40 + "{{ ''.__class__ }}",
}


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=2) + "\n").encode()


def cases() -> Iterator[Case]:
    yield from _templates()
    yield from _configs()
    yield from _hydra()
    yield from _yaml()
    yield from _jsonpickle()
    yield from _python()


def _templates() -> Iterator[Case]:
    why = "the template reaches from the conversation into Python"
    for number, (name, template) in enumerate(TEMPLATES.items()):
        config = {"tokenizer_class": "LlamaTokenizer", "chat_template": template}
        yield hostile("chat-template", f"{name}/tokenizer_config.json", _json(config), why)
        if number % 3 == 0:
            yield hostile("chat-template", f"{name}/chat_template.jinja", template.encode(), why)
        elif number % 3 == 1:
            yield hostile(
                "chat-template", f"{name}/chat_template.json", _json({"chat_template": template}), why
            )
        else:
            named = [
                {"name": "default", "template": "{{ messages }}"},
                {"name": "tool", "template": template},
            ]
            yield hostile(
                "chat-template", f"{name}/named/tokenizer_config.json", _json({"chat_template": named}), why
            )
    reach = TEMPLATES["cycler"]
    yield hostile("chat-template", "additional_chat_templates/tool.jinja", reach.encode(), why)
    yield hostile("chat-template", "processor/processor_config.json", _json({"chat_template": reach}), why)
    yield hostile("chat-template", "prompt.j2", reach.encode(), why)
    escaped = _json({"chat_template": reach}).replace(b"chat_template", b"chat\\u005ftemplate")
    yield hostile(
        "chat-template", "escaped/tokenizer_config.json", escaped, "its key is written with an escape"
    )
    twice = b'{"chat_template": ' + json.dumps(reach).encode() + b', "chat_template": "{{ messages }}"}'
    yield hostile("chat-template", "twice/tokenizer_config.json", twice, "its key stands there twice")


def _configs() -> Iterator[Case]:
    model = {"model_type": "llama", "hidden_size": 64}
    maps: dict[str, tuple[str, Any]] = {
        "model": ("config.json", {**model, "auto_map": {"AutoModel": "modeling_x.XModel"}}),
        "other_repository": (
            "config.json",
            {**model, "auto_map": {"AutoModel": "org/repo--modeling_x.XModel"}},
        ),
        "nested": ("config.json", {**model, "text_config": {"auto_map": {"AutoConfig": "a.B"}}}),
        "tokenizer": ("tokenizer_config.json", {"auto_map": {"AutoTokenizer": ["tok.Slow", "tok.Fast"]}}),
        "slow_tokenizer": ("tokenizer_config.json", {"auto_map": {"AutoTokenizer": [None, "tok.Tok"]}}),
        "old_tokenizer": ("tokenizer_config.json", {"auto_map": ["tok.Tok", None]}),
        "processor": ("processor_config.json", {"auto_map": {"AutoProcessor": "p.P"}}),
        "image_processor": ("preprocessor_config.json", {"auto_map": {"AutoImageProcessor": "p.P"}}),
        "adapter": (
            "adapter_config.json",
            {"peft_type": "LORA", "auto_mapping": None, "auto_map": {"X": "a.B"}},
        ),
        "generation": ("generation_config.json", {"auto_map": {"GenerationMixin": "g.G"}}),
    }
    for name, (path, value) in maps.items():
        why = "auto_map names Python code of a repository, which runs with trust_remote_code"
        yield hostile("config", f"auto_map_{name}/{path}", _json(value), why)
    escaped = _json(maps["model"][1]).replace(b"auto_map", b"\\u0061uto_map")
    yield hostile("config", "auto_map_escaped/config.json", escaped, "auto_map is written with an escape")
    twice = b'{"auto_map": {"AutoModel": "a.B"}, "auto_map": {}}'
    yield hostile("config", "auto_map_twice/config.json", twice, "auto_map stands there twice")
    mark = b"\xef\xbb\xbf" + _json(maps["model"][1])
    yield hostile("config", "auto_map_mark/config.json", mark, "auto_map behind a byte order mark")
    pipelines: dict[str, tuple[str, Any]] = {
        "custom_pipelines": (
            "config.json",
            {**model, "custom_pipelines": {"x": {"impl": "pipe.Pipe", "pt": ["A"]}}},
        ),
        "pipeline_class": (
            "model_index.json",
            {"_class_name": ["pipeline", "MyPipeline"], "_diffusers_version": "0.30"},
        ),
        "pipeline_part": (
            "model_index.json",
            {"_class_name": "StableDiffusionPipeline", "unet": ["my_unet", "Unet"]},
        ),
        "custom_module": (
            "modules.json",
            [{"idx": 0, "name": "0", "path": "", "type": "custom_code.Module"}],
        ),
        "module_of_another_package": (
            "modules.json",
            [{"idx": 0, "name": "0", "path": "", "type": "os.path.Thing"}],
        ),
    }
    for name, (path, value) in pipelines.items():
        yield hostile(
            "custom-code", f"{name}/{path}", _json(value), f"it names Python code of the repository: {name}"
        )
    for name, raw in (
        ("cut", b'{"model_type": '),
        ("deep", b"[" * 100_000),
        ("text", b"hello"),
        ("empty", b""),
        ("zeros", bytes(50)),
        ("latin", b'{"a": "\xe9"}'),
    ):
        yield hostile(
            "config", f"broken_{name}/config.json", raw, f"a loader looks for this file: {name}", BROKEN
        )


_CALLED = (
    "os.system",
    "subprocess.Popen",
    "builtins.eval",
    "builtins.exec",
    "importlib.import_module",
    "runpy.run_path",
    "shutil.rmtree",
    "pickle.loads",
    "torch.load",
    "socket.create_connection",
    "urllib.request.urlopen",
)


def _hydra() -> Iterator[Case]:
    for name in _CALLED:
        why = f"Hydra's instantiate calls {name}"
        yaml = f"model:\n  _target_: {name}\n  _args_: ['echo x']\n".encode()
        yield hostile("hydra", f"{name.replace('.', '_')}.yaml", yaml, why)
    numpy = b"data:\n  _target_: numpy.load\n  file: x.npy\n  allow_pickle: true\n"
    yield hostile("hydra", "numpy_load.yaml", numpy, "numpy.load unpickles where allow_pickle is true")
    for name, text in {
        "quoted": 'model:\n  "_target_": "os.system"\n',
        "flow": "model: {_target_: os.system, _args_: [x]}\n",
        "deep": "a:\n- b:\n    c:\n      - _target_: os.system\n",
        "partial": "x:\n  _partial_: true\n  _target_: os.system\n",
        "next_line": "x:\n  _target_:\n    os.system\n",
        "anchor": "x: &a\n  _target_: os.system\ny: *a\n",
        "dotted": "x:\n  _target_: torch.serialization.os.system\n",
    }.items():
        yield hostile("hydra", f"form_{name}.yaml", text.encode(), f"_target_ written as: {name}")
    yield hostile("hydra", "config.json", _json({"optimizer": {"_target_": "os.system"}}), "_target_ in JSON")
    yield hostile("hydra", "hparams.json", _json({"_target_": "builtins.eval"}), "_target_ in JSON")


def _yaml() -> Iterator[Case]:
    forms = {
        "apply": "a: !!python/object/apply:os.system ['echo x']\n",
        "apply_args": "a: !!python/object/apply:subprocess.Popen\n  args: [x]\n",
        "new": "a: !!python/object/new:os.system ['echo x']\n",
        "object": "a: !!python/object:subprocess.Popen {}\n",
        "name": "a: !!python/name:os.system\n",
        "module": "a: !!python/module:os\n",
        "verbatim": "a: !<tag:yaml.org,2002:python/object/apply:os.system> []\n",
        "prefix": "%TAG ! tag:yaml.org,2002:python/\n---\na: !object/apply:os.system []\n",
        "named_prefix": "%TAG !e! tag:yaml.org,2002:python/object/\n---\na: !e!apply:os.system []\n",
        "escaped": "a: !!python/object%2Fapply:os.system []\n",
        "escaped_verbatim": "a: !<tag:yaml.org,2002:pyth%6fn/name:os.system> ''\n",
        "deep": "a:\n- - b: [1, {c: !!python/name:os.system }]\n",
        "key": "!!python/name:os.system x: 1\n",
        "second_document": "a: 1\n---\nb: !!python/name:os.system\n",
        "multi_line": "a:\n  !!python/object/apply:os.system\n  - echo x\n",
    }
    for number, (name, text) in enumerate(forms.items()):
        ending = ("yaml", "yml")[number % 2]
        yield hostile(
            "yaml", f"{name}.{ending}", text.encode(), "a Python tag: an unsafe loader makes the object"
        )
    yield hostile("yaml", "utf16.yaml", "\ufeffa: !!python/name:os.system\n".encode("utf-16-le"), "in UTF-16")


def _jsonpickle() -> Iterator[Case]:
    forms: dict[str, Any] = {
        "object": {"py/object": "os.system"},
        "deep": {"a": [{"b": {"py/object": "subprocess.Popen"}}]},
        "reduce": {"py/reduce": [{"py/type": "os.system"}, {"py/tuple": ["echo x"]}]},
        "function": {"py/function": "os.system"},
        "type": {"py/type": "subprocess.Popen"},
        "newargs": {"py/object": "subprocess.Popen", "py/newargs": ["echo x"]},
        "initargs": {"py/object": "subprocess.Popen", "py/initargs": ["echo x"]},
        "repr": {"py/repr": "os/os.system('echo x')"},
        "module": {"py/mod": "os"},
    }
    for name, value in forms.items():
        yield hostile(
            "jsonpickle", f"{name}.json", _json(value), "decoding it imports and calls what it names"
        )
    own = _json({"py/object": "mymodule.Thing", "a": 1})
    yield Case("jsonpickle/own_class.json", own, UNKNOWN, UNLISTED, "jsonpickle", "a class on no list")
    escaped = _json(forms["reduce"]).replace(b"py/", b"\\u0070y/")
    yield hostile("jsonpickle", "escaped.json", escaped, "its keys are written with escapes")
    slash = _json(forms["object"]).replace(b"py/", b"py\\/")
    yield hostile("jsonpickle", "slash.json", slash, "its keys are written with an escaped slash")


_SCRIPT = '''"""A dataset of texts."""
import datasets


class Texts(datasets.GeneratorBasedBuilder):
    def _info(self):
        return datasets.DatasetInfo()

    def _generate_examples(self):
        yield 0, {"text": "x"}
'''
_HANDLER = """class EndpointHandler:
    def __init__(self, path=""):
        self.path = path

    def __call__(self, data):
        return data
"""
_MODEL = """from transformers import PreTrainedModel


class XModel(PreTrainedModel):
    def forward(self, x):
        return x
"""


def _python() -> Iterator[Case]:
    why = "the loader of the repository runs this file by its content and place"
    yield hostile(
        "dataset-script", "texts/texts.py", _SCRIPT.encode(), "datasets runs it with trust_remote_code"
    )
    arrow = _SCRIPT.replace("GeneratorBasedBuilder", "ArrowBasedBuilder")
    yield hostile(
        "dataset-script", "arrow/arrow.py", arrow.encode(), "datasets runs it with trust_remote_code"
    )
    short = _SCRIPT.replace("import datasets", "from datasets import GeneratorBasedBuilder").replace(
        "datasets.Gen", "Gen"
    )
    yield hostile(
        "dataset-script", "short/short.py", short.encode(), "datasets runs it with trust_remote_code"
    )
    yield hostile("handler", "endpoint/handler.py", _HANDLER.encode(), why)
    yield hostile("handler", "function/handler.py", b"class EndpointHandler(object):\n    pass\n", why)
