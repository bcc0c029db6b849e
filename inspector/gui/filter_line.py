"""A field with buttons before and after it in one row; where they do not fit, they take more rows."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem

_GAP = 6
_LEAST_FIELD = 15  # times the height of the field: narrower, and nothing that was typed can be read


class FilterLine(QLayout):
    """A layout: the item number ``field`` takes what is left of its row, the others keep their size."""

    def __init__(self, field: int = 0) -> None:
        super().__init__()
        self._field = field
        self._items: list[QLayoutItem] = []

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation.Horizontal

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(QRect(0, 0, width, 0), move=False)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        margins = self.contentsMargins()
        widest = max((item.minimumSize().width() for item in self._items), default=0)
        tallest = max((item.sizeHint().height() for item in self._items), default=0)
        return QSize(widest + margins.left() + margins.right(), tallest + margins.top() + margins.bottom())

    def setGeometry(self, area: QRect) -> None:
        super().setGeometry(area)
        self._arrange(area, move=True)

    def _arrange(self, area: QRect, *, move: bool) -> int:
        """Gives every item its place (``move``) and the height that this takes."""
        inside = area.marginsRemoved(self.contentsMargins())
        top = inside.y()
        for row in self._rows(inside.width()):
            height = max(item.sizeHint().height() for item in row)
            left = inside.x()
            for item in row:
                width = min(item.sizeHint().width(), inside.width())
                if self._is_field(item):
                    width = inside.width() - _width_of(other for other in row if other is not item)
                size = QSize(width, item.sizeHint().height())
                if move:
                    item.setGeometry(QRect(QPoint(left, top + (height - size.height()) // 2), size))
                left += width + _GAP
            top += height + _GAP
        margins = self.contentsMargins()
        return max(top - _GAP - inside.y(), 0) + margins.top() + margins.bottom()

    def _is_field(self, item: QLayoutItem) -> bool:
        return item is self.itemAt(self._field)

    def _rows(self, width: int) -> list[list[QLayoutItem]]:
        shown = [item for item in self._items if not item.isEmpty()]
        place = next((n for n, item in enumerate(shown) if self._is_field(item)), None)
        if place is None:
            return _wrapped(shown, width)
        before, field, after = shown[:place], shown[place], shown[place + 1 :]
        least = field.sizeHint().height() * _LEAST_FIELD
        if _width_of(before) + least + _width_of(after) <= width:
            return [shown]
        if least + _width_of(after) <= width:
            return [*_wrapped(before, width), [field, *after]]
        return [*_wrapped(before, width), [field], *_wrapped(after, width)]


def _width_of(items: Iterable[QLayoutItem]) -> int:
    return sum(item.sizeHint().width() + _GAP for item in items)


def _wrapped(items: list[QLayoutItem], width: int) -> list[list[QLayoutItem]]:
    rows: list[list[QLayoutItem]] = []
    for item in items:
        if rows and _width_of([*rows[-1], item]) - _GAP <= width:
            rows[-1].append(item)
        else:
            rows.append([item])
    return rows
