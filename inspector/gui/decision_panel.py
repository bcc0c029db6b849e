"""The current finding in the node pane: what it says, what to do, and the six states to choose from."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from inspector.gui.actions import STATES
from inspector.gui.look import Look
from inspector.gui.proposals_panel import ProposalPanel
from inspector.gui.proposals_work import Offer
from inspector.gui.texts import shown, tr
from inspector.gui.widgets import Flow, button, plain_label, spaced
from inspector.provenance import State, plain
from inspector.review.decisions import is_past
from inspector.review.interface import ReviewedFinding


class DecisionPanel(QWidget):
    """``wanted`` carries the id of an action (state-confirmed, note, mark); the window carries it out."""

    wanted = Signal(str)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.look = look
        self.icon = plain_label()
        self.title = Flow(name=tr("Finding"))
        self.message = Flow(name=tr("What was found"))
        self.remedy = Flow(name=tr("Remedy"))
        self.refs = Flow(name=tr("Identifiers"))
        self.decided = Flow(name=tr("Decision"))
        self.states: dict[str, QPushButton] = {}
        self.proposals = ProposalPanel()
        self.note = button(tr("Note…"), tr("Write a note"))
        self.mark = button(tr("Mark"), tr("Mark for presenting"))
        self.mark.setCheckable(True)
        group = QButtonGroup(self)
        group.setExclusive(True)
        self._grid = grid = QGridLayout()
        self._columns = 2
        spaced(grid, 0, 2, 0, 2, 4)
        for number, (action, state) in enumerate(STATES.items()):
            made = button(f"{number + 1}  {state}", tr("Set {0}").format(state))
            made.setCheckable(True)
            made.clicked.connect(lambda _=False, action=action: self.wanted.emit(action))
            group.addButton(made)
            self.states[state] = made
            grid.addWidget(made, number // 2, number % 2)
        self.note.clicked.connect(lambda: self.wanted.emit("note"))
        self.mark.clicked.connect(lambda: self.wanted.emit("mark"))
        extra = QHBoxLayout()
        spaced(extra, 0, 0, 0, 0, 4)
        extra.addWidget(self.note)
        extra.addWidget(self.mark)
        extra.addStretch(1)
        head = QHBoxLayout()
        spaced(head, 0, 0, 0, 0, 6)
        head.addWidget(self.icon, 0)
        head.addWidget(self.title, 1)
        column = QVBoxLayout(self)
        spaced(column, 0, 0, 0, 0, 6)
        column.addLayout(head)
        for widget in (self.message, self.remedy, self.refs):
            column.addWidget(widget)
        column.addLayout(grid)
        column.addWidget(self.decided)
        column.addWidget(self.proposals)
        column.addLayout(extra)

    def minimumSizeHint(self) -> QSize:
        """In one column at least every state can be read."""
        widest = max(made.sizeHint().width() for made in self.states.values())
        return QSize(widest, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        widest = max(made.sizeHint().width() for made in self.states.values())
        columns = 2 if 2 * widest + self._grid.horizontalSpacing() <= self.width() else 1
        if columns != self._columns:
            self._columns = columns
            for number, made in enumerate(self.states.values()):
                self._grid.removeWidget(made)
                self._grid.addWidget(made, number // columns, number % columns)

    def show_finding(self, item: ReviewedFinding, offers: Sequence[Offer] = ()) -> None:
        """Shows a finding, and beside its decision what earlier records and bills of materials propose."""
        found = item.finding
        self.icon.setPixmap(self.look.severity_icon(found.severity.value).pixmap(round(16 * self.look.scale)))
        self.icon.setAccessibleName(found.severity.value)
        self.title.set_text(f"{found.severity.value}: {shown(found.title)}")
        self.message.set_text(found.message)
        self.remedy.set_text(f"{tr('Remedy')}: {shown(found.remediation, 1500)}" if found.remediation else "")
        self.remedy.setVisible(bool(found.remediation))
        refs = [", ".join(values) for values in found.identifiers.values() if values]
        refs.append(f"{tr('rule')} {found.rule}, {tr('confidence')} {found.confidence.value}")
        self.refs.set_text("  ·  ".join(refs))
        self.states[item.state.value].setChecked(True)
        self.mark.setChecked(item.marked)
        self.decided.set_text(_decision(item), keep_newlines=True)
        self.decided.setVisible(bool(_decision(item)))
        self.proposals.show_offers(offers, item.state.value, item.because)


def _decision(item: ReviewedFinding) -> str:
    lines = []
    if item.ask_again:
        lines.append(_why_again(item))
    if item.because:
        until = f" ({tr('until')} {item.expires})" if item.expires else ""
        who = f", {shown(item.owner, 80)}" if item.owner else ""
        decided = item.before or item.state
        lines.append(f"{decided.value}{until}{who}: {shown(item.because, 1000)}")
    if item.note:
        lines.append(f"{tr('Note')}: {_own_words(item.note)}")
    return "\n".join(lines)


def _own_words(note: str) -> str:
    """A note with its lines, each set in: no line of it looks like one of this panel's own."""
    return plain(note, 1000, keep_newlines=True).replace("\n", "\n    ")


def _why_again(item: ReviewedFinding) -> str:
    if item.before is State.FIXED:
        return tr("This was said to be fixed, and the scan finds it again: decide again.")
    if is_past(item.expires):
        return tr("The date of this decision has passed: decide again.")
    return tr("The evidence changed since this was decided: decide again.")
