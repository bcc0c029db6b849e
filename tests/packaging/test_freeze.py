"""The frozen program starts its own parts, and nothing else, with the words that Python would take."""

from __future__ import annotations

import re
import runpy
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

CHECKOUT = Path(__file__).parents[2]
Script = Callable[[str], ModuleType]


@pytest.fixture
def started(script: Script, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, list[str]]]:
    """Starts start.py as the executable of a name, and tells what it would have run."""

    def start(name: str, *words: str) -> tuple[int, list[str]]:
        ran: list[str] = []
        monkeypatch.setattr(sys, "argv", [name, *words])
        monkeypatch.setattr(sys, "executable", f"/opt/inspector/{name}")
        monkeypatch.setattr(sys, "path", list(sys.path))
        monkeypatch.setattr(runpy, "run_module", lambda module, **_: ran.append(f"module {module}"))
        monkeypatch.setattr("inspector.__main__.main", lambda: ran.append("console") or 0)
        monkeypatch.setattr("inspector.__main__.window", lambda: ran.append("window") or 0)
        return script("packaging/pyinstaller/start.py").main(), ran

    return start


@pytest.mark.parametrize(
    ("name", "words", "ran"),
    [
        ("inspector", ["scan", "a"], "console"),
        ("inspector", [], "console"),
        ("inspector-gui", [], "window"),
        ("inspector-gui", ["a folder"], "window"),
        ("inspector-gui", ["scan", "a", "--format", "jsonl"], "console"),  # a child of the window
        ("inspector", ["-I", "-m", "inspector.scan.worker"], "module inspector.scan.worker"),
        (
            "inspector-gui",
            ["-I", "-m", "inspector.views.layout_process"],
            "module inspector.views.layout_process",
        ),
    ],
)
def test_the_frozen_program_takes_the_words_of_its_callers(
    started: Callable[..., tuple[int, list[str]]], name: str, words: list[str], ran: str
) -> None:
    assert started(name, *words) == (0, [ran])


def test_the_frozen_program_is_no_python_for_other_modules(
    started: Callable[..., tuple[int, list[str]]],
) -> None:
    assert started("inspector", "-m", "http.server") == (2, [])


def test_every_module_that_the_program_starts_can_be_started_frozen(script: Script) -> None:
    """A child that is added to the program is missed here before it is missed in a frozen one."""
    startable = script("packaging/pyinstaller/start.py").MODULES
    named = re.compile(r'sys\.executable,(?:\s*"-I",)?\s*"-m",\s*"([\w.]+)"')
    started = set()
    for path in (CHECKOUT / "inspector").rglob("*.py"):
        started |= set(named.findall(path.read_text(encoding="utf-8")))
    assert started - startable == set()
    assert len(started) >= 3
