"""How the tree of packages fits what the code imports.

``imports_of`` reads what one file imports; ``imported_against_declared`` compares with what is declared.
Both are pure functions over facts.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from inspector.dependencies.import_names import (
    NAME_SPACES,
    NAMES,
    NEVER_IMPORTED,
    NEVER_IMPORTED_FAMILIES,
    PROVIDED,
)
from inspector.dependencies.interface import Manifest, Package

MAX_SOURCE = 4 * 1024 * 1024  # bytes of a source file; longer ones are generated
MAX_NOTEBOOK = 64 * 1024 * 1024
MAX_SOURCE_WANTED = MAX_NOTEBOOK
MAX_IMPORTS = 5_000  # of one file
MAX_SHOWN = 200  # names in a list of the answer; the counts are whole
_STATEMENT = re.compile(
    r"^[ \t]*(?:from[ \t]+([A-Za-z_][\w.]*)[ \t]+import\b|import[ \t]+([A-Za-z_][\w., \t]*))", re.MULTILINE
)
# A line of a notebook's cell, which is a JSON string on a line of its own.
_CELL_LINE = re.compile(
    r'^[ \t]*"(?:[ ]|\\t)*(?:from[ ]+([A-Za-z_][\w.]*)[ ]+import[ ]|import[ ]+([A-Za-z_][\w., ]*))'
    r'(?=[^\n]*"[ \t]*,?[ \t]*$)',
    re.MULTILINE,
)
# Lists that say what a run needs; groups of development, tests and documents are not held against imports.
_RUNTIME = frozenset(
    (
        "project.dependencies",
        "tool.poetry.dependencies",
        "options.install_requires",
        "install_requires",
        "packages",
    )
)
_NO_NAME_OF_AN_INDEX = frozenset(("local", "editable", "option", "unread"))
_ASIDE = re.compile(r"(?:dev|test|doc|lint|build|ci|constraint|lock|freeze|optional|extra)", re.IGNORECASE)


class Import(NamedTuple):
    """A top-level module and where a file imports it first. ``optional``: only where a failure is caught, or
    where types alone are checked."""

    module: str
    line: int
    optional: bool = False


def may_import(path: str) -> bool:
    """True for a file that ``imports_of`` can read."""
    return path.lower().endswith((".py", ".ipynb"))


def imports_of(data: bytes, path: str = "") -> tuple[Import, ...]:
    """Every absolute import of a Python file or notebook (by the name in ``path``), each module once.

    A file that does not parse is read by lines, so that a notebook's export still tells its imports.
    """
    found: dict[str, Import] = {}
    if path.lower().endswith(".ipynb"):
        if len(data) <= MAX_NOTEBOOK:
            _by_lines(data, _CELL_LINE, found)
        return tuple(found.values())
    if len(data) > MAX_SOURCE:
        return ()
    try:
        tree = ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        _by_lines(data, _STATEMENT, found)
        return tuple(found.values())
    for node, optional in _statements(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                _note(found, alias.name, node.lineno, optional)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            _note(found, node.module, node.lineno, optional)
    return tuple(sorted(found.values(), key=lambda one: (one.line, one.module)))


def _statements(tree: ast.Module) -> Iterator[tuple[ast.stmt, bool]]:
    """Every statement, and whether it stands where an import may fail unharmed. Expressions hold none."""
    waiting: list[tuple[ast.AST, bool]] = [(tree, False)]
    while waiting:
        node, optional = waiting.pop()
        if isinstance(node, ast.stmt):
            yield node, optional
        if isinstance(node, ast.Try | ast.TryStar):
            waiting.extend((one, True) for one in (*node.body, *node.handlers, *node.orelse))
            waiting.extend((one, optional) for one in node.finalbody)
            continue
        aside = optional or (isinstance(node, ast.If) and _is_for_types(node.test))
        for field in ("body", "orelse", "handlers", "cases"):
            inner = getattr(node, field, None)
            if isinstance(inner, list):
                waiting.extend((one, aside) for one in inner)


def _is_for_types(test: ast.expr) -> bool:
    name = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")
    return name == "TYPE_CHECKING"


def _by_lines(data: bytes, pattern: re.Pattern[str], found: dict[str, Import]) -> None:
    text = data.decode("utf-8", "replace")
    line, end = 1, 0
    for match in pattern.finditer(text):
        at = match.start(1) if match.group(1) else match.start(2)
        line, end = line + text.count("\n", end, at), at
        for part in (match.group(1) or match.group(2)).split(",")[:MAX_IMPORTS]:
            _note(found, part.strip().partition(" ")[0], line, False)


def _note(found: dict[str, Import], module: str, line: int, optional: bool) -> None:
    top = module.partition(".")[0]
    if not top or not top.isidentifier():
        return
    known = found.get(top)
    if known is None:
        if len(found) < MAX_IMPORTS:
            found[top] = Import(top, line, optional)
    else:
        found[top] = Import(top, min(line, known.line), known.optional and optional)


def imported_against_declared(
    imports: Mapping[str, Sequence[Import]],
    packages: Sequence[Package],
    *,
    manifests: Sequence[Manifest] = (),
    folders: Collection[str] = (),
    loaded: Collection[str] = (),
) -> dict[str, Any]:
    """What is imported and not declared, and what is declared and not imported.

    ``imports`` gives what each file imports, by path, as ``imports_of`` reads it; ``folders`` are names of
    the project's own folders, ``loaded`` the modules that its pickles import when they are loaded: what
    provides these is needed, too. The answer is ``{"undeclared": [{"module", "path", "line", "files",
    "provided_by", "optional"}], "imports": how many modules are imported,
    "unused": [{"name", "imported_as", "path", "line"}], "undeclared_total",
    "unused_total"}``. ``provided_by`` names packages of the tree that carry the module without being asked
    for; ``optional`` is True where every place can do without it. Modules of the standard library, of what
    runs the code (a notebook's host) and of the project itself count as neither. A declared package may be
    used without an import (a plug-in, a driver, a command), so "unused" is a question to the project and no
    verdict; only what a run needs by the manifests is asked about.
    """
    own = _own_modules(imports) | set(folders)
    for manifest in manifests:
        own.update(module for name in (manifest.project_name,) if name for module in imported_as(name))
    used: dict[str, tuple[str, int, int, bool]] = {}
    for path in sorted(imports):
        for module, line, optional in imports[path]:
            first = used.get(module)
            if first is None:
                used[module] = (path, line, 1, optional)
            elif first[3] and not optional:
                used[module] = (path, line, first[2] + 1, False)  # the place that needs it is told
            else:
                used[module] = (*first[:2], first[2] + 1, first[3])
    python = [one for one in packages if one.ecosystem in ("PyPI", "conda")]
    carriers: dict[str, list[Package]] = {}
    for package in python:
        for module in imported_as(package.name):
            carriers.setdefault(module.lower(), []).append(package)
    named = {module.lower() for name in _named_at_all(manifests) for module in imported_as(name)}
    undeclared = []
    for module in sorted(used, key=str.lower):
        if module in sys.stdlib_module_names or module in PROVIDED or module in own or module[:1] == "_":
            continue
        there = carriers.get(module.lower(), [])
        if module.lower() not in named and not any(one.direct for one in there):
            path, line, files, optional = used[module]
            provided = sorted({one.name for one in there})
            undeclared.append(
                {"module": module, "path": path, "line": line, "files": files, "provided_by": provided,
                 "optional": optional}
            )  # fmt: skip
    modules = {module.lower() for module in (*used, *loaded)}
    unused = [one for one in _asked_for(python, manifests) if not modules & _lower(imported_as(one["name"]))]
    return {"undeclared": undeclared[:MAX_SHOWN], "unused": unused[:MAX_SHOWN],
            "imports": len(used),
            "undeclared_total": len(undeclared), "unused_total": len(unused)}  # fmt: skip


def imported_as(name: str) -> tuple[str, ...]:
    """The top-level modules of the distribution ``name`` (normalised)."""
    known = NAMES.get(name)
    return known if known is not None else _by_its_name(name)


def _named_at_all(manifests: Sequence[Manifest]) -> set[str]:
    """What any list or command names, also where a package of the tree is not made of it."""
    return {
        item.name
        for manifest in manifests
        for item in manifest.requirements
        if item.name and not item.via and item.ecosystem in ("PyPI", "conda")
    }


def _asked_for(packages: Sequence[Package], manifests: Sequence[Manifest]) -> list[dict[str, Any]]:
    """What a run needs by the manifests, where an import would be expected."""
    pulled = {one.name for one in packages if one.required_by}
    found: dict[str, dict[str, Any]] = {}
    for manifest in manifests:
        listed = manifest.format == "requirements" and not _ASIDE.search(manifest.path)
        for item in manifest.requirements:
            name = item.name
            if (
                name is None
                or not (item.section in _RUNTIME or (listed and item.section == "requirements"))
                or item.ecosystem != "PyPI"
                or item.via
                or name in pulled
                or name == manifest.project_name
                or item.shape in _NO_NAME_OF_AN_INDEX
                or _is_never_imported(name)
            ):
                continue
            place = {
                "name": name,
                "imported_as": list(imported_as(name)),
                "path": manifest.path,
                "line": item.line,
            }
            found.setdefault(name, place)
    return [found[name] for name in sorted(found)]


def _lower(modules: Sequence[str]) -> set[str]:
    return {module.lower() for module in modules}


def _own_modules(imports: Mapping[str, object]) -> set[str]:
    """Names under which the project's own files are imported: files and folders, wherever they lie."""
    own: set[str] = set()
    for path in imports:
        *folders, file = path.split("/")
        own.update(folders)
        own.add(file.rpartition(".")[0])
    return own


@cache
def _by_its_name(name: str) -> tuple[str, ...]:
    plain = name.replace("-", "_")
    head = name.partition("-")[0]
    # "python-x" and "x-python" carry x; a package of a name space is imported by the first word.
    short = re.sub(r"\A(?:python|py)_|_(?:python|py)[23]?\Z", "", plain)
    return tuple(dict.fromkeys((plain, short, *((head,) if head in NAME_SPACES else ()))))


def _is_never_imported(name: str) -> bool:
    return name in NEVER_IMPORTED or name.startswith(NEVER_IMPORTED_FAMILIES)
