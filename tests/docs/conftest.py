"""What the tests of the documentation share: its generator."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def build(script: Callable[[str], ModuleType]) -> ModuleType:
    """docs/build.py as a module."""
    before = list(sys.path)
    module = script("docs/build.py")
    sys.path[:] = before
    return module
