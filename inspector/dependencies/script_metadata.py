"""The dependencies that a single Python file states in a comment (PEP 723, inline script metadata)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from inspector.dependencies.bounded import Unreadable, rows, table, toml_table
from inspector.dependencies.interface import Manifest, Requirement
from inspector.dependencies.pyproject import uv_sources
from inspector.dependencies.shapes import requirement

FORMAT = "script"
SECTION = "script.dependencies"
MAX_SCRIPT = 4 * 1024 * 1024  # bytes of a script that is looked through
_START = re.compile(rb"^# /// script[ \t]*\r?$", re.MULTILINE)
_OPENING = re.compile(r"# /// (?P<type>[A-Za-z0-9-]+)[ \t]*\Z")
_CLOSING = re.compile(r"# ///[ \t]*\Z")


def looks_like_one(data: bytes) -> bool:
    """True where a line opens a block of script metadata."""
    return len(data) <= MAX_SCRIPT and b"# /// script" in data and _START.search(data) is not None


def read(path: str, data: bytes) -> Manifest:
    """The list of the block. A second block of the type is an error, as the specification has it."""
    blocks = list(_blocks(data.decode("utf-8-sig", "replace")))
    if not blocks:
        raise Unreadable("The script's block of metadata is not closed.")
    if len(blocks) > 1:
        raise Unreadable("The script has more than one block of metadata.")
    first, lines = blocks[0]
    document = toml_table("\n".join(lines) + "\n")
    uv = table(table(document.get("tool")).get("uv"))
    sources = uv_sources(uv)
    found = tuple(
        replace(one, source=sources[one.name]) if one.name in sources else one
        for one in _requirements(rows(document.get("dependencies")), lines, first)
    )
    more = tuple(_requirements(rows(uv.get("constraint-dependencies")), lines, first))
    unread = [item for item in (*found, *more) if item.shape == "unread"]
    error = f"{unread[0].text!r} is no requirement that can be read." if unread else None
    return Manifest(path, FORMAT, requirements=(*found, *more), error=error)


def _blocks(text: str) -> Iterator[tuple[int, list[str]]]:
    """(number of the first line, lines without the comment's sign) of each block of the type "script". A
    block ends at its first closing line."""
    lines = text.splitlines()
    at = 0
    while at < len(lines):
        opening = _OPENING.match(lines[at])
        at += 1
        if opening is None:
            continue
        end = at
        while end < len(lines) and (lines[end] == "#" or lines[end].startswith("# ")):
            end += 1
            if _CLOSING.match(lines[end - 1]):
                if opening.group("type") == "script":
                    yield at + 1, [line[2:] for line in lines[at : end - 1]]
                break
        at = end


def _requirements(items: list[object], lines: list[str], first: int) -> Iterator[Requirement]:
    for item in items:
        if isinstance(item, str):
            at = next((n for n, line in enumerate(lines) if f'"{item}"' in line or f"'{item}'" in line), None)
            yield requirement(item, SECTION, None if at is None else first + at)
        else:
            yield Requirement(None, SECTION, "unread", "", None, str(item)[:100])
