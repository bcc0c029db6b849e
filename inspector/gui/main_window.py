"""The main window: the parts put together around one session and one selection."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QSize, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QMainWindow,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from inspector.gui import icons, style
from inspector.gui.actions import ACTIONS, TABS
from inspector.gui.ask_bar import AskBar
from inspector.gui.backend import Backend
from inspector.gui.checklist_page import ChecklistPage
from inspector.gui.commands import Commands
from inspector.gui.data_page import DataPage
from inspector.gui.deciding import Deciding
from inspector.gui.dependencies_page import DependenciesPage
from inspector.gui.dividing import Parts
from inspector.gui.files_page import FilesPage
from inspector.gui.findings_page import FindingsPage
from inspector.gui.graph_tab import GraphTab
from inspector.gui.inventory import Inventory
from inspector.gui.look import Look
from inspector.gui.menus import make_actions
from inspector.gui.node_pane import NodePane
from inspector.gui.record_page import RecordPage
from inspector.gui.selection import Selection
from inspector.gui.session import Session
from inspector.gui.settings import Settings
from inspector.gui.source_lines import is_same_file
from inspector.gui.strip import Strip
from inspector.gui.table import Table
from inspector.gui.texts import shown, tr
from inspector.gui.top_bar import TopBar
from inspector.gui.welcome import Welcome
from inspector.gui.widgets import own_clear_signs, press_by_return, spaced
from inspector.provenance import InspectorError

TITLE = "Provenance Inspector"
FRAME = 48  # pixels that a window manager puts above and below


class MainWindow(QMainWindow):
    """One target at a time. Opening another closes the first; nothing is asked, nothing is lost."""

    def __init__(self, settings: Settings | None = None, backend: Backend | None = None) -> None:
        super().__init__()
        self.settings = settings or Settings()
        self.backend = backend or Backend()
        self.look = Look(self)
        self.selection = Selection(self)
        self.session: Session | None = None
        self.commands = Commands(self)
        self.actions_by_id = make_actions(self, self.commands.handler)
        self.setAcceptDrops(True)
        self.setWindowTitle(TITLE)
        self.setWindowIcon(icons.application_icon())
        self._make_parts()
        self._place_parts()
        self._connect()
        self.dress()
        self._remember_soon = QTimer(self)
        self._remember_soon.setSingleShot(True)
        self._remember_soon.setInterval(400)
        self._remember_soon.timeout.connect(self.remember)
        self._restore()
        self.show_welcome()

    # --- making --------------------------------------------------------------------------------------

    def _make_parts(self) -> None:
        look, selection = self.look, self.selection
        self.top = TopBar(look, self.actions_by_id)
        self.welcome = Welcome(look, self.actions_by_id)
        self.inventory = Inventory(look, selection)
        self.graph = GraphTab(look, selection)
        self.findings = FindingsPage(look, selection)
        self.files = FilesPage(look, selection)
        self.dependencies = DependenciesPage(look, selection)
        self.bar = AskBar()
        self.data = DataPage(look, selection, self.bar)
        self.checklist = ChecklistPage(look, selection)
        self.record = RecordPage(look)
        self.pane = NodePane(look, selection)
        self.strip = Strip()
        self.deciding = Deciding(self, selection, self.bar)
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName(tr("Views"))
        self.tabs.setDocumentMode(False)
        self.tabs.tabBar().setAccessibleName(tr("Views"))
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.setElideMode(Qt.TextElideMode.ElideNone)
        self.pages: tuple[QWidget, ...] = (
            self.graph,
            self.findings,
            self.files,
            self.dependencies,
            self.data,
            self.checklist,
            self.record,
        )
        for name, page in zip(TABS, self.pages):
            self.tabs.addTab(page, tr(name))
        # What follows the session, in the order in which it is told.
        self.parts = (self.deciding, self.inventory, self.pane, *self.pages[1:], self.graph, self.strip)

    def _place_parts(self) -> None:
        self.splitter = Parts((self.inventory, self.tabs, self.pane))
        work = QWidget()
        column = QVBoxLayout(work)
        spaced(column, 0, 0, 0, 0, 0)
        column.addWidget(self.splitter, 1)
        column.addWidget(self.bar)
        column.addWidget(self.strip)
        self.work = work
        self.stack = QStackedWidget()
        self.stack.addWidget(self.welcome)
        self.stack.addWidget(work)
        central = QWidget()
        column = QVBoxLayout(central)
        spaced(column, 0, 0, 0, 0, 0)
        column.addWidget(self.top)
        column.addWidget(self.stack, 1)
        self.setCentralWidget(central)

    def _connect(self) -> None:
        self.welcome.open_wanted.connect(self.open)
        self.welcome.reopen_wanted.connect(lambda path: self.open(path))
        self.top.recent_wanted.connect(self.open)
        self.inventory.opened.connect(self._node_opened)
        self.pane.wanted.connect(self.run)
        self.graph.edge_chosen.connect(self.pane.show_edge)
        self.graph.node_opened.connect(self._graph_node_opened)
        self.graph.panel_made.connect(self._panel_made)
        self.strip.gaps_wanted.connect(lambda: self.run("not-analysed"))
        self.dependencies.audit_wanted.connect(lambda: self.run("audit-online"))
        for page, action in ((self.findings, "evidence"), (self.files, "evidence"),
                             (self.dependencies, "view-focus"), (self.data, "view-focus")):  # fmt: skip
            page.table.activated_key.connect(lambda _, action=action: self.run(action))
        self.tabs.currentChanged.connect(self._tab_changed)
        self.pane.hub.work.told.connect(self.enable)
        self.selection.node_changed.connect(lambda _: self._remember_within())
        self.selection.finding_changed.connect(lambda _: self._remember_within())
        self.findings.filter.textChanged.connect(lambda _: self._remember_within())
        self.findings.filter.returnPressed.connect(self.remember)
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(self._system_changed)

    # --- look ----------------------------------------------------------------------------------------

    def dress(self) -> None:
        """Applies theme and scale from the settings to everything."""
        tokens = style.tokens_for(self.settings.theme)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            style.apply(application, self, tokens, self.settings.scale)
        self.look.set(tokens, self.settings.scale)
        for row in ACTIONS:
            if row.icon:
                self.actions_by_id[row.id].setIcon(self.look.icon(row.icon))
        scale = self.settings.scale
        for table in self.findChildren(Table):
            table.setIconSize(QSize(round(15 * scale), round(15 * scale)))
            table.fit()
        self.inventory.tree.setIconSize(QSize(round(15 * scale), round(15 * scale)))
        own_clear_signs(self, self.look.icon("close"))
        self.splitter.scale_to(scale, self.pane.least_width())

    def _system_changed(self, *_: object) -> None:
        if self.settings.theme == "system":
            self.dress()

    def _restore(self) -> None:
        geometry = self.settings.get("geometry")
        room = self.screen().availableSize()
        self.resize(min(1440, room.width()), min(900, room.height() - FRAME))
        if isinstance(geometry, str):
            self.restoreGeometry(QByteArray.fromBase64(geometry.encode()))
        self.splitter.restore(self.settings.get("splitter"))

    # --- opening and closing -------------------------------------------------------------------------

    def open(self, target: str) -> bool:
        """Opens a folder, file, review or hub id. False (and a sentence) where that cannot be."""
        session = Session(self, self.backend)
        try:
            if self._is_open_already(target):
                self.close_target()  # opened twice in one process, it would lose SQLite's locks: see there
            path = Path(target)
            if target.endswith(".review") and path.is_file():
                session.open_review(path)
            else:
                session.open_target(target)
        except InspectorError as error:
            session.close()
            session.deleteLater()
            self.tell(shown(error, 600))
            return False
        except OSError as error:
            session.close()
            session.deleteLater()
            self.tell(
                tr("“{0}” cannot be opened: {1}.").format(shown(target, 200), shown(error.strerror or error))
            )
            return False
        self.close_target()
        self.session = session
        self._attach(session)
        self.settings.opened(session.target or target)
        self.stack.setCurrentWidget(self.work)
        self._name_window()
        self.top.set_open(True)
        self.top.set_recent(self.settings.recent())
        tab = session.recalled("tab", "Graph")
        self.tabs.setCurrentIndex(TABS.index(tab) if tab in TABS else 0)
        self.findings.filter.setText(str(session.recalled("filter", "")))
        self._focus_tab()
        self.enable()
        return True

    def _is_open_already(self, target: str) -> bool:
        """Whether ``target`` is the open review, or is reviewed in it (``ReviewWork.review_path`` says
        why that matters)."""
        review = self.session.review_path if self.session is not None else None
        if review is None:
            return False
        if target.endswith(".review") and is_same_file(Path(target), review):
            return True
        full = target if target.startswith("hf://") else str(Path(target).expanduser().absolute())
        return is_same_file(self.backend.autosave_path(full), review)

    def _attach(self, session: Session) -> None:
        self._wanted = (session.recalled("node", ""), session.recalled("finding", ""))
        for part in self.parts:
            part.set_session(session)
        session.grown.connect(self._grown)
        session.decided.connect(lambda _: self._count())
        session.answered.connect(self._count)
        session.phase_changed.connect(self.enable)
        session.phase_changed.connect(self._name_window)

    def close_target(self) -> None:
        """Lets go of the target. Everything is on the disk already."""
        session, self.session = self.session, None
        if session is None:
            return
        self._remember_soon.stop()
        self._remember(session)
        self.pane.evidence.close_all()
        self.record.sheet.close_all()
        for part in self.parts:
            part.set_session(None)
        self.selection.clear()
        session.close()
        session.deleteLater()

    def show_welcome(self) -> None:
        self.close_target()
        self.setWindowTitle(TITLE)
        recent = self.settings.recent()
        try:
            last = self.backend.latest()
        except (InspectorError, OSError, ImportError):
            last = None
        self.welcome.offer(recent, last)
        self.top.set_recent(recent)
        self.top.set_open(False)
        self.stack.setCurrentWidget(self.welcome)
        (self.welcome.open_folder if last is None else self.welcome.reopen).setFocus()
        self.enable()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.hide()
        self.settings.put("geometry", bytes(self.saveGeometry().toBase64().data()).decode())
        self.settings.put("splitter", self.splitter.kept())
        self.close_target()
        event.accept()

    def _name_window(self) -> None:
        name = shown(self.session.name, 120) if self.session is not None else ""
        self.setWindowTitle(f"{name} — {TITLE}" if name else TITLE)

    # --- following -----------------------------------------------------------------------------------

    def _grown(self) -> None:
        self._count()
        if self.session is None:
            return
        node, finding = self._wanted
        if finding and finding in self.session.facts.findings:
            self.selection.select_finding(finding, self.session.facts.findings[finding].finding.node)
            self._wanted = ("", "")
        elif node and node in self.session.facts.nodes:
            self.selection.select_node(node)
            self._wanted = ("", finding)

    def _count(self) -> None:
        """Counts follow the names of the tabs, so that the names stay what they are."""
        if self.session is None:
            return
        facts = self.session.facts
        counts = {
            "Findings": len(facts.findings),
            "Files": len(facts.files),
            "Dependencies": len(facts.packages),
        }
        for place, name in enumerate(TABS):
            number = counts.get(name)
            text = f"{tr(name)} {number:,}" if number else tr(name)
            if self.tabs.tabText(place) != text:
                self.tabs.setTabText(place, text)

    def enable(self) -> None:
        """Greys out what cannot be done now."""
        is_open = self.session is not None
        for row in ACTIONS:
            self.actions_by_id[row.id].setEnabled(is_open or row.needs == "")
        scanning = is_open and self.session.phase.value == "scanning"
        self.actions_by_id["cancel-scan"].setEnabled(scanning)
        self.actions_by_id["stop-look-up"].setEnabled(self.pane.hub.work.running)

    def _node_opened(self, node: str) -> None:
        self.selection.select_node(node)
        self.run("view-focus")

    def _graph_node_opened(self, node: str) -> None:
        """Return on a node of the graph: its neighbourhood, save where that is what is shown already."""
        self.selection.select_node(node)
        if self.graph.current_view() != "focus":
            self.run("view-focus")

    def _tab_changed(self, place: int) -> None:
        self._remember_soon.start()

    def tab_name(self) -> str:
        return TABS[self.tabs.currentIndex()]

    def show_tab(self, name: str) -> None:
        self.tabs.setCurrentIndex(TABS.index(name))
        self._focus_tab()

    def _focus_tab(self) -> None:
        """Gives the keyboard to what the open tab shows. Left alone, Qt gives it to Cancel."""
        page = self.tabs.currentWidget()
        part = getattr(page, "table", None) or getattr(page, "panel", None)
        if part is not None:
            part.setFocus()

    def _panel_made(self) -> None:
        """The graph's panel takes the keyboard that its tab would have given it."""
        if self.session is not None and self.tabs.currentWidget() is self.graph:
            QTimer.singleShot(0, self.graph, self._focus_tab)  # the panel is in sight in the next turn

    def run(self, action: str) -> None:
        """Does what the table calls ``action``, as its key would."""
        self.actions_by_id[action].trigger()

    def tell(self, sentence: str) -> None:
        """Says why something could not be opened, in a message that stays until it is read."""
        from PySide6.QtWidgets import QMessageBox

        box = QMessageBox(self)
        box.setWindowTitle(TITLE)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(sentence)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.finished.connect(self.activateWindow)
        box.open()

    def remember(self) -> None:
        if self.session is not None:
            self._remember(self.session)

    def _remember_within(self) -> None:
        """Within a moment, however quickly one thing follows another: a kill may come between two."""
        if not self._remember_soon.isActive():
            self._remember_soon.start()

    def _remember(self, session: Session) -> None:
        session.remember("tab", self.tab_name())
        session.remember("filter", self.findings.filter.text())
        session.remember("node", self.selection.node)
        session.remember("finding", self.selection.finding)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not press_by_return(event):
            super().keyPressEvent(event)

    # --- dropping a folder ---------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        local = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if local:
            event.acceptProposedAction()
            self.open_dropped(local[0])

    def open_dropped(self, name: str) -> None:
        """A signed record is verified, a quarantine's folder goes to the Data tab of the open review, and
        everything else is opened to be reviewed."""
        from inspector.gui.quarantine_workplace import is_store
        from inspector.gui.verify_dialog import is_record

        if is_record(Path(name)):
            self.commands.verify_record(name)
        elif self.session is not None and is_store(Path(name)):
            self.show_tab("Data")
            self.data.open_store(name)
        else:
            self.open(name)
