"""What moved between two scans of one hub repository: as a comparison of reviews says it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from inspector.cli import run
from inspector.sources.hub.moved import moved_between

A, B = "a1" * 20, "b2" * 20


def scan(commit: str = A, **files: str | None) -> dict[str, Any]:
    return {
        "target": {"kind": "hub-model", "name": "acme/x", "revision": commit},
        "files": [
            {"path": path.replace("_", "."), "size": 2, "sha256": digest, "pickle": path.endswith("pkl")}
            for path, digest in files.items()
        ],
        "nodes": [{"pin": "none", "attributes": {"root": True, "object_id": "1"}}],
    }


def test_the_sentence_counts_files_and_pickles_and_owns_up_to_what_it_cannot_tell() -> None:
    found = moved_between(scan(A, a_pkl="1", c_json=None), scan(B, a_pkl="2", b_pkl="3", c_json=None))
    assert found is not None
    assert found.sentence == (
        "main went from a1a1a1a1 to b2b2b2b2, 2 files changed, 1 new pickle. "
        "Whether 1 more file of the same size changed, the lists do not tell."
    )
    assert found.unknown == ("c.json",)


def test_what_is_not_one_repository_is_not_compared() -> None:
    other = scan()
    other["target"]["name"] = "acme/y"
    other["nodes"][0]["attributes"]["object_id"] = "2"
    folder = {"target": {"kind": "folder", "name": "x", "revision": None}, "files": [], "nodes": []}
    record = {"files": [], "findings": []}
    for odd in (other, folder, record):
        assert moved_between(scan(), odd) is None and moved_between(odd, scan()) is None


def test_a_renamed_repository_is_known_by_what_was_asked_or_by_its_identity() -> None:
    renamed = scan(B)
    renamed["target"].update(name="new/x", asked="acme/x")
    found = moved_between(scan(), renamed)
    assert found is not None and found.renamed and "acme/x is now new/x." in found.sentence
    del renamed["target"]["asked"]
    assert moved_between(scan(), renamed) is not None


def test_a_branch_whose_name_no_scan_holds_is_not_called_main() -> None:
    one, other = scan(A), scan(B)
    for item in (one, other):
        item["nodes"][0]["pin"] = "movable"
    found = moved_between(one, other)
    assert found is not None and found.sentence.startswith("The revision went from")


def test_a_branch_that_a_scan_names_is_called_by_its_name() -> None:
    one, other = scan(A), scan(B)
    for item, name in ((one, "dev"), (other, "dev")):
        item["nodes"][0].update(pin="movable")
        item["nodes"][0]["attributes"]["requested_revision"] = name
    found = moved_between(one, other)
    assert found is not None and found.sentence == "dev went from a1a1a1a1 to b2b2b2b2."
    one["nodes"][0]["attributes"]["requested_revision"] = "v1.0"
    found = moved_between(one, other)
    assert found is not None and found.sentence == "v1.0 was at a1a1a1a1, dev is at b2b2b2b2."
    for item in (one, other):
        item["nodes"][0]["attributes"]["requested_revision"] = item["target"]["revision"]
    found = moved_between(one, other)
    assert found is not None and found.sentence.startswith("The revision went from")


def test_a_file_of_the_same_bytes_is_no_new_pickle_whatever_a_list_calls_it() -> None:
    before = scan(A, a_dat="1")
    after = scan(B, a_dat="1")
    after["files"][0]["pickle"] = True
    found = moved_between(before, after)
    assert found is not None and found.new_pickles == ()
    after["files"][0]["sha256"] = "2"
    found = moved_between(before, after)
    assert found is not None and found.new_pickles == ("a.dat",)


def test_what_a_list_says_nothing_of_is_unknown_and_not_changed() -> None:
    before, after = scan(A, a_json=None), scan(B, a_json="1")
    before["files"][0]["size"] = None
    found = moved_between(before, after)
    assert found is not None and found.changed == () and found.unknown == ("a.json",)


def cache(commit: str, refs: dict[str, list[str]] | None = None, **files: str | None) -> dict[str, Any]:
    made = scan(commit, **files)
    for file in made["files"]:
        file["path"] = f"models--acme--x/snapshots/{commit}/{file['path']}"
    made["target"] = {"kind": "hub-cache", "name": "models--acme--x", "revision": None}
    snapshots = [{"commit": one, "refs": named} for one, named in (refs or {commit: ["main"]}).items()]
    made["nodes"] = [{"pin": "local", "attributes": {"snapshots": snapshots}}]
    return made


class TestACacheOfTheRepository:
    def test_is_held_against_the_hub_and_against_another(self) -> None:
        for before in (cache(A, a_pkl="1"), scan(A, a_pkl="1")):
            for after in (cache(B, a_pkl="2", b_pkl="3"), scan(B, a_pkl="2", b_pkl="3")):
                found = moved_between(before, after)
                assert found is not None
                assert found.sentence == "main went from a1a1a1a1 to b2b2b2b2, 2 files changed, 1 new pickle."

    def test_that_lacks_files_does_not_say_that_they_were_removed(self) -> None:
        found = moved_between(scan(A, a_pkl="1", b_pkl="2"), cache(B, a_pkl="3"))
        assert found is not None and found.removed == () and found.not_here == ("b.pkl",)
        assert "1 file of the earlier commit is not here: removed, or not downloaded." in found.sentence

    def test_with_several_commits_is_the_one_that_main_means(self) -> None:
        both = cache(B, {A: ["old"], B: ["main"]}, a_pkl="2")
        both["files"] += cache(A, a_pkl="1")["files"]
        found = moved_between(scan(A, a_pkl="1"), both)
        assert found is not None and found.changed == ("a.pkl",)
        both["nodes"] = []
        assert moved_between(scan(A, a_pkl="1"), both) is None

    def test_of_two_repositories_is_none(self) -> None:
        both = cache(A, a_pkl="1")
        both["files"].append({**both["files"][0], "path": f"models--acme--y/snapshots/{A}/a.pkl"})
        assert moved_between(scan(A, a_pkl="1"), both) is None


@pytest.mark.parametrize("packed", [False, True])
def test_comparing_with_a_record_says_what_moved_since(
    hub: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    packed: bool,
) -> None:
    monkeypatch.setenv("INSPECTOR_HOME", str(tmp_path / "home"))
    bad = b"cposix\nsystem\n(X\x04\x00\x00\x00echotR."
    repo = hub.model("acme/x", {"a.bin": b"1" * 40, "c.json": b"{}", "d.pkl": bad}, sha=A)
    one, other, key = (str(tmp_path / name) for name in ("one.review", "other.review", "key.pem"))
    record = tmp_path / "record"
    assert run(["key", "new", key, "--no-passphrase"]) == 0
    assert run(["review", "new", "hf://acme/x", "-o", one, "--no-audit"]) == 0
    sign = ["sign", one, "--key", key, "-o", str(record), "--decision", "rejected", "--reviewer", "R"]
    assert run([*sign, "--valid-until", "2099-01-01", "--zip", str(tmp_path / "record.zip")]) == 0
    repo.push({"a.bin": b"2" * 40, "b.pkl": b"N.", "c.json": b"[]", "d.pkl": bad}, B)
    assert run(["review", "new", "hf://acme/x", "-o", other, "--no-audit"]) == 0
    capsys.readouterr()
    before = tmp_path / "record.zip" if packed else record
    assert run(["review", "compare", str(before), other, "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["moved"]["sentence"] == (
        "main went from a1a1a1a1 to b2b2b2b2, 2 files changed, 1 new pickle. "
        "Whether 1 more file of the same size changed, the lists do not tell."
    )
    assert found["moved"]["new_pickles"] == ["b.pkl"] and found["moved"]["unknown"] == ["c.json"]
    assert found["files"]["added"] == ["b.pkl"] and found["files"]["undetermined"] == ["c.json"]


def test_comparing_two_reviews_of_a_repository_says_what_moved(
    hub: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("INSPECTOR_HOME", str(tmp_path / "home"))
    repo = hub.model("acme/x", {"a.bin": b"1" * 40}, sha=A)
    one, other = str(tmp_path / "one.review"), str(tmp_path / "other.review")
    assert run(["review", "new", "hf://acme/x", "-o", one, "--no-audit"]) == 0
    repo.push({"a.bin": b"2" * 40, "b.pkl": b"N."}, B)
    assert run(["review", "new", "hf://acme/x", "-o", other, "--no-audit"]) == 0
    capsys.readouterr()
    assert run(["review", "compare", one, other]) == 0
    first = capsys.readouterr().out.splitlines()[0]
    assert first.startswith("main went from a1a1a1a1 to b2b2b2b2, 2 files changed, 1 new pickle.")
    assert run(["review", "compare", one, other, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["moved"]["new_pickles"] == ["b.pkl"]
