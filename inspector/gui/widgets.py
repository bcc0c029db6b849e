"""Small pieces that every part of the window uses. No widget here takes rich text."""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import (
    QAction,
    QFont,
    QFontDatabase,
    QIcon,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextCursor,
    QTextFormat,
    QTextOption,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QBoxLayout,
    QDialog,
    QDialogButtonBox,
    QFrame,
    QGridLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QTextEdit,
    QToolButton,
    QWidget,
)

from inspector.gui.texts import label, shown
from inspector.gui.texts import tip as tip_of
from inspector.provenance import plain


class Flow(QTextEdit):
    """Text that wraps anywhere and is as high as it needs: paths and digests have no spaces to break at.
    It can be selected and copied as it stands. Markup in it stands as text: only ``setPlainText`` is used.
    """

    def __init__(self, text: object = "", name: str = "") -> None:
        super().__init__()
        self.setObjectName("flow")
        self.setReadOnly(True)
        self.setAcceptRichText(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUndoRedoEnabled(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.document().setDocumentMargin(0)
        self.viewport().setAutoFillBackground(False)
        self._name = name
        self.set_text(text)

    def set_name(self, name: str) -> None:
        """What stands before the text for screen readers."""
        self._name = name

    def set_text(self, text: object, *, keep_newlines: bool = False) -> None:
        """Shows ``text`` escaped; line feeds only where ``keep_newlines`` lets them stand."""
        safe = plain(str(text), 8000, keep_newlines=True) if keep_newlines else shown(text, 4000)
        self.setPlainText(safe)
        self.setAccessibleName(f"{self._name}: {safe}" if self._name else safe or "-")
        self._fit()

    def minimumSizeHint(self) -> QSize:
        return QSize(40, self.minimumHeight())

    def _fit(self) -> None:
        height = max(math.ceil(self.document().size().height()), self.fontMetrics().lineSpacing())
        if height != self.minimumHeight():
            self.setFixedHeight(height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # the pane scrolls, not the text


class Elided(QLabel):
    """One line that gives way: what does not fit is shortened, and stands whole in the tip and for screen
    readers. A long sentence never makes the window wider."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.least = 0  # characters that it keeps while others beside it give way
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def setText(self, text: str) -> None:
        super().setText(text)
        self.setToolTip(tip_of(text, None))

    def minimumSizeHint(self) -> QSize:
        kept = min(self.sizeHint().width(), self.least * self.fontMetrics().averageCharWidth())
        return QSize(kept, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        area = self.contentsRect()
        words = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, area.width())
        flags = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        self.style().drawItemText(painter, area, flags, self.palette(), True, words, self.foregroundRole())
        painter.end()


def letters(widget: QWidget, count: float) -> int:
    """Pixels that ``count`` average letters take in the type of ``widget``, which grows with the scale."""
    return round(widget.fontMetrics().averageCharWidth() * count)


def size_dialog(dialog: QDialog, wide: float, high: float) -> None:
    """Makes a dialog ``wide`` letters by ``high`` lines large, but never larger than the window it is of."""
    width, height = letters(dialog, wide), round(dialog.fontMetrics().lineSpacing() * high)
    over = dialog.parentWidget()
    if over is not None:
        room = over.window().size()
        width, height = min(width, room.width() - 40), min(height, room.height() - 40)
    dialog.resize(width, height)


def own_clear_signs(parent: QWidget, icon: QIcon) -> None:
    """Gives the buttons that clear a line, below ``parent``, a sign of this program's set."""
    for clear in parent.findChildren(QAction, "_q_qlineeditclearaction"):  # Qt's own name for it
        clear.setIcon(icon)


def press_by_return(event: QKeyEvent) -> bool:
    """Presses the button that has the keyboard where the key is Return: outside dialogs Qt does so for Space
    alone, and a key that does nothing is taken for a button that does nothing."""
    focus = QApplication.focusWidget()
    is_return = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
    if not is_return or not isinstance(focus, QPushButton | QToolButton) or not focus.isEnabled():
        return False
    focus.click()
    return True


def buttons_without_icons(box: QDialogButtonBox) -> QDialogButtonBox:
    """The desktop's own icons do not belong to this program's set."""
    for made in box.buttons():
        made.setIcon(QIcon())
    return box


def plain_label(text: object = "", role: str = "") -> QLabel:
    """A label that shows its text as it is: markup stands as text."""
    made = QLabel()
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setText(shown(text, 2000))
    if role:
        made.setProperty("role", role)
    return made


def button(text: str, name: str = "", role: str = "", tip: str = "") -> QPushButton:
    """A push button whose accessible name is its text, or ``name``."""
    made = QPushButton(label(text))
    made.setAccessibleName(name or shown(text))
    if role:
        made.setProperty("role", role)
    if tip:
        made.setToolTip(tip)
    return made


def tool(text: str, name: str = "", role: str = "flat") -> QToolButton:
    made = QToolButton()
    made.setText(label(text))
    made.setAccessibleName(name or shown(text))
    made.setProperty("role", role)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return made


def spaced(layout: QBoxLayout | QGridLayout, left: int, top: int, right: int, bottom: int, gap: int) -> None:
    layout.setContentsMargins(left, top, right, bottom)
    layout.setSpacing(gap)


def set_role(widget: QWidget, role: str) -> None:
    """Changes the style role of a widget and repaints it."""
    if widget.property("role") != role:
        widget.setProperty("role", role)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def clear(layout: Any) -> None:
    """Takes every widget out of a layout and lets it go."""
    while layout.count():
        item = layout.takeAt(0)
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        elif item.layout() is not None:
            clear(item.layout())


class TextPane(QPlainTextEdit):
    """Read-only text of the target or about it, in the fixed font. ``show_text`` escapes everything but
    line feeds and tabs."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setAccessibleName(name)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setUndoRedoEnabled(False)
        self.setTabChangesFocus(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._fit_font()

    def _fit_font(self) -> None:
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPointSizeF(max(self.font().pointSizeF() * 0.95, 6.0))
        document = self.document()
        if document.defaultFont() != font:
            document.setDefaultFont(QFont(font))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit_font()

    def show_text(self, text: str, marked_line: int = -1, colour: Any = None, wrap: bool = False) -> None:
        """Shows ``text``; ``marked_line`` (from 0) is painted over its whole width in ``colour``. Prose is
        wrapped, source lines are not."""
        mode = QPlainTextEdit.LineWrapMode
        self.setLineWrapMode(mode.WidgetWidth if wrap else mode.NoWrap)
        self.setPlainText(text)
        self.setExtraSelections([])
        if marked_line < 0 or colour is None:
            return
        block = self.document().findBlockByNumber(marked_line)
        if not block.isValid():
            return
        mark = QTextEdit.ExtraSelection()
        cursor = QTextCursor(block)
        mark.cursor = cursor
        mark.format.setBackground(colour)
        mark.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
        self.setExtraSelections([mark])
        self.setTextCursor(cursor)
        self.centerCursor()
