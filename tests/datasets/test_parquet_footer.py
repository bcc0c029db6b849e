"""What a Parquet file declares of itself, in footers made by hand: sizes found, and breaks told."""

import io

import pytest

from inspector.datasets.screening.reading.parquet_footer import FooterBroken, read_footer


def footer(body, length=None):
    content = b"PAR1" + body + (len(body) if length is None else length).to_bytes(4, "little") + b"PAR1"
    return io.BytesIO(content), len(content)


ROWS_3 = b"\x36\x06"  # field 3, i64: 3 rows
GROUP = b"\x26\x0a\x16\x06\x00"  # field 2: 5 bytes; field 3: 3 rows; the end
SKIPPED = [
    b"",
    b"\x13\x07",  # a byte
    b"\x17" + bytes(8),  # a double
    b"\x18\x02hi",  # text
    b"\x19\x25\x02\x04",  # a list of two i32
    b"\x19\x21\x01\x02",  # a list of two booleans, each a byte of its own
    b"\x1b\x00",  # an empty map
    b"\x1b\x01\x58\x02\x02hi",  # a map of one i32 to text
    b"\x1c\x11\x00",  # a structure with a true in it
]


@pytest.mark.parametrize("skipped", SKIPPED)
def test_the_sizes_of_a_footer_are_found_behind_whatever_stands_before(skipped):
    before = skipped
    rows = b"\x26\x06" if before else ROWS_3  # numbers of fields count on from the one before
    found = read_footer(*footer(before + rows + b"\x19\x1c" + GROUP + b"\x00"))
    assert (found.rows, found.groups) == (3, ((3, 5),))


BROKEN = [
    ((io.BytesIO(b"PAR1"), 4), "too short"),
    (footer(ROWS_3, 0), "does not fit"),
    (footer(ROWS_3, 99), "does not fit"),
    (footer(b"\x00"), "does not say how many rows"),
    (footer(ROWS_3 + b"\x19\x15\x02\x00"), "are no structures"),
    (footer(ROWS_3 + b"\x19\x1c\x26\x09\x00\x00"), "negative sizes"),
    (footer(b"\x1d\x00"), "unknown type"),
    (footer(b"\x19\xf5\xff\xff\x03\x00"), "more than it holds"),
    (footer(b"\x16" + b"\xff" * 12), "too long"),
    (footer(b"\x16"), "breaks off"),
    (footer(b"\x1c" * 200), "nested too deeply"),
]


@pytest.mark.parametrize(("given", "words"), BROKEN)
def test_a_footer_that_is_not_what_the_format_asks_for(given, words):
    with pytest.raises(FooterBroken, match=words):
        read_footer(*given)
