"""A file that is no sound review is named as what it is, in one sentence, and stays as it was."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from inspector.provenance import State, UnreadableInput
from inspector.review import Review, opening

LATER = "2999-12-31"


def refused(path: Path, match: str) -> None:
    before = {item.name: item.read_bytes() for item in path.parent.iterdir() if item.is_file()}
    for read_only in (False, True):
        with pytest.raises(UnreadableInput, match=match) as caught:
            Review.open(path, read_only=read_only)
        assert caught.value.exit_code == 2 and "\n" not in str(caught.value)
    after = {item.name: item.read_bytes() for item in path.parent.iterdir() if item.is_file()}
    assert {name: after[name] for name in before} == before


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"SQLite format 3\0", b"PK\3\4" + b"x" * 200, b"\0" * 4096]
)
def test_what_is_no_database(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.review").write_bytes(content)
    refused(tmp_path / "x.review", "not a review file")


def test_what_is_not_there(tmp_path: Path) -> None:
    refused(tmp_path / "x.review", "no review file")
    refused(tmp_path / "no" / "x.review", "no review file") if (tmp_path / "no").mkdir() else None
    assert not (tmp_path / "x.review").exists()


def test_what_is_no_regular_file(tmp_path: Path) -> None:
    (tmp_path / "folder.review").mkdir()
    refused(tmp_path / "folder.review", "not a review file|cannot be opened")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "fifo.review")
        with pytest.raises(UnreadableInput):
            Review.open(tmp_path / "fifo.review")


def test_a_name_with_a_null(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput):
        Review.open(tmp_path / "a\0b")


def test_another_programs_database(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE fact (name, value)")
    connection.commit()
    connection.close()
    refused(path, "another program")


@pytest.mark.parametrize(
    ("version", "match"), [(2, "newer version"), (2**31 - 1, "newer version"), (0, "without a version")]
)
def test_another_version(path: Path, empty: Review, version: int, match: str) -> None:
    empty.close()
    raw = bytearray(path.read_bytes())
    raw[60:64] = version.to_bytes(4, "big")
    path.write_bytes(raw)
    refused(path, match)


def pages_of_noise(raw: bytearray) -> None:
    raw[4096:] = b"\x5a" * (len(raw) - 4096)


def cut_short(raw: bytearray) -> None:
    del raw[len(raw) // 2 :]


def only_the_header(raw: bytearray) -> None:
    del raw[100:]


def broken_schema(raw: bytearray) -> None:
    place = raw.index(b"CREATE TABLE kept")
    raw[place : place + 6] = b"CREATX"


@pytest.mark.parametrize("harm", [pages_of_noise, cut_short, only_the_header, broken_schema])
def test_a_corrupt_file(path: Path, review: Review, harm: Callable[[bytearray], None]) -> None:
    review.close()
    raw = bytearray(path.read_bytes())
    harm(raw)
    path.write_bytes(raw)
    refused(path, "damaged")


def test_a_corrupt_file_beside_a_log_is_left_alone_with_its_log(
    path: Path, review: Review, tmp_path: Path
) -> None:
    review.decide([review.findings()[0].finding.id], State.CONFIRMED)
    other = tmp_path / "other"
    other.mkdir()
    raw = bytearray(path.read_bytes())
    raw[8192:] = b"\x5a" * (len(raw) - 8192)
    (other / "x.review").write_bytes(raw)
    shutil.copyfile(f"{path}-wal", other / "x.review-wal")
    assert (other / "x.review-wal").stat().st_size > 0
    # The log may heal pages it holds; this one holds few. Either way the two files stay.
    before = ((other / "x.review").read_bytes(), (other / "x.review-wal").read_bytes())
    try:
        Review.open(other / "x.review").close()
    except UnreadableInput as error:
        assert "damaged" in str(error)
        assert ((other / "x.review").read_bytes(), (other / "x.review-wal").read_bytes()) == before


def test_a_database_made_up_to_look_like_ours(path: Path, empty: Review) -> None:
    empty._connection.execute("CREATE TRIGGER t AFTER INSERT ON step BEGIN DELETE FROM kept; END")
    empty.close()
    refused(path, "triggers or views")


def test_a_missing_table(path: Path, empty: Review) -> None:
    empty._connection.execute("DROP TABLE remembered")
    empty.close()
    refused(path, "the table remembered is missing")


def test_reading_while_another_holds_it_sees_each_decision(path: Path, review: Review) -> None:
    with Review.open(path, read_only=True) as reader:
        review.decide([review.findings()[0].finding.id], State.CONFIRMED)
        assert reader.findings()[0].state is State.CONFIRMED
        with Review.open(path, read_only=True) as late:
            assert late.findings() == review.findings()


def test_a_reader_may_change_nothing(path: Path, review: Review) -> None:
    key = review.findings()[0].finding.id
    with Review.open(path, read_only=True) as reader:
        for change in (
            lambda: reader.decide([key], State.CONFIRMED),
            lambda: reader.note(key, "x"),
            lambda: reader.answer("data.staging", "yes"),
            lambda: reader.take_scan({"findings": []}),
            reader.undo,
            reader.redo,
        ):
            with pytest.raises(UnreadableInput, match="for reading only"):
                change()
        reader.remember("tab", 1)
        assert reader.recalled("tab") is None
        with pytest.raises(sqlite3.OperationalError):
            reader._connection.execute("DELETE FROM kept")
    assert len(review.findings()) == 3


@pytest.mark.parametrize("log", [False, True])
def test_a_read_only_disk_still_shows_the_last_decision(
    path: Path, review: Review, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, log: bool
) -> None:
    """A disk on which SQLite may make no shared memory; with ``log``, the writer was killed."""
    review.decide([review.findings()[0].finding.id], State.ACCEPTED, because="b", expires=LATER)
    disk = tmp_path / "disk"
    disk.mkdir()
    if log:
        shutil.copyfile(f"{path}-wal", disk / "x.review-wal")
    else:
        review.close()
    shutil.copyfile(path, disk / "x.review")
    before = {item.name: item.read_bytes() for item in disk.iterdir()}
    real = sqlite3.connect

    def on_this_disk(address: object, **options: object) -> sqlite3.Connection:
        if "/disk/" in str(address) and "immutable" not in str(address):
            raise sqlite3.OperationalError("unable to open database file")
        return real(address, **options)  # type: ignore[call-overload, no-any-return]

    monkeypatch.setattr(sqlite3, "connect", on_this_disk)
    monkeypatch.setattr(opening.os, "access", lambda *_: False)
    with Review.open(disk / "x.review", read_only=True) as reader:
        assert reader.findings()[0].state is State.ACCEPTED
        assert reader.scan() is not None
    with pytest.raises(UnreadableInput, match="may not be written"):
        Review.open(disk / "x.review")
    assert {item.name: item.read_bytes() for item in disk.iterdir()} == before


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_without_rights_it_says_so(path: Path, review: Review) -> None:
    review.close()
    path.chmod(0o400)
    with pytest.raises(UnreadableInput, match="may not be written"):
        Review.open(path)
    Review.open(path, read_only=True).close()
    path.chmod(0)
    with pytest.raises(UnreadableInput, match="may not be read"):
        Review.open(path)


def test_a_full_disk_is_a_sentence_and_changes_nothing(review: Review) -> None:
    pages = review._connection.execute("PRAGMA page_count").fetchone()[0]
    review._connection.execute(f"PRAGMA max_page_count={pages}")
    with pytest.raises(UnreadableInput, match="disk is full"):
        review.answer_all({"data.staging": {"answer": "yes", "note": "x" * 100_000}})
    review._connection.execute(f"PRAGMA max_page_count={pages + 10_000}")
    assert all(item.answer is None for item in review.questions())
    review.answer("data.staging", "yes")


def test_hostile_names_stand_escaped_in_the_sentence(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput) as caught:
        Review.open(tmp_path / "a\u202e\x1b[2J\n.review")
    assert r"\u202e\x1b[2J\x0a.review" in str(caught.value)


@pytest.mark.parametrize(
    ("table", "column", "text"),
    [
        ("fact", "value", "{"),
        ("fact", "value", '"\x01"'),
        ("item", "body", "{}"),
        ("item", "body", "["),
        ("item", "body", '{"id": 5, "severity": "grave"}'),
    ],
)
def test_a_file_whose_text_was_damaged(
    path: Path, review: Review, table: str, column: str, text: str
) -> None:
    """SQLite reads such a file without complaint: a flipped bit inside a value is for us to notice."""
    review.close()
    with contextlib.closing(sqlite3.connect(path)) as raw, raw:
        raw.execute(f"UPDATE {table} SET {column} = ?", (text,))
    with pytest.raises(UnreadableInput, match="damaged"), Review.open(path, read_only=True) as opened:
        opened.findings()
        opened.nodes()
        opened.edges()
