"""The open review is never opened and closed again beside SQLite: POSIX drops SQLite's own locks with it.

A file's locks belong to the process: closing any other handle of the file gives them up, and the next program
that looks at the review then takes the log of the last decisions away from under the window.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog

from inspector.gui.session import Phase
from inspector.gui.storing import decided_event
from inspector.provenance import Evidence, State
from inspector.review import Review


def told(review: Path) -> list[str]:
    """The states of the findings, as another program reads them."""
    command = [sys.executable, "-m", "inspector", "review", "show", str(review), "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [finding["state"] for finding in json.loads(done.stdout)["findings"]]


def decided_and_told(window) -> bool:
    """Decides on the next finding and asks another program, twice: the first one to close is the danger."""
    path = Path(window.session.review.path)
    told(path)
    window.findings.table.step(1)
    window.run("state-confirmed")
    return told(path).count("confirmed") == 1 and told(path).count("confirmed") == 1


def test_a_target_that_is_opened_again_keeps_every_decision(opened, project, ready):
    for again in (str(project), str(opened.session.review.path)):
        opened.show_tab("Findings")
        opened.run("state-open") if opened.selection.finding else None
        assert opened.open(again)
        ready(opened)
    opened.show_tab("Findings")
    assert decided_and_told(opened)


def test_evidence_in_the_review_itself_is_not_read_beside_it(opened, qtbot):
    review = Path(opened.session.review.path)
    opened.session.target = str(review.parent)
    place = Evidence(path=review.name, line=1, text="The database.")
    opened.pane.evidence.show_places([place], "", "")
    opened.pane.evidence._background._pool.waitForDone()
    qtbot.waitUntil(lambda: "review itself" in opened.pane.evidence.text.toPlainText())
    opened.show_tab("Findings")
    assert decided_and_told(opened)


@pytest.mark.parametrize("through_a_link", [False, True])
def test_nor_is_it_attached_to_itself_as_evidence(opened, monkeypatch, tmp_path, through_a_link):
    review = Path(opened.session.review.path)
    if through_a_link:
        (tmp_path / "link").symlink_to(review)
        review = tmp_path / "link"
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", staticmethod(lambda *_: ([str(review)], "")))
    opened.show_tab("Checklist")
    opened.checklist.detail._attach()
    assert "review itself" in opened.strip.said.text()
    opened.show_tab("Findings")
    assert decided_and_told(opened)


def test_a_decision_taken_while_anothers_are_being_shown_stays(
    window, backend, project, make, ready, qtbot, monkeypatch
):
    """What another program decided is put in slices; a key that comes in between is newer than they are."""
    events = [one for one in make.small_scan() if one["event"] != "finding"]
    found = [make.finding(n, "model:org/base") for n in range(1, 301)]
    backend.tell([*events[:-1], *found, events[-1]])
    assert window.open(str(project))
    ready(window)
    session = window.session
    monkeypatch.setattr("inspector.gui.slices.SLICE_SECONDS", 0.0)
    key = f"{300:012x}"
    before = replace(session.facts.findings[key], state=State.FIXED)
    session._others_told({key: decided_event(before)}, "", session._own_writes)
    assert session._slices.busy
    assert session.decide([key], State.CONFIRMED)
    asked: list[int] = []
    monkeypatch.setattr(session, "_read_others", lambda: asked.append(1))
    qtbot.waitUntil(lambda: not session._slices.busy)
    assert session.facts.findings[key].state is State.CONFIRMED
    assert asked == [1]


def test_the_place_is_written_when_the_scan_is_saved_and_no_key_waits_for_it(opened, project, ready):
    session, path = opened.session, Path(opened.session.review.path)
    session._set_phase(Phase.STORING)  # a child holds the file
    with Review.open(path) as other, other._writing():
        session.remember("tab", "Files")
        assert session.recalled("tab") == "Files"
        session.remember("tab", "Data")
    assert session.review.recalled("tab") != "Data"
    session._set_phase(Phase.READY)
    assert session.review.recalled("tab") == "Data"

    session._set_phase(Phase.STORING)
    session.remember("note", "half a sentence")
    opened.show_welcome()
    with Review.open(path, read_only=True) as kept:
        assert kept.recalled("note") == "half a sentence"
