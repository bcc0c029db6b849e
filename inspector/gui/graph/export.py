"""A view as a file or an image at its full extent, painted by the same code as the window.

SVG keeps labels as text. Sizes are bounded: a picture that no program opens helps nobody.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QMarginsF, QPointF, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPainter, QPdfWriter

from inspector.gui.graph.inks import Inks
from inspector.gui.graph.paint import Level, paint_edges, paint_nodes
from inspector.provenance import UnreadableInput
from inspector.views import View, hot_path

HEAD = 52.0  # the strip with the heading
_LONGEST_SIDE = 16_000
_MOST_PIXELS = 32_000_000
_POINTS_PER_PIXEL = 0.75
_LONGEST_PAGE = 14_400  # points; what PDF readers agree on
FORMATS = ("svg", "png", "pdf")


def export_view(
    view: View, inks: Inks, path: Path, form: str, *, scale: float = 1.0, selected: str | None = None
) -> None:
    """Writes ``view`` to ``path`` as svg, png or pdf. The file is complete or not there at all.

    ``scale`` multiplies the size of a png. Raises UnreadableInput for another format or an unwritable
    place.
    """
    if form not in FORMATS:
        raise UnreadableInput(f"A graph is written as {', '.join(FORMATS)}, not as {form}.")
    part = path.with_name(f".{path.name}.part")
    writers = {"svg": _write_svg, "png": _write_png, "pdf": _write_pdf}
    try:
        part.touch()  # says why a place cannot be written to; Qt's writers only warn on the console
        written = writers[form](view, inks, part, scale, selected)
        if not written or not part.stat().st_size:
            raise OSError("nothing was written")
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise UnreadableInput(
            f"The picture could not be written to {path}: {error.strerror or error}.",
            "Choose a folder that you may write to.",
        ) from error


def full_size(view: View) -> QSizeF:
    """The size of the exported picture at scale 1, heading included."""
    return QSizeF(max(view.width, 360.0), view.height + HEAD)


def _heading(painter: QPainter, inks: Inks, view: View) -> None:
    painter.setFont(inks.name_font)
    painter.setPen(inks.ink)
    painter.drawText(QPointF(32, HEAD / 2 + 8), view.heading)


def _paint(painter: QPainter, inks: Inks, view: View, level: Level, selected: str | None) -> None:
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    hot: Collection[int] = hot_path(view, selected)
    ends = {view.edges[place].target for place in hot} | {view.edges[place].source for place in hot}
    paint_edges(painter, inks, view.edges, hot)
    paint_nodes(painter, inks, view.nodes, level, selected=selected, on_path=ends)


def _page(painter: QPainter, inks: Inks, view: View, level: Level, selected: str | None) -> None:
    size = full_size(view)
    painter.fillRect(QRectF(0, 0, size.width(), size.height()), inks.window)
    _heading(painter, inks, view)
    painter.translate(0, HEAD)
    _paint(painter, inks, view, level, selected)


def _write_svg(view: View, inks: Inks, path: Path, scale: float, selected: str | None) -> bool:
    from PySide6.QtSvg import QSvgGenerator

    size = full_size(view)
    generator = QSvgGenerator()
    generator.setFileName(str(path))
    generator.setSize(size.toSize() * scale)
    generator.setViewBox(QRectF(QPointF(0, 0), size))
    generator.setTitle(view.heading)
    painter = QPainter()
    if not painter.begin(generator):
        return False
    _page(painter, inks, view, Level.NEAR, selected)
    return painter.end()


def _write_png(view: View, inks: Inks, path: Path, scale: float, selected: str | None) -> bool:
    size = full_size(view)
    scale = min(
        scale,
        _LONGEST_SIDE / max(size.width(), size.height()),
        (_MOST_PIXELS / (size.width() * size.height())) ** 0.5,
    )
    image = QImage(
        max(round(size.width() * scale), 1), max(round(size.height() * scale), 1), QImage.Format.Format_RGB32
    )
    image.fill(inks.window)
    painter = QPainter(image)
    painter.scale(scale, scale)
    _page(painter, inks, view, Level.at(scale), selected)
    painter.end()
    return image.save(str(path), "PNG")


def _write_pdf(view: View, inks: Inks, path: Path, scale: float, selected: str | None) -> bool:
    size = full_size(view)
    points = size * _POINTS_PER_PIXEL
    shrink = min(1.0, _LONGEST_PAGE / max(points.width(), points.height()))
    writer = QPdfWriter(str(path))
    writer.setTitle(view.heading)
    writer.setCreator("Provenance Inspector")
    writer.setPageSize(
        QPageSize(points * shrink, QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch)
    )
    writer.setPageOrientation(QPageLayout.Orientation.Portrait)
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    painter = QPainter()
    if not painter.begin(writer):
        return False
    page = QRect(0, 0, writer.width(), writer.height())
    painter.scale(page.width() / size.width(), page.height() / size.height())
    painter.setPen(Qt.PenStyle.NoPen)
    _page(painter, inks, view, Level.NEAR, selected)
    return painter.end()
