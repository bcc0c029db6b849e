"""What screening gives, and the bounds it works within.

A suspicion is an association in the rows of one file: a marker in the input, rows that carry it, and what
those rows have in common. It is no verdict. What was not looked at stands in ``limits``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SCHEMA = "provenance-inspector/screen/1"
LOOK_FIRST = "look-first"
WEAK = "weak"
MAX_SUSPICIONS = 50


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much of a file is read. Over a bound the rest is left out, and the result says so."""

    row_bytes: int = 16 << 20  # one row as it stands in the file
    field_characters: int = 6_000  # of a longer field, half from its beginning and half from its end
    decompressed_bytes: int = 16 << 30
    free_ratio_bytes: int = 128 << 20  # below this many bytes, compression of any strength is believed
    ratio: int = 200  # beyond them, more bytes out for one byte in than text gives is a bomb
    rows: int = (1 << 24) - 1  # row numbers share a 64-bit key with 40 bits of a hash
    segments: int = 64  # turns of one conversation; of a longer one, the first and the last half
    group_bytes: int = 1 << 30  # declared size of one Parquet row group


@dataclass(frozen=True, slots=True)
class Suspicion:
    """One group of rows that look planted, in the words of the contract.

    ``marker`` is the phrase as the rows write it, ``also`` are further phrases of the same rows, ``rows``
    the 0-based numbers of the rows, rising. ``score`` is between 0 and 1 and means the same for every
    ``kind``. ``contributors`` names who gave the rows, with counts; ``notes`` are sentences.
    """

    kind: str
    marker: str
    score: float
    rows: tuple[int, ...]
    also: tuple[str, ...] = ()
    output: str = ""
    contributors: tuple[tuple[str, int], ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def level(self) -> str:
        return LOOK_FIRST if round(self.score, 4) >= 0.5 else WEAK

    def as_json(self, rank: int) -> dict[str, Any]:
        return {
            "rank": rank,
            "score": round(self.score, 4),
            "level": self.level,
            "kind": self.kind,
            "marker": self.marker,
            "also": list(self.also),
            "rows": list(self.rows),
            "output": self.output,
            "contributors": [{"name": name, "rows": rows} for name, rows in self.contributors],
            "notes": list(self.notes),
        }


@dataclass(slots=True)
class Screened:
    """The result for one file. ``cut_short`` are sentences: why the work could not be completed."""

    path: str
    size: int
    sha256: str
    format: str
    rows: int = 0
    columns: Mapping[str, Any] = field(default_factory=dict)
    suspicions: list[Suspicion] = field(default_factory=list)
    limits: list[str] = field(default_factory=list)
    cut_short: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The contract's object without ``run``."""
        return {
            "schema": SCHEMA,
            "file": {"path": self.path, "size": self.size, "sha256": self.sha256, "format": self.format},
            "rows": self.rows,
            "columns": dict(self.columns),
            "suspicions": [one.as_json(rank) for rank, one in enumerate(self.suspicions, 1)],
            "limits": [*self.cut_short, *self.limits],
        }
