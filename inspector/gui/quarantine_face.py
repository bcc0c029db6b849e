"""The face of the quarantine workplace: its widgets and where they stand, at every width and scale."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from inspector.gui.look import Look
from inspector.gui.quarantine_books import Log, Policy, Sets
from inspector.gui.quarantine_link import Link
from inspector.gui.quarantine_queue import Queue
from inspector.gui.quarantine_signing import Signing
from inspector.gui.texts import tr
from inspector.gui.widgets import Elided, Flow, button, plain_label, spaced, tool
from inspector.gui.wrap import Wrap

_NARROW = 92  # characters of width below which things stand under each other


class Face(QWidget):
    """``wanted`` carries what a menu asks for, ``page_wanted`` one of queue, sets, log and policy."""

    wanted = Signal(str)
    page_wanted = Signal(str)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.look = look
        self.link = Link(self)
        self.title = Elided()
        self.title.setProperty("role", "heading")
        self.choose = tool(tr("Stores"), tr("Open or close a store"), role="")
        self.states = Flow(name=tr("Where the rows stand"))
        self.signing = Signing(self.link)
        self.queue = Queue(look, self.link)
        self.sets = Sets(look, self.link)
        self.log = Log(look, self.link)
        self.policy = Policy(self.link)
        self.scope = QComboBox()
        self.approve = button(tr("Approve…"), tr("Approve"), tip=tr("Approve (A)"))
        self.reject = button(tr("Reject…"), tr("Reject"), tip=tr("Reject (R)"))
        self.reopen = button(tr("Reopen…"), tr("Reopen"), tip=tr("Take decisions back (O)"))
        self.more = tool(tr("More"), tr("More that can be done"), role="")
        self.answer = Flow(name=tr("Answer"))
        self.pages: dict[str, tuple[QPushButton, QWidget]] = {}
        self._build()

    def _build(self) -> None:
        self.scope.setAccessibleName(tr("What is decided on"))
        self.scope.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.scope.setMinimumContentsLength(18)
        self.scope.addItem("", "rows")
        self.scope.addItem("", "group")
        self.choose.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.choose.setMenu(QMenu(self.choose))
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.more)
        for text, wanted in (
            (tr("Let imported rows through until a day…  W"), "waive"),
            (tr("Say that I look at this group  C"), "claim"),
            (tr("Draw a sample…  S"), "sample"),
            (tr("Show the whole row  L"), "slice"),
        ):
            menu.addAction(text, lambda wanted=wanted: self.wanted.emit(wanted))
        self.more.setMenu(menu)
        top = QHBoxLayout()
        spaced(top, 0, 0, 0, 0, 8)
        top.addWidget(self.title, 1)
        top.addWidget(self.choose)
        sections = Wrap(gap=4)
        self.stack = QStackedWidget()
        self._group = QButtonGroup(self)
        parts = {
            "queue": (tr("Rows"), self._queue_page()),
            "sets": (tr("Sets"), self.sets),
            "log": (tr("Log"), self.log),
            "policy": (tr("Rules"), self.policy),
        }
        for name, (text, page) in parts.items():
            chip = QPushButton(text)
            chip.setObjectName("chip")
            chip.setCheckable(True)
            chip.setAccessibleName(tr("Quarantine: {0}").format(text))
            chip.clicked.connect(lambda _=False, name=name: self.page_wanted.emit(name))
            self._group.addButton(chip)
            self.pages[name] = (chip, page)
            self.stack.addWidget(page)
            sections.addWidget(chip)
        self.body = QWidget()
        column = QVBoxLayout(self.body)
        spaced(column, 0, 0, 0, 0, 6)
        column.addWidget(self.states)
        column.addWidget(self.signing)
        column.addLayout(sections)
        column.addWidget(self.stack, 1)
        inner = QWidget()
        inner.setObjectName("pane")
        column = QVBoxLayout(inner)
        spaced(column, 12, 8, 12, 8, 6)
        column.addLayout(top)
        column.addWidget(self._closed_page(), 1)
        column.addWidget(self.body, 1)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(inner)
        outer = QVBoxLayout(self)
        spaced(outer, 0, 0, 0, 0, 0)
        outer.addWidget(self.area, 1)
        said = QVBoxLayout()  # below what scrolls: what is said is always in view
        spaced(said, 12, 4, 12, 6, 0)
        said.addWidget(self.answer)
        outer.addLayout(said)

    def _queue_page(self) -> QWidget:
        page = QWidget()
        line = Wrap(self.scope, self.approve, self.reject, self.reopen, self.more)
        column = QVBoxLayout(page)
        spaced(column, 0, 0, 0, 0, 6)
        column.addWidget(self.queue, 1)
        column.addLayout(line)
        return page

    def _closed_page(self) -> QWidget:
        self.closed = QWidget()
        words = plain_label(
            tr(
                "A quarantine is a folder in which rows wait until people have looked at them; review is the "
                "only way into a training set. inspector quarantine init makes one."
            ),
            role="sub",
        )
        words.setWordWrap(True)
        self.open_first = button(tr("Open a quarantine store…"), role="primary")
        drop = plain_label(tr("Or drop the folder of a store here."), role="sub")
        drop.setWordWrap(True)
        self.recent_stores = QVBoxLayout()
        spaced(self.recent_stores, 0, 4, 0, 0, 0)
        column = QVBoxLayout(self.closed)
        spaced(column, 0, 0, 0, 0, 10)
        column.addWidget(words)
        column.addWidget(self.open_first, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(drop)
        column.addLayout(self.recent_stores)
        column.addStretch(1)
        return self.closed

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < self.fontMetrics().averageCharWidth() * _NARROW
        self.queue.set_narrow(narrow)
        self.signing.set_narrow(narrow)
