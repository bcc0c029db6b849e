"""Text that a template takes up again: an alarm where it becomes a name or a format, quiet elsewhere."""

from __future__ import annotations

import pytest

from inspector.artifacts.texts.chat_template import judge_template

TAKEN = [
    "{% set a %}__class__{% endset %}{{ x[a] }}",
    "{% set a %}\n __class__ {% endset %}{{ x[a|trim] }}",
    "{% set n=namespace(k='') %}{% set n.k %}__class__{% endset %}{{ x[n.k] }}",
    "{% set a | replace('x','_') %}xxclassxx{% endset %}{{ x[a] }}",
    "{% set u %}_{% endset %}{{ x[u~u~'class'~u~u] }}",
    "{% set u %}_{% endset %}{% set k = u~u~'class'~u~u %}{{ x[k] }}",
    "{% set u %}a_{% endset %}{{ x[u[1]~u[1]~'class'~u[1]~u[1]] }}",
    "{% macro k() %}__class__{% endmacro %}{{ x[k()] }}",
    "{% macro k() %}__class__{% endmacro %}{{ x[k()|trim] }}",
    "{% macro k() %}x__class__x{% endmacro %}{{ x[k()|trim('x')] }}",
    "{% macro k() %}x__class__x{% endmacro %}{% set f = k %}{{ x[f()[1:-1]] }}",
    "{% macro k(a) %}{{ a }}{{ a }}class{{ a }}{{ a }}{% endmacro %}{{ x[k('_')] }}",
    "{% macro k(a='_') %}{{ a }}{{ a }}class{{ a }}{{ a }}{% endmacro %}{{ x[k()] }}",
    "{% set u = '_' %}{% macro k() %}{{ u }}{{ u }}class{{ u }}{{ u }}{% endmacro %}{{ x[k()] }}",
    "{% macro k() %}{{ z }}_{{ z }}_class_{{ z }}_{% endmacro %}{{ x[k()] }}",
    "{% macro w() %}{{ x[caller()] }}{% endmacro %}{% call w() %}__class__{% endcall %}",
    "{% macro w() %}{{ x[caller()|string] }}{% endmacro %}{% call w() %}{% set x=1 %}__class__{% endcall %}",
    "{% macro w() %}{{ x[caller()] }}{% endmacro %}{% call w() %}{% for i in [1, 2] %}_"
    "{% endfor %}class{% endcall %}",
    "{% set f %}{0.__class__}{% endset %}{{ f.format('') }}",
    "{% set f %}{0.__class__.__mro__}{% endset %}{{ f.format(1) }}",
    "{% set f %}a {0._x}{% endset %}{{ f.format(1) }}",
    "{% macro f() %}{0.__class__}{% endmacro %}{{ f().format(1) }}",
    "{% set a %}a __class__{% endset %}{% macro m(k) %}{{ x[k] }}{% endmacro %}{{ m(a[2:]) }}",
    "{% set a %}a __class__{% endset %}{% for k in a.split() %}{{ x[k] }}{% endfor %}",
    "{% set a %}a __class__{% endset %}{% with k = a.split()[1] %}{{ x[k] }}{% endwith %}",
    "{% set a %}a __class__{% endset %}{% set d = {'k': a.split()[1]} %}{{ x[d.k] }}",
    "{% set a %}a __class__{% endset %}{{ messages|map(attribute=a.split()[1])|list }}",
    "{% set a %}{% raw %}__class__{% endraw %}{% endset %}{{ x[a] }}",
    "{% set a %}__cla{# #}ss__{% endset %}{{ x[a] }}",
    "{% for i in [0] recursive %}x__class__{% if not loop.depth0 %}{{ x[loop([])[1:]] }}"
    "{% endif %}{% endfor %}",
    "{% set a %}q __class__{% endset %}{% set d = {'a': {'b': a}} %}{{ x[d.a.b[2:]] }}",
    "{% set a %}q __class__{% endset %}{% for k, v in {'x': a}.items() %}{{ x[v[2:]] }}{% endfor %}",
    "{% set a %}q __class__{% endset %}{% set l = [] %}{% set _ = l.append(a[2:]) %}{{ x[l[0]] }}",
    "{% set a %}q __class__{% endset %}{{ x[{'k': a[2:]}.k] }}",
    "{% set a %}q __class__{% endset %}{{ x[{a[2:]: 1}|first] }}",
    "{% set a %}q __class__{% endset %}{{ x[namespace(k=a[2:]).k] }}",
    "{% macro m() %}{{ x[varargs[0]] }}{% endmacro %}{% set a %}q __class__{% endset %}{{ m(a[2:]) }}",
    "{% macro m() %}{{ x[kwargs.x] }}{% endmacro %}{% set a %}q __class__{% endset %}{{ m(x=a[2:]) }}",
    "{% macro m() %}{{ caller(a[2:]) }}{% endmacro %}{% set a %}q __class__{% endset %}"
    "{% call(k) m() %}{{ x[k] }}{% endcall %}",
    "{% set a %}q __class__{% endset %}{% macro k(v=a[2:]) %}{{ x[v] }}{% endmacro %}{{ k() }}",
    "{% set a %}{{ [1]|select }}{% endset %}{{ x[a[24]*2 ~ 'class' ~ a[24]*2] }}",
    "{% set s = self %}{% block a %}q __class__{% endblock %}{{ x[s.a()[2:]] }}",
    "{% set a %}{% filter replace('y','_') %}yyclassyy{% endfilter %}{% endset %}{{ x[a] }}",
    # what holds nothing has attributes alone
    "{{ ''[messages[0].content] }}",
    "{{ []['a' ~ messages[0].content] }}",
    "{% for m in messages %}{{ {}[m] }}{% endfor %}",
    # a name of Python's inside, alone, is told wherever it goes
    "{% set a %}__class__{% endset %}{{ a }}",
    "{% macro a() %}__globals__{% endmacro %}",
    "{% set a %}__cla{% endset %}{{ a }}",
]
SHOWN = [
    "{% set a %}x{% endset %}{{ m[a.split('_')[0]] }}{{ m[a.strip('_')] }}",
    "{% set a %}q __init__{% endset %}{% set b = a == 'x' %}{{ m[b] }}",
    "{{ ''[0] }}{{ ''['x'] }}{{ 'ab'[loop.index0] }}{{ ['a', 'b'][i] }}{{ {'a': 1}[m.role] }}",
    "{% set a %}q __init__{% endset %}{% set l = [] %}"
    "{% set _ = l.append(a) %}{{ l|join }}{{ messages[l|length] }}",
    "{% set a %}q __init__{% endset %}{% set d = {'r': 'x', 'c': a} %}"
    "{{ names[d.r] }}{{ names[d['r']] }}{{ d.c }}",
    "{% set a %}You are helpful.{% endset %}{{ a }}",
    "{% set a %}def __init__(self): ...{% endset %}{{ a | trim }}",
    "{% macro bold(s) %}__{{ s }}__{% endmacro %}{{ bold('x') }}",
    "{% macro start() %}__start__{% endmacro %}{{ start() }}",
    "{% set k %}tool_{{ m.type }}{% endset %}{{ m[k] }}",
    "{% set k %}{{ m.type }}_url{% endset %}{{ m[k] }}",
    "{% set k %}{{ m.a }}_{{ m.b }}{% endset %}{{ m[k] }}",
    "{% set k %}{{ m.type }}{% endset %}{{ m[k ~ '_url'] }}",
    "{% macro t(s) %}{% if s %}user_message{% else %}tool_call_result{% endif %}{% endmacro %}"
    "{{ names[t(x)] }}",
    "{% set f %}[{role}] {tool_name}: {content}{% endset %}{{ f.format(role=1, tool_name=2, content=3) }}",
    "{% set ns = namespace(i=0, out='') %}{% set ns.out %}x __init__ y{% endset %}"
    "{{ messages[ns.i] }}{{ ns.out }}",
    "{% set a %}x __init__ y{% endset %}{{ a.split('x')[0] }}{{ a[0] }}{{ messages[a|length] }}",
    "{% set a %}x __init__ y{% endset %}{% set m = {'role': 'user', 'content': a} %}{{ names[m.role] }}",
    "{% set a %}x __init__ y{% endset %}{% if a == 'x' %}{% set i = 1 if a else 2 %}"
    "{{ messages[i] }}{% endif %}",
    "{% macro show(m) %}x __init__ {{ m.content }}{% endmacro %}{% for m in messages %}"
    "{{ show(m) }}{{ n[m.role] }}{% endfor %}",
    "{% call(x) show() %}x __init__ {{ x }}{% endcall %}",
    "x __class__ y {{ m['role'] }} __class__",
]


@pytest.mark.parametrize("text", TAKEN)
def test_captured_text_that_becomes_a_name_or_a_format_is_told(text: str) -> None:
    assert judge_template(text)


@pytest.mark.parametrize("text", SHOWN)
def test_captured_text_that_is_shown_compared_or_handed_on_is_quiet(text: str) -> None:
    assert judge_template(text) == []
