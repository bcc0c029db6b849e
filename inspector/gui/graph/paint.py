"""How cards, lines and chips are painted: the same code for the window, the tiles, and every export.

All lengths are those of the view; the caller has set the painter's transform. ``level`` says how much
can be seen at the zoom at hand: far is grey with findings as diamonds, near is everything.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from enum import IntEnum

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPen, QPolygonF

from inspector.gui.graph.glyphs import draw_severity, draw_stroked
from inspector.gui.graph.inks import Inks
from inspector.gui.icons import ROUND_KINDS
from inspector.views.interface import (
    DETAIL_HEIGHT,
    PICKLE_BASED,
    RUNS_CODE,
    UNKNOWN,
    UNPINNED,
    PlacedEdge,
    PlacedNode,
)

_CORNER = 7.0
_PAD = 11.0
_PLATE = 34.0
_TEXT_LEFT = _PAD + _PLATE + 9.0
_FOOT = 26.0
_SIGN = 14.0
_FAR_HEIGHT = 56.0
_ARROW = 8.0
FAR_BELOW = 0.4
NEAR_FROM = 0.62


class Level(IntEnum):
    FAR = 0
    MIDDLE = 1  # kinds and names
    NEAR = 2

    @classmethod
    def at(cls, zoom: float) -> Level:
        """The level for a zoom in device-independent pixels per unit of the view."""
        return cls.FAR if zoom < FAR_BELOW else cls.MIDDLE if zoom < NEAR_FROM else cls.NEAR


def paint_background(painter: QPainter, inks: Inks, area: QRectF) -> None:
    painter.fillRect(area, inks.window)


def paint_edges(
    painter: QPainter,
    inks: Inks,
    edges: Iterable[PlacedEdge],
    hot: Collection[int] = (),
    picked: int = -1,
    *,
    strong: bool = False,
) -> None:
    """Lines, arrows and chips; the hot ones last, so that they lie on top. ``picked`` is the chosen one;
    ``strong`` draws the quiet ones in the ink of text."""
    numbered = list(enumerate(edges))
    # From afar lines keep a width that can be seen.
    grow = max(1.0, 0.5 / _zoom_of(painter))
    quiet = QPen(inks.ink if strong else inks.edge, 1.5 * (grow if strong else 1.0))
    for number, edge in numbered:
        if number not in hot and number != picked:
            _line(painter, edge, quiet)
    for number, edge in numbered:
        if number in hot:
            _line(painter, edge, QPen(inks.risk, 3.6 * grow))
    for number, edge in numbered:
        if number == picked:
            _line(painter, edge, QPen(inks.accent, 3.2 * grow))
    for number, edge in numbered:
        if edge.chip is not None:
            colour = inks.accent if number == picked else inks.risk if number in hot else inks.edge
            _chip(painter, inks, edge, colour, strong=number in hot or number == picked)


def paint_nodes(
    painter: QPainter,
    inks: Inks,
    nodes: Iterable[PlacedNode],
    level: Level = Level.NEAR,
    *,
    selected: str | None = None,
    hovered: str | None = None,
    on_path: Collection[str] = (),
) -> None:
    """Cards. At the far level they are grey boxes, and findings are diamonds large enough to be seen."""
    if level is Level.FAR:
        paint_far(painter, inks, list(nodes), selected)
        return
    for node in nodes:
        if node.stack:
            _stack_behind(painter, inks, node)
        _card(painter, inks, node, level, hovered == node.id, node.id in on_path)
        if node.id == selected:
            _frame(painter, inks, node)


def course(edge: PlacedEdge) -> QPainterPath:
    """The edge's line as a path."""
    points = edge.points
    path = QPainterPath(QPointF(*points[0]))
    for place in range(1, len(points) - 2, 3):
        path.cubicTo(QPointF(*points[place]), QPointF(*points[place + 1]), QPointF(*points[place + 2]))
    return path


def _line(painter: QPainter, edge: PlacedEdge, pen: QPen) -> None:
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.strokePath(course(edge), pen)
    end, before = edge.points[-1], edge.points[-2]
    heading = QLineF(QPointF(*before), QPointF(*end))
    if heading.length() < 0.01:
        return
    along = heading.unitVector()
    dx, dy = along.dx(), along.dy()
    size = _ARROW + pen.widthF()
    x, y = end
    back_x, back_y = x - dx * size, y - dy * size
    half = size * 0.5
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(pen.color())
    painter.drawPolygon(
        QPolygonF([
            QPointF(x, y), QPointF(back_x - dy * half, back_y + dx * half),
            QPointF(back_x + dy * half, back_y - dx * half),
        ])
    )  # fmt: skip


def _chip(painter: QPainter, inks: Inks, edge: PlacedEdge, colour: QColor, *, strong: bool) -> None:
    assert edge.chip is not None
    font = inks.small_strong if strong else inks.small_font
    metrics = inks.strong_metrics if strong else inks.small_metrics
    width = metrics.horizontalAdvance(edge.label) + 16
    middle_x, middle_y = edge.chip
    box = QRectF(middle_x - width / 2, middle_y - 11, width, 22)
    painter.setPen(QPen(colour, 1.6 if strong else 1.1))
    painter.setBrush(inks.surface)
    painter.drawRoundedRect(box, 11, 11)
    painter.setFont(font)
    painter.setPen(inks.ink if strong else inks.sub)
    painter.drawText(QPointF(box.left() + 8, _baseline(middle_y, metrics)), edge.label)


def _baseline(middle: float, metrics: object) -> float:
    return middle + (metrics.ascent() - metrics.descent()) / 2


def box_of(node: PlacedNode) -> QRectF:
    """Where the card stands."""
    return QRectF(node.x, node.y, node.w, node.h)


def _outline(inks: Inks, node: PlacedNode, hovered: bool, on_path: bool) -> QPen:
    """Heavy for what runs code, dashed for what is unpinned; the hot path shows through the line's colour."""
    runs_code = RUNS_CODE in node.marks
    pen = QPen(inks.risk if runs_code or on_path else inks.ink if hovered else inks.edge)
    pen.setWidthF(3.2 if runs_code else 2.0 if on_path else 1.5 if hovered else 1.2)
    if UNPINNED in node.marks:
        pen.setDashPattern([5.0, 3.0] if not runs_code else [3.4, 1.6])
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    return pen


def _stack_behind(painter: QPainter, inks: Inks, node: PlacedNode) -> None:
    painter.setPen(QPen(inks.edge, 1.2))
    painter.setBrush(inks.raised)
    for step in (8.0, 4.0):
        painter.drawRoundedRect(box_of(node).adjusted(step, step, step, step), _CORNER, _CORNER)


def _card(
    painter: QPainter, inks: Inks, node: PlacedNode, level: Level, hovered: bool, on_path: bool
) -> None:
    box = box_of(node)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(inks.surface)
    painter.drawRoundedRect(box, _CORNER, _CORNER)
    if node.marks:
        _foot_ground(painter, inks, box)
    if PICKLE_BASED in node.marks:
        _hatched_corner(painter, inks, box)
    painter.setPen(_outline(inks, node, hovered, on_path))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box, _CORNER, _CORNER)
    _plate(painter, inks, node)
    room = node.w - _TEXT_LEFT - (22.0 if PICKLE_BASED in node.marks else _PAD)
    painter.setFont(inks.name_font)
    painter.setPen(inks.ink)
    first = node.y + 20.0
    painter.drawText(
        QPointF(node.x + _TEXT_LEFT, _baseline(first, inks.name_metrics)),
        inks.short(node.label, room, name=True),
    )
    if level is Level.MIDDLE:
        if node.severity:
            where = QRectF(box.right() - 30, node.y + 30, 20, 20)
            draw_severity(painter, node.severity, where, inks.severity[node.severity])
        return
    second = node.y + 40.0
    right = _severity_tag(painter, inks, node, second)
    painter.setFont(inks.small_font)
    painter.setPen(inks.sub)
    room = right - node.x - _TEXT_LEFT - 6.0
    words = node.sublabel
    if inks.small_metrics.horizontalAdvance(words) > room:
        # Half a folder's name says less than the kind alone; the whole stands in the tip and the pane.
        words = words.partition(" · ")[0]
    painter.drawText(
        QPointF(node.x + _TEXT_LEFT, _baseline(second, inks.small_metrics)), inks.short(words, room)
    )
    for number, text in enumerate(node.details):
        y = node.y + 50.0 + DETAIL_HEIGHT * (number + 0.5)
        painter.drawText(
            QPointF(node.x + _TEXT_LEFT, _baseline(y, inks.small_metrics)),
            inks.short(text, node.w - _TEXT_LEFT - _PAD),
        )
    if node.marks:
        _marks(painter, inks, node)


def _foot_ground(painter: QPainter, inks: Inks, box: QRectF) -> None:
    """The strip that the marks stand on."""
    painter.save()
    clip = QPainterPath()
    clip.addRoundedRect(box, _CORNER, _CORNER)
    painter.setClipPath(clip, Qt.ClipOperation.IntersectClip)
    painter.fillRect(QRectF(box.left(), box.bottom() - _FOOT, box.width(), _FOOT), inks.raised)
    painter.restore()


def _hatched_corner(painter: QPainter, inks: Inks, box: QRectF) -> None:
    size = 24.0
    right, top = box.right() - 1.5, box.top() + 1.5
    painter.setPen(QPen(inks.unknown, 1.5))
    lines = []
    for step in (7.0, 12.0, 17.0, 22.0):
        lines.append(QLineF(right - step, top + 0.5, right - 0.5, top + step))
    painter.drawLines(lines)
    painter.setPen(QPen(inks.unknown, 1.2))
    painter.drawLine(QLineF(right - size - 2, top, right, top + size + 2))


def _plate(painter: QPainter, inks: Inks, node: PlacedNode) -> None:
    plate = QRectF(node.x + _PAD, node.y + 11.0, _PLATE, _PLATE)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(inks.kind.get(node.kind, inks.sub))
    if node.kind in ROUND_KINDS:
        painter.drawEllipse(plate)
    else:
        painter.drawRoundedRect(plate, 6, 6)
    if node.stack:
        painter.setFont(inks.small_strong)
        painter.setPen(inks.plate_ink)
        text = f"+{node.stack}" if node.stack < 1000 else "+…"
        width = inks.strong_metrics.horizontalAdvance(text)
        painter.drawText(
            QPointF(plate.center().x() - width / 2, _baseline(plate.center().y(), inks.strong_metrics)), text
        )
        return
    draw_stroked(painter, node.kind, plate.adjusted(7, 7, -7, -7), inks.plate_ink, 1.8)


def _severity_tag(painter: QPainter, inks: Inks, node: PlacedNode, middle: float) -> float:
    """The severity's shape and word at the right; gives where the text beside it must end."""
    right = node.x + node.w - _PAD
    if not node.severity:
        return right
    colour = inks.severity[node.severity]
    text = node.severity if node.findings < 2 else f"{node.severity} · {node.findings:,}"
    width = inks.strong_metrics.horizontalAdvance(text)
    painter.setFont(inks.small_strong)
    painter.setPen(colour)
    painter.drawText(QPointF(right - width, _baseline(middle, inks.strong_metrics)), text)
    draw_severity(painter, node.severity, QRectF(right - width - 16, middle - 6, 12, 12), colour)
    return right - width - 18


def _marks(painter: QPainter, inks: Inks, node: PlacedNode) -> None:
    """Each mark as sign and word; where the card is too narrow for all the words, the last keep the sign."""
    middle = node.y + node.h - _FOOT / 2
    x = node.x + _PAD
    end = node.x + node.w - 8.0
    colours = {RUNS_CODE: inks.risk, UNKNOWN: inks.unknown}
    signs_left = len(node.marks)
    for word in node.marks:
        signs_left -= 1
        colour = colours.get(word, inks.ink)
        draw_stroked(painter, word, QRectF(x, middle - _SIGN / 2, _SIGN, _SIGN), colour, 2.0)
        x += _SIGN + 3
        width = inks.small_metrics.horizontalAdvance(word)
        if x + width + signs_left * (_SIGN + 8) <= end:
            painter.setFont(inks.small_font)
            painter.setPen(colour)
            painter.drawText(QPointF(x, _baseline(middle, inks.small_metrics)), word)
            x += width + 8
        else:
            x += 4


def _frame(painter: QPainter, inks: Inks, node: PlacedNode) -> None:
    pen = QPen(inks.accent, 2.6)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box_of(node).adjusted(-5, -5, 5, 5), _CORNER + 5, _CORNER + 5)


def paint_far(painter: QPainter, inks: Inks, nodes: list[PlacedNode], selected: str | None = None) -> None:
    """Boxes in one grey and findings as diamonds: what can be told apart when names cannot be read."""
    paint_far_boxes(painter, inks, nodes)
    paint_far_findings(painter, inks, nodes)
    zoom = _zoom_of(painter)
    for node in nodes:
        if node.id == selected:
            painter.setPen(QPen(inks.accent, 3.0 / zoom))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            around = 4.0 / zoom
            painter.drawRect(box_of(node).adjusted(-around, -around, around, around))


def paint_far_boxes(painter: QPainter, inks: Inks, nodes: list[PlacedNode]) -> None:
    """The boxes alone."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(inks.far))
    painter.drawRects([QRectF(node.x, node.y, node.w, min(node.h, _FAR_HEIGHT)) for node in nodes])


def paint_far_findings(painter: QPainter, inks: Inks, nodes: list[PlacedNode]) -> None:
    """A diamond for each node with a finding, at least eleven pixels across whatever the zoom: a finding is
    what one looks for from afar."""
    zoom = _zoom_of(painter)
    half = max(24.0, 5.5 / zoom)
    painter.setBrush(QBrush(inks.risk))
    painter.setPen(QPen(inks.window, 1.0 / zoom))
    for node in nodes:
        if node.severity and node.severity != "info":
            x, y = node.x + node.w / 2, node.y + _FAR_HEIGHT / 2
            diamond = [QPointF(x, y - half), QPointF(x + half, y), QPointF(x, y + half), QPointF(x - half, y)]
            painter.drawPolygon(QPolygonF(diamond))


def _zoom_of(painter: QPainter) -> float:
    return max(abs(painter.worldTransform().m11()), 0.001)
