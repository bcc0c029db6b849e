"""The Data tab: datasets and data files with what is known of them, the questions about training data, and
the quarantine in which rows wait for people."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QLayout,
    QPushButton,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from inspector.gui.ask_bar import AskBar
from inspector.gui.data_facts import FactsPane, pairs_of
from inspector.gui.data_questions import DataQuestions
from inspector.gui.facts import Facts
from inspector.gui.look import Look
from inspector.gui.marks import marks_of
from inspector.gui.rows import Column
from inspector.gui.screening_panel import QUESTION, ScreeningPanel
from inspector.gui.selection import Selection
from inspector.gui.session import Phase, Session
from inspector.gui.table_page import TablePage
from inspector.gui.texts import shown, tr
from inspector.gui.widgets import spaced
from inspector.gui.wrap import Wrap

if TYPE_CHECKING:
    from inspector.gui.quarantine_workplace import Workplace

SCREENED = ("jsonl", "json", "csv", "tsv", "parquet")
CHIPS = (("Datasets", "kind:dataset"), ("Unpinned", "unpinned"), ("With findings", "findings:worst"))


SOON_MS = 80
PARTS = ("datasets", "questions", "quarantine")
_PART = "data_part"


class DataPage(TablePage):
    """Three parts: one row per dataset or data file with the facts read of it, the twenty questions, the
    quarantine. ``show_part`` goes to one of them."""

    def __init__(self, look: Look, selection: Selection, bar: AskBar) -> None:
        self.look = look
        self.selection = selection
        self.session: Session | None = None
        columns = [
            Column(
                "Dataset",
                lambda row: row["name"],
                0,
                middle=True,
                icon=lambda row: look.kind_icon(row["kind"]),
            ),
            Column("Kind", lambda row: row["kind"], 10),
            Column("Format", lambda row: row["format"], 7),
            Column("Rows", lambda row: row["rows"], 8, sort=lambda row: row["count"]),
            Column("Pin", lambda row: row["pin"], 9),
            Column("Contributors", lambda row: row["contributors"], 12, least=112),
            Column("Licence", lambda row: row["licence"], 10, least=140),
            Column("Marks", lambda row: row["marks"], 12, least=125, colour=lambda row: look.tokens.risk),
            Column("Findings", lambda row: row["findings"], 17, colour=lambda row: look.tokens.risk),
        ]
        super().__init__(
            "Data",
            columns,
            key=lambda row: row["id"],
            spoken=lambda row: f"{row['kind']} {shown(row['name'])}, {row['marks']}, {row['findings']}",
            chips=CHIPS,
        )
        self.table.chosen.connect(self._chosen)
        selection.node_changed.connect(self._follow)
        self.screening = ScreeningPanel(look, bar)
        self.screening.attach_wanted.connect(self._attach)
        self.known = FactsPane()
        self.known.hide()
        self.questions = DataQuestions(look, selection)
        self._bar = bar
        self._quarantine: Workplace | None = None
        self._soon = QTimer(self)  # what was decided is shown once somebody looks, not in the turn of the key
        self._soon.setSingleShot(True)
        self._soon.setInterval(SOON_MS)
        self._soon.timeout.connect(self._decided)
        self._stale = False
        self._place_parts()

    def _place_parts(self) -> None:
        self.column.removeWidget(self.table)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self.table)
        splitter.addWidget(self.known)
        splitter.setStretchFactor(0, 3)
        splitter.setStretchFactor(1, 2)
        body = QWidget()
        body.setObjectName("pane")
        both = QVBoxLayout(body)
        spaced(both, 0, 0, 0, 0, 0)
        both.addWidget(splitter, 1)
        both.addWidget(self.screening)
        self._area = QScrollArea()  # a result of the screening is higher than what a small screen leaves it
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setAccessibleName(tr("Datasets"))
        self._area.setWidget(body)
        self.screening.told.connect(lambda: QTimer.singleShot(0, self, self._show_screening))
        self.column.addWidget(self._area, 1)
        datasets = QWidget()
        _move(self.column, QVBoxLayout(datasets))
        self.stack = QStackedWidget()
        line = Wrap()
        line.setContentsMargins(12, 8, 12, 2)
        self._chips = QButtonGroup(self)
        self.part_chips: dict[str, QPushButton] = {}
        for name, text, part in (
            (PARTS[0], tr("Datasets"), datasets),
            (PARTS[1], tr("Questions"), self.questions),
            (PARTS[2], tr("Quarantine"), QWidget()),
        ):
            chip = QPushButton(text)
            chip.setObjectName("chip")
            chip.setCheckable(True)
            chip.setAccessibleName(tr("Data: {0}").format(text))
            chip.clicked.connect(lambda _=False, name=name: self.show_part(name))
            self._chips.addButton(chip)
            self.part_chips[name] = chip
            self.stack.addWidget(part)
            line.addWidget(chip)
        self.column.addLayout(line)
        self.column.addWidget(self.stack, 1)
        self.setAcceptDrops(True)
        self.show_part(PARTS[0])

    @property
    def quarantine(self) -> Workplace:
        """The workplace, made when it is first asked for: most reviews have no quarantine."""
        if self._quarantine is None:
            from inspector.gui.quarantine_workplace import Workplace

            self._quarantine = Workplace(self.look, self._bar)
            self._quarantine.heading_changed.connect(self._count_waiting)
            room = QVBoxLayout(self.stack.widget(PARTS.index("quarantine")))
            room.setContentsMargins(0, 0, 0, 0)
            room.addWidget(self._quarantine)
            self._quarantine.set_session(self.session)
        return self._quarantine

    # --- the parts -----------------------------------------------------------------------------------

    def show_part(self, name: str) -> None:
        """datasets, questions or quarantine; the keyboard goes there too."""
        self.part_chips[name].setChecked(True)
        if name == "quarantine":
            self.quarantine.show()  # made now, where it was not yet
        self.stack.setCurrentIndex(PARTS.index(name))
        if self.session is not None:
            self.session.remember(_PART, name)
        self._focus_part()

    def part_name(self) -> str:
        return PARTS[self.stack.currentIndex()]

    def _focus_part(self) -> None:
        part = self.part_name()
        if not self.isVisible():
            return
        if part == "datasets":
            self.table.setFocus()
        elif part == "questions":
            self.questions.table.setFocus()
        elif self.quarantine.link.is_open:
            self.quarantine.queue.groups.setFocus()
        else:
            self.quarantine.open_first.setFocus()

    def focus_filter(self) -> None:
        page = self.questions.filter if self.part_name() == "questions" else self.filter
        if self.part_name() != "quarantine":
            page.setFocus(Qt.FocusReason.ShortcutFocusReason)
            page.selectAll()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self._decided()
        QTimer.singleShot(0, self, self._focus_part)  # after the window gave the keyboard to the table

    def _count_waiting(self, waiting: str) -> None:
        text = tr("Quarantine")
        self.part_chips["quarantine"].setText(f"{text} {waiting}" if waiting else text)

    def open_store(self, path: str) -> None:
        """Opens a quarantine store, with its part in view."""
        self.show_part("quarantine")
        self.quarantine.open_store(path)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.quarantine.dragEnterEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        self.show_part("quarantine")
        self.quarantine.dropEvent(event)

    # --- datasets ------------------------------------------------------------------------------------

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange or event.type() is QEvent.Type.StyleChange:
            line = self.fontMetrics().height()
            self.table.setMinimumHeight(line * 7)
            self.known.setMinimumHeight(line * 5)

    def _show_screening(self) -> None:
        self._area.ensureWidgetVisible(self.screening.found, 0, 120)

    def set_session(self, session: Session | None) -> None:
        self.session = session
        self.screening.set_session(session)
        self.questions.set_session(session)
        if self._quarantine is not None:
            self._quarantine.set_session(session)
        self.filter.clear()
        self.known.show_pairs([])
        self.set_all([])
        if session is not None:
            session.grown.connect(self.refresh)
            session.decided.connect(lambda _: self._soon.start())
            part = session.recalled(_PART, PARTS[0])
            self.show_part(part if part in PARTS else PARTS[0])

    def refresh(self) -> None:
        if self.session is None:
            return
        facts = self.session.facts
        read = {str(item.get("path")): item for item in facts.datasets}
        rows = [
            _row(facts, node.id, read.pop(node.name, None))
            for node in list(facts.nodes.values())
            if node.kind.value in ("dataset", "dataset-file")
        ]
        rows += [_loose(path, item) for path, item in read.items()]
        self.set_all(rows)

    def _decided(self) -> None:
        self._stale = not self.isVisible()
        if not self._stale:
            self.refresh()

    def follow(self) -> None:
        if self.selection.node:
            self._follow(self.selection.node)

    def head(self, visible: int, total: int) -> str:
        if visible == total == 1:
            return tr("One dataset or data file")
        if visible == total:
            return tr("{0} datasets and data files").format(f"{total:,}")
        return tr("{0} of {1} datasets and data files").format(f"{visible:,}", f"{total:,}")

    def nothing(self, total: int) -> str:
        ended = self.session is not None and self.session.phase is Phase.READY
        if total or not ended:
            return super().nothing(total)
        return tr("No dataset is named here, and no data file was found.")

    def order(self, row: Any) -> Any:
        return (row["kind"] != "dataset", str(row["name"]).lower())

    def _chosen(self, key: str, _keys: tuple[str, ...]) -> None:
        row = next((row for row in self.rows.rows if row["id"] == key), None)
        is_rows = row is not None and row["kind"] == "dataset-file" and row["format"] in SCREENED
        self.screening.show_file(str(row["name"]) if row is not None and is_rows else "")
        facts = self.session.facts if self.session is not None and row is not None else None
        self.known.show_pairs(pairs_of(facts, row["id"], str(row["name"])) if facts is not None else [])
        if self.session is not None and key in self.session.facts.nodes:
            self.selection.select_node(key)

    def _attach(self, file: str, whole: bool) -> None:
        """Puts a screening report beside the question it answers. An answer that stands is kept."""
        session = self.session
        question = next((q for q in session.questions if q.id == QUESTION), None) if session else None
        if session is None or question is None:
            return
        answer = question.answer or ("yes" if whole else "partial")
        try:
            if session.answer(question.id, answer, note=question.note, evidence=[Path(file)]):
                session.said.emit(tr("The report is attached to the checklist."))
        finally:
            shutil.rmtree(Path(file).parent, ignore_errors=True)

    def _follow(self, node: str) -> None:
        if node.startswith("dataset") and node != self.table.current_key():
            self.table.select_key(node)


def _move(source: QLayout, target: QLayout) -> None:
    """Everything in one layout, in its order, into another."""
    spaced(target, 0, 0, 0, 0, 0)
    while source.count():
        item = source.takeAt(0)
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            target.addWidget(widget, 1 if isinstance(widget, QScrollArea) else 0)
        elif inner is not None:
            inner.setParent(None)
            target.addLayout(inner)


def _row(facts: Facts, key: str, read: dict[str, Any] | None) -> dict[str, Any]:
    node = facts.nodes[key]
    worst = facts.worst_open(key)
    number = len(facts.by_node.get(key, ()))
    row = _loose(node.name, {**node.attributes, **(read or {})})
    said = f"{number:,}, {tr('worst')} {worst.value}" if worst else (f"{number:,}" if number else "")
    row.update(
        id=key,
        name=node.name,
        kind=node.kind.value,
        pin=node.pin.value if node.pin else "",
        marks=", ".join(marks_of(node)),
        findings=said,
    )
    return row


def _loose(path: str, item: dict[str, Any]) -> dict[str, Any]:
    """A row of a file that is no node of its own: a card, say."""
    card = item.get("card") if isinstance(item.get("card"), dict) else {}
    rows = item.get("rows")
    partly = f" {tr('(partly read)')}" if item.get("partly") else ""
    return {
        "id": f"read:{path}",
        "name": path,
        "kind": "card" if item.get("format") == "card" else "dataset-file",
        "format": item.get("format") or "",
        "count": rows if isinstance(rows, int) else -1,
        "rows": (f"{rows:,}" if isinstance(rows, int) else "—") + partly,
        "pin": "",
        "contributors": item.get("contributor_column") or "—",
        "licence": item.get("license") or item.get("licence") or card.get("license") or "—",
        "marks": "",
        "findings": "",
    }
