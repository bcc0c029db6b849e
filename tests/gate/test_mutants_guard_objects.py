"""The guard and the objects that read a file: wrappers, descriptors without a name, loaders imported late."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import pickle
import sys
import types
from pathlib import Path
from typing import Any

import pytest

from inspector.gate import guard as module
from inspector.gate.guard import NotApproved

from .guarded_block import Block  # isort: skip

INNER = b"approved, and no pickle"
PACKERS: dict[str, Any] = {"gzip": gzip, "bz2": bz2, "lzma": lzma}


@pytest.fixture
def block(tmp_path: Path) -> Block:
    (tmp_path / "root").mkdir()
    made = Block(tmp_path / "root")
    made.approve(INNER)
    made.path.write_bytes(pickle.dumps("EVIL"))
    return made


class Wrapper:
    """Reads what it keeps under one name, as an upload or a temporary file does."""

    def __init__(self, key: str, inner: Any) -> None:
        setattr(self, key, inner)
        self._reads = inner

    def read(self, size: int = -1) -> bytes:
        return self._reads.read(size)

    def readline(self) -> bytes:
        return self._reads.readline()

    def readinto(self, buffer: Any) -> int:
        return self._reads.readinto(buffer)

    def tell(self) -> int:
        return self._reads.tell()

    def seek(self, place: int) -> int:
        return self._reads.seek(place)


@pytest.mark.parametrize("key", ["raw", "_fp", "fileobj", "_fileobj", "_file", "file"])
def test_a_file_is_found_wherever_an_object_keeps_it(block: Block, key: str) -> None:
    block.approve(lzma.compress(pickle.dumps("approved")))
    with (
        block,
        open(block.path, "rb", buffering=0) as inner,
        pytest.raises(NotApproved, match="cannot be guarded"),
    ):
        pickle.load(Wrapper(key, inner))


def test_a_packed_file_that_was_opened_by_its_number(block: Block) -> None:
    """Neither the object nor its file has a name."""
    approved = gzip.compress(pickle.dumps("approved"))
    block.approve(approved)
    for content, expected in ((approved, "approved"), (gzip.compress(pickle.dumps("EVIL")), None)):
        block.path.write_bytes(content)
        descriptor = os.open(block.path, os.O_RDONLY)
        with block, os.fdopen(descriptor, "rb") as inner, gzip.GzipFile(fileobj=inner) as stream:
            if expected is None:
                with pytest.raises(NotApproved):
                    pickle.load(stream)
            else:
                assert pickle.load(stream) == expected


@pytest.mark.parametrize("inner", PACKERS)
@pytest.mark.parametrize("outer", PACKERS)
def test_what_is_packed_twice_cannot_be_guarded(block: Block, outer: str, inner: str) -> None:
    block.approve(PACKERS[outer].compress(PACKERS[inner].compress(pickle.dumps("approved"))))
    with (
        block,
        PACKERS[outer].open(block.path, "rb") as between,
        PACKERS[inner].open(between, "rb") as stream,
        pytest.raises(NotApproved, match="cannot be guarded"),
    ):
        pickle.load(stream)


def test_an_object_that_only_looks_like_a_member_of_a_zip(block: Block) -> None:
    block.approve(pickle.dumps("approved"))
    with block, open(block.path, "rb", buffering=0) as inner:
        given = Wrapper("_fileobj", Wrapper("_file", inner))
        given.name = "model.bin"  # type: ignore[attr-defined]
        with pytest.raises(NotApproved, match="cannot be guarded"):
            pickle.load(given)


@pytest.mark.parametrize("name", [5, "", b"", None, ["model.bin"]])
def test_what_has_no_path_is_in_memory(
    block: Block, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: Any
) -> None:
    monkeypatch.chdir(tmp_path / "root")

    class Memory(io.BytesIO):
        pass

    stream = Memory(pickle.dumps("mine"))
    stream.name = name  # type: ignore[attr-defined]
    with block:
        assert pickle.load(stream) == "mine"


def test_modules_of_any_kind_are_passed_over(block: Block, monkeypatch: pytest.MonkeyPatch) -> None:
    class Slots:
        __slots__ = ()

    monkeypatch.setitem(sys.modules, "nothing_there", None)  # type: ignore[arg-type]
    monkeypatch.setitem(sys.modules, "no_module", Slots())  # type: ignore[arg-type]
    later = types.ModuleType("behind_them")
    later.load = pickle.load  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "behind_them", later)
    with block, open(block.path, "rb") as stream, pytest.raises(NotApproved):
        later.load(stream)  # type: ignore[attr-defined]


def test_the_guard_s_own_names_are_left_alone(block: Block, monkeypatch: pytest.MonkeyPatch) -> None:
    before = pickle.load
    monkeypatch.setattr(module, "own", before, raising=False)
    with block:
        assert pickle.load is not before
        assert module.own is before  # type: ignore[attr-defined]


def test_further_arguments_reach_the_loader(block: Block, monkeypatch: pytest.MonkeyPatch) -> None:
    made = types.ModuleType("torch")

    def read_it(*arguments: Any, **options: Any) -> Any:
        return arguments, options

    made.load = read_it  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "torch", made)
    block.approve(INNER)
    with block:
        assert made.load.__name__ == "read_it"  # type: ignore[attr-defined]
        (given, *rest), options = made.load(str(block.path), 1, 2, weights_only=True)  # type: ignore[attr-defined]
        assert Path(given).read_bytes() == INNER
        assert (rest, options) == ([1, 2], {"weights_only": True})


def test_a_loader_that_was_not_imported_yet_is_guarded(
    block: Block, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "dill.py").write_text("def load(file):\n    return file.read()\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "dill", raising=False)
    with block, open(block.path, "rb") as stream:
        import dill  # type: ignore[import-not-found]

        with pytest.raises(NotApproved):
            dill.load(stream)
    monkeypatch.delitem(sys.modules, "dill", raising=False)
