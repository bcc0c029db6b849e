"""The dialog that checks a signed record, with a real record and the real command behind it."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import pytest

from inspector.cli import run
from inspector.gui.verify_dialog import VerifyDialog, is_record
from inspector.review import Review


@pytest.fixture(scope="module")
def signed(tmp_path_factory):
    """A folder, the record of a review of it (rejected, since findings stand open), and its trust store."""
    base = tmp_path_factory.mktemp("signed")
    tree = base / "tree"
    tree.mkdir()
    (tree / "notes.txt").write_text("plain\n")
    review, key, package = base / "tree.review", base / "k.pem", base / "package"
    assert run(["review", "new", str(tree), "-o", str(review), "--offline"]) == 0
    assert run(["key", "new", str(key), "--no-passphrase"]) == 0
    trust = base / "trust.json"
    assert run(["trust", "add", str(base / "k.pub"), "--name", "Mara Holt", "--role", "reviewer",
                "--trust", str(trust)]) == 0  # fmt: skip
    for decision, out in (("rejected", package), ("approved", base / "approved")):
        if decision == "approved":
            _answer_all(review, base / "answers.json")
        assert run(["sign", str(review), "--key", str(key), "-o", str(out), "--decision", decision,
                    "--reviewer", "Mara Holt", "--valid-until", "2099-01-01"]) == 0  # fmt: skip
    return tree, package, trust


def _answer_all(review: Path, answers: Path) -> None:
    with Review.open(review) as opened:
        asked = [question.id for question in opened.questions()]
    answers.write_text(json.dumps({one: {"answer": "yes", "note": "seen"} for one in asked}))
    assert run(["review", "answer", str(review), "--from", str(answers)]) == 0


def _checked(window, qtbot, package: Path, trust: Path | None, root: str = "") -> VerifyDialog:
    dialog = VerifyDialog(window, "", root)
    qtbot.addWidget(dialog)
    dialog.record.setText(str(package))
    if trust is not None:
        dialog.trust.setText(str(trust))
    dialog.verify()
    qtbot.waitUntil(lambda: dialog._child is None)
    return dialog


def test_a_rejected_record_is_refused_in_words_and_every_check_is_listed(window, signed, qtbot):
    _, package, trust = signed
    dialog = _checked(window, qtbot, package, trust)
    assert dialog.heading.text().startswith("Refused")
    assert "rejected" in dialog.heading.text()
    assert dialog.heading.property("role") == "heading-risk"
    rows = {
        dialog.checks.topLevelItem(n).text(0): dialog.checks.topLevelItem(n).text(1)
        for n in range(dialog.checks.topLevelItemCount())
    }
    assert rows["Signature"] == "passed"
    assert rows["Decision"] == "failed"


def test_an_approved_record_is_good_until_one_byte_changes(window, signed, qtbot, tmp_path):
    tree, package, trust = signed
    approved = package.parent / "approved"
    good = _checked(window, qtbot, approved, trust, str(tree))
    assert good.heading.property("role") == "heading-good"
    assert "Mara Holt" in good.heading.text() and "2099-01-01" in good.heading.text()
    other = tmp_path / "tree"
    shutil.copytree(tree, other)
    (other / "notes.txt").write_text("plaim\n")
    bad = _checked(window, qtbot, approved, trust, str(other))
    assert bad.heading.property("role") == "heading-risk"
    assert "notes.txt" in bad.heading.text()


def test_an_unknown_signer_and_an_edited_record_are_never_good(window, signed, qtbot, tmp_path):
    _, package, trust = signed
    stranger = tmp_path / "empty.json"
    stranger.write_text(trust.read_text().replace("Mara Holt", "Somebody"))
    edited = tmp_path / "edited.dsse.json"
    envelope = json.loads((package / "review-record.dsse.json").read_text())
    envelope["payload"] = envelope["payload"][:-8] + "AAAA" + envelope["payload"][-4:]
    edited.write_text(json.dumps(envelope))
    for record, store in ((edited, trust), (package, None)):
        dialog = _checked(window, qtbot, record, store)
        assert dialog.heading.property("role") == "heading-risk"


def test_what_is_no_record_gets_the_sentence_of_the_command(window, qtbot, tmp_path):
    other = tmp_path / "other.json"
    other.write_text("[]")
    dialog = _checked(window, qtbot, other, None)
    assert dialog.heading.property("role") == "heading-risk"
    assert dialog.heading.text() and "Traceback" not in dialog.heading.text()


def test_a_record_that_compares_no_folder_says_so(window, signed, qtbot):
    tree, package, trust = signed
    without = _checked(window, qtbot, package, trust)
    assert "says nothing about any bytes" in without.remark.text()
    compared = _checked(window, qtbot, package, trust, str(tree))
    assert "says nothing about any bytes" not in compared.remark.text()


def test_a_dropped_record_is_verified_and_a_dropped_folder_is_opened(
    window, signed, qtbot, monkeypatch, tmp_path
):
    tree, package, _ = signed
    packed = tmp_path / "package.zip"
    with zipfile.ZipFile(packed, "w") as made:
        made.write(package / "review-record.dsse.json", "package/review-record.dsse.json")
    plain = tmp_path / "model.zip"
    with zipfile.ZipFile(plain, "w") as made:
        made.writestr("data.pkl", b"")
    assert is_record(package) and is_record(package / "review-record.dsse.json") and is_record(packed)
    assert not is_record(tree) and not is_record(plain) and not is_record(tmp_path / "none")
    opened: list[str] = []
    monkeypatch.setattr(window, "open", lambda name: opened.append(name))
    window.open_dropped(str(tree))
    assert opened == [str(tree)]
    window.open_dropped(str(package))
    assert opened == [str(tree)]
    dialogs = window.findChildren(VerifyDialog)
    assert [dialog.record.text() for dialog in dialogs] == [str(package)]
    for dialog in dialogs:
        dialog.reject()
