"""Which reader takes a file, told by its bytes first and by its name where the bytes leave it open."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from inspector.datasets.screening.interface import Bounds
from inspector.datasets.screening.reading.compressed import ByteStream
from inspector.datasets.screening.reading.delimited_rows import read_delimited
from inspector.datasets.screening.reading.json_rows import ROW_KEYS, read_array, read_lines
from inspector.datasets.screening.reading.parquet_rows import read_parquet
from inspector.datasets.screening.reading.tally import Tally
from inspector.provenance.errors import UnreadableInput

_SNIFFED = 64 * 1024
_BINARY_MAGIC = (
    b"ARROW1",
    b"PK\x03\x04",
    b"\x89HDF",
    b"FEA1",
    b"\x93NUMPY",
    b"SQLite format 3\0",
    b"\x7fELF",
)


class _Prefixed(ByteStream):
    """A stream of which the first blocks were looked at already."""

    def __init__(self, stream: ByteStream, first: list[bytes]) -> None:
        self._inner = stream
        self._first = first
        self.compression = stream.compression

    def block(self) -> bytes:
        return self._first.pop(0) if self._first else self._inner.block()


@dataclass(slots=True)
class OpenedRows:
    """The format's word (``jsonl.gz``, say), and an item for every record: an object, or None."""

    format: str
    rows: Iterator[dict[str, Any] | None]


def open_rows(file: IO[bytes], size: int, name: str, bounds: Bounds, tally: Tally) -> OpenedRows:
    """Rows of an open file of ``size`` bytes. Raises UnreadableInput where it is no file of rows."""
    head = file.read(16)
    file.seek(0)
    if head[:4] in (b"PAR1", b"PARE"):
        return OpenedRows("parquet", read_parquet(file, size, bounds, tally))
    if head.startswith(_BINARY_MAGIC):
        raise UnreadableInput("It is a binary file of another kind, not a file of rows.", _NEXT)
    stream = ByteStream(file, bounds)
    first = _first_blocks(stream)
    sample = b"".join(first)
    if not sample.strip():
        raise UnreadableInput("It is empty: there are no rows to screen.", "Name a file that has rows.")
    if sample[:4] == b"PAR1":
        raise UnreadableInput("It is a compressed Parquet file.", "Decompress it first.")
    if sample[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise UnreadableInput("It is UTF-16 text.", "Save it as UTF-8.")
    if _is_binary(sample):
        raise UnreadableInput("It is a binary file, not a file of rows.", _NEXT)
    form = _form(sample, name)
    prefixed = _Prefixed(stream, first)
    shown = form if stream.compression is None else f"{form}.{stream.compression}"
    if form == "jsonl":
        return OpenedRows(shown, read_lines(prefixed, bounds, tally))
    if form == "json":
        return OpenedRows(shown, read_array(prefixed, prefixed.block(), bounds, tally))
    return OpenedRows(shown, read_delimited(prefixed, bounds, tally, "\t" if form == "tsv" else None))


_NEXT = "Screening reads JSON lines, JSON arrays, CSV, TSV and Parquet, plain or as .gz or .zst."


def _first_blocks(stream: ByteStream) -> list[bytes]:
    from inspector.datasets.screening.reading.tally import CutShort

    first: list[bytes] = []
    held = 0
    while held < _SNIFFED:
        try:
            block = stream.block()
        except CutShort as cut:
            if first:
                break
            raise UnreadableInput(str(cut), "Fetch the file again.") from cut
        if not block:
            break
        first.append(block)
        held += len(block)
    return first


def _is_binary(sample: bytes) -> bool:
    """Control characters that text does not hold, or mostly bytes that are no UTF-8."""
    looked = sample[:_SNIFFED]
    controls = sum(
        looked.count(bytes([code])) for code in range(32) if code not in (9, 10, 11, 12, 13, 27, 30)
    )
    if controls * 20 > len(looked):
        return True
    replaced = looked.decode("utf-8", "replace").count("�") - looked.count("�".encode())
    return replaced * 10 > len(looked)


def _form(sample: bytes, name: str) -> str:
    stem = name.lower().removesuffix(".gz").removesuffix(".zst").removesuffix(".zstd")
    text = sample.removeprefix(b"\xef\xbb\xbf").lstrip()
    delimited = stem.endswith((".csv", ".tsv"))
    if stem.endswith((".jsonl", ".ndjson")):
        return "jsonl"
    if text[:1] in (b"{", b"[") and not delimited:
        return _json_form(text)
    if stem.endswith(".json"):
        return "jsonl"
    return "tsv" if stem.endswith(".tsv") else "csv"


def _json_form(text: bytes) -> str:
    """An array, or an object that holds one, is ``json``; an object a line is ``jsonl``."""
    if text[:1] == b"[":
        return "json"
    line = text.split(b"\n", 1)[0]
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        # Either an object over several lines, or lines of objects of which the first is broken.
        return "jsonl" if _starts_rows(text) or b"[" not in text[:4096] else "json"
    return "json" if isinstance(value, dict) and _holds_rows(value) else "jsonl"


def _holds_rows(value: dict[str, Any]) -> bool:
    """Whether one object is a whole file: a list of objects under a usual key."""
    return len(value) <= 8 and any(
        key in ROW_KEYS[:-1] and isinstance(item, list) and len(item) > 1 and isinstance(item[0], dict)
        for key, item in value.items()
    )


def _starts_rows(text: bytes) -> bool:
    """Whether a second line begins an object: lines of objects of which the first is broken."""
    parts = text.split(b"\n", 2)
    return len(parts) > 1 and parts[1].lstrip()[:1] == b"{"
