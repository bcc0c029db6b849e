"""The sheet puts forward the decision that is due, and says why another cannot be signed."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from inspector.gui.sign_sheet import APPROVED, DECISIONS, WITH_EXCEPTIONS, SignSheet


@pytest.fixture
def sheet(qtbot):
    made = SignSheet()
    qtbot.addWidget(made)
    return made


def can_be_chosen(sheet, word):
    return bool(sheet.decision.model().item(DECISIONS.index(word)).flags() & Qt.ItemFlag.ItemIsEnabled)


def choose(sheet, word):
    sheet.decision.setCurrentText(word)
    sheet.decision.activated.emit(DECISIONS.index(word))


def test_without_exceptions_approved_is_due(sheet):
    sheet.offer(exceptions=0, blockers=0)
    assert sheet.decision.currentText() == APPROVED and sheet.due.text() == ""
    assert can_be_chosen(sheet, APPROVED)


def test_an_accepted_risk_makes_approval_with_exceptions_due_and_says_why(sheet):
    sheet.offer(exceptions=1, blockers=0)
    assert sheet.decision.currentText() == WITH_EXCEPTIONS
    assert "“approved” is not possible: a finding" in sheet.due.text()
    assert not can_be_chosen(sheet, APPROVED)
    sheet.offer(exceptions=3, blockers=0)
    assert "3 findings" in sheet.due.text()
    sheet.offer(exceptions=0, blockers=0)
    assert sheet.decision.currentText() == APPROVED, "the exception was taken back"
    assert can_be_chosen(sheet, APPROVED)


def test_what_the_reviewer_chose_stays_where_it_can_be_signed(sheet):
    sheet.offer(exceptions=0, blockers=0)
    choose(sheet, "rejected")
    sheet.offer(exceptions=2, blockers=4)
    assert sheet.decision.currentText() == "rejected"
    choose(sheet, WITH_EXCEPTIONS)
    sheet.offer(exceptions=0, blockers=0)
    assert sheet.decision.currentText() == WITH_EXCEPTIONS
    sheet.set_session(None)
    sheet.offer(exceptions=0, blockers=0)
    assert sheet.decision.currentText() == APPROVED, "another review begins anew"


def test_what_stands_against_approval_is_said_of_an_approval_alone(sheet):
    sheet.offer(exceptions=0, blockers=2)
    assert "“approved” cannot be signed yet" in sheet.due.text()
    choose(sheet, "deferred")
    assert sheet.due.text() == ""


def test_the_sheet_follows_the_decisions_of_the_review(opened, qtbot):
    from inspector.provenance import State

    opened.run("sign")
    sheet = opened.record.sheet
    assert sheet.decision.currentText() == APPROVED
    grave = next(
        key for key, item in opened.session.facts.findings.items() if item.finding.severity == "high"
    )
    opened.session.decide([grave], State.ACCEPTED, because="Only in the sandbox", expires="2999-01-01")
    qtbot.waitUntil(lambda: sheet.decision.currentText() == WITH_EXCEPTIONS)
    opened.run("undo")
    qtbot.waitUntil(lambda: sheet.decision.currentText() == APPROVED)


def test_what_was_signed_stands_in_the_dialog_that_verifies(opened, qtbot, tmp_path, monkeypatch):
    from inspector.gui import verify_dialog

    monkeypatch.setattr(verify_dialog.VerifyDialog, "verify", lambda dialog: None)
    sheet = opened.record.sheet
    opened.run("verify-record")
    empty = opened.findChild(verify_dialog.VerifyDialog)
    assert empty.record.text() == ""
    empty.done(0)
    sheet._signed(0, "", tmp_path / "package")
    assert sheet.package == tmp_path / "package"
    opened.run("verify-record")
    last = opened.findChildren(verify_dialog.VerifyDialog)[-1]
    assert last.record.text() == str(tmp_path / "package")
    last.done(0)
    sheet.set_session(None)
    assert sheet.package is None, "it belongs to the review that was open"


def test_return_after_the_passphrase_signs(opened, qtbot):
    sheet = opened.record.sheet
    opened.run("sign")
    sheet.reviewer.clear()
    sheet.passphrase.setFocus()
    qtbot.keyClick(sheet.passphrase, Qt.Key.Key_Return)
    assert sheet.message.toPlainText() == "Say who signs."
