"""What only looks like a way into Python: own names, keys of messages, tokens, messages of errors."""

from __future__ import annotations

import pytest

from inspector.artifacts.texts.chat_template import judge_template

QUIET = [
    "{% if x %}{{ raise_exception('System role not supported: __call__') }}{% endif %}",
    "{% macro a() %}{{ raise_exception('No __init__ here, ' ~ x) }}{% endmacro %}",
    "{{ raise_exception('No __init__ here') if x else y }}",
    "{% set __sys = 'x' %}{{ __sys }}",
    "{% for __m in messages %}{{ __m.content }}{% endfor %}",
    "{% macro __show(__x) %}{{ __x }}{% endmacro %}{{ __show(1) }}",
    "{{ message['__metadata__'] }}",
    "{{ message.get('__metadata__', '') }}",
    "{% set m = message['__metadata__'] %}{% if '__metadata__' in message %}{{ m }}{% endif %}",
    "{{ x['__start__'] }}",
    "{{ '__start__' + x['__start__'] }}",
    "{{ message | attr('role') }}",
    "{{ message | attr('a') | attr('b') | upper }}",
    "{{ 'x'.center(9,'_') }}",
    "{{ messages|map(attribute='content')|list }}{{ messages|map(attribute=key)|list }}",
    "{{ x|sum(start=m.content) }}",
    "{{ 'x'.center(9,'_') ~ 'a' }}",
    "{% set t = '__start__' %}{{ t }}",
    "{% set t = '__start__' %}{{ t ~ message.content ~ t ~ 'tool_x' }}",
    "{% set t = '__start__' if x else '__end__' %}{% if t == y %}{{ t if z else 'b' }}{% endif %}",
]
TOLD = [
    "{{ raise_exception('__call__') }}",
    "{% macro raise_exception(x) %}{{ ''[x[2:]] }}{% endmacro %}{{ raise_exception('a __class__') }}",
    "{% set raise_exception = x %}{{ raise_exception('a __class__') }}",
    "{{ raise_exception(x='a __class__') }}",
    "{{ raise_exceptions('a __class__') }}",
    "{{ ''[raise_exception('a __class__')] }}",
    "{% set __sys = 'x' %}{{ __other }}",
    "{% set __sys__ = 'x' %}{{ __sys__ }}",
    "{% set __builtins__ = 'x' %}{{ __builtins__ }}",
    "{% set __sys = 'x' %}{{ __sys.__class__ }}",
    "{{ message['__class__'] }}",
    "{{ message['__getitem__'] }}",
    "{{ message.get('__getattr__') }}",
    "{{ message['__meta'] }}",
    "{{ message['__meta__' ~ ''] }}",
    "{{ message['__meta__'|replace('meta', 'class')] }}",
    "{{ message['__meta__'] ~ x['__meta__'.replace('meta', 'class')] }}",
    "{{ message|attr('__meta__') }}",
    "{{ message|attr('_role') }}",
    "{{ message|attr('gi_frame') }}",
    "{{ message|attr('f_back') }}",
    "{{ message|attr('load_module') }}",
    "{% set t = '__start__' %}{{ t }}{{ x ? t }}",
    "{% set ? %}{{ raise_exception('a __class__') }}",
    "{{ message|attr('format_map') }}",
    "{{ message|attr(role) }}",
    "{{ message|attr('role')|attr(x) }}",
    "{{ (message|attr('role'))() }}",
    "{{ messages|map(attribute=messages[0].content)|list }}",
    "{{ messages|selectattr(messages[0]['content'])|list }}",
    "{{ ''['class'.center(9,'_')] }}",
    "{{ 'class'.center(9,'_') }}",
    "{% set a = 'x'.center(9,'_') %}{{ y[a] }}",
    "{% set t = '__start__' %}{{ t }}{{ x[t] }}",
    "{% set t = '__start__' %}{{ t|replace('start', 'class') }}",
    "{% set t = '__start__' %}{% set u = t %}{{ u }}",
    "{% set t = '__start__' %}{% set k %}{{ t }}{% endset %}{{ x[k] }}",
    "{% set t = '__start__' %}{% for u in t %}{% endfor %}",
    "{% set t = '__start__' %}{{ f(x=t) }}",
    "{% set t = '__start__' %}{% with u = t %}{% endwith %}",
    "{% set t = '__start__' %}{% include x %}{{ t }}",
    "{% set t = '__getitem__' %}{{ t }}",
    "{% set t = '__class__' %}{{ t }}",
    "{% set t = '__sta' %}{{ t }}",
    "{% set n = namespace() %}{% set n.t = '__start__' %}{{ x[n.t] }}",
    "{% set n.t = '__start__' %}{{ x[n.t] }}{{ n }}",
]


@pytest.mark.parametrize("text", QUIET)
def test_what_only_looks_like_a_way_into_python_is_quiet(text: str) -> None:
    assert judge_template(text) == []


@pytest.mark.parametrize("text", TOLD)
def test_what_is_one_step_from_it_is_told(text: str) -> None:
    assert judge_template(text)


def test_a_token_that_other_templates_can_see_is_told() -> None:
    text = "{% set t = '__start__' %}{% include 'x' %}{{ t }}"
    assert judge_template(text, may_include=True)
    assert judge_template(text.replace("{% include 'x' %}", ""), may_include=True) == []
