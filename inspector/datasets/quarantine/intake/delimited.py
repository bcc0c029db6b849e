"""CSV and TSV (RFC 4180): the first record names the columns, every value is text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from inspector.datasets.quarantine.canonical import MAX_ROW, RowReader, RowRefused
from inspector.datasets.quarantine.intake.interface import Item, Record
from inspector.datasets.quarantine.intake.lines import bounded_lines
from inspector.datasets.quarantine.intake.unpacking import LOOKED_AT
from inspector.datasets.quarantine.interface import RefusedRow
from inspector.provenance import UnreadableInput, plain

MAX_COLUMNS = 2000


class _LineRefused(Exception):
    """A line that cannot be given to the csv module; it comes through it to the reader below."""


class _Lines:
    """Text lines for the csv module, and which of them was the last."""

    def __init__(self, stream: io.BufferedReader) -> None:
        self._lines = bounded_lines(stream, MAX_ROW)
        self.number = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.number += 1
        if line is None:
            raise _LineRefused(f"The line is longer than {MAX_ROW >> 20} MB.")
        try:
            return line.decode("utf-8-sig" if self.number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise _LineRefused(f"The line is not UTF-8 (byte {error.start + 1}).") from None


def read_delimited(stream: io.BufferedReader, tabs: bool) -> Iterator[Item]:
    """The records of CSV or TSV. One with another number of cells than the header is refused."""
    delimiter = "\t" if tabs else _delimiter(stream)
    before = csv.field_size_limit(MAX_ROW)
    lines = _Lines(stream)
    try:
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        header = _header(reader)
        rows = RowReader()
        number = 0
        while True:
            line = lines.number + 1
            try:
                cells = next(reader)
                if not cells:
                    continue
                if len(cells) != len(header):
                    raise RowRefused(f"The record has {len(cells)} cells and the header {len(header)}.")
                value = dict(zip(header, cells))
                if any("\0" in cell for cell in cells):
                    raise RowRefused("The row holds a NUL character.")
                yield Record(number, value, rows.from_cells(value))
            except StopIteration:
                return
            except csv.Error as error:
                yield RefusedRow(number, line, f"The record is no CSV: {error}.")
            except (RowRefused, _LineRefused) as error:
                yield RefusedRow(number, line, str(error))
            number += 1
    finally:
        csv.field_size_limit(before)


def _header(reader: Iterator[list[str]]) -> list[str]:
    try:
        header = next((record for record in reader if record), [])
    except (csv.Error, _LineRefused) as error:
        raise UnreadableInput(f"The header of the table cannot be read: {error}") from None
    if not header:
        raise UnreadableInput("The table has no header.")
    if len(header) > MAX_COLUMNS:
        raise UnreadableInput(f"The table has more than {MAX_COLUMNS} columns.")
    names = [name.strip() for name in header]
    if "" in names or len(set(names)) != len(names) or any("\0" in name for name in names):
        raise UnreadableInput(
            f"The header of the table has an empty or repeated name: {plain(', '.join(names), 200)}.",
            "Name every column once.",
        )
    return names


def _delimiter(stream: io.BufferedReader) -> str:
    """The separator that stands most often in the first line; a comma where none does."""
    head = stream.peek(LOOKED_AT).split(b"\n", 1)[0]
    best = max((b",", b";", b"\t", b"|"), key=head.count)
    return best.decode() if head.count(best) else ","
