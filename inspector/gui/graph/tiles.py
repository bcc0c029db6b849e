"""The map in tiles: painted once, kept, and painted a few at a time so that no frame is late.

Painting in another thread was measured and fails: the painter holds the interpreter lock while it
strokes, and the window stands still for seconds. So tiles are painted in the window's own thread, for a
few milliseconds per frame, and what is missing is shown from the overview until it is there.
"""

from __future__ import annotations

from collections import OrderedDict
from time import perf_counter

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPixmap

from inspector.gui.graph.inks import Inks
from inspector.gui.graph.overview import Overview
from inspector.gui.graph.paint import Level, course, paint_nodes
from inspector.gui.graph.places import Places

SIDE = 256  # device-independent pixels
BUDGET = 0.004  # seconds of painting per frame; the last tile may take a few more
_KEPT_BYTES = 96 * 1024 * 1024

_Key = tuple[int, int, int]


class TileLayer:
    """Paints the area of a large view at any zoom from kept tiles.

    ``zoom`` is device-independent pixels per unit of the view, ``ratio`` the screen's pixel ratio.
    """

    def __init__(self, places: Places, inks: Inks, overview: Overview) -> None:
        self.places = places
        self.inks = inks
        self.overview = overview
        self._tiles: OrderedDict[_Key, QPixmap] = OrderedDict()
        self._ratio = 1.0
        self._last_rank = -1

    def paint(
        self, painter: QPainter, window: QRect, left: float, top: float, zoom: float, ratio: float
    ) -> bool:
        """Paints the part of the view whose pixel (left, top) is the window's corner.

        True where every tile was there; False where another frame is due for the missing ones.
        """
        if ratio != self._ratio:
            self._tiles.clear()
            self._ratio = ratio
        if zoom <= self.overview.zoom * 1.15 or not self.places.filled:
            area = QRectF(left / zoom, top / zoom, window.width() / zoom, window.height() / zoom)
            self.overview.paint(painter, QRectF(window), area)
            return True
        rank = round(zoom * 10_000)
        missing: list[_Key] = []
        there: list[tuple[QRectF, QPixmap]] = []
        for column in range(int(left // SIDE), int((left + window.width()) // SIDE) + 1):
            for row in range(int(top // SIDE), int((top + window.height()) // SIDE) + 1):
                key = (rank, column, row)
                tile = self._tiles.get(key)
                target = QRectF(column * SIDE - left, row * SIDE - top, SIDE, SIDE)
                if tile is None:
                    missing.append(key)
                else:
                    self._tiles.move_to_end(key)
                    there.append((target, tile))
        if len(missing) > len(there):
            area = QRectF(left / zoom, top / zoom, window.width() / zoom, window.height() / zoom)
            self.overview.paint(painter, QRectF(window), area)
        else:
            for _, column, row in missing:
                target = QRectF(column * SIDE - left, row * SIDE - top, SIDE, SIDE)
                self.overview.paint(painter, target, _area((rank, column, row), zoom))
        for target, tile in there:
            painter.drawPixmap(target, tile, QRectF(0, 0, SIDE * ratio, SIDE * ratio))
        # While the zoom is being turned, tiles made now would be thrown away in the next frame.
        if rank == self._last_rank:
            self._make(missing, zoom, window, left, top)
        self._last_rank = rank
        return not missing

    def make_all(self, zoom: float, window: QRect, left: float, top: float) -> None:
        """Paints every missing tile of the window now, however long it takes: for pictures."""
        rank = round(zoom * 10_000)
        for column in range(int(left // SIDE), int((left + window.width()) // SIDE) + 1):
            for row in range(int(top // SIDE), int((top + window.height()) // SIDE) + 1):
                if (rank, column, row) not in self._tiles:
                    self._keep((rank, column, row), zoom)

    def _make(self, missing: list[_Key], zoom: float, window: QRect, left: float, top: float) -> None:
        middle_x = (left + window.width() / 2) / SIDE - 0.5
        middle_y = (top + window.height() / 2) / SIDE - 0.5
        missing.sort(key=lambda key: (abs(key[1] - middle_x) + abs(key[2] - middle_y), key))
        until = perf_counter() + BUDGET
        for key in missing:
            self._keep(key, zoom)
            if perf_counter() > until:
                return

    def _keep(self, key: _Key, zoom: float) -> None:
        self._tiles[key] = self._painted(key, zoom)
        size = int((SIDE * self._ratio) ** 2 * 4)
        while len(self._tiles) * size > _KEPT_BYTES:
            self._tiles.popitem(last=False)

    def _painted(self, key: _Key, zoom: float) -> QPixmap:
        pixels = round(SIDE * self._ratio)
        tile = QPixmap(pixels, pixels)
        tile.fill(self.inks.window)
        area = _area(key, zoom)
        level = Level.at(zoom)
        painter = QPainter(tile)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, level > Level.FAR or zoom > 0.15)
        painter.scale(zoom * self._ratio, zoom * self._ratio)
        painter.translate(-area.topLeft())
        edges = self.places.view.edges
        pen = QPen(self.inks.edge, max(1.2, 0.8 / zoom) if level > Level.FAR else 0.7 / zoom)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        for number in self.places.edges_in(area):
            if level is Level.FAR:
                (x0, y0), (x1, y1) = edges[number].points[0], edges[number].points[-1]
                painter.setPen(pen)
                painter.drawLine(QPointF(x0, y0), QPointF(x1, y1))
            else:
                painter.strokePath(course(edges[number]), pen)
        # A margin, so that shadows, diamonds and outlines of neighbours are not cut at the seam.
        margin = 40.0 if level > Level.FAR else 40.0 + 6.0 / zoom
        nodes = self.places.nodes_in(area.adjusted(-margin, -margin, margin, margin))
        paint_nodes(painter, self.inks, nodes, level)
        painter.end()
        return tile


def _area(key: _Key, zoom: float) -> QRectF:
    _, column, row = key
    side = SIDE / zoom
    return QRectF(column * side, row * side, side, side)
