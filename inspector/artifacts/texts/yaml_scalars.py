"""Which letters of a YAML text are the content of scalars: a tag that is spoken of there is none.

Texts are searched for tags by patterns, since loaders read what no one parser takes. Where both parsers of
PyYAML agree that a place lies inside of a scalar (YAML 1.1, chapters 7 to 9), no loader sees a tag there.
"""

from __future__ import annotations

import re

MAX_LENGTH = 64 << 10  # letters: the parser in Python takes seconds for more
_MAX_TOKENS = 20_000
_TAG_LETTERS = re.compile(r"!|(?<=tag):(?=yaml)")


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
