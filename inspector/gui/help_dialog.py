"""The help inside the program: pages of our own, every rule with its why and remedy, found by words.

Only texts that ship with the program are shown here; nothing of a reviewed target ever is. The pane loads
no picture and follows no link.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, QUrl
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from inspector import resources
from inspector.gui.texts import language, tr
from inspector.gui.widgets import own_clear_signs, plain_label, size_dialog, spaced

_KEY = Qt.ItemDataRole.UserRole
_NAMES = {"cwe": "CWE", "owasp_llm": "OWASP LLM", "atlas": "MITRE ATLAS", "cve": "CVE"}


@dataclass(frozen=True)
class Page:
    """``text`` is Markdown. ``key`` is the file's stem, or ``rule:`` and the rule's id."""

    key: str
    title: str
    text: str


def pages(code: str = "") -> list[Page]:
    """The pages in their order, in the language ``code`` (such as ``de``) where it has them, else English."""
    found = []
    for file in sorted(resources.path("help").glob("*.md")):
        translated = file.parent / code / file.name if code else file
        text = (translated if translated.is_file() else file).read_text(encoding="utf-8")
        title = text.split("\n", 1)[0].lstrip("# ").strip()
        found.append(Page(file.stem, title, text))
    return found


def rule_pages() -> list[Page]:
    """One page for each rule of the catalogue."""
    from inspector.rules import catalogue

    made = []
    for rule in catalogue().values():
        known = [
            f"{_NAMES.get(name, name)}: {', '.join(values)}"
            for name, values in rule.identifiers.items()
            if values
        ]
        text = (
            f"# {rule.title}\n\n`{rule.id}` · {rule.severity.value}\n\n"
            f"## {tr('Why it matters')}\n\n{rule.why}\n\n## {tr('What to do')}\n\n{rule.remedy}\n"
        )
        if known:
            text += f"\n## {tr('Known as')}\n\n" + "\n".join(f"- {line}" for line in known) + "\n"
        made.append(Page(f"rule:{rule.id}", rule.title, text))
    return made


class _Pane(QTextBrowser):
    def loadResource(self, kind: int, name: QUrl) -> object:
        return None  # our pages have no pictures, and nothing else is fetched for them


class HelpDialog(QDialog):
    """``show_page`` opens a page by its key; the filter looks through titles and texts."""

    def __init__(self, parent: QWidget, key: str = "") -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Help"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        guides, rules = pages(language()), rule_pages()
        self._pages = {page.key: page for page in (*guides, *rules)}
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(tr("Search the help"))
        self.filter.setAccessibleName(tr("Search the help"))
        self.filter.setClearButtonEnabled(True)
        self.topics = QListWidget()
        self.topics.setAccessibleName(tr("Topics"))
        self.topics.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.topics.setTextElideMode(Qt.TextElideMode.ElideRight)
        self._list(tr("GUIDES"), guides)
        self._list(tr("RULES"), rules)
        self.nothing = plain_label(tr("No page has these words."), role="sub")
        self.nothing.hide()
        self.text = _Pane()
        self.text.setAccessibleName(tr("Help page"))
        self.text.setOpenLinks(False)
        self.text.document().setDocumentMargin(18)
        self.filter.textChanged.connect(self._filter)
        self.topics.currentItemChanged.connect(self._chosen)
        look = getattr(parent, "look", None)
        if look is not None:
            own_clear_signs(self, look.icon("close"))
        self._place()
        self.show_page(key or guides[0].key)
        self.filter.setFocus()

    def _place(self) -> None:
        left = QVBoxLayout()
        spaced(left, 0, 0, 0, 0, 8)
        left.addWidget(self.filter)
        left.addWidget(self.topics, 1)
        left.addWidget(self.nothing)
        outer = QHBoxLayout(self)
        spaced(outer, 14, 14, 14, 14, 12)
        outer.addLayout(left, 1)
        outer.addWidget(self.text, 2)
        size_dialog(self, 138, 41)

    def _list(self, title: str, found: Sequence[Page]) -> None:
        head = QListWidgetItem(title)
        head.setFlags(Qt.ItemFlag.NoItemFlags)
        self.topics.addItem(head)
        for page in found:
            item = QListWidgetItem(page.title)
            item.setData(_KEY, page.key)
            item.setToolTip(page.title)
            self.topics.addItem(item)

    def show_page(self, key: str) -> None:
        """Opens the page ``key``; a rule that is no longer in the catalogue leads to the first page."""
        for number in range(self.topics.count()):
            if self.topics.item(number).data(_KEY) == key:
                self.topics.setCurrentRow(number)
                return
        self.topics.setCurrentRow(1)

    def _chosen(self, item: QListWidgetItem | None, _before: object = None) -> None:
        page = self._pages.get(item.data(_KEY)) if item is not None else None
        if page is not None:
            self.text.setMarkdown(page.text)

    def _filter(self, text: str) -> None:
        words = text.casefold().split()
        first = -1
        for number in range(self.topics.count()):
            item = self.topics.item(number)
            page = self._pages.get(item.data(_KEY))
            if page is None:
                item.setHidden(bool(words))
                continue
            within = page.text.casefold()
            item.setHidden(not all(word in within or word in page.key for word in words))
            if first < 0 and not item.isHidden():
                first = number
        self.nothing.setVisible(first < 0)
        if (
            words
            and first >= 0
            and (self.topics.currentItem() is None or self.topics.currentItem().isHidden())
        ):
            self.topics.setCurrentRow(first)
