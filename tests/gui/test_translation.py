"""The translations: nothing is missing, nothing is left over, and no placeholder is lost."""

from __future__ import annotations

import re
import string

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QAbstractButton, QLabel

from inspector.gui import language, texts
from inspector.gui.main_window import MainWindow
from inspector.gui.settings import Settings

from .texts_of_window import texts as texts_of_window  # isort: skip

CODES = language.available()
# Said the same in German: names, file endings and words the field uses untranslated.
SAME = {
    "Audit", "Branch", "Cache", "Code", "Deutsch", "English", "Filter", "Filter: {0}", "Format", "Graph",
    "Manifest", "Passphrase", "Pickles", "Pin", "Provenance Inspector", "Repository", "Revision", "SHA-256",
    "Hub", "Opcodes", "Token", "Version", "in", "offline", "Name", "{0}/s", "Offset",
}  # fmt: skip

# Words of answers and kinds, which are written as they are recorded.
CONTRACT = {"yes", "no", "unknown", "package"}


@pytest.fixture
def german():
    language.use("de")
    yield
    language.use("en")


def _placeholders(text: str) -> list[str]:
    return sorted(field or "" for _, field, _, _ in string.Formatter().parse(text) if field is not None)


def test_there_is_a_german_table():
    assert "de" in CODES


@pytest.mark.parametrize("code", CODES)
def test_every_text_of_the_window_is_translated_and_nothing_is_left_over(code):
    table, wanted = language.table(code), texts_of_window()
    assert len(wanted) > 400
    assert sorted(wanted - set(table)) == []
    assert sorted(set(table) - wanted) == []


@pytest.mark.parametrize("code", CODES)
def test_placeholders_and_keys_survive_translation(code):
    for english, word in language.table(code).items():
        assert word.strip(), english
        assert _placeholders(english) == _placeholders(word), english
        assert english.count("\n") == word.count("\n"), english
        assert re.findall(r"\*\.[\w.]+", english) == re.findall(r"\*\.[\w.]+", word), english


def test_german_differs_from_english_but_for_what_is_said_the_same():
    same = {english for english, word in language.table("de").items() if english == word}
    assert same <= SAME


def test_a_window_in_german_has_no_english_left_on_its_face(german, qtbot, backend, tmp_path, project, ready):
    window = MainWindow(Settings(tmp_path / "w.json"), backend)
    qtbot.addWidget(window)
    window.show()
    assert window.actions_by_id["open-folder"].text() == "Ordner öffnen …"
    english = texts_of_window() - SAME
    shown = [w.text() for kind in (QAbstractButton, QLabel) for w in window.welcome.findChildren(kind)]
    assert [text for text in shown if text in english] == []
    window.open(str(project))
    ready(window)
    shown = [w.text() for kind in (QAbstractButton, QLabel) for w in window.findChildren(kind)]
    words = {*language.table("de").values(), *CONTRACT}
    assert [text for text in shown if text in english and text not in words] == []
    window.close()


def test_the_language_follows_the_system_only_where_there_is_a_table(monkeypatch):
    for name, code in (("de_AT", "de"), ("fr_FR", "en"), ("C", "en"), ("en_GB", "en")):
        monkeypatch.setattr(QLocale, "system", staticmethod(lambda name=name: QLocale(name)))
        assert language.chosen("system") == code
    assert language.chosen("de") == "de" and language.chosen("../../etc") == "en"


def test_without_a_table_texts_stay_as_they_are():
    assert texts.tr("Open folder…") == "Open folder…"
    assert language.table("xx") == {}
