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
