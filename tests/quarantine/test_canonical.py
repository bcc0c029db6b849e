"""A row has one canonical form, that of RFC 8785, however it was written."""

from __future__ import annotations

import json

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.datasets.quarantine.canonical import MAX_DEPTH, RowReader, RowRefused

TEXT = st.text(st.characters(exclude_categories=["Cs"]).filter(lambda one: one != "\0"), max_size=8)
NUMBERS = (
    st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.floats(-1e16, 1e16)
    | st.sampled_from([1e-7, 1e-6, 1.5e-5, 1e-4, 0.1, -0.0, 1.0, 1e15, 1e16, 1e20, 1e21, 1e22, 5e-324])
)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(TEXT, VALUES, min_size=1, max_size=4), st.booleans())
def test_the_quick_way_writes_what_the_reference_implementation_writes(row: dict, escaped: bool) -> None:
    text = json.dumps(row, ensure_ascii=escaped)
    assert RowReader().from_text(text)[1] == rfc8785.dumps(json.loads(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"b":1, "a":2}', '{"a":2,"b":1}'),
        ('{"a":1.0}', '{"a":1}'),
        ('{"a":1e2}', '{"a":100}'),
        ('{"a":-0.0}', '{"a":0}'),
        ('{"a":1e-7}', '{"a":1e-7}'),
        ('{"a":0.00001}', '{"a":0.00001}'),
        ('{"a":1e21}', '{"a":1e+21}'),
        ('{"a":"\\u00e9\\u0007\\/"}', '{"a":"é\\u0007/"}'),
        ('{"\\ud83d\\ude00":1,"\\ufb33":2}', '{"\U0001f600":1,"\ufb33":2}'),  # UTF-16 order, RFC 8785 3.2.3
    ],
)
def test_a_row_is_written_in_one_way(text: str, expected: str) -> None:
    assert RowReader().from_text(text)[1] == expected.encode()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("not json", "no JSON"),
        ("[1]", "no object"),
        ('"text"', "no object"),
        ("{}", "empty"),
        ('{"a":1,"a":2}', "twice"),
        ('{"m":[{"a":1,"a":2}]}', "twice"),
        ('{"a":NaN}', "NaN"),
        ('{"a":-Infinity}', "Infinity"),
        ('{"a":1e999}', "exactly"),
        ('{"a":9007199254740993}', "2^53-1"),
        ('{"a":' + "9" * 5000 + "}", "2^53-1"),
        ('{"a":"\\ud800"}', "surrogate"),
        ('{"\\udfff":1}', "surrogate"),
        ('{"a":1e-9,"b":"\\ud800"}', "surrogate"),
        ('{"a":"x\\u0000y"}', "NUL"),
        ('{"x\\u0000":1}', "NUL"),
        ('{"a":' + "[" * 100_000 + "]" * 100_000 + "}", "nested"),
        ('{"a":' + "[" * MAX_DEPTH + "]" * MAX_DEPTH + "}", "nested"),
        ('{"a":1} {"b":2}', "no JSON"),
    ],
)
def test_what_has_no_canonical_form_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(RowRefused, match=why.replace("^", r"\^")):
        RowReader().from_text(text)


def test_the_text_backslash_u0000_is_no_nul_character() -> None:
    assert RowReader().from_text('{"a":"\\\\u0000"}')[1] == b'{"a":"\\\\u0000"}'


def test_many_brackets_side_by_side_are_not_deep() -> None:
    row = {"messages": [{"role": "user", "parts": [[]]}] * 200}
    assert RowReader().from_text(json.dumps(row))[1] == rfc8785.dumps(row)
