"""Names of a template that stand for lists of its own macros, and for nothing else.

Calling an item of such a list calls what the template itself spells out (the template of Jamba does so); what
any other computed name stands for is not known.
"""

from __future__ import annotations

from collections.abc import Iterable

from inspector.artifacts.texts.jinja_syntax import Block, Node

_MAX_NODES = 200


def lists_of_macros(blocks: Iterable[Block]) -> frozenset[str]:
    """The names that every ``set`` of the template gives a list of its macros, or such a list made longer."""
    macros: set[str] = set()
    values: dict[str, list[Node | None]] = {}
    for block in blocks:
        if not block.is_parsed:
            return frozenset()
        if block.word == "macro" and block.expressions and block.expressions[0][0] == "call":
            macros.add(str(block.expressions[0][1][1]))
        for name, value in block.sets:
            values.setdefault(name, []).append(value if block.word == "set" else None)
    macros -= values.keys()
    found = set(values)
    while lost := {name for name in found if not all(_is_list(one, found, macros) for one in values[name])}:
        found -= lost
    return frozenset(found)


def _is_list(value: Node | None, lists: set[str], macros: set[str]) -> bool:
    pending: list[Node | None] = [value]
    for _ in range(_MAX_NODES):
        if not pending:
            return True
        match pending.pop():
            case ("list", items) if all(item[0] == "name" and item[1] in macros for item in items):
                continue
            case ("name", name) if name in lists:
                continue
            case ("bin", "+", left, right):
                pending += [left, right]
            case _:
                return False
    return False
