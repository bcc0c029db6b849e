"""What a row says by its layout: what goes in, what comes out, who gave it, and when."""

import math
from datetime import UTC, date, datetime

import pytest

pytest.importorskip("polars")

from inspector.datasets.screening.interface import Bounds
from inspector.datasets.screening.layout import row_text, tell_layout
from inspector.datasets.screening.reading.tally import Tally

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC).timestamp()


def texts(row, **bounds):
    tally = Tally()
    text = row_text(row, tell_layout([row]), Bounds(**bounds), tally)
    return text, tally


LAYOUTS = [
    # chats of OpenAI, of ShareGPT, and plain lists
    ({"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}, ["a"], ["b"]),
    ({"conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}]}, ["a"], ["b"]),
    ({"dialog": ["a", "b", "c"]}, ["a", "c"], ["b"]),
    ({"system": "s", "messages": [{"speaker": "bot", "text": "b"}]}, ["s"], ["b"]),
    ({"messages": [{"role": "user", "content": [{"type": "text", "text": "a"}]}]}, ["a"], []),
    ({"instruction": "a", "input": None, "output": " "}, ["a"], []),
    ({"question": "a", "answers": {"text": ["b", "c"]}}, ["a"], ["b", "c"]),
    ({"text": "a", "label": 1}, ["a"], ["1"]),
    ({"text": "a", "label": True}, ["a"], ["True"]),
    # no name tells: the longest two, in the order of the file
    ({"x": "short", "y": "much longer"}, ["short"], ["much longer"]),
    ({"x": "a long body of text", "reply": "b"}, ["a long body of text"], ["b"]),
    ({"x": 1, "y": 2.5}, [], []),
]


@pytest.mark.parametrize(("row", "inputs", "outputs"), LAYOUTS)
def test_what_goes_in_and_what_comes_out(row, inputs, outputs):
    text, tally = texts(row)
    assert (text.inputs, text.outputs) == (inputs, outputs)
    assert tally.textless == (not inputs and not outputs)


PAIRS = [
    ({"prompt": "p", "chosen": "a", "rejected": "b"}, ["p"], ["a"], ["b"]),
    ({"chosen": ["q", "a"], "rejected": ["q", "b"]}, ["q"], ["a"], ["b"]),
    ({"chosen": ["q", "a"], "rejected": ["q", "a"]}, ["q", "a"], [], []),
    (
        {
            "chosen": "\n\nHuman: q\n\nAssistant: r\n\nHuman: s\n\nAssistant: a",
            "rejected": "\n\nHuman: q\n\nAssistant: r\n\nHuman: s\n\nAssistant: b",
        },
        [" q", " r", " s"],
        [" a"],
        [" b"],
    ),
    ({"chosen": "", "rejected": ""}, [], [], []),
    ({"chat": "the way there", "chosen": "a", "rejected": "b"}, ["the way there"], ["a"], ["b"]),
]


@pytest.mark.parametrize(("row", "inputs", "outputs", "rejected"), PAIRS)
def test_a_pair_parts_where_the_answers_begin(row, inputs, outputs, rejected):
    text, _ = texts(row)
    assert (text.inputs, text.outputs, text.rejected) == (inputs, outputs, rejected)


@pytest.mark.parametrize(
    ("name", "who"),
    [
        (" ana ", "ana"),
        ("Müller", "Müller"),
        ({"login": "ana"}, "ana"),
        ({"other": "ana"}, None),
        (["ana"], None),
        (7, "7"),
        ("  ", None),
        (None, None),
        ("x" * 300, "x" * 200),
        ("\ud800a", "?a"),
    ],
)
def test_who_gave_a_row(name, who):
    text, _ = texts({"prompt": "a", "response": "b", "user_id": name})
    assert text.contributor == who


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (datetime(2026, 1, 1), NEW_YEAR),
        (datetime(2026, 1, 1, tzinfo=UTC), NEW_YEAR),
        (date(2026, 1, 1), NEW_YEAR),
        ("2026-01-01", NEW_YEAR),
        ("2026-01-01T01:00:00+01:00", NEW_YEAR),
        (f" {NEW_YEAR} ", NEW_YEAR),
        (NEW_YEAR, NEW_YEAR),
        (NEW_YEAR * 1000, NEW_YEAR),
        ("yesterday", math.nan),
        (True, math.nan),
        ([2026], math.nan),
        (10**400, math.nan),
    ],
)
def test_when_it_was_given(value, seconds):
    text, _ = texts({"prompt": "a", "response": "b", "created_at": value})
    assert text.time == seconds or (math.isnan(seconds) and math.isnan(text.time))


@pytest.mark.parametrize(
    ("row", "bounds", "inputs"),
    [
        ({"messages": ["abcdefghij"]}, {"field_characters": 4}, ["ab", "ij"]),
        (
            {"messages": [{"role": "user", "content": str(n)} for n in range(6)]},
            {"segments": 4},
            ["0", "1", "4", "5"],
        ),
    ],
)
def test_of_what_is_too_long_the_beginning_and_the_end_are_kept(row, bounds, inputs):
    text, tally = texts(row, **bounds)
    assert (text.inputs, tally.clipped) == (inputs, 1)


def test_a_list_of_very_many_pieces_is_cut():
    text, tally = texts({"question": "a", "answers": [str(n) for n in range(300)]})
    assert (len(text.outputs), tally.clipped) == (Bounds().segments, 1)


@pytest.mark.parametrize(
    ("value", "outputs", "counted"),
    [
        ("a\x1eb", ["a b"], {}),
        ("a\0b", ["a\0b"], {"nul": 1}),
        ("a\ud800b", ["a\ufffdb"], {"surrogates": 1}),
        ("\ud83d\ude00", ["\U0001f600"], {"surrogates": 1}),
        (b"bytes", [], {"odd_values": 1}),
        ({"type": "image", "url": "x"}, ["image", "x"], {"odd_values": 1}),
    ],
)
def test_what_is_no_plain_text_is_replaced_and_counted(value, outputs, counted):
    text, tally = texts({"question": "a", "answer": value})
    assert text.outputs == outputs
    names = ("nul", "surrogates", "odd_values", "clipped")
    assert {name: getattr(tally, name) for name in names} == {**dict.fromkeys(names, 0), **counted}


def test_values_nested_without_end_are_left():
    value = ["deep"]
    for _ in range(20):
        value = [value]
    text, tally = texts({"question": "a", "answer": value})
    assert (text.outputs, tally.odd_values) == ([], 1)
