"""Rows of CSV and TSV, streamed."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from typing import Any

from inspector.datasets.screening.interface import Bounds
from inspector.datasets.screening.reading.compressed import ByteStream
from inspector.datasets.screening.reading.json_rows import OversizeLine, lines
from inspector.datasets.screening.reading.tally import CutShort, Tally

MAX_COLUMNS = 500
_NUMBER = re.compile(r"[-+]?[\d.,]+(?:e[-+]?\d+)?")


def read_delimited(
    stream: ByteStream, bounds: Bounds, tally: Tally, delimiter: str | None
) -> Iterator[dict[str, Any] | None]:
    """One item for every record: its cells by the names of the header. A first record that holds no names
    is a row, and the columns are then called ``column 1`` and so on. ``delimiter`` None: told from the
    first line."""
    texts = _texts(stream, bounds, tally)
    first = next(texts, "")
    if delimiter is None:
        delimiter = max(",;\t|", key=lambda sign: (first.count(sign), sign == ","))
    before = csv.field_size_limit(bounds.row_bytes)
    header: list[str] | None = None
    try:
        # Tab-separated corpora seldom quote: a lone quotation mark there is text.
        plain_tabs = delimiter == "\t" and not first.lstrip().startswith('"')
        again = _again(first, texts)
        if plain_tabs:
            records = csv.reader(again, delimiter=delimiter, quoting=csv.QUOTE_NONE)
        else:
            records = csv.reader(again, delimiter=delimiter)
        row = 0
        for record in records:
            if not record:
                continue
            if header is None:
                named = is_header(record)
                header = record[:MAX_COLUMNS] if named else _numbered(record)
                if named:
                    continue
            if len(record) == 1 and record[0] == _OVERSIZE:
                tally.oversize += 1
                yield None
            elif len(record) == 1 and len(header) > 1 and not record[0].strip():
                tally.note_broken(row)
                yield None
            else:
                yield dict(zip(header, record, strict=False))
            row += 1
    except csv.Error as error:
        raise CutShort(
            f"A field is larger than {bounds.row_bytes >> 20} MB or the quoting is broken; what follows was "
            "not screened."
        ) from error
    finally:
        csv.field_size_limit(before)


_OVERSIZE = "\udc00oversize"  # a lone surrogate: no decoded text can hold it


def _texts(stream: ByteStream, bounds: Bounds, tally: Tally) -> Iterator[str]:
    is_first = True
    for line in lines(stream, bounds.row_bytes):
        if isinstance(line, OversizeLine):
            yield _OVERSIZE + "\n"
            continue
        if is_first:
            line = line.removeprefix(b"\xef\xbb\xbf")
            is_first = False
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError:
            tally.undecodable += 1
            text = line.decode("utf-8", "replace")
        yield text.rstrip("\r") + "\n"


def _again(first: str, rest: Iterator[str]) -> Iterator[str]:
    if first:
        yield first
    yield from rest


def _numbered(record: list[str]) -> list[str]:
    return [f"column {number}" for number in range(1, min(len(record), MAX_COLUMNS) + 1)]


def is_header(cells: list[str]) -> bool:
    """Whether a first record holds names: short, no two alike, none a number."""
    tidy = [cell.strip() for cell in cells]
    if any(len(cell) > 80 or _NUMBER.fullmatch(cell) for cell in tidy):
        return False
    named = [cell for cell in tidy if cell]
    return bool(named) and len(set(named)) == len(named) and len(named) >= len(tidy) - 1
