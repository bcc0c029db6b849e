"""DVC's pointers against the bytes that are here: equal, other, absent; MD5 is never more than it is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inspector.scan import ScanOptions, run_scan
from inspector.sources import Entry, open_target
from inspector.sources import dvc as dvc_module

ROWS = b"id,text\n1,hello\n"
FILES = {"a.csv": ROWS, "sub/b.csv": b"b"}


def md5(body: bytes) -> str:
    return hashlib.md5(body, usedforsecurity=False).hexdigest()


def put(root: Path, files: dict[str, bytes | str]) -> Path:
    for name, body in files.items():
        place = root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(body.encode() if isinstance(body, str) else body)
    return root


def pointer(path: str, digest: str, more: str = "  hash: md5\n", top: str = "") -> str:
    return f"{top}outs:\n- md5: {digest}\n  size: 16\n{more}  path: {path}\n"


def told(root: Path, exclude: tuple[str, ...] = ()) -> dict[str, dict[str, str]]:
    """State by path, of each pointer."""
    entries = open_target(str(root), exclude=exclude).entries()
    return {
        entry.path: {one["path"]: one["state"] for one in entry.attributes["dvc"]}
        for entry in entries
        if isinstance(entry, Entry) and "dvc" in entry.attributes
    }


def findings(root: Path, rule: str) -> list[dict[str, Any]]:
    result = run_scan(ScanOptions(str(root), audit=False, jobs=1, offline=True, use_cache=False))
    return [one for one in result["findings"] if one["rule"] == rule]


def folder_list(files: dict[str, bytes]) -> bytes:
    rows = [{"md5": md5(body), "relpath": name} for name, body in sorted(files.items())]
    return json.dumps(rows, sort_keys=True).encode()


class TestFiles:
    def test_equal_bytes_are_equal_and_no_more_than_that(
        self, tmp_path: Path, no_sockets: Callable[[], int]
    ) -> None:
        put(tmp_path, {"data/a.csv": ROWS, "data/a.csv.dvc": pointer("a.csv", md5(ROWS))})
        (entry,) = [one for one in open_target(str(tmp_path)).entries() if "dvc" in one.attributes]  # type: ignore[union-attr]
        (one,) = entry.attributes["dvc"]  # type: ignore[union-attr]
        assert one["state"] == "equal" and "accidents only" in one["why"]
        assert no_sockets() == 0

    def test_other_bytes_are_a_grave_finding(self, tmp_path: Path) -> None:
        put(tmp_path, {"a.csv": ROWS + b"2,evil\n", "a.csv.dvc": pointer("a.csv", md5(ROWS))})
        (found,) = findings(tmp_path, "integrity.claim-differs")
        assert found["severity"] == "high" and "a.csv" in found["message"]
        assert md5(ROWS) in found["evidence"][0]["text"]
        assert md5(ROWS + b"2,evil\n") in found["evidence"][0]["text"]

    def test_absent_data_is_named_with_how_to_fetch_it(self, tmp_path: Path) -> None:
        put(tmp_path, {"a.csv.dvc": pointer("a.csv", md5(ROWS))})
        (found,) = findings(tmp_path, "integrity.weights-absent")
        assert found["severity"] == "medium" and "a.csv" in found["message"]
        assert "dvc pull" in found["remediation"]
        assert findings(tmp_path, "integrity.claim-differs") == []

    def test_what_lies_in_the_cache_alone_is_absent_and_can_be_checked_out(self, tmp_path: Path) -> None:
        name = md5(ROWS)
        place = f".dvc/cache/files/md5/{name[:2]}/{name[2:]}"
        put(tmp_path, {"a.csv.dvc": pointer("a.csv", name), place: ROWS})
        (found,) = findings(tmp_path, "integrity.weights-absent")
        assert "dvc checkout" in found["evidence"][0]["text"]

    def test_a_link_into_the_cache_counts_as_what_it_leads_to(self, tmp_path: Path) -> None:
        name = md5(ROWS)
        place = f".dvc/cache/files/md5/{name[:2]}/{name[2:]}"
        put(tmp_path, {"a.csv.dvc": pointer("a.csv", name), place: ROWS})
        (tmp_path / "a.csv").symlink_to(place)
        assert told(tmp_path)["a.csv.dvc"] == {"a.csv": "equal"}
        (tmp_path / place).write_bytes(b"other")
        assert told(tmp_path)["a.csv.dvc"] == {"a.csv": "differs"}

    def test_the_working_folder_of_a_pointer_counts(self, tmp_path: Path) -> None:
        put(tmp_path, {"p/a.dvc": pointer("a.csv", md5(ROWS), top="wdir: ../d\n"), "d/a.csv": ROWS})
        assert told(tmp_path) == {"p/a.dvc": {"d/a.csv": "equal"}}

    @pytest.mark.parametrize("path", ["../secret", "/etc/passwd", "a/../../secret"])
    def test_what_lies_outside_is_not_read(self, tmp_path: Path, path: str) -> None:
        put(tmp_path, {"secret": ROWS, "p/a.dvc": pointer(path, md5(ROWS))})
        assert told(tmp_path / "p") == {"a.dvc": {path: "outside"}}

    def test_old_pointers_folded_line_ends_and_new_ones_do_not(self, tmp_path: Path) -> None:
        windows = ROWS.replace(b"\n", b"\r\n")
        put(
            tmp_path,
            {
                "a.csv": windows,
                "old.dvc": pointer("a.csv", md5(ROWS), ""),
                "new.dvc": pointer("a.csv", md5(ROWS)),
            },
        )
        assert told(tmp_path) == {"old.dvc": {"a.csv": "equal"}, "new.dvc": {"a.csv": "differs"}}

    def test_what_a_rule_leaves_out_is_not_called_absent(self, tmp_path: Path) -> None:
        put(tmp_path, {"d/a.csv": ROWS, "a.dvc": pointer("d/a.csv", md5(ROWS))})
        assert told(tmp_path, ("d/**",)) == {"a.dvc": {"d/a.csv": "not-compared"}}

    def test_more_than_the_limit_is_said_not_to_be_compared(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(dvc_module, "MAX_HASHED", 8)
        put(tmp_path, {"a.csv": ROWS, "a.csv.dvc": pointer("a.csv", md5(ROWS))})
        (found,) = findings(tmp_path, "integrity.claim-differs")
        assert found["severity"] == "low" and "could not be compared" in found["message"]


class TestLocks:
    def test_each_stage_is_held_against_its_files(self, tmp_path: Path) -> None:
        row = "    - path: {}\n      hash: md5\n      md5: {}\n      size: 1\n"
        deps, outs = row.format("a.csv", md5(ROWS)), row.format("m.bin", md5(b"weights"))
        lock = f"schema: '2.0'\nstages:\n  fit:\n    cmd: python fit.py\n    deps:\n{deps}    outs:\n{outs}"
        put(tmp_path, {"dvc.lock": lock, "a.csv": ROWS, "m.bin": b"other"})
        assert told(tmp_path) == {"dvc.lock": {"a.csv": "equal", "m.bin": "differs"}}
        put(tmp_path, {"dvc.yaml": "stages:\n  fit:\n    wdir: w\n    cmd: x\n", "w/m.bin": b"weights"})
        assert told(tmp_path)["dvc.lock"]["w/m.bin"] == "equal"


class TestFolders:
    def project(self, root: Path, with_list: bool) -> tuple[Path, str]:
        body = folder_list(FILES)
        name = md5(body)
        put(root, {f"data/{path}": value for path, value in FILES.items()})
        put(root, {"data.dvc": pointer("data", f"{name}.dir")})
        place = f".dvc/cache/files/md5/{name[:2]}/{name[2:]}.dir"
        if with_list:
            put(root, {place: body})
        return root, place

    def test_the_list_in_the_cache_tells_each_file(self, tmp_path: Path) -> None:
        root, _ = self.project(tmp_path, with_list=True)
        assert told(root) == {"data.dvc": {"data/a.csv": "equal", "data/sub/b.csv": "equal"}}
        put(root, {"data/a.csv": b"x", "data/more.csv": b"y"})
        (root / "data/sub/b.csv").unlink()
        states = {"data/a.csv": "differs", "data/more.csv": "differs", "data/sub/b.csv": "absent"}
        assert told(root) == {"data.dvc": states}

    def test_without_a_list_it_is_made_again(self, tmp_path: Path) -> None:
        root, _ = self.project(tmp_path, with_list=False)
        assert told(root) == {"data.dvc": {"data": "equal"}}
        put(root, {"data/a.csv": b"x"})
        assert told(root) == {"data.dvc": {"data": "differs"}}

    def test_files_that_dvc_was_told_to_ignore_make_the_list_unknown(self, tmp_path: Path) -> None:
        root, _ = self.project(tmp_path, with_list=False)
        put(root, {".dvcignore": "# Add patterns of files dvc should ignore\n\n"})
        assert told(root) == {"data.dvc": {"data": "equal"}}
        put(root, {".dvcignore": "*.tmp\n"})
        assert told(root) == {"data.dvc": {"data": "not-compared"}}

    def test_a_list_that_is_not_the_one_named_is_not_believed(self, tmp_path: Path) -> None:
        root, place = self.project(tmp_path, with_list=True)
        put(root, {"data/a.csv": b"x", place: folder_list({"a.csv": b"x", "sub/b.csv": b"b"})})
        states = told(root)
        assert states["data.dvc"] == {"data": "differs"} and states[place] == {place: "differs"}

    def test_a_list_cannot_name_what_lies_elsewhere(self, tmp_path: Path) -> None:
        body = folder_list({"../secret": ROWS})
        name = md5(body)
        put(tmp_path, {"p/secret": ROWS, "p/data/x": b"", "p/data.dvc": pointer("data", f"{name}.dir")})
        put(tmp_path / "p", {f".dvc/cache/files/md5/{name[:2]}/{name[2:]}.dir": body})
        states = {"../secret": "outside", "p/data/x": "differs"}
        assert told(tmp_path)["p/data.dvc"] == states


@pytest.mark.parametrize(
    "body",
    [
        "outs: [",
        "a: &x [1]\nouts: *x\n",
        "outs: !!python/name:os.system x\n",
        "[" * 50_000,
        "outs:\n" + "- " * 10_000,
        "outs: x\nouts: y\n",
    ],
    ids=["cut", "alias", "tag", "deep", "deep-block", "twice"],
)
def test_a_broken_pointer_is_told_and_costs_nothing_else(tmp_path: Path, body: str) -> None:
    put(tmp_path, {"a.dvc": body, "b.csv": ROWS, "b.dvc": pointer("b.csv", md5(ROWS))})
    assert told(tmp_path) == {"a.dvc": {"a.dvc": "broken"}, "b.dvc": {"b.csv": "equal"}}


def test_an_object_of_the_cache_with_other_bytes_is_found(tmp_path: Path) -> None:
    put(tmp_path, {f".dvc/cache/files/md5/ab/{'c' * 30}": b"other"})
    (found,) = findings(tmp_path, "integrity.claim-differs")
    assert found["severity"] == "high" and "ab" + "c" * 30 in found["evidence"][0]["text"]


def test_a_folder_without_pointers_is_listed_anew_each_time(tmp_path: Path) -> None:
    source = open_target(str(put(tmp_path, {"a": "1"})))
    assert [one.path for one in source.entries()] == ["a"]
    put(tmp_path, {"b": "2"})
    assert [one.path for one in source.entries()] == ["a", "b"]


def test_data_that_is_here_is_not_said_to_be_elsewhere(tmp_path: Path) -> None:
    put(tmp_path, {"a.csv": ROWS, "a.csv.dvc": pointer("a.csv", md5(ROWS))})
    (found,) = findings(tmp_path, "data.not-read")
    assert "elsewhere" not in json.dumps(found) and "tells nothing of what is in it" in json.dumps(found)
