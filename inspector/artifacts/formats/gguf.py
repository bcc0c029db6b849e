"""GGUF: header, key-value pairs and tensor table read to their end, the tensors never (GGUF versions 1 to 3).

The one thing in the format that is executed is the chat template: it is judged like any other template.
"""

from __future__ import annotations

import struct
from math import prod
from typing import Any

from inspector.artifacts.bytesource import EndOfData, Window
from inspector.artifacts.interface import Artifact
from inspector.artifacts.judgement import Judgement, single
from inspector.artifacts.limits import spend_work
from inspector.artifacts.texts.chat_template import judge_template
from inspector.provenance import Loading, plain
from inspector.sources.interface import ByteSource

_ARRAY_WORK = 1_500  # to begin an array
_TEXT_WORK = 4_000  # to keep a text of one and to judge it
_MAX_PAIRS = 100_000
_MAX_TENSORS = 200_000
_MAX_STRING = 16 << 20
_MAX_ARRAY = 20_000_000
_SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_SHAPES = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "B", 10: "Q", 11: "q", 12: "d"}
# ggml data types: elements of a block and its bytes (ggml.c, type_traits).
_BLOCKS = {
    0: (1, 4),
    1: (1, 2),
    2: (32, 18),
    3: (32, 20),
    6: (32, 22),
    7: (32, 24),
    8: (32, 34),
    9: (32, 36),
    10: (256, 84),
    11: (256, 110),
    12: (256, 144),
    13: (256, 176),
    14: (256, 210),
    15: (256, 292),
    16: (256, 66),
    17: (256, 74),
    18: (256, 98),
    19: (256, 50),
    20: (32, 18),
    21: (256, 110),
    22: (256, 82),
    23: (256, 136),
    24: (1, 1),
    25: (1, 2),
    26: (1, 4),
    27: (1, 8),
    28: (1, 8),
    29: (256, 56),
    30: (1, 2),
    34: (256, 54),
    35: (256, 66),
    39: (32, 17),
}


class _Broken(Exception):
    """The header cannot be read to its end. The message is a sentence for the reviewer."""


def read_gguf(source: ByteSource) -> Artifact:
    """The verdict on one file and what its header tells (name, architecture, licence, base models)."""
    judgement = Judgement()
    try:
        facts = _read(source, judgement)
    except _Broken as broken:
        judgement.note(Loading.UNREADABLE, "broken-gguf", str(broken))
        return judgement.artifact("gguf", Loading.UNREADABLE)
    except EndOfData:
        judgement.note(Loading.UNREADABLE, "broken-gguf", "The GGUF header is cut off.")
        return judgement.artifact("gguf", Loading.UNREADABLE)
    return judgement.artifact("gguf", Loading.DATA_ONLY, facts)


def _read(source: ByteSource, judgement: Judgement) -> dict[str, Any]:
    window = _in_its_order(source)
    version = window.number(4)
    if version not in (1, 2, 3):
        raise _Broken(f"GGUF version {version} is not read (1 to 3 are).")
    wide = 4 if version == 1 else 8  # bytes of a count
    tensors, pairs = window.number(wide), window.number(wide)
    if tensors > _MAX_TENSORS or pairs > _MAX_PAIRS:
        raise _Broken("The GGUF header announces more entries than any model has.")
    values: dict[str, Any] = {}
    for _ in range(pairs):
        key = _name(window, wide)
        if key in values:
            raise _Broken(f"The GGUF header names the key {plain(key, 100)} twice.")
        templates: list[str] | None = [] if key.startswith("tokenizer.chat_template") else None
        values[key] = _value(window, window.number(4), wide, templates)
        if templates is not None and isinstance(values[key], str):
            templates.append(values[key])
        for template in templates or ():
            for found in judge_template(template):
                judgement.note(Loading.RUNS_CODE, "template-reaches-out", found, window.offset)
    alignment = values.get("general.alignment", 32)
    if type(alignment) is not int or alignment < 1 or alignment & (alignment - 1) or alignment > 1 << 20:
        raise _Broken("The GGUF alignment is no power of two.")
    count = _tensors(window, tensors, alignment, wide)
    facts: dict[str, Any] = {"version": version, "tensors": tensors, "parameters": count}
    facts["metadata"] = {
        plain(key, 200): plain(value, 500) if isinstance(value, str) else value
        for key, value in values.items()
        if key.startswith("general.") and not isinstance(value, list)
    }
    return facts


class _BigEndian(Window):
    """A window over a file whose numbers have their high byte first, as version 3 allows."""

    __slots__ = ()

    def number(self, count: int, *, signed: bool = False) -> int:
        return int.from_bytes(self.take(count), "big", signed=signed)


def _in_its_order(source: ByteSource) -> Window:
    """A window behind the magic. The version tells the order: there is none above 65535."""
    window = Window(source, 4)
    is_big = window.number(4) & 0xFFFF == 0
    return _BigEndian(source, 4) if is_big else Window(source, 4)


def _string(window: Window, wide: int) -> str:
    length = window.number(wide)
    if length > _MAX_STRING:
        raise _Broken("A text of the GGUF header is longer than 16 MB.")
    return window.take(length).decode("utf-8", "backslashreplace")


def _name(window: Window, wide: int) -> str:
    """The name of a value or a tensor, which is UTF-8 to every reader."""
    length = window.number(wide)
    if length > _MAX_STRING:
        raise _Broken("A text of the GGUF header is longer than 16 MB.")
    try:
        return window.take(length).decode()
    except UnicodeDecodeError:
        raise _Broken("A name of the GGUF header is no UTF-8: readers fail at it.") from None


def _value(window: Window, kind: int, wide: int, texts: list[str] | None) -> Any:
    """A value; of an array nothing but its texts, where somebody wants them."""
    if kind == 8:
        return _string(window, wide)
    if kind in _SIZES:
        order = ">" if isinstance(window, _BigEndian) else "<"
        value = struct.unpack(f"{order}{_SHAPES[kind]}", window.take(_SIZES[kind]))[0]
        return bool(value) if kind == 7 else value
    if kind != 9:
        raise _Broken("A value of the GGUF header is of an unknown type.")
    return _array(window, wide, texts)


def _array(window: Window, wide: int, texts: list[str] | None) -> list[Any]:
    """Arrays are stepped over: token lists are long, and nothing in them is executed. Chat templates are."""
    pending = [(window.number(4), window.number(wide))]
    total = 0
    while pending:
        kind, count = pending.pop()
        spend_work(_ARRAY_WORK)
        total += count
        if total > _MAX_ARRAY or len(pending) > 64:
            raise _Broken("An array of the GGUF header is longer than any vocabulary.")
        if kind in _SIZES:
            window.skip(_SIZES[kind] * count)
        elif kind == 8:
            for _ in range(count):
                length = window.number(wide)
                if length > _MAX_STRING:
                    raise _Broken("A text of the GGUF header is longer than 16 MB.")
                if texts is None:
                    window.skip(length)
                else:
                    spend_work(_TEXT_WORK + length)
                    texts.append(window.take(length).decode("utf-8", "backslashreplace"))
        elif kind == 9 and count <= 1:
            pending.extend((window.number(4), window.number(wide)) for _ in range(count))
        elif kind == 9:
            raise _Broken("The GGUF header nests arrays.")
        else:
            raise _Broken("An array of the GGUF header is of an unknown type.")
    return []


def _tensors(window: Window, count: int, alignment: int, wide: int) -> int:
    """Reads the tensor table and holds it against the size of the file; the number of parameters."""
    spans: list[tuple[int, int]] = []
    names: set[str] = set()
    parameters = 0
    for _ in range(count):
        name = _name(window, wide)
        dimensions = window.number(4)
        if dimensions > 8 or name in names:
            raise _Broken(f"The tensor {plain(name, 100)} has too many dimensions or stands there twice.")
        names.add(name)
        shape = [window.number(wide) for _ in range(dimensions)]
        kind, offset = window.number(4), window.number(8)
        elements = prod(shape)
        if kind not in _BLOCKS:
            raise _Broken(f"The tensor {plain(name, 100)} is of the unknown type {kind}.")
        per_block, size = _BLOCKS[kind]
        if elements >= 1 << 62 or elements % per_block or offset % alignment:
            raise _Broken(f"The tensor {plain(name, 100)} has a shape or place that does not fit its type.")
        spans.append((offset, offset + elements // per_block * size))
        parameters += elements
    start = -(-window.offset // alignment) * alignment if count else window.offset
    expected = 0
    for begin, end in sorted(spans):
        if begin != -(-expected // alignment) * alignment:
            raise _Broken("The tensors of the GGUF file overlap or leave a hole.")
        expected = end
    available = window.size - start
    if expected > available:
        raise _Broken("The GGUF file is cut off: tensors lie behind its end.")
    if available - expected >= max(alignment, 1) and available > 0:
        raise _Broken("Bytes follow the last tensor of the GGUF file.")
    return parameters


def not_gguf() -> Artifact:
    """A file that is called .gguf and is none."""
    return single(
        "gguf", Loading.UNREADABLE, "broken-gguf", "The file is called .gguf, but does not begin like one."
    )
