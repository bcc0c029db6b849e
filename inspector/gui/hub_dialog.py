"""Asks for a hub repository's id. The hub is asked only after Open was pressed."""

from __future__ import annotations

import re

from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from inspector.gui.texts import tr
from inspector.gui.widgets import buttons_without_icons, plain_label, spaced

_ID = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?\Z")
_REVISION = re.compile(r"[\w./-]+\Z")


class HubDialog(QDialog):
    """``target()`` is the contract's ``hf://`` name of what was typed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Open hub repository"))
        self.kind = QComboBox()
        self.kind.addItems(["model", "dataset", "space"])
        self.kind.setAccessibleName(tr("Kind of repository"))
        self.id = QLineEdit()
        self.id.setPlaceholderText("ORG/NAME")
        self.id.setAccessibleName(tr("Repository"))
        self.revision = QLineEdit()
        self.revision.setPlaceholderText(tr("newest"))
        self.revision.setAccessibleName(tr("Revision"))
        self.problem = plain_label(role="risk")
        grid = QGridLayout()
        spaced(grid, 0, 0, 0, 0, 8)
        for row, (title, field) in enumerate(
            (("Kind", self.kind), ("Repository", self.id), ("Revision", self.revision))
        ):
            name = plain_label(tr(title), role="sub")
            name.setBuddy(field)
            grid.addWidget(name, row, 0)
            grid.addWidget(field, row, 1)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Open | QDialogButtonBox.StandardButton.Cancel
        )
        buttons_without_icons(buttons)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        spaced(column, 18, 16, 18, 14, 10)
        hint = plain_label(tr("Opening asks the hub for the list of files. No token is sent."), role="sub")
        column.addWidget(hint)
        column.addLayout(grid)
        column.addWidget(self.problem)
        column.addWidget(buttons)
        self.problem.hide()
        self.setMinimumWidth(440)
        self.id.setFocus()

    def target(self) -> str:
        text = self.id.text().strip().removeprefix("hf://")
        prefix = {"model": "", "dataset": "datasets/", "space": "spaces/"}[self.kind.currentText()]
        if text.startswith(("models/", "datasets/", "spaces/")):
            prefix = ""
        revision = self.revision.text().strip()
        return f"hf://{prefix}{text}" + (f"@{revision}" if revision else "")

    def accept(self) -> None:
        name, at, revision = self.target().removeprefix("hf://").partition("@")
        for prefix in ("models/", "datasets/", "spaces/"):
            name = name.removeprefix(prefix)
        if not _ID.match(name):
            self._refuse(tr("A repository is written ORG/NAME."))
        elif at and (not _REVISION.match(revision) or ".." in revision):
            self._refuse(tr("A revision is a branch, a tag or a commit."))
        else:
            super().accept()

    def _refuse(self, sentence: str) -> None:
        self.problem.setText(sentence)
        self.problem.show()
        self.id.setFocus()
