"""``python3 run.py test`` runs every test once, and fails where one does."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture
def run(script: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    module = script("run.py")
    monkeypatch.setattr(module, "name_missing_libraries", lambda **_: None)
    monkeypatch.setattr(module.os, "cpu_count", lambda: 2)
    return module


def _ends(run: ModuleType, monkeypatch: pytest.MonkeyPatch, *codes: int) -> list[list[str]]:
    """Commands end at once with these codes in turn: pytest in two processes, checks with 0."""
    asked: list[list[str]] = []
    left = list(codes)

    def command(words: list[str]) -> list[str]:
        asked.append(words)
        code = left.pop(0) if "pytest" in words else 0
        return [sys.executable, "-I", "-S", "-c", f"print('it ended with {code}'); raise SystemExit({code})"]

    class Started(subprocess.Popen):  # type: ignore[type-arg]
        def __init__(self, words: list[str], **how: Any) -> None:
            super().__init__(command(words), **how)

    monkeypatch.setattr(run.subprocess, "Popen", Started)  # subprocess.run goes by way of it too
    return asked


def test_every_folder_of_tests_is_in_one_of_the_two_parts(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    asked = _ends(run, monkeypatch, 0, 0)
    assert run.test([]) == 0
    beside, first = [words for words in asked if "pytest" in words]
    apart = [f"tests/{name}" for name in run.APART]
    assert beside[-len(apart) :] == apart and all((CHECKOUT / folder).is_dir() for folder in apart)
    assert [word for word in first if "=" in word] == [f"--ignore={folder}" for folder in apart]
    assert not [word for word in first if word.startswith("tests")]
    assert capfd.readouterr().out.count("it ended with 0") == len(asked)


@pytest.mark.parametrize("codes", [(1, 0), (0, 1), (2, 1)])
def test_a_failure_in_either_part_is_a_failure(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, codes: tuple[int, int]
) -> None:
    _ends(run, monkeypatch, *codes)
    assert run.test([]) != 0


def test_words_go_to_one_pytest(run: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = _ends(run, monkeypatch, 5)
    assert run.test(["tests/record", "-k", "verify"]) == 5
    assert [words[-3:] for words in asked] == [["tests/record", "-k", "verify"]]
