"""Killed at any moment, each command leaves what was there, or the whole of what it was to make."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from inspector.gate import inspector_gate
from inspector.record import trust
from inspector.record.keys import load_key, save_key
from inspector.record.verify import verify_record
from inspector.review import Review

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="kills copies of this process")
# What changes a disk, or is about to: a kill between two of these is all that can be told apart later.
WRITING = {
    "open",
    "write",
    "flush",
    "close",
    "fsync",
    "mkdir",
    "chmod",
    "link",
    "rename",
    "replace",
    "unlink",
}
WRITING |= {"execute", "executemany", "writelines", "rmdir"}
KILLS = 4  # per command, at moments of its own; each is one process


@pytest.fixture
def place(
    tmp_path: Path, project: Path, real_review: Path, key: Any, second_key: Any, sign: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:  # fmt: skip
    """A folder with a review, keys, a trust store and a signed package, as the commands find it."""
    monkeypatch.setenv("INSPECTOR_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1780000000")
    save_key(key, tmp_path / "me.pem", None)
    save_key(second_key, tmp_path / "two.pem", None)
    store = tmp_path / "store.txt"
    trust.add(store, key.public, name="Ana Suárez", roles=["reviewer"])
    trust.add(store, second_key.public, name="Bo", roles=["lead"])
    sign(out=tmp_path / "signed")
    return tmp_path


def finding(place: Path) -> str:
    with Review.open(place / "real.review", read_only=True) as review:
        return review.findings()[0].finding.id


def run(words: Sequence[object], stop_at: int | None = None) -> int:
    """Runs one command in a copy of this process, killed at its call number ``stop_at`` that writes. Gives
    how many there were where it was not killed."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        calls = 0

        def count(_frame: object, event: str, argument: object) -> None:
            nonlocal calls
            if event == "c_call" and getattr(argument, "__name__", "") in WRITING:
                calls += 1
                if calls == stop_at:
                    os.kill(os.getpid(), signal.SIGKILL)

        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        sys.setprofile(count)
        try:
            code = _main([str(word) for word in words])
        finally:
            sys.setprofile(None)
            os.write(writing, json.dumps([calls, code]).encode())
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as stream:
        said = stream.read()
    if not said:
        return 0
    calls, code = json.loads(said)
    assert code == 0, words
    return int(calls)


def _main(words: list[str]) -> int:
    if words[0] == "gate":
        return inspector_gate.main(words[1:])
    from inspector.cli import run as command_line

    return command_line(words)


# --- What must hold after a kill ---------------------------------------------------------------------------


def review_opens(place: Path) -> None:
    with Review.open(place / "real.review") as review:
        assert review.scan() is not None
        assert {item.because for item in review.findings()} <= {"sandboxed", "again"}


def import_is_whole(place: Path) -> None:
    review_opens(place)
    with Review.open(place / "real.review") as review:
        for one in review.imports():
            assert len(one.proposals) == (one.counts or {})["proposed"]


def new_review_opens(place: Path) -> None:
    if (place / "new.review").exists():
        Review.open(place / "new.review").close()


def package_verifies(name: str) -> Callable[[Path], None]:
    def check(place: Path) -> None:
        if (place / name).exists():
            report = verify_record(place / name, trust.load(place / "store.txt"))
            assert report.ok
            assert not [one for one in report.warnings if one.code == "package-incomplete"]

    return check


def store_stands(place: Path) -> None:
    assert len(trust.load(place / "store.txt")) in (2, 3)


def key_is_whole(place: Path) -> None:
    if (place / "new.pem").exists():
        assert (place / "new.pub").read_bytes() == load_key(place / "new.pem", None).public.pem


def state_is_whole(place: Path) -> None:
    if (place / "state.json").exists():
        assert json.loads((place / "state.json").read_text())["projects"]


def export_is_whole(name: str, check: Callable[[bytes], object]) -> Callable[[Path], None]:
    def look(place: Path) -> None:
        if (place / name).exists():
            check((place / name).read_bytes())

    return look


def ends_as_html(raw: bytes) -> None:
    assert raw.rstrip().endswith(b"</html>")


SIGN = ("sign", "real.review", "--key", "me.pem", "--decision", "approved-with-exceptions")
SIGN += ("--reviewer", "Ana Suárez", "--valid-until", "2999-12-31")
COMMANDS: dict[str, tuple[tuple[str, ...], Callable[[Path], None]]] = {
    "review new": (("review", "new", "assistant", "-o", "new.review", "--offline"), new_review_opens),
    "review decide": (
        ("review", "decide", "real.review", "FINDING", "--state", "fixed", "--because", "again"),
        review_opens,
    ),
    "review answer": (("review", "answer", "real.review", "provenance.lineage", "partial"), review_opens),
    "review undo": (("review", "undo", "real.review"), review_opens),
    "review import": (("review", "import", "real.review", "signed", "--trust", "store.txt"), import_is_whole),
    "sign": ((*SIGN, "-o", "out", "--model-signatures"), package_verifies("out")),
    "sign --zip": ((*SIGN, "-o", "out", "--zip", "out.zip"), package_verifies("out.zip")),
    "countersign": (
        ("countersign", "signed", "--key", "two.pem", "--name", "Bo", "--role", "lead"),
        package_verifies("signed"),
    ),
    "export html": (
        ("export", "real.review", "--format", "html", "-o", "r.html"),
        export_is_whole("r.html", ends_as_html),
    ),
    "export oscal": (
        ("export", "real.review", "--format", "oscal", "-o", "r.json"),
        export_is_whole("r.json", json.loads),
    ),
    "key new": (("key", "new", "new.pem", "--no-passphrase"), key_is_whole),
    "key import": (("key", "import", "me.pem", "-o", "new.pem", "--no-passphrase"), key_is_whole),
    "trust add": (
        ("trust", "add", "third.pub", "--name", "Cy", "--role", "r", "--trust", "store.txt"),
        store_stands,
    ),
    "trust revoke": (
        ("trust", "revoke", "KEYID", "--reason", "compromised", "--trust", "store.txt"),
        store_stands,
    ),
    "verify --state": (("verify", "signed", "--trust", "store.txt", "--state", "state.json"), state_is_whole),
    "gate --state": (
        ("gate", "signed", "--root", "assistant", "--trust", "store.txt", "--state", "state.json"),
        state_is_whole,
    ),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_kill_leaves_the_old_or_the_whole_new(place: Path, name: str, second_key: Any) -> None:
    from inspector.record.keys import new_key

    save_key(new_key(), place / "third.pem", None)
    words, holds = COMMANDS[name]
    values = {"FINDING": finding(place), "KEYID": second_key.public.keyid}
    command = [values.get(word, word) for word in words]
    before = place.parent / f"{place.name}-before"
    shutil.copytree(place, before, symlinks=True)

    def put_back() -> None:
        for path in place.iterdir():
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        shutil.copytree(before, place, symlinks=True, dirs_exist_ok=True)

    calls = run(command)
    assert calls > 0
    holds(place)
    chance = random.Random(name)
    # What is written is written in the last few calls: the distance to the end is spread over magnitudes.
    moments = [max(1, calls - int(calls ** ((part + chance.random()) / KILLS))) for part in range(KILLS)]
    for moment in moments[:2] if name == "review new" else moments:  # a whole scan each
        put_back()
        run(command, stop_at=moment)
        holds(place)
    shutil.rmtree(before)
