"""What a screen reader, and any other program, finds in the window."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QWidget

from inspector.gui.actions import TABS


def interface(widget):
    return QAccessible.queryAccessibleInterface(widget)


def name_of(widget):
    return interface(widget).text(QAccessible.Text.Name)


def unnamed(root):
    return [
        f"{type(widget).__name__} {widget.objectName()}"
        for widget in root.findChildren(QWidget)
        if widget.focusPolicy() is not Qt.FocusPolicy.NoFocus
        and widget.isVisible()
        and widget.focusProxy() is None
        and not name_of(widget)
    ]


def test_every_widget_that_takes_the_keyboard_has_a_name(opened, qtbot):
    opened.selection.select_node("model-file:models/scaler.pkl")
    qtbot.waitUntil(lambda: opened.pane.title.toPlainText() == "models/scaler.pkl")
    for tab in TABS:
        opened.show_tab(tab)
        assert unnamed(opened) == [], tab


def test_so_has_everything_on_the_welcome_page(window):
    assert unnamed(window) == []


def test_so_has_the_bar_that_asks(opened):
    opened.show_tab("Findings")
    opened.findings.table.step(1)
    opened.run("state-accepted")
    assert unnamed(opened) == []


def test_so_have_the_dialogs(opened):
    from PySide6.QtWidgets import QApplication

    for action in ("settings", "key-sheet", "open-hub", "help", "verify-record", "present"):
        opened.run(action)
        others = [w for w in QApplication.topLevelWidgets() if w.isVisible() and w is not opened]
        assert others, action
        for dialog in others:
            assert unnamed(dialog) == []
            dialog.close()


def test_the_tabs_are_page_tabs_and_the_current_one_is_selected(opened):
    bar = interface(opened.tabs.tabBar())
    tabs = [bar.child(place) for place in range(bar.childCount())]
    tabs = [tab for tab in tabs if tab.role() is QAccessible.Role.PageTab]
    assert [tab.text(QAccessible.Text.Name).split()[0] for tab in tabs] == list(TABS)
    opened.show_tab("Files")
    assert tabs[2].state().selected and not tabs[0].state().selected


def test_a_row_of_findings_holds_node_and_state_through_the_tree(opened):
    opened.show_tab("Findings")
    table = interface(opened.findings.table)
    assert table.text(QAccessible.Text.Name).startswith("Findings")
    cells = [table.child(place).text(QAccessible.Text.Name) for place in range(table.childCount())]
    assert any("models/scaler.pkl" in cell and "open" in cell for cell in cells)
    opened.run("state-confirmed")
    cells = [table.child(place).text(QAccessible.Text.Name) for place in range(table.childCount())]
    assert any("models/scaler.pkl" in cell and "confirmed" in cell for cell in cells)


def test_the_graph_is_named_and_its_nodes_say_their_marks(opened, qtbot):
    opened.graph.feed_now()
    canvas = interface(opened.graph.panel.canvas)
    assert "graph" in canvas.text(QAccessible.Text.Name).lower()
    names = [canvas.child(place).text(QAccessible.Text.Name) for place in range(canvas.childCount())]
    assert any(name.startswith("model-file models/scaler.pkl, pickle-based") for name in names)
    assert any(name.startswith("model org/base, unpinned") for name in names)


def test_the_cancel_button_begins_with_cancel_while_a_scan_runs(window, project, backend, qtbot):
    backend.hang = True
    window.open(str(project))
    qtbot.waitUntil(window.strip.cancel.isVisible)
    assert window.strip.cancel.isEnabled()
    assert name_of(window.strip.cancel).startswith("Cancel")
    assert window.strip.cancel.text().startswith("Cancel")


def test_so_has_the_palette(opened):
    opened.run("palette")
    from inspector.gui.palette import Palette

    palette = opened.findChild(Palette)
    assert palette.isVisible() and palette.line.hasFocus()
    assert unnamed(palette) == []
