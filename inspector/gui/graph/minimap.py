"""The minimap: the overview in a corner of the canvas, with a frame round what the canvas shows."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from inspector.gui.graph.canvas import GraphCanvas
from inspector.gui.graph.paint import FAR_BELOW, paint_far
from inspector.gui.texts import tr

_LONG_SIDE = 220
_MARGIN = 14
_MOST_OF_THE_CANVAS = 0.45  # of its shorter side: the overview stands before what it is an overview of


class Minimap(QWidget):
    """Shows the whole view small; a press or a drag moves the canvas there."""

    def __init__(self, canvas: GraphCanvas) -> None:
        super().__init__(canvas)
        self.canvas = canvas
        self.setAccessibleName(tr("Map overview"))
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        # What the canvas shows changes in many ways; a look ten times a second is cheap and misses none.
        self._watch = QTimer(self)
        self._watch.setInterval(100)
        self._watch.timeout.connect(self._look)
        self._last: tuple[QRectF, bool] | None = None

    def place(self) -> None:
        """Takes the size of the view's shape and goes to the lower right corner."""
        view = self.canvas.view
        longest = max(view.width, view.height, 1.0)
        area = self.canvas.viewport().geometry()
        most = min(area.width(), area.height()) * _MOST_OF_THE_CANVAS
        factor = min(_LONG_SIDE * min(self.canvas.scale, 1.5), max(most, 60)) / longest
        self.resize(max(round(view.width * factor), 60), max(round(view.height * factor), 40))
        self.move(area.right() - self.width() - _MARGIN, area.bottom() - self.height() - _MARGIN)

    def want(self, on: bool) -> None:
        """Whether there is to be one. Where everything is seen and can be read, it is hidden all the same."""
        if on:
            self._last = None
            self._watch.start()
            self._look()
        else:
            self._watch.stop()
            self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        canvas = self.canvas
        inks = canvas.inks
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), inks.surface)
        zoom = self._zoom()
        if canvas.overview is not None:
            area = QRectF(0, 0, canvas.view.width, canvas.view.height)
            canvas.overview.paint(painter, QRectF(self.rect()), area)
        else:
            painter.save()
            painter.scale(zoom, zoom)
            paint_far(painter, inks, list(canvas.view.nodes), canvas.selected)
            painter.restore()
        shown = canvas.shown_area()
        frame = QRectF(shown.x() * zoom, shown.y() * zoom, shown.width() * zoom, shown.height() * zoom)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(inks.accent, 2))
        painter.drawRect(frame.intersected(QRectF(self.rect()).adjusted(1, 1, -1, -1)))
        painter.setPen(QPen(inks.edge, 1))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._go(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event.position())

    def _go(self, position: QPointF) -> None:
        zoom = self._zoom()
        self.canvas.centre_on(QPointF(position.x() / zoom, position.y() / zoom))
        self.update()

    def _zoom(self) -> float:
        return self.width() / max(self.canvas.view.width, 1.0)

    def _look(self) -> None:
        now = (self.canvas.shown_area(), self.canvas.overview is None or self.canvas.overview.done)
        if now != self._last:
            self._last = now
            whole = QRectF(0, 0, self.canvas.view.width, self.canvas.view.height)
            self.setVisible(self.canvas.pixels < FAR_BELOW or not now[0].contains(whole))
            self.place()
            self.update()
