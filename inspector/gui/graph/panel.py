"""The graph panel: view buttons, history, heading, zoom, legend and minimap around the canvas.

``set_graph`` may come many times while a scan runs: calls are gathered, the network is built in slices,
and the view that is open follows.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from PySide6.QtCore import QKeyCombination, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from inspector.gui.graph.canvas import EMPTY, GraphCanvas
from inspector.gui.graph.export import export_view, view_image
from inspector.gui.graph.glyphs import icon
from inspector.gui.graph.inks import Inks
from inspector.gui.graph.layout_job import LayoutJob
from inspector.gui.graph.legend import Legend
from inspector.gui.graph.minimap import Minimap
from inspector.gui.graph.style import sheet
from inspector.gui.graph.tips import plain_tip
from inspector.gui.theme import LIGHT, Tokens
from inspector.provenance import Edge, Finding, Node
from inspector.views import Network, View, focus, lineage, paths, story
from inspector.views.bands import bands
from inspector.views.interface import Point
from inspector.views.whole import numbered, wants_bands, whole_in_steps

VIEWS = ("story", "focus", "paths", "map", "lineage")
_TITLES = {"story": "Story", "focus": "Focus", "paths": "Paths", "map": "Map", "lineage": "Lineage"}
_HINTS = {
    "story": "The worst findings and the shortest ways to them",
    "focus": "What stands around the selected node",
    "paths": "Every shortest way from the project to the selected node",
    "map": "All nodes",
    "lineage": "What the selected model was made from",
}
_ABOUT_A_NODE = frozenset({"focus", "paths", "lineage"})
_GATHER = 120  # milliseconds between two builds while a scan runs
_SLICE = 0.006  # seconds of work per turn of the event loop
_IN_PROCESS_LIMIT = 800  # nodes; a larger map is laid out by a child process


@dataclass(frozen=True, slots=True)
class Place:
    """One step of the history: a view, what it is about, and which stacks are open."""

    view: str
    node: str | None = None
    expanded: frozenset[str] = frozenset()


class GraphPanel(QWidget):
    """The provenance graph of one target in five views. Signals come from the user's hand only:
    ``select_node`` and ``show_view`` emit nothing but ``view_changed``."""

    node_selected = Signal(str)
    node_activated = Signal(str)
    edge_selected = Signal(object)  # a PlacedEdge; its ``edges`` hold the evidence
    view_changed = Signal(str)

    def __init__(self, parent: QWidget | None = None, tokens: Tokens = LIGHT) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._inks = Inks(tokens)
        self._scale = 1.0
        self._network = Network()
        self._findings: Sequence[Finding] = ()
        self._pending: tuple[Sequence[Node], Sequence[Edge], Sequence[Finding]] | None = None
        self._steps: Generator[None, None, None] | None = None
        self._job: LayoutJob | None = None
        self._map: View | None = None
        self._place = Place("story")
        self._history = [self._place]
        self._at = 0
        self.canvas = GraphCanvas(self._inks, self)
        self.canvas.node_selected.connect(self.node_selected)
        self.canvas.node_activated.connect(self._activated)
        self.canvas.edge_selected.connect(self.edge_selected)
        self.canvas.stack_opened.connect(self._open_stack)
        self.canvas.zoom_changed.connect(self._zoomed)
        self.canvas.filled.connect(self._say_what_is_drawn)
        self.canvas.way_to = self._way_to
        self.legend = Legend(self._inks, self.canvas)
        self.minimap = Minimap(self.canvas)
        self.minimap.hide()
        self._build_bar()
        self._gather = QTimer(self)
        self._gather.setSingleShot(True)
        self._gather.timeout.connect(self._begin)
        self._turn = QTimer(self)
        self._turn.setInterval(0)
        self._turn.timeout.connect(self._work_a_slice)
        self._keys: dict[QKeyCombination, Callable[[], None]] = {
            QKeyCombination(Qt.KeyboardModifier.AltModifier, Qt.Key.Key_Left): self.go_back,
            QKeyCombination(Qt.KeyboardModifier.AltModifier, Qt.Key.Key_Right): self.go_forward,
            QKeyCombination(Qt.Key.Key_Backspace): self.go_back,
            QKeyCombination(Qt.Key.Key_L): self.toggle_legend,
            QKeyCombination(Qt.Key.Key_0): self.canvas.fit,
        }
        self.setFocusProxy(self.canvas)
        self.set_tokens(tokens)
        self._show(EMPTY)

    def _build_bar(self) -> None:
        self._bar = QHBoxLayout()
        self._bar.setContentsMargins(10, 6, 10, 6)
        self._bar.setSpacing(4)
        self._second_row = QHBoxLayout()
        self._second_row.setContentsMargins(12, 0, 10, 6)
        self._icons: list[tuple[QToolButton, str]] = []
        self.back_button = self._button("back", self.tr("Back"), self.go_back)
        self.forward_button = self._button("forward", self.tr("Forward"), self.go_forward)
        self._bar.addSpacing(8)
        group = QButtonGroup(self)
        self.view_buttons: dict[str, QToolButton] = {}
        for name in VIEWS:
            button = QToolButton(self)
            button.setText(self.tr(_TITLES[name]))
            button.setAccessibleName(self.tr(_TITLES[name]))
            button.setToolTip(self.tr(_HINTS[name]))
            button.setCheckable(True)
            button.setObjectName("graphView")
            button.clicked.connect(lambda _=False, view=name: self.show_view(view))
            group.addButton(button)
            self.view_buttons[name] = button
            self._bar.addWidget(button)
        self._bar.addSpacing(12)
        self.heading = QLabel(self)
        self.heading.setTextFormat(Qt.TextFormat.PlainText)
        self.heading.setObjectName("graphHeading")
        self.heading.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._filler = QWidget(self)
        self._filler.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._filler.hide()
        self._bar.addWidget(self._filler, 1)
        self._bar.addWidget(self.heading, 1)
        self.tools = QWidget(self)
        row = QHBoxLayout(self.tools)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self._bar.addWidget(self.tools)
        self._button("zoom-out", self.tr("Zoom out"), lambda: self.canvas.zoom_by(1 / 1.2), row)
        self.zoom_label = QLabel(self)
        self.zoom_label.setTextFormat(Qt.TextFormat.PlainText)
        self.zoom_label.setObjectName("graphZoom")
        self.zoom_label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        row.addWidget(self.zoom_label)
        self._button("zoom-in", self.tr("Zoom in"), lambda: self.canvas.zoom_by(1.2), row)
        self._button("fit", self.tr("Fit"), self.canvas.fit, row)
        self.legend_button = self._button("legend", self.tr("Legend"), self.toggle_legend, row)
        self.legend_button.setCheckable(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._bar)
        column.addLayout(self._second_row)
        column.addWidget(self.canvas, 1)

    def _button(
        self, name: str, text: str, pressed: Callable[[], object], row: QHBoxLayout | None = None
    ) -> QToolButton:
        button = QToolButton(self)
        button.setAccessibleName(text)
        button.setToolTip(text)
        button.setAutoRaise(True)
        button.clicked.connect(lambda _=False: pressed())
        self._icons.append((button, name))
        (row or self._bar).addWidget(button)
        return button

    def _arrange_bar(self) -> None:
        """One row where everything fits; else heading and tools take a second one: neither may be cut."""
        rows = self._bar, self._second_row
        taken = sum(button.sizeHint().width() + 4 for button in self.view_buttons.values())
        taken += self.back_button.sizeHint().width() * 2 + self.tools.sizeHint().width() + 60
        fits = taken + self.heading.sizeHint().width() <= self.width()
        wished, other = rows if fits else rows[::-1]
        if wished.indexOf(self.heading) < 0:
            for widget, stretch in ((self.heading, 1), (self.tools, 0)):
                other.removeWidget(widget)
                wished.addWidget(widget, stretch)
            self._filler.setVisible(not fits)
        self._second_row.setContentsMargins(12, 0, 10, 0 if fits else 6)

    # The graph

    def set_graph(self, nodes: Sequence[Node], edges: Sequence[Edge], findings: Sequence[Finding]) -> None:
        """Takes the graph as it stands. Cheap: the work is done soon after, in slices."""
        first = not len(self._network) and self._pending is None
        self._pending = (nodes, edges, findings)
        if self._steps is None and not self._gather.isActive():
            self._gather.start(0 if first else _GATHER)

    def flush(self) -> None:
        """Does all pending work before it returns: for screenshots and tests."""
        self._gather.stop()
        while self._pending is not None or self._steps is not None:
            if self._steps is None:
                self._begin()
            self._finish_steps()
        if self._job is not None:
            self._job.cancel()
            self._job = None
            self._steps = self._assemble(bands(*numbered(self._network)))
            self._finish_steps()
        self.canvas.finish()

    def _finish_steps(self) -> None:
        self._turn.stop()
        steps = self._steps
        for _ in steps or ():
            pass
        if self._steps is steps:  # else the last step began something new
            self._steps = None

    def _begin(self) -> None:
        if self._pending is None:
            return
        nodes, edges, findings = self._pending
        self._pending = None
        self._run(self._rebuild(nodes, edges, findings))

    def _run(self, steps: Generator[None, None, None]) -> None:
        self._steps = steps
        self._turn.start()

    def _work_a_slice(self) -> None:
        until = perf_counter() + _SLICE
        while self._steps is not None and perf_counter() < until:
            steps = self._steps
            if next(steps, self) is self:
                if self._steps is steps:
                    self._steps = None
                break
        if self._steps is None:
            self._turn.stop()
            if self._pending is not None and not self._gather.isActive():
                self._gather.start(_GATHER)

    def _rebuild(
        self, nodes: Sequence[Node], edges: Sequence[Edge], findings: Sequence[Finding]
    ) -> Generator[None, None, None]:
        network = Network()
        yield from network.fill(nodes, edges)
        _ = network.parent  # the tree of shortest ways: one step of its own
        yield
        self._network = network
        self._findings = findings
        self._map = None
        if not network.nodes:  # the target was closed: nothing of it stays in the history
            self.canvas.selected = None
            self._place = Place("story")
            self._history, self._at = [self._place], 0
        self._refresh(keep_place=bool(self.canvas.view.nodes))

    # The views

    def show_view(self, name: str, node_id: str | None = None) -> None:
        """Opens a view. Focus, paths and lineage are about ``node_id``, else about what is selected."""
        if name not in VIEWS:
            raise ValueError(f"no view is called {name}")
        about = node_id or self._subject(name) if name in _ABOUT_A_NODE else None
        if name not in _ABOUT_A_NODE and node_id is not None:
            self.canvas.selected = node_id
        self._go(Place(name, about))

    def current_view(self) -> str:
        """The name of the view that is open: story, focus, paths, map or lineage."""
        return self._place.view

    @property
    def view(self) -> View:
        """What the canvas shows."""
        return self.canvas.view

    def select_node(self, node_id: str | None) -> None:
        """Selects a node from outside; a view that does not show it is made to."""
        if node_id == self.canvas.selected:
            return
        self.canvas.select(node_id)
        if node_id is None or self.canvas.places.node(node_id) is not None:
            return
        if self._place.view == "story":
            self._refresh(keep_place=False)
        elif self._place.view in _ABOUT_A_NODE and node_id in self._network.nodes:
            self._go(Place(self._place.view, node_id))

    def selected_node(self) -> str | None:
        """The id of the selected node, None for none or a stack."""
        key = self.canvas.selected
        return key if key in self._network.nodes else None

    def go_back(self) -> None:
        self._travel(-1)

    def go_forward(self) -> None:
        self._travel(1)

    def _travel(self, step: int) -> None:
        if 0 <= self._at + step < len(self._history):
            self._at += step
            self._place = self._history[self._at]
            self._refresh(keep_place=False)
            self.view_changed.emit(self._place.view)

    def _go(self, place: Place) -> None:
        if place != self._place:
            self._history = [*self._history[: self._at + 1], place][-100:]
            self._at = len(self._history) - 1
            self._place = place
        self._refresh(keep_place=False)
        self.view_changed.emit(place.view)

    def _subject(self, view: str) -> str | None:
        """What a view about a node is about when nobody said: the selection, the worst model, the project."""
        selected = self.selected_node()
        if selected is not None:
            return selected
        ranked = sorted(self._findings, key=lambda item: (-item.severity.rank, item.id))
        for finding in ranked:
            node = self._network.nodes.get(finding.node)
            if node is not None and (view != "lineage" or node.kind.value == "model"):
                return node.id
        if view == "lineage":
            return next(
                (key for key, node in self._network.nodes.items() if node.kind.value == "model"),
                self._network.root,
            )
        return self._network.root

    def _refresh(self, *, keep_place: bool) -> None:
        self._cancel_job()
        place = self._place
        for name, button in self.view_buttons.items():
            button.setChecked(name == place.view)
        self.back_button.setEnabled(self._at > 0)
        self.forward_button.setEnabled(self._at + 1 < len(self._history))
        if not self._network.nodes:
            self._show(EMPTY)
            return
        if place.view == "map":
            self._show_map(keep_place=keep_place)
            return
        self._show(self._made(place), keep_place=keep_place)

    def _made(self, place: Place) -> View:
        network, findings = self._network, self._findings
        if place.view == "story":
            return story(network, findings, self.selected_node(), expanded=place.expanded)
        node = place.node or self._subject(place.view) or ""
        if place.view == "focus":
            return focus(network, node, findings=findings, expanded=place.expanded)
        if place.view == "paths":
            return paths(network, node, findings=findings, expanded=place.expanded)
        return lineage(network, node, findings=findings)

    def _show(self, view: View, *, keep_place: bool = False) -> None:
        count = f"{view.shown:,} of {view.total:,} nodes" if view.name != "map" else f"{view.total:,} nodes"
        self.canvas.setAccessibleName(self.tr("Provenance graph, {} view, {}").format(view.name, count))
        self.heading.setText(view.heading)
        self.heading.setToolTip(plain_tip([view.heading]) if view.heading else "")
        self.canvas.set_message("" if view.nodes else self.tr("No nodes yet"))
        self.canvas.set_view(view, keep_place=keep_place)
        self.minimap.setVisible(view.name == "map" and bool(view.nodes))
        self._arrange_bar()

    def _say_what_is_drawn(self) -> None:
        """The map of a very large graph leaves long lines out until a node is chosen, and says so."""
        if not self.canvas.places.all_lines_drawn:
            said = self.tr("long lines only for the selected node")
            self.heading.setText(f"{self.canvas.view.heading}, {said}")
            self._arrange_bar()

    def _way_to(self, key: str) -> list[str]:
        return self._network.way_to(key) if key in self._network.nodes else []

    # The map

    def _show_map(self, *, keep_place: bool) -> None:
        if self._map is not None:
            self._show(self._map, keep_place=keep_place)
            return
        network = self._network
        total = len(network)
        if self.canvas.view.name != "map":
            self._show(View("map", (), (), f"{total:,} nodes", 0.0, 0.0, total, total))
        if total <= _IN_PROCESS_LIMIT:
            corners = None
            if wants_bands(network):
                corners = bands(*numbered(network))
            self._run(self._assemble(corners))
            return
        self.canvas.set_message(self.tr("Laying out {} nodes…").format(f"{total:,}"))
        self._job = LayoutJob(network, self._laid_out, self)
        self._job.start()

    def _laid_out(self, corners: Sequence[Point]) -> None:
        self._job = None
        if self._place.view == "map":
            self._run(self._assemble(corners))

    def _assemble(self, corners: Sequence[Point] | None) -> Generator[None, None, None]:
        network = self._network
        view: View | None = None
        for made in whole_in_steps(network, self._findings, corners):
            view = made
            yield
        if view is not None and network is self._network:
            self._map = view
            if self._place.view == "map":
                self._show(view, keep_place=self.canvas.view.name == "map" and bool(self.canvas.view.nodes))

    def _cancel_job(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None

    # What the user does

    def _activated(self, node_id: str) -> None:
        self.node_activated.emit(node_id)
        if self._place.view == "focus" and node_id != self._place.node:
            self._go(Place("focus", node_id))

    def _open_stack(self, key: str) -> None:
        node = self.canvas.places.node(key)
        members = node.members if node is not None else ()
        place = self._place
        self._go(Place(place.view, place.node, place.expanded | {key}))
        first = next((member for member in members if self.canvas.places.node(member)), None)
        if first is not None:
            self.canvas.select(first)

    def toggle_legend(self) -> None:
        """Shows or hides the legend."""
        self.legend.setVisible(self.legend.isHidden())
        self.legend_button.setChecked(not self.legend.isHidden())
        self.legend.place()
        self.legend.raise_()

    def _zoomed(self, zoom: float) -> None:
        self.zoom_label.setText(f"{zoom:.0%}")

    # Look

    def set_tokens(self, tokens: Tokens) -> None:
        """Takes the colours of a theme."""
        self._tokens = tokens
        self._inks = Inks(tokens)
        self.canvas.set_inks(self._inks)
        self._restyle()

    def set_scale(self, factor: float) -> None:
        """The interface scale, 0.8 to 2.5."""
        self._scale = min(max(factor, 0.5), 4.0)
        self.canvas.set_scale(self._scale)
        self._restyle()

    def set_motion(self, on: bool) -> None:
        """Whether the canvas may glide; off, it jumps."""
        self.canvas.motion = on

    def _restyle(self) -> None:
        self.setStyleSheet(sheet(self._tokens, self._scale))
        size = round(18 * self._scale)
        for button, name in self._icons:
            button.setIcon(icon(name, self._inks.ink, self._inks.line, size))
            button.setIconSize(QSize(size, size))
        self.zoom_label.setMinimumWidth(round(48 * self._scale))
        self._zoomed(self.canvas.zoom)
        self.legend.restyle(self._inks, self._scale)
        self.minimap.update()
        self._arrange_bar()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The panel's own keys, whatever in it has the focus; every other key goes on to the window."""
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        act = self._keys.get(QKeyCombination(modifiers, Qt.Key(event.key())))
        if act is None:
            event.ignore()
        else:
            act()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange_bar()
        self.legend.place()
        self.minimap.place()

    # Pictures

    def export(self, path: Path, format: str, scale: float = 1.0) -> None:  # noqa: A002
        """Writes the open view at its full extent as svg, png or pdf. Raises InspectorError."""
        self.flush()
        export_view(
            self.canvas.view, self._inks, Path(path), format, scale=scale, selected=self.canvas.selected
        )

    def render_image(self, view: View | str, size: QSize | tuple[int, int], scale: float = 1.0) -> QImage:
        """A view (or the view of that name) as a picture of ``size`` times ``scale``, heading included."""
        self.flush()
        if isinstance(view, str):
            if view == "map":
                corners = bands(*numbered(self._network)) if wants_bands(self._network) else None
                *_, view = whole_in_steps(self._network, self._findings, corners)
            else:
                view = self._made(Place(view, self._subject(view) if view in _ABOUT_A_NODE else None))
        wished = size if isinstance(size, QSize) else QSize(*size)
        return view_image(view, self._inks, wished, scale, selected=self.canvas.selected)
