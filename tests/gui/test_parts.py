"""Every tab shows what the scan knows, and follows one selection."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QCheckBox

from inspector.gui.theme import THEMES, contrast
from inspector.provenance import State


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


def test_the_settings_dialog_changes_the_look_at_once(opened, qtbot):
    from inspector.gui.settings_dialog import SettingsDialog

    opened.run("settings")
    dialog = opened.findChild(SettingsDialog)
    dialog.theme.setCurrentIndex(dialog.theme.findData("dark"))
    assert opened.look.tokens.name == "dark"
    dialog.close()


def test_lists_say_nothing_for_what_is_empty_and_how_many_there_are():
    from inspector.gui.texts import shown

    assert shown(["", None, "a", "b"]) == "a, b"
    assert shown([str(n) for n in range(60)]).endswith("39 … 60")


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


def test_the_graph_does_not_glide_where_the_system_asks_for_less_motion(opened, monkeypatch):
    monkeypatch.setattr("inspector.gui.graph_tab.moves", lambda: False)
    opened.look.changed.emit()
    assert opened.graph.panel.canvas.motion is False


def test_a_decision_is_shown_in_the_data_tab_once_it_is_looked_at(opened, qtbot):
    opened.show_tab("Findings")
    found = next(i for i in opened.session.facts.findings.values() if i.finding.node == "dataset:org/tickets")
    opened.session.decide([found.finding.id], State.FIXED)
    qtbot.waitUntil(lambda: not opened.data._soon.isActive())
    opened.show_tab("Data")
    rows = opened.data.rows
    qtbot.waitUntil(lambda: rows.rows[rows.place("dataset:org/tickets")]["findings"] == "1")


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
