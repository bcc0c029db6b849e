"""Looking up on the hub, as the menu, the palette and the keys call it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QMessageBox

from inspector.gui.background import Background
from inspector.gui.looking_up import names_in, on_hub
from inspector.gui.session import Phase
from inspector.gui.texts import count, shown, tr
from inspector.provenance import InspectorError

if TYPE_CHECKING:
    from inspector.gui.main_window import MainWindow


class HubActions:
    """Holds no state; the asking is done by the node pane's ``hub.work``, the strip shows how far it is."""

    def __init__(self, window: MainWindow) -> None:
        self.window = window
        self.work = window.pane.hub.work
        window.strip.follow(self.work)

    def look_up(self) -> None:
        """Asks about the selected node. To press for it is to ask: nothing is confirmed again."""
        session = self.window.session
        node = session.facts.nodes.get(self.window.selection.node) if session is not None else None
        if node is None or not on_hub(node):
            self.window.strip.say(tr("Select a model or a dataset of the hub first."))
            return
        self.window.pane.hub.show_node(node)
        self.window.pane.hub.ask()

    def changes(self) -> None:
        """Asks which files changed between the reviewed commit of the node and the one it has now."""
        if not self.window.pane.hub.ask_since():
            self.window.strip.say(tr("Look the repository up first: two commits are needed."))

    def stop(self) -> None:
        self.work.cancel()

    def look_up_all(self) -> None:
        """Asks about every repository of the review, after the reviewer has seen whom and about how many."""
        session = self.window.session
        if session is None or session.review is None:
            return
        if session.phase is not Phase.READY or session.facts.done is None:
            self.window.strip.say(tr("The scan has not ended."))
            return
        background = Background(self.window)
        backend = session.backend

        def known(found: Any, error: BaseException | None) -> None:
            background.deleteLater()
            if isinstance(error, InspectorError):
                self.window.tell(shown(error, 600))
            elif error is not None:
                raise error
            elif session is self.window.session and not found[1]:
                self.window.strip.say(tr("Nothing here names a repository of the hub."))
            elif session is self.window.session:
                self._confirm(shown(found[0][1], 120), found[1], Path(session.review.path))

        # In a thread: of 20,000 names the counting alone takes a third of a second.
        background.run(lambda: (backend.hub_endpoint(), names_in(session).repositories), known)

    def _confirm(self, host: str, number: int, review: Path) -> None:
        repositories = count(number, "repository", "repositories")
        box = QMessageBox(self.window)
        box.setWindowTitle(tr("Look up all on the hub"))
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(tr("Ask {0} about {1}?").format(host, repositories))
        box.setInformativeText(
            tr("Their names and revisions are sent there, nothing else. No file is downloaded.")
        )
        ask = box.addButton(tr("Ask the hub"), QMessageBox.ButtonRole.AcceptRole)
        leave = box.addButton(tr("Leave it"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(ask)
        box.setEscapeButton(leave)
        for button in (ask, leave):
            button.setAccessibleName(button.text())
            button.setIcon(QIcon())
        session = self.window.session

        def chosen(button: object) -> None:
            if button is ask and session is self.window.session:
                self.work.ask([str(review)])

        box.buttonClicked.connect(chosen)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.finished.connect(self.window.activateWindow)
        box.open()
