"""A cache of the hub, whose files are links to blobs: approved as it lies, and held to its bytes."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from inspector.cli import run as inspector
from inspector.gate.guard import NotApproved, open_verified
from inspector.record import trust
from inspector.record.keys import FileKey, save_key
from inspector.record.verify import verify_record
from inspector.review import Review

COMMIT = "0123456789abcdef0123456789abcdef01234567"
WEIGHTS = b"\x08\0\0\0\0\0\0\0{}      "  # safetensors without a tensor
TOP = "models--acme--tiny"


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    top = tmp_path / "hub" / TOP
    snapshot = top / "snapshots" / COMMIT
    for folder in (snapshot, top / "blobs", top / "refs"):
        folder.mkdir(parents=True)
    (top / "refs" / "main").write_text(COMMIT)
    config = b'{"model_type":"x"}\n'
    blobs = {
        "model.safetensors": (hashlib.sha256(WEIGHTS).hexdigest(), WEIGHTS),
        "config.json": (hashlib.sha1(b"blob %d\0%s" % (len(config), config)).hexdigest(), config),
    }
    for name, (digest, content) in blobs.items():
        (top / "blobs" / digest).write_bytes(content)
        (snapshot / name).symlink_to(f"../../blobs/{digest}")
    return tmp_path / "hub"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where packages are kept: the cache is the same in every test, and a scan takes a second."""
    return tmp_path_factory.mktemp("made")


@pytest.fixture
def signed(
    tmp_path: Path, made: Path, key: FileKey, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Path], Path]:
    """Reviews a target by the commands and signs it; gives the package."""
    monkeypatch.setenv("INSPECTOR_HOME", str(tmp_path / "home"))

    def run(target: Path) -> Path:
        out = made / target.name
        if out.exists():
            return out
        save_key(key, tmp_path / "me.pem", None)
        file = tmp_path / "s.review"
        assert inspector(["review", "new", str(target), "-o", str(file), "--offline"]) == 0
        with Review.open(file) as review:
            for question in review.questions():
                review.answer(question.id, "yes")
        words = ["sign", str(file), "--key", str(tmp_path / "me.pem"), "--reviewer", "Ana Suárez"]
        words += ["--decision", "approved", "--valid-until", "2999-12-31", "--model-signatures"]
        assert inspector([*words, "-o", str(out)]) == 0
        return out

    return run


@pytest.fixture
def judge(trust_file: Path, gate: ModuleType) -> Callable[[Path, Path], list[str]]:
    """The codes by which a package is refused over a root; the gate says the same."""

    def run(package: Path, root: Path) -> list[str]:
        report = verify_record(package, trust.load(trust_file), root=root)
        words = [str(package), "--root", str(root), "--trust", str(trust_file)]
        assert gate.main(words) == (0 if report.ok else 1)
        return [check.code for check in report.refusals]

    return run


@pytest.mark.parametrize("target", ["", TOP])
def test_the_cache_passes_as_it_lies_copied_and_seen_from_either_folder(
    cache: Path, signed: Any, judge: Any, tmp_path: Path, target: str
) -> None:
    package = signed(cache / target)
    assert judge(package, cache) == judge(package, cache / TOP) == []
    (flat,) = (package / "model-signatures").glob("*.sig")
    assert COMMIT in flat.name
    shutil.copytree(cache, tmp_path / "copied")  # the links are read through, as `cp -rL` does
    assert judge(package, tmp_path / "copied") == []


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda top: next((top / "blobs").glob("?" * 64)).write_bytes(WEIGHTS[:-1] + b"\n"), "changed"),
        (lambda top: _relink(top, f"../../blobs/{os.listdir(top / 'blobs')[0]}x"), "link"),
        (lambda top: (_outside(top), _relink(top, "../../../../outside.bin")), "link"),
        (lambda top: (_outside(top), _relink(top, str(top.parents[1] / "outside.bin"))), "link"),
        (lambda top: _relink(top, "../../refs/main"), "link"),
        (lambda top: _relink(top, "config.json"), "changed"),
        (lambda top: (top / "snapshots" / COMMIT / "x.bin").symlink_to("config.json"), "link"),
        (lambda top: (top / "snapshots" / COMMIT / "x.bin").write_bytes(b"x"), "extra"),
        (lambda top: (top / "blobs").rename(top / "b") and (top / "blobs").symlink_to("b"), "link"),
    ],
)
def test_what_is_not_the_approved_blob_is_refused(
    cache: Path, signed: Any, judge: Any, spoil: Any, code: str
) -> None:
    package = signed(cache)
    spoil(cache / TOP)
    assert judge(package, cache)[0] == code


def _outside(top: Path) -> None:
    (top.parents[1] / "outside.bin").write_bytes(WEIGHTS)


def _relink(top: Path, target: str) -> None:
    link = top / "snapshots" / COMMIT / "model.safetensors"
    link.unlink()
    link.symlink_to(target)


def test_the_guard_reads_the_blob(cache: Path, signed: Any, trust_file: Path) -> None:
    package = signed(cache)
    where = {"record": package, "trust": trust_file, "root": cache}
    path = cache / TOP / "snapshots" / COMMIT / "model.safetensors"
    with open_verified(path, **where) as stream:
        assert stream.read() == WEIGHTS
    _outside(cache / TOP)
    _relink(cache / TOP, "../../../../outside.bin")
    with pytest.raises(NotApproved):
        open_verified(path, **where)


def test_a_record_of_a_plain_folder_allows_no_such_link(scene: Any) -> None:
    (scene.root / "blobs").mkdir()
    (scene.root / "model.bin").rename(scene.root / "blobs" / "a")
    (scene.root / "model.bin").symlink_to("blobs/a")
    assert scene.by_verify()[1][0] == "link"
    assert json.loads(json.dumps(scene.payload()))["predicate"]["scope"]["symlinks"] == "refuse"
