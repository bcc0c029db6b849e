"""A disk that is full, a review that may only be read, a child that dies: a sentence, and nothing is lost."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from inspector.gui.session import Phase, Session
from inspector.gui.spool import Spool
from inspector.review import Review, opening


class Full:
    """A stream on a full disk."""

    def write(self, raw):
        raise OSError(28, "No space left on device")

    def close(self):
        raise OSError(28, "No space left on device")


@pytest.mark.parametrize("when", ["write", "end"])
def test_a_spool_on_a_full_disk_says_so_and_raises_nothing(when):
    spool = Spool()
    spool._stream.close()
    spool._stream = Full()
    if when == "write":
        spool.write(b"{}\n")
    spool.end({"event": "done"})
    assert "No space left" in spool.problem
    spool.drop()
    assert not spool.path.exists()


def test_a_spool_that_cannot_be_made_says_so(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setattr("inspector.places.cache", lambda: tmp_path / "file" / "cache")
    spool = Spool()
    spool.write(b"{}")
    spool.end()
    spool.drop()
    assert spool.problem.startswith("The scan cannot be kept")


def test_a_scan_that_cannot_be_kept_leaves_the_one_before_and_every_decision(opened, monkeypatch, ready):
    opened.findings.table.step(1)
    opened.run("state-confirmed")
    monkeypatch.setattr(
        Spool, "write", lambda self, raw: self._failed(OSError(28, "No space left on device"))
    )
    opened.run("rescan")
    ready(opened)
    assert "No space left" in opened.strip.status.text()
    assert "Scanned" not in opened.strip.status.text()
    states = [item.state.value for item in opened.session.facts.findings.values()]
    assert len(states) == 4 and states.count("confirmed") == 1


def test_a_review_that_may_only_be_read_is_shown_and_changes_are_refused(
    opened, window, monkeypatch, qtbot, ready
):
    path = Path(opened.session.review.path)
    opened.show_welcome()
    real = opening.open_file

    def only_reading(path, *, read_only):
        if not read_only:
            raise opening.UnreadableInput("It may not be written to.", "Copy it.")
        return real(path, read_only=True)

    monkeypatch.setattr(opening, "open_file", only_reading)
    assert window.open(str(path))
    ready(window)
    assert len(window.session.facts.findings) == 4
    window.findings.table.step(1)
    with qtbot.waitSignal(window.session.refused):
        window.run("state-confirmed")
    with qtbot.waitSignal(window.session.refused):
        window.run("rescan")
    assert window.session.phase is Phase.READY
    assert [item.state.value for item in window.session.facts.findings.values()] == ["open"] * 4


def test_a_scan_whose_child_is_killed_is_never_called_scanned(window, project, backend, qtbot, make, ready):
    told = [e for e in make.small_scan() if e["event"] != "done"]
    backend.tell([*told, {"event": "progress", "phase": "reading", "done": 4, "total": 50, "bytes": 0}])
    backend.hang = True
    window.open(str(project))
    qtbot.waitUntil(lambda: len(window.findings.rows.rows) == 4)
    window.session._scan._process.kill()
    ready(window)
    said = window.strip.status.text()
    assert said.startswith("The scan is incomplete: 4 files were read") and "Scanned" not in said
    kept = Review.open(window.session.review.path, read_only=True)
    assert len(kept.findings()) == 4
    kept.close()


def test_a_target_that_is_gone_keeps_its_last_scan(opened, project, backend, ready):
    words = f"import sys; sys.stderr.write('inspector: {project} does not exist.'); sys.exit(2)"
    backend.scan_command = lambda target, options: [sys.executable, "-I", "-c", words]
    opened.run("rescan")
    ready(opened)
    assert "what is shown is the scan before" in opened.strip.status.text()
    assert len(opened.session.facts.findings) == 4


def test_two_windows_on_one_review_lose_nothing(opened, backend, project, qtbot, ready):
    other = Session(None, backend)
    other.open_target(str(project))
    qtbot.waitUntil(lambda: other.phase is Phase.READY)
    first, second, *_ = opened.session.facts.findings
    from inspector.provenance import State

    assert opened.session.decide([first], State.CONFIRMED)
    assert other.decide([second], State.FIXED)
    other.close()
    kept = {item.finding.id: item.state for item in opened.session.review.findings()}
    assert kept[first] is State.CONFIRMED and kept[second] is State.FIXED
