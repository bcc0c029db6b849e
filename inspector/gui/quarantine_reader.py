"""The reader of the quarantine workplace: rows one below the other, markers and hidden characters painted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QTextEdit, QWidget

from inspector.gui.look import Look
from inspector.gui.quarantine_lists import when, who
from inspector.gui.quarantine_text import HIDDEN, LEFT_OUT, MARKER
from inspector.gui.quarantine_words import moment
from inspector.gui.texts import shown, tr
from inspector.gui.widgets import TextPane

MOST_ROWS = 12
_MOST_SPANS = 600
_ARROWS = {"input": "→", "output": "←", "rejected": "✗", "other": "·"}
Span = tuple[int, int, str]


class Reader(TextPane):
    """``show_rows`` and ``show_slice`` put text in; it was escaped before it came here."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(tr("Rows, as text"), parent)
        self.look = look
        self._spans: list[Span] = []
        look.changed.connect(self._paint)

    def show_rows(self, rows: Sequence[Mapping[str, Any]], total: int) -> None:
        """The chosen rows, at most ``MOST_ROWS`` of ``total``, each with who, when and from where."""
        parts: list[str] = []
        spans: list[Span] = []
        at = 0
        for row in rows[:MOST_ROWS]:
            text, found = row_text(row)
            spans += [(at + start, at + end, what) for start, end, what in found]
            parts.append(text)
            at += len(text) + 2
        if total > len(parts):
            parts.append(tr("{0} of {1} chosen rows are shown.").format(len(parts), f"{total:,}"))
        self._show("\n\n".join(parts), spans)

    def show_slice(self, found: Mapping[str, Any]) -> None:
        """A part of one long row as JSON."""
        spans = [(int(start), int(end), str(what)) for start, end, what in found["spans"]]
        self._show(str(found["text"]), spans)

    def say(self, sentence: str) -> None:
        self._show(sentence, [])

    def _show(self, text: str, spans: list[Span]) -> None:
        self.show_text(text, wrap=True)
        self._spans = spans
        self._paint()

    def _paint(self) -> None:
        tokens = self.look.tokens
        formats = {what: QTextCharFormat() for what in (MARKER, HIDDEN, LEFT_OUT)}
        formats[MARKER].setBackground(QColor(tokens.selection))
        formats[MARKER].setFontWeight(700)
        formats[HIDDEN].setForeground(QColor(tokens.risk))
        formats[HIDDEN].setFontWeight(700)
        formats[LEFT_OUT].setForeground(QColor(tokens.sub))
        formats[LEFT_OUT].setFontItalic(True)
        painted = []
        for start, end, what in in_utf16(self.toPlainText(), self._spans[:_MOST_SPANS]):
            place = QTextEdit.ExtraSelection()
            cursor = QTextCursor(self.document())
            cursor.setPosition(start)
            cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
            place.cursor, place.format = cursor, formats.get(what, formats[MARKER])
            painted.append(place)
        self.setExtraSelections(painted)


def in_utf16(text: str, spans: Sequence[Span]) -> list[Span]:
    """``spans`` in the UTF-16 units that Qt counts in: characters beyond the basic plane are two."""
    wide = [place for place, char in enumerate(text) if ord(char) > 0xFFFF] if not text.isascii() else []
    if not wide:
        return list(spans)
    from bisect import bisect_left

    return [(s + bisect_left(wide, s), e + bisect_left(wide, e), what) for s, e, what in spans]


def row_text(row: Mapping[str, Any]) -> tuple[str, list[Span]]:
    """One row as text with the places that are painted."""
    origin = shown(row["source"], 120) or tr("source not told")
    head = f"{tr('row {0}').format(row['row'])} · {row['state']} · {who(row)} · {when(row)} · {origin}"
    text = f"{head}\n"
    spans: list[Span] = []
    for piece in row["pieces"]:
        text += f"  {_ARROWS.get(piece['way'], '·')} {piece['name']}: "
        spans += [(len(text) + start, len(text) + end, what) for start, end, what in piece["spans"]]
        text += f"{piece['text']}\n"
    for said in row["decisions"]:
        words = (said["verdict"], said["by"], moment(said["at"]), said["why"])
        text += f"  {tr('{0} by {1}, {2}: {3}').format(*words)}\n"
    if any(piece["left_out"] for piece in row["pieces"]):
        text += f"  {tr('Not all of this row is shown: L shows it whole, part by part.')}\n"
    return text.rstrip("\n"), spans
