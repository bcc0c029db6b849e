"""The canvas: shows one view, scrolls, zooms, and lets nodes and lines be chosen by pointer and keys.

Small views are painted afresh in every frame (a hundred cards take about ten milliseconds); large ones
come from tiles.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from itertools import pairwise
from time import perf_counter

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QToolTip, QWidget

from inspector.gui.graph import accessible
from inspector.gui.graph.inks import Inks
from inspector.gui.graph.overview import Overview
from inspector.gui.graph.paint import Level, paint_background, paint_edges, paint_nodes
from inspector.gui.graph.places import Places
from inspector.gui.graph.scrolled import ScrolledView
from inspector.gui.graph.tiles import TileLayer
from inspector.gui.graph.tips import edge_tip, node_tip
from inspector.gui.texts import tr
from inspector.views import PlacedNode, View, hot_path

_DIRECT_LIMIT = 160  # nodes; above, tiles
_SLICE = 0.006
_STEP = 1.2
_DIMMED = 0.28  # opacity of what is off the path under the spotlight
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class GraphCanvas(ScrolledView):
    """Paints ``view``. ``selected`` is the id of the chosen node or stack, None for none.

    ``zoom`` is without the interface scale: 1 shows names at 16 pixels times the scale.
    """

    node_selected = Signal(str)
    node_activated = Signal(str)
    stack_opened = Signal(str)
    edge_selected = Signal(object)
    filled = Signal()  # the index of a large view is complete

    def __init__(self, inks: Inks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        accessible.install()
        self.inks = inks
        self.message = ""
        self.spotlight = False  # dims what is off the path to the chosen node
        self.way_to: Callable[[str], list[str]] | None = None
        self.overview: Overview | None = None
        self._tiles: TileLayer | None = None
        self._hot: list[int] = []
        self._on_path: frozenset[str] = frozenset()
        self._picked = -1
        self._hovered: str | None = None
        self._grabbed: QPointF | None = None
        self._dragged = False
        self._work: list[Generator[None, None, None]] = []
        self._work_timer = QTimer(self)
        self._work_timer.setInterval(0)
        self._work_timer.timeout.connect(self._do_a_slice)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Provenance graph"))
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(240, 160)

    # What is shown

    def set_view(self, view: View, *, keep_place: bool = False) -> None:
        """Shows ``view``; ``keep_place`` leaves zoom and scroll as they are (the graph grew in a scan)."""
        self.view = view
        self.places = Places(view)
        self._picked = -1
        self._hovered = None
        self._work.clear()
        self._work_timer.stop()
        self._tiles = None
        self.overview = None
        if self.is_tiled:
            self.overview = Overview(view, self.inks)
            self._tiles = TileLayer(self.places, self.inks, self.overview)
            self._work = [self.overview.steps(), self.places.fill()]
            self._work_timer.start()
        else:
            for _ in self.places.fill():
                pass
        self._heat()
        if keep_place:
            self._range()
        else:
            self.fit()
        accessible.announce_view(self)
        self.viewport().update()

    @property
    def is_tiled(self) -> bool:
        return len(self.view.nodes) > _DIRECT_LIMIT

    def set_inks(self, inks: Inks) -> None:
        self.inks = inks
        if self.view.nodes:
            self.set_view(self.view, keep_place=True)
        self.viewport().update()

    def set_message(self, text: str) -> None:
        """A sentence shown instead of an empty canvas, or over one that is being laid out."""
        self.message = text
        self.viewport().update()

    def select(self, key: str | None, *, show: bool = True) -> None:
        """Chooses a node without telling anyone; ``show`` scrolls it into sight."""
        self.selected = key
        self._picked = -1
        self._heat()
        node = self.places.node(key)
        if node is not None and show:
            if self.spotlight:  # who looks on wants to see how it is reached, not the node alone
                self._go_to(self._with_its_way(node))
            else:
                self._into_sight(node)
        if node is not None and self.hasFocus():
            accessible.announce_selection(self)
        self.viewport().update()

    def finish(self) -> None:
        """Does all the work that is left at once: for pictures and tests."""
        for work in self._work:
            for _ in work:
                pass
        if self._work:
            self._work.clear()
            self._heat()
            self.filled.emit()
        self._work_timer.stop()
        if self._tiles is not None:
            left, top = self._corner()
            self._tiles.make_all(self.pixels, self.viewport().rect(), left, top)
        self.viewport().update()

    def _heat(self) -> None:
        """Only one path is hot: from the anchor to what is chosen."""
        if self.is_tiled:
            self._hot = self._known_way()
        else:
            self._hot = hot_path(self.view, self.selected)
        ends = {self.view.edges[place].target for place in self._hot}
        ends |= {self.view.edges[place].source for place in self._hot}
        self._on_path = frozenset(ends)

    def _known_way(self) -> list[int]:
        """On a large map the way is not searched for: whoever set ``way_to`` knows it."""
        if self.selected is None or self.way_to is None or self.places.node(self.selected) is None:
            return []
        way = self.way_to(self.selected)
        steps = (self.places.edge_between(one, other) for one, other in pairwise(way))
        return [step for step in steps if step is not None]

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        complete = self.paint_on(painter, self.viewport().rect(), self.devicePixelRatioF())
        painter.end()
        if not complete and not self._work_timer.isActive():
            QTimer.singleShot(0, self.viewport().update)

    def paint_on(self, painter: QPainter, window: QRect, ratio: float) -> bool:
        """Paints what the viewport shows; False where tiles are still missing."""
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        paint_background(painter, self.inks, QRectF(window))
        complete = True
        left, top = self._corner()
        if self._tiles is not None:
            complete = self._tiles.paint(painter, window, left, top, self.pixels, ratio)
        painter.save()
        painter.translate(-left, -top)
        painter.scale(self.pixels, self.pixels)
        if self._tiles is None:
            self._paint_view(painter)
        else:
            self._paint_chosen(painter)
        painter.restore()
        if self.message:
            self._paint_message(painter, window)
        if self.hasFocus():
            painter.setPen(self.inks.accent)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(window.adjusted(0, 0, -1, -1))
        return complete

    def _paint_view(self, painter: QPainter) -> None:
        level = Level.at(self.pixels)
        lit = self._on_path if self.spotlight else frozenset()
        area = self.shown_area().adjusted(-20, -20, 20, 20)
        nodes = list(self.places.nodes_in(area))
        if lit:
            painter.setOpacity(_DIMMED)
            paint_edges(painter, self.inks, self.view.edges, (), -1)
            paint_nodes(painter, self.inks, [node for node in nodes if node.id not in lit], level)
            painter.setOpacity(1.0)
            nodes = [node for node in nodes if node.id in lit]
        edges = [self.view.edges[place] for place in self._hot] if lit else self.view.edges
        hot = range(len(self._hot)) if lit else self._hot
        paint_edges(painter, self.inks, edges, hot, -1 if lit else self._picked)
        paint_nodes(
            painter,
            self.inks,
            nodes,
            level,
            selected=self.selected,
            hovered=self._hovered,
            on_path=self._on_path,
        )

    def _paint_chosen(self, painter: QPainter) -> None:
        """Over the tiles: the chosen node with all its lines, and the way from the project to it."""
        edges = self.view.edges
        if self.selected is not None:
            lines = [edges[place] for place in self.places.edges_of(self.selected)]
            paint_edges(painter, self.inks, lines, strong=True)
        paint_edges(painter, self.inks, [edges[place] for place in self._hot], range(len(self._hot)))
        keys = {self.selected, self._hovered, *self._on_path} - {None}
        nodes = [node for node in map(self.places.node, sorted(keys)) if node is not None]
        area = self.shown_area()
        nodes = [node for node in nodes if area.intersects(QRectF(node.x, node.y, node.w, node.h))]
        paint_nodes(
            painter,
            self.inks,
            nodes,
            Level.at(self.pixels),
            selected=self.selected,
            hovered=self._hovered,
            on_path=self._on_path,
        )

    def _paint_message(self, painter: QPainter, window: QRect) -> None:
        painter.setFont(self.inks.name_font)
        metrics = self.inks.name_metrics
        flags = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)
        room = QRect(0, 0, min(window.width() - 80, 36 * metrics.averageCharWidth()), window.height())
        words = metrics.boundingRect(room, flags, self.message)
        box = QRectF(words.adjusted(-20, -14, 20, 14))
        box.moveCenter(QPointF(window.center()))
        painter.setPen(self.inks.edge)
        painter.setBrush(self.inks.surface)
        painter.drawRoundedRect(box, 8, 8)
        painter.setPen(self.inks.ink)
        painter.drawText(box.adjusted(20, 14, -20, -14), flags, self.message)

    def _do_a_slice(self) -> None:
        until = perf_counter() + _SLICE
        while self._work:
            if next(self._work[0], self) is self:
                self._work.pop(0)
            if perf_counter() > until:
                return
        self._work_timer.stop()
        self._heat()
        self.filled.emit()
        self.viewport().update()

    # Pointer and keys

    def node_at(self, position: QPointF) -> PlacedNode | None:
        return self.places.node_at(self.point_at(position)) if self.places.filled else None

    def node_at_global(self, position: QPoint) -> PlacedNode | None:
        return self.node_at(QPointF(self.viewport().mapFromGlobal(position)))

    def global_rect(self, node: PlacedNode) -> QRect:
        """Where a node stands on the screen."""
        corner = self.viewport().mapToGlobal(self.position_of(QPointF(node.x, node.y)).toPoint())
        return QRect(corner, QSize(round(node.w * self.pixels), round(node.h * self.pixels)))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self.stop_gliding()
            self._grabbed = event.position()
            self._dragged = False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grabbed is None:
            self._hover(event.position())
            return
        moved = event.position() - self._grabbed
        if self._dragged or moved.manhattanLength() > 5:
            self._dragged = True
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
            self.horizontalScrollBar().setValue(round(self.horizontalScrollBar().value() - moved.x()))
            self.verticalScrollBar().setValue(round(self.verticalScrollBar().value() - moved.y()))
            self._grabbed = event.position()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        clicked = (
            self._grabbed is not None and not self._dragged and event.button() == Qt.MouseButton.LeftButton
        )
        self._grabbed = None
        self.viewport().unsetCursor()
        if not clicked:
            return
        node = self.node_at(event.position())
        if node is not None:
            self._choose(node)
            return
        place = self.places.edge_at(self.point_at(event.position()), 7.0 / min(self.pixels, 1.0))
        if place is not None and self.pixels >= 0.3:
            self._picked = place
            self.viewport().update()
            self.edge_selected.emit(self.view.edges[place])

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        node = self.node_at(event.position())
        if node is not None:
            self._activate(node)

    def wheelEvent(self, event: QWheelEvent) -> None:
        steps = event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            bar = self.horizontalScrollBar()
            bar.setValue(bar.value() - (steps.y() or steps.x()))
        elif steps.y():
            self.zoom_by(_STEP ** (steps.y() / 120), event.position())
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain_key = not event.modifiers() & ~(
            Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier
        )
        key = event.key()
        if plain_key and key in _ARROWS:
            self._step(*_ARROWS[key])
        elif plain_key and key == Qt.Key.Key_Home:
            node = self.places.node(self.view.anchor)
            if node is not None:
                self._choose(node)
        elif plain_key and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            node = self.places.node(self.selected)
            if node is not None:
                self._activate(node)
        elif plain_key and key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom_by(_STEP)
        elif plain_key and key == Qt.Key.Key_Minus:
            self.zoom_by(1 / _STEP)
        else:
            # Not the scroll area's own handling: every other key belongs to the window.
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        accessible.announce_selection(self)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def _step(self, dx: int, dy: int) -> None:
        start = self.places.node(self.selected) or self.places.node(self.view.anchor)
        if start is None:
            return
        if self.places.node(self.selected) is None:
            self._choose(start)
            return
        node = self.places.beside(start.id, dx, dy)
        if node is not None:
            self._choose(node)

    def _choose(self, node: PlacedNode) -> None:
        self.select(node.id)
        if not node.stack:
            self.node_selected.emit(node.id)

    def _activate(self, node: PlacedNode) -> None:
        if node.stack:
            self.stack_opened.emit(node.id)
        else:
            self.node_activated.emit(node.id)

    def _hover(self, position: QPointF) -> None:
        node = self.node_at(position)
        key = node.id if node is not None else None
        if key != self._hovered:
            self._hovered = key
            self.viewport().setCursor(
                Qt.CursorShape.PointingHandCursor if node is not None else Qt.CursorShape.ArrowCursor
            )
            self.viewport().update()
        where = self.viewport().mapToGlobal(position.toPoint())
        if node is not None:
            QToolTip.showText(where, node_tip(node), self.viewport(), self._hint_rect(node))
            return
        place = self.places.edge_at(self.point_at(position)) if self.pixels >= 0.4 else None
        if place is None:
            QToolTip.hideText()
        else:
            QToolTip.showText(where, edge_tip(self.view.edges[place], self.places), self.viewport())

    def _hint_rect(self, node: PlacedNode) -> QRect:
        corner = self.position_of(QPointF(node.x, node.y)).toPoint()
        return QRect(corner, QSize(round(node.w * self.pixels), round(node.h * self.pixels)))
