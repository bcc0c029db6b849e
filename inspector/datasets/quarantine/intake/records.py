"""A source of rows, whatever it is: a file or a pipe, compressed or not, in one of the formats."""

from __future__ import annotations

import contextlib
import io
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from inspector.datasets.quarantine.intake.annotated import ARGILLA, LABEL_STUDIO, mapped
from inspector.datasets.quarantine.intake.arrays import read_array
from inspector.datasets.quarantine.intake.delimited import read_delimited
from inspector.datasets.quarantine.intake.interface import Item, Record
from inspector.datasets.quarantine.intake.lines import read_lines
from inspector.datasets.quarantine.intake.parquet import read_parquet
from inspector.datasets.quarantine.intake.unpacking import LOOKED_AT, Hashed, unpacked
from inspector.provenance import UnreadableInput, plain

__all__ = ["FORMATS", "Item", "Record", "Source", "open_source"]

FORMATS = ("jsonl", "json", "csv", "tsv", "parquet", ARGILLA, LABEL_STUDIO)
_SUFFIXES = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".parquet": "parquet",
    ".pq": "parquet",
}
_PACKED = (".gz", ".gzip", ".zst", ".zstd")


class Source:
    """One source, read once. ``sha256`` is of its bytes as they came, after ``items`` has ended."""

    def __init__(self, stream: BinaryIO, path: Path | None, form: str | None, spool: Path) -> None:
        self._hashed = Hashed(stream)
        self._path = path
        self._tool = form if form in (ARGILLA, LABEL_STUDIO) else None
        self._form = None if self._tool else form
        self._spool = spool
        self.read_as: str | None = None  # the annotation tool whose export it is, once that is known

    @property
    def sha256(self) -> str:
        return self._hashed.sha256.hexdigest()

    @property
    def size(self) -> int:
        return self._hashed.size

    def items(self) -> Iterator[Item]:
        """Every record in order. ``SourceCut`` where the source breaks off; UnreadableInput for a source of
        which nothing can be taken."""
        head = self._hashed.peek(LOOKED_AT)
        if head[:4] == b"PAR1" or (self._form or _by_name(self._path)) == "parquet":
            yield from self._rows(self._parquet())
            return
        stream = unpacked(self._hashed)
        yield from self._rows(self._reader(stream))
        self._hashed.drain()

    def _rows(self, items: Iterator[Item]) -> Iterator[Item]:
        """An export of an annotation tool is told by its first record, where no form was named at all."""
        if self._form is not None:
            return items
        return mapped(items, self._tool, self._met)

    def _met(self, tool: str) -> None:
        self.read_as = tool

    def _reader(self, stream: io.BufferedReader) -> Iterator[Item]:
        head = stream.peek(LOOKED_AT)
        if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise UnreadableInput("The source is UTF-16.", "Convert it to UTF-8 first.")
        form = self._form or _by_name(self._path)
        if head[:4] == b"PAR1":
            raise UnreadableInput("A Parquet file is not to be compressed once more.", "Unpack it first.")
        start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
        if form is None:
            form = {b"{": "jsonl", b"[": "json"}.get(start, "")
            if not form:
                raise UnreadableInput(
                    "The format of the source is not to be told.",
                    f"Name it with --input-format: {', '.join(FORMATS)}.",
                )
        if form == "json" and start == b"{" and _is_lines(head):
            form = "jsonl"
        if form == "jsonl":
            return read_lines(stream)
        if form == "json":
            return read_array(stream)
        return read_delimited(stream, tabs=form == "tsv")

    def _parquet(self) -> Iterator[Item]:
        """Its index stands at its end, so a pipe is written down first; and so is a file, because what the
        child reads must be what was hashed."""
        copy = self._spool.with_name(self._spool.name + ".parquet")
        try:
            with copy.open("wb") as file:
                shutil.copyfileobj(io.BufferedReader(self._hashed, 1 << 20), file, 1 << 20)
            yield from read_parquet(copy)
        finally:
            copy.unlink(missing_ok=True)


def _by_name(path: Path | None) -> str | None:
    if path is None:
        return None
    name = path.name.lower()
    for packed in _PACKED:
        name = name.removesuffix(packed)
    return _SUFFIXES.get(Path(name).suffix)


def _is_lines(head: bytes) -> bool:
    """Whether a .json file holds one object a line, as some exports do: its first line is whole."""
    import json

    first, end, _ = head.removeprefix(b"\xef\xbb\xbf").lstrip().partition(b"\n")
    if not end:
        return False
    try:
        return isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return False


@contextlib.contextmanager
def open_source(name: str | Path | BinaryIO, form: str | None, spool: Path) -> Iterator[Source]:
    """The source called ``name``: a file, ``-`` for standard input, or an open stream of bytes. ``spool`` is
    a path in a folder of the store where a copy may be put."""
    if form is not None and form not in FORMATS:
        raise UnreadableInput(f"{plain(form)} is no format.", f"Formats are: {', '.join(FORMATS)}.")
    if name == "-":
        yield Source(sys.stdin.buffer, None, form, spool)
        return
    if not isinstance(name, str | Path):
        yield Source(name, None, form, spool)
        return
    path = Path(name)
    shown = plain(str(name))
    try:
        if not path.is_file():
            raise UnreadableInput(f"{shown} is no file.", "Name a file, or - for standard input.")
        stream = path.open("rb", buffering=0)
    except OSError as error:
        raise UnreadableInput(f"{shown} cannot be read: {error.strerror}.") from None
    with stream:
        yield Source(stream, path, form, spool)
