"""Names that a template spells without writing them: texts made by methods and filters out of texts alone.

A harmless template takes parts of a message by names that stand there, or by what the conversation brings.
What is made of the template's own texts and still has no plain value (``'class'.center(9, '_')``) is there to
hide a name; so are the texts of Jinja's functions, out of which underscores are cut.
"""

from __future__ import annotations

from collections.abc import Mapping

from inspector.artifacts.texts.jinja_constants import Value, constant
from inspector.artifacts.texts.jinja_syntax import Block, Node

# What these give is a number, which leads nowhere.
_NUMBERS = frozenset({"length", "count", "int", "float", "round", "abs", "wordcount"})
_MAX_NODES = 200


class Spelled:
    """The names of one template whose texts are made so."""

    def __init__(self, known: Mapping[str, Value]) -> None:
        self._known = known
        self._names: set[str] = set()
        self._open: str | None = None  # the name of a set block or macro that is being filled

    def learn(self, block: Block) -> None:
        """Takes in what a block sets; blocks are handed over in their order."""
        if block.is_filled and block.sets:
            self._open = block.sets[0][0]
        elif block.word == "macro" and block.expressions and block.expressions[0][0] == "call":
            self._open = str(block.expressions[0][1][1])
        elif block.word in ("endset", "endmacro"):
            self._open = None
        elif block.word == "" and self._open and any(self.is_made(node) for node in block.expressions):
            self._names.add(self._open)
        elif block.word == "for" and any(self.is_made(node) for node in block.expressions):
            self._names.update(name for name, _ in block.sets)
        elif block.word in ("set", "with"):
            for name, value in block.sets:
                if value is not None and self._keeps(value):
                    self._names.add(name)

    def _keeps(self, value: Node) -> bool:
        if value[0] == "call" and value[1] == ("name", "namespace"):
            return any(self.is_made(part) for _, part in value[3])
        return self.is_made(value)

    def is_made(self, top: Node) -> bool:
        """Whether an expression is made of texts of the template alone, by methods, filters or operators, and
        comes to no plain value."""
        if _is_plain(constant(top, self._known)):
            return False
        pending: list[Node] = [top]
        has_text = has_step = False
        for _ in range(_MAX_NODES):
            if not pending:
                return has_text and has_step
            node = pending.pop()
            match node:
                case ("const", value):
                    has_text = has_text or (isinstance(value, str) and value != "")
                case ("name", "true" | "false" | "none" | "True" | "False" | "None"):
                    continue
                case ("name", name) | ("attr", ("name", name), _) | ("call", ("name", name), _, _):
                    if name in self._names:
                        has_text = has_step = True
                    elif node[0] == "call" and name == "dict":
                        has_text = has_text or bool(node[3])
                    elif node[0] != "name" or not _is_plain(self._known.get(name)):
                        return False
                case ("call", ("attr", subject, _), arguments, _):
                    has_step = True
                    pending += [subject, *arguments]
                case ("filter", subject, name, arguments, _):
                    if name in _NUMBERS:
                        return False
                    has_step = True
                    pending += [subject, *arguments]
                case ("bin", operator, left, right):
                    has_step = has_step or operator in ("~", "+", "*", "%")
                    pending += [left, right]
                case ("item", subject, key):
                    pending += [subject, key]
                case ("slice", subject, parts, _):
                    pending += [subject, *(part for part in parts if part is not None)]
                case ("list" | "dict", items):
                    pending += items
                case ("cond", _, value, other):
                    pending += [value, other]
                case _:
                    return False
        return False


def _is_plain(value: Value) -> bool:
    return value is not None and not (isinstance(value, list) and None in value)
