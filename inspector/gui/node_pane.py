"""The right side: the selected node, its findings with the decisions, and the evidence."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from inspector.gui.decision_panel import DecisionPanel
from inspector.gui.evidence_panel import EvidencePanel
from inspector.gui.hub_panel import HubPanel
from inspector.gui.look import Look
from inspector.gui.marks import marks_of
from inspector.gui.node_facts import file_of, identity, neighbours, reasons
from inspector.gui.overview import pairs
from inspector.gui.proposals_work import origin_words
from inspector.gui.selection import Selection
from inspector.gui.session import Session
from inspector.gui.texts import shown, tip, tr
from inspector.gui.widgets import Flow, button, clear, plain_label, spaced
from inspector.provenance import Edge, Evidence, Node
from inspector.provenance.text import elide_middle
from inspector.review.interface import ReviewedFinding

_KEY = Qt.ItemDataRole.UserRole
FINDINGS_LISTED = 50
CLAIMS_SHOWN = 4  # of documents about one component
TITLE_CHARACTERS = 17
LONGEST_TITLE, LONGEST_NAME = 160, 1000  # characters of a node's name: above everything, and among its facts
QWIDGETSIZE_MAX = (1 << 24) - 1  # Qt's own word for no limit
_EXPLAINED_KINDS = ("model-file", "dataset-file", "code")
# Pickles and what runs code: of these the reviewer wants to know first what loading would do.
_TELLING = ("runs-code", "unknown-import", "library", "allow-listed", "unreadable")


class NodePane(QScrollArea):
    """``wanted`` is the id of an action pressed here."""

    wanted = Signal(str)

    def __init__(self, look: Look, selection: Selection) -> None:
        super().__init__()
        self.look = look
        self.selection = selection
        self.session: Session | None = None
        self._node: Node | None = None
        self._evidence_of: object = None
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("Selected node"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        body = QWidget()
        body.setObjectName("pane")
        self.setWidget(body)
        self.empty = plain_label(tr("Select a node or a finding."), role="sub")
        self.empty.setWordWrap(True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.plate = plain_label()
        self.title = Flow(name=tr("Node"))
        self.title.setObjectName("nodetitle")
        self.marks = QHBoxLayout()
        self.grid = QGridLayout()
        self.findings = QListWidget()
        self.decision = DecisionPanel(look)
        self.evidence = EvidencePanel(look)
        self.hub = HubPanel()
        self.lineage = QGridLayout()
        self._sections: dict[str, QWidget] = {}
        self._build(body)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self.refresh)
        selection.node_changed.connect(lambda _: self._soon.start())
        selection.finding_changed.connect(lambda _: self._soon.start())
        self.decision.wanted.connect(self.wanted)
        self.decision.proposals.adopt_wanted.connect(self._adopt)
        self.hub.wanted.connect(self.wanted)
        self.hub.lines_told.connect(self.show_said)
        self.findings.currentItemChanged.connect(self._finding_chosen)
        look.changed.connect(self._dressed)

    def _dressed(self) -> None:
        size = round(14 * self.look.scale)
        self.findings.setIconSize(QSize(size, size))
        self._node = None  # its icon has another colour or size now
        self._soon.start()

    def _build(self, body: QWidget) -> None:
        column = QVBoxLayout(body)
        spaced(column, 14, 12, 14, 12, 6)
        column.addWidget(self.empty)
        self.summary = QWidget()
        self.summary_grid = QGridLayout(self.summary)
        spaced(self.summary_grid, 0, 6, 0, 0, 4)
        self.summary_grid.setHorizontalSpacing(10)
        self.summary_grid.setColumnStretch(1, 1)
        column.addWidget(self.summary)
        self.content = QWidget()
        column.addWidget(self.content)
        column.addStretch(1)
        inner = QVBoxLayout(self.content)
        spaced(inner, 0, 0, 0, 0, 6)
        head = QHBoxLayout()
        spaced(head, 0, 0, 0, 0, 8)
        self.plate.setAlignment(Qt.AlignmentFlag.AlignTop)
        head.addWidget(self.plate)
        head.addWidget(self.title, 1)
        inner.addLayout(head)
        spaced(self.marks, 0, 0, 0, 2, 6)
        inner.addLayout(self.marks)
        spaced(self.grid, 0, 2, 0, 2, 4)
        self.grid.setHorizontalSpacing(10)
        self.grid.setColumnStretch(1, 1)
        inner.addLayout(self.grid)
        self.findings.setAccessibleName(tr("Node findings"))
        self.findings.setIconSize(QSize(14, 14))
        self.findings.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.findings.setTextElideMode(Qt.TextElideMode.ElideRight)
        inner.addWidget(self._section("hub", "ON THE HUB", self.hub))
        inner.addWidget(self._section("findings", "FINDINGS", self.findings, self.decision))
        inner.addWidget(self._section("evidence", "EVIDENCE", self.evidence))
        holder = QWidget()
        spaced(self.lineage, 0, 0, 0, 0, 2)
        self.lineage.setColumnStretch(1, 1)
        holder.setLayout(self.lineage)
        inner.addWidget(self._section("lineage", "CONNECTED TO", holder))
        self.content.hide()

    def least_width(self) -> int:
        """The width below which the decision buttons would be cut off."""
        return self.decision.minimumSizeHint().width() + 28 + self.verticalScrollBar().sizeHint().width() + 2

    def _section(self, key: str, title: str, *widgets: QWidget) -> QWidget:
        made = QWidget()
        column = QVBoxLayout(made)
        spaced(column, 0, 8, 0, 0, 6)
        column.addWidget(plain_label(tr(title), role="section"))
        for widget in widgets:
            column.addWidget(widget)
        self._sections[key] = made
        return made

    def set_session(self, session: Session | None) -> None:
        self.session = session
        self._node = None
        self._evidence_of = None
        self.evidence.set_session(session)
        self.hub.set_session(session)
        if session is not None:
            session.grown.connect(self._grown)
            session.decided.connect(lambda _: self._soon.start())
            session.answered.connect(self._soon.start)
            session.phase_changed.connect(self._soon.start)
            session.proposals.told.connect(self._told)
        self.refresh()

    def _told(self) -> None:
        """What is proposed changed, and what documents claim of the node with it."""
        self._node = None
        self._soon.start()

    def _grown(self) -> None:
        if self.session is None:
            return
        if self._node is None or self.session.facts.nodes.get(self.selection.node) != self._node:
            self._soon.start()
        else:
            listed = self.findings.count()
            if listed != min(len(self.session.facts.by_node.get(self._node.id, ())), FINDINGS_LISTED):
                self._soon.start()

    def refresh(self) -> None:
        """Shows what is selected now."""
        session = self.session
        node = session.facts.nodes.get(self.selection.node) if session is not None else None
        self.content.setVisible(node is not None)
        self.empty.setVisible(node is None)
        self.summary.setVisible(node is None and session is not None)
        if session is None or node is None:
            self._node = node
            self._evidence_of = None
            if session is not None:
                _fill(self.summary_grid, pairs(session))
            return
        fresh = node != self._node
        self._node = node
        if fresh:
            self._show_identity(session, node)
        found = session.facts.of_node(node.id)
        self._show_findings(found)
        current = next((item for item in found if item.finding.id == self.selection.finding), None)
        current = current or (found[0] if found else None)
        self._sections["findings"].setVisible(bool(found))
        if current is not None:
            offers = session.proposals.of("finding", current.finding.id)
            self.decision.show_finding(current, offers)
            if self.selection.finding != current.finding.id:
                self.selection.select_finding(current.finding.id)
        elif self.selection.finding:
            self.selection.select_finding("")
        key = (node, current.finding if current else None)
        if key != self._evidence_of:
            self._evidence_of = key
            self._show_evidence(session, node, current)

    def _show_identity(self, session: Session, node: Node) -> None:
        self.plate.setPixmap(self.look.kind_icon(node.kind.value).pixmap(round(18 * self.look.scale)))
        short, whole = elide_middle(shown(node.name, LONGEST_NAME), LONGEST_TITLE), shown(node.name)
        self.title.set_text(short)
        clear(self.marks)
        for mark in marks_of(node):
            shown_mark = plain_label(mark, role="mark" if mark != "unknown" else "unknown")
            self.marks.addWidget(shown_mark)
        self.marks.addStretch(1)
        said = identity(session.facts, node)
        if short != whole:
            said.append(("Name", shown(node.name, LONGEST_NAME)))
        for offer in session.proposals.of("node", node.id)[:CLAIMS_SHOWN]:
            said.append(("Claimed", f"{shown(offer.text, 300)} ({origin_words(offer.origin)})"))
        _fill(self.grid, said)
        self._sections["hub"].setVisible(self.hub.show_node(node))
        clear(self.lineage)
        connected = neighbours(session.facts, node)
        for row, (words, other, seen) in enumerate(connected):
            name = plain_label(words, role="sub")
            self.lineage.addWidget(name, row * 2, 0)
            link = button(_short(session.facts.node_name(other)), f"{words} {shown(other)}", role="link")
            link.setMinimumWidth(40)  # a long name never pushes the decisions out of the pane
            link.setToolTip(tip(session.facts.node_name(other)))
            link.clicked.connect(lambda _=False, other=other: self.selection.select_node(other))
            self.lineage.addWidget(link, row * 2, 1)
            if seen:
                where = Flow(seen, tr("Seen in"))
                where.setProperty("role", "sub")
                self.lineage.addWidget(where, row * 2 + 1, 1)
        self._sections["lineage"].setVisible(bool(connected))

    def _show_findings(self, found: list[ReviewedFinding]) -> None:
        self.findings.blockSignals(True)
        self.findings.clear()
        for item in found[:FINDINGS_LISTED]:
            title = f"{shown(item.finding.title, 120)}  ·  {item.state.value}"
            row = QListWidgetItem(self.look.severity_icon(item.finding.severity.value), title)
            row.setData(_KEY, item.finding.id)
            row.setData(Qt.ItemDataRole.AccessibleTextRole, f"{item.finding.severity.value}, {title}")
            self.findings.addItem(row)
            if item.finding.id == self.selection.finding:
                self.findings.setCurrentItem(row)
        if self.findings.currentRow() < 0 and found:
            self.findings.setCurrentRow(0)
        self.findings.blockSignals(False)
        self.findings.setVisible(len(found) > 1)
        height = self.findings.sizeHintForRow(0) * min(len(found), 5) + 6 if found else 0
        self.findings.setFixedHeight(max(height, 0))

    def _adopt(self, key: str, digest: str) -> None:
        if self.session is not None:
            self.session.adopt([key], digest)

    def _finding_chosen(self, row: QListWidgetItem | None) -> None:
        if row is not None:
            self.selection.select_finding(row.data(_KEY))

    def _show_evidence(self, session: Session, node: Node, current: ReviewedFinding | None) -> None:
        path = str(node.attributes.get("path", node.name))
        places: list[Evidence] = [e for e in current.finding.evidence if e.path or e.text] if current else []
        fallback = reasons(session.facts, node)
        found = file_of(session.facts, node)
        opened_by_a_loader = found is not None and found.get("loading") != "no-loader"
        explained = path if node.kind.value in _EXPLAINED_KINDS and opened_by_a_loader else ""
        telling = found is not None and found.get("loading") in _TELLING
        self.evidence.show_places(places, explained, fallback, explain=telling)
        self._sections["evidence"].setVisible(bool(places or fallback or explained))

    def show_edge(self, edges: tuple[Edge, ...]) -> None:
        """Shows what edges of the graph were seen in: lines of files, or words of a card."""
        places = [
            Evidence(
                path=item.get("path") or item.get("source"),
                line=item.get("line"),
                text=str(item.get("text") or item.get("value") or ""),
            )
            for edge in edges
            for item in edge.evidence
        ]
        if self._node is not None and places:
            self._evidence_of = edges
            self.evidence.show_places(places, "", "")
            self._sections["evidence"].show()
            self.ensureWidgetVisible(self._sections["evidence"], 0, 0)

    def show_said(self, title: str, text: str) -> None:
        """Shows what changed in a repository in the place of the evidence."""
        if self._node is not None:
            self.evidence.show_said(title, text)
            self._sections["evidence"].show()
            self.ensureWidgetVisible(self._sections["evidence"], 0, 0)

    def show_evidence(self) -> None:
        """Brings the evidence into sight and the keyboard to it."""
        self.ensureWidgetVisible(self._sections["evidence"], 0, 0)
        self.evidence.text.setFocus()


def _fill(grid: QGridLayout, rows: list[tuple[str, str]]) -> None:
    """Titles and words, one pair a row. Widgets that are there already are used again."""
    shown_now = [(grid.itemAtPosition(n, 0), grid.itemAtPosition(n, 1)) for n in range(len(rows))]
    if grid.count() == 2 * len(rows) and all(name and value for name, value in shown_now):
        for (title, words), (name, value) in zip(rows, shown_now):
            name.widget().setText(tr(title))
            _fit_title(name.widget())
            value.widget().set_name(tr(title))
            value.widget().set_text(words)
        return
    clear(grid)
    for row, (title, words) in enumerate(rows):
        name = plain_label(tr(title), role="sub")
        name.setAlignment(Qt.AlignmentFlag.AlignTop)
        _fit_title(name)
        grid.addWidget(name, row, 0)
        grid.addWidget(Flow(words, tr(title)), row, 1)


def _fit_title(name: QLabel) -> None:
    """A long title wraps: the words beside it need the room."""
    name.setWordWrap(False)
    most = name.fontMetrics().averageCharWidth() * TITLE_CHARACTERS
    is_long = name.fontMetrics().horizontalAdvance(name.text()) > most
    name.setWordWrap(is_long)
    name.setMaximumWidth(most if is_long else QWIDGETSIZE_MAX)


def _short(name: str) -> str:
    from inspector.provenance.text import elide_middle

    return elide_middle(shown(name), 28)
