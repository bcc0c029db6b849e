"""What the tests of the packaging scripts share: one built wheel."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the wheel is made of, in a folder of its own, with the litter that a checkout gathers."""
    copy = tmp_path_factory.mktemp("source") / "checkout"
    copy.mkdir()
    for name in ("inspector", "resources", "packaging"):
        shutil.copytree(
            CHECKOUT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", ".*_cache", "corpus")
        )
    for name in (
        *(path.name for path in CHECKOUT.glob("*.md")),
        "pyproject.toml",
        "LICENSE",
        "NOTICE",
        "run.py",
    ):
        shutil.copy(CHECKOUT / name, copy / name)
    shutil.copy(CHECKOUT / ".gitignore", copy)
    for folder in ("inspector/scan", "resources/sample/app"):
        (copy / folder / "__pycache__").mkdir()
        (copy / folder / "__pycache__" / "left.cpython-311.pyc").write_bytes(b"left")
    return copy


@pytest.fixture(scope="session")
def built(
    script: Callable[[str], ModuleType], source: Path, tmp_path_factory: pytest.TempPathFactory
) -> list[Path]:
    """The wheel and the sdist, built twice and compared."""
    made: list[Path] = script("packaging/build.py").build(tmp_path_factory.mktemp("dist"), source=source)
    return made
