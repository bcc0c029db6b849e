"""The graph panel: view buttons, history, heading, zoom, legend and minimap around the canvas.

``set_graph`` may come many times while a scan runs: calls are gathered, the network is built in slices,
and the view that is open follows.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from PySide6.QtCore import QKeyCombination, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from inspector.gui.graph.bar import TITLES, VIEWS, GraphBar
from inspector.gui.graph.canvas import GraphCanvas
from inspector.gui.graph.export import export_view
from inspector.gui.graph.inks import Inks
from inspector.gui.graph.layout_job import LayoutJob
from inspector.gui.graph.legend import Legend
from inspector.gui.graph.minimap import Minimap
from inspector.gui.graph.scrolled import EMPTY
from inspector.gui.graph.style import sheet
from inspector.gui.texts import tr
from inspector.gui.theme import LIGHT, Tokens
from inspector.provenance import Edge, Finding, Node
from inspector.views import Network, View, focus, lineage, paths, story
from inspector.views.bands import bands
from inspector.views.compose import count_of
from inspector.views.interface import Point
from inspector.views.whole import numbered, wants_bands, whole_in_steps
from inspector.views.words import translate_with

translate_with(tr)

_ABOUT_A_NODE = frozenset({"focus", "paths", "lineage"})
_GATHER = 120  # milliseconds between two builds while a scan runs
_SLICE = 0.006  # seconds of work per turn of the event loop
_ZOOM_STEP = 1.2
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

    def __init__(self, parent: QWidget | None = None, tokens: Tokens = LIGHT, scale: float = 1.0) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._inks = Inks(tokens)
        self._scale = 0.0  # not dressed yet
        self._network = Network()
        self._findings: Sequence[Finding] = ()
        self._empty_words = ""
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
        self.bar = GraphBar(self)
        self.heading = self.bar.heading
        self.view_buttons = self.bar.view_buttons
        self.back_button, self.forward_button = self.bar.back_button, self.bar.forward_button
        self.bar.view_wished.connect(self.show_view)
        for name, act in (
            ("back", self.go_back),
            ("forward", self.go_forward),
            ("zoom-out", lambda: self.canvas.zoom_by(1 / _ZOOM_STEP)),
            ("zoom-in", lambda: self.canvas.zoom_by(_ZOOM_STEP)),
            ("fit", self.canvas.fit),
            ("legend", self.toggle_legend),
        ):
            self.bar.when_pressed(name, act)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self.canvas, 1)
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
        self.dress(tokens, scale)
        self._show(EMPTY)

    # The graph

    def set_graph(self, nodes: Sequence[Node], edges: Sequence[Edge], findings: Sequence[Finding]) -> None:
        """Takes the graph as it stands. Cheap: the work is done soon after, in slices."""
        first = not len(self._network) and self._pending is None
        self._pending = (nodes, edges, findings)
        if self._steps is None and not self._gather.isActive():
            self._gather.start(0 if first else _GATHER)

    def set_empty_words(self, words: str) -> None:
        """What an empty graph says; "" for the usual words."""
        self._empty_words = words
        if not self._network.nodes:
            self.canvas.set_message(words or tr("No nodes yet"))

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
        yield from network.reach()
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
        self.bar.say_where(place.view, back=self._at > 0, forward=self._at + 1 < len(self._history))
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
        count = view.heading if view.name == "map" else count_of(view.shown, view.total)
        name = tr(TITLES[view.name]) if view.name in TITLES else view.name
        self.canvas.setAccessibleName(tr("Provenance graph, {0} view, {1}").format(name.lower(), count))
        self.bar.set_heading(view.heading)
        self.canvas.set_message("" if view.nodes else self._empty_words or tr("No nodes yet"))
        self.canvas.set_view(view, keep_place=keep_place)
        self.minimap.want(view.name == "map" and bool(view.nodes))

    def _say_what_is_drawn(self) -> None:
        """The map of a very large graph leaves long lines out until a node is chosen, and says so."""
        if not self.canvas.places.all_lines_drawn:
            said = tr("long lines only for the selected node")
            self.bar.set_heading(f"{self.canvas.view.heading}, {said}")

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
        self.canvas.set_message(tr("Laying out {} nodes…").format(f"{total:,}"))
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
        self.bar.legend_button.setChecked(not self.legend.isHidden())
        self.legend.place()
        self.legend.raise_()

    def _zoomed(self, zoom: float) -> None:
        self.bar.zoom_label.setText(f"{zoom:.0%}")

    # Look

    def dress(self, tokens: Tokens, factor: float) -> None:
        """Takes the colours of a theme and the interface scale, 0.8 to 2.5."""
        factor = min(max(factor, 0.5), 4.0)
        if factor == self._scale and tokens is self._tokens:
            return
        self._tokens, self._scale = tokens, factor
        self._inks = Inks(tokens)
        self.canvas.set_inks(self._inks)
        self.canvas.set_scale(factor)
        self._restyle()

    def set_motion(self, on: bool) -> None:
        """Whether the canvas may glide; off, it jumps."""
        self.canvas.motion = on

    def _restyle(self) -> None:
        self.setStyleSheet(sheet(self._tokens, self._scale))
        self.bar.restyle(self._inks, self._scale)
        self._zoomed(self.canvas.zoom)
        self.legend.restyle(self._inks, self._scale)
        self.minimap.update()
        self.bar.arrange()

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
        self.bar.arrange()
        self.legend.place()
        self.minimap.place()

    # Pictures

    def export(self, path: Path, format: str, scale: float = 1.0) -> None:  # noqa: A002
        """Writes the open view at its full extent as svg, png or pdf. Raises InspectorError."""
        self.flush()
        export_view(
            self.canvas.view, self._inks, Path(path), format, scale=scale, selected=self.canvas.selected
        )
