"""Branches and tags of a repository with their commits, to choose from; asked for by a child process."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from inspector.gui.backend import Backend
from inspector.gui.background import Background
from inspector.gui.scan_process import ScanProcess
from inspector.gui.texts import shown, tr
from inspector.gui.widgets import plain_label, spaced
from inspector.provenance import InspectorError

ROWS_SHOWN = 500
_ROW = Qt.ItemDataRole.UserRole


class _Rows(QListWidget):
    """Return chooses a row; it does not press the dialog's own button as well."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self.currentItem()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and item is not None:
            self.itemActivated.emit(item)
            event.accept()
        else:
            super().keyPressEvent(event)


class RevisionList(QWidget):
    """Hidden until ``ask``. ``chosen`` gives the commit and the name of the branch or tag."""

    chosen = Signal(str, str)

    def __init__(self, parent: QWidget, backend: Backend | None) -> None:
        super().__init__(parent)
        self._backend = backend
        self._asked = 0
        self._background = Background(self)
        self._child = ScanProcess(self)
        self._child.events.connect(self._take)
        self._child.ended.connect(self._ended)
        self.said = plain_label(role="sub")
        self.said.setWordWrap(True)
        self.rows = _Rows()
        self.rows.setAccessibleName(tr("Branches and tags"))
        self.rows.setMinimumHeight(140)
        self.rows.itemClicked.connect(self._choose)
        self.rows.itemActivated.connect(self._choose)
        column = QVBoxLayout(self)
        spaced(column, 0, 0, 0, 0, 4)
        column.addWidget(self.said)
        column.addWidget(self.rows)
        self.hide()

    def ask(self, target: str, token: str = "") -> None:
        """Asks for the branches of ``target``; ``token`` is one that was typed and not kept yet."""
        self.forget()
        backend = self._backend
        if backend is None:
            return
        self._say(tr("Asking the hub …"))
        mine = self._asked

        def ready(found: Any, error: BaseException | None) -> None:
            if mine != self._asked:
                return
            if isinstance(error, InspectorError):
                self._say(shown(error, 600))
                return
            if error is not None:
                raise error
            options, given = found
            if token.strip():
                given = f"{token.strip()}\n".encode("utf-8", "replace")
                options = [*(item for item in options if item != "--token-stdin"), "--token-stdin"]
            self._child.start(backend.lookup_command([target], ["--refs", *options]), given)

        # In a thread: the first look at which hub is meant imports its readers, longer than a key may wait.
        self._background.run(backend.hub_options, ready)

    def forget(self) -> None:
        """Stops asking and hides what was shown."""
        self._asked += 1
        self._child.kill()
        self.rows.clear()
        self.hide()

    def _say(self, sentence: str) -> None:
        self.said.setText(sentence)
        self.said.setAccessibleName(sentence)
        self.rows.setVisible(self.rows.count() > 0)
        self.show()
        self.window().adjustSize()

    def _take(self, events: list[dict[str, Any]]) -> None:
        for event in events:
            if event.get("phase") == "waiting" and event.get("sentence"):
                self._say(shown(event["sentence"], 300))
            elif event.get("event") == "answer":
                self._show(event)

    def _show(self, answer: dict[str, Any]) -> None:
        if answer.get("problem"):
            self._say(shown(answer["problem"], 600))
            return
        found = [row for row in answer.get("refs") or () if _is_ref(row)]
        for row in found[:ROWS_SHOWN]:
            what = tr("branch") if row.get("kind") == "branch" else tr("tag")
            words = f"{shown(row['name'], 120)}  ·  {what}  ·  {shown(row['commit'][:12], 12)}"
            item = QListWidgetItem(words)
            item.setData(_ROW, (row["commit"], row["name"]))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, words)
            self.rows.addItem(item)
        sentence = (
            tr("Choosing one writes its commit into the field.") if found else tr("No branch is named.")
        )
        if answer.get("saved"):
            when = tr("saved answer of {0}").format(shown(str(answer["saved"])[:10], 20))
            sentence = f"{sentence} ({when})"
        if len(found) > ROWS_SHOWN:
            more = tr("and {0} more").format(f"{len(found) - ROWS_SHOWN:,}")
            sentence = f"{sentence} {more}."
        self._say(sentence)
        if found:
            self.rows.setCurrentRow(0)
            self.rows.setFocus()

    def _ended(self, problem: str) -> None:
        if problem:
            self._say(shown(problem, 600))

    def _choose(self, item: QListWidgetItem) -> None:
        commit, name = item.data(_ROW)
        self.chosen.emit(commit, name)


def _is_ref(row: object) -> bool:
    from inspector.gui.looking_up import is_commit

    return isinstance(row, dict) and isinstance(row.get("name"), str) and is_commit(row.get("commit"))
