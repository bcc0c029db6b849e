"""What the window keeps of the events of a scan, in the order they come."""

from __future__ import annotations

from typing import Any

import pytest

from inspector.gui.facts import Facts


@pytest.fixture
def facts() -> Facts:
    return Facts()


def verdict(path: str, loading: str) -> dict[str, Any]:
    return {"event": "verdict", "path": path, "size": 1 << 30, "format": "torch-zip", "loading": loading,
            "reasons": []}  # fmt: skip


def test_a_verdict_stands_until_its_file_comes(facts: Facts) -> None:
    facts.add(verdict("big.bin", "runs-code"))
    assert facts.verdicts["big.bin"]["loading"] == "runs-code"
    assert facts.files == [] and facts.broken == 0
    facts.add({**verdict("big.bin", "runs-code"), "event": "file", "sha256": "0" * 64, "imports": []})
    assert facts.verdicts == {}
    assert [item["path"] for item in facts.files] == ["big.bin"]


def test_an_event_that_is_not_known_is_counted(facts: Facts) -> None:
    assert facts.add({"event": "something else"}) is False
    assert facts.broken == 1
