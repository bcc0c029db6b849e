"""A row of widgets that goes on in the next row where there is no room: at 200 % on a small screen too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QStyle, QWidget

LEAST_FIELD = 15  # times the height of the field: narrower, and nothing that was typed can be read


class Wrap(QLayout):
    """Widgets in their order, in as many rows as it takes, ``gap`` pixels apart.

    The item number ``field``, where there is one, takes what is left of its row; the others keep their size.
    Where the field would be narrower than ``least`` times its height, what stands before it moves into rows
    above, then what follows it into rows below.
    """

    def __init__(
        self, *widgets: QWidget, gap: int = 6, field: int | None = None, least: float = LEAST_FIELD
    ) -> None:
        super().__init__()
        self._field = field
        self._gap = gap
        self._least = least
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)
        for widget in widgets:
            self.addWidget(widget)

    def set_field(self, number: int) -> None:
        """Which item takes what is left of its row."""
        self._field = number
        self.invalidate()

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0) if self._field is None else Qt.Orientation.Horizontal

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        margins = self.contentsMargins()
        rows = list(self._placed(QRect(0, 0, width, 0)))
        lowest = max((place.bottom() + 1 for _, place in rows), default=margins.top())
        return lowest + margins.bottom()

    def sizeHint(self) -> QSize:
        """All in one row; of a field it is unknown how wide that should be."""
        least = self.minimumSize()
        if self._field is not None:
            return least
        margins = self.contentsMargins()
        width = max(self._width_of(self._shown()) - self._gap, 0) + margins.left() + margins.right()
        return QSize(max(width, least.width()), least.height())

    def minimumSize(self) -> QSize:
        margins = self.contentsMargins()
        widest = max((item.minimumSize().width() for item in self._shown()), default=0)
        tallest = max((item.sizeHint().height() for item in self._shown()), default=0)
        return QSize(widest + margins.left() + margins.right(), tallest + margins.top() + margins.bottom())

    def setGeometry(self, area: QRect) -> None:
        super().setGeometry(area)
        parent = self.parentWidget()
        direction = parent.layoutDirection() if parent is not None else Qt.LayoutDirection.LeftToRight
        for item, place in self._placed(area):
            item.setGeometry(QStyle.visualRect(direction, area, place))

    def _placed(self, area: QRect) -> Iterator[tuple[QLayoutItem, QRect]]:
        """Every item that is shown with its place, from left to right."""
        inside = area.marginsRemoved(self.contentsMargins())
        top = inside.y()
        for row in self._rows(inside.width()):
            height = max(item.sizeHint().height() for item in row)
            left = inside.x()
            for item in row:
                width = min(item.sizeHint().width(), max(inside.width(), item.minimumSize().width()))
                if self._is_field(item):
                    width = inside.width() - self._width_of(other for other in row if other is not item)
                size = QSize(width, item.sizeHint().height())
                yield item, QRect(QPoint(left, top + (height - size.height()) // 2), size)
                left += width + self._gap
            top += height + self._gap

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _is_field(self, item: QLayoutItem) -> bool:
        return self._field is not None and item is self.itemAt(self._field)

    def _rows(self, width: int) -> list[list[QLayoutItem]]:
        shown = self._shown()
        place = next((number for number, item in enumerate(shown) if self._is_field(item)), None)
        if place is None:
            return self._wrapped(shown, width)
        before, field, after = shown[:place], shown[place], shown[place + 1 :]
        least = round(field.sizeHint().height() * self._least)
        if self._width_of(before) + least + self._width_of(after) <= width:
            return [shown]
        if least + self._width_of(after) <= width:
            return [*self._wrapped(before, width), [field, *after]]
        return [*self._wrapped(before, width), [field], *self._wrapped(after, width)]

    def _width_of(self, items: Iterable[QLayoutItem]) -> int:
        return sum(item.sizeHint().width() + self._gap for item in items)

    def _wrapped(self, items: list[QLayoutItem], width: int) -> list[list[QLayoutItem]]:
        rows: list[list[QLayoutItem]] = []
        for item in items:
            if rows and self._width_of([*rows[-1], item]) - self._gap <= width:
                rows[-1].append(item)
            else:
                rows.append([item])
        return rows
