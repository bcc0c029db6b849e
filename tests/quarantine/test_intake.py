"""Intake: every format, streamed; what is broken is refused by number with the reason, the rest is kept."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars
import pytest
import zstandard

from inspector.datasets.quarantine import AddReport, Store, staging
from inspector.datasets.quarantine.canonical import MAX_ROW
from inspector.provenance import InspectorError, UnreadableInput

ROWS = [{"prompt": f"p{number}", "n": number, "tags": ["a", {"b": None}]} for number in range(5)]
LINES = "".join(json.dumps(row) + "\n" for row in ROWS).encode()


@pytest.fixture
def add(store: Store, tmp_path: Path) -> Callable[..., AddReport]:
    def take(content: bytes, name: str = "data.jsonl", **more: Any) -> AddReport:
        (tmp_path / name).write_bytes(content)
        return store.add(str(tmp_path / name), actor="ivan", source="test", **more)

    return take


def values(store: Store) -> list[Any]:
    return [one["value"] for one in store.rows(most=10**6)]


def packed(content: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(content)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", LINES),
        ("a.jsonl", LINES.rstrip(b"\n")),
        ("a.jsonl", b"\xef\xbb\xbf" + LINES.replace(b"\n", b"\r\n\r\n")),
        ("a.ndjson", LINES),
        ("a.json", LINES),
        ("a.json", json.dumps(ROWS).encode()),
        ("a.json", json.dumps(ROWS, indent=2).encode()),
        ("a.json", json.dumps({"version": {"x": [1]}, "data": ROWS, "more": 1}).encode()),
        ("no-suffix", LINES),
        ("no-suffix", json.dumps(ROWS).encode()),
        ("a.jsonl.gz", gzip.compress(LINES)),
        ("a.jsonl.gz", gzip.compress(LINES[:40]) + gzip.compress(LINES[40:])),
        ("misnamed.jsonl", gzip.compress(LINES)),
        ("a.json.gz", gzip.compress(json.dumps(ROWS).encode())),
        ("a.jsonl.zst", packed(LINES)),
        ("a.jsonl.zst", packed(LINES[:40]) + packed(LINES[40:])),
    ],
)
def test_the_rows_come_in_whatever_they_are_packed_in(
    store: Store, add: Any, name: str, content: bytes
) -> None:
    report = add(content, name)
    assert (report.new, report.duplicates, report.refused, report.incomplete) == (5, 0, [], None)
    assert values(store) == ROWS


def test_an_array_larger_than_the_window_keeps_every_row(store: Store, add: Any) -> None:
    rows = [{"text": "x" * (number * 977 % 70_000), "n": number} for number in range(120)]
    assert add(json.dumps(rows, ensure_ascii=False).encode(), "a.json").new == 120
    assert values(store) == rows


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", 'prompt,n\r\n"a, ""b""\r\nc",1\r\nd,2\r\n'),
        ("a.csv", '\ufeffprompt;n\n"a, ""b""\r\nc";1\nd;2'),
        ("a.tsv", 'prompt\tn\n"a, ""b""\r\nc"\t1\n\nd\t2\n'),
    ],
)
def test_delimited_text(store: Store, add: Any, name: str, text: str) -> None:
    assert add(text.encode(), name).new == 2
    assert values(store) == [{"prompt": 'a, "b"\r\nc', "n": "1"}, {"prompt": "d", "n": "2"}]


def test_parquet(store: Store, add: Any) -> None:
    from datetime import datetime
    from decimal import Decimal

    frame = polars.DataFrame(
        {
            "text": ["a", "b", "c"],
            "when": [datetime(2026, 1, 2, 3), None, datetime(2026, 1, 2)],
            "price": [Decimal("1.50"), Decimal("2.00"), None],
            "messages": [[{"role": "user"}], [], None],
            "score": [0.5, float("nan"), 1.0],
        }
    )
    content = io.BytesIO()
    frame.write_parquet(content)
    report = add(content.getvalue(), "a.parquet")
    assert (report.new, [one.row for one in report.refused]) == (2, [1])
    first = {"text": "a", "when": "2026-01-02T03:00:00", "price": "1.50", "score": 0.5}
    assert values(store)[0] == {**first, "messages": [{"role": "user"}]}


def test_a_parquet_column_of_bytes_has_no_form_as_rows(add: Any) -> None:
    content = io.BytesIO()
    polars.DataFrame({"image": [b"\xff\x00"], "n": [1]}).write_parquet(content)
    with pytest.raises(UnreadableInput, match="image holds bytes"):
        add(content.getvalue(), "a.parquet")


def test_many_refused_rows_make_no_bomb(add: Any) -> None:
    content = io.BytesIO()
    polars.DataFrame({"score": [float("nan")] * 200 + [1.0]}).write_parquet(content)
    report = add(content.getvalue(), "a.parquet")
    assert (report.new, report.refused_count) == (1, 200)


def test_a_parquet_bomb_is_refused_whole(store: Store, add: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inspector.datasets.quarantine.intake.parquet.FREE", 1 << 20)
    content = io.BytesIO()
    polars.DataFrame({"text": ["x" * 10_000] * 30_000}).write_parquet(content)
    assert len(content.getvalue()) < 500_000
    with pytest.raises(UnreadableInput, match="300 times"):
        add(content.getvalue(), "a.parquet")
    assert len(store.log_entries()) == 1 and not list((store.path / "spool").iterdir())


def test_the_folder_a_command_is_given_in_is_not_trusted(
    add: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "polars.py").write_text("open('ran', 'w').close()\n")
    monkeypatch.chdir(tmp_path / "here")
    content = io.BytesIO()
    polars.DataFrame({"n": [1]}).write_parquet(content)
    assert add(content.getvalue(), "a.parquet").new == 1
    assert not (tmp_path / "here" / "ran").exists()


@pytest.mark.parametrize("content", [b"PAR1", b"PAR1" + b"\x00" * 100 + b"PAR1", b"no parquet at all"])
def test_a_broken_parquet_file_is_a_sentence(store: Store, add: Any, content: bytes) -> None:
    with pytest.raises(UnreadableInput, match="Parquet"):
        add(content, "a.parquet")
    assert len(store.log_entries()) == 1


def test_broken_rows_are_refused_by_number_and_line_and_the_good_ones_kept(store: Store, add: Any) -> None:
    report = add(
        b'{"a":1}\n'
        b"nonsense\n"
        b"\n"
        b'{"a":"\\ud800"}\n'
        b'{"a":"x\\u0000"}\n'
        b'{"a":"raw \x00"}\n'
        b'{"a":"\xff"}\n'
        b'[{"a":1}]\n'
        b'{"a":2}\n'
    )
    assert [(one.row, one.line) for one in report.refused] == [(1, 2), (2, 4), (3, 5), (4, 6), (5, 7), (6, 8)]
    assert all(one.why.endswith(".") for one in report.refused)
    assert values(store) == [{"a": 1}, {"a": 2}]


def test_a_huge_field_is_refused_and_the_rows_around_it_kept(store: Store, add: Any) -> None:
    big = b"x" * (MAX_ROW + 100)
    report = add(b'{"a":1}\n{"a":"' + big + b'"}\n{"a":2}\n')
    assert (report.new, [one.row for one in report.refused]) == (2, [1])
    report = add(b'[{"a":3},{"a":"' + big + b'"},{"a":4}]', "a.json")
    assert report.new >= 1 and report.refused[0].row == 1
    report = add(b"a,b\n1,2\n" + big + b",3\n4,5\n", "a.csv")
    assert (report.new, [one.row for one in report.refused]) == (2, [1])


def test_a_broken_array_keeps_the_rows_before_and_says_where_it_ends(store: Store, add: Any) -> None:
    report = add(b'[{"a":1},{"a":2},{"a":,{"a":3}]', "a.json")
    assert report.new == 2 and report.incomplete
    report = add(b'[{"b":1},{"b":2}', "b.json")
    assert report.new == 2 and report.incomplete


def test_a_refused_value_inside_an_array_does_not_end_it(store: Store, add: Any) -> None:
    report = add(b'[{"a":1},{"a":1,"a":2},{"a":"}\\"{","b":NaN},7,{"a":9007199254740993},{"a":5}]', "a.json")
    assert [one.row for one in report.refused] == [1, 2, 3, 4]
    assert values(store) == [{"a": 1}, {"a": 5}] and report.incomplete is None


@pytest.mark.parametrize(
    "text",
    [b"a,a\n1,2\n", b"a,\n1,2\n", b"", b'"a\n1,2\n'],
    ids=["twice", "empty", "nothing", "open quote"],
)
def test_a_table_without_a_sound_header_is_refused_whole(store: Store, add: Any, text: bytes) -> None:
    with pytest.raises(UnreadableInput):
        add(text, "a.csv")
    assert len(store.log_entries()) == 1


def test_records_with_too_few_or_too_many_cells_are_refused(store: Store, add: Any) -> None:
    report = add(b"a,b\n1,2\n3\n4,5,6\n7,8\n", "a.csv")
    assert [(one.row, one.line) for one in report.refused] == [(1, 3), (2, 4)]
    assert report.new == 2


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl.gz", gzip.compress(LINES)[:-12]),
        ("a.jsonl.gz", gzip.compress(LINES)[:-4] + b"\0\0\0\0"),
        ("a.jsonl.zst", packed(LINES * 9)[:-5]),
    ],
)
def test_a_damaged_compressed_file_is_incomplete_and_says_so(add: Any, name: str, content: bytes) -> None:
    report = add(content, name)
    assert report.incomplete and "damaged" in report.incomplete


@pytest.mark.parametrize("pack", [gzip.compress, packed], ids=["gzip", "zstandard"])
def test_a_bomb_is_refused_whole_and_quickly(
    store: Store, add: Any, pack: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspector.datasets.quarantine.intake.unpacking.FREE", 1 << 20)
    bomb = pack(b'{"a":1}\n' + b" " * (18 << 20))
    with pytest.raises(UnreadableInput, match="300 times"):
        add(bomb, "a.jsonl.gz")
    assert len(store.log_entries()) == 1
    assert not list((store.path / "spool").iterdir()) and not list((store.path / "batches").iterdir())


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "nothing"),
        (b"hello world\n", "text"),
        ("{}".encode("utf-16"), "a.jsonl"),
        (b'"text"', "a.json"),
        (b'{"a": {"b": 1}}', "a.json"),
        (b'{"data": 5}', "a.json"),
    ],
)
def test_what_holds_no_rows_is_a_sentence(store: Store, add: Any, content: bytes, name: str) -> None:
    with pytest.raises(InspectorError):
        add(content, name)
    assert len(store.log_entries()) == 1


def test_a_contributor_column_that_no_row_has_is_refused(store: Store, add: Any) -> None:
    with pytest.raises(UnreadableInput, match="usr"):
        add(LINES, contributor_column="usr")
    assert len(store.log_entries()) == 1


def test_a_file_that_is_added_again_brings_nothing_new(store: Store, add: Any) -> None:
    add(LINES)
    report = add(LINES)
    assert (report.new, report.duplicates, len(report.duplicate_rows)) == (0, 5, 5)
    store.verify()


def test_a_source_of_several_batches(store: Store, add: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inspector.datasets.quarantine.staging.BATCH_ROWS", 2)
    assert (add(LINES).new, len(store.rows())) == (5, 5)
    assert len(list((store.path / "batches").iterdir())) == 3
    store.verify()


def test_a_folder_or_a_missing_file_is_a_sentence(store: Store, tmp_path: Path) -> None:
    for name in (str(tmp_path), str(tmp_path / "none"), "/dev/null"):
        with pytest.raises(UnreadableInput, match="is no file"):
            store.add(name, actor="ivan", source="test")


def test_rows_of_a_program_are_taken_as_those_of_a_file(store: Store, tmp_path: Path) -> None:
    given = [{"t": "a", "n": 1.5, "by": "u"}, {"t": "b", "by": "u", "deep": {"x": [1, None]}}]
    report = store.add_rows(iter(given), actor="app", source="api", contributor_column="by")
    assert (report.new, report.refused_count) == (2, 0)
    assert [one["value"] for one in store.rows()] == given
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(one) + "\n" for one in given))
    assert store.add(tmp_path / "a.jsonl", actor="app", source="file").duplicates == 2
    store.verify()


def test_rows_of_a_program_that_have_no_form_are_named_and_none_is_taken(store: Store) -> None:
    with pytest.raises(UnreadableInput, match="Row 1 has no form in JSON"):
        store.add_rows([{"a": 1}, {"a": object()}], actor="app", source="api")
    assert sum(store.states().values()) == 0
    bad = [{"a": float("nan")}, {"a": "\ud800"}, {"a": "\0"}, {1: "x"}]
    report = store.add_rows(bad, actor="app", source="api")
    assert (report.new, report.refused_count) == (1, 3)
    assert store.rows()[0]["value"] == {"1": "x"}


def test_an_open_stream_is_a_source(store: Store) -> None:
    report = store.add(io.BytesIO(b'{"a":1}\n'), actor="app", source="api", form="jsonl")
    assert report.new == 1 and report.source_sha256 == hashlib.sha256(b'{"a":1}\n').hexdigest()


def test_once_takes_a_source_one_time_and_whole(
    store: Store, rows_file: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "BATCH_ROWS", 3)
    path = rows_file(10)
    first = store.add(path, actor="app", source="s", once=True)
    assert (first.new, len(first.batches), first.known) == (10, 4, False)
    size = store.log_size()
    assert store.add(path, actor="app", source="s", once=True).known
    assert store.log_size() == size
    assert not store.add(path, actor="app", source="another", once=True).known
    store.verify()


def test_a_source_of_which_a_part_is_missing_is_not_known(
    store: Store, rows_file: Any, monkeypatch: pytest.MonkeyPatch, counts: Any
) -> None:
    """As a kill between two batches of a large file leaves it."""
    monkeypatch.setattr(staging, "BATCH_ROWS", 4)
    real, entered = staging.commit, []

    def one_batch_only(*arguments: Any, **more: Any) -> None:
        if entered:
            raise KeyboardInterrupt
        entered.append(real(*arguments, **more))

    monkeypatch.setattr(staging, "commit", one_batch_only)
    path = rows_file(10)
    with pytest.raises(KeyboardInterrupt):
        store.add(path, actor="app", source="s")
    assert counts(store) == {"staged": 4}
    monkeypatch.setattr(staging, "commit", real)
    assert not store.add(path, actor="app", source="s", once=True).known
    assert counts(store) == {"staged": 10}
