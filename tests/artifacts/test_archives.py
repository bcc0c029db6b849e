"""Archives and compressed files: every member judged, every ambiguity unreadable, every bomb bounded."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import pickle
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable

import pytest

from inspector.artifacts import Artifact, BytesSource, read
from inspector.provenance import Loading

Judge = Callable[[bytes, str], Artifact]
SYSTEM = b"cos\nsystem\n(S'echo x'\ntR."
HARMLESS = pickle.dumps({"a": [1, 2]}, 2)


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, compress_type=method)
    return out.getvalue()


def tarred(members: dict[str, bytes], mode: str = "w") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload]
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def codes(artifact: Artifact) -> set[str]:
    return {reason.code for reason in artifact.reasons}


WRAPPED = {
    "zip": zipped({"a.txt": b"hello", "x/model.dat": SYSTEM}),
    "deflated": zipped({"model": SYSTEM}, zipfile.ZIP_DEFLATED),
    "bzipped member": zipped({"model": SYSTEM}, zipfile.ZIP_BZIP2),
    "zip in zip": zipped({"inner.zip": zipped({"m": SYSTEM})}),
    "tar": tarred({"m": SYSTEM}),
    "tar.gz": tarred({"m": SYSTEM}, "w:gz"),
    "tar with a long name": tarred({"d/" * 80 + "m": SYSTEM}),
    "gzip": gzip.compress(SYSTEM),
    "two gzip streams": gzip.compress(SYSTEM[:10]) + gzip.compress(SYSTEM[10:]),
    "bzip2": bz2.compress(SYSTEM),
    "xz": lzma.compress(SYSTEM),
    "lzma": lzma.compress(SYSTEM, lzma.FORMAT_ALONE),
    "zlib": zlib.compress(SYSTEM),
    "three streams of lines": b"".join(gzip.compress(line) for line in SYSTEM.splitlines(keepends=True)),
    "zlib of gzip": zlib.compress(gzip.compress(SYSTEM)),
    "torch zip": zipped({"m/data.pkl": SYSTEM, "m/version": b"3\n", "m/data/0": b"1234"}),
    "torch zip, second pickle": zipped({"m/data.pkl": HARMLESS, "m/version": b"3", "n/data.pkl": SYSTEM}),
    "torch zip, pickle as storage": zipped({"m/data.pkl": HARMLESS, "m/version": b"3", "m/data/0": SYSTEM}),
    "torch zip, constants": zipped({"m/data.pkl": HARMLESS, "m/version": b"3", "m/constants.pkl": SYSTEM}),
    "npz": zipped({"x.npy": b"\x93NUMPY\x01\x00" + struct.pack("<H", 54)
                   + b"{'descr': '|O', 'fortran_order': False, 'shape': (1,)}" + SYSTEM}),
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(WRAPPED))
@pytest.mark.parametrize("path", ["model.bin", "model.pt", "archive"])
def test_a_pickle_is_found_inside_of(kind: str, path: str, judge: Judge) -> None:
    artifact = judge(WRAPPED[kind], path)
    assert artifact.loading is Loading.RUNS_CODE, artifact
    assert artifact.is_pickle
    assert "os.system" in artifact.imports


def test_reasons_name_the_member(judge: Judge) -> None:
    artifact = judge(WRAPPED["zip in zip"], "a.zip")
    assert artifact.reasons[0].member == "inner.zip/m"
    assert artifact.reasons[0].offset == 0


def test_an_archive_of_texts_has_no_loader(judge: Judge) -> None:
    assert judge(zipped({"a.md": b"hello", "b/": b""}), "a.zip").loading is Loading.NO_LOADER
    assert judge(tarred({"a.md": b"hello"}), "a.tar").loading is Loading.NO_LOADER
    assert judge(gzip.compress(b"a,b\n1,2\n" * 1000), "data.csv.gz").loading is Loading.NO_LOADER


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, zlib.compress])
@pytest.mark.parametrize("cut", [5, len(SYSTEM)])
def test_a_pickle_in_several_streams_under_the_name_of_a_text_is_found(
    judge: Judge, pack: Callable[[bytes], bytes], cut: int
) -> None:
    packed = pack(SYSTEM[:cut]) + pack(SYSTEM[cut:] + b"\n1,2\n")
    assert judge(packed, "table.csv.gz").loading is Loading.RUNS_CODE


def test_a_text_pickle_that_ends_far_behind_the_first_lines_of_a_packed_text_is_found(judge: Judge) -> None:
    far = b"cos\nsystem\n(S'echo x" + b" " * (3 << 20) + b"'\ntR."
    assert judge(gzip.compress(far, 1), "notes.txt.gz").loading is Loading.RUNS_CODE


def test_a_broken_stream_that_unpacks_to_a_pickle_first_is_no_text(judge: Judge) -> None:
    """joblib unpacks zlib piece by piece: the call is made before the stream breaks."""
    packed = zlib.compress(SYSTEM)[:-7] + b"TREE"
    assert judge(packed, "model.json").loading is Loading.UNREADABLE


def test_bytes_behind_a_packed_text_are_told(judge: Judge) -> None:
    artifact = judge(gzip.compress(b"a,b\n1,2\n") + b"more", "data.csv.gz")
    assert artifact.loading is Loading.UNREADABLE


def patched(data: bytes, at: int, new: bytes) -> bytes:
    return data[:at] + new + data[at + len(new) :]


def test_directory_and_local_headers_have_to_agree(judge: Judge) -> None:
    data = zipped({"model.txt": b"hello world"})
    assert judge(data, "a.zip").loading is Loading.NO_LOADER
    central = data.index(b"PK\x01\x02")
    for change in (
        patched(data, 30, b"other.txt"),  # another name in the local header
        patched(data, 8, b"\x08"),  # another method
        patched(data, 6, b"\x02"),  # other flags
        patched(data, 22, b"\x05"),  # another size
        patched(data, central + 24, b"\x05"),  # another size in the directory
        patched(data, central + 46, b"hodel.txt"),
    ):
        artifact = judge(change, "a.zip")
        assert artifact.loading is Loading.UNREADABLE
        assert "zip-headers-disagree" in codes(artifact)


def test_bytes_that_belong_to_nothing_are_ambiguous(judge: Judge) -> None:
    data = zipped({"a.txt": b"hello"})
    central = data.index(b"PK\x01\x02")
    assert "zip-tail" in codes(judge(data + b"more", "a.zip"))
    end = data.index(b"PK\x05\x06")
    gap = data[:central] + b"gap!" + data[central:end] + data[end : end + 16]
    gap += struct.pack("<I", central + 4) + data[end + 20 :]
    assert "zip-gap" in codes(judge(gap, "a.zip"))
    inserted = zipped({"a.txt": b"x"})
    assert "zip-prefix" in codes(judge(inserted[:30] + inserted, "a.zip"))


def test_a_gap_between_two_members_is_ambiguous(judge: Judge) -> None:
    data = zipped({"a.txt": b"hello", "b.txt": b"world"})
    second = data.index(b"PK\x03\x04", 4)
    central = data.index(b"PK\x01\x02")
    end = data.index(b"PK\x05\x06")
    entry = data.index(b"PK\x01\x02", central + 4)
    moved = patched(data, entry + 42, struct.pack("<I", second + 4))
    moved = patched(moved, end + 16, struct.pack("<I", central + 4))
    artifact = judge(moved[:second] + b"gap!" + moved[second:], "a.zip")
    assert artifact.loading is Loading.UNREADABLE
    assert codes(artifact) == {"zip-gap"}


def test_what_unpacks_to_hundreds_of_times_its_size_is_called_a_bomb(judge: Judge) -> None:
    artifact = judge(gzip.compress(bytes(100_000_000), 9), "a.gz")
    assert artifact.loading is Loading.UNREADABLE
    assert "bomb" in artifact.reasons[0].message


def test_a_member_that_stands_there_twice_is_ambiguous(judge: Judge) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive, pytest.warns(UserWarning):
        archive.writestr(zipfile.ZipInfo("data.txt"), b"one")
        archive.writestr(zipfile.ZipInfo("data.txt"), b"two")
    assert "zip-duplicate" in codes(judge(out.getvalue(), "a.zip"))
    assert "zip-duplicate" in codes(judge(zipped({"a/b": b"1", "a//b": b"2"}), "a.zip"))


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../../x", "..\\x", "C:/x"])
def test_a_member_that_points_out_of_the_archive_is_named(name: str, judge: Judge) -> None:
    artifact = judge(zipped({name: b"hello"}), "a.zip")
    assert artifact.loading is Loading.UNREADABLE
    assert "zip-member-path" in codes(artifact)
    assert "tar-member-path" in codes(judge(tarred({name: b"x"}), "a.tar")) or ":" in name or "\\" in name


def test_an_encrypted_member_is_unreadable(judge: Judge) -> None:
    data = zipped({"m.pkl": HARMLESS})
    central = data.index(b"PK\x01\x02")
    locked = patched(patched(data, 6, b"\x01"), central + 8, b"\x01")
    assert "encrypted" in codes(judge(locked, "a.zip"))


@pytest.mark.parametrize("cut", [1, 10, 40, 100])
def test_a_cut_off_archive_is_unreadable(cut: int, judge: Judge) -> None:
    for data in (
        zipped({"a.txt": b"hello" * 20}),
        gzip.compress(HARMLESS * 30),
        tarred({"a": b"x"})[: 1024 + cut],
    ):
        assert judge(data[:-cut] if len(data) > cut else b"PK\x03\x04", "a.zip").loading is Loading.UNREADABLE


@pytest.mark.bounded
def test_bombs_end_in_bounded_time(judge: Judge) -> None:
    layer = b"\0" * 50_000_000
    for _ in range(3):
        layer = zlib.compress(layer * (1 if len(layer) > 10_000_000 else 1000), 9)
    many = zipped({f"{number}.txt": b"" for number in range(3000)})
    nested = HARMLESS
    for _ in range(12):
        nested = gzip.compress(nested)
    assert judge(layer, "a.joblib").loading is Loading.UNREADABLE
    assert judge(many, "a.zip").loading is Loading.NO_LOADER
    deep = judge(nested, "a.gz")
    assert deep.loading is Loading.UNREADABLE and "over-limit" in codes(deep)


def test_a_dangerous_member_stands_though_another_one_is_a_bomb(judge: Judge) -> None:
    data = zipped({"a.pkl": SYSTEM, "b.bin": b"\xff\xff\xff\xff"}, zipfile.ZIP_DEFLATED)
    central = data.rindex(b"PK\x01\x02")
    lying = patched(data, central + 24, struct.pack("<I", 1 << 30))
    assert judge(lying, "a.zip").loading is Loading.RUNS_CODE


def torch_zip(elements: int, data: bytes) -> bytes:
    storage = (
        b"\x80\x02(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpuJ"
        + struct.pack("<i", elements) + b"tQ."
    )  # fmt: skip
    return zipped({"m/data.pkl": storage, "m/version": b"3\n", "m/data/0": data})


def test_a_storage_has_the_size_that_the_pickle_says(judge: Judge) -> None:
    assert judge(torch_zip(2, bytes(8)), "a.pt").loading is Loading.ALLOW_LISTED
    assert "storage-size" in codes(judge(torch_zip(2, bytes(7)), "a.pt"))
    assert "storage-size" in codes(judge(torch_zip(3, bytes(8)), "a.pt"))


def test_raw_numbers_of_a_tensor_are_not_taken_for_a_file(judge: Judge) -> None:
    looks_like_a_program = b"\x7fELF" + bytes(4)
    assert judge(torch_zip(2, looks_like_a_program), "a.pt").loading is Loading.ALLOW_LISTED


def test_tensor_data_is_not_read(counting: type, fixture_file: Callable[[str], bytes]) -> None:
    source = counting(torch_zip(4_000_000, bytes(16_000_000)))
    assert read(source, "model.pt").loading is Loading.ALLOW_LISTED
    assert source.bytes_read < 1_000_000


def test_old_torch_files_end_where_their_storages_end(
    judge: Judge, fixture_file: Callable[[str], bytes]
) -> None:
    data = fixture_file("state_legacy.pt")
    for changed in (data + b"x", data[:-1]):
        assert "storage-size" in codes(judge(changed, "a.pt"))


def hiding_array() -> bytes:
    """A joblib array of 40 bytes, without padding, whose bytes are opcodes to pickle.load."""
    text = lambda value: b"X" + struct.pack("<I", len(value)) + value  # noqa: E731
    dtype = b"cnumpy\ndtype\n" + text(b"u1") + b"\x85R"
    state = b"}(" + text(b"shape") + b"K(\x85" + text(b"dtype") + dtype + text(b"order") + text(b"C")
    state += text(b"numpy_array_alignment_bytes") + b"Nu"
    wrapper = b"\x80\x02cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81" + state + b"b"
    return wrapper + SYSTEM.ljust(40, b"x") + b"."


def test_opcodes_in_a_joblib_array_count_for_the_other_reader(judge: Judge) -> None:
    artifact = judge(hiding_array(), "a.joblib")
    assert artifact.loading is Loading.RUNS_CODE
    assert "hidden-import" in codes(artifact)


@pytest.mark.parametrize(
    ("members", "loading", "word"),
    [
        ({"m/data.pkl": HARMLESS, "m/version": b"3", "m/code/x.py": b""}, Loading.RUNS_CODE, "torchscript"),
        ({"MAR-INF/MANIFEST.json": b"{}", "handler.py": b"pass"}, Loading.RUNS_CODE, "torchserve-archive"),
        ({"config.json": b"{}", "metadata.json": b"{}"}, Loading.UNREADABLE, "keras-zip"),
        (
            {"config.json": json.dumps({"class_name": "Lambda"}).encode(), "metadata.json": b"{}"},
            Loading.RUNS_CODE, "keras-zip",
        ),
        ({"schema.json": b"{}"}, Loading.UNREADABLE, "skops"),
        ({"lib.so": b"\x7fELF" + bytes(60)}, Loading.RUNS_CODE, "zip"),
        ({"data.parquet": b"PAR1" + bytes(9)}, Loading.NOT_UNDERSTOOD, "zip"),
    ],
)  # fmt: skip
def test_known_archives(members: dict[str, bytes], loading: Loading, word: str, judge: Judge) -> None:
    artifact = judge(zipped(members), "a.zip")
    assert artifact.loading is loading, artifact
    assert artifact.format == word
    assert artifact.reasons


def test_the_archive_stays_open_for_its_owner() -> None:
    source = BytesSource(zipped({"a": b"b"}))
    read(source, "a.zip")
    assert source.read_at(0, 2) == b"PK"
