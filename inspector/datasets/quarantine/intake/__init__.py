"""Rows of a source: JSON lines, JSON arrays, delimited text, Parquet, each also compressed or on a pipe.

``Source.items()`` gives one ``Record`` or one ``RefusedRow`` for each record, in order, in bounded memory.
"""

from inspector.datasets.quarantine.intake.records import FORMATS, Record, Source, open_source

__all__ = ["FORMATS", "Record", "Source", "open_source"]
