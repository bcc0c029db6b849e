"""Where a project names a model, a dataset or a load call: in Python, notebooks, configurations, images,
shell, make and CI. ``interface`` says how the two steps (index in a worker, resolve in the engine) divide.

A module is imported when the first of its names is used: a folder of weights needs none of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.late import late_names

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

__getattr__ = late_names(__name__, _PLACES)
