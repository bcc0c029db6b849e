"""Large files: the verdict first, the hash when all others have been read, one look at every byte."""

import hashlib
import json

import pytest

from inspector.artifacts.bytesource import BytesSource
from inspector.scan import ScanOptions, interface, scan_events
from inspector.scan.feeds import HashedReads
from inspector.sources.interface import ReadFailure


@pytest.fixture
def folder(tmp_path):
    """One large model, one large table of rows, and small files that sort behind them."""
    header = json.dumps({"w": {"dtype": "U8", "shape": [17 << 20], "data_offsets": [0, 17 << 20]}}).encode()
    with (tmp_path / "a.safetensors").open("wb") as file:
        file.write(len(header).to_bytes(8, "little") + header)
        file.truncate(8 + len(header) + (17 << 20))
    (tmp_path / "b.jsonl").write_bytes(b'{"prompt": "p", "completion": "c"}\n' * 500_000)
    for name in ("y.txt", "z.pkl"):
        (tmp_path / name).write_text("plain")
    return tmp_path


def test_verdicts_of_all_files_come_before_the_hash_of_a_large_one(folder):
    events = [
        (event["event"], event["path"])
        for event in scan_events(ScanOptions(str(folder), audit=False, use_cache=False))
        if event["event"] in ("verdict", "file")
    ]
    assert set(events) == {
        ("verdict", "a.safetensors"),
        ("verdict", "b.jsonl"),
        *(("file", name) for name in ("a.safetensors", "b.jsonl", "y.txt", "z.pkl")),
    }
    assert events[-1] == ("file", "a.safetensors")
    assert events.index(("verdict", "b.jsonl")) < events.index(("file", "b.jsonl"))


def test_a_verdict_event_has_what_the_file_event_will_have(folder):
    events = list(scan_events(ScanOptions(str(folder), audit=False, use_cache=False)))
    (verdict,) = [e for e in events if e["event"] == "verdict" and e["path"] == "a.safetensors"]
    (file,) = [e for e in events if e["event"] == "file" and e["path"] == "a.safetensors"]
    assert set(verdict) == {"event", "path", "size", "format", "loading", "reasons"}
    assert {key: file[key] for key in verdict if key != "event"} == {
        key: verdict[key] for key in verdict if key != "event"
    }
    assert verdict["loading"] == "data-only"


def test_hashes_are_those_of_the_bytes_whatever_the_way(folder, scan_of):
    files = {file["path"]: file["sha256"] for file in scan_of(folder)["files"]}
    assert files == {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def test_a_file_of_the_very_limit_is_small(tmp_path):
    (tmp_path / "limit.bin").write_bytes(b"\0" * interface.WHOLE)
    (tmp_path / "over.bin").write_bytes(b"\0" * (interface.WHOLE + 1))
    events = scan_events(ScanOptions(str(tmp_path), audit=False, use_cache=False))
    assert [event["path"] for event in events if event["event"] == "verdict"] == ["over.bin"]


class Counted(BytesSource):
    def __init__(self, data):
        super().__init__(data)
        self.count = 0

    def read_at(self, offset, length):
        self.count += length
        return super().read_at(offset, length)


@pytest.mark.parametrize(
    "reads",
    [
        [],
        [(0, 10), (10, 990_000)],
        [(0, 1_000), (500, 999_500)],
        [(0, 100), (50, 100), (900_000, 100), (150, 10)],
        [(500, 1_000), (0, 600), (0, 1_000_000)],
        [(999_999, 1), (0, 0)],
    ],
)
def test_what_a_reader_went_through_is_hashed_on_the_way(reads):
    data = bytes(range(250)) * 4000
    source = Counted(data)
    hashed = HashedReads(source)
    for offset, length in reads:
        assert hashed.read_at(offset, length) == data[offset : offset + length]
    on_the_way = reads in ([(0, 10), (10, 990_000)], [(0, 1_000), (500, 999_500)])
    assert [*hashed.rest()][-1:] in ([], [len(data)])
    assert hashed.hexdigest() == hashlib.sha256(data).hexdigest()
    if on_the_way:
        assert source.count == sum(length for _, length in reads) + 1_000_000 - sum(reads[-1])


def test_a_read_that_fails_is_no_part_of_the_hash():
    hashed = HashedReads(BytesSource(b"abc"))
    with pytest.raises(ReadFailure):
        hashed.read_at(2, 5)
    list(hashed.rest())
    assert hashed.hexdigest() == hashlib.sha256(b"abc").hexdigest()


def test_an_empty_file_has_the_hash_of_nothing(tmp_path, scan_of):
    (tmp_path / "empty").touch()
    assert scan_of(tmp_path)["files"][0]["sha256"] == hashlib.sha256(b"").hexdigest()
