"""Manifests, lock files, the tree of packages, and what the vulnerability audit can say of each.

A module is imported when the first of its names is used: a folder of weights needs none of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.late import late_names

if TYPE_CHECKING:
    from inspector.dependencies.auditing import audit, heading, shortfall
    from inspector.dependencies.counts import summary
    from inspector.dependencies.formats import MAX_WANTED, format_of, included_path, read_manifest, wants
    from inspector.dependencies.interface import (
        Advisory,
        AuditResult,
        LockedPackage,
        Manifest,
        Package,
        Requirement,
    )
    from inspector.dependencies.lookalike import looks_like, looks_like_owner
    from inspector.dependencies.shapes import pin_of
    from inspector.dependencies.tree import packages
    from inspector.dependencies.tree_facts import Tree, tree_facts
    from inspector.dependencies.usage import (
        MAX_IMPORTS,
        MAX_SOURCE_WANTED,
        Import,
        imported_against_declared,
        imports_of,
        may_import,
    )

_PLACES = {
    "Advisory": "interface",
    "AuditResult": "interface",
    "Import": "usage",
    "LockedPackage": "interface",
    "MAX_IMPORTS": "usage",
    "MAX_SOURCE_WANTED": "usage",
    "MAX_WANTED": "formats",
    "Manifest": "interface",
    "Package": "interface",
    "Requirement": "interface",
    "Tree": "tree_facts",
    "audit": "auditing",
    "format_of": "formats",
    "heading": "auditing",
    "imported_against_declared": "usage",
    "imports_of": "usage",
    "included_path": "formats",
    "looks_like": "lookalike",
    "looks_like_owner": "lookalike",
    "may_import": "usage",
    "packages": "tree",
    "pin_of": "shapes",
    "read_manifest": "formats",
    "shortfall": "auditing",
    "summary": "counts",
    "tree_facts": "tree_facts",
    "wants": "formats",
}

__all__ = [
    "MAX_IMPORTS",
    "MAX_SOURCE_WANTED",
    "MAX_WANTED",
    "Advisory",
    "AuditResult",
    "Import",
    "LockedPackage",
    "Manifest",
    "Package",
    "Requirement",
    "Tree",
    "audit",
    "format_of",
    "heading",
    "imported_against_declared",
    "imports_of",
    "included_path",
    "looks_like",
    "looks_like_owner",
    "may_import",
    "packages",
    "pin_of",
    "read_manifest",
    "shortfall",
    "summary",
    "tree_facts",
    "wants",
]

__getattr__ = late_names(__name__, _PLACES)
