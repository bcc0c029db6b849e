"""The legend: every sign of the graph beside its word. One key away, and readable by a screen reader."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QGridLayout, QLabel, QScrollArea, QWidget

from inspector.gui.graph.glyphs import draw_severity, draw_stroked
from inspector.gui.graph.inks import Inks
from inspector.gui.graph.paint import Level, paint_nodes
from inspector.gui.icons import ROUND_KINDS
from inspector.gui.marks import MARKS
from inspector.gui.texts import tr
from inspector.provenance import NodeKind, Severity
from inspector.views import PlacedNode
from inspector.views.interface import PICKLE_BASED, RUNS_CODE, UNKNOWN

_MARGIN = 14


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
            if self.word in ROUND_KINDS:
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


class Legend(QScrollArea):
    """Marks, severities and kinds in three groups, in the lower left corner of its parent. Where the parent
    is too narrow the sentences wrap, where it is too low the legend scrolls."""

    def __init__(self, inks: Inks, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("graphLegend")
        self.setAccessibleName(tr("Legend of the graph"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scale = 1.0
        self._inks = inks
        self._rows: list[tuple[_Sample, QLabel]] = []  # in the order in which they are read
        self._body = QWidget()
        self._body.setObjectName("legendBody")
        self._grid = QGridLayout(self._body)
        self.setWidget(self._body)
        self._fill()
        self.hide()

    def restyle(self, inks: Inks, scale: float) -> None:
        """Takes other colours or another scale."""
        self._inks, self._scale = inks, scale
        self._fill()
        self.place()

    def place(self) -> None:
        """Takes the room that it needs, as far as the parent has it."""
        parent = self.parentWidget()
        if parent is None:
            return
        area = parent.viewport().geometry() if isinstance(parent, QAbstractScrollArea) else parent.rect()
        room = area.size() - QSize(2 * _MARGIN, 2 * _MARGIN)
        self._arrange()
        wanted, bar = self._body.sizeHint(), 0
        if wanted.width() > room.width():
            self._arrange(wrapped=True)
            if self._body.minimumSizeHint().width() > room.width():
                self._arrange(wrapped=True, stacked=True)
            bar = self.verticalScrollBar().sizeHint().width()
            width = room.width() - bar
            wanted = QSize(width, self._grid.heightForWidth(width))
        elif wanted.height() > room.height():
            bar = self.verticalScrollBar().sizeHint().width()
        self._body.resize(wanted)
        self.resize(min(wanted.width() + bar, room.width()) + 2, min(wanted.height(), room.height()) + 2)
        self.move(area.left() + _MARGIN, max(area.bottom() - self.height() - _MARGIN, 0))

    def _arrange(self, *, wrapped: bool = False, stacked: bool = False) -> None:
        """Severities and kinds side by side or, ``stacked``, below each other; each sentence in one line or,
        ``wrapped``, in several."""
        for place, (sample, label) in enumerate(self._rows):
            row, column = place - len(MARKS), 0
            if not stacked and row >= 0:
                column, row = divmod(row, len(Severity))
            is_sentence = place < len(MARKS)
            for widget in (sample, label):
                self._grid.removeWidget(widget)
            at = place if is_sentence else len(MARKS) + row
            self._grid.addWidget(sample, at, 2 * column)
            span = 5 if is_sentence and not stacked else 1
            self._grid.addWidget(label, at, 2 * column + 1, 1, span)
            label.setWordWrap(wrapped and is_sentence)
        self._grid.activate()

    def _fill(self) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.setParent(None)
                widget.deleteLater()
        self._rows.clear()
        inks = self._inks
        self._grid.setContentsMargins(14, 10, 14, 10)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(3)
        self.setStyleSheet(
            f"#graphLegend {{ background: {inks.surface.name()}; border: 1px solid {inks.edge.name()};"
            f" border-radius: 8px; }} #legendBody {{ background: transparent; }}"
            f" #graphLegend QLabel {{ color: {inks.ink.name()}; border: none;"
            f" background: transparent; font-size: {round(13 * self._scale)}px; }}"
        )
        signs = [("mark", mark.word, f"{tr(mark.looks)} {tr(mark.means)}") for mark in MARKS]
        signs += [("severity", severity.value, severity.value) for severity in Severity]
        signs += [("kind", kind.value, kind.value) for kind in NodeKind]
        for group, word, text in signs:
            label = QLabel(text, self._body)
            label.setTextFormat(Qt.TextFormat.PlainText)
            self._rows.append((_Sample(inks, group, word, self._scale), label))
        self._arrange()
