"""The painted graph for screen readers: a list whose items are the nodes.

Items are made when asked for and kept as long as the canvas lives: Qt's bridge holds on to an item by its
address, so the n-th item is always the same object and says what stands there now.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QRect
from PySide6.QtGui import QAccessible, QAccessibleEvent, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget

from inspector.views.marks import spoken_detail

if TYPE_CHECKING:
    from inspector.gui.graph.canvas import GraphCanvas
    from inspector.views import PlacedNode

CANVAS_CLASS = "GraphCanvas"
_ANNOUNCED = 200
_kept: list[object] = []


class GraphList(QAccessibleWidget):
    """The canvas: role list, its name says which view and how many of how many."""

    def __init__(self, canvas: GraphCanvas) -> None:
        super().__init__(canvas, QAccessible.Role.List, canvas.accessibleName())
        self.canvas = canvas
        self._items: list[GraphItem] = []

    def childCount(self) -> int:
        return len(self.canvas.view.nodes)

    def child(self, index: int) -> QAccessibleInterface | None:
        if not 0 <= index < self.childCount():
            return None
        while len(self._items) <= index:
            self._items.append(GraphItem(self, len(self._items)))
        return self._items[index]

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return child.index if isinstance(child, GraphItem) else -1

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:
        node = self.canvas.node_at_global(QPoint(x, y))
        return None if node is None else self.child(self.canvas.places.number[node.id])

    def focusChild(self) -> QAccessibleInterface | None:
        place = self.canvas.places.number.get(self.canvas.selected or "")
        return None if place is None or not self.canvas.hasFocus() else self.child(place)

    def text(self, kind: QAccessible.Text) -> str:
        if kind == QAccessible.Text.Name:
            return self.canvas.accessibleName()
        if kind == QAccessible.Text.Description:
            return self.canvas.accessibleDescription()
        return ""


class GraphItem(QAccessibleInterface):
    """One node: role list item, named "kind name, pickle-based, unpinned"."""

    def __init__(self, owner: GraphList, index: int) -> None:
        super().__init__()
        self.owner = owner
        self.index = index

    @property
    def node(self) -> PlacedNode | None:
        nodes = self.owner.canvas.view.nodes
        return nodes[self.index] if self.index < len(nodes) else None

    def isValid(self) -> bool:
        return self.node is not None

    def object(self) -> QObject | None:
        return None

    def parent(self) -> QAccessibleInterface:
        return self.owner

    def child(self, index: int) -> QAccessibleInterface | None:
        return None

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:
        return None

    def childCount(self) -> int:
        return 0

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return -1

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.ListItem

    def rect(self) -> QRect:
        node = self.node
        return QRect() if node is None else self.owner.canvas.global_rect(node)

    def setText(self, kind: QAccessible.Text, text: str) -> None:
        """Nodes are not renamed from outside."""

    def text(self, kind: QAccessible.Text) -> str:
        node = self.node
        if node is None:
            return ""
        if kind == QAccessible.Text.Name:
            return node.spoken
        if kind == QAccessible.Text.Description:
            return spoken_detail(node)
        return ""

    def state(self) -> QAccessible.State:
        state = QAccessible.State()
        node = self.node
        canvas = self.owner.canvas
        state.focusable = True
        state.selectable = True
        if node is None:
            state.invisible = True
        elif node.id == canvas.selected:
            state.selected = True
            state.focused = canvas.hasFocus()
        return state


def _factory(class_name: str, widget: QObject | None) -> QAccessibleInterface | None:
    if class_name != CANVAS_CLASS or widget is None:
        return None
    made = GraphList(widget)  # type: ignore[arg-type]
    _kept.append(made)
    widget.destroyed.connect(lambda: _kept.remove(made) if made in _kept else None)
    return made


_installed = False


def install() -> None:
    """Lets Qt know how to describe a GraphCanvas; once per program."""
    global _installed
    if not _installed:
        QAccessible.installFactory(_factory)
        _installed = True


def announce_view(canvas: GraphCanvas) -> None:
    """Tells screen readers that the list and the names in it changed."""
    if not QAccessible.isActive():
        return
    QAccessible.updateAccessibility(QAccessibleEvent(canvas, QAccessible.Event.NameChanged))
    QAccessible.updateAccessibility(QAccessibleEvent(canvas, QAccessible.Event.ObjectReorder))
    listing = QAccessible.queryAccessibleInterface(canvas)
    if isinstance(listing, GraphList):
        for item in listing._items[: min(len(canvas.view.nodes), _ANNOUNCED)]:
            QAccessible.updateAccessibility(QAccessibleEvent(item, QAccessible.Event.NameChanged))


def announce_selection(canvas: GraphCanvas) -> None:
    """Tells screen readers which node the keyboard is on now."""
    if not QAccessible.isActive():
        return
    listing = QAccessible.queryAccessibleInterface(canvas)
    place = canvas.places.number.get(canvas.selected or "")
    if isinstance(listing, GraphList) and place is not None:
        item = listing.child(place)
        if item is not None:
            QAccessible.updateAccessibility(QAccessibleEvent(item, QAccessible.Event.Focus))
