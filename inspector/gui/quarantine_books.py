"""Beside the queue of a quarantine: the sets that were made, the log, the rules. What is checked is said in
the words of the command."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from inspector.gui.child import Child, inspector_command, message_of
from inspector.gui.look import Look
from inspector.gui.quarantine_link import Link
from inspector.gui.quarantine_lists import DeskTable
from inspector.gui.quarantine_words import moment, policy_lines, problem_words
from inspector.gui.rows import Column, Rows
from inspector.gui.texts import shown, tr
from inspector.gui.widgets import Elided, Flow, TextPane, button, plain_label, set_role, spaced
from inspector.gui.wrap import Wrap


class Sets(QWidget):
    """Promote, withdraw, verify. ``promote_wanted`` and ``withdraw_wanted`` (a set's id) are asked of the
    workplace, which knows who does it."""

    promote_wanted = Signal()
    withdraw_wanted = Signal(str)

    def __init__(self, look: Look, link: Link) -> None:
        super().__init__()
        self._link = link
        self._look = look
        self._path = ""
        self._child: Child | None = None
        self.table = DeskTable(
            Rows(
                [
                    Column("Set", lambda row: row["id"], 0, middle=True),
                    Column("Rows", lambda row: f"{row['rows']:,}", 9),
                    Column("Made", lambda row: moment(row["made"]), 23, least=66),
                    Column("By", lambda row: row["promoted_by"], 13, least=44),
                    Column("State", _set_state, 14, colour=lambda row: _set_colour(look, row)),
                ],
                key=lambda row: row["id"],
                spoken=lambda row: tr("set {0}, {1} rows, {2}").format(
                    row["id"], f"{row['rows']:,}", _set_state(row)
                ),
            ),
            tr("Promoted sets"),
        )
        self.promote = button(tr("Promote what is approved"), role="primary")
        self.withdraw = button(tr("Withdraw…"), tr("Withdraw the chosen set"))
        self.verify_set = button(tr("Verify the set"))
        self.verify_store = button(tr("Verify the store"))
        self.folder = button(tr("Show in folder"))
        self.checkpoint = _path_field(tr("Checkpoint kept elsewhere"))
        self.pubkey = _path_field(tr("Public key kept elsewhere (log.pub)"))
        self.result = plain_label(role="heading")
        self.result.setWordWrap(True)
        self.result.hide()
        self.words = Flow(name=tr("Result"))
        self._build()
        self.table.chosen.connect(lambda *_: self._enable())
        self.promote.clicked.connect(self.promote_wanted)
        self.withdraw.clicked.connect(lambda: self.withdraw_wanted.emit(self.table.current_key()))
        self.verify_store.clicked.connect(lambda: self.verify(""))
        self.verify_set.clicked.connect(lambda: self.verify(self.table.current_key()))
        self.folder.clicked.connect(self._show_folder)

    def _build(self) -> None:
        self.table.setMinimumHeight((self.table.fontMetrics().height() + 11) * 4)
        first = Wrap(self.promote, self.withdraw)
        second = Wrap(self.verify_store, self.verify_set, self.folder)
        grid = QGridLayout()
        spaced(grid, 0, 0, 0, 0, 6)
        for row, field in enumerate((self.checkpoint, self.pubkey)):
            name = plain_label(field.accessibleName(), role="sub")
            name.setWordWrap(True)
            name.setBuddy(field)
            choose = button(tr("Choose…"), tr("Choose: {0}").format(field.accessibleName()))
            choose.clicked.connect(lambda _=False, field=field: self._choose(field))
            grid.addWidget(name, row, 0)
            grid.addWidget(field, row, 1)
            grid.addWidget(choose, row, 2)
        grid.setColumnStretch(1, 1)
        column = QVBoxLayout(self)
        spaced(column, 0, 0, 0, 0, 6)
        column.addLayout(first)
        column.addWidget(self.table, 1)
        column.addLayout(grid)
        column.addLayout(second)
        column.addWidget(self.result)
        column.addWidget(self.words)
        self._enable()

    def open(self, path: str) -> None:
        """Which store the sets lie in; the result of another one is let go."""
        self._path = path
        self.forget()
        self.result.hide()
        self.words.set_text("")

    def refresh(self) -> None:
        def answered(answer: dict[str, Any] | None, problem: dict[str, Any]) -> None:
            if answer is not None:
                self.table.show_rows(list(reversed(answer["sets"])))
                self._enable()
            else:
                self.say(problem_words(problem), "risk")

        self._link.ask("sets", answered, quiet=True)

    def _enable(self) -> None:
        chosen = self.table.current_key()
        row = next((one for one in self.table.rows_model.rows if one["id"] == chosen), None)
        self.withdraw.setEnabled(row is not None and row["withdrawn"] is None)
        self.verify_set.setEnabled(row is not None)

    def verify(self, name: str) -> None:
        """Asks the command whether the store, or the set ``name``, holds: beside the work, which goes on."""
        self.forget()
        self.say(tr("Checking …"))
        self.words.set_text("")
        place = Path(self._path, "sets", Path(name).name) if name else Path(self._path)
        arguments = ["quarantine", "verify", "--format", "json"]
        for option, field in (("--checkpoint", self.checkpoint), ("--pubkey", self.pubkey)):
            if field.text().strip():
                arguments.append(f"{option}={Path(field.text().strip()).expanduser()}")
        self._child = Child(self, inspector_command(*arguments, "--", str(place)), self._verified)

    def _verified(self, code: int | None, out: bytes, err: str) -> None:
        self._child = None
        try:
            found = json.loads(out) if code == 0 else None
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            why = shown(message_of(err) or tr("The check could not be made."), 700)
            self.say(tr("Refused. {0}").format(why), "risk")
            return
        told, warnings = found.get("told") or [], found.get("warnings") or []
        # What was compared with nothing kept elsewhere is not said to hold in the colour of what holds.
        self.say(shown(told[0], 600) if told else "", "" if warnings else "good")
        lines = [shown(one, 400) for one in told[1:]]
        lines += [f"{tr('Note:')} {shown(one, 500)}" for one in warnings]
        self.words.set_text("\n".join(lines), keep_newlines=True)

    def forget(self) -> None:
        """Ends a check that is under way."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()

    def say(self, sentence: str, role: str = "") -> None:
        self.result.setText(sentence)
        set_role(self.result, f"heading-{role}" if role else "heading")
        self.result.setVisible(bool(sentence))

    def _choose(self, field: QLineEdit) -> None:
        name, _ = QFileDialog.getOpenFileName(self, field.accessibleName())
        if name:
            field.setText(name)

    def _show_folder(self) -> None:
        chosen = self.table.current_key()
        place = Path(self._path, "sets", chosen) if chosen else Path(self._path)
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(place)))


class Log(QWidget):
    """Every change, newest first, a page at a time; and the checkpoint that is to be kept elsewhere."""

    def __init__(self, look: Look, link: Link) -> None:
        super().__init__()
        self._link = link
        self._before: int | None = None
        self.table = DeskTable(
            Rows(
                [
                    Column("Entry", lambda row: row["seq"], 7),
                    Column("Time", lambda row: moment(row["at"]), 23, least=66),
                    Column("What", lambda row: row["what"], 18),
                    Column(
                        "Rows", lambda row: "" if row["rows"] is None else f"{row['rows']:,}", 8, least=44
                    ),
                    Column("By", lambda row: row["by"], 13),
                    Column("Signed", lambda row: tr("signed") if row["signed"] else "", 8, least=76),
                    Column("Why", _why, 0),
                ],
                key=lambda row: str(row["seq"]),
                spoken=lambda row: tr("entry {0}, {1} by {2}, {3}").format(
                    row["seq"], row["what"], row["by"], _why(row)
                ),
            ),
            tr("Log of the store"),
        )
        self.older = button(tr("Older"), tr("Older entries"))
        self.newest = button(tr("Newest"), tr("Newest entries"))
        self.place = Elided()
        self.place.setProperty("role", "sub")
        self.note = TextPane(tr("Checkpoint"))
        self.copy = button(tr("Copy"), tr("Copy the checkpoint"))
        self.save = button(tr("Save…"), tr("Save the checkpoint"))
        self.caveat = plain_label(
            tr(
                "Whoever has the disk and the store's key can rewrite everything. Against that stands only a "
                "checkpoint that is kept elsewhere: in a ticket, a mail, another machine."
            ),
            role="sub",
        )
        self.caveat.setWordWrap(True)
        self.problem: Callable[[str], None] = lambda _: None
        self._build()
        self.older.clicked.connect(lambda: self._ask(self._before))
        self.newest.clicked.connect(self.refresh)
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.note.toPlainText()))
        self.save.clicked.connect(self._save)

    def _build(self) -> None:
        line_height = self.table.fontMetrics().height() + 11
        self.table.setMinimumHeight(line_height * 4)
        self.note.setFixedHeight(round(self.note.fontMetrics().lineSpacing() * 7))
        line, below = QHBoxLayout(), QHBoxLayout()
        spaced(line, 0, 0, 0, 0, 6)
        spaced(below, 0, 0, 0, 0, 6)
        line.addWidget(self.place, 1)
        line.addWidget(self.newest)
        line.addWidget(self.older)
        below.addWidget(plain_label(tr("CHECKPOINT"), role="section"), 1)
        below.addWidget(self.copy)
        below.addWidget(self.save)
        column = QVBoxLayout(self)
        spaced(column, 0, 0, 0, 0, 6)
        column.addLayout(line)
        column.addWidget(self.table, 1)
        column.addLayout(below)
        column.addWidget(self.note)
        column.addWidget(self.caveat)

    def refresh(self) -> None:
        self._ask(None)

        def noted(answer: dict[str, Any] | None, problem: dict[str, Any]) -> None:
            self.note.show_text(answer["note"] if answer is not None else problem_words(problem), wrap=True)
            self.copy.setEnabled(answer is not None)
            self.save.setEnabled(answer is not None)

        self._link.ask("checkpoint", noted, quiet=True)

    def _ask(self, before: int | None) -> None:
        def answered(answer: dict[str, Any] | None, problem: dict[str, Any]) -> None:
            if answer is None:
                self.place.setText(problem_words(problem))
                return
            entries = answer["entries"]
            self.table.show_rows(entries)
            self._before = entries[-1]["seq"] if entries else None
            self.older.setEnabled(bool(self._before))
            self.newest.setEnabled(before is not None)
            if entries:
                self.place.setText(
                    tr("Entries {0} to {1} of {2}, newest first").format(
                        f"{entries[-1]['seq']:,}", f"{entries[0]['seq']:,}", f"{answer['total']:,}"
                    )
                )

        self._link.ask("log", answered, quiet=True, before=before)

    def _save(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, tr("Save the checkpoint"), "checkpoint")
        if name:
            try:
                Path(name).write_text(self.note.toPlainText(), encoding="utf-8")
            except OSError as error:
                self.problem(tr("The checkpoint was not written: {0}").format(shown(error.strerror or error)))


class Policy(QWidget):
    """The rules in force, what is proposed, whose signatures count. They are changed by the command."""

    def __init__(self, link: Link) -> None:
        super().__init__()
        self._link = link
        self.words = Flow(name=tr("Rules of the store"))
        self.how = Flow(
            tr(
                "inspector quarantine policy and enrol change the rules; a change that weakens them is in "
                "force once a second person sets the same."
            ),
            name=tr("How the rules are changed"),
        )
        column = QVBoxLayout(self)
        spaced(column, 0, 0, 0, 0, 10)
        column.addWidget(plain_label(tr("RULES IN FORCE"), role="section"))
        column.addWidget(self.words)
        column.addWidget(self.how)
        column.addStretch(1)

    def refresh(self) -> None:
        def answered(answer: dict[str, Any] | None, problem: dict[str, Any]) -> None:
            lines = policy_lines(answer) if answer is not None else [problem_words(problem)]
            self.words.set_text("\n".join(f"• {line}" for line in lines), keep_newlines=True)

        self._link.ask("policy", answered, quiet=True)


def _path_field(name: str) -> QLineEdit:
    field = QLineEdit()
    field.setAccessibleName(name)
    field.setPlaceholderText(tr("none: nothing kept elsewhere is compared"))
    field.setMinimumWidth(60)
    return field


def _set_state(row: Any) -> str:
    gone = row["withdrawn"]
    return tr("withdrawn: {0}").format(shown(gone["why"], 80)) if gone else tr("in force")


def _set_colour(look: Look, row: Any) -> str:
    return look.tokens.risk if row["withdrawn"] else look.tokens.ink


def _why(row: Any) -> str:
    return " · ".join(one for one in (shown(row["unit"], 120), shown(row["why"], 200)) if one)
