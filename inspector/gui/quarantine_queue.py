"""What waits in a quarantine: groups on one side, the rows of the chosen one on the other, page by page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from inspector.gui.look import Look
from inspector.gui.quarantine_link import Link
from inspector.gui.quarantine_lists import DeskTable, group_rows, page_rows
from inspector.gui.quarantine_reader import MOST_ROWS, Reader
from inspector.gui.quarantine_words import (
    EVERYTHING,
    KINDS,
    STATES,
    facts_lines,
    kind_words,
    limits_lines,
    problem_words,
)
from inspector.gui.spread import ContributorBars, TimeBars
from inspector.gui.texts import count, shown, tr
from inspector.gui.widgets import Elided, Flow, button, spaced

PAGE = 40
_LEFT = 34  # characters of the groups' side


class Queue(QWidget):
    """``key_pressed`` is what a list was asked for by a key; ``scope_changed`` that a decision would be about
    other rows now. ``said`` carries a sentence."""

    key_pressed = Signal(str)
    scope_changed = Signal()
    said = Signal(str)

    def __init__(self, look: Look, link: Link) -> None:
        super().__init__()
        self.look = look
        self._link = link
        self._groups: list[dict[str, Any]] = []
        self._asked = 0
        self._first = 0
        self._next: int | None = None
        self._before: list[int] = []
        self._seen: dict[str, set[int]] = {}
        self._group = ""
        self.group_wanted = ""  # a group that is gone to as soon as it is there: a sample just drawn
        self.entries = 0  # how long the log was when the page was read
        self.on_rows = False
        self._by_itself = False
        self.groups = DeskTable(group_rows(look), tr("Groups that wait"))
        self.rows = DeskTable(page_rows(look), tr("Rows of the group"))
        self.reader = Reader(look)
        self.facts = Flow(name=tr("What is known of the group"))
        self.limits = Flow(name=tr("What screening does not show"))
        self.contributors = ContributorBars(look)
        self.times = TimeBars(look)
        self.kind = QComboBox()
        self.kind.setAccessibleName(tr("Kind of group"))
        for kind, text in ((EVERYTHING, tr("all groups")), *((one, kind_words(one)) for one in KINDS)):
            self.kind.addItem(text, kind)
        self.waiting_only = QPushButton(tr("Waiting"))
        self.waiting_only.setObjectName("chip")
        self.waiting_only.setCheckable(True)
        self.waiting_only.setChecked(True)
        self.waiting_only.setAccessibleName(tr("Only groups in which rows wait"))
        self.state = QComboBox()
        self.state.setAccessibleName(tr("State of the rows"))
        self.state.addItem(tr("all states"), "")
        for state in STATES:
            self.state.addItem(state, state)
        self.back = button("‹", tr("Page before"), tip=tr("Page before ([)"))
        self.forward = button("›", tr("Next page"), tip=tr("Next page (])"))
        self.place = Elided()
        self.place.setProperty("role", "sub")
        self._build()
        self._connect()

    def _build(self) -> None:
        for box in (self.kind, self.state):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(9)
        left, right = QWidget(), QWidget()
        column = QVBoxLayout(left)
        spaced(column, 0, 0, 0, 0, 4)
        line = QHBoxLayout()
        spaced(line, 0, 0, 0, 0, 6)
        line.addWidget(self.kind, 1)
        line.addWidget(self.waiting_only)
        column.addLayout(line)
        known = QWidget()
        known.setObjectName("pane")
        inner = QVBoxLayout(known)
        spaced(inner, 2, 4, 2, 2, 6)
        inner.addWidget(self.facts)
        inner.addWidget(self.contributors)
        inner.addWidget(self.times)
        inner.addWidget(self.limits)
        inner.addStretch(1)
        self.contributors.hide()
        self.times.hide()
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(known)
        sides = QSplitter(Qt.Orientation.Vertical)
        sides.setChildrenCollapsible(False)
        sides.addWidget(self.groups)
        sides.addWidget(area)
        sides.setSizes([260, 220])
        column.addWidget(sides, 1)
        column = QVBoxLayout(right)
        spaced(column, 0, 0, 0, 0, 4)
        line = QHBoxLayout()
        spaced(line, 0, 0, 0, 0, 6)
        line.addWidget(self.state)
        line.addWidget(self.place, 1)
        line.addWidget(self.back)
        line.addWidget(self.forward)
        column.addLayout(line)
        both = QSplitter(Qt.Orientation.Vertical)
        both.setChildrenCollapsible(False)
        both.addWidget(self.rows)
        both.addWidget(self.reader)
        both.setSizes([200, 260])
        column.addWidget(both, 1)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(3)
        self.splitter.addWidget(left)
        self.splitter.addWidget(right)
        self.splitter.setStretchFactor(1, 1)
        outer = QVBoxLayout(self)
        spaced(outer, 0, 0, 0, 0, 0)
        outer.addWidget(self.splitter)
        self.fit()

    def _connect(self) -> None:
        self.groups.chosen.connect(lambda key, _keys: self._picked(key))
        self.rows.chosen.connect(lambda _key, _keys: self._rows_chosen())
        self.groups.focused.connect(lambda: self._stand(False))
        self.rows.focused.connect(lambda: self._stand(True))
        self.groups.key_pressed.connect(self.act)
        self.rows.key_pressed.connect(self.act)
        self.groups.activated_key.connect(lambda _: self.rows.setFocus())
        self.kind.currentIndexChanged.connect(lambda _: self._show_groups())
        self.waiting_only.clicked.connect(lambda _: self._show_groups())
        self.state.currentIndexChanged.connect(lambda _: self._turn_to(0, []))
        self.back.clicked.connect(self.page_back)
        self.forward.clicked.connect(self.page_on)
        self.look.changed.connect(self.fit)

    def fit(self) -> None:
        """Heights from the type: a list shows some rows at every scale."""
        line = self.groups.fontMetrics().height() + 11
        for part in (self.groups, self.rows, self.reader):
            part.setMinimumHeight(line * 3)
        self.groups.fit()
        self.rows.fit()

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()  # more is given where there is room

    def set_narrow(self, narrow: bool) -> None:
        way = Qt.Orientation.Vertical if narrow else Qt.Orientation.Horizontal
        if self.splitter.orientation() is not way:
            self.splitter.setOrientation(way)
            least = self.groups.fontMetrics().averageCharWidth() * _LEFT
            self.splitter.setSizes([260, 420] if narrow else [least, max(self.width() - least, 300)])

    # --- groups --------------------------------------------------------------------------------------

    def set_groups(self, groups: list[dict[str, Any]], rows: int, pending: int) -> None:
        """Takes the groups as they are now; what was chosen stays chosen."""
        everything = {
            "id": EVERYTHING,
            "kind": EVERYTHING,
            "title": tr("All rows of the store"),
            "rows": rows,
            "pending": pending,
            "level": "",
            "said": "",
        }
        self._groups = [*groups, everything]
        if self._by_itself and groups:
            self._group = ""  # nobody chose the rows that were shown while the groups were counted
        self._by_itself = not groups
        self._show_groups()
        wanted, self.group_wanted = self.group_wanted, ""
        if any(one["id"] == wanted for one in self._groups):
            self.select_group(wanted)

    def clear(self) -> None:
        self._groups, self._group, self._seen = [], "", {}
        self.groups.show_rows([])
        self._show_page([], None)

    def _show_groups(self) -> None:
        kind = self.kind.currentData()
        waiting = self.waiting_only.isChecked()
        shown_groups = [
            one
            for one in self._groups
            if (kind in (EVERYTHING, one["kind"]))
            and (one["pending"] or not waiting or one["id"] in (self._group, EVERYTHING))
        ]
        self.groups.show_rows(shown_groups)
        if self._group and not any(one["id"] == self._group for one in shown_groups):
            self._group = ""
        if not self._group and shown_groups:
            self.select_group(shown_groups[0]["id"])
        self.scope_changed.emit()

    def select_group(self, key: str) -> None:
        """Goes to a group, as a click on it would."""
        self.groups.select_key(key)
        self._group_chosen(key)

    def group(self) -> dict[str, Any] | None:
        """The chosen group, or None."""
        return next((one for one in self._groups if one["id"] == self._group), None)

    def _picked(self, key: str) -> None:
        self._by_itself = False
        self._group_chosen(key)

    def _group_chosen(self, key: str) -> None:
        if not key or key == self._group:
            return
        self._group = key
        self.scope_changed.emit()
        self._turn_to(0, [])

    # --- pages ---------------------------------------------------------------------------------------

    def _turn_to(self, first: int, before: list[int]) -> None:
        self._first, self._before = first, before
        self._ask(keep=False)

    def page_on(self) -> None:
        if self._next is not None:
            self._turn_to(self._next, [*self._before, self._first])

    def page_back(self) -> None:
        if self._before:
            self._turn_to(self._before[-1], self._before[:-1])

    def refresh(self) -> None:
        """Reads the page again; the chosen rows stay chosen."""
        self._ask(keep=True)

    def _ask(self, *, keep: bool) -> None:
        if not self._link.is_open or not self._group:
            return
        self._asked += 1
        number, group = self._asked, self._group
        if not keep:
            self.reader.say(tr("Reading the rows …"))

        def answered(answer: dict[str, Any] | None, problem: dict[str, Any]) -> None:
            if number != self._asked:
                return  # another page was asked for meanwhile
            if answer is None:
                self._show_page([], None)
                self.reader.say(problem_words(problem))
                return
            self.entries = answer["entries"]
            self._show_facts(group, answer.get("facts") or {})
            self._show_page(answer["rows"], answer.get("next"))
            if self.rows.rows_model.rows and not self.rows.selectionModel().hasSelection():
                self.rows.setCurrentIndex(self.rows.rows_model.index(0, 0))

        self._link.ask(
            "rows",
            answered,
            group="" if group == EVERYTHING else group,
            state=self.state.currentData(),
            first=self._first,
            most=PAGE,
        )

    def _show_page(self, rows: list[dict[str, Any]], following: int | None) -> None:
        self._next = following
        self._seen.setdefault(self._group, set()).update(one["row"] for one in rows)
        self.rows.show_rows(rows)
        self.back.setEnabled(bool(self._before))
        self.forward.setEnabled(following is not None)
        group = self.group()
        known = group["rows"] if group is not None else 0
        whole = f"{known:,}" if known >= len(rows) else "…"  # not counted yet
        more = tr("more follow") if following is not None else tr("the last page")
        self.place.setText(
            tr("page {0}: {1} of {2} rows, {3}").format(len(self._before) + 1, len(rows), whole, more)
            if rows
            else tr("No rows here.")
        )
        self.times.show_times([one["time"] for one in rows if one["time"]])
        self._rows_chosen()

    def _show_facts(self, group: str, facts: Mapping[str, Any]) -> None:
        known = self.group()
        kind = known["kind"] if known is not None else ""
        self.facts.set_text("\n".join(facts_lines(kind, facts)), keep_newlines=True)
        self.limits.set_text("\n".join(limits_lines(facts)), keep_newlines=True)
        told = facts.get("contributors")
        counts = [(one.get("name", ""), one.get("rows", "0")) for one in told or () if isinstance(one, dict)]
        self.contributors.show_counts([(name, int(n)) for name, n in counts if str(n).isdecimal()])

    def _rows_chosen(self) -> None:
        chosen = self.chosen_rows()
        self.reader.show_rows(chosen[:MOST_ROWS], len(chosen))
        self.scope_changed.emit()

    def chosen_rows(self) -> list[dict[str, Any]]:
        """The rows of the page that are selected."""
        wanted = set(self.rows.selected_keys())
        return [one for one in self.rows.rows_model.rows if str(one["row"]) in wanted]

    def seen_of_group(self) -> int:
        """How many rows of the chosen group were on the screen since the store was opened."""
        return len(self._seen.get(self._group, ()))

    # --- keys ----------------------------------------------------------------------------------------

    def _stand(self, on_rows: bool) -> None:
        if self.on_rows != on_rows:
            self.on_rows = on_rows
            self.scope_changed.emit()

    def act(self, wanted: str) -> None:
        """Does what a key of the workplace asks for, or passes it on."""
        table = self.rows if self.on_rows else self.groups
        steps = {"next-row": 1, "previous-row": -1}
        if wanted in steps:
            table.step(steps[wanted])
        elif wanted == "next-page":
            self.page_on()
        elif wanted == "previous-page":
            self.page_back()
        else:
            self.key_pressed.emit(wanted)

    def describe(self) -> str:
        """The chosen group in a few words, for the question before a decision."""
        group = self.group()
        if group is None:
            return ""
        rows = count(group["rows"], "row", "rows")
        return f"{kind_words(group['kind'])} “{shown(group['title'], 60)}” ({rows})"
