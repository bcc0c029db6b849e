"""Zip archives that two readers see differently, as published bypasses of scanners use them."""

from __future__ import annotations

import io
import pickle
import struct
import zipfile
import zlib
from collections.abc import Callable

import pytest
import zstandard

from inspector.artifacts import Artifact
from inspector.provenance import Loading

Judge = Callable[[bytes, str], Artifact]
SYSTEM = b"cos\nsystem\n(S'echo x'\ntR."
HARMLESS = pickle.dumps({"a": [1, 2]}, 2)


def codes(artifact: Artifact) -> set[str]:
    return {reason.code for reason in artifact.reasons}


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, compress_type=method)
    return out.getvalue()


def both(data: bytes, local: int, central: int, value: bytes) -> bytes:
    """``value`` at an offset of the first local header and of the first row of the directory."""
    at = data.index(b"PK\x01\x02") + central
    data = data[:local] + value + data[local + len(value) :]
    return data[:at] + value + data[at + len(value) :]


def described(info: zipfile.ZipInfo, data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(info, data)
    return out.getvalue()


@pytest.mark.parametrize("flag", [b"\x01\x00", b"\x40\x00", b"\x00\x20"])
def test_a_flag_of_encryption_hides_no_pickle(flag: bytes, judge: Judge) -> None:
    for names in ({"m.pkl": SYSTEM}, {"m/data.pkl": HARMLESS, "m/version": b"3"}):
        artifact = judge(both(zipped(names), 6, 8, flag), "model.pt")
        assert "encrypted" in codes(artifact)
        hostile = SYSTEM in names.values()
        assert artifact.loading is (Loading.RUNS_CODE if hostile else Loading.UNREADABLE)


def test_an_unknown_method_hides_no_pickle(judge: Judge) -> None:
    artifact = judge(both(zipped({"m.pkl": SYSTEM}), 8, 10, b"\x63\x00"), "model.pt")
    assert artifact.loading is Loading.RUNS_CODE
    assert "zip-method" in codes(artifact)


def test_a_wrong_checksum_hides_no_pickle(judge: Judge) -> None:
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        changed = both(zipped({"m/data.pkl": SYSTEM, "m/version": b"3"}, method), 14, 16, b"\x01\x02\x03\x04")
        assert judge(changed, "model.pt").loading is Loading.RUNS_CODE


def test_members_packed_by_lzma_and_zstandard_are_read(judge: Judge) -> None:
    assert judge(zipped({"m": SYSTEM}, zipfile.ZIP_LZMA), "a.zip").loading is Loading.RUNS_CODE
    assert judge(zipped({"m.pkl": HARMLESS}, zipfile.ZIP_LZMA), "a.zip").loading is Loading.ALLOW_LISTED
    packed = zstandard.ZstdCompressor().compress(HARMLESS)
    data = both(zipped({"m.pkl": packed}), 8, 10, struct.pack("<H", 93))
    data = both(data, 14, 16, struct.pack("<I", zlib.crc32(HARMLESS)))
    data = both(data, 22, 24, struct.pack("<I", len(HARMLESS)))
    assert judge(data, "a.zip").loading is Loading.ALLOW_LISTED


def test_lzma_without_an_end_mark_is_read(judge: Judge) -> None:
    packed = zipped({"m.pkl": HARMLESS}, zipfile.ZIP_LZMA)
    data = both(packed, 6, 8, b"\x00\x00")  # the flag says: no mark; what is there is then one too much
    assert judge(data, "a.zip").loading in (Loading.UNREADABLE, Loading.ALLOW_LISTED)


def unicode_path(name: str, other: str) -> bytes:
    info = zipfile.ZipInfo(name)
    raw = name.encode("cp437")
    field = b"\x01" + struct.pack("<I", zlib.crc32(raw)) + other.encode()
    info.extra = struct.pack("<HH", 0x7075, len(field)) + field
    return described(info, b"hello")


def test_a_second_name_is_ambiguous(judge: Judge) -> None:
    assert "zip-headers-disagree" in codes(judge(unicode_path("a.txt", "b.txt"), "a.zip"))
    assert "zip-member-path" in codes(judge(unicode_path("a.txt", "../b.txt"), "a.zip"))
    assert judge(unicode_path("a.txt", "a.txt"), "a.zip").loading is Loading.NO_LOADER


def test_a_zip64_archive_at_the_end_of_another_file_is_found(judge: Judge) -> None:
    data = zipped({"m/data.pkl": SYSTEM, "m/version": b"3"})
    central, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    wide = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, 2, 2, end - central, central)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, end, 1)
    last = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    archive = data[:end] + wide + locator + last
    assert zipfile.ZipFile(io.BytesIO(b"hello\n" + archive)).namelist()
    assert judge(archive, "model.pt").loading is Loading.RUNS_CODE
    assert judge(b"hello\n" + archive, "notes.txt").loading is Loading.RUNS_CODE


def test_two_end_records_are_ambiguous(judge: Judge) -> None:
    first, second = zipped({"a.txt": b"hello"}), zipped({"b.txt": b"other"})
    comment = second
    data = first[:-2] + struct.pack("<H", len(comment)) + comment
    assert "zip-end" in codes(judge(data, "a.zip"))


@pytest.mark.parametrize(("target", "loading"), [("a.txt", Loading.NO_LOADER), ("../a", Loading.UNREADABLE)])
def test_links_have_to_stay_in_the_archive(target: str, loading: Loading, judge: Judge) -> None:
    info = zipfile.ZipInfo("link")
    info.create_system, info.external_attr = 3, 0o120777 << 16
    assert judge(described(info, target.encode()), "a.zip").loading is loading


def test_names_that_torch_takes_for_one_are_ambiguous(judge: Judge) -> None:
    names = {"m/DATA.PKL": HARMLESS, "m/data.pkl": HARMLESS, "m/version": b"3"}
    assert "zip-duplicate" in codes(judge(zipped(names), "model.pt"))
    assert judge(zipped({"Readme": b"a", "README": b"b"}), "a.zip").loading is Loading.NO_LOADER


def test_a_folder_that_holds_bytes_is_judged(judge: Judge) -> None:
    data = zipped({"model/": b"\0" * 3})
    changed = both(data, 22, 24, bytes(4))
    assert judge(changed, "a.zip").loading is Loading.UNREADABLE


@pytest.mark.bounded
def test_many_members_end_in_bounded_time(judge: Judge) -> None:
    torches = zipped({f"{number}/data.pkl": b"N." for number in range(4000)})
    judge(torches, "a.zip")


@pytest.mark.parametrize("start", [b"hello\n", b"PK hello\n", b"PK\x01\x02hello", b"PK\x03\x04" + bytes(50)])
def test_an_archive_behind_other_bytes_is_found(start: bytes, judge: Judge) -> None:
    data = start + zipped({"m/data.pkl": SYSTEM, "m/version": b"3"})
    assert judge(data, "model.bin").loading is Loading.RUNS_CODE
