"""What the tests of the scan share: a scan of a folder, that of the sample, and a stand-in of a hub."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
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


@pytest.fixture
def hub(script: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A stand-in of a hub on loopback, and the environment pointing at it, with a token nobody may send."""
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("HF_TOKEN", "hf_not_to_be_sent")
    with script("tests/hub_standin/server.py").HubStandIn() as running:
        monkeypatch.setenv("HF_ENDPOINT", running.endpoint)
        yield running
