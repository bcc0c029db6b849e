"""The Graph tab: the graph panel, kept in step with the session and the selection."""

from __future__ import annotations

import importlib
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from inspector.gui.look import Look
from inspector.gui.selection import Selection
from inspector.gui.session import Phase, Session
from inspector.gui.texts import tr
from inspector.gui.widgets import spaced

FOLLOW_MILLISECONDS = 1000  # how often the graph is laid out anew while a scan runs


def make_panel(look: Look, scale: float = 1.0) -> Any:
    """The graph panel, dressed, ``scale`` times the scale of ``look``; imported when it is wanted."""
    from inspector.gui.graph.panel import GraphPanel

    made = GraphPanel(tokens=look.tokens, scale=look.scale * scale)
    made.set_motion(moves())
    return made


def moves() -> bool:
    """Whether things may glide: not where the system asks for less motion, or shows no animations at all.

    ``motionPreference`` came with Qt 6.12; older ones know only whether menus and the like are animated.
    """
    hints = QGuiApplication.styleHints()
    accessibility = getattr(hints, "accessibility", lambda: None)()
    wish = getattr(accessibility, "motionPreference", lambda: None)() if accessibility else None
    if wish is not None:
        return getattr(wish, "name", "") != "ReducedMotion"
    return bool(QApplication.isEffectEnabled(Qt.UIEffect.UI_General))


class GraphTab(QWidget):
    """Gives the panel nodes, edges and findings, at a quiet pace while the scan runs."""

    node_opened = Signal(str)  # Return or a double click on a node
    edge_chosen = Signal(tuple)  # the edges of the graph behind a line that was clicked
    panel_made = Signal()

    def __init__(self, look: Look, selection: Selection) -> None:
        super().__init__()
        self.setObjectName("page")
        self.look = look
        self.selection = selection
        self.session: Session | None = None
        self.panel: Any = None
        self._column = QVBoxLayout(self)
        spaced(self._column, 0, 0, 0, 0, 0)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._feed)
        self._stale = True
        look.changed.connect(self._dress)
        selection.node_changed.connect(self._follow)

    def set_session(self, session: Session | None) -> None:
        self.session = session
        self._soon.stop()
        if session is None and self.panel is not None:
            self.panel.set_graph([], [], [])
        if session is not None:
            # In turns of their own: a window that opens a target has enough to do in this one.
            QTimer.singleShot(0, self, self._soon_needed)
            session.grown.connect(self._grown)
            session.decided.connect(lambda _: self._grown())
            session.phase_changed.connect(self._grown)

    def _soon_needed(self) -> None:
        if self.panel is None:
            importlib.import_module("inspector.gui.graph.canvas")
            QTimer.singleShot(0, self, self.prepare)

    def prepare(self) -> None:
        """Makes the panel, where that was not done yet."""
        if self.panel is not None:
            return
        self.panel = make_panel(self.look)
        self._column.addWidget(self.panel)
        self.panel.node_selected.connect(self.selection.select_node)
        self.panel.edge_selected.connect(self._edge)
        self.panel.node_activated.connect(self.node_opened)
        self.panel_made.emit()

    def _edge(self, placed: Any) -> None:
        if placed is None or not placed.edges:
            return
        self.selection.select_node(placed.edges[-1].target)
        # After the pane has turned to the node, or it would put the node's own evidence there.
        QTimer.singleShot(20, self, lambda: self.edge_chosen.emit(tuple(placed.edges)))

    def _dress(self) -> None:
        if self.panel is not None:
            self.panel.dress(self.look.tokens, self.look.scale)
            self.panel.set_motion(moves())

    def _grown(self) -> None:
        self._stale = True
        if not self.isVisible() or self.session is None:
            return
        if self.session.phase is Phase.READY:
            self._soon.start(0)  # also where a later look was planned while the scan ran
        elif not self._soon.isActive():
            self._soon.start(FOLLOW_MILLISECONDS)

    def showEvent(self, event: Any) -> None:
        super().showEvent(event)
        if self._stale:
            self._soon.start(0)

    def _feed(self) -> None:
        if self.session is None:
            return
        self.prepare()
        self._stale = False
        facts = self.session.facts
        findings = [item.finding for item in facts.findings.values()]
        self.panel.set_empty_words(self._why_empty() if self.session.phase is Phase.READY else "")
        self.panel.set_graph(list(facts.nodes.values()), list(facts.edges.values()), findings)
        self._follow(self.selection.node)

    def _why_empty(self) -> str:
        outcome = self.session.outcome if self.session is not None else ""
        if outcome == "cancelled":
            return tr("The scan was cancelled.")
        return outcome or tr("Nothing was found to show.")

    def feed_now(self) -> None:
        """Brings the graph up to date at once: for pictures."""
        self._soon.stop()
        self._feed()
        if self.panel is not None:
            self.panel.flush()

    def _follow(self, node: str) -> None:
        if self.panel is not None and node:
            self.panel.select_node(node)

    def show_view(self, view: str) -> None:
        if self._stale:
            self._feed()
        if self.panel is not None:
            self.panel.show_view(view, self.selection.node or None)

    def current_view(self) -> str:
        return self.panel.current_view() if self.panel is not None else "story"
