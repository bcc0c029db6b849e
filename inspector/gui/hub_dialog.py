"""Asks for a hub repository's id, and for a token where one is needed.

The hub is asked only after Open or Choose was pressed. A token is kept in memory, or in the keyring of the
system where the reviewer ticks that, for the endpoint that stands beside its field, and is sent nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QCompleter,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from inspector.gui.backend import Backend
from inspector.gui.background import Background
from inspector.gui.hub_tokens import HubTokens
from inspector.gui.revision_list import RevisionList
from inspector.gui.texts import shown, tr
from inspector.gui.widgets import button, buttons_without_icons, letters, plain_label, spaced
from inspector.provenance import InspectorError

_ID = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?\Z")
_REVISION = re.compile(r"[\w./-]+\Z")


class HubDialog(QDialog):
    """``target()`` is the contract's ``hf://`` name of what was typed."""

    def __init__(
        self,
        parent: QWidget | None = None,
        recent: Iterable[str] = (),
        backend: Backend | None = None,
    ) -> None:
        """``recent`` are targets opened before, offered while typing. Without a ``backend`` there is nobody
        to ask for branches, no button for it, and no hub to name."""
        super().__init__(parent)
        self.setWindowTitle(tr("Open hub repository"))
        self._backend = backend
        self._unusable = ""  # why no hub can be asked
        self.kind = QComboBox()
        self.kind.addItems(["model", "dataset", "space"])
        self.kind.setAccessibleName(tr("Kind of repository"))
        self.id = QLineEdit()
        self.id.setPlaceholderText("ORG/NAME")
        self.id.setAccessibleName(tr("Repository"))
        self.revision = QLineEdit()
        self.revision.setPlaceholderText(tr("newest"))
        self.revision.setAccessibleName(tr("Revision"))
        self.choose = button(tr("Choose…"), tr("Choose a branch or tag"))
        self.choose.setVisible(backend is not None)
        self.refs = RevisionList(self, backend)
        self.choose.clicked.connect(self._ask_refs)
        self.refs.chosen.connect(self._take_commit)
        self.meant = plain_label(role="sub")
        self.meant.hide()
        self.revision.textEdited.connect(lambda _: self.meant.hide())
        for field in (self.id, self.kind):
            changed = field.textChanged if isinstance(field, QLineEdit) else field.currentTextChanged
            changed.connect(self._other_repository)
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
        self.token.setPlaceholderText(tr("none: public repositories only"))
        self.lasting = QCheckBox(tr("Keep it in the keyring of this computer"))
        self.lasting.hide()  # until it is known that there is one
        self.endpoint = ""  # the address that a token is for; "" until it is known
        self._opens_soon = False  # Open was pressed before the hub's address was known
        self._is_over = False
        self.problem = plain_label(role="risk")
        self.problem.setWordWrap(True)
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
            grid.addWidget(field, row, 1, 1, 1 if field is self.revision else 2)
        grid.addWidget(self.choose, 2, 2)
        grid.addWidget(self.lasting, 4, 1, 1, 2)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Open | QDialogButtonBox.StandardButton.Cancel
        )
        buttons_without_icons(buttons)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        spaced(column, 18, 16, 18, 14, 10)
        self.hint = plain_label(role="sub")
        self.hint.setWordWrap(True)
        self._name_hub(tr("the hub"))
        column.addWidget(self.hint)
        column.addLayout(grid)
        column.addWidget(self.meant)
        column.addWidget(self.refs)
        column.addWidget(self.problem)
        column.addWidget(buttons)
        self.problem.hide()
        wide = letters(self, 68)
        self.setMinimumWidth(min(wide, parent.width() - 40) if parent is not None else wide)
        self.id.setFocus()
        if backend is not None:
            # In a thread: the first look at which hub is meant imports its readers. The dialog may be gone
            # before that is done, so the thread belongs to the window.
            background = Background(parent or self)

            def known(found: Any, error: BaseException | None) -> None:
                background.deleteLater()
                if not self._is_over:
                    self._hub_known(found, error)

            background.run(lambda: _hub_of(backend), known)

    def _name_hub(self, name: str) -> None:
        self.hint.setText(
            tr(
                "Opening asks {0} for the list of files. A token is kept in memory until this program ends, "
                "and is sent to {0} alone."
            ).format(name)
        )

    def _hub_known(self, found: Any, error: BaseException | None) -> None:
        """Names the hub; one that cannot be named is said, and nothing can be opened from it."""
        if isinstance(error, InspectorError):
            self._refuse(shown(error, 600))
            self._unusable = shown(error, 600)
        elif error is not None:
            raise error
        else:
            self.endpoint, host, tokens = found
            self._name_hub(shown(host, 120))
            self.lasting.setVisible(tokens.can_last())
            self.lasting.setChecked(tokens.is_lasting(self.endpoint))
            if tokens.has(self.endpoint):
                self.token.setPlaceholderText(tr("kept from before; type to replace it"))
            if self._opens_soon:
                self.accept()

    def target(self) -> str:
        text = self.id.text().strip().removeprefix("hf://")
        prefix = {"model": "", "dataset": "datasets/", "space": "spaces/"}[self.kind.currentText()]
        if text.startswith(("models/", "datasets/", "spaces/")):
            prefix = ""
        revision = self.revision.text().strip()
        return f"hf://{prefix}{text}" + (f"@{revision}" if revision else "")

    def hand_over_token(self) -> None:
        """Gives the token that was typed to those that are kept: in memory at once, so that it can be used,
        in the keyring when that has answered. One whose tick was taken off leaves the keyring."""
        if self._backend is None or not self.endpoint:
            return
        tokens, endpoint, wanted = self._backend.tokens, self.endpoint, self.lasting.isChecked()
        typed = bool(self.token.text().strip())
        if typed:
            tokens.keep(endpoint, self.token.text())
        if (wanted and typed) or wanted != tokens.is_lasting(endpoint):
            owner = self.parentWidget() or self
            background = Background(owner)

            def kept(_nothing: Any, error: BaseException | None) -> None:
                background.deleteLater()
                if isinstance(error, InspectorError):
                    said = getattr(owner, "tell", None)  # the window says what stays until it is read
                    if said is not None:
                        said(shown(error, 600))
                elif error is not None:
                    raise error

            background.run(lambda: tokens.set_lasting(endpoint, wanted), kept)

    def _ask_refs(self) -> None:
        sentence = self._problem_of(self.target())
        if sentence:
            self._refuse(sentence)
            return
        self.problem.hide()
        self.refs.ask(self.target().partition("@")[0], self.token.text())

    def _take_commit(self, commit: str, name: str) -> None:
        """The commit goes into the field: what is opened cannot move any more."""
        self.revision.setText(commit)
        self.meant.setText(tr("{0} names this commit now.").format(shown(name, 120)))
        self.meant.show()

    def _other_repository(self, *_: object) -> None:
        """Branches of one repository say nothing of another, nor does a commit that was picked there."""
        self.refs.forget()
        if not self.meant.isHidden():
            self.meant.hide()
            self.revision.clear()

    def accept(self) -> None:
        sentence = self._problem_of(self.target())
        self._opens_soon = False
        if sentence:
            self._refuse(sentence)
        elif self._backend is not None and not self.endpoint:
            self._opens_soon = True  # a token must be kept for the hub that it was typed for
        else:
            super().accept()

    def done(self, result: int) -> None:
        self.refs.forget()
        self._is_over = True
        super().done(result)

    def _problem_of(self, target: str) -> str:
        if self._unusable:
            return self._unusable
        name, at, revision = target.removeprefix("hf://").partition("@")
        for prefix in ("models/", "datasets/", "spaces/"):
            name = name.removeprefix(prefix)
        if not _ID.match(name):
            return tr("A repository is written ORG/NAME.")
        if at and (not _REVISION.match(revision) or ".." in revision):
            return tr("A revision is a branch, a tag or a commit.")
        return ""

    def _refuse(self, sentence: str) -> None:
        self.problem.setText(sentence)
        self.problem.show()
        self.id.setFocus()


def _hub_of(backend: Backend) -> tuple[str, str, HubTokens]:
    """Address and name of the hub in use, and the tokens that are kept, the keyring's for it among them."""
    address, host = backend.hub_endpoint()
    backend.tokens.recall(address)
    return address, host, backend.tokens
