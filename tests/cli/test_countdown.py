"""A hub that wants silence: counted down at a terminal, told once in a log."""

from __future__ import annotations

import sys

import pytest

from inspector.cli.hub_options import Countdown


@pytest.mark.parametrize(
    ("terminal", "told"),
    [
        (True, "\rinspector: 2 s\x1b[K\rinspector: 1 s\x1b[K\r\x1b[K\rinspector: 5 s\x1b[K"),
        (False, "inspector: 2 s\ninspector: 5 s\n"),
    ],
)
def test_a_wait_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], terminal: bool, told: str
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal, raising=False)
    countdown = Countdown()
    for sentence in ("", "2 s", "1 s", "", "", "5 s"):
        countdown.tell(sentence)
    assert capsys.readouterr().err == told
