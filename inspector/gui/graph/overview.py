"""The whole map as one small picture: the minimap, and what is shown while tiles are still being painted."""

from __future__ import annotations

from collections.abc import Generator

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPixmap

from inspector.gui.graph.inks import Inks
from inspector.gui.graph.paint import paint_far_boxes, paint_far_findings
from inspector.views import View

_LONG_SIDE = 2200
_STEP = 400
_TRUNKS = 1500
_TRUNK_STEP = 30
_SQUARES = 48
_STRONG = 0.03  # of all lines: a trunk of that many is drawn as strong as any


class Overview:
    """A picture of a view at the far level. ``steps`` paints it a few milliseconds at a time."""

    def __init__(self, view: View, inks: Inks) -> None:
        self.view = view
        self.inks = inks
        self.zoom = _LONG_SIDE / max(view.width, view.height, 1.0)
        self.pixmap = QPixmap(max(round(view.width * self.zoom), 1), max(round(view.height * self.zoom), 1))
        self.pixmap.fill(inks.window)
        self.done = False

    def steps(self) -> Generator[None, None, None]:
        """Trunks, then nodes, then findings on top; yields after every few hundred of them."""
        trunks: dict[tuple[int, int, int, int], int] = {}
        square = max(self.view.width, self.view.height, 1.0) / _SQUARES
        for place, edge in enumerate(self.view.edges):
            (x0, y0), (x1, y1) = edge.points[0], edge.points[-1]
            key = (int(x0 // square), int(y0 // square), int(x1 // square), int(y1 // square))
            trunks[key] = trunks.get(key, 0) + 1
            if place % (4 * _STEP) == 4 * _STEP - 1:
                yield
        strongest = sorted(trunks.items(), key=lambda item: (-item[1], item[0]))[:_TRUNKS]
        strong = max(len(self.view.edges) * _STRONG, 1.0)
        for start in range(0, len(strongest), _TRUNK_STEP):
            self._trunks(strongest[start : start + _TRUNK_STEP], square, strong)
            yield
        nodes = self.view.nodes
        for start in range(0, len(nodes), _STEP):
            painter = self._painter()
            paint_far_boxes(painter, self.inks, list(nodes[start : start + _STEP]))
            painter.end()
            yield
        risky = [node for node in nodes if node.severity]
        for start in range(0, len(risky), _STEP):
            painter = self._painter()
            paint_far_findings(painter, self.inks, risky[start : start + _STEP])
            painter.end()
            yield
        self.done = True

    def paint(self, painter: QPainter, target: QRectF, area: QRectF) -> None:
        """Paints ``area`` (of the view) into ``target`` (of the painter)."""
        zoom = self.zoom
        source = QRectF(area.x() * zoom, area.y() * zoom, area.width() * zoom, area.height() * zoom)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(target, self.pixmap, source)

    def _painter(self) -> QPainter:
        painter = QPainter(self.pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(self.zoom, self.zoom)
        return painter

    def _trunks(
        self, trunks: list[tuple[tuple[int, int, int, int], int]], square: float, strong: float
    ) -> None:
        """Many lines between the same two squares are one line, the stronger the more there are; ``strong``
        lines make the strongest. Where all go to different places, none of them stands out."""
        painter = self._painter()
        for (x0, y0, x1, y1), count in trunks:
            colour = self.inks.edge.toRgb()
            share = min(count / strong, 1.0)
            colour.setAlphaF(0.1 + 0.55 * share)
            painter.setPen(QPen(colour, (0.8 + 2.2 * share) / self.zoom, Qt.PenStyle.SolidLine))
            painter.drawLine(
                QPointF((x0 + 0.5) * square, (y0 + 0.5) * square),
                QPointF((x1 + 0.5) * square, (y1 + 0.5) * square),
            )
        painter.end()
