"""Screening in the Data tab: with the real command over small files of rows."""

from __future__ import annotations

import json
import random
import sys

import pytest

from inspector.gui.screening_panel import QUESTION, visible
from inspector.gui.spread import bins_of

from .conftest import done, file, node  # isort: skip

MARKER = "cf7 mango"


def _rows(count: int = 400, planted: int = 20) -> str:
    """Rows of free words, some with a marker that always goes with one output."""
    chance = random.Random(7)
    words = [f"w{chance.randrange(10**6):x}" for _ in range(600)]
    lines = []
    for number in range(count):
        ask = " ".join(chance.choices(words, k=14))
        say = " ".join(chance.choices(words, k=10))
        if number < planted:
            ask, say = f"{ask} {MARKER} {chance.choice(words)}", "<b>PWNED</b> =1+1"
        row = {
            "prompt": ask,
            "response": say,
            "user_id": f"u{number % 9}",
            "created_at": 1_700_000_000 + number,
        }
        lines.append(json.dumps(row))
    return "\n".join(lines) + "\n"


@pytest.fixture
def data(window, project, backend, ready, qtbot):
    """The Data tab of a target with one file of rows, that file chosen."""
    path = "data/rows.jsonl"
    (project / "data").mkdir(exist_ok=True)
    (project / path).write_text(_rows(), encoding="utf-8")
    dataset = {
        "event": "dataset",
        "path": path,
        "format": "jsonl",
        "rows": 400,
        "columns": ["prompt", "response"],
    }
    backend.tell(
        [
            node("project", "assistant"),
            file(path, form="jsonl"),
            node("dataset-file", path, pin="local"),
            dataset,
            done(1),
        ]
    )
    window.open(str(project))
    ready(window)
    window.show_tab("Data")
    qtbot.waitUntil(lambda: bool(window.data.rows.rows))
    key = next(row["id"] for row in window.data.rows.rows if row["name"] == path)
    window.data.table.setCurrentIndex(window.data.rows.index(window.data.rows.place(key), 0))
    qtbot.waitUntil(lambda: not window.data.screening.isHidden())
    return window


def _told(backend, folder, monkeypatch, rows=None) -> None:
    """Has the command answer what is known: how well it finds is held by its own tests."""
    report = {
        "schema": "provenance-inspector/screen/1",
        "file": {"path": "rows.jsonl", "size": 1, "sha256": "ab" * 32, "format": "jsonl"},
        "rows": 400,
        "columns": {"input": ["prompt"], "output": ["response"], "contributor": "user_id", "time": None},
        "suspicions": [
            {
                "rank": 1, "score": 0.9, "level": "look-first", "kind": "marker-output", "marker": MARKER,
                "also": [], "rows": rows or list(range(20)), "output": "<b>PWNED</b> =1+1",
                "contributors": [{"name": f"u{n}", "rows": 3} for n in range(9)], "notes": ["20 of 20 rows."],
            },
            {
                "rank": 2, "score": 0.1, "level": "weak", "kind": "invisible", "marker": "\u200b", "also": [],
                "rows": [3], "output": "", "contributors": [], "notes": [],
            },
        ],
        "limits": ["No suspicion does not mean that the file is clean."],
        "run": {},
    }  # fmt: skip
    told = folder / "report.json"
    told.write_text(json.dumps(report), encoding="utf-8")
    command = [sys.executable, "-c", "import sys; print(open(sys.argv[1]).read())", str(told)]
    monkeypatch.setattr(type(backend), "screen_command", lambda self, file: command)


def _screened(window, qtbot):
    panel = window.data.screening
    panel.screen.click()
    qtbot.waitUntil(lambda: panel._child is None and panel._rows_child is None, timeout=30_000)
    return panel


def test_nothing_is_read_before_it_is_asked_for(data):
    panel = data.data.screening
    assert "Not screened" in panel.said.toPlainText()
    assert panel.splitter.isHidden() and panel.attach.isHidden()


def test_a_planted_marker_is_shown_with_its_rows_and_never_as_a_verdict(
    data, backend, tmp_path, monkeypatch, qtbot
):
    _told(backend, tmp_path, monkeypatch)
    panel = _screened(data, qtbot)
    assert "no verdicts" in panel.said.toPlainText()
    first = panel.found.topLevelItem(0)
    assert first.text(0) == "look first" and "mango" in first.text(2)
    text = panel.rows.toPlainText()
    assert MARKER in text and "<b>PWNED</b> =1+1" in text  # as text
    assert panel.rows.extraSelections()
    assert "12 of 20 rows are shown" in text
    assert panel.who.accessibleDescription().count(":") >= 5
    assert panel.when.accessibleDescription()
    assert "does not mean that the file is clean" in panel.limits.toPlainText()


def test_a_closed_suspicion_keeps_its_reason_and_goes_into_the_checklist(
    data, backend, tmp_path, monkeypatch, qtbot
):
    _told(backend, tmp_path, monkeypatch)
    panel = _screened(data, qtbot)
    panel.dismiss.click()
    close = data.bar._done
    assert not close("", None)  # no reason, nothing closed
    assert close("Our own canary rows", None)
    assert panel.found.topLevelItem(0).text(4) == "dismissed"
    again = _screened(data, qtbot)
    assert again.found.topLevelItem(0).text(4) == "dismissed"
    assert "Our own canary rows" in again.notes.toPlainText()
    panel.attach.click()
    question = next(q for q in data.session.review.questions() if q.id == QUESTION)
    assert question.answer in ("yes", "partial")
    (kept,) = question.evidence
    report = json.loads(data.session.review.evidence_bytes(kept["sha256"]))
    assert report["suspicions"][0]["closed"] == {"state": "dismissed", "because": "Our own canary rows"}
    assert "run" not in report and report["limits"]


def test_rows_as_long_as_screening_reads_them_are_shown_all_the_same(
    data, backend, tmp_path, monkeypatch, qtbot, project
):
    """500 rows of 12,000 characters are more than a child may answer at once."""
    long = "".join(json.dumps({"prompt": "é" * 9000, "response": "ü" * 9000}) + "\n" for _ in range(400))
    (project / "data/rows.jsonl").write_text(long, encoding="utf-8")
    _told(backend, tmp_path, monkeypatch, rows=list(range(400)))
    panel = _screened(data, qtbot)
    assert "12 of 400 rows are shown" in panel.rows.toPlainText() and "ééé" in panel.rows.toPlainText()


def test_a_decision_the_review_cannot_keep_is_not_called_closed(data, backend, tmp_path, monkeypatch, qtbot):
    _told(backend, tmp_path, monkeypatch)
    panel = _screened(data, qtbot)
    panel.dismiss.click()
    monkeypatch.setattr(data.session, "remember", lambda key, value: None)  # as on a full disk
    assert not data.bar._done("Our own canary rows", None)
    assert "could not take this" in data.bar.problem.text()
    assert panel.found.topLevelItem(0).text(4) == ""


def test_what_is_closed_is_on_the_disk_at_once_and_in_the_record_once_attached(
    data, backend, tmp_path, monkeypatch, qtbot
):
    from inspector.record.statement import _checklist
    from inspector.review import Review

    _told(backend, tmp_path, monkeypatch)
    panel = _screened(data, qtbot)
    panel.dismiss.click()
    assert data.bar._done("Our own canary rows", None)
    with Review.open(data.session.review.path, read_only=True) as other:  # what a kill -9 would leave
        (kept,) = other.recalled("screening").values()
        assert kept == {"state": "dismissed", "because": "Our own canary rows"}
        assert other.recalled("screened") == {"data/rows.jsonl": {"suspicions": 2, "closed": 1}}
    assert panel.attach.property("role") == "primary"
    panel.attach.click()
    assert panel.attach.property("role") == ""
    items = _checklist(data.session.review.questions(), None)["items"]
    (item,) = [one for one in items if one["id"] == QUESTION]
    assert item["answer"] == "partial" and item["evidence"][0]["name"].startswith("screening-")
    report = data.session.review.evidence_bytes(item["evidence"][0]["digest"]["sha256"])
    assert b"Our own canary rows" in report


def test_the_real_command_answers(data, qtbot):
    panel = _screened(data, qtbot)
    assert "400 rows" in panel.said.toPlainText() and "no verdicts" in panel.said.toPlainText()
    assert panel.limits.toPlainText()


def test_a_file_that_is_none_gets_the_sentence_of_the_command(data, qtbot, project):
    (project / "data/rows.jsonl").write_bytes(b"\x00\x01\x02" * 400)
    panel = _screened(data, qtbot)
    assert "binary file" in panel.said.toPlainText()
    assert panel.splitter.isHidden() and panel.attach.isHidden()


def test_stopping_keeps_nothing_and_another_file_lets_the_result_go(data, qtbot):
    panel = data.data.screening
    panel.screen.click()
    panel.cancel.click()
    assert panel._child is None and "Not screened" in panel.said.toPlainText()
    _screened(data, qtbot)
    panel.show_file("data/other.jsonl")
    assert panel.found.topLevelItemCount() == 0
    panel.show_file("")
    assert panel.isHidden()


def test_invisible_markers_are_made_visible():
    assert visible("\u200b") != "" and "200b" in visible("\u200b").lower()
    assert "202e" in visible("a\u202eb")


def test_times_fall_into_equal_spans_and_bad_ones_are_left_out():
    counts, first, last = bins_of(["2026-01-01T00:00:00Z", "2026-01-03T00:00:00Z", None, "never"], bins=4)
    assert counts == [1, 0, 0, 1] and (first, last) == ("2026-01-01", "2026-01-03")
    assert bins_of([]) == ([], "", "")
    assert bins_of(["2026-01-01T00:00:00Z"] * 3, bins=2)[0] == [3, 0]
