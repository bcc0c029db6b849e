"""The bar above the graph: back and forward, the five views, the heading, zoom and legend."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from inspector.gui import icons
from inspector.gui.graph.glyphs import icon
from inspector.gui.graph.inks import Inks
from inspector.gui.graph.tips import plain_tip
from inspector.gui.texts import tr
from inspector.gui.widgets import Elided

VIEWS = ("story", "focus", "paths", "map", "lineage")
TITLES = {"story": "Story", "focus": "Focus", "paths": "Paths", "map": "Map", "lineage": "Lineage"}
_HINTS = {
    "story": "The worst findings and the shortest ways to them",
    "focus": "What stands around the selected node",
    "paths": "Every shortest way from the project to the selected node",
    "map": "All nodes",
    "lineage": "What the selected model was made from",
}
_GAP = 4


class GraphBar(QWidget):
    """One row where everything fits; else heading and tools take a second one, and where that is too narrow
    for both, the heading a third: neither may be cut.

    ``view_wished`` says the name of the view whose button was pressed; the other buttons are connected by
    name with ``when_pressed``.
    """

    view_wished = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._buttons: dict[str, QToolButton] = {}
        self._measured = 0
        self._first = QHBoxLayout()
        self._first.setContentsMargins(10, 6, 10, 6)
        self._first.setSpacing(_GAP)
        self._second = QHBoxLayout()
        self._third = QHBoxLayout()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._first)
        column.addLayout(self._second)
        column.addLayout(self._third)
        self.back_button = self._button("back", tr("Back"), self._first)
        self.forward_button = self._button("forward", tr("Forward"), self._first)
        self._first.addSpacing(8)
        self.view_buttons: dict[str, QToolButton] = {}
        self._add_views()
        self._first.addSpacing(12)
        self._filler = QWidget(self)
        self._filler.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._filler.hide()
        self._first.addWidget(self._filler, 1)
        self.heading = Elided(self)
        self.heading.setObjectName("graphHeading")
        self.heading.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._first.addWidget(self.heading, 1)
        self.tools = QWidget(self)
        row = QHBoxLayout(self.tools)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(_GAP)
        self._button("zoom-out", tr("Zoom out"), row)
        self.zoom_label = self._label("graphZoom")
        self.zoom_label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        row.addWidget(self.zoom_label)
        self._button("zoom-in", tr("Zoom in"), row)
        self._button("fit", tr("Fit"), row)
        self.legend_button = self._button("legend", tr("Legend"), row)
        self.legend_button.setCheckable(True)
        self._first.addWidget(self.tools)

    def _add_views(self) -> None:
        group = QButtonGroup(self)
        for name in VIEWS:
            button = QToolButton(self)
            button.setText(tr(TITLES[name]))
            button.setAccessibleName(tr(TITLES[name]))
            button.setToolTip(tr(_HINTS[name]))
            button.setCheckable(True)
            button.setObjectName("graphView")
            button.clicked.connect(lambda _=False, view=name: self.view_wished.emit(view))
            group.addButton(button)
            self.view_buttons[name] = button
            self._first.addWidget(button)

    def _button(self, name: str, text: str, row: QHBoxLayout) -> QToolButton:
        button = QToolButton(self)
        button.setAccessibleName(text)
        button.setToolTip(text)
        button.setAutoRaise(True)
        self._buttons[name] = button
        row.addWidget(button)
        return button

    def _label(self, name: str) -> QLabel:
        label = QLabel(self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setObjectName(name)
        return label

    def when_pressed(self, name: str, act: Callable[[], object]) -> None:
        """Connects a button (back, forward, zoom-out, zoom-in, fit, legend)."""
        self._buttons[name].clicked.connect(lambda _=False: act())

    def set_heading(self, text: str) -> None:
        """What is shown, and how many of how many; plain text, as it stands."""
        self.heading.setText(text)
        self.heading.setToolTip(plain_tip([text]) if text else "")
        self.arrange()

    def say_where(self, view: str, *, back: bool, forward: bool) -> None:
        """Which view is open, and whether there is a way back and forward."""
        for name, button in self.view_buttons.items():
            button.setChecked(name == view)
        self.back_button.setEnabled(back)
        self.forward_button.setEnabled(forward)

    def restyle(self, inks: Inks, scale: float) -> None:
        """Takes the colours of a theme and the interface scale."""
        size = round(18 * scale)
        for name, button in self._buttons.items():
            button.setIcon(icon(name, inks.ink, inks.line, size))
            button.setIconSize(QSize(size, size))
        for name, button in self.view_buttons.items():
            button.setIcon(icons.icon(name, inks.tokens.ink))
            button.setIconSize(QSize(size, size))
        self._measured = 0
        self.zoom_label.setMinimumWidth(round(48 * scale))
        self.arrange()

    def arrange(self) -> None:
        """Puts heading and tools into the row where they fit; where not even the names of the views do, their
        signs stand for them."""
        views = self._views_with_names()
        sides = self.back_button.sizeHint().width() * 2 + 50
        named = views + sides <= self.width()
        style = Qt.ToolButtonStyle.ToolButtonTextOnly if named else Qt.ToolButtonStyle.ToolButtonIconOnly
        for button in self.view_buttons.values():
            button.setToolButtonStyle(style)
        taken = views if named else self.width()
        taken += self.back_button.sizeHint().width() * 2 + self.tools.sizeHint().width() + 60
        fits = taken + self.heading.sizeHint().width() <= self.width()
        room = self.width() - self.tools.sizeHint().width() - 30
        apart = not fits and self.heading.sizeHint().width() > room  # then not even these two in one row
        self._put(self._first if fits else self._third if apart else self._second, apart)
        self._filler.setVisible(not fits)
        self._second.setContentsMargins(12, 0, 10, 0 if fits else 6)
        self._third.setContentsMargins(12, 0, 10, 6 if apart else 0)

    def _put(self, row: QHBoxLayout, apart: bool) -> None:
        """The heading into ``row``; the tools at its end, or in the row above where they stand ``apart``."""
        if row.indexOf(self.heading) >= 0:
            return
        for widget in (self.heading, self.tools):
            for other in (self._first, self._second, self._third):
                other.removeWidget(widget)
        row.addWidget(self.heading, 1)
        if apart:
            self._second.addWidget(self.tools, 0, Qt.AlignmentFlag.AlignRight)
        else:
            row.addWidget(self.tools)

    def _views_with_names(self) -> int:
        """How wide the buttons of the views are with their names on."""
        if not self._measured:
            for button in self.view_buttons.values():
                button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
                self._measured += button.sizeHint().width() + _GAP
        return self._measured

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.arrange()
