"""A tab that is a table: a heading that says how many of how many, a filter line with chips, the rows.

Filtering and sorting run over plain lists in slices of a few milliseconds.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Any

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtWidgets import QLineEdit, QPushButton, QVBoxLayout, QWidget

from inspector.gui.rows import Column, Rows, matches
from inspector.gui.slices import Slices, sorted_in_slices
from inspector.gui.table import Table
from inspector.gui.texts import tr
from inspector.gui.widgets import Elided, plain_label, spaced
from inspector.gui.wrap import Wrap

IDLE_MILLISECONDS = 400  # of stillness before what filtering and sorting need is worked out ahead
_LEAST_HEADING = 6  # times its height: enough for "12 packages"
_AT_ONCE = 400  # rows between two looks at the clock


class TablePage(QWidget):
    """Base of the tabs with rows. Subclasses give columns, the source of rows and how a row is selected."""

    def __init__(
        self,
        name: str,
        columns: Sequence[Column],
        key: Callable[[Any], str],
        spoken: Callable[[Any], str],
        chips: Sequence[tuple[str, str]] = (),
        hint: str = "",
    ) -> None:
        super().__init__()
        self.setObjectName("page")
        self.name = name
        self.heading = Elided()
        self.heading.setProperty("role", "heading")
        self.heading.least = 20
        self.remark = plain_label(role="sub")
        self.remark.setWordWrap(True)
        self.remark.hide()
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(hint or tr("Filter"))
        self.filter.setAccessibleName(tr("Filter of {0}").format(tr(name)))
        self.filter.setClearButtonEnabled(True)
        self.rows = Rows(columns, key, spoken, self)
        self.table = Table(self.rows, tr(name))
        self.chips: dict[str, QPushButton] = {}
        self._all: list[Any] = []
        self._ordered: list[Any] | None = None  # the same in the order of rows, None where not sorted yet
        self._sort_keys: dict[int, list[Any]] = {}  # by column, one for each of the ordered rows
        self._changes = 0  # how often the rows became others
        self._sort: tuple[int, bool] | None = None
        self._slices = Slices(self)
        self._again = False
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self.refilter)
        self._ahead = Slices(self)
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.setInterval(IDLE_MILLISECONDS)
        self._idle.timeout.connect(self._prepare)
        self.filter.textChanged.connect(self._typed)
        self.filter.returnPressed.connect(self._into_the_table)
        self.table.sort_wanted.connect(self._sort_by)
        self._build(chips)

    def _build(self, chips: Sequence[tuple[str, str]]) -> None:
        top = Wrap(self.heading, gap=10, field=0, least=_LEAST_HEADING)
        top.setContentsMargins(12, 8, 12, 6)
        self.top = top
        line = Wrap(field=0)
        line.setContentsMargins(12, 0, 12, 8)
        line.addWidget(self.filter)
        for text, term in chips:
            chip = QPushButton(tr(text))
            chip.setObjectName("chip")
            chip.setCheckable(True)
            chip.setToolTip(term)
            chip.setAccessibleName(tr("Filter: {0}").format(tr(text)))
            chip.clicked.connect(lambda on, term=term: self.toggle_term(term, on))
            self.chips[term] = chip
            line.addWidget(chip)
        column = QVBoxLayout(self)
        spaced(column, 0, 0, 0, 0, 0)
        column.addLayout(top)
        column.addWidget(self.remark)
        self.remark.setContentsMargins(12, 0, 12, 6)
        column.addLayout(line)
        column.addWidget(self.table, 1)
        self.column = column
        self.table.setIconSize(QSize(15, 15))
        self.table.setMinimumHeight(1)  # in a low window it gives way before what stands above it overlaps

    # --- what subclasses say -------------------------------------------------------------------------

    def accept(self) -> Callable[[Any], bool] | None:
        """What the filter line lets through; None lets everything through."""
        query = self.filter.text().strip()
        columns = self.rows.columns
        return (lambda row: matches(row, columns, query)) if query else None

    def passing(self) -> Callable[[Sequence[Any]], list[int]] | None:
        """``accept`` for many rows at once: the places of those that are let through."""
        accept = self.accept()
        if accept is None:
            return None
        return lambda rows: [place for place, row in enumerate(rows) if accept(row)]

    def head(self, visible: int, total: int) -> str:
        return tr("{0} of {1}").format(f"{visible:,}", f"{total:,}")

    def nothing(self, total: int) -> str:
        """What stands where there are no rows to show; ``total`` is how many there are without the filter."""
        said = tr("Nothing here passes the filter. Without it there are {0}.")
        return said.format(f"{total:,}") if total else ""

    def follow(self) -> None:
        """Finds the row of what is selected elsewhere: rows may come after the selection."""

    def order(self, row: Any) -> Any:
        """The order of rows until a column is clicked."""
        return self.rows.key(row)

    # --- rows ----------------------------------------------------------------------------------------

    def set_all(self, rows: list[Any]) -> None:
        """Takes the rows of the target as they are now."""
        self._all = rows
        self._forget_order()
        if self._slices.busy:
            self._again = True  # a running scan must not starve the table of its first rows
        else:
            self.refilter()

    def _forget_order(self) -> None:
        self._ordered = None
        self._sort_keys.clear()
        self._changes += 1
        self._ahead.stop()
        self._idle.start()

    def refilter(self) -> None:
        """Filters and sorts anew; the table changes when that is done."""
        self._again = False
        found: list[Any] = []
        begun = self._changes

        def done() -> None:
            self._again = self._again or begun != self._changes  # rows changed meanwhile: once more
            self._show(found)

        self._slices.run(self._filtered(found), done)

    def _filtered(self, found: list[Any]) -> Iterator[None]:
        ordered = yield from self._put_in_order()
        passing = self.passing()
        if passing is None:
            places = list(range(len(ordered)))
        else:
            places = []
            for start in range(0, len(ordered), _AT_ONCE):
                places += [start + place for place in passing(ordered[start : start + _AT_ONCE])]
                yield
        if self._sort is not None:
            column, down = self._sort
            keys = yield from self._keys_of(column, ordered)
            places = yield from sorted_in_slices(places, keys.__getitem__, reverse=down)
        found += [ordered[place] for place in places]

    def _put_in_order(self) -> Generator[None, None, list[Any]]:
        """The rows in their order, sorted once: filtering keeps it."""
        if self._ordered is not None:
            return self._ordered
        rows, begun = list(self._all), self._changes
        yield from _sorted(rows, self.order)
        if begun == self._changes:
            self._ordered = rows
        return rows

    def _keys_of(self, column: int, ordered: list[Any]) -> Generator[None, None, list[Any]]:
        """What a column is sorted by, for each of the rows; worked out once as long as they stay the same."""
        if ordered is self._ordered and column in self._sort_keys:
            return self._sort_keys[column]
        keys, key = [], self.rows.columns[column].sort_key
        for number, row in enumerate(ordered):
            keys.append(key(row))
            if number % 100 == 99:
                yield
        if ordered is self._ordered:
            self._sort_keys[column] = keys
        return keys

    def _prepare(self) -> None:
        """Works ahead while nobody waits, so that the first filter and the first sort are quick too."""
        if not self._slices.busy:
            self._ahead.run(self._ahead_of_time())

    def _ahead_of_time(self) -> Iterator[None]:
        ordered = yield from self._put_in_order()
        for column in range(len(self.rows.columns)):
            yield from self._keys_of(column, ordered)

    def _show(self, found: list[Any]) -> None:
        self.table.show_rows(found)
        self.heading.setText(self.head(len(found), len(self._all)))
        self.table.say_instead("" if found else self.nothing(len(self._all)))
        self._mark_chips()
        if found and not self.table.selectionModel().hasSelection():
            self.follow()
        if self._again:
            self.refilter()

    def _sort_by(self, column: int) -> None:
        down = self._sort == (column, False)
        self._sort = (column, down)
        order = Qt.SortOrder.DescendingOrder if down else Qt.SortOrder.AscendingOrder
        self.table.horizontalHeader().setSortIndicator(column, order)
        self.refilter()

    def _into_the_table(self) -> None:
        """From the filter to what it left: the first row is chosen where none is."""
        self.table.setFocus()
        if not self.table.selectionModel().hasSelection():
            self.table.step(0)

    # --- filter line ---------------------------------------------------------------------------------

    def _typed(self, _text: str) -> None:
        self._mark_chips()
        self._later.start()

    def toggle_term(self, term: str, on: bool) -> None:
        """A chip writes its term into the filter line, or takes it out again."""
        words = [word for word in self.filter.text().split() if word != term]
        self.filter.setText(" ".join([*words, term] if on else words))
        self._later.stop()
        self.refilter()

    def _mark_chips(self) -> None:
        words = set(self.filter.text().split())
        for term, chip in self.chips.items():
            chip.setChecked(term in words)

    def focus_filter(self) -> None:
        self.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter.selectAll()

    def keyPressEvent(self, event: Any) -> None:
        if event.key() == Qt.Key.Key_Escape and self.filter.hasFocus():
            self.table.setFocus()
            return
        super().keyPressEvent(event)


def _sorted(rows: list[Any], key: Callable[[Any], Any]) -> Iterator[None]:
    """Sorts ``rows`` in place, keys first and in slices: comparing alone is quick."""
    keyed = []
    for number, row in enumerate(rows):
        keyed.append((key(row), number))
        if number % 100 == 99:
            yield
    keyed = yield from sorted_in_slices(keyed)
    rows[:] = [rows[number] for _, number in keyed]
