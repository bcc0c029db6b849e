"""Manifests, lock files, the tree of packages, and what the vulnerability audit can say of each."""

from inspector.dependencies.auditing import audit, heading, is_all_clear, shortfall
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
    "is_all_clear",
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
