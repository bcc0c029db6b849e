"""The Checklist tab: the questions of the review, each with what the scan already knows beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QFileDialog,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from inspector.gui.look import Look
from inspector.gui.proposals_panel import ProposalPanel
from inspector.gui.proposals_work import adopt_all
from inspector.gui.rows import Column
from inspector.gui.selection import Selection
from inspector.gui.session import Session
from inspector.gui.source_lines import is_same_file
from inspector.gui.table_page import TablePage
from inspector.gui.texts import ANSWERS, shown, size_words, tip, tr
from inspector.gui.widgets import Flow, button, clear, plain_label, spaced
from inspector.gui.wrap import Wrap
from inspector.review.interface import Question

HINTS_SHOWN = 12
DRAFTS = "note-drafts"  # where the review keeps notes to questions that have no answer yet
CHIPS = (
    ("Unanswered", "answer:unanswered"),
    ("Unknown", "answer:unknown"),
    ("Required", "required:yes"),
)


class ChecklistPage(TablePage):
    """Questions above, the chosen one below. An unanswered or unknown one is never green."""

    def __init__(self, look: Look, selection: Selection) -> None:
        self.look = look
        self.selection = selection
        self.session: Session | None = None
        self._shown = ""
        columns = [
            Column("Answer", lambda row: row.answer or "unanswered", 12, colour=self._colour),
            Column("Question", lambda row: row.text, 0),
            Column("Group", lambda row: row.group, 11, least=105),
            Column("Required", lambda row: row.required, 8, least=72),
            Column("Proposed", self._proposed, 9, least=96),
            Column("Hints", _hints, 7, colour=lambda row: look.tokens.risk),
        ]
        super().__init__(
            "Checklist",
            columns,
            key=lambda row: row.id,
            spoken=lambda row: (
                f"{row.answer or 'unanswered'}, {shown(row.text)}, {row.group}"
                + (f", {tr('required')}" if row.required else "")
            ),
            chips=CHIPS,
            hint=tr("Filter, such as group:loading answer:unknown"),
        )
        self.detail = _Detail(self)
        self._split()
        self.table.chosen.connect(lambda key, _keys: self._show_question(key))

    def _split(self) -> None:
        self.column.removeWidget(self.table)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setChildrenCollapsible(False)
        self.table.setMinimumHeight(0)  # as much as a table needs at least
        splitter.addWidget(self.table)
        splitter.addWidget(self.detail)
        splitter.setStretchFactor(0, 3)
        splitter.setStretchFactor(1, 2)
        self.column.addWidget(splitter, 1)

    def set_session(self, session: Session | None) -> None:
        self.session = session
        self._shown = ""
        self.filter.clear()
        self.set_all([])
        self.detail.show_question(None)
        kept = session.recalled(DRAFTS, {}) if session is not None else {}
        self.detail.drafts = (
            {str(key): str(text) for key, text in kept.items()} if isinstance(kept, dict) else {}
        )
        if session is not None:
            session.answered.connect(self.refresh)
            session.proposals.told.connect(self.refresh)

    def refresh(self) -> None:
        if self.session is None:
            return
        self.set_all(list(self.session.questions))
        if not self.table.current_key() and self.rows.rows:
            self.table.select_key(self.rows.rows[0].id)
        self._show_question(self.table.current_key(), force=True)

    def _proposed(self, row: Question) -> str:
        """What may be adopted as the answer: one word, or several where the documents differ."""
        offers = self.session.proposals.standing("question", row.id) if self.session is not None else ()
        return ", ".join(dict.fromkeys(one.word for one in offers))

    def adopt(self) -> None:
        """Takes over what is proposed for the question that is shown."""
        question, session = self.detail.question, self.session
        if question is not None and session is not None:
            adopt_all(session, "question", [question.id])

    def order(self, row: Any) -> Any:
        return 0  # the order of the checklist itself

    def head(self, visible: int, total: int) -> str:
        questions = self.session.questions if self.session else []
        answered = sum(item.answer not in (None, "unknown") for item in questions)
        missing = sum(item.required and item.answer is None for item in questions)
        text = tr("{0} of {1} questions answered").format(answered, len(questions))
        return f"{text}  ·  {tr('{0} required ones open').format(missing)}" if missing else text

    def _colour(self, row: Question) -> str | None:
        tokens = self.look.tokens
        return {
            None: tokens.sub,
            "yes": tokens.good,
            "n/a": tokens.ink,
            "no": tokens.severity.get(row.severity, tokens.risk),
            "partial": tokens.severity["medium"],
            "unknown": tokens.unknown,
        }.get(row.answer, tokens.unknown)

    def _show_question(self, key: str, force: bool = False) -> None:
        if key == self._shown and not force:
            return
        self._shown = key
        found = (
            next((item for item in self.session.questions if item.id == key), None) if self.session else None
        )
        self.detail.show_question(found)


class _Detail(QScrollArea):
    """The chosen question: its answers, a note, evidence files and the findings that bear on it."""

    def __init__(self, page: ChecklistPage) -> None:
        super().__init__()
        self.page = page
        self.question: Question | None = None
        self.drafts: dict[str, str] = {}  # notes to questions that have no answer yet
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMinimumHeight(190)
        body = QWidget()
        body.setObjectName("pane")
        self.setWidget(body)
        self.text = Flow(name=tr("Question"))
        self.wanted = Flow(name=tr("Evidence wanted"))
        self.note = QLineEdit()
        self.note.setPlaceholderText(tr("Note: how you know"))
        self.note.setAccessibleName(tr("Note to the answer"))
        self.files = Flow(name=tr("Evidence files"))
        self.attach = button(tr("Attach evidence…"))
        self.proposals = ProposalPanel()
        self.hints = QVBoxLayout()
        self.answers: dict[str, QPushButton] = {}
        self._group = QButtonGroup(self)
        line = Wrap(field=len(ANSWERS))
        for answer in ANSWERS:
            made = button(answer, tr("Answer {0}").format(answer))
            made.setCheckable(True)
            made.clicked.connect(lambda _=False, answer=answer: self._answer(answer))
            self._group.addButton(made)
            self.answers[answer] = made
            line.addWidget(made)
        line.addWidget(self.note)
        line.addWidget(self.attach)
        spaced(self.hints, 0, 0, 0, 0, 0)
        column = QVBoxLayout(body)
        spaced(column, 14, 10, 14, 10, 8)
        column.addWidget(self.text)
        column.addWidget(self.wanted)
        column.addLayout(line)
        column.addWidget(self.files)
        column.addWidget(self.proposals)
        self.hint_title = plain_label(tr("WHAT THE SCAN KNOWS"), role="section")
        column.addWidget(self.hint_title)
        column.addLayout(self.hints)
        column.addStretch(1)
        self.note.editingFinished.connect(self._note_written)
        self.attach.clicked.connect(self._attach)
        self.proposals.adopt_wanted.connect(self._adopt)

    def show_question(self, question: Question | None) -> None:
        self.question = question
        self.widget().setVisible(question is not None)
        if question is None:
            return
        self.text.set_text(question.text)
        refs = f"  ·  {', '.join(question.refs)}" if question.refs else ""
        self.wanted.set_text(f"{tr('Evidence wanted')}: {shown(question.evidence_wanted) or '—'}{refs}")
        self._group.setExclusive(False)
        for answer, made in self.answers.items():
            made.setChecked(question.answer == answer)
        self._group.setExclusive(True)
        if not self.note.hasFocus():
            self.note.setText(question.note or self.drafts.get(question.id, ""))
        files = ", ".join(
            f"{shown(item.get('name'), 80)} ({size_words(item.get('size'))}, {str(item.get('sha256'))[:12]})"
            for item in question.evidence
        )
        self.files.set_text(files)
        self.files.setVisible(bool(files))
        session = self.page.session
        offers = session.proposals.of("question", question.id) if session is not None else ()
        self.proposals.show_offers(offers, question.answer, question.note)
        self._show_hints(question)

    def _show_hints(self, question: Question) -> None:
        clear(self.hints)
        session = self.page.session
        found = (
            [session.facts.findings[key] for key in question.hints if key in session.facts.findings]
            if session
            else []
        )
        self.hint_title.setVisible(bool(found))
        for item in found[:HINTS_SHOWN]:
            name = session.facts.node_name(item.finding.node) if session else ""
            found_words = (item.finding.severity.value, shown(name, 60), shown(item.finding.title, 90))
            text = " · ".join((*found_words, item.state.value))
            link = button(text, role="link", tip=tip(text))
            link.setIcon(self.page.look.severity_icon(item.finding.severity.value))
            size = round(14 * self.page.look.scale)
            link.setIconSize(QSize(size, size))
            link.setMinimumWidth(40)
            link.clicked.connect(
                lambda _=False, item=item: self.page.selection.select_finding(
                    item.finding.id, item.finding.node
                )
            )
            self.hints.addWidget(link)
        if len(found) > HINTS_SHOWN:
            self.hints.addWidget(
                plain_label(tr("and {0} more findings").format(len(found) - HINTS_SHOWN), role="sub")
            )

    def _answer(self, answer: str, files: tuple[Path, ...] = ()) -> None:
        if self.question is None or self.page.session is None:
            return
        if not self.page.session.answer(self.question.id, answer, self.note.text().strip(), files):
            self.show_question(self.question)  # the buttons go back to what stands in the review
        elif self.question is not None and self.question.id in self.drafts:
            self._draft(self.question.id, "")

    def _adopt(self, key: str, digest: str) -> None:
        if self.page.session is not None:
            self.page.session.adopt([key], digest)

    def _note_written(self) -> None:
        """A note is kept with the answer that stands; without one it is kept until there is one."""
        question, text = self.question, self.note.text().strip()
        if question is None or text == question.note:
            return
        if question.answer:
            self._answer(question.answer)
        elif self.page.session is not None and text != self.drafts.get(question.id, ""):
            self._draft(question.id, text)

    def _draft(self, question: str, text: str) -> None:
        self.drafts = {key: kept for key, kept in self.drafts.items() if key != question}
        if text:
            self.drafts[question] = text
        if self.page.session is not None:
            self.page.session.remember(DRAFTS, self.drafts)

    def _attach(self) -> None:
        if self.question is None:
            return
        names, _ = QFileDialog.getOpenFileNames(self, tr("Attach evidence"))
        session = self.page.session
        review = session.review_path if session is not None else None
        if session is not None and review is not None and any(is_same_file(Path(n), review) for n in names):
            session.refused.emit(tr("This is the review itself; it is no evidence for it."))
        elif names:
            self._answer(self.question.answer or "unknown", tuple(Path(name) for name in names))


def _hints(row: Question) -> str:
    return f"{len(row.hints)}" if row.hints else ""
