"""The map's layout as a process of its own: one JSON line in, one out. Run with ``-m``.

In: ``{"count": N, "links": [source, target, source, target, …], "first": number or null}``. Out: the top
left corners as ``[x, y, x, y, …]`` in node order, whole pixels. The window stays free while it runs, and
cancelling it is killing it. Names never cross over: the answer is made of numbers alone.
"""

from __future__ import annotations

import json
import sys
from typing import IO, Any

from inspector.views.bands import bands

_MOST_NODES = 2_000_000


def answer(question: Any) -> list[int]:
    """The corners for one question; ValueError where it is not of the form above."""
    count, flat, first = question["count"], question["links"], question["first"]
    if not isinstance(count, int) or not 0 <= count <= _MOST_NODES:
        raise ValueError("count out of range")
    links = list(zip(flat[::2], flat[1::2]))
    if any(not (0 <= a < count and 0 <= b < count) for a, b in links):
        raise ValueError("a link names no node")
    return [round(length) for corner in bands(count, links, first) for length in corner]


def main(source: IO[str], sink: IO[str]) -> int:
    """Answers the one question on ``source``; gives the exit code."""
    try:
        corners = answer(json.loads(source.readline()))
    except (ValueError, KeyError, TypeError, IndexError):
        return 2
    sink.write(json.dumps(corners, separators=(",", ":")))
    sink.write("\n")
    sink.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.stdin, sys.stdout))
