"""On a small screen with large type: nothing is cut off without a tip, nothing lies over anything else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QApplication,
    QCheckBox,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QTabBar,
    QTabWidget,
    QToolButton,
    QWidget,
)

from inspector.gui import language
from inspector.gui.actions import TABS
from inspector.gui.main_window import MainWindow
from inspector.gui.palette import Palette
from inspector.gui.present import Present
from inspector.gui.settings import Settings
from inspector.gui.widgets import Elided

WIDTH, HEIGHT = 1280, 720
# These lay their parts out themselves, or over one another on purpose.
OWN_LAYOUT = (
    QAbstractScrollArea,
    QSplitter,
    QStackedWidget,
    QTabWidget,
    QTabBar,
    QLineEdit,
    QComboBox,
    QAbstractSpinBox,
)


def cut(top: QWidget) -> Iterator[str]:
    """What of ``top`` shows less than its text and has no tip that tells the rest."""
    for widget in top.findChildren(QWidget):
        if not widget.isVisible() or widget.toolTip() or not widget.visibleRegion().boundingRect().isValid():
            continue
        if isinstance(widget, QLabel) and not isinstance(widget, Elided) and widget.text():
            if widget.wordWrap():
                short = widget.heightForWidth(widget.width()) > widget.height() + 1
            else:
                lines = widget.text().split("\n")
                wide = max(widget.fontMetrics().horizontalAdvance(line) for line in lines)
                short = wide > widget.contentsRect().width() + 1
            if short:
                yield f"{type(widget).__name__} {widget.text()[:60]!r} in {widget.size().toTuple()}"
        elif isinstance(widget, QPushButton | QCheckBox | QToolButton) and widget.text():
            if isinstance(widget.parent(), QTabBar) or _shows_its_icon_alone(widget):
                continue
            if widget.width() < widget.sizeHint().width() - 1:
                yield f"{type(widget).__name__} {widget.text()[:60]!r} in {widget.size().toTuple()}"


def _shows_its_icon_alone(widget: QWidget) -> bool:
    style = Qt.ToolButtonStyle.ToolButtonIconOnly
    return isinstance(widget, QToolButton) and widget.toolButtonStyle() is style


def overlaps(top: QWidget) -> Iterator[str]:
    """Pairs of neighbours that lie over one another."""
    for parent in [top, *top.findChildren(QWidget)]:
        if not parent.isVisible() or isinstance(parent, OWN_LAYOUT):
            continue
        shown = [
            child
            for child in parent.children()
            if isinstance(child, QWidget) and child.isVisible() and not child.isWindow()
            if not isinstance(child, Palette) and not child.size().isEmpty()
        ]
        for number, one in enumerate(shown):
            for other in shown[number + 1 :]:
                both = one.geometry().intersected(other.geometry())
                if both.width() > 1 and both.height() > 1:
                    names = [f"{type(w).__name__} {w.accessibleName()[:30]!r}" for w in (one, other)]
                    yield f"{' over '.join(names)}: {both.size().toTuple()}"


def wrong(top: QWidget) -> list[str]:
    QApplication.processEvents()
    return [*cut(top), *overlaps(top)]


def dialogs() -> list[QDialog]:
    return [one for one in QApplication.topLevelWidgets() if isinstance(one, QDialog) and one.isVisible()]


@pytest.fixture
def german():
    language.use("de")
    yield
    language.use("en")


@pytest.fixture(params=[("en", 2.0), ("de", 2.0), ("en", 1.0)], ids=str)
def small(request, backend, project, tmp_path, qtbot, ready):
    """The window with the small project open on a small screen, in a language and at a scale."""
    code, scale = request.param
    language.use(code)
    settings = Settings(tmp_path / "window.json")
    settings.put("theme", "light")
    settings.put("scale", scale)
    made = MainWindow(settings, backend)
    qtbot.addWidget(made)
    made.setFixedSize(WIDTH, HEIGHT)
    made.show()
    qtbot.waitExposed(made)
    assert made.open(str(project))
    ready(made)
    assert wrong(made) == [], "before anything is selected"
    first = made.findings.rows.rows[0].finding
    made.selection.select_finding(first.id, first.node)
    qtbot.waitUntil(lambda: made.pane.title.toPlainText() != "")
    yield made
    made.close()
    language.use("en")


def test_every_tab_and_what_asks_in_place_show_their_words_whole_and_apart(small, qtbot):
    for name in TABS:
        small.show_tab(name)
        qtbot.wait(1)
        assert wrong(small) == [], name
    for part in ("questions", "quarantine"):
        small.show_tab("Data")
        small.data.show_part(part)
        qtbot.wait(1)
        assert wrong(small) == [], part
    table = small.files.table
    assert table.columnWidth(0) >= 14 * table.fontMetrics().averageCharWidth()
    small.run("state-accepted")
    small.bar.refuse("A reason is needed: it stands in the record.")
    qtbot.wait(1)
    assert wrong(small.bar) == []
    assert small.bar.expires.width() > small.bar.expires.fontMetrics().horizontalAdvance("2027-02-21")
    assert small.bar.text.width() > 15 * small.bar.text.fontMetrics().averageCharWidth()
    small.bar.dismiss()


def test_every_dialog_and_presenting_fit_and_show_their_words_whole(small, qtbot):
    for action in ("open-hub", "settings", "key-sheet", "help", "verify-record"):
        small.run(action)
        (dialog,) = dialogs()
        qtbot.wait(1)
        assert wrong(dialog) == [], action
        assert dialog.width() <= small.width() and dialog.height() <= small.height(), action
        dialog.close()
    _presented(small, qtbot)


def _presented(window, qtbot):
    """Of a long finding the words scroll: they never lie over the buttons."""
    shown = Present(window)
    shown.setFixedSize(window.size())
    shown.show()
    shown.title.set_text("A very long title of a finding " * 20)
    shown.message.set_text("Word after word of a message. " * 60)
    qtbot.wait(1)
    assert [*cut(shown), *overlaps(shown)] == []
    for made in shown.findChildren(QPushButton):
        whole = QRect(made.mapTo(shown, QPoint(0, 0)), made.size())
        assert shown.rect().contains(whole), made.text()
    shown.close()


def test_the_welcome_page_scrolls_before_anything_overlaps(german, window, qtbot):
    window.settings.put("scale", 2.0)
    window.dress()
    window.setFixedSize(WIDTH, HEIGHT)
    places = [f"/home/someone/clients/{'a-long-name-' * 6}{number}" for number in range(6)]
    window.welcome.offer(places, None)
    qtbot.wait(1)
    assert wrong(window.welcome) == []
    assert all(button.width() > 100 for button in window.welcome.findChildren(QAbstractButton))
