"""The guard, where a change of its code went unseen: each loader, each way to name a file, each refusal."""

from __future__ import annotations

import bz2
import gc
import lzma
import os
import pickle
import sys
import types
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from inspector.gate.guard import NotApproved

from .guarded_block import Block, listed  # isort: skip

LOADERS = [
    ("pickle", "load"),
    ("numpy", "load"),
    ("joblib", "load"),
    ("safetensors", "safe_open"),
    ("safetensors.torch", "load_file"),
    ("safetensors.numpy", "load_file"),
    ("torch", "load"),
    ("torch.jit", "load"),
    ("dill", "load"),
]


@pytest.fixture
def block(tmp_path: Path) -> Block:
    (tmp_path / "root").mkdir()
    return Block(tmp_path / "root")


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str], types.ModuleType]]:
    """Puts a loader that reads what it is given in the place of a real one."""

    def make(name: str, function: str) -> types.ModuleType:
        made = types.ModuleType(name)

        def load(f: Any = None, file: Any = None, filename: Any = None, **options: Any) -> Any:
            "Reads it."
            given = next((one for one in (f, file, filename) if one is not None), None)
            if given is None:
                return options
            return given.read() if hasattr(given, "read") else Path(os.fsdecode(given)).read_bytes()

        setattr(made, function, load)
        monkeypatch.setitem(sys.modules, name, made)
        return made

    return make


@pytest.mark.parametrize(("name", "function"), LOADERS)
def test_each_loader_of_the_list_reads_approved_bytes_or_none(
    block: Block, stand_in: Any, name: str, function: str
) -> None:
    made = stand_in(name, function)
    path = block.put("model.bin", b"approved")
    with block:
        assert getattr(made, function)(str(path)) == b"approved"
    path.write_bytes(b"EVIL")
    with block, pytest.raises(NotApproved):
        getattr(made, function)(str(path))
    assert getattr(made, function)(str(path)) == b"EVIL"


@pytest.mark.parametrize("keyword", ["f", "file", "filename"])
def test_a_file_given_by_keyword_is_guarded_too(block: Block, stand_in: Any, keyword: str) -> None:
    torch = stand_in("torch", "load")
    path = block.put("model.bin", b"approved")
    with block:
        assert torch.load(**{keyword: str(path)}) == b"approved"
        path.write_bytes(b"EVIL")
    with block, pytest.raises(NotApproved):
        torch.load(**{keyword: str(path)})


def test_a_call_that_names_no_file_is_left_alone(block: Block, stand_in: Any) -> None:
    torch = stand_in("torch", "load")
    with block:
        assert torch.load(weights_only=True) == {"weights_only": True}


def test_a_guarded_loader_keeps_its_name_and_its_words(block: Block, stand_in: Any) -> None:
    safetensors = stand_in("safetensors.torch", "load_file")
    before = safetensors.load_file
    with block:
        assert safetensors.load_file is not before
        assert (safetensors.load_file.__name__, safetensors.load_file.__doc__) == ("load", "Reads it.")


def test_the_root_itself_is_not_passed_on(block: Block, stand_in: Any) -> None:
    torch = stand_in("torch", "load")
    block.put("model.bin", b"approved")
    for given in (str(block.root), f"{block.root}/", f"{block.root}/."):
        with block, pytest.raises(NotApproved):
            torch.load(given)


def test_a_folder_beside_the_root_whose_name_begins_alike_is_left_alone(
    block: Block, stand_in: Any, tmp_path: Path
) -> None:
    torch = stand_in("torch", "load")
    (tmp_path / "root2").mkdir()
    (tmp_path / "root2" / "mine.bin").write_bytes(b"mine")
    with block:
        assert torch.load(tmp_path / "root2" / "mine.bin") == b"mine"


def test_a_path_in_bytes_is_the_same_path(block: Block, stand_in: Any) -> None:
    torch = stand_in("torch", "load")
    path = block.put("model.bin", b"approved")
    path.write_bytes(b"EVIL")
    with block, pytest.raises(NotApproved):
        torch.load(os.fsencode(path))
    with block, open(os.fsencode(path), "rb") as stream, pytest.raises(NotApproved):
        torch.load(stream)


def test_a_link_elsewhere_that_leads_below_the_root_is_guarded(
    block: Block, stand_in: Any, tmp_path: Path
) -> None:
    torch = stand_in("torch", "load")
    path = block.put("weights/model.bin", b"approved")
    (tmp_path / "short").symlink_to(path.parent)
    with block:
        assert torch.load(tmp_path / "short" / "model.bin") == b"approved"
    path.write_bytes(b"EVIL")
    with block, pytest.raises(NotApproved):
        torch.load(tmp_path / "short" / "model.bin")


@pytest.mark.parametrize("packed", [bz2.open, lzma.open])
def test_a_packed_file_is_unpacked_from_its_approved_bytes(block: Block, packed: Any) -> None:
    path = block.root / "packed"
    with packed(path, "wb") as stream:
        stream.write(pickle.dumps("first") + pickle.dumps("second"))
    block.put("packed", path.read_bytes())
    with block, packed(path, "rb") as stream:
        assert (pickle.load(stream), pickle.load(stream)) == ("first", "second")
    with packed(path, "wb") as stream:
        stream.write(pickle.dumps("EVIL"))
    with block, packed(path, "rb") as stream, pytest.raises(NotApproved):
        pickle.load(stream)


@pytest.mark.parametrize("packed", [bz2.BZ2File, lzma.LZMAFile])
def test_a_packed_file_inside_another_cannot_be_guarded(block: Block, packed: Any) -> None:
    path = block.root / "packed"
    inner = bz2.compress(pickle.dumps("inner"))
    raw = (bz2.compress if packed is bz2.BZ2File else lzma.compress)(inner)
    block.put("packed", raw)
    with (
        block,
        packed(path) as outer,
        bz2.open(outer, "rb") as stream,
        pytest.raises(NotApproved, match="cannot be guarded"),
    ):
        pickle.load(stream)


def _zip_of(name: str) -> bytes:
    import io

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, pickle.dumps("EVIL"))
    return out.getvalue()


@pytest.mark.parametrize("approved", [_zip_of("other.pkl"), b"no zip at all"])
def test_a_member_that_the_approved_bytes_do_not_hold_is_refused(block: Block, approved: bytes) -> None:
    path = block.put("model.zip", approved)
    path.write_bytes(_zip_of("data.pkl"))
    with block, zipfile.ZipFile(path) as archive, archive.open("data.pkl") as member:
        path.write_bytes(approved)  # the approved bytes are back, while another zip is open
        with pytest.raises(NotApproved, match="not what was approved"):
            pickle.load(member)


def _open_files() -> int:
    gc.collect()  # what an earlier test left open closes now, not between two counts
    return len(os.listdir("/proc/self/fd"))


@pytest.mark.skipif(sys.platform != "linux", reason="counts open files as Linux shows them")
def test_no_file_stays_open(block: Block, stand_in: Any) -> None:
    torch = stand_in("torch", "load")
    path = block.put("a/b/model.bin", b"approved")
    odd = block.put("pipe", b"x")
    odd.unlink()
    os.mkfifo(odd)
    approved = block.approved()
    before = _open_files()
    for _ in range(3):
        approved.open("a/b/model.bin").close()
        for name in ("pipe", "a/b/none", "a/none/model.bin", "a/b"):
            block.files.setdefault(name, listed(b"x"))
            with pytest.raises(NotApproved):
                approved.open(name)
        with block:
            torch.load(path)
            with open(path, "rb") as stream:
                torch.load(stream)
    path.write_bytes(b"EVIL")
    with pytest.raises(NotApproved):
        approved.open("a/b/model.bin")
    assert _open_files() == before


def test_what_is_guarded_is_opened_once(block: Block, stand_in: Any) -> None:
    torch = stand_in("torch", "load")
    path = block.put("model.bin", b"approved")
    with block:
        torch.load(path)
        path.write_bytes(b"EVIL")
        assert torch.load(path) == b"approved"


def test_a_file_that_grew_is_not_read_to_its_end(block: Block) -> None:
    path = block.put("model.bin", b"approved")
    os.truncate(path, 1 << 40)
    with pytest.raises(NotApproved):
        block.approved().open("model.bin")


def test_a_file_of_many_blocks_and_one_of_none(block: Block) -> None:
    large = os.urandom((1 << 20) + 5)
    block.put("large", large)
    block.put("empty", b"")
    approved = block.approved()
    with approved.open("large") as stream:
        assert stream.read() == large
    with approved.open("empty") as stream:
        assert stream.read() == b""


def test_a_name_as_long_as_a_file_system_allows(block: Block) -> None:
    block.put("n" * 255, b"approved")
    block.put("ü" * 127, b"approved")
    for name in block.files:
        with block.approved().open(name) as stream:
            assert stream.read() == b"approved"


def test_only_a_record_of_a_cache_lets_a_link_lead_to_a_blob(block: Block) -> None:
    blob = block.put("models--a--b/blobs/00ff", b"approved")
    link = block.root / "models--a--b" / "snapshots" / "model.bin"
    link.parent.mkdir()
    link.symlink_to("../blobs/00ff")
    name = "models--a--b/snapshots/model.bin"
    block.files = {name: listed(b"approved")}
    with block.approved(is_cache=True).open(name) as stream:
        assert stream.read() == b"approved"
    with pytest.raises(NotApproved):
        block.approved().open(name)
    blob.write_bytes(b"EVIL")
    with pytest.raises(NotApproved):
        block.approved(is_cache=True).open(name)
    link.unlink()
    link.symlink_to(block.put("elsewhere.bin", b"approved"))
    with pytest.raises(NotApproved):
        block.approved(is_cache=True).open(name)


def test_a_loader_that_cannot_be_imported_is_passed_over(
    block: Block, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "dill.py").write_text("raise RuntimeError('broken')")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "dill", raising=False)
    path = block.put("model.bin", b"approved, and no pickle")
    with block, open(path, "rb") as stream, pytest.raises(pickle.UnpicklingError):
        pickle.load(stream)


@pytest.mark.skipif(sys.platform != "linux", reason="counts open files as Linux shows them")
def test_a_refused_copy_is_closed_at_once(block: Block) -> None:
    path = block.put("model.bin", b"approved")
    path.write_bytes(b"EVIL")
    approved = block.approved()
    before = _open_files()
    caught: list[NotApproved] = []  # what holds the error holds the frame, and with it an unclosed copy
    for _ in range(3):
        try:
            approved.open("model.bin")
        except NotApproved as error:
            caught.append(error)
    assert len(os.listdir("/proc/self/fd")) == before
    assert [one.code for one in caught] == ["changed"] * 3
