"""Shared by the tests of this room: the hub stand-in, and a guard against sockets."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest

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
def hub_standin(script: Callable[[str], ModuleType]) -> ModuleType:
    """The module tests/hub_standin/server.py."""
    return script("tests/hub_standin/server.py")


@pytest.fixture(scope="session")
def large(script: Callable[[str], ModuleType]) -> ModuleType:
    """The module tests/hub_standin/large.py: model files of any size."""
    return script("tests/hub_standin/large.py")


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
