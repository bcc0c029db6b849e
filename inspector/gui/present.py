"""Present mode (F11): one finding after the other in big type, the graph beside it, nothing else.

Shown are the findings that the reviewer marked, or the worst that stand where none is marked. Folders of
the client's machine are left out; arrow keys lead on, Escape or F11 ends it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from inspector.gui.facts import order, stands
from inspector.gui.graph_tab import make_panel
from inspector.gui.hiding import hidden
from inspector.gui.marks import marks_of
from inspector.gui.texts import shown, tr
from inspector.gui.widgets import Flow, button, plain_label, spaced
from inspector.gui.wrap import Wrap
from inspector.provenance import Node
from inspector.provenance.text import elide_middle
from inspector.review.interface import ReviewedFinding

if TYPE_CHECKING:
    from inspector.gui.main_window import MainWindow

WORST_SHOWN = 14  # as many as the story view tells
SCALE = 1.5  # of the type, over the window's own
HIGH = 400  # pixels of the screen's height for each 100 % of type: larger, and a finding is a few words long
MOST_OF_A_TITLE, MOST_OF_A_NAME = 160, 120  # characters; the whole ones stand in the window itself


class Present(QWidget):
    """A window of its own over the whole screen."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle(tr("Provenance Inspector, presenting"))
        self._window = window
        session = window.session
        assert session is not None, "presenting needs a target"
        self._session = session
        self.steps = _chosen(list(session.facts.findings.values()))
        self.at = 0
        self.panel = make_panel(window.look, _scale_for(window) / window.look.scale)
        facts = session.facts
        findings = [item.finding for item in facts.findings.values()]
        self.panel.canvas.spotlight = True
        nodes = [self._without_secrets(node) for node in facts.nodes.values()]
        self.panel.set_graph(nodes, list(facts.edges.values()), findings)
        self.place = plain_label(role="sub")
        self.severity = plain_label(role="heading")
        self.title = Flow(name=tr("Finding"))
        self.about = Flow(name=tr("Node"))
        self.message = Flow(name=tr("What was found"))
        self.remedy = Flow(name=tr("Remedy"))
        self.decision = Flow(name=tr("Decision"))
        points = 10 * _scale_for(window)
        self.setStyleSheet(
            f"#page QTextEdit, #page QLabel, #page QPushButton {{ font-size: {points:.1f}pt; }}"
            f"#page #bigtitle {{ font-size: {points * 1.5:.1f}pt; font-weight: 600; }}"
        )
        self.title.setObjectName("bigtitle")
        self.title.viewport().setAutoFillBackground(False)
        back, on = button("←", tr("Previous")), button("→", tr("Next"))
        back.clicked.connect(lambda: self.step(-1))
        on.clicked.connect(lambda: self.step(1))
        leave = button(tr("End (Esc)"), tr("End presenting"))
        leave.clicked.connect(self.close)
        said = QVBoxLayout()
        spaced(said, 28, 28, 28, 0, 14)
        for widget in (
            self.place,
            self.severity,
            self.title,
            self.about,
            self.message,
            self.remedy,
            self.decision,
        ):
            said.addWidget(widget)
        said.addStretch(1)
        self.words = _scrolled(said)
        line = Wrap(back, on, leave)
        line.setContentsMargins(28, 12, 28, 20)
        side = QVBoxLayout()
        spaced(side, 0, 0, 0, 0, 0)
        side.addWidget(self.words, 1)
        side.addLayout(line)
        row = QHBoxLayout(self)
        spaced(row, 0, 0, 0, 0, 0)
        row.addWidget(self.panel, 3)
        row.addLayout(side, 2)
        self.show_step()

    def begin(self) -> None:
        self.resize(self._window.size())
        self.showFullScreen()
        self.setFocus()

    def step(self, by: int) -> None:
        """Goes on or back; stays at either end."""
        self.at = min(max(self.at + by, 0), max(len(self.steps) - 1, 0))
        self.show_step()

    def show_step(self) -> None:
        if not self.steps:
            self.title.set_text(tr("No findings."))
            return
        item = self._session.facts.findings.get(self.steps[self.at])
        if item is None:
            return
        found = item.finding
        facts = self._session.facts
        self.place.setText(tr("{0} of {1}").format(self.at + 1, len(self.steps)))
        self.severity.setText(found.severity.value)
        self.severity.setStyleSheet(f"color: {self._window.look.severity_colour(found.severity.value)};")
        self.title.set_text(shown(self._hidden(found.title), MOST_OF_A_TITLE))
        marks = ", ".join(marks_of(facts.nodes.get(found.node)))
        name = elide_middle(self._hidden(facts.node_name(found.node)), MOST_OF_A_NAME)
        self.about.set_text(f"{name}  ({marks})" if marks else name)
        self.message.set_text(self._hidden(found.message))
        self.remedy.set_text(f"{tr('Remedy')}: {self._hidden(found.remediation)}")
        self.decision.set_text(item.state.value + (f": {self._hidden(item.because)}" if item.because else ""))
        self.words.verticalScrollBar().setValue(0)
        self.panel.select_node(found.node)

    def _hidden(self, text: str) -> str:
        """The client's own folders and secrets do not belong on a projector."""
        root = self._session.root
        return shown(hidden(text, (str(root), str(root.parent)) if root else ()), 2000)

    def _without_secrets(self, node: Node) -> Node:
        name = hidden(node.name)
        return node if name == node.name else replace(node, name=name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (
            Qt.Key.Key_Right,
            Qt.Key.Key_Down,
            Qt.Key.Key_Space,
            Qt.Key.Key_PageDown,
            Qt.Key.Key_J,
        ):
            self.step(1)
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_PageUp, Qt.Key.Key_K):
            self.step(-1)
        elif event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_F11):
            self.close()
        else:
            super().keyPressEvent(event)


def _scale_for(window: MainWindow) -> float:
    """The scale of the type on the screen of ``window``: never less than the window's own."""
    high = window.screen().size().height() / HIGH
    return max(window.look.scale, min(window.look.scale * SCALE, max(SCALE, high)))


def _scrolled(words: QVBoxLayout) -> QScrollArea:
    """The words of a finding, scrolled where they are long: they never run into the buttons below."""
    body = QWidget()
    body.setObjectName("page")
    body.setLayout(words)
    made = QScrollArea()
    made.setWidgetResizable(True)
    made.setFrameShape(QFrame.Shape.NoFrame)
    made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    made.setAccessibleName(tr("Finding"))
    made.setWidget(body)
    return made


def _chosen(findings: list[ReviewedFinding]) -> list[str]:
    marked = [item for item in findings if item.marked]
    worst = [item for item in sorted(findings, key=order) if stands(item)][:WORST_SHOWN]
    return [item.finding.id for item in sorted(marked, key=order) or worst]
