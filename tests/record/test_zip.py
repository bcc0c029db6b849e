"""A package in a zip verifies in place, and tricks with zips are refused."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inspector.provenance import UnreadableInput
from inspector.record import trust, zipped
from inspector.record.package import write_zip
from inspector.record.verify import Report, verify_record

Sign = Callable[..., Path]


@pytest.fixture
def members(sign: Sign) -> dict[str, bytes]:
    folder = sign()
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


@pytest.fixture
def judge(tmp_path: Path, project: Path, trust_file: Path) -> Callable[..., Report]:
    def run(entries: list[tuple[str, bytes]], mode: int = zipfile.ZIP_DEFLATED) -> Report:
        path = tmp_path / "package.zip"
        with zipfile.ZipFile(path, "w", mode) as archive:
            for name, content in entries:
                archive.writestr(name, content)
        return verify_record(path, trust.load(trust_file), root=project)

    return run


def codes(report: Report) -> list[str]:
    return [check.code for check in report.refusals]


@pytest.mark.parametrize("prefix", ["", "assistant-review/"])
def test_files_at_the_top_or_in_one_folder(members: dict[str, bytes], judge: Any, prefix: str) -> None:
    report = judge([(prefix + name, content) for name, content in members.items()])
    assert report.ok, codes(report)


def test_the_same_package_gives_the_same_zip(sign: Sign, tmp_path: Path) -> None:
    folder = sign()
    (tmp_path / "x").mkdir()
    (tmp_path / "y").mkdir()
    for name in ("x", "y"):
        write_zip(folder, tmp_path / name / "package.zip")
    assert (tmp_path / "x" / "package.zip").read_bytes() == (tmp_path / "y" / "package.zip").read_bytes()


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    "extra",
    [
        ("review-record.dsse.json", b"{}"),
        ("Review-Record.DSSE.json", b"{}"),
        ("other/review-record.dsse.json", b"{}"),
        ("../outside", b"x"),
        ("/absolute", b"x"),
        ("a/../../b", b"x"),
        ("back\\slash", b"x"),
        ("c:drive", b"x"),
    ],
)
def test_names_that_two_unpackers_would_read_differently(
    members: dict[str, bytes], judge: Any, extra: tuple[str, bytes]
) -> None:
    assert codes(judge([*members.items(), extra])) == ["zip"]
    assert codes(judge([extra, *members.items()])) == ["zip"]


def test_a_changed_attachment_is_refused(members: dict[str, bytes], judge: Any) -> None:
    members["report.html"] = b"all fine"
    assert codes(judge(list(members.items()))) == ["attachment"]


def test_a_bomb_is_refused_by_its_size(members: dict[str, bytes], judge: Any) -> None:
    members["review-record.dsse.json"] = b" " * ((64 << 20) + 1)
    assert codes(judge(list(members.items()))) == ["too-large"]


def test_too_many_members_are_refused(
    members: dict[str, bytes], judge: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zipped, "MAX_MEMBERS", 20)
    assert codes(judge([*members.items(), *((f"x{number}", b"") for number in range(20))])) == ["zip"]


def test_a_damaged_member_is_refused(members: dict[str, bytes], tmp_path: Path, trust_file: Path) -> None:
    path = tmp_path / "package.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    raw = path.read_bytes()
    place = raw.index(members["review-record.dsse.json"][:40]) + 20
    path.write_bytes(raw[:place] + b"\0" + raw[place + 1 :])
    assert codes(verify_record(path, trust.load(trust_file))) == ["zip"]


@pytest.mark.parametrize("content", [b"PK\x03\x04", b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_package_cannot_be_read(tmp_path: Path, trust_file: Path, content: bytes) -> None:
    path = tmp_path / "package.zip"
    path.write_bytes(content)
    with pytest.raises(UnreadableInput):
        verify_record(path, trust.load(trust_file))
