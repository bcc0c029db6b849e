"""The manifest is what coreutils would write, and names everything it could not list."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from inspector.provenance import Refused
from inspector.record.manifest import Manifest, hash_target, refuse_unlisted
from inspector.sources import open_target


def manifest_of(root: Path, exclude: tuple[str, ...] = ()) -> Manifest:
    source = open_target(str(root), exclude=exclude)
    try:
        return hash_target(source)
    finally:
        source.close()


def test_the_list_is_what_sha256sum_writes(project: Path) -> None:
    if shutil.which("sha256sum") is None:
        pytest.fail("this test needs sha256sum, which every Linux has")
    manifest = manifest_of(project)
    names = [one.name for one in manifest.files]
    assert names == sorted(names, key=str.encode)
    done = subprocess.run(["sha256sum", *names], cwd=project, capture_output=True, check=True)
    assert manifest.sums == done.stdout


def test_the_digest_is_the_dirhash_of_in_toto(project: Path) -> None:
    (project / "a\\b\nc").unlink()  # the recipe itself cannot carry such a name
    shutil.rmtree(project / ".git")
    recipe = "find . -type f | cut -c3- | LC_ALL=C sort | tr '\\n' '\\0' | xargs -0 -r sha256sum | sha256sum"
    done = subprocess.run(["sh", "-c", recipe], cwd=project, capture_output=True, text=True, check=True)
    assert manifest_of(project).sha256 == done.stdout.split()[0]


def test_left_out_folders_are_named(project: Path) -> None:
    (project / "weights" / "__pycache__").mkdir()
    (project / "weights" / "__pycache__" / "x.pyc").write_bytes(b"x")
    manifest = manifest_of(project, exclude=("app.py",))
    assert [(one.path, one.rule) for one in manifest.left_out] == [
        (".git", "version-control"),
        ("app.py", "exclude: app.py"),
        ("weights/__pycache__", "byte-code"),
    ]
    assert "app.py" not in [one.name for one in manifest.files]


def test_links_inside_are_listed_by_their_text(project: Path) -> None:
    (project / "latest").symlink_to("weights/layer.safetensors")
    assert manifest_of(project).links == (("latest", "weights/layer.safetensors"),)


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (lambda root: (root / "out").symlink_to("/etc/hostname"), "out"),
        (lambda root: (root / "up").symlink_to("../elsewhere"), "up"),
        (lambda root: (root / "gone").symlink_to("nothing"), "gone"),
        (lambda root: (root / "absolute").symlink_to(root / "app.py"), "absolute"),
        (lambda root: os.mkfifo(root / "pipe"), "pipe"),
        (lambda root: (root / os.fsdecode(b"bad\xff")).write_bytes(b"x"), "UTF-8"),
    ],
)
def test_what_has_no_digest_stops_an_approval(project: Path, make: object, word: str) -> None:
    refuse_unlisted(manifest_of(project))
    make(project)  # type: ignore[operator]
    with pytest.raises(Refused, match=word) as caught:
        refuse_unlisted(manifest_of(project))
    assert caught.value.code == "not-listed"


def test_an_empty_folder_has_an_empty_list(tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    manifest = manifest_of(tmp_path / "nothing")
    assert manifest.sums == b""
    assert manifest.sha256 == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_a_single_file_is_a_list_of_one(project: Path) -> None:
    assert [one.name for one in manifest_of(project / "model.bin").files] == ["model.bin"]
