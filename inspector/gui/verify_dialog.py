"""Checks a signed record, chosen or dropped: what ``inspector verify`` says, check by check.

The checks run in a child process and the answer is the command's own, so that window and command line
never say two things of one record. Nothing is trusted that is not in the trust store.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QGridLayout,
    QLineEdit,
    QMenu,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
)

from inspector.gui.child import Child, inspector_command, message_of
from inspector.gui.texts import shown, tr
from inspector.gui.widgets import button, buttons_without_icons, plain_label, set_role, size_dialog, spaced

if TYPE_CHECKING:
    from inspector.gui.main_window import MainWindow

RECORD_ENDINGS = (".dsse.json", ".sigstore.json")
LARGEST_PACKAGE = 32 << 20  # bytes of a dropped zip that is looked into
RECORD_NAME = "review-record.dsse.json"
_LONG_HEX = re.compile(r"\b[0-9a-f]{40,}\b")
CHECK_WORDS = {
    "envelope": "Envelope",
    "signature": "Signature",
    "schema": "Statement and predicate",
    "critical": "Fields that must be understood",
    "trust": "Signer and role",
    "project": "Project",
    "decision": "Decision",
    "completeness": "Completeness",
    "expiry": "Still in force",
    "four eyes": "Four eyes",
    "serial": "No older record",
    "manifest": "List of files",
    "package": "Files of the package",
    "bytes": "Bytes against the list",
}


def is_record(path: Path) -> bool:
    """Whether a dropped file or folder looks like a signed record rather than something to review."""
    try:
        if path.is_dir():
            return (path / RECORD_NAME).is_file()
        if path.suffix.lower() == ".zip":
            if path.stat().st_size > LARGEST_PACKAGE:  # a directory of any length would hold up the window
                return False
            with zipfile.ZipFile(path) as package:
                return any(name.rsplit("/", 1)[-1] == RECORD_NAME for name in package.namelist()[:200])
        return path.name.endswith(RECORD_ENDINGS)
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError):
        return False


class VerifyDialog(QDialog):
    """``record`` may be empty; ``root`` is the folder whose bytes are compared, "" for none."""

    def __init__(self, window: MainWindow, record: str = "", root: str = "") -> None:
        super().__init__(window)
        self.setWindowTitle(tr("Verify a record"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAcceptDrops(True)
        self._look = window.look
        self._child: Child | None = None
        self.record = self._field(tr("Record"), tr("a package folder, a .zip or a .dsse.json"), record)
        self.root = self._field(tr("Folder to compare"), tr("none: only the record itself is checked"), root)
        self.trust = self._field(tr("Trust store"), tr("your own"), "")
        self.heading = plain_label(tr("Drop a record here, or choose one."), role="heading")
        self.heading.setWordWrap(True)
        self.remark = plain_label(role="sub")
        self.remark.setWordWrap(True)
        self.checks = QTreeWidget()
        self.checks.setAccessibleName(tr("Checks"))
        self.checks.setHeaderLabels([tr("Check"), tr("Result"), tr("What was found")])
        self.checks.setRootIsDecorated(False)
        self.checks.setWordWrap(True)
        self.go = button(tr("Verify"))
        self.go.setDefault(True)
        self.go.clicked.connect(self.verify)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.addButton(self.go, QDialogButtonBox.ButtonRole.ActionRole)
        buttons_without_icons(buttons)
        buttons.rejected.connect(self.reject)
        self._place(buttons)
        self.finished.connect(self._closed)
        size_dialog(self, 112, 34)
        if record:
            self.verify()

    def _field(self, name: str, hint: str, value: str) -> QLineEdit:
        field = QLineEdit(value)
        field.setAccessibleName(name)
        field.setPlaceholderText(hint)
        field.returnPressed.connect(self.verify)
        return field

    def _place(self, buttons: QDialogButtonBox) -> None:
        grid = QGridLayout()
        spaced(grid, 0, 0, 0, 0, 8)
        for row, field in enumerate((self.record, self.root, self.trust)):
            name = plain_label(field.accessibleName(), role="sub")
            name.setBuddy(field)
            choose = button(tr("Choose…"))
            choose.setAccessibleName(tr("Choose: {0}").format(field.accessibleName()))
            if field is self.record:
                menu = QMenu(choose)
                menu.addAction(tr("File…"), self._choose_record_file)
                menu.addAction(tr("Package folder…"), lambda: self._choose_folder(self.record))
                choose.setMenu(menu)
            elif field is self.root:
                choose.clicked.connect(lambda: self._choose_folder(self.root))
            else:
                choose.clicked.connect(self._choose_trust)
            grid.addWidget(name, row, 0)
            grid.addWidget(field, row, 1)
            grid.addWidget(choose, row, 2)
        column = QVBoxLayout(self)
        spaced(column, 18, 16, 18, 14, 10)
        column.addLayout(grid)
        column.addWidget(self.heading)
        column.addWidget(self.remark)
        column.addWidget(self.checks, 1)
        column.addWidget(buttons)
        self.remark.hide()

    # --- choosing ------------------------------------------------------------------------------------

    def _choose_record_file(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self, tr("Record"), "", tr("Records (*.dsse.json *.sigstore.json *.zip);;All files (*)")
        )
        if name:
            self.record.setText(name)
            self.verify()

    def _choose_folder(self, field: QLineEdit) -> None:
        name = QFileDialog.getExistingDirectory(self, field.accessibleName())
        if name:
            field.setText(name)
            self.verify()

    def _choose_trust(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, tr("Trust store"))
        if name:
            self.trust.setText(name)
            self.verify()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        local = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if local:
            event.acceptProposedAction()
            self.record.setText(local[0])
            self.verify()

    # --- checking ------------------------------------------------------------------------------------

    def verify(self) -> None:
        """Asks the command; an answer that is under way for other fields is forgotten."""
        record = self.record.text().strip()
        self.checks.clear()
        self.remark.hide()
        self._forget()
        if not record:
            self._say(tr("Drop a record here, or choose one."), "")
            self.record.setFocus()
            return
        arguments = ["--format", "json"]
        for option, field in (("--root", self.root), ("--trust", self.trust)):
            if field.text().strip():
                arguments += [f"{option}={field.text().strip()}"]
        self._say(tr("Checking …"), "")
        self._child = Child(
            self, inspector_command("verify", *arguments, "--", str(Path(record))), self._answered
        )

    def _answered(self, code: int | None, out: bytes, err: str) -> None:
        self._child = None
        try:
            report = json.loads(out) if code in (0, 1) else None
        except (ValueError, RecursionError):
            report = None
        if not isinstance(report, dict):
            self._say(shown(message_of(err) or tr("The record could not be checked."), 600), "risk")
            return
        for check in report.get("checks") or ():
            self._add(check)
        for column in (0, 1):
            self.checks.resizeColumnToContents(column)
        if code == 0 and report.get("ok") is True:
            self._say(self._approved(report), "good")
        else:
            failed = [c for c in report.get("checks") or () if c.get("result") == "failed"]
            why = shown(failed[0].get("words"), 400) if failed else ""
            self._say(tr("Refused. {0}").format(why).strip(), "risk")
        self._remark(report, err)

    def _approved(self, report: Mapping[str, Any]) -> str:
        names = ", ".join(
            shown(signer.get("principal"), 80)
            for signer in report.get("signers") or ()
            if signer.get("principal")
        )
        record = report.get("record") or {}
        return tr("In force: {0}, signed by {1}, until {2}.").format(
            shown(record.get("decision"), 60), names, shown(record.get("valid_until"), 40)[:10]
        )

    def _remark(self, report: Mapping[str, Any], err: str) -> None:
        record = report.get("record") or {}
        lines = []
        if record.get("record_id"):
            lines.append(
                tr("{0}, serial {1}, project {2}").format(
                    shown(record.get("record_id"), 80),
                    shown(record.get("serial"), 40),
                    shown(record.get("project"), 120),
                )
            )
        failed = [str(c.get("words")) for c in report.get("checks") or () if c.get("result") == "failed"]
        if any("trust store" in words for words in failed):
            lines.append(
                tr(
                    "Whose word counts stands in the trust store: inspector trust add KEY.pub --name NAME "
                    "--role reviewer"
                )
            )
        if not self.root.text().strip():
            lines.append(tr("No folder was compared: this says nothing about any bytes."))
        lines += [shown(line, 400) for line in err.splitlines() if line.startswith("warning:")][:8]
        self.remark.setText("\n".join(lines))
        self.remark.setVisible(bool(lines))

    def _add(self, check: Mapping[str, Any]) -> None:
        result = str(check.get("result"))
        name = str(check.get("check"))
        words = shown(check.get("words"), 600) or tr("not asked for")
        row = QTreeWidgetItem(
            [
                tr(CHECK_WORDS[name]) if name in CHECK_WORDS else shown(name, 60),
                shown(result, 20),
                _LONG_HEX.sub(lambda found: f"{found[0][:16]}…", words),
            ]
        )
        row.setToolTip(2, words)
        tokens = self._look.tokens
        colour = {"passed": tokens.good, "failed": tokens.risk}.get(result, tokens.unknown)
        row.setForeground(1, QColor(colour))
        self.checks.addTopLevelItem(row)

    def _say(self, sentence: str, role: str) -> None:
        self.heading.setText(sentence)
        set_role(self.heading, f"heading-{role}" if role else "heading")

    def _forget(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child = None

    def _closed(self) -> None:
        self._forget()
