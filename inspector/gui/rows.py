"""A table model over a plain list. Sorting and filtering happen outside; this shows rows and nothing more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QIcon

from inspector.gui.texts import shown, tr

Index = QModelIndex | QPersistentModelIndex
_HEADER_FLAGS = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren


@dataclass(frozen=True)
class Column:
    """One column. ``text`` gives what stands in it, ``sort`` what it is sorted by, ``width`` is in
    characters (0 takes the room that is left)."""

    title: str
    text: Callable[[Any], object]
    width: int = 12
    icon: Callable[[Any], QIcon | None] | None = None
    colour: Callable[[Any], str | None] | None = None
    sort: Callable[[Any], Any] | None = None
    tooltip: Callable[[Any], object] | None = None
    least: int = 0  # hidden where the table is narrower than this many characters
    middle: bool = False  # names that differ at both ends are shortened in their middle

    def sort_key(self, row: Any) -> Any:
        return self.sort(row) if self.sort is not None else str(self.text(row)).lower()


class Rows(QAbstractTableModel):
    """``key`` names a row for good; ``spoken`` is the whole row as one line, for screen readers."""

    def __init__(
        self,
        columns: Sequence[Column],
        key: Callable[[Any], str],
        spoken: Callable[[Any], str],
        parent: Any = None,
    ) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self.key = key
        self.spoken = spoken
        self.rows: list[Any] = []
        self._places: dict[str, int] | None = {}

    def set_rows(self, rows: list[Any]) -> None:
        self.beginResetModel()
        self.rows = rows
        self._places = None
        self.endResetModel()

    def place(self, key: str) -> int:
        """The row number of ``key``, or -1."""
        if self._places is None:
            self._places = {self.key(row): number for number, row in enumerate(self.rows)}
        return self._places.get(key, -1)

    def replace(self, rows: Iterable[Any]) -> None:
        """Puts changed rows in their old places, and says so once."""
        changed = []
        for row in rows:
            number = self.place(self.key(row))
            if number >= 0:
                self.rows[number] = row
                changed.append(number)
        if changed:
            last = len(self.columns) - 1
            self.dataChanged.emit(self.index(min(changed), 0), self.index(max(changed), last))

    def row_at(self, index: Index) -> Any:
        return self.rows[index.row()] if index.isValid() and index.row() < len(self.rows) else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.columns)

    def flags(self, index: Index) -> Qt.ItemFlag:
        return _HEADER_FLAGS if index.isValid() else Qt.ItemFlag.NoItemFlags

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is Qt.Orientation.Horizontal and 0 <= section < len(self.columns):
            if role == Qt.ItemDataRole.DisplayRole:
                return tr(self.columns[section].title)
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.row_at(index)
        if row is None:
            return None
        column = self.columns[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return shown(column.text(row), 300)
        if role == Qt.ItemDataRole.DecorationRole and column.icon is not None:
            return column.icon(row)
        if role == Qt.ItemDataRole.ForegroundRole and column.colour is not None:
            colour = column.colour(row)
            return QColor(colour) if colour else None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            text = shown(column.text(row), 300)
            return shown(self.spoken(row), 600) if index.column() == 0 else text or "—"
        if role == Qt.ItemDataRole.ToolTipRole:
            return _tip(column.tooltip(row) if column.tooltip is not None else column.text(row))
        return None


def _tip(value: object) -> str | None:
    """A tooltip that Qt cannot take for rich text: a word joiner would be invisible, an escape is not."""
    text = shown(value, 600)
    return text.replace("<", "‹").replace(">", "›") if text else None


def matches(row: Any, columns: Sequence[Column], query: str) -> bool:
    """Whether every word of ``query`` is in the row; ``loading:runs-code`` asks one column only."""
    texts = [str(column.text(row)).lower() for column in columns]
    for word in query.lower().split():
        name, colon, value = word.partition(":")
        places = (
            [n for n, c in enumerate(columns) if colon and c.title.lower().startswith(name)] if name else []
        )
        if places:
            if not any(value in texts[place] for place in places):
                return False
        elif not any(word in text for text in texts):
            return False
    return True
