"""TensorFlow Lite models with the files that belong to them: a zip archive behind the flatbuffer."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable

import pytest

from inspector.artifacts import Artifact
from inspector.provenance import Loading

Judge = Callable[[bytes, str], Artifact]
PICKLE = b"cos\nsystem\n(S'echo x'\ntR."


def model() -> bytes:
    """The flatbuffer of a model with one built-in operator, and numbers behind it."""
    buffer = bytearray(struct.pack("<I4s", 20, b"TFL3"))
    buffer += struct.pack("<HHHHHH", 8, 12, 0, 4, 0, 0)  # the model's vtable, at 8: its field 1 stands at 4
    buffer += struct.pack("<iII", 12, 8, 0)  # the model, at 20; its operator codes stand at 32
    buffer += struct.pack("<II", 1, 8)  # one of them, at 44
    buffer += struct.pack("<HH", 4, 4)
    buffer += struct.pack("<i", 4)
    return bytes(buffer) + bytes(60)


def appended(members: dict[str, bytes], start: bytes) -> bytes:
    """As TensorFlow Lite's own tools append files: places count from the beginning of the file."""
    buffer = io.BytesIO()
    buffer.write(start)
    with zipfile.ZipFile(buffer, "a") as opened:
        for name, data in members.items():
            opened.writestr(name, data)
    return buffer.getvalue()


def joined(members: dict[str, bytes], start: bytes) -> bytes:
    """An archive made for itself and put behind: places count from its own beginning."""
    return start + appended(members, b"")


def codes(artifact: Artifact) -> set[str]:
    return {reason.code for reason in artifact.reasons}


@pytest.mark.parametrize("put", [appended, joined])
@pytest.mark.parametrize("size", [0, 1, 3])
def test_a_model_with_labels_behind_it_is_data(
    put: Callable[[dict[str, bytes], bytes], bytes], size: int, judge: Judge
) -> None:
    assert judge(model(), "m.tflite").loading is Loading.DATA_ONLY
    labels = {"labels.txt": b"cat\neval\n", "vocab.txt": b"the\nof\n"}
    artifact = judge(put(labels, model() + bytes(size)), "m.tflite")
    assert (artifact.format, artifact.loading) == ("tflite", Loading.DATA_ONLY)
    assert not artifact.reasons


@pytest.mark.parametrize("put", [appended, joined])
def test_what_stands_in_the_archive_counts(
    put: Callable[[dict[str, bytes], bytes], bytes], judge: Judge
) -> None:
    artifact = judge(put({"labels.txt": b"cat\n", "x.pkl": PICKLE}, model()), "m.tflite")
    assert artifact.loading is Loading.RUNS_CODE and artifact.is_pickle
    assert judge(put({"../labels.txt": b"cat\n"}, model()), "m.tflite").loading is Loading.UNREADABLE


@pytest.mark.parametrize("put", [appended, joined])
def test_an_archive_that_hides_bytes_or_disagrees_is_told(
    put: Callable[[dict[str, bytes], bytes], bytes], judge: Judge
) -> None:
    whole = put({"labels.txt": b"cat\n", "vocab.txt": b"the\n"}, model())
    at = whole.rindex(b"PK\x05\x06")
    size, start = struct.unpack_from("<II", whole, at + 12)
    directory = at - size
    hidden = bytearray(whole[:directory] + bytes(16) + whole[directory:])
    hidden[at + 16 + 16 : at + 16 + 20] = struct.pack("<I", start + 16)
    artifact = judge(bytes(hidden), "m.tflite")
    assert artifact.loading is Loading.UNREADABLE and "zip-gap" in codes(artifact)
    unstated = whole[:directory] + bytes(16) + whole[directory:]
    assert judge(unstated, "m.tflite").loading is Loading.UNREADABLE
    second = whole.index(b"PK\x03\x04", whole.index(b"PK\x03\x04") + 4)
    renamed = whole[: second + 30] + b"V" + whole[second + 31 :]
    assert codes(judge(renamed, "m.tflite")) == {"zip-headers-disagree"}


def test_a_gap_before_an_archive_that_counts_from_itself_is_told(judge: Judge) -> None:
    archive = appended({"labels.txt": b"cat\n"}, bytes(16))  # it counts sixteen bytes as its own
    artifact = judge(model() + archive, "m.tflite")
    assert artifact.loading is Loading.UNREADABLE and codes(artifact) == {"zip-gap"}


def test_other_files_may_not_stand_before_an_archive(judge: Judge) -> None:
    for put in (appended, joined):
        start = b"\x89PNG\r\n\x1a\n" + bytes(40)
        artifact = judge(put({"labels.txt": b"cat\n"}, start), "m.png")
        assert artifact.loading is Loading.UNREADABLE and "zip-gap" in codes(artifact)
