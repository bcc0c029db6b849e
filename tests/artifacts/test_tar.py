"""Tar archives that two readers would unpack to different files, and the oldest torch format."""

from __future__ import annotations

import io
import pickle
import struct
import tarfile
from collections.abc import Callable

import pytest

from inspector.artifacts import Artifact
from inspector.provenance import Loading

Judge = Callable[[bytes, str], Artifact]
SYSTEM = b"cos\nsystem\n(S'echo x'\ntR."
HARMLESS = pickle.dumps({"a": [1, 2]}, 2)
END = bytes(1024)


def codes(artifact: Artifact) -> set[str]:
    return {reason.code for reason in artifact.reasons}


def member(name: bytes, data: bytes, kind: bytes = b"0", size: int | None = None, link: bytes = b"") -> bytes:
    """One header with its data; ``size`` is what the header states."""
    length = len(data) if size is None else size
    header = (
        name.ljust(100, b"\0") + b"0000644\0" + b"0000000\0" * 2 + b"%011o\0" % length + b"0" * 11 + b"\0"
    )
    header += b" " * 8 + kind + link.ljust(100, b"\0") + b"ustar\x0000"
    return summed(header.ljust(512, b"\0")) + data.ljust(-(-len(data) // 512) * 512, b"\0")


def summed(header: bytes, *, signed: bool = False, binary: bool = False) -> bytes:
    blank = header[:148] + b" " * 8 + header[156:]
    total = sum(byte - 256 if signed and byte > 127 else byte for byte in blank)
    field = b"\x80" + total.to_bytes(7, "big") if binary else b"%06o\0 " % total
    return header[:148] + field + header[156:]


def pax(records: bytes, kind: bytes = b"x") -> bytes:
    return member(b"pax", records, kind)


def test_a_member_hidden_in_a_folder_is_found(judge: Judge) -> None:
    hidden = member(b"model.pkl", SYSTEM)
    for kind in (b"5", b"1", b"2", b"3"):
        artifact = judge(member(b"folder/", b"", kind, size=1024, link=b"x") + hidden + END, "a.tar")
        assert artifact.loading is Loading.RUNS_CODE, kind
        assert "tar-ambiguous" in codes(artifact)


def test_members_behind_the_end_mark_are_found(judge: Judge) -> None:
    first, second = member(b"a.txt", b"hello"), member(b"model.pkl", SYSTEM)
    for zeros in (512, 1024, 5120):
        artifact = judge(first + bytes(zeros) + second + END, "a.tar")
        assert artifact.loading is Loading.RUNS_CODE, zeros
        assert "bytes-after-end" in codes(artifact)
    assert codes(judge(first + END + b"more", "a.tar")) == {"bytes-after-end"}
    assert judge(first + bytes(20 * 512), "a.tar").loading is Loading.NO_LOADER


def test_headers_are_recognised_by_any_checksum_that_readers_take(judge: Judge) -> None:
    plain_header = member(b"m\xe4\xf6.pkl", SYSTEM)
    for changed in (summed(plain_header[:512], signed=True), summed(plain_header[:512], binary=True)):
        data = changed + plain_header[512:] + END
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            assert archive.getmembers()
        assert judge(data, "archive").loading is Loading.RUNS_CODE


def test_a_name_cannot_hide_in_the_value_of_another_record(judge: Judge) -> None:
    value = b"x\n18 path=model.pkl\n"
    body = b" comment=" + value + b"\n"
    records = b"%d" % (len(body) + 2) + body
    archive = pax(records) + member(b"../a.txt", b"hello") + END
    assert "tar-member-path" in codes(judge(archive, "a.tar"))


@pytest.mark.parametrize(
    ("records", "kind", "loading"),
    [
        (b"13 path=a.md\n", b"x", Loading.NO_LOADER),
        (b"14 path=../md\n", b"x", Loading.UNREADABLE),
        (b"12 size=100\n", b"x", Loading.UNREADABLE),
        (b"12 path=a.m\n", b"g", Loading.UNREADABLE),
        (b"24 GNU.sparse.name=a.pk\n", b"x", Loading.UNREADABLE),
        (b"99 path=a.md\n", b"x", Loading.UNREADABLE),
        (b"no record", b"x", Loading.UNREADABLE),
    ],
)
def test_extended_headers(records: bytes, kind: bytes, loading: Loading, judge: Judge) -> None:
    archive = pax(records, kind) + member(b"a.txt", b"hello") + END
    assert judge(archive, "a.tar").loading is loading


@pytest.mark.parametrize(
    ("name", "kind", "link", "loading"),
    [
        (b"d/l", b"2", b"../a.txt", Loading.NO_LOADER),
        (b"d/l", b"2", b"../../a.txt", Loading.UNREADABLE),
        (b"l", b"2", b"/etc/passwd", Loading.UNREADABLE),
        (b"l", b"1", b"a.txt", Loading.NO_LOADER),
        (b"d/l", b"1", b"../a.txt", Loading.UNREADABLE),
        (b"l", b"6", b"", Loading.UNREADABLE),
        (b"l", b"Z", b"", Loading.UNREADABLE),
    ],
)
def test_links_have_to_stay_in_the_archive(
    name: bytes, kind: bytes, link: bytes, loading: Loading, judge: Judge
) -> None:
    archive = member(b"a.txt", b"hello") + member(name, b"", kind, link=link) + END
    assert judge(archive, "a.tar").loading is loading


def test_a_member_of_an_unknown_kind_is_judged_as_a_file(judge: Judge) -> None:
    assert judge(member(b"m", SYSTEM, b"Z") + END, "a.tar").loading is Loading.RUNS_CODE


@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_long_names_and_links_are_no_objection(form: int, judge: Judge) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        info = tarfile.TarInfo("folder/" * 30 + "a.txt")
        info.size = 5
        archive.addfile(info, io.BytesIO(b"hello"))
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "folder/" * 30 + "a.txt"
        archive.addfile(link)
    artifact = judge(out.getvalue(), "a.tar")
    assert artifact.loading is Loading.NO_LOADER, artifact


def torch_tar(hostile_at: str) -> bytes:
    """What torch.save wrote before 0.1.10, with one pickle replaced."""
    kind = b"\x80\x02(K\x00X\x03\0\0\0cpuctorch\nFloatStorage\nt."
    parts = {
        "count": pickle.dumps(1, 2),
        "storage": kind,
        "views": pickle.dumps([], 2),
        "tensor": b"\x80\x02(K\x01K\x00ctorch\nFloatTensor\nt.",
        "object": pickle.dumps({"weight": 1}, 2),
        "system": pickle.dumps({"protocol_version": 1000}, 2),
    }
    if hostile_at in parts:
        parts[hostile_at] = SYSTEM
    numbers = struct.pack("<q4f", 4, 1, 2, 3, 4)
    shape = struct.pack("<iiqqq", 1, 0, 4, 1, 0)
    storages = parts["count"] + parts["storage"] + numbers + parts["views"]
    members = {
        b"sys_info": parts["system"],
        b"pickle": parts["object"],
        b"tensors": pickle.dumps(1, 2) + parts["tensor"] + shape,
        b"storages": storages,
    }
    return b"".join(member(name, data) for name, data in members.items()) + END


@pytest.mark.parametrize("place", ["count", "storage", "views", "tensor", "object", "system"])
def test_every_pickle_of_the_oldest_torch_format_is_judged(place: str, judge: Judge) -> None:
    artifact = judge(torch_tar(place), "model.pt")
    assert artifact.format == "torch-tar"
    assert artifact.loading is Loading.RUNS_CODE
    assert artifact.imports.count("os.system") == 1


def test_the_oldest_torch_format_is_never_fine(judge: Judge) -> None:
    artifact = judge(torch_tar(""), "model.pt")
    assert artifact.loading is Loading.UNREADABLE
    assert artifact.is_pickle
