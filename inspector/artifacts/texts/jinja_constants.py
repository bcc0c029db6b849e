"""What a template's expression comes to, as far as its constants tell: names put together out of pieces.

Only texts and lists of texts are followed, with the handful of operators and filters that put them together.
Everything is bounded, and whatever is not of constants is None.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from inspector.artifacts.texts.jinja_syntax import Node

_MAX = 4096
Value = str | int | list["Value"] | None
_SIMPLE_FORMAT = re.compile(r"%(?:%|(?:\((\w{1,40})\))?(?:c|s|d|0?\d*x))")
_PLACE = re.compile(r"\{(\w{0,40})(?:![rs])?(?::(?:(.?)([<>^]))?(\d{0,4})s?)?\}", re.S)
_WIDEST = 200


def constant(node: Node, known: Mapping[str, Value], depth: int = 0) -> Value:
    """The value of an expression of constants; None where it depends on anything else."""
    if depth > 40:
        return None
    match node:
        case ("const", value):
            return value if isinstance(value, (str, int)) else None
        case ("name", str(name)):
            return known.get(name)
        case ("list", items):
            return [constant(item, known, depth + 1) for item in items[:500]]
        case ("bin", *_):
            first, rest = spine(node)
            made = constant(first, known, depth + 1)
            for operator, part in rest:
                made = _joined(operator, made, constant(part, known, depth + 1))
            return made
        case ("cond", _, value, other):
            chosen = constant(value, known, depth + 1)
            return chosen if chosen is not None else constant(other, known, depth + 1)
        case ("filter" | "call", subject, *_) if (made := _format_of(node, known, depth)) is not None:
            return made
        case ("filter", subject, name, arguments, _):
            values = [constant(argument, known, depth + 1) for argument in arguments[:20]]
            return _applied(str(name), constant(subject, known, depth + 1), values)
        case ("call", ("attr", subject, name), arguments, _):
            values = [constant(argument, known, depth + 1) for argument in arguments[:20]]
            return _method(str(name), constant(subject, known, depth + 1), values)
        case ("slice", subject, parts, steps_back):
            return _sliced(constant(subject, known, depth + 1), parts, bool(steps_back), known)
        case ("item", subject, key):
            held, place = constant(subject, known, depth + 1), constant(key, known, depth + 1)
            if isinstance(held, (str, list)) and isinstance(place, int) and 0 <= place < len(held):
                return held[place]
    return None


def _format_of(node: Node, known: Mapping[str, Value], depth: int) -> Value:
    """What a format text with named or padded places comes to; None for every other node."""
    match node:
        case ("filter", subject, "format", arguments, named) if named:
            text = constant(subject, known, depth + 1)
        case ("call", ("attr", subject, "format"), arguments, named):
            text = constant(subject, known, depth + 1)
        case _:
            return None
    if not isinstance(text, str):
        return None
    values = [constant(argument, known, depth + 1) for argument in arguments[:20]]
    names = {str(name): constant(value, known, depth + 1) for name, value in named[:20]}
    if node[0] == "filter":
        return _formatted(text, values, names)
    rest = iter(values)

    def one(hit: re.Match[str]) -> str:
        name = hit.group(1)
        place = int(name) if name.isdecimal() else -1
        if not name:
            value = next(rest, None)
        else:
            value = values[place] if 0 <= place < len(values) else names.get(name)
        if not isinstance(value, (str, int)):
            return "\0"
        return _padded(str(value), hit.group(3) or "<", int(hit.group(4) or 0), hit.group(2) or " ")

    made = _PLACE.sub(one, text)[:_MAX]
    return None if "\0" in made else made


def _padded(text: str, side: str, width: int, fill: str) -> str:
    width = min(width, _WIDEST)
    if side == "^":
        return text.center(width, fill)
    return text.rjust(width, fill) if side == ">" else text.ljust(width, fill)


def spine(node: Node) -> tuple[Node, list[tuple[str, Node]]]:
    """A chain of operators as its first operand and the others with their operators, left to right."""
    rest: list[tuple[str, Node]] = []
    while node[0] == "bin":
        rest.append((str(node[1]), node[3]))
        node = node[2]
    return node, rest[::-1]


def runs(node: Node, known: Mapping[str, Value]) -> list[str]:
    """The texts that the constants beside each other in a chain of ``~`` and ``+`` come to."""
    first, rest = spine(node)
    found = [""]
    for operator, part in [("~", first), *rest]:
        value = constant(part, known, 20)
        if operator not in ("~", "+") or not isinstance(value, (str, int)):
            found.append("")
        else:
            found[-1] = (found[-1] + str(value))[:_MAX]
    return found


def _joined(operator: str, left: Value, right: Value) -> Value:
    if operator == "*" and isinstance(left, int) and isinstance(right, str):
        left, right = right, left
    if operator == "*" and isinstance(left, str) and isinstance(right, int):
        return left * min(right, 64) if len(left) * min(right, 64) <= _MAX else None
    if operator == "%" and isinstance(left, str):
        return _formatted(left, right if isinstance(right, list) else [right])
    if operator not in ("~", "+") or left is None or right is None:
        return None
    if isinstance(left, list) or isinstance(right, list):
        return None
    if operator == "+" and isinstance(left, int) and isinstance(right, int):
        return left + right
    return (str(left) + str(right))[:_MAX]


def _formatted(text: str, values: list[Value], names: Mapping[str, Value] | None = None) -> Value:
    """The old way of formatting, for ``%s``, ``%c``, ``%d``; None where a value is not known."""
    rest = list(values)

    def one(hit: re.Match[str]) -> str:
        if hit.group() == "%%":
            return "%"
        if hit.group(1):
            value = (names or {}).get(hit.group(1))
        else:
            value = rest.pop(0) if rest else None
        if value is None:
            return "\0"
        if hit.group().endswith("c") and isinstance(value, int):
            return chr(value) if 0 <= value < 0x110000 else "?"
        return str(value)

    made = _SIMPLE_FORMAT.sub(one, text)[:_MAX]
    return None if "\0" in made else made


def _texts(value: Value) -> list[str] | None:
    if isinstance(value, str):
        return list(value)
    if isinstance(value, list) and all(isinstance(item, (str, int)) for item in value):
        return [str(item) for item in value]
    return None


def _applied(name: str, subject: Value, values: list[Value]) -> Value:
    if name == "format" and isinstance(subject, str):
        return _formatted(subject, values)
    if name == "join":
        parts = _texts(subject)
        glue = values[0] if values and isinstance(values[0], str) else ""
        return glue.join(parts)[:_MAX] if parts is not None else None
    if name == "reverse":
        return subject[::-1] if isinstance(subject, (str, list)) else None
    if name == "list":
        return list(_texts(subject) or []) if subject is not None else None
    if name in ("first", "last") and isinstance(subject, (str, list)) and subject:
        return subject[0 if name == "first" else -1]
    if name in ("string", "safe", "escape", "e", "tojson", "default", "d"):
        return str(subject) if isinstance(subject, int) else subject
    return _method({"trim": "strip"}.get(name, name), subject, values)


def _method(name: str, subject: Value, values: list[Value]) -> Value:
    if not isinstance(subject, str):
        return None
    texts = [value for value in values if isinstance(value, str)]
    if name in ("lower", "upper", "strip", "lstrip", "rstrip", "title", "capitalize", "swapcase"):
        chars = texts[0] if texts and name.endswith("strip") else None
        return str(getattr(str, name)(subject, chars) if chars else getattr(str, name)(subject))
    if name == "replace" and len(texts) >= 2:
        made = subject.replace(texts[0], texts[1]) if len(subject) * (len(texts[1]) + 1) < 1 << 16 else None
        return made[:_MAX] if made is not None else None
    if name == "join" and values:
        parts = _texts(values[0])
        return subject.join(parts)[:_MAX] if parts is not None else None
    if name == "split":
        return [*subject.split(texts[0] if texts and texts[0] else None)[:500]]
    if name in ("center", "ljust", "rjust", "zfill"):
        width = values[0] if values else 80
        fill = "0" if name == "zfill" else texts[0] if texts and len(texts[0]) == 1 else " "
        side = {"center": "^", "ljust": "<"}.get(name, ">")
        return _padded(subject, side, width, fill) if isinstance(width, int) else None
    if name in ("removeprefix", "removesuffix") and texts:
        return str(getattr(str, name)(subject, texts[0]))
    return None


def _sliced(held: Value, parts: list[Node | None], steps_back: bool, known: Mapping[str, Value]) -> Value:
    if not isinstance(held, (str, list)):
        return None
    if steps_back:
        return held[::-1]
    bounds = [None if part is None else constant(part, known, 30) for part in parts[:2]]
    start, end = [*bounds, None, None][:2]
    return held[start if isinstance(start, int) else None : end if isinstance(end, int) else None]
