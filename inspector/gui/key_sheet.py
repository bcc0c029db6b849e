"""The sheet of keys and the legend of marks, made from the tables that the window itself uses."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from inspector.gui.actions import ACTIONS, MENUS
from inspector.gui.look import Look
from inspector.gui.marks import MARKS
from inspector.gui.quarantine_lists import KEYS
from inspector.gui.texts import tr
from inspector.gui.widgets import plain_label, size_dialog, spaced


class KeySheet(QDialog):
    def __init__(self, parent: QWidget, look: Look) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Keys and marks"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        body = QWidget()
        body.setObjectName("page")
        columns = QHBoxLayout(body)
        spaced(columns, 20, 16, 20, 16, 36)
        for menus in (("File", "View"), ("Review", "Help")):
            grid = QGridLayout()
            spaced(grid, 0, 0, 0, 0, 4)
            grid.setHorizontalSpacing(14)
            grid.setColumnStretch(1, 1)
            row = 0
            for menu in (name for name in MENUS if name in menus):
                grid.addWidget(plain_label(tr(menu).upper(), role="section"), row, 0, 1, 2)
                row += 1
                for action in ACTIONS:
                    if action.menu != menu or not action.keys:
                        continue
                    keys = "  ".join(
                        QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
                        for key in action.keys
                    )
                    grid.addWidget(plain_label(keys), row, 0, Qt.AlignmentFlag.AlignTop)
                    text = plain_label(f"{tr(action.text).rstrip('… ')}: {tr(action.help)}", role="sub")
                    text.setWordWrap(True)
                    grid.addWidget(text, row, 1)
                    row += 1
                grid.setRowMinimumHeight(row, 8)
                row += 1
            row = self._legend(grid, row, look) if "Review" in menus else self._quarantine(grid, row)
            grid.setRowStretch(row, 1)
            columns.addLayout(grid, 1)
        scroll = QScrollArea()
        scroll.setWidget(body)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setAccessibleName(tr("Keys and marks"))
        outer = QVBoxLayout(self)
        spaced(outer, 0, 0, 0, 0, 0)
        outer.addWidget(scroll)
        size_dialog(self, 150, 41)

    @staticmethod
    def _quarantine(grid: QGridLayout, row: int) -> int:
        """The keys of the quarantine workplace, which hold while one of its lists has the keyboard."""
        words = {
            "approve": tr("Approve the chosen rows or group, for a reason"),
            "reject": tr("Reject them, for a reason"),
            "reopen": tr("Open them again, for a reason"),
            "waive": tr("Let them through unreviewed until a date, for a reason"),
            "claim": tr("Tell others for ten minutes that you look at the group"),
            "sample": tr("Draw a sample of rows at random"),
            "slice": tr("Show the chosen row whole, as JSON, part by part"),
            "next-row": tr("Go to the next row"),
            "previous-row": tr("Go to the row before"),
            "next-page": tr("Go to the next page of rows"),
            "previous-page": tr("Go to the page before"),
        }
        grid.addWidget(plain_label(tr("QUARANTINE, IN ITS LISTS"), role="section"), row, 0, 1, 2)
        for key, wanted in KEYS.items():
            row += 1
            grid.addWidget(plain_label(key), row, 0, Qt.AlignmentFlag.AlignTop)
            text = plain_label(words[wanted], role="sub")
            text.setWordWrap(True)
            grid.addWidget(text, row, 1)
        return row + 1

    @staticmethod
    def _legend(grid: QGridLayout, row: int, look: Look) -> int:
        grid.addWidget(plain_label(tr("MARKS"), role="section"), row, 0, 1, 2)
        for mark in MARKS:
            row += 1
            line = QHBoxLayout()
            spaced(line, 0, 0, 0, 0, 6)
            picture = plain_label()
            picture.setPixmap(look.mark_icon(mark.word).pixmap(round(16 * look.scale)))
            line.addWidget(picture)
            line.addWidget(plain_label(mark.word), 1)
            grid.addLayout(line, row, 0)
            words = plain_label(tr(mark.means), role="sub")
            words.setWordWrap(True)
            grid.addWidget(words, row, 1)
        return row + 1
