"""Parquet (https://parquet.apache.org/docs/file-format/): the footer read to its end, no row of it.

The format carries no code. One thing in it is executed by old readers: a column of the extension type
``arrow.py_extension_type`` holds a pickle, which pyarrow before 14.0.1 loads (CVE-2023-47248). The values of
one of the extension type ``ray.data.arrow_pickled_object`` are pickles, which Ray loads when they are looked
at (GHSA-2ch8-9c5v-84jf).
"""

from __future__ import annotations

import base64
import binascii
import itertools

from inspector.artifacts.bytesource import BytesSource, EndOfData, Window
from inspector.artifacts.interface import Artifact
from inspector.artifacts.judgement import Judgement
from inspector.artifacts.magics import PARQUET as MAGIC
from inspector.provenance import Loading
from inspector.sources.interface import ByteSource

# Extension types that are loaded as pickles, and what is said of them.
_PICKLED_TYPES = {
    b"arrow.py_extension_type": "A column is of a type that is a pickle (arrow.py_extension_type): older "
    "readers unpickle it.",
    b"ray.data.arrow_pickled_object": "The values of a column are pickles (ray.data.arrow_pickled_object): "
    "Ray unpickles them when they are looked at.",
}
_MAX_FOOTER = 64 << 20
_MAX_VALUES = 1_000_000
_MAX_DEPTH = 64
_SCHEMA_KEY = b"ARROW:schema"
_TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT, _UUID = 1, 2, 3, 7, 8, 9, 10, 11, 12, 13


def read_parquet(source: ByteSource) -> Artifact:
    """The verdict on one file; an unreadable footer is an unknown, for no reader runs what is in it."""
    judgement = Judgement()
    end = source.read_at(source.size - 8, 8) if source.size >= 12 else b""
    length = int.from_bytes(end[:4], "little")
    if end[4:] != MAGIC or not 0 < length <= min(source.size - 12, _MAX_FOOTER):
        return _unknown("The Parquet file has no footer at its end, or an encrypted one.")
    footer = source.read_at(source.size - 8 - length, length)
    try:
        texts = _walk(BytesSource(footer))
    except EndOfData:
        return _unknown("The footer of the Parquet file cannot be read to its end.")
    note_pickled_types(judgement, footer, *_schemas(texts))
    return judgement.artifact("parquet", Loading.DATA_ONLY)


def note_pickled_types(judgement: Judgement, *schemas: bytes) -> None:
    """States it where the type of a column in ``schemas`` is loaded as a pickle."""
    for name, message in _PICKLED_TYPES.items():
        if any(name in schema for schema in schemas):
            judgement.note(Loading.RUNS_CODE, "pickled-type", message)


def _unknown(why: str) -> Artifact:
    judgement = Judgement()
    judgement.note(Loading.NOT_UNDERSTOOD, "broken-parquet", why)
    return judgement.artifact("parquet", Loading.NOT_UNDERSTOOD)


def _schemas(texts: list[bytes]) -> list[bytes]:
    """The Arrow schemas among the key-value pairs of the footer, which are written in base64."""
    found = []
    for key, value in itertools.pairwise(texts):
        if key == _SCHEMA_KEY:
            try:
                found.append(base64.b64decode(value, validate=False))
            except (binascii.Error, ValueError):
                continue
    return found


def _walk(source: ByteSource) -> list[bytes]:
    """Steps over one structure of Thrift's compact protocol to the end of ``source``; its texts in order."""
    window = Window(source)
    texts: list[bytes] = []
    # What is open: ("struct", 0), ("list", values left, their type) or ("map", values left, key, value).
    todo: list[tuple[str, int, int, int]] = [("struct", 0, 0, 0)]
    for _ in range(_MAX_VALUES):
        if not todo:
            break
        word, left, first, second = todo.pop()
        if word == "struct":
            kind = _field(window)
            if kind == 0:
                continue
            todo.append((word, 0, 0, 0))
            _value(window, kind, todo, texts, in_struct=True)
        elif left:
            todo.append((word, left - 1, second if word == "map" else first, first if word == "map" else 0))
            _value(window, first, todo, texts, in_struct=False)
        if len(todo) > _MAX_DEPTH:
            raise EndOfData
    if todo or window.remaining:
        raise EndOfData
    return texts


def _field(window: Window) -> int:
    head = window.take(1)[0]
    if head and not head >> 4:
        _varint(window)  # the number of the field stands by itself
    return head & 15


def _varint(window: Window) -> int:
    value = shift = 0
    while True:
        byte = window.take(1)[0]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value
        shift += 7
        if shift > 63:
            raise EndOfData


def _value(
    window: Window, kind: int, todo: list[tuple[str, int, int, int]], texts: list[bytes], *, in_struct: bool
) -> None:
    if kind in (_TRUE, _FALSE):
        if not in_struct:
            window.skip(1)
    elif kind == _BYTE:
        window.skip(1)
    elif kind in (4, 5, 6):
        _varint(window)
    elif kind == _DOUBLE:
        window.skip(8)
    elif kind == _UUID:
        window.skip(16)
    elif kind == _BINARY:
        text = window.take(_varint(window))
        if len(texts) < 200_000:
            texts.append(text)
    elif kind in (_LIST, _SET):
        head = window.take(1)[0]
        count = head >> 4 if head >> 4 != 15 else _varint(window)
        todo.append(("list", count, head & 15, 0))
    elif kind == _MAP:
        count = _varint(window)
        if count:
            kinds = window.take(1)[0]
            todo.append(("map", 2 * count, kinds >> 4, kinds & 15))
    elif kind == _STRUCT:
        todo.append(("struct", 0, 0, 0))
    else:
        raise EndOfData
