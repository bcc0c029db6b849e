"""The evidence in the node pane: source lines with the line marked, or what loading a file would do."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, QTimer
from PySide6.QtGui import QColor, QFontMetricsF
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from inspector.gui.background import Background
from inspector.gui.child import Child
from inspector.gui.explain_words import explained
from inspector.gui.look import Look
from inspector.gui.session import Session
from inspector.gui.source_lines import Excerpt, excerpt
from inspector.gui.syntax import SourceColours
from inspector.gui.texts import shown, tr
from inspector.gui.widgets import TextPane, button, spaced
from inspector.provenance import Evidence, plain

PLACES_LISTED = 200
# Who steps through findings with j and k starts no child for each of them.
SETTLED_MS = 250
_LINE_NUMBER = re.compile(r"^ *\d+ ", re.MULTILINE)


class EvidencePanel(QWidget):
    """One place at a time; the list above the text leads to the others."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.look = look
        self.session: Session | None = None
        self._places: list[Evidence] = []
        self._asked = 0
        self._child: Child | None = None
        self._path = ""
        self._background = Background(self)
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.setInterval(SETTLED_MS)
        self._settled.timeout.connect(self.ask_explanation)
        self.places = QComboBox()
        self.places.setAccessibleName(tr("Places of evidence"))
        self.places.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.places.setMinimumContentsLength(12)
        self.explain = button(tr("What loading this would do"))
        self.explain.clicked.connect(self.ask_explanation)
        self.text = TextPane(tr("Evidence"))
        self.text.setMinimumHeight(260)
        self._colours = SourceColours(self.text.document(), lambda: self.look.tokens)
        look.changed.connect(self._colours.rehighlight)
        self.places.currentIndexChanged.connect(self._show_row)
        column = QVBoxLayout(self)
        spaced(column, 0, 0, 0, 0, 6)
        column.addWidget(self.places)
        column.addWidget(self.text, 1)
        column.addWidget(self.explain, 0, Qt.AlignmentFlag.AlignLeft)

    def set_session(self, session: Session | None) -> None:
        self.session = session
        self._forget()

    def _forget(self) -> None:
        self._asked += 1
        self._settled.stop()
        if self._child is not None:
            self._child.kill()
            self._child = None

    def show_places(self, places: list[Evidence], path: str, fallback: str, *, explain: bool = False) -> None:
        """Shows the first of ``places``; where there is none, ``fallback``. ``path`` is the file that
        can be explained ("" for none); with ``explain`` the explanation comes by itself, above the places."""
        self._forget()
        self._places = places[:PLACES_LISTED]
        self._path = path if self._local() else ""
        self.explain.setVisible(bool(self._path))
        with QSignalBlocker(self.places):
            self.places.clear()
            if self._path:
                self.places.addItem(tr("What loading this would do"))
            for item in self._places:
                self.places.addItem(_place_words(item))
            self.places.setCurrentIndex(self._first_place() if self._places else 0)
        self.places.setVisible(self.places.count() > (1 if self._path else 0))
        self.text.setVisible(bool(self._places or fallback or (explain and self._path)))
        if self._places:
            self._show_place(0)
        else:
            self._colours.use("")
            self.text.show_text(plain(fallback, 100_000, keep_newlines=True), wrap=True)
        if explain and self._path:
            self._settled.start()

    def show_said(self, title: str, text: str) -> None:
        """Shows a text of this program itself, such as a comparison, until something else is selected."""
        self._forget()
        self._places, self._path = [], ""
        self.explain.hide()
        with QSignalBlocker(self.places):
            self.places.clear()
            self.places.addItem(shown(title, 200))
        self.places.show()
        self.text.show()
        self._colours.use("")
        self.text.show_text(text)

    def _first_place(self) -> int:
        """The row of the first place in the list; the explanation stands above where there is one."""
        return 1 if self._path else 0

    def _show_row(self, row: int) -> None:
        if self._path and row == 0:
            self.ask_explanation()
        else:
            self._settled.stop()
            self._show_place(row - self._first_place())

    def _local(self) -> bool:
        return self.session is not None and self.session.root is not None

    def _show_place(self, number: int) -> None:
        if self.session is None or not 0 <= number < len(self._places):
            return
        item = self._places[number]
        said = plain(item.text, 20_000, keep_newlines=True)
        self._colours.use("")
        self.text.show_text(said, wrap=True)
        self._asked += 1
        asked = self._asked
        root, review = self.session.root, self.session.review_path
        if root is None or not item.path or (item.line is None and item.offset is None):
            return

        def read() -> Excerpt:
            return excerpt(root, item.path, item.line, item.offset, review=review)

        def show(found: Any, error: BaseException | None) -> None:
            if asked != self._asked:
                return
            if error is not None:
                raise error
            text = found.text
            shift = 0
            if said and _squeezed(said) not in _squeezed(_LINE_NUMBER.sub("", text)):
                told = self._wrapped(said)
                text = f"{told}\n\n{text}"
                shift = told.count("\n") + 2
            self._colours.use(item.path or "")
            marked = found.marked + shift if found.marked >= 0 else -1
            self.text.show_text(text, marked, QColor(self.look.tokens.selection))

        self._background.run(read, show)

    def _wrapped(self, prose: str) -> str:
        """What stands above source lines, which are not wrapped themselves."""
        font = QFontMetricsF(self.text.document().defaultFont())
        room = int(self.text.viewport().width() / max(font.averageCharWidth(), 1.0)) - 2
        lines = (textwrap.wrap(line, max(room, 20)) or [""] for line in prose.splitlines())
        return "\n".join(part for wrapped in lines for part in wrapped)

    @property
    def explaining(self) -> bool:
        """Whether an explanation is under way or about to be asked for."""
        return self._child is not None or self._settled.isActive()

    def ask_explanation(self) -> None:
        """Asks a child process what loading the file would do. Nothing of the file is run."""
        if self.session is None or self.session.root is None or not self._path:
            return
        self._forget()
        with QSignalBlocker(self.places):
            self.places.setCurrentIndex(0)
        root = self.session.root
        file = root if root.is_file() else root / self._path
        self.text.show()
        self._colours.use("")
        self.text.show_text(tr("Reading {0} …").format(shown(self._path)))
        command = self.session.backend.explain_command(str(Path(file)))

        def said(code: int | None, out: bytes, err: str) -> None:
            self._child = None
            self.text.show_text(explained(code, out, err), wrap=True)

        self._child = Child(self, command, said)

    def close_all(self) -> None:
        self._forget()
        self._background.close()


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _place_words(item: Evidence) -> str:
    place = shown(item.path or tr("no file"), 160)
    if item.line is not None:
        return f"{place}:{item.line}"
    return f"{place} @ {item.offset:,}" if item.offset is not None else place
