"""What a file needs and does not hold, and what a format is by its members."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile

import pytest

from inspector.artifacts import BytesSource, read
from inspector.artifacts.explain import explain
from inspector.provenance import Loading


def zipped(**members: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        for name, content in members.items():
            made.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return packed.getvalue()


@pytest.mark.parametrize("packing", ["gz", "bz2", ""])
@pytest.mark.parametrize("prefix", ["", "./"])
def test_a_torchserve_archive_is_one_as_tar_too(packing: str, prefix: str) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode=f"w:{packing}") as made:
        for name, content in (("MAR-INF/MANIFEST.json", b'{"handler": "h.py"}'), ("h.py", b"x = 1\n")):
            entry = tarfile.TarInfo(prefix + name)
            entry.size = len(content)
            made.addfile(entry, io.BytesIO(content))
    artifact = read(BytesSource(packed.getvalue()), "model.tgz")
    assert artifact.loading is Loading.RUNS_CODE
    assert [reason.code for reason in artifact.reasons].count("model-archive") == 1


def storage_of(key: bytes) -> bytes:
    """A pickle of one tensor's storage, as torch writes it."""
    return (
        b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\nFloatStorage\n"
        b"X"
        + len(key).to_bytes(4, "little")
        + key
        + b"X\x03\x00\x00\x00cpuK\x02tQK\x00K\x02\x85K\x01\x85\x89"
        b"ccollections\nOrderedDict\n)RtR."
    )


def test_a_storage_that_is_not_in_the_archive_is_missed() -> None:
    there = {"a__version": b"3\n", "a__byteorder": b"little", "a__data_dot_pkl": storage_of(b"0")}
    whole = read(BytesSource(zipped(**there, a__data__0=bytes(8))), "a.pt")
    assert whole.loading is Loading.ALLOW_LISTED
    lacking = read(BytesSource(zipped(**there, a__data__1=bytes(8))), "a.pt")
    assert lacking.loading is Loading.UNREADABLE
    assert "storage-missing" in {reason.code for reason in lacking.reasons}


def layer(name: str, module: str) -> bytes:
    inner = {"module": module, "class_name": name, "config": {"name": "op"}, "registered_name": None}
    config = {"layers": [inner], "name": "f", "input_layers": [], "output_layers": []}
    return json.dumps(
        {"module": "keras.src.models.functional", "class_name": "Functional", "config": config}
    ).encode()


@pytest.mark.parametrize("name", ["Add", "Multiply", "GetItem", "Mean", "Softmax"])
def test_operations_of_a_functional_model_are_no_foreign_code(name: str) -> None:
    packed = zipped(config_dot_json=layer(name, "keras.src.ops.numpy"), metadata_dot_json=b"{}")
    assert read(BytesSource(packed), "m.keras").loading is Loading.DATA_ONLY


@pytest.mark.parametrize(("name", "module"), [("Map", "keras.src.ops.core"), ("Add", "keras.src.opsy.numpy")])
def test_operations_that_are_made_of_a_function_are_said(name: str, module: str) -> None:
    packed = zipped(config_dot_json=layer(name, module), metadata_dot_json=b"{}")
    assert read(BytesSource(packed), "m.keras").loading is Loading.RUNS_CODE


def test_what_is_no_pickle_is_not_called_one() -> None:
    content = json.dumps({"py/object": "acme.Thing"}).encode()
    told = explain(BytesSource(content), "a.json")
    assert told["loading"] == "unknown-import"
    assert not any("pickle with" in sentence for sentence in told["summary"])
