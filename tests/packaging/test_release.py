"""A release is signed with the program's own record, and verified as a user would."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from inspector.cli import run

Script = Callable[[str], ModuleType]


@pytest.fixture(scope="module")
def files(built: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release") / "files"
    folder.mkdir()
    for path in built:
        shutil.copy(path, folder)
    return folder


@pytest.fixture
def key(tmp_path: Path) -> Path:
    assert run(["key", "new", str(tmp_path / "release.pem"), "--no-passphrase"]) == 0
    trust = ["--name", "R. Elease", "--role", "reviewer", "--trust", str(tmp_path / "trust.txt")]
    assert run(["trust", "add", str(tmp_path / "release.pub"), *trust]) == 0
    return tmp_path / "release.pem"


def test_the_record_of_a_release_is_signed_and_refuses_another_wheel(
    script: Script, files: Path, key: Path, tmp_path: Path
) -> None:
    trust = tmp_path / "trust.txt"
    record = script("packaging/release.py").sign(files, tmp_path / "out", key, trust, "R. Elease")
    verify = ["verify", str(record), "--trust", str(trust), "--project", "provenance-inspector", "--root"]
    assert run([*verify, str(files)]) == 0
    other = tmp_path / "downloaded"
    shutil.copytree(files, other)
    wheel = next(other.glob("*.whl"))
    wheel.write_bytes(wheel.read_bytes()[:-1] + b"\x01")
    assert run([*verify, str(other)]) == 1


def test_a_finding_that_nobody_accepted_is_not_signed(script: Script, key: Path, tmp_path: Path) -> None:
    release = script("packaging/release.py")
    files = tmp_path / "files"
    files.mkdir()
    (files / "added.pkl").write_bytes(b"cposix\nsystem\n(S'true'\ntR.")
    with pytest.raises(release.ReleaseFailed, match=r"nobody has accepted loading\.runs-code in added\.pkl"):
        release.sign(files, tmp_path / "out", key, tmp_path / "trust.txt", "R. Elease")
    assert not (tmp_path / "out" / "record").exists()


def test_a_release_folder_that_is_there_already_is_not_added_to(script: Script, tmp_path: Path) -> None:
    release = script("packaging/release.py")
    with pytest.raises(release.ReleaseFailed, match="starts with an empty folder"):
        release.gather(tmp_path, "HEAD", deb=False, offline=True)


def test_every_required_question_has_an_answer(script: Script) -> None:
    import tomllib

    checkout = Path(__file__).parents[2]
    answers = tomllib.loads((checkout / "packaging/release_review.toml").read_text(encoding="utf-8"))[
        "answers"
    ]
    assert all(entry["answer"] in ("yes", "n/a") and len(entry["note"]) > 15 for entry in answers.values())
