"""Git LFS in a clone: pointers that were not fetched, and objects that are not what they are called."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inspector.scan import ScanOptions, run_scan
from inspector.sources import Entry, open_target
from inspector.sources import lfs as lfs_module

BODY = b"\x80\x04weights"
OID = hashlib.sha256(BODY).hexdigest()
PLACE = f".git/lfs/objects/{OID[:2]}/{OID[2:4]}/{OID}"


def pointer(oid: str = OID, size: int = len(BODY)) -> bytes:
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {size}\n".encode()


def clone(root: Path, files: dict[str, bytes]) -> Path:
    common = {".git/config": b"[core]\n", ".gitattributes": b"*.bin filter=lfs diff=lfs merge=lfs -text\n"}
    for name, body in {**common, **files}.items():
        place = root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(body)
    return root


def states(root: Path) -> dict[str, str]:
    entries = [one for one in open_target(str(root)).entries() if isinstance(one, Entry)]
    return {one.path: one.attributes["lfs"]["state"] for one in entries if "lfs" in one.attributes}


def scan(root: Path) -> dict[str, Any]:
    return run_scan(ScanOptions(str(root), audit=False, jobs=1, offline=True, use_cache=False))


def of_rule(result: dict[str, Any], rule: str) -> list[dict[str, Any]]:
    return [one for one in result["findings"] if one["rule"] == rule]


def test_a_pointer_that_was_not_fetched_is_not_analysed_and_told_how_to_be(
    tmp_path: Path, no_sockets: Callable[[], int]
) -> None:
    root = clone(tmp_path, {"model.bin": pointer()})
    assert states(root) == {"model.bin": "absent"}
    assert no_sockets() == 0


def test_what_the_finding_says_of_it(tmp_path: Path) -> None:
    result = scan(clone(tmp_path, {"model.bin": pointer()}))
    assert [one["path"] for one in result["coverage"]["not_analysed"]] == ["model.bin"]
    (found,) = of_rule(result, "integrity.weights-absent")
    assert found["severity"] == "high" and OID in found["evidence"][0]["text"]
    assert 'git lfs pull --include="model.bin"' in found["evidence"][0]["text"]
    assert of_rule(result, "integrity.claim-differs") == []


def test_a_pointer_whose_object_is_here_is_still_not_analysed(tmp_path: Path) -> None:
    root = clone(tmp_path, {"model.bin": pointer(), PLACE: BODY})
    assert states(root) == {"model.bin": "equal"}
    result = scan(root)
    assert [one["path"] for one in result["coverage"]["not_analysed"]] == ["model.bin"]
    (found,) = of_rule(result, "integrity.weights-absent")
    assert "git lfs checkout" in found["evidence"][0]["text"]


@pytest.mark.parametrize(
    "body", [b"\x80\x04WEIGHTS", b"", BODY + b"more"], ids=["same size", "none", "longer"]
)
def test_an_object_with_other_bytes_is_a_grave_finding(tmp_path: Path, body: bytes) -> None:
    result = scan(clone(tmp_path, {"model.bin": pointer(), PLACE: body}))
    (found,) = of_rule(result, "integrity.claim-differs")
    assert found["severity"] == "high" and "model.bin" in found["message"]
    assert not [one for one in result["files"] if one["path"].startswith(".git/")]


def test_a_link_in_place_of_an_object_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(BODY)
    root = clone(tmp_path / "c", {"model.bin": pointer()})
    (root / PLACE).parent.mkdir(parents=True)
    (root / PLACE).symlink_to(tmp_path / "out")
    assert states(root) == {"model.bin": "not-compared"}
    (found,) = of_rule(scan(root), "integrity.claim-differs")
    assert found["severity"] == "low" and "could not be compared" in found["message"]


def test_an_object_that_is_too_large_to_hash_is_not_called_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lfs_module, "MAX_HASHED", 4)
    assert states(clone(tmp_path, {"model.bin": pointer(), PLACE: BODY})) == {"model.bin": "not-compared"}


@pytest.mark.parametrize(
    "body",
    [
        pointer()[:-20],
        pointer().replace(b"sha256:", b"sha256:../../"),
        pointer() + b"x" * 1_000,
        pointer("AB" * 32),
        b"x" * 130,
    ],
    ids=["cut", "path", "long", "case", "text"],
)
def test_what_is_no_pointer_asks_for_no_object(tmp_path: Path, body: bytes) -> None:
    assert states(clone(tmp_path, {"model.bin": body})) == {}


def test_an_object_that_no_pointer_names_is_left_alone(tmp_path: Path) -> None:
    result = scan(clone(tmp_path, {"a.txt": b"x", PLACE: b"other bytes"}))
    assert of_rule(result, "integrity.claim-differs") == []
    assert [one["path"] for one in result["files"]] == [".gitattributes", "a.txt"]
