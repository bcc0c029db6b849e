"""Protocol buffers walked by their wire format: bounded, in one pass, without recursion.

https://protobuf.dev/programming-guides/encoding/ describes the format. A schema names only the messages
that a reader wants to look into; everything else is stepped over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from inspector.artifacts.bytesource import EndOfData, Window
from inspector.artifacts.limits import FIELD_WORK, spend_work
from inspector.sources.interface import ByteSource

MAX_DEPTH = 60
MAX_FIELDS = 5_000_000
MAX_TEXT = 4096
_PAID_AT_ONCE = 500  # fields

# message -> field number -> the message in it, or "" where its bytes are wanted as they are
Schema = Mapping[str, Mapping[int, str]]


class BadProto(Exception):
    """The bytes are no message of the schema. The message is a sentence for the reviewer."""


class Field(NamedTuple):
    """One field, or the end of a message (``number`` 0). ``value`` is a number, the first bytes of a text
    that the schema wants, or None where a message of the schema begins."""

    message: str
    number: int
    value: int | bytes | None
    offset: int
    length: int = 0


def walk(source: ByteSource, message: str, schema: Schema) -> Iterator[Field]:
    """Every field of ``message`` and of the messages inside that the schema names. Raises BadProto."""
    window = Window(source)
    stack: list[tuple[str, int]] = [(message, source.size)]
    try:
        for count in range(MAX_FIELDS):
            if count % _PAID_AT_ONCE == _PAID_AT_ONCE - 1:
                spend_work(_PAID_AT_ONCE * FIELD_WORK)
            name, end = stack[-1]
            at = window.offset
            if at >= end:
                if at > end:
                    raise BadProto("A message of the file is longer than its place.")
                stack.pop()
                yield Field(name, 0, None, at)
                if not stack:
                    return
                continue
            number, wire = _key(window)
            if wire == 0:
                yield Field(name, number, varint(window), at)
            elif wire in (1, 5):
                window.skip(8 if wire == 1 else 4)
            elif wire != 2:
                raise BadProto("A field of the file is of an unknown kind.")
            else:
                length = varint(window)
                if window.offset + length > end:
                    raise BadProto("A field of the file is longer than its message.")
                inner = schema.get(name, {}).get(number)
                if inner:
                    if len(stack) >= MAX_DEPTH:
                        raise BadProto("The messages of the file are nested too deeply.")
                    yield Field(name, number, None, window.offset, length)
                    stack.append((inner, window.offset + length))
                    continue
                start = window.offset
                shown = window.take(min(length, MAX_TEXT)) if inner is not None else None
                window.skip(start + length - window.offset)
                yield Field(name, number, shown if shown is not None else b"", start, length)
    except EndOfData:
        raise BadProto("The file is cut off.") from None
    raise BadProto(f"The file has more than {MAX_FIELDS} fields.")


def _key(window: Window) -> tuple[int, int]:
    key = varint(window)
    if not key >> 3 or key >> 32:
        raise BadProto("A field of the file has no number.")
    return key >> 3, key & 7


def varint(window: Window) -> int:
    """A number of up to ten bytes with seven bits each, the low ones first."""
    if window.pos < len(window.buffer) and window.buffer[window.pos] < 0x80:
        window.pos += 1  # most numbers are of one byte
        return window.buffer[window.pos - 1]
    value = shift = 0
    while True:
        byte = window.take(1)[0]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value
        shift += 7
        if shift > 63:
            raise BadProto("A number of the file is too long.")


def text(value: int | bytes | None) -> str:
    """The bytes of a text field for comparing and showing."""
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else ""
