"""JSON with the line of every value: a reader for notebooks and configurations that never builds objects.

The text is cut into tokens by one regular expression and walked with a stack of its own, so nesting costs a
list entry, not a stack frame. It is lenient: what is no JSON ends the walk, and says so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

MAX_TOKENS = 3_000_000
MAX_DEPTH = 200
_TOKEN = re.compile(r'\s*(?:("[^"\\]*(?:\\.[^"\\]*)*")|([{}\[\],:])|([^\s{}\[\],:"]+)|(\S))', re.DOTALL)

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Scalar:
    """A value that is no container, where it stands: keys and positions from the top, line from 1."""

    path: Path
    raw: str  # as written, strings with their quotes
    line: int

    def text(self) -> str | None:
        """The string, None for numbers, true, false and null or a broken escape."""
        if not self.raw.startswith('"'):
            return None
        try:
            value = json.loads(self.raw, strict=False)
        except (ValueError, RecursionError):
            return None
        return value if isinstance(value, str) else None


class BrokenJson(Exception):
    """The text is no JSON from here on; what came before stands."""


def scalars(text: str) -> Iterator[Scalar]:
    """The scalars of ``text`` in order. Raises BrokenJson where it stops being JSON or goes too deep."""
    path: list[str | int] = []
    kinds: list[str] = []  # { or [ for every open container
    line, counted = 1, 0
    expect_key = False
    count = 0
    position, length = 0, len(text)
    while position < length:
        match = _TOKEN.match(text, position)
        if match is None:
            break  # only white space is left
        position = match.end()
        count += 1
        if count > MAX_TOKENS:
            raise BrokenJson("too many values")
        string, sign, word, odd = match.groups()
        if odd is not None:
            raise BrokenJson("a string that is not closed")
        if sign == "{" or sign == "[":
            kinds.append(sign)
            path.append(0 if sign == "[" else "")
            expect_key = sign == "{"
            if len(kinds) > MAX_DEPTH:
                raise BrokenJson("nested too deeply")
        elif sign == "}" or sign == "]":
            if not kinds or kinds[-1] != ("{" if sign == "}" else "["):
                raise BrokenJson("brackets do not match")
            kinds.pop()
            path.pop()
            expect_key = False
        elif sign == ",":
            if kinds and kinds[-1] == "[":
                last = path[-1]
                path[-1] = last + 1 if isinstance(last, int) else 0
            expect_key = bool(kinds) and kinds[-1] == "{"
        elif sign == ":":
            expect_key = False
        elif expect_key and string is not None:
            try:
                key = json.loads(string, strict=False)
            except ValueError:
                key = string
            path[-1] = str(key)[:300]
            expect_key = False
        else:
            start = match.start(1) if string is not None else match.start(3)
            line += text.count("\n", counted, start)
            counted = start
            yield Scalar(tuple(path), string if string is not None else word, line)
    if kinds:
        raise BrokenJson("it ends too early")
