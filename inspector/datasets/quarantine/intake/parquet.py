"""Parquet: read by a child process, which may be killed by a hostile file without harm to the store.

The child (this module as a program) may read that one file and nothing else: no other file, no network, no
program (``inspector.confinement``), and memory and processor time are bounded. It writes the rows as JSON
lines; they are then read as any other lines, so nothing is trusted for having come through polars. Dates
become ISO 8601 text, decimals text; a file with a column of bytes is refused, since there is nothing in it
that people could read.
"""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from inspector.datasets.quarantine.canonical import MAX_ROW
from inspector.datasets.quarantine.intake.interface import Item, Record
from inspector.datasets.quarantine.intake.lines import TOO_LONG, read_lines
from inspector.datasets.quarantine.intake.unpacking import FREE, MAX_RATIO, SourceCut
from inspector.provenance import UnreadableInput, plain

MEMORY = 4 << 30  # bytes of address space of the child: polars reserves far more than it uses
_MISSING, _REFUSED = 4, 5
_SECONDS = 3600  # of processor time; a million rows take 20
_ROWS_AT_ONCE = 2000


def read_parquet(path: Path) -> Iterator[Item]:
    """The records of a Parquet file."""
    # -I: the folder a command is given in may hold a polars.py of its own.
    command = [sys.executable, "-I", "-m", __name__, str(path.absolute())]
    allowed = FREE + MAX_RATIO * path.stat().st_size
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as child:
        try:
            assert child.stdout is not None and child.stderr is not None
            found = False
            for item in read_lines(child.stdout):  # type: ignore[arg-type]
                allowed -= _cost(item)
                if allowed < 0:
                    raise UnreadableInput(
                        f"The Parquet file unpacks to over {MAX_RATIO} times its size; it was not taken.",
                        "Unpack it yourself if you trust it, and add the result.",
                    )
                found = True
                yield item
            said = child.stderr.read(4000).decode("utf-8", "replace").strip()
            code = child.wait()
        finally:
            child.kill()
    if code == _MISSING:
        raise UnreadableInput(
            "Reading Parquet needs the package polars, which is not installed.",
            'Install it with: pip install "provenance-inspector[data]".',
        )
    if code:
        why = plain(said.splitlines()[-1], 200) if said and code == _REFUSED else "its reader gave up"
        if not found:
            raise UnreadableInput(f"The Parquet file cannot be read: {why}.")
        raise SourceCut(f"The Parquet file was not read to its end: {why}.")


def _cost(item: Item) -> int:
    """The bytes that a row was, as far as that is known of one that was refused."""
    if isinstance(item, Record):
        return len(item.raw)
    return MAX_ROW if item.why == TOO_LONG else 1000


def _child(path: str) -> int:
    from inspector.confinement import confine

    try:
        import polars  # what it needs of the disk is read now; its threads start with the first query
    except ImportError:
        return _MISSING
    confine([path], memory_bytes=MEMORY, cpu_seconds=_SECONDS)
    out = sys.stdout.buffer
    try:
        for frame in _frames(polars, path):
            _write(frame, out)
        out.flush()
    except (polars.exceptions.PolarsError, MemoryError, OSError, ValueError) as error:
        print(plain(str(error).split("\n")[0], 200), file=sys.stderr)
        return _REFUSED
    return 0


def _frames(polars: Any, path: str) -> Iterator[Any]:
    """The file in slices, small enough that their text fits."""
    scan = polars.scan_parquet(path, glob=False, low_memory=True)
    for name, kind in scan.collect_schema().items():
        if "Binary" in str(kind):
            raise ValueError(f"the column {name} holds bytes, which have no form as rows of text")
    start, step = 0, _ROWS_AT_ONCE
    while True:
        frame = scan.slice(start, step).collect()
        if frame.height == 0:
            return
        if frame.estimated_size() > 4 * MAX_ROW and step > 1:
            step = max(step // 8, 1)
            continue
        yield frame
        start += frame.height


def _write(frame: Any, out: io.BufferedIOBase | Any) -> None:
    encode = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), default=_text).encode
    for row in frame.iter_rows(named=True):
        out.write(encode(row).encode() + b"\n")


def _text(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if hasattr(value, "to_list"):
        return value.to_list()
    return str(value)


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        sys.exit(_child(sys.argv[1]))
