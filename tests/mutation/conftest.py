"""Makes the tool's own modules known to its tests."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


def _load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"mutation_{name}", Path(__file__).parent / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def mutants() -> ModuleType:
    return _load("mutants")


@pytest.fixture(scope="session")
def survivors() -> ModuleType:
    return _load("survivors")


@pytest.fixture(scope="session")
def targets() -> ModuleType:
    return _load("targets")
