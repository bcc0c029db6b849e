"""A row of a quarantine as text that a person can read and trust: without Qt, for the store's process.

Every control, bidirectional and invisible character becomes an escape, and each escape is told apart from
the same letters written out in the row (CVE-2021-42574). What is too long is cut, but never at a marker:
the places of a marker stay, and how much was left out is said.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from inspector.provenance import plain

HIDDEN, MARKER, LEFT_OUT = "hidden", "marker", "left-out"
MOST_OF_PIECE = 3000  # characters of one column that are shown
MOST_OF_ROW = 8000  # characters of one row that are shown
MOST_PIECES = 24
MOST_MARKERS = 12
_AROUND = 160  # characters kept on both sides of a marker in a piece that is cut
_HEAD = 400  # characters of the beginning, where a marker is what is looked for
_PLACES = 200  # places of markers that are painted in one piece
_ODD = re.compile(r"[^ -~]")
_ROLE_KEYS = (("role", "content"), ("from", "value"))

Span = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Piece:
    """One column, or one turn of a chat. ``way`` is input, output, rejected or other; ``spans`` are places
    in ``text`` (start, end, what: hidden, marker or left-out); ``left_out`` counts characters not shown."""

    way: str
    name: str
    text: str
    spans: tuple[Span, ...]
    left_out: int

    def as_json(self) -> dict[str, Any]:
        return {
            "way": self.way,
            "name": self.name,
            "text": self.text,
            "spans": [list(one) for one in self.spans],
            "left_out": self.left_out,
        }


def pieces(value: Any, markers: Sequence[str]) -> list[Piece]:
    """The row ``value`` in the order in which training reads it: what goes in, what comes out, the rest."""
    pattern = pattern_of(markers)
    found: list[Piece] = []
    room = MOST_OF_ROW
    for way, name, text in _texts(value):
        if len(found) >= MOST_PIECES or room <= 0:
            found.append(Piece("other", plain(name, 80), "…", (), len(text)))
            break
        piece = made_piece(way, name, text, pattern, min(MOST_OF_PIECE, room))
        room -= len(piece.text)
        found.append(piece)
    return found


def summary(value: Any) -> str:
    """The beginning of the row's first text, on one line."""
    for _, _, text in _texts(value):
        return plain(" ".join(text[:600].split(" ")), 240)
    return ""


def pattern_of(markers: Sequence[str]) -> re.Pattern[str] | None:
    """What finds the markers of a suspicion: words in their order, with other marks between them than the
    screening kept, or the very character where the marker is one that cannot be seen."""
    parts = []
    for marker in [one[:200] for one in markers if one][:MOST_MARKERS]:
        words = [re.escape(word) for word in marker.split()]
        parts.append(r"\W{1,8}".join(words) if words else re.escape(marker))
    return re.compile("|".join(f"(?:{part})" for part in parts), re.IGNORECASE) if parts else None


def made_piece(way: str, name: str, text: str, pattern: re.Pattern[str] | None, most: int) -> Piece:
    """``text`` cut to about ``most`` characters around the places of ``pattern``, escaped, with its spans."""
    places = _places(text, pattern)
    shown: list[str] = []
    spans: list[Span] = []
    at = last = 0
    kept = 0
    for start, end in _windows(len(text), places, most):
        if start > last:
            gap = f" … [{start - last:,}] … "
            spans.append((at, at + len(gap), LEFT_OUT))
            shown.append(gap)
            at += len(gap)
        safe, moved = _escaped(text[start:end])
        spans += [(at + first, at + then, HIDDEN) for first, then in moved.hidden]
        for first, then in places:
            if start <= first and then <= end:
                spans.append((at + moved.at(first - start), at + moved.at(then - start), MARKER))
        shown.append(safe)
        at += len(safe)
        kept += end - start
        last = end
    if last < len(text):
        gap = f" … [{len(text) - last:,}]"
        spans.append((at, at + len(gap), LEFT_OUT))
        shown.append(gap)
    return Piece(way, plain(name, 80), "".join(shown), tuple(spans), len(text) - kept)


def slice_of(value: Any, offset: int, most: int) -> dict[str, Any]:
    """``most`` characters of the row as JSON from ``offset`` on, escaped: for rows too long to be shown."""
    text = json.dumps(value, ensure_ascii=False, indent=1)
    offset = max(min(offset, len(text)), 0)
    part = text[offset : offset + most]
    safe, moved = _escaped(part, keep_newlines=True)
    return {
        "text": safe,
        "spans": [[first, then, HIDDEN] for first, then in moved.hidden],
        "offset": offset,
        "next": offset + len(part) if offset + len(part) < len(text) else None,
        "total": len(text),
    }


def _places(text: str, pattern: re.Pattern[str] | None) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    if pattern is not None:
        for match in pattern.finditer(text[: 4 << 20]):
            if match.end() > match.start():
                found.append(match.span())
            if len(found) >= _PLACES:
                break
    return found


def _windows(length: int, places: list[tuple[int, int]], most: int) -> list[tuple[int, int]]:
    """The parts of a long text that are shown: its beginning, the first places of a marker, its end."""
    if length <= most:
        return [(0, length)]
    head = min(_HEAD, most // 2) if places else most * 3 // 4
    wanted = [(0, head)]
    room = most - head
    for start, end in places:
        cost = end - start + 2 * _AROUND
        if room < cost + _AROUND:
            break
        if end > head:
            wanted.append((max(start - _AROUND, 0), min(end + _AROUND, length)))
            room -= cost
    wanted.append((max(length - max(room, _AROUND), head), length))
    merged: list[tuple[int, int]] = []
    for start, end in sorted(wanted):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


@dataclass(slots=True)
class _Moved:
    """Where the characters of a text stand after escaping. ``steps`` are (place before, place after)."""

    steps: list[tuple[int, int]]
    hidden: list[tuple[int, int]]

    def at(self, place: int) -> int:
        from bisect import bisect_right

        before, after = self.steps[bisect_right(self.steps, (place, 1 << 60)) - 1]
        return after + place - before


def _escaped(text: str, keep_newlines: bool = False) -> tuple[str, _Moved]:
    """``text`` with escapes for what cannot be seen. A line break within a column is marked and set in, so
    that nothing in a row can pass for the heading of another one."""
    moved = _Moved([(0, 0)], [])
    parts: list[str] = []
    last = at = 0
    for match in _ODD.finditer(text):
        start = match.start()
        char = match[0]
        if char == "\n":
            made = "\n" if keep_newlines else "⏎\n      "
        elif char == "\t" and not keep_newlines:
            made = "⇥ "
        else:
            made = plain(char, keep_newlines=keep_newlines)
        if made == char:
            continue
        parts.append(text[last:start])
        at += start - last
        if char not in "\n\t":
            moved.hidden.append((at, at + len(made)))
        parts.append(made)
        at += len(made)
        last = start + 1
        moved.steps.append((last, at))
    parts.append(text[last:])
    return "".join(parts), moved


def _texts(value: Any) -> Iterator[tuple[str, str, str]]:
    """(way, name, text) for each column and each turn of a chat."""
    from inspector.datasets.columns import roles

    if not isinstance(value, dict):
        yield "other", "", _text(value)
        return
    found = roles(value)
    order = [*found["input"], *(one for one in found["output"] if one not in found["input"])]
    order += [one for one in value if one not in order]
    for name in order:
        way = "input" if name in found["input"] else "output" if name in found["output"] else "other"
        if name.strip().lower() == "rejected":
            way = "rejected"
        turns = _turns(value[name])
        if turns is None:
            yield way, name, _text(value[name])
        else:
            for who, text in turns:
                yield "output" if who in ("assistant", "gpt", "model", "bot") else "input", who, text


def _turns(value: Any) -> list[tuple[str, str]] | None:
    """The turns of a chat, where ``value`` is one."""
    if not isinstance(value, list) or not value:
        return None
    for who, what in _ROLE_KEYS:
        if all(isinstance(one, dict) and isinstance(one.get(who), str) and what in one for one in value):
            return [(plain(one[who], 40), _text(one[what])) for one in value]
    return None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
