"""Settings: theme, size, and where things are kept. Changes hold at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QGridLayout, QVBoxLayout

from inspector import places
from inspector.gui.language import LANGUAGES
from inspector.gui.settings import SCALES
from inspector.gui.texts import tr
from inspector.gui.widgets import Flow, buttons_without_icons, plain_label, size_dialog, spaced

if TYPE_CHECKING:
    from inspector.gui.main_window import MainWindow

THEMES = (("system", "As the system"), ("light", "Light"), ("dark", "Dark"), ("contrast", "High contrast"))


class SettingsDialog(QDialog):
    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.window_ = window
        self.setWindowTitle(tr("Settings"))
        self.theme = QComboBox()
        self.theme.setAccessibleName(tr("Colours"))
        for word, text in THEMES:
            self.theme.addItem(tr(text), word)
        self.theme.setCurrentIndex(max(self.theme.findData(window.settings.theme), 0))
        self.scale = QComboBox()
        self.scale.setAccessibleName(tr("Size"))
        for scale in SCALES:
            self.scale.addItem(f"{scale * 100:.0f} %", scale)
        self.scale.setCurrentIndex(max(self.scale.findData(window.settings.scale), 0))
        self.language = QComboBox()
        self.language.setAccessibleName(tr("Language"))
        self.language.setToolTip(tr("From the next start on. Findings, reports and records stay in English."))
        for word, text in LANGUAGES:
            self.language.addItem(tr(text), word)
        self.language.setCurrentIndex(max(self.language.findData(window.settings.language), 0))
        self.later = plain_label(role="sub")
        self.later.setWordWrap(True)
        self.later.hide()
        grid = QGridLayout()
        spaced(grid, 0, 0, 0, 0, 8)
        grid.setColumnStretch(1, 1)
        rows = [("Colours", self.theme), ("Size", self.scale), ("Language", self.language)]
        for number, (title, field) in enumerate(rows):
            grid.addWidget(plain_label(tr(title), role="sub"), number, 0)
            grid.addWidget(field, number, 1)
        for number, (title, path) in enumerate(
            (
                ("Reviews", places.reviews()),
                ("Keys", places.keys()),
                ("Trust store", places.trust_store()),
                ("Cache", places.cache()),
            ),
            start=len(rows),
        ):
            grid.addWidget(plain_label(tr(title), role="sub"), number, 0)
            grid.addWidget(Flow(str(path), tr(title)), number, 1)
        buttons = buttons_without_icons(QDialogButtonBox(QDialogButtonBox.StandardButton.Close))
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        spaced(column, 18, 16, 18, 14, 12)
        column.addLayout(grid)
        column.addWidget(self.later)
        column.addStretch(1)
        column.addWidget(buttons)
        size_dialog(self, 72, 18)
        self.theme.currentIndexChanged.connect(lambda: self._put("theme", self.theme.currentData()))
        self.scale.currentIndexChanged.connect(lambda: self._put("scale", self.scale.currentData()))
        self.language.currentIndexChanged.connect(self._put_language)
        self.finished.connect(self.deleteLater)

    def _put_language(self) -> None:
        self.window_.settings.put("language", self.language.currentData())
        self.later.setText(self.language.toolTip())
        self.later.show()

    def _put(self, key: str, value: object) -> None:
        self.window_.settings.put(key, value)
        self.window_.dress()
