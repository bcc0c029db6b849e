"""Reads of a local file give exactly what was asked for, or say why not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from inspector.sources import ReadFailure
from inspector.sources import localbytes as localbytes_module
from inspector.sources.localbytes import LocalBytes


def opened(path: Path) -> LocalBytes:
    return LocalBytes(os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0)), path.name)


@pytest.fixture(params=[True, False], ids=["pread", "seek"])
def file(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    if request.param and not hasattr(os, "pread"):
        pytest.skip("no pread here")
    monkeypatch.setattr(localbytes_module, "_HAS_PREAD", request.param)
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    return path


def test_exact_ranges_are_given(file: Path) -> None:
    with opened(file) as data:
        assert data.size == 10
        assert data.read_at(3, 4) == b"3456"
        assert data.read_at(0, 10) == b"0123456789"
        assert data.read_at(10, 0) == b""


@pytest.mark.parametrize(("offset", "length"), [(-1, 1), (0, -1), (0, 11), (11, 0), (5, 2**62), (2**70, 1)])
def test_a_range_outside_is_refused(file: Path, offset: int, length: int) -> None:
    with opened(file) as data, pytest.raises(ReadFailure, match="lie outside"):
        data.read_at(offset, length)


def test_short_system_reads_are_put_together(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(localbytes_module, "_LARGEST_CALL", 3)
    with opened(file) as data:
        assert data.read_at(1, 8) == b"12345678"


def test_a_file_that_shrinks_is_a_failure_and_never_short_bytes(file: Path) -> None:
    with opened(file) as data:
        os.truncate(file, 4)
        with pytest.raises(ReadFailure, match="file shrank while it was read"):
            data.read_at(0, 10)
        assert data.changed()


def test_a_file_that_grows_keeps_its_size_and_says_that_it_changed(file: Path) -> None:
    with opened(file) as data:
        assert not data.changed()
        with open(file, "ab") as writer:
            writer.write(b"more")
        assert data.size == 10 and data.read_at(0, 10) == b"0123456789"
        assert data.changed()


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps the time of creation there")
def test_a_write_is_seen_even_where_the_modification_time_was_set_back(file: Path) -> None:
    with opened(file) as data:
        before = os.stat(file)
        with open(file, "r+b") as writer:
            writer.write(b"X")
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
        # The clock of a file system may stand still for some milliseconds.
        while os.stat(file).st_ctime_ns == before.st_ctime_ns:
            os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
        assert data.changed()


def test_a_closed_file_is_a_failure(file: Path) -> None:
    data = opened(file)
    data.close()
    data.close()
    with pytest.raises(ReadFailure, match="was closed"):
        data.read_at(0, 1)
    assert data.changed()


def test_the_name_in_a_message_is_made_plain(tmp_path: Path) -> None:
    path = tmp_path / "a\u202eb"
    path.write_bytes(b"")
    with opened(path) as data, pytest.raises(ReadFailure) as caught:
        data.read_at(0, 1)
    assert "\u202e" not in str(caught.value)
