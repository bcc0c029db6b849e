"""Zip archives whose end records, directory or headers contradict themselves are never read as whole."""

from __future__ import annotations

import io
import pickle
import struct
import zipfile
from collections.abc import Callable

import pytest

from inspector.artifacts import Artifact
from inspector.provenance import Loading

Judge = Callable[[bytes, str], Artifact]
PICKLE = pickle.dumps({"a": [1, 2]}, 2)
END, DIRECTORY, LOCAL = b"PK\x05\x06", b"PK\x01\x02", b"PK\x03\x04"


def zipped(**members: bytes) -> bytearray:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in (members or {"m.pkl": PICKLE}).items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return bytearray(out.getvalue())


def put(data: bytearray, sign: bytes, offset: int, form: str, value: int) -> bytes:
    struct.pack_into(form, data, data.index(sign) + offset, value)
    return bytes(data)


def with_zip64(data: bytearray, **change: int) -> bytes:
    """The archive with a zip64 record and locator before its end, and all sizes moved there."""
    at = data.index(END)
    count, size, start = struct.unpack_from("<HLL", data, at + 10)
    values = {"count": count, "size": size, "start": start, "disk": 0, "where": at, "length": 44, **change}
    record = struct.pack(
        "<4sQHHLLQQQQ",
        *(b"PK\x06\x06", values["length"], 45, 45, values["disk"], 0, values["count"], values["count"]),
        *(values["size"], values["start"]),
    )
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, values["where"], 1)
    end = bytearray(data[at:])
    struct.pack_into("<HHLL", end, 8, 0xFFFF, change.get("small", 0xFFFF), 0xFFFFFFFF, 0xFFFFFFFF)
    return bytes(data[:at]) + record + locator + bytes(end)


def test_a_zip64_record_is_read(judge: Judge) -> None:
    assert judge(with_zip64(zipped()), "a.zip").loading is Loading.ALLOW_LISTED


BROKEN = [
    ("a disk of its own", lambda: put(zipped(), END, 4, "<H", 1)),
    ("a first disk", lambda: put(zipped(), END, 6, "<H", 1)),
    ("another count here", lambda: put(zipped(), END, 8, "<H", 2)),
    ("sizes in a record that is not there", lambda: put(zipped(), END, 12, "<L", 0xFFFFFFFF)),
    ("a directory behind the end", lambda: put(zipped(), END, 16, "<L", 0x00FFFFFF)),
    ("a directory longer than the archive", lambda: put(zipped(), END, 12, "<L", 0x00FFFFFF)),
    ("fewer members than announced", lambda: put(zipped(a=b"x", b=b"y"), END, 12, "<L", 47)),
    ("a member on another disk", lambda: put(zipped(), DIRECTORY, 34, "<H", 3)),
    ("a name longer than the directory", lambda: put(zipped(), DIRECTORY, 28, "<H", 999)),
    ("a member behind the end", lambda: put(zipped(), DIRECTORY, 42, "<L", 0x00FFFFFF)),
    ("a header where none is", lambda: put(zipped(), DIRECTORY, 42, "<L", 1)),
    ("a local header of another kind", lambda: put(zipped(a=b"x", b=b"y"), LOCAL, 0, "<L", 7)),
    ("more bytes than there are", lambda: put(zipped(), DIRECTORY, 20, "<L", 0x00FFFFFF)),
    ("a zip64 record of another disk", lambda: with_zip64(zipped(), disk=1)),
    ("a zip64 record elsewhere", lambda: with_zip64(zipped(), where=1)),
    ("a zip64 record of another length", lambda: with_zip64(zipped(), length=80)),
    ("a zip64 record with another count", lambda: with_zip64(zipped(), count=2)),
    ("two counts", lambda: with_zip64(zipped(), small=7)),
    ("a zip64 record that is no record", lambda: with_zip64(zipped()).replace(b"PK\x06\x06", b"PK\x06\x00")),
    ("a locator at the beginning", lambda: with_zip64(zipped())[-42:]),
]


@pytest.mark.parametrize("make", [pytest.param(make, id=name.replace(" ", "-")) for name, make in BROKEN])
def test_a_contradiction_is_never_read_as_a_whole_archive(make: Callable[[], bytes], judge: Judge) -> None:
    artifact = judge(make(), "model.zip")
    assert artifact.loading in (Loading.UNREADABLE, Loading.NOT_UNDERSTOOD), artifact.reasons
    assert artifact.reasons


@pytest.mark.parametrize("shape", ["<III", "<4sIII", "<IQQ", "<4sIQQ"])
@pytest.mark.parametrize("is_right", [True, False])
def test_sizes_behind_a_member_come_in_four_forms(shape: str, is_right: bool, judge: Judge) -> None:
    data = zipped()
    crc, packed, size = struct.unpack_from("<LLL", data, 14)
    sizes = (crc, packed, size if is_right else size + 1)
    behind = struct.pack(shape, *((b"PK\x07\x08",) if "4s" in shape else ()), *sizes)
    for sign, offset in ((LOCAL, 6), (DIRECTORY, 8)):
        struct.pack_into("<H", data, data.index(sign) + offset, 8)
    struct.pack_into("<LLL", data, 14, 0, 0, 0)
    at = data.index(DIRECTORY)
    data[at:at] = behind
    struct.pack_into("<L", data, data.index(END) + 16, at + len(behind))
    loading = judge(bytes(data), "a.zip").loading
    assert (loading is Loading.ALLOW_LISTED) is is_right
    assert is_right or loading is Loading.UNREADABLE


@pytest.mark.parametrize(
    ("name", "loading"),
    [("a.zip", Loading.NO_LOADER), ("a.keras", Loading.UNREADABLE), ("a.pt", Loading.UNREADABLE)],
)
def test_an_empty_archive_is_no_model(name: str, loading: Loading, judge: Judge) -> None:
    empty = END + bytes(18)
    assert judge(empty, name).loading is loading


def test_a_second_name_that_is_of_other_bytes_is_no_name(judge: Judge) -> None:
    field = struct.pack("<HHBL", 0x7075, 5 + 5, 1, 0) + b"o.pkl"
    info = zipfile.ZipInfo("m.pkl")
    info.extra = field
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(info, PICKLE)
    assert judge(out.getvalue(), "a.zip").loading is Loading.ALLOW_LISTED
