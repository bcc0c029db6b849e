"""The table of the window: rows are selected whole, the selection is kept by key, never by place."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from inspector.gui.elide import elided
from inspector.gui.rows import Rows
from inspector.gui.texts import tr

_LEAST_CHARACTERS = 14  # of the column that takes what the others leave


class Table(QTableView):
    """Shows ``Rows``. ``chosen`` says which row is current ("" for none) and which are selected with it.
    ``sort_wanted`` is a click on a column's header; ``activated_key`` Return or a double click."""

    chosen = Signal(str, tuple)
    sort_wanted = Signal(int)
    activated_key = Signal(str)

    def __init__(self, rows: Rows, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = rows
        self._quiet = False
        self._instead = ""
        self.chooses_first = False  # whether the first row is chosen as soon as the keyboard comes here
        self.setModel(rows)
        self.setAccessibleName(name)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        middle = ShortenedNames(self)
        for number, column in enumerate(rows.columns):
            if column.middle:
                self.setItemDelegateForColumn(number, middle)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.sectionClicked.connect(self.sort_wanted)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setMinimumSectionSize(24)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.activated.connect(self._activated)
        self.selectionModel().currentRowChanged.connect(self._moved)
        self.selectionModel().selectionChanged.connect(self._moved)
        self.fit()

    def fit(self) -> None:
        """Sets widths and row heights from the font: asking every row would take too long."""
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 11)
        header = self.horizontalHeader()
        for number, column in enumerate(self._rows.columns):
            if column.width == 0:
                header.setSectionResizeMode(number, QHeaderView.ResizeMode.Stretch)
            else:
                header.setSectionResizeMode(number, QHeaderView.ResizeMode.Interactive)
                header.resizeSection(number, self._width_of(column.title, column.width))
        self._keep_readable()

    def say_instead(self, sentence: str) -> None:
        """A quiet sentence where there are no rows; "" for none."""
        if sentence != self._instead:
            self._instead = sentence
            self.setAccessibleDescription(sentence)
            self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._instead and not self._rows.rows:
            painter = QPainter(self.viewport())
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            area = self.viewport().rect().adjusted(24, 24, -24, -24)
            flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
            painter.drawText(area, int(flags), self._instead)
            painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = self.viewport().width() / max(self.fontMetrics().averageCharWidth(), 1)
        for number, column in enumerate(self._rows.columns):
            if column.least:
                self.setColumnHidden(number, room < column.least)
        self._keep_readable()

    def _keep_readable(self) -> None:
        """The column that takes what is left never gets less than its title and a short name need; then the
        table scrolls sideways."""
        header = self.horizontalHeader()
        for number, column in enumerate(self._rows.columns):
            if column.width == 0:
                others = sum(header.sectionSize(n) for n in range(header.count()) if n != number)
                least = self._width_of(column.title, _LEAST_CHARACTERS)
                narrow = self.viewport().width() - others < least
                mode = header.ResizeMode.Interactive if narrow else header.ResizeMode.Stretch
                if header.sectionResizeMode(number) is not mode:
                    header.setSectionResizeMode(number, mode)
                if narrow:
                    header.resizeSection(number, least)

    def _width_of(self, title: str, characters: int) -> int:
        bold = QFont(self.font())
        bold.setBold(True)
        wanted = self.fontMetrics().averageCharWidth() * characters
        return max(wanted, QFontMetrics(bold).horizontalAdvance(tr(title))) + 24

    def current_key(self) -> str:
        row = self._rows.row_at(self.currentIndex())
        return self._rows.key(row) if row is not None else ""

    def selected_keys(self) -> tuple[str, ...]:
        places = sorted({index.row() for index in self.selectionModel().selectedRows()})
        return tuple(
            self._rows.key(self._rows.rows[place]) for place in places if place < len(self._rows.rows)
        )

    def show_rows(self, rows: list[object]) -> None:
        """Puts other rows in; what was selected stays selected where it is still there."""
        current, selected, bar = self.current_key(), self.selected_keys(), self.verticalScrollBar().value()
        self._quiet = True
        self._rows.set_rows(rows)
        self._select(current, selected)
        self.verticalScrollBar().setValue(bar)
        self._quiet = False

    def select_key(self, key: str, others: Iterable[str] = ()) -> bool:
        """Selects a row from outside, without saying so again."""
        if key and key == self.current_key() and key in self.selected_keys():
            return True
        self._quiet = True
        found = self._select(key, tuple(others) or (key,))
        self._quiet = False
        if found:
            self.scrollTo(self.currentIndex())
        return found

    def _select(self, current: str, selected: tuple[str, ...]) -> bool:
        chosen = self.selectionModel()
        place = self._rows.place(current) if current else -1
        wanted = QItemSelection()
        last = len(self._rows.columns) - 1
        for key in selected:
            number = self._rows.place(key)
            if number >= 0:
                wanted.select(self._rows.index(number, 0), self._rows.index(number, last))
        flags = QItemSelectionModel.SelectionFlag
        if place >= 0:
            chosen.setCurrentIndex(self._rows.index(place, 0), flags.NoUpdate)
        elif not current:
            chosen.setCurrentIndex(QModelIndex(), flags.NoUpdate)
        chosen.select(wanted, flags.ClearAndSelect | flags.Rows)
        return place >= 0

    def step(self, by: int) -> None:
        """Goes ``by`` rows down (or up), as a click on that row would."""
        if not self._rows.rows:
            return
        now = self.currentIndex().row()
        chosen = self.selectionModel().hasSelection()  # Qt makes the first row current without choosing it
        place = min(max(now + by, 0), len(self._rows.rows) - 1) if chosen and now >= 0 else max(now, 0)
        # Said outright: setCurrentIndex alone would extend the selection while a modifier is held down.
        flags = QItemSelectionModel.SelectionFlag
        self.selectionModel().setCurrentIndex(self._rows.index(place, 0), flags.ClearAndSelect | flags.Rows)

    def _moved(self, *_: object) -> None:
        if not self._quiet:
            self.chosen.emit(self.current_key(), self.selected_keys())

    def _activated(self, index: QModelIndex) -> None:
        row = self._rows.row_at(index)
        if row is not None:
            self.activated_key.emit(self._rows.key(row))

    def focusInEvent(self, event: QFocusEvent) -> None:
        # Qt makes the first row current without choosing it: then a key would act on what nobody sees.
        before, self._quiet = self._quiet, True
        super().focusInEvent(event)
        self._quiet = before
        if self._rows.rows and self.chooses_first and not self.selectionModel().hasSelection():
            self.setCurrentIndex(self._rows.index(max(self.currentIndex().row(), 0), 0))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Letters belong to the window's keys, not to a search by first letter.
        if event.text().isalnum() and not event.modifiers():
            event.ignore()
        else:
            super().keyPressEvent(event)


_PADDING = 4  # pixels that the style sheet puts around the text of an item


class ShortenedNames(QStyledItemDelegate):
    """Shortens a name that does not fit so that its last part stays; see ``inspector.gui.elide``."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        super().initStyleOption(option, index)
        style = option.widget.style() if option.widget is not None else QApplication.style()
        room = style.subElementRect(QStyle.SubElement.SE_ItemViewItemText, option, option.widget).width()
        margin = style.pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin, option, option.widget) + 1
        room = min(room, option.rect.width()) - 2 * margin - _PADDING
        if room > 0:
            option.text = elided(option.text, option.fontMetrics.horizontalAdvance, room)
            option.textElideMode = Qt.TextElideMode.ElideNone  # shortened once is enough
