"""Chat templates (Jinja): which expressions reach out of the conversation into Python.

A template is code by design; a harmless one walks over messages. Reaching for attributes with underscores,
for the ``attr`` filter, or for the globals that Jinja templates are broken out with is no part of that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from inspector.artifacts.pickles.danger import REVEALING_ATTRIBUTES
from inspector.provenance import plain

MAX_TEMPLATE = 4 << 20
_MAX_FOUND = 5
_STRING = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"", re.S)
_ENDS = {"{{": "}}", "{%": "%}", "{#": "#}"}
_OPEN = re.compile(r"\{\{|\{%|\{#")
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3}))")

# What an expression must not hold, outside of its quoted texts, and why.
_REACHES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\.\s*(_\w+)"), "it takes an attribute whose name begins with an underscore"),
    (re.compile(r"\b(__\w+)"), "it names something of Python's inside"),
    (re.compile(r"\|\s*attr\b"), "its filter takes attributes by computed names"),
    (
        re.compile(r"(?<![\w.])(cycler|lipsum|get_flashed_messages|url_for)\b"),
        "it uses a Jinja global that leads to Python's modules",
    ),
    (re.compile(r"(?<![\w.])(self)\s*[.\[]"), "it takes attributes of the template itself"),
    (re.compile(r"\{%-?\+?\s*(include|import|extends|from)\b"), "it reads other templates"),
    (
        re.compile(r"\.\s*(mro|popen|format_map|gi_frame|func_globals|subclasses)\b"),
        "it takes an attribute that leads to Python's inside",
    ),
)
_UNDERSCORED = re.compile(r"_\w*\Z|\w+_\Z")
_JOINS = re.compile(r"'' *[~+*]|[~+*] *''|\|\s*join|\]\s*\|")
_NAME_PIECE = re.compile(r"_{2}\w*\Z|\w*_{2}\Z")


def judge_template(text: str) -> list[str]:
    """Sentences that say what reaches out, at most five; empty for a template that only shows messages."""
    if len(text) > MAX_TEMPLATE:
        return ["The chat template is longer than 4 MB; it is not read, and no template needs that."]
    found: list[str] = []
    for block in _blocks(text):
        for why in _reaches(block):
            sentence = (
                f"The chat template reaches out of the conversation, for {why}: {plain(block.strip(), 160)}"
            )
            if sentence not in found:
                found.append(sentence)
            if len(found) >= _MAX_FOUND:
                return found
    return found


def _blocks(text: str) -> Iterator[str]:
    """The parts of a template that are executed, quoted texts respected. An open end counts as well."""
    at = 0
    while match := _OPEN.search(text, at):
        start = match.start()
        end_mark = _ENDS[match.group()]
        at = match.end()
        if end_mark == "#}":
            end = text.find(end_mark, at)
            at = len(text) if end < 0 else end + 2
            continue
        while at < len(text) and not text.startswith(end_mark, at):
            quoted = _STRING.match(text, at) if text[at] in "'\"" else None
            at = quoted.end() if quoted else at + 1
        at = min(at + 2, len(text))
        yield text[start:at]


def _reaches(block: str) -> Iterator[str]:
    code = _STRING.sub(" '' ", block)
    for pattern, why in _REACHES:
        if pattern.search(code):
            yield why
    for quoted in _STRING.findall(block):
        text = _ESCAPE.sub(lambda hit: chr(int(*_digits(hit))), quoted[1:-1])
        if _NAME_PIECE.match(text) and len(text) > 1:
            yield "a quoted text is (a piece of) the name of an attribute of Python's inside"
        elif any(name in text for name in REVEALING_ATTRIBUTES if name.startswith("__")):
            yield "a quoted text names an attribute of Python's inside"
        elif _UNDERSCORED.match(text) and _JOINS.search(code):
            yield "it puts a name with underscores together out of pieces"
        elif "%c" in text:
            yield "it builds a text out of character codes"


def _digits(hit: re.Match[str]) -> tuple[str, int]:
    for group in (1, 2, 3):
        if hit.group(group):
            return min(hit.group(group), "0010ffff") if group == 3 else hit.group(group), 16
    return hit.group(4), 8
