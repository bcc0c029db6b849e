"""``inspector screenshot``: the real window in a picture, and nothing of the reviewer's touched."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from inspector.cli import screenshot
from inspector.gui import picture
from inspector.gui.backend import Backend
from inspector.provenance import InspectorError


@pytest.fixture
def told(monkeypatch, backend):
    monkeypatch.setattr(
        Backend, "scan_command", lambda self, target, options: backend.scan_command(target, options)
    )
    monkeypatch.setattr(picture, "SETTLE_SECONDS", 0.05)
    return backend


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    screenshot.register(parser.add_subparsers())
    return parser.parse_args(["screenshot", *words])


@pytest.mark.parametrize("view", ["story", "map", "findings", "record"])
def test_a_view_becomes_a_picture_of_the_size_asked_for(told, project, tmp_path, qapp, view):
    out = tmp_path / "out.png"
    arguments = parsed(str(project), "--view", view, "--size", "1000x700", "--theme", "dark", "-o", str(out))
    assert screenshot.run(arguments) == 0
    image = QImage(str(out))
    assert (image.width(), image.height()) == (1000, 700)
    assert len({image.pixel(x, y) for x in range(0, 1000, 10) for y in range(0, 700, 10)}) > 5


def test_the_scale_makes_more_pixels_of_the_same_picture(told, project, tmp_path, qapp):
    out = tmp_path / "out.png"
    words = ("--view", "files", "--size", "800x600", "--scale", "2", "-o", str(out))
    screenshot.run(parsed(str(project), *words))
    assert QImage(str(out)).width() == 1600


def test_a_node_can_be_selected_by_name_and_a_wrong_one_is_said(told, project, tmp_path, qapp):
    out = tmp_path / "out.png"
    words = ("--view", "focus", "--size", "800x600", "-o", str(out))
    screenshot.run(parsed(str(project), "--select", "org/base", *words))
    assert out.exists()
    with pytest.raises(InspectorError, match="nobody"):
        screenshot.run(parsed(str(project), "--select", "nobody", *words))


def test_a_target_that_is_not_there_is_said(told, tmp_path, qapp):
    with pytest.raises(InspectorError, match="nowhere"):
        screenshot.run(parsed(str(tmp_path / "nowhere"), "--view", "story", "-o", str(tmp_path / "o.png")))


def test_no_review_is_left_behind(told, project, tmp_path, qapp):
    screenshot.run(parsed(str(project), "--view", "data", "--size", "800x600", "-o", str(tmp_path / "o.png")))
    assert not list(Path(os.environ["INSPECTOR_HOME"]).rglob("*.review"))
    assert not list(Path(os.environ["INSPECTOR_HOME"]).rglob("window.json"))


@pytest.mark.parametrize("words", [("--size", "10x10"), ("--size", "axb"), ("--scale", "0"), ("--view", "x")])
def test_wrong_numbers_are_usage_errors(words, capsys):
    with pytest.raises(SystemExit) as ended:
        parsed("target", "--view", "story", "-o", "x.png", *words)
    assert ended.value.code == 2


def test_the_selected_node_stays_selected_in_a_picture_of_the_findings(opened):
    from inspector.gui.picture import _select, _show

    about = [item.finding.node for item in opened.session.facts.findings.values()]
    last = opened.findings.rows.rows[-1].finding.node
    assert len(set(about)) > 1
    _select(opened, last)
    _show(opened, "findings")
    assert opened.selection.node == last


def test_a_picture_names_no_folder_key_or_user_of_this_machine(tmp_path, monkeypatch, project, qapp):
    from inspector.gui import picture

    seen = []

    def read(window, _out, _scale):
        sheet = window.record.sheet
        fields = (sheet.reviewer.text(), sheet.key.currentText(), sheet.folder.text())
        seen.append("\n".join((window.record.scope.toPlainText(), *fields)))

    monkeypatch.setattr(picture, "_write", read)
    picture.take(
        str(project), "record", tmp_path / "x.png", select=None, theme="light", size=(1000, 700), scale=1.0
    )
    assert "assistant.review" in seen[0] and "A. Reviewer" in seen[0]
    assert str(tmp_path) not in seen[0] and "/" not in seen[0].replace("inspector/", "")
