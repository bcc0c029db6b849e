"""The passes over one file, in order, and what becomes of them.

1. ``gather`` reads every row once: words counted, texts kept in a nameless file.
2. ``counting`` sorts the features and gives each its rows; ``association`` tests them as they pass.
3. ``grouping`` puts pairs of the same rows together.
4. For each group: is it planted, does the text contradict the label, who gave the rows; then a score.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import IO

from inspector.datasets.screening import limits
from inspector.datasets.screening.counting import Counting
from inspector.datasets.screening.gather import Gathered, gather, sha256
from inspector.datasets.screening.interface import Bounds, Screened
from inspector.datasets.screening.suspicions import Search

Report = Callable[[str, int], None]


def screen(
    file: IO[bytes], path: str, bounds: Bounds | None = None, report: Report | None = None
) -> Screened:
    """Screens an open file. ``report(phase, done)`` is called now and then.

    Raises UnreadableInput where the file holds no rows that can be read.
    """
    bounds = bounds or Bounds()
    tell = report or (lambda phase, done: None)
    size = file.seek(0, 2)
    tell("hash", 0)
    digest = sha256(file)
    tell("read", 0)
    gathered = gather(file, size, Path(path).name, bounds)
    try:
        result = Screened(path, size, digest, gathered.format, gathered.rows, gathered.layout.as_json())
        tell("search", gathered.rows)
        search(result, gathered, bounds)
        if file.seek(0, 2) != size:
            result.cut_short.append("The file changed while it was read.")
        return result
    finally:
        gathered.close()


def search(result: Screened, gathered: Gathered, bounds: Bounds, counting: Counting | None = None) -> None:
    """Fills a result from what was gathered. Raises UnreadableInput where not one row can be understood."""
    result.cut_short = limits.cut_short(gathered, bounds)
    limits.refuse_unreadable(gathered)
    found = Search(gathered, counting)
    result.suspicions = found.suspicions()
    result.limits = limits.sentences(gathered, found.notes)
