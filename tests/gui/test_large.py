"""Large targets: nothing is done in one piece that would hold up the event loop."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from inspector.gui.review_work import READ_AT_ONCE
from inspector.gui.session import Phase
from inspector.provenance import State

FINDINGS = 20_000


@pytest.fixture
def many(backend, make):
    severities = ("critical", "high", "medium", "low", "info")
    events = [make.node("project", "big", attributes={"root": True})]
    for number in range(2_000):
        name = f"models/part{number:05}.bin"
        events.append(make.file(name, "allow-listed", "torch-zip"))
        events.append(make.node("model-file", name, pin="local", loading="allow-listed"))
        events.append(make.edge("project:big", f"model-file:{name}"))
    for number in range(FINDINGS):
        about = f"model-file:models/part{number % 2_000:05}.bin"
        events.append(make.finding(number, about, severities[number % 5], rule=f"loading.r{number // 2_000}"))
    events.append(make.done(2_000))
    backend.tell(events)
    return backend


def test_twenty_thousand_findings_never_hold_up_the_window(window, project, many, qtbot, watchdog):
    def all_shown():
        return len(window.findings.rows.rows) == FINDINGS

    window.open(str(project))
    window.show_tab("Findings")
    watchdog.start()
    qtbot.waitUntil(lambda: len(window.findings.rows.rows) > 0)
    assert window.session.phase is Phase.SCANNING
    qtbot.waitUntil(lambda: window.session.phase is Phase.READY and all_shown(), timeout=60000)

    window.findings.filter.setText("severity:critical part00005")
    qtbot.waitUntil(lambda: 0 < len(window.findings.rows.rows) < 100)
    for _ in range(5):
        qtbot.keyClick(window.findings.table, Qt.Key.Key_J)
        qtbot.wait(5)
    qtbot.keyClick(window.findings.table, Qt.Key.Key_2)
    key = window.selection.finding
    qtbot.waitUntil(lambda: window.session.facts.findings[key].state is State.CONFIRMED)
    qtbot.keyClick(window.findings.table, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.session.facts.findings[key].state is State.OPEN)
    window.findings.filter.setText("")
    qtbot.waitUntil(all_shown)
    watchdog.stop()


def test_a_small_target_shows_its_first_rows_at_once(window, project, qtbot, watchdog, ready):
    watchdog.start()
    window.open(str(project))
    ready(window)
    for tab in range(7):
        window.tabs.setCurrentIndex(tab)
        qtbot.wait(5)
    watchdog.stop()


def test_a_decision_among_many_is_shown_at_once_and_read_back_later(
    window, project, backend, qtbot, make, ready
):
    weights = "model-file:models/scaler.pkl"
    backend.tell(
        [
            make.node("project", "assistant", attributes={"root": True}),
            make.node("model-file", "models/scaler.pkl"),
            *(make.finding(number, weights) for number in range(READ_AT_ONCE + 1)),
            make.done(1),
        ]
    )
    window.open(str(project))
    ready(window)
    window.show_tab("Findings")
    window.findings.table.step(1)
    key = window.selection.finding
    window.run("state-confirmed")
    assert window.session.facts.findings[key].state is State.CONFIRMED
    window.session.note(key, "seen")
    window.run("undo")
    qtbot.waitUntil(lambda: not window.session._to_read)
    item = window.session.facts.findings[key]
    assert (item.state, item.note) == (State.CONFIRMED, ""), "the review is the truth"
    window.run("undo")
    qtbot.waitUntil(lambda: window.session.facts.findings[key].state is State.OPEN)


def test_sorting_turns_round_and_follows_decisions(opened, qtbot):
    def sort(column):
        table.sort_wanted.emit(column)
        qtbot.waitUntil(lambda: not opened.findings._slices.busy)

    opened.show_tab("Findings")
    table, rows = opened.findings.table, opened.findings.rows
    sort(2)
    sort(2)
    names = [opened.findings._node_name(row).lower() for row in rows.rows]
    assert names == sorted(names, reverse=True)
    opened.run("state-confirmed")
    sort(1)
    states = [row.state.value for row in rows.rows]
    assert states == sorted(states), "a decision changes what a column is sorted by"
