"""Starts the window: application, theme, what happens when this program itself fails."""

from __future__ import annotations

import importlib
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from inspector import places

if TYPE_CHECKING:
    from inspector.gui.main_window import MainWindow


def run(target: str | None = None) -> int:
    """Opens the window, on ``target`` where one is given; returns when it was closed."""
    from PySide6.QtCore import QTimer

    from inspector.gui.crash import watch

    application = make_application()
    from inspector.gui import language
    from inspector.gui.main_window import MainWindow
    from inspector.gui.settings import Settings

    _tidy()
    settings = Settings()
    language.use(language.chosen(settings.language), application)
    window = MainWindow(settings)
    crash = watch(window)
    window.show()
    window.activateWindow()
    if target:
        QTimer.singleShot(0, window, lambda: window.open(_absolute(target)))
    _warm_up(window)
    code = application.exec()
    crash.close()
    return code


def window() -> int:
    """What ``inspector-gui [TARGET]`` calls."""
    arguments = [word for word in sys.argv[1:] if not word.startswith("-")]
    return run(arguments[0] if arguments else None)


def make_application():  # type: ignore[no-untyped-def]
    """The one QApplication of the process, made where there is none."""
    from PySide6.QtCore import QCoreApplication, Qt
    from PySide6.QtGui import QGuiApplication
    from PySide6.QtWidgets import QApplication

    existing = QApplication.instance()
    if existing is not None:
        return existing
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    QCoreApplication.setApplicationName(places.APP)
    QGuiApplication.setApplicationDisplayName("")
    QGuiApplication.setDesktopFileName(desktop_name())
    # The name alone: a target called "-style" or "-qwindowgeometry" is no option of Qt.
    return QApplication([places.APP])


def desktop_name() -> str:
    """Name of the desktop entry, so that windows are grouped under its icon. In a Flatpak it bears the name
    that the package was installed under."""
    return os.environ.get("FLATPAK_ID") or "provenance-inspector"


# What the first target needs, imported while the reviewer looks at the welcome page.
_NEEDED_SOON = (
    "sqlite3",
    "inspector.review.journal",
    "inspector.review",
    "inspector.review.query",
    "inspector.views",
    "inspector.gui.graph.canvas",
    "inspector.gui.graph.panel",
)


def _warm_up(window: MainWindow) -> None:
    """Imports one module per turn of the event loop, once the window stands; then makes the graph's panel."""
    from PySide6.QtCore import QTimer

    waiting = list(_NEEDED_SOON)

    def step() -> None:
        if waiting:
            importlib.import_module(waiting.pop(0))
            QTimer.singleShot(20, window, step)
        else:
            window.graph.prepare()

    QTimer.singleShot(300, window, step)


def _tidy() -> None:
    """Drops what a killed window left of its scans; a review never depends on it."""
    until = time.time() - 86_400
    for left in places.cache().glob("scan-*.jsonl"):
        try:
            if left.stat().st_mtime < until:
                left.unlink()
        except OSError:
            continue


def _absolute(target: str) -> str:
    return target if target.startswith("hf://") else str(Path(target).expanduser().absolute())
