"""The bar that asks for a reason, an expiry or a note: in place, never in front of the work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QVBoxLayout, QWidget

from inspector.gui.texts import tr
from inspector.gui.widgets import Elided, button, letters, plain_label, spaced
from inspector.gui.wrap import Wrap

DAYS_ACCEPTED = 90  # the expiry that stands there first: a quarter


class AskBar(QWidget):
    """Hidden until something is asked. ``done(text, expires)`` returns False to keep the bar open."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("askbar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._done: Callable[[str, str | None], bool] | None = None
        self._back: QWidget | None = None
        self.question = Elided()
        self.text = QLineEdit()
        self.until = plain_label(tr("until"))
        self.expires = QLineEdit()
        self.expires.setAccessibleName(tr("Expires on, year-month-day"))
        self.expires.setPlaceholderText("YYYY-MM-DD")
        self.save = button(tr("Save"), role="primary")
        self.leave = button(tr("Leave it (Esc)"), name=tr("Leave it"))
        self.problem: QLabel = plain_label(role="risk")
        self.problem.setWordWrap(True)
        line = Wrap(self.question, self.text, self.until, self.expires, self.save, self.leave, gap=8, field=1)
        column = QVBoxLayout(self)
        spaced(column, 12, 8, 12, 8, 4)
        column.addLayout(line)
        column.addWidget(self.problem)
        self.save.clicked.connect(self._save)
        self.leave.clicked.connect(self.dismiss)
        self.text.returnPressed.connect(self._save)
        self.expires.returnPressed.connect(self._save)
        self.hide()

    def ask(
        self,
        question: str,
        done: Callable[[str, str | None], bool],
        *,
        with_expiry: bool = False,
        text: str = "",
        placeholder: str = "",
    ) -> None:
        """Opens the bar; the keyboard goes back to where it was when it closes."""
        if not self.isVisible():
            self._back = QApplication.focusWidget()
        self._done = done
        self.question.setText(question)
        self.text.setAccessibleName(question)
        self.text.setText(text)
        self.text.setPlaceholderText(placeholder)
        self.until.setVisible(with_expiry)
        self.expires.setVisible(with_expiry)
        self.expires.setFixedWidth(letters(self.expires, 16))  # at every scale a whole date
        self.expires.setText((date.today() + timedelta(days=DAYS_ACCEPTED)).isoformat())
        self.refuse("")
        self.show()
        self.text.setFocus()
        self.text.selectAll()

    def refuse(self, sentence: str) -> None:
        """Says beside the question why it was not taken."""
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))

    def _save(self) -> None:
        expires = self.expires.text().strip() if self.expires.isVisibleTo(self) else None
        if self._done is not None and self._done(self.text.text().strip(), expires):
            self.dismiss()

    def dismiss(self) -> None:
        self._done = None
        self.hide()
        if self._back is not None and self._back.isVisible():
            self._back.setFocus()
        self._back = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)
