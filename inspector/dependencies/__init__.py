"""Manifests, lock files, the tree of packages, and what the vulnerability audit can say of each."""

from inspector.dependencies.auditing import audit, heading, is_all_clear
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
from inspector.dependencies.usage import imported_against_declared, imports_of, tree_facts

__all__ = [
    "MAX_WANTED",
    "Advisory",
    "AuditResult",
    "LockedPackage",
    "Manifest",
    "Package",
    "Requirement",
    "audit",
    "format_of",
    "heading",
    "imported_against_declared",
    "imports_of",
    "included_path",
    "is_all_clear",
    "looks_like",
    "looks_like_owner",
    "packages",
    "pin_of",
    "read_manifest",
    "summary",
    "tree_facts",
    "wants",
]
