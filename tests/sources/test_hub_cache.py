"""A cache of huggingface_hub, read offline: every file under its name, every blob held against its own."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inspector.sources import Entry, EntryKind, LeftOut, ReadFailure, Source, open_target
from inspector.sources.cachemanifest import parse_manifest, repository_of
from inspector.sources.hubcache import HubCacheSource

COMMIT, OTHER = "a1b2c3d4" * 5, "0f" * 20
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a cache without links has another shape")


def git_id(body: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(body) + body).hexdigest()


class Cache:
    """Makes a cache as the client lays it out."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)

    def add(
        self,
        path: str,
        body: bytes,
        *,
        repository: str = "models--acme--x",
        commit: str = COMMIT,
        blob: str | None = None,
        shared: bool = False,
    ) -> Path:
        """One file of a snapshot; large ones (their name says so) are called by sha256."""
        large = path.endswith((".bin", ".safetensors"))
        name = blob or (hashlib.sha256(body).hexdigest() if large else git_id(body))
        held = self.root / repository / "blobs" / name
        held.parent.mkdir(parents=True, exist_ok=True)
        if shared:
            xet = hashlib.sha256(b"xet" + body).hexdigest()
            store = self.root / "blobs" / xet[:2] / xet
            store.parent.mkdir(parents=True, exist_ok=True)
            store.write_bytes(body)
            held.symlink_to(Path("../../blobs") / xet[:2] / xet)
        else:
            held.write_bytes(body)
        link = self.root / repository / "snapshots" / commit / path
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(os.path.relpath(held, link.parent))
        return held

    def ref(self, name: str, content: str, repository: str = "models--acme--x") -> None:
        path = self.root / repository / "refs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)

    def tree(self, rows: dict[str, Any], repository: str = "models--acme--x") -> None:
        path = self.root / repository / "trees" / f"{COMMIT}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"format_version": 1, "files": rows}))


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "hub")


def opened(path: Path, **options: Any) -> HubCacheSource:
    source = open_target(str(path), **options)
    assert isinstance(source, HubCacheSource)
    return source


def files_of(source: Source) -> dict[str, Entry]:
    return {item.path: item for item in source.entries() if isinstance(item, Entry)}


def body_of(source: Source, entry: Entry) -> bytes:
    data = source.open(entry)
    try:
        return data.read_at(0, data.size)
    finally:
        data.close()


HERE = f"models--acme--x/snapshots/{COMMIT}"


@pytest.mark.parametrize("part", ["", "models--acme--x"], ids=["cache", "repository"])
@pytest.mark.parametrize("shared", [False, True])
def test_files_stand_under_their_names_at_their_commit(
    cache: Cache, no_sockets: Callable[[], int], part: str, shared: bool
) -> None:
    cache.add("config.json", b"{}")
    cache.add("sub/model.bin", b"weights", shared=shared)
    cache.ref("main", COMMIT)
    source = opened(cache.root / part)
    assert (source.target.kind, source.target.root) == ("hub-cache", str(cache.root / part).rstrip("/"))
    files = files_of(source)
    assert list(files) == sorted(files)
    config, model = files[f"{HERE}/config.json"], files[f"{HERE}/sub/model.bin"]
    assert (config.kind, config.size) == (EntryKind.FILE, 2)
    assert model.claimed_sha256 == hashlib.sha256(b"weights").hexdigest() and model.size == 7
    assert model.attributes["repository"] == "acme/x" and model.attributes["commit"] == COMMIT
    assert config.attributes["blob_matches"] is True and config.claimed_sha256 is None
    assert body_of(source, config) == b"{}" and body_of(source, model) == b"weights"
    assert not [path for path in files if "/blobs/" in path or path.startswith("blobs/")]
    assert LeftOut("models--acme--x/blobs", "hub-cache-blobs") in list(source.entries())
    # A worker opens the same target anew and is handed entries without having listed anything.
    again = opened(cache.root / part)
    assert body_of(again, model) == b"weights"
    assert list(again.also_reads) == ([str(cache.root / "blobs")] if part and shared else [])
    assert no_sockets() == 0


def test_a_cache_as_the_real_client_makes_it(hub: Any, tmp_path: Path) -> None:
    from huggingface_hub import set_client_factory, snapshot_download
    from huggingface_hub.utils._http import default_client_factory

    from inspector.sources.hub.session import boot

    boot()
    set_client_factory(default_client_factory)  # downloads follow redirects, our own session does not
    repo = hub.model("acme/x", {"config.json": b"{}", "a/model.bin": b"weights" * 9, "é.txt": b"text"})
    snapshot_download("acme/x", cache_dir=tmp_path / "hub", endpoint=hub.endpoint, token=False)
    source = opened(tmp_path / "hub")
    files = files_of(source)
    begin = f"models--acme--x/snapshots/{repo.sha}"
    assert {path for path in files if path.startswith(begin)} == {
        f"{begin}/{path}" for path in ("config.json", "a/model.bin", "é.txt")
    }
    assert body_of(source, files[f"{begin}/a/model.bin"]) == b"weights" * 9
    assert files[f"{begin}/config.json"].attributes["blob_matches"] is True
    (found,) = source.repositories()
    assert (found.name, found.problems) == ("acme/x", ())
    assert found.attributes()["revisions"] == [repo.sha]
    assert found.revisions[0].files == 3 and found.revisions[0].refs == ("main",)


def test_a_blob_that_is_not_what_its_name_says(cache: Cache) -> None:
    cache.add("config.json", b"{}").write_bytes(b"[]")
    cache.add("model.bin", b"weights").write_bytes(b"wEights")
    files = files_of(opened(cache.root))
    assert files[f"{HERE}/config.json"].attributes["blob_matches"] is False
    claimed = files[f"{HERE}/model.bin"].claimed_sha256
    assert claimed == hashlib.sha256(b"weights").hexdigest()  # the scan hashes the file and compares


def test_a_snapshot_that_names_another_blob_than_the_commits_list(cache: Cache) -> None:
    cache.add("config.json", b"{}")
    cache.add("model.bin", b"evil")
    row = {"size": 4, "blob_id": "ab" * 20, "lfs_sha256": hashlib.sha256(b"good").hexdigest(), "lfs_size": 4}
    cache.tree({"config.json": {"size": 2, "blob_id": git_id(b"{}")}, "model.bin": row})
    files = files_of(opened(cache.root))
    assert files[f"{HERE}/model.bin"].attributes["listed_as"] == hashlib.sha256(b"good").hexdigest()
    assert "listed_as" not in files[f"{HERE}/config.json"].attributes


def test_what_is_missing_and_what_was_broken_off_is_listed(cache: Cache) -> None:
    cache.add("config.json", b"{}")
    cache.add("model.bin", b"weights").unlink()
    (cache.root / "models--acme--x/blobs/abcd.incomplete").write_bytes(b"half")
    cache.tree(
        {
            "config.json": {"size": 2, "blob_id": git_id(b"{}")},
            "far.bin": {"size": 134, "blob_id": "ab" * 20, "lfs_sha256": "cd" * 32, "lfs_size": 99},
            "../up.bin": {"size": 1, "blob_id": "ab" * 20},
        }
    )
    source = opened(cache.root)
    files = files_of(source)
    assert files[f"{HERE}/model.bin"].kind is EntryKind.DENIED
    assert "its blob was not downloaded" in files[f"{HERE}/model.bin"].detail
    far = files[f"{HERE}/far.bin"]
    assert (far.kind, far.size, far.claimed_sha256) == (EntryKind.DENIED, 99, "cd" * 32)
    assert files["models--acme--x/blobs/abcd.incomplete"].kind is EntryKind.DENIED
    assert not any("up.bin" in path for path in files)
    (found,) = source.repositories()
    assert (found.revisions[0].files, found.revisions[0].total) == (1, 3)
    for path in (f"{HERE}/far.bin", f"{HERE}/model.bin"):
        with pytest.raises(ReadFailure):
            source.open(files[path])


def test_a_blob_that_no_snapshot_names_is_listed_as_itself(cache: Cache) -> None:
    cache.add("config.json", b"{}")
    stray = cache.root / "models--acme--x/blobs" / ("ee" * 32)
    stray.write_bytes(b"stray")
    files = files_of(opened(cache.root))
    assert files[f"models--acme--x/blobs/{'ee' * 32}"].claimed_sha256 == "ee" * 32


@pytest.mark.parametrize(
    "target", ["/etc/passwd", "../../../../../outside.txt", "../../../../outside.txt", "loop.bin", "missing"]
)
def test_a_link_out_of_the_cache_is_reported_and_not_followed(
    cache: Cache, tmp_path: Path, target: str
) -> None:
    (tmp_path / "outside.txt").write_text("secret")
    cache.add("config.json", b"{}")
    (cache.root / HERE / "loop.bin").symlink_to("loop.bin")
    (cache.root / HERE / "evil.bin").symlink_to(target)
    for part in ("", "models--acme--x"):
        source = opened(cache.root / part)
        entry = files_of(source)[f"{HERE}/evil.bin"]
        assert entry.kind in (EntryKind.LINK_OUTSIDE, EntryKind.DENIED)
        with pytest.raises(ReadFailure):
            source.open(Entry(entry.path, EntryKind.FILE, 6))


def test_a_link_into_another_repository_is_read_in_the_cache_and_not_from_the_one(cache: Cache) -> None:
    cache.add("config.json", b"{}")
    other = cache.add("m.bin", b"theirs", repository="models--acme--y")
    (cache.root / HERE / "m.bin").symlink_to(other)
    whole = opened(cache.root)
    assert body_of(whole, files_of(whole)[f"{HERE}/m.bin"]) == b"theirs"
    one = opened(cache.root / "models--acme--x")
    entry = files_of(one)[f"{HERE}/m.bin"]
    assert entry.kind is EntryKind.LINK_OUTSIDE
    with pytest.raises(ReadFailure):
        one.open(Entry(entry.path, EntryKind.FILE, 6))


def test_one_broken_ref_costs_itself(cache: Cache) -> None:
    cache.add("config.json", b"{}")
    cache.add("config.json", b"{ }", commit=OTHER)
    cache.ref("main", f"{COMMIT}\n")
    cache.ref("refs/pr/1", "99" * 20)
    cache.ref("odd", "\x00\xff no commit")
    (found,) = opened(cache.root).repositories()
    assert [(one.commit, one.refs) for one in found.revisions] == [(OTHER, ()), (COMMIT, ("main",))]
    assert len(found.problems) == 2 and any("names no commit" in problem for problem in found.problems)


@pytest.mark.parametrize(
    ("folder", "kind", "name"),
    [
        ("models--acme--x", "model", "acme/x"),
        ("models--gpt2", "model", "gpt2"),
        ("datasets--acme--rows", "dataset", "acme/rows"),
        ("spaces--a--b", "space", "a/b"),
        ("models--a--b--c", "model", None),
        ("models--..--x", "model", None),
    ],
)
def test_a_folders_name_is_a_claim(folder: str, kind: str, name: str | None) -> None:
    assert repository_of(folder) == (kind, name)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"{}",
        b"[" * 100_000,
        b'{"format_version": 2, "files": {}}',
        b'{"format_version": 1}',
    ],
)
def test_a_list_that_is_none(body: bytes) -> None:
    assert parse_manifest(body) is None


def test_a_list_with_odd_rows_is_read_as_far_as_it_goes() -> None:
    rows = {"a": None, "b": {"size": -1, "blob_id": 7}, "/c": {}, "d/../e": {}, "f": {"size": True}}
    found = parse_manifest(json.dumps({"format_version": 1, "files": rows}).encode())
    assert found is not None and found.total == 5 and set(found.files) == {"b", "f"}
    assert found.files["b"].size is None and found.files["b"].git_id is None


def test_a_project_that_has_a_cache_among_its_files_is_a_project(cache: Cache) -> None:
    cache.add("config.json", b"{}")
    assert open_target(str(cache.root)).target.kind == "hub-cache"
    (cache.root / "train.py").write_text("pass")
    assert open_target(str(cache.root)).target.kind == "folder"
    assert open_target(str(cache.root / "models--acme--x")).target.kind == "hub-cache"


def test_a_folder_that_only_has_the_name_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "models--acme--x").mkdir()
    (tmp_path / "models--acme--x" / "model.bin").write_bytes(b"1")
    assert open_target(str(tmp_path / "models--acme--x")).target.kind == "folder"
    assert open_target(str(tmp_path)).target.kind == "folder"


def test_locks_are_left_out_only_while_they_are_empty(cache: Cache) -> None:
    cache.add("config.json", b"{}")
    locks = cache.root / ".locks" / "models--acme--x"
    locks.mkdir(parents=True)
    (locks / "a.lock").write_bytes(b"")
    source = opened(cache.root)
    assert LeftOut(".locks", "hub-cache-locks") in list(source.entries())
    (locks / "b.lock").write_bytes(b"\x80\x02N.")
    assert ".locks/models--acme--x/b.lock" in files_of(opened(cache.root))


def test_excluded_files_are_left_out_by_name(cache: Cache) -> None:
    cache.add("config.json", b"{}")
    cache.add("model.bin", b"1")
    source = opened(cache.root, exclude=["**/*.bin"])
    assert f"{HERE}/model.bin" not in files_of(source)
    assert any(isinstance(item, LeftOut) and item.rule == "exclude: **/*.bin" for item in source.entries())


@pytest.mark.bounded
def test_names_of_one_blob_are_walked_in_a_time_that_grows_with_them(cache: Cache) -> None:
    held = cache.add("0000.bin", b"same")
    for number in range(1, 3_000):
        (cache.root / HERE / f"{number:04}.bin").symlink_to(f"../../blobs/{held.name}")
    assert len(files_of(opened(cache.root))) >= 3_000
