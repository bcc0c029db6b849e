"""What the window writes: copies, tables, pictures, records; each whole, and never in the wrong place."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtWidgets import QFileDialog

from inspector import resources
from inspector.gui import sign_sheet
from inspector.provenance import State


def test_signing_without_a_key_says_so(opened):
    opened.run("sign")
    assert opened.tab_name() == "Record"
    opened.record.sheet.reviewer.setText("A. Reviewer")
    opened.record.sheet.key.setEditText("")
    opened.record.sheet.sign.click()
    assert "key" in opened.record.sheet.message.toPlainText()


def test_the_package_never_goes_inside_the_target_by_itself(opened, project):
    assert not opened.record.sheet.folder.text().startswith(f"{project}/")


def test_a_copy_of_the_review_is_whole(opened, tmp_path, qtbot):
    from inspector.review import Review

    opened.findings.table.step(1)
    opened.run("state-confirmed")
    copy = tmp_path / "copy.review"
    opened.session.save_copy(copy)
    qtbot.waitUntil(copy.exists)
    qtbot.waitUntil(lambda: "copy" in opened.strip.said.text())
    review = Review.open(copy, read_only=True)
    assert [item.state for item in review.findings()].count(State.CONFIRMED) == 1
    review.close()


@pytest.mark.parametrize("installed", [True, False])
def test_the_pdf_can_be_signed_where_the_library_is_and_elsewhere_that_is_said(
    opened, monkeypatch, installed
):
    commands: list[list[str]] = []
    sheet = opened.record.sheet
    monkeypatch.setattr(sign_sheet, "find_spec", lambda name: object() if installed else None)
    monkeypatch.setattr(sign_sheet, "Child", lambda _parent, command, *_: commands.append(command))
    sheet.set_session(opened.session)
    opened.show_tab("Record")
    assert sheet.pades.isEnabled() is installed and sheet.without_pades.isVisible() is not installed
    assert not sheet.pades.isChecked(), "nobody's PDF is signed without being asked for"
    sheet.key.setEditText("key.pem")
    sheet.reviewer.setText("A. Reviewer")
    sheet.sign.click()
    sheet.pades.click()
    sheet.sign.setEnabled(True)
    sheet.sign.click()
    assert ["--pades" in one for one in commands] == [False, installed]


def test_what_a_signed_package_lacks_is_said(opened, tmp_path):
    sheet = opened.record.sheet
    sheet._signed(0, "This plugin is chatty\nwarning: no-sigstore: It is not there.\n", tmp_path)
    said = sheet.message.toPlainText()
    assert "Signed." in said and "It is not there." in said and "chatty" not in said


def test_the_findings_are_written_as_a_table(opened, tmp_path, qtbot, monkeypatch):
    from PySide6.QtWidgets import QFileDialog

    out = tmp_path / "out"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(out), ""))
    opened.run("export-findings")
    made = tmp_path / "out.csv"
    qtbot.waitUntil(lambda: "Written" in opened.strip.said.text())
    lines = made.read_text().splitlines()
    assert len(lines) >= 5 and "The base model is not pinned" in made.read_text()


def test_a_graph_that_cannot_be_written_is_said(opened, tmp_path, monkeypatch):
    from PySide6.QtWidgets import QFileDialog

    said = []
    monkeypatch.setattr(opened, "tell", said.append)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "no" / "g.svg"), ""))
    opened.run("export-graph")
    assert said and "Traceback" not in said[0]


def test_a_copy_never_takes_the_place_of_the_review_itself(opened, qtbot, monkeypatch):
    from pathlib import Path

    path = Path(opened.session.review.path)
    before = path.stat().st_ino
    with qtbot.waitSignal(opened.session.refused) as told:
        opened.session.save_copy(path)
    assert "itself" in told.args[0] and path.stat().st_ino == before


def test_what_signing_came_to_is_scrolled_into_sight(opened, qtbot):
    opened.resize(1100, 600)
    opened.show_tab("Record")
    qtbot.waitUntil(lambda: opened.record.isVisible())
    opened.record.verticalScrollBar().setValue(0)
    opened.record.sheet.key.setEditText("")
    opened.record.sheet.sign.click()
    message = opened.record.sheet.message
    qtbot.waitUntil(lambda: not message.visibleRegion().isEmpty())
    assert message.visibleRegion().boundingRect().height() == message.height()


def test_a_folder_is_looked_for_where_the_last_target_lies(opened, project, monkeypatch):
    asked = []
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *words: asked.append(words[-1]) or "")
    opened.run("open-folder")
    assert asked == [str(project.parent)]


def test_no_record_is_put_beside_the_sample_that_this_program_ships(project):
    for root, beside in ((resources.path("sample"), Path.home()), (project, project.parent)):
        session = SimpleNamespace(root=root, name="assistant")
        assert Path(sign_sheet._free_folder(session)).parent == beside
