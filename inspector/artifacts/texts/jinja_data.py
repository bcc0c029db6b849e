"""What of a template only looks like a way into Python: its own names, keys of messages, tokens it shows.

Everything here is counted, place by place: a text is data only if each of its places in a part is one of
these, and a template of which any part was not understood has none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from inspector.artifacts.limits import spend_work
from inspector.artifacts.pickles.danger import REVEALING_ATTRIBUTES
from inspector.artifacts.texts.jinja_output import Output, is_token
from inspector.artifacts.texts.jinja_syntax import Block, Node, parts_of
from inspector.artifacts.texts.python_names import is_no_name_of_python

_MAX_NODES = 200_000
_NODE_WORK = 1_000
_OTHERS = frozenset({"include", "import", "from", "extends"})
_DUNDERS = re.compile(r"__[A-Za-z0-9]\w*?__")
# A plain word. What begins so leads from frames, generators and functions into Python, or formats.
_WORD = re.compile(r"(?!(?:gi|cr|ag|f|tb|co|func|im)_|format|mro|popen|subclasses)[A-Za-z]\w*\Z")


class Data:
    """The data of one template, found before its parts are judged."""

    def __init__(self, parts: list[Block]) -> None:
        self._left = _MAX_NODES
        self.is_whole = all(block.is_parsed for block in parts)
        self.own = frozenset(_own(parts))  # names that the template itself gives something to
        self._shown: frozenset[str] = frozenset()
        self.tokens: frozenset[str] = frozenset()  # what names that are only shown are set to
        values = self._tokens(parts)
        if values and self.is_whole and not any(block.word in _OTHERS for block in parts):
            self._shown = self._only_shown(parts, frozenset(values))
            self.tokens = frozenset(text for name in self._shown for text in values[name])

    def texts(self, block: Block) -> Counter[str]:
        """Texts of a part: keys no object of Python has, and what names are set to that are only shown."""
        found: Counter[str] = Counter()
        for node in self._nodes(block.expressions):
            match node:
                case ("item", _, ("const", str(key))) if is_no_name_of_python(key):
                    found[key] += 1
                case ("call", ("attr", _, "get"), [("const", str(key)), *_], _) if is_no_name_of_python(key):
                    found[key] += 1
        if block.word == "set" and len(block.sets) == 1 and block.sets[0][0] in self._shown:
            found.update(_constants(block.sets[0][1]) or ())
        return found

    def takes_only_words(self, block: Block, count: int) -> bool:
        """Whether all ``count`` filters of a part that take an attribute are given a plain word for it."""
        found = 0
        for node in self._nodes(block.expressions):
            match node:
                case ("filter", _, "attr", [("const", str(word))], []):
                    found += _WORD.match(word) is not None and word not in REVEALING_ATTRIBUTES
        return count <= found

    def _nodes(self, nodes: tuple[Node, ...]) -> Iterator[Node]:
        pending = list(nodes)
        while pending and self._left > 0:
            self._left -= 1
            spend_work(_NODE_WORK)
            node = pending.pop()
            yield node
            pending += parts_of(node)

    def _tokens(self, parts: list[Block]) -> dict[str, list[str]]:
        """The names that are set to texts alone, one of which is a token, and these texts."""
        values: dict[str, list[str]] = {}
        others: set[str] = set()
        for block in parts:
            for name, value in block.sets:
                texts = _constants(value) if block.word == "set" and len(block.sets) == 1 else None
                if texts is None or f"{name}." in block.text.replace(" ", ""):
                    others.add(name)
                else:
                    values.setdefault(name, []).extend(texts)
        return {
            name: texts
            for name, texts in values.items()
            if name not in others and all("_" not in text or _is_harmless(text) for text in texts)
        }

    def _only_shown(self, parts: list[Block], names: frozenset[str]) -> frozenset[str]:
        output = Output(self.own)
        uses: Counter[str] = Counter()
        for block in parts:
            plain = output.plain(block)
            output.learn(block)
            for node in self._nodes(block.expressions):
                if node[0] == "name" and node[1] in names:
                    uses[str(node[1])] += 1
            uses.subtract({name: count for name, count in plain.names.items() if name in names})
        if self._left <= 0:
            return frozenset()
        return frozenset(name for name in names if uses[name] <= 0)


def _own(parts: list[Block]) -> Iterator[str]:
    for block in parts:
        yield from (name for name, _ in block.sets)
        if block.word == "macro" and block.expressions and block.expressions[0][0] == "call":
            yield str(block.expressions[0][1][1])


def _is_harmless(text: str) -> bool:
    return is_token(text) and all(is_no_name_of_python(name) for name in _DUNDERS.findall(text))


def _constants(value: Node | None) -> list[str] | None:
    """The texts a value may be, for a text or a choice of texts; None for everything else."""
    found: list[str] = []
    pending = [value]
    while pending:
        match pending.pop():
            case ("const", str(text)):
                found.append(text)
            case ("cond", ("name" | "attr" | "test" | "const", *_), one, other):
                pending += [one, other]
            case _:
                return None
    return found
