"""The watched folder: files are taken once they are complete, and once only."""

from __future__ import annotations

import gzip
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inspector import cli
from inspector.datasets.quarantine import Store
from inspector.datasets.quarantine.interface import Intake
from inspector.datasets.quarantine.watching import Watch, is_written_to
from inspector.provenance import Refused, UnreadableInput

INTAKE = Intake("ivan", "drop", contributor_column="user_id")


class Clock:
    """Time that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1e9

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "drop"
    path.mkdir()
    return path


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def watch(store: Store, folder: Path, clock: Clock) -> Watch:
    return Watch(store, folder, INTAKE, settle=2, clock=clock, today=lambda: 0.0)


@pytest.fixture
def drop(rows_file: Callable[..., Path], folder: Path) -> Callable[..., Path]:
    return lambda count, name="a.jsonl", first=0: rows_file(count, f"drop/{name}", first)


def outcomes(watch: Watch) -> list[tuple[str, str]]:
    return [(one.name, one.outcome) for one in watch.round()]


def test_a_file_is_taken_when_it_has_not_changed_for_a_while(
    watch: Watch, clock: Clock, drop: Any, store: Store, folder: Path, counts: Any
) -> None:
    path = drop(4)
    assert outcomes(watch) == [] and watch.waiting() == ["a.jsonl"]
    clock.now += 1
    with path.open("a") as file:
        file.write('{"prompt": "late", "user_id": "u9"}\n')
    assert outcomes(watch) == []
    clock.now += 1.9
    assert outcomes(watch) == []
    clock.now += 0.2
    assert outcomes(watch) == [("a.jsonl", "taken")]
    assert counts(store) == {"staged": 5} and watch.waiting() == []
    (kept,) = (folder / "taken").iterdir()
    assert kept.name.endswith("-a.jsonl") and len(kept.read_bytes().splitlines()) == 5
    assert outcomes(watch) == []


def test_a_file_that_was_changed_long_ago_is_not_waited_for(store: Store, folder: Path, drop: Any) -> None:
    drop(2)
    watch = Watch(store, folder, INTAKE, settle=2, clock=lambda: 0.0, today=lambda: 4e9)
    assert outcomes(watch) == [("a.jsonl", "taken")]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems do not tell")
def test_a_file_that_is_open_for_writing_waits(watch: Watch, clock: Clock, drop: Any) -> None:
    path = drop(2)
    outcomes(watch)
    clock.now += 5
    with path.open("ab"):
        assert is_written_to(path)
        assert outcomes(watch) == []
    with path.open("rb"):
        assert not is_written_to(path)
    assert outcomes(watch) == [("a.jsonl", "taken")]


def test_names_under_way_links_and_folders_are_left_alone(
    watch: Watch, clock: Clock, drop: Any, folder: Path, rows_file: Any
) -> None:
    for name in (".a.jsonl", "a.jsonl.part", "a.jsonl~", "A.TMP"):
        drop(1, name)
    (folder / "link.jsonl").symlink_to(rows_file(3, "elsewhere.jsonl"))
    (folder / "deep").mkdir()
    drop(1, "deep/a.jsonl")
    outcomes(watch)
    clock.now += 5
    assert outcomes(watch) == []


def test_a_kill_before_the_move_enters_nothing_twice(
    store: Store, folder: Path, drop: Any, counts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(4)

    def killed(*arguments: Any) -> None:
        raise KeyboardInterrupt

    first = Watch(store, folder, INTAKE, settle=0)
    monkeypatch.setattr(first, "_move", killed)
    with pytest.raises(KeyboardInterrupt):
        first.round()
    assert counts(store) == {"staged": 4} and (folder / "a.jsonl").exists()
    size = store.log_size()
    assert outcomes(Watch(store, folder, INTAKE, settle=0)) == [("a.jsonl", "known")]
    assert store.log_size() == size and not (folder / "a.jsonl").exists()
    assert counts(store) == {"staged": 4}


def test_killed_anywhere_in_a_round_nothing_is_lost_or_doubled(
    store: Store, folder: Path, rows_file: Any, counts: Any
) -> None:
    """A process that watches ends without any cleaning up before each step that reaches the disk."""
    if not hasattr(os, "fork"):
        pytest.skip("the system cannot fork")
    path = store.path
    store.close()
    for step in range(1, 60):
        rows_file(5, "drop/a.jsonl", first=5 * step)
        child = os.fork()
        if child == 0:
            try:
                _die_at(step)
                with Store.open(path) as opened:
                    Watch(opened, folder, INTAKE, settle=0).round()
                os._exit(0)
            finally:
                os._exit(3)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert code in (0, 9)
        with Store.open(path) as opened:
            Watch(opened, folder, INTAKE, settle=0).round()
            assert counts(opened) == {"staged": 5 * step}
            assert sum(one["n"] for one in opened.log_entries() if one["type"] == "add") == 5 * step
            assert not (folder / "a.jsonl").exists()
        if code == 0:
            break
    assert step > 4


def _die_at(step: int) -> None:
    left = step

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal left
        if event in ("os.rename", "os.mkdir", "os.remove", "test.fsync"):
            left -= 1
            if left <= 0:
                os._exit(9)

    os.fsync = lambda descriptor: sys.audit("test.fsync")
    sys.addaudithook(watch)


def test_what_is_no_source_is_put_aside_with_the_reason(store: Store, folder: Path, drop: Any) -> None:
    (folder / "letter.txt").write_text("Dear reviewer")
    drop(2, "no-column.jsonl")
    watch = Watch(store, folder, Intake("ivan", "drop", contributor_column="who"), settle=0)
    assert outcomes(watch) == [("letter.txt", "refused"), ("no-column.jsonl", "refused")]
    kept = sorted(one.name.split("-", 1)[1] for one in (folder / "refused").iterdir())
    assert kept == ["letter.txt", "letter.txt.why.txt", "no-column.jsonl", "no-column.jsonl.why.txt"]
    (why,) = (folder / "refused").glob("*column.jsonl.why.txt")
    assert "No row has a column who" in why.read_text()
    assert sum(store.states().values()) == 0


def test_refused_rows_are_named_beside_the_file(store: Store, folder: Path) -> None:
    (folder / "a.jsonl").write_text('{"user_id": "u", "t": 1}\nbroken\n')
    assert outcomes(Watch(store, folder, INTAKE, settle=0)) == [("a.jsonl", "taken")]
    (why,) = (folder / "taken").glob("*.why.txt")
    assert json.loads(why.read_text().splitlines()[0])["row"] == 1


def test_a_file_that_breaks_off_stays_until_it_is_whole(
    store: Store, folder: Path, rows_file: Any, counts: Any
) -> None:
    whole = gzip.compress(rows_file(3000).read_bytes())
    path = folder / "a.jsonl.gz"
    path.write_bytes(whole[: len(whole) // 2])
    watch = Watch(store, folder, INTAKE, settle=0)
    assert outcomes(watch) == [("a.jsonl.gz", "left")]
    assert outcomes(watch) == [] and counts(store) == {}
    path.write_bytes(whole)
    assert outcomes(watch) == [("a.jsonl.gz", "taken")] and counts(store) == {"staged": 3000}


def test_an_empty_file_is_left(store: Store, folder: Path) -> None:
    (folder / "a.jsonl").touch()
    watch = Watch(store, folder, INTAKE, settle=0)
    assert outcomes(watch) == [("a.jsonl", "left")] and outcomes(watch) == []


def test_a_store_that_takes_nothing_blames_no_file(
    store: Store, folder: Path, drop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = drop(2)
    watch = Watch(store, folder, INTAKE, settle=0)
    (store.path / "log.key").rename(store.path / "away")
    with pytest.raises(UnreadableInput, match="key"):
        watch.round()
    (store.path / "away").rename(store.path / "log.key")
    store._ledger.connection.execute("UPDATE fact SET value = '\"x\"' WHERE name = 'note'")
    with pytest.raises(Refused, match="not signed"):
        watch.round()
    assert path.exists()


def test_another_writer_at_work_leaves_the_files_for_the_next_round(
    store: Store, folder: Path, drop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(2)
    watch = Watch(store, folder, INTAKE, settle=0)
    store._ledger.connection.execute("PRAGMA busy_timeout = 0")
    with sqlite3.connect(store.path / "index.db", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        (left,) = watch.round()
        assert left.outcome == "left" and "another program" in left.why
        other.execute("ROLLBACK")
    other.close()
    assert outcomes(watch) == [("a.jsonl", "taken")]


def test_a_store_that_fails_in_the_middle_blames_no_file(
    store: Store, folder: Path, drop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = drop(2)
    real = store.take_in

    def without_key(*arguments: Any, **more: Any) -> Any:
        (store.path / "log.key").rename(store.path / "away")
        return real(*arguments, **more)

    monkeypatch.setattr(store, "take_in", without_key)
    with pytest.raises(UnreadableInput, match="key"):
        Watch(store, folder, INTAKE, settle=0).round()
    assert path.exists() and not (folder / "refused").exists()


def test_a_file_that_changes_while_it_is_read_is_read_once_more(
    store: Store, folder: Path, drop: Any, counts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = drop(2)
    real = store.take_in

    def with_a_late_row(*arguments: Any, **more: Any) -> Any:
        report = real(*arguments, **more)
        with path.open("a") as file:
            file.write('{"prompt": "late", "user_id": "u9"}\n')
        return report

    monkeypatch.setattr(store, "take_in", with_a_late_row)
    watch = Watch(store, folder, INTAKE, settle=0)
    assert outcomes(watch) == [("a.jsonl", "left")] and path.exists()
    monkeypatch.setattr(store, "take_in", real)
    assert outcomes(watch) == [("a.jsonl", "taken")]
    assert counts(store) == {"staged": 3}


def test_the_folder_and_the_store_are_apart(store: Store, tmp_path: Path) -> None:
    for bad in (store.path, store.path / "sets", tmp_path):
        with pytest.raises(UnreadableInput, match="within each other"):
            Watch(store, bad, INTAKE)
    with pytest.raises(UnreadableInput, match="no folder"):
        Watch(store, tmp_path / "none", INTAKE)


def test_once_takes_what_is_there(
    store: Store, folder: Path, drop: Any, capsys: pytest.CaptureFixture[str], counts: Any
) -> None:
    drop(3)
    command = ["quarantine", "watch", str(store.path), str(folder)]
    command += ["--contributor-col", "user_id", "--once", "--settle", "0", "--format", "json"]
    assert cli.run(command) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["file"], told["outcome"], told["new"]) == ("a.jsonl", "taken", 3)
    entry = store.log_entries()[-1]
    assert (entry["actor"]["name"], entry["source"]) == ("watch", "drop")
    assert cli.run(command) == 0 and capsys.readouterr().out == ""
    (folder / "b.txt").write_text("?")
    assert cli.run(command) == 2
    (folder / "c.jsonl").touch()
    assert cli.run(command) == 3
    assert counts(store) == {"staged": 3}


@pytest.mark.skipif(sys.platform == "win32", reason="the signal is another one on Windows")
def test_a_watch_takes_files_until_it_is_told_to_end(store: Store, folder: Path, drop: Any) -> None:
    command = [sys.executable, "-m", "inspector", "quarantine", "watch", str(store.path), str(folder)]
    command += ["--actor", "ivan", "--source", "drop", "--settle", "0", "--interval", "0.02"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        drop(2, "a.part").rename(folder / "a.jsonl")
        assert child.stdout.readline().startswith("taken: a.jsonl: 2 new")
        drop(2, "b.part", first=2).rename(folder / "b.jsonl")
        assert child.stdout.readline().startswith("taken: b.jsonl: 2 new")
        child.send_signal(signal.SIGTERM)
        assert child.wait(20) == 0
