"""Results of earlier scans: used while nothing changed, and never in the way."""

import contextlib
import hashlib
import json
import os
import sqlite3
import stat
import sys

import pytest

from inspector import places
from inspector.cli.scan import json_bytes
from inspector.scan import results
from inspector.scan.answers import worth_keeping
from inspector.scan.readers import readers_digest
from inspector.scan.results import SavedResults
from inspector.scan.states import FileStates
from inspector.scan.work import Outcome
from inspector.sources import open_target
from inspector.sources.interface import Entry, EntryKind

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no time of change to go by")

PICKLE = b"cposix\nsystem\n(S'echo hello'\ntR."
HARMLESS = b"cposix\nsystex\n(S'echo hello'\ntR."


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    """Files of a test are younger than the two seconds that they would have to be old."""
    monkeypatch.setattr(results, "RACY_NANOSECONDS", -(10**12))


@pytest.fixture
def project(tmp_path):
    folder = tmp_path / "project"
    (folder / "src").mkdir(parents=True)
    (folder / "scaler.pkl").write_bytes(PICKLE)
    (folder / "src" / "train.py").write_text("import torch\ntorch.load('x.pt')\n")
    (folder / "requirements.txt").write_text("torch==2.6\n")
    (folder / "rows.jsonl").write_text('{"prompt": "a"}\n')
    (folder / "model.pkl").write_bytes(PICKLE)
    (folder / "broken.safetensors").write_bytes(b"not one")
    return folder


STATE = (1, 2, 3, 4, 5)


def keep(folder):
    saved = SavedResults(folder, "r")
    saved.keep(STATE, "a" * 64, "x", {"index": None})
    saved.close()
    return saved


def stable(result):
    return json_bytes({key: value for key, value in result.items() if key != "run"})


def database():
    return places.scan_results() / "results.sqlite3"


def test_the_second_scan_tells_the_same_and_reads_only_what_was_not_read_to_its_end(scan_of, project):
    without = scan_of(project, use_cache=False)
    assert not database().exists()
    first, second = scan_of(project), scan_of(project)
    assert stable(without) == stable(first) == stable(second)
    assert [each["run"]["reused"] for each in (without, first, second)] == [0, 0, 5]
    assert second["run"]["notes"] == []
    assert scan_of(project, use_cache=False)["run"]["reused"] == 0


def test_where_everything_is_known_no_worker_is_started(scan_of, project, monkeypatch):
    (project / "broken.safetensors").unlink()
    scan_of(project)
    monkeypatch.setattr("inspector.scan.pool.WorkerProcess", None)
    run = scan_of(project)["run"]
    assert run["reused"] == 5 and run["isolation"] is None


def test_other_bytes_behind_the_same_size_and_date_are_seen(scan_of, project):
    scan_of(project)
    (project / "other").write_bytes(HARMLESS)
    os.utime(project / "other", ns=((project / "scaler.pkl").stat().st_mtime_ns,) * 2)
    (project / "other").replace(project / "scaler.pkl")
    path = project / "model.pkl"
    before = path.stat()
    with path.open("r+b") as file:
        file.write(HARMLESS)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = path.stat()
    assert (after.st_size, after.st_mtime_ns, after.st_ino) == (
        before.st_size,
        before.st_mtime_ns,
        before.st_ino,
    )
    files = {file["path"]: file for file in scan_of(project)["files"]}
    assert files["model.pkl"]["imports"] == ["posix.systex"]
    assert files["scaler.pkl"]["imports"] == ["posix.systex"]  # another file in the place of one


def test_a_folder_swapped_for_a_link_shows_no_state_of_a_file_outside(tmp_path, project):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "train.py").write_text("x = 1\n")
    source = open_target(str(project))
    entries = {entry.path: entry for entry in source.entries()}
    (project / "src").rename(tmp_path / "aside")
    (project / "src").symlink_to(outside)
    states = FileStates(source)
    assert states.of(entries["src/train.py"]) is None
    assert states.of(entries["model.pkl"])[2] == len(PICKLE)
    (project / "model.pkl").unlink()
    (project / "model.pkl").symlink_to(outside / "train.py")
    assert states.of(entries["model.pkl"]) is None
    states.close()
    source.close()


def test_the_state_of_a_single_file_is_known_too(project):
    with contextlib.closing(open_target(str(project / "model.pkl"))) as source:
        states = FileStates(source)
        (entry,) = source.entries()
        assert states.of(entry)[2] == len(PICKLE)
        states.close()


def test_files_of_a_hub_cache_are_known_by_the_blobs_behind_their_links(scan_of, tmp_path):
    repository = tmp_path / "hub" / "models--acme--writer"
    for folder in ("blobs", "refs", f"snapshots/{'1' * 40}"):
        (repository / folder).mkdir(parents=True)
    name = hashlib.sha256(PICKLE).hexdigest()
    (repository / "refs" / "main").write_text("1" * 40)
    (repository / "blobs" / name).write_bytes(PICKLE)
    (repository / "snapshots" / ("1" * 40) / "model.bin").symlink_to(f"../../blobs/{name}")
    first, second = scan_of(tmp_path / "hub"), scan_of(tmp_path / "hub")
    assert first["target"]["kind"] == "hub-cache" and stable(first) == stable(second)
    assert second["run"]["reused"] == len(second["files"]) == 2


@pytest.mark.parametrize(
    ("older", "kept"), [(0, False), (1_900_000_000, False), (-(10**12), False), (2_100_000_000, True)]
)
def test_only_a_file_that_lay_still_for_two_seconds_is_kept(tmp_path, monkeypatch, older, kept):
    monkeypatch.setattr(results, "RACY_NANOSECONDS", 2 * 10**9)
    saved = SavedResults(tmp_path, "r")
    for modified, changed in ((saved._began - older, 1), (1, saved._began - older)):
        state = (1, 1, 1, modified, changed)
        saved.keep(state, "a" * 64, "x", {})
        saved._write()
        assert (saved.digest(state) is not None) is kept
    saved.close()


def test_where_the_time_of_change_is_none_nothing_is_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "HAS_TIME_OF_CHANGE", False)
    saved = SavedResults(tmp_path, "r")
    saved.keep(STATE, "a" * 64, "x", {})
    saved.close()
    assert saved.digest(STATE) is None and saved.note is None and not list(tmp_path.iterdir())


def test_other_readers_have_other_results_but_the_hash_stays(tmp_path):
    state = STATE
    one = SavedResults(tmp_path / "c", "readers 1")
    one.keep(state, "a" * 64, "x", {"artifact": {}})
    one.close()
    same, other = SavedResults(tmp_path / "c", "readers 1"), SavedResults(tmp_path / "c", "readers 2")
    assert same.digest(state) == other.digest(state) == "a" * 64
    assert same.values("a" * 64, "x") == {"artifact": {}}
    assert same.values("a" * 64, "y") == other.values("a" * 64, "x") == {}
    same.close()
    other.close()


def test_the_version_of_the_readers_is_part_of_the_key(monkeypatch):
    before = readers_digest()
    monkeypatch.setattr("inspector.artifacts.READER_VERSION", "next")
    assert readers_digest() != before


def test_numbers_past_63_bits_are_kept(tmp_path):
    state = (2**64 - 1, 2**64 - 1, 7, 1, 2)
    saved = SavedResults(tmp_path, "r")
    saved.keep(state, "b" * 64, "x", {})
    saved.close()
    again = SavedResults(tmp_path, "r")
    assert again.digest(state) == "b" * 64
    assert again.digest((*state[:4], 3)) is None
    again.close()


def test_nobody_else_may_read_it(tmp_path):
    keep(tmp_path / "new" / "scan")
    assert stat.S_IMODE((tmp_path / "new" / "scan" / "results.sqlite3").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "new" / "scan").stat().st_mode) == 0o700


def test_a_damaged_file_is_thrown_away_and_said_once(tmp_path):
    keep(tmp_path)
    (tmp_path / "results.sqlite3").write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    damaged = SavedResults(tmp_path, "r")
    assert damaged.digest(STATE) is None and "damaged" in damaged.note
    damaged.close()
    keep(tmp_path)
    again = SavedResults(tmp_path, "r")
    assert again.digest(STATE) == "a" * 64 and again.note is None
    again.close()


def test_rows_that_are_none_of_ours_are_not_believed(scan_of, project):
    whole = stable(scan_of(project))
    connection = sqlite3.connect(database())
    keys = [row[0] for row in connection.execute("SELECT key FROM results ORDER BY key")]
    wrong = [
        b"no zlib",
        results.zlib.compress(b"[1, 2]"),
        results.zlib.compress(json.dumps({"artifact": {"loading": "fine"}}).encode()),
        results.zlib.compress(b" " * (results._MAX_VALUE + 1)),
    ]
    for key, value in zip(keys, wrong, strict=False):
        connection.execute("UPDATE results SET value = ? WHERE key = ?", (value, key))
    connection.commit()
    connection.close()
    assert stable(scan_of(project)) == whole


def test_a_place_that_cannot_be_written_is_said_once(scan_of, project, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("INSPECTOR_HOME", str(tmp_path / "file"))
    result = scan_of(project)
    assert len(result["files"]) == 6
    (note,) = result["run"]["notes"]
    assert "could not be used" in note


def test_a_full_disk_is_said_once(tmp_path, monkeypatch):
    class Full(sqlite3.Connection):
        def executemany(self, *_):
            raise sqlite3.OperationalError("database or disk is full")

    real = sqlite3.connect
    monkeypatch.setattr(results.sqlite3, "connect", lambda *a, **k: real(*a, factory=Full, **k))
    saved = keep(tmp_path)
    assert "disk is full" in saved.note and not saved.usable


def test_one_that_is_locked_for_long_is_left_alone(tmp_path, monkeypatch):
    keep(tmp_path)
    monkeypatch.setattr(results, "_LOCK_SECONDS", 0.05)
    holder = sqlite3.connect(tmp_path / "results.sqlite3", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    saved = keep(tmp_path)
    holder.close()
    assert "locked" in saved.note and not saved.usable


def test_two_at_once_keep_what_both_have_read(tmp_path):
    one, two = SavedResults(tmp_path, "r"), SavedResults(tmp_path, "r")
    for number in range(results._BATCH + 10):
        one.keep((1, number, 1, 1, 1), "a" * 64, f"one{number}", {"index": None})
        two.keep((2, number, 1, 1, 1), "b" * 64, f"two{number}", {"index": None})
    one.close()
    two.close()
    third = SavedResults(tmp_path, "r")
    for number in (0, results._BATCH + 9):
        assert third.digest((1, number, 1, 1, 1)) == "a" * 64
        assert third.values("b" * 64, f"two{number}") == {"index": None}
    assert third.note is None
    third.close()


def test_what_was_not_used_for_longest_goes_first(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "MAX_BYTES", 200_000)
    old = SavedResults(tmp_path, "r")
    old._today = 1
    for number in range(200):
        old.keep((1, number, 1, 1, 1), "a" * 64, f"old{number}", {"artifact": os.urandom(300).hex()})
    old.close()
    new = SavedResults(tmp_path, "r")
    for number in range(300):
        new.keep((2, number, 1, 1, 1), "b" * 64, f"new{number}", {"artifact": os.urandom(300).hex()})
    new.close()
    assert (tmp_path / "results.sqlite3").stat().st_size <= 200_000
    again = SavedResults(tmp_path, "r")
    assert again.values("a" * 64, "old0") == {} and again.values("b" * 64, "new299")
    again.close()


def test_what_was_not_read_to_its_end_is_tried_again():
    values = {
        "artifact": {"loading": "unreadable"},
        "index": {"partly": "It is too large."},
        "manifest": {"error": "It is broken."},
        "dataset": None,
        "hash": "a" * 64,
    }
    outcome = Outcome(Entry("x", EntryKind.FILE, 1), values)
    assert worth_keeping(outcome) == {"dataset": None}
    outcome.values["artifact"] = {"loading": "runs-code"}
    assert set(worth_keeping(outcome)) == {"artifact", "dataset"}
