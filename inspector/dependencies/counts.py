"""A manifest in numbers: the contract's ``manifests[]`` object."""

from __future__ import annotations

from collections import Counter
from typing import Any

from inspector.dependencies.interface import Manifest
from inspector.dependencies.shapes import normal_name

# The contract's words; every other shape counts in the total alone.
_COUNTED = frozenset({"exact", "wildcard", "range", "bare", "url", "vcs40", "local", "editable", "option"})


def summary(manifest: Manifest) -> dict[str, Any]:
    """Counts by section and, for a lock, how many packages and edges.

    ``total`` is the number of requirements; options are no requirements and stand in ``option`` alone.
    ``hashed`` counts requirements with a hash, whatever their shape. Packages are distinct entries, edges
    distinct pairs of names; the project itself is in neither.
    """
    sections: dict[str, Counter[str]] = {}
    for item in manifest.requirements:
        _count(sections.setdefault(item.section, Counter()), item.shape, 1)
        if item.hashed:
            sections[item.section]["hashed"] += 1
    for name, shapes in manifest.beyond.items():
        for shape, many in shapes.items():
            if shape == "hashed":
                sections.setdefault(name, Counter())["hashed"] += many
            else:
                _count(sections.setdefault(name, Counter()), shape, many)
    own = {item.name for item in manifest.locked if item.is_project}
    entries = [item for item in manifest.locked if not item.is_project]
    edges = {(item.name, need) for item in entries for need in item.requires if need not in own}
    listed = {item.name for item in manifest.requirements}
    for one in manifest.requirements:  # "# via" comments, the other way round
        users = (normal_name(user) for user in one.via)
        edges.update((user, one.name) for user in users if user in listed and one.name)
    return {
        "path": manifest.path,
        "format": manifest.format,
        "sections": {
            name: {key: many for key, many in sorted(found.items()) if many or key == "total"}
            for name, found in sorted(sections.items())
        },
        "packages": len({(item.ecosystem, item.name, item.version, item.source) for item in entries}),
        "edges": len(edges),
        "error": manifest.error,
    }


def _count(section: Counter[str], shape: str, many: int) -> None:
    if shape == "option":
        section["total"] += 0
    else:
        section["total"] += many
    if shape in _COUNTED:
        section[shape] += many
