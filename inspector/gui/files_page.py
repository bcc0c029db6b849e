"""The Files tab: every file of the target with its loading verdict, and what was not analysed."""

from __future__ import annotations

from typing import Any

from inspector.gui.look import Look
from inspector.gui.rows import Column
from inspector.gui.selection import Selection
from inspector.gui.session import Session
from inspector.gui.table_page import TablePage
from inspector.gui.texts import LOADING_WORDS, shown, size_words, tr
from inspector.gui.widgets import button
from inspector.provenance import Loading

NOT_ANALYSED = "not analysed"
GAPS_TERM = "loading:not-analysed"
_RISKY = ("runs-code", "unknown-import", "unreadable", "not-understood", NOT_ANALYSED)
_ORDER = {
    word: place for place, word in enumerate((*_RISKY, "library", "allow-listed", "data-only", "no-loader"))
}
CHIPS = (
    ("Runs code", "loading:runs-code"),
    ("Unreadable", "loading:unreadable"),
    ("Not understood", "loading:not-understood"),
    ("Not analysed", GAPS_TERM),
)


class FilesPage(TablePage):
    """Rows are the contract's ``files``; what is only in ``coverage.not_analysed`` is a row as well."""

    def __init__(self, look: Look, selection: Selection) -> None:
        self.look = look
        self.selection = selection
        self.session: Session | None = None
        tokens = look
        columns = [
            Column("Path", lambda row: row.get("path"), 0, middle=True),
            Column(
                "Loading",
                _loading,
                18,
                colour=lambda row: _colour(tokens, row),
                sort=lambda row: _ORDER.get(str(row.get("loading")), 99),
                tooltip=_verdict,
            ),
            Column("Format", lambda row: row.get("format"), 10),
            Column("Size", lambda row: size_words(row.get("size")), 8, sort=lambda row: row.get("size") or 0),
            Column("Why", _why, 26, least=105, colour=lambda row: tokens.tokens.sub),
            Column(
                "SHA-256",
                lambda row: str(row.get("sha256") or "")[:12],
                13,
                least=140,  # the whole digest stands in the node pane; the path needs the room more
                tooltip=lambda r: r.get("sha256"),
            ),
        ]
        super().__init__(
            "Files",
            columns,
            key=lambda row: str(row.get("path")),
            spoken=lambda row: f"{shown(row.get('path'))}, {row.get('loading')}, {shown(row.get('format'))}",
            chips=CHIPS,
            hint=tr("Filter, such as loading:runs-code format:pickle"),
        )
        self.gaps = button(tr("Not analysed"), role="link")
        self.gaps.clicked.connect(self.show_gaps)
        self.gaps.hide()
        self.top.addWidget(self.gaps)
        self.table.chosen.connect(self._chosen)
        selection.node_changed.connect(self._follow)

    def set_session(self, session: Session | None) -> None:
        self.session = session
        self.filter.clear()
        self.set_all([])
        if session is not None:
            session.grown.connect(self.refresh)

    def refresh(self) -> None:
        if self.session is None:
            return
        facts = self.session.facts
        why = {str(item.get("path")): item.get("why") for item in facts.not_analysed}
        rows = []
        for item in (*facts.files, *facts.verdicts.values()):
            reason = why.pop(str(item.get("path")), None)
            rows.append({**item, "gap": reason} if reason else item)
        rows += [{"path": path, "loading": NOT_ANALYSED, "gap": reason} for path, reason in why.items()]
        number = facts.gaps
        self.gaps.setText(tr("{0} not analysed").format(f"{number:,}"))
        self.gaps.setAccessibleName(self.gaps.text())
        self.gaps.setVisible(number > 0)
        self.set_all(rows)

    def order(self, row: Any) -> Any:
        return (_ORDER.get(str(row.get("loading")), 99), str(row.get("path")))

    def follow(self) -> None:
        if self.selection.node:
            self._follow(self.selection.node)

    def head(self, visible: int, total: int) -> str:
        if visible == total:
            return tr("{0} files").format(f"{total:,}")
        return tr("{0} of {1} files").format(f"{visible:,}", f"{total:,}")

    def nothing(self, total: int) -> str:
        facts = self.session.facts if self.session is not None else None
        if facts is None or facts.done is None or facts.gaps:
            return super().nothing(total)
        if not total:
            return tr("There are no files here.")
        if self.filter.text().strip() == GAPS_TERM:
            return tr("Every file was analysed.")
        return super().nothing(total)

    def show_gaps(self) -> None:
        """Shows only what was not analysed."""
        self.filter.setText(GAPS_TERM)
        self.refilter()
        self.table.setFocus()

    def _chosen(self, key: str, _keys: tuple[str, ...]) -> None:
        node = self.session.node_of_path(key) if self.session else None
        if node is not None:
            self.selection.select_node(node.id)

    def _follow(self, node: str) -> None:
        path = node.partition(":")[2]
        if path != self.table.current_key():
            self.table.select_key(path if self.rows.place(path) >= 0 else "")


def _loading(row: Any) -> str:
    word = str(row.get("loading") or "")
    return f"{word} · not-analysed" if row.get("gap") else word


def _why(row: Any) -> str:
    if row.get("gap"):
        return str(row["gap"])
    reasons = row.get("reasons") or ()
    return "; ".join(str(item.get("message")) for item in list(reasons)[:3])


def _verdict(row: Any) -> str:
    try:
        return f"{row.get('loading')}: {tr(LOADING_WORDS[Loading(str(row.get('loading')))])}"
    except ValueError:
        return str(row.get("loading"))


def _colour(look: Look, row: Any) -> str | None:
    word = row.get("loading")
    if word == "runs-code":
        return look.tokens.risk
    if row.get("gap") or word in ("unreadable", "not-understood", "unknown-import", NOT_ANALYSED):
        return look.tokens.unknown
    return None
