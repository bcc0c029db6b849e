"""Texts of a template that are only printed or compared: data, whatever they look like.

BlenderBot's tokens are ``__start__`` and ``__end__``. Such a text is no name of an attribute where it is
printed as it stands, and where what is printed goes nowhere but out: not inside of a block whose output a
name, a macro, a filter or a recursive loop takes up again. What a condition tests goes nowhere either.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

from inspector.artifacts.pickles.danger import REVEALING_ATTRIBUTES
from inspector.artifacts.texts.jinja_constants import spine
from inspector.artifacts.texts.jinja_syntax import Block, Node

# Statements whose body becomes a value. ``self`` and ``super`` give that of a block.
_NAMED_TAKING = "macro call filter block"
_TAKING = frozenset(_NAMED_TAKING.split())
_ENDS = frozenset(f"end{word}" for word in (*_TAKING, "set"))
# A text whose low lines all stand at both ends of a word.
_TOKENS = re.compile(
    r"(?:[^\w]|[A-Za-z0-9]|(?<![A-Za-z0-9_])__[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)*__(?![A-Za-z0-9_]))*\Z"
)
_DUNDER = re.compile(r"__[a-zA-Z]\w*__")
# A name of Python's inside or a half of one, and nothing else: nobody writes that for a reader.
_NAME = re.compile(r"__\w+\Z|\w+__\Z")
# What a longer name can be put together with: one word with a low line at an edge.
_EDGE = re.compile(r"_[\w.]*\Z|[\w.]*_\Z")
_MAX_NODES = 1000


def is_token(text: str) -> bool:
    """Whether a text may be a token of a model: no half of a name, and none of Python's inside."""
    return "__" in text and _TOKENS.match(text) is not None and not _reveals(text)


def _reveals(text: str) -> bool:
    return text in REVEALING_ATTRIBUTES or any(
        name in text for name in REVEALING_ATTRIBUTES if name.startswith("__")
    )


class Plain(NamedTuple):
    """The texts that are data, how often each stands there, and the chains of operators (by ``id``)."""

    texts: Counter[str]
    chains: set[int]
    joined: set[str]  # of the texts, those that operators put together with others
    names: Counter[str]  # names whose values are shown or tested as they stand, and how often
    made: set[int]  # filters and calls (by ``id``) of which nothing is used but what they give

    @classmethod
    def empty(cls) -> Plain:
        """Of a part that shows nothing."""
        return cls(Counter(), set(), set(), Counter(), set())

    def is_made(self, node: Node, made: str) -> bool:
        """Whether a filter or a call is only shown, and ``made`` is no name of Python's inside."""
        return id(node) in self.made and not _reveals(made)

    def is_prose(self, text: str, count: int) -> bool:
        """Whether a text that stands ``count`` times in the block is data each time, no piece of a name."""
        return count <= self.texts[text] and not (_EDGE if text in self.joined else _NAME).match(text)

    def is_prose_chain(self, node: Node, made: list[str], tokens: frozenset[str] = frozenset()) -> bool:
        """Whether a chain of operators is data, and every name of Python's inside in what it comes to stands
        whole in one of its texts, or in one of ``tokens``: nothing is put together."""
        if id(node) not in self.chains:
            return False
        first, rest = spine(node)
        texts = [str(part[1]) for part in (first, *(part for _, part in rest)) if part[0] == "const"]
        texts += tokens
        names = [name for run in made for name in _DUNDER.findall(run)]
        names += [run for run in made if run in REVEALING_ATTRIBUTES]
        return all(any(name in text for text in texts) for name in names)

    def is_token(self, node: Node, made: str) -> bool:
        """Whether a chain of operators only prints whole tokens and comes to ``made``, which is no name of
        Python's inside."""
        first, rest = spine(node)
        texts = [str(part[1]) for part in (first, *(part for _, part in rest)) if part[0] == "const"]
        return (
            id(node) in self.chains
            and all(is_token(text) for text in texts if "_" in text)
            and not _reveals(made)
        )


class Output:
    """Where the output of a template goes, as its blocks come in their order."""

    def __init__(self, own: frozenset[str] = frozenset()) -> None:
        """``own`` are the names that the template gives something to."""
        self._own = own
        self._taken = 0  # open statements whose body becomes a value
        self._loops: list[bool] = []  # open loops, and whether they are recursive
        self._is_lost = False

    def learn(self, block: Block) -> None:
        """Takes in where the output of the blocks behind this one goes."""
        is_statement = block.text.startswith("{%")
        if is_statement and not block.is_parsed:
            self._is_lost = True
        elif block.word in _TAKING or block.is_filled:
            self._taken += 1
        elif block.word in _ENDS:
            self._taken -= 1
        elif block.word == "for":
            self._loops.append("recursive" in block.text)
        elif block.word == "endfor" and self._loops:
            self._loops.pop()

    def plain(self, block: Block) -> Plain:
        """What of a block is printed as it stands, or tested."""
        found = Plain.empty()
        is_printed = not block.word and not self._taken and not any(self._loops) and not self._is_lost
        if not block.is_parsed:
            return found
        pending = [(node, False) for node in block.expressions]  # and whether it is joined with others
        if not (is_printed or block.word in ("if", "elif")):
            pending = [(node, False) for node in block.expressions if not block.word and self._raises(node)]
        for _ in range(_MAX_NODES):
            if not pending:
                break
            node, is_joined = pending.pop()
            match node:
                case ("const", str(text)):
                    found.texts[text] += 1
                    if is_joined:
                        found.joined.add(text)
                case ("bin", "==" | "or" | "~" | "+" as operator, left, right):
                    found.chains.add(id(node))
                    is_joined = is_joined or operator in ("~", "+")
                    pending += [(left, is_joined), (right, is_joined)]
                case ("name", str(name)):
                    found.names[name] += 1
                case ("call", _, [text], []) if self._raises(node):
                    pending.append((text, is_joined))
                case ("filter" | "call", *_):
                    found.made.add(id(node))
                case ("cond", condition, value, other):
                    pending += [(condition, is_joined), (value, is_joined), (other, is_joined)]
        return found

    def _raises(self, node: Node) -> bool:
        """Whether a node ends the template with a message; loaders of chat templates bring the function."""
        return (
            node[:2] == ("call", ("name", "raise_exception"))
            and "raise_exception" not in self._own
            and not self._is_lost
        )
