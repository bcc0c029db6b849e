"""The window's actions and menus, made from the one table."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow

from inspector.gui.actions import ACTIONS, MENUS
from inspector.gui.texts import tr


def make_actions(window: QMainWindow, handler: Callable[[str], Callable[[], None]]) -> dict[str, QAction]:
    """An action per row of the table, with its keys, in the menu bar of ``window``. ``handler`` gives the
    function that carries one out."""
    made: dict[str, QAction] = {}
    for row in ACTIONS:
        action = QAction(tr(row.text), window)
        action.setShortcuts([QKeySequence(key) for key in row.keys])
        action.setStatusTip(tr(row.help))
        keys = ", ".join(row.keys)
        action.setToolTip(f"{tr(row.help)}  ({keys})" if keys else tr(row.help))
        action.triggered.connect(handler(row.id))
        window.addAction(action)
        made[row.id] = action
    for name in MENUS:
        menu = window.menuBar().addMenu(tr(name))
        for row in ACTIONS:
            if row.menu == name:
                if row.separator:
                    menu.addSeparator()
                menu.addAction(made[row.id])
    return made
