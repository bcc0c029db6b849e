"""Facts of Python files, packed for the way from the worker to the engine.

Terms repeat: the same names and calls stand in one file hundreds of times. Each list is written once, in a
table; where it stands, ``[number]`` stands instead. The whole is compressed (zlib) and written as base64, so
that it remains a JSON value. Unpacked, equal terms are one list in memory, and nobody may change them.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Mapping
from typing import Any

MAX_UNPACKED = 64 * 1024 * 1024  # bytes of JSON: a file of 4 MB gives a few at most
_LEVEL = 3


def pack(facts: Mapping[str, Any]) -> str:
    """``facts`` (JSON values, nested as deeply as terms are) as one text."""
    table: list[list[Any]] = []
    whole = _written(facts, table, {})
    text = json.dumps([table, whole], separators=(",", ":"))
    return base64.b64encode(zlib.compress(text.encode(), _LEVEL)).decode("ascii")


def _written(value: Any, table: list[list[Any]], known: dict[str, int]) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _written(item, table, known) for key, item in value.items()}
    if not isinstance(value, list):
        return value
    parts = [_written(item, table, known) if isinstance(item, list | dict) else item for item in value]
    key = repr(parts)  # tells True from 1, and a number from its text
    number = known.get(key)
    if number is None:
        number = known[key] = len(table)
        table.append(parts)
    return [number]


def unpack(text: str) -> dict[str, Any]:
    """The facts that ``pack`` wrote; raises ValueError for anything else."""
    try:
        engine = zlib.decompressobj()
        data = engine.decompress(base64.b64decode(text, validate=True), MAX_UNPACKED)
        if engine.unconsumed_tail:
            raise ValueError("The packed facts are too large.")
        table, whole = json.loads(data)
        made: list[list[Any]] = []
        for entry in table:
            made.append([_read(item, made) if isinstance(item, list | dict) else item for item in entry])
        facts = _read(whole, made)
    except (binascii.Error, zlib.error, TypeError, IndexError, RecursionError) as error:
        raise ValueError(f"The packed facts cannot be read ({type(error).__name__}).") from error
    if not isinstance(facts, dict):
        raise ValueError("The packed facts are no map.")
    return facts


def _read(value: Any, made: list[list[Any]]) -> Any:
    if isinstance(value, list):
        return made[value[0]]
    if isinstance(value, dict):
        return {key: _read(item, made) for key, item in value.items()}
    return value
