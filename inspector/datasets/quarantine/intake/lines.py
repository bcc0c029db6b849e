"""JSON lines: every line that is not empty is one record."""

from __future__ import annotations

import io
from collections.abc import Iterator

from inspector.datasets.quarantine.canonical import MAX_ROW, RowReader, RowRefused
from inspector.datasets.quarantine.intake.interface import Item, Record
from inspector.datasets.quarantine.interface import RefusedRow

TOO_LONG = f"The line is longer than {MAX_ROW >> 20} MB."


def bounded_lines(stream: io.BufferedReader, longest: int) -> Iterator[bytes | None]:
    """The lines with their ends; None for one that is longer than ``longest`` bytes."""
    readline = stream.readline
    while line := readline(longest + 1):
        if len(line) > longest and not line.endswith(b"\n"):
            while line and not line.endswith(b"\n"):
                line = readline(longest)
            yield None
        else:
            yield line


def read_lines(stream: io.BufferedReader) -> Iterator[Item]:
    """The records of JSON lines. A byte-order mark before the first is left out."""
    rows = RowReader()
    from_text = rows.from_text
    number = 0
    for place, line in enumerate(bounded_lines(stream, MAX_ROW), 1):
        if line is None:
            yield RefusedRow(number, place, TOO_LONG)
            number += 1
            continue
        if place == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        if line.isspace() or not line:
            continue
        try:
            value, raw = from_text(line.decode("utf-8"))
        except UnicodeDecodeError as error:
            yield RefusedRow(number, place, f"The line is not UTF-8 (byte {error.start + 1}).")
        except RowRefused as error:
            yield RefusedRow(number, place, str(error))
        else:
            yield Record(number, value, raw)
        number += 1
