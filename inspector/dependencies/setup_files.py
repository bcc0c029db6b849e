"""setup.cfg, and those parts of setup.py that are literal. Nothing of setup.py is run.

What setup.py computes cannot be told from its text: the manifest's error says so for each argument.
"""

from __future__ import annotations

import ast
import configparser
from collections.abc import Iterator

from inspector.dependencies.bounded import Unreadable, text_of
from inspector.dependencies.interface import Manifest, Requirement
from inspector.dependencies.shapes import normal_name, requirement
from inspector.provenance import plain

MAX_SETUP_BYTES = 1024 * 1024
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
    lines = {line.strip(): number for number, line in reversed(list(enumerate(text.splitlines(), 1)))}
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
        for line in (value or "").replace("\n", ";;").split(";;"):
            item = line.strip()
            if item and not item.startswith("#"):
                found.append(requirement(item, section, lines.get(item)))
    name = parser.get("metadata", "name", fallback=None)
    return Manifest(
        path,
        "setup.cfg",
        requirements=tuple(found),
        includes=tuple(includes),
        project_name=normal_name(name) if name else None,
    )


def read_py(path: str, data: bytes) -> Manifest:
    """The literal lists that the call of setup() is given, directly or by a module-level name."""
    text = _small(data)
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise Unreadable("The file is no Python of this version that can be read.") from None
    named = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    found: list[Requirement] = []
    computed: list[str] = []
    for call in _setup_calls(tree):
        for keyword in call.keywords:
            if keyword.arg in _ARGUMENTS:
                _take(keyword.arg, keyword.value, named, found, computed)
            elif keyword.arg is None:
                computed.append("**arguments")
    error = (
        f"Computed when setup.py runs, not read: {', '.join(dict.fromkeys(computed))}." if computed else None
    )
    return Manifest(path, "setup.py", requirements=tuple(found), error=error)


def _take(
    section: str, value: ast.expr, named: dict[str, ast.expr], found: list[Requirement], computed: list[str]
) -> None:
    waiting = [value]
    steps = 0
    while waiting:
        node = waiting.pop()
        steps += 1
        if steps > 20_000:
            computed.append(section)
            return
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            for offset, line in enumerate(node.value.splitlines()):
                if line.strip():
                    found.append(requirement(line, section, node.lineno + offset))
        elif isinstance(node, ast.List | ast.Tuple | ast.Set):
            waiting.extend(reversed(node.elts))
        elif isinstance(node, ast.Dict):
            waiting.extend(reversed(node.values))
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            waiting.extend((node.right, node.left))
        elif isinstance(node, ast.Name) and node.id in named:
            waiting.append(named[node.id])
        else:
            computed.append(section)


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
