"""Decisions on findings: what the keys 1 to 6, n and m do, wherever the findings are selected."""

from __future__ import annotations

from PySide6.QtCore import QObject

from inspector.gui.ask_bar import AskBar
from inspector.gui.proposals_work import adopt_all
from inspector.gui.selection import Selection
from inspector.gui.session import Session
from inspector.gui.texts import shown, tr
from inspector.provenance import State


class Deciding(QObject):
    """Acts on all selected findings as one step. What needs a reason asks for it in the bar."""

    def __init__(self, parent: QObject, selection: Selection, bar: AskBar) -> None:
        super().__init__(parent)
        self.session: Session | None = None
        self.selection = selection
        self.bar = bar

    def set_session(self, session: Session | None) -> None:
        self.session = session
        self.bar.dismiss()

    def chosen(self) -> tuple[str, ...]:
        """The ids of the selected findings, or of the current one."""
        return self.selection.findings or ((self.selection.finding,) if self.selection.finding else ())

    def decide(self, state: State) -> None:
        session, ids = self.session, self.chosen()
        if session is None:
            return
        if not ids:
            session.refused.emit(tr("Select a finding first."))
            return
        if not state.needs_reason:
            session.decide(ids, state)
            return
        first = session.facts.findings.get(ids[0])
        about = shown(first.finding.title, 60) if first is not None and len(ids) == 1 else ""
        what = about or tr("{0} findings").format(len(ids))
        question = tr("Why {0}: {1}").format(state.value, what)

        def done(text: str, expires: str | None) -> bool:
            return self._taken(session, ids, state, text, expires)

        self.bar.ask(
            question,
            done,
            with_expiry=state.needs_expiry,
            text=first.because if first is not None and first.state is state else "",
            placeholder=tr("The reason; it stands in the record"),
        )

    def adopt(self) -> None:
        """Takes over what is proposed for the selected findings, as one step."""
        session, ids = self.session, self.chosen()
        if session is None:
            return
        if not ids:
            session.refused.emit(tr("Select a finding first."))
            return
        adopt_all(session, "finding", ids)

    def _taken(
        self, session: Session, ids: tuple[str, ...], state: State, text: str, expires: str | None
    ) -> bool:
        if not text:
            self.bar.refuse(tr("A reason is needed: it stands in the record."))
            return False
        said: list[str] = []
        session.refused.connect(said.append)
        taken = session.decide(ids, state, because=text, expires=expires)
        session.refused.disconnect(said.append)
        if not taken:
            self.bar.refuse(said[0] if said else tr("The decision was not taken."))
        return taken

    def note(self) -> None:
        session, ids = self.session, self.chosen()
        item = session.facts.findings.get(ids[0]) if session is not None and ids else None
        if session is None or item is None:
            return
        key = item.finding.id

        def done(text: str, _expires: str | None) -> bool:
            return session.note(key, text)

        question = tr("Note on {0}").format(shown(item.finding.title, 60))
        self.bar.ask(question, done, text=item.note, placeholder=tr("A note; it stands in the record"))

    def mark(self) -> None:
        """Marks the current finding for present mode, or takes the mark off."""
        session, ids = self.session, self.chosen()
        item = session.facts.findings.get(ids[0]) if session is not None and ids else None
        if session is not None and item is not None:
            session.mark(item.finding.id, not item.marked)
