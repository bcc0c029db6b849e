"""What a pickle may import, and what it must not: one lookup over the tables of this room.

Matching is by exact (module, qualified name) after CPython's fix_imports map; a dot in the name is never
listed (a dotted name walks through attributes, and ``torch.serialization`` has ``os`` among them).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

# Modules that other modules hand out under their own name ("import os" at the top of a file): asking any
# module for one of these names is asking for the module itself.
_REEXPORTED = """
os posix nt sys subprocess shutil socket importlib ctypes pickle cPickle _pickle marshal runpy pty
multiprocessing threading tempfile urllib builtins __builtin__ commands popen2 posixpath ntpath
"""
REEXPORTED = frozenset(_REEXPORTED.split())


class Tier(IntEnum):
    """What an import is worth, the harmless ones first."""

    PLAIN = 0
    LIBRARY = 1
    UNKNOWN = 2
    DANGEROUS = 3


class Row(NamedTuple):
    """One row of a list: names of one module, why they stand there, and the rule their call obeys.

    ``kind`` is "class", "function", "value" (may not be called) or "enum"; ``rule`` names a check of
    ``pickle_rules``; ``read_from`` is the library and version the names were taken from.
    """

    module: str
    names: str
    kind: str
    reason: str
    rule: str = ""
    read_from: str = "CPython 3.13"


def rows_of(text: str, kind: str, reason: str, read_from: str, rule: str = "") -> Iterator[Row]:
    """The rows of a table whose lines are "module: names"; longer lines go on with four blanks."""
    for block in text.strip().replace("\n    ", " ").splitlines():
        module, _, names = block.partition(": ")
        yield Row(module, names, kind, reason, rule, read_from)


class Entry(NamedTuple):
    """What the lists say of one import."""

    tier: Tier
    kind: str
    rule: str
    reason: str


MAX_STEPS = 16


def canonical_table() -> str:
    """Every list row as canonical JSON: what the digest is taken over."""
    from inspector.artifacts.pickles.allow_library import LIBRARY
    from inspector.artifacts.pickles.allow_plain import PLAIN
    from inspector.artifacts.pickles.compat_names import MODULES, NAMES
    from inspector.artifacts.pickles.danger import DANGEROUS_MODULES, DANGEROUS_NAMES, REVEALING_ATTRIBUTES

    tables = {
        "plain": [list(row) for row in PLAIN],
        "library": [list(row) for row in LIBRARY],
        "dangerous_modules": sorted(DANGEROUS_MODULES.items()),
        "dangerous_names": [list(row) for row in DANGEROUS_NAMES],
        "revealing": sorted(REVEALING_ATTRIBUTES),
        "renamed_modules": sorted(MODULES.items()),
        "renamed": sorted([*old, *new] for old, new in NAMES.items()),
    }
    return json.dumps(tables, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


@lru_cache(maxsize=1)
def allow_list_digest() -> str:
    """sha256 (hex) over all list tables: the same lists, the same digest, on every machine."""
    return hashlib.sha256(canonical_table().encode("ascii")).hexdigest()


@lru_cache(maxsize=1)
def _lookup() -> dict[tuple[str, str], Entry]:
    from inspector.artifacts.pickles.allow_library import LIBRARY
    from inspector.artifacts.pickles.allow_plain import PLAIN
    from inspector.artifacts.pickles.danger import DANGEROUS_NAMES

    table: dict[tuple[str, str], Entry] = {}
    for tier, rows in ((Tier.LIBRARY, LIBRARY), (Tier.PLAIN, PLAIN), (Tier.DANGEROUS, DANGEROUS_NAMES)):
        for row in rows:
            for name in row.names.split():
                table[(row.module, name)] = Entry(tier, row.kind, row.rule, row.reason)
    return table


def entry_for(module: str, name: str) -> Entry:
    """What the lists say of ``module.name`` (names as they are after the fix_imports map)."""
    from inspector.artifacts.pickles.danger import DANGEROUS_MODULES, REVEALING_ATTRIBUTES

    found = _lookup().get((module, name))
    if found is not None:
        return found
    parts = module.split(".")
    for length in range(min(len(parts), MAX_STEPS), 0, -1):
        reason = DANGEROUS_MODULES.get(".".join(parts[:length]))
        if reason is not None:
            return Entry(Tier.DANGEROUS, "function", "", reason)
    steps = name.split(".")
    for place, step in enumerate(steps if len(steps) > 1 else ()):
        is_last = place == len(steps) - 1
        is_module = step in REEXPORTED or (step in DANGEROUS_MODULES and not is_last)
        if is_module or step in REVEALING_ATTRIBUTES:
            reason = f"the dotted name walks through the attribute {step!r}"
            return Entry(Tier.DANGEROUS, "function", "", reason)
    if len(parts) + len(steps) > MAX_STEPS and all(steps):
        # No library nests its names so deeply, and every way through them would have to be followed.
        reason = f"the name has more than {MAX_STEPS} parts"
        return Entry(Tier.DANGEROUS, "function", "", reason)
    if (
        1 < len(steps) <= MAX_STEPS
        and len(parts) <= MAX_STEPS
        and _reaches_danger([*parts, *steps], len(parts))
    ):
        return Entry(Tier.DANGEROUS, "function", "", "the dotted name ends in a known dangerous function")
    if name in REEXPORTED or name.lstrip("_") in REEXPORTED:
        return Entry(Tier.DANGEROUS, "function", "", f"it hands out the module {name}")
    if name in REVEALING_ATTRIBUTES:
        return Entry(Tier.DANGEROUS, "function", "", "it reaches into the interpreter")
    if parts[0] == "__torch__":
        reason = "it is on no list; a TorchScript archive brings classes of this name as code of its own"
        return Entry(Tier.UNKNOWN, "unknown", "", reason)
    return Entry(Tier.UNKNOWN, "unknown", "", "it is on no list")


def _reaches_danger(path: list[str], modules: int) -> bool:
    """Whether a part of the way names a dangerous module or function, wherever the way began."""
    from inspector.artifacts.pickles.danger import DANGEROUS_MODULES

    for end in range(modules + 1, len(path) + 1):
        if any(".".join(path[start:end]) in DANGEROUS_MODULES for start in range(end - 1)):
            return True
        if end > 1 and _ends_in_danger(path[end - 2], path[end - 1]):
            return True
    return False


def _ends_in_danger(holder: str, name: str) -> bool:
    """Whether the last two steps of a dotted name are those of a listed danger ("torch", "load" …)."""
    entry = _lookup().get((holder, name))
    return entry is not None and entry.tier is Tier.DANGEROUS
