"""Qt's own checker goes over every model, empty, filled, filtered and changed."""

from __future__ import annotations

import pytest
from PySide6.QtTest import QAbstractItemModelTester

FATAL = QAbstractItemModelTester.FailureReportingMode.Fatal


@pytest.mark.parametrize("page", ["findings", "files", "dependencies", "data", "checklist"])
def test_the_rows_of_a_tab_are_a_sound_model(window, project, ready, qtbot, page):
    part = getattr(window, page)
    tester = QAbstractItemModelTester(part.rows, FATAL)
    window.open(str(project))
    ready(window)
    part.filter.setText("no such thing")
    part.refilter()
    part.filter.setText("")
    part.refilter()
    part.table.sort_wanted.emit(1)
    part.table.sort_wanted.emit(1)
    assert part.rows.rowCount() > 0
    assert tester.model() is part.rows


def test_decisions_keep_the_model_sound(opened, qtbot):
    tester = QAbstractItemModelTester(opened.findings.rows, FATAL)
    opened.show_tab("Findings")
    for _ in range(4):
        opened.findings.table.step(1)
        opened.run("state-confirmed")
    opened.run("undo")
    assert tester.model().rowCount() == 4


def test_the_inventory_is_a_sound_model(window, project, ready, qtbot):
    model = window.inventory.model
    tester = QAbstractItemModelTester(model, FATAL)
    window.open(str(project))
    ready(window)
    qtbot.waitUntil(lambda: model.rowCount() > 5)
    window.inventory.filter.setText("pickle")
    qtbot.waitUntil(lambda: model.rowCount() == 10 or model.index_of("package:numpy").isValid() is False)
    window.inventory.filter.setText("")
    qtbot.waitUntil(lambda: model.index_of("package:numpy").isValid())
    index = model.index_of("package:numpy")
    assert model.node_at(index).name == "numpy" and tester.model() is model
    assert model.parent(index).data().startswith("Dependencies")
