"""The language of the window: English, or a table of translations in resources/translations.

Findings, records and reports stay in English: they are what is signed and what others verify.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING

from inspector import resources
from inspector.gui import texts

if TYPE_CHECKING:
    from PySide6.QtCore import QCoreApplication

LANGUAGES = (("system", "As the system"), ("en", "English"), ("de", "Deutsch"))


def chosen(setting: str) -> str:
    """The code of the language to use for the value of the setting ``language``; ``en`` where there is no
    table for the system's."""
    from PySide6.QtCore import QLocale

    code = setting if setting != "system" else QLocale.system().name().partition("_")[0]
    return code if code in available() else "en"


@cache
def available() -> tuple[str, ...]:
    """Codes of the languages there are tables for."""
    return tuple(sorted(file.stem for file in resources.path("translations").glob("*.json")))


def table(code: str) -> dict[str, str]:
    """English text to translated text; empty for English."""
    if code not in available():
        return {}
    words = json.loads(resources.path("translations", f"{code}.json").read_text(encoding="utf-8"))
    return {str(english): str(word) for english, word in words.items()}


def use(code: str, application: QCoreApplication | None = None) -> None:
    """Translates everything that is made from now on; with ``application`` Qt's own dialogs too."""
    texts.use_words(code, table(code))
    if application is None or code == "en":
        return
    from PySide6.QtCore import QLibraryInfo, QTranslator

    translator = QTranslator(application)
    if translator.load(f"qtbase_{code}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        application.installTranslator(translator)
