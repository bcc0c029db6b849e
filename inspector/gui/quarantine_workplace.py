"""The quarantine workplace of the Data tab: a store of training rows that people decide on.

Reading and deciding happen in a process of its own (quarantine_desk). What another person does to the same
store is noticed within a second or two, said, and shown; a decision is about the rows as they were seen.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QFileDialog, QSizePolicy

from inspector.gui.ask_bar import AskBar
from inspector.gui.look import Look
from inspector.gui.quarantine_deciding import Deciding
from inspector.gui.quarantine_face import Face
from inspector.gui.quarantine_lists import is_override, wanted_by
from inspector.gui.quarantine_words import WAITING, entry_words, problem_words, states_line
from inspector.gui.session import Session
from inspector.gui.settings import RECENT_KEPT, Settings
from inspector.gui.texts import label, shown, tr
from inspector.gui.widgets import button, clear

LOOK_MS = 1500  # how often the window looks whether somebody else changed the store
INDEX = "index.db"
_RECENT, _WHO, _KEY = "stores", "quarantine_reviewer", "quarantine_key"
_REMEMBERED = "quarantine"
_MOST_SAID = 1200  # characters of an answer
_TOLD = 3  # entries of others that are named one by one


class Workplace(Face):
    """``open_store`` opens a folder. ``heading_changed`` carries how many rows wait."""

    heading_changed = Signal(str)

    def __init__(self, look: Look, bar: AskBar) -> None:
        super().__init__(look)
        self.session: Session | None = None
        self.path = ""
        self.read_only = False
        self._wanted = ""
        self._stamp: Any = None
        self.entries = 0
        self._own: set[int] = set()
        self._states: dict[str, int] = {}
        self.setAcceptDrops(True)
        self.deciding = Deciding(self, bar)
        self._connect()
        self._look = QTimer(self)
        self._look.setInterval(LOOK_MS)
        self._look.timeout.connect(self._look_for_others)
        self._show_closed()

    def _connect(self) -> None:
        self.open_first.clicked.connect(self.ask_for_store)
        self.choose.menu().aboutToShow.connect(self._fill_recent)
        self.wanted.connect(self.deciding.do)
        self.page_wanted.connect(self.show_page)
        self.queue.scope_changed.connect(self._show_scope)
        self.queue.key_pressed.connect(self.deciding.do)
        self.approve.clicked.connect(lambda: self.deciding.do("approve"))
        self.reject.clicked.connect(lambda: self.deciding.do("reject"))
        self.reopen.clicked.connect(lambda: self.deciding.do("reopen"))
        self.sets.promote_wanted.connect(lambda: self.deciding.do("promote"))
        self.sets.withdraw_wanted.connect(self.deciding.withdraw)
        self.signing.said.connect(self.say)
        self.signing.changed.connect(self._keep_who)
        self.link.broke.connect(self._broke)
        self.link.busy_changed.connect(self._show_busy)
        self.log.problem = self.say
        for table in (self.queue.groups, self.queue.rows):  # by keyboard too, what is worked on is in view
            table.focused.connect(lambda table=table: self.area.ensureWidgetVisible(table, 0, 40))
        for table in (self.sets.table, self.log.table):
            table.key_pressed.connect(lambda wanted: self.deciding.do(wanted) if wanted == "undo" else None)

    # --- opening and closing -------------------------------------------------------------------------

    def set_session(self, session: Session | None) -> None:
        self.close_store(forget=False)
        self.session = session
        self.say("")
        kept = session.recalled(_REMEMBERED, {}) if session is not None else {}
        self._wanted = str(kept.get("store") or "") if isinstance(kept, dict) else ""
        if self.isVisible():
            self._open_wanted()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._open_wanted()
        self._look.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._look.stop()

    def _open_wanted(self) -> None:
        """The store that was open when this review was left, or when the window was killed."""
        wanted, self._wanted = self._wanted, ""
        if wanted and not self.link.is_open:
            self.open_store(wanted)
        elif not self.link.is_open:
            self._show_recent()

    def ask_for_store(self) -> None:
        name = QFileDialog.getExistingDirectory(self, tr("Open a quarantine store"))
        if name:
            self.open_store(name)

    def open_store(self, path: str) -> None:
        """Opens the store in the folder ``path``; the one that was open is let go."""
        self.close_store(forget=False)
        settings = self._settings()
        self.say(tr("Opening {0} …").format(shown(path, 300)))
        self.link.start()

        def opened(answer: dict[str, Any] | None, problem: dict[str, Any]) -> None:
            if answer is None:
                self.close_store()
                self.say(problem_words(problem))
                return
            self.path = answer["path"]
            self.read_only = bool(answer["read_only"])
            others = [one for one in self.recent() if one != self.path]
            settings.put(_RECENT, [self.path, *others][:RECENT_KEPT])
            self._remember()
            self.closed.hide()
            self.body.show()
            self.title.setText(tr("Quarantine {0}").format(shown(self.path, 300)))
            self.signing.offer(str(settings.get(_WHO) or ""), str(settings.get(_KEY) or ""))
            self.sets.open(self.path)
            told = [shown(one, 500) for one in answer["warnings"]]
            if self.read_only:
                told.insert(0, tr("This store can only be read here: it may not be written to."))
            self.say("\n".join(told))
            self._enable()
            self.show_page("queue")
            self.states.set_text(tr("Counting the rows …"))
            self.queue.set_groups([], 0, 0)  # the first rows are there before a million are counted
            self.refresh()

        self.link.ask("open", opened, path=path)

    def close_store(self, *, forget: bool = True) -> None:
        """Lets go of the store. Everything is on the disk already."""
        self.deciding.forget()
        self.sets.forget()
        self.link.close()
        self.signing.lose()
        self.path, self._stamp, self.entries, self.read_only = "", None, 0, False
        self._own.clear()
        self._states = {}
        self.queue.clear()
        if forget:
            self._remember()
        self._show_closed()

    def _show_closed(self) -> None:
        self.title.setText(tr("Quarantine"))
        self.body.hide()
        self.closed.show()
        self.answer.setVisible(bool(self.answer.toPlainText()))
        self.heading_changed.emit("")
        self._show_recent()

    def _remember(self) -> None:
        if self.session is not None:
            self.session.remember(_REMEMBERED, {"store": self.path})

    def _settings(self) -> Settings:
        known = getattr(self.window(), "settings", None)
        return known if isinstance(known, Settings) else Settings()

    def recent(self) -> list[str]:
        """Stores that were open, newest first."""
        value = self._settings().get(_RECENT, [])
        return [one for one in value if isinstance(one, str)][:RECENT_KEPT] if isinstance(value, list) else []

    def _fill_recent(self) -> None:
        menu = self.choose.menu()
        menu.clear()
        menu.addAction(tr("Choose a folder…"), self.ask_for_store)
        for path in self.recent():
            menu.addAction(label(path, 100), lambda path=path: self.open_store(path))
        if self.link.is_open:
            menu.addSeparator()
            menu.addAction(tr("Close the store"), self.close_store)

    def _show_recent(self) -> None:
        clear(self.recent_stores)
        for path in self.recent()[:6]:
            link = button(shown(path, 120), role="link")
            link.clicked.connect(lambda _=False, path=path: self.open_store(path))
            self.recent_stores.addWidget(link)

    def _keep_who(self) -> None:
        if self.link.is_open:
            settings = self._settings()
            settings.put(_WHO, self.signing.actor)
            settings.put(_KEY, self.signing.key.currentText().strip())

    def _broke(self, sentence: str) -> None:
        path = self.path
        self.close_store(forget=False)
        self.say(sentence)
        self._wanted = path  # the next look at this page opens it again
        if path:
            self._show_recent()

    # --- keys, wherever in the workplace the keyboard is ----------------------------------------------

    def event(self, event: QEvent) -> bool:
        if is_override(event) and self.link.is_open:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        wanted = wanted_by(event) if self.link.is_open else None
        if wanted is None:
            super().keyPressEvent(event)
        elif wanted == "undo":
            self.deciding.do(wanted)
        elif wanted and self.page_name() == "queue":
            self.queue.act(wanted)

    # --- dropping ------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _dropped(event) is not None:
            event.acceptProposedAction()
        else:
            event.ignore()  # the window takes what is no store

    def dropEvent(self, event: QDropEvent) -> None:
        path = _dropped(event)
        if path is not None:
            event.acceptProposedAction()
            self.open_store(path)

    # --- what is shown -------------------------------------------------------------------------------

    def show_page(self, name: str) -> None:
        """queue, sets, log or policy."""
        chip, page = self.pages[name]
        chip.setChecked(True)
        self.stack.setCurrentWidget(page)
        ignored, preferred = QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred
        for _, other in self.pages.values():  # only the page in view says how high the workplace has to be
            other.setSizePolicy(preferred, preferred if other is page else ignored)
        self._refresh_page()

    def page_name(self) -> str:
        return next(name for name, (_, page) in self.pages.items() if page is self.stack.currentWidget())

    def _refresh_page(self) -> None:
        if not self.link.is_open:
            return
        book = {"sets": self.sets, "log": self.log, "policy": self.policy}.get(self.page_name())
        if book is not None:
            book.refresh()

    def refresh(self) -> None:
        """Counts anew and reads the open page again."""
        known = self.entries

        def counted(answer: dict[str, Any] | None, problem: dict[str, Any]) -> None:
            if answer is None:
                self.say(problem_words(problem))
                return
            self._stamp = answer["stamp"]
            self._states = answer["states"]
            self.entries = answer["entries"]
            self.states.set_text(states_line(self._states))
            rows = sum(self._states.values())
            groups = answer["groups"]
            self.queue.set_groups(groups, rows, self.waiting())
            self.heading_changed.emit(f"{self.waiting():,}" if self.waiting() else "")
            self.sets.promote.setEnabled(not self.read_only and self.to_promote() > 0)
            for one in answer["warnings"]:
                self.say(shown(one, 500))
            if known and self.entries > known:
                self._tell_others(known)

        self.queue.refresh()  # first, because counting a million rows takes seconds
        self.link.ask("overview", counted, quiet=True)
        self._refresh_page()

    def waiting(self) -> int:
        """Rows that wait for people."""
        return sum(self._states.get(state, 0) for state in WAITING)

    def to_promote(self) -> int:
        """Rows that the next promotion would take, as far as their states tell."""
        return self._states.get("approved", 0) + self._states.get("waived", 0)

    def _look_for_others(self) -> None:
        """Whether the files of the store changed; a look at the store itself only where they did."""
        if not self.link.is_open or not self.path or self.link.busy or self._stamp is None:
            return

        def stamped(answer: dict[str, Any] | None, _problem: dict[str, Any]) -> None:
            if answer is not None and answer["stamp"] != self._stamp:
                self._stamp = answer["stamp"]
                self.refresh()

        self.link.ask("stamp", stamped, quiet=True)

    def _tell_others(self, since: int) -> None:
        """Says what other people did since this window knew the log; its own entries are passed over."""

        def told(answer: dict[str, Any] | None, _problem: dict[str, Any]) -> None:
            if answer is None:
                return
            others = [one for one in answer["entries"] if one["seq"] not in self._own]
            if not others:
                return
            words = "; ".join(entry_words(one) for one in others[:_TOLD])
            more = f" … {len(others) - _TOLD:,}" if len(others) > _TOLD else ""
            self.say(f"{self.answer_text()}\n{tr('Meanwhile: {0}').format(words)}{more}".strip())

        self.link.ask("log", told, quiet=True, since=since)

    def own(self, entries: list[Any]) -> None:
        """Entries of the log that this window wrote itself."""
        self._own.update(one for one in entries if isinstance(one, int))

    def say(self, sentence: str) -> None:
        """A sentence below the work; it stays until the next one."""
        self.answer.set_text(sentence[:_MOST_SAID], keep_newlines=True)
        self.answer.setVisible(bool(sentence))

    def answer_text(self) -> str:
        return self.answer.toPlainText()

    def _show_scope(self) -> None:
        """The two things a decision can be about, and which of them it is now."""
        group, chosen = self.queue.group(), self.queue.chosen_rows()
        self.scope.setItemText(0, tr("Chosen rows: {0}").format(f"{len(chosen):,}"))
        waiting = f"{group['pending']:,}" if group is not None else "0"
        self.scope.setItemText(1, tr("Whole group: {0} wait").format(waiting))
        self.scope.setCurrentIndex(0 if self.queue.on_rows else 1)

    def _show_busy(self, busy: bool) -> None:
        self.setCursor(Qt.CursorShape.BusyCursor if busy else Qt.CursorShape.ArrowCursor)

    def _enable(self) -> None:
        for widget in (self.approve, self.reject, self.reopen, self.sets.promote, self.sets.withdraw):
            widget.setEnabled(not self.read_only)
        self.signing.setEnabled(not self.read_only)


def is_store(path: Path) -> bool:
    """Whether a folder looks like a quarantine store."""
    try:
        return (path / INDEX).is_file() and (path / "batches").is_dir()
    except OSError:
        return False


def _dropped(event: QDragEnterEvent | QDropEvent) -> str | None:
    local = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
    return next((one for one in local if is_store(Path(one))), None)


__all__ = ["Workplace", "is_store"]
