"""What a document proposed: from whom, verified or not and against which trust store, and what was left.

Everything but the counts is the document's claim; it stands as plain text and is followed nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
)

from inspector.gui.proposals_work import origin_words
from inspector.gui.session import Session
from inspector.gui.texts import count, shown, tr
from inspector.gui.widgets import (
    Flow,
    button,
    buttons_without_icons,
    plain_label,
    set_role,
    size_dialog,
    spaced,
)

if TYPE_CHECKING:
    from inspector.gui.main_window import MainWindow


class ProposalsDialog(QDialog):
    """Reads ``document`` into the review of ``session`` and says what came of it."""

    def __init__(self, window: MainWindow, session: Session, document: Path) -> None:
        super().__init__(window)
        self.setWindowTitle(tr("Proposals from a file"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._window, self._session, self._document = window, session, document
        self.heading = plain_label(role="heading")
        self.heading.setWordWrap(True)
        self.words = Flow(name=tr("What came"))
        self.left = QTreeWidget()
        self.left.setAccessibleName(tr("What was left aside, and why"))
        self.left.setHeaderLabels([tr("Left aside"), tr("Why")])
        self.left.setRootIsDecorated(False)
        self.left.setWordWrap(True)
        self.another = button(tr("Another trust store…"))
        self.show_them = button(tr("Show the findings with proposals"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.addButton(self.another, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(self.show_them, QDialogButtonBox.ButtonRole.ActionRole)
        buttons_without_icons(buttons)
        buttons.rejected.connect(self.reject)
        self.another.clicked.connect(self._choose_trust)
        self.show_them.clicked.connect(self._show_findings)
        column = QVBoxLayout(self)
        spaced(column, 18, 16, 18, 14, 10)
        column.addWidget(self.heading)
        column.addWidget(self.words)
        column.addWidget(self.left, 1)
        column.addWidget(buttons)
        self.finished.connect(self._closed)
        size_dialog(self, 98, 28)
        self.read("")

    def read(self, trust: str) -> None:
        """Has the document read; ``trust`` is a trust store, "" for the user's own."""
        self._say(tr("Reading {0} …").format(shown(self._document.name, 120)), "")
        self.words.hide()
        self.left.hide()
        self.show_them.hide()
        self.another.setEnabled(False)
        self._session.take_proposals(self._document, trust, self._told)

    def _told(self, found: Mapping[str, Any], problem: str) -> None:
        self.another.setEnabled(True)
        if problem:
            self._say(tr("Nothing was taken. {0}").format(shown(problem, 600)), "risk")
            return
        proposed = found["proposed"]
        number = sum(proposed.values())
        self._say(
            tr("{0} from {1}").format(count(number, "proposal", "proposals"), origin_words(found["origin"])),
            "",
        )
        self.words.set_text("\n".join(_lines(found)), keep_newlines=True)
        self.words.show()
        self.show_them.setVisible(proposed["finding"] > 0)
        self._show_left(found)

    def _show_left(self, found: Mapping[str, Any]) -> None:
        self.left.clear()
        for what, why in found["left"]:
            row = QTreeWidgetItem([shown(what, 200), shown(why, 300)])
            self.left.addTopLevelItem(row)
        more = int(found["left_number"]) - len(found["left"])
        if more > 0:
            self.left.addTopLevelItem(QTreeWidgetItem([tr("and {0} more").format(f"{more:,}"), ""]))
        self.left.setColumnWidth(0, round(self.width() * 0.45))
        self.left.setVisible(bool(found["left"]))

    def _choose_trust(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, tr("Trust store"))
        if name:
            self.read(name)

    def _show_findings(self) -> None:
        self.accept()
        self._window.show_tab("Findings")
        self._window.findings.filter.setText("proposed:yes")

    def _say(self, sentence: str, role: str) -> None:
        self.heading.setText(sentence)
        set_role(self.heading, f"heading-{role}" if role else "heading")

    def _closed(self) -> None:
        self._session.stop_taking()


def _lines(found: Mapping[str, Any]) -> list[str]:
    origin, proposed, trust = found["origin"], found["proposed"], found["trust"]
    lines = [
        tr("Findings: {0}, questions: {1}, components: {2}").format(
            *(f"{proposed[about]:,}" for about in ("finding", "question", "node"))
        ),
        tr("It calls itself: {0}").format(shown(origin["title"], 300)),
    ]
    if origin["made"]:
        lines.append(tr("It says it was made: {0}").format(shown(origin["made"], 60)))
    if origin["why"]:
        lines.append(shown(origin["why"], 400))
    if origin["kind"] == "record":
        where = shown(trust["path"], 300)
        form = (
            tr("Held against your own trust store, {0} ({1}).")
            if trust["own"]
            else tr("Held against the trust store {0} ({1}).")
        )
        lines.append(form.format(where, count(trust["keys"], "key", "keys")))
    else:
        lines.append(tr("A bill of materials is not signed in a way that is checked here."))
    lines.append(tr("Nothing was decided or answered by it. What is proposed stands beside each of them."))
    return lines
