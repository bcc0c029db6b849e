"""One command runs every benchmark: none is forgotten, and what it hands over is taken."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

BENCH = Path(__file__).parents[1] / "bench"


@pytest.fixture(scope="module")
def run_all(script: Callable[[str], ModuleType]) -> ModuleType:
    return script("tests/bench/run_all.py")


def test_every_benchmark_is_run(run_all: ModuleType) -> None:
    there = {path.stem for path in BENCH.glob("*.py")} - run_all.NO_BENCHMARK
    assert {one.name for one in run_all.BENCHMARKS} == there


def test_the_options_handed_over_are_options_of_the_script(run_all: ModuleType) -> None:
    for one in run_all.BENCHMARKS:
        tree = ast.parse((BENCH / f"{one.name}.py").read_text(encoding="utf-8"))
        texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
        assert [
            word for word in (*one.words, *one.quick) if word.startswith("--") and word not in texts
        ] == []


def test_what_fails_is_told(run_all: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran = run_all.run(run_all.Benchmark("no_such_benchmark", "nothing"), [], tmp_path / "out.txt")
    assert ran.code == 2 and "no_such_benchmark" in ran.said
    assert "exit code 2" in capsys.readouterr().out
    assert "no_such_benchmark" in (tmp_path / "out.txt").read_text(encoding="utf-8")


def test_the_page_says_what_ran_where_and_what_did_not(run_all: ModuleType) -> None:
    ran = [
        run_all.Ran(run_all.Benchmark("one", "the first"), 0, 90.0, "took 1 s\n```\n"),
        run_all.Ran(run_all.Benchmark("two", "the second"), 1, 60.0, "line\n" * 500),
        run_all.Ran(run_all.Benchmark("three", "the third", needs="data"), None, 0.0, ""),
    ]
    said = run_all.section(ran, "processors: 2\n", quick=True)
    assert "processors: 2" in said and "`--quick`" in said
    assert "| `one` | the first | 1.5 | in order |" in said
    assert "| `two` | the second | 1.0 | exit code 1 |" in said
    assert "| `three` | the third |  | not run: needs `--data FOLDER` |" in said
    assert said.count("```") % 2 == 0 and said.count("\nline\n") == run_all.MOST_LINES // 2
    assert "(400 more lines)" in said and "### three" not in said


def test_a_table_is_put_between_its_own_marks_and_nowhere_else(run_all: ModuleType, tmp_path: Path) -> None:
    page, marks = (
        tmp_path / "page.md",
        "a\n<!-- all -->\n{}<!-- /all -->\nb\n<!-- many -->\nc\n<!-- /many -->\n",
    )
    page.write_text(marks.format("old\n"))
    run_all.put("all", "new \\1\n", page)
    assert page.read_text() == marks.format("new \\1\n")
    with pytest.raises(ValueError, match="no place for other"):
        run_all.put("other", "x", page)


def test_every_table_has_its_place_on_the_page() -> None:
    page = (BENCH.parents[1] / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    for name in ("all", "many", "peers", "projects"):
        assert page.count(f"<!-- {name} -->") == page.count(f"<!-- /{name} -->") == 1
