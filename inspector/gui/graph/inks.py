"""The colours and type of a painted graph, made once per theme from the tokens."""

from __future__ import annotations

from PySide6.QtGui import QColor, QFont, QFontMetricsF

from inspector.gui.elide import elided
from inspector.gui.theme import Tokens
from inspector.provenance import plain

NAME_PIXELS = 16  # the name on a card at zoom 1
SMALL_PIXELS = 12
_KEPT_TEXTS = 4000


class Inks:
    """Colours, fonts and shortened texts for one theme.

    Attributes: one QColor per token of the same name; ``severity`` and ``kind`` map words to QColor;
    ``name_font`` and ``small_font`` are in pixels at zoom 1.
    """

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.window = QColor(tokens.window)
        self.surface = QColor(tokens.surface)
        self.raised = QColor(tokens.surface_raised)
        self.ink = QColor(tokens.ink)
        self.sub = QColor(tokens.sub)
        self.line = QColor(tokens.line)
        self.edge = QColor(tokens.edge)
        self.far = _between(self.window, self.edge, 0.62)  # boxes on the map, seen from afar
        self.accent = QColor(tokens.accent)
        self.accent_ink = QColor(tokens.accent_ink)
        self.selection = QColor(tokens.selection)
        self.risk = QColor(tokens.risk)
        self.unknown = QColor(tokens.unknown)
        self.plate_ink = QColor(tokens.plate_ink)
        self.severity = {word: QColor(value) for word, value in tokens.severity.items()}
        self.kind = {word: QColor(value) for word, value in tokens.kind.items()}
        self.name_font = QFont()
        self.name_font.setPixelSize(NAME_PIXELS)
        self.name_font.setWeight(QFont.Weight.DemiBold)
        self.small_font = QFont()
        self.small_font.setPixelSize(SMALL_PIXELS)
        self.small_strong = QFont(self.small_font)
        self.small_strong.setWeight(QFont.Weight.DemiBold)
        self.name_metrics = QFontMetricsF(self.name_font)
        self.small_metrics = QFontMetricsF(self.small_font)
        self.strong_metrics = QFontMetricsF(self.small_strong)
        self._short: dict[tuple[str, int, bool], str] = {}

    def short(self, text: str, width: float, *, name: bool = False) -> str:
        """``text`` shortened to ``width`` pixels, so that name, version and extension stay."""
        key = (text, int(width), name)
        known = self._short.get(key)
        if known is None:
            if len(self._short) > _KEPT_TEXTS:
                self._short.clear()
            metrics = self.name_metrics if name else self.small_metrics
            known = plain(elided(text, metrics.horizontalAdvance, width))
            self._short[key] = known
        return known


def _between(one: QColor, other: QColor, share: float) -> QColor:
    """The colour ``share`` of the way from ``one`` to ``other``."""
    return QColor(*(round(a + (b - a) * share) for a, b in zip(one.getRgb()[:3], other.getRgb()[:3])))
