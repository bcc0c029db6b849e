"""The graph's own signs, as paths in a box of 20 by 20: kinds, marks, severities and the panel's buttons.

Paths, not letters of a font: they look the same on every machine, print sharp, and scale.
"""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

BOX = 20.0


def _path(*strokes: list[tuple[float, float]], closed: bool = False) -> QPainterPath:
    path = QPainterPath()
    for stroke in strokes:
        path.addPolygon(QPolygonF([QPointF(x, y) for x, y in stroke]))
        if closed:
            path.closeSubpath()
    return path


def _page() -> QPainterPath:
    path = _path([(4.5, 2.5), (11.5, 2.5), (15.5, 6.5), (15.5, 17.5), (4.5, 17.5)], closed=True)
    path.addPath(_path([(11.5, 2.5), (11.5, 6.5), (15.5, 6.5)]))
    return path


def _project() -> QPainterPath:
    path = _path([(10, 2.5), (17.5, 6.5), (10, 10.5), (2.5, 6.5)], closed=True)
    path.addPath(_path([(2.5, 10.2), (10, 14.2), (17.5, 10.2)], [(2.5, 13.9), (10, 17.9), (17.5, 13.9)]))
    return path


def _model() -> QPainterPath:
    path = QPainterPath()
    for x, y in ((4.5, 5.0), (4.5, 15.0), (15.5, 10.0)):
        path.addEllipse(QPointF(x, y), 2.4, 2.4)
    path.addPath(_path([(6.8, 6.0), (13.2, 9.0)], [(6.8, 14.0), (13.2, 11.0)]))
    return path


def _model_file() -> QPainterPath:
    path = _page()
    path.addEllipse(QPointF(10, 11.8), 2.7, 2.7)
    return path


def _dataset() -> QPainterPath:
    path = QPainterPath()
    path.addEllipse(QRectF(3.5, 2.5, 13, 4.6))
    for top in (4.8, 9.8, 14.6):
        path.moveTo(3.5, top)
        path.arcTo(QRectF(3.5, top - 2.3, 13, 4.6), 180, 180)
    path.addPath(_path([(3.5, 4.8), (3.5, 14.6)], [(16.5, 4.8), (16.5, 14.6)]))
    return path


def _dataset_file() -> QPainterPath:
    path = _page()
    path.addPath(_path([(7, 10), (13, 10)], [(7, 12.6), (13, 12.6)], [(7, 15.2), (11, 15.2)]))
    return path


def _package() -> QPainterPath:
    path = _path([(10, 2.2), (17, 6), (17, 14), (10, 17.8), (3, 14), (3, 6)], closed=True)
    path.addPath(_path([(3, 6), (10, 9.8), (17, 6)], [(10, 9.8), (10, 17.8)]))
    return path


def _manifest() -> QPainterPath:
    path = _path([(8, 5), (17, 5)], [(8, 10), (17, 10)], [(8, 15), (17, 15)])
    for y in (5, 10, 15):
        path.addRect(QRectF(3, y - 1.1, 2.2, 2.2))
    return path


def _code() -> QPainterPath:
    return _path(
        [(6.5, 5), (2, 10), (6.5, 15)], [(13.5, 5), (18, 10), (13.5, 15)], [(11.6, 3.8), (8.4, 16.2)]
    )


def _container_image() -> QPainterPath:
    path = QPainterPath()
    path.addRect(QRectF(2, 5, 16, 10.5))
    path.addPath(_path([(6, 7.5), (6, 13)], [(10, 7.5), (10, 13)], [(14, 7.5), (14, 13)]))
    return path


def _owner() -> QPainterPath:
    path = QPainterPath()
    path.addEllipse(QPointF(10, 6.4), 3.6, 3.6)
    path.moveTo(3.2, 17.4)
    path.cubicTo(3.6, 10.6, 16.4, 10.6, 16.8, 17.4)
    return path


def _open_padlock() -> QPainterPath:
    path = QPainterPath()
    path.addRoundedRect(QRectF(3.5, 9.5, 11, 8), 1.6, 1.6)
    path.moveTo(11.5, 9.5)
    path.lineTo(11.5, 6.2)
    path.arcTo(QRectF(11.5, 2.6, 6.4, 6.8), 180, -180)
    path.addPath(_path([(9, 12.6), (9, 14.6)]))
    return path


def _question() -> QPainterPath:
    path = QPainterPath()
    path.moveTo(5.8, 6.6)
    path.cubicTo(5.8, 0.6, 14.4, 0.8, 14.2, 6.2)
    path.cubicTo(14.1, 9.2, 10, 8.8, 10, 12.6)
    path.addPath(_path([(10, 16.2), (10, 16.9)]))
    return path


def _gear_play() -> QPainterPath:
    path = QPainterPath()
    path.addEllipse(QPointF(10, 10), 7.8, 7.8)
    path.addPath(_path([(8, 6.2), (14, 10), (8, 13.8)], closed=True))
    return path


def _hatch() -> QPainterPath:
    path = QPainterPath()
    path.addRect(QRectF(3, 3, 14, 14))
    path.addPath(_path([(3, 10), (10, 3)], [(3, 17), (17, 3)], [(10, 17), (17, 10)]))
    return path


_STROKED = {
    "project": _project,
    "model": _model,
    "model-file": _model_file,
    "dataset": _dataset,
    "dataset-file": _dataset_file,
    "package": _package,
    "manifest": _manifest,
    "code": _code,
    "container-image": _container_image,
    "owner": _owner,
    "unpinned": _open_padlock,
    "unknown": _question,
    "runs code": _gear_play,
    "pickle-based": _hatch,
    "back": lambda: _path([(12.5, 4), (6.5, 10), (12.5, 16)]),
    "forward": lambda: _path([(7.5, 4), (13.5, 10), (7.5, 16)]),
    "zoom-in": lambda: _path([(10, 4), (10, 16)], [(4, 10), (16, 10)]),
    "zoom-out": lambda: _path([(4, 10), (16, 10)]),
    "fit": lambda: _path(
        [(3, 7.5), (3, 3), (7.5, 3)], [(12.5, 3), (17, 3), (17, 7.5)],
        [(17, 12.5), (17, 17), (12.5, 17)], [(7.5, 17), (3, 17), (3, 12.5)],
    ),
    "legend": _manifest,
}  # fmt: skip


def _severity(word: str) -> QPainterPath:
    path = QPainterPath()
    if word == "critical":
        corners = [(6.5, 1.5), (13.5, 1.5), (18.5, 6.5), (18.5, 13.5)]
        return _path([*corners, *((20 - x, 20 - y) for x, y in corners)], closed=True)
    if word == "high":
        return _path([(10, 2), (18.6, 17.2), (1.4, 17.2)], closed=True)
    if word == "medium":
        return _path([(10, 1.5), (18.5, 10), (10, 18.5), (1.5, 10)], closed=True)
    if word == "low":
        path.addEllipse(QPointF(10, 10), 7, 7)
    else:
        path.addEllipse(QPointF(10, 10), 7.2, 7.2)
        path.addEllipse(QPointF(10, 10), 3.6, 3.6)
    return path


def known(name: str) -> bool:
    """Whether there is a sign of this name."""
    return name in _STROKED


@cache
def stroked(name: str) -> QPainterPath:
    """The path of a kind, a mark or a button, to be stroked."""
    return _STROKED[name]()


@cache
def severity_shape(word: str) -> QPainterPath:
    """The shape of a severity, to be filled: octagon, triangle, diamond, dot, ring."""
    return _severity(word)


def draw_stroked(painter: QPainter, name: str, where: QRectF, colour: QColor, weight: float = 1.7) -> None:
    """Strokes the sign ``name`` into the square ``where``; ``weight`` is in units of its box."""
    painter.save()
    painter.translate(where.topLeft())
    painter.scale(where.width() / BOX, where.height() / BOX)
    pen = QPen(colour, weight)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(stroked(name))
    painter.restore()


def draw_severity(painter: QPainter, word: str, where: QRectF, colour: QColor) -> None:
    """Fills the shape of a severity into the square ``where``."""
    painter.save()
    painter.translate(where.topLeft())
    painter.scale(where.width() / BOX, where.height() / BOX)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawPath(severity_shape(word))
    painter.restore()


def icon(name: str, colour: QColor, faded: QColor, size: int = 18, ratio: float = 2.0) -> QIcon:
    """A button's icon in ``colour``, in ``faded`` while it is disabled."""
    made = QIcon()
    for mode, ink in ((QIcon.Mode.Normal, colour), (QIcon.Mode.Disabled, faded)):
        pixmap = QPixmap(QSize(round(size * ratio), round(size * ratio)))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_stroked(painter, name, QRectF(1, 1, size - 2, size - 2), ink, 1.9)
        painter.end()
        made.addPixmap(pixmap, mode)
    return made
