"""Rows of JSON lines and of JSON arrays, streamed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from inspector.datasets.screening.interface import Bounds
from inspector.datasets.screening.reading.compressed import ByteStream
from inspector.datasets.screening.reading.tally import CutShort, OverLimit, Tally

# Keys under which exports keep their rows, where the file is one object.
ROW_KEYS = ("data", "rows", "train", "instances", "examples", "samples", "items", "records", "conversations")
_BOM = b"\xef\xbb\xbf"
_SIGNIFICANT_DEPTH = 200


class OversizeLine:
    """Stands for a line that is longer than the bound."""


def lines(stream: ByteStream, longest: int) -> Iterator[bytes | OversizeLine]:
    """The lines without their ends. Of one longer than ``longest`` bytes only its place is given."""
    pending: list[bytes] = []
    held = 0
    while block := stream.block():
        parts = block.split(b"\n")
        for part in parts[:-1]:
            held += len(part)
            if held > longest:
                yield OversizeLine()
            else:
                pending.append(part)
                yield b"".join(pending) if len(pending) > 1 else part
            pending, held = [], 0
        held += len(parts[-1])
        if held <= longest:
            pending.append(parts[-1])
        else:
            pending = []
    if held > longest:
        yield OversizeLine()
    elif held:
        yield b"".join(pending)


def read_lines(stream: ByteStream, bounds: Bounds, tally: Tally) -> Iterator[dict[str, Any] | None]:
    """One item for every line that is not empty: the object, or None where it is none that can be read."""
    row = 0
    for line in lines(stream, bounds.row_bytes):
        if isinstance(line, OversizeLine):
            tally.oversize += 1
            yield None
            row += 1
            continue
        if row == 0:
            line = line.removeprefix(_BOM)
        if not line or line.isspace():
            continue
        yield _object(line, row, tally)
        row += 1


def _object(line: bytes, row: int, tally: Tally) -> dict[str, Any] | None:
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        tally.undecodable += 1
        text = line.decode("utf-8", "replace")
    try:
        value = json.loads(text)
    except RecursionError:
        tally.deep += 1
        return None
    except ValueError:
        tally.note_broken(row)
        return None
    if isinstance(value, dict):
        return value
    tally.note_broken(row)
    return None


class _Counted:
    """A file object for ijson over a stream. ``since`` counts the bytes since the last row."""

    def __init__(self, stream: ByteStream, first: bytes, longest: int) -> None:
        self._stream = stream
        self._first = first
        self._longest = longest
        self.since = 0

    def read(self, size: int = -1) -> bytes:
        if size == 0:
            return b""
        data, self._first = self._first or self._stream.block(), b""
        self.since += len(data)
        if self.since > self._longest + len(data):
            raise OverLimit(
                f"A row is larger than {self._longest >> 20} MB; it and what follows was not screened."
            )
        return data


def read_array(
    stream: ByteStream, first: bytes, bounds: Bounds, tally: Tally
) -> Iterator[dict[str, Any] | None]:
    """One item for every element of the array, which is the file itself or stands under a usual key."""
    import ijson  # type: ignore[import-untyped]

    source = _Counted(stream, first.removeprefix(_BOM), bounds.row_bytes)
    builder: Any = None
    depth = row = 0
    base: int | None = None  # the depth of the rows, once their array is open
    key = None
    try:
        for event, value in ijson.basic_parse(source, use_float=True):
            opens, closes = event in ("start_map", "start_array"), event in ("end_map", "end_array")
            depth -= closes
            if base is None:
                if depth == 1 and event == "map_key":
                    key = value
                if event == "start_array" and (depth == 0 or (depth == 1 and key in ROW_KEYS)):
                    base = depth + 1
                depth += opens
                continue
            if closes and depth == base - 1:
                if base == 1:
                    return
                base = None
                continue
            if builder is None:
                builder = _Builder()
            if depth < base + _SIGNIFICANT_DEPTH:
                builder.event(event, value)
            elif opens:
                builder.too_deep = True
            depth += opens
            if depth == base:
                yield _element(builder, row, tally)
                builder, row, source.since = None, row + 1, 0
    except ijson.IncompleteJSONError as error:
        if row == 0 and builder is None:
            raise CutShort("The file is no JSON that can be read.") from error
        raise CutShort("The JSON breaks off or is damaged; what follows was not screened.") from error
    except (ijson.JSONError, ValueError) as error:
        raise CutShort("The JSON is damaged; what follows was not screened.") from error


def _element(builder: _Builder, row: int, tally: Tally) -> dict[str, Any] | None:
    if builder.too_deep:
        tally.deep += 1
        return None
    if isinstance(builder.value, dict):
        return builder.value
    tally.note_broken(row)
    return None


class _Builder:
    """Builds one value from events."""

    def __init__(self) -> None:
        self.value: Any = None
        self.too_deep = False
        self._open: list[Any] = []
        self._key: list[str | None] = []

    def event(self, event: str, value: Any) -> None:
        if event == "map_key":
            self._key[-1] = value
        elif event in ("end_map", "end_array"):
            self._open.pop()
            self._key.pop()
        else:
            made: Any = {} if event == "start_map" else [] if event == "start_array" else value
            self._add(made)
            if event in ("start_map", "start_array"):
                self._open.append(made)
                self._key.append(None)

    def _add(self, made: Any) -> None:
        if not self._open:
            self.value = made
        elif isinstance(self._open[-1], list):
            self._open[-1].append(made)
        else:
            self._open[-1][str(self._key[-1])] = made
