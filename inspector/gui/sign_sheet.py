"""The sheet on which a review is signed: who decides what until when, with which key.

Signing itself is the command ``inspector sign`` in a child process: the window and the command line write
the same record, and the window goes on working while reports are made.
"""

from __future__ import annotations

import getpass
import os
from datetime import date, timedelta
from importlib.util import find_spec
from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QGridLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from inspector import places, resources
from inspector.gui.background import Background
from inspector.gui.child import Child, inspector_command, message_of
from inspector.gui.session import Session
from inspector.gui.texts import shown, tr
from inspector.gui.widgets import Flow, button, plain_label, spaced
from inspector.gui.wrap import Wrap
from inspector.provenance import InspectorError

APPROVED, WITH_EXCEPTIONS = "approved", "approved-with-exceptions"
DECISIONS = (APPROVED, WITH_EXCEPTIONS, "rejected", "deferred")
VALID_DAYS = 180
_LEAST_FIELD = 5  # times its height: the end of a path can be read
_TOLD = ("warning:", "review-report.pdf was not written")  # what a signed package lacks


class SignSheet(QWidget):
    """Refuses in words while a field is missing or the record's rules are broken. ``answered``: there is
    something to read."""

    answered = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.session: Session | None = None
        self._child: Child | None = None
        self._package: Path | None = None
        self._background = Background(self)
        self.decision = QComboBox()
        self.decision.addItems(list(DECISIONS))
        self.decision.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.decision.setMinimumContentsLength(8)
        self.due = plain_label(role="sub")
        self.due.setWordWrap(True)
        self.due.hide()
        self._exceptions, self._blockers = 0, 0
        self._chosen_by_hand = False
        self.reviewer = QLineEdit()
        self.reviewer.setText(_login())
        self.until = QLineEdit((date.today() + timedelta(days=VALID_DAYS)).isoformat())
        self.key = QComboBox()
        self.key.setEditable(True)
        self.key.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.key.setMinimumContentsLength(8)
        self.key.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.passphrase = QLineEdit()
        self.passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        self.folder = QLineEdit()
        self.pades = QCheckBox(tr("Sign the PDF too (PAdES)"))
        self.pades.setToolTip(tr("A signature in the printed report itself; P-256 keys only."))
        self.without_pades = plain_label(
            tr("Signing the PDF needs the Python package pyHanko, which is not installed."), role="sub"
        )
        self.without_pades.setWordWrap(True)
        self.choose_key = button(tr("Choose…"), tr("Choose a key file"))
        self.new_key = button(tr("New key…"), tr("Make a new key"))
        self.choose_folder = button(tr("Choose…"), tr("Choose the folder for the package"))
        self.sign = button(tr("Sign the record"), role="primary")
        self.message = Flow(name=tr("Answer"))
        self.result = QWidget()
        self.verify = QLineEdit()
        self.verify.setReadOnly(True)
        self.show_folder = button(tr("Show in folder"))
        self.copy = button(tr("Copy"), tr("Copy the verify command"))
        self._build()

    def _build(self) -> None:
        grid = QGridLayout()
        spaced(grid, 0, 0, 0, 0, 8)
        rows = (
            ("Decision", self.decision, ()),
            ("Reviewer", self.reviewer, ()),
            ("Valid until", self.until, ()),
            ("Key", self.key, (self.choose_key, self.new_key)),
            ("Passphrase", self.passphrase, ()),
            ("Package", self.folder, (self.choose_folder,)),
        )
        for number, (title, field, extra) in enumerate(rows):
            name = plain_label(tr(title), role="sub")
            name.setBuddy(field)
            field.setAccessibleName(tr(title))
            grid.addWidget(name, number * 2, 0)
            grid.addLayout(Wrap(field, *extra, field=0, least=_LEAST_FIELD), number * 2, 1)
        grid.addWidget(self.due, 1, 0, 1, 2)
        grid.addWidget(self.pades, len(rows) * 2, 0, 1, 2)
        grid.addWidget(self.without_pades, len(rows) * 2 + 1, 0, 1, 2)
        grid.setColumnStretch(1, 1)
        done = QVBoxLayout(self.result)
        spaced(done, 0, 4, 0, 0, 6)
        whoever = plain_label(tr("Whoever gets the package verifies it with:"), role="sub")
        whoever.setWordWrap(True)
        done.addWidget(whoever)
        self.verify.setAccessibleName(tr("Verify command"))
        done.addLayout(Wrap(self.verify, self.copy, field=0))
        done.addWidget(self.show_folder, 0, Qt.AlignmentFlag.AlignLeft)
        self.result.hide()
        column = QVBoxLayout(self)
        spaced(column, 16, 14, 16, 14, 10)
        column.addWidget(plain_label(tr("Sign"), role="heading"))
        column.addLayout(grid)
        column.addWidget(self.sign, 0, Qt.AlignmentFlag.AlignRight)
        column.addWidget(self.message)
        column.addWidget(self.result)
        self.message.hide()
        self.decision.activated.connect(self._take_choice)
        self.choose_key.clicked.connect(self._choose_key)
        self.new_key.clicked.connect(self._new_key)
        self.choose_folder.clicked.connect(self._choose_folder)
        self.sign.clicked.connect(self._sign)
        self.passphrase.returnPressed.connect(self._sign)
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.verify.text()))
        self.show_folder.clicked.connect(self._show_folder)

    def set_session(self, session: Session | None) -> None:
        if self._child is not None:
            self._child.kill()
            self._child = None
        self.session = session
        self.message.hide()
        self.result.hide()
        self.passphrase.clear()
        self._chosen_by_hand = False
        self._package = None
        self._offer_pades()
        self.list_keys()
        if session is not None:
            self.folder.setText(_free_folder(session))

    def _offer_pades(self) -> None:
        """The PDF can be signed where the library for it is installed, and elsewhere that is said."""
        has_library = find_spec("pyhanko") is not None
        self.pades.setEnabled(has_library)
        self.pades.setChecked(self.pades.isChecked() and has_library)
        self.without_pades.setVisible(not has_library)

    # --- which decision ------------------------------------------------------------------------------

    def offer(self, exceptions: int, blockers: int) -> None:
        """Puts forward the decision that is due, unless the reviewer has chosen one that can be signed.

        ``exceptions``: findings of high or critical severity that are accepted. ``blockers``: what stands
        against any approval. What may be signed is decided when it is signed (``inspector.record``).
        """
        self._exceptions, self._blockers = exceptions, blockers
        approved = self.decision.model().item(DECISIONS.index(APPROVED))
        approved.setEnabled(not exceptions)
        approved.setToolTip(self._exception_words() if exceptions else "")
        if not self._chosen_by_hand or (exceptions and self.decision.currentText() == APPROVED):
            self.decision.setCurrentText(WITH_EXCEPTIONS if exceptions else APPROVED)
            self._chosen_by_hand = False
        self._say_what_is_due()

    def _take_choice(self, _place: int) -> None:
        self._chosen_by_hand = True
        self._say_what_is_due()

    def _say_what_is_due(self) -> None:
        decision = self.decision.currentText()
        approves = decision.startswith(APPROVED)
        words = [self._exception_words()] if self._exceptions and approves else []
        if self._blockers and approves:
            words.append(tr("“{0}” cannot be signed yet: see what stands against approval.").format(decision))
        self.due.setText(" ".join(words))
        self.due.setVisible(bool(words))

    def _exception_words(self) -> str:
        if self._exceptions == 1:
            return tr("“approved” is not possible: a finding of high or critical severity is accepted.")
        said = tr("“approved” is not possible: {0} findings of high or critical severity are accepted.")
        return said.format(f"{self._exceptions:,}")

    # --- keys and folders ----------------------------------------------------------------------------

    def list_keys(self) -> None:
        """Offers the key files of this user; another may be typed or chosen."""
        chosen = self.key.currentText()
        self.key.clear()
        try:
            self.key.addItems(sorted(str(path) for path in places.keys().glob("*.pem")))
        except OSError:
            pass
        if chosen:
            self.key.setEditText(chosen)

    def say(self, sentence: str) -> None:
        self.message.set_text(sentence, keep_newlines=True)
        self.message.setVisible(bool(sentence))
        if sentence:
            self.answered.emit()

    def _choose_key(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self, tr("Choose a key file"), str(places.keys()), tr("Keys (*.pem);;All files (*)")
        )
        if name:
            self.key.setEditText(name)

    def _choose_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(
            self, tr("Folder for the package"), str(Path(self.folder.text()).parent)
        )
        if name:
            self.folder.setText(str(Path(name) / Path(self.folder.text()).name))

    def _new_key(self) -> None:
        """Makes a key with the passphrase that stands in the sheet, under a free name of this user's keys."""
        passphrase = self.passphrase.text()
        if not passphrase:
            self.say(tr("Type a passphrase for the new key first: it protects the key file."))
            self.passphrase.setFocus()
            return
        path = _free_key()

        def make() -> Path:
            from inspector.record.keys import new_key, save_key

            path.parent.mkdir(parents=True, exist_ok=True)
            save_key(new_key(), path, passphrase.encode())
            return path

        def made(result: Path | None, error: BaseException | None) -> None:
            self.new_key.setEnabled(True)
            if isinstance(error, (InspectorError, OSError)):
                self.say(shown(error))
                return
            if error is not None:
                raise error
            self.list_keys()
            self.key.setEditText(str(result))
            self.say(
                tr(
                    "The new key is in {0}. Keep the file and the passphrase; its .pub file is for others."
                ).format(result)
            )

        self.new_key.setEnabled(False)
        self._background.run(make, made)

    def _sign(self) -> None:
        session = self.session
        if session is None or session.review is None or self._child is not None:
            return
        for field, sentence in (
            (self.reviewer, tr("Say who signs.")),
            (self.until, tr("Say until when the record is valid, as year-month-day.")),
            (self.folder, tr("Say where the package goes.")),
        ):
            if not field.text().strip():
                self.say(sentence)
                field.setFocus()
                return
        if not self.key.currentText().strip():
            self.say(tr("Choose a key file, or make a new key."))
            self.key.setFocus()
            return
        out = Path(self.folder.text().strip()).expanduser()
        command = inspector_command(
            "sign",
            str(session.review.path),
            "--key",
            self.key.currentText().strip(),
            "-o",
            str(out),
            "--decision",
            self.decision.currentText(),
            "--reviewer",
            self.reviewer.text().strip(),
            "--valid-until",
            self.until.text().strip(),
            *(("--pades",) if self.pades.isChecked() else ()),
        )
        self.sign.setEnabled(False)
        self.result.hide()
        self.say(tr("Hashing the target again and writing the package …"))
        passphrase = self.passphrase.text()
        environment = {"INSPECTOR_PASSPHRASE": passphrase} if passphrase else {}
        self._child = Child(self, command, lambda code, _out, err: self._signed(code, err, out), environment)

    def _signed(self, code: int | None, err: str, out: Path) -> None:
        self._child = None
        self.sign.setEnabled(True)
        if code != 0:
            said = message_of(err) or tr("The record was not signed.")
            self.say(f"{tr('Not signed, nothing was written.')}\n{said}")
            return
        self.passphrase.clear()
        self._package = out
        root = self.session.root if self.session is not None else None
        told = [shown(line, 400) for line in err.splitlines() if line.startswith(_TOLD)]
        self.say("\n".join([tr("Signed. The package is in {0}").format(out), *told[:8]]))
        with_root = f" --root {_quoted(str(root))}" if root is not None else ""
        self.verify.setText(f"inspector verify {_quoted(str(out))}{with_root}")
        self.result.show()
        self.answered.emit()
        if self.session is not None:
            self.session.said.emit(tr("The record is signed."))

    @property
    def package(self) -> Path | None:
        """The package that was signed last of the open review; None where there is none."""
        return self._package

    def _show_folder(self) -> None:
        if self._package is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._package)))

    def close_all(self) -> None:
        """Signing writes all or nothing; a window that closes leaves nothing half done."""
        if self._child is not None:
            self._child.kill()
            self._child = None
        self._background.close()


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""


def _free_folder(session: Session) -> str:
    """Beside the target, never inside it: what lies in it would be an unlisted file."""
    root = session.root
    base = root.parent if root is not None and not _is_ours(root) else Path.home()
    safe = "".join(char if char.isalnum() or char in "-_." else "-" for char in session.name)[:60].strip(".-")
    name = f"{safe or 'review'}-record"
    path = base / name
    for number in range(2, 1000):
        if not path.exists():
            break
        path = base / f"{name}-{number}"
    return str(path)


def _is_ours(root: Path) -> bool:
    """Whether ``root`` is the sample project: it lies where this program is installed, and no record does."""
    return root == resources.path("sample") or not os.access(root.parent, os.W_OK)


def _free_key() -> Path:
    for number in range(1, 1000):
        path = places.keys() / (f"reviewer-{number}.pem" if number > 1 else "reviewer.pem")
        if not path.exists():
            return path
    return places.keys() / "reviewer-new.pem"


def _quoted(text: str) -> str:
    import shlex

    return shlex.quote(text)
