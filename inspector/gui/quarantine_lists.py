"""The two lists of the quarantine workplace: groups, and the rows of one page; and the keys that act there.

The window's own letters and digits decide on findings. While a list of the workplace has the keyboard they
must not: nobody wants to confirm a finding they cannot see.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent

from inspector.gui.look import Look
from inspector.gui.quarantine_words import kind_words, moment, state_help
from inspector.gui.rows import Column, Rows
from inspector.gui.table import Table
from inspector.gui.texts import shown, tr

# Keys of the workplace; the help page and the tips name them.
KEYS: Mapping[str, str] = {
    "A": "approve",
    "R": "reject",
    "O": "reopen",
    "W": "waive",
    "C": "claim",
    "S": "sample",
    "L": "slice",
    "J": "next-row",
    "K": "previous-row",
    "]": "next-page",
    "[": "previous-page",
}
_HELD_BACK = frozenset("123456GHMNPEUX")  # act on findings and nodes elsewhere


class DeskTable(Table):
    """A table that keeps single keys for the workplace. ``key_pressed`` carries what is wanted."""

    key_pressed = Signal(str)
    focused = Signal()

    def __init__(self, rows: Rows, name: str) -> None:
        super().__init__(rows, name)
        self.rows_model = rows

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.minimumHeight())  # more is given where there is room

    def event(self, event: QEvent) -> bool:
        if is_override(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not _is_ours(event):
            super().keyPressEvent(event)
            return
        wanted = wanted_by(event)
        if wanted:
            self.key_pressed.emit(wanted)
        event.accept()

    def focusInEvent(self, event: Any) -> None:
        super().focusInEvent(event)
        self.focused.emit()


def is_override(event: QEvent) -> bool:
    """Whether the window is about to take a key that belongs to the workplace."""
    return event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_ours(event)


def wanted_by(event: QKeyEvent) -> str | None:
    """What a key asks for here: "" for one that is only held back, None for one that is not ours."""
    if not _is_ours(event):
        return None
    return "undo" if event.key() == Qt.Key.Key_Z else KEYS.get(event.text().upper(), "")


def _is_ours(event: QKeyEvent) -> bool:
    held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if held == Qt.KeyboardModifier.ControlModifier:
        return event.key() == Qt.Key.Key_Z  # undoes decisions on findings, which are not seen from here
    if held and held != Qt.KeyboardModifier.ShiftModifier:
        return False
    text = event.text().upper()
    return text in KEYS or (len(text) == 1 and text in _HELD_BACK)


def group_rows(look: Look) -> Rows:
    """The model of the groups: what waits, most suspicious first."""
    return Rows(
        [
            Column("Group", titled, 0, tooltip=titled),
            Column("Waiting", lambda row: f"{row['pending']:,}", 8, colour=lambda row: _waits(look, row)),
            Column("Rows", lambda row: f"{row['rows']:,}", 8, least=40),
            Column("Level", lambda row: _level(row), 10, least=56),
        ],
        key=lambda row: row["id"],
        spoken=lambda row: tr("{0}, {1}: {2} of {3} rows wait").format(
            titled(row), _level(row) or kind_words(row["kind"]), f"{row['pending']:,}", f"{row['rows']:,}"
        ),
    )


def page_rows(look: Look) -> Rows:
    """The model of one page of rows."""
    return Rows(
        [
            Column("Row", lambda row: row["row"], 7),
            Column("State", lambda row: row["state"], 13, tooltip=lambda row: state_help(row["state"])),
            Column("Contributor", lambda row: who(row), 13, least=48, middle=True),
            Column("Time", lambda row: when(row), 23, least=96),
            Column("Source", lambda row: row["source"] or "—", 13, least=104, middle=True),
            Column("Beginning", lambda row: row["text"], 0),
        ],
        key=lambda row: str(row["row"]),
        spoken=lambda row: tr("row {0}, {1}, from {2}, {3}").format(
            row["row"], row["state"], who(row), shown(row["text"], 200)
        ),
    )


def who(row: Mapping[str, Any]) -> str:
    """Who contributed a row, everyone of them."""
    return shown(", ".join(row["contributors"]), 300) or "—"


def when(row: Mapping[str, Any]) -> str:
    """When a row was given, by its own column; else when it was added."""
    return moment(shown(row["time"], 60)) or (moment(row["added"]) if row["added"] else "—")


def titled(row: Mapping[str, Any]) -> str:
    """A group by its name, with its kind where the name does not say it."""
    name = shown(row["title"], 200)
    return f"{kind_words(row['kind'])} {name}" if row["kind"] in ("batch", "contributor") else name


def _level(row: Mapping[str, Any]) -> str:
    return {"look-first": tr("look first"), "weak": tr("weak")}.get(row["level"], "")


def _waits(look: Look, row: Mapping[str, Any]) -> str | None:
    return look.tokens.ink if row["pending"] else look.tokens.sub
