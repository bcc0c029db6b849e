"""The Findings tab: rows, keys, filter, decisions on one and on many, the way back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, Qt

from inspector.provenance import State

RoleText = Qt.ItemDataRole.AccessibleTextRole


@pytest.fixture
def table(opened):
    opened.show_tab("Findings")
    return opened.findings.table


def click(qtbot, table, row):
    rect = table.visualRect(table.model().index(row, 1))
    qtbot.mouseClick(
        table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(rect.left() + 5, rect.center().y())
    )


def state_of(window, row):
    return window.findings.rows.rows[row].state


def test_the_list_is_named_findings_and_rows_say_node_and_state(opened, table):
    assert table.accessibleName().startswith("Findings")
    spoken = table.model().index(0, 0).data(RoleText)
    assert "models/scaler.pkl" in spoken and "open" in spoken
    texts = [table.model().index(0, column).data() for column in range(table.model().columnCount())]
    assert "models/scaler.pkl" in texts and "open" in texts


def test_the_worst_come_first(opened, table):
    words = [row.finding.severity.value for row in opened.findings.rows.rows]
    assert words == ["critical", "high", "medium", "low"]


@pytest.mark.parametrize("key, state", [(Qt.Key.Key_2, State.CONFIRMED), (Qt.Key.Key_3, State.FIXED)])
def test_digits_decide_at_once_after_a_click(opened, table, qtbot, key, state):
    click(qtbot, table, 1)
    qtbot.keyClick(table, key)
    assert state_of(opened, 1) is state
    assert table.model().index(1, 1).data() == state.value
    assert state.value in table.model().index(1, 0).data(RoleText)
    qtbot.keyClick(table, Qt.Key.Key_1)
    assert state_of(opened, 1) is State.OPEN


@pytest.mark.parametrize(
    "key, state",
    [
        (Qt.Key.Key_4, State.ACCEPTED),
        (Qt.Key.Key_5, State.FALSE_POSITIVE),
        (Qt.Key.Key_6, State.NOT_APPLICABLE),
    ],
)
def test_states_that_need_a_reason_ask_for_it_in_place(opened, table, qtbot, key, state):
    click(qtbot, table, 2)
    qtbot.keyClick(table, key)
    assert opened.bar.isVisible()
    assert state_of(opened, 2) is State.OPEN
    assert opened.bar.expires.isVisible() == (state is State.ACCEPTED)
    qtbot.keyClick(opened.bar.text, Qt.Key.Key_Return)
    assert opened.bar.isVisible() and opened.bar.problem.text()
    qtbot.keyClicks(opened.bar.text, "Seen in 5 reviews")
    qtbot.keyClick(opened.bar.text, Qt.Key.Key_Return)
    assert not opened.bar.isVisible()
    item = opened.findings.rows.rows[2]
    assert item.state is state and item.because == "Seen in 5 reviews"
    assert table.hasFocus()


def test_an_expiry_in_the_past_is_refused_beside_the_question(opened, table, qtbot):
    click(qtbot, table, 0)
    qtbot.keyClick(table, Qt.Key.Key_4)
    opened.bar.text.setText("A reason")
    opened.bar.expires.setText((date.today() - timedelta(days=1)).isoformat())
    opened.bar.save.click()
    assert opened.bar.isVisible() and opened.bar.problem.isVisible()
    assert state_of(opened, 0) is State.OPEN


def test_escape_leaves_everything_as_it_was(opened, table, qtbot):
    click(qtbot, table, 0)
    qtbot.keyClick(table, Qt.Key.Key_5)
    qtbot.keyClick(opened.bar.text, Qt.Key.Key_Escape)
    assert not opened.bar.isVisible() and state_of(opened, 0) is State.OPEN and table.hasFocus()


def test_j_and_k_walk_the_list(opened, table, qtbot):
    click(qtbot, table, 0)
    for key, row in ((Qt.Key.Key_J, 1), (Qt.Key.Key_J, 2), (Qt.Key.Key_K, 1)):
        qtbot.keyClick(table, key)
        assert table.currentIndex().row() == row
        assert opened.selection.finding == opened.findings.rows.rows[row].finding.id
    assert opened.selection.node == "model:org/base"


def test_a_decision_on_many_is_one_step(opened, table, qtbot):
    click(qtbot, table, 0)
    flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
    table.selectionModel().select(table.model().index(2, 0), flags)
    qtbot.keyClick(table, Qt.Key.Key_2)
    states = [row.state for row in opened.findings.rows.rows]
    assert states == [State.CONFIRMED, State.OPEN, State.CONFIRMED, State.OPEN]
    qtbot.keyClick(table, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert all(row.state is State.OPEN for row in opened.findings.rows.rows)
    redo = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(table, Qt.Key.Key_Z, redo)
    assert [row.state for row in opened.findings.rows.rows] == states


def test_the_filter_line_speaks_the_filter_language(opened, table, qtbot):
    qtbot.keyClick(table, Qt.Key.Key_Slash)
    assert opened.findings.filter.hasFocus()
    qtbot.keyClicks(opened.findings.filter, "severity:>=high")
    qtbot.waitUntil(lambda: len(opened.findings.rows.rows) == 2)
    assert opened.findings.heading.text() == "2 of 4 findings"
    qtbot.keyClick(opened.findings.filter, Qt.Key.Key_Return)
    assert table.hasFocus()


def test_digits_and_letters_typed_into_a_filter_decide_nothing(opened, table, qtbot):
    click(qtbot, table, 0)
    qtbot.keyClick(table, Qt.Key.Key_Slash)
    qtbot.keyClicks(opened.findings.filter, "jk2n3")
    assert opened.findings.filter.text() == "jk2n3"
    assert all(i.state is State.OPEN for i in opened.session.facts.findings.values())
    assert not opened.bar.isVisible()


def test_a_filter_that_is_not_understood_hides_nothing_and_says_so(opened, qtbot):
    opened.findings.filter.setText("severity:terrible")
    opened.findings.refilter()
    assert len(opened.findings.rows.rows) == 4
    assert opened.findings.remark.text()


def test_chips_write_the_filter(opened, qtbot):
    chip = opened.findings.chips["severity:>=high"]
    chip.click()
    assert opened.findings.filter.text() == "severity:>=high"
    qtbot.waitUntil(lambda: len(opened.findings.rows.rows) == 2)
    chip.click()
    assert opened.findings.filter.text() == ""
    qtbot.waitUntil(lambda: len(opened.findings.rows.rows) == 4)


def test_a_click_on_a_header_sorts_and_keeps_the_selection(opened, table, qtbot):
    click(qtbot, table, 0)
    key = table.current_key()
    table.sort_wanted.emit(2)
    qtbot.waitUntil(lambda: not opened.findings._slices.busy)
    names = [opened.findings._node_name(row) for row in opened.findings.rows.rows]
    assert names == sorted(names, key=str.lower)
    assert table.current_key() == key
    table.sort_wanted.emit(2)
    qtbot.waitUntil(lambda: not opened.findings._slices.busy)
    assert [opened.findings._node_name(r) for r in opened.findings.rows.rows] == names[::-1]


def test_a_note_is_written_in_place(opened, table, qtbot):
    click(qtbot, table, 0)
    qtbot.keyClick(table, Qt.Key.Key_N)
    opened.bar.text.setText("Ask the vendor")
    opened.bar.save.click()
    assert opened.findings.rows.rows[0].note == "Ask the vendor"
    qtbot.waitUntil(lambda: "Ask the vendor" in opened.pane.decision.decided.toPlainText())


def test_e_leads_to_the_evidence_and_g_to_the_graph(opened, table, qtbot):
    click(qtbot, table, 1)
    qtbot.waitUntil(lambda: "from_pretrained" in opened.pane.evidence.text.toPlainText())
    qtbot.keyClick(table, Qt.Key.Key_E)
    assert opened.pane.evidence.text.hasFocus()
    qtbot.keyClick(opened.pane.evidence.text, Qt.Key.Key_J)
    assert opened.selection.finding == opened.findings.rows.rows[2].finding.id
    qtbot.keyClick(opened.pane.evidence.text, Qt.Key.Key_G)
    assert opened.tab_name() == "Graph" and opened.graph.current_view() == "story"


def test_a_decided_row_keeps_its_place_under_the_eye(opened, table, qtbot):
    opened.findings.filter.setText("state:open")
    opened.findings.refilter()
    click(qtbot, table, 1)
    qtbot.keyClick(table, Qt.Key.Key_2)
    assert len(opened.findings.rows.rows) == 4 and state_of(opened, 1) is State.CONFIRMED


def test_no_findings_of_an_unfinished_scan_are_not_called_none(window, project, backend, make, qtbot, ready):
    backend.tell([make.file("a.py"), make.node("project", "assistant")])
    window.open(str(project))
    ready(window)
    qtbot.waitUntil(lambda: window.findings.heading.text() == "No findings known: the scan is incomplete")


def test_the_place_is_kept_while_a_scan_tells_the_rows_anew(opened, table, qtbot):
    page = opened.findings
    keys = [row.finding.id for row in page.rows.rows]
    table.select_key(keys[1])
    opened.selection.select_finding(keys[1])
    whole = list(opened.session.facts.findings.values())
    for told in ([], whole[:1], whole):
        page.set_all(told)
        qtbot.waitUntil(lambda: not page._slices.busy)
    assert table.current_key() == keys[1] and table.selected_keys() == (keys[1],)
    table._quiet = True  # a row that is current and not chosen would be taken for the next one
    table.selectionModel().clearSelection()
    table._quiet = False
    page.set_all(whole)
    qtbot.waitUntil(lambda: not page._slices.busy)
    assert table.selected_keys() == (keys[1],)
    qtbot.keyClick(table, Qt.Key.Key_J)
    assert opened.selection.finding == keys[2]


def test_rows_that_change_while_they_are_sorted_are_sorted_once_more(opened, qtbot):
    page = opened.findings
    page._sort = (2, False)
    found = []
    work = page._filtered(found)
    page._forget_order()
    next(work)
    page.set_all(list(opened.session.facts.findings.values()))  # as a running scan does, and a decision
    for _ in work:
        pass
    assert len(found) == 4
    qtbot.waitUntil(lambda: not page._slices.busy and not page._again)
    names = [page._node_name(row).lower() for row in page.rows.rows]
    assert len(names) == 4 and names == sorted(names)


def test_a_decision_is_not_undone_by_a_sort_that_began_before_it(opened, qtbot):
    page = opened.findings
    opened.show_tab("Findings")
    page.table.step(1)
    page._slices.stop()
    page._sort = (3, True)
    found = []
    begun = page._changes
    for _ in page._filtered(found):
        pass
    opened.run("state-confirmed")
    assert page._changes > begun
    page.refilter()
    qtbot.waitUntil(lambda: not page._slices.busy)
    assert [row.state.value for row in page.rows.rows].count("confirmed") == 1


def test_work_that_fails_is_not_said_to_be_done(opened):
    def broken():
        yield
        raise ValueError("no")

    done = []
    with pytest.raises(ValueError, match="no"):
        opened.findings._slices.run(broken(), lambda: done.append(1))
    assert not opened.findings._slices.busy
    opened.findings._slices._advance()
    assert done == []
