"""Configurations and templates: what makes a loader run code is named, and ordinary ones raise no alarm."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from inspector.artifacts import Artifact
from inspector.artifacts.texts.chat_template import judge_template
from inspector.provenance import Loading

Judge = Callable[[bytes, str], Artifact]

HARMLESS_TEMPLATES = [
    "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] }}{% endfor %}",
    "{%- set ns = namespace(n=0) -%}{%- for m in messages -%}{{ loop.index0 ~ m.content }}{%- endfor -%}",
    "{{ raise_exception('roles') }}{{ bos_token }}{{ messages[0]['content'].split('</think>')[-1] }}",
    "{{ messages | selectattr('role', 'equalto', 'user') | map(attribute='content') | join('\n') }}",
    "{%- if tools is defined %}{{ tools | tojson(indent=4) }}{% endif %}{{ strftime_now('%d %b %Y') }}",
    "{# a comment about __class__ #}plain text with __dunder__ words outside of expressions",
    "{% macro render(m) %}{{ m.items() }}{% endmacro %}{{ render(messages[0]) }}",
    "{{ message.tool_calls[0].function.arguments | tojson }}{{ '}}' }}",
]
REACHING_TEMPLATES = [
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ cycler.__init__.__globals__.os.popen('echo x').read() }}",
    "{{ lipsum.__globals__['os'].popen('echo x') }}",
    "{{ self.__init__.__globals__ }}",
    "{{ self['_TemplateReference__context'] }}",
    "{{ ''|attr('__cl' ~ 'ass__') }}",
    "{{ x['__class__'] }}",
    "{{ x['\\x5f\\x5fclass\\x5f\\x5f'] }}",
    "{{ x['\\u005f\\u005fclass\\u005f\\u005f'] }}",
    "{{ x['\\137\\137class\\137\\137'] }}",
    "{{ messages | map(attribute='__class__') }}",
    "{{ '{0.__class__}'.format(x) }}",
    "{% include 'secrets' %}",
    "{%- import 'x' as y %}",
    "{{ '}}' ~ x.__class__ }}",
    "{{ x\n.\n__class__ }}",
    "{% set a = x.__class__",
    "{{ ('%c%c' % (95, 95)) }}",
    "{{ x._private }}",
    "{{ cycler }}",
]


@pytest.mark.parametrize("template", HARMLESS_TEMPLATES)
def test_a_template_over_messages_raises_no_alarm(template: str, judge: Judge) -> None:
    assert judge_template(template) == []
    config = json.dumps({"chat_template": template}).encode()
    assert judge(config, "tokenizer_config.json").loading is Loading.DATA_ONLY
    assert judge(template.encode(), "chat_template.jinja").loading is Loading.NO_LOADER


@pytest.mark.parametrize("template", REACHING_TEMPLATES)
def test_a_template_that_reaches_out_runs_code(template: str, judge: Judge) -> None:
    assert judge_template(template)
    for value in (template, [{"name": "default", "template": template}], {"default": template}):
        artifact = judge(json.dumps({"chat_template": value}).encode(), "tokenizer_config.json")
        assert artifact.loading is Loading.RUNS_CODE
        assert artifact.reasons[0].code == "template-reaches-out"
    assert judge(template.encode(), "chat_template.jinja").loading is Loading.RUNS_CODE


CODE_CONFIGS: list[tuple[str, Any, str]] = [
    ("config.json", {"auto_map": {"AutoModel": "modeling_x.XModel"}}, "auto_map"),
    ("config.json", {"auto_map": {"AutoModel": "org/repo--modeling_x.XModel"}}, "auto_map"),
    ("config.json", {"nested": [{"auto_map": {"AutoConfig": ["a.B", None]}}]}, "auto_map"),
    ("tokenizer_config.json", {"auto_map": {"AutoTokenizer": [None, "tok.Tok"]}}, "auto_map"),
    ("config.json", {"custom_pipelines": {"x": {"impl": "pipe.Pipe"}}}, "custom-pipeline"),
    ("model_index.json", {"_class_name": ["pipeline", "MyPipeline"]}, "custom-pipeline"),
    ("modules.json", [{"idx": 0, "path": "", "type": "custom_code.Module"}], "custom-module"),
    ("state.json", {"py/object": "os.system"}, "jsonpickle"),
    ("state.json", {"a": [{"py/reduce": [{"py/type": "os.system"}, {"py/tuple": ["x"]}]}]}, "jsonpickle"),
    ("hydra.json", {"_target_": "os.system"}, "hydra-target"),
    ("architecture.json", {"config": {"layers": [{"class_name": "Lambda"}]}}, "lambda-layer"),
]


@pytest.mark.parametrize(("name", "value", "code"), CODE_CONFIGS)
def test_a_configuration_that_names_code_runs_code(name: str, value: Any, code: str, judge: Judge) -> None:
    artifact = judge(json.dumps(value).encode(), name)
    assert artifact.loading is Loading.RUNS_CODE, artifact
    assert artifact.reasons[0].code == code
    escaped = json.dumps(value).replace("auto_map", "\\u0061uto_map").replace("py/", "\\u0070y/").encode()
    assert judge(escaped, name).loading is Loading.RUNS_CODE


def test_a_key_that_stands_there_twice_hides_nothing(judge: Judge) -> None:
    data = b'{"auto_map": {"AutoModel": "a.B"}, "auto_map": {}}'
    assert judge(data, "config.json").loading is Loading.RUNS_CODE


@pytest.mark.parametrize(
    ("name", "data", "loading"),
    [
        ("config.json", b'{"model_type": "llama", "auto_map": {}}', Loading.DATA_ONLY),
        ("config.json", b'{"a": ', Loading.UNREADABLE),
        ("config.json", b"[" * 100_000, Loading.UNREADABLE),
        ("data.json", b'{"a": ', Loading.NO_LOADER),
        ("data.json", b'{"text": "write py/object here"}', Loading.NO_LOADER),
        ("modules.json", b'[{"type": "sentence_transformers.models.Pooling"}]', Loading.DATA_ONLY),
        ("hydra.json", b'{"_target_": "torch.optim.Adam"}', Loading.NO_LOADER),
        ("settings.yaml", b"a: 1\nb: [1, 2]\n# !!python/object:os.system\n", Loading.NO_LOADER),
        ("settings.yaml", b"a: !!python/object/apply:os.system ['echo x']\n", Loading.RUNS_CODE),
        ("settings.yml", b"a: !<tag:yaml.org,2002:python/object/apply:os.system> []\n", Loading.RUNS_CODE),
        (
            "settings.yaml",
            b"%TAG ! tag:yaml.org,2002:python/\n---\na: !object/apply:os.system []\n",
            Loading.RUNS_CODE,
        ),
        ("conf.yaml", b"model:\n  _target_: os.system\n", Loading.RUNS_CODE),
        ("conf.yaml", b"model:\n  _target_: torch.nn.Linear\n", Loading.NO_LOADER),
    ],
)
def test_configurations(name: str, data: bytes, loading: Loading, judge: Judge) -> None:
    assert judge(data, name).loading is loading
