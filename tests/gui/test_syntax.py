"""Colours of source lines: what stands out, in which files, and that it can be read in every theme."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtGui import QTextDocument

from inspector.gui.syntax import SourceColours, language_of, spans
from inspector.gui.theme import DARK, THEMES, contrast, syntax_colours


def _words(path: str, line: str) -> list[tuple[str, str]]:
    pattern = language_of(path)
    assert pattern is not None
    return [(line[span.start : span.start + span.length], span.kind) for span in spans(pattern, line)]


@pytest.mark.parametrize(
    ("path", "line", "wanted"),
    [
        ("a/b.py", "from x import y  # why", [("from", "word"), ("import", "word"), ("# why", "remark")]),
        ("b.py", 'load("org/base", revision="#1")', [('"org/base"', "text"), ('"#1"', "text")]),
        ("b.py", "classify = 10", [("10", "number")]),
        ("c.yml", "model: org/base # none", [("model", "name"), ("# none", "remark")]),
        ("c.yaml", "url: https://host/a#b", [("url", "name")]),
        ("d.json", '{"a": "b", "c": 1.5}',
         [('"a"', "name"), ('"b"', "text"), ('"c"', "name"), ("1.5", "number")]),
        ("Dockerfile", "FROM python:3.12", [("FROM", "word")]),
        ("deploy/Dockerfile.gpu", "ARG TAG=1", [("ARG", "word")]),
        ("run.sh", 'vllm serve "$MODEL" --port 80',
         [('"$MODEL"', "text"), ("--port", "name"), ("80", "number")]),
    ],
)  # fmt: skip
def test_words_strings_and_comments_stand_out(path, line, wanted):
    assert _words(path, line) == wanted


def test_other_files_stay_plain():
    for path in ("notes.txt", "README", "weights.bin", "dockerfiles.txt", ""):
        assert language_of(path) is None


def test_a_hostile_line_takes_no_time_and_nothing_overlaps():
    for text in ('"' * 5000, "'\\" * 5000, "a." * 5000, "- " * 5000, "{$" * 5000, "[" * 5000):
        for path in ("a.py", "a.yaml", "a.json", "a.toml", "a.sh", "Dockerfile"):
            found = spans(language_of(path), text)
            assert all(a.start + a.length <= b.start for a, b in pairwise(found))


@pytest.mark.parametrize("theme", sorted(THEMES))
def test_coloured_source_can_be_read_on_the_pane_and_on_the_marked_line(theme):
    tokens = THEMES[theme]
    least = 7.0 if theme == "contrast" else 4.5
    for colour in syntax_colours(tokens).values():
        assert contrast(colour, tokens.surface) >= least
        assert contrast(colour, tokens.selection) >= least


def _coloured(document: QTextDocument) -> list[int]:
    return [len(document.findBlockByNumber(n).layout().formats()) for n in range(document.blockCount())]


def test_only_numbered_lines_are_coloured(qapp):
    document = QTextDocument()
    colours = SourceColours(document, lambda: DARK)
    colours.use("a.py")
    document.setPlainText("import is a word of prose\n\n12  import torch\n13  plain")
    colours.rehighlight()  # Qt puts the very first colouring off to the event loop
    assert _coloured(document) == [0, 0, 2, 1]
    colours.use("")
    document.setPlainText("12  import torch")
    assert _coloured(document) == [0]


def test_the_evidence_pane_colours_source(opened, qtbot):
    facts = opened.session.facts
    item = next(i for i in facts.findings.values() if any(e.line for e in i.finding.evidence))
    opened.selection.select_finding(item.finding.id, item.finding.node)
    text = opened.pane.evidence.text
    qtbot.waitUntil(lambda: any(_coloured(text.document())))
