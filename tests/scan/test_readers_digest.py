"""What tells one set of readers from another."""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from inspector.scan import readers


def test_the_versions_are_those_that_the_metadata_says() -> None:
    told = dict(line.split(" ") for line in readers._versions())
    for name in ("PyYAML", "lz4", "packaging", "safetensors"):
        assert told[name.lower()] == version(name)


def test_of_two_versions_the_one_counts_that_is_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, folder in enumerate(("first", "second")):
        (tmp_path / folder / f"backports.zstd-{number}.5.dist-info").mkdir(parents=True)
    monkeypatch.setattr(
        sys, "path", [str(tmp_path / "first"), str(tmp_path / "none"), str(tmp_path / "second")]
    )
    assert "backports-zstd 0.5" in readers._versions() and "lz4 -" in readers._versions()
