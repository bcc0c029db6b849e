"""Asks for a hub repository's id, and for a token where one is needed.

The hub is asked only after Open was pressed. A token is kept in memory for the endpoint that stands beside
its field, and is sent nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from inspector.gui.texts import shown, tr
from inspector.gui.widgets import buttons_without_icons, plain_label, spaced

_ID = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?\Z")
_REVISION = re.compile(r"[\w./-]+\Z")


class HubDialog(QDialog):
    """``target()`` is the contract's ``hf://`` name of what was typed."""

    def __init__(
        self,
        parent: QWidget | None = None,
        recent: Iterable[str] = (),
        host: str = "",
        *,
        has_token: bool = False,
    ) -> None:
        """``recent`` are targets opened before, offered while typing; ``host`` is the hub's name."""
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
        known = dict.fromkeys(
            target.removeprefix("hf://").partition("@")[0] for target in recent if target.startswith("hf://")
        )
        completer = QCompleter(list(known), self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.id.setCompleter(completer)
        self.token = QLineEdit()
        self.token.setEchoMode(QLineEdit.EchoMode.Password)
        self.token.setAccessibleName(tr("Token"))
        self.token.setPlaceholderText(
            tr("kept from before; type to replace it") if has_token else tr("none: public repositories only")
        )
        self.problem = plain_label(role="risk")
        grid = QGridLayout()
        spaced(grid, 0, 0, 0, 0, 8)
        for row, (title, field) in enumerate(
            (
                ("Kind", self.kind),
                ("Repository", self.id),
                ("Revision", self.revision),
                ("Token", self.token),
            )
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
        name = shown(host, 120) or tr("the hub")
        hint = plain_label(
            tr(
                "Opening asks {0} for the list of files. A token is kept in memory until this program ends, "
                "and is sent to {0} alone."
            ).format(name),
            role="sub",
        )
        hint.setWordWrap(True)
        column.addWidget(hint)
        column.addLayout(grid)
        column.addWidget(self.problem)
        column.addWidget(buttons)
        self.problem.hide()
        self.setMinimumWidth(500)
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
