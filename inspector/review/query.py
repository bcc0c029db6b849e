"""The filter language of the findings table and the inventory: what the chips write and a person may type.

    kind:model pin:none severity:>=high path:*.bin state:open,confirmed rule:loading.* "free text" -is:marked

A filter is a row of terms with blanks between. ``key:value`` asks for a word, a bare word is looked for in
everything that the row says, and ``-`` before a term turns it round. A value with blanks stands in double
quotes; within them ``\\"`` and ``\\\\`` stand for the character. Several values of one key, by a comma or in
terms of their own, are alternatives; different keys must all hold. ``severity`` also knows >=, >, <=, <, and
those all hold. ``*`` and ``?`` in ``path``, ``rule``, ``node`` stand for any text and any character; without
them a part of the path or node is enough, and of a rule its beginning up to a dot. Case does not matter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from inspector.provenance import Loading, Node, NodeKind, Pin, Severity, State, UnreadableInput, plain
from inspector.review.interface import ReviewedFinding
from inspector.review.rows import MARKS, Row, row_of

__all__ = ["KEYS", "Query", "Row", "Token", "has_term", "parse", "row_of", "tokens", "with_term"]

LONGEST = 2_000  # characters of a filter: a person types tens


class Token(NamedTuple):
    """One term as it is written: ``key`` is empty for free text; ``text`` is the term's own spelling."""

    key: str
    value: str
    negated: bool
    text: str


class _Term(NamedTuple):
    key: str
    negated: bool
    joined: bool  # an alternative to the other terms of its key, where false it must hold by itself
    holds: Callable[[Row], bool]


class Query:
    """A filter that was understood. ``parse`` makes it."""

    def __init__(self, text: str, terms: Sequence[_Term]) -> None:
        self.text = text
        groups: dict[str, list[Callable[[Row], bool]]] = {}
        self._tests: list[Callable[[Row], bool]] = []
        for term in terms:
            if term.negated:
                self._tests.append(_not(term.holds))
            elif term.joined:
                groups.setdefault(term.key, []).append(term.holds)
            else:
                self._tests.append(term.holds)
        self._tests = [_any(alternatives) for alternatives in groups.values()] + self._tests

    def holds(self, row: Row) -> bool:
        return all(test(row) for test in self._tests)

    def matches(self, finding: ReviewedFinding | None, node: Node | None) -> bool:
        """Whether one finding passes. For many, make the rows once and use ``select``."""
        return self.holds(row_of(finding, node))

    def select(self, rows: Iterable[Row]) -> list[Row]:
        """The rows that pass, in their order: 20,000 within a frame or two."""
        left = list(rows)
        for test in self._tests:  # one test over all rows costs half of all tests over one
            left = [row for row in left if test(row)]
        return left


def parse(text: str) -> Query:
    """The filter ``text`` means. UnreadableInput says which term is not understood, and what there is."""
    return Query(text, [_term(token) for token in tokens(text)])


def with_term(text: str, key: str, value: str) -> str:
    """``text`` with ``key:value`` added, or taken out where it stands: what clicking a chip does.

    A value that stands in a list (``state:open,fixed``) is taken out of the list. The other terms keep
    their spelling. Raises UnreadableInput where ``text`` is not understood.
    """
    kept: list[str] = []
    taken = False
    for token in tokens(text):
        if not _stands_in(token, key, value):
            kept.append(token.text)
            continue
        taken = True
        rest = [each for each in token.value.split(",") if each.lower() != value.lower()]
        if token.value.lower() != value.lower():
            kept.append(f"{key}:{_quoted(','.join(rest))}")
    if not taken:
        kept.append(f"{key}:{_quoted(value)}" if key else _quoted(value, free=True))
    return " ".join(kept)


def has_term(text: str, key: str, value: str) -> bool:
    """Whether ``key:value`` stands in ``text``: what makes a chip look pressed. False for a broken text."""
    try:
        found = tokens(text)
    except UnreadableInput:
        return False
    return any(_stands_in(token, key, value) for token in found)


def _stands_in(token: Token, key: str, value: str) -> bool:
    """Whether ``token`` asks for ``value``, by itself or in its list."""
    if token.key != key or token.negated:
        return False
    asked, wanted = token.value.lower(), value.lower()
    return asked == wanted or (key in _LISTED and wanted in asked.split(","))


def tokens(text: str) -> list[Token]:
    """The terms of ``text``. UnreadableInput where a quote is not closed or a term says nothing."""
    if len(text) > LONGEST:
        raise UnreadableInput(f"The filter is longer than {LONGEST:,} characters.")
    found: list[Token] = []
    place = 0
    while place < len(text):
        if text[place].isspace():
            place += 1
            continue
        start = place
        negated = text[place] == "-" and place + 1 < len(text) and not text[place + 1].isspace()
        place += negated
        key = ""
        if head := _KEY.match(text, place):
            key, place = head[1].lower(), head.end()
        value, place = _value(text, place)
        if not value:
            raise UnreadableInput(
                f"{plain(text[start:place])} asks for nothing.", "Give a value, as in severity:high."
            )
        found.append(Token(key, value, negated, text[start:place]))
    return found


_KEY = re.compile(r"([A-Za-z][A-Za-z-]*):")
_UNQUOTED = re.compile(r"[^\s\"]+")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_COMPARISON = re.compile(r"(>=|<=|>|<|=)?(.*)\Z", re.DOTALL)

_WORDS: dict[str, tuple[str, ...]] = {
    "kind": tuple(word.value for word in NodeKind),
    "pin": tuple(word.value for word in Pin),
    "loading": tuple(word.value for word in Loading),
    "severity": tuple(word.value for word in Severity),
    "state": tuple(word.value for word in State),
    "is": MARKS,
}
_TEXTS = ("path", "rule", "node", "id")
KEYS = (*_WORDS, *_TEXTS)
_LISTED = (*_WORDS, "rule", "id")  # whose values may stand in a list; a path or a name may hold a comma


def _value(text: str, place: int) -> tuple[str, int]:
    """The value that begins at ``place``, quoted or bare, and where it ends."""
    parts: list[str] = []
    while place < len(text) and not text[place].isspace():
        if text[place] != '"':
            bare = _UNQUOTED.match(text, place)
            assert bare is not None  # neither blank nor quote stands here
            parts.append(bare[0])
            place = bare.end()
            continue
        quoted = _QUOTED.match(text, place)
        if quoted is None:
            raise UnreadableInput("A quote is not closed.", 'Put another " at the end of the text.')
        parts.append(re.sub(r"\\(.)", r"\1", quoted[1], flags=re.DOTALL))
        place = quoted.end()
    return "".join(parts), place


def _quoted(value: str, *, free: bool = False) -> str:
    bare = value and not re.search(r'[\s"]', value)
    if bare and not (free and (_KEY.match(value) or value.startswith("-"))):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _term(token: Token) -> _Term:
    key, value = token.key, token.value.lower()
    if not key:
        return _Term("", token.negated, False, lambda row: value in row.haystack)
    if key in _WORDS:
        return _word_term(token)
    if key not in _TEXTS:
        raise UnreadableInput(
            f"There is no filter called {plain(key, 40)}.",
            f"There are {', '.join(KEYS)}; text with a colon is looked for in quotes.",
        )
    return _Term(key, token.negated, True, _TEXT_TESTS[key](value))


def _word_term(token: Token) -> _Term:
    key, known = token.key, _WORDS[token.key]
    sign, listed = "", token.value
    if key == "severity" and (comparison := _COMPARISON.match(token.value)):
        sign, listed = comparison[1] or "", comparison[2]
    chosen = [word.lower() for word in listed.split(",")]
    for word in chosen:
        if word not in known:
            raise UnreadableInput(
                f"{plain(word or token.text, 40)} is no {'mark' if key == 'is' else key}.",
                f"There are {', '.join(known)}.",
            )
    if sign in ("", "="):
        return _Term(key, token.negated, True, _word_test(key, frozenset(chosen)))
    if len(chosen) != 1:
        raise UnreadableInput(f"{plain(token.text, 60)} compares with more than one word.")
    return _Term(key, token.negated, False, _comparing(sign, Severity(chosen[0]).rank))


def _word_test(key: str, words: frozenset[str]) -> Callable[[Row], bool]:
    ranks = frozenset(Severity(word).rank for word in words) if key == "severity" else frozenset()
    tests: dict[str, Callable[[Row], bool]] = {
        "kind": lambda row: row.kind in words,
        "pin": lambda row: row.pin in words,
        "loading": lambda row: row.loading in words,
        "severity": lambda row: row.severity in ranks,
        "state": lambda row: row.state in words,
        "is": lambda row: not words.isdisjoint(row.marks),
    }
    return tests[key]


def _comparing(sign: str, rank: int) -> Callable[[Row], bool]:
    # A row without a severity (rank -1) is neither above nor below one.
    tests: dict[str, Callable[[Row], bool]] = {
        ">=": lambda row: row.severity >= rank,
        ">": lambda row: row.severity > rank,
        "<=": lambda row: 0 <= row.severity <= rank,
        "<": lambda row: 0 <= row.severity < rank,
    }
    return tests[sign]


def _path_test(value: str) -> Callable[[Row], bool]:
    if fits := _wildcards(value):
        return lambda row: any(map(fits, row.paths))
    return lambda row: any(value in path for path in row.paths)


def _node_test(value: str) -> Callable[[Row], bool]:
    if fits := _wildcards(value):
        return lambda row: fits(row.name)
    return lambda row: value in row.name or value == f"{row.kind}:{row.name}"


def _rule_test(value: str) -> Callable[[Row], bool]:
    tests = [_one_rule(rule) for rule in value.split(",") if rule]
    return _any(tests)


def _one_rule(rule: str) -> Callable[[Row], bool]:
    if fits := _wildcards(rule):
        return lambda row: fits(row.rule)
    beginning = rule.rstrip(".") + "."
    return lambda row: row.rule == rule or row.rule.startswith(beginning)


def _id_test(value: str) -> Callable[[Row], bool]:
    wanted = frozenset(value.split(","))
    return lambda row: row.finding is not None and row.finding.finding.id in wanted


_TEXT_TESTS: dict[str, Callable[[str], Callable[[Row], bool]]] = {
    "path": _path_test,
    "node": _node_test,
    "rule": _rule_test,
    "id": _id_test,
}


def _wildcards(value: str) -> Callable[[str], bool] | None:
    """A test of the whole text against ``value``, or None where it has no wildcard.

    ``*`` crosses ``/``: a person who types *.bin means the files in every folder. The pieces between the
    stars are looked for one after the other, each where it first fits, which is enough and takes time in
    proportion to the text; one regular expression for it all could take for ever on a long name.
    """
    if "*" not in value and "?" not in value:
        return None
    if value.startswith("*") and "*" not in value[1:] and "?" not in value:
        ending = value[1:]
        return lambda text: text.endswith(ending)
    first, *middle, last = value.split("*") if "*" in value else (value, "")
    begins, ends = _piece(first), _piece(last)
    between = [_piece(piece) for piece in middle if piece]
    whole = "*" not in value

    def test(text: str) -> bool:
        end = len(text) - len(last)
        if len(first) > end or not begins.match(text) or not ends.match(text, end):
            return False
        place = len(first)
        for piece in between:
            found = piece.search(text, place, end)
            if found is None:
                return False
            place = found.end()
        return not whole or place == len(text)

    return test


def _piece(text: str) -> re.Pattern[str]:
    return re.compile("".join("." if char == "?" else re.escape(char) for char in text), re.DOTALL)


def _any(tests: Sequence[Callable[[Row], bool]]) -> Callable[[Row], bool]:
    if len(tests) == 1:
        return tests[0]
    return lambda row: any(test(row) for test in tests)


def _not(test: Callable[[Row], bool]) -> Callable[[Row], bool]:
    return lambda row: not test(row)
