"""The icon set: line icons from resources/icons, drawn in the colour they are asked for."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap

from inspector import resources

_RATIOS = (1, 2)


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
    """The icon ``name`` for actions and rows, sharp on ordinary and on dense screens."""
    made = QIcon()
    for ratio in _RATIOS:
        made.addPixmap(pixmap(name, colour, 20, ratio))
        made.addPixmap(pixmap(name, colour, 20, ratio), QIcon.Mode.Selected)  # Qt would tint it
        if disabled:
            made.addPixmap(pixmap(name, disabled, 20, ratio), QIcon.Mode.Disabled)
    return made


def application_icon() -> QIcon:
    made = QIcon()
    for size in (16, 32, 48, 64, 128, 256):
        made.addPixmap(pixmap("inspector", "#000000", size))
    return made


@lru_cache(maxsize=64)
def plate(kind: str, colour: str, ink: str, size: int = 18, ratio: float = 2.0) -> QPixmap:
    """The letter plate of a node kind: M on a rounded square for a model."""
    from PySide6.QtGui import QColor, QFont

    image = QPixmap(round(size * ratio), round(size * ratio))
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    edge = size * ratio
    painter.drawRoundedRect(QRectF(0, 0, edge, edge), edge * 0.2, edge * 0.2)
    painter.setPen(QColor(ink))
    font = QFont()
    font.setBold(True)
    font.setPixelSize(round(edge * 0.62))
    painter.setFont(font)
    painter.drawText(QRectF(0, 0, edge, edge), Qt.AlignmentFlag.AlignCenter, LETTERS.get(kind, "?"))
    painter.end()
    image.setDevicePixelRatio(ratio)
    return image


LETTERS = {
    "project": "P",
    "model": "M",
    "model-file": "F",
    "dataset": "D",
    "dataset-file": "R",
    "package": "K",
    "manifest": "L",
    "code": "C",
    "container-image": "I",
    "owner": "O",
}
