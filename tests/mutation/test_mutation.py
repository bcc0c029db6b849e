"""The mutator changes what it says, and each survivor that is explained still stands in the code."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = '''
"""A module."""
LIMIT = 2
WORDS = ("yes", "no")

def judge(value: int, names: list[str]) -> str:
    """Its words."""
    if value < LIMIT and names:
        return names[1:]
    try:
        names.append(f"{value}")
    except (KeyError, ValueError):
        raise TypeError("no") from None
    return not value
'''


def changes(mutants: Any, source: str = SOURCE) -> dict[str, Any]:
    return {one.change: one for one in mutants.mutants_of(source, "module.py")}


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ("value < LIMIT -> value <= LIMIT", "if value <= LIMIT and names:"),
        ("value < LIMIT and names -> names", "if names:"),
        ("value < LIMIT and names -> value < LIMIT", "if value < LIMIT:"),
        (
            "if value < LIMIT and names -> if not value < LIMIT and names",
            "if not (value < LIMIT and names):",
        ),
        ("2 -> 3", "LIMIT = 3"),
        ("2 -> 1", "LIMIT = 1"),
        ("item 'yes' -> left out", "WORDS = ('no',)"),
        ("[1:] -> [:]", "return names[:]"),
        ("return names[1:] -> return None", "return None"),
        ("except (KeyError, ValueError) -> not KeyError", "except (ValueError,):"),
        ("raise TypeError('no') from None -> pass", "except (KeyError, ValueError):\n        None"),
        ("not value -> value", "return not not value"),
    ],
)
def test_each_kind_of_change(mutants: Any, change: str, text: str) -> None:
    found = changes(mutants)[change]
    changed = ast.unparse(found.tree(SOURCE))
    assert text in changed
    assert text not in ast.unparse(ast.parse(SOURCE))


def test_every_mutant_differs_from_the_code_and_can_be_compiled(mutants: Any) -> None:
    before = ast.dump(ast.parse(SOURCE))
    found = list(mutants.mutants_of(SOURCE, "module.py"))
    assert len(found) > 15
    for one in found:
        tree = one.tree(SOURCE)
        compile(tree, "module.py", "exec")
        assert ast.dump(tree) != before
        assert SOURCE.split("\n")[one.first - 1].strip() == one.line


def test_words_and_annotations_are_left_alone(mutants: Any) -> None:
    assert not any("Its words" in one or "str" in one.split() for one in changes(mutants))
    source = "def f(x: int | None = None) -> None:\n    raise ValueError(plain(x, 200))\n"
    assert set(changes(mutants, source)) == {"raise ValueError(plain(x, 200)) -> pass"}


def test_a_function_is_told_by_its_qualified_name(mutants: Any) -> None:
    source = "class A:\n    def f(self):\n        def g():\n            return 1 + 2\n        return g\n"
    assert {one.function for one in mutants.mutants_of(source, "m.py")} == {"A.f"}


def test_every_module_and_test_of_the_table_is_there(targets: Any) -> None:
    for module, target in targets.TARGETS.items():
        assert (ROOT / module).is_file()
        for pattern in (*target.tests, *target.apart):
            assert list(ROOT.glob(pattern)), pattern


def test_every_explained_survivor_is_a_mutant_of_a_line_that_stands_there(
    mutants: Any, survivors: Any, targets: Any
) -> None:
    rows = survivors.read()
    assert {row.module for row in rows} <= set(targets.TARGETS)
    for module in {row.module for row in rows}:
        source = (ROOT / module).read_text(encoding="utf-8")
        known = {(one.line, one.change) for one in mutants.mutants_of(source, module)}
        lines = {line for line, _ in known}
        here = [row for row in rows if row.module == module]
        gone = [
            f"{row.line}: {row.change}"
            for row in here
            if (row.line, row.change) not in known and not (row.change == "*" and row.line in lines)
        ]
        assert gone == [], f"{module}: these mutants are no more; take their rows out"


def test_every_row_has_a_kind_and_a_reason(survivors: Any) -> None:
    for row in survivors.read():
        assert row.kind in survivors.KINDS
        assert len(row.reason) > 10
