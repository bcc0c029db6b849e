"""Keys and the palette: every action is reached, and the keyboard is where one expects it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel

from inspector.gui import quarantine_lists
from inspector.gui.actions import ACTIONS, TABS, VIEWS
from inspector.gui.palette import Palette


def test_every_action_has_a_handler_and_no_two_share_a_key(window):
    keys = [key for action in ACTIONS for key in action.keys]
    assert len(keys) == len(set(keys))
    assert len({action.id for action in ACTIONS}) == len(ACTIONS)
    assert all(action.help for action in ACTIONS)


def test_ctrl_and_a_digit_open_the_tabs(opened, qtbot):
    for number in (7, 6, 5, 4, 3, 2, 1):
        qtbot.keyClick(opened, getattr(Qt.Key, f"Key_{number}"), Qt.KeyboardModifier.ControlModifier)
        assert opened.tab_name() == TABS[number - 1]


def test_typing_map_into_the_palette_opens_the_map(opened, qtbot):
    qtbot.keyClick(opened, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(opened, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    palette = opened.findChild(Palette)
    qtbot.keyClicks(palette.line, "map")
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    assert opened.tab_name() == "Graph" and opened.graph.current_view() == "map"


def test_the_palette_opens_every_view(opened, qtbot):
    for view in VIEWS:
        opened.run("palette")
        palette = opened.findChildren(Palette)[-1]
        palette.line.setText(view)
        qtbot.keyClick(palette.line, Qt.Key.Key_Return)  # it waits until the search is through
        qtbot.waitUntil(lambda view=view: opened.graph.current_view() == view)


def test_the_palette_finds_nodes_and_findings(opened, qtbot):
    opened.run("palette")
    palette = opened.findChild(Palette)
    palette.line.setText("org/tick")
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: opened.selection.node == "dataset:org/tickets")
    opened.run("palette")
    palette = opened.findChildren(Palette)[-1]
    palette.line.setText("runs a command")
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: opened.selection.node == "model-file:models/scaler.pkl")


def test_escape_leaves_the_palette_and_the_keyboard_goes_back(opened, qtbot):
    opened.show_tab("Findings")
    opened.run("palette")
    palette = opened.findChild(Palette)
    qtbot.keyClick(palette.line, Qt.Key.Key_Escape)
    assert not palette.isVisible() and opened.findings.table.hasFocus()


def test_a_palette_that_finds_nothing_says_so(opened, qtbot):
    opened.run("palette")
    palette = opened.findChild(Palette)
    palette.line.setText("zzqqzz")
    qtbot.waitUntil(palette.nothing.isVisible)
    assert "Nothing is called so" in palette.nothing.text() and not palette.list.isVisible()
    palette.line.setText("map")
    qtbot.waitUntil(palette.list.isVisible)
    assert not palette.nothing.isVisible()


def test_the_key_sheet_names_every_key(opened):
    from inspector.gui.key_sheet import KeySheet

    opened.run("key-sheet")
    sheet = opened.findChild(KeySheet)
    texts = " ".join(label.text() for label in sheet.findChildren(QLabel))
    assert "Ctrl+K" in texts and "Next finding" in texts and "pickle-based" in texts
    assert "QUARANTINE" in texts and "Show the chosen row whole" in texts
    named = {label.text() for label in sheet.findChildren(QLabel)}
    assert set(quarantine_lists.KEYS) <= named, "and every key of the quarantine workplace"
    sheet.close()


def test_return_on_a_node_of_the_graph_opens_its_neighbourhood(opened, qtbot):
    opened.run("view-story")
    opened.graph.panel.node_activated.emit("model:org/base")
    assert opened.graph.current_view() == "focus"
    qtbot.waitUntil(lambda: opened.pane.title.toPlainText() == "org/base")


def test_return_leads_from_the_filter_to_the_first_row_and_on_to_its_evidence(opened, qtbot):
    opened.show_tab("Files")
    page = opened.files
    page.filter.setFocus()
    page.filter.setText("scaler")
    qtbot.waitUntil(lambda: len(page.rows.rows) == 1)
    qtbot.keyClick(page.filter, Qt.Key.Key_Return)
    assert page.table.hasFocus() and page.table.current_key() == "models/scaler.pkl"
    qtbot.waitUntil(lambda: opened.pane.title.toPlainText() == "models/scaler.pkl")
    qtbot.keyClick(page.table, Qt.Key.Key_Return)
    assert opened.pane.evidence.text.hasFocus()


def test_return_on_a_package_shows_what_stands_around_it(opened, qtbot):
    opened.show_tab("Dependencies")
    qtbot.waitUntil(lambda: bool(opened.dependencies.rows.rows))
    opened.dependencies.table.step(0)
    qtbot.keyClick(opened.dependencies.table, Qt.Key.Key_Return)
    assert opened.tab_name() == "Graph" and opened.graph.current_view() == "focus"


def test_a_target_opened_before_the_graph_was_made_gives_it_the_keyboard(window, project, ready, qtbot):
    assert window.graph.panel is None
    window.open(str(project))
    ready(window)
    qtbot.waitUntil(lambda: window.graph.panel is not None)
    qtbot.waitUntil(lambda: window.graph.isAncestorOf(QApplication.focusWidget()))


def test_return_presses_the_button_that_has_the_keyboard(opened, qtbot):
    opened.run("sign")
    sheet = opened.record.sheet
    sheet.new_key.setFocus()
    qtbot.keyClick(sheet.new_key, Qt.Key.Key_Return)
    assert "Type a passphrase" in sheet.message.toPlainText() and sheet.passphrase.hasFocus()
    opened.show_tab("Checklist")
    yes = opened.checklist.detail.answers["yes"]
    yes.setFocus()
    qtbot.keyClick(yes, Qt.Key.Key_Enter)
    assert yes.isChecked() and opened.checklist.detail.question.answer == "yes"
    opened.show_tab("Findings")
    chip = next(iter(opened.findings.chips.values()))
    chip.setFocus()
    qtbot.keyClick(chip, Qt.Key.Key_Return)
    assert chip.isChecked() and opened.findings.filter.text()
