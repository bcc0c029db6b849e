"""Facts of files that are no Python but may hold some: ``python -c "…"`` in shell, images and CI."""

from __future__ import annotations

import ast
from typing import Any

from inspector.references.python_index import index_module
from inspector.references.python_source import parse

MAX_SNIPPETS = 200


def facts_of(path: str, items: list[dict[str, Any]]) -> dict[str, Any]:
    """``items`` as facts: references as they are, Python text read by the Python collector. What it finds
    is reported at the line of the command."""
    found = [item for item in items if "python" not in item][:5_000]
    snippets = [item for item in items if "python" in item][:MAX_SNIPPETS]
    if not snippets:
        return {"found": found} if found else {}
    body: list[ast.stmt] = []
    places: list[dict[str, Any]] = [{"line": 1, "end_line": 1, "text": ""}]
    for item in snippets:
        parsed = parse(str(item["python"]))
        for statement in parsed.body:
            ast.increment_lineno(statement, len(places) - 1)
        body.extend(parsed.body)
        places.extend([item] * len(parsed.lines))
    try:
        facts = index_module(body, path, lambda line, end: _place(places, line)["text"])
    except (RecursionError, MemoryError):
        return {"found": found}
    for call in facts["calls"]:
        place = _place(places, call[0])
        call[0], call[1] = place["line"], place["end_line"]
    for url in facts["urls"]:
        place = _place(places, url[0])
        url[0], url[1] = place["line"], place["end_line"]
    return {"found": found, "python": facts}


def _place(places: list[dict[str, Any]], line: int) -> dict[str, Any]:
    return places[line] if 0 < line < len(places) else places[-1]
