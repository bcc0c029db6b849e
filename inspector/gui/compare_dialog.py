"""What is new, gone or changed between another review and this one, as the command tells it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTreeWidget, QTreeWidgetItem, QVBoxLayout

from inspector.gui.child import Child, inspector_command, message_of
from inspector.gui.texts import shown, tr
from inspector.gui.widgets import Flow, buttons_without_icons, plain_label, size_dialog, spaced

if TYPE_CHECKING:
    from inspector.gui.main_window import MainWindow

MOST_ROWS = 500
PARTS = (
    ("findings", "new", "New findings"),
    ("findings", "gone", "Findings that are gone"),
    ("decisions", "different", "Decided differently"),
    ("findings", "carried", "Findings in both"),
    ("decisions", "carried", "Decisions carried over"),
    ("decisions", "to_ask_again", "Decisions to ask again"),
    ("files", "added", "New files"),
    ("files", "removed", "Files that are gone"),
    ("files", "changed", "Changed files"),
    ("nodes", "added", "New nodes"),
    ("nodes", "removed", "Nodes that are gone"),
    ("nodes", "changed", "Changed nodes"),
)


CLOSED = ("Findings in both", "Decisions carried over")  # what is the same is opened by whoever wants it


class CompareDialog(QDialog):
    """``before`` is a review, a record or a folder, ``after`` the review that is open in ``window``."""

    def __init__(self, window: MainWindow, before: Path, after: Path) -> None:
        super().__init__(window)
        self.setWindowTitle(tr("Compare"))
        self.heading = plain_label(tr("Comparing with {0} …").format(shown(before.name, 80)), role="heading")
        self.moved = Flow()
        self.moved.hide()
        self.tree = QTreeWidget()
        self.tree.setHeaderHidden(True)
        self.tree.setAccessibleName(tr("Differences"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons_without_icons(buttons)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        spaced(column, 16, 14, 16, 12, 10)
        column.addWidget(self.heading)
        column.addWidget(self.moved)
        column.addWidget(self.tree, 1)
        column.addWidget(buttons)
        size_dialog(self, 104, 32)
        self._before = before
        self._answer: dict[str, Any] = {}
        session = window.session
        self._findings = (
            {
                key: {
                    "severity": item.finding.severity.value,
                    "state": item.state.value,
                    "node": session.facts.node_name(item.finding.node),
                    "title": item.finding.title,
                }
                for key, item in session.facts.findings.items()
            }
            if session is not None
            else {}
        )
        command = inspector_command("review", "compare", str(before), str(after), "--format", "json")
        self._child: Child | None = Child(self, command, self._answered)
        self.finished.connect(self._closed)

    def _answered(self, code: int | None, out: bytes, err: str) -> None:
        self._child = None
        try:
            answer = json.loads(out) if code == 0 else None
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            self.heading.setText(shown(message_of(err) or tr("The comparison was not made."), 300))
            return
        self._answer = answer
        if self._before.suffix == ".review":  # its decisions and titles: the comparison gives ids alone
            command = inspector_command("review", "show", str(self._before), "--format", "json")
            self._child = Child(self, command, self._told_before)
        else:
            self._show({})

    def _told_before(self, code: int | None, out: bytes, _err: str) -> None:
        self._child = None
        try:
            told = json.loads(out) if code == 0 else {}
            before = {str(item["id"]): item for item in told.get("findings") or ()}
        except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
            before = {}
        self._show(before)

    def _show(self, before: dict[str, dict[str, Any]]) -> None:
        """``before`` are the findings of the earlier review, where it tells them."""
        answer = self._answer
        different = [
            {**now, "state": f"{before[key].get('state')} → {now['state']}"}
            for key, now in self._findings.items()
            if key in before and before[key].get("state") != now["state"]
        ]
        answer["decisions"] = {**(answer.get("decisions") or {}), "different": different}
        known = {**before, **self._findings}
        self.heading.setText(tr("Since {0}").format(shown(self._before.name, 80)))
        moved = answer.get("moved")
        if isinstance(moved, dict) and moved.get("sentence"):
            self.moved.set_text(moved["sentence"])
            self.moved.show()
        for part, key, title in PARTS:
            rows = list((answer.get(part) or {}).get(key) or ())
            top = QTreeWidgetItem([f"{tr(title)}  {len(rows):,}"])
            for row in rows[:MOST_ROWS]:
                top.addChild(QTreeWidgetItem([_words(known.get(row, row) if isinstance(row, str) else row)]))
            if len(rows) > MOST_ROWS:
                top.addChild(QTreeWidgetItem([tr("and {0} more").format(f"{len(rows) - MOST_ROWS:,}")]))
            self.tree.addTopLevelItem(top)
            top.setExpanded(0 < len(rows) <= 40 and title not in CLOSED)

    def _closed(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child = None
        self.deleteLater()


def _words(row: Any) -> str:
    if isinstance(row, dict):
        parts = [
            row.get(key)
            for key in ("severity", "state", "node", "path", "title", "name", "id")
            if row.get(key)
        ]
        return shown(" · ".join(str(part) for part in parts) or row, 240)
    return shown(row, 240)
