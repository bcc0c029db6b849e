"""Every action of the one table, driven by its key or from the palette, and what comes of it.

A new action fails here until it has a row: ``DRIVEN`` says what each does in a window with a target.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAccessible, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QWidget

from inspector.gui.actions import ACTIONS, STATES, TABS, VIEWS
from inspector.gui.palette import Palette
from inspector.gui.review_work import Phase
from inspector.provenance import State

PICKLE, MODEL = "model-file:models/scaler.pkl", "model:org/base"


@pytest.fixture(autouse=True)
def folders(monkeypatch: Any, tmp_path: Path) -> dict[str, str]:
    """What the desktop's own dialogs for files would answer; "" is Cancel."""
    answers = {"folder": "", "file": "", "save": ""}
    for name, key, pair in (
        ("getExistingDirectory", "folder", False),
        ("getOpenFileName", "file", True),
        ("getSaveFileName", "save", True),
    ):
        monkeypatch.setattr(
            QFileDialog,
            name,
            staticmethod(lambda *_a, key=key, pair=pair, **_k: (answers[key], "") if pair else answers[key]),
        )
    return answers


class Driver:
    """A window with the small project open, and a person's hands."""

    def __init__(
        self, window: Any, qtbot: Any, project: Path, folders: dict[str, str], tmp_path: Path
    ) -> None:
        self.window, self.qtbot, self.project = window, qtbot, project
        self.answers, self.tmp_path = folders, tmp_path

    def press(self, keys: str) -> None:
        """Types a key sequence of one step where the keyboard is."""
        combination = QKeySequence(keys)[0]
        key, modifiers = combination.key(), combination.keyboardModifiers()
        if keys in ("?", "/"):  # written with Shift on some keyboards: what is typed is what counts
            for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                QApplication.sendEvent(self.focus(), QKeyEvent(kind, key, modifiers, keys))
            return
        self.qtbot.keyClick(self.focus(), key, modifiers)

    def focus(self) -> QWidget:
        return QApplication.focusWidget() or self.window

    def do(self, action: str) -> None:
        """By its first key, else as a person finds it: Ctrl+K, its words, Return."""
        row = next(row for row in ACTIONS if row.id == action)
        if row.keys:
            self.press(row.keys[0])
            return
        self.press("Ctrl+K")
        palette = self.palette()
        palette.line.setText(row.text.rstrip("…"))
        self.until(lambda: not palette._slices.busy)
        self.qtbot.keyClick(palette.line, Qt.Key.Key_Return)

    def palette(self) -> Palette:
        (palette,) = [one for one in self.window.findChildren(Palette) if one.isVisible()]
        return palette

    def until(self, condition: Callable[[], object], timeout: int = 20_000) -> None:
        self.qtbot.waitUntil(lambda: bool(condition()), timeout=timeout)

    def ready(self) -> None:
        self.until(lambda: self.window.session is not None and self.window.session.phase is Phase.READY)

    def select(self, node: str) -> None:
        self.window.selection.select_node(node)
        self.until(lambda: self.window.pane._node is not None and self.window.pane._node.id == node)

    def settle(self) -> None:
        """Back to the list of findings, with the first chosen and open, and nothing else on the screen."""
        for shown in (*self.dialogs(), *self.window.findChildren(Palette)):
            shown.close()
        self.window.bar.dismiss()
        self.window.activateWindow()
        self.until(self.window.isActiveWindow)
        self.window.findings.filter.clear()
        self.window.show_tab("Findings")
        self.window.findings.table.select_key("")
        self.window.findings.table.setFocus()
        rows = self.window.findings.rows
        self.until(lambda: len(rows.rows) == len(self.window.session.facts.findings))
        self.window.findings.table.setCurrentIndex(rows.index(0, 0))
        self.window.run("state-open")
        self.until(lambda: self.state() is State.OPEN)

    def dialogs(self) -> list[QWidget]:
        return [w for w in QApplication.topLevelWidgets() if w.isVisible() and w is not self.window]

    def dialog(self) -> QWidget:
        self.until(self.dialogs)
        return self.dialogs()[0]

    def state(self) -> State:
        return self.window.session.facts.findings[self.window.selection.finding].state


@pytest.fixture
def hands(
    opened: Any, qtbot: Any, project: Path, folders: dict[str, str], tmp_path: Path
) -> Iterator[Driver]:
    opened.activateWindow()
    opened.show_tab("Findings")
    opened.findings.table.step(1)
    opened.findings.table.setFocus()
    driver = Driver(opened, qtbot, project, folders, tmp_path)
    yield driver
    for dialog in driver.dialogs():
        dialog.close()


DRIVEN: dict[str, Callable[[Driver], None]] = {}


def drives(*actions: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    def kept(function: Callable[..., None]) -> Callable[..., None]:
        for action in actions:
            DRIVEN[action] = (lambda d, a=action: function(d, a)) if len(actions) > 1 else function
        return function

    return kept


# --- File ----------------------------------------------------------------------------------------------


@drives("open-folder")
def _(d: Driver) -> None:
    other = d.tmp_path / "other"
    other.mkdir()
    d.do("open-folder")
    assert d.window.session.target == str(d.project), "Cancel opens nothing"
    d.answers["folder"] = str(other)
    d.do("open-folder")
    assert d.window.session.target == str(other)


@drives("open-file")
def _(d: Driver) -> None:
    d.answers["file"] = str(d.project / "models/scaler.pkl")
    d.do("open-file")
    assert d.window.session.target.endswith("scaler.pkl")


@drives("open-hub", "settings", "key-sheet", "help", "verify-record")
def _(d: Driver, action: str) -> None:
    d.do(action)
    assert isinstance(d.dialog(), QDialog)


@drives("about")
def _(d: Driver) -> None:
    d.do("about")
    assert "Provenance Inspector" in d.dialog().text()


@drives("open-store")
def _(d: Driver) -> None:
    d.do("open-store")
    assert d.window.tab_name() == "Data"


@drives("open-sample")
def _(d: Driver) -> None:
    d.do("open-sample")
    assert Path(d.window.session.target).name == "sample"


@drives("recent")
def _(d: Driver) -> None:
    d.do("recent")
    palette = d.palette()
    assert palette.list.count() == 1 and str(d.project)[:20] in palette.list.item(0).text()


@drives("close-target")
def _(d: Driver) -> None:
    d.do("close-target")
    assert d.window.session is None and d.window.welcome.isVisible()


@drives("save-copy")
def _(d: Driver) -> None:
    d.answers["save"] = str(d.tmp_path / "copy.review")
    d.do("save-copy")
    d.until(lambda: (d.tmp_path / "copy.review").is_file())


@drives("quit")
def _(d: Driver) -> None:
    d.do("quit")
    assert not d.window.isVisible()


# --- Review --------------------------------------------------------------------------------------------


@drives("undo")
def _(d: Driver) -> None:
    d.do("state-confirmed")
    d.do("undo")
    assert d.state() is State.OPEN


@drives("redo")
def _(d: Driver) -> None:
    d.do("state-confirmed")
    d.do("undo")
    d.do("redo")
    assert d.state() is State.CONFIRMED
    d.do("undo")
    d.press("Ctrl+Y")
    assert d.state() is State.CONFIRMED


@drives("next-finding")
def _(d: Driver) -> None:
    first = d.window.selection.finding
    d.do("next-finding")
    assert d.window.selection.finding not in ("", first)


@drives("previous-finding")
def _(d: Driver) -> None:
    first = d.window.selection.finding
    d.do("next-finding")
    d.do("previous-finding")
    assert d.window.selection.finding == first


@drives(*STATES)
def _(d: Driver, action: str) -> None:
    wanted = State(STATES[action])
    d.do(action)
    if wanted.needs_reason:
        assert d.window.bar.text.hasFocus() and d.state() is State.OPEN
        d.qtbot.keyClicks(d.window.bar.text, "Looked at 123 by j and k")
        d.qtbot.keyClick(d.window.bar.text, Qt.Key.Key_Return)
    item = d.window.session.facts.findings[d.window.selection.finding]
    assert item.state is wanted
    assert not wanted.needs_reason or item.because == "Looked at 123 by j and k", "letters are no keys here"
    assert not d.window.bar.isVisible() and d.window.findings.table.hasFocus()


@drives("note")
def _(d: Driver) -> None:
    d.do("note")
    d.qtbot.keyClicks(d.window.bar.text, "seen")
    d.qtbot.keyClick(d.window.bar.text, Qt.Key.Key_Return)
    assert d.window.session.facts.findings[d.window.selection.finding].note == "seen"


@drives("mark")
def _(d: Driver) -> None:
    for marked in (True, False):
        d.do("mark")
        assert d.window.session.facts.findings[d.window.selection.finding].marked is marked


@drives("evidence")
def _(d: Driver) -> None:
    d.until(lambda: d.window.pane._node is not None)
    d.do("evidence")
    assert d.window.pane.evidence.text.hasFocus()


@drives("explain")
def _(d: Driver) -> None:
    d.select(PICKLE)
    d.do("explain")
    assert d.window.pane.evidence.explaining


@drives("rescan")
def _(d: Driver) -> None:
    d.do("rescan")
    d.ready()
    assert len(d.window.backend.commands) == 2 and "--no-audit" in d.window.backend.commands[-1][1]


@drives("audit-online")
def _(d: Driver) -> None:
    d.do("audit-online")
    d.ready()
    assert "--no-audit" not in d.window.backend.commands[-1][1]


@drives("cancel-scan")
def _(d: Driver) -> None:
    d.window.backend.hang = True
    d.do("rescan")
    d.until(lambda: d.window.actions_by_id["cancel-scan"].isEnabled())
    d.do("cancel-scan")
    assert not d.window.session._scan.running
    d.ready()


@drives("look-up", "hub-changes")
def _(d: Driver, action: str) -> None:
    d.select(PICKLE)
    d.do(action)
    assert d.window.strip.said.text(), "nothing of the hub is selected: that is said"


@drives("look-up-all", "stop-look-up")
def _(d: Driver, action: str) -> None:
    d.do("look-up-all")
    asked = d.window.pane.hub.work.asked_here
    d.do("stop-look-up") if action == "stop-look-up" and not d.dialogs() else None
    assert not asked and not d.window.pane.hub.work.running, "nobody is asked before it was confirmed"


@drives("compare")
def _(d: Driver) -> None:
    other = d.tmp_path / "other.review"
    shutil.copyfile(d.window.session.review.path, other)
    d.answers["file"] = str(other)
    d.do("compare")
    dialog = d.dialog()
    d.until(lambda: dialog._child is None)
    assert "other.review" in dialog.heading.text()


@drives("export-findings")
def _(d: Driver) -> None:
    d.answers["save"] = str(d.tmp_path / "found")
    d.do("export-findings")
    d.until(lambda: (d.tmp_path / "found.csv").is_file())


@drives("take-proposals")
def _(d: Driver) -> None:
    d.answers["file"] = ""
    d.do("take-proposals")
    assert not d.dialogs(), "Cancel reads nothing"
    d.answers["file"] = str(d.project / "models/scaler.pkl")
    d.do("take-proposals")
    dialog = d.dialog()
    d.until(lambda: dialog.another.isEnabled())
    assert dialog.heading.text().startswith("Nothing was taken.")


@drives("adopt")
def _(d: Driver) -> None:
    d.do("adopt")
    assert d.state() is State.OPEN and "proposed" in d.window.strip.said.text()


@drives("sign")
def _(d: Driver) -> None:
    d.do("sign")
    assert d.window.tab_name() == "Record" and d.window.record.sheet.decision.hasFocus()


# --- View ----------------------------------------------------------------------------------------------


@drives(*(f"tab-{name.lower()}" for name in TABS))
def _(d: Driver, action: str) -> None:
    d.do(action)
    assert d.window.tab_name().lower() == action.removeprefix("tab-")


@drives(*(f"view-{name}" for name in VIEWS))
def _(d: Driver, action: str) -> None:
    d.select(MODEL)
    d.do(action)
    assert d.window.tab_name() == "Graph" and d.window.graph.current_view() == action.removeprefix("view-")


@drives("export-graph")
def _(d: Driver) -> None:
    d.answers["save"] = str(d.tmp_path / "graph.svg")
    d.do("export-graph")
    assert (d.tmp_path / "graph.svg").read_text(encoding="utf-8").startswith("<?xml")


@drives("not-analysed")
def _(d: Driver) -> None:
    d.do("not-analysed")
    assert d.window.tab_name() == "Files"
    d.until(lambda: [row["path"] for row in d.window.files.rows.rows] == ["models/old.bin"])


@drives("filter")
def _(d: Driver) -> None:
    d.do("filter")
    assert d.window.findings.filter.hasFocus()
    d.qtbot.keyClick(d.window.findings.filter, Qt.Key.Key_Escape)
    assert d.window.findings.table.hasFocus()


@drives("palette")
def _(d: Driver) -> None:
    d.do("palette")
    palette = d.palette()
    assert palette.line.hasFocus()
    d.qtbot.keyClick(palette.line, Qt.Key.Key_Escape)
    assert d.window.findings.table.hasFocus()


@drives("present")
def _(d: Driver) -> None:
    d.do("present")
    show = d.dialog()
    first = show.title.toPlainText()
    d.qtbot.keyClick(show, Qt.Key.Key_Right)
    assert show.title.toPlainText() != first
    d.qtbot.keyClick(show, Qt.Key.Key_Escape)
    assert not show.isVisible()


@drives("larger", "smaller", "normal-size")
def _(d: Driver, action: str) -> None:
    d.window.run("normal-size")
    d.do(action)
    assert d.window.settings.scale == {"larger": 1.1, "smaller": 0.9, "normal-size": 1.0}[action]


@drives("theme-system", "theme-light", "theme-dark", "theme-contrast")
def _(d: Driver, action: str) -> None:
    wanted = action.removeprefix("theme-")
    d.window.run(action)  # "Light" and "Dark" are words of many commands in the palette
    assert d.window.settings.theme == wanted
    assert wanted == "system" or d.window.look.tokens.name == wanted


@drives("rule-help")
def _(d: Driver) -> None:
    d.do("rule-help")
    assert isinstance(d.dialog(), QDialog)


# --- the tests -----------------------------------------------------------------------------------------


def test_every_action_of_the_table_has_a_test_here() -> None:
    assert set(DRIVEN) == {row.id for row in ACTIONS}


# These leave the target, the window or the scan behind.
ALONE = (
    "open-folder", "open-file", "open-sample", "close-target", "quit",
    "rescan", "audit-online", "cancel-scan",
)  # fmt: skip


@pytest.mark.parametrize("action", ALONE)
def test_the_action_does_what_its_line_says(action: str, hands: Driver) -> None:
    DRIVEN[action](hands)


def test_each_other_action_does_what_its_line_says(hands: Driver) -> None:
    for row in ACTIONS:
        if row.id not in ALONE:
            print(row.id)
            hands.settle()
            DRIVEN[row.id](hands)


def test_every_key_calls_its_action_once_from_every_tab(hands: Driver) -> None:
    hands.until(lambda: hands.window.graph.panel is not None)
    heard: list[str] = []
    for row in ACTIONS:
        action = hands.window.actions_by_id[row.id]
        action.triggered.disconnect()
        action.triggered.connect(lambda _=False, name=row.id: heard.append(name))
        action.setEnabled(True)
    for tab in TABS:
        hands.window.show_tab(tab)
        start = hands.focus()
        for row in ACTIONS:
            for keys in row.keys:
                heard.clear()
                start.setFocus()
                hands.press(keys)
                assert heard == [row.id], f"{keys} in {tab}: {heard}"


def unnamed(root: QWidget) -> list[str]:
    """Widgets that take the keyboard and say nothing to a screen reader."""
    return [
        f"{type(widget).__name__} {widget.objectName()}"
        for widget in root.findChildren(QWidget)
        if widget.focusPolicy() is not Qt.FocusPolicy.NoFocus
        and widget.isVisible()
        and widget.focusProxy() is None
        and not QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)
    ]


def reached_by_tab(root: QWidget, qtbot: Any) -> set[QWidget]:
    found: set[QWidget] = set()
    for _ in range(200):
        now = QApplication.focusWidget()
        if now is None or now in found:
            break
        found.add(now)
        qtbot.keyClick(now, Qt.Key.Key_Tab)
    return found


def test_every_dialog_is_walked_through_by_tab_and_left_by_escape(hands: Driver, qtbot: Any) -> None:
    for action in ("settings", "key-sheet", "open-hub", "help", "verify-record", "compare", "take-proposals"):
        hands.settle()
        DRIVEN[action](hands)
        dialog = hands.dialog()
        dialog.activateWindow()
        hands.until(
            lambda dialog=dialog: (
                QApplication.focusWidget() is not None and dialog.isAncestorOf(QApplication.focusWidget())
            )
        )
        wanted = {
            widget
            for widget in dialog.findChildren(QWidget)
            if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
            and widget.isVisible()
            and widget.isEnabled()
            and widget.focusProxy() is None
        }
        missing = wanted - reached_by_tab(dialog, qtbot)
        assert not missing, [action, *(f"{type(w).__name__} {w.accessibleName()}" for w in missing)]
        assert unnamed(dialog) == [], action
        hands.press("Escape")
        hands.until(lambda: not hands.dialogs())
