"""Rows that a program hands over as Python values: they become JSON lines, and are read as any others."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping
from typing import Any

from inspector.provenance import UnreadableInput


class ValueStream(io.RawIOBase):
    """The JSON lines of ``rows``; each is asked for only when it is read."""

    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        self._rows = enumerate(rows)
        self._ready = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._ready:
            self._ready = next((_line(number, row) for number, row in self._rows), b"")
        data, self._ready = self._ready[: len(buffer)], self._ready[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)


def _line(number: int, row: Mapping[str, Any]) -> bytes:
    try:
        return json.dumps(dict(row)).encode("ascii") + b"\n"
    except (TypeError, ValueError, RecursionError) as error:
        raise UnreadableInput(
            f"Row {number} has no form in JSON: {error}.", "Give rows of texts, numbers, lists and mappings."
        ) from None
