from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inspector.scan import ScanOptions, run_scan


@pytest.fixture(scope="session")
def scan_of() -> Callable[..., dict[str, Any]]:
    """Scans a target without a network and gives the contract's result."""

    def scan(target: Path | str, **options: Any) -> dict[str, Any]:
        values: dict[str, Any] = {"audit": False, "jobs": 2, **options}
        return run_scan(ScanOptions(str(target), **values))

    return scan


@pytest.fixture(scope="session")
def sample_scan(scan_of: Callable[..., dict[str, Any]], sample: Path) -> dict[str, Any]:
    return scan_of(sample)
