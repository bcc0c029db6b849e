"""The top bar: open, search, present and sign. The views of the graph are switched in its own tab."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QToolButton, QWidget

from inspector.gui.look import Look
from inspector.gui.texts import label, shown, tr
from inspector.gui.widgets import spaced, tool


class TopBar(QWidget):
    """``recent_wanted`` carries a target of the recent menu."""

    recent_wanted = Signal(str)

    def __init__(self, look: Look, actions: Mapping[str, QAction]) -> None:
        super().__init__()
        self.setObjectName("topbar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.look = look
        self._buttons: list[tuple[QToolButton | QPushButton, str]] = []
        line = QHBoxLayout(self)
        spaced(line, 8, 5, 8, 5, 4)
        for key, text in (("open-folder", "Open folder"), ("open-hub", "Open hub repository")):
            line.addWidget(self._tool(actions[key], key, tr(text)))
        self.recent = tool(tr("Recent"))
        self.recent.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.recent.setMenu(QMenu(self.recent))
        self._decorate(self.recent, "recent")
        line.addWidget(self.recent)
        line.addStretch(1)
        self.search = QPushButton(tr("Search everything   Ctrl+K"))
        self.search.setAccessibleName(tr("Search everything"))
        self.search.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.search.setMinimumWidth(200)
        self.search.clicked.connect(actions["palette"].trigger)
        self._decorate(self.search, "search")
        line.addWidget(self.search)
        self.present = self._tool(actions["present"], "present", tr("Present"))
        line.addWidget(self.present)
        self.sign = QPushButton(tr("Sign"))
        self.sign.setAccessibleName(tr("Sign"))
        self.sign.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.sign.clicked.connect(actions["sign"].trigger)
        self._decorate(self.sign, "sign")
        line.addWidget(self.sign)
        look.changed.connect(self._redecorate)
        self._needed = 0  # pixels for all the words

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Words where there is room for all of them; else the signs alone, with the words as tips."""
        if not self._needed:
            self._say_words(True)
            margins = self.layout().contentsMargins()
            widths = [widget.sizeHint().width() + 4 for widget, _ in self._buttons]
            self._needed = sum(widths) + margins.left() + margins.right()
        self._say_words(self.width() >= self._needed)

    def _say_words(self, words: bool) -> None:
        style = Qt.ToolButtonStyle
        for widget, _ in self._buttons:
            if isinstance(widget, QToolButton):
                widget.setToolButtonStyle(
                    style.ToolButtonTextBesideIcon if words else style.ToolButtonIconOnly
                )
                if not widget.toolTip():
                    widget.setToolTip(widget.text())
        self.search.setText(tr("Search everything   Ctrl+K") if words else tr("Search"))
        self.search.setMinimumWidth(200 if words else 0)

    def _tool(self, action: QAction, icon: str, text: str) -> QToolButton:
        made = tool(text)
        made.setToolTip(action.toolTip())
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        made.clicked.connect(action.trigger)
        self._decorate(made, {"open-folder": "folder", "open-hub": "hub"}.get(icon, icon))
        return made

    def _decorate(self, widget: QToolButton | QPushButton, icon: str) -> None:
        self._buttons.append((widget, icon))
        widget.setIconSize(QSize(16, 16))
        if isinstance(widget, QToolButton):
            widget.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)

    def _redecorate(self) -> None:
        for widget, icon in self._buttons:
            widget.setIcon(self.look.icon(icon))
            widget.setIconSize(QSize(round(16 * self.look.scale), round(16 * self.look.scale)))
        self._needed = 0
        self._arrange()

    def set_open(self, is_open: bool) -> None:
        """Greys out what needs a target."""
        self.present.setEnabled(is_open)
        self.sign.setEnabled(is_open)

    def set_recent(self, targets: list[str]) -> None:
        menu = self.recent.menu()
        menu.clear()
        for target in targets:
            entry = menu.addAction(label(target, 90))
            entry.setToolTip(shown(target))
            entry.triggered.connect(lambda _=False, target=target: self.recent_wanted.emit(target))
        self.recent.setEnabled(bool(targets))
