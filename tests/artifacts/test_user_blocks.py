"""What stands before an HDF5 file, in its user block: padded by zeros, and judged without them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from inspector.artifacts import Artifact
from inspector.provenance import Loading

Judge = Callable[[bytes, str], Artifact]
Fixture = Callable[[str], bytes]
SCRIPT = b"#!/bin/sh\necho hi\nexit\n"


@pytest.mark.parametrize("name", ["m.h5", "m.keras", "m.bin", "m"])
@pytest.mark.parametrize("size", [512, 1024, 2048])
def test_a_script_before_a_model_is_told(size: int, name: str, judge: Judge, fixture_file: Fixture) -> None:
    artifact = judge(SCRIPT.ljust(size, b"\0") + fixture_file("hdf5_latest.h5"), name)
    assert (artifact.format, artifact.loading) == ("hdf5", Loading.RUNS_CODE)
    assert [reason.code for reason in artifact.reasons] == ["program"]


def test_a_script_in_a_large_user_block_is_told(judge: Judge, fixture_file: Fixture) -> None:
    data = SCRIPT.ljust(1 << 17, b"\0") + fixture_file("hdf5_latest.h5")
    assert judge(data, "m.h5").loading is Loading.RUNS_CODE


@pytest.mark.parametrize(
    "text", [b"measured on Tuesday\n", b'{"shape": [1, 2]}', b"MATLAB 7.3 MAT-file", b""]
)
@pytest.mark.parametrize("size", [512, 1024, 2048])
def test_a_note_before_data_is_no_alarm(text: bytes, size: int, judge: Judge, fixture_file: Fixture) -> None:
    artifact = judge(text.ljust(size, b"\0") + fixture_file("hdf5_latest.h5"), "m.h5")
    assert (artifact.format, artifact.loading) == ("hdf5", Loading.DATA_ONLY)


@pytest.mark.parametrize(
    "pickle", [b"cos\nsystem\n(S'echo hi'\ntR.", b"\x80\x04\x8c\x02os\x8c\x06system\x93)R."]
)
def test_a_pickle_before_data_is_told(pickle: bytes, judge: Judge, fixture_file: Fixture) -> None:
    artifact = judge(pickle.ljust(512, b"\0") + fixture_file("hdf5_latest.h5"), "m.h5")
    assert artifact.loading is Loading.RUNS_CODE
    assert "os.system" in artifact.imports


def test_unknown_bytes_before_data_are_no_fine(judge: Judge, fixture_file: Fixture) -> None:
    data = bytes(range(128, 256)).ljust(512, b"\0") + fixture_file("hdf5_latest.h5")
    assert judge(data, "m.h5").loading not in (Loading.DATA_ONLY, Loading.NO_LOADER)
