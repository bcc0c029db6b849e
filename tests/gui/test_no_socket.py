"""The window opens no internet socket for a folder, and asks for none."""

from __future__ import annotations

import sys

import pytest

from inspector.gui.actions import TABS

_SEEN: list[str] = []
_WATCHING = [False]


def _listen(event: str, _arguments: object) -> None:
    if _WATCHING[0] and event in ("socket.__new__", "socket.connect", "socket.getaddrinfo", "socket.bind"):
        _SEEN.append(event)


sys.addaudithook(_listen)


@pytest.fixture
def sockets():
    _SEEN.clear()
    _WATCHING[0] = True
    yield _SEEN
    _WATCHING[0] = False


def test_a_folder_is_reviewed_without_a_socket(window, project, sockets, ready, qtbot):
    window.open(str(project))
    ready(window)
    for tab in TABS:
        window.show_tab(tab)
        qtbot.wait(5)
    window.findings.table.step(1)
    window.run("state-confirmed")
    assert sockets == []
    assert "PySide6.QtNetwork" not in sys.modules


def test_a_hub_target_is_the_one_that_asks(window, backend, ready):
    window.open("hf://org/name")
    ready(window)
    assert backend.commands[0][0] == "hf://org/name"
    assert "--offline" not in backend.commands[0][1]
