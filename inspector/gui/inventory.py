"""The left side: the outline of the target by kind. The keyboard's and the screen reader's graph."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from PySide6.QtCore import QModelIndex, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QStyle,
    QStyleOptionViewItem,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from inspector.gui.inventory_model import GROUP_OF, GROUPS, Group, InventoryModel
from inspector.gui.look import Look
from inspector.gui.marks import marks_of
from inspector.gui.selection import Selection
from inspector.gui.session import Session
from inspector.gui.slices import Slices, sorted_in_slices
from inspector.gui.table import ShortenedNames
from inspector.gui.texts import tr
from inspector.gui.widgets import spaced
from inspector.provenance import Severity


class Inventory(QWidget):
    """``opened`` says that a node was activated (Return or double click)."""

    opened = Signal(str)

    def __init__(self, look: Look, selection: Selection) -> None:
        super().__init__()
        self.setObjectName("inventory")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.look = look
        self.selection = selection
        self.session: Session | None = None
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(tr("Filter the inventory"))
        self.filter.setAccessibleName(tr("Filter of the inventory"))
        self.filter.setClearButtonEnabled(True)
        self.model = InventoryModel(look, self)
        self.tree = _Tree()
        self.tree.setModel(self.model)
        self.tree.setItemDelegate(_Marks(look, self.model, self.tree))
        self.tree.setAccessibleName(tr("Inventory"))
        self.tree.setHeaderHidden(True)
        self.tree.setUniformRowHeights(True)
        self.tree.setIndentation(12)
        self.tree.setIconSize(QSize(15, 15))
        self.tree.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.tree.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.tree.selectionModel().currentChanged.connect(self._chosen)
        self.tree.activated.connect(self._activated)
        self._slices = Slices(self)
        self._dirty = False
        self._quiet = False
        self._closed: set[str] = {"Code", "Manifests", "Owners"}
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(80)
        self._later.timeout.connect(self.refresh)
        self.filter.textChanged.connect(lambda _: self._later.start())
        self.filter.returnPressed.connect(self.tree.setFocus)
        selection.node_changed.connect(self._follow)
        column = QVBoxLayout(self)
        spaced(column, 0, 0, 0, 0, 0)
        column.addWidget(self.filter)
        column.setContentsMargins(8, 8, 8, 4)
        column.setSpacing(6)
        column.addWidget(self.tree, 1)

    def set_session(self, session: Session | None) -> None:
        self.session = session
        self.filter.clear()
        self._slices.stop()
        self.model.set_groups([], {})
        if session is not None:
            session.grown.connect(self.refresh)
            session.decided.connect(lambda _: self._later.start())  # not in the turn of the key

    def refresh(self) -> None:
        """Groups the nodes anew, in slices; the tree changes when that is done."""
        if self.session is None:
            return
        if self._slices.busy:
            self._dirty = True
            return
        self._dirty = False
        groups = [Group(title) for title, _ in GROUPS]
        severities: dict[str, Severity | None] = {}
        self._slices.run(self._grouped(groups, severities), lambda: self._show(groups, severities))

    def _grouped(self, groups: list[Group], severities: dict[str, Severity | None]) -> Iterator[None]:
        if self.session is None:
            return
        facts = self.session.facts
        wanted = self.filter.text().strip().lower()
        for number, node in enumerate(list(facts.nodes.values())):
            group = groups[GROUP_OF.get(node.kind.value, 0)]
            worst = facts.worst_open(node.id)
            severities[node.id] = worst
            group.mind(worst)
            if not wanted or wanted in node.name.lower() or wanted in " ".join(marks_of(node)):
                group.nodes.append(node)
            if number % 20 == 19:
                yield
        for group in groups:
            order = {node.id: (_rank(severities.get(node.id)), node.name.lower()) for node in group.nodes}
            yield
            group.nodes = yield from sorted_in_slices(group.nodes, lambda node: order[node.id])  # noqa: B023

    def _show(self, groups: list[Group], severities: dict[str, Severity | None]) -> None:
        self._remember_closed()
        bar = self.tree.verticalScrollBar().value()
        self._quiet = True
        filtered = bool(self.filter.text().strip())
        self.model.set_groups([group for group in groups if group.total], severities)
        for number, group in enumerate(self.model.groups):
            if filtered or group.title not in self._closed:
                self.tree.expand(self.model.index(number, 0))
        self._follow(self.selection.node, scroll=False)
        self.tree.verticalScrollBar().setValue(bar)
        self._quiet = False
        if self._dirty:
            self.refresh()

    def _remember_closed(self) -> None:
        if self.filter.text().strip():
            return
        for number, group in enumerate(self.model.groups):
            closed = not self.tree.isExpanded(self.model.index(number, 0))
            (self._closed.add if closed else self._closed.discard)(group.title)

    def _chosen(self, index: QModelIndex) -> None:
        node = self.model.node_at(index)
        if node is not None and not self._quiet:
            self.selection.select_node(node.id)

    def _activated(self, index: QModelIndex) -> None:
        node = self.model.node_at(index)
        if node is not None:
            self.opened.emit(node.id)

    def _follow(self, key: str, scroll: bool = True) -> None:
        index = self.model.index_of(key)
        if not index.isValid() or index == self.tree.currentIndex():
            return
        before, self._quiet = self._quiet, True
        if scroll or self.tree.isExpanded(index.parent()):
            self.tree.setCurrentIndex(index)
        self._quiet = before


class _Tree(QTreeView):
    """Leaves single letters to the window's keys."""

    def keyPressEvent(self, event: Any) -> None:
        if event.text().isalnum() and not event.modifiers():
            event.ignore()
        else:
            super().keyPressEvent(event)


class _Marks(ShortenedNames):
    """Paints the marks of a node (padlock, pickle, code, question mark) at the end of its row, and of a kind
    how many of its nodes are at risk, with the shape of the gravest."""

    def __init__(self, look: Look, model: InventoryModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._model = model

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Any) -> None:
        group = self._model.group_at(index)
        if group is not None:
            icons = [self._look.severity_icon(group.worst.value)] if group.worst is not None else []
            number = f"{group.risky:,}" if group.worst is not None else ""
        else:
            icons = [self._look.mark_icon(mark) for mark in marks_of(self._model.node_at(index))]
            number = ""
        if not icons:
            super().paint(painter, option, index)
            return
        size = round(14 * self._look.scale)
        words = option.fontMetrics.horizontalAdvance(number) + 4 if number else 0
        room = len(icons) * (size + 4) + 2 + words
        whole = QRect(option.rect)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(whole, QColor(self._look.tokens.selection))
        option.rect = QRect(whole.left(), whole.top(), whole.width() - room, whole.height())
        super().paint(painter, option, index)
        left = whole.right() - room + 4
        top = whole.top() + (whole.height() - size) // 2
        for icon in icons:
            icon.paint(painter, QRect(left, top, size, size))
            left += size + 4
        if number:
            painter.setPen(QColor(self._look.tokens.sub))
            area = QRect(left, whole.top(), words, whole.height())
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, number)


def _rank(severity: Severity | None) -> int:
    return -severity.rank if severity is not None else 1
