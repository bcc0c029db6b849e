"""Calls, states and names that do not stand in a file as their library writes them, and those that do."""

from __future__ import annotations

import ast
import json
import pickle
import pickletools
from collections import OrderedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.artifacts import Artifact, BytesSource, read
from inspector.artifacts.formats.npy import _header
from inspector.artifacts.pickles.rules_formula import is_plain_formula
from inspector.artifacts.texts.chat_template import judge_template
from inspector.artifacts.texts.named_code import why_dangerous


def verdict(data: bytes, name: str = "x.pkl") -> Artifact:
    return read(BytesSource(data), name)


@pytest.mark.parametrize(
    "formula",
    (
        "y ~ x",
        "y ~ x + z - 1",
        "np.log(y) ~ C(g) * x",
        "y ~ I(x ** 2) + x:z",
        'Q("a b") ~ x',
        "y ~ (x + z) ** 2",
        "y ~ C(g, Treatment(reference='a'))",
        "y ~ bs(x, df=4)",
        "y ~ standardize(x) + center(z)",
        "y ~ .",
        "y ~ 1e-3",
    ),
)
def test_what_a_modeller_writes_is_a_plain_formula(formula: str) -> None:
    assert is_plain_formula(formula)


@pytest.mark.parametrize(
    "formula",
    (
        "y ~ f(x)",
        "y ~ x.y",
        "y ~ x.__class__",
        "y ~ np.load('x')",
        "y ~ np.log(x)(1)",
        "y ~ C(x)(1)",
        "y ~ x[0]",
        "y ~ {1}",
        "lambda: 1 ~ x",
        "y ~ 'a'.join(x)",
        "y ~ exit ()",
        "y ~ x;z",
        "y ~ `x`",
        "y ~ _x",
        "y ~ eval\n(x)",
        "y ~ [a for a in x]",
        "y ~ 'a' 'b'(x)",
        "y ~ np . load('x')",
    ),
)
def test_anything_else_in_a_formula_is_code(formula: str) -> None:
    assert not is_plain_formula(formula)


def test_arguments_that_a_call_makes_are_not_taken_for_a_tuple() -> None:
    made = b"\x80\x04cbuiltins\nint\ncbuiltins\ntuple\n](K\x07e\x85RR."
    assert pickle.loads(made) == 7  # the real unpickler takes it
    artifact = verdict(made)
    assert artifact.loading.value == "unreadable"
    assert "bad-arguments" in {reason.code for reason in artifact.reasons}


@pytest.mark.parametrize("protocol", range(6))
def test_what_pickle_writes_has_its_arguments_in_tuples(protocol: int) -> None:
    value = [OrderedDict(a=1), {1, 2}, complex(1, 2), bytearray(b"x"), range(3), frozenset((1,)), b"bytes"]
    data = pickletools.optimize(pickle.dumps(value, protocol))
    assert verdict(data).loading.value == "allow-listed"


@pytest.mark.parametrize(
    "template",
    (
        "{{ messages[loop.index0 - 1] }}",
        "{% set k = 'tool' ~ '_calls' %}{{ m[k] }}",
        "{{ m[role|lower] }}",
        "{% set ns = namespace(i=0, k='') %}{% set ns.k = m.role %}{{ m[ns.k] }}",
        "{{ m['a'|length] }}",
        "{% set r = {'user': 'U'} %}{{ r[m.role] }}",
        "{% for k in m %}{{ m[k].center(9, '-') }}{% endfor %}",
        "{% macro f(k) %}{{ m[k] }}{% endmacro %}{{ f('a') }}",
        "{{ (tools | string)[:9] }}",
        "{% raw %}{{ x.__class__ }}{% endraw %}",
        "{{ kwargs | tojson }}",
        "{{ range(3) | list }}",
    ),
)
def test_a_template_that_takes_parts_of_a_message_is_none_that_reaches_out(template: str) -> None:
    assert judge_template("{{ messages }}" + template) == []


@pytest.mark.parametrize(
    "template",
    (
        "{{ m['class'.center(9, '_')] }}",
        "{% set f = range %}{{ (f|string)[0] }}", "{{ (namespace ~ '')[1] }}",
        "{% set a = ['class'.center(9, '_')] %}{{ m[a[0]] }}",
        "{{ " + "(" * 70 + "m['a']" + ")" * 70 + " }}",
        "{% raw %}{% endraw %}{{ x.__class__ }}", "{%+ raw %}x{%- endraw -%}{{ x.__class__ }}",
    ),
)  # fmt: skip
def test_a_template_that_spells_names_reaches_out(template: str) -> None:
    assert judge_template("{{ messages }}" + template)


@pytest.mark.parametrize(
    "name",
    ("torch.nn.Linear", "datasets.load_dataset", "joblib.Memory", "multiprocessing.cpu_count", "numpy.load",
     "ray.tune.schedulers.ASHAScheduler", "torch.onnx.export", "os.path.join", "transformers.AutoModel",
     "fsspec.filesystem", "requests.Session", "gzip.GzipFile"),
)  # fmt: skip
def test_what_training_runs_have_called_is_no_alarm(name: str) -> None:
    assert why_dangerous(name) is None


@pytest.mark.parametrize(
    "name",
    ("os.system", ".os.system", "joblib.numpy_pickle.load", "psutil.Popen", "setuptools.sandbox.run_setup",
     "sympy.core.sympify.sympify", "torch.serialization.load", "multiprocessing.Process", "requests.get",
     "httpx.post", "gzip.open", "io.open", "fsspec.open"),
)  # fmt: skip
def test_what_no_training_run_has_called_is_one(name: str) -> None:
    assert why_dangerous(name)


def test_a_mapping_of_ordinary_words_counts_where_it_is_a_call() -> None:
    call = {"type": "os.system", "init_parameters": {"command": "x"}}
    assert verdict(json.dumps(call).encode(), "x.json").loading.value == "runs-code"
    told = {"type": "os.system", "text": "an example", "arguments": {"command": "x"}}
    assert verdict(json.dumps(told).encode(), "x.json").loading.value == "no-loader"


def test_an_object_of_another_library_is_none_of_keras() -> None:
    other = {"class_name": "Thing", "module": "mine.things", "config": {}}
    assert verdict(json.dumps(other).encode(), "x.json").loading.value == "no-loader"
    keras = {"class_name": "Sequential", "module": "keras", "config": {"layers": [other]}}
    assert verdict(json.dumps(keras).encode(), "x.json").loading.value == "runs-code"


@given(
    st.sampled_from(["<f8", "|O", "|b1", "f4", "<U12", "|V5", "<M8", "%", "O' 'O"]),
    st.sampled_from(
        ["()", "(3,)", "(3)", "(3, 4)", "(3,4)", "(03,)", "(3, 4,)", "(,)", "(3 ,)", "(-1,)", "[3]"]
    ),
    st.sampled_from(["False", "True", "None"]),
)
def test_the_quick_look_at_a_header_says_what_the_parser_says(descr: str, shape: str, order: str) -> None:
    raw = f"{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}   \n"
    found = _header(raw.encode())
    try:
        value = ast.literal_eval(raw.strip())
        parsed = (value["descr"], value["shape"])
    except (ValueError, SyntaxError):
        parsed = None
    if parsed is not None and not (isinstance(parsed[1], tuple) and all(size >= 0 for size in parsed[1])):
        parsed = None
    assert found == parsed
