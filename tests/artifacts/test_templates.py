"""Chat templates: what reaches out through computed names is found, templates of real complexity pass."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from inspector.artifacts import Artifact
from inspector.artifacts.texts.chat_template import judge_template
from inspector.artifacts.texts.jinja_syntax import blocks
from inspector.provenance import Loading

Judge = Callable[[bytes, str], Artifact]

COMPUTED = [
    "{% set u = '_' %}{% set n = u~u~'class'~u~u %}{{ ''[n] }}",
    "{{ ''['__cla' 'ss__'] }}",
    "{{ x['__ssalc__'|reverse] }}",
    "{{ x['__ssalc__'[::-1]] }}",
    "{{ x[['__','class','__']|join] }}",
    "{{ x['%s%s' % ('__cl','ass__')] }}",
    "{{ x['%s'|format('__class__')] }}",
    "{{ x['XXclassXX'.replace('X','_')] }}",
    "{{ x['__CLASS__'|lower] }}",
    "{{ x['\\N{LOW LINE}\\N{LOW LINE}class__'] }}",
    "{{ x[u ~ 'class__'] }}",
    "{{ x['_' ~ y] }}",
    "{%set a=('__cla','ss__')|join%}{{''[a]}}",
    "{% set p = ['_','_','i','n','i','t','_','_'] %}{{ x[p|join('')] }}",
    "{{ namespace['__in'~'it__'] }}",
    "{{ namespace.__init__.__globals__ }}",
    "{{ joiner.x }}",
    "{{ raise_exception['x'] }}",
    "{{ x|map('a'~'ttr','y')|list }}",
    "{{ messages|map(attribute='_'~'_class_'~'_') }}",
    "{{ messages|groupby('__class__') }}",
    "{{ messages|selectattr('a.__class__') }}",
    "{{ messages|sort(attribute='__class__') }}",
    "{{ (x|attr('foo'))() }}",
    "{{ x[messages[0].content]() }}",
    "{{ x['_' ~ '_class_' ~ '_'] ~ 'a' }}",
    "{{ f(name=x['_' ~ '_class_' ~ '_']) }}",
    "{% macro a() %}{% endmacro %}{{ a['x'] }}",
    "{% call(user) dump(''.__class__) %}{% endcall %}",
    "{% filter attr('__class__') %}x{% endfilter %}",
    "{{ '{0._a}'.format(1) }}",
    "{% with a=''.__class__ %}{% endwith %}",
    "{% do x.__class__ %}",
    "{% for a in ''.__class__.__mro__ %}{% endfor %}",
    "{% if ''.__class__ %}{% endif %}",
]

# Written for this test, with what the templates of large models do: tool calls, JSON types by macro, thoughts
# cut off, dates, joined ids, nested namespaces, slices of the conversation.
TOOL_TYPES = """
{%- macro as_type(spec) -%}
  {%- set names = {"string": "str", "number": "float", "integer": "int", "boolean": "bool"} -%}
  {%- if names[spec.type] is defined -%}{{- names[spec.type] -}}
  {%- elif spec.type == "array" -%}{{- "list[" + as_type(spec|items) + "]" -}}
  {%- elif spec.type == "object" and spec.additionalProperties is defined -%}
    {{- "dict[str, " + as_type(spec.additionalProperties) + "]" -}}
  {%- elif spec.type is iterable -%}
    {{- "Union[" -}}{%- for one in spec.type -%}{{- as_type({"type": one}) -}}
    {%- if not loop.last %}{{- "," }}{%- endif %}{%- endfor -%}{{- "]" -}}
  {%- else -%}{{- "Any" -}}{%- endif -%}
{%- endmacro -%}
{{- bos_token }}{{- '<|system|>\n' }}
{%- for tool in tools %}
  {%- if tool.function is defined %}{% set tool = tool.function %}{% endif %}
  {{- '{"name": "' + tool.name + '", "doc": "' + tool.name + '(' }}
  {%- for name, spec in tool.parameters.properties | items %}
    {{- name + ": " + as_type(spec) }}{%- if not loop.last %}{{- ", " }}{% endif %}
  {%- endfor %}
  {{- ') - ' + tool.description + '"}' | tojson }}
{%- endfor %}
"""
THOUGHTS = """
{%- set ns = namespace(multi_step_tool=true, last_query_index=messages|length - 1, is_first=false, p='') %}
{%- for message in messages[::-1] %}
  {%- set index = (messages|length - 1) - loop.index0 %}
  {%- if ns.multi_step_tool and message.role == "user" and message.content is string and
     not(message.content.startswith('<tool_response>') and message.content.endswith('</tool_response>')) %}
    {%- set ns.multi_step_tool = false %}{%- set ns.last_query_index = index %}
  {%- endif %}
{%- endfor %}
{%- for message in messages %}
  {%- set content = message.content if message.content is string else '' %}
  {%- if '</think>' in content %}
    {%- set thought = content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}
    {%- set content = content.split('</think>')[-1].lstrip('\\n') %}
  {%- endif %}
  {%- if message['tool_calls'] is defined and message['tool_calls'] is not none %}
    {%- for tool_call in message['tool_calls'] %}
      {%- if tool_call.id is not defined or tool_call.id|length != 9 %}
        {{- raise_exception("Tool call ids have nine characters.") }}
      {%- endif %}
      {{- '<|tool_' ~ 'call|>' + 'call_' ~ loop.index ~ '_' ~ tool_call.function.name }}
      {{- '{"name": "' + (tool_call['function']['name'] | replace('__', '.')) + '", "arguments": ' }}
      {{- tool_call.function.arguments if tool_call.function.arguments is string
          else tool_call.function.arguments|tojson(ensure_ascii=False, indent=4) }}
    {%- endfor %}
  {%- elif (message['role'] == 'user') != (loop.index0 % 2 == 0) and not ns['is_first'] %}
    {{- raise_exception('Roles must alternate user/assistant/user/assistant/...') }}
  {%- endif %}
  {%- if loop.index0 > 0 and messages[loop.index0 - 1]['role'] == 'tool' %}{{ '</tool>' }}{% endif %}
  {{- '<|im_start|>' + message.role + '\\n' + content.strip() | trim + '<|im_end|>' ~ eos_token }}
{%- endfor %}
{%- if not date_string is defined %}
  {%- if strftime_now is defined %}{%- set date_string = strftime_now("%c") %}{% else %}
  {%- set date_string = "26 Jul 2024" %}{%- endif %}
{%- endif %}
{{- "Today: " ~ date_string }}{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif -%}
{%- if messages[0].content is not string and messages[0].content[0].type in ['image', 'image_url'] -%}
  {{- '<image_' ~ (ns.last_query_index + 1) | string ~ '>' }}{{- messages[0].content[0]['text'] -}}
{%- endif -%}
{%- set system, loop_messages = (messages[0]['content'], messages[1:]) if messages[0]['role'] == 'system' else
   ('', messages) -%}
{%- set keys = tools | map(attribute='function.name') | list | join(', ') if tools else '' -%}
{%- generation -%}{{ keys | upper }}{%- endgeneration -%}
{%- if tools | selectattr('type', 'equalto', 'function') | list | length > 0 -%}
  {{- '%s has %d tools' | format('It', tools | length) }}{%- endif -%}
"""


@pytest.mark.parametrize("template", COMPUTED)
def test_a_name_put_together_out_of_pieces_is_found(template: str) -> None:
    assert judge_template(template)


@pytest.mark.parametrize("template", [TOOL_TYPES, THOUGHTS])
def test_templates_of_real_complexity_raise_no_alarm(template: str) -> None:
    assert judge_template(template) == []
    assert all(block.is_parsed for block in blocks(template))


def test_a_template_that_no_loader_reads_is_no_chat_template(judge: Judge) -> None:
    kernel = b"{% extends 'base' %}{{self.sizes('X')}}{{ cycler('a') }}{% import 'm' as m %}{{ x._hidden }}"
    assert judge(kernel, "kernels/mm.py.jinja").loading is Loading.NO_LOADER
    assert judge(kernel, "chat_template.jinja").loading is Loading.RUNS_CODE
    assert judge(kernel, "additional_chat_templates/tools.jinja").loading is Loading.RUNS_CODE
    assert judge(b"{{ messages }}" + kernel, "mm.jinja").loading is Loading.RUNS_CODE
    shell = b"{{ ''.__class__.__mro__ }}"
    assert judge(shell, "kernels/mm.py.jinja").loading is Loading.RUNS_CODE


@pytest.mark.parametrize(
    "template",
    ["{{" + "(" * 40_000, "{{ a" + "[0]" * 20_000 + "}}", "{{" * 20_000, "{{ " + "'a'~" * 10_000 + "'b' }}",
     "{% set a = 'x' * 64 %}" + "{% set a = a ~ a ~ a %}" * 500 + "{{ y[a] }}", "{{ '" + "\\" * 99_999],
)  # fmt: skip
@pytest.mark.bounded
def test_templates_made_to_cost_time_end(template: str) -> None:
    judge_template(template)
