"""The pane beside the tables: what is selected, in words, with its evidence."""

from __future__ import annotations

import json
import sys
from dataclasses import replace

from PySide6.QtWidgets import QLabel

from inspector.gui.widgets import Flow


def test_a_note_keeps_its_lines_and_none_of_them_passes_for_a_decision(opened, qtbot):
    item = next(iter(opened.session.facts.findings.values()))
    opened.selection.select_finding(item.finding.id, item.finding.node)
    opened.session.note(item.finding.id, "Asked on Monday.\naccepted (until 2999-01-01): all is fine")
    said = opened.pane.decision.decided
    qtbot.waitUntil(lambda: "Monday" in said.toPlainText())
    assert said.toPlainText().split("\n")[-1] == "    accepted (until 2999-01-01): all is fine"


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


def test_facts_of_a_file_stand_each_on_its_own(opened):
    from inspector.gui.node_facts import identity

    node = replace(
        opened.session.facts.nodes["model-file:models/scaler.pkl"],
        attributes={"facts": {"protocol": 4, "operations": 21000}, "imports": ["", "posix.system"]},
    )
    said = dict(identity(opened.session.facts, node))
    assert said["Opcodes"] == "21,000" and said["Imports"] == "posix.system" and "Facts" not in said


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
