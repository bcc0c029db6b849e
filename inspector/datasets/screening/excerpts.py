"""Rows of a data file as a reviewer looks at them: what went in, what came out, who gave them and when."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import IO, Any

from inspector.datasets.screening.interface import Bounds
from inspector.datasets.screening.layout import RowText, row_text, tell_layout
from inspector.datasets.screening.reading.rows import open_rows
from inspector.datasets.screening.reading.tally import CutShort, Tally

SCHEMA = "provenance-inspector/rows/1"
MOST_ROWS = 500
_SAMPLED_FOR_LAYOUT = 200  # as many as screening looks at, so that both see the same columns


@dataclass(frozen=True, slots=True)
class Excerpt:
    """One row. Texts are lists of turns or fields, each clipped as screening clips it; ``time`` is ISO 8601
    in UTC, None where the row names none. ``readable`` is False for a broken record."""

    row: int
    readable: bool
    text: RowText

    def as_json(self) -> dict[str, Any]:
        text = self.text
        return {
            "row": self.row,
            "readable": self.readable,
            "input": list(text.inputs),
            "output": list(text.outputs),
            "rejected": list(text.rejected),
            "contributor": text.contributor,
            "time": _iso(text.time),
        }


def excerpts(
    file: IO[bytes], name: str, wanted: Iterable[int], bounds: Bounds | None = None
) -> list[Excerpt]:
    """The rows with the numbers ``wanted`` (0-based, as screening counts them), rising, at most
    ``MOST_ROWS``. Numbers beyond the end are left out. Reading stops at the last one.

    Raises UnreadableInput where the file holds no rows that can be read.
    """
    bounds = bounds or Bounds()
    numbers = sorted({number for number in wanted if number >= 0})[:MOST_ROWS]
    if not numbers:
        return []
    tally = Tally()
    size = file.seek(0, 2)
    file.seek(0)
    rows = open_rows(file, size, name, bounds, tally).rows
    found: list[Excerpt] = []
    try:
        head = list(islice(rows, _SAMPLED_FOR_LAYOUT))
        layout = tell_layout([row for row in head if row is not None])
        last, asked = min(numbers[-1], bounds.rows - 1), set(numbers)
        for number, row in enumerate(_chained(head, rows)):
            if number in asked:
                text = RowText() if row is None else row_text(row, layout, bounds, tally)
                found.append(Excerpt(number, row is not None, text))
            if number >= last:
                break
    except CutShort:
        pass  # the rows behind the cut are not there: what is missing shows in what is given
    return found


def _chained(head: list[Any], rows: Iterable[Any]) -> Iterable[Any]:
    yield from head
    yield from rows


def _iso(seconds: float) -> str | None:
    if math.isnan(seconds) or not -62_135_596_800 <= seconds < 253_402_300_800:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
