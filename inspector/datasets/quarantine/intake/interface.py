"""What every reader of a format gives."""

from __future__ import annotations

from typing import Any, NamedTuple

from inspector.datasets.quarantine.interface import RefusedRow


class Record(NamedTuple):
    """A row that can be taken: its number in the source from 0, its value as the source has it, its canonical
    bytes, and who contributed it as far as the source's form tells (annotators)."""

    number: int
    value: dict[str, Any]
    raw: bytes
    people: tuple[str, ...] = ()


Item = Record | RefusedRow
