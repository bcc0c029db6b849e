"""One value of a configuration, where it stands."""

from __future__ import annotations

from dataclasses import dataclass

from inspector.references.json_places import Path

MAX_VALUES = 100_000


@dataclass(frozen=True, slots=True)
class Value:
    """One scalar: its keys and positions from the top, its text, the line it starts in, and whether it is
    a literal block (whose own lines follow one by one)."""

    path: Path
    text: str
    line: int
    block: bool = False
    quoted: bool = False
