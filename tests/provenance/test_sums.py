"""The list of digests is what sha256sum writes and reads."""

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

from inspector.provenance.sums import sums_bytes, tree_digest

NAMES = ["b.txt", "a/x.bin", "a.txt", "Z", "ä.txt", "with space"]


def files_of(root: Path) -> list[tuple[str, str]]:
    return [
        (path.relative_to(root).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest())
        for path in root.rglob("*")
        if path.is_file()
    ]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in NAMES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    return tmp_path


def test_the_list_is_sorted_by_bytes_and_checks_with_coreutils(tree: Path, tmp_path: Path):
    (tree / "odd\nname\\").write_text("odd")
    listed = sums_bytes(files_of(tree))
    names = [line.split(b"  ", 1)[1] for line in listed.splitlines()]
    assert names == sorted(names) and names[0] == b"Z"
    if shutil.which("sha256sum"):
        subprocess.run(["sha256sum", "--strict", "--quiet", "-c", "-"], input=listed, cwd=tree, check=True)


def test_the_digest_is_that_of_the_documented_pipeline(tree: Path):
    listed = sums_bytes(files_of(tree))
    assert tree_digest(files_of(tree)) == hashlib.sha256(listed).hexdigest()
    if all(shutil.which(tool) for tool in ("find", "sort", "xargs", "sha256sum")):
        pipeline = "find . -type f | cut -c3- | LC_ALL=C sort | xargs -d '\\n' -r sha256sum | sha256sum"
        out = subprocess.run(["sh", "-c", pipeline], cwd=tree, capture_output=True, text=True, check=True)
        assert out.stdout.split()[0] == tree_digest(files_of(tree))


def test_the_digest_changes_with_a_name_as_with_a_byte():
    one = [("a", "0" * 64), ("b", "1" * 64)]
    assert tree_digest(one) != tree_digest([("a", "0" * 64), ("c", "1" * 64)])
    assert tree_digest(one) != tree_digest([("a", "0" * 64), ("b", "2" * 64)])
    assert tree_digest(one) == tree_digest(one[::-1])
