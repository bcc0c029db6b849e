"""When the program itself fails: words, a log, and a review that is whole."""

from __future__ import annotations

import sys

from inspector import places
from inspector.gui.crash import watch
from inspector.provenance import State


def test_a_failure_is_said_logged_and_loses_nothing(opened):
    said = []
    opened.tell = said.append
    hooks = watch(opened)
    opened.findings.table.step(1)
    opened.run("state-confirmed")
    try:
        raise RuntimeError("made for this test")
    except RuntimeError as error:
        sys.excepthook(RuntimeError, error, error.__traceback__)
    hooks.close()
    assert "saved up to your last decision" in said[0]
    assert "made for this test" not in said[0]
    assert "made for this test" in (places.cache() / "crash.log").read_text(encoding="utf-8")
    states = [item.state for item in opened.session.review.findings()]
    assert states.count(State.CONFIRMED) == 1


def test_a_failure_that_repeats_does_not_bury_the_window(opened):
    said = []
    opened.tell = said.append
    hooks = watch(opened)
    for _ in range(50):
        hooks.caught(RuntimeError, RuntimeError("again"), None)
    hooks.close()
    assert 0 < len(said) < 5
