"""Shared by the tests of this room: the hub stand-in, and a guard against sockets."""

from __future__ import annotations

import importlib.util
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

_SERVER = Path(__file__).resolve().parents[1] / "hub_standin" / "server.py"
_VARIABLES = (
    "HF_ENDPOINT",
    "HF_TOKEN",
    "HUGGING_FACE_HUB_TOKEN",
    "HF_HUB_OFFLINE",
    "TRANSFORMERS_OFFLINE",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
    "SSL_CERT_FILE",
)


@pytest.fixture(scope="session")
def hub_standin() -> ModuleType:
    """The module tests/hub_standin/server.py."""
    if "hub_standin" not in sys.modules:
        spec = importlib.util.spec_from_file_location("hub_standin", _SERVER)
        assert spec and spec.loader
        module = importlib.util.module_from_spec(spec)
        sys.modules["hub_standin"] = module
        spec.loader.exec_module(module)
    return sys.modules["hub_standin"]


@pytest.fixture(scope="session")
def large() -> ModuleType:
    """The module tests/hub_standin/large.py: model files of any size."""
    spec = importlib.util.spec_from_file_location("hub_large", _SERVER.with_name("large.py"))
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def hub(hub_standin: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An empty stand-in, and the environment pointing at it."""
    for name in _VARIABLES:
        monkeypatch.delenv(name, raising=False)
    with hub_standin.HubStandIn() as running:
        monkeypatch.setenv("HF_ENDPOINT", running.endpoint)
        yield running


@pytest.fixture
def patient_client(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client gives up so late that whoever waits for it counts as hanging."""
    monkeypatch.setattr("inspector.sources.hub.client.TOTAL_SECONDS", 1000.0)
    monkeypatch.setattr("inspector.sources.hub.client.READ_SECONDS", 1000.0)


@pytest.fixture
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Counts sockets that are made, and makes none."""
    made = []

    class Refused(socket.socket):
        def __init__(self, *args: object, **kwargs: object) -> None:
            made.append(args)
            raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", Refused)
    return lambda: len(made)
