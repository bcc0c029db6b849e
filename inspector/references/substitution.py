"""Parameters in terms: which there are, and what a call puts in their place."""

from __future__ import annotations

from typing import Any

from inspector.references.project import Term


def substitute(term: Any, function: str, bound: dict[str, Term], depth: int = 0) -> Any:
    """``term`` with the parameters of ``function`` replaced by ``bound``; what is not bound stays."""
    if not isinstance(term, list) or depth > 30:
        return term
    if len(term) == 3 and term[0] == "p" and term[1] == function:
        return bound.get(term[2], term) if isinstance(term[2], str) else term
    return [substitute(part, function, bound, depth + 1) for part in term]


def functions_in(term: Any) -> set[str]:
    """The functions whose parameters ``term`` mentions. Iterative; at most 2,000 parts are looked at."""
    found: set[str] = set()
    todo = [term]
    for _ in range(2_000):
        if not todo:
            break
        part = todo.pop()
        if isinstance(part, list):
            if len(part) == 3 and part[0] == "p" and isinstance(part[1], str):
                found.add(part[1])
            else:
                todo.extend(part)
    return found


def mentions(term: Any, function: str, names: dict[str, Term]) -> bool:
    """Whether ``term`` mentions a parameter of ``function`` that stands in ``names``."""
    todo = [term]
    for _ in range(2_000):
        if not todo:
            return False
        part = todo.pop()
        if isinstance(part, list):
            if len(part) == 3 and part[0] == "p" and part[1] == function and part[2] in names:
                return True
            todo.extend(part)
    return False


def is_small(term: Any, limit: int) -> bool:
    """Whether ``term`` has at most ``limit`` parts."""
    todo = [term]
    count = 0
    while todo:
        part = todo.pop()
        count += 1
        if count > limit:
            return False
        if isinstance(part, list):
            todo.extend(part)
    return True


def holds_cut(term: Any) -> bool:
    """Whether ``term`` holds a list or map of which a part was left out. 4,000 parts are looked at."""
    todo = [term]
    for _ in range(4_000):
        if not todo:
            return False
        part = todo.pop()
        if isinstance(part, list):
            if part == ["cut"]:
                return True
            todo.extend(part)
    return False
