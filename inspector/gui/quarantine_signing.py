"""Who decides in the quarantine workplace, and with which key: the reviewer's name, a key, its passphrase.

A name is what somebody typed; a decision signed with the reviewer's own key is more. The passphrase goes
to the store's process once and is kept nowhere here; the opened key stays there until the store is closed.
"""

from __future__ import annotations

import getpass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QComboBox, QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from inspector import places
from inspector.gui.quarantine_link import Link
from inspector.gui.quarantine_words import problem_words
from inspector.gui.texts import shown, tr
from inspector.gui.widgets import button, plain_label, set_role, spaced
from inspector.gui.wrap import Wrap

_UNSIGNED = ""


class Signing(QWidget):
    """``changed`` when the name or the key is another one; ``said`` carries a sentence."""

    changed = Signal()
    said = Signal(str)

    def __init__(self, link: Link) -> None:
        super().__init__()
        self._link = link
        self._asked = ""
        self.keyid = ""
        self.name = QLineEdit(_login())
        self.name.setAccessibleName(tr("Reviewer"))
        self.name.setMaxLength(200)
        self.name.setMinimumWidth(70)
        self.key = QComboBox()
        self.key.setEditable(True)
        self.key.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.key.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.key.setMinimumContentsLength(3)
        self.key.setAccessibleName(tr("Key that signs the decisions"))
        self.key.setToolTip(tr("A key file, ssh-agent or pkcs11:… Empty: decisions are not signed."))
        line = self.key.lineEdit()
        line.setAccessibleName(self.key.accessibleName())
        line.setPlaceholderText(tr("none: not signed"))
        self.choose = button(tr("Choose…"), tr("Choose a key file"))
        self.passphrase = QLineEdit()
        self.passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        self.open_key = button(tr("Open the key"))
        self.leave = button(tr("Without a key"))
        self.state = plain_label(role="sub")
        self.state.setWordWrap(True)
        self._build()
        self.name.editingFinished.connect(self.changed)
        line.editingFinished.connect(self._typed)
        self.key.activated.connect(lambda _: self._typed())
        self.choose.clicked.connect(self._choose)
        self.open_key.clicked.connect(self._with_passphrase)
        self.passphrase.returnPressed.connect(self._with_passphrase)
        self.leave.clicked.connect(self.forget)
        self._show_state()

    def _build(self) -> None:
        def pair(title: str, field: QWidget) -> QHBoxLayout:
            label = plain_label(title, role="sub")
            label.setBuddy(field)
            line = QHBoxLayout()
            spaced(line, 0, 0, 0, 0, 6)
            line.addWidget(label)
            line.addWidget(field, 1)
            return line

        key_line = pair(tr("Key"), self.key)
        key_line.addWidget(self.choose)
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        spaced(self._line, 0, 0, 0, 0, 10)
        self._line.addLayout(pair(tr("Reviewer"), self.name), 2)
        self._line.addLayout(key_line, 3)
        self.ask = QWidget()
        self.passphrase.setAccessibleName(tr("Passphrase or PIN of the key"))
        ask = QVBoxLayout(self.ask)
        spaced(ask, 0, 0, 0, 0, 4)
        ask.addLayout(pair(tr("Passphrase"), self.passphrase))
        ask.addLayout(Wrap(self.open_key, self.leave))
        self.ask.hide()
        column = QVBoxLayout(self)
        spaced(column, 0, 0, 0, 0, 4)
        column.addLayout(self._line)
        column.addWidget(self.ask)
        column.addWidget(self.state)

    def set_narrow(self, narrow: bool) -> None:
        """One below the other where there is no room side by side."""
        way = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        if self._line.direction() != way:
            self._line.setDirection(way)

    @property
    def actor(self) -> str:
        return self.name.text().strip()

    @property
    def waits(self) -> bool:
        """Whether a key is chosen that has not been opened: deciding now would not sign."""
        return bool(self.key.currentText().strip()) and not self.keyid

    def offer(self, name: str, key: str) -> None:
        """What the reviewer used last, and the keys of this user. No key is opened by this."""
        if name:
            self.name.setText(name)
        self.key.clear()
        self.key.addItem(_UNSIGNED)
        try:
            self.key.addItems(sorted(str(path) for path in places.keys().glob("*.pem"))[:200])
        except OSError:
            self.key.setToolTip(tr("The folder of keys cannot be read."))
        self.key.setEditText(key)
        self.keyid = ""
        self._show_state()

    def _choose(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self, tr("Choose a key file"), str(places.keys()), tr("Keys (*.pem);;All files (*)")
        )
        if name:
            self.key.setEditText(name)
            self._typed()

    def _typed(self) -> None:
        spec = self.key.currentText().strip()
        if spec == self._asked and (self.keyid or self.ask.isVisibleTo(self)):
            return
        self.keyid = ""
        self._asked = spec
        self.ask.hide()
        if not self._link.is_open:
            self._show_state()
        elif spec:
            self._link.ask("key", self._answered, key=spec)
        else:
            self._link.ask("forget-key", lambda *_: self._show_state())
        self.changed.emit()

    def demand(self) -> None:
        """Opens the chosen key, or asks for its passphrase: a decision waits for it."""
        self._asked = ""
        self._typed()

    def _with_passphrase(self) -> None:
        text = self.passphrase.text()
        self.passphrase.clear()
        if text:
            self._link.ask("key", self._answered, key=self._asked, passphrase=text)
        else:
            self.passphrase.setFocus()

    def _answered(self, answer: dict | None, problem: dict) -> None:
        if answer is None:
            self.keyid = ""
            self.said.emit(problem_words(problem))
            self.ask.setVisible(self.ask.isVisibleTo(self))
            self._show_state()
            if self.ask.isVisibleTo(self):
                self.passphrase.setFocus()
            return
        if answer.get("asks"):
            self.passphrase.setPlaceholderText(tr("PIN of the token") if answer["asks"] == "pin" else "")
            self.ask.show()
            self.passphrase.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.keyid = str(answer.get("keyid") or "")
            self.ask.hide()
        self._show_state()
        self.changed.emit()

    def forget(self) -> None:
        """Goes on without a key."""
        self.key.setEditText("")
        self._typed()
        self.ask.hide()

    def lose(self) -> None:
        """The store's process is gone, and the opened key with it."""
        self.keyid = ""
        self._asked = ""
        self.passphrase.clear()
        self.ask.hide()
        self._show_state()

    def _show_state(self) -> None:
        if self.keyid:
            self.state.setText(tr("Decisions are signed with the key {0}.").format(shown(self.keyid[:16])))
            set_role(self.state, "good")
        elif self.key.currentText().strip():
            self.state.setText(tr("The key is not open: it is asked for before the first decision."))
            set_role(self.state, "sub")
        else:
            self.state.setText(tr("Not signed: the name is only what was typed here."))
            set_role(self.state, "sub")


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""
