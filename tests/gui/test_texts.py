"""Texts go through the translation, sizes and source lines are told as they are."""

from __future__ import annotations

import os

import pytest
from PySide6.QtCore import QCoreApplication, QTranslator
from PySide6.QtWidgets import QLabel, QPushButton

from inspector.gui.main_window import MainWindow
from inspector.gui.settings import Settings
from inspector.gui.source_lines import excerpt
from inspector.gui.texts import label, shown, size_words


class Pseudo(QTranslator):
    """A locale in which every text is longer and marked."""

    def translate(self, context: str, source: str, *_: object) -> str:
        return f"⟦{source}~~~⟧" if context == "inspector" else ""

    def isEmpty(self) -> bool:
        return False


def test_every_text_of_the_welcome_page_is_translated(qtbot, backend, tmp_path):
    pseudo = Pseudo()
    QCoreApplication.installTranslator(pseudo)
    try:
        window = MainWindow(Settings(tmp_path / "w.json"), backend)
        qtbot.addWidget(window)
        window.show()
        texts = [w.text() for kind in (QPushButton, QLabel) for w in window.welcome.findChildren(kind)]
        assert texts and all(text.startswith("⟦") for text in texts if text)
        assert all(action.text().startswith("⟦") for action in window.actions_by_id.values())
        window.close()
    finally:
        QCoreApplication.removeTranslator(pseudo)


@pytest.mark.parametrize(
    "size, words",
    [(0, "0 B"), (999, "999 B"), (1400, "1.4 kB"), (1_400_000, "1.4 MB"), (5 * 10**9, "5.0 GB")],
)
def test_sizes_are_read_by_people(size, words):
    assert size_words(size) == words


def test_what_is_shown_is_one_plain_line():
    assert shown("a\nb\u202e") == "a\\x0ab\\u202e"
    assert shown({"a": [1, None, True]}) == "a: 1, yes"
    assert label("R&D") == "R&&D"


def test_source_lines_are_numbered_and_marked(tmp_path):
    (tmp_path / "a.py").write_text("".join(f"line {n}\n" for n in range(1, 51)))
    found = excerpt(tmp_path, "a.py", 20)
    lines = found.text.split("\n")
    assert lines[found.marked] == "20  line 20" and lines[0] == "14  line 14"


def test_a_link_or_a_pipe_is_never_read(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("secret")
    root = tmp_path / "root"
    root.mkdir()
    (root / "link").symlink_to(secret)
    (root / "folder").symlink_to(tmp_path)
    os.mkfifo(root / "pipe")
    for path in ("link", "folder/secret", "pipe", "../secret", "nothing"):
        found = excerpt(root, path, 1)
        assert "secret" not in found.text.replace("../secret", "") and "cannot be read" in found.text


def test_a_line_that_is_not_there_does_not_fail(tmp_path):
    (tmp_path / "a.py").write_text("one\n")
    assert "one" in excerpt(tmp_path, "a.py", 900).text
    (tmp_path / "empty").write_bytes(b"")
    assert excerpt(tmp_path, "empty", None, 50).text
