"""Search everything (Ctrl+K): commands, nodes and findings in one list, the best first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QEvent, QSize, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QIcon, QKeyEvent, QPixmap
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from inspector.gui.slices import Slices
from inspector.gui.texts import shown, tr
from inspector.gui.widgets import plain_label, spaced

ROWS_SHOWN = 60
_PLACE = Qt.ItemDataRole.UserRole


@dataclass(frozen=True)
class Entry:
    """One thing to find. ``rank`` orders equals: commands 0, nodes 1, findings 2."""

    text: str
    detail: str
    rank: int
    run: Callable[[], None]
    icon: Callable[[], QIcon] | None = None


def score(text: str, query: str) -> int:
    """How well ``query`` names ``text``: 0 not at all, 4 exactly. Both in lower case."""
    if not query:
        return 1
    if text == query:
        return 4
    if text.startswith(query):
        return 3
    if f" {query}" in text or f"/{query}" in text:
        return 2
    return 1 if all(word in text for word in query.split()) else 0


class Palette(QFrame):
    """A sheet inside the window, so that the keyboard stays in it. ``entries`` is asked once."""

    def __init__(self, parent: QWidget, entries: Sequence[Entry], title: str) -> None:
        super().__init__(parent)
        self.setObjectName("palette")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(title)
        self.entries = entries
        self._back = QApplication.focusWidget()
        self._best: list[tuple[int, int, int]] = []
        self._slices = Slices(self)
        self._return_waits = False
        self.line = QLineEdit()
        self.line.setPlaceholderText(tr("A command, a node or a finding"))
        self.line.setAccessibleName(title)
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Results"))
        self.list.setUniformItemSizes(True)
        letter = self.fontMetrics().averageCharWidth()
        self.list.setIconSize(QSize(2 * letter, 2 * letter))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(self)
        spaced(column, 10, 10, 10, 10, 8)
        column.addWidget(self.line)
        column.addWidget(self.list, 1)
        self.nothing = plain_label(tr("Nothing is called so. Try fewer or other words."), role="sub")
        self.nothing.setWordWrap(True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.nothing.hide()
        column.addWidget(self.nothing, 1)
        width = min(80 * letter, parent.width() - 40)
        height = min(27 * self.fontMetrics().lineSpacing(), parent.height() - 40)
        self.setGeometry((parent.width() - width) // 2, 36, width, height)
        self.line.textChanged.connect(self.search)
        self.line.installEventFilter(self)
        self.list.itemClicked.connect(lambda _: self.run_current())
        self.search("")

    def search(self, text: str) -> None:
        """Looks through everything in slices; the list follows when it is through."""
        query = text.strip().lower()
        found: list[tuple[int, int, int]] = []
        self._slices.run(self._scored(query, found), lambda: self._show(found))

    def _scored(self, query: str, found: list[tuple[int, int, int]]) -> Iterator[None]:
        for place, entry in enumerate(self.entries):
            if not query and entry.rank > 0:
                break
            points = score(entry.text.lower(), query)
            if points:
                found.append((-points, entry.rank, place))
            if place % 200 == 199:
                yield
        yield
        found.sort()

    def _show(self, found: list[tuple[int, int, int]]) -> None:
        self.list.clear()
        room = QPixmap(16, 16)
        room.fill(Qt.GlobalColor.transparent)
        blank = QIcon(room)  # texts stand in one line, with an icon or without
        for _, _, place in found[:ROWS_SHOWN]:
            entry = self.entries[place]
            text = f"{shown(entry.text, 90)}    {shown(entry.detail, 70)}".rstrip()
            row = QListWidgetItem(text)
            row.setIcon(entry.icon() if entry.icon is not None else blank)
            row.setData(_PLACE, place)
            self.list.addItem(row)
        self.list.setCurrentRow(0)
        self.list.setVisible(bool(found))
        self.nothing.setVisible(not found)
        if self._return_waits:
            self._return_waits = False
            self.run_current()

    def _leave(self) -> None:
        focus = QApplication.focusWidget()
        if focus is not None and not self.isAncestorOf(focus):
            self._back = None
            self.close()

    def run_current(self) -> None:
        if self._slices.busy:
            self._return_waits = True  # Return was typed before the search was through
            return
        row = self.list.currentItem()
        if row is None:
            return
        entry = self.entries[row.data(_PLACE)]
        self.close()
        entry.run()

    def open(self) -> None:
        self.show()
        self.raise_()
        self.line.setFocus()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._slices.stop()
        if self._back is not None and self._back.isVisible():
            self._back.setFocus()
        super().closeEvent(event)
        self.deleteLater()

    def eventFilter(self, _watched: Any, event: Any) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QKeyEvent.Type.KeyPress:
            step = {
                Qt.Key.Key_Down: 1,
                Qt.Key.Key_Up: -1,
                Qt.Key.Key_PageDown: 10,
                Qt.Key.Key_PageUp: -10,
            }.get(Qt.Key(event.key()))
            if step is not None:
                row = min(max(self.list.currentRow() + step, 0), self.list.count() - 1)
                self.list.setCurrentRow(row)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.run_current()
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.close()
                return True
        elif event.type() == QEvent.Type.FocusOut and self.isVisible():
            QTimer.singleShot(0, self, self._leave)  # a click elsewhere closes it
        return False
