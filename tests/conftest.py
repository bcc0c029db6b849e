"""What every test shares: a home of its own, no display, no network but loopback."""

from __future__ import annotations

import os
import socket
from collections.abc import Generator, Iterator
from pathlib import Path
from time import process_time

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

HANGING = 30.0  # seconds of processor time, some fifty times what the slowest bounded test takes


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """A test marked ``bounded`` feeds what is made to cost time: quadratic or worse, minutes where nothing
    bounds it. It must end. How fast is the business of tests/bench: machines differ.
    """
    began = process_time()
    yield
    if item.get_closest_marker("bounded") is not None:
        assert process_time() - began < HANGING, "hostile input was not bounded"


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the settings, keys or reviews of whoever runs it."""
    monkeypatch.setenv("INSPECTOR_HOME", str(tmp_path_factory.mktemp("home")))
    for name in ("HF_TOKEN", "HF_ENDPOINT", "INSPECTOR_PASSPHRASE", "SOURCE_DATE_EPOCH"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A connection to any other machine fails the test that tries it."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else ""
        if self.family in (socket.AF_INET, socket.AF_INET6) and host not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test tried to reach {host}")
        real(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", connect)
    yield


@pytest.fixture(scope="session")
def sample() -> Path:
    """The sample project as it travels with the program."""
    from inspector import resources

    return resources.path("sample")
