"""The icon set: line icons from resources/icons, drawn in the colour they are asked for."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap

from inspector import resources

_PICTURES = ((20, 1), (20, 2), (40, 1))  # size and device ratio; a small one is never blown up


@lru_cache(maxsize=512)
def pixmap(name: str, colour: str, size: int = 20, ratio: float = 1.0) -> QPixmap:
    """The icon ``name`` in ``colour`` at ``size`` logical pixels."""
    from PySide6.QtSvg import QSvgRenderer

    source = resources.path("icons", f"{name}.svg").read_text(encoding="utf-8")
    renderer = QSvgRenderer(QByteArray(source.replace("currentColor", colour).encode()))
    image = QPixmap(round(size * ratio), round(size * ratio))
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer.render(painter, QRectF(0, 0, size * ratio, size * ratio))
    painter.end()
    image.setDevicePixelRatio(ratio)
    return image


@lru_cache(maxsize=512)
def icon(name: str, colour: str, disabled: str = "") -> QIcon:
    """The icon ``name`` for actions and rows, sharp on ordinary and on dense screens and at every scale."""
    made = QIcon()
    for size, ratio in _PICTURES:
        made.addPixmap(pixmap(name, colour, size, ratio))
        made.addPixmap(pixmap(name, colour, size, ratio), QIcon.Mode.Selected)  # Qt would tint it
        if disabled:
            made.addPixmap(pixmap(name, disabled, size, ratio), QIcon.Mode.Disabled)
    return made


def application_icon() -> QIcon:
    made = QIcon()
    for size in (16, 32, 48, 64, 128, 256):
        made.addPixmap(pixmap("inspector", "#000000", size))
    return made


PLATES = ((18, 1.0), (18, 2.0), (36, 1.0), (36, 2.0))  # size and device ratio


@lru_cache(maxsize=256)
def plate(kind: str, colour: str, ink: str, size: int = 18, ratio: float = 2.0) -> QPixmap:
    """The sign of a node kind on its plate, as the graph paints it: round for models and owners."""
    from PySide6.QtGui import QColor

    from inspector.gui.graph.glyphs import draw_stroked, known

    image = QPixmap(round(size * ratio), round(size * ratio))
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    edge = size * ratio
    whole, inset = QRectF(0, 0, edge, edge), edge * 0.16
    if kind in ROUND_KINDS:
        painter.drawEllipse(whole)
    else:
        painter.drawRoundedRect(whole, edge * 0.2, edge * 0.2)
    sign = kind if known(kind) else "unknown"
    draw_stroked(painter, sign, whole.adjusted(inset, inset, -inset, -inset), QColor(ink), 2.1)
    painter.end()
    image.setDevicePixelRatio(ratio)
    return image


ROUND_KINDS = ("model", "owner")
