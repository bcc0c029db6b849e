"""The outline of the target: kinds, and under each its nodes, as a tree model over plain lists."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from inspector.gui.look import Look
from inspector.gui.marks import marks_of
from inspector.gui.texts import shown, tr
from inspector.provenance import Node, Severity
from inspector.provenance.words import worse_severity

Index = QModelIndex | QPersistentModelIndex
_TOP = 0xFFFFFFFF  # internal id of the rows of kinds; the others carry the number of their kind

GROUPS = (
    ("Project", ("project",)),
    ("Models", ("model",)),
    ("Model files", ("model-file",)),
    ("Datasets", ("dataset",)),
    ("Data files", ("dataset-file",)),
    ("Dependencies", ("package",)),
    ("Code", ("code",)),
    ("Manifests", ("manifest",)),
    ("Container images", ("container-image",)),
    ("Owners", ("owner",)),
)
GROUP_OF = {kind: number for number, (_, kinds) in enumerate(GROUPS) for kind in kinds}


@dataclass
class Group:
    """One kind. ``nodes`` are those that the filter lets through, of ``total``; ``risky`` of them carry
    findings that stand."""

    title: str
    nodes: list[Node] = field(default_factory=list)
    total: int = 0
    risky: int = 0
    worst: Severity | None = None

    def mind(self, severity: Severity | None) -> None:
        """Counts one node whose gravest finding that stands has ``severity``."""
        self.total += 1
        if severity is not None:
            self.risky += 1
            self.worst = severity if self.worst is None else worse_severity(self.worst, severity)


class InventoryModel(QAbstractItemModel):
    """Give it groups whole; it never changes them."""

    def __init__(self, look: Look, parent: Any = None) -> None:
        super().__init__(parent)
        self.look = look
        self.groups: list[Group] = []
        self.severities: dict[str, Severity | None] = {}
        self._places: dict[str, tuple[int, int]] | None = None

    def set_groups(self, groups: list[Group], severities: dict[str, Severity | None]) -> None:
        self.beginResetModel()
        self.groups = groups
        self.severities = severities
        self._places = None
        self.endResetModel()

    def index_of(self, node: str) -> QModelIndex:
        """Where ``node`` stands, or an invalid index."""
        if self._places is None:
            self._places = {
                item.id: (number, row)
                for number, group in enumerate(self.groups)
                for row, item in enumerate(group.nodes)
            }
        place = self._places.get(node)
        return self.createIndex(place[1], 0, place[0]) if place else QModelIndex()

    def node_at(self, index: Index) -> Node | None:
        if not index.isValid() or index.internalId() == _TOP:
            return None
        return self.groups[index.internalId()].nodes[index.row()]

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        if column != 0 or row < 0:
            return QModelIndex()
        if not parent.isValid():
            return self.createIndex(row, 0, _TOP) if row < len(self.groups) else QModelIndex()
        if parent.internalId() == _TOP and row < len(self.groups[parent.row()].nodes):
            return self.createIndex(row, 0, parent.row())
        return QModelIndex()

    def parent(self, index: Any = None) -> Any:
        if index is None:
            return super().parent()
        if not index.isValid() or index.internalId() == _TOP:
            return QModelIndex()
        return self.createIndex(int(index.internalId()), 0, _TOP)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        if not parent.isValid():
            return len(self.groups)
        if parent.internalId() == _TOP and parent.column() == 0:
            return len(self.groups[parent.row()].nodes)
        return 0

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        node = self.node_at(index)
        if node is None:
            return self._group_data(self.groups[index.row()], role)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            text = shown(node.name, 200)
            return text.replace("<", "‹").replace(">", "›") if role == Qt.ItemDataRole.ToolTipRole else text
        if role == Qt.ItemDataRole.DecorationRole:
            return self.look.kind_icon(node.kind.value)
        if role == Qt.ItemDataRole.ForegroundRole:
            severity = self.severities.get(node.id)
            return QColor(self.look.severity_colour(severity.value)) if severity else None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            severity = self.severities.get(node.id)
            parts = [f"{node.kind.value} {shown(node.name, 200)}", *marks_of(node)]
            return ", ".join(parts + ([severity.value] if severity else []))
        return None

    def group_at(self, index: Index) -> Group | None:
        """The group whose row ``index`` is, or None."""
        return self.groups[index.row()] if index.isValid() and index.internalId() == _TOP else None

    def _group_data(self, group: Group, role: int) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return _group_words(group)
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            risk = f" · {group.risky:,} {tr('at risk')}" if group.risky else ""
            return f"{_group_words(group)}{risk}"
        if role == Qt.ItemDataRole.ForegroundRole:
            return QColor(self.look.tokens.ink if group.total else self.look.tokens.sub)
        return None


def _group_words(group: Group) -> str:
    total = f"{group.total:,}"
    number = total if len(group.nodes) == group.total else f"{len(group.nodes):,} {tr('of')} {total}"
    return f"{tr(group.title)}  {number}"
