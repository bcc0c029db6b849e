"""docs/formats.md names every code that a reader gives as a reason, and no other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOM = ROOT / "inspector" / "artifacts"
_ROW = re.compile(r"^\| `([\w-]+)` \| (.+) \|$", re.M)
# Calls whose first text is a code, for all others it stands behind the verdict.
_FIRST = frozenset({"Reason", "Broken", "_problem", "_runs", "Disagreement", "_refuse", "BadZip"})
_CODE = re.compile(r"[a-z][a-z0-9_]*(?:-[a-z0-9_]+)*\Z")


def _text(node: ast.expr) -> str | None:
    value = node.value if isinstance(node, ast.Constant) else None
    return value if isinstance(value, str) and _CODE.match(value) else None


def _is_loading(node: ast.expr) -> bool:
    if isinstance(node, ast.IfExp):
        return _is_loading(node.body) or _is_loading(node.orelse)
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Loading"


def _codes(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        parts = node.args if isinstance(node, ast.Call) else node.elts if isinstance(node, ast.Tuple) else []
        for first, second in pairwise(parts):
            code = _text(second)
            if _is_loading(first) and code:
                yield code
        if isinstance(node, ast.Call) and isinstance(node.func, (ast.Name, ast.Attribute)) and node.args:
            name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            code = _text(node.args[0]) if name in _FIRST else None
            if code:
                yield code


def _given() -> set[str]:
    return {code for path in ROOM.rglob("*.py") for code in _codes(ast.parse(path.read_text("utf-8")))}


def _documented() -> dict[str, str]:
    return dict(_ROW.findall((ROOT / "docs" / "formats.md").read_text("utf-8")))


def test_every_code_is_documented_with_a_sentence() -> None:
    documented = _documented()
    assert sorted(_given() - set(documented)) == []
    assert all(sentence[0].isupper() and sentence.endswith(".") for sentence in documented.values())


def test_every_documented_code_stands_in_a_reader() -> None:
    texts = {
        node.value
        for path in ROOM.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    ends = tuple(text for text in texts if re.match(r"-[a-z-]+\Z", text))  # f"{kind}-member-path"
    assert [code for code in _documented() if code not in texts and not code.endswith(ends)] == []
