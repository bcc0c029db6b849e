"""A Python file to its FileIndex."""

from __future__ import annotations

from inspector.references.interface import FileIndex
from inspector.references.python_index import TEXT_LIMIT, index_module
from inspector.references.python_source import decode, parse


def index_python(path: str, data: bytes) -> FileIndex:
    """The facts of the Python file at ``path``; whatever its bytes are, an index comes back."""
    parsed = parse(decode(data))
    try:
        facts = index_module(parsed.body, path, lambda line, end: source_text(parsed.lines, line, end))
    except (RecursionError, MemoryError):
        return FileIndex(path, "python", {}, "The file is nested too deeply to be read.")
    partly = parsed.partly or facts.pop("cut", None)
    facts.pop("cut", None)
    return FileIndex(path, "python", {"python": facts}, partly)


def source_text(lines: list[str], line: int, end: int) -> str:
    """The lines from ``line`` to ``end`` (from 1) as they stand, at most 300 characters."""
    if end <= line:
        return lines[line - 1].strip()[:TEXT_LIMIT] if 0 < line <= len(lines) else ""
    return "\n".join(part.rstrip() for part in lines[line - 1 : min(end, line + 40)]).strip()[:TEXT_LIMIT]
