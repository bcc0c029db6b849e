"""Files of rows: JSON lines, JSON arrays, delimited text, Parquet and Arrow (recognised only)."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from typing import Any

from inspector.datasets import columns as names
from inspector.datasets.interface import DatasetFacts
from inspector.datasets.stream import lines, text_lines
from inspector.sources.interface import ByteSource

MAX_COUNTED = 1024 * 1024 * 1024  # bytes of a file whose rows are counted
MAX_ARRAY = 48 * 1024 * 1024  # bytes of a JSON array that is parsed whole
MAX_LINE = 16 * 1024 * 1024
MAX_FIELD = 4 * 1024 * 1024
SAMPLED = 500  # rows that are looked into for their columns
MAX_COLUMNS = 200
_DATA_NAME = re.compile(
    r"(?:^|[/_.-])(?:data|datasets?|train(?:ing)?|test|valid(?:ation)?|val|dev|eval|corpus|samples?|finetun\w*|sft|dpo|"
    r"preferences?|feedback|tickets?|transcripts?|conversations?|annotations?|labels?|corrections?)(?:[/_.-]|$)",
    re.IGNORECASE,
)
_ROW_KEYS = ("data", "rows", "train", "instances", "examples", "samples", "items", "records", "conversations")


def _facts(
    path: str, form: str, rows: int | None, columns: list[str], partly: str | None = None
) -> DatasetFacts:
    return DatasetFacts(
        path=path,
        format=form,
        rows=rows,
        columns=tuple(columns[:MAX_COLUMNS]),
        contributor_column=names.contributor_column(columns),
        time_column=names.time_column(columns),
        partly=partly,
    )


def _columns(rows: Iterator[Any] | list[Any]) -> list[str]:
    """The keys of the first rows, in the order in which they are met."""
    seen: dict[str, None] = {}
    for row in rows:
        if isinstance(row, dict):
            for key in list(row)[:MAX_COLUMNS]:
                seen.setdefault(str(key)[:200])
    return list(seen)[:MAX_COLUMNS]


def _parsed(text: bytes | str) -> Any:
    """The JSON value, or None where it is none or nested too deeply."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def read_lines(source: ByteSource, path: str) -> DatasetFacts | None:
    """JSON lines: every line that is not empty is a row."""
    count = broken = cut = 0
    sampled: list[Any] = []
    for line in lines(source, MAX_COUNTED, MAX_LINE):
        if count == 0:
            line = line.removeprefix(b"\xef\xbb\xbf")
        if not line.strip():
            continue
        count += 1
        if len(sampled) < SAMPLED and count <= SAMPLED * 2:
            value = None if len(line) >= MAX_LINE else _parsed(line)
            if isinstance(value, dict):
                sampled.append(value)
            elif len(line) >= MAX_LINE:
                cut += 1
            else:
                broken += 1
    partly = None
    if source.size > MAX_COUNTED:
        partly = "The file is larger than 1 GB; its rows were not counted to the end."
    elif broken or cut:
        number, words = (broken, "no JSON object") if broken else (cut, "longer than 16 MB and not read")
        seen = min(count, SAMPLED * 2)
        partly = f"{number} of the first {seen} lines {'is' if number == 1 else 'are'} {words}."
    rows = None if source.size > MAX_COUNTED else count
    return _facts(path, "jsonl", rows, _columns(sampled), partly)


def read_json(source: ByteSource, path: str) -> DatasetFacts | None:
    """A JSON file, where it holds rows: an array of objects, or one under a usual key. Else None: a
    configuration is no dataset."""
    head = source.read_at(0, min(source.size, 4096)).removeprefix(b"\xef\xbb\xbf").lstrip()
    if head[:1] not in (b"[", b"{"):
        return None
    if source.size > MAX_ARRAY:
        return _large_json(source, path, head)
    data = source.read_at(0, source.size)
    try:
        value = json.loads(data.decode("utf-8-sig", "replace"))
    except RecursionError:
        return _facts(path, "json", None, [], "The file is nested too deeply to be read.")
    except ValueError:
        return _json_lines(source, path, head)
    if isinstance(value, list):
        return _array(path, value)
    if isinstance(value, dict):
        for key in _ROW_KEYS:
            rows = value.get(key)
            if (
                isinstance(rows, list)
                and len(rows) > 1
                and all(isinstance(row, dict) for row in rows[:SAMPLED])
            ):
                columns = _columns(rows[:SAMPLED])
                if names.looks_like_training(columns) or _DATA_NAME.search(path):
                    return _facts(path, "json", len(rows), columns)
    return None


def _array(path: str, value: list[Any]) -> DatasetFacts | None:
    if not value or not isinstance(value[0], dict):
        return None
    columns = _columns(value[:SAMPLED])
    if not (names.looks_like_training(columns) or _DATA_NAME.search(path)):
        return None
    odd = sum(not isinstance(row, dict) for row in value)
    return _facts(path, "json", len(value), columns, f"{odd} rows are no objects." if odd else None)


def _json_lines(source: ByteSource, path: str, head: bytes) -> DatasetFacts | None:
    """A .json file that holds one object a line, as some exports do."""
    first = head.split(b"\n", 1)[0]
    if isinstance(_parsed(first), dict) and b"\n" in head:
        facts = read_lines(source, path)
        if facts is not None and (names.looks_like_training(facts.columns) or _DATA_NAME.search(path)):
            return facts
    if head[:1] == b"[" and _DATA_NAME.search(path):
        return _facts(path, "json", None, [], "The file is no whole JSON; nothing of it was read.")
    return None


def _large_json(source: ByteSource, path: str, head: bytes) -> DatasetFacts | None:
    """The columns of an array that is too large to be read whole, from its first row."""
    if head[:1] == b"{":
        first = head.split(b"\n", 1)[0]
        return read_lines(source, path) if isinstance(_parsed(first), dict) else None
    text = (
        source.read_at(0, min(source.size, 1024 * 1024)).decode("utf-8-sig", "replace").lstrip()[1:].lstrip()
    )
    try:
        row, _ = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        row = None
    columns = _columns([row])
    if not columns:
        return None
    return _facts(path, "json", None, columns, "The array is larger than 48 MB; only its first row was read.")


def read_delimited(source: ByteSource, path: str) -> DatasetFacts | None:
    """CSV and TSV. A first record of names is the header and is no row."""
    tabs = path.lower().endswith(".tsv")
    form = "tsv" if tabs else "csv"
    delimiter = "\t" if tabs else _delimiter(source)
    before = csv.field_size_limit(MAX_FIELD)
    header: list[str] = []
    count = 0
    partly = None
    try:
        for record in csv.reader(text_lines(source, MAX_COUNTED, MAX_FIELD), delimiter=delimiter):
            if not record:
                continue
            if count == 0 and not header:
                header = [cell[:200] for cell in record[:MAX_COLUMNS]]
                if _is_header(header):
                    continue
                header = [f"column {number}" for number in range(1, len(header) + 1)]
            count += 1
    except csv.Error as error:
        partly = f"The file is not read to its end: {error}."
    finally:
        csv.field_size_limit(before)
    if source.size > MAX_COUNTED:
        partly = "The file is larger than 1 GB; its rows were not counted to the end."
    return _facts(path, form, None if partly else count, header, partly)


def _delimiter(source: ByteSource) -> str:
    first = next(text_lines(source, 256 * 1024, 64 * 1024), "")
    return max(",;\t|", key=lambda sign: (first.count(sign), sign == ","))


def _is_header(cells: list[str]) -> bool:
    """Whether a first record holds names: short, no two alike, none a number."""
    tidy = [cell.strip() for cell in cells]
    if any(len(cell) > 80 or re.fullmatch(r"[-+]?[\d.,]+(?:e[-+]?\d+)?", cell) for cell in tidy):
        return False
    named = [cell for cell in tidy if cell]
    return bool(named) and len(set(named)) == len(named) and len(named) >= len(tidy) - 1


def read_columnar(source: ByteSource, path: str) -> DatasetFacts | None:
    """Parquet and Arrow files: recognised by their magic, not read."""
    if source.size < 8:
        return None
    head = source.read_at(0, 8)
    tail = source.read_at(source.size - 6, 6)
    why = "Its columns and rows are not read."
    if head[:4] == b"PAR1" and tail[-4:] == b"PAR1":
        return _facts(path, "parquet", None, [], why)
    if head[:4] in (b"PARE", b"PAR1"):
        return _facts(path, "parquet", None, [], "The file is encrypted or cut off. " + why)
    if head[:6] == b"ARROW1" or head[:4] == b"\xff\xff\xff\xff":
        return _facts(path, "arrow", None, [], why)
    if head[:4] == b"FEA1":
        return _facts(path, "feather", None, [], why)
    return None
