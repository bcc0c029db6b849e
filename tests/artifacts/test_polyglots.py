"""Files of two formats: whatever else the bytes are, what ``pickle.load`` would run of them counts."""

from __future__ import annotations

import io
import struct
import tarfile

import pytest

from inspector.artifacts import read
from inspector.artifacts.bytesource import BytesSource
from inspector.artifacts.interface import Artifact
from inspector.provenance import Loading

ALARMS = (Loading.RUNS_CODE, Loading.UNREADABLE, Loading.UNKNOWN_IMPORT)
EVIL = b"\x8c\x02os\x8c\x06system\x93\x8c\x07echo hi\x85R."
UNKNOWN = b"\x8c\x08evil.mod\x8c\x03run\x93\x8c\x01a\x85R."
PLAIN_PICKLE = b"\x80\x02}q\x00X\x01\x00\x00\x00aq\x01K\x01s."


def judged(data: bytes, name: str) -> Artifact:
    return read(BytesSource(data), name)


def codes(artifact: Artifact) -> set[str]:
    return {reason.code for reason in artifact.reasons}


def zstd_frame(content: bytes) -> bytes:
    """One raw block of one frame that states its size in a byte."""
    return (
        b"\x28\xb5\x2f\xfd\x20"
        + bytes([len(content)])
        + struct.pack("<I", len(content) << 3 | 1)[:3]
        + content
    )


def skippable(content: bytes, magic: bytes = b"\x56\x2a\x4d\x18") -> bytes:
    return magic + struct.pack("<I", len(content)) + content


def lz4_frame(content: bytes) -> bytes:
    import lz4.frame

    return bytes(lz4.frame.compress(content))


def tar_of(name: str, content: bytes = b"x\n") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        member = tarfile.TarInfo(name)
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


def gif(behind: bytes) -> bytes:
    """ "GIF89a" and three bytes of its size are BINFLOAT; what stands behind them is read as opcodes."""
    return b"GIF89a" + b"\x01\x00\x01" + behind + b"\x00;"


def safetensors_of(metadata: bytes) -> bytes:
    """The length of the header is SHORT_BINSTRING and 28, which is where the value of the metadata begins."""
    start = b'{"__metadata__":{"k":"'
    tensors = b'"},"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
    return struct.pack("<Q", 0x1C55) + (start + metadata + tensors).ljust(0x1C55) + bytes(4)


@pytest.mark.parametrize("name", ["a.pkl", "a.joblib", "a.ckpt", "a.model", "a", "a.npy"])
@pytest.mark.parametrize("frame", [zstd_frame, lz4_frame])
def test_a_frame_that_is_stepped_over_is_read_as_a_pickle(name: str, frame: object) -> None:
    assert callable(frame)
    data = skippable(b"\n" + EVIL) + frame(PLAIN_PICKLE)
    artifact = judged(data, name)
    assert artifact.loading is Loading.RUNS_CODE
    assert "os.system" in artifact.imports
    assert "pickle-inside" in codes(artifact)


def test_what_lies_far_behind_is_seen() -> None:
    """Operations that do nothing, and a long text that is stepped over, hide nothing."""
    for filler in (b"N0" * 40_000, b"X" + struct.pack("<I", 90_000) + b"a" * 90_000 + b"0"):
        data = skippable(b"\n" + filler + EVIL) + zstd_frame(PLAIN_PICKLE)
        assert judged(data, "a.pkl").loading is Loading.RUNS_CODE


def test_more_operations_than_are_read_are_no_fine() -> None:
    data = skippable(b"\n" + b"N0" * 600_000 + EVIL) + zstd_frame(PLAIN_PICKLE)
    artifact = judged(data, "a.pkl")
    assert artifact.loading is Loading.UNREADABLE
    assert "over-limit" in codes(artifact)


def test_a_run_of_one_number_is_no_pickle() -> None:
    """Weights of four bits are packed around eight, which is NEWTRUE: many of these opcodes are no pickle."""
    for byte in (b"\x88", b"N", b"]", b"("):
        data = skippable(b"\n" + byte * 300_000) + zstd_frame(PLAIN_PICKLE)
        assert judged(data, "a.bin").loading is Loading.ALLOW_LISTED


def test_a_longer_line_than_is_read_is_no_fine() -> None:
    data = (
        b"\x56\x2a\x4d\x18"
        + struct.pack("<I", (17 << 20) + 40)
        + b"a" * (17 << 20)
        + (b"\n0" + EVIL).ljust(40)
    )
    artifact = judged(data + zstd_frame(PLAIN_PICKLE), "a.pkl")
    assert artifact.loading is Loading.UNREADABLE
    assert "over-limit" in codes(artifact)


def test_an_honest_frame_that_is_stepped_over_is_none() -> None:
    for magic in (b"\x56\x2a\x4d\x18", b"\x50\x2a\x4d\x18", b"\x5d\x2a\x4d\x18"):
        for content in (
            b"made by a tool\nof version 3\n",
            bytes(40),
            b"\ncolours and more\nof this\n.",
            b"\ncolours\nand more\n",
            b"\n\x8c\x01ar\xff\xff\xff\x7f ",
        ):
            artifact = judged(skippable(content, magic) + zstd_frame(PLAIN_PICKLE), "a.pkl")
            assert artifact.loading is Loading.ALLOW_LISTED, (magic, content)


@pytest.mark.parametrize("name", ["a.pkl", "a.tar", "a.joblib", "a.bin", "a"])
@pytest.mark.parametrize("content", [b"x\n", PLAIN_PICKLE])
def test_the_name_of_a_member_is_read_as_a_pickle(name: str, content: bytes) -> None:
    data = tar_of("cos\nsystem\n(S'echo hi'\ntR.", content)
    artifact = judged(data, name)
    assert artifact.loading is Loading.RUNS_CODE
    assert "os.system" in artifact.imports


@pytest.mark.parametrize(
    "name",
    ["colors.css", "cities.json", "cos", "(import.py", "Vocab.txt", "Notes.md", "Image.txt", "}.txt", "Size"],
)
@pytest.mark.parametrize("content", [b"a\nb\n.c\n.\n", b"\n.\n", b"x\ncos\nsystem\n", b"x\nos\nsystem\n(tR."])
def test_an_honest_tar_is_none(name: str, content: bytes) -> None:
    assert judged(tar_of(name, content), "a.tar").loading is Loading.NO_LOADER


@pytest.mark.parametrize("name", ["a.pkl", "a.gif", "a.pt", "a"])
def test_what_a_picture_imports_is_told(name: str) -> None:
    known = judged(gif(b"(0" + EVIL), name)
    assert known.loading is Loading.RUNS_CODE
    unknown = judged(gif(b"(0" + UNKNOWN), name)
    assert unknown.loading in ALARMS
    assert {"unknown-import", "pickle-inside"} <= codes(unknown)
    assert unknown.imports == ("evil.mod.run",)
    assert judged(gif(bytes(80)), name).loading is Loading.NO_LOADER


def test_what_is_called_counts_before_a_pickle_breaks() -> None:
    artifact = judged(gif(b"(0" + UNKNOWN[:-1] + b"\xff"), "a.pkl")
    assert artifact.loading in ALARMS
    assert "evil.mod.run" in artifact.imports


def test_a_second_pickle_behind_a_harmless_one_is_told() -> None:
    assert judged(gif(b"N." + b"\x80\x04" + EVIL), "a.pkl").loading is Loading.RUNS_CODE


@pytest.mark.parametrize("name", ["a.pt", "a.bin", "a.safetensors", "a"])
def test_a_header_of_tensors_is_read_as_a_pickle(name: str) -> None:
    assert judged(safetensors_of(b"U of the year 1955, cos"), name).loading is Loading.DATA_ONLY
    # Two names, BINPUT to a place that makes the opcode behind it valid UTF-8, STACK_GLOBAL, and a call.
    names = b"U!evil_package.submodule.loader_modU#function_that_has_a_very_long_name2"
    artifact = judged(safetensors_of(names + b"q\xc2\x93(U " + b"a" * 32 + b"tR."), name)
    assert artifact.loading in ALARMS
    assert {"unknown-import", "pickle-inside"} <= codes(artifact)


@pytest.mark.parametrize("name", [b"sys tem", b"sy\0\x01tem", b"\x7f", b" "])
def test_a_module_is_imported_before_its_name_is_missed(name: bytes) -> None:
    """Importing runs the module; that it has nothing of such a name is found out afterwards."""
    called = b"\x8c\x08evil.mod\x8c" + bytes([len(name)]) + name + b"\x93."
    artifact = judged(gif(called), "a.gif")
    assert artifact.loading in ALARMS
    assert judged(gif(called.replace(b"evil.mod", b"evil mod")), "a.gif").loading is Loading.NO_LOADER
