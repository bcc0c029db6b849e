"""Every tab and pane shows what the scan knows, and follows one selection."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QCheckBox, QFileDialog, QLabel

from inspector import resources
from inspector.gui import quarantine_lists, sign_sheet
from inspector.gui.actions import ACTIONS, TABS, VIEWS
from inspector.gui.palette import Palette
from inspector.gui.theme import THEMES, contrast
from inspector.gui.widgets import Flow
from inspector.provenance import State


def test_every_action_has_a_handler_and_no_two_share_a_key(window):
    keys = [key for action in ACTIONS for key in action.keys]
    assert len(keys) == len(set(keys))
    assert len({action.id for action in ACTIONS}) == len(ACTIONS)
    assert all(action.help for action in ACTIONS)


def test_ctrl_and_a_digit_open_the_tabs(opened, qtbot):
    for number in (7, 6, 5, 4, 3, 2, 1):
        qtbot.keyClick(opened, getattr(Qt.Key, f"Key_{number}"), Qt.KeyboardModifier.ControlModifier)
        assert opened.tab_name() == TABS[number - 1]


def test_typing_map_into_the_palette_opens_the_map(opened, qtbot):
    qtbot.keyClick(opened, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(opened, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    palette = opened.findChild(Palette)
    qtbot.keyClicks(palette.line, "map")
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    assert opened.tab_name() == "Graph" and opened.graph.current_view() == "map"


def test_the_palette_opens_every_view(opened, qtbot):
    for view in VIEWS:
        opened.run("palette")
        palette = opened.findChildren(Palette)[-1]
        palette.line.setText(view)
        qtbot.keyClick(palette.line, Qt.Key.Key_Return)  # it waits until the search is through
        qtbot.waitUntil(lambda view=view: opened.graph.current_view() == view)


def test_the_palette_finds_nodes_and_findings(opened, qtbot):
    opened.run("palette")
    palette = opened.findChild(Palette)
    palette.line.setText("org/tick")
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: opened.selection.node == "dataset:org/tickets")
    opened.run("palette")
    palette = opened.findChildren(Palette)[-1]
    palette.line.setText("runs a command")
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: opened.selection.node == "model-file:models/scaler.pkl")


def test_escape_leaves_the_palette_and_the_keyboard_goes_back(opened, qtbot):
    opened.show_tab("Findings")
    opened.run("palette")
    palette = opened.findChild(Palette)
    qtbot.keyClick(palette.line, Qt.Key.Key_Escape)
    assert not palette.isVisible() and opened.findings.table.hasFocus()


def test_a_palette_that_finds_nothing_says_so(opened, qtbot):
    opened.run("palette")
    palette = opened.findChild(Palette)
    palette.line.setText("zzqqzz")
    qtbot.waitUntil(palette.nothing.isVisible)
    assert "Nothing is called so" in palette.nothing.text() and not palette.list.isVisible()
    palette.line.setText("map")
    qtbot.waitUntil(palette.list.isVisible)
    assert not palette.nothing.isVisible()


def test_a_note_keeps_its_lines_and_none_of_them_passes_for_a_decision(opened, qtbot):
    item = next(iter(opened.session.facts.findings.values()))
    opened.selection.select_finding(item.finding.id, item.finding.node)
    opened.session.note(item.finding.id, "Asked on Monday.\naccepted (until 2999-01-01): all is fine")
    said = opened.pane.decision.decided
    qtbot.waitUntil(lambda: "Monday" in said.toPlainText())
    assert said.toPlainText().split("\n")[-1] == "    accepted (until 2999-01-01): all is fine"


def test_a_ticked_box_shows_a_tick_in_every_theme(window):
    for theme in ("light", "dark", "contrast"):
        window.settings.put("theme", theme)
        window.dress()
        box = QCheckBox("a box", window)
        box.show()
        pictures = []
        for ticked, enabled in ((True, True), (True, False), (False, False)):
            box.setChecked(ticked)
            box.setEnabled(enabled)
            pictures.append(box.grab().toImage().copy(0, 0, 20, box.height()))
        colours = {pictures[0].pixelColor(x, y).name() for x in range(3, 13) for y in range(20)}
        tick = QColor(THEMES[theme].accent_ink).name()
        assert THEMES[theme].accent in colours, theme
        assert any(contrast(tick, one) < 1.3 for one in colours), f"{theme}: no tick in {sorted(colours)}"
        assert pictures[1] != pictures[2], f"{theme}: ticked and not are one where it is disabled"
        box.deleteLater()


def test_a_very_long_name_leaves_room_for_what_is_said_of_it(window, project, backend, make, ready, qtbot):
    name = "models/" + "a-long-folder/" * 60 + "weights.bin"
    backend.tell([
        make.file(name), make.node("project", "assistant"), make.node("model-file", name, pin="local"),
        make.done(1),
    ])  # fmt: skip
    window.open(str(project))
    ready(window)
    window.selection.select_node(f"model-file:{name}")
    qtbot.waitUntil(lambda: "weights.bin" in window.pane.title.toPlainText())
    assert len(window.pane.title.toPlainText()) <= 160 and "…" in window.pane.title.toPlainText()
    words = [flow.toPlainText() for flow in window.pane.findChildren(Flow)]
    assert name in words, "the whole name stands among the facts"


def test_what_is_selected_in_one_place_is_selected_in_all(opened, qtbot):
    opened.selection.select_node("model-file:models/scaler.pkl")
    qtbot.waitUntil(lambda: opened.pane.title.toPlainText() == "models/scaler.pkl")
    assert opened.inventory.model.node_at(opened.inventory.tree.currentIndex()).id == opened.selection.node
    assert opened.files.table.current_key() == "models/scaler.pkl"
    assert opened.findings.table.current_key() == opened.selection.finding
    assert opened.graph.panel.selected_node() in (opened.selection.node, None)


def test_the_inventory_counts_and_filters(opened, qtbot):
    model = opened.inventory.model
    spoken = Qt.ItemDataRole.AccessibleTextRole
    titles = [model.index(row, 0).data(spoken) for row in range(model.rowCount())]
    assert "Model files  2 · 1 at risk" in titles
    opened.inventory.filter.setText("pickle")
    qtbot.waitUntil(
        lambda: (
            "Model files  1 of 2 · 1 at risk"
            in [model.index(row, 0).data(spoken) for row in range(model.rowCount())]
        )
    )
    row = model.index_of("model-file:models/scaler.pkl")
    assert "pickle-based" in row.data(Qt.ItemDataRole.AccessibleTextRole)


def test_the_pane_says_pin_and_loading_in_words(opened, qtbot):
    opened.selection.select_node("model-file:models/scaler.pkl")
    qtbot.waitUntil(lambda: opened.pane.title.toPlainText() == "models/scaler.pkl")
    from inspector.gui.widgets import Flow

    said = " ".join(flow.toPlainText() for flow in opened.pane.content.findChildren(Flow))
    assert "runs-code: code runs when this is loaded" in said
    assert "ab" * 32 in said
    marks = [label.text() for label in opened.pane.content.findChildren(QLabel)]
    assert "pickle-based" in marks and "runs code" in marks


def test_the_evidence_marks_the_line(opened, qtbot):
    opened.selection.select_node("model:org/base")
    text = opened.pane.evidence.text
    qtbot.waitUntil(lambda: "3  model = from_pretrained" in text.toPlainText())
    marks = text.extraSelections()
    assert marks[0].cursor.block().text() == "3  model = from_pretrained('org/base')"


def test_bytes_are_shown_where_there_is_no_line(opened, qtbot):
    opened.selection.select_node("model-file:models/scaler.pkl")
    places = opened.pane.evidence.places
    qtbot.waitUntil(lambda: places.itemText(0) == "What loading this would do")
    places.setCurrentIndex(0)
    places.setCurrentIndex(1)
    qtbot.waitUntil(lambda: "80 04 63 70" in opened.pane.evidence.text.toPlainText())


def test_a_pickle_is_explained_without_asking(opened, backend, qtbot):
    answer = json.dumps({"summary": ["It imports posix.system."]})
    code = f"import sys; sys.stdout.write({answer!r})"
    backend.explain_command = lambda file: [sys.executable, "-I", "-c", code]
    opened.selection.select_node("model-file:models/scaler.pkl")
    text = opened.pane.evidence.text
    qtbot.waitUntil(lambda: text.toPlainText() == "It imports posix.system.")
    assert opened.pane.evidence.places.currentText() == "What loading this would do"


def test_moving_on_stops_the_explanation_that_waits(opened, backend, qtbot):
    asked = []
    backend.explain_command = lambda file: asked.append(file) or [sys.executable, "-I", "-c", ""]
    opened.selection.select_node("model-file:models/scaler.pkl")
    qtbot.waitUntil(lambda: opened.pane.evidence._settled.isActive())
    opened.selection.select_node("model:org/base")
    qtbot.waitUntil(lambda: not opened.pane.evidence._settled.isActive())
    assert asked == []


def test_a_file_is_explained_by_a_child_process(opened, backend, qtbot):
    answer = {
        "summary": ["Loading it calls posix.system."],
        "calls": [{"callable": "posix.system", "arguments": ["echo \u202e"], "offset": 0, "member": None}],
        "imports": ["posix.system"],
        "source": None,
        "listing": [{"offset": 0, "op": "PROTO", "argument": 4}],
    }
    code = f"import sys; sys.stdout.write({json.dumps(json.dumps(answer))})"
    asked = []
    backend.explain_command = lambda file: asked.append(file) or [sys.executable, "-I", "-c", code]
    opened.selection.select_node("model-file:models/scaler.pkl")
    qtbot.waitUntil(lambda: opened.pane.evidence.explain.isVisible())
    opened.run("explain")
    text = opened.pane.evidence.text
    qtbot.waitUntil(lambda: "posix.system(echo \\u202e)" in text.toPlainText())
    assert asked[0].endswith("models/scaler.pkl")


def test_an_explanation_that_fails_is_a_warning_not_a_pass(opened, backend, qtbot):
    backend.explain_command = lambda file: [sys.executable, "-I", "-c", "import os; os.abort()"]
    opened.selection.select_node("model-file:models/scaler.pkl")
    qtbot.waitUntil(lambda: opened.pane.evidence.explain.isVisible())
    opened.pane.evidence.explain.click()
    qtbot.waitUntil(lambda: "not as a pass" in opened.pane.evidence.text.toPlainText())


def test_files_put_the_dangerous_first_and_list_the_gaps(opened, qtbot):
    paths = [row["path"] for row in opened.files.rows.rows]
    assert paths[0] == "models/scaler.pkl"
    opened.strip.gaps.click()
    assert opened.tab_name() == "Files"
    assert [row["path"] for row in opened.files.rows.rows] == ["models/old.bin"]


def test_dependencies_are_never_green_while_one_is_not_audited(opened):
    assert opened.dependencies.audit.property("role") != "good"
    assert "1 not-audited" in opened.dependencies.audit.text()
    assert "requirements.txt" in opened.dependencies.remark.text()


def test_dependencies_are_good_only_when_all_were_asked_about(window, project, backend, make, ready):
    events = make.small_scan()
    for event in events:
        if event["event"] == "package":
            event["audit"] = "no-advisory"
        if event["event"] == "done":
            event["audit"] = {"source": "pip-audit", "as_of": "2026-01-01", "complete": True}
    backend.tell(events)
    window.open(str(project))
    ready(window)
    assert window.dependencies.audit.property("role") == "good"


def test_data_shows_rows_and_contributors(opened):
    row = next(row for row in opened.data.rows.rows if row["id"] == "dataset-file:data/tickets.jsonl")
    assert row["rows"] == "1,200" and row["contributors"] == "user"
    assert any(row["marks"] == "unpinned" for row in opened.data.rows.rows)


def test_the_checklist_takes_answers_and_undoes_them(opened, qtbot):
    opened.show_tab("Checklist")
    page = opened.checklist
    assert page.rows.rows and page.rows.rows[0].answer is None
    page.detail.note.setText("Seen in the contract")
    page.detail.answers["yes"].click()
    assert page.rows.rows[0].answer == "yes" and page.rows.rows[0].note == "Seen in the contract"
    opened.run("undo")
    assert page.rows.rows[0].answer is None
    assert not any(button.isChecked() for button in page.detail.answers.values())


def test_an_unknown_answer_is_never_green(opened):
    first = opened.checklist.rows.rows[0]
    for tokens in THEMES.values():
        opened.look.set(tokens, 1.0)
        for answer in ("unknown", "partial", "no", None):
            assert opened.checklist._colour(replace(first, answer=answer)) != tokens.good


def test_the_record_tab_says_what_stands_against_approval(opened, qtbot):
    opened.show_tab("Record")
    assert "against approval" in opened.record.verdict.text()
    assert "models/old.bin" in opened.record.gaps.toPlainText()
    assert opened.session.review.record_id in opened.record.scope.toPlainText()


def test_signing_without_a_key_says_so(opened):
    opened.run("sign")
    assert opened.tab_name() == "Record"
    opened.record.sheet.reviewer.setText("A. Reviewer")
    opened.record.sheet.key.setEditText("")
    opened.record.sheet.sign.click()
    assert "key" in opened.record.sheet.message.toPlainText()


def test_the_package_never_goes_inside_the_target_by_itself(opened, project):
    assert not opened.record.sheet.folder.text().startswith(f"{project}/")


def test_the_themes_and_the_scale_dress_everything(opened):
    for theme in THEMES:
        opened.run(f"theme-{theme}")
        assert opened.look.tokens.name == theme
        assert opened.graph.panel._tokens.name == theme
    opened.run("larger")
    assert opened.look.scale == 1.1
    opened.run("normal-size")
    assert opened.look.scale == 1.0


def test_present_mode_steps_through_the_marked_findings(opened, qtbot):
    from inspector.gui.present import Present

    opened.show_tab("Findings")
    opened.findings.table.step(1)
    opened.run("mark")
    opened.run("present")
    show = opened.findChild(Present)
    assert show.steps == [opened.selection.finding]
    qtbot.keyClick(show, Qt.Key.Key_Right)
    assert show.title.toPlainText() == "The base model is not pinned"
    qtbot.keyClick(show, Qt.Key.Key_Escape)
    assert opened.isVisible()


def test_a_hub_id_is_checked_before_anything_is_asked(window, qtbot):
    from inspector.gui.hub_dialog import HubDialog

    dialog = HubDialog(window)
    qtbot.addWidget(dialog)
    for text in ("", "a/b/c", "../etc", "a b"):
        dialog.id.setText(text)
        dialog.accept()
        assert dialog.result() == 0
    dialog.kind.setCurrentText("dataset")
    dialog.id.setText("org/name")
    dialog.revision.setText("v1.0")
    dialog.accept()
    assert dialog.result() == 1 and dialog.target() == "hf://datasets/org/name@v1.0"


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


def test_the_settings_dialog_changes_the_look_at_once(opened, qtbot):
    from inspector.gui.settings_dialog import SettingsDialog

    opened.run("settings")
    dialog = opened.findChild(SettingsDialog)
    dialog.theme.setCurrentIndex(dialog.theme.findData("dark"))
    assert opened.look.tokens.name == "dark"
    dialog.close()


def test_the_key_sheet_names_every_key(opened):
    from inspector.gui.key_sheet import KeySheet

    opened.run("key-sheet")
    sheet = opened.findChild(KeySheet)
    texts = " ".join(label.text() for label in sheet.findChildren(QLabel))
    assert "Ctrl+K" in texts and "Next finding" in texts and "pickle-based" in texts
    assert "QUARANTINE" in texts and "Show the chosen row whole" in texts
    named = {label.text() for label in sheet.findChildren(QLabel)}
    assert set(quarantine_lists.KEYS) <= named, "and every key of the quarantine workplace"
    sheet.close()


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


def test_the_pane_sums_up_the_target_while_nothing_is_selected(opened, qtbot):
    from inspector.gui.overview import pairs

    said = dict(pairs(opened.session))
    assert said["Target"] == "assistant"
    assert said["Findings"] == "1 critical, 1 high, 1 medium, 1 low"
    assert said["Not analysed"] == "1"
    assert said["Packages"] == "1 no-advisory, 1 not-audited"
    assert opened.pane.summary.isVisible()


def test_an_edge_of_the_graph_shows_what_it_was_seen_in(opened, qtbot):
    opened.selection.select_node("model:org/base")
    qtbot.waitUntil(lambda: opened.pane.title.toPlainText() == "org/base")
    edges = tuple(e for e in opened.session.facts.edges.values() if e.target == "model:org/base")
    opened.pane.show_edge(edges)
    assert opened.pane.evidence.places.currentText() == "app/train.py:3"
    qtbot.waitUntil(lambda: "3  model = from_pretrained" in opened.pane.evidence.text.toPlainText())


def test_lists_say_nothing_for_what_is_empty_and_how_many_there_are():
    from inspector.gui.texts import shown

    assert shown(["", None, "a", "b"]) == "a, b"
    assert shown([str(n) for n in range(60)]).endswith("39 … 60")


def test_facts_of_a_file_stand_each_on_its_own(opened):
    from inspector.gui.node_facts import identity

    node = replace(
        opened.session.facts.nodes["model-file:models/scaler.pkl"],
        attributes={"facts": {"protocol": 4, "operations": 21000}, "imports": ["", "posix.system"]},
    )
    said = dict(identity(opened.session.facts, node))
    assert said["Opcodes"] == "21,000" and said["Imports"] == "posix.system" and "Facts" not in said


def test_paths_have_the_most_room_in_the_files_tab(opened, qtbot):
    opened.show_tab("Files")
    header = opened.files.table.horizontalHeader()
    shown_now = [n for n in range(header.count()) if not header.isSectionHidden(n)]
    widths = {opened.files.rows.columns[n].title: header.sectionSize(n) for n in shown_now}
    assert max(widths, key=widths.get) == "Path"
    assert not opened.files.table.horizontalScrollBar().isVisible()


def test_data_says_how_many_findings_and_the_worst(opened):
    row = next(item for item in opened.data.rows.rows if item["name"] == "org/tickets")
    assert row["findings"] == "1, worst medium"
    opened.data.toggle_term("findings:worst", True)
    assert [item["name"] for item in opened.data.rows.rows] == ["org/tickets"]


def test_an_edge_that_is_chosen_shows_the_line_it_was_seen_in(opened, qtbot):
    panel = opened.graph.panel
    opened.run("view-map")
    panel.flush()
    placed = next(
        edge
        for edge in panel.view.edges
        if (edge.source, edge.target) == ("code:app/train.py", "model:org/base")
    )
    panel.edge_selected.emit(placed)
    qtbot.waitUntil(lambda: opened.pane.evidence.places.currentText() == "app/train.py:3")
    qtbot.waitUntil(lambda: "3  model = from_pretrained" in opened.pane.evidence.text.toPlainText())


def test_return_on_a_node_of_the_graph_opens_its_neighbourhood(opened, qtbot):
    opened.run("view-story")
    opened.graph.panel.node_activated.emit("model:org/base")
    assert opened.graph.current_view() == "focus"
    qtbot.waitUntil(lambda: opened.pane.title.toPlainText() == "org/base")


def test_the_graph_does_not_glide_where_the_system_asks_for_less_motion(opened, monkeypatch):
    monkeypatch.setattr("inspector.gui.graph_tab.moves", lambda: False)
    opened.look.changed.emit()
    assert opened.graph.panel.canvas.motion is False


def test_prose_above_source_lines_is_wrapped_and_the_line_is_still_marked(opened, qtbot):
    from inspector.provenance import Evidence

    long = "The model is named here. " * 12
    opened.pane.evidence.show_places([Evidence(path="app/train.py", line=3, text=long)], "", "")
    text = opened.pane.evidence.text
    qtbot.waitUntil(lambda: "3  model = from_pretrained" in text.toPlainText())
    prose = text.toPlainText().partition("\n\n")[0]
    assert " ".join(prose.split()) == long.strip() and max(map(len, prose.splitlines())) < 100
    marks = text.extraSelections()
    assert marks[0].cursor.block().text() == "3  model = from_pretrained('org/base')"


def test_source_that_the_evidence_repeats_is_shown_once(opened, qtbot):
    from inspector.provenance import Evidence

    item = Evidence(path="app/train.py", line=3, text="model=from_pretrained( 'org/base' )\nprint(model)")
    opened.pane.evidence.show_places([item], "", "")
    text = opened.pane.evidence.text
    qtbot.waitUntil(lambda: "3  model = from_pretrained" in text.toPlainText())
    assert text.toPlainText().count("print(model)") == 1


def test_a_long_name_never_pushes_the_decisions_out_of_the_pane(window, project, backend, make, qtbot, ready):
    long = "scripts/" + "transformers_and_more/" * 6 + "run.py"
    backend.tell(
        [
            *[event for event in make.small_scan() if event["event"] != "done"],
            make.node("code", long, pin="local"),
            make.edge(f"code:{long}", "model:org/base", "references"),
            make.done(4),
        ]
    )
    window.open(str(project))
    ready(window)
    window.selection.select_node("model:org/base")
    qtbot.waitUntil(lambda: window.pane.title.toPlainText() == "org/base")
    assert window.pane.widget().width() <= window.pane.viewport().width()


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


def test_return_leads_from_the_filter_to_the_first_row_and_on_to_its_evidence(opened, qtbot):
    opened.show_tab("Files")
    page = opened.files
    page.filter.setFocus()
    page.filter.setText("scaler")
    qtbot.waitUntil(lambda: len(page.rows.rows) == 1)
    qtbot.keyClick(page.filter, Qt.Key.Key_Return)
    assert page.table.hasFocus() and page.table.current_key() == "models/scaler.pkl"
    qtbot.waitUntil(lambda: opened.pane.title.toPlainText() == "models/scaler.pkl")
    qtbot.keyClick(page.table, Qt.Key.Key_Return)
    assert opened.pane.evidence.text.hasFocus()


def test_return_on_a_package_shows_what_stands_around_it(opened, qtbot):
    opened.show_tab("Dependencies")
    qtbot.waitUntil(lambda: bool(opened.dependencies.rows.rows))
    opened.dependencies.table.step(0)
    qtbot.keyClick(opened.dependencies.table, Qt.Key.Key_Return)
    assert opened.tab_name() == "Graph" and opened.graph.current_view() == "focus"


def test_a_decision_is_shown_in_the_data_tab_once_it_is_looked_at(opened, qtbot):
    opened.show_tab("Findings")
    found = next(i for i in opened.session.facts.findings.values() if i.finding.node == "dataset:org/tickets")
    opened.session.decide([found.finding.id], State.FIXED)
    qtbot.waitUntil(lambda: not opened.data._soon.isActive())
    opened.show_tab("Data")
    rows = opened.data.rows
    qtbot.waitUntil(lambda: rows.rows[rows.place("dataset:org/tickets")]["findings"] == "1")


def test_a_folder_is_looked_for_where_the_last_target_lies(opened, project, monkeypatch):
    asked = []
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *words: asked.append(words[-1]) or "")
    opened.run("open-folder")
    assert asked == [str(project.parent)]


def test_no_record_is_put_beside_the_sample_that_this_program_ships(project):
    for root, beside in ((resources.path("sample"), Path.home()), (project, project.parent)):
        session = SimpleNamespace(root=root, name="assistant")
        assert Path(sign_sheet._free_folder(session)).parent == beside


def test_a_target_opened_before_the_graph_was_made_gives_it_the_keyboard(window, project, ready, qtbot):
    assert window.graph.panel is None
    window.open(str(project))
    ready(window)
    qtbot.waitUntil(lambda: window.graph.panel is not None)
    qtbot.waitUntil(lambda: window.graph.isAncestorOf(QApplication.focusWidget()))


def test_return_presses_the_button_that_has_the_keyboard(opened, qtbot):
    opened.run("sign")
    sheet = opened.record.sheet
    sheet.new_key.setFocus()
    qtbot.keyClick(sheet.new_key, Qt.Key.Key_Return)
    assert "Type a passphrase" in sheet.message.toPlainText() and sheet.passphrase.hasFocus()
    opened.show_tab("Checklist")
    yes = opened.checklist.detail.answers["yes"]
    yes.setFocus()
    qtbot.keyClick(yes, Qt.Key.Key_Enter)
    assert yes.isChecked() and opened.checklist.detail.question.answer == "yes"
    opened.show_tab("Findings")
    chip = next(iter(opened.findings.chips.values()))
    chip.setFocus()
    qtbot.keyClick(chip, Qt.Key.Key_Return)
    assert chip.isChecked() and opened.findings.filter.text()


def test_rows_that_come_after_the_selection_show_what_is_selected(opened, qtbot):
    for page, node, key in (
        (opened.data, "dataset:org/tickets", "dataset:org/tickets"),
        (opened.files, "model-file:models/scaler.pkl", "models/scaler.pkl"),
    ):
        rows = list(page._all)
        page.set_all([])
        qtbot.waitUntil(lambda page=page: not page.rows.rows)
        opened.selection.select_node(node)
        page.set_all(rows)
        qtbot.waitUntil(lambda page=page: bool(page.rows.rows))
        assert page.table.selected_keys() == (key,)
