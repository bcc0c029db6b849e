"""Opening, scanning, cancelling, closing and coming back: nothing is asked and nothing is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from time import monotonic

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton

from inspector.gui.actions import TABS
from inspector.gui.compare_dialog import CompareDialog
from inspector.gui.main_window import MainWindow
from inspector.gui.session import Phase
from inspector.gui.settings import Settings
from inspector.provenance import State
from inspector.review import Review


def visible_buttons(window):
    return [b for b in window.findChildren(QPushButton) if b.isVisible() and b.isEnabled()]


def test_the_welcome_page_offers_the_sample_by_name(window):
    names = [b.accessibleName() for b in visible_buttons(window) if b.focusPolicy() != Qt.FocusPolicy.NoFocus]
    assert any("sample" in name for name in names)


def test_the_title_names_the_program_and_the_target(window, project, qtbot, ready):
    assert "Inspector" in window.windowTitle()
    window.open(str(project))
    assert window.windowTitle() == "assistant — Provenance Inspector"
    ready(window)


def test_all_seven_tabs_stand_as_soon_as_a_target_is_open(window, project, backend, ready):
    backend.hang = True
    window.open(str(project))
    assert window.stack.currentWidget() is window.work
    assert tuple(window.tabs.tabText(place).split()[0] for place in range(window.tabs.count())) == TABS


def test_a_scan_can_be_seen_cancelled_and_says_what_it_missed(window, project, backend, qtbot, make, ready):
    told = [e for e in make.small_scan() if e["event"] != "done"]
    backend.tell([*told, {"event": "progress", "phase": "reading", "done": 4, "total": 50, "bytes": 0}])
    backend.hang = True
    window.open(str(project))
    qtbot.waitUntil(lambda: len(window.findings.rows.rows) == 4)
    assert window.session.phase is Phase.SCANNING
    assert any(b.text().startswith("Cancel") for b in visible_buttons(window))
    window.strip.cancel.click()
    ready(window)
    assert not any(b.text().startswith("Cancel") for b in visible_buttons(window))
    assert "cancelled" in window.strip.status.text()
    assert "not analysed" in window.strip.status.text()
    assert window.strip.gaps.text() == "46 not analysed" and window.strip.gaps.isVisible()
    stored = Review.open(window.session.review.path, read_only=True)
    assert any("cancelled" in item["why"] for item in stored.scan()["coverage"]["not_analysed"])
    stored.close()


def test_after_a_scan_a_text_begins_with_scanned(opened):
    assert opened.strip.status.text().startswith("Scanned 4 files")
    assert not opened.strip.cancel.isVisible()


def test_a_scan_that_breaks_off_is_never_called_scanned(window, project, backend, qtbot, make, ready):
    backend.tell([e for e in make.small_scan() if e["event"] != "done"])
    window.open(str(project))
    ready(window)
    assert "incomplete" in window.strip.status.text()
    assert any(item["path"] == "." for item in window.session.facts.not_analysed)


def test_lines_that_are_no_events_are_counted_not_passed_over(window, project, backend, qtbot, ready, make):
    backend.script.write_bytes(b'not json\n[1]\n{"event": "node"}\n' + backend.script.read_bytes())
    window.open(str(project))
    ready(window)
    assert "3 lines" in window.session.outcome
    assert len(window.session.facts.findings) == 4


def test_a_target_is_autosaved_before_its_scan_has_ended(window, project, backend):
    backend.hang = True
    window.open(str(project))
    home = Path(os.environ["INSPECTOR_HOME"])
    assert list(home.rglob("*.review"))


def test_another_process_sees_a_decision_at_once(opened, qtbot):
    opened.show_tab("Findings")
    opened.findings.table.step(1)
    opened.run("state-confirmed")
    other = Review.open(opened.session.review.path, read_only=True)
    states = [item.state for item in other.findings()]
    other.close()
    assert states.count(State.CONFIRMED) == 1


def test_decisions_stand_when_the_target_is_opened_again(opened, project, ready, qtbot):
    opened.findings.table.step(1)
    opened.run("state-confirmed")
    opened.show_welcome()
    assert opened.session is None
    opened.open(str(project))
    ready(opened)
    states = {item.finding.id: item.state for item in opened.session.facts.findings.values()}
    assert list(states.values()).count(State.CONFIRMED) == 1


def test_changed_evidence_asks_again(opened, project, backend, ready, make):
    opened.findings.table.step(1)
    key = opened.selection.finding
    opened.run("state-confirmed")
    events = make.small_scan()
    for event in events:
        if event.get("id") == key:
            event["message"], event["fingerprint"] = "Now something else.", "f" * 64
    backend.tell(events)
    opened.run("rescan")
    ready(opened)
    item = opened.session.facts.findings[key]
    assert item.ask_again and item.state is State.OPEN


def test_what_was_called_fixed_and_is_found_again_is_asked_again(opened, ready):
    opened.findings.table.step(1)
    key = opened.selection.finding
    opened.run("state-fixed")
    opened.run("rescan")
    ready(opened)
    assert opened.session.facts.findings[key].ask_again
    opened.selection.select_finding("")
    opened.selection.select_finding(key, opened.session.facts.findings[key].finding.node)
    assert "said to be fixed, and the scan finds it again" in opened.pane.decision.decided.toPlainText()


def test_the_last_review_is_offered_by_a_control_named_reopen(opened, ready, qtbot):
    opened.findings.table.step(1)
    opened.run("state-confirmed")
    opened.show_welcome()
    offer = next(b for b in visible_buttons(opened) if b.accessibleName().startswith("Reopen"))
    offer.click()
    ready(opened)
    assert any(i.state is State.CONFIRMED for i in opened.session.facts.findings.values())


def test_the_window_comes_back_where_it_stood(opened, project, ready, qtbot):
    opened.show_tab("Dependencies")
    opened.selection.select_node("package:torch")
    opened.findings.filter.setText("state:open")
    opened.show_welcome()
    opened.open(str(project))
    ready(opened)
    assert opened.tab_name() == "Dependencies"
    assert opened.findings.filter.text() == "state:open"
    qtbot.waitUntil(lambda: opened.selection.node == "package:torch")


def test_closing_asks_nothing_and_ends_the_scan(window, project, backend, qtbot):
    backend.hang = True
    window.open(str(project))
    qtbot.waitUntil(lambda: window.session._scan._process is not None)
    process = window.session._scan._process
    qtbot.waitUntil(lambda: process.processId() > 0)
    pid = process.processId()
    assert window.close()
    assert not window.isVisible()
    assert not Path(f"/proc/{pid}").exists() or _is_dead(pid)
    assert not [w for w in QApplication.topLevelWidgets() if isinstance(w, QMessageBox) and w.isVisible()]


def _is_dead(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return Path(f"/proc/{pid}/stat").read_text().split(")")[-1].split()[0] == "Z"


def test_alt_f4_closes_even_without_a_window_manager(opened, qtbot):
    qtbot.keyClick(opened, Qt.Key.Key_F4, Qt.KeyboardModifier.AltModifier)
    assert not opened.isVisible()


def test_a_folder_that_does_not_exist_is_said_in_words(window, tmp_path):
    said = []
    window.tell = said.append
    assert not window.open(str(tmp_path / "nowhere"))
    assert "nowhere" in said[0]
    assert window.session is None


def test_a_corrupt_review_is_left_alone_and_said(window, tmp_path):
    said = []
    window.tell = said.append
    broken = tmp_path / "broken.review"
    broken.write_bytes(b"no database")
    assert not window.open(str(broken))
    assert said and broken.read_bytes() == b"no database"


def test_a_corrupt_autosave_does_not_stop_a_review(window, project, backend, ready):
    path = backend.autosave_path(str(project))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"no database")
    assert window.open(str(project))
    ready(window)
    assert path.read_bytes() == b"no database"
    assert window.session.review.path != path


def test_a_dropped_folder_is_opened(window, project, ready):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(project))])
    event = QDropEvent(
        QPointF(5, 5),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    window.dropEvent(event)
    assert window.session is not None and window.session.root == project
    ready(window)


def test_a_folder_is_scanned_without_an_audit_until_the_reviewer_asks(opened, backend, ready, qtbot):
    assert "--no-audit" in backend.commands[0][1]
    opened.show_tab("Dependencies")
    opened.dependencies.ask.click()
    ready(opened)
    assert "--no-audit" not in backend.commands[1][1]


def test_no_decision_is_taken_that_the_review_could_not_keep(window, project, backend, qtbot, make):
    backend.tell([e for e in make.small_scan() if e["event"] != "done"])
    backend.hang = True
    window.open(str(project))
    qtbot.waitUntil(lambda: len(window.findings.rows.rows) == 4)
    window.findings.table.step(1)
    window.run("state-confirmed")
    assert "as soon as" in window.strip.said.text()
    assert all(item.state is State.OPEN for item in window.session.facts.findings.values())


def test_a_killed_window_has_lost_nothing(tmp_path, project, qtbot, make, backend):
    """A window in a process of its own decides, is killed with -9, and the decision is there."""
    script = tmp_path / "decide.py"
    script.write_text(
        "import sys; sys.path[:0] = sys.argv[3:]\n"
        "import inspector.gui\n"
        "from inspector.gui.app import make_application\n"
        "app = make_application()\n"
        "from inspector.gui.main_window import MainWindow\n"
        "from inspector.gui.backend import Backend\n"
        "from inspector.gui.settings import Settings\n"
        "from pathlib import Path\n"
        "events = sys.argv[2]\n"
        "class Told(Backend):\n"
        "    def scan_command(self, target, options):\n"
        "        code = 'import sys; sys.stdout.write(open(sys.argv[1]).read())'\n"
        "        return [sys.executable, '-c', code, events]\n"
        "window = MainWindow(Settings(Path(events).parent / 'w.json'), Told())\n"
        "window.show(); window.open(sys.argv[1])\n"
        "while window.session.phase.value != 'ready' or not window.findings.rows.rows: app.processEvents()\n"
        "window.findings.table.step(1); window.run('state-confirmed')\n"
        "print('decided', flush=True)\n"
        "sys.stdin.read()\n"
    )
    root = Path(__file__).parents[2]
    child = subprocess.Popen(
        [sys.executable, str(script), str(project), str(backend.script), str(root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert child.stdout is not None and child.stdin is not None
    assert child.stdout.readline().strip() == b"decided"
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdin.close()
    child.stdout.close()
    after = MainWindow(Settings(tmp_path / "after.json"), backend)
    qtbot.addWidget(after)
    after.show()
    assert after.welcome.reopen.isVisible()
    after.welcome.reopen.click()
    qtbot.waitUntil(lambda: after.session.phase is Phase.READY and bool(after.session.facts.findings))
    assert [i.state for i in after.session.facts.findings.values()].count(State.CONFIRMED) == 1
    after.close()


def test_a_scan_that_cannot_begin_is_said_and_the_one_before_stays(opened, backend, ready, qtbot):
    opened.findings.table.step(1)
    opened.run("state-confirmed")
    code = "import sys; sys.stderr.write('The hub does not answer.'); sys.exit(2)"
    backend.scan_command = lambda target, options: [sys.executable, "-I", "-c", code]
    opened.run("rescan")
    ready(opened)
    qtbot.waitUntil(lambda: len(opened.findings.rows.rows) == 4)
    assert "does not answer" in opened.strip.status.text() or "does not answer" in opened.strip.said.text()
    assert any("does not answer" in sentence for sentence in opened.session.blockers())
    assert [i.state for i in opened.session.facts.findings.values()].count(State.CONFIRMED) == 1


def test_a_first_scan_that_cannot_begin_is_never_called_scanned(window, project, backend, ready, qtbot):
    code = "import sys; sys.stderr.write('The hub does not answer.'); sys.exit(2)"
    backend.scan_command = lambda target, options: [sys.executable, "-I", "-c", code]
    window.open("hf://datasets/org/name")
    ready(window)
    assert "does not answer" in window.strip.status.text()
    assert not window.strip.status.text().startswith("Scanned")
    path = window.session.review.path
    window.show_welcome()
    window.open(str(path))
    assert window.session.target == "hf://datasets/org/name" and window.session.is_hub
    ready(window)


def test_what_a_review_leaves_out_is_left_out_again(window, project, backend, ready, tmp_path):
    path = tmp_path / "made.review"
    about = {"kind": "folder", "name": "assistant", "revision": None, "root": str(project)}
    Review.create(path, about, options={"exclude": ["data/*"], "offline": True, "no_audit": True}).close()
    window.open(str(path))
    ready(window)
    assert backend.commands[0] == (str(project), ("--no-audit", "--exclude", "data/*"))
    assert window.windowTitle().startswith("assistant")


def test_the_time_left_is_counted_from_the_beginning_of_the_scan(window, project, backend, qtbot):
    backend.tell([{"event": "progress", "phase": "reading", "done": 1, "total": 50, "bytes": 0}])
    backend.hang = True
    began = monotonic()
    window.open(str(project))
    assert began <= window.strip._began <= monotonic()
    qtbot.waitUntil(lambda: "1 of 50" in window.strip.status.text())


def test_a_scan_that_failed_says_its_last_words_and_calls_nothing_clean(window, project, backend, ready):
    words = "import sys; sys.stderr.write('first\\nMemoryError: no room\\n'); sys.exit(1)"
    backend.scan_command = lambda target, options: [sys.executable, "-I", "-c", words]
    window.open(str(project))
    ready(window)
    assert "MemoryError: no room" in window.strip.status.text()
    from inspector.gui.overview import pairs

    assert "not known" in dict(pairs(window.session))["Findings"]


def test_the_keyboard_is_in_the_tab_and_never_on_cancel(window, project, backend, qtbot):
    backend.hang = True
    window.activateWindow()
    window.open(str(project))
    qtbot.waitUntil(lambda: window.graph.panel is not None)
    qtbot.waitUntil(lambda: QApplication.focusWidget() is window.graph.panel.canvas)


def test_return_reopens_the_last_review_by_its_readable_name(opened, qtbot, ready, project):
    opened.show_welcome()
    assert opened.welcome.reopen.accessibleName() == "Reopen assistant"
    qtbot.keyClick(opened.welcome.reopen, Qt.Key.Key_Return)
    assert opened.session is not None and opened.session.target == str(project)
    ready(opened)


def says_and_ends(backend, words, code=2):
    script = f"import sys; sys.stderr.write({words!r}); sys.exit({code})"
    backend.scan_command = lambda target, options: [sys.executable, "-I", "-c", script]


def test_a_long_sentence_never_makes_the_window_wider(window, project, backend, qtbot, ready):
    before = window.width()
    sentence = "inspector: The hub cannot be reached. " + "Check the address and the network. " * 12
    says_and_ends(backend, sentence)
    window.open(str(project))
    ready(window)
    assert window.width() == before and window.minimumSizeHint().width() < 1000
    assert window.strip.status.text().startswith("The hub cannot be reached."), "without the command's name"
    canvas = window.graph.panel.canvas
    qtbot.waitUntil(lambda: canvas.message.startswith("The hub cannot be reached."))


def test_a_scan_cancelled_before_its_first_word_says_what_that_means(window, project, backend, qtbot, ready):
    backend.tell([])
    backend.hang = True
    window.open(str(project))
    qtbot.waitUntil(lambda: window.strip.cancel.isVisible())
    window.strip.cancel.click()
    ready(window)
    assert window.strip.status.text() == "Scan cancelled: nothing was analysed"


def test_a_second_scan_cancelled_at_once_leaves_the_first_and_says_so(opened, backend, qtbot, ready):
    backend.tell([])
    backend.hang = True
    opened.run("rescan")
    opened.strip.cancel.click()
    ready(opened)
    assert opened.strip.status.text() == "Scan cancelled: what is shown is the scan before"
    assert len(opened.session.facts.findings) == 4


@pytest.fixture
def storing(window, project, qtbot):
    """The window at the moment when the first scan is being saved, on the first finding."""
    phases = []
    window.open(str(project))
    window.show_tab("Findings")
    window.session.phase_changed.connect(lambda: phases.append(window.session.phase))
    qtbot.waitUntil(lambda: Phase.STORING in phases)
    window.selection.select_finding(next(iter(window.session.facts.findings)))
    assert window.session.phase is Phase.STORING
    return window


def test_a_decision_while_the_scan_is_saved_is_written_right_after(storing, ready):
    window = storing
    key = window.selection.finding
    window.run("state-confirmed")
    assert "as soon as the scan is saved" in window.strip.said.text()
    ready(window)
    assert window.session.facts.findings[key].state is State.CONFIRMED
    kept = {item.finding.id: item.state for item in window.session.review.findings()}
    assert kept[key] is State.CONFIRMED


def test_closing_while_the_scan_is_saved_loses_no_decision(storing):
    window = storing
    key = window.selection.finding
    path = window.session.review.path
    window.run("state-confirmed")
    window.close()
    kept = Review.open(path, read_only=True)
    assert {item.finding.id: item.state for item in kept.findings()}[key] is State.CONFIRMED
    kept.close()


def test_what_another_program_decides_is_shown_soon(opened, qtbot):
    key = next(iter(opened.session.facts.findings))
    other = Review.open(opened.session.review.path)
    other.decide([key], State.CONFIRMED)
    other.close()
    qtbot.waitUntil(lambda: opened.session.facts.findings[key].state is State.CONFIRMED)
    row = opened.findings.rows.rows[opened.findings.rows.place(key)]
    assert row.state is State.CONFIRMED


def test_what_the_window_itself_writes_is_not_read_back_again(opened, qtbot, monkeypatch):
    asked = []
    monkeypatch.setattr(opened.session, "_ask", lambda *words: asked.append(words))
    opened.findings.table.step(1)
    opened.run("state-confirmed")
    opened.remember()
    opened.session._look_for_others()
    assert not asked


def test_a_comparison_says_what_is_meant_and_what_was_decided_since(opened, qtbot, tmp_path):
    before = tmp_path / "before.review"
    opened.session.save_copy(before)
    qtbot.waitUntil(before.is_file)
    opened.show_tab("Findings")
    opened.findings.table.step(1)
    opened.run("state-confirmed")
    dialog = CompareDialog(opened, before, Path(opened.session.review.path))
    dialog.open()
    qtbot.waitUntil(lambda: dialog.tree.topLevelItemCount() > 0)
    told = {}
    for place in range(dialog.tree.topLevelItemCount()):
        top = dialog.tree.topLevelItem(place)
        told[top.text(0).rpartition("  ")[0]] = [top.child(row).text(0) for row in range(top.childCount())]
    assert told["Decided differently"] == [
        "high · open → confirmed · org/base · The base model is not pinned"
    ]
    assert (
        "critical · open · models/scaler.pkl · Loading this pickle runs a command" in told["Findings in both"]
    )
    dialog.reject()
