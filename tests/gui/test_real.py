"""Once through for real: the scan, the explanation and the signature of the command line, from the window."""

from __future__ import annotations

import json

import pytest

from inspector.gui.main_window import MainWindow
from inspector.gui.session import Phase
from inspector.gui.settings import Settings
from inspector.provenance import State


@pytest.fixture
def real(qtbot, project, tmp_path):
    window = MainWindow(Settings(tmp_path / "window.json"))
    qtbot.addWidget(window)
    window.show()
    assert window.open(str(project))
    qtbot.waitUntil(lambda: window.session.phase is Phase.READY, timeout=60000)
    yield window
    window.close()


def test_a_folder_is_scanned_explained_decided_and_signed(real, project, tmp_path, qtbot):
    assert real.strip.status.text().startswith("Scanned")
    assert real.session.node_of_path("models/scaler.pkl") is not None
    real.selection.select_node("model-file:models/scaler.pkl")
    qtbot.waitUntil(real.pane.evidence.explain.isVisible)
    real.run("explain")
    text = real.pane.evidence.text
    qtbot.waitUntil(lambda: text.toPlainText() and "Reading" not in text.toPlainText(), timeout=30000)
    real.show_tab("Findings")
    real.findings.table.step(1)
    real.run("state-confirmed")
    assert State.CONFIRMED in {item.state for item in real.session.facts.findings.values()}
    sheet = real.record.sheet
    real.run("sign")
    sheet.passphrase.setText("a long passphrase")
    sheet.new_key.click()
    qtbot.waitUntil(lambda: sheet.key.currentText().endswith(".pem"))
    sheet.reviewer.setText("A. Reviewer")
    sheet.folder.setText(str(tmp_path / "package"))
    sheet.decision.setCurrentText("approved")
    sheet.sign.click()
    qtbot.waitUntil(sheet.sign.isEnabled, timeout=60000)
    assert "Not signed" in sheet.message.toPlainText()
    assert not (tmp_path / "package").exists()
    sheet.decision.setCurrentText("rejected")
    sheet.sign.click()
    qtbot.waitUntil(sheet.sign.isEnabled, timeout=60000)
    assert "Signed" in sheet.message.toPlainText()
    envelope = json.loads((tmp_path / "package" / "review-record.dsse.json").read_text())
    assert envelope["signatures"]
    assert "inspector verify" in sheet.verify.text()
    assert sheet.passphrase.text() == ""
