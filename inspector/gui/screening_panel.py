"""Screening of one data file in the Data tab: suspicions, their rows side by side, and what became of them.

The work is done by ``inspector dataset screen`` in a process of its own. A suspicion is an association in
the data and never a verdict: nothing here is red, and the limits of the method stand below every result.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QResizeEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QSplitter,
    QTextEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from inspector.gui.ask_bar import AskBar
from inspector.gui.child import Child, message_of
from inspector.gui.data_questions import SCREENED
from inspector.gui.look import Look
from inspector.gui.quarantine_reader import in_utf16
from inspector.gui.quarantine_text import MARKER, pattern_of
from inspector.gui.screening_words import row_words, rows_in, visible
from inspector.gui.session import Session
from inspector.gui.spread import ContributorBars, TimeBars, some_of
from inspector.gui.texts import count, shown, tr
from inspector.gui.widgets import Elided, Flow, TextPane, button, letters, set_role, spaced
from inspector.gui.wrap import Wrap
from inspector.provenance import plain

ROWS_SHOWN = 12
ROWS_FOR_SPREAD = 500
QUESTION = "data.screened"
_NUMBER = Qt.ItemDataRole.UserRole
_REMEMBERED = "screening"


class ScreeningPanel(QWidget):
    """``show_file`` says which file is meant; nothing is read before the reviewer asks for it.

    ``attach_wanted`` carries a report file that belongs to the checklist's question on screening.
    """

    attach_wanted = Signal(str, bool)
    told = Signal()  # there is a result to look at

    def __init__(self, look: Look, bar: AskBar) -> None:
        super().__init__()
        self.look = look
        self.bar = bar
        self.session: Session | None = None
        self._file: Path | None = None
        self._path = ""
        self._child: Child | None = None
        self._rows_child: Child | None = None
        self._report: dict[str, Any] = {}
        self._closed: dict[str, dict[str, str]] = {}
        self._attached = False
        self.title = Elided()
        self.title.setProperty("role", "heading")
        self.said = Flow(name=tr("Result of the screening"))
        self.screen = button(tr("Screen this file"))
        self.screen.setToolTip(tr("Looks for rows that seem planted. Nothing of the file is run."))
        self.cancel = button(tr("Stop"))
        self.attach = button(tr("Attach to the checklist"))
        self.found = QTreeWidget()
        self.notes = Flow(name=tr("Notes"))
        self.who = ContributorBars(look)
        self.when = TimeBars(look)
        self.rows = TextPane(tr("Rows of the suspicion"))
        self.dismiss = button(tr("Dismiss…"))
        self.confirm = button(tr("Confirm…"))
        self.limits = TextPane(tr("Limits of the screening"))
        self._build()
        self.screen.clicked.connect(self.start)
        self.cancel.clicked.connect(self.stop)
        self.attach.clicked.connect(self._attach)
        self.dismiss.clicked.connect(lambda: self._ask("dismissed"))
        self.confirm.clicked.connect(lambda: self._ask("confirmed"))
        self.found.currentItemChanged.connect(self._chosen)

    def _build(self) -> None:
        top = Wrap(self.title, self.attach, self.cancel, self.screen, gap=8, field=0)
        self.found.setAccessibleName(tr("Suspicions"))
        self.found.setHeaderLabels([tr(t) for t in ("Look", "Kind", "Marker", "Rows", "Closed as")])
        self.found.setRootIsDecorated(False)
        self.found.setUniformRowHeights(True)
        header = self.found.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        line = self.rows.fontMetrics().lineSpacing()
        self.rows.setMinimumHeight(line * 8)
        self.found.setMinimumHeight(line * 6)
        self.limits.setMaximumHeight(round(self.limits.fontMetrics().lineSpacing() * 4.5))
        detail = QWidget()
        column = QVBoxLayout(detail)
        spaced(column, 8, 0, 0, 0, 6)
        decide = Wrap(self.dismiss, self.confirm)
        plots = QHBoxLayout()
        spaced(plots, 0, 0, 0, 0, 16)
        plots.addWidget(self.who, 3, Qt.AlignmentFlag.AlignTop)
        plots.addWidget(self.when, 2, Qt.AlignmentFlag.AlignTop)
        column.addWidget(self.notes)
        column.addLayout(plots)
        column.addWidget(self.rows, 1)
        column.addLayout(decide)
        self.detail = detail
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self.found)
        splitter.addWidget(detail)
        splitter.setSizes([420, 520])
        self.splitter = splitter
        outer = QVBoxLayout(self)
        spaced(outer, 12, 8, 12, 8, 6)
        outer.addLayout(top)
        outer.addWidget(self.said)
        outer.addWidget(splitter, 1)
        outer.addWidget(self.limits)
        outer.addStretch(0)  # before there is a result, the words stand at the top
        self._empty()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Suspicions beside their rows where there is room, above them where there is none."""
        super().resizeEvent(event)
        narrow = self.width() < letters(self, 78)
        self.splitter.setOrientation(Qt.Orientation.Vertical if narrow else Qt.Orientation.Horizontal)

    # --- which file ----------------------------------------------------------------------------------

    def set_session(self, session: Session | None) -> None:
        self.stop()
        self.session = session
        kept = session.recalled(_REMEMBERED, {}) if session is not None else {}
        self._closed = dict(kept) if isinstance(kept, dict) else {}
        self.show_file("")

    def show_file(self, path: str) -> None:
        """The file of the target that is meant, "" for none. Another file's result is let go."""
        if path == self._path and path:
            return
        self.stop()
        root = self.session.root if self.session is not None else None
        file = (root if root.is_file() else root / path) if root is not None and path else None
        self._path, self._file = path, file
        self.setVisible(file is not None)
        self.title.setText(tr("Planted rows in {0}?").format(shown(path, 120)))
        self._empty()

    def _empty(self) -> None:
        self._report = {}
        self.found.clear()
        self.said.set_text(tr("Not screened. Screening shows rows that look planted; it proves nothing."))
        self.splitter.hide()
        self.limits.hide()
        self.attach.hide()
        self.cancel.hide()
        self.screen.show()

    # --- screening -----------------------------------------------------------------------------------

    def start(self) -> None:
        """Screens the file in a process of its own."""
        if self._file is None or self.session is None:
            return
        self._empty()
        self.screen.hide()
        self.cancel.show()
        self.said.set_text(tr("Screening {0} …").format(shown(self._path, 120)))
        self._child = Child(self, self.session.backend.screen_command(str(self._file)), self._screened)

    def stop(self) -> None:
        """Ends what is under way; nothing of it is kept."""
        for child in (self._child, self._rows_child):
            if child is not None:
                child.kill()
        if self._child is not None:
            self._child = None
            self._empty()
        self._rows_child = None

    def _screened(self, code: int | None, out: bytes, err: str) -> None:
        self._child = None
        self.cancel.hide()
        self.screen.show()
        try:
            report = json.loads(out) if code in (0, 3) else None
        except (ValueError, RecursionError):
            report = None
        if not isinstance(report, dict):
            self.said.set_text(message_of(err) or tr("The file was not screened."))
            return
        self._report = report
        found = report.get("suspicions") or []
        first = sum(one.get("level") == "look-first" for one in found)
        parts = [count(int(report.get("rows") or 0), "row", "rows")]
        parts.append(tr("{0} to look at first, {1} weak").format(first, len(found) - first))
        if code == 3:
            parts.append(tr("cut short: not everything was screened"))
        self.said.set_text(f"{' · '.join(parts)}. {tr('These are associations in the data, no verdicts.')}")
        for number, one in enumerate(found):
            self.found.addTopLevelItem(self._item(number, one))
        self.found.header().setMinimumSectionSize(letters(self.found, 9))
        for place in (0, 1, 3, 4):
            self.found.resizeColumnToContents(place)
        lines = (plain(str(line), 600) for line in report.get("limits") or ())
        self.limits.show_text("\n".join(f"• {line}" for line in lines), wrap=True)
        self.limits.show()
        self.attach.show()
        self._note_screened()
        self.told.emit()
        self.splitter.setVisible(bool(found))
        if found:
            self.found.setCurrentItem(self.found.topLevelItem(0))

    def _item(self, number: int, one: Mapping[str, Any]) -> QTreeWidgetItem:
        closed = self._closed.get(self._key(one), {})
        item = QTreeWidgetItem(
            [
                tr("look first") if one.get("level") == "look-first" else tr("weak"),
                shown(one.get("kind"), 40),
                visible(str(one.get("marker") or "")),
                f"{len(one.get('rows') or ()):,}",
                closed.get("state", ""),
            ]
        )
        item.setData(0, _NUMBER, number)
        item.setToolTip(4, shown(closed.get("because")))
        if one.get("level") != "look-first":
            item.setForeground(0, QColor(self.look.tokens.sub))
        return item

    def _key(self, one: Mapping[str, Any]) -> str:
        """The same suspicion in the same bytes keeps its decision."""
        digest = (self._report.get("file") or {}).get("sha256")
        return f"{digest} {one.get('kind')} {one.get('marker')}"

    def _current(self) -> dict[str, Any] | None:
        item = self.found.currentItem()
        found = self._report.get("suspicions") or []
        number = item.data(0, _NUMBER) if item is not None else None
        return found[number] if isinstance(number, int) and number < len(found) else None

    # --- one suspicion -------------------------------------------------------------------------------

    def _chosen(self, *_: object) -> None:
        one = self._current()
        if self._rows_child is not None:
            self._rows_child.kill()
            self._rows_child = None
        if one is None or self._file is None or self.session is None:
            return
        lines = [plain(str(line), 400) for line in one.get("notes") or ()]
        if one.get("output"):
            lines.insert(0, tr("What comes out: {0}").format(visible(str(one["output"]))))
        if one.get("also"):
            lines.append(tr("Also: {0}").format(", ".join(visible(str(word)) for word in one["also"][:8])))
        closed = self._closed.get(self._key(one))
        if closed:
            lines.append(tr("Closed as {0}: {1}").format(closed.get("state"), shown(closed.get("because"))))
        self.notes.set_text("\n".join(lines), keep_newlines=True)
        self.who.show_counts(
            [(str(w.get("name")), int(w.get("rows") or 0)) for w in one.get("contributors") or ()]
        )
        self.when.show_times([])
        self.rows.show_text(tr("Reading the rows …"))
        rows = [row for row in one.get("rows") or () if isinstance(row, int)]
        if not rows:
            self.rows.show_text(tr("No rows are named."))
            return
        command = self.session.backend.rows_command(str(self._file), rows[:ROWS_SHOWN])
        self._rows_child = Child(self, command, lambda code, out, err: self._read(one, code, out, err))

    def _ask_times(self, one: Mapping[str, Any]) -> None:
        """Reads more rows for the spread over time alone; where that is too much, there is no plot."""
        rows = [row for row in one.get("rows") or () if isinstance(row, int)]
        if len(rows) <= ROWS_SHOWN or self._file is None or self.session is None:
            return
        command = self.session.backend.rows_command(str(self._file), some_of(rows, ROWS_FOR_SPREAD))

        def read(code: int | None, out: bytes, _err: str) -> None:
            self._rows_child = None
            if code == 0:
                self.when.show_times([row.get("time") for row in rows_in(out)])

        self._rows_child = Child(self, command, read)

    def _read(self, one: Mapping[str, Any], code: int | None, out: bytes, err: str) -> None:
        self._rows_child = None
        rows = rows_in(out) if code == 0 else []
        if not rows:
            self.rows.show_text(message_of(err) or tr("The rows could not be read."))
            return
        self.when.show_times([row.get("time") for row in rows])
        total = len(one.get("rows") or ())
        shown_rows = rows[:ROWS_SHOWN]
        text = "\n\n".join(row_words(row) for row in shown_rows)
        if total > len(shown_rows):
            text += "\n\n" + tr("{0} of {1} rows are shown.").format(len(shown_rows), f"{total:,}")
        self.rows.show_text(text, wrap=True)
        self._mark([str(one.get("marker") or ""), *(str(word) for word in one.get("also") or ())])
        self._ask_times(one)

    def _mark(self, words: list[str]) -> None:
        """Paints the marker and its companions where they stand in the rows."""
        made = QTextCharFormat()
        made.setBackground(QColor(self.look.tokens.selection))
        made.setFontWeight(700)
        text = self.rows.toPlainText()
        # A marker that cannot be seen stands escaped in the rows, so it is looked for as it is shown.
        pattern = pattern_of([visible(word) for word in words[:8] if word])
        found = pattern.finditer(text) if pattern is not None else ()
        spans = [(*match.span(), MARKER) for match in islice(found, 400)]
        selections = []
        for start, end, _ in in_utf16(text, spans):
            place = QTextEdit.ExtraSelection()
            cursor = QTextCursor(self.rows.document())
            cursor.setPosition(start)
            cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
            place.cursor, place.format = cursor, made
            selections.append(place)
        self.rows.setExtraSelections(selections)

    # --- what becomes of it --------------------------------------------------------------------------

    def _ask(self, state: str) -> None:
        one = self._current()
        if one is None:
            return
        key = self._key(one)

        def done(text: str, _expires: str | None) -> bool:
            if not text.strip() or self.session is None:
                return False
            kept = {**self._closed, key: {"state": state, "because": text.strip()}}
            self.session.remember(_REMEMBERED, kept)
            if self.session.recalled(_REMEMBERED) != kept:
                self.bar.refuse(tr("The review could not take this; nothing was closed."))
                return False
            self._closed = kept
            self._attached = False
            self._note_screened()
            item = self.found.currentItem()
            if item is not None:
                item.setText(4, state)
                item.setToolTip(4, shown(text))
            self._chosen()
            return True

        before = self._closed.get(key, {}).get("because", "")
        question = tr("Why {0}: {1}").format(state, visible(str(one.get("marker") or "")))
        self.bar.ask(question, done, text=before, placeholder=tr("The reason; it goes into the report"))

    def _note_screened(self) -> None:
        """What was screened, and how much of it is closed, for the question beside it; and whether the
        decisions are in the record yet."""
        found = self._report.get("suspicions") or []
        closed = sum(self._key(one) in self._closed for one in found)
        if self.session is not None:
            known = self.session.recalled(SCREENED, {})
            entry = {"suspicions": len(found), "closed": closed}
            self.session.remember(SCREENED, {**(known if isinstance(known, dict) else {}), self._path: entry})
        waits = closed > 0 and not self._attached
        set_role(self.attach, "primary" if waits else "")
        self.attach.setToolTip(tr("Only what is attached goes into the signed record.") if waits else "")

    def report_with_decisions(self) -> dict[str, Any]:
        """The report as it is attached: without the run, with what became of each suspicion."""
        kept = {key: value for key, value in self._report.items() if key != "run"}
        kept["suspicions"] = [
            {**one, "closed": self._closed.get(self._key(one))}
            for one in self._report.get("suspicions") or ()
        ]
        return kept

    def _attach(self) -> None:
        report = self.report_with_decisions()
        whole = all(one["closed"] for one in report["suspicions"])
        folder = tempfile.mkdtemp(prefix="screening-")
        name = re.sub(r"[^\w.-]", "_", Path(self._path).name)[:80] or "file"
        file = Path(folder) / f"screening-{name}.json"
        file.write_text(json.dumps(report, indent=1, sort_keys=True), encoding="utf-8")
        self.attach_wanted.emit(str(file), whole)
        self._attached = True
        self._note_screened()
