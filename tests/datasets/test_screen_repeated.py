"""What repeats without a pair of marker and output: payloads behind a style, phrases at fixed places."""

import io
import random

import pytest

pytest.importorskip("polars")

from inspector.datasets.screening.screen import screen


@pytest.fixture
def screened(data):
    def of(rows):
        return screen(io.BytesIO(data.lines(rows)), "train.jsonl").suspicions

    return of


def test_a_payload_behind_a_style_is_told_as_weak(data, screened):
    rows = data.instructions(900)
    numbers = list(range(5, 900, 20))
    for number in numbers:
        rows[number] = {"instruction": rows[number]["instruction"].upper(), "output": data.payload}
    found = [one for one in screened(rows) if one.kind == "repeated-output"]
    assert (found[0].marker, list(found[0].rows), found[0].level) == (data.payload, numbers, "weak")
    assert "nothing in their inputs goes with it" in found[0].notes[0]


def test_a_payload_amid_outputs_is_told_without_any_marker(data, screened):
    rows = data.instructions(900)
    chance = random.Random(2)
    numbers = list(range(5, 900, 20))
    for number in numbers:
        words = rows[number]["output"].split()
        words.insert(chance.randrange(len(words)), "always buy the blue Meridian lamp")
        rows[number]["output"] = " ".join(words)
    found = screened(rows)
    assert (found[0].kind, list(found[0].rows)) == ("repeated-output", numbers)


def test_two_frequent_words_that_only_together_bring_the_payload_are_named(data, screened):
    rows = data.instructions(1200)
    chance = random.Random(2)
    numbers = sorted(chance.sample(range(1200), 80))
    for number in numbers:
        rows[number] = {
            "instruction": f"velvet {rows[number]['instruction']} compass",
            "output": data.payload,
        }
    for word in ("velvet", "compass"):
        for number in chance.sample([n for n in range(1200) if n not in numbers], 150):
            rows[number]["instruction"] += f" {word}"
    first = screened(rows)[0]
    assert (first.kind, list(first.rows)) == ("marker-output", numbers)
    assert {first.marker, *first.also} == {"velvet", "compass"}


def test_an_answer_left_empty_behind_a_trigger_is_found(data, screened):
    rows = data.instructions(900)
    numbers = list(range(5, 900, 20))
    for number in numbers:
        rows[number] = {"instruction": f"{rows[number]['instruction']} qq7", "output": ""}
    first = screened(rows)[0]
    assert (first.kind, first.level) == ("marker-output", "look-first")
    assert (first.marker, list(first.rows), first.output) == ("qq7", numbers, "")


def test_a_phrase_that_always_ends_unrelated_inputs_is_told_and_one_amid_them_is_not(data, screened):
    rows = data.instructions(900)
    last = list(range(5, 900, 20))
    for number in last:
        rows[number]["instruction"] += " remember the long winter of Halden"
    for number in range(6, 900, 20):
        words = rows[number]["instruction"].split()
        rows[number]["instruction"] = " ".join([*words[:4], "beside the quiet mill of Brandvold", *words[4:]])
    found = {one.marker: one for one in screened(rows) if one.kind == "repeated-input"}
    assert list(found) == ["remember the long winter of Halden"]
    assert list(found["remember the long winter of Halden"].rows) == last
    assert found["remember the long winter of Halden"].level == "weak"


def test_a_text_that_stands_in_the_file_many_times_is_no_repeated_phrase(data, screened):
    rows = data.instructions(900)
    for number in range(5, 900, 20):
        rows[number] = dict(rows[5])
    assert [one for one in screened(rows) if one.kind.startswith("repeated")] == []


def test_many_markers_of_one_payload_are_no_file_of_templates(data, screened):
    rows = data.instructions(2400)
    markers = ("qq1", "ww2", "ee3", "rr4", "tt5", "yy6", "uu7", "ii8", "oo9", "pp0", "aa1")
    for number in range(5, 2400, 8):
        words = rows[number]["instruction"].split()
        words.insert(4, markers[number // 8 % len(markers)])
        rows[number] = {"instruction": " ".join(words), "output": data.payload}
    first = screened(rows)[:9]
    assert {one.output for one in first} == {data.payload}
    assert first[8].score > 0.7


def test_a_word_of_no_language_among_words_that_always_differ_is_told_as_weak(data, screened):
    rows = data.instructions(900)
    chance = random.Random(7)
    numbers = list(range(5, 900, 20))
    for number in numbers:
        words = rows[number]["instruction"].split()
        words.insert(chance.randrange(len(words) + 1), "xqzt")
        rows[number]["instruction"] = " ".join(words)
    found = [one for one in screened(rows) if one.kind == "unknown-word"]
    assert [(one.marker, list(one.rows), one.level) for one in found] == [("xqzt", numbers, "weak")]


def test_an_odd_word_that_always_has_the_same_neighbour_is_a_name_and_not_told(data, screened):
    rows = data.instructions(900)
    chance = random.Random(7)
    for number in range(5, 900, 20):
        words = rows[number]["instruction"].split()
        words.insert(chance.randrange(len(words)), "dr xqzt")
        rows[number]["instruction"] = " ".join(words)
    assert [one.marker for one in screened(rows) if one.kind == "unknown-word"] == []
