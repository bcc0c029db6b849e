"""The gate at its bounds: names, links, and each way in which a tree is another."""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path
from typing import Any

import pytest
from gate_by_hand import Record

from inspector.gate import inspector_gate as gate

# --- Names and trees -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        *(("a", True), ("a/b", True), ("...", True), ("a..b", True), ("ü", True), ("a\nb", True)),
        *(("", False), ("/a", False), ("a/", False), ("a//b", False), (".", False), ("..", False)),
        *(("a/../b", False), ("./a", False), ("a\0", False), ("\udc80", False)),
    ],
)
def test_a_clean_name(name: str, clean: bool) -> None:
    assert gate.clean_name(name) is clean


@pytest.mark.parametrize(
    ("name", "target", "inside"),
    [
        *(("a", "b", True), ("a", "../b", False), ("d/a", "../b", True), ("d/a", "../../b", False)),
        *(("a", "x/../b", True), ("a", "x/../../b", False), ("a", "./b", True), ("a", ".", True)),
        *(
            ("d/a", "..", True),
            ("a", "..", False),
            ("a", "/etc", False),
            ("a", "\\x", False),
            ("a", "", False),
        ),
        *(
            ("a", "x\0", False),
            ("d/a", "../x/../../y/..", False),
            ("d/e/a", "../../b", True),
            ("a", "x//../b", True),
        ),
    ],
)
def test_a_link_that_stays_inside(name: str, target: str, inside: bool) -> None:
    assert gate._stays_inside(name, target) is inside


def test_a_line_of_sha256sum() -> None:
    assert gate.sums_line("ab", "x y") == b"ab  x y\n"
    for char, shown in (("\\", b"\\\\"), ("\n", b"\\n"), ("\r", b"\\r")):
        assert gate.sums_line("ab", f"x{char}") == b"\\ab  x" + shown + b"\n"


@pytest.mark.parametrize("name", [".git", ".hg", ".svn", "__pycache__"])
def test_each_folder_that_a_rule_leaves_out(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "x").write_bytes(b"")
    rule = "byte-code" if name == "__pycache__" else "version-control"
    assert gate.walk(str(tmp_path), [rule], {}, {}).left_out == {name: rule}
    assert gate.walk(str(tmp_path), ["virtual-environment"], {}, {}).files == {f"{name}/x": 0}
    assert gate.walk(str(tmp_path), [rule], {}, {f"{name}/x": gate.ListedFile(0, "ab" * 32)}).files == {
        f"{name}/x": 0
    }


@pytest.mark.parametrize("name", [".venv", "venv", ".env", "env", ".virtualenv", "virtualenv", "other"])
def test_each_usual_name_of_an_environment(tmp_path: Path, name: str) -> None:
    rule = "virtual-environment"
    (tmp_path / name).mkdir()
    assert gate.walk(str(tmp_path), [rule], {}, {}).left_out == {}
    (tmp_path / name / "pyvenv.cfg").mkdir()
    assert gate.walk(str(tmp_path), [rule], {}, {}).left_out == {}
    (tmp_path / name / "pyvenv.cfg").rmdir()
    (tmp_path / name / "pyvenv.cfg").write_bytes(b"x")
    left = {} if name == "other" else {name: rule}
    assert gate.walk(str(tmp_path), [rule], {}, {}).left_out == left
    assert gate.walk(str(tmp_path), ["byte-code"], {}, {}).left_out == {}


def test_what_a_walk_puts_where(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "file").write_bytes(b"123")
    (tmp_path / "link").symlink_to("a")
    (tmp_path / "named").mkdir()
    (tmp_path / "one").write_bytes(b"1")
    os.mkfifo(tmp_path / "pipe")
    tree = gate.walk(str(tmp_path), [], {"named": "excluded", "one": "excluded"}, {})
    assert tree.files == {"a/b/file": 3}
    assert tree.links == {"link": "a"}
    assert (tree.special, tree.denied) == (["pipe"], [])
    assert tree.left_out == {"named": "excluded", "one": "excluded"}
    assert gate.walk(str(tmp_path / "none"), [], {}, {}).denied == ["."]


@pytest.mark.parametrize(
    "suffix",
    [
        *(".pkl", ".pickle", ".pt", ".pth", ".bin", ".ckpt", ".joblib", ".npy", ".npz", ".h5", ".keras"),
        *(".py", ".pyc", ".so", ".dll", ".dylib", ".onnx", ".gguf", ".nemo", ".safetensors", ".mar", ".PT"),
    ],
)
def test_each_suffix_that_a_loader_opens(tmp_path: Path, suffix: str) -> None:
    (tmp_path / "out").mkdir()
    for name in (f"out/a{suffix}", "out/a.txt", f"b{suffix}", "b.txt"):
        (tmp_path / name).write_bytes(b"")
    assert gate._loadable(str(tmp_path), "out") == [f"out/a{suffix}"]
    assert gate._loadable(str(tmp_path), f"b{suffix}") == [f"b{suffix}"]
    assert gate._loadable(str(tmp_path), "b.txt") == []


def test_a_look_at_what_was_left_out_has_an_end(tmp_path: Path) -> None:
    for number in range(9):
        (tmp_path / "out" / str(number)).mkdir(parents=True)
        (tmp_path / "out" / str(number) / "a.py").write_bytes(b"")
    assert gate._loadable(str(tmp_path), "out", 29) == [f"out/{number}/a.py" for number in range(9)]
    assert gate._loadable(str(tmp_path), "out", 10) == ["out/0/a.py"]
    assert gate._loadable(str(tmp_path), "out", 13) == ["out/0/a.py", "out/1/a.py"]


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1])
def test_a_file_is_hashed_to_its_stated_size(tmp_path: Path, size: int) -> None:
    content = b"\5" * size
    path = tmp_path / "file"
    path.write_bytes(content)
    whole = gate.ListedFile(size, hashlib.sha256(content).hexdigest())
    assert gate.changed_files(str(tmp_path), {"file": whole}, workers=1) == []
    for wrong in (
        whole._replace(size=size + 1),
        whole._replace(size=size - 1),
        whole._replace(sha256="0" * 64),
    ):
        assert gate.changed_files(str(tmp_path), {"file": wrong}) == ["file"]
    assert gate.changed_files(str(tmp_path), {"none": whole}) == ["none"]


def test_every_one_of_many_files_is_hashed(tmp_path: Path) -> None:
    listed = {}
    for number in range(405):
        content = b"%d" % number
        (tmp_path / str(number)).write_bytes(content)
        listed[str(number)] = gate.ListedFile(len(content), hashlib.sha256(content).hexdigest())
    large = b"x" * ((1 << 20) + 1)
    (tmp_path / "large").write_bytes(large)
    listed["large"] = gate.ListedFile(len(large), hashlib.sha256(large).hexdigest())
    for name in ("0", "199", "200", "399", "400", "404", "large"):
        (tmp_path / name).write_bytes((tmp_path / name).read_bytes()[:-1] + b"!")
    for workers in (1, 3, None):
        found = gate.changed_files(str(tmp_path), listed, workers)
        assert sorted(found) == ["0", "199", "200", "399", "400", "404", "large"]


def test_names_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    inside = [gate._stays_inside("d/a", target) for target in ("b", "C:b", "..\\b", "..\\..\\b")]
    assert inside == [True, True, True, True]
    monkeypatch.setattr(os, "name", "nt")
    clean = [gate.clean_name(name) for name in ("a/b", "a\\b", "C:a", "a")]
    inside = [gate._stays_inside("d/a", target) for target in ("b", "C:b", "..\\b", "..\\..\\b")]
    monkeypatch.undo()
    assert clean == [True, False, False, True]
    assert inside == [True, False, True, False]


def test_what_went_away_or_may_not_be_looked_at_is_denied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("folder")
    (tmp_path / "file").write_bytes(b"x")
    scan = os.scandir

    def no_link(path: Any) -> str:
        raise PermissionError(13, "Permission denied")

    def no_folder(path: Any) -> Any:
        if str(path).endswith("folder"):
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "readlink", no_link)
    monkeypatch.setattr(os, "scandir", no_folder)
    tree = gate.walk(str(tmp_path), [], {}, {})
    monkeypatch.undo()
    assert sorted(tree.denied) == ["folder", "link"]
    assert tree.files == {"file": 1}


@pytest.mark.parametrize(
    ("spoil", "codes"),
    [
        (lambda root: (root / "a").write_bytes(b"abd"), ["changed"]),
        (lambda root: (root / "a").write_bytes(b"abcd"), ["changed"]),
        (lambda root: (root / "a").unlink(), ["missing"]),
        (lambda root: (root / "b").write_bytes(b""), ["extra"]),
        (lambda root: (root / "l").unlink(), ["link"]),
        (lambda root: ((root / "l").unlink(), (root / "l").symlink_to("d/x")), ["link"]),
        (lambda root: (root / "m").symlink_to("a"), ["link"]),
        (lambda root: os.mkfifo(root / "p"), ["special"]),
        (lambda root: ((root / "a").unlink(), os.mkfifo(root / "a")), ["special"]),
        (lambda root: ((root / "a").unlink(), (root / "a").symlink_to("d/x")), ["link"]),
        (lambda root: ((root / "a").write_bytes(b"x"), (root / "b").write_bytes(b"")), ["changed", "extra"]),
        (lambda root: ((root / "d" / "x").unlink(), (root / "d").rmdir()), ["missing"]),
    ],
)
def test_each_way_a_tree_is_another(record: Record, tmp_path: Path, spoil: Any, codes: list[str]) -> None:
    root = tmp_path / "root"
    (root / "d").mkdir(parents=True)
    for name in ("a", "d/x"):
        (root / name).write_bytes(b"abc")
    (root / "l").symlink_to("a")
    record.files = {name: (3, hashlib.sha256(b"abc").hexdigest()) for name in ("a", "d/x")}
    record.links = [{"name": "l", "target": "a"}]
    assert record.codes(root=str(root)) == []
    spoil(root)
    assert record.codes(root=str(root)) == codes
    told = [check.result for check in record.judged(root=str(root)).checks if check.check == "bytes"]
    assert told == ["failed"] * len(codes)


@pytest.mark.parametrize(
    ("links", "inside"),
    [
        *(({"l": "a"}, True), ({"l": ".."}, False), ({"d/l": ".."}, True), ({"d/l": "../.."}, False)),
        *(({"a": "d/e", "l": "a/../x"}, True), ({"a": ".", "l": "a/../x"}, False)),
        *(({"a": "d", "l": "a/../../x"}, False), ({"l": "l"}, False), ({"l": "m", "m": "l"}, False)),
        *(({"d/e/l": "../f", "d/f": "../../x"}, False), ({"d/e/l": "../f", "d/f": "../x"}, True)),
    ],
)
def test_a_link_is_followed_through_other_links(links: dict[str, str], inside: bool) -> None:
    name = next((one for one in links if one.endswith("l")), "l")
    assert gate._ends_inside(name, links) is inside


@pytest.mark.parametrize(("length", "inside"), [(39, True), (40, True), (41, False)])
def test_so_many_links_are_followed(length: int, inside: bool) -> None:
    links = {f"l{number}": f"l{number + 1}" for number in range(length)}
    assert gate._ends_inside("l0", links) is inside


def test_a_link_of_windows_is_split_at_either_stroke(monkeypatch: pytest.MonkeyPatch) -> None:
    links = {"d/l": "..\\..\\x"}
    assert gate._ends_inside("d/l", links) is True
    monkeypatch.setattr(os, "name", "nt")
    found = gate._ends_inside("d/l", links)
    monkeypatch.undo()
    assert found is False


def test_only_a_record_of_a_cache_lets_links_lead_to_blobs(record: Record, tmp_path: Path) -> None:
    top = tmp_path / "hub" / "models--a--b"
    (top / "blobs").mkdir(parents=True)
    (top / "blobs" / "00").write_bytes(b"abc")
    (top / "snapshots").mkdir()
    (top / "snapshots" / "model.bin").symlink_to("../blobs/00")
    name = "models--a--b/snapshots/model.bin"
    record.files = {name: (3, hashlib.sha256(b"abc").hexdigest())}
    left = [{"path": "models--a--b/blobs", "rule": "hub-cache-blobs"}]
    record.predicate["scope"] = {"leftOut": left}
    assert record.codes(root=str(top.parent)) == ["link"]
    record.predicate["scope"] = {"leftOut": left, "symlinks": "hf-cache"}
    (top / "here").symlink_to("snapshots")
    record.links = [{"name": "models--a--b/here", "target": "snapshots"}]
    assert record.codes(root=str(top.parent)) == []
    assert record.codes(root=str(top)) == []
    (top / "blobs" / "00").write_bytes(b"abd")
    assert record.codes(root=str(top)) == ["changed"]


def test_a_link_that_may_not_be_read_is_not_walked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "file").write_bytes(b"x")
    (tmp_path / "b").symlink_to("a")
    scan = os.scandir

    def in_order(path: Any) -> Any:
        return contextlib.nullcontext(sorted(scan(path), key=lambda entry: entry.name))

    def no_link(path: Any) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", in_order)
    monkeypatch.setattr(os, "readlink", no_link)
    tree = gate.walk(str(tmp_path), [], {}, {})
    monkeypatch.undo()
    assert (tree.files, tree.denied) == ({"a/file": 1}, ["b"])
