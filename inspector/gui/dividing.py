"""The three parts of the window side by side: inventory, tabs, node pane, and how much room each has."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QWidget

# Widths in pixels at scale 1, and the most of the window that a side may take at that scale and above it.
_LEFT, _RIGHT = 232, 362
_MOST_LEFT, _MOST_RIGHT = 0.17, 0.258
_MOST_LEFT_LARGE, _MOST_RIGHT_LARGE = 0.2, 0.33
_LEAST_LEFT, _LEAST_MIDDLE, _LEAST_RIGHT = 170, 420, 260


class Parts(QSplitter):
    """Divides itself as is usual for the window's width and scale until the reviewer moves a divider."""

    def __init__(self, parts: Sequence[QWidget]) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.by_hand = False  # whether the reviewer has divided it
        self._scale = 1.0
        self._least_pane = 0
        self.setHandleWidth(1)
        self.setChildrenCollapsible(False)
        for part in parts:
            self.addWidget(part)
        self.setStretchFactor(1, 1)
        self.splitterMoved.connect(self._moved)

    def restore(self, sizes: object) -> None:
        """Takes the sizes of the last time where there are some."""
        if isinstance(sizes, list) and len(sizes) == 3 and all(isinstance(size, int) for size in sizes):
            self.by_hand = True
            self.setSizes(sizes)
        else:
            self.divide()

    def kept(self) -> list[int] | None:
        """The sizes to restore the next time; None where they are the usual ones."""
        return self.sizes() if self.by_hand else None

    def scale_to(self, scale: float, least_pane: int) -> None:
        """Takes the interface scale; ``least_pane`` are the pixels that the node pane cannot do without."""
        changed = abs(scale - self._scale) > 0.01
        self._scale, self._least_pane = scale, least_pane
        self._keep_room()
        if changed:
            self.by_hand = False
            self.divide()

    def divide(self) -> None:
        """The sides grow with the type, but leave the middle its room."""
        whole, large = self.width(), self._scale > 1
        most_left = whole * (_MOST_LEFT_LARGE if large else _MOST_LEFT)
        most_right = whole * (_MOST_RIGHT_LARGE if large else _MOST_RIGHT)
        left = max(round(min(_LEFT * self._scale, most_left)), self.widget(0).minimumWidth())
        right = max(round(min(_RIGHT * self._scale, most_right)), self.widget(2).minimumWidth())
        self.setSizes([left, max(whole - left - right, self.widget(1).minimumWidth()), right])

    def _moved(self, *_: int) -> None:
        self.by_hand = True

    def _keep_room(self) -> None:
        """The least that each part needs, as far as the window has it: large type never pushes one out."""
        whole = self.width()
        pane = max(round(_LEAST_RIGHT * self._scale), self._least_pane)
        self.widget(0).setMinimumWidth(min(round(_LEAST_LEFT * self._scale), round(whole * 0.2)))
        self.widget(1).setMinimumWidth(min(_LEAST_MIDDLE, round(whole * 0.4)))
        self.widget(2).setMinimumWidth(min(pane, round(whole * 0.33)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._keep_room()
        if not self.by_hand:
            self.divide()
