"""The guard hands out approved bytes or none, and leaves everything else alone."""

from __future__ import annotations

import gzip
import io
import os
import pickle
import subprocess
import sys
import tarfile
import types
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy
import pytest

from inspector.gate.guard import NotApproved, guard, open_verified

Sign = Callable[..., Path]


@pytest.fixture
def approved(sign: Sign, project: Path, review: Any, trust_file: Path) -> dict[str, Path]:
    """A project with loadable files, signed; the arguments of the guard."""
    import safetensors.numpy

    (project / "plain.pkl").write_bytes(pickle.dumps({"a": 1}) + pickle.dumps([2]))
    with gzip.open(project / "packed.pkl.gz", "wb") as stream:
        stream.write(pickle.dumps("packed"))
    numpy.save(project / "array.npy", numpy.arange(6))
    safetensors.numpy.save_file({"w": numpy.ones(3, numpy.float32)}, str(project / "w.safetensors"))
    review.rescan()
    return {"record": sign(), "trust": trust_file, "root": project}


@pytest.fixture
def fake_torch() -> Iterator[types.ModuleType]:
    """A module in torch's place whose ``load`` opens what it is given."""
    module = types.ModuleType("torch")

    def load(f: Any, map_location: Any = None) -> bytes:
        if hasattr(f, "read"):
            return bytes(f.read())
        with open(f, "rb") as stream:
            return stream.read()

    module.load = load  # type: ignore[attr-defined]
    before = sys.modules.get("torch")
    sys.modules["torch"] = module
    yield module
    if before is None:
        del sys.modules["torch"]
    else:
        sys.modules["torch"] = before


def test_approved_bytes_are_handed_out(approved: dict[str, Path]) -> None:
    path = approved["root"] / "model.bin"
    with open_verified(path, **approved) as stream:
        assert stream.read() == path.read_bytes()
        stream.seek(0)
        assert stream.read(2) == b"\x80\x04"


def test_without_a_root_the_name_is_found_in_the_record(approved: dict[str, Path]) -> None:
    root = approved.pop("root")
    with open_verified(root / "weights" / "layer.safetensors", **approved) as stream:
        assert len(stream.read()) == 5120
    with pytest.raises(NotApproved):
        open_verified(root / "unknown.bin", **approved)


def test_a_later_write_does_not_show_through(approved: dict[str, Path]) -> None:
    path = approved["root"] / "model.bin"
    before = path.read_bytes()
    with open_verified(path, **approved) as stream:
        path.write_bytes(b"EVIL" * 100)
        assert stream.read() == before
        stream.seek(0)
        assert stream.read() == before
        if sys.platform == "linux":
            with pytest.raises(OSError):
                os.write(stream.fileno(), b"EVIL")
            with (
                pytest.raises(OSError),
                open(f"/proc/self/fd/{stream.fileno()}", "r+b", buffering=0) as again,
            ):
                again.write(b"EVIL")


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda root: (root / "model.bin").write_bytes(b"EVIL"), "changed"),
        (lambda root: os.truncate(root / "model.bin", 399), "changed"),
        (lambda root: (root / "model.bin").write_bytes((root / "model.bin").read_bytes() + b"x"), "changed"),
        (lambda root: (root / "model.bin").unlink(), "missing"),
        (
            lambda root: ((root / "model.bin").rename(root / "m2"), (root / "model.bin").symlink_to("m2")),
            "missing",
        ),
        (lambda root: ((root / "model.bin").unlink(), os.mkfifo(root / "model.bin")), "missing"),
    ],
)
def test_another_file_is_refused_before_its_first_byte(
    approved: dict[str, Path], spoil: Any, code: str
) -> None:
    spoil(approved["root"])
    with pytest.raises(NotApproved) as caught:
        open_verified(approved["root"] / "model.bin", **approved)
    assert caught.value.code == code


def test_a_folder_that_became_a_link_is_refused(approved: dict[str, Path], tmp_path: Path) -> None:
    weights = approved["root"] / "weights"
    weights.rename(tmp_path / "weights")
    weights.symlink_to(tmp_path / "weights")
    with pytest.raises(NotApproved):
        open_verified(weights / "layer.safetensors", **approved)


@pytest.mark.parametrize("name", ["new.pkl", "../assistant.review", ".", "", "weights", ".git/HEAD"])
def test_what_the_record_does_not_list_is_refused(approved: dict[str, Path], name: str) -> None:
    (approved["root"] / "new.pkl").write_bytes(b"x")
    with pytest.raises(NotApproved):
        open_verified(f"{approved['root']}/{name}", **approved)


def test_a_record_that_does_not_stand_opens_nothing(approved: dict[str, Path]) -> None:
    approved["trust"].write_text("# nobody\n")
    with pytest.raises(NotApproved, match="trust store"):
        open_verified(approved["root"] / "model.bin", **approved)
    approved["trust"].unlink()
    with pytest.raises(NotApproved), guard(**approved):
        pass


def test_loaders_in_the_block_read_approved_files(approved: dict[str, Path], fake_torch: Any) -> None:
    import safetensors
    import safetensors.numpy

    root = approved["root"]
    with guard(**approved):
        with open(root / "plain.pkl", "rb") as stream:
            assert (pickle.load(stream), pickle.load(stream)) == ({"a": 1}, [2])
        with gzip.open(root / "packed.pkl.gz", "rb") as packed:
            assert pickle.load(packed) == "packed"
        assert numpy.load(root / "array.npy").sum() == 15
        assert numpy.load(root / "array.npy", mmap_mode="r").sum() == 15
        assert numpy.load(file=str(root / "array.npy")).sum() == 15
        with safetensors.safe_open(str(root / "w.safetensors"), framework="numpy") as tensors:
            assert tensors.get_tensor("w").sum() == 3
        assert safetensors.numpy.load_file(root / "w.safetensors")["w"].sum() == 3
        assert fake_torch.load(root / "model.bin") == (root / "model.bin").read_bytes()
        assert fake_torch.load(f=str(root / "model.bin")) == (root / "model.bin").read_bytes()


def test_loaders_in_the_block_refuse_other_files(approved: dict[str, Path], fake_torch: Any) -> None:
    import safetensors
    import safetensors.numpy

    root = approved["root"]
    for name in ("plain.pkl", "packed.pkl.gz", "array.npy", "w.safetensors", "model.bin"):
        raw = bytearray((root / name).read_bytes())
        raw[-1] ^= 1
        (root / name).write_bytes(raw)
    (root / "new.npy").write_bytes((root / "array.npy").read_bytes())
    tries: list[Callable[[], Any]] = [
        lambda: numpy.load(root / "array.npy"),
        lambda: numpy.load(root / "new.npy"),
        lambda: safetensors.safe_open(str(root / "w.safetensors"), "numpy"),
        lambda: safetensors.numpy.load_file(str(root / "w.safetensors")),
        lambda: fake_torch.load(str(root / "model.bin")),
    ]
    with guard(**approved):
        for attempt in tries:
            with pytest.raises(NotApproved):
                attempt()
        for opener, name in ((open, "plain.pkl"), (gzip.open, "packed.pkl.gz")):
            with opener(root / name, "rb") as stream, pytest.raises(NotApproved):
                pickle.load(stream)


def test_a_swap_between_open_and_load_gains_nothing(approved: dict[str, Path]) -> None:
    root = approved["root"]
    with guard(**approved), open(root / "plain.pkl", "rb") as stream:
        assert pickle.load(stream) == {"a": 1}
        (root / "plain.pkl").write_bytes(pickle.dumps("EVIL") * 10)
        assert pickle.load(stream) == [2]


def test_names_taken_over_before_the_block_are_guarded_too(
    approved: dict[str, Path], fake_torch: Any
) -> None:
    module = types.ModuleType("their_code")
    module.torch_load = fake_torch.load  # type: ignore[attr-defined]
    sys.modules["their_code"] = module
    try:
        (approved["root"] / "model.bin").write_bytes(b"EVIL")
        with guard(**approved), pytest.raises(NotApproved):
            module.torch_load(str(approved["root"] / "model.bin"))
        assert module.torch_load is fake_torch.load
    finally:
        del sys.modules["their_code"]


def test_other_files_and_objects_in_memory_are_left_alone(approved: dict[str, Path], tmp_path: Path) -> None:
    numpy.save(tmp_path / "mine.npy", numpy.arange(3))
    with guard(**approved):
        assert pickle.load(io.BytesIO(pickle.dumps("memory"))) == "memory"
        assert numpy.load(tmp_path / "mine.npy").sum() == 3
        with open(tmp_path / "mine.npy", "rb") as stream:
            assert numpy.load(stream).sum() == 3


def _by_number(path: Path) -> Any:
    return os.fdopen(os.open(path, os.O_RDONLY), "rb")


def _after_moving_house(path: Path) -> Any:
    """Opened by a short name, which means another place when the loader is called."""
    here = Path.cwd()
    os.chdir(path.parent)
    try:
        return open(path.name, "rb")
    finally:
        os.chdir(here)


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux where an open file lies")
@pytest.mark.parametrize("opened", [_by_number, _after_moving_house])
def test_a_file_without_its_path_is_known_by_its_descriptor(approved: dict[str, Path], opened: Any) -> None:
    path = approved["root"] / "model.bin"
    with guard(**approved), opened(path) as stream:
        assert pickle.load(stream) is None
    path.write_bytes(pickle.dumps("EVIL"))
    with guard(**approved), opened(path) as stream, pytest.raises(NotApproved):
        pickle.load(stream)


def test_a_member_of_a_zip_is_read_from_the_approved_zip(
    sign: Any, review: Any, project: Path, trust_file: Path
) -> None:
    path = project / "model.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data.pkl", pickle.dumps("approved"))
        inner = io.BytesIO()
        with zipfile.ZipFile(inner, "w") as second:
            second.writestr("data.pkl", pickle.dumps("inner"))
        archive.writestr("inner.zip", inner.getvalue())
    review.rescan()
    block = {"record": sign(), "trust": trust_file, "root": project}
    with guard(**block), zipfile.ZipFile(path) as archive:
        with archive.open("data.pkl") as member:
            assert pickle.load(member) == "approved"
        with (
            zipfile.ZipFile(archive.open("inner.zip")) as second,
            second.open("data.pkl") as member,
            pytest.raises(NotApproved, match="cannot be guarded"),
        ):
            pickle.load(member)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data.pkl", pickle.dumps("EVIL"))
    with (
        guard(**block),
        zipfile.ZipFile(path) as archive,
        archive.open("data.pkl") as member,
        pytest.raises(NotApproved),
    ):
        pickle.load(member)


def test_a_member_of_a_tar_cannot_be_guarded_and_is_refused(
    sign: Any, review: Any, project: Path, trust_file: Path
) -> None:
    with tarfile.open(project / "model.tar", "w") as archive:
        archive.add(project / "model.bin", "model.bin")
    review.rescan()
    with guard(record=sign(), trust=trust_file, root=project), tarfile.open(project / "model.tar") as archive:
        member = archive.extractfile("model.bin")
        with pytest.raises(NotApproved, match="cannot be guarded"):
            pickle.load(member)  # type: ignore[arg-type]


def test_leaving_the_block_puts_the_loaders_back(approved: dict[str, Path]) -> None:
    import safetensors

    before = (pickle.load, numpy.load, safetensors.safe_open)
    with guard(**approved):
        assert pickle.load is not before[0]
    assert (pickle.load, numpy.load, safetensors.safe_open) == before
    with pytest.raises(ZeroDivisionError), guard(**approved):
        _ = 1 / 0
    assert (pickle.load, numpy.load, safetensors.safe_open) == before


def test_importing_the_guard_imports_none_of_the_loaders() -> None:
    code = (
        "import sys, inspector.gate.guard\n"
        "print([n for n in ('torch', 'numpy', 'PySide6', 'safetensors', 'joblib') if n in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
