"""Where a project names a model, a dataset or a load call: in Python, notebooks, configurations, images,
shell, make and CI. ``interface`` says how the two steps (index in a worker, resolve in the engine) divide.
"""

from inspector.references.files import INDEX_VERSION, index_file, too_large, wants
from inspector.references.influence import influence
from inspector.references.interface import FileIndex, ProjectFacts, Reference
from inspector.references.resolve import resolve

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
