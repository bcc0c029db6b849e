"""A scroll area that shows a view at a zoom: which part is seen, and how to come to another.

Qt's scroll bars hold the place in whole pixels; a view smaller than the viewport stands in its middle.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QVariantAnimation, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from inspector.gui.graph.places import Places
from inspector.views import PlacedNode, View

LARGEST_ZOOM = 4.0
SMALLEST_ZOOM = 0.02
# Names are 16 pixels at zoom 1: fitting never goes below, except for the map.
LEGIBLE_ZOOM = 1.0
_LARGEST_FIT = 1.6
_AROUND = 24.0  # units of the view that are left free around a node
_GLIDE = 160  # milliseconds
EMPTY = View("story", (), (), "", 0.0, 0.0, 0, 0)


class ScrolledView(QAbstractScrollArea):
    """Zoom and place of one view.

    Attributes: ``view`` and ``places`` (its index), ``selected`` (the id of the chosen node or stack),
    ``zoom`` (1 shows names at 16 pixels times ``scale``), ``scale`` (the interface scale), ``motion``
    (whether it may glide to a place instead of jumping there).
    """

    zoom_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view: View = EMPTY
        self.places = Places(EMPTY)
        self.selected: str | None = None
        self.zoom = 1.0
        self.scale = 1.0
        self.motion = True
        self._fitted = True
        self._glide = QVariantAnimation(self)
        self._glide.setDuration(_GLIDE)
        self._glide.valueChanged.connect(self._scroll_to)

    @property
    def pixels(self) -> float:
        """Device-independent pixels per unit of the view."""
        return self.zoom * self.scale

    def fit(self) -> None:
        """The zoom that shows all, but never one at which names could not be read; then the anchor."""
        area = self.viewport().size()
        wide = area.width() / max(self.view.width * self.scale, 1.0)
        high = area.height() / max(self.view.height * self.scale, 1.0)
        whole = min(wide, high)
        if self.view.name == "map":
            zoom = min(max(whole, SMALLEST_ZOOM), 1.0)
        else:
            zoom = min(max(whole, LEGIBLE_ZOOM), _LARGEST_FIT)
        self._set_zoom(zoom)
        self._fitted = True
        self._range()
        node = self.places.node(self.selected) or self.places.node(self.view.anchor)
        if node is not None and whole < zoom:
            self._show_start(node)
        self.viewport().update()

    def zoom_by(self, factor: float, about: QPointF | None = None) -> None:
        """Zooms; the point ``about`` (of the viewport, else its middle) stays where it is."""
        self._fitted = False
        about = about if about is not None else QPointF(self.viewport().rect().center())
        fixed = self.point_at(about)
        self._set_zoom(min(max(self.zoom * factor, SMALLEST_ZOOM), LARGEST_ZOOM))
        self._range()
        left, top = fixed.x() * self.pixels - about.x(), fixed.y() * self.pixels - about.y()
        self._scroll_to(QPointF(left, top))
        self.viewport().update()

    def _set_zoom(self, zoom: float) -> None:
        if zoom != self.zoom:
            self.zoom = zoom
            self.zoom_changed.emit(zoom)

    def point_at(self, position: QPointF) -> QPointF:
        """The point of the view under a position of the viewport."""
        left, top = self._corner()
        return QPointF((position.x() + left) / self.pixels, (position.y() + top) / self.pixels)

    def position_of(self, point: QPointF) -> QPointF:
        left, top = self._corner()
        return QPointF(point.x() * self.pixels - left, point.y() * self.pixels - top)

    def shown_area(self) -> QRectF:
        """The part of the view that the viewport shows."""
        size = self.viewport().size()
        return QRectF(self.point_at(QPointF(0, 0)), self.point_at(QPointF(size.width(), size.height())))

    def centre_on(self, point: QPointF) -> None:
        self._centre(point)

    def _corner(self) -> tuple[float, float]:
        """The viewport's corner in pixels of the view; a smaller view stands in the viewport's middle."""
        size = self.viewport().size()
        left: float = self.horizontalScrollBar().value()
        top: float = self.verticalScrollBar().value()
        spare_x = size.width() - self.view.width * self.pixels
        spare_y = size.height() - self.view.height * self.pixels
        return (-spare_x / 2 if spare_x > 0 else left, -spare_y / 2 if spare_y > 0 else top)

    def _range(self) -> None:
        size = self.viewport().size()
        for bar, length, window in (
            (self.horizontalScrollBar(), self.view.width, size.width()),
            (self.verticalScrollBar(), self.view.height, size.height()),
        ):
            bar.setRange(0, max(round(length * self.pixels) - window, 0))
            bar.setPageStep(window)
            bar.setSingleStep(40)

    def _scroll_to(self, corner: QPointF) -> None:
        self.horizontalScrollBar().setValue(round(corner.x()))
        self.verticalScrollBar().setValue(round(corner.y()))

    def _centre(self, point: QPointF) -> None:
        size = self.viewport().size()
        self._scroll_to(
            QPointF(point.x() * self.pixels - size.width() / 2, point.y() * self.pixels - size.height() / 2)
        )

    def _show_start(self, node: PlacedNode) -> None:
        """The anchor at the left edge and in the middle of the height; a chosen node with as much of the way
        that leads to it as there is room for."""
        size = self.viewport().size()
        if node.id == self.selected:
            self._scroll_to(self._with_its_way(node))
            return
        top = (node.y + node.h / 2) * self.pixels - size.height() / 2
        left = (node.x - 32) * self.pixels
        if (node.x + node.w) * self.pixels <= size.width() * 0.4:
            left = 0
        self._scroll_to(QPointF(left, top))

    def _with_its_way(self, node: PlacedNode) -> QPointF:
        """The corner from which ``node`` is seen whole, and the most of what leads to it from the anchor."""
        size = self.viewport().size()
        wide, high = size.width() / self.pixels, size.height() / self.pixels
        left = node.x + node.w / 2 - wide / 2
        middle = node.y + node.h / 2
        anchor = self.places.node(self.view.anchor)
        if anchor is not None and anchor.x < node.x:
            left = max(anchor.x - _AROUND, node.x + node.w + _AROUND - wide)
        if anchor is not None and abs(anchor.y - node.y) + node.h + 2 * _AROUND <= high:
            middle = (middle + anchor.y + anchor.h / 2) / 2
        return QPointF(left * self.pixels, (middle - high / 2) * self.pixels)

    def _into_sight(self, node: PlacedNode) -> None:
        shown = self.shown_area()
        box = QRectF(node.x, node.y, node.w, node.h).adjusted(-_AROUND, -_AROUND, _AROUND, _AROUND)
        if shown.contains(box):
            return
        if self.zoom < 0.4 and self.view.name == "map":
            return
        left, top = self._corner()
        dx = min(box.left() - shown.left(), 0) or max(box.right() - shown.right(), 0)
        dy = min(box.top() - shown.top(), 0) or max(box.bottom() - shown.bottom(), 0)
        self._go_to(QPointF(left + dx * self.pixels, top + dy * self.pixels))

    def _go_to(self, goal: QPointF) -> None:
        """Glides to a corner, or jumps where nothing is to move."""
        left, top = self._corner()
        if not self.motion or not self.isVisible():
            self._scroll_to(goal)
            return
        self.stop_gliding()
        self._glide.setStartValue(QPointF(left, top))
        self._glide.setEndValue(goal)
        self._glide.start()

    def set_scale(self, factor: float) -> None:
        """The interface scale, 0.8 to 2.5; what is in the middle stays there."""
        middle = self.point_at(QPointF(self.viewport().rect().center()))
        self.scale = factor
        self._range()
        self._centre(middle)
        self.viewport().update()

    def stop_gliding(self) -> None:
        """Whoever takes hold of the view has it at once."""
        self._glide.stop()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._range()
        if not event.oldSize().isValid() or (self._fitted and self.view.name == "map"):
            self.fit()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().update()
