"""Signatures as they stand in a library's source: read with ``ast``, nothing is imported.

For libraries that are unpacked into a folder (``uv pip install --no-deps --target DIR NAME``), such as those
whose import would need a GPU or a second torch.
"""

from __future__ import annotations

import ast
import functools
import inspect
import os
from collections.abc import Iterator
from pathlib import Path

Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
MAX_BASES = 4


def parameters_of(folder: str, dotted: str) -> dict[str, inspect.Parameter] | None:
    """The parameters of ``package.…Class``, ``package.…Class.method`` or ``package.…function`` in ``folder``;
    None where it is not there. Re-exports are followed by name alone, nearest module first."""
    package, *rest = dotted.split(".")
    if not rest:
        return None
    method = rest[-1] if len(rest) > 1 and rest[-2][:1].isupper() else None
    name = rest[-2] if method else rest[-1]
    wanted = rest[: -2 if method else -1]
    other: dict[str, inspect.Parameter] | None = None
    for _, node in sorted(_defined(folder, package, name), key=lambda entry: -_shared(entry[0], wanted)):
        found = _of((folder, package), node, method or "__init__")
        if found is not None and all(p.kind is p.VAR_KEYWORD for p in found.values()):
            other = found  # a stand-in for an optional library, or a method that passes everything on
        elif found is not None:
            return found
    return other


def _shared(module: str, wanted: list[str]) -> float:
    """How many parts of the dotted name the module's own path has; tests and legacy modules come last."""
    parts = module.split("/")
    return (
        sum(part in parts for part in wanted)
        - len(parts) / 100
        - 9 * ("tests" in parts or "legacy" in module)
    )


def _of(
    where: tuple[str, str], node: Definition, method: str, depth: int = 0
) -> dict[str, inspect.Parameter] | None:
    if not isinstance(node, ast.ClassDef):
        return _parameters(node.args)
    own = [part for part in node.body if isinstance(part, ast.FunctionDef) and part.name == method]
    if own:
        return _parameters(own[-1].args)
    fields = [
        part for part in node.body if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name)
    ]
    if method == "__init__" and fields:
        return {
            part.target.id: _parameter(part.target.id, part.value, inspect.Parameter.KEYWORD_ONLY)
            for part in fields
            if isinstance(part.target, ast.Name)
        }
    for base in node.bases[:MAX_BASES]:
        last = ast.unparse(base).split("[", 1)[0].rsplit(".", 1)[-1]
        for _, outer in _defined(*where, last)[:MAX_BASES] if depth < MAX_BASES else ():
            found = _of(where, outer, method, depth + 1)
            if found is not None:
                return found
    return None


def _parameters(arguments: ast.arguments) -> dict[str, inspect.Parameter]:
    found: dict[str, inspect.Parameter] = {}
    positional = [*arguments.posonlyargs, *arguments.args]
    padding: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults))
    for item, default in zip(positional, [*padding, *arguments.defaults]):
        found[item.arg] = _parameter(item.arg, default, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    for item, default in zip(arguments.kwonlyargs, arguments.kw_defaults):
        found[item.arg] = _parameter(item.arg, default, inspect.Parameter.KEYWORD_ONLY)
    if arguments.kwarg is not None:
        name = arguments.kwarg.arg
        found[name] = inspect.Parameter(name, inspect.Parameter.VAR_KEYWORD)
    return found


def _parameter(name: str, default: ast.expr | None, kind: inspect._ParameterKind) -> inspect.Parameter:
    value = default.value if isinstance(default, ast.Constant) else inspect.Parameter.empty
    return inspect.Parameter(name, kind, default=value)


@functools.cache
def _defined(folder: str, package: str, name: str) -> tuple[tuple[str, Definition], ...]:
    """The classes and functions called ``name`` in a package, with the path of their module. Only files that
    hold the definition as text are parsed: some packages have thousands."""
    found: list[tuple[str, Definition]] = []
    root = Path(folder, package)
    marks = (f"class {name}(", f"class {name}:", f"class {name}[", f"def {name}(")
    for place, _, names in os.walk(root):
        for file in names:
            if not file.endswith(".py") or file.startswith("dummy_"):  # stand-ins for what is not installed
                continue
            path = Path(place, file)
            text = path.read_text("utf-8", "replace")
            if not any(mark in text for mark in marks):
                continue
            try:
                body = ast.parse(text).body
            except (SyntaxError, ValueError, RecursionError):
                continue
            module = path.relative_to(root).with_suffix("").as_posix()
            found.extend((module, node) for node in _top(body) if node.name == name)
    return tuple(found)


def _top(body: list[ast.stmt]) -> Iterator[Definition]:
    for node in body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
        elif isinstance(node, ast.If | ast.Try):
            yield from _top([*node.body, *node.orelse])
