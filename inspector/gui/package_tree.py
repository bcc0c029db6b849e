"""Who pulls in what: the packages of the target as a tree that is filled where it is opened.

The roots are what a manifest asks for by itself; below each stands what it pulls in. A package that is
pulled in by several stands below each of them, and says so. What is above itself (a cycle) is named and
not opened again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from inspector.gui.facts import Facts
from inspector.gui.look import Look
from inspector.gui.texts import shown, tr
from inspector.provenance import EdgeKind, NodeKind

MOST_CHILDREN = 500
_NODE = Qt.ItemDataRole.UserRole
_FILLED = Qt.ItemDataRole.UserRole + 1


def package_key(row: Mapping[str, Any]) -> tuple[str, str, str]:
    """Ecosystem, name and version of a row of ``packages``: what its node says of itself, too."""
    return str(row.get("ecosystem") or "PyPI"), str(row.get("name")), str(row.get("version"))


def package_nodes(facts: Facts) -> dict[tuple[str, str, str], str]:
    """The node of each package, by ``package_key``."""
    found = {}
    for node in facts.nodes.values():
        if node.kind is NodeKind.PACKAGE:
            known = node.attributes
            name = known.get("package") or node.id.partition(":")[2].partition("==")[0]
            found[str(known.get("ecosystem") or "PyPI"), str(name), str(known.get("version"))] = node.id
    return found


class PackageTree(QTreeWidget):
    """``chosen`` gives the node of the row that was selected by hand."""

    chosen = Signal(str)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.look = look
        self._facts: Facts | None = None
        self._rows: dict[str, Mapping[str, Any]] = {}
        self._pulls: dict[str, list[str]] = {}
        self._pulled: dict[str, int] = {}
        self._quiet = False
        self.setAccessibleName(tr("Dependency tree"))
        self.setHeaderLabels(
            [tr(t) for t in ("Package", "Version", "Pin", "Audit", "Pulls in", "Looks like")]
        )
        self.setUniformRowHeights(True)
        self.setEditTriggers(QTreeWidget.EditTrigger.NoEditTriggers)
        header = self.header()
        header.setStretchLastSection(True)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.itemExpanded.connect(self._fill)
        self.currentItemChanged.connect(self._moved)

    def show_facts(self, facts: Facts | None) -> None:
        """Builds the roots anew; what was open is closed."""
        self._quiet = True
        self.clear()
        self._facts = facts
        self._rows, self._pulls, self._pulled = {}, {}, {}
        if facts is not None:
            self._read(facts)
            for node in self._roots(facts):
                self.addTopLevelItem(self._item(node, ()))
        self._quiet = False

    def _read(self, facts: Facts) -> None:
        nodes = package_nodes(facts)
        for row in facts.packages:
            node = nodes.get(package_key(row))
            if node is not None:
                self._rows[node] = row
        for edge in facts.edges.values():
            if edge.kind is EdgeKind.DEPENDS_ON and edge.source.startswith("package:"):
                self._pulls.setdefault(edge.source, []).append(edge.target)
                self._pulled[edge.target] = self._pulled.get(edge.target, 0) + 1

    def _roots(self, facts: Facts) -> list[str]:
        packages = [node.id for node in facts.nodes.values() if node.kind is NodeKind.PACKAGE]
        asked = {
            edge.target
            for edge in facts.edges.values()
            if edge.kind is EdgeKind.DEPENDS_ON and not edge.source.startswith("package:")
        }
        # What nobody pulls in must not be hidden for want of a parent.
        roots = [
            node
            for node in packages
            if self._rows.get(node, {}).get("direct") or (node in asked and node not in self._pulled)
        ]
        reached = self._below(roots)
        left = [node for node in packages if node not in reached]
        return sorted(roots, key=self._name) + sorted(self._tops(left), key=self._name)

    def _tops(self, nodes: list[str]) -> list[str]:
        """Those of ``nodes`` from which all of them are reached; cycles are entered at their first name."""
        inside = set(nodes)
        pulled = {child for node in nodes for child in self._pulls.get(node, ()) if child in inside}
        tops = [node for node in nodes if node not in pulled]
        reached = self._below(tops)
        for node in sorted(inside - reached):
            if node not in reached:
                tops.append(node)
                reached |= self._below([node])
        return tops

    def _below(self, nodes: Iterable[str]) -> set[str]:
        reached: set[str] = set()
        waiting = list(nodes)
        while waiting:
            node = waiting.pop()
            if node not in reached:
                reached.add(node)
                waiting.extend(self._pulls.get(node, ()))
        return reached

    def _name(self, node: str) -> str:
        return self._facts.node_name(node).casefold() if self._facts is not None else node

    # --- rows ----------------------------------------------------------------------------------------

    def _item(self, node: str, above: tuple[str, ...]) -> QTreeWidgetItem:
        row = self._rows.get(node, {})
        name = shown(row.get("name") or self._name(node), 200)
        children = self._pulls.get(node, [])
        again = node in above
        if again:
            name = tr("{0} (stands above)").format(name)
        looks = ", ".join(shown(item.get("name"), 80) for item in row.get("looks_like") or ())
        item = QTreeWidgetItem(
            [
                name,
                shown(row.get("version"), 60) or "—",
                shown(row.get("pin"), 20),
                shown(row.get("audit"), 20),
                f"{len(children):,}" if children else "",
                looks,
            ]
        )
        item.setData(0, _NODE, node)
        tokens = self.look.tokens
        if row.get("pin") in ("none", "movable"):
            item.setForeground(2, QColor(tokens.risk))
        if row.get("audit") != "no-advisory":
            item.setForeground(3, QColor(tokens.risk if row.get("audit") == "vulnerable" else tokens.unknown))
        item.setForeground(5, QColor(tokens.risk))
        spoken = [name, *(item.text(column) for column in (1, 2, 3) if item.text(column))]
        item.setData(0, Qt.ItemDataRole.AccessibleTextRole, ", ".join(spoken))
        item.setData(0, _FILLED, again)
        if children and not again:
            item.setChildIndicatorPolicy(QTreeWidgetItem.ChildIndicatorPolicy.ShowIndicator)
        return item

    def _fill(self, item: QTreeWidgetItem) -> None:
        if item.data(0, _FILLED):
            return
        item.setData(0, _FILLED, True)
        above: list[str] = []
        at: QTreeWidgetItem | None = item
        while at is not None:
            above.append(at.data(0, _NODE))
            at = at.parent()
        children = sorted(set(self._pulls.get(above[0], ())), key=self._name)
        for child in children[:MOST_CHILDREN]:
            item.addChild(self._item(child, tuple(above)))
        if len(children) > MOST_CHILDREN:
            rest = QTreeWidgetItem([tr("and {0} more").format(f"{len(children) - MOST_CHILDREN:,}")])
            rest.setFlags(Qt.ItemFlag.NoItemFlags)
            item.addChild(rest)

    # --- selection -----------------------------------------------------------------------------------

    def select_node(self, node: str) -> None:
        """Selects the first row of ``node`` that is there, without saying so again; opens nothing."""
        current = self.currentItem()
        if current is not None and current.data(0, _NODE) == node:
            return
        self._quiet = True
        for number in range(self.topLevelItemCount()):
            item = self.topLevelItem(number)
            if item.data(0, _NODE) == node:
                self.setCurrentItem(item)
                self.scrollToItem(item)
                break
        self._quiet = False

    def _moved(self, item: QTreeWidgetItem | None, _before: object) -> None:
        node = item.data(0, _NODE) if item is not None else None
        if not self._quiet and node:
            self.chosen.emit(node)
