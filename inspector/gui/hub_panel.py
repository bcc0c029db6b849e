"""What the hub answered about the selected repository, and what changed in it: a part of the node pane."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from inspector.gui.background import Background
from inspector.gui.hub_contents import changed_lines
from inspector.gui.hub_moves import HubMoves
from inspector.gui.looking_up import (
    LookingUp,
    answer_words,
    is_commit,
    kind_on_hub,
    on_hub,
    since_words,
    targets_of,
)
from inspector.gui.session import Session
from inspector.gui.texts import shown, tr
from inspector.gui.widgets import Flow, button, clear, plain_label, spaced
from inspector.provenance import Node

ANSWERS_SHOWN = 8
_SHORT = 8  # characters of a commit, as git shows them


class HubPanel(QWidget):
    """Shows remembered answers; ``work`` does the asking. ``wanted`` is the id of an action pressed here,
    ``lines_told`` a title and a text for the evidence: what changed line by line."""

    wanted = Signal(str)
    lines_told = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self.session: Session | None = None
        self.work = LookingUp(self)
        self.moves = HubMoves(self)
        self._node: Node | None = None
        self._background = Background(self)
        self._lines_soon: tuple[str, ...] | None = None  # of which answer the lines are shown when it comes
        self._since: tuple[dict[str, Any], str] | None = None  # the answer and the commit to hold against it
        self.rows = QVBoxLayout()
        spaced(self.rows, 0, 0, 0, 0, 4)
        self.look_up = button(tr("Look up on the hub"))
        self.stop = button(tr("Stop asking"))
        self.look_up.clicked.connect(lambda: self.wanted.emit("look-up"))
        self.stop.clicked.connect(self.work.cancel)
        line = QHBoxLayout()
        spaced(line, 0, 0, 0, 0, 8)
        line.addWidget(self.look_up)
        line.addWidget(self.stop)
        line.addStretch(1)
        column = QVBoxLayout(self)
        spaced(column, 0, 0, 0, 0, 6)
        column.addLayout(self.rows)
        column.addLayout(line)
        self.work.answered.connect(self.refresh)
        self.work.told.connect(self._told)
        self.moves.found.connect(self.refresh)
        self._told()

    def set_session(self, session: Session | None) -> None:
        self._node = None
        self._lines_soon = None
        self.session = session
        self.work.set_session(session)
        self.moves.set_session(session)

    def show_node(self, node: Node) -> bool:
        """Shows what is known of ``node``; False where it is no repository of the hub."""
        self._node = node if on_hub(node) else None
        if self._node is not None:
            self.refresh()
        return self._node is not None

    def ask(self) -> bool:
        """Asks the hub about the shown node; False where none is shown."""
        if self.session is None or self._node is None:
            return False
        return self.work.ask(targets_of(self.session, self._node))

    def refresh(self) -> None:
        clear(self.rows)
        self._since = None
        node, session = self._node, self.session
        if node is None or session is None:
            return
        moved = self.moves.sentence() if node.attributes.get("root") and session.is_hub else ""
        if moved:
            self._say(tr("Since the scan before"), moved)
        answers = self.work.answers_on(kind_on_hub(node), node.name)
        for row in _without_twins(answers)[:ANSWERS_SHOWN]:
            self._show(row, node)
        if not answers and not moved:
            self.rows.addWidget(plain_label(tr("Not asked yet."), role="sub"))

    def _show(self, row: dict[str, Any], node: Node) -> None:
        said, *small = answer_words(row)
        self._say(tr("The hub says"), said)
        for words in small:
            dated = Flow(words, tr("When"))
            dated.setProperty("role", "sub")
            self.rows.addWidget(dated)
        paste = row.get("paste")
        if isinstance(paste, str) and row.get("commit") != row.get("revision"):
            self._paste(paste)
        before = _before(row, node)
        since = row.get("since")
        if isinstance(since, dict):
            changes = Flow("", tr("What changed"))
            changes.set_text(since_words(since), keep_newlines=True)
            self.rows.addWidget(changes)
            self._offer_lines(row, since)
        if before and not (isinstance(since, dict) and since.get("commit") == before):
            what = tr("What changed since {0}").format(before[:_SHORT])
            ask = button(what, role="link")
            ask.clicked.connect(lambda _=False, row=row, before=before: self._press(row, before))
            self._since = self._since or (row, before)
            self.rows.addWidget(ask, 0, Qt.AlignmentFlag.AlignLeft)

    def _offer_lines(self, row: dict[str, Any], since: dict[str, Any]) -> None:
        """Which lines changed is told where it is asked for, and at once after "what changed since"."""
        before, now = since.get("commit"), row.get("commit")
        if not (is_commit(before) and is_commit(now) and before != now):
            return
        what = (str(row["kind"]), str(row.get("moved_to") or row["name"]), str(before), str(now))
        show = button(tr("Show the lines that changed"), role="link")
        show.clicked.connect(lambda: self._tell_lines(what, since))
        self.rows.addWidget(show, 0, Qt.AlignmentFlag.AlignLeft)
        if self._lines_soon == (what[0], str(row["name"]), what[2]):
            self._lines_soon = None
            self._tell_lines(what, since)

    def _tell_lines(self, what: tuple[str, str, str, str], since: dict[str, Any]) -> None:
        node = self._node

        def told(text: Any, error: BaseException | None) -> None:
            if error is not None:
                raise error
            if node is self._node:
                self.lines_told.emit(tr("What changed since {0}").format(what[2][:_SHORT]), text)

        # In a thread: it reads files, and its first import takes longer than a key press may wait.
        self._background.run(lambda: changed_lines(*what, since), told)

    def _say(self, name: str, words: str) -> None:
        self.rows.addWidget(Flow(words, name))

    def _paste(self, paste: str) -> None:
        line = QHBoxLayout()
        spaced(line, 0, 0, 0, 0, 8)
        text = Flow(paste, tr("Line to paste"))
        copy = button(tr("Copy"), tr("Copy the line to paste"))
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(text.toPlainText()))
        line.addWidget(text, 1)
        line.addWidget(copy, 0, Qt.AlignmentFlag.AlignTop)
        self.rows.addLayout(line)

    def _press(self, row: dict[str, Any], before: str) -> None:
        self._since = (row, before)
        self.wanted.emit("hub-changes")

    def ask_since(self) -> bool:
        """Asks which files changed between an earlier commit and the one that was answered; False where
        there are no two commits."""
        if self._since is None:
            return False
        row, before = self._since
        prefix = {"dataset": "datasets/", "space": "spaces/"}.get(row["kind"], "")
        at = f"@{row['revision']}" if row.get("revision") else ""
        self._lines_soon = (str(row["kind"]), str(row["name"]), before)
        return self.work.ask([f"hf://{prefix}{row['name']}{at}"], "--since", before)

    def _told(self) -> None:
        self.stop.setVisible(self.work.running)
        self.look_up.setVisible(not self.work.running)
        self.stop.setAccessibleDescription(shown(self.work.words(), 300))


def _without_twins(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """No name and the name ``main`` are two questions with one answer: of answers that say the same, the one
    that knows most is shown."""
    best: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        key = (str(row.get("problem") or row.get("sentence")), str(row.get("asked")))
        if key not in best or (row.get("since") and not best[key].get("since")):
            best[key] = row
    return list(best.values())


def _before(row: dict[str, Any], node: Node) -> str:
    """An earlier commit of the same name that the answer's commit can be held against; "" for none."""
    now = row.get("commit")
    reviewed = node.attributes.get("revision")
    for earlier in (reviewed, row.get("before")):
        if is_commit(earlier) and is_commit(now) and earlier != now:
            return str(earlier)
    return ""
