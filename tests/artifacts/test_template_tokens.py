"""Tokens that look like names of Python's inside: data where they are printed, an alarm everywhere else."""

from __future__ import annotations

import pytest

from inspector.artifacts.texts.chat_template import judge_template

PRINTED = [
    "{{ '__start__' + message['content'] + '__end__' }}",
    "{{ '__start__' }}",
    "{{ '__start__' ~ bos_token }}",
    "{% for m in messages %}{{ '__start__' + m.content }}{% endfor %}",
    "{{ '__start__' if m.role == 'user' else '__end__' }}",
    "{{ bos_token or '__start__' }}",
    "{{ '__start__\\n' + '__end__ ' }}",
    "{{ '__start__' + '__end__' }}",
    "{% if m.content == '__start__' %}{% elif m.content != '__end__' %}{% endif %}",
    "{% if '__start__' in m.content %}{% endif %}",
    "{% set x = 1 %}{{ '__start__' }}",
    "{% macro a(m) %}{{ m }}{% endmacro %}{{ '__start__' + a(1) }}",
    "{% set a %}x{% endset %}{{ '__start__' }}",
    "{{ '__end_of_turn__' }}",
]
TAKEN = [  # a whole token as a key is none of them: no object of Python has that attribute
    "{{ x|attr('__start__') }}",
    "{{ x|map(attribute='__start__') }}",
    "{{ x|map(attribute='__start__') ~ '__start__' }}",
    "{{ '__start__'|upper }}",
    "{{ ['__start__'] }}",
    "{% set a = '__start__' %}{{ x[a] }}",
    "{% set a %}{{ '__start__' }}{% endset %}{{ x[a] }}",
    "{% set a | trim %}{{ '__start__' }}{% endset %}{{ x[a] }}",
    "{% macro a() %}{{ '__start__' }}{% endmacro %}{{ x[a()] }}",
    "{% macro a() %}{% if b %}{% endif %}{{ '__start__' }}{% endmacro %}{{ x[a()] }}",
    "{% call a() %}{{ '__start__' }}{% endcall %}",
    "{% filter upper %}{{ '__start__' }}{% endfilter %}",
    "{% block a %}{{ '__start__' }}{% endblock %}",
    "{% for a in b recursive %}{{ '__start__' }}{{ x[loop(c)] }}{% endfor %}",
    "{% set a = x['__start__'] if y == '__start__' %}",
    "{% for a in '__start__' %}{% endfor %}",
    "{% with a = '__start__' %}{{ x[a] }}{% endwith %}",
    # halves, and what Python means something by, are told wherever they stand
    "{{ '__cla' ~ 'ss__' }}",
    "{{ '__sta' ~ 'rt__' }}",
    "{{ '__' ~ 'class' ~ '__' }}",
    "{{ '__class__' }}",
    "{{ x == '__globals__' }}",
    "{{ '__start' }}",
    "{{ '__start__' '__end__' }}",
    "{{ ('__start__' + 'x')|attr('y') }}",
]


@pytest.mark.parametrize("text", PRINTED)
def test_a_token_that_is_only_printed_or_compared_is_data(text: str) -> None:
    assert judge_template(text) == []


@pytest.mark.parametrize("text", TAKEN)
def test_a_token_that_may_become_a_name_is_told(text: str) -> None:
    assert judge_template(text)
