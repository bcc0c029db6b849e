"""What the tree of packages amounts to, and how it fits what the code imports.

``tree_facts`` gives the numbers behind "keep the tree as small as you can defend"; ``imports_of`` reads what
one file imports; ``imported_against_declared`` compares. All are pure functions over facts.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from inspector.dependencies.import_names import NAMES, NEVER_IMPORTED
from inspector.dependencies.interface import Package
from inspector.provenance import Pin

MAX_SOURCE = 4 * 1024 * 1024  # bytes of a source file; longer ones are generated
MAX_IMPORTS = 5_000  # of one file
MAX_SHOWN = 200  # names in a list of the answer; the counts are whole
MAX_WHY = 8  # packages on a path that says what pulls one in
MAX_WEIGHED = 500  # direct packages whose weight is worked out
_STATEMENT = re.compile(
    r"^[ \t]*(?:from[ \t]+([A-Za-z_][\w.]*)[ \t]+import\b|import[ \t]+([A-Za-z_][\w., \t]*))", re.MULTILINE
)
_SHARED = frozenset({"google", "azure", "opentelemetry", "zope", "backports", "sphinxcontrib"})


def imports_of(data: bytes) -> tuple[tuple[str, int], ...]:
    """(top-level module, line) of every absolute import of a Python file, each module at its first line.

    A file that does not parse is read by lines, so that a notebook's export still tells its imports.
    """
    if len(data) > MAX_SOURCE:
        return ()
    found: dict[str, int] = {}
    try:
        tree = ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        text = data.decode("utf-8", "replace")
        line, end = 1, 0
        for match in _STATEMENT.finditer(text):
            at = match.start(1) if match.group(1) else match.start(2)
            line, end = line + text.count("\n", end, at), at
            for part in (match.group(1) or match.group(2)).split(",")[:MAX_IMPORTS]:
                _note(found, part.strip().partition(" ")[0], line)
        return tuple(found.items())
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                _note(found, alias.name, node.lineno)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            _note(found, node.module, node.lineno)
    return tuple(sorted(found.items(), key=lambda one: (one[1], one[0])))


def imported_against_declared(
    imports: Mapping[str, Sequence[tuple[str, int]]], packages: Sequence[Package]
) -> dict[str, Any]:
    """What is imported and not declared, and what is declared and not imported.

    ``imports`` gives (module, line) by path, as ``imports_of`` reads them. The answer is ``{"undeclared":
    [{"module", "path", "line", "files", "provided_by"}], "unused": [{"name", "imported_as"}]}``.
    ``provided_by`` names packages of the tree that carry the module without being asked for. Modules of the
    standard library and of the project itself count as neither. A declared package may be used without an
    import (a plug-in, a command), so "unused" is a question to the project and no verdict.
    """
    own = _own_modules(imports)
    used: dict[str, tuple[str, int, int]] = {}
    for path in sorted(imports):
        for module, line in imports[path]:
            first = used.get(module)
            used[module] = (path, line, 1) if first is None else (first[0], first[1], first[2] + 1)
    python = [one for one in packages if one.ecosystem in ("PyPI", "conda")]
    carriers: dict[str, list[Package]] = {}
    for package in python:
        for module in imported_as(package.name):
            carriers.setdefault(module.lower(), []).append(package)
    undeclared = []
    for module in sorted(used, key=str.lower):
        if module in sys.stdlib_module_names or module in own:
            continue
        there = carriers.get(module.lower(), [])
        if not any(one.direct for one in there):
            path, line, files = used[module]
            provided = sorted({one.name for one in there})
            undeclared.append(
                {"module": module, "path": path, "line": line, "files": files, "provided_by": provided}
            )
    modules = {module.lower() for module in used}
    unused = [
        {"name": name, "imported_as": list(imported_as(name))}
        for name in sorted({one.name for one in python if one.direct and one.pin is not Pin.LOCAL})
        if not modules & {module.lower() for module in imported_as(name)} and not _is_tool(name)
    ]
    return {"undeclared": undeclared[:MAX_SHOWN], "unused": unused[:MAX_SHOWN],
            "undeclared_total": len(undeclared), "unused_total": len(unused)}  # fmt: skip


def imported_as(name: str) -> tuple[str, ...]:
    """The top-level modules of the distribution ``name`` (normalised)."""
    known = NAMES.get(name)
    return known if known is not None else (name.replace("-", "_"), *_first_word(name))


def tree_facts(packages: Sequence[Package]) -> dict[str, Any]:
    """The tree in numbers, for the project's node and the report:

    ``{"packages", "direct", "transitive", "by_ecosystem", "by_pin", "edges", "depth", "deepest", "heaviest",
    "reasons"}``. ``depth`` is the longest of the shortest ways from a direct package (1: direct), ``deepest``
    one such way (its last packages where it is very long); ``heaviest`` are the direct packages that bring
    the most others (``{"name", "brings", "alone"}``; without it, ``alone`` packages would go); ``reasons``
    gives for each package that is not direct one way by which it comes in. A package that nothing is known
    to pull in has no reason.
    """
    versions: dict[str, list[Package]] = {}
    for one in packages:
        versions.setdefault(one.name, []).append(one)
    pulls = {name: sorted({need for one in many for need in one.requires if need in versions})
             for name, many in versions.items()}  # fmt: skip
    direct = sorted(name for name, many in versions.items() if any(one.direct for one in many))
    before, depth = _shortest_ways(pulls, direct)
    furthest = max(depth, key=lambda name: (depth[name], name), default=None)
    weighed = sorted(direct, key=lambda name: (-len(pulls[name]), name))[:MAX_WEIGHED]
    brought = {name: len(_reached(pulls, [name])) - 1 for name in weighed}
    heaviest = sorted(weighed, key=lambda name: (-brought[name], name))[:10]
    whole = _reached(pulls, direct)
    return {
        "packages": len(packages),
        "direct": len(direct),
        "transitive": sum(1 for name in versions if name not in set(direct)),
        "by_ecosystem": _counts(one.ecosystem for one in packages),
        "by_pin": _counts(one.pin.value for one in packages),
        "edges": sum(map(len, pulls.values())),
        "depth": depth[furthest] if furthest else 0,
        "deepest": _way(before, furthest, MAX_SHOWN) if furthest else [],
        "heaviest": [
            {
                "name": name,
                "brings": brought[name],
                "alone": len(whole - _reached(pulls, [one for one in direct if one != name])),
            }
            for name in heaviest
            if brought[name]
        ],
        "reasons": {name: _way(before, name, MAX_WHY) for name in sorted(depth) if depth[name] > 1},
    }


def _note(found: dict[str, int], module: str, line: int) -> None:
    top = module.partition(".")[0]
    if top and top.isidentifier() and len(found) < MAX_IMPORTS:
        found.setdefault(top, line)


def _own_modules(imports: Mapping[str, object]) -> set[str]:
    """Names under which the project's own files are imported: files and folders, wherever they lie."""
    own: set[str] = set()
    for path in imports:
        *folders, file = path.split("/")
        own.update(folders)
        own.add(file.rpartition(".")[0])
    return own


@cache
def _first_word(name: str) -> tuple[str, ...]:
    # "google-cloud-x" and other name spaces are imported by their first word; a plain name is not.
    head = name.partition("-")[0]
    return (
        (head,) if head in ("google", "azure", "opentelemetry", "zope", "backports", "sphinxcontrib") else ()
    )


def _is_tool(name: str) -> bool:
    return any(name.startswith(one) if one.endswith("-") else name == one for one in NEVER_IMPORTED) or (
        name.startswith(("pytest-", "flake8-", "sphinx-", "mkdocs-", "jupyter-", "types-"))
    )


def _shortest_ways(
    pulls: Mapping[str, Sequence[str]], direct: Sequence[str]
) -> tuple[dict[str, str | None], dict[str, int]]:
    """For each package that is reached: which one pulls it in, and how many steps it is away."""
    before: dict[str, str | None] = dict.fromkeys(direct)
    depth = dict.fromkeys(direct, 1)
    waiting = deque(direct)
    while waiting:
        name = waiting.popleft()
        for need in pulls.get(name, ()):
            if need not in before:
                before[need], depth[need] = name, depth[name] + 1
                waiting.append(need)
    return before, depth


def _way(before: Mapping[str, str | None], name: str, most: int) -> list[str]:
    """The last ``most`` packages of the way to ``name``, ``name`` last."""
    way: list[str] = []
    at: str | None = name
    while at is not None and len(way) < most:
        way.append(at)
        at = before[at]
    return way[::-1]


def _reached(pulls: Mapping[str, Sequence[str]], start: Sequence[str]) -> set[str]:
    seen = set(start)
    waiting = list(start)
    while waiting:
        for need in pulls.get(waiting.pop(), ()):
            if need not in seen:
                seen.add(need)
                waiting.append(need)
    return seen


def _counts(words: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for word in words:
        found[word] = found.get(word, 0) + 1
    return dict(sorted(found.items()))
