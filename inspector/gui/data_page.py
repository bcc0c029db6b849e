"""The Data tab: datasets, data files and references to datasets, with who can add to them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter

from inspector.gui.ask_bar import AskBar
from inspector.gui.facts import Facts
from inspector.gui.look import Look, marks_of
from inspector.gui.rows import Column
from inspector.gui.screening_panel import QUESTION, ScreeningPanel
from inspector.gui.selection import Selection
from inspector.gui.session import Session
from inspector.gui.table_page import TablePage
from inspector.gui.texts import shown, tr

SCREENED = ("jsonl", "json", "csv", "tsv", "parquet")
CHIPS = (("Datasets", "kind:dataset"), ("Unpinned", "unpinned"), ("With findings", "findings:worst"))


class DataPage(TablePage):
    """One row per dataset or data file: a node of the graph, with the facts read beside it."""

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
        self.column.removeWidget(self.table)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self.table)
        splitter.addWidget(self.screening)
        splitter.setStretchFactor(0, 2)
        splitter.setStretchFactor(1, 5)
        self.column.addWidget(splitter, 1)

    def set_session(self, session: Session | None) -> None:
        self.session = session
        self.screening.set_session(session)
        self.filter.clear()
        self.set_all([])
        if session is not None:
            session.grown.connect(self.refresh)
            session.decided.connect(lambda _: self.refresh())

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

    def head(self, visible: int, total: int) -> str:
        if visible == total:
            return tr("{0} datasets and data files").format(f"{total:,}")
        return tr("{0} of {1} datasets and data files").format(f"{visible:,}", f"{total:,}")

    def order(self, row: Any) -> Any:
        return (row["kind"] != "dataset", str(row["name"]).lower())

    def _chosen(self, key: str, _keys: tuple[str, ...]) -> None:
        row = next((row for row in self.rows.rows if row["id"] == key), None)
        is_rows = row is not None and row["kind"] == "dataset-file" and row["format"] in SCREENED
        self.screening.show_file(str(row["name"]) if row is not None and is_rows else "")
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
