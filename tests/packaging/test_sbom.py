"""The own list of parts: made of the lock, the same bytes each time, valid CycloneDX, in the wheel."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

CHECKOUT = Path(__file__).parents[2]
Script = Callable[[str], ModuleType]

LOCK = """\
alpha==1.0 \\
    --hash=sha256:{0} \\
    --hash=sha256:{1}
    # via provenance-inspector (pyproject.toml)
beta==2.0 ; sys_platform == 'win32' \\
    --hash=sha256:{0}
    # via
    #   alpha
    #   gamma
gamma==3.0 \\
    --hash=sha256:{1}
    # via provenance-inspector (pyproject.toml)
""".format("a" * 64, "b" * 64)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "inspector").mkdir()
    (tmp_path / "inspector" / "__init__.py").write_text('__version__ = "9.9"\n')
    (tmp_path / "pyproject.toml").write_text(
        '[project]\ndependencies = ["Alpha>=1"]\n[project.optional-dependencies]\ndata = ["gamma"]\n'
    )
    (tmp_path / "lock.txt").write_text(LOCK)
    return tmp_path


def test_versions_hashes_and_edges_are_those_of_the_lock(script: Script, checkout: Path) -> None:
    made = json.loads(script("packaging/sbom.py").sbom(checkout / "lock.txt", checkout))
    parts = {part["name"]: part for part in made["components"]}
    assert {name: part["version"] for name, part in parts.items()} == {
        "alpha": "1.0",
        "beta": "2.0",
        "gamma": "3.0",
    }
    hashes = parts["alpha"]["externalReferences"][0]["hashes"]
    assert [entry["content"] for entry in hashes] == ["a" * 64, "b" * 64]
    edges = {entry["ref"]: entry["dependsOn"] for entry in made["dependencies"]}
    assert edges["pkg:pypi/provenance-inspector@9.9"] == ["pkg:pypi/alpha@1.0", "pkg:pypi/gamma@3.0"]
    assert edges["pkg:pypi/alpha@1.0"] == edges["pkg:pypi/gamma@3.0"] == ["pkg:pypi/beta@2.0"]
    assert {name: part["scope"] for name, part in parts.items()} == {
        "alpha": "required",
        "beta": "required",
        "gamma": "optional",
    }


@pytest.mark.parametrize(
    "line", ["alpha", "alpha>=1", "-e .", "--index-url https://example.org", "alpha==1 beta==2"]
)
def test_a_lock_that_is_not_understood_gives_no_list(script: Script, line: str) -> None:
    with pytest.raises(ValueError, match="neither a pin nor a hash"):
        script("packaging/sbom.py").read_lock(line + "\n")


def test_a_pin_without_a_hash_gives_no_list(script: Script) -> None:
    with pytest.raises(ValueError, match="without a hash: alpha"):
        script("packaging/sbom.py").read_lock("alpha==1.0\n")


def test_the_committed_list_is_that_of_the_committed_lock(script: Script) -> None:
    parts = script("packaging/sbom.py")
    assert parts.SBOM.read_text(encoding="utf-8") == parts.sbom(), "run: python packaging/sbom.py"


def test_the_list_is_valid_cyclonedx_and_travels_in_the_wheel(script: Script, built: list[Path]) -> None:
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    with zipfile.ZipFile(built[0]) as archive:
        [name] = [name for name in archive.namelist() if ".dist-info/sboms/" in name]
        text = archive.read(name).decode()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert text == script("packaging/sbom.py").sbom()


def test_every_dependency_of_the_program_stands_in_the_list(script: Script) -> None:
    parts = script("packaging/sbom.py")
    _, direct = parts.own_metadata(CHECKOUT)
    named = {part["name"] for part in json.loads(parts.sbom())["components"]}
    assert direct.keys() - named == set()


def test_the_lock_for_scans_is_the_running_one_without_qt(script: Script) -> None:
    renew = script("packaging/locks/renew.py")
    written = (CHECKOUT / "packaging/locks/scan.txt").read_text(encoding="utf-8")
    assert written == renew.without_qt(), "run: python packaging/locks/renew.py --derived"
    names = set(renew.names("scan.txt"))
    assert names.isdisjoint({"pyside6-essentials", "shiboken6", "hf-xet", "polars", "numpy"})
    assert {"pip-audit", "cryptography", "networkx", "huggingface-hub"} <= names
