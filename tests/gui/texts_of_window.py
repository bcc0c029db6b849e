"""Every text that the window puts through the translation, collected from its source.

Literals handed to ``tr`` and ``count``, titles of columns, facts and sections, and the tables whose words
are translated where they are shown.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import inspector.gui

ROOM = Path(inspector.gui.__file__).parent
VIEWS = ROOM.parent / "views"  # whose texts the graph panel translates
_ID = re.compile(r"[a-z]+(-[a-z]+)+|\W*")  # of an action, and what has no letters
# Functions that translate, and which of their arguments.
_PLACES = {"tr": (0,), "count": (1, 2), "Column": (0,), "say": (0,), "say_count": (1, 2)}
_PAIRS = {"pairs", "said"}  # lists of (title, words) that the node pane shows


def texts() -> set[str]:
    """All of them, in English."""
    found: set[str] = set()
    for file in sorted([*ROOM.rglob("*.py"), *VIEWS.glob("*.py")]):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        found.update(_handed_over(tree))
    return {text for text in {*found, *_tables()} if text and not _ID.fullmatch(text)}


def _handed_over(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name):
            places = _PLACES.get(node.func.id, ())
            yield from _constants(node.args[place] for place in places if place < len(node.args))
        elif isinstance(node.func, ast.Attribute):
            if node.func.attr == "_section" and len(node.args) > 1:
                yield from _constants(node.args[1:2])
            holder = node.func.value
            pair = node.args[0] if node.args else None
            if isinstance(holder, ast.Name) and holder.id in _PAIRS and isinstance(pair, ast.Tuple):
                yield from _constants(pair.elts[:1])
    for made in ast.walk(tree):
        if isinstance(made, ast.ListComp) and isinstance(made.elt, ast.Call):
            name, rows = made.elt.func, made.generators[0].iter
            if isinstance(name, ast.Name) and name.id == "tr" and isinstance(rows, ast.Tuple):
                yield from _constants(rows.elts)
    for loop in ast.walk(tree):
        if isinstance(loop, ast.For) and _translates_first(loop):
            rows = loop.iter.args[0] if isinstance(loop.iter, ast.Call) and loop.iter.args else loop.iter
            if isinstance(rows, (ast.Tuple, ast.List)):
                for row in rows.elts:
                    if isinstance(row, ast.Tuple):
                        yield from _constants(row.elts[:2])


def _translates_first(loop: ast.For) -> bool:
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "tr"
        for node in ast.walk(ast.Module(loop.body, []))
    )


def _constants(nodes: object) -> Iterator[str]:
    for node in nodes:  # type: ignore[attr-defined]
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.IfExp):
            yield from _constants((node.body, node.orelse))


def _tables() -> Iterator[str]:
    from inspector.gui import (
        actions,
        checklist_page,
        compare_dialog,
        data_page,
        dependencies_page,
        files_page,
        findings_page,
        inventory_model,
        language,
        node_facts,
        settings_dialog,
        verify_dialog,
    )
    from inspector.gui import marks as window_marks
    from inspector.gui import texts as words
    from inspector.gui.graph import bar

    # The package gives functions of the same names.
    lineage, marks = import_module("inspector.views.lineage"), import_module("inspector.views.marks")

    for action in actions.ACTIONS:
        yield from (action.text, action.help, action.text.rstrip("…"))
    yield from (*actions.MENUS, *actions.TABS)
    for page in (checklist_page, data_page, dependencies_page, files_page, findings_page):
        yield from (text for text, _ in page.CHIPS)
    for table in (words.PIN_WORDS, words.LOADING_WORDS, verify_dialog.CHECK_WORDS):
        yield from table.values()
    yield from (*bar.TITLES.values(), *bar._HINTS.values())
    yield from (text for mark in window_marks.MARKS for text in (mark.looks, mark.means))
    yield from (text for pair in marks._COUNTED.values() for text in pair)
    yield from (*lineage._VERIFIED.values(), "verification unknown", lineage._UNCLEAR)
    yield from ("unknown", "yes", "no")
    yield from (text for _, _, text in compare_dialog.PARTS)
    yield from (text for _, text in (*settings_dialog.THEMES, *language.LANGUAGES))
    yield from (title for title, _ in inventory_model.GROUPS)
    yield from node_facts.TITLES.values()
    for there, back in node_facts._EDGE_WORDS.values():
        yield from (there, back)
    yield from ("Decision", "Reviewer", "Valid until", "Key", "Passphrase", "Package")
    yield from ("DECIDED SO FAR", "ACCEPTED RISKS", "NOT ANALYSED", "SCOPE")
    yield from ("Record", "Trust store", "Claimed", "Name")
