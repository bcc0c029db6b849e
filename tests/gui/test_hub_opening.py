"""Opening a hub repository: the token's way to the scan, the history of ids, the hub's countdown."""

from __future__ import annotations

import copy
import pickle

import pytest
from PySide6.QtCore import Qt

from inspector.gui.hub_dialog import HubDialog
from inspector.gui.hub_tokens import HubTokens

TOKEN = "hf_" + "typedtyped" * 3


def test_a_token_shows_itself_to_nobody():
    tokens = HubTokens()
    tokens.keep("https://hub", f" {TOKEN} ")
    assert tokens.line("https://hub") == f"{TOKEN}\n".encode()
    assert tokens.line("https://other") == b"" and tokens.has("https://hub")
    assert TOKEN not in repr(tokens)
    for leak in (pickle.dumps, copy.copy):
        with pytest.raises(TypeError):
            leak(tokens)
    tokens.keep("https://hub", "")
    assert not tokens.has("https://hub")


def test_a_token_reaches_the_scan_by_its_standard_input_alone(window, backend, qtbot, monkeypatch, ready):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    backend.tokens.keep("http://127.0.0.1:9", TOKEN)
    from inspector.gui.scan_process import ScanProcess

    given = []
    start = ScanProcess.start

    def seen(self, command, line=b""):
        given.append(line)
        return start(self, command, line)

    monkeypatch.setattr(ScanProcess, "start", seen)
    assert window.open("hf://acme/x")
    (target, options) = backend.commands[0]
    assert target == "hf://acme/x" and "--token-stdin" in options
    assert not any(TOKEN in option for option in options)
    assert f"{TOKEN}\n".encode() in given
    ready(window)
    assert TOKEN not in str(window.settings._values)


def test_without_a_token_nothing_is_said_of_one(window, backend, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    options, line = backend.hub_options()
    assert "--token-stdin" not in options and line == b""


def test_the_dialog_names_the_hub_and_offers_what_was_opened_before(window, backend, qtbot, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://hub.example")
    backend.tokens.keep("http://hub.example", TOKEN)
    recent = ["hf://acme/x@main", "/home/folder", "hf://datasets/acme/rows"]
    dialog = HubDialog(window, recent, backend)
    qtbot.addWidget(dialog)
    offered = dialog.id.completer().model()
    assert [offered.data(offered.index(n, 0)) for n in range(offered.rowCount())] == [
        "acme/x",
        "datasets/acme/rows",
    ]
    qtbot.waitUntil(lambda: "hub.example" in dialog.hint.text())
    assert "kept from before" in dialog.token.placeholderText()
    assert dialog.token.echoMode() == dialog.token.EchoMode.Password


def test_an_endpoint_that_is_none_is_said_and_nothing_is_opened(window, monkeypatch, qtbot):
    monkeypatch.setenv("HF_ENDPOINT", "ftp://nowhere")
    window.run("open-hub")
    (dialog,) = window.findChildren(HubDialog)
    qtbot.waitUntil(lambda: "HF_ENDPOINT" in dialog.problem.text())
    dialog.id.setText("acme/x")
    qtbot.keyClick(dialog.id, Qt.Key.Key_Return)
    assert dialog.isVisible() and window.session is None
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_open_pressed_before_the_hub_is_known_opens_with_the_token_that_was_typed(
    window, backend, qtbot, monkeypatch
):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    window.run("open-hub")
    (dialog,) = window.findChildren(HubDialog)
    dialog.id.setText("acme/x")
    dialog.token.setText(TOKEN)
    assert dialog.endpoint == ""
    dialog.accept()
    assert window.session is None, "nothing is opened without the token"
    qtbot.waitUntil(lambda: window.session is not None)
    assert "--token-stdin" in backend.commands[0][1]
    assert backend.tokens.has("http://127.0.0.1:9")


def test_the_dialog_that_asks_for_a_repository_never_holds_up_the_window(window, qtbot, watchdog):
    watchdog.start()
    window.run("open-hub")
    (dialog,) = window.findChildren(HubDialog)
    qtbot.waitUntil(lambda: bool(dialog.endpoint))
    watchdog.stop()
    dialog.reject()


def test_the_strip_counts_down_while_the_hub_wants_silence(opened):
    from inspector.gui.session import Phase

    session = opened.session
    session.phase = Phase.SCANNING
    waiting = {"event": "progress", "phase": "waiting", "done": 1, "total": 4, "bytes": 0, "seconds": 12}
    session.facts.add({**waiting, "sentence": "Hub limit reached; continues in 12 s."})
    opened.strip.refresh()
    assert "continues in 12 s" in opened.strip.status.text()
    session.facts.add({"event": "progress", "phase": "read", "done": 2, "total": 4, "bytes": 0})
    opened.strip.refresh()
    assert "2 of 4" in opened.strip.status.text()
    session.phase = Phase.READY
