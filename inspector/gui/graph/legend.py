"""The legend: every sign of the graph beside its word. One key away, and readable by a screen reader."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QWidget

from inspector.gui.graph.glyphs import draw_severity, draw_stroked
from inspector.gui.graph.inks import Inks
from inspector.gui.graph.paint import Level, paint_nodes
from inspector.gui.texts import tr
from inspector.provenance import NodeKind, Severity
from inspector.views import PlacedNode
from inspector.views.interface import PICKLE_BASED, RUNS_CODE, UNKNOWN, UNPINNED

_MARGIN = 14

# The mark, and what it says of a node.
_MARKS = (
    (PICKLE_BASED, "Pickle-based: hatched corner. Loading it can import and call."),
    (UNPINNED, "Unpinned: dashed outline, open padlock. What it names can change."),
    (RUNS_CODE, "Runs code: heavy outline. Loading it runs code, by design or by content."),
    (UNKNOWN, "Unknown: question mark. Not read to its end, or not to be told."),
)


class _Sample(QWidget):
    """One sign, painted as it is on a card."""

    def __init__(self, inks: Inks, group: str, word: str, scale: float) -> None:
        super().__init__()
        self.inks = inks
        self.group = group
        self.word = word
        self.setFixedSize(round(38 * scale), round(24 * scale))
        self._scale = scale

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(self._scale, self._scale)
        if self.group == "mark":
            self._card(painter)
        elif self.group == "severity":
            draw_severity(painter, self.word, QRectF(12, 5, 14, 14), self.inks.severity[self.word])
        else:
            plate = QRectF(8, 1, 22, 22)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self.inks.kind[self.word])
            if self.word in ("model", "owner"):
                painter.drawEllipse(plate)
            else:
                painter.drawRoundedRect(plate, 5, 5)
            draw_stroked(painter, self.word, plate.adjusted(4, 4, -4, -4), self.inks.plate_ink, 1.8)
        painter.end()

    def _card(self, painter: QPainter) -> None:
        """The corner of a card with this mark alone, and the mark's sign."""
        painter.save()
        painter.setClipRect(QRectF(0, 0, 38, 24))
        painter.translate(-266, 2)
        node = PlacedNode("", "", "", "code", (self.word,), None, 0, 0, 300, 60)
        paint_nodes(painter, self.inks, [node], Level.MIDDLE)
        painter.restore()
        if self.word != PICKLE_BASED:
            colour = {RUNS_CODE: self.inks.risk, UNKNOWN: self.inks.unknown}.get(self.word, self.inks.ink)
            draw_stroked(painter, self.word, QRectF(10, 6, 14, 14), colour, 2.0)


class Legend(QFrame):
    """Marks, severities and kinds in three groups, in the lower left corner of its parent."""

    def __init__(self, inks: Inks, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("graphLegend")
        self.setAccessibleName(tr("Legend of the graph"))
        self._scale = 1.0
        self._inks = inks
        self._grid = QGridLayout(self)
        self._fill()
        self.hide()

    def restyle(self, inks: Inks, scale: float) -> None:
        """Takes other colours or another scale."""
        self._inks, self._scale = inks, scale
        self._fill()
        self.place()

    def place(self) -> None:
        self.adjustSize()
        parent = self.parentWidget()
        if parent is not None:
            self.move(_MARGIN, max(parent.height() - self.height() - _MARGIN, 0))

    def _fill(self) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.setParent(None)
                widget.deleteLater()
        inks = self._inks
        self._grid.setContentsMargins(14, 10, 14, 10)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(3)
        self.setStyleSheet(
            f"#graphLegend {{ background: {inks.surface.name()}; border: 1px solid {inks.edge.name()};"
            f" border-radius: 8px; }} #graphLegend QLabel {{ color: {inks.ink.name()}; border: none;"
            f" background: transparent; font-size: {round(13 * self._scale)}px; }}"
        )
        for row, (word, text) in enumerate(_MARKS):
            self._row(row, 0, "mark", word, tr(text), span=5)
        for row, severity in enumerate(Severity):
            self._row(len(_MARKS) + row, 0, "severity", severity.value, severity.value)
        for place, kind in enumerate(NodeKind):
            column, row = divmod(place, 5)
            self._row(len(_MARKS) + row, 2 + 2 * column, "kind", kind.value, kind.value)

    def _row(self, row: int, column: int, group: str, word: str, text: str, span: int = 1) -> None:
        self._grid.addWidget(_Sample(self._inks, group, word, self._scale), row, column)
        label = QLabel(text, self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        self._grid.addWidget(label, row, column + 1, 1, span)
