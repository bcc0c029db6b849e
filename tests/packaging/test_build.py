"""The wheel and the sdist: the same bytes twice, whole, with nothing of the machine that built them."""

from __future__ import annotations

import ast
import tarfile
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

CHECKOUT = Path(__file__).parents[2]
Script = Callable[[str], ModuleType]


def test_two_builds_in_two_folders_give_the_same_bytes(built: list[Path]) -> None:
    # build() compares; this holds that it made both kinds.
    assert [path.suffix for path in built] == [".whl", ".gz"]


def test_a_time_that_leaks_into_the_bytes_ends_the_build(
    script: Script, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = script("packaging/build.py")
    turns = iter((b"one", b"other"))

    def pretend(_: Path, copy: Path, __: str, umask: int) -> list[Path]:
        copy.mkdir()
        with zipfile.ZipFile(copy / "a.whl", "w") as archive:
            archive.writestr(zipfile.ZipInfo("made"), next(turns))
        return [copy / "a.whl"]

    monkeypatch.setattr(build, "_build_copy", pretend)
    with pytest.raises(build.BuildFailed, match=r"a\.whl differs between two builds: made"):
        build.build(tmp_path, source=source)


def test_the_wheel_holds_every_resource_and_every_module(built: list[Path], source: Path) -> None:
    with zipfile.ZipFile(built[0]) as archive:
        names = set(archive.namelist())
    wanted = {path.relative_to(source).as_posix() for path in (source / "inspector").rglob("*.py")}
    resources = (
        path for path in (source / "resources").rglob("*") if path.is_file() and path.suffix != ".pyc"
    )
    wanted |= {
        "inspector/_resources/" + path.relative_to(source / "resources").as_posix() for path in resources
    }
    assert wanted - names == set()


def test_the_wheel_holds_no_tests_no_byte_code_and_no_path_of_this_machine(
    script: Script, built: list[Path], source: Path
) -> None:
    assert script("packaging/build.py").wheel_complaints(built[0], (str(source), str(CHECKOUT))) == []


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("tests/test_a.py", b"", "has no place"),
        ("inspector/__pycache__/a.cpython-311.pyc", b"", "has no place"),
        ("inspector/a.py", b"# made in /home/somebody/build", "holds the path /home/somebody"),
    ],
)
def test_a_wheel_with_litter_in_it_is_refused(
    script: Script, tmp_path: Path, name: str, content: bytes, complaint: str
) -> None:
    with zipfile.ZipFile(tmp_path / "a.whl", "w") as archive:
        archive.writestr(name, content)
    found = script("packaging/build.py").wheel_complaints(tmp_path / "a.whl", ("/home/somebody",))
    assert any(name in line and complaint in line for line in found)
    assert any("LICENSE is missing" in line for line in found)


def test_the_sdist_builds_what_the_checkout_builds(built: list[Path]) -> None:
    with tarfile.open(built[1]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
        owners = {(member.uid, member.gid, member.uname) for member in archive}
    assert {
        "pyproject.toml",
        "run.py",
        "resources/contract.md",
        "packaging/locks/run.txt",
        "packaging/sbom.py",
    } <= names
    assert owners == {(0, 0, "")}


def test_the_metadata_names_the_commands_the_licence_and_the_extras(built: list[Path]) -> None:
    with zipfile.ZipFile(built[0]) as archive:
        texts = {
            name.rpartition("/")[2]: archive.read(name).decode()
            for name in archive.namelist()
            if "-info/" in name
        }
    assert "License-Expression: Apache-2.0" in texts["METADATA"]
    assert "Requires-Dist: pyside6-essentials" in texts["METADATA"]
    assert "inspector = inspector.__main__:main" in texts["entry_points.txt"]
    assert "inspector-gui = inspector.__main__:window" in texts["entry_points.txt"]


def test_no_module_outside_of_the_window_needs_qt() -> None:
    """What an installation without Qt rests on."""
    for path in (CHECKOUT / "inspector").rglob("*.py"):
        if "gui" in path.relative_to(CHECKOUT / "inspector").parts:
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            named = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            named += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not any(name.startswith(("PySide6", "shiboken6", "inspector.gui")) for name in named), path


def test_the_build_asks_only_for_what_the_lock_of_the_build_holds(script: Script) -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
    locked = script("packaging/locks/renew.py").names("build.txt")
    assert {"hatchling"} == {name.partition(">")[0] for name in project["build-system"]["requires"]}
    assert "hatchling" in locked
