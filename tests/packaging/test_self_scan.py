"""The program is scanned by itself, and there is no finding that nobody has explained."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import inspector

Script = Callable[[str], ModuleType]


@pytest.fixture(scope="module")
def answer(source: Path) -> dict[str, Any]:
    """The scan of what ships. `python packaging/self_scan.py` scans the tests too, which takes longer."""
    return dict(inspector.scan(str(source), audit=False, offline=True))


def test_every_finding_in_what_ships_is_explained(script: Script, answer: dict[str, Any]) -> None:
    ours = script("packaging/self_scan.py")
    assert ours.unexplained(answer, [row for row in ours.accepted() if row.get("shipped", True)]) == []


def test_the_scan_has_read_the_program_and_the_sample(answer: dict[str, Any]) -> None:
    read = {entry["path"] for entry in answer["files"]}
    assert {"inspector/__main__.py", "resources/sample/models/tone_scaler.pkl", "pyproject.toml"} <= read
    assert answer["coverage"]["analysed"] > 500


def test_a_new_finding_is_a_failure(script: Script) -> None:
    finding = {
        "rule": "loading.runs-code", "severity": "critical", "title": "runs code",
        "evidence": [{"path": "inspector/added.pkl"}],
    }  # fmt: skip
    answer = {"findings": [finding], "coverage": {"not_analysed": [{"path": "inspector/x", "why": "broken"}]}}
    ours = script("packaging/self_scan.py")
    assert ours.unexplained(answer, ours.accepted()) == [
        "critical: loading.runs-code: runs code: inspector/added.pkl",
        "not analysed: inspector/x: broken",
    ]
    assert len(ours.idle(answer, ours.accepted())) == len(ours.accepted())
