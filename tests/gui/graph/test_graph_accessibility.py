"""What a screen reader, or another program, finds of the painted graph."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest
from PySide6.QtGui import QAccessible

from inspector.views import accessible_label
from inspector.views.interface import CARD_WIDTH


def _list(panel: Any) -> Any:
    return QAccessible.queryAccessibleInterface(panel.canvas)


def _names(panel: Any) -> list[str]:
    listing = _list(panel)
    return [listing.child(place).text(QAccessible.Text.Name) for place in range(listing.childCount())]


def test_the_graph_is_a_list_that_says_view_and_counts(make_panel: Any, samples: ModuleType) -> None:
    panel = make_panel(samples.project())
    listing = _list(panel)
    assert listing.role() == QAccessible.Role.List
    name = listing.text(QAccessible.Text.Name)
    assert name == f"Provenance graph, story view, {panel.view.shown} of 105 nodes"
    panel.show_view("map")
    panel.flush()
    assert _list(panel).text(QAccessible.Text.Name) == "Provenance graph, map view, 105 nodes"


def test_its_items_are_the_nodes_by_kind_name_and_marks(make_panel: Any, samples: ModuleType) -> None:
    nodes, edges, findings = samples.small()
    panel = make_panel((nodes, edges, findings))
    assert sorted(_names(panel)) == sorted(accessible_label(node) for node in nodes)
    assert "model acme/support-7b-instruct, pickle-based, unpinned, runs code" in _names(panel)
    assert "model-file models/ranker/scaler.pkl, pickle-based, runs code" in _names(panel)
    assert _list(panel).child(0).role() == QAccessible.Role.ListItem


def test_items_follow_the_view(make_panel: Any, samples: ModuleType) -> None:
    panel = make_panel(samples.project())
    before = _names(panel)
    panel.show_view("lineage", "model:acme/support-7b-instruct")
    after = _names(panel)
    assert after != before
    assert after == [node.spoken for node in panel.view.nodes]


def test_items_that_are_gone_are_no_longer_valid(make_panel: Any, samples: ModuleType) -> None:
    panel = make_panel(samples.project())
    last = _list(panel).child(_list(panel).childCount() - 1)
    panel.set_graph(*samples.small())
    panel.flush()
    assert not last.isValid()
    assert last.text(QAccessible.Text.Name) == ""
    assert _list(panel).child(99) is None


def test_the_selected_item_says_so(make_panel: Any, samples: ModuleType) -> None:
    panel = make_panel(samples.small())
    panel.select_node("owner:acme")
    states = {
        _list(panel).child(place).text(QAccessible.Text.Name): _list(panel).child(place).state().selected
        for place in range(_list(panel).childCount())
    }
    assert [name for name, selected in states.items() if selected] == ["owner acme"]


def test_an_item_tells_its_severity_and_place(make_panel: Any, samples: ModuleType) -> None:
    panel = make_panel(samples.small())
    place = panel.canvas.places.number["model:acme/support-7b-instruct"]
    item = _list(panel).child(place)
    assert item.text(QAccessible.Text.Description).startswith("severity critical, 2 findings")
    assert item.rect().width() >= 0.95 * CARD_WIDTH
    middle = item.rect().center()
    assert _list(panel).childAt(middle.x(), middle.y()).text(QAccessible.Text.Name) == item.text(
        QAccessible.Text.Name
    )


def test_hostile_names_are_escaped_and_one_line(make_panel: Any, samples: ModuleType) -> None:
    panel = make_panel(samples.hostile())
    names = _names(panel)
    assert "model-file <b>bold</b><img src=file:///etc/hostname>, pickle-based, unpinned" in names
    assert "model right\\u202eto-left.bin, pickle-based, unpinned" in names
    assert "package line\\x0abreak\\x09tab.pkl, pickle-based, unpinned" in names
    for name in names:
        assert len(name) < 400
        assert not set(name) & set("\n\t\x1b\u202e\u200b\u2066")


@pytest.mark.parametrize("view", ["story", "focus", "paths", "map", "lineage"])
def test_hostile_names_are_painted_in_every_view(make_panel: Any, samples: ModuleType, view: str) -> None:
    sample = samples.hostile()
    panel = make_panel(sample)
    for node in sample[0][:4]:
        panel.show_view(view, node.id if view != "map" else None)
        panel.flush()
        assert not panel.canvas.grab().isNull()


def test_tips_are_escaped(make_panel: Any, samples: ModuleType) -> None:
    from inspector.gui.graph.tips import edge_tip, node_tip

    panel = make_panel(samples.hostile())
    for node in panel.view.nodes:
        tip = node_tip(node)
        assert "<b>" not in tip and "<img" not in tip and "<i>" not in tip and "<u>" not in tip
        assert "\u202e" not in tip
    assert any("&lt;b&gt;" in node_tip(node) for node in panel.view.nodes)
    for edge in panel.view.edges:
        assert "<i>" not in edge_tip(edge, panel.canvas.places)
