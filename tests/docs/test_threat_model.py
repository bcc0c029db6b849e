"""What the threat model says is held by a test is held by a test of that name."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")


def _tests_of(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_test_that_is_named_exists() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)
    assert len(named) > 30
    assert [f"{file}::{name}" for file, name in named if name not in _tests_of(file)] == []


def test_every_line_of_an_attack_names_one() -> None:
    parts = [part for part in PAGE.split("\n## ") if "| attack |" in part]
    rows = [row for part in parts for row in part.splitlines() if row.startswith("| ")]
    told = [row for row in rows if not row.startswith("| attack |")]
    assert len(told) > 30 and [row for row in told if "`tests/" not in row] == []
