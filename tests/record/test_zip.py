"""A package in a zip verifies in place, and tricks with zips are refused."""

from __future__ import annotations

import io
import shutil
import stat
import struct
import subprocess
import zipfile
import zlib
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
        ("review-record.dsse.json.", b"{}"),
        ("review-record.dsse.json ", b"{}"),
        ("report.html/", b""),
        ("./report.html", b"x"),
        ("keys/caf\u00e9.pub", b"x"),
    ],
)
def test_names_that_two_unpackers_would_read_differently(
    members: dict[str, bytes], judge: Any, extra: tuple[str, bytes]
) -> None:
    members["keys/cafe\u0301.pub"] = b"in the other normal form"
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


def zipped_whole(members: dict[str, bytes], path: Path) -> bytes:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path.read_bytes()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda raw: raw + b"\0",
        lambda raw: raw + raw,
        lambda raw: b"PK\x03\x04" + bytes(100) + raw,
        lambda raw: raw[:-2] + b"\x05\0hello",
        # A member that only a reader from front to back sees, before the directory.
        lambda raw: (
            raw[: raw.index(b"PK\x01\x02")]
            + b"PK\x03\x04" + bytes(22) + b"\x01\0\0\0x"
            + raw[raw.index(b"PK\x01\x02") :]
        ),
    ],
)  # fmt: skip
def test_bytes_that_belong_to_no_member(
    members: dict[str, bytes], tmp_path: Path, trust_file: Path, spoil: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "package.zip"
    raw = zipped_whole(members, path)
    assert verify_record(path, trust.load(trust_file)).ok
    path.write_bytes(spoil(raw))
    assert path.read_bytes() != raw
    assert codes(verify_record(path, trust.load(trust_file))) == ["zip"]


def test_a_link_in_the_zip_is_refused(members: dict[str, bytes], tmp_path: Path, trust_file: Path) -> None:
    path = tmp_path / "package.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        link = zipfile.ZipInfo("keys/other.pub")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    assert codes(verify_record(path, trust.load(trust_file))) == ["zip"]


def test_a_second_name_in_an_extra_field_is_refused(
    members: dict[str, bytes], tmp_path: Path, trust_file: Path
) -> None:
    path = tmp_path / "package.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            member = zipfile.ZipInfo(name)
            if name == "report.html":
                other = b"review-record.dsse.json"
                body = b"\x01" + zlib.crc32(name.encode()).to_bytes(4, "little") + other
                member.extra = struct.pack("<HH", 0x7075, len(body)) + body
            archive.writestr(member, content)
    assert codes(verify_record(path, trust.load(trust_file))) == ["zip"]


def test_a_zip_written_to_a_pipe_is_taken(
    members: dict[str, bytes], tmp_path: Path, trust_file: Path
) -> None:
    """Then the sizes stand behind the content of each member."""

    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.written = b""

        def writable(self) -> bool:
            return True

        def write(self, content: Any) -> int:
            self.written += bytes(content)
            return len(content)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[arg-type]
        for name, content in members.items():
            archive.writestr(name, content)
    path = tmp_path / "package.zip"
    path.write_bytes(pipe.written)
    assert verify_record(path, trust.load(trust_file)).ok


@pytest.mark.skipif(shutil.which("zip") is None, reason="Info-ZIP's zip is not here")
def test_a_zip_made_by_info_zip_is_taken(sign: Sign, tmp_path: Path, trust_file: Path) -> None:
    folder = sign()
    subprocess.run(["zip", "-q", "-r", str(tmp_path / "p.zip"), folder.name], cwd=folder.parent, check=True)
    assert verify_record(tmp_path / "p.zip", trust.load(trust_file)).ok


def _renamed(raw: bytes, old: bytes, new: bytes, *, local: bool) -> bytes:
    """``raw`` with the name ``old`` (as long) exchanged in its local header, or in the directory."""
    start = raw.index(b"PK\x01\x02")
    first = raw.index(old) if local else raw.index(old, start)
    return raw[:first] + new + raw[first + len(old) :]


@pytest.mark.parametrize("local", [True, False])
def test_a_name_that_the_header_and_the_directory_do_not_share(
    members: dict[str, bytes], tmp_path: Path, trust_file: Path, local: bool
) -> None:
    """Of a member nobody asks for: a reader from front to back would find a second record in it."""
    hidden = "x" * len("review-record.dsse.json")
    members[hidden] = b"{}"
    path = tmp_path / "package.zip"
    raw = zipped_whole(members, path)
    assert verify_record(path, trust.load(trust_file)).ok
    path.write_bytes(_renamed(raw, hidden.encode(), b"y" * len(hidden), local=local))
    assert codes(verify_record(path, trust.load(trust_file))) == ["zip"]
    path.write_bytes(_renamed(raw, hidden.encode(), b"review-record.dsse.json", local=True))
    assert codes(verify_record(path, trust.load(trust_file))) == ["zip"]


@pytest.mark.parametrize(
    ("place", "value"),
    [(6, b"\x00\x08"), (8, b"\x08\x00"), (14, b"\1\2\3\4"), (18, b"\0\0\0\0"), (22, b"\0\0\0\0")],
    ids=["flags", "method", "checksum", "packed size", "size"],
)
def test_a_header_that_says_otherwise_than_the_directory(
    members: dict[str, bytes], tmp_path: Path, trust_file: Path, place: int, value: bytes
) -> None:
    members["zzz-last"] = b"not asked for"
    path = tmp_path / "package.zip"
    raw = zipped_whole(members, path)
    start = raw.index(b"zzz-last") - 30 + place
    path.write_bytes(raw[:start] + value + raw[start + len(value) :])
    assert codes(verify_record(path, trust.load(trust_file))) == ["zip"]


def test_a_directory_that_begins_before_the_file(
    members: dict[str, bytes], tmp_path: Path, trust_file: Path
) -> None:
    path = tmp_path / "package.zip"
    raw = zipped_whole(members, path)
    end = raw.rindex(b"PK\x05\x06") + 16
    (place,) = struct.unpack("<L", raw[end : end + 4])
    path.write_bytes(raw[:end] + struct.pack("<L", place + 40) + raw[end + 4 :])
    assert codes(verify_record(path, trust.load(trust_file))) == ["zip"]


def test_a_member_without_a_name(members: dict[str, bytes], tmp_path: Path, trust_file: Path) -> None:
    path = tmp_path / "package.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        archive.writestr(zipfile.ZipInfo("\0nothing"), b"x")
    assert codes(verify_record(path, trust.load(trust_file))) == ["zip"]


@pytest.mark.skipif(shutil.which("zip") is None, reason="the zip program is not here")
@pytest.mark.parametrize("stream", [False, True])
def test_a_zip_of_info_zip_is_taken(sign: Sign, tmp_path: Path, trust_file: Path, stream: bool) -> None:
    """Also one that was written to a pipe, with its sizes behind the content."""
    folder = sign()
    words = ["zip", "-q", "-r", "-" if stream else str(tmp_path / "package.zip"), folder.name]
    done = subprocess.run(words, cwd=folder.parent, capture_output=True, check=True, timeout=60)
    if stream:
        (tmp_path / "package.zip").write_bytes(done.stdout)
    assert verify_record(tmp_path / "package.zip", trust.load(trust_file)).ok
