"""Checkpoints become safetensors with the bytes that torch itself would write, or not at all."""

from __future__ import annotations

import json
import pickle
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import safetensors

from inspector.artifacts import BytesSource
from inspector.artifacts.conversion.convert import plan_conversion, write_safetensors
from inspector.cli import run
from inspector.provenance import UnreadableInput

Fixture = Callable[[str], bytes]


def tensors_of(data: bytes) -> dict[str, tuple[str, list[int], bytes]]:
    return {
        name: (tensor["dtype"], tensor["shape"], bytes(tensor["data"]))
        for name, tensor in safetensors.deserialize(data)
    }


@pytest.mark.parametrize("name", ["mixed.pt", "mixed_legacy.pt"])
def test_every_tensor_has_the_bytes_that_torch_writes(
    name: str, fixture_file: Fixture, tmp_path: Path
) -> None:
    plan = plan_conversion(BytesSource(fixture_file(name)))
    assert not plan.refused
    write_safetensors(plan, tmp_path / "out.safetensors")
    expected = tensors_of(fixture_file("mixed.safetensors"))
    if "legacy" in name:
        expected.pop("unsigned")
    assert tensors_of((tmp_path / "out.safetensors").read_bytes()) == expected
    assert [path.name for path in tmp_path.iterdir()] == ["out.safetensors"]


def test_tensors_that_share_numbers_are_named_together(fixture_file: Fixture) -> None:
    shared = plan_conversion(BytesSource(fixture_file("mixed.pt"))).shared()
    assert shared == [["nested.ordered.x", "part", "turned"]]


def test_a_whole_module_gives_the_names_of_its_state(fixture_file: Fixture) -> None:
    plan = plan_conversion(BytesSource(fixture_file("module.pt")))
    assert sorted(plan.tensors) == ["bias", "weight"] and not plan.refused


def persistent(key: str, count: int, storage: str = "FloatStorage") -> bytes:
    parts = b"X" + struct.pack("<I", 7) + b"storage" + b"ctorch\n" + storage.encode() + b"\n"
    parts += (
        b"X"
        + struct.pack("<I", len(key))
        + key.encode()
        + b"X\x03\0\0\0cpu"
        + b"J"
        + struct.pack("<i", count)
    )
    return b"(" + parts + b"tQ"


def tensor(key: str = "0", count: int = 2, offset: int = 0, size: int = 2, **kind: str) -> bytes:
    made = (
        persistent(key, count, **kind) + b"K" + bytes([offset]) + b"K" + bytes([size]) + b"\x85K\x01\x85\x89}"
    )
    return b"ctorch._utils\n_rebuild_tensor_v2\n(" + made + b"tR"


def checkpoint(tmp_path: Path, items: dict[str, bytes], extra: dict[str, bytes] | None = None) -> Path:
    body = b"".join(b"X" + struct.pack("<I", len(key)) + key.encode() + value for key, value in items.items())
    path = tmp_path / "in.pt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("m/data.pkl", b"\x80\x02}(" + body + b"u.")
        archive.writestr("m/data/0", struct.pack("<ff", 1.0, 2.0))
        for name, data in (extra or {}).items():
            archive.writestr(name, data)
    return path


def convert(path: Path, out: Path, *options: str) -> int:
    return run(["convert", str(path), str(out), "--format", "json", *options])


def test_the_command_writes_and_tells(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out.safetensors"
    assert convert(checkpoint(tmp_path, {"w": tensor(), "epoch": b"K\x07"}), out) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {"tensors": 1, "bytes": 8, "shared": [], "refused": []}
    assert tensors_of(out.read_bytes()) == {"w": ("F32", [2], struct.pack("<ff", 1.0, 2.0))}


@pytest.mark.parametrize(
    ("items", "name", "word"),
    [
        ({"w": tensor(), "q": b"ctorch._utils\n_rebuild_qtensor\n)R"}, "q", "quantized"),
        ({"w": tensor(), "s": b"ctorch._utils\n_rebuild_sparse_tensor\n)R"}, "s", "sparse"),
        ({"w": tensor(), "d": tensor(storage="ComplexDoubleStorage")}, "d", "data type"),
        ({"w": tensor(), "far": tensor(offset=1)}, "far", "beyond the end"),
        ({"w": tensor(), "lost": tensor(key="9")}, "lost", "no numbers"),
        ({"a.b": tensor(), "a": b"}X\x01\0\0\0b" + tensor() + b"s"}, "a.b", "Two tensors"),
        ({"w": tensor(), "__metadata__": tensor()}, "__metadata__", "name"),
        ({"w": tensor(), "o": b"cacme\nNet\n)\x81}X\x01\0\0\0w" + tensor() + b"sb"}, "o.w", "acme.Net"),
    ],
)
def test_what_cannot_be_carried_is_named_and_nothing_is_written(
    items: dict[str, bytes], name: str, word: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.safetensors"
    out.write_bytes(b"older")
    assert convert(checkpoint(tmp_path, items), out) == 1
    (refused,) = json.loads(capsys.readouterr().out)["refused"]
    assert refused["name"] == name and word in refused["why"]
    assert out.read_bytes() == b"older"
    assert convert(tmp_path / "in.pt", out, "--skip-refused") == 0
    assert name not in tensors_of(out.read_bytes())


def test_two_members_of_one_name_are_refused_even_when_skipping(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.safetensors"
    with pytest.warns(UserWarning, match="Duplicate"):
        path = checkpoint(tmp_path, {"w": tensor()}, {"m/data/0": bytes(8)})
    assert convert(path, out, "--skip-refused") == 1
    assert not out.exists()
    assert "twice" in json.loads(capsys.readouterr().out)["refused"][0]["why"]


def test_nothing_of_the_file_is_run(tmp_path: Path) -> None:
    system = b"cos\nsystem\nX\x06\0\0\0exit 1\x85R"
    assert convert(checkpoint(tmp_path, {"w": tensor(), "evil": system}), tmp_path / "o.safetensors") == 0


@pytest.mark.parametrize(
    "data",
    [
        b"", b"text", b"\x80\x04N.", pickle.dumps({"a": 1}), b"PK\x03\x04broken", b"PK\x05\x06" + bytes(18),
        b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.", b"\x93NUMPY\x01\0",
    ],
)  # fmt: skip
def test_what_is_no_checkpoint_is_unreadable(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput):
        plan_conversion(BytesSource(data))
    path = tmp_path / "in.pt"
    path.write_bytes(data)
    assert convert(path, tmp_path / "out.safetensors") == 2
    assert not (tmp_path / "out.safetensors").exists()


@pytest.mark.parametrize("cut", [1, 8, 40, 200])
def test_a_cut_checkpoint_is_unreadable(cut: int, fixture_file: Fixture) -> None:
    for name in ("mixed.pt", "mixed_legacy.pt"):
        with pytest.raises(UnreadableInput):
            plan_conversion(BytesSource(fixture_file(name)[:-cut]))


def test_bytes_behind_the_last_storage_are_unreadable(fixture_file: Fixture) -> None:
    for name in ("mixed.pt", "mixed_legacy.pt"):
        with pytest.raises(UnreadableInput):
            plan_conversion(BytesSource(fixture_file(name) + b"\0"))


def test_values_that_hold_themselves_end_in_words() -> None:
    loop = (
        b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.\x80\x02}.\x80\x02]q\0h\0a.\x80\x02]."
    )
    with pytest.raises(UnreadableInput, match="nested"):
        plan_conversion(BytesSource(loop))


def test_the_output_may_not_be_the_input(tmp_path: Path) -> None:
    path = checkpoint(tmp_path, {"w": tensor()})
    before = path.read_bytes()
    assert convert(path, path) == 2
    assert path.read_bytes() == before


def test_torch_reads_the_same(fixture_file: Fixture, tmp_path: Path) -> None:
    """Runs where torch is installed: what it loads from both files is equal."""
    torch: Any = pytest.importorskip("torch")
    load_file = pytest.importorskip("safetensors.torch").load_file
    (tmp_path / "in.pt").write_bytes(fixture_file("mixed.pt"))
    assert convert(tmp_path / "in.pt", tmp_path / "out.safetensors") == 0
    loaded = load_file(tmp_path / "out.safetensors")
    original = torch.load(tmp_path / "in.pt", weights_only=True)
    for name in ("turned", "part", "cube", "wide", "half", "brain", "mask", "complex", "scalar"):
        assert torch.equal(loaded[name], original[name])


@pytest.mark.parametrize("key", [b"}", b"K\x01", b"]"])
def test_a_legacy_file_whose_storage_keys_are_no_texts_is_unreadable(key: bytes) -> None:
    start = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.\x80\x02}.\x80\x02}."
    with pytest.raises(UnreadableInput):
        plan_conversion(BytesSource(start + b"\x80\x02](" + key + b"e."))
