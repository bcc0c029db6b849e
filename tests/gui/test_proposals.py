"""What earlier records and bills of materials propose, as the window shows it and as it is adopted."""

from __future__ import annotations

import gc
import json
from pathlib import Path

import pytest
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QFileDialog

from inspector.cli import run
from inspector.gui import proposals_work, storing
from inspector.gui.findings_page import without_proposed
from inspector.gui.proposals_dialog import ProposalsDialog
from inspector.gui.proposals_panel import MOST_OFFERS, ProposalPanel
from inspector.gui.proposals_work import Offer, origin_words
from inspector.gui.session import Phase
from inspector.provenance import InspectorError, State
from inspector.review import Review
from inspector.review.proposals import Import, Origin, Proposal

NASTY = "<img src=x onerror=alert(1)>\u202e\nAdopted.\x1b[2J & <b>fine</b>"
FIRST, SECOND, THIRD, FOURTH = (f"{number:012x}" for number in range(1, 5))


def origin(letter: str = "a", **more) -> Origin:
    known = {"file": "old.json", "title": "urn:uuid:1 of assistant, approved", "signature": "verified"}
    return Origin("record", letter * 64, **{**known, "signer": "Mara Holt", "keyid": "12" * 16, **more})


def accepted(key: str = FIRST, number: int = 1, **more) -> Proposal:
    known = {"word": "accepted", "text": "Only in the sandbox", "expires": "2999-01-01", "owner": "Ops"}
    return Proposal("finding", key, **{**known, "fingerprint": f"{number:064x}", **more})


def taken(window, qtbot, *proposals: Proposal, by: Origin | None = None) -> None:
    """What another program's import leaves in the review that is open."""
    with_before = len(window.session.proposals._offers), window.session.proposals._sum
    window.session.review.take_import(Import(by or origin(), tuple(proposals)))
    window.session.read_proposals()
    told = window.session.proposals
    qtbot.waitUntil(lambda: (len(told._offers), told._sum) != with_before)


def select(window, qtbot, key: str) -> ProposalPanel:
    item = window.session.facts.findings[key]
    window.selection.select_finding(key, item.finding.node)
    qtbot.waitUntil(lambda: window.pane._node is not None and window.pane._node.id == item.finding.node)
    qtbot.wait(1)
    return window.pane.decision.proposals


def state(window, key: str) -> State:
    return window.session.facts.findings[key].state


def test_a_proposal_stands_beside_its_finding_and_decides_nothing(opened, qtbot):
    panel = select(opened, qtbot, FIRST)
    assert not panel.isVisible()
    taken(opened, qtbot, accepted())
    qtbot.waitUntil(panel.isVisible)
    (row,) = panel.rows
    words = row.text.toPlainText()
    assert "accepted until 2999-01-01, Ops" in words and "“Only in the sandbox”" in words
    assert f"record {'a' * 12}, signed by “Mara Holt”, verified" in words
    assert state(opened, FIRST) is State.OPEN and opened.session.review.decisions() == []
    assert not select(opened, qtbot, SECOND).isVisible(), "nothing is proposed for the other"


def test_adopting_decides_and_undo_takes_it_back(opened, qtbot):
    taken(opened, qtbot, accepted())
    panel = select(opened, qtbot, FIRST)
    qtbot.waitUntil(panel.isVisible)
    (row,) = panel.rows
    name = QAccessible.queryAccessibleInterface(row.adopt).text(QAccessible.Text.Name)
    assert name == f"Adopt accepted, proposed by record {'a' * 12}, signed by “Mara Holt”, verified"
    row.adopt.click()
    item = opened.session.facts.findings[FIRST]
    assert (item.state, item.expires, item.owner) == (State.ACCEPTED, "2999-01-01", "Ops")
    assert item.because.startswith("Only in the sandbox [taken over from record aaaa")
    qtbot.waitUntil(lambda: row.remark.text() == "Adopted.")
    assert not row.adopt.isVisible()
    opened.run("undo")
    assert state(opened, FIRST) is State.OPEN
    qtbot.waitUntil(row.adopt.isVisible)
    opened.run("redo")
    assert state(opened, FIRST) is State.ACCEPTED


def test_the_key_adopts_for_all_selected_findings_as_one_step(opened, qtbot):
    taken(opened, qtbot, accepted(), accepted(SECOND, 2, word="confirmed", expires=None))
    opened.selection.select_finding(FIRST, "model-file:models/scaler.pkl", (FIRST, SECOND, THIRD))
    opened.run("adopt")
    assert [state(opened, key) for key in (FIRST, SECOND, THIRD)] == [
        State.ACCEPTED, State.CONFIRMED, State.OPEN,
    ]  # fmt: skip
    opened.run("undo")
    assert {state(opened, key) for key in (FIRST, SECOND)} == {State.OPEN}


def test_undoing_the_import_takes_its_proposals_off_the_window(opened, qtbot):
    taken(opened, qtbot, accepted())
    panel = select(opened, qtbot, FIRST)
    qtbot.waitUntil(panel.isVisible)
    opened.run("undo")
    qtbot.waitUntil(lambda: not panel.isVisible())
    opened.run("redo")
    qtbot.waitUntil(panel.isVisible)


def test_different_proposals_each_have_their_button_and_the_key_asks_which(opened, qtbot):
    taken(opened, qtbot, accepted())
    taken(opened, qtbot, accepted(word="false-positive", expires=None, text="No"), by=origin("b"))
    panel = select(opened, qtbot, FIRST)
    qtbot.waitUntil(lambda: len(panel.rows) == 2)
    opened.run("adopt")
    assert state(opened, FIRST) is State.OPEN
    assert "Different things are proposed" in opened.strip.said.text()
    assert "false-positive" in panel.rows[0].text.toPlainText(), "the latest stands first"
    panel.rows[1].adopt.click()
    assert state(opened, FIRST) is State.ACCEPTED


def test_a_proposal_that_no_longer_applies_says_so_and_has_no_button(opened, qtbot):
    taken(opened, qtbot, accepted(fingerprint="f" * 64), accepted(SECOND, 2, expires="2001-01-01"))
    for key, why in ((FIRST, "the evidence changed"), (SECOND, "its date has passed")):
        panel = select(opened, qtbot, key)
        qtbot.waitUntil(lambda panel=panel, why=why: panel.isVisible() and why in panel.rows[0].remark.text())
        assert "no longer applies" in panel.rows[0].remark.text()
        assert not panel.rows[0].adopt.isVisible()
        opened.run("adopt")
        assert state(opened, key) is State.OPEN
        assert opened.strip.said.text() == "Nothing that could be adopted is proposed here."


def test_a_question_shows_its_proposal_and_adopts_it(opened, qtbot):
    question = opened.session.questions[0].id
    taken(opened, qtbot, Proposal("question", question, "partial", "Half of it"))
    opened.show_tab("Checklist")
    opened.checklist.table.select_key(question)
    panel = opened.checklist.detail.proposals
    qtbot.waitUntil(panel.isVisible)
    assert "“Half of it”" in panel.rows[0].text.toPlainText()
    assert opened.checklist._proposed(opened.session.questions[0]) == "partial"
    opened.run("adopt")
    answered = opened.session.questions[0]
    assert answered.answer == "partial" and answered.note.startswith("Half of it [taken over from")
    assert panel.rows[0].remark.text() == "Adopted."
    opened.run("undo")
    assert opened.session.questions[0].answer is None and panel.rows[0].adopt.isVisible()


def test_what_documents_claim_of_a_component_stands_with_its_facts(opened, qtbot):
    claim = Proposal("node", "package:numpy", licences=("BSD-3-Clause", NASTY), supplier="NumPy", how="purl")
    opened.selection.select_node("package:numpy")
    taken(opened, qtbot, claim, by=origin(signature="unsigned", signer=""))
    grid = opened.pane.grid

    def said() -> dict[str, str]:
        rows = [(grid.itemAtPosition(n, 0), grid.itemAtPosition(n, 1)) for n in range(grid.rowCount())]
        return {a.widget().text(): b.widget().toPlainText() for a, b in rows if a and b}

    qtbot.waitUntil(lambda: "Claimed" in said())
    words = said()["Claimed"]
    assert words.startswith("licence BSD-3-Clause, <img") and "supplier NumPy" in words
    assert words.endswith("not signed)") and "\u202e" not in words and "\n" not in words
    assert opened.session.review.decisions() == []


def test_in_the_data_tab_the_key_adopts_nothing(opened, qtbot):
    """There A approves rows, and a finding that nobody looks at must not be decided on by it."""
    taken(opened, qtbot, accepted())
    select(opened, qtbot, FIRST)
    opened.show_tab("Data")
    opened.run("adopt")
    assert state(opened, FIRST) is State.OPEN and "Go to the finding first" in opened.strip.said.text()


def test_what_a_document_says_stands_as_plain_text(opened, qtbot):
    by = origin(signature="unverified", signer="<b>Ana</b>\n”, verified", title=NASTY, file=NASTY, keyid="")
    taken(opened, qtbot, accepted(text=NASTY, owner=NASTY), by=by)
    panel = select(opened, qtbot, FIRST)
    qtbot.waitUntil(panel.isVisible)
    words = panel.rows[0].text.toPlainText()
    assert len(words.split("\n")) == 3, "no line of its own comes from the document"
    assert "\u202e" not in words and "\x1b" not in words and "<b>fine</b>" in words
    first = words.split("\n")[0]
    assert "<b>Ana</b>" in first and first.endswith(", verified”, not verified:")
    assert first.count("”") == 1, "a name does not leave its quotes"
    assert "\n" not in panel.rows[0].adopt.accessibleName()
    assert panel.rows[0].adopt.toolTip().startswith("Makes it your own")


def test_the_filter_knows_what_is_proposed(opened, qtbot):
    taken(opened, qtbot, accepted(), accepted(SECOND, 2))
    page = opened.findings

    def listed(text: str) -> set[str]:
        page.filter.setText(text)
        qtbot.waitUntil(lambda: not page._later.isActive() and not page._slices.busy)
        return {row.finding.id for row in page.rows.rows}

    assert listed("proposed:yes") == {FIRST, SECOND}
    assert page.chips["proposed:yes"].isChecked()
    assert listed("proposed:yes severity:critical") == {FIRST}
    assert listed("proposed:no") == listed("-proposed:yes") == {THIRD, FOURTH}
    listed("proposed:perhaps")
    assert "There is no proposed:perhaps." in page.remark.text()
    assert "open · proposed" in page._state(opened.session.facts.findings[FIRST])


def test_the_words_proposed_are_taken_out_of_a_filter_and_nothing_else():
    assert without_proposed('a "proposed:yes" proposed:yes -state:open') == (
        'a "proposed:yes" -state:open',
        True,
    )
    assert without_proposed("proposed:no proposed:yes") == ("", None)
    with pytest.raises(InspectorError):
        without_proposed("proposed:maybe")


def test_many_proposals_for_one_finding_do_not_fill_the_pane(qtbot):
    panel = ProposalPanel()
    qtbot.addWidget(panel)
    offers = [
        Offer("finding", FIRST, "confirmed", "", None, "", {"kind": "spdx", "sha256": f"{n:064x}"}, "[]", "")
        for n in range(9)
    ]
    panel.show_offers(offers, "open", "")
    assert len(panel.rows) == MOST_OFFERS and panel.more.text() == f"and {9 - MOST_OFFERS} more"
    panel.show_offers(offers[:1], "open", "")
    assert [row.isVisible() for row in panel.rows] == [True, False, False, False]


def test_where_imports_are_long_a_child_adopts_and_later_steps_wait(opened, qtbot, monkeypatch):
    monkeypatch.setattr("inspector.gui.review_work.ADOPT_AT_ONCE", 0)
    taken(opened, qtbot, accepted())
    session = opened.session
    assert session.adopt([FIRST], "a" * 64)
    assert state(opened, FIRST) is State.OPEN
    session.undo()  # pressed at once: it is the adoption that it takes back, not what was before
    qtbot.waitUntil(lambda: len(session.review.history()) > 1 and session._adopting is None)
    steps = [one for one in session.review.history() if "Took" in one["what"] and one["touched"]]
    assert [(one["what"][:9], one["undone"]) for one in steps] == [("Took 1 pr", False), ("Took over", True)]
    assert state(opened, FIRST) is State.OPEN
    session.redo()
    assert state(opened, FIRST) is State.ACCEPTED


def test_an_adoption_that_the_window_was_closed_on_is_written(opened, qtbot, monkeypatch):
    monkeypatch.setattr("inspector.gui.review_work.ADOPT_AT_ONCE", 0)
    taken(opened, qtbot, accepted())
    path = Path(opened.session.review.path)
    assert opened.session.adopt([FIRST])
    opened.close_target()
    with Review.open(path, read_only=True) as review:
        assert [one.state for one in review.decisions()] == [State.ACCEPTED]


def test_a_refused_adoption_of_a_child_is_said_and_changes_nothing(opened, qtbot, monkeypatch):
    monkeypatch.setattr("inspector.gui.review_work.ADOPT_AT_ONCE", 0)
    taken(opened, qtbot, accepted())
    said: list[str] = []
    opened.session.refused.connect(said.append)
    assert opened.session.adopt([SECOND])
    qtbot.waitUntil(lambda: bool(said))
    assert "Nothing is proposed" in said[0] and state(opened, SECOND) is State.OPEN


def test_long_imports_do_not_hold_up_the_window(window, backend, project, make, ready, qtbot, watchdog):
    """Thousands of proposals of a tiring length each: told by a child, taken in slices."""
    number = 3000
    events = [one for one in make.small_scan() if one["event"] != "finding"]
    found = [make.finding(n, "model:org/base") for n in range(1, number + 1)]
    backend.tell([*events[:-1], *found, events[-1]])
    assert window.open(str(project))
    ready(window)
    many = tuple(accepted(f"{n:012x}", n, text="x" * 300) for n in range(1, number + 1))
    window.session.review.take_import(Import(origin(), many))
    del many
    gc.collect()  # what the test made is not the window's to clear away
    watchdog.start()
    window.session.read_proposals()
    qtbot.waitUntil(lambda: len(window.session.proposals) == number)
    qtbot.wait(20)
    watchdog.stop()
    assert window.session.proposals.weight > proposals_work.ADOPT_AT_ONCE
    assert window.session.adopt([FIRST], "a" * 64)
    assert window.session._adopting is not None, "a child reads them once more, not the window"
    qtbot.waitUntil(lambda: state(window, FIRST) is State.ACCEPTED)


# --- the dialog ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def earlier(tmp_path_factory):
    """A signed record of some other folder, its trust store, and a CycloneDX file."""
    base = tmp_path_factory.mktemp("earlier")
    tree = base / "tree"
    tree.mkdir()
    (tree / "notes.txt").write_text("plain\n")
    review, key = base / "tree.review", base / "k.pem"
    assert run(["review", "new", str(tree), "-o", str(review), "--offline"]) == 0
    with Review.open(review) as opened:
        answers = {one.id: {"answer": "yes", "note": "seen"} for one in opened.questions()}
        opened.answer_all(answers)
    assert run(["key", "new", str(key), "--no-passphrase"]) == 0
    trust = base / "trust.json"
    assert run(["trust", "add", str(base / "k.pub"), "--name", "Mara Holt", "--role", "reviewer",
                "--trust", str(trust)]) == 0  # fmt: skip
    package = base / "package"
    assert run(["sign", str(review), "--key", str(key), "-o", str(package), "--decision", "rejected",
                "--reviewer", "Mara Holt", "--valid-until", "2099-01-01"]) == 0  # fmt: skip
    bom = {"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [
        {"type": "library", "name": NASTY, "version": "1", "purl": "pkg:pypi/numpy@9.9"},
    ]}  # fmt: skip
    (base / "bom.json").write_text(json.dumps(bom))
    return package / "review-record.dsse.json", trust, base / "bom.json"


def ended(opened, qtbot, dialog: ProposalsDialog) -> ProposalsDialog:
    qtbot.waitUntil(lambda: dialog.another.isEnabled())
    return dialog


def test_the_action_reads_a_file_and_says_what_came_of_it(opened, qtbot, earlier, monkeypatch):
    record, trust, _ = earlier
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(record), ""))
    opened.run("take-proposals")
    (dialog,) = opened.findChildren(ProposalsDialog)
    ended(opened, qtbot, dialog)
    words = dialog.words.toPlainText()
    number = len(opened.session.questions)
    assert dialog.heading.text().startswith(f"{number} proposals from record ")
    assert dialog.heading.text().endswith("said to be signed by “Mara Holt”, not verified")
    assert f"questions: {number}" in words and "own trust store" in words and "(0 keys)" in words
    assert "Nothing was decided or answered" in words
    assert all(one.answer is None for one in opened.session.questions)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(trust), ""))
    dialog.another.click()
    ended(opened, qtbot, dialog)
    assert dialog.heading.text().endswith("signed by “Mara Holt”, verified")
    assert f"trust store {trust}" in dialog.words.toPlainText()
    key = opened.session.questions[0].id
    qtbot.waitUntil(
        lambda: [o.origin["signature"] for o in opened.session.proposals.of("question", key)] == ["verified"],
        timeout=60_000,
    )
    dialog.reject()


def test_what_is_left_aside_is_listed_as_plain_text(opened, qtbot, earlier):
    dialog = ended(opened, qtbot, ProposalsDialog(opened, opened.session, earlier[2]))
    assert dialog.heading.text().startswith("0 proposals from CycloneDX file ")
    rows = [dialog.left.topLevelItem(n).text(0) for n in range(dialog.left.topLevelItemCount())]
    assert len(rows) == 1 and "\u202e" not in rows[0] and "\n" not in rows[0]
    assert "not signed in a way" in dialog.words.toPlainText()
    assert not dialog.show_them.isVisible()
    dialog.reject()


def test_a_file_that_is_nothing_of_this_kind_is_refused_in_a_sentence(opened, qtbot, tmp_path):
    path = tmp_path / "what.json"
    steps = len(opened.session.review.history())
    for content in (b"", b"[" * 5000, b"\x80\x04cposix\nsystem\n.", b"<bom/>", b"{}"):
        path.write_bytes(content)
        dialog = ended(opened, qtbot, ProposalsDialog(opened, opened.session, path))
        assert dialog.heading.text().startswith("Nothing was taken. "), content
        assert "what.json" in dialog.heading.text() and "Traceback" not in dialog.heading.text()
        assert dialog.heading.property("role") == "heading-risk"
        dialog.reject()
    assert len(opened.session.review.history()) == steps


def test_a_dialog_that_is_closed_ends_the_reading(opened, qtbot, earlier):
    dialog = ProposalsDialog(opened, opened.session, earlier[0])
    assert opened.session.proposals.reading
    dialog.reject()
    assert not opened.session.proposals.reading
    again = ended(opened, qtbot, ProposalsDialog(opened, opened.session, earlier[0]))
    assert "proposals from record" in again.heading.text()
    again.reject()


def test_while_a_scan_runs_or_where_no_child_starts_nothing_is_taken(opened, qtbot, earlier, monkeypatch):
    opened.session.phase = Phase.SCANNING
    dialog = ProposalsDialog(opened, opened.session, earlier[0])
    assert dialog.heading.text() == "Nothing was taken. This can be done as soon as the scan has ended."
    opened.session.phase = Phase.READY
    dialog.reject()
    monkeypatch.setattr("inspector.gui.side_work.module_command", lambda *_: ["no-such-program", "x"])
    dialog = ended(opened, qtbot, ProposalsDialog(opened, opened.session, earlier[0]))
    assert dialog.heading.text().startswith("Nothing was taken. ")
    dialog.reject()


def test_a_name_without_a_signer_is_not_called_signed_by_anybody():
    assert origin_words({"kind": "spdx", "sha256": "c" * 64}) == f"SPDX file {'c' * 12}, not signed"
    words = origin_words({"kind": "record", "sha256": "c" * 64, "signature": "unverified", "signer": ""})
    assert words == f"record {'c' * 12}, said to be signed, not verified"


def test_storing_tells_proposals_only_of_what_is_here(opened, qtbot, capsys):
    opened.session.review.take_import(Import(origin(), (accepted(), accepted("f" * 12))))
    assert storing.main(["proposed", str(opened.session.review.path)]) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["event"] for one in events] == [
        "proposals-begin", "proposals-origin", "proposed", "proposals-end",
    ]  # fmt: skip
    assert events[2]["key"] == FIRST
