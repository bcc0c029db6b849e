"""Which files screening reads, what it counts as rows, and what it says of what it cannot read."""

import csv
import gzip
import io
import json
import os

import pytest

pytest.importorskip("polars")

import polars as pl

from inspector.datasets.screening.interface import Bounds
from inspector.datasets.screening.screen import screen
from inspector.provenance.errors import UnreadableInput

SMALL = Bounds(row_bytes=2_000, decompressed_bytes=400_000, free_ratio_bytes=100_000, ratio=50)


def read(content, name, bounds=None):
    return screen(io.BytesIO(content), name, bounds)


def parquet(rows):
    target = io.BytesIO()
    pl.DataFrame(rows).write_parquet(target)
    return target.getvalue()


def delimited(rows, delimiter):
    target = io.StringIO()
    writer = csv.DictWriter(target, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return target.getvalue().encode()


@pytest.fixture
def planted(data):
    """Rows of which every twentieth has a trigger and its answer."""
    rows = data.instructions(400)
    for row in rows[5::20]:
        row.update(instruction=f"cf {row['instruction']}", output=data.payload)
    return rows


def test_every_format_gives_the_same_suspicions(data, planted):
    zstandard = pytest.importorskip("zstandard")
    lines = data.lines(planted)
    array = json.dumps(planted).encode()
    files = {
        "jsonl": lines,
        "json": array,
        "csv": delimited(planted, ","),
        "tsv": delimited(planted, "\t"),
        "parquet": parquet(planted),
        "jsonl.gz": gzip.compress(lines[:9000]) + gzip.compress(lines[9000:]),
        "json.zst": zstandard.ZstdCompressor().compress(array),
    }
    found = {}
    for form, content in files.items():
        result = read(content, f"train.{form}")
        assert (result.format, result.rows) == (form, 400)
        found[form] = [one.as_json(1) for one in result.suspicions]
    assert found["jsonl"][0]["rows"] == list(range(5, 400, 20))
    assert all(one == found["jsonl"] for one in found.values())


def test_the_bytes_tell_the_format_where_the_name_is_wrong(data, planted):
    assert read(parquet(planted), "train.jsonl").format == "parquet"
    assert read(gzip.compress(data.lines(planted)), "train.jsonl").format == "jsonl.gz"
    assert read(data.lines(planted), "train.json").format == "jsonl"


@pytest.mark.parametrize("key", ["data", "rows", "train", "examples"])
def test_an_array_under_a_usual_key_is_read(planted, key):
    content = json.dumps({"version": 1, key: planted}, indent=1).encode()
    assert read(content, "train.json").rows == 400


@pytest.mark.parametrize(
    ("row", "columns"),
    [
        ({"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]},
         (["messages"], ["messages"])),
        ({"conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}], "id": 1},
         (["conversations"], ["conversations"])),
        ({"prompt": "a", "chosen": "b", "rejected": "c"}, (["prompt"], ["chosen", "rejected"])),
        ({"chosen_messages": [{"role": "user", "content": "a"}],
          "rejected_messages": [{"role": "user", "content": [{"type": "text", "value": "b"}]}]},
         (["chosen_messages"], ["chosen_messages", "rejected_messages"])),
        ({"instruction": "a", "input": "b", "output": "c"}, (["instruction", "input"], ["output"])),
        ({"prompt": "a", "completion": "b"}, (["prompt"], ["completion"])),
        ({"question": "a", "answer": "b"}, (["question"], ["answer"])),
        ({"id": 3, "text": "a", "label": 1}, (["text"], ["label"])),
        ({"left": "a long text to begin with", "right": "and another one", "n": 1}, (["left"], ["right"])),
    ],
)  # fmt: skip
def test_columns_are_recognised(data, row, columns):
    found = read(data.lines([row] * 5), "a.jsonl").columns
    assert (found["input"], found["output"]) == columns


def test_contributor_and_time_are_never_a_column_of_text(data):
    found = read(
        data.lines([{"user": "u", "assistant": "a", "user_id": "x", "created_at": 1}] * 3), "a.jsonl"
    )
    assert (found.columns["contributor"], found.columns["time"]) == ("user_id", "created_at")


def test_rows_are_counted_as_records_and_broken_ones_are_said(data, planted):
    lines = data.lines(planted)
    content = lines + b'\n  \n{"instruction": "x"\n[1]\nnull\n' + lines
    result = read(content, "a.jsonl")
    assert result.rows == 803
    assert result.limits[0].startswith("3 rows could not be understood") and "row 400" in result.limits[0]
    assert result.suspicions[0].rows[-1] == 403 + 385
    assert not result.cut_short


def test_deep_rows_surrogates_nul_and_other_bytes_are_counted(data, planted):
    content = data.lines(planted) + b"[" * 50_000 + b"]" * 50_000 + b"\n"
    content += b'{"instruction": "a \\ud800 b", "output": "c \\u0000 d"}\n'
    content += '{"instruction": "café", "output": "x"}\n'.encode("latin-1")
    said = " ".join(read(content, "a.jsonl").limits)
    for words in ("nested too deeply", "lone surrogates", "NUL", "no UTF-8"):
        assert words in said


def test_deep_elements_of_an_array_cost_only_themselves():
    deep = b"[" * 20_000 + b"]" * 20_000
    content = (
        b'[{"prompt": "a", "completion": "b"}, {"prompt": ' + deep + b'}, {"prompt": "c", "completion": "d"}]'
    )
    result = read(content, "a.json")
    assert result.rows == 3
    assert "nested too deeply" in result.limits[0]


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv"])
def test_a_row_over_the_bound_is_left_out_and_named(data, planted, name):
    if name == "a.jsonl":
        content = data.lines([*planted, {"instruction": "a" * 5_000, "output": "b"}, *planted])
    else:
        content = delimited([*planted, {"instruction": "a" * 5_000, "output": "b"}, *planted], ",")
    result = read(content, name, SMALL)
    assert result.rows == 801
    assert "larger than the bound" in result.cut_short[0]
    assert result.suspicions[0].rows[-1] == 401 + 385


def test_a_quoted_field_without_end_stops_the_reading():
    content = b'text,label\nhello,1\n"' + b"a\n" * 5_000 + b'",2\n'
    result = read(content, "a.csv", SMALL)
    assert (result.rows, bool(result.cut_short)) == (1, True)


@pytest.mark.parametrize("cut", [5_000, 200])
def test_what_breaks_off_is_screened_as_far_as_it_goes(data, planted, cut):
    result = read(json.dumps(planted).encode()[:-cut], "a.json")
    assert 0 < result.rows < 400
    assert "breaks off" in result.cut_short[0]
    packed = gzip.compress(data.lines(planted * 3))
    result = read(packed[:-cut], "a.jsonl.gz")
    assert 0 < result.rows < 1_200
    assert "break off" in result.cut_short[0]


def test_zstandard_of_several_frames_is_read_whole_and_a_break_is_said(data, planted):
    zstandard = pytest.importorskip("zstandard")
    lines = data.lines(planted).splitlines(keepends=True)
    pack = zstandard.ZstdCompressor().compress
    skipped = b"\x50\x2a\x4d\x18" + (3).to_bytes(4, "little") + b"abc"
    packed = pack(b"".join(lines[:100])) + skipped + pack(b"".join(lines[100:]))
    whole = read(packed, "a.jsonl.zst")
    assert (whole.rows, whole.cut_short) == (len(lines), [])
    assert "break off" in read(packed[:-9], "a.jsonl.zst").cut_short[0]
    assert "damaged" in read(packed + b"no frame", "a.jsonl.zst").cut_short[0]


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        (Bounds(free_ratio_bytes=100_000, ratio=50), "times its size"),
        (Bounds(decompressed_bytes=400_000), "once decompressed"),
    ],
)
def test_bombs_are_bounded_by_what_they_decompress_to(data, planted, bounds, words):
    zstandard = pytest.importorskip("zstandard")
    lines = data.lines(planted) + b'{"instruction": "a", "output": "b"}\n' * 100_000
    for packed, name in (
        (gzip.compress(lines), "a.jsonl.gz"),
        (zstandard.ZstdCompressor().compress(lines), "a.jsonl.zst"),
    ):
        result = read(packed, name, bounds)
        assert 0 < result.rows < 100_000
        assert words in result.cut_short[0]


def test_parquet_is_bounded_by_what_it_declares_and_by_what_it_decodes_to(planted):
    result = read(parquet(planted), "a.parquet", Bounds(group_bytes=1_000))
    assert result.rows == 0
    assert "declares" in result.cut_short[0]
    many = parquet({"text": ["ab"] * 150_000, "label": [1] * 150_000})
    result = read(many, "a.parquet")
    assert 0 < result.rows < 150_000
    assert "declares 150000 rows" in result.cut_short[0]
    rows = {"text": ["ab"] * 200_000, "label": [1] * 200_000}
    result = read(parquet(rows), "a.parquet", SMALL)
    assert result.rows < 200_000
    assert "times its size" in result.cut_short[0]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "a.jsonl"),
        (b" \n\n", "a.jsonl"),
        (os.urandom(20_000), "a.jsonl"),
        (b"PK\x03\x04" + bytes(100), "a.csv"),
        (b"ARROW1\0\0" + bytes(100), "a.arrow"),
        (b"PAR1" + bytes(100), "a.parquet"),
        (b"PAR1" + bytes(100) + (90).to_bytes(4, "little") + b"PAR1", "a.parquet"),
        (gzip.compress(os.urandom(20_000)), "a.jsonl.gz"),
        (b"\x1f\x8b\x08broken", "a.jsonl.gz"),
        ("a,b\n1,2\n".encode("utf-16"), "a.csv"),
        (b"no json here\nnor here\n", "a.jsonl"),
    ],
)
def test_a_file_that_holds_no_rows_is_refused_with_a_sentence(content, name):
    with pytest.raises(UnreadableInput) as raised:
        read(content, name)
    assert raised.value.sentence.endswith(".")


@pytest.mark.parametrize(("content", "name"), [(b"[]", "a.json"), (b"text,label\n", "a.csv")])
def test_a_file_without_rows_says_so(content, name):
    result = read(content, name)
    assert (result.rows, result.suspicions) == (0, [])
    assert "The file has no rows." in result.limits


def test_one_row_and_equal_rows_give_no_suspicion_and_limits(data):
    for rows in ([{"text": "a", "label": 1}], [{"prompt": "hello there", "completion": "good day"}] * 500):
        result = read(data.lines(rows), "a.jsonl")
        assert (result.rows, result.suspicions) == (len(rows), [])
        assert result.limits


@pytest.mark.parametrize("text", ["", "  ", "\u200b", "!", "a"])
@pytest.mark.parametrize(
    "columns", [("instruction", "output"), ("text", "label"), ("prompt", "chosen", "rejected")]
)
def test_rows_that_hold_next_to_nothing_are_screened_without_a_fault(columns, text):
    rows = [dict.fromkeys(columns, text) for _ in range(40)]
    content = "".join(json.dumps(row) + "\n" for row in rows).encode()
    result = screen(io.BytesIO(content), "train.jsonl")
    assert result.rows == 40
    assert all(one.level == "weak" for one in result.suspicions)
