"""The look that is on: tokens and scale, and the icons and words that marks are shown with."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QIcon

from inspector.gui import icons
from inspector.gui.marks import ICONS
from inspector.gui.theme import LIGHT, Tokens


class Look(QObject):
    """Shared by all parts of one window. ``changed`` after the theme or the scale changed."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.tokens: Tokens = LIGHT
        self.scale = 1.0

    def set(self, tokens: Tokens, scale: float) -> None:
        self.tokens = tokens
        self.scale = scale
        self.changed.emit()

    def icon(self, name: str) -> QIcon:
        return icons.icon(name, self.tokens.ink, self.tokens.edge)

    def severity_icon(self, severity: str) -> QIcon:
        return icons.icon(f"severity-{severity}", self.severity_colour(severity))

    def severity_colour(self, severity: str) -> str:
        return self.tokens.severity.get(severity, self.tokens.sub)

    def kind_icon(self, kind: str) -> QIcon:
        colours = self.tokens.kind.get(kind, self.tokens.sub), self.tokens.plate_ink
        made = QIcon()
        for size, ratio in icons.PLATES:
            plate = icons.plate(kind, *colours, size, ratio)
            made.addPixmap(plate)
            made.addPixmap(plate, QIcon.Mode.Selected)  # Qt would tint it
        return made

    def mark_icon(self, mark: str) -> QIcon:
        return icons.icon(ICONS.get(mark, "mark-unknown"), self.mark_colour(mark))

    def mark_colour(self, mark: str) -> str:
        return self.tokens.unknown if mark == "unknown" else self.tokens.risk
