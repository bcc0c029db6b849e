"""Rows of a quarantine as text: nothing hides, nothing is obeyed, nothing is dropped unsaid."""

from __future__ import annotations

import pytest

from inspector.gui.quarantine_reader import in_utf16, row_text
from inspector.gui.quarantine_text import (
    HIDDEN,
    LEFT_OUT,
    MARKER,
    MOST_OF_ROW,
    MOST_PIECES,
    made_piece,
    pattern_of,
    pieces,
    slice_of,
    summary,
)


def spans(piece, what):
    return [piece.text[start:end] for start, end, kind in piece.spans if kind == what]


def one(text, *markers, most=3000):
    return made_piece("input", "prompt", text, pattern_of(markers), most)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\u200bb", "\\u200b"),
        ("a\u202eb", "\\u202e"),
        ("a\x1b[31mb", "\\x1b"),
        ("a\U000e0041b", "\\U000e0041"),
        ("a\xadb", "\\xad"),
        ("a\rb", "\\x0d"),
        ("a\u2028b", "\\u2028"),
    ],
)
def test_what_cannot_be_seen_is_an_escape_that_is_painted(text, shown):
    piece = one(text)
    assert piece.text == "a" + shown + text[2:] or shown in piece.text
    assert spans(piece, HIDDEN) == [shown]


def test_an_escape_typed_out_in_a_row_is_not_painted_as_one():
    piece = one("a\\u200bb and a real one: \u200b")
    assert piece.text.count("\\u200b") == 2
    assert spans(piece, HIDDEN) == ["\\u200b"]
    assert piece.spans[0][0] > piece.text.index("real")


def test_letters_of_other_scripts_are_text_and_stay_as_they_are():
    text = "p\u0430ypal \u4e2d\u6587 \u0627\u0644 \U0001f469"
    assert one(text).text == text and one(text).spans == ()


def test_a_line_break_in_a_row_cannot_pass_for_the_heading_of_another_row():
    row = {
        "row": 3, "state": "staged", "contributors": ["u"], "time": "", "source": "s", "added": "",
        "decisions": [],
        "pieces": [p.as_json() for p in pieces({"prompt": "x\nrow 4 · approved · bob\n\nrow 5"}, [])],
    }  # fmt: skip
    text, _ = row_text(row)
    headings = [line for line in text.splitlines() if line.startswith("row")]
    assert headings == ["row 3 · staged · u · — · s"]
    assert text.count("⏎") == 3


def test_a_marker_is_found_whatever_stands_between_its_words_and_after_escapes():
    piece = one("\u200b\u202e x CF7,  Mango! y", "cf7 mango")
    assert spans(piece, MARKER) == ["CF7,  Mango"]
    assert spans(one("a\u200bb", "\u200b"), MARKER) == ["\\u200b"]


def test_a_marker_is_words_and_never_a_pattern():
    assert spans(one("aaaa(b)*c", "(a+)+$"), MARKER) == []
    assert spans(one("x (a+)+$ y", "(a+)+$"), MARKER) == ["(a+)+$"]


def test_a_megabyte_is_cut_around_its_markers_and_says_by_how_much():
    text = "A" * 600_000 + " cf7 mango " + "B" * 500_000
    piece = one(text, "cf7 mango")
    assert len(piece.text) < 4000
    assert spans(piece, MARKER) == ["cf7 mango"]
    told = sum(int(gap.strip(" …[]").replace(",", "")) for gap in spans(piece, LEFT_OUT))
    assert told == piece.left_out > 1_090_000
    assert piece.text.startswith("AAAA") and piece.text.endswith("BBBB")


def test_many_columns_and_long_ones_keep_a_row_within_bounds():
    value = {f"c{number}": "x" * 5000 for number in range(100)}
    found = pieces(value, [])
    assert len(found) <= MOST_PIECES + 1
    assert sum(len(piece.text) for piece in found) < 2 * MOST_OF_ROW
    assert any(piece.left_out for piece in found)


def test_what_goes_in_comes_first_and_a_chat_is_told_turn_by_turn():
    value = {"user_id": "u", "response": "yes", "prompt": "q"}
    assert [(p.way, p.name) for p in pieces(value, [])] == [
        ("input", "prompt"), ("output", "response"), ("other", "user_id"),
    ]  # fmt: skip
    chat = {"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}
    assert [(p.way, p.name, p.text) for p in pieces(chat, [])] == [
        ("input", "user", "q"),
        ("output", "assistant", "a"),
    ]
    both = {"prompt": "q", "chosen": "good", "rejected": "bad"}
    assert [p.way for p in pieces(both, [])] == ["input", "output", "rejected"]


@pytest.mark.parametrize("value", [{}, [], "text", 3, None, {"messages": []}, {"messages": [1, {"role": 2}]}])
def test_any_json_value_can_be_shown(value):
    assert isinstance(summary(value), str)
    assert isinstance([piece.as_json() for piece in pieces(value, ["x"])], list)


def test_a_long_row_can_be_read_whole_part_by_part():
    value = {"prompt": "".join(chr(0x61 + n % 26) for n in range(50_000)), "x": "\u202e"}
    offset, read = 0, ""
    while offset is not None:
        part = slice_of(value, offset, 20_000)
        read += part["text"]
        offset = part["next"]
    assert value["prompt"] in read and "\\u202e" in read and part["total"] > 50_000


def test_places_are_counted_as_qt_counts_them():
    assert in_utf16("\U0001f469ab", [(1, 2, MARKER)]) == [(2, 3, MARKER)]
    assert in_utf16("ab", [(1, 2, MARKER)]) == [(1, 2, MARKER)]
