"""The Dependencies tab: packages with pin and audit, the manifests they come from, and what is not known."""

from __future__ import annotations

from collections import Counter
from typing import Any

from PySide6.QtCore import Signal

from inspector.gui.look import Look
from inspector.gui.package_tree import PackageTree, package_key, package_nodes
from inspector.gui.rows import Column
from inspector.gui.selection import Selection
from inspector.gui.session import Phase, Session
from inspector.gui.table_page import TablePage
from inspector.gui.texts import count, shown, tr
from inspector.gui.widgets import Elided, button, set_role
from inspector.provenance.text import elide_middle

MANIFESTS_SHOWN = 3
MANIFESTS_IN_TIP = 40
_AUDIT_ORDER = {"vulnerable": 0, "not-audited": 1, "not-in-database": 2, "no-advisory": 3}
CHIPS = (
    ("Vulnerable", "audit:vulnerable"),
    ("Not audited", "audit:not-audited"),
    ("Direct", "direct:yes"),
    ("Movable", "pin:movable"),
    ("No pin", "pin:none"),
)


class DependenciesPage(TablePage):
    """Rows are the contract's ``packages``. The heading is never green while one is not audited."""

    audit_wanted = Signal()

    def __init__(self, look: Look, selection: Selection) -> None:
        self.look = look
        self.selection = selection
        self.session: Session | None = None
        columns = [
            Column("Package", lambda row: row.get("name"), 20),
            Column("Version", lambda row: row.get("version") or "—", 10),
            Column("Pin", lambda row: row.get("pin"), 10, colour=self._pin_colour),
            Column("Direct", lambda row: row.get("direct"), 7),
            Column(
                "Audit",
                lambda row: row.get("audit"),
                14,
                colour=self._audit_colour,
                sort=lambda row: _AUDIT_ORDER.get(str(row.get("audit")), 9),
                tooltip=lambda row: row.get("why") or row.get("audit"),
            ),
            Column("Advisories", _advisories, 0, tooltip=_advisory_tip),
            Column(
                "Needed by",
                lambda row: row.get("required_by") or "",
                12,
                least=127,
                colour=lambda r: look.tokens.sub,
            ),
            Column(
                "Ecosystem",
                lambda row: row.get("ecosystem") or "PyPI",
                10,
                least=141,
                colour=lambda r: look.tokens.sub,
            ),
            Column("Looks like", _looks_like, 11, least=112, colour=lambda row: look.tokens.risk),
        ]
        super().__init__(
            "Dependencies",
            columns,
            key=lambda row: "\0".join(package_key(row)),
            spoken=lambda row: (
                f"{shown(row.get('name'))} {shown(row.get('version'))}, pin {row.get('pin')}, "
                f"audit {row.get('audit')}"
            ),
            chips=CHIPS,
            hint=tr("Filter, such as pin:none audit:vulnerable"),
        )
        self.audit = Elided()
        self.audit.setProperty("role", "sub")
        self.ask = button(tr("Audit packages online"))
        self.ask.setToolTip(tr("Sends names and versions of packages to the advisory service."))
        self.ask.clicked.connect(self.audit_wanted)
        self.top.addWidget(self.audit)
        self.top.set_field(1)
        self.as_tree = button(tr("Tree"))
        self.as_tree.setCheckable(True)
        self.as_tree.setToolTip(tr("Who pulls in what"))
        self.as_tree.toggled.connect(self._turn)
        self.top.addWidget(self.as_tree)
        self.top.addWidget(self.ask)
        self.tree = PackageTree(look)
        self.tree.hide()
        self.tree.chosen.connect(selection.select_node)
        self.column.addWidget(self.tree, 1)
        self._tree_of: tuple[int, int] = (-1, -1)
        self._nodes_of = -1
        self._node_by_key: dict[tuple[str, str, str], str] = {}
        self.table.chosen.connect(self._chosen)
        selection.node_changed.connect(self._follow)

    def _turn(self, tree: bool) -> None:
        """Shows the tree or the table. The tree is built when it is first seen, and shows all packages."""
        self.tree.setVisible(tree)
        self.table.setVisible(not tree)
        for widget in (self.filter, *self.chips.values()):
            widget.setEnabled(not tree)
        self._grow_tree()
        (self.tree if tree else self.table).setFocus()

    def _grow_tree(self) -> None:
        if not self.as_tree.isChecked():
            return
        facts = self.session.facts if self.session is not None else None
        now = (len(facts.packages), len(facts.edges)) if facts is not None else (0, 0)
        if now != self._tree_of:
            self._tree_of = now
            self.tree.show_facts(facts)

    def set_session(self, session: Session | None) -> None:
        self.session = session
        self._tree_of = (-1, -1)
        self._nodes_of = -1
        self.tree.show_facts(None)
        self.as_tree.setChecked(False)
        self.filter.clear()
        self.set_all([])
        if session is not None:
            session.grown.connect(self.refresh)
            session.phase_changed.connect(self._phase)

    def _phase(self) -> None:
        self.ask.setEnabled(self.session is not None and self.session.phase is Phase.READY)

    def refresh(self) -> None:
        if self.session is None:
            return
        facts = self.session.facts
        self.set_all(list(facts.packages))
        tally = Counter(str(row.get("audit")) for row in facts.packages)
        asked = facts.audit
        parts = [f"{tally[word]:,} {word}" for word in _AUDIT_ORDER if tally[word]]
        if asked.get("source") == "none":
            parts.append(tr("no advisories were asked"))
        elif asked.get("source"):
            when = f" {tr('of')} {shown(asked['as_of'])}" if asked.get("as_of") else ""
            parts.append(f"{tr('source')} {shown(asked['source'], 80)}{when}")
        fine = asked.get("complete") is True and not (
            tally["not-audited"] or tally["not-in-database"] or tally["vulnerable"]
        )
        self.audit.setText("  ·  ".join(parts))
        set_role(
            self.audit, "good" if fine and facts.packages else ("risk" if tally["vulnerable"] else "unknown")
        )
        self._show_manifests(facts.manifests)
        if self.session.phase is Phase.READY:
            self._grow_tree()

    def _show_manifests(self, manifests: list[dict[str, Any]]) -> None:
        told = [_manifest_words(item) for item in manifests[:MANIFESTS_IN_TIP]]
        lines = told[:MANIFESTS_SHOWN]
        if len(manifests) > len(lines):
            lines.append(tr("and {0} more manifests").format(len(manifests) - len(lines)))
        self.remark.setText("\n".join(lines))
        self.remark.setToolTip("\n".join(told).replace("<", "‹").replace(">", "›"))
        self.remark.setVisible(bool(lines))

    def follow(self) -> None:
        if self.selection.node:
            self._follow(self.selection.node)

    def head(self, visible: int, total: int) -> str:
        if visible == total:
            return count(total, "package", "packages")
        return tr("{0} of {1} packages").format(f"{visible:,}", f"{total:,}")

    def nothing(self, total: int) -> str:
        ended = self.session is not None and self.session.phase is Phase.READY
        if total or not ended:
            return super().nothing(total)
        return tr("No manifest or lock file here names a package.")

    def order(self, row: Any) -> Any:
        return (_AUDIT_ORDER.get(str(row.get("audit")), 9), not row.get("direct"), str(row.get("name")))

    def _pin_colour(self, row: Any) -> str | None:
        if row.get("pin") in ("none", "movable"):
            return self.look.tokens.risk
        return self.look.tokens.unknown if row.get("pin") == "undetermined" else None

    def _audit_colour(self, row: Any) -> str | None:
        if row.get("audit") == "vulnerable":
            return self.look.tokens.risk
        return None if row.get("audit") == "no-advisory" else self.look.tokens.unknown

    def _chosen(self, key: str, _keys: tuple[str, ...]) -> None:
        if self.session is None or not key:
            return
        for row in self.rows.rows:
            if self.rows.key(row) == key:
                node = self._nodes().get(package_key(row))
                if node is not None:
                    self.selection.select_node(node)
                return

    def _nodes(self) -> dict[tuple[str, str, str], str]:
        """The node of each package, read anew only when there are more nodes."""
        if self.session is None:
            return {}
        if len(self.session.facts.nodes) != self._nodes_of:
            self._nodes_of = len(self.session.facts.nodes)
            self._node_by_key = package_nodes(self.session.facts)
        return self._node_by_key

    def _follow(self, node: str) -> None:
        if not node.startswith("package:"):
            return
        self.tree.select_node(node)
        wanted = next((key for key, found in self._nodes().items() if found == node), None)
        place = next((row for row in self.rows.rows if package_key(row) == wanted), None)
        if place is not None:
            self.table.select_key(self.rows.key(place))


def _advisories(row: Any) -> str:
    return ", ".join(
        f"{item.get('id')} ({item.get('severity') or '?'})" for item in row.get("advisories") or ()
    )


def _advisory_tip(row: Any) -> str:
    return "; ".join(
        f"{item.get('id')}: {item.get('summary') or ''}, "
        f"fixed in {', '.join(item.get('fixed_in') or ()) or 'no version named'}"
        for item in row.get("advisories") or ()
    )


def _looks_like(row: Any) -> str:
    return ", ".join(str(item.get("name")) for item in row.get("looks_like") or ())


def _manifest_words(item: dict[str, Any]) -> str:
    """``requirements.txt · requirements: 12 in all, 1 exact, 9 range``: zero counts are left out."""
    path, form = elide_middle(shown(item.get("path"), 400), 60), shown(item.get("format"), 40)
    name = path.rpartition("/")[2].lower()
    head = path if form.lower() in name else f"{path} · {form}"  # a Dockerfile of format Dockerfile
    if item.get("error"):
        return f"{head} · {tr('not read whole')}: {shown(item['error'], 160)}"
    parts = []
    for name, counts in list((item.get("sections") or {}).items())[:6]:
        if isinstance(counts, dict):
            rest = [f"{number} {word}" for word, number in counts.items() if word != "total" and number]
            parts.append(
                f"{shown(name, 60)}: {counts.get('total', 0)} {tr('in all')}, {', '.join(rest)}".rstrip(", ")
            )
    if item.get("packages"):
        parts.append(f"{item['packages']} {tr('packages')}, {item.get('edges', 0)} {tr('edges')}")
    return " · ".join([head, *parts])
