"""setup.cfg, and those parts of setup.py that are literal. Nothing of setup.py is run.

What setup.py computes cannot be told from its text: the manifest's error says so for each argument.
"""

from __future__ import annotations

import ast
import configparser
import re
from collections.abc import Iterator

from inspector.dependencies.bounded import Unreadable, text_of
from inspector.dependencies.interface import Manifest, Requirement
from inspector.dependencies.shapes import normal_name, requirement
from inspector.provenance import plain

MAX_SETUP_BYTES = 1024 * 1024
MAX_STEPS = 20_000  # expressions looked at for one argument
_ARGUMENTS = ("install_requires", "extras_require", "setup_requires", "tests_require")


def looks_like_one(form: str, data: bytes) -> bool:
    """True for a setup.cfg with options or metadata, and for a setup.py that calls setup."""
    return b"setup" in data if form == "setup.py" else b"[options" in data or b"[metadata]" in data


def read_cfg(path: str, data: bytes) -> Manifest:
    """The requirement lists of [options] and the extras of [options.extras_require]."""
    text = _small(data)
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except configparser.Error as broken:
        raise Unreadable(plain(f"The file is not valid setup.cfg: {broken}", 300)) from None
    lines = {_said(line): number for number, line in reversed(list(enumerate(text.splitlines(), 1)))}
    found: list[Requirement] = []
    includes: list[str] = []
    lists = [(f"options.{key}", parser.get("options", key, fallback="")) for key in _ARGUMENTS]
    if parser.has_section("options.extras_require"):
        lists.extend(
            ("options.extras_require", value or "") for _, value in parser.items("options.extras_require")
        )
    for section, value in lists:
        if (value or "").strip().startswith("file:"):
            # setuptools reads the list from other files, divided by commas.
            includes += [one.strip() for one in value.strip()[5:].split(",") if one.strip()]
            continue
        for item in _listed(value or ""):
            found.append(requirement(item, section, lines.get(item)))
    name = parser.get("metadata", "name", fallback=None)
    return Manifest(
        path,
        "setup.cfg",
        requirements=tuple(found),
        includes=tuple(includes),
        project_name=normal_name(name) if name else None,
    )


def _listed(value: str) -> list[str]:
    """The items of one option, as setuptools divides them: by lines, and a single line by semicolons. A
    semicolon that begins a marker is left where what stands behind it is no requirement."""
    if "\n" in value:
        return [item for line in value.splitlines() if (item := _said(line))]
    parts = [item for part in value.split(";") if (item := _said(part))]
    whole = _said(value)
    broken = any(requirement(part, "", None).shape == "unread" for part in parts)
    return [whole] if broken and whole else parts


def _said(line: str) -> str:
    """The line without its comment."""
    line = line.strip()
    return "" if line.startswith("#") else re.sub(r"\s#.*", "", line).strip()


def read_py(path: str, data: bytes) -> Manifest:
    """The literal lists that the call of setup() is given, directly or by a name of the module.

    Where an argument is computed, the error says so, and lists of the module that look like requirements
    are given under their own names: what is computed is mostly chosen from them.
    """
    text = _small(data)
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise Unreadable("The file is no Python of this version that can be read.") from None
    named = _Named(tree)
    found: list[Requirement] = []
    computed: list[str] = []
    for call in _setup_calls(tree):
        for keyword in call.keywords:
            if keyword.arg in _ARGUMENTS:
                _take(keyword.arg, keyword.value, named, found, computed)
            elif keyword.arg is None:
                computed.append("**arguments")
    if computed:
        found.extend(named.lists_of_requirements())
    error = (
        f"Computed when setup.py runs, not read: {', '.join(dict.fromkeys(computed))}." if computed else None
    )
    return Manifest(path, "setup.py", requirements=tuple(found), error=error)


class _Named:
    """What the names of a module stand for, as far as its statements say it in so many words: each name
    with the expressions that are put into it one after the other."""

    def __init__(self, tree: ast.Module) -> None:
        self._parts: dict[str, list[ast.expr]] = {}
        self._used: set[str] = set()
        self.unsure: set[str] = set()  # names that are also changed where it depends on something
        for statement in tree.body:
            for name, value, fresh in _puts(statement):
                if fresh:
                    self._parts[name] = []
                self._parts.setdefault(name, []).append(value)
            if not isinstance(statement, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Expr):
                inner = (one for one in ast.walk(statement) if isinstance(one, ast.stmt))
                self.unsure.update(name for one in inner for name, _, _ in _puts(one))

    def parts(self, name: str) -> list[ast.expr] | None:
        """The expressions of ``name``; None where it is none of the module's, or may hold others too."""
        self._used.add(name)
        return None if name in self.unsure else self._parts.get(name)

    def item(self, name: str, key: str) -> list[ast.expr] | None:
        """What stands under ``key`` in the mapping ``name``."""
        found: list[ast.expr] | None = None
        for part in self.parts(name) or ():
            if not isinstance(part, ast.Dict):
                return None
            for one, value in zip(part.keys, part.values):
                if one is None:
                    return None
                if isinstance(one, ast.Constant) and one.value == key:
                    found = [value]
        return found

    def lists_of_requirements(self) -> Iterator[Requirement]:
        """Lists that no argument named, of nothing but requirements, half of them with a version."""
        for name, parts in self._parts.items():
            if name in self._used or len(parts) != 1 or not isinstance(parts[0], ast.List | ast.Tuple):
                continue
            texts = [one for one in parts[0].elts[:MAX_STEPS] if isinstance(one, ast.Constant)]
            items = [requirement(one.value, name, one.lineno) for one in texts if isinstance(one.value, str)]
            firm = sum(item.shape not in ("bare", "unread", "local") for item in items)
            if items and len(items) == len(parts[0].elts) and firm * 2 >= len(items):
                # The interpreter's own version stands in some of them.
                wanted = (item for item in items if item.shape not in ("unread", "local"))
                yield from (item for item in wanted if item.name != "python")


def _puts(statement: ast.stmt) -> Iterator[tuple[str, ast.expr, bool]]:
    """(name, expression, whether it is all that the name holds) of what a statement puts into a name."""
    if isinstance(statement, ast.Assign):
        for target in statement.targets:
            if isinstance(target, ast.Name):
                yield target.id, statement.value, True
            elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
                yield target.value.id, ast.Dict(keys=[target.slice], values=[statement.value]), False
    elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and statement.value:
        yield statement.target.id, statement.value, True
    elif isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
        yield statement.target.id, statement.value, False
    elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        called = statement.value.func
        if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name):
            if called.attr in ("append", "extend", "update") and len(statement.value.args) == 1:
                yield called.value.id, statement.value.args[0], False
            elif called.attr in (
                "insert",
                "remove",
                "pop",
                "clear",
                "setdefault",
                "append",
                "extend",
                "update",
            ):
                yield called.value.id, statement.value, False  # a call: told as computed


def _take(
    section: str, value: ast.expr, named: _Named, found: list[Requirement], computed: list[str]
) -> None:
    waiting = [value]
    steps = 0
    while waiting:
        node = waiting.pop()
        steps += 1
        if steps > MAX_STEPS:
            computed.append(section)
            return
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            for offset, line in enumerate(node.value.splitlines()):
                if item := _said(line):
                    found.append(requirement(item, section, node.lineno + offset))
        elif isinstance(node, ast.List | ast.Tuple | ast.Set):
            waiting.extend(reversed(node.elts))
        elif isinstance(node, ast.Starred):
            waiting.append(node.value)
        elif isinstance(node, ast.Dict):
            waiting.extend(reversed(node.values))
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.BitOr):
            waiting.extend((node.right, node.left))
        elif (parts := _named(node, named)) is not None:
            waiting.extend(reversed(parts))
        else:
            computed.append(section)


def _named(node: ast.expr, named: _Named) -> list[ast.expr] | None:
    """The expressions of ``name`` and of ``name["key"]``; None where they cannot be told."""
    if isinstance(node, ast.Name):
        return named.parts(node.id)
    if not (isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name)):
        return None
    key = node.slice
    if isinstance(key, ast.Constant) and isinstance(key.value, str):
        return named.item(node.value.id, key.value)
    return None


def _setup_calls(tree: ast.Module) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            if (isinstance(called, ast.Name) and called.id == "setup") or (
                isinstance(called, ast.Attribute) and called.attr == "setup"
            ):
                yield node


def _small(data: bytes) -> str:
    if len(data) > MAX_SETUP_BYTES:
        raise Unreadable(f"The file has {len(data):,} bytes; setup files are read up to {MAX_SETUP_BYTES:,}.")
    return text_of(data)
