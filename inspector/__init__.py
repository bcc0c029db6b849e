"""Provenance Inspector: who made each piece of an AI project, and does loading it run code.

As a library: ``inspector.scan``, ``inspector.verify`` and the other names of ``inspector.api``, which is
imported when the first of them is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inspector.api import (
        InspectorError,
        compare,
        convert,
        explain,
        guard,
        new_review,
        open_review,
        open_verified,
        scan_events,
        screen,
        verify,
    )

__version__ = "0.1.0"
__all__ = [
    "InspectorError",
    "__version__",
    "compare",
    "convert",
    "explain",
    "guard",
    "new_review",
    "open_review",
    "open_verified",
    "scan",
    "scan_events",
    "screen",
    "verify",
]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'inspector' has no attribute '{name}'")
    if name == "scan":  # the room of that name, which can be called
        import importlib

        return importlib.import_module("inspector.scan")
    from inspector import api

    return getattr(api, name)


def __dir__() -> list[str]:
    return sorted(__all__)
