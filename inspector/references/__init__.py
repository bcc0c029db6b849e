"""Where a project names a model, a dataset or a load call: in Python, notebooks, configurations, images,
shell, make and CI. ``interface`` says how the two steps (index in a worker, resolve in the engine) divide.

A module is imported when the first of its names is used: a folder of weights needs none of them.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from inspector.references.files import INDEX_VERSION, index_file, too_large, wants
    from inspector.references.influence import influence
    from inspector.references.interface import FileIndex, ProjectFacts, Reference
    from inspector.references.resolve import resolve

_PLACES = {
    "FileIndex": "interface",
    "INDEX_VERSION": "files",
    "ProjectFacts": "interface",
    "Reference": "interface",
    "index_file": "files",
    "influence": "influence",
    "resolve": "resolve",
    "too_large": "files",
    "wants": "files",
}

__all__ = [
    "INDEX_VERSION",
    "FileIndex",
    "ProjectFacts",
    "Reference",
    "index_file",
    "influence",
    "resolve",
    "too_large",
    "wants",
]


def __getattr__(name: str) -> Any:
    """One of the names above, from the module that it is written in."""
    place = _PLACES.get(name)
    if place is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{place}"), name)
    globals()[name] = value
    return value


class _Room(ModuleType):
    def __setattr__(self, name: str, value: object) -> None:
        # A module that is named like what it gives: its import must not hide the function.
        if isinstance(value, ModuleType) and _PLACES.get(name) == name:
            value = getattr(value, name)
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Room
