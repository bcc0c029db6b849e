"""Which letters of a YAML text are the content of scalars: a tag that is spoken of there is none.

Texts are searched for tags by patterns, since loaders read what no one parser takes. Where both parsers of
PyYAML agree that a place lies inside of a scalar (YAML 1.1, chapters 7 to 9), no loader sees a tag there.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

MAX_LENGTH = 64 << 10  # letters: the parser in Python takes seconds for more
# By the parser in Python, which takes thirty times as long, and the longer the deeper brackets stand.
_MAX_PLAINLY_PARSED, MAX_BRACKETS = 64 << 10, 50
_MAX_TOKENS = 20_000
_FROM_MARK = re.compile(r"!\S*+")
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_BREAK = re.compile(r"[,\[\]{}]")
_TAG_LETTERS = re.compile(r"!|(?<=tag):(?=yaml)")


def depth_of(text: str) -> int:
    """How deep brackets stand in the text, at most."""
    depth = most = 0
    for bracket in re.findall(r"[\[\]{}]", text):
        depth = depth + 1 if bracket in "[{" else max(0, depth - 1)
        most = max(most, depth)
    return most


def is_plainly_parsed(text: str) -> bool:
    """Whether a text that libyaml refuses is short and flat enough for PyYAML's own parser."""
    return len(text) <= _MAX_PLAINLY_PARSED and depth_of(text) <= MAX_BRACKETS


def with_tags_unescaped(text: str) -> str:
    """``text`` with its tags as they are without percent escapes (YAML 1.1, 6.8.2). Each letter is looked at
    a few times at most: where a tag ends, and where the next escape stands, is searched anew only behind."""
    return _FROM_MARK.sub(_unescaped, text)


def _unescaped(found: re.Match[str]) -> str:
    run = found.group()
    pieces: list[str] = []
    at = 0
    closing = escape = ending = -1
    while (start := run.find("!", at)) >= 0:
        if escape < start:
            escape = _first(_ESCAPE.search(run, start), len(run))
        if escape == len(run):
            break
        if closing < start:
            closing = run.find(">", start) % (len(run) + 1)
        if ending <= start:
            ending = _first(_BREAK.search(run, start), len(run))
        if run.startswith("!<", start) and escape < closing < len(run):
            end = closing + 1
        elif escape < ending:
            end = ending
        else:  # behind what is closed here, the next one may be closed further on
            behind = closing if run.startswith("!<", start) else start
            inner = run.find("!<", max(behind, start + 1), ending)
            end = ending if inner < 0 else inner
            pieces.append(run[at:end])
            at = end
            continue
        pieces += (run[at:start], unquote(run[start:end]))
        at = end
    return "".join((*pieces, run[at:]))


def _first(found: re.Match[str] | None, otherwise: int) -> int:
    return otherwise if found is None else found.start()


def without_quoted_tags(text: str) -> str:
    """``text`` with the marks of tags inside of scalars made unknowable, each letter in its place. Where the
    parsers differ, or refuse the text, it is given back as it is."""
    import yaml

    if len(text) > MAX_LENGTH:
        return text
    found: list[list[tuple[int, int]]] = []
    for loader in dict.fromkeys((getattr(yaml, "CSafeLoader", yaml.SafeLoader), yaml.SafeLoader)):
        try:
            spans = _scalars(text, loader)
        except (yaml.YAMLError, RecursionError, ValueError):
            return text
        if spans is None:
            return text
        found.append(spans)
    if any(spans != found[0] for spans in found):
        return text
    pieces: list[str] = []
    at = 0
    for start, end in found[0]:
        pieces += (text[at:start], _TAG_LETTERS.sub(".", text[start:end]))
        at = end
    return "".join((*pieces, text[at:]))


def _scalars(text: str, loader: type) -> list[tuple[int, int]] | None:
    """Where scalars that hold a mark of a tag begin and end, without what stands before them; None where the
    text has too many tokens. The text is parsed as well: a token alone may stand where none is allowed."""
    import yaml

    spans: list[tuple[int, int]] = []
    for count, _ in enumerate(yaml.parse(text, Loader=loader)):
        if count > _MAX_TOKENS:
            return None
    for count, token in enumerate(yaml.scan(text, Loader=loader)):
        if count > _MAX_TOKENS:
            return None
        if isinstance(token, yaml.ScalarToken):
            start, end = token.start_mark.index, token.end_mark.index
            while end > start and text[end - 1].isspace():
                end -= 1  # the parsers differ in where a block ends
            if _TAG_LETTERS.search(text, start, end):
                spans.append((start, end))
    return spans
