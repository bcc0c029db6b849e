"""Compressed streams that break off: what they began with is not forgotten, whatever the file is called."""

from __future__ import annotations

import io
import random
import zipfile
import zlib

import pytest

from inspector.artifacts import BytesSource, read
from inspector.provenance import Loading

NOISE = random.Random(5).randbytes(400)


def archive() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr("m/data.pkl", b"\x80\x04\x8c\x02os\x8c\x06system\x93(\x8c\x06echo xtR.")
        made.writestr("m/noise", NOISE)
    return packed.getvalue()


@pytest.mark.parametrize("name", ["model.json", "model.bin", "notes.txt", "model"])
def test_an_archive_in_a_stream_that_breaks_off_is_not_passed(name: str) -> None:
    whole = zlib.compress(archive())
    assert read(BytesSource(whole), name).loading is Loading.RUNS_CODE
    cut = read(BytesSource(whole[: len(whole) // 2]), name)
    assert cut.loading in (Loading.UNREADABLE, Loading.RUNS_CODE)


def test_two_bytes_that_happen_to_be_zlibs_are_no_stream() -> None:
    assert read(BytesSource(b"x\x9c" + NOISE), "noise.dat").loading is Loading.NOT_UNDERSTOOD
