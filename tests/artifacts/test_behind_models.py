"""Pickles behind the end of a TensorFlow Lite model, whose reader steps over what follows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from inspector.artifacts import Artifact
from inspector.provenance import Loading

Judge = Callable[[bytes, str], Artifact]
MODEL = (Path(__file__).parent / "models" / "dense.tflite").read_bytes()
PICKLES = {
    "protocol 0": b"cos\nsystem\n(S'echo x'\ntR.",
    "protocol 4": b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x06echo x\x85R.",
    "unknown": b"\x80\x04\x8c\x08evil.mod\x8c\x03run\x93\x8c\x01a\x85R.",
}


@pytest.mark.parametrize("kind", PICKLES)
@pytest.mark.parametrize("padding", [0, 1, 8, 4096])
def test_a_pickle_behind_the_model_is_told(kind: str, padding: int, judge: Judge) -> None:
    artifact = judge(MODEL + bytes(padding) + PICKLES[kind], "m.tflite")
    assert (artifact.format, artifact.loading) == ("tflite", Loading.UNREADABLE)
    assert [reason.code for reason in artifact.reasons] == ["bytes-after-end"]
    assert artifact.imports in (("os.system",), ("evil.mod.run",))
    assert artifact.reasons[0].offset == len(MODEL) + padding


def test_a_pickle_behind_other_bytes_is_told(judge: Judge) -> None:
    artifact = judge(MODEL + b"some notes \x80\x02 of nobody" * 20 + PICKLES["protocol 4"], "m.tflite")
    assert artifact.loading is Loading.UNREADABLE


@pytest.mark.parametrize(
    "tail", [b"", bytes(64), b"a note", b"\x80\x04N.", b"\x80\x02 and \x80\x03", b"cos\nand\n"]
)
def test_other_bytes_behind_the_model_are_no_alarm(tail: bytes, judge: Judge) -> None:
    artifact = judge(MODEL + tail, "m.tflite")
    assert (artifact.format, artifact.loading) == ("tflite", Loading.DATA_ONLY)
    assert not artifact.reasons
