"""Two small plots beside a suspicion: who gave its rows, and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from inspector.gui.look import Look
from inspector.gui.texts import shown, tr

BARS = 5
BINS = 24


def bins_of(times: Sequence[str | None], bins: int = BINS) -> tuple[list[int], str, str]:
    """How many of ``times`` (ISO 8601) fall into each of ``bins`` equal spans, with the first and the last.
    Times that cannot be read are left out; one moment alone is one full bin."""
    moments = []
    for text in times:
        try:
            moments.append(datetime.fromisoformat(text) if text else None)
        except ValueError:
            continue
    known = sorted(moment.timestamp() for moment in moments if moment is not None)
    if not known:
        return [], "", ""
    first, last = known[0], known[-1]
    width = (last - first) / bins
    counts = [0] * bins
    for moment in known:
        counts[min(int((moment - first) / width), bins - 1) if width > 0 else 0] += 1
    stamps = [datetime.fromtimestamp(at).date().isoformat() for at in (first, last)]
    return counts, stamps[0], stamps[1]


def some_of(rows: list[int], most: int) -> list[int]:
    """At most ``most`` of ``rows``, evenly: enough to see how they lie in time."""
    if len(rows) <= most:
        return rows
    step = len(rows) / most
    return [rows[int(place * step)] for place in range(most)]


class _Plot(QWidget):
    def __init__(self, look: Look, name: str) -> None:
        super().__init__()
        self.look = look
        self._name = name
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look.changed.connect(self.update)

    def _ink(self, painter: QPainter, colour: str) -> None:
        painter.setPen(QColor(colour))
        painter.setFont(self.font())


class ContributorBars(_Plot):
    """One bar for each of the contributors with most rows; the rest together in the last."""

    def __init__(self, look: Look) -> None:
        super().__init__(look, tr("Contributors"))
        self._rows: list[tuple[str, int]] = []

    def show_counts(self, counts: Sequence[tuple[str, int]]) -> None:
        self._rows = list(counts[:BARS])
        rest = sum(number for _, number in counts[BARS:])
        if rest:
            self._rows.append((tr("{0} others").format(f"{len(counts) - BARS:,}"), rest))
        self.setAccessibleDescription(
            ", ".join(f"{shown(name, 60)}: {number:,}" for name, number in self._rows)
        )
        self.setVisible(bool(self._rows))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, (self.fontMetrics().height() + 4) * max(len(self._rows), 1) + 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._rows:
            return
        painter = QPainter(self)
        metrics, tokens = self.fontMetrics(), self.look.tokens
        line = metrics.height() + 4
        left = min(max(metrics.horizontalAdvance(shown(n, 40)) for n, _ in self._rows) + 8, self.width() // 2)
        most = max(number for _, number in self._rows)
        room = max(self.width() - left - metrics.horizontalAdvance("0,000,000") - 8, 10)
        for place, (name, number) in enumerate(self._rows):
            top = place * line + 2
            self._ink(painter, tokens.sub)
            text = metrics.elidedText(shown(name, 80), Qt.TextElideMode.ElideMiddle, left - 8)
            painter.drawText(QRectF(0, top, left - 8, line), int(Qt.AlignmentFlag.AlignVCenter), text)
            width = max(room * number / most, 2.0)
            painter.fillRect(QRectF(left, top + 3, width, line - 6), QColor(tokens.accent))
            self._ink(painter, tokens.ink)
            painter.drawText(
                QRectF(left + width + 6, top, 90, line), int(Qt.AlignmentFlag.AlignVCenter), f"{number:,}"
            )
        painter.end()


class TimeBars(_Plot):
    """A column for each span of time between the first and the last of the rows."""

    def __init__(self, look: Look) -> None:
        super().__init__(look, tr("Spread over time"))
        self._counts: list[int] = []
        self._first = self._last = ""

    def show_times(self, times: Sequence[str | None]) -> None:
        self._counts, self._first, self._last = bins_of(times)
        busiest = max(self._counts, default=0)
        self.setAccessibleDescription(
            tr("{0} to {1}, at most {2} rows in one span").format(self._first, self._last, busiest)
            if self._counts
            else ""
        )
        self.setVisible(bool(self._counts))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, self.fontMetrics().height() + 44)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._counts:
            return
        painter = QPainter(self)
        metrics, tokens = self.fontMetrics(), self.look.tokens
        base = self.height() - metrics.height() - 2
        step = self.width() / len(self._counts)
        most = max(self._counts)
        for place, number in enumerate(self._counts):
            height = (base - 4) * number / most
            painter.fillRect(
                QRectF(place * step + 1, base - height, max(step - 2, 1), height), QColor(tokens.accent)
            )
        self._ink(painter, tokens.edge)
        painter.drawLine(0, round(base), self.width(), round(base))
        self._ink(painter, tokens.sub)
        below = QRectF(0, base + 1, self.width(), metrics.height())
        painter.drawText(below, int(Qt.AlignmentFlag.AlignLeft), self._first)
        painter.drawText(below, int(Qt.AlignmentFlag.AlignRight), self._last)
        painter.end()
