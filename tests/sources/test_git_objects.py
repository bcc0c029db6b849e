"""Large files of a clone held against what its commit names, by git's own objects, and without git."""

from __future__ import annotations

import hashlib
import os
import shutil
import struct
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inspector.scan import ScanOptions, run_scan
from inspector.sources import Entry, open_target
from inspector.sources import gitobjects as module
from inspector.sources.gitobjects import GitObjects, GitTrouble
from inspector.sources.gittree import pointers_of
from inspector.sources.localbytes import LocalBytes

BODY = b"\x80\x02]q\x00(" + b"K\1" * 2_500 + b"e."
OID = hashlib.sha256(BODY).hexdigest()
URL = '[core]\n\trepositoryformatversion = 0\n[remote "origin"]\n\turl = https://{}/acme/writer\n[lfs]\n'


def pointer(oid: str = OID, size: int = len(BODY)) -> bytes:
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {size}\n".encode()


def git_oid(kind: str, body: bytes) -> str:
    return hashlib.sha1(b"%s %d\0" % (kind.encode(), len(body)) + body).hexdigest()


def loose(root: Path, kind: str, body: bytes, *, name: str = "", head: bytes | None = None) -> str:
    """Writes one object; ``name`` and ``head`` are others than the right ones where they are given."""
    oid = name or git_oid(kind, body)
    place = root / ".git" / "objects" / oid[:2] / oid[2:]
    place.parent.mkdir(parents=True, exist_ok=True)
    start = b"%s %d\0" % (kind.encode(), len(body)) if head is None else head
    place.write_bytes(zlib.compress(start + body))
    return oid


def row(name: str, oid: str, mode: bytes = b"100644") -> bytes:
    return mode + b" " + name.encode() + b"\0" + bytes.fromhex(oid)


def commit(root: Path, files: dict[str, bytes], **odd: Any) -> str:
    """A commit of ``files`` as loose objects, and HEAD at it."""
    trees: dict[str, list[bytes]] = {"": []}
    for path, body in files.items():
        folder, _, name = path.rpartition("/")
        trees.setdefault(folder, []).append(row(name, loose(root, "blob", body)))
        while folder:
            folder = folder.rpartition("/")[0]
            trees.setdefault(folder, [])
    for folder in sorted(filter(None, trees), key=len, reverse=True):
        above, _, name = folder.rpartition("/")
        oid = loose(root, "tree", b"".join(trees[folder]))
        trees[above].append(row(name, oid, b"40000"))
    tree = loose(root, "tree", b"".join(sorted(trees[""])), **odd)
    made = loose(root, "commit", b"tree %s\nauthor a <a@a> 0 +0000\n\nx\n" % tree.encode())
    (root / ".git" / "HEAD").write_text(made)
    return made


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone of a hub's repository with two large files, checked out as the commit says."""
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_text(URL.format("huggingface.co"))
    (tmp_path / "deep" / "er").mkdir(parents=True)
    for path in ("model.bin", "deep/er/model.bin"):
        (tmp_path / path).write_bytes(BODY)
    (tmp_path / "config.json").write_text("{}")
    commit(
        tmp_path, {"model.bin": pointer(), "deep/er/model.bin": pointer(), "config.json": b"{}", "b": b"x"}
    )
    return tmp_path


def entries(root: Path) -> dict[str, Entry]:
    return {one.path: one for one in open_target(str(root)).entries() if isinstance(one, Entry)}


def claims(root: Path) -> dict[str, str]:
    return {path: one.claimed_sha256 for path, one in entries(root).items() if one.claimed_sha256}


def problems(root: Path) -> tuple[str, ...]:
    source: Any = open_target(str(root))
    problems: tuple[str, ...] = source.repositories()[0].problems
    return problems


def scan(root: Path) -> dict[str, Any]:
    return run_scan(ScanOptions(str(root), audit=False, jobs=1, offline=True, use_cache=False))


def differing(result: dict[str, Any]) -> list[str]:
    found = [one for one in result["findings"] if one["rule"] == "integrity.cache-blob-differs"]
    assert all(one["severity"] == "high" and "Git LFS pointer" in one["message"] for one in found)
    return [one["evidence"][0]["path"] for one in found]


def content(result: dict[str, Any]) -> Any:
    (node,) = (node for node in result["nodes"] if node["id"] == "model:acme/writer")
    return node["attributes"].get("content")


class TestACheckedOutFile:
    def test_with_the_bytes_that_the_commit_names_is_proven_by_them(
        self, clone: Path, no_sockets: Callable[[], int]
    ) -> None:
        assert claims(clone) == {"model.bin": OID, "deep/er/model.bin": OID}
        assert problems(clone) == () and no_sockets() == 0

    def test_is_counted_on_the_repository_and_is_no_finding(self, clone: Path) -> None:
        result = scan(clone)
        assert differing(result) == []
        assert content(result) == {"equal": 2, "differs": [], "not_compared": 0}

    @pytest.mark.parametrize("changed", [BODY[:-1] + b"\1", BODY + b"more"])
    def test_with_other_bytes_is_a_grave_finding(self, clone: Path, changed: bytes) -> None:
        (clone / "deep/er/model.bin").write_bytes(changed)
        result = scan(clone)
        assert differing(result) == ["deep/er/model.bin"]
        assert content(result) == {"equal": 1, "differs": ["deep/er/model.bin"], "not_compared": 0}

    def test_that_is_still_its_pointer_is_weights_that_are_absent(self, clone: Path) -> None:
        (clone / "model.bin").write_bytes(pointer())
        result = scan(clone)
        assert differing(result) == [] and "model.bin" not in claims(clone)
        assert [one["path"] for one in result["coverage"]["not_analysed"]] == ["model.bin"]

    def test_of_a_project_of_ones_own_may_be_changed(self, clone: Path) -> None:
        (clone / ".git" / "config").write_text(URL.format("git.example.com"))
        (clone / "model.bin").write_bytes(b"\x80\x02N.")
        assert claims(clone) == {} and differing(scan(clone)) == []

    def test_is_listed_the_same_a_second_time(self, clone: Path) -> None:
        source = open_target(str(clone))
        assert list(source.entries()) == list(source.entries())


class TestAStoreThatCannotBeBelieved:
    """Nothing is claimed by it, and the repository says why; the files are read as they are."""

    def unbelieved(self, root: Path, why: str) -> None:
        assert claims(root) == {}
        (problem,) = problems(root)
        assert problem.startswith("Large files were not held against the commit.") and why in problem

    def test_because_a_pointer_was_exchanged(self, clone: Path) -> None:
        loose(clone, "blob", pointer("a" * 64), name=git_oid("blob", pointer()))
        self.unbelieved(clone, "other bytes than its id says")

    def test_because_the_commit_was_exchanged(self, clone: Path) -> None:
        head = (clone / ".git" / "HEAD").read_text()
        loose(clone, "commit", b"tree " + b"a" * 40 + b"\n\n", name=head)
        self.unbelieved(clone, "other bytes than its id says")

    def test_because_parts_are_not_here(self, clone: Path) -> None:
        oid = git_oid("blob", pointer())
        (clone / ".git" / "objects" / oid[:2] / oid[2:]).unlink()
        self.unbelieved(clone, "partial or broken")

    def test_because_an_object_is_another_kind(self, clone: Path) -> None:
        commit(clone, {"model.bin": b"x"})
        blob = loose(clone, "blob", b"no commit")
        (clone / ".git" / "HEAD").write_text(blob)
        self.unbelieved(clone, "broken")

    @pytest.mark.parametrize(
        "body", [b"", b"tree", b"tree \n", b"tree " + b"z" * 40, b"parent " + b"a" * 40, b"\0" * 100]
    )
    def test_because_the_commit_names_no_tree(self, clone: Path, body: bytes) -> None:
        (clone / ".git" / "HEAD").write_text(loose(clone, "commit", body))
        self.unbelieved(clone, "names no tree")

    @pytest.mark.parametrize("head", [b"", b"blob\0", b"tree -1\0", b"tree 99999999999999\0", b"tree 5\0"])
    def test_because_a_head_makes_no_sense(self, clone: Path, head: bytes) -> None:
        tree = loose(clone, "tree", row("model.bin", loose(clone, "blob", pointer())), head=head)
        (clone / ".git" / "HEAD").write_text(loose(clone, "commit", b"tree %s\n" % tree.encode()))
        self.unbelieved(clone, "")

    def test_because_it_unpacks_to_more_than_it_says(self, clone: Path) -> None:
        tree = loose(clone, "tree", b"\0" * 50_000_000, head=b"tree 30\0")
        (clone / ".git" / "HEAD").write_text(loose(clone, "commit", b"tree %s\n" % tree.encode()))
        self.unbelieved(clone, "broken")

    def test_because_it_is_a_link(self, clone: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
        elsewhere = tmp_path_factory.mktemp("elsewhere") / "objects"
        shutil.move(clone / ".git" / "objects", elsewhere)
        (clone / ".git" / "objects").symlink_to(elsewhere)
        self.unbelieved(clone, "not here")

    def test_an_odd_name_in_a_tree_is_passed_over(self, clone: Path) -> None:
        blob = loose(clone, "blob", pointer())
        rows = b"100644 \xff\0" + bytes.fromhex(blob) + row("../../x", blob) + row("model.bin", blob)
        rows += row("a-module", "b" * 40, b"160000") + row("a-link", blob, b"120000")
        tree = loose(clone, "tree", rows)
        (clone / ".git" / "HEAD").write_text(loose(clone, "commit", b"tree %s\n" % tree.encode()))
        assert claims(clone) == {"model.bin": OID}


# Packs, written here byte by byte (gitformat-pack(5)): git does not write broken ones.
def varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes((*out, value))


def packed(number: int, body: bytes, base: bytes = b"", size: int | None = None) -> bytes:
    size = len(body) if size is None else size
    first = number << 4 | size & 15
    rest = size >> 4
    head = bytes([first]) if not rest else bytes([first | 128]) + varint(rest)
    return head + base + zlib.compress(body)


def pack(root: Path, objects: list[tuple[str, bytes]], name: str = "pack-a") -> Path:
    """A pack of (id, bytes of the pack) and its list."""
    folder = root / ".git" / "objects" / "pack"
    folder.mkdir(parents=True, exist_ok=True)
    body, places = b"PACK" + struct.pack(">II", 2, len(objects)), {}
    for oid, content in objects:
        places[oid] = len(body)
        body += content
    ids = sorted(places)
    fanout = [sum(int(oid[:2], 16) <= byte for oid in ids) for byte in range(256)]
    listed = b"\xfftOc" + struct.pack(">I256I", 2, *fanout) + b"".join(bytes.fromhex(oid) for oid in ids)
    listed += b"\0" * 4 * len(ids) + b"".join(struct.pack(">I", places[oid]) for oid in ids) + b"\0" * 40
    (folder / f"{name}.pack").write_bytes(body + b"\0" * 20)
    (folder / f"{name}.idx").write_bytes(listed)
    return folder


def objects(root: Path) -> GitObjects:
    folder = root / ".git" / "objects"

    def opened(parts: Any) -> LocalBytes:
        return LocalBytes(os.open(folder.joinpath(*parts), os.O_RDONLY), parts[-1])

    names = sorted(path.stem for path in (folder / "pack").glob("*.idx")) if folder.is_dir() else []
    return GitObjects(opened, names)


def back(distance: int) -> bytes:
    """The distance to a base, as a pack writes it."""
    out = [distance & 127]
    while distance := distance >> 7:
        distance -= 1
        out.insert(0, distance & 127 | 128)
    return bytes(out)


class TestPacks:
    def test_differences_build_on_what_stands_before_them(self, tmp_path: Path) -> None:
        base, result = b"base " * 200, b"base base END"
        delta = varint(len(base)) + varint(len(result)) + bytes([0x90, 10, 3]) + b"END"
        first = packed(3, base)
        for order, reference in ((6, back(len(first))), (7, bytes.fromhex(git_oid("blob", base)))):
            rows = [
                (git_oid("blob", base), first),
                (git_oid("blob", result), packed(order, delta, reference)),
            ]
            pack(tmp_path, rows)
            with objects(tmp_path) as store:
                assert store.read(git_oid("blob", result), "blob") == result
                assert store.read(git_oid("blob", base), "blob", 999) is None  # larger than is asked for

    @pytest.mark.parametrize(
        "delta",
        [
            b"",
            b"\x05",
            varint(1_000) + varint(4) + b"\0",
            varint(1_000) + varint(4) + b"\x03ab",
            varint(1_000) + varint(4) + bytes([0xFF, 255, 255, 255, 255, 255, 255, 255]),
            varint(999) + varint(3) + b"\x03END",
            varint(1_000) + varint(1 << 40) + b"\x03END",
            b"\xff" * 30,
            varint(1_000) + varint(3) + bytes([0x90, 10]) * 3,
        ],
    )
    def test_a_difference_that_makes_no_sense_is_trouble(self, tmp_path: Path, delta: bytes) -> None:
        base = b"base " * 200
        first = packed(3, base)
        pack(tmp_path, [("a" * 40, first), ("b" * 40, packed(6, delta, back(len(first))))])
        with objects(tmp_path) as store, pytest.raises(GitTrouble):
            store.read("b" * 40, "blob", 1 << 50)

    def test_a_chain_without_end_is_trouble(self, tmp_path: Path) -> None:
        pack(tmp_path, [("b" * 40, packed(7, varint(3) + varint(3), b"\xbb" * 20))])
        with objects(tmp_path) as store:
            for limit in (1, 1_000):
                with pytest.raises(GitTrouble):
                    store.read("b" * 40, "blob", limit)

    def test_a_long_chain_costs_no_more_than_is_allowed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "MAX_WORK", 100_000)
        last = packed(3, b"x" * 5_000)
        chain, at = [(f"{1:040x}", last)], len(last)
        delta = varint(5_000) + varint(5_000) + bytes([0xB0, 0x88, 0x13])
        for number in range(2, 60):
            chain.append((f"{number:040x}", packed(6, delta, back(at))))
            at = len(chain[-1][1])
        pack(tmp_path, chain)
        with objects(tmp_path) as store, pytest.raises(GitTrouble, match="larger, or more"):
            store.read(f"{59:040x}", "blob", 1 << 20)

    @pytest.mark.parametrize("number", [0, 5])
    def test_a_kind_that_is_none_is_trouble(self, tmp_path: Path, number: int) -> None:
        pack(tmp_path, [("b" * 40, packed(number, b"x"))])
        with objects(tmp_path) as store, pytest.raises(GitTrouble):
            store.read("b" * 40, "blob")

    @pytest.mark.parametrize("cut", [0, 4, 20, 1_031, 1_040])
    def test_a_list_that_is_cut_lists_nothing(self, tmp_path: Path, cut: int) -> None:
        folder = pack(tmp_path, [(git_oid("blob", b"x"), packed(3, b"x"))])
        listed = folder / "pack-a.idx"
        listed.write_bytes(listed.read_bytes()[:cut])
        with objects(tmp_path) as store, pytest.raises(GitTrouble, match="not here"):
            store.read(git_oid("blob", b"x"), "blob")

    @pytest.mark.parametrize("at", [8 + 1024 + 24, 8])
    def test_places_out_of_the_pack_are_trouble(self, tmp_path: Path, at: int) -> None:
        folder = pack(tmp_path, [("00" * 20, packed(3, b"x"))])
        listed = bytearray((folder / "pack-a.idx").read_bytes())
        listed[at : at + 4] = b"\xff" * 4
        (folder / "pack-a.idx").write_bytes(listed)
        with objects(tmp_path) as store, pytest.raises(GitTrouble):
            store.read("00" * 20, "blob")

    @pytest.mark.parametrize("seed", range(40))
    def test_broken_bytes_anywhere_are_trouble_or_the_right_ones(self, tmp_path: Path, seed: int) -> None:
        base = bytes(range(256)) * 4
        result = base[:500] + b"END"
        delta = varint(len(base)) + varint(len(result)) + bytes([0xB0, 0xF4, 0x01, 3]) + b"END"
        first, oid = packed(3, base), git_oid("blob", result)
        folder = pack(tmp_path, [(git_oid("blob", base), first), (oid, packed(6, delta, back(len(first))))])
        for name in ("pack-a.pack", "pack-a.idx"):
            whole = (folder / name).read_bytes()
            for at in range(seed, len(whole), 40):
                broken = bytearray(whole)
                broken[at] ^= 0xFF
                (folder / name).write_bytes(broken)
                with objects(tmp_path) as store:
                    try:
                        assert store.read(oid, "blob") == result
                    except GitTrouble:
                        pass
            (folder / name).write_bytes(whole)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_what_git_itself_packs_is_read(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "GIT_CONFIG_NOSYSTEM": "1"}

    def git(*words: str) -> str:
        command = ("git", "-c", "user.name=a", "-c", "user.email=a@a", "-C", str(tmp_path), *words)
        return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout

    git("init", "-q", "-b", "main")
    expected = {}
    for number in range(120):
        oid = hashlib.sha256(b"%d" % number).hexdigest()
        path = f"shards/part-{number % 7}/model-{number:03}.bin"
        expected[path] = (oid, 1_000 + number)
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(pointer(oid, 1_000 + number))
    (tmp_path / "notes.txt").write_text("line\n" * 4_000)
    for number in range(3):
        (tmp_path / "notes.txt").write_text("line\n" * (4_000 + number))
        git("add", "-A")
        git("commit", "-q", "-m", str(number))
    head = git("rev-parse", "HEAD").strip()
    paths = [*expected, "notes.txt", "not-there.bin"]
    for repack in ((), ("repack", "-adfq", "--depth=50", "--window=50"), ("pack-refs", "--all")):
        if repack:
            git(*repack)
        with objects(tmp_path) as store:
            assert pointers_of(store, head, paths) == expected
    assert any(name.suffix == ".pack" for name in (tmp_path / ".git/objects/pack").iterdir())
