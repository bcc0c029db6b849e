"""Names made to deceive: shown escaped everywhere, obeyed nowhere."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

from inspector.gui.actions import TABS, VIEWS
from inspector.gui.palette import Palette

EVIL = "a\u202egnp.exe\n<b>bold</b>\x1b[31m\u200b&amp;<img src='http://127.0.0.1/x'>\x07\ud800"
SHOWN = "a\\u202egnp.exe\\x0a<b>bold</b>\\x1b[31m\\u200b&amp;"
FORBIDDEN = ("\u202e", "\x1b", "\u200b", "\x07", "\ud800")


@pytest.fixture
def evil(window, project, backend, qtbot, make, ready):
    path = f"models/{EVIL}.pkl"
    known = {"pin": "none", "attributes": {"owner": EVIL, "revision": EVIL, EVIL: EVIL}}
    backend.tell(
        [
            make.file(path, "runs-code", EVIL, reasons=[
                {"code": "x", "message": EVIL, "offset": 1, "member": EVIL}], imports=[EVIL]),
            make.node("project", EVIL, attributes={"root": True}),
            make.node("model-file", path, loading="runs-code", **known),
            make.node("model", EVIL, **known),
            make.node("dataset", EVIL, **known),
            make.node("package", EVIL, **known),
            make.edge(f"project:{EVIL}", f"model-file:{path}", evidence=[
                {"path": EVIL, "line": 1, "text": EVIL}]),
            make.edge(f"project:{EVIL}", f"model:{EVIL}", "references", evidence=[
                {"source": EVIL, "value": EVIL, "relation": EVIL}]),
            {"event": "manifest", "path": EVIL, "format": EVIL, "sections": {EVIL: {"total": 1, "bare": 1}},
             "packages": 0, "edges": 0, "error": EVIL},
            {"event": "package", "name": EVIL, "version": EVIL, "pin": "none", "direct": True,
             "required_by": [EVIL], "audit": "vulnerable", "why": EVIL,
             "advisories": [
                 {"id": EVIL, "aliases": [], "severity": "high", "fixed_in": [EVIL], "summary": EVIL}],
             "looks_like": [{"name": EVIL, "rank": 1, "why": EVIL}]},
            {"event": "dataset", "path": EVIL, "format": EVIL, "rows": 1, "columns": [EVIL],
             "contributor_column": EVIL, "card": {"license": EVIL}, "links": [], "script": False},
            make.finding(1, f"model-file:{path}", "critical", title=EVIL, message=EVIL, remediation=EVIL,
                         evidence=[{"path": path, "line": 1, "column": 1, "offset": None, "text": EVIL}],
                         identifiers={"cwe": [EVIL]}),
            make.finding(2, f"model:{EVIL}", "high", title=EVIL, message=EVIL),
            make.done(1, [{"path": EVIL, "why": EVIL}],
                      target={"kind": "folder", "name": EVIL, "revision": EVIL, "manifest_sha256": EVIL},
                      audit={"source": EVIL, "as_of": EVIL, "complete": False}),
        ]
    )  # fmt: skip
    window.open(str(project))
    ready(window)
    return window


def texts_of(root: QWidget):
    """Every text that a widget shows or tells a screen reader, with what lets line feeds stand."""
    for widget in [root, *root.findChildren(QWidget)]:
        who = f"{type(widget).__name__} {widget.objectName()}"
        yield f"{who} name", widget.accessibleName(), isinstance(widget, QTextEdit | QPlainTextEdit)
        yield f"{who} tip", widget.toolTip(), False
        if isinstance(widget, QLabel):
            assert widget.textFormat() is Qt.TextFormat.PlainText or not widget.text(), who
            yield f"{who} text", widget.text(), True
        elif isinstance(widget, QAbstractButton):
            yield f"{who} text", widget.text(), False
        elif isinstance(widget, QTextEdit | QPlainTextEdit):
            yield f"{who} text", widget.toPlainText(), True
        elif isinstance(widget, QLineEdit):
            yield f"{who} text", widget.text(), False
        elif isinstance(widget, QComboBox):
            for row in range(widget.count()):
                yield f"{who} item", widget.itemText(row), False
        if isinstance(widget, QAbstractItemView) and widget.model() is not None:
            yield from ((f"{who} row", text, False) for text in rows_of(widget.model()))
        interface = QAccessible.queryAccessibleInterface(widget)
        if interface is not None and not isinstance(widget, QTextEdit | QPlainTextEdit | QLabel):
            yield f"{who} accessible", interface.text(QAccessible.Text.Name), False


def rows_of(model: QAbstractItemModel, parent: QModelIndex | None = None):
    roles = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole)
    parent = parent or QModelIndex()
    for row in range(model.rowCount(parent)):
        columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount(parent)
        for column in range(columns):
            index = model.index(row, column, parent)
            yield from (str(index.data(role) or "") for role in roles)
        yield from rows_of(model, model.index(row, 0, parent))


def check(root: QWidget) -> int:
    seen = 0
    for who, text, lines in texts_of(root):
        for char in FORBIDDEN:
            assert char not in text, f"{who}: {text!r}"
        assert lines or "\n" not in text, f"{who}: {text!r}"
        seen += SHOWN[:12] in text
    return seen


def test_every_tab_shows_hostile_names_escaped(evil, qtbot):
    for tab in TABS:
        evil.show_tab(tab)
        for node in list(evil.session.facts.nodes):
            evil.selection.select_node(node)
            qtbot.wait(1)
            assert check(evil) > 5


def test_every_view_of_the_graph_does_too(evil):
    evil.graph.feed_now()
    for view in VIEWS:
        evil.commands.show_view(view)
        evil.graph.feed_now()
        check(evil)
        canvas = QAccessible.queryAccessibleInterface(evil.graph.panel.canvas)
        assert canvas.childCount() > 0
        for place in range(canvas.childCount()):
            name = canvas.child(place).text(QAccessible.Text.Name)
            assert not any(char in name for char in (*FORBIDDEN, "\n"))


def test_the_palette_and_present_mode_do_too(evil):
    evil.run("palette")
    palette = evil.findChild(Palette)
    palette.line.setText("gnp")
    assert check(palette) > 0
    palette.close()
    evil.run("present")
    from inspector.gui.present import Present

    assert check(evil.findChild(Present)) > 0


def test_a_row_is_one_line_whatever_its_name(evil):
    for page in (evil.findings, evil.files, evil.dependencies, evil.data):
        heights = {page.table.rowHeight(row) for row in range(page.rows.rowCount())}
        assert len(heights) == 1
        assert all("\n" not in text for text in rows_of(page.rows))


def test_a_hostile_folder_name_stands_escaped_in_the_title(window, tmp_path, backend, make, ready):
    folder = tmp_path / "a\u202eb\n<i>"
    folder.mkdir()
    backend.tell([make.node("project", "x", attributes={"root": True}), make.done(0)])
    window.open(str(folder))
    ready(window)
    assert window.windowTitle() == "a\\u202eb\\x0a<i> — Provenance Inspector"
    check(window)
    window.show_welcome()
    check(window)


def test_the_question_of_the_bar_is_escaped(evil, qtbot):
    evil.show_tab("Findings")
    evil.findings.table.step(1)
    evil.run("state-accepted")
    assert "\\u202e" in evil.bar.question.text()
    check(evil.bar)
