"""Shell text to simple commands: words with their line, variables put in where the text itself sets them.

Enough of the shell's grammar to find commands and their words: quotes, comments, continuation lines,
``;``, ``&&``, pipes, simple assignments. No command is run and nothing outside of the text is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

MAX_LINES = 200_000
MAX_WORDS = 400
MAX_LINE = 20_000
_ASSIGNMENT = re.compile(
    r"(?:export\s+|readonly\s+|local\s+|declare\s+(?:-\w+\s+)?)?([A-Za-z_]\w*)(?::|\?|::)?=(.*)\Z", re.DOTALL
)
_VARIABLE = re.compile(r"\$(?:\{([A-Za-z_]\w*)(?::?[-=]([^{}]*))?\}|\(([A-Za-z_][\w.-]*)\)|([A-Za-z_]\w*))")
_SEPARATORS = frozenset(
    (
        ";",
        "&&",
        "||",
        "|",
        "&",
        "(",
        ")",
        "{",
        "}",
        "then",
        "do",
        "else",
        "elif",
        "if",
        "while",
        "!",
        "time",
        "exec",
        "sudo",
        "nohup",
        "env",
        "command",
        "eval",
    )
)
_WORD = re.compile(
    r"""\s+|(?P<comment>\#)|(?P<op>&&|\|\||;;|[;|&()<>])|(?P<single>'[^']*')|(?P<double>"(?:[^"\\]|\\.)*")"""
    r"""|(?P<escaped>\\.)|(?P<sub>\$\([^()]*\)|`[^`]*`)|(?P<plain>[^\s"'\\;|&()<>`$]+|\$\{[^}]*\}|\$\w+|\$|["'`\\])""",
    re.DOTALL,
)


@dataclass(slots=True)
class Command:
    """A simple command. ``words`` have variables put in; one that stays unknown keeps its ``$``."""

    words: list[str]
    line: int
    end_line: int
    text: str
    assigned: dict[str, str] = field(default_factory=dict)


def commands(lines: Iterable[tuple[str, int]], variables: dict[str, str]) -> list[Command]:
    """The commands of a script given as (text, line) pairs. ``variables`` is read and filled."""
    found: list[Command] = []
    pending, start = "", 0
    for number, (line, place) in enumerate(lines):
        if number > MAX_LINES:
            break
        if not pending:
            start = place
        stripped = line.rstrip("\r\n")[:MAX_LINE]
        if stripped.endswith("\\") and not stripped.lstrip().startswith("#") and len(pending) < MAX_LINE:
            pending += stripped[:-1] + "\n"
            continue
        whole = pending + stripped
        pending = ""
        if whole.strip():
            found.extend(_split(whole, start, variables))
    if pending:
        found.extend(_split(pending, start, variables))
    return found


def _split(text: str, line: int, variables: dict[str, str]) -> list[Command]:
    """The simple commands of one logical line."""
    found: list[Command] = []
    words: list[str] = []
    word: str | None = None
    first = last = line
    for match in _WORD.finditer(text):
        kind = match.lastgroup
        piece = match[0]
        here = line + text.count("\n", 0, match.start())
        if kind is None or kind == "op" or kind == "comment":
            if kind == "comment" and word is not None:
                word += piece
                continue
            if word is not None:
                words.append(word)
                word = None
            if kind == "comment":
                rest = text.find("\n", match.start())
                if rest < 0:
                    break
                continue
            if kind == "op" and piece not in ("<", ">"):
                _finish(words, first, last, text, line, variables, found)
                words = []
            continue
        if not words and word is None:
            first = here
        last = here + piece.count("\n")
        if kind == "single":
            inner = piece[1:-1]
        elif kind == "double":
            inner = _filled(re.sub(r'\\(["\\$`])', r"\1", piece[1:-1]), variables)
        elif kind == "escaped":
            inner = "" if piece == "\\\n" else piece[1:]
        elif kind == "sub":
            inner = _filled(piece, variables) if piece.startswith("$(") else piece
        else:
            inner = _filled(piece, variables)
        word = (word or "") + inner
        if len(words) > MAX_WORDS:
            break
    if word is not None:
        words.append(word)
    _finish(words, first, last, text, line, variables, found)
    return found


def _finish(
    words: list[str],
    first: int,
    last: int,
    text: str,
    line: int,
    variables: dict[str, str],
    found: list[Command],
) -> None:
    assigned: dict[str, str] = {}
    while words:
        if (
            words[0] in _SEPARATORS
            or words[0].lstrip("@-+") in ("sudo", "time")
            or words[0] in ("export", "set")
        ):
            words = words[1:]
            continue
        match = _ASSIGNMENT.match(words[0])
        if match is None:
            break
        assigned[match[1]] = match[2]
        words = words[1:]
    for name, value in assigned.items():
        if len(variables) < 2_000:
            variables[name] = value
    if words or assigned:
        lines = text.split("\n")
        shown = "\n".join(part.strip() for part in lines[first - line : last - line + 1])
        found.append(Command(words, first, last, shown.strip()[:300], assigned))


def _filled(text: str, variables: dict[str, str]) -> str:
    """``text`` with the variables that are known; a default stands in for one that is not."""

    def value(match: re.Match[str]) -> str:
        name = match[1] or match[3] or match[4]
        if name in variables:
            return variables[name]
        return match[2] if match[2] is not None else match[0]

    return _VARIABLE.sub(value, text)[:4_000] if "$" in text else text


def index_script(lines: Iterable[tuple[str, int]], path: str) -> list[dict[str, Any]]:
    """The references of a script given as (text, line) pairs."""
    from inspector.references.commands import read_commands

    return read_commands(commands(lines, {}))
