"""What the scan knows of one dataset or data file, as pairs of words; and the pane that shows them.

A card, Croissant metadata or a pointer is what somebody claims of data. A claim that can be compared with
bytes of the target is compared, and every other one is said to be a claim.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QScrollArea, QWidget

from inspector.gui.facts import Facts
from inspector.gui.texts import PIN_WORDS, count, shown, size_words, tr
from inspector.gui.widgets import Flow, clear, plain_label, spaced
from inspector.provenance import EdgeKind

CLAIMS = ("card", "croissant", "dataset-infos", "git-lfs-pointer", "dvc")
_LISTED = 12
_MOST_LINES = 60
Pair = tuple[str, str]


def pairs_of(facts: Facts, key: str, name: str) -> list[Pair]:
    """What is known of the row ``name`` of the Data tab, whose node is ``key`` (or ``read:PATH``)."""
    pairs = [*_identity(facts, key, name), *_reading(facts, name), *_claims(facts, name), *_use(facts, key)]
    return [(title, words) for title, words in pairs if words][:_MOST_LINES]


def _identity(facts: Facts, key: str, name: str) -> Iterator[Pair]:
    node = facts.nodes.get(key)
    file = facts.file(name) or {}
    given: Mapping[str, Any] = node.attributes if node is not None else {}
    digest = file.get("sha256") or given.get("sha256")
    size = file.get("size", given.get("size"))
    if digest:
        yield "SHA-256", f"{shown(digest)} ({tr('of the bytes that were read')})"
    if isinstance(size, int):
        yield tr("Size"), f"{size_words(size)} ({size:,} bytes)"
    if node is not None and node.pin is not None:
        yield tr("Pin"), f"{node.pin.value}: {tr(PIN_WORDS[node.pin])}"
    if given.get("revision"):
        yield tr("Revision"), shown(given["revision"])
    if given.get("missing"):
        yield tr("Dead link"), tr("named, and not part of the target")
    for edge in facts.edges_of(key)[:200]:
        if edge.kind is EdgeKind.PUBLISHED_BY and edge.source == key:
            yield tr("Owner"), shown(facts.node_name(edge.target))


def _reading(facts: Facts, name: str) -> Iterator[Pair]:
    """What was read of the file itself."""
    for item in facts.datasets:
        if item.get("path") != name:
            continue
        if item.get("columns"):
            yield tr("Columns"), shown(item["columns"][: _LISTED * 2], 600)
            who, when = item.get("contributor_column"), item.get("time_column")
            yield (
                tr("Contributor column"),
                shown(who) or tr("none is named so: nobody can say who gave a row"),
            )
            yield tr("Time column"), shown(when) or tr("none is named so")
        if item.get("script"):
            yield (
                tr("Loading script"),
                tr("a Python file runs when this dataset is loaded with datasets before 4.0"),
            )
        if item.get("partly"):
            yield tr("Not read"), shown(item["partly"])
        if item.get("format") in CLAIMS:
            yield from _claimed(item, name)
        yield from _links(facts, item)


def _claims(facts: Facts, name: str) -> Iterator[Pair]:
    """What files beside this one claim of it: the card of its folder, Croissant, a pointer."""
    folder = PurePosixPath(name).parent
    for item in facts.datasets:
        if item.get("format") not in CLAIMS or item.get("path") == name:
            continue
        path = PurePosixPath(str(item.get("path")))
        if item["format"] == "dvc":
            if str(path) == f"{name}.dvc":
                yield from _claimed(item, str(path))
        elif path.parent == folder or path.parent in folder.parents:
            card = item.get("card") or {}
            if item["format"] == "croissant":
                yield from _croissant(facts, name, path, card)
            elif item["format"] == "card":
                yield from _claimed(item, str(path))


def _claimed(item: Mapping[str, Any], source: str) -> Iterator[Pair]:
    """The claims of one card or pointer, by their own keys."""
    said = tr("claimed by {0}").format(shown(source, 120))
    card = item.get("card") if isinstance(item.get("card"), Mapping) else {}
    for name, value in list(card.items())[: _LISTED * 2]:
        words = shown(value, 400)
        if words and name != "distribution":
            yield _title(name), f"{words} ({said})"


def _croissant(facts: Facts, name: str, path: PurePosixPath, card: Mapping[str, Any]) -> Iterator[Pair]:
    if card.get("license"):
        yield (
            tr("Licence"),
            f"{shown(card['license'], 200)} ({tr('claimed by {0}').format(shown(str(path), 120))})",
        )
    if card.get("isLiveDataset") is True:
        yield "Croissant", tr("says that the content may change by design (isLiveDataset)")
    for one in card.get("distribution") or ():
        if not isinstance(one, Mapping) or not one.get("sha256"):
            continue
        target = urlsplit(str(one.get("url") or one.get("name") or "")).path.rsplit("/", 1)[-1]
        if target != PurePosixPath(name).name:
            continue
        known = (facts.file(name) or {}).get("sha256")
        if not known:
            yield "Croissant", tr("names a digest of this file; it was not compared")
        elif str(one["sha256"]).lower() == known:
            yield "Croissant", tr("its digest is the one of the bytes here")
        else:
            yield "Croissant", tr("its digest is another one than that of the bytes here")


def _links(facts: Facts, item: Mapping[str, Any]) -> Iterator[Pair]:
    """Links of a card: those within the target are looked for, the others were not followed."""
    outside, dead = 0, []
    base = PurePosixPath(str(item.get("path"))).parent
    for link in list(item.get("links") or ())[:400]:
        text = str(link[0]) if isinstance(link, (list, tuple)) and link else ""
        if "://" in text or text.startswith(("mailto:", "//")):
            outside += 1
            continue
        path = text.split("#", 1)[0].split("?", 1)[0].removeprefix("./")
        inside = str(base / path) if path and not path.startswith(("/", "..")) else ""
        if inside and facts.file(inside) is None:
            where = (
                f" ({tr('line {0}').format(link[1])})" if len(link) > 1 and isinstance(link[1], int) else ""
            )
            dead.append(f"{shown(text, 120)}{where}")
    if dead:
        more = f" … {len(dead):,}" if len(dead) > _LISTED else ""
        yield tr("Dead links"), ", ".join(dead[:_LISTED]) + more
    if outside:
        yield tr("Links to elsewhere"), tr("{0}; none was followed").format(count(outside, "link", "links"))


def _use(facts: Facts, key: str) -> Iterator[Pair]:
    """Where the target uses it."""
    places = []
    for edge in facts.edges_of(key)[:400]:
        if edge.target == key and edge.kind is not EdgeKind.CONTAINS:
            for item in edge.evidence[:3]:
                if item.get("path"):
                    line = f":{item['line']}" if item.get("line") else ""
                    places.append(f"{shown(item['path'], 120)}{line}")
    if places:
        unique = list(dict.fromkeys(places))
        more = f" … {len(unique):,}" if len(unique) > _LISTED else ""
        yield tr("Used in"), ", ".join(unique[:_LISTED]) + more


def _title(name: object) -> str:
    words = {
        "license": tr("Licence"),
        "source_datasets": tr("Made from"),
        "annotations_creators": tr("Annotated by"),
        "language_creators": tr("Written by"),
        "language": tr("Language"),
        "base_model": tr("Base model"),
    }
    return words.get(str(name)) or shown(str(name), 60).replace("_", " ").capitalize()


class FactsPane(QScrollArea):
    """The pairs, one below the other; every word selectable, none of it rich text."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        body = QWidget()
        body.setObjectName("pane")
        self._grid = QGridLayout(body)
        spaced(self._grid, 14, 8, 14, 8, 5)
        self._grid.setColumnStretch(1, 1)
        self.setWidget(body)
        self.pairs: list[Pair] = []

    def show_pairs(self, pairs: list[Pair]) -> None:
        if pairs == self.pairs:
            return
        self.pairs = pairs
        clear(self._grid)
        for row, (title, words) in enumerate(pairs):
            self._grid.addWidget(plain_label(title, role="sub"), row, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(Flow(words, name=title), row, 1)
        self._grid.setRowStretch(len(pairs), 1)
        self.setVisible(bool(pairs))
