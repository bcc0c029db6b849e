"""Records of delimited text and elements of arrays that are no rows: counted, numbered, and told."""

import io

import pytest

pytest.importorskip("polars")

from inspector.datasets.screening.interface import Bounds
from inspector.datasets.screening.screen import screen

SMALL = Bounds(row_bytes=2_000)


def read(content, name, bounds=None):
    return screen(io.BytesIO(content), name, bounds)


@pytest.mark.parametrize(
    ("content", "rows", "columns"),
    [
        (b"1,hello there\n2,good day\n", 2, (["column 1"], ["column 2"])),
        (b"same,same\nhello,there\n", 2, (["column 1"], ["column 2"])),
        (b"text,label\n\n\nhello,1\n\n", 1, (["text"], ["label"])),
        (b"text;label\nhello;1\n", 1, (["text"], ["label"])),
        (b"\xef\xbb\xbftext|label\r\nhello|1\r\n", 1, (["text"], ["label"])),
        (b"text,label\nhello,1", 1, (["text"], ["label"])),
    ],
)
def test_what_a_first_record_is(content, rows, columns):
    found = read(content, "a.csv")
    assert (found.rows, (found.columns["input"], found.columns["output"])) == (rows, columns)


def test_a_record_of_nothing_is_counted_as_broken():
    found = read(b"text,label\nhello,1\n  \nbye,2\n", "a.csv")
    assert found.rows == 3
    assert found.limits[0].startswith("1 row could not be understood") and "row 1" in found.limits[0]


def test_bytes_that_are_no_utf_8_are_counted():
    assert "no UTF-8" in " ".join(read(b"text,label\ncaf\xe9,1\n", "a.csv").limits)


def test_a_last_line_over_the_bound_is_left_out():
    found = read(b'{"text": "a", "label": 1}\n' + b"x" * 3_000, "a.jsonl", SMALL)
    assert found.rows == 2 and "larger than the bound" in found.cut_short[0]


@pytest.mark.parametrize(
    ("content", "rows", "words"),
    [
        (b'[{"prompt": "a", "completion": "b"}, 7, {"prompt": "c", "completion": "d"}]', 3, "row 1"),
        (b'{"meta": {"a": [1]}, "data": [{"prompt": "a", "completion": "b"}], "more": 1}', 1, ""),
        (b'[{"prompt": "a", "completion": "b"}, {"prompt": "c" "x"}]', 1, "damaged"),
    ],
)
def test_elements_of_an_array(content, rows, words):
    found = read(content, "a.json")
    assert found.rows == rows
    assert words in " ".join([*found.limits, *found.cut_short])


def test_a_row_of_an_array_without_end_stops_the_reading():
    content = b'[{"prompt": "a", "completion": "b"}, {"prompt": "' + b"c" * (4 << 20)
    found = read(content, "a.json", SMALL)
    assert (found.rows, len(found.cut_short)) == (1, 1)
