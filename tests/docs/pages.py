"""The commands that pages of the documentation show."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator


def shown_commands(text: str) -> list[str]:
    """The lines of the code blocks of a page, with what a backslash continues put together."""
    lines = []
    fenced = False
    for line in re.sub(r"\\\n\s*", " ", text).splitlines():
        if line.startswith("```"):
            fenced = not fenced
        elif line.startswith("    ") and not fenced:
            lines.append(line.strip())
    return lines


def calls_of_inspector(text: str) -> Iterator[list[str]]:
    """The words after ``inspector`` of each command that a page shows: in its code blocks, and in code spans
    that begin with the program's name and go on with a command."""
    spans = re.findall(r"`((?:inspector|python3 run\.py) [a-z][^`\n]*)`", text)
    for line in (*shown_commands(text), *spans):
        for part in re.split(r"\s(?:&&|\|\||\||;)\s|\s#\s|\s{4,}", line):
            words = _split(part.strip())
            if words[:2] == ["python3", "run.py"]:
                words = words[1:]
            if len(words) > 1 and words[0] in ("inspector", "run.py"):
                yield _without_redirection(words[1:])


def _split(part: str) -> list[str]:
    try:
        return shlex.split(part)
    except ValueError:
        return []


def _without_redirection(words: list[str]) -> list[str]:
    for place, word in enumerate(words):
        if word in (">", ">>", "<"):
            return words[:place]
    return words
