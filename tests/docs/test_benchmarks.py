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
    assert not run_all.run("no_such_benchmark", [], tmp_path / "out.txt")
    assert "exit code 2" in capsys.readouterr().out
    assert "no_such_benchmark" in (tmp_path / "out.txt").read_text(encoding="utf-8")
