"""More chat templates that reach out, by functions of str, formats and the texts of objects, and the places
where loaders, servers and evaluations keep templates.

Sources: Jinja 3.1 (adjacent texts, ``str`` of generators and views), axolotl, vLLM, lm-eval 0.4, promptsource,
Haystack 2, Prompty, LangChain (CVE-2025-65106).
"""

# ruff: noqa: E501 - a payload in one row is easier to check than a wrapped one

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from .case import Case, hostile
from .text_cases import TEMPLATES

REACH = TEMPLATES["cycler"]
_DEEP = "{{ messages.__class__.__mro__ }}"


def _json(value: Any) -> bytes:
    return (json.dumps(value) + "\n").encode()


def cases() -> Iterator[Case]:
    yield from _templates()
    yield from _template_places()


# Names put together by functions of str, by formats, and out of the texts of objects that hold underscores.
_SPELLED = {
    "adjacent": "{{ messages['__cl' 'ass__'] }}",
    "adjacent_short": "{{ messages['_' '_class_' '_'] }}",
    "lower": "{{ messages['AACLASSAA'.lower().replace('a', '_', 2)] }}",
    "replaced_filter": "{{ messages['AAclassAA' | replace('A', '_')] }}",
    "replaced": "{{ messages['5f5fclass5f5f'.replace('5f', '_')] }}",
    "format_place": "{{ messages['{0}{0}class{0}{0}'.format('_')] }}",
    "format_fill": "{{ messages['{:_^9}'.format('class')] }}",
    "format_named": "{{ messages['{u}{u}class{u}{u}'.format(u='_')] }}",
    "percent_named": "{{ messages['%(u)s%(u)sclass%(u)s%(u)s' | format(u='_')] }}",
    "percent_two": "{{ messages['%s%s' % ('_' * 2, 'class' ~ '_' * 2)] }}",
    "joined_filter": "{{ messages[['', '', 'class', '', ''] | join('_')] }}",
    "joined": "{{ messages['_'.join(['', '', 'class', '', ''])] }}",
    "centered_filter": "{{ messages['class' | center(9) | replace(' ', '_')] }}",
    "zero_filled": "{{ messages['class'.zfill(7).replace('0', '_') ~ '_' ~ '_'] }}",
    "of_a_generator": "{% set u = (() | select | string | list)[24] %}{{ messages[u~u~'class'~u~u] }}",
    "of_batches": "{% set u = (messages | batch(2) | string)[20] %}{{ messages[u~u~'class'~u~u] }}",
    "of_slices": "{% set u = (messages | slice(2) | string)[20:21] %}{{ messages[u~u~'class'~u~u] }}",
    "of_a_map": "{% set u = (messages | map('upper') | string)[20] %}{{ messages[u~u~'class'~u~u] }}",
    "of_items": "{% set u = ({}.items() | string)[4] %}{{ messages[u~u~'class'~u~u] }}",
    "of_keys": "{% set u = ({}.keys() | string)[4] %}{{ messages[u~u~'class'~u~u] }}",
    "of_a_method": "{% set u = (''.format_map | string)[23] %}{{ messages[u~u~'class'~u~u] }}",
    "of_a_macro": "{% macro m() %}{% endmacro %}{% set u = (m | string)[1] %}{{ messages[u~u~'c'~u~u] }}",
    "of_a_namespace": "{% set n = namespace(a_b=1) %}{% set u = (n|string)[14] %}{{ messages[u~u~'class'~u~u] }}",
    "in_steps": "{% set n = namespace(a='') %}{% for c in ['__', 'class'] %}{% set n.a = n.a ~ c %}"
    "{% endfor %}{{ messages[n.a ~ '_' ~ '_'] }}",
    "unpacked_names": "{{ messages | map(*['attr', 'x']) | list }}",
    "unpacked_keywords": "{{ messages | map(**{'attribute': '_' ~ '_class__'}) | list }}",
    "grouped": "{{ messages | groupby('__class__') }}",
    "default_of_a_macro": "{% macro a(x=messages.__class__) %}{{ x }}{% endmacro %}{{ a() }}",
    "with": "{% with a = messages.__class__ %}{{ a }}{% endwith %}",
    "call_block": "{% macro a() %}{{ caller() }}{% endmacro %}{% call a() %}{{ messages.__class__ }}{% endcall %}",
    "generation": "{% generation %}{{ messages.__init__ }}{% endgeneration %}",
    "list_of_functions": "{% set f = [strftime_now] %}{{ f[0]['_' ~ '_globals_' ~ '_'] }}",
    "function_in_brackets": "{{ (strftime_now).x }}",
    "function_or": "{{ (strftime_now or messages).func_globals }}",
    "function_by_with": "{% with f = raise_exception %}{{ f.x }}{% endwith %}",
    "function_by_loop": "{% for f in [strftime_now] %}{{ f['a' ~ 'b'] }}{% endfor %}",
    "function_by_default": "{{ (x | default(strftime_now))['_' ~ '_globals__'] }}",
    "format_pieces": "{{ ('{0._' ~ '_class__}').format(messages) }}",
    "format_set": "{% set f = '{0.' ~ '_' ~ '_class__}' %}{{ f.format(messages) }}",
    "format_method": "{% set f = '{0[0].x}'.format %}{{ f(strftime_now) }}{{ messages['class'.center(9,'_')] }}",
    "second_test": "{% if messages is defined and messages.__class__ %}{% endif %}",
    "unicode_name": "{{ messages['\\u005f\\u005fclass\\u005f\\u005f'] }}",
    "named_character": "{{ messages['\\N{LOW LINE}\\N{LOW LINE}class__'] }}",
    "octal": "{{ messages['\\137\\137class\\137\\137'] }}",
    "long_escapes": "{{ messages['\\U0000005f\\x5fclass\\x5f_'] }}",
    "nested_index": "{{ messages[['a', 'class'.center(9, '_')][1]] }}",
    "dictionary_get": "{{ messages[{'k': 'class'.center(9, '_')}.get('k')] }}",
    "first_of": "{{ messages[['class'.center(9, '_')] | first] }}",
    "last_of": "{{ messages[('a', 'class'.center(9, '_')) | last] }}",
    "ternary_of_pieces": "{{ messages[('class'.center(9, '_') if true else 'a')] }}",
    "or_of_pieces": "{{ messages[false or 'class'.center(9, '_')] }}",
}  # fmt: skip


def _templates() -> Iterator[Case]:
    why = "the template reaches an attribute of Python's inside: "
    for number, (name, template) in enumerate(_SPELLED.items()):
        if number % 3:
            raw, file = _json({"chat_template": template}), "tokenizer_config.json"
        else:
            raw, file = template.encode(), "chat_template.jinja"
        yield hostile("chat-template", f"late_{name}/{file}", raw, why + name)


def _template_places() -> Iterator[Case]:
    why = "a loader renders this template, too: "
    files: dict[str, bytes] = {
        "folder/chat_templates/tool_use.jinja": _DEEP.encode(),
        "folder/additional_chat_templates/rag.jinja": REACH.encode(),
        "axolotl/config.yaml": f"base_model: x\nchat_template: jinja\nchat_template_jinja: '{_DEEP}'\n".encode(),
        "vllm/config.yaml": f"model: x\nchat-template: '{_DEEP}'\n".encode(),
        "lm_eval/task.yaml": f"task: x\ndoc_to_text: '{_DEEP}'\n".encode(),
        "promptsource/templates.yaml": f"templates:\n  a:\n    jinja: '{_DEEP}'\n".encode(),
        "haystack/pipeline.yaml": b"components:\n  a:\n    type: haystack.components.builders.PromptBuilder\n"
        b"    init_parameters:\n      template: '" + _DEEP.encode() + b"'\n",
        "haystack/pipeline.json": _json(
            {
                "type": "haystack.components.builders.prompt_builder.PromptBuilder",
                "init_parameters": {"template": _DEEP},
            }
        ),
        "prompty/chat.prompty": f"---\nname: x\nmodel:\n  api: chat\n---\nsystem:\n{_DEEP}\n".encode(),
        "prompt/x.j2": _DEEP.encode(),
        "prompt/chat_template.txt": REACH.encode(),
        "prompt/chat_template": _DEEP.encode(),
        "prompt/chat_template.html": _DEEP.encode(),
        "prompt/f_string.json": _json(
            {"_type": "prompt", "template_format": "f-string", "template": "{x.__class__.__init__}"}
        ),
        "prompt/f_string_item.yaml": b"_type: prompt\ntemplate_format: f-string\ntemplate: '{x[0].__class__}'\n",
        "prompt/mustache.json": _json(
            {"_type": "prompt", "template_format": "mustache", "template": "{{x.__class__}}"}
        ),
        "prompt/chat_prompt.json": _json(
            {"lc": 1, "kwargs": {"template_format": "jinja2", "template": _DEEP, "input_variables": []}}
        ),
        "prompt/messages.json": _json(
            {"template_format": "jinja2", "messages": [{"prompt": {"template": _DEEP}}]}
        ),
        "processor/processor_config.json": _json({"chat_template": {"default": "{{ messages }}", "x": _DEEP}}),
        "custom_key/tokenizer_config.json": _json({"custom_chat_template": _DEEP}),
        "jinja_key/tokenizer_config.json": _json({"chat_template_jinja": _DEEP}),
        "tool_key/tokenizer_config.json": _json({"chat_template_tool_use": REACH}),
        "llama/params.json": _json({"chatTemplate": _DEEP}),
        "prompt_template/config.json": _json({"model_type": "x", "prompt_template": _DEEP}),
    }  # fmt: skip
    for path, raw in files.items():
        yield hostile("chat-template", f"late_place/{path}", raw, why + path)
