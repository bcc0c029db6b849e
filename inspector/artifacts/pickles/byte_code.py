"""Marshalled byte code, read without ``marshal`` and without running anything.

The layout is that of Python/marshal.c, in the three forms that a code object has had: up to 3.7, 3.8 to 3.10,
and since 3.11. The stream does not say which Python wrote it beyond that, and the numbers of the instructions
differ between versions that share a form; so names, constants and nested functions are shown, and the
instructions as the numbers they are.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

MAX_DEPTH = 40
MAX_VALUES = 20_000
_REF = 0x80
_QUOTE = "'"
# What follows the bytes of the instructions, and how many numbers stand before them.
_FORMS: tuple[tuple[str, int, str], ...] = (
    ("Python 3.11 or later", 5, "consts names locals kinds file name qualname line table exceptions"),
    ("Python 3.8 to 3.10", 6, "consts names locals free cells file name line table"),
    ("Python 3.7 or earlier", 5, "consts names locals free cells file name line table"),
)
_TUPLES = frozenset(("consts", "names", "locals", "free", "cells"))
_TEXTS = frozenset(("file", "name", "qualname"))


class BadByteCode(Exception):
    """The bytes are no marshalled code, or more than is read here."""


@dataclass(slots=True)
class Code:
    """A code object: how many arguments, its instructions as bytes, and what they refer to."""

    arguments: int
    instructions: bytes
    parts: dict[str, object] = field(default_factory=dict)


def read_code(data: bytes) -> tuple[str, Code]:
    """The form and the code object in ``data``. Raises BadByteCode."""
    for form, numbers, fields in _FORMS:
        try:
            value = _Reader(data, numbers, fields.split()).value()
        except (BadByteCode, struct.error):
            continue
        if isinstance(value, Code):
            return form, value
    raise BadByteCode


def described(code: Code, indent: str = "") -> Iterator[str]:
    """The lines that show a code object and the functions inside of it."""
    pending = [(code, indent)]
    shown = 0
    while pending and shown < 50:
        item, before = pending.pop()
        shown += 1
        name = item.parts.get("qualname") or item.parts.get("name") or "?"
        count = "1 argument" if item.arguments == 1 else f"{item.arguments} arguments"
        yield f"{before}function {name} ({count}, {len(item.instructions)} bytes of instructions)"
        constants = item.parts.get("consts")
        values = constants if isinstance(constants, tuple) else ()
        for word, found in (
            ("uses the names", item.parts.get("names")),
            ("its locals", item.parts.get("locals")),
        ):
            if isinstance(found, tuple) and found:
                yield f"{before}    {word}: {', '.join(_shown(part).strip(_QUOTE) for part in found[:60])}"
        plain = [_shown(value) for value in values[:60] if not isinstance(value, Code)]
        if plain:
            yield f"{before}    its constants: {', '.join(plain[:40])}"
        yield f"{before}    its instructions: {item.instructions[:200].hex(' ', 2)}"
        pending.extend((value, before + "    ") for value in values if isinstance(value, Code))


def _shown(value: object, depth: int = 3) -> str:
    """A constant as text, bounded: tuples may refer to one another and unfold without end."""
    if isinstance(value, tuple):
        if depth == 0:
            return "(…)"
        return "(" + ", ".join(_shown(item, depth - 1) for item in value[:8]) + ("…)" if value[8:] else ")")
    if isinstance(value, Code):
        return "a function"
    return repr(value[:200] if isinstance(value, (str, bytes)) else value)


class _Reader:
    """One pass over marshalled values, in one of the forms."""

    def __init__(self, data: bytes, numbers: int, fields: list[str]) -> None:
        self.data = data
        self.at = 0
        self.numbers = numbers
        self.fields = fields
        self.references: list[object] = []
        self.count = 0
        self.depth = 0

    def take(self, length: int) -> bytes:
        if length < 0 or self.at + length > len(self.data):
            raise BadByteCode
        self.at += length
        return self.data[self.at - length : self.at]

    def number(self) -> int:
        return int.from_bytes(self.take(4), "little", signed=True)

    def value(self) -> object:
        self.count += 1
        self.depth += 1
        if self.count > MAX_VALUES or self.depth > MAX_DEPTH:
            raise BadByteCode
        kind = self.take(1)[0]
        place = len(self.references)
        if kind & _REF:
            self.references.append(None)
        value = self._of_kind(chr(kind & ~_REF))
        if kind & _REF:
            self.references[place] = value
        self.depth -= 1
        return value

    def _of_kind(self, kind: str) -> object:
        if kind in "NTF.S":
            return {"N": None, "T": True, "F": False}.get(kind)
        if kind == "i":
            return self.number()
        if kind == "g":
            return struct.unpack("<d", self.take(8))[0]
        if kind == "y":
            return complex(*struct.unpack("<dd", self.take(16)))
        if kind == "l":
            return self._long()
        if kind == "s":
            return self.take(self.number())
        if kind in "tu":
            return self.take(self.number()).decode("utf-8", "backslashreplace")
        if kind in "aA":
            return self.take(self.number()).decode("latin-1")
        if kind in "zZ":
            return self.take(self.take(1)[0]).decode("latin-1")
        if kind in "()[<>":
            return self._tuple(kind)
        if kind == "r":
            place = self.number()
            if not 0 <= place < len(self.references):
                raise BadByteCode
            return self.references[place]
        if kind == "c":
            return self._code()
        raise BadByteCode

    def _long(self) -> object:
        digits = self.number()
        value = 0
        for place in range(min(abs(digits), 64)):
            value |= int.from_bytes(self.take(2), "little") << (15 * place)
        if abs(digits) > 64:
            self.take(2 * (abs(digits) - 64))
            return "a very long number"
        return -value if digits < 0 else value

    def _tuple(self, kind: str) -> tuple[object, ...]:
        length = self.take(1)[0] if kind == ")" else self.number()
        if not 0 <= length <= MAX_VALUES:
            raise BadByteCode
        return tuple(self.value() for _ in range(length))

    def _code(self) -> Code:
        numbers = [self.number() for _ in range(self.numbers)]
        instructions = self.value()
        if not isinstance(instructions, bytes):
            raise BadByteCode
        code = Code(numbers[0], instructions)
        for word in self.fields:
            value: object = self.number() if word == "line" else self.value()
            wanted = tuple if word in _TUPLES else str if word in _TEXTS else int if word == "line" else bytes
            if not isinstance(value, wanted):
                raise BadByteCode
            code.parts[word] = value
        return code
