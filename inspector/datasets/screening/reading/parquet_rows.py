"""Rows of Parquet, slice by slice. The declared sizes are checked before anything is decoded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any

from inspector.datasets.screening.interface import Bounds
from inspector.datasets.screening.reading.parquet_footer import FooterBroken, read_footer
from inspector.datasets.screening.reading.tally import CutShort, OverLimit, Tally
from inspector.provenance.errors import UnreadableInput

_MAX_COLUMNS = 500
_MAX_SLICE_ROWS = 20_000
_SLICE_BYTES = 64 << 20
_FREE_ROWS = 100_000
_ROWS_FOR_A_BYTE = 4  # rows that differ at all need more than that


def read_parquet(file: IO[bytes], size: int, bounds: Bounds, tally: Tally) -> Iterator[dict[str, Any] | None]:
    """One item for every row, with the columns that hold text, numbers, lists or structures."""
    import polars as pl

    try:
        declared = read_footer(file, size)
    except FooterBroken as broken:
        raise UnreadableInput(f"The Parquet file cannot be read. {broken}", "Fetch it again.") from broken
    if declared.rows != sum(rows for rows, _ in declared.groups):
        raise UnreadableInput("The Parquet file contradicts itself about its rows.", "Fetch it again.")
    start = decoded = 0
    for rows, group_bytes in declared.groups:
        if group_bytes > bounds.group_bytes:
            raise OverLimit(
                f"A row group declares {group_bytes >> 20} MB, more than the bound of "
                f"{bounds.group_bytes >> 20} MB; it and what follows was not screened."
            )
        average = max(group_bytes // max(rows, 1), 1)
        step = max(1, min(_MAX_SLICE_ROWS, _SLICE_BYTES // average))
        for offset in range(start, start + rows, step):
            if offset >= max(_FREE_ROWS, size * _ROWS_FOR_A_BYTE):
                raise OverLimit(
                    f"The file declares {declared.rows} rows in {size} bytes, as bombs do; the rows from "
                    f"{offset} on were not screened."
                )
            file.seek(0)
            try:
                frame = (
                    pl.scan_parquet(file, low_memory=True)
                    .slice(offset, min(step, start + rows - offset))
                    .select(_wanted(pl))
                    .collect()
                )
            except (pl.exceptions.PolarsError, OSError, ValueError) as error:
                raise CutShort(
                    "The Parquet data are damaged or of a kind that is not read; the rest was not screened."
                ) from error
            if frame.width > _MAX_COLUMNS:
                frame = frame.select(frame.columns[:_MAX_COLUMNS])
            decoded += int(frame.estimated_size())
            if decoded > max(bounds.free_ratio_bytes, size * bounds.ratio):
                raise OverLimit(
                    f"The file holds more than {bounds.ratio} times its size in values, as bombs do and text "
                    "does not; the rest was not screened."
                )
            yield from _bounded_rows(frame, bounds, tally)
        start += rows


def _wanted(pl: Any) -> Any:
    """All columns but raw bytes, which are images or sound."""
    from polars import selectors

    return selectors.exclude(pl.Binary, pl.Object)


def _bounded_rows(frame: Any, bounds: Bounds, tally: Tally) -> Iterator[dict[str, Any] | None]:
    if frame.width == 0:
        for _ in range(frame.height):
            tally.textless += 1
            yield None
        return
    for row in frame.iter_rows(named=True):
        if any(isinstance(cell, str) and len(cell) > bounds.row_bytes for cell in row.values()):
            tally.oversize += 1
            yield None
        else:
            yield row
