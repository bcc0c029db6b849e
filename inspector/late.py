"""Names of a package that are imported when they are first asked for (PEP 562)."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any


def late_names(package: str, places: Mapping[str, str]) -> Callable[[str], Any]:
    """The ``__getattr__`` of the package of that name. ``places`` says in which of its modules a name is
    written. Where a module is named like what it gives, the package goes on giving the thing."""

    def give(name: str) -> Any:
        place = places.get(name)
        if place is None:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(importlib.import_module(f"{package}.{place}"), name)
        setattr(sys.modules[package], name, value)
        return value

    namesakes = {name for name, place in places.items() if name == place}

    class Room(ModuleType):
        def __setattr__(self, name: str, value: object) -> None:
            # The import of a module sets its name in the package.
            if name in namesakes and isinstance(value, ModuleType):
                value = getattr(value, name)
            super().__setattr__(name, value)

    if namesakes:
        sys.modules[package].__class__ = Room
    return give
