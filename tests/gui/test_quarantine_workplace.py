"""The quarantine workplace in the window, over a real store in a process of its own."""

from __future__ import annotations

import os
import signal

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QPushButton, QTextEdit, QVBoxLayout, QWidget

from inspector.datasets.quarantine import Selection, Store, Verdict
from inspector.gui import quarantine_workplace
from inspector.gui.ask_bar import AskBar
from inspector.gui.look import Look
from inspector.gui.quarantine_workplace import Workplace, is_store
from inspector.gui.wrap import Wrap
from inspector.record.keys import new_key, save_key

from .quarantine_stores import MARKER, store_in  # isort: skip
from .test_accessible import unnamed  # isort: skip

WAIT = 15_000


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    monkeypatch.setattr(quarantine_workplace, "LOOK_MS", 100)


def settled(place):
    return place.entries and not place.link._waiting and place.queue.groups.rows_model.rows


def until_settled(place, qtbot):
    qtbot.waitUntil(lambda: bool(settled(place)), timeout=WAIT)


@pytest.fixture
def store_folder(tmp_path):
    return store_in(tmp_path)


@pytest.fixture
def place(qtbot, store_folder):
    """A workplace by itself, with the bar that asks below it and the store open; alice is at work."""
    top, bar = QWidget(), AskBar()
    top.bar = bar
    made = Workplace(Look(top), bar)
    column = QVBoxLayout(top)
    column.addWidget(made, 1)
    column.addWidget(bar)
    qtbot.addWidget(top)
    top.resize(1100, 900)
    top.show()
    qtbot.waitExposed(top)
    made.open_store(str(store_folder))
    until_settled(made, qtbot)
    made.signing.name.setText("alice")
    yield made
    made.close_store()


@pytest.fixture
def in_window(opened, qtbot, store_folder):
    """The workplace where it belongs, in the Data tab of the window."""
    opened.show_tab("Data")
    opened.data.open_store(str(store_folder))
    until_settled(opened.data.quarantine, qtbot)
    return opened.data.quarantine


def press(widget, qtbot, key, modifier=Qt.KeyboardModifier.NoModifier):
    qtbot.keyClick(widget, key, modifier)


def decide(place, qtbot, key, why):
    """A key in the list of groups, a reason, Return."""
    press(place.queue.groups, qtbot, key)
    bar = place.window().bar
    assert bar.isVisible()
    bar.text.setText(why)
    qtbot.keyClick(bar.text, Qt.Key.Key_Return)


def verified(place, qtbot):
    qtbot.waitUntil(lambda: place.sets._child is None, timeout=WAIT)


def group(place, key, qtbot):
    place.queue.select_group(key)
    until_settled(place, qtbot)


def test_a_store_shows_what_waits_in_groups_with_rows_as_text(place):
    said = place.states.toPlainText()
    assert (
        said.startswith("110 of 110 rows wait") and "13 flagged" in said and "10 imported-unreviewed" in said
    )
    titles = [row["title"] for row in place.queue.groups.rows_model.rows]
    assert titles[0] == f"marker-output: {MARKER}" and "tickets" in titles and "mallory\\u202etxt" in titles
    facts = place.queue.facts.toPlainText()
    assert "no verdict" in facts and "<b>Wire</b>" in facts
    assert "does not mean that the file is clean" in place.queue.limits.toPlainText()
    assert MARKER in place.queue.reader.toPlainText()
    painted = [one.cursor.selectedText() for one in place.queue.reader.extraSelections()]
    assert MARKER in painted
    head = place.queue.reader.toPlainText().splitlines()[0]
    assert head == "row 0 · flagged · u0 · 2026-01-01 08:00 UTC · tickets"
    assert unnamed(place) == []


def test_hostile_rows_stand_as_text_and_nothing_hides(place, qtbot):
    group(place, "b1", qtbot)
    place.queue.rows.select_key("20", ["20", "21", "22", "23"])
    place.queue._rows_chosen()
    text = place.queue.reader.toPlainText()
    assert "<b>bold</b><img src=x onerror=alert(1)>" in text
    assert (
        "left \\u202eright\\u202c zero\\u200bwidth" in text and "\u202e" not in text and "\u200b" not in text
    )
    assert "\\x1b[31mred" in text and "\x1b" not in text
    assert [line for line in text.splitlines() if line.startswith("row ")] == [
        line for line in text.splitlines() if line.startswith(("row 20", "row 21", "row 22", "row 23"))
    ]
    assert len(text) < 20_000 and "Not all of this row is shown" in text
    painted = [one.cursor.selectedText() for one in place.queue.reader.extraSelections()]
    assert "\\u202e" in painted and "\\x1b" in painted
    assert isinstance(place.queue.reader.extraSelections()[0], QTextEdit.ExtraSelection)
    for row in place.queue.rows.rows_model.rows:
        spoken = place.queue.rows.rows_model.spoken(row)
        assert "\n" not in spoken and "\u202e" not in spoken
    press(place.queue.rows, qtbot, Qt.Key.Key_L)
    until_settled(place, qtbot)
    assert '"prompt"' in place.queue.reader.toPlainText() and "as JSON" in place.answer_text()


def test_rows_come_page_by_page(place, qtbot):
    group(place, "b1", qtbot)
    rows = place.queue.rows.rows_model
    assert len(rows.rows) == 40 and not place.queue.back.isEnabled()
    press(place.queue.groups, qtbot, "]")
    until_settled(place, qtbot)
    assert rows.rows[0]["row"] == 40
    place.queue.forward.click()
    until_settled(place, qtbot)
    assert rows.rows[0]["row"] == 80 and len(rows.rows) == 20 and not place.queue.forward.isEnabled()
    press(place.queue.rows, qtbot, "[")
    until_settled(place, qtbot)
    assert rows.rows[0]["row"] == 40
    place.queue.state.setCurrentText("flagged")
    until_settled(place, qtbot)
    assert {row["state"] for row in rows.rows} == {"flagged"} and len(rows.rows) == 13


def test_a_group_is_rejected_by_key_with_a_reason_that_the_log_keeps(place, qtbot, store_folder):
    place.queue.groups.setFocus()
    press(place.queue.groups, qtbot, Qt.Key.Key_R)
    bar = place.window().bar
    assert bar.question.text() == "Reject as alice. Why?"
    assert f"marker-output: {MARKER}" in place.answer_text() and "(13 rows)" in place.answer_text()
    assert "13 of them were on the screen" in place.answer_text()
    qtbot.keyClick(bar.text, Qt.Key.Key_Return)
    assert bar.isVisible() and "needs a reason" in bar.problem.text()
    bar.text.setText("one phrase, one answer")
    qtbot.keyClick(bar.text, Qt.Key.Key_Return)
    until_settled(place, qtbot)
    assert "13 rows decided" in place.answer_text() and "13 rejected" in place.answer_text()
    assert "Meanwhile" not in place.answer_text()
    with Store.open(store_folder, read_only=True) as store:
        entry = store.log_entries()[-1]
    assert (entry["verdict"], entry["why"], entry["n"]) == ("reject", "one phrase, one answer", 13)
    decide(place, qtbot, Qt.Key.Key_O, "look again")
    until_settled(place, qtbot)
    assert "13 flagged" in place.answer_text()


def test_chosen_rows_are_approved_and_a_flagged_one_waits_for_a_second_person(place, qtbot):
    rows = place.queue.rows
    rows.setFocus()
    rows.select_key("1", ["1", "2", "3"])
    place.queue._rows_chosen()
    assert place.scope.currentText() == "Chosen rows: 3"
    press(rows, qtbot, Qt.Key.Key_A)
    assert place.answer_text() == "To be decided: 3 rows (1, 2, 3)"
    bar = place.window().bar
    bar.text.setText("read")
    qtbot.keyClick(bar.text, Qt.Key.Key_Return)
    until_settled(place, qtbot)
    assert "3 needs-second" in place.answer_text() and "Another person has to approve" in place.answer_text()
    assert rows.selected_keys() == ("1", "2", "3")  # a decision leaves the reviewer where they were
    assert "3 needs-second" in place.states.toPlainText()
    assert "approve by alice" in place.queue.reader.toPlainText()


def test_a_refusal_by_four_eyes_is_a_sentence_and_the_reason_stays(place, qtbot):
    place.signing.name.setText("ivan")
    decide(place, qtbot, Qt.Key.Key_A, "a long reason")
    bar = place.window().bar
    qtbot.waitUntil(lambda: bar.isVisible() and bool(bar.problem.text()), timeout=WAIT)
    assert "added, imported or contributed" in bar.problem.text() and "Another person" in bar.problem.text()
    assert bar.text.text() == "a long reason"


def test_what_another_person_does_meanwhile_is_shown_and_not_decided_over(place, qtbot, store_folder):
    group(place, "b1", qtbot)
    place._look.stop()
    press(place.queue.groups, qtbot, Qt.Key.Key_A)  # the question is asked, and bob is faster
    with Store.open(store_folder) as other:
        other.review(Selection(rows=frozenset([50, 51])), Verdict.REJECT, actor="bob", why="odd")
    bar = place.window().bar
    bar.text.setText("read")
    qtbot.keyClick(bar.text, Qt.Key.Key_Return)
    until_settled(place, qtbot)
    qtbot.waitUntil(lambda: "bob" in place.answer_text(), timeout=WAIT)
    assert "98 rows decided" in place.answer_text() and "2 rows not touched" in place.answer_text()
    assert "Meanwhile: bob — reject 2 rows: odd" in place.answer_text()
    with Store.open(store_folder, read_only=True) as store:
        assert store.rows(first=50, most=1)[0]["state"] == "rejected"


def test_a_change_from_elsewhere_is_noticed_and_the_place_is_kept(place, qtbot, store_folder):
    place.queue.rows.select_key("5")
    place._look.setInterval(50)
    with Store.open(store_folder) as other:
        other.review(Selection(rows=frozenset([5])), Verdict.REJECT, actor="bob", why="odd")
    qtbot.waitUntil(lambda: "Meanwhile: bob" in place.answer_text(), timeout=WAIT)
    until_settled(place, qtbot)
    assert place.queue.rows.current_key() == "5"
    assert "1 rejected" in place.states.toPlainText()


def test_keys_of_findings_and_undo_do_nothing_to_findings_here(in_window, qtbot):
    place = in_window
    window = place.window()
    key = next(iter(window.session.facts.findings))
    window.selection.select_finding(key, window.session.facts.findings[key].finding.node)
    place.queue.rows.setFocus()
    for pressed in (Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_G, Qt.Key.Key_M):
        press(place.queue.rows, qtbot, pressed)
    press(place.queue.rows, qtbot, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert {item.state.value for item in window.session.facts.findings.values()} == {"open"}
    assert "Reopen" in place.answer_text()
    press(place.queue.rows, qtbot, Qt.Key.Key_J)
    assert place.queue.rows.current_key() == "1"
    place.queue.reader.setFocus()  # nor from the text of a row, where keys of the workplace work too
    press(place.queue.reader, qtbot, Qt.Key.Key_2)
    assert {item.state.value for item in window.session.facts.findings.values()} == {"open"}
    press(place.queue.reader, qtbot, Qt.Key.Key_J)
    assert place.queue.rows.current_key() == "2"
    press(place.queue.reader, qtbot, Qt.Key.Key_R)
    assert window.bar.isVisible() and "Reject as" in window.bar.question.text()


def test_decisions_are_signed_once_the_passphrase_was_given(place, qtbot, store_folder, tmp_path):
    path = tmp_path / "alice.pem"
    save_key(new_key(), path, b"open sesame")
    place.signing.key.setEditText(str(path))
    press(place.queue.groups, qtbot, Qt.Key.Key_R)
    assert not place.window().bar.isVisible()  # first the key
    qtbot.waitUntil(lambda: place.signing.ask.isVisible(), timeout=WAIT)
    for text in ("wrong", "open sesame"):
        place.signing.passphrase.setText(text)
        place.signing.open_key.click()
        until_settled(place, qtbot)
        assert place.signing.passphrase.text() == ""
    assert "signed with the key" in place.signing.state.text()
    decide(place, qtbot, Qt.Key.Key_R, "odd")
    until_settled(place, qtbot)
    with Store.open(store_folder, read_only=True) as store:
        entry = store.log_entries()[-1]
    assert entry["actor"] == {"name": "alice", "auth": "signed"}
    assert entry["signature"]["keyid"] == place.signing.keyid


def test_sample_promote_verify_withdraw_log_and_rules(place, qtbot, store_folder):
    press(place.queue.groups, qtbot, Qt.Key.Key_S)
    bar = place.window().bar
    bar.text.setText("20")
    qtbot.keyClick(bar.text, Qt.Key.Key_Return)
    until_settled(place, qtbot)
    assert "95 % confidence" in place.answer_text() and "Sampling alone" in place.answer_text()
    assert place.queue.group()["kind"] == "sample" and len(place.queue.rows.rows_model.rows) == 20
    group(place, "c1", qtbot)
    decide(place, qtbot, Qt.Key.Key_A, "read")
    until_settled(place, qtbot)
    place.show_page("sets")
    until_settled(place, qtbot)
    assert place.sets.promote.isEnabled()
    place.sets.promote.click()
    until_settled(place, qtbot)
    assert "promoted into the set" in place.sets.result.text()
    (made,) = place.sets.table.rows_model.rows
    place.sets.table.setCurrentIndex(place.sets.table.rows_model.index(0, 0))
    place.sets.verify_set.click()
    verified(place, qtbot)
    assert made["id"] in place.sets.result.text() and "holds" in place.sets.result.text()
    assert place.sets.words.toPlainText() and place.sets.result.property("role") == "heading"
    place.sets.withdraw.click()
    bar.text.setText("one row was wrong")
    qtbot.keyClick(bar.text, Qt.Key.Key_Return)
    until_settled(place, qtbot)
    assert "withdrawn" in place.sets.result.text() and not place.sets.promote.isEnabled()
    place.sets.verify(made["id"])
    verified(place, qtbot)
    assert "Refused" in place.sets.result.text() and place.sets.result.property("role") == "heading-risk"
    place.show_page("log")
    until_settled(place, qtbot)
    assert place.log.table.rows_model.rows[0]["what"] == "withdraw"
    assert place.log.note.toPlainText().startswith("provenance-inspector/quarantine/")
    place.show_page("policy")
    until_settled(place, qtbot)
    assert "A row that a screening flagged is approved by 2 people" in place.policy.words.toPlainText()
    assert "No key is enrolled" in place.policy.words.toPlainText()
    assert unnamed(place) == []


def test_a_check_holds_against_what_was_kept_elsewhere_and_refuses_a_changed_store(
    place, qtbot, store_folder
):
    kept = store_folder.parent / "checkpoint.kept"
    kept.write_bytes((store_folder / "checkpoint").read_bytes())
    place.sets.checkpoint.setText(str(kept))
    place.sets.pubkey.setText(str(store_folder / "log.pub"))
    place.sets.verify("")
    verified(place, qtbot)
    assert place.sets.result.property("role") == "heading-good" and "holds" in place.sets.result.text()
    batch = next(one for one in (store_folder / "batches").iterdir() if b"question 51" in one.read_bytes())
    batch.chmod(0o644)
    batch.write_bytes(batch.read_bytes().replace(b"question 51", b"question XX"))
    place.sets.verify("")
    verified(place, qtbot)
    assert place.sets.result.property("role") == "heading-risk" and "Refused" in place.sets.result.text()


def test_a_program_that_cannot_run_its_modules_does_the_same_in_a_thread(
    place, qtbot, monkeypatch, store_folder
):
    from inspector.gui import quarantine_link

    monkeypatch.setattr(quarantine_link, "module_command", lambda module: None)
    place.open_store(str(store_folder))
    until_settled(place, qtbot)
    place.signing.name.setText("alice")
    decide(place, qtbot, Qt.Key.Key_R, "odd")
    until_settled(place, qtbot)
    assert "13 rejected" in place.answer_text() and place.link._process is None


@pytest.mark.skipif(os.name != "posix", reason="stops a process by a signal")
def test_a_killed_process_is_said_and_the_store_opens_again(place, qtbot, store_folder):
    told = []
    os.kill(place.link._process.processId(), signal.SIGSTOP)
    place.link.ask("stamp", lambda answer, problem: told.append((answer, problem["code"])))
    os.kill(place.link._process.processId(), signal.SIGKILL)
    qtbot.waitUntil(lambda: told == [(None, "ended")], timeout=WAIT)
    qtbot.waitUntil(lambda: "ended unexpectedly" in place.answer_text(), timeout=WAIT)
    assert not place.link.is_open and place.closed.isVisible()
    place.open_store(str(store_folder))
    until_settled(place, qtbot)
    assert "110 of 110" in place.states.toPlainText()


def test_the_store_comes_back_with_the_review_and_in_the_recent_list(
    in_window, qtbot, project, ready, store_folder
):
    place = in_window
    window = place.window()
    window.show_welcome()
    assert not place.link.is_open
    window.open(str(project))
    ready(window)
    assert window.data.part_name() == "quarantine"
    window.show_tab("Data")
    until_settled(in_window, qtbot)
    assert place.path == str(store_folder) and place.recent() == [str(store_folder)]


def test_a_dropped_store_is_opened_and_another_folder_is_not_taken(opened, qtbot, store_folder, tmp_path):
    opened.show_tab("Data")
    assert is_store(store_folder) and not is_store(tmp_path)
    for path, wanted in ((tmp_path, False), (store_folder, True)):
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path))])
        event = QDropEvent(
            QPoint(5, 5),
            Qt.DropAction.CopyAction,
            data,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
        event.ignore()
        opened.data.dropEvent(event)
        assert event.isAccepted() is wanted
    until_settled(opened.data.quarantine, qtbot)
    assert opened.data.part_name() == "quarantine"


def test_a_store_dropped_anywhere_in_the_window_is_opened_in_the_data_tab(opened, qtbot, store_folder):
    opened.show_tab("Findings")
    opened.open_dropped(str(store_folder))
    until_settled(opened.data.quarantine, qtbot)
    assert opened.tabs.currentWidget() is opened.data and opened.data.part_name() == "quarantine"


def test_what_is_no_store_is_said_and_nothing_stays_open(opened, qtbot, tmp_path):
    opened.show_tab("Data")
    place = opened.data.quarantine
    opened.data.open_store(str(tmp_path / "<b>none</b>"))
    qtbot.waitUntil(lambda: "no quarantine store" in place.answer_text(), timeout=WAIT)
    assert "<b>none</b>" in place.answer_text() and not place.link.is_open and place.closed.isVisible()
    assert unnamed(opened.data) == []


def test_the_window_never_stands_still_while_the_store_works(opened, qtbot, watchdog, store_folder):
    opened.show_tab("Data")
    place = opened.data.quarantine
    watchdog.start()
    opened.data.open_store(str(store_folder))
    until_settled(place, qtbot)
    for key in ("b1", "s1", "b2", "b1"):
        group(place, key, qtbot)
    place.queue.rows.selectAll()
    place.signing.name.setText("alice")
    decide(place, qtbot, Qt.Key.Key_R, "odd")
    until_settled(place, qtbot)
    place.show_page("log")
    until_settled(place, qtbot)
    place.close_store()
    qtbot.wait(50)
    watchdog.stop()


def test_buttons_go_on_in_the_next_line_where_there_is_no_room(qtbot):
    host = QWidget()
    qtbot.addWidget(host)
    buttons = [QPushButton(f"button {number}") for number in range(4)]
    line = Wrap(*buttons, gap=4)
    host.setLayout(line)
    one = line.heightForWidth(2000)
    assert line.heightForWidth(buttons[0].sizeHint().width()) == 4 * one + 3 * 4
    assert line.minimumSize().width() == max(button.minimumSizeHint().width() for button in buttons)
    buttons[3].hide()
    host.resize(buttons[0].sizeHint().width() * 2 + 4, 200)
    host.show()
    qtbot.waitExposed(host)
    assert buttons[1].y() == buttons[0].y() < buttons[2].y()
    assert line.count() == 4 and line.takeAt(3).widget() is buttons[3] and line.itemAt(3) is None
