"""The expressions of a Jinja template as a tree, read without Jinja and without evaluating anything.

The grammar is that of Jinja 3.1 (``jinja2.lexer``, ``jinja2.parser``), expressions whole, statements only as
far as their expressions and the names they set. Recursion is bounded by ``MAX_DEPTH``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

MAX_DEPTH = 60
_OPEN = re.compile(r"\{\{|\{%|\{#")
_ENDS = {"{{": "}}", "{%": "%}", "{#": "#}"}
_RAW = re.compile(r"\{%[-+]?\s*raw\s*-?%\}")
_END_OF_RAW = re.compile(r"\{%[-+]?\s*endraw\s*[-+]?%\}")
_STRING = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"", re.S)
_TOKEN = re.compile(
    r"""\s*(?:
    (?P<number>\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?)
    |(?P<name>[^\W\d]\w*)
    |(?P<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
    |(?P<op>\*\*|//|==|!=|>=|<=|[-+/*%~\[\](){}<>=.:|,;])
    )""",
    re.X | re.S,
)
_ESCAPE = re.compile(
    r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3})|N\{([^}]*)\}|(.))", re.S
)
_NAMED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "a": "\a"}
_LOW_LINES = {"LOW LINE", "UNDERSCORE", "SPACING UNDERSCORE"}

# (kind, ...) with kinds: const name attr item slice call filter test bin cond list dict
Node = tuple[Any, ...]
Token = tuple[str, str]


class BadTemplate(Exception):
    """The text is no expression of the grammar, or nested too deeply."""


@dataclass(frozen=True, slots=True)
class Block:
    """One executed part: its text, its expressions, the names it sets and what it sets them to."""

    text: str
    word: str  # of a statement, "" for an expression that is printed
    expressions: tuple[Node, ...] = ()
    sets: tuple[tuple[str, Node | None], ...] = ()
    is_parsed: bool = True
    before: str = ""  # the text that is shown between the part before this one and this one
    is_filled: bool = False  # of a ``set``: what stands up to its end is the value


def blocks(text: str) -> Iterator[Block]:
    """The parts of a template that are executed, quoted texts respected. An open end counts as well."""
    at = 0
    shown: list[str] = []
    while match := _OPEN.search(text, at):
        shown.append(text[at : match.start()])
        if raw := _RAW.match(text, match.start()):  # shown as it stands, up to the end that Jinja looks for
            end_of_raw = _END_OF_RAW.search(text, raw.end())
            shown.append(text[raw.end() : end_of_raw.start() if end_of_raw else len(text)])
            at = end_of_raw.end() if end_of_raw else len(text)
            continue
        start, end_mark = match.start(), _ENDS[match.group()]
        at = match.end()
        if end_mark == "#}":
            end = text.find(end_mark, at)
            at = len(text) if end < 0 else end + 2
            continue
        while at < len(text) and not text.startswith(end_mark, at):
            quoted = _STRING.match(text, at) if text[at] in "'\"" else None
            at = quoted.end() if quoted else at + 1
        body = text[start + 2 : at].strip()
        at = min(at + 2, len(text))
        yield _block(text[start:at], body.strip("+-"), "".join(shown), is_statement=end_mark == "%}")
        shown.clear()


def _block(whole: str, body: str, before: str, *, is_statement: bool) -> Block:
    try:
        tokens = _tokens(body)
    except BadTemplate:
        return Block(whole, "", is_parsed=False, before=before)
    word = tokens[0][1] if is_statement and tokens else ""
    reader = _Reader(tokens[1:] if is_statement else tokens)
    try:
        sets = reader.statement(word) if is_statement else ()
        found = reader.all()
    except BadTemplate:
        return Block(whole, word, is_parsed=False, before=before)
    is_filled = word == "set" and not reader.has_value
    if word == "set" and len(sets) == 1 and sets[0][1] is None and len(found) == 1 and not is_filled:
        sets = ((sets[0][0], found[0]),)
    if word == "macro" and found and found[0][0] == "call":
        parameters = [part[1] for part in found[0][2] if part[0] == "name"]
        sets = tuple((name, None) for name in [*parameters, *(key for key, _ in found[0][3])])
    return Block(whole, word, tuple(found), tuple(sets), before=before, is_filled=is_filled)


def parts_of(node: Node) -> Iterator[Node]:
    """The nodes right inside of a node: its places, the items of its lists, its named arguments."""
    pending: list[object] = list(node[1:])
    while pending:
        part = pending.pop()
        if isinstance(part, tuple) and part and isinstance(part[0], str):
            yield part[1] if len(part) == 2 and isinstance(part[1], tuple) else part
        elif isinstance(part, list):
            pending += part


def _tokens(body: str) -> list[Token]:
    found: list[Token] = []
    at, end = 0, len(body)
    while at < end:
        match = _TOKEN.match(body, at)
        if match is None:
            if body[at:].isspace():
                break
            raise BadTemplate
        kind = match.lastgroup or "op"
        found.append((kind, match.group(kind)))
        at = match.end()
    return found


def unquoted(quoted: str) -> str:
    """The value of a quoted text, its escapes resolved as Python does."""
    return _ESCAPE.sub(_escaped, quoted[1:-1])


def _escaped(hit: re.Match[str]) -> str:
    for group, base in ((1, 16), (2, 16), (3, 16), (4, 8)):
        if hit.group(group):
            return chr(min(int(hit.group(group), base), 0x10FFFF))
    if hit.group(5) is not None:
        return "_" if hit.group(5).upper() in _LOW_LINES else "?"
    return _NAMED.get(hit.group(6), hit.group(6))


_COMPARE = {"==", "!=", "<", ">", "<=", ">="}
_LEVELS: tuple[frozenset[str], ...] = (
    frozenset({"+", "-"}),
    frozenset({"~"}),
    frozenset({"*", "/", "//", "%"}),
    frozenset({"**"}),
)


@dataclass(slots=True)
class _Reader:
    """A recursive descent over the tokens of one block."""

    tokens: list[Token]
    at: int = 0
    depth: int = field(default=0)
    has_value: bool = False  # whether a statement's names are followed by what they are set to

    def peek(self) -> Token:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def take(self) -> Token:
        token = self.peek()
        self.at += 1
        return token

    def accept(self, *texts: str) -> bool:
        kind, text = self.peek()
        if kind in ("op", "name") and text in texts:
            self.at += 1
            return True
        return False

    def expect(self, text: str) -> None:
        if not self.accept(text):
            raise BadTemplate

    def statement(self, word: str) -> tuple[tuple[str, Node | None], ...]:
        """Steps over what stands before a statement's expressions; the names it sets."""
        if word in ("for", "set", "with"):
            names: list[tuple[str, Node | None]] = []
            while self.peek()[0] != "end" and not self.accept("in", "="):
                kind, text = self.peek()
                if text == "|" or (word == "with" and text == ","):
                    break
                if kind == "name" and self.tokens[self.at - 1][1] != "." * (self.at > 0):
                    names.append((text, None))
                self.at += 1
            self.has_value = self.at > 0 and self.tokens[self.at - 1][1] in ("=", "in")
            if word == "set" and self.peek()[1] == "|":  # a filter over what the statement encloses
                self.tokens, self.at = [("string", "''"), *self.tokens[self.at :]], 0
            return tuple(names)
        if word == "filter":
            self.tokens = [("string", "''"), ("op", "|"), *self.tokens]
        return ()

    def all(self) -> list[Node]:
        """Every expression up to the end; separators and modifiers between them are stepped over."""
        found: list[Node] = []
        while self.peek()[0] != "end":
            if self.accept(",", "=", "recursive", "if", "in"):
                continue
            found.append(self.expression())
        return found

    def expression(self) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise BadTemplate
        value = self.either()
        while self.accept("if"):
            condition = self.either()
            other: Node = self.expression() if self.accept("else") else ("const", "")
            value = ("cond", condition, value, other)
        self.depth -= 1
        return value

    def either(self) -> Node:
        value = self.negated()
        while self.accept("and", "or"):
            value = ("bin", "or", value, self.negated())
        return value

    def negated(self) -> Node:
        count = 0
        while self.accept("not"):
            count += 1
        return self.compared()

    def compared(self) -> Node:
        value = self.level(0)
        while True:
            kind, text = self.peek()
            if (kind == "op" and text in _COMPARE) or (text == "in" and kind == "name"):
                self.at += 1
            elif text == "not" and self.tokens[self.at + 1 : self.at + 2] == [("name", "in")]:
                self.at += 2
            else:
                return value
            value = ("bin", "==", value, self.level(0))

    def level(self, number: int) -> Node:
        if number == len(_LEVELS):
            return self.unary()
        value = self.level(number + 1)
        while self.peek()[0] == "op" and self.peek()[1] in _LEVELS[number]:
            operator = self.take()[1]
            value = ("bin", operator, value, self.level(number + 1))
        return value

    def unary(self) -> Node:
        while self.accept("-", "+"):
            pass
        value = self.primary()
        while True:
            value, is_more = self.postfix(value)
            if not is_more:
                return value

    def primary(self) -> Node:
        kind, text = self.take()
        if kind == "string":
            whole = unquoted(text)
            while self.peek()[0] == "string":  # texts beside each other are one
                whole += unquoted(self.take()[1])
            return ("const", whole)
        if kind == "number":
            digits = text.replace("_", "")
            return ("const", int(digits) if digits.isdigit() and len(digits) < 12 else 0)
        if kind == "name":
            return ("name", text)
        if text == "(":
            items = self.items(")")
            return items[0] if len(items) == 1 else ("list", items)
        if text == "[":
            return ("list", self.items("]"))
        if text == "{":
            pairs: list[Node] = []
            while not self.accept("}"):
                if not self.accept(",", ":"):
                    pairs.append(self.expression())
            return ("dict", pairs)
        raise BadTemplate

    def items(self, end: str) -> list[Node]:
        found: list[Node] = []
        while not self.accept(end):
            if not self.accept(","):
                found.append(self.expression())
        return found

    def postfix(self, value: Node) -> tuple[Node, bool]:
        self.depth += 1
        try:
            if self.accept("."):
                kind, text = self.take()
                if kind not in ("name", "number"):
                    raise BadTemplate
                return ("attr", value, text), True
            if self.accept("["):
                return self.subscript(value), True
            if self.accept("("):
                positional, named = self.arguments()
                return ("call", value, positional, named), True
            if self.accept("|"):
                name = self.dotted()
                positional, named = self.arguments() if self.accept("(") else ([], [])
                return ("filter", value, name, positional, named), True
            if self.accept("is"):
                self.accept("not")
                name = self.dotted()
                positional, named = self.arguments() if self.accept("(") else ([], [])
                kind, text = self.peek()
                if not positional and (
                    kind in ("string", "number")
                    or (kind == "name" and text not in ("and", "or", "if", "else", "is", "not", "in"))
                ):
                    positional = [self.primary()]
                return ("test", value, name, positional, named), True
            return value, False
        finally:
            self.depth -= 1

    def dotted(self) -> str:
        kind, text = self.take()
        if kind != "name":
            raise BadTemplate
        while self.accept("."):
            text += "." + self.take()[1]
        return text

    def subscript(self, value: Node) -> Node:
        parts: list[Node | None] = [None]
        is_slice = False
        while not self.accept("]"):
            if self.accept(":"):
                is_slice = True
                parts.append(None)
            elif self.accept(","):
                parts.append(None)
            else:
                parts[-1] = self.expression()
        if is_slice:
            return ("slice", value, parts, self._steps_back(parts))
        return ("item", value, parts[0] or ("const", 0))

    def _steps_back(self, parts: list[Node | None]) -> bool:
        """Whether a slice is ``[::-1]``: signs are not kept, so the tokens are looked at."""
        return len(parts) == 3 and self.tokens[self.at - 3 : self.at - 1] == [("op", "-"), ("number", "1")]

    def arguments(self) -> tuple[list[Node], list[tuple[str, Node]]]:
        positional: list[Node] = []
        named: list[tuple[str, Node]] = []
        while not self.accept(")"):
            if self.accept(",", "*", "**"):
                continue
            kind, text = self.peek()
            if kind == "name" and self.tokens[self.at + 1 : self.at + 2] == [("op", "=")]:
                self.at += 2
                named.append((text, self.expression()))
            else:
                positional.append(self.expression())
        return positional, named
