"""The graph panel in use: views, selection, keys, history, legend, scale and themes."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QLabel, QToolButton, QWidget

from inspector.gui.theme import CONTRAST, DARK, LIGHT, THEMES

BASE = "model:acme/support-7b-instruct"
ROOT = "project:support-assistant"


def _middle(panel: Any, key: str) -> QPoint:
    node = panel.canvas.places.node(key)
    return panel.canvas.position_of(QPointF(node.x + node.w / 2, node.y + node.h / 2)).toPoint()


def test_it_begins_with_the_story(make_panel: Any, samples: ModuleType) -> None:
    panel = make_panel(samples.project())
    assert panel.current_view() == "story"
    assert panel.heading.text().endswith("of 105 nodes")
    assert panel.heading.text() == panel.view.heading


def test_an_empty_panel_says_so(make_panel: Any) -> None:
    panel = make_panel()
    assert panel.canvas.message == "No nodes yet"
    assert panel.view.nodes == ()


@pytest.mark.parametrize("name", ["Story", "Focus", "Paths", "Map", "Lineage"])
def test_a_button_named_as_the_view_opens_it(
    qtbot: Any, make_panel: Any, samples: ModuleType, name: str
) -> None:
    panel = make_panel(samples.project())
    button = next(item for item in panel.findChildren(QToolButton) if item.accessibleName() == name)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    panel.flush()
    assert panel.current_view() == name.lower()
    assert button.isChecked()
    wanted = "105 nodes" if name == "Map" else "of 105 nodes"
    assert wanted in panel.heading.text()


def test_every_control_has_a_name(make_panel: Any, samples: ModuleType) -> None:
    panel = make_panel(samples.project())
    for widget in panel.findChildren(QWidget):
        if widget.focusPolicy() != Qt.FocusPolicy.NoFocus and not isinstance(widget, QLabel):
            assert widget.accessibleName() or getattr(widget, "text", str)(), widget


def test_labels_render_no_markup(make_panel: Any, samples: ModuleType) -> None:
    panel = make_panel(samples.hostile())
    panel.show_view("focus", "project:<i>proj</i>\u202e\x1b")
    assert panel.heading.textFormat() == Qt.TextFormat.PlainText
    assert panel.heading.text().startswith("Around <i>proj</i>\\u202e\\x1b:")
    for label in panel.findChildren(QLabel):
        assert label.textFormat() == Qt.TextFormat.PlainText


def test_a_click_selects_and_tells(qtbot: Any, make_panel: Any, samples: ModuleType) -> None:
    panel = make_panel(samples.small())
    with qtbot.waitSignal(panel.node_selected) as told:
        qtbot.mouseClick(panel.canvas.viewport(), Qt.MouseButton.LeftButton, pos=_middle(panel, ROOT))
    assert told.args == [ROOT]
    assert panel.selected_node() == ROOT


def test_selecting_from_outside_tells_nobody(qtbot: Any, make_panel: Any, samples: ModuleType) -> None:
    panel = make_panel(samples.project())
    with qtbot.assertNotEmitted(panel.node_selected):
        panel.select_node(BASE)
    assert panel.selected_node() == BASE


def test_the_way_to_the_selected_node_is_hot(make_panel: Any, samples: ModuleType) -> None:
    panel = make_panel(samples.project())
    panel.select_node("model:quiet-forge/base-7b-merge")
    hot = [panel.view.edges[place] for place in panel.canvas._hot]
    assert hot[0].source == ROOT
    assert hot[-1].target == "model:quiet-forge/base-7b-merge"


def test_a_selected_node_that_the_story_left_out_comes_in(make_panel: Any, samples: ModuleType) -> None:
    panel = make_panel(samples.project())
    assert panel.canvas.places.node("package:tzdata") is None
    panel.select_node("package:tzdata")
    assert panel.canvas.places.node("package:tzdata") is not None


def test_a_selected_node_is_scrolled_into_sight(make_panel: Any, samples: ModuleType) -> None:
    panel = make_panel(samples.project(), size=(700, 420))
    panel.select_node("model:quiet-forge/base-7b-merge")
    node = panel.canvas.places.node("model:quiet-forge/base-7b-merge")
    assert panel.canvas.shown_area().contains(QPointF(node.x, node.y))
    assert panel.canvas.shown_area().contains(QPointF(node.x + node.w, node.y + node.h))


def test_the_arrow_keys_walk_and_home_returns(qtbot: Any, make_panel: Any, samples: ModuleType) -> None:
    panel = make_panel(samples.small())
    canvas = panel.canvas
    canvas.setFocus()
    qtbot.keyClick(canvas, Qt.Key.Key_Home)
    assert panel.selected_node() == ROOT
    qtbot.keyClick(canvas, Qt.Key.Key_Right)
    first = panel.selected_node()
    assert first not in (None, ROOT)
    assert canvas.places.node(first).x > canvas.places.node(ROOT).x
    qtbot.keyClick(canvas, Qt.Key.Key_Down)
    second = panel.selected_node()
    assert canvas.places.node(second).y > canvas.places.node(first).y
    qtbot.keyClick(canvas, Qt.Key.Key_Home)
    assert panel.selected_node() == ROOT


def test_keys_that_are_not_the_graphs_reach_the_window(
    qtbot: Any, make_panel: Any, samples: ModuleType
) -> None:
    panel = make_panel(samples.small())
    seen = []

    class Window(QWidget):
        def keyPressEvent(self, event: Any) -> None:
            seen.append(event.text())

    window = Window()
    qtbot.addWidget(window)
    panel.setParent(window)
    window.show()
    for key in "jk16n":
        qtbot.keyClick(panel.canvas, key)
    assert seen == list("jk16n")
    panel.setParent(None)


def test_enter_activates_the_selected_node(qtbot: Any, make_panel: Any, samples: ModuleType) -> None:
    panel = make_panel(samples.project())
    panel.select_node(BASE)
    with qtbot.waitSignal(panel.node_activated) as told:
        qtbot.keyClick(panel.canvas, Qt.Key.Key_Return)
    assert told.args == [BASE]


def test_enter_opens_a_stack_and_back_closes_it(qtbot: Any, make_panel: Any, samples: ModuleType) -> None:
    panel = make_panel(samples.project())
    panel.show_view("focus", ROOT)
    stack = next(node for node in panel.view.nodes if node.stack)
    before = panel.view.shown
    panel.canvas.select(stack.id)
    with qtbot.assertNotEmitted(panel.node_activated):
        qtbot.keyClick(panel.canvas, Qt.Key.Key_Return)
    assert panel.view.shown > before
    qtbot.keyClick(panel.canvas, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert panel.view.shown == before


def test_alt_left_and_alt_right_travel_through_the_views(
    qtbot: Any, make_panel: Any, samples: ModuleType
) -> None:
    panel = make_panel(samples.project())
    panel.show_view("focus", BASE)
    panel.show_view("lineage", BASE)
    panel.canvas.setFocus()
    assert not panel.forward_button.isEnabled()
    for wanted in ("focus", "story", "story"):
        qtbot.keyClick(panel.canvas, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
        assert panel.current_view() == wanted
    assert not panel.back_button.isEnabled()
    for wanted in ("focus", "lineage", "lineage"):
        qtbot.keyClick(panel.canvas, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
        assert panel.current_view() == wanted


def test_a_view_that_does_not_exist_is_a_defect(make_panel: Any, samples: ModuleType) -> None:
    with pytest.raises(ValueError, match="spiral"):
        make_panel(samples.small()).show_view("spiral")


def test_a_click_on_a_line_tells_its_evidence(qtbot: Any, make_panel: Any, samples: ModuleType) -> None:
    panel = make_panel(samples.project())
    panel.show_view("focus", BASE)
    edge = next(item for item in panel.view.edges if item.source == "code:src/assistant/serve.py")
    x, y = edge.points[0]
    position = panel.canvas.position_of(QPointF(x + 6, y)).toPoint()
    with qtbot.waitSignal(panel.edge_selected) as told:
        qtbot.mouseClick(panel.canvas.viewport(), Qt.MouseButton.LeftButton, pos=position)
    picked = told.args[0]
    assert picked.source == "code:src/assistant/serve.py"
    assert picked.edges[0].evidence[0]["path"] == "src/assistant/serve.py"


def test_the_legend_is_one_key_away(qtbot: Any, make_panel: Any, samples: ModuleType) -> None:
    panel = make_panel(samples.small())
    panel.canvas.setFocus()
    assert panel.legend.isHidden()
    qtbot.keyClick(panel.canvas, Qt.Key.Key_L)
    assert panel.legend.isVisible()
    words = {label.text() for label in panel.legend.findChildren(QLabel)}
    assert {"critical", "high", "medium", "low", "info", "model-file", "container-image"} <= words
    assert all(
        any(word in text for text in words) for word in ("Pickle-based", "Unpinned", "Runs code", "Unknown")
    )
    qtbot.keyClick(panel.canvas, Qt.Key.Key_L)
    assert panel.legend.isHidden()


@pytest.mark.parametrize("view", ["story", "focus", "paths", "lineage"])
@pytest.mark.parametrize("factor", [0.8, 1.0, 2.5])
def test_names_are_never_fitted_below_sixteen_pixels(
    make_panel: Any, samples: ModuleType, view: str, factor: float
) -> None:
    panel = make_panel(samples.project(), size=(640, 400))
    panel.dress(LIGHT, factor)
    panel.show_view(view, BASE)
    panel.canvas.fit()
    assert panel.canvas.inks.name_font.pixelSize() * panel.canvas.pixels >= 16 * factor


def test_the_map_shows_all_and_has_a_minimap(make_panel: Any, samples: ModuleType) -> None:
    panel = make_panel(samples.random_graph(600))
    assert not panel.minimap.isVisible()
    panel.show_view("map")
    panel.flush()
    assert panel.heading.text().startswith("600 nodes")
    area = panel.canvas.shown_area()
    assert all(area.contains(QPointF(node.x, node.y)) for node in panel.view.nodes)
    assert panel.minimap.isVisible()
    panel.show_view("story")
    assert not panel.minimap.isVisible()


def test_zoom_keeps_the_point_under_the_pointer(make_panel: Any, samples: ModuleType) -> None:
    panel = make_panel(samples.random_graph(600))
    panel.show_view("map")
    panel.flush()
    about = QPointF(500, 300)
    panel.canvas.zoom_by(4.0, about)
    before = panel.canvas.point_at(about)
    panel.canvas.zoom_by(1.5, about)
    after = panel.canvas.point_at(about)
    assert abs(before.x() - after.x()) < 3 and abs(before.y() - after.y()) < 3


def test_a_graph_that_grows_keeps_the_selection_and_the_place(make_panel: Any, samples: ModuleType) -> None:
    nodes, edges, findings = samples.project()
    panel = make_panel((nodes[:70], edges, findings))
    panel.select_node(BASE)
    panel.canvas.zoom_by(1.3)
    zoom = panel.canvas.zoom
    panel.set_graph(nodes, edges, findings)
    panel.flush()
    assert panel.view.total == 105
    assert panel.selected_node() == BASE
    assert panel.canvas.zoom == zoom


def test_many_updates_are_gathered(make_panel: Any, samples: ModuleType, monkeypatch: Any) -> None:
    panel = make_panel()
    nodes, edges, findings = samples.project()
    built = []
    real = panel._rebuild

    def rebuild(*args: Any) -> Any:
        built.append(len(args[0]))
        return real(*args)

    monkeypatch.setattr(panel, "_rebuild", rebuild)
    for count in range(1, 100):
        panel.set_graph(nodes[:count], edges, findings)
    panel.flush()
    assert built == [99]


@pytest.mark.parametrize("theme", sorted(THEMES))
@pytest.mark.parametrize("factor", [0.8, 1.0, 2.0])
def test_every_view_is_painted_in_every_theme_and_scale(
    make_panel: Any, samples: ModuleType, theme: str, factor: float
) -> None:
    panel = make_panel(samples.project(), tokens=THEMES[theme])
    panel.dress(THEMES[theme], factor)
    for view in ("story", "focus", "paths", "map", "lineage"):
        panel.show_view(view, BASE if view != "map" else None)
        panel.flush()
        image = panel.canvas.grab().toImage()
        colours = {
            image.pixelColor(x, y).name()
            for x in range(0, image.width(), 7)
            for y in range(0, image.height(), 5)
        }
        assert THEMES[theme].window in colours
        assert len(colours) > 4, view


def test_a_theme_changes_while_the_graph_is_shown(make_panel: Any, samples: ModuleType) -> None:
    panel = make_panel(samples.project(), tokens=LIGHT)
    panel.select_node(BASE)
    view = panel.view
    for tokens in (DARK, CONTRAST, LIGHT):
        panel.dress(tokens, 1.0)
        assert panel.canvas.grab().toImage().pixelColor(4, 4).name() == tokens.window
    assert panel.view == view and panel.selected_node() == BASE


@pytest.mark.parametrize("width", [500, 700, 1000, 1600])
def test_the_heading_is_never_cut_where_a_second_row_helps(
    make_panel: Any, samples: ModuleType, width: int
) -> None:
    panel = make_panel(samples.project(), size=(width, 600))
    assert panel.heading.width() >= min(panel.heading.sizeHint().width(), width - 240)
    for button in panel.view_buttons.values():
        assert button.geometry().right() <= width


def test_closing_the_target_empties_panel_and_history(make_panel: Any, samples: ModuleType) -> None:
    panel = make_panel(samples.project())
    panel.show_view("focus", BASE)
    panel.set_graph([], [], [])
    panel.flush()
    assert panel.view.nodes == () and panel.canvas.message
    assert panel.current_view() == "story"
    assert not panel.back_button.isEnabled()
    assert panel.selected_node() is None


def test_a_view_asked_for_before_the_graph_is_there_opens_with_it(
    make_panel: Any, samples: ModuleType
) -> None:
    panel = make_panel()
    panel.show_view("lineage", BASE)
    panel.set_graph(*samples.project())
    panel.flush()
    assert panel.view.heading.startswith("Lineage of acme/support-7b-instruct")


def test_the_package_offers_the_panel() -> None:
    from inspector.gui import graph
    from inspector.gui.graph.panel import GraphPanel

    assert graph.GraphPanel is GraphPanel


def test_legend_and_overview_leave_a_small_canvas_its_room(make_panel: Any, samples: ModuleType) -> None:
    panel = make_panel(samples.project(), size=(520, 420))
    panel.dress(DARK, 2.0)
    panel.toggle_legend()
    canvas = panel.canvas.viewport().geometry()
    assert canvas.contains(panel.legend.geometry())
    words = panel.legend.findChildren(QLabel)
    assert any(label.wordWrap() for label in words)
    assert all(label.width() <= panel.legend.viewport().width() for label in words)
    panel.show_view("map")
    panel.minimap.place()
    assert canvas.contains(panel.minimap.geometry())
    assert max(panel.minimap.width(), panel.minimap.height()) <= max(60, canvas.height() // 2)
