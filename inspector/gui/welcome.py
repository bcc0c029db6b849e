"""The first page: open something, try the sample, or go on where the last review stopped."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from inspector.gui import icons
from inspector.gui.look import Look
from inspector.gui.texts import label, shown, tip, tr
from inspector.gui.widgets import button, clear, plain_label, spaced
from inspector.provenance.text import elide_middle

RECENT_SHOWN = 6
_DIGEST = re.compile(r"-[0-9a-f]{12}\Z")  # what keeps the reviews of two folders of one name apart


class Welcome(QWidget):
    """``open_wanted`` carries a recent target, ``reopen_wanted`` the last review."""

    open_wanted = Signal(str)
    reopen_wanted = Signal(str)

    def __init__(self, look: Look, actions: Mapping[str, QAction]) -> None:
        super().__init__()
        self.setObjectName("welcome")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.look = look
        self._cards: list[tuple[QPushButton, str]] = []
        self._last = ""
        column = QVBoxLayout()
        spaced(column, 0, 0, 0, 0, 8)
        head = QHBoxLayout()
        spaced(head, 0, 0, 0, 6, 12)
        self._sign = plain_label()
        self._sign.setAccessibleName(tr("Provenance Inspector"))
        head.addWidget(self._sign)
        head.addWidget(plain_label(tr("Provenance Inspector"), role="title"), 1)
        column.addLayout(head)
        intro = plain_label(
            tr(
                "Open an AI project, see where its models, data and packages come from and what loading them "
                "would do, decide, and sign. Nothing that is reviewed is run."
            ),
            role="sub",
        )
        intro.setWordWrap(True)
        column.addWidget(intro)
        column.addSpacing(10)
        self.reopen = self._card(tr("Reopen the last review"), "rescan")
        self.reopen.clicked.connect(lambda: self.reopen_wanted.emit(self._last))
        self.reopen.hide()
        column.addWidget(self.reopen)
        for key, text, icon in (
            ("open-folder", tr("Open a project folder"), "folder"),
            ("open-hub", tr("Open a hub repository"), "hub"),
            ("open-sample", tr("Open the sample project"), "sample"),
        ):
            made = self._card(text, icon)
            made.clicked.connect(actions[key].trigger)
            made.setToolTip(actions[key].toolTip())
            column.addWidget(made)
            setattr(self, key.replace("-", "_"), made)
        drop = plain_label(tr("Or drop a folder anywhere in this window."), role="sub")
        drop.setWordWrap(True)
        column.addWidget(drop)
        column.addSpacing(12)
        self.recent_title = plain_label(tr("RECENT"), role="section")
        column.addWidget(self.recent_title)
        self.recent = QVBoxLayout()
        spaced(self.recent, 0, 0, 0, 0, 0)
        column.addLayout(self.recent)
        column.addStretch(2)
        self._middle = QWidget()
        self._middle.setLayout(column)
        self._place()
        look.changed.connect(self._redecorate)

    def _place(self) -> None:
        """In the middle of the page; where the page is too low, it scrolls."""
        body = QWidget()
        body.setObjectName("welcome")
        row = QHBoxLayout(body)
        row.addStretch(1)
        outer = QVBoxLayout()
        outer.addStretch(1)
        outer.addWidget(self._middle, 4)
        row.addLayout(outer, 3)
        row.addStretch(1)
        self._scrolled = QScrollArea()
        self._scrolled.setWidgetResizable(True)
        self._scrolled.setFrameShape(QFrame.Shape.NoFrame)
        self._scrolled.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scrolled.setAccessibleName(tr("Welcome"))
        self._scrolled.setWidget(body)
        whole = QVBoxLayout(self)
        spaced(whole, 0, 0, 0, 0, 0)
        whole.addWidget(self._scrolled)

    def _card(self, text: str, icon: str) -> QPushButton:
        made = button(text, role="card")
        made.setAutoDefault(True)  # Return presses what has the focus, as Space does
        self._cards.append((made, icon))
        return made

    def _redecorate(self) -> None:
        scale = self.look.scale
        size = round(20 * scale)
        for made, icon in self._cards:
            made.setIcon(icons.icon(icon, self.look.tokens.accent))
            made.setIconSize(QSize(size, size))
        self._sign.setPixmap(icons.pixmap("inspector", "#000000", round(44 * scale), 2.0))
        self._middle.setMaximumWidth(round(560 * scale))

    def offer(self, recent: list[str], last: Path | None) -> None:
        """Lists the recent targets and, where there is one, the review to go on with."""
        clear(self.recent)
        self.recent_title.setVisible(bool(recent))
        for target in recent[:RECENT_SHOWN]:
            link = button(elide_middle(shown(target), 70), name=shown(target), role="link", tip=tip(target))
            link.setMinimumWidth(40)
            link.clicked.connect(lambda _=False, target=target: self.open_wanted.emit(target))
            self.recent.addWidget(link)
        self.reopen.setVisible(last is not None)
        if last is not None:
            self._last = str(last)
            name = _DIGEST.sub("", last.stem) or last.stem
            self.reopen.setText(
                label(tr("Reopen the last review: {0}").format(elide_middle(shown(name), 48)))
            )
            self.reopen.setAccessibleName(tr("Reopen {0}").format(shown(name)))
