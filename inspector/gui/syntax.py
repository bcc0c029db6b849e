"""Colours for source lines in the evidence pane: Python, YAML, JSON, TOML, Dockerfiles and shell.

Works on single lines with a few patterns and understands nothing beyond words: it is there to be read by,
never to judge. A line longer than the pane shows is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtGui import QColor, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from inspector.gui.theme import Tokens, syntax_colours

_LONGEST = 1000  # characters of a line that are looked at
_GUTTER = re.compile(r" *\d+ {2}")
_PYTHON_WORDS = (
    "and|as|assert|async|await|break|class|continue|def|del|elif|else|except|finally|for|from|global|if|"
    "import|in|is|lambda|match|nonlocal|not|or|pass|raise|return|try|while|with|yield|None|True|False"
)
_SHELL_WORDS = "if|then|elif|else|fi|for|in|do|done|while|case|esac|function|export|local|return|exit|set"
_DOCKER_WORDS = (
    "FROM|AS|RUN|CMD|LABEL|EXPOSE|ENV|ADD|COPY|ENTRYPOINT|VOLUME|USER|WORKDIR|ARG|ONBUILD|HEALTHCHECK|SHELL"
)
# One pattern each: the first alternative that matches at a place wins, so that a word in a string or in a
# comment keeps the colour of what it stands in.
_TEXT = r"(?P<text>[rbfuRBFU]{0,2}(?:'''|\"\"\"|'(?:[^'\\]|\\.)*'?|\"(?:[^\"\\]|\\.)*\"?))"
_NUMBER = r"(?P<number>\b(?:0[xX][0-9a-fA-F_]+|\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?)\b)"
_REMARK = r"(?P<remark>(?:(?<=\s)|^)\#.*)"


def _pattern(*parts: str) -> re.Pattern[str]:
    return re.compile("|".join(parts))


_PYTHON = _pattern(
    r"(?P<remark>\#.*)", _TEXT, rf"(?P<word>\b(?:{_PYTHON_WORDS})\b)", r"(?P<name>@[\w.]+)", _NUMBER
)
_YAML = _pattern(
    _REMARK,
    r"(?P<name>(?:^|(?<=[\s\-{,]))[\w.\-/]+(?=\s*:(?:\s|$)))",
    _TEXT,
    r"(?P<word>!!?[\w/.:]*|[&*]\w+)",
    _NUMBER,
)
_JSON = _pattern(r'(?P<name>"(?:[^"\\]|\\.)*"(?=\s*:))', _TEXT, r"(?P<word>\b(?:true|false|null)\b)", _NUMBER)
_TOML = _pattern(
    _REMARK,
    r"(?P<name>^\s*(?:\[[^\]]*\]+|[\w.\-]+(?=\s*=)))",
    _TEXT,
    r"(?P<word>\b(?:true|false)\b)",
    _NUMBER,
)
_SHELL = _pattern(
    _REMARK, _TEXT, rf"(?P<word>\b(?:{_SHELL_WORDS})\b)", r"(?P<name>\$\{?\w+\}?|(?<=\s)--?[\w\-]+)", _NUMBER
)
_DOCKER = _pattern(
    _REMARK, _TEXT, rf"(?P<word>^\s*(?:{_DOCKER_WORDS})\b)", r"(?P<name>\$\{?\w+\}?|(?<=\s)--?[\w\-]+)"
)
_BY_ENDING = {
    ".py": _PYTHON,
    ".pyi": _PYTHON,
    ".ipynb": _JSON,
    ".json": _JSON,
    ".jsonl": _JSON,
    ".yaml": _YAML,
    ".yml": _YAML,
    ".toml": _TOML,
    ".cfg": _TOML,
    ".ini": _TOML,
    ".env": _SHELL,
    ".sh": _SHELL,
    ".bash": _SHELL,
    ".mk": _SHELL,
}
_BY_NAME = {"makefile": _SHELL, "dockerfile": _DOCKER, "containerfile": _DOCKER}


@dataclass(frozen=True)
class Span:
    """``length`` characters from ``start`` on that have the colour of ``kind``."""

    start: int
    length: int
    kind: str  # "word", "text", "number", "remark" or "name"


def language_of(path: str) -> re.Pattern[str] | None:
    """The pattern for a file of this name; None where its lines stay plain."""
    name = path.rsplit("/", 1)[-1].lower()
    for start, pattern in _BY_NAME.items():
        if name == start or name.startswith(f"{start}.") or name.endswith(f".{start}"):
            return pattern
    dot = name.rfind(".")
    return _BY_ENDING.get(name[dot:]) if dot >= 0 else None


def spans(pattern: re.Pattern[str], line: str) -> list[Span]:
    """What stands out in one line, left to right and never overlapping."""
    return [
        Span(found.start(), found.end() - found.start(), found.lastgroup)
        for found in pattern.finditer(line[:_LONGEST])
        if found.lastgroup is not None
    ]


class SourceColours(QSyntaxHighlighter):
    """Colours the numbered lines of a text pane; what stands above them (prose) stays plain."""

    def __init__(self, document: QTextDocument, tokens: Callable[[], Tokens]) -> None:
        super().__init__(document)
        self._tokens = tokens
        self._pattern: re.Pattern[str] | None = None

    def use(self, path: str) -> None:
        """Chooses the language by the file's name, for the text that is shown next; "" for none."""
        self._pattern = language_of(path) if path else None

    def highlightBlock(self, text: str) -> None:
        if self._pattern is None:
            return
        gutter = _GUTTER.match(text)
        if gutter is None:
            return
        tokens = self._tokens()
        self.setFormat(0, gutter.end(), _format(tokens.sub))
        colours = syntax_colours(tokens)
        for span in spans(self._pattern, text[gutter.end() :]):
            made = _format(colours[span.kind], italic=span.kind == "remark")
            self.setFormat(gutter.end() + span.start, span.length, made)


def _format(colour: str, *, italic: bool = False) -> QTextCharFormat:
    made = QTextCharFormat()
    made.setForeground(QColor(colour))
    if italic:
        made.setFontItalic(True)
    return made
