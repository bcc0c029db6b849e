"""Sorting findings over plain lists: a table model only shows what stands here.

Every order ends with severity, node, rule and id, so that equal keys never jump about.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from inspector.provenance import State
from inspector.review.query import Row

_DIGITS = re.compile(r"\d+")
_STATE_PLACE = {state: place for place, state in enumerate(State)}


def natural(text: str) -> str:
    """A key by which ``layer2`` comes before ``layer10``; ``text`` is in lower case."""
    return _DIGITS.sub(_padded, text)


def _padded(digits: re.Match[str]) -> str:
    return digits[0].zfill(12)


def _severity(row: Row) -> Any:
    return -row.severity


def _state(row: Row) -> Any:
    # What must be decided again comes before what was never decided: it was once thought settled.
    finding = row.finding
    return (-1, 0) if finding is None else (_STATE_PLACE[finding.state], not finding.ask_again)


def _expires(row: Row) -> Any:
    return (row.finding.expires if row.finding else None) or "9999-99-99"  # no date: last


def _decided(row: Row) -> Any:
    return (row.finding.decided_at if row.finding else None) or ""


# What a column is called and how it is ordered when it is asked for first: worst, soonest, A to Z.
ORDERS: dict[str, Callable[[Row], Any]] = {
    "severity": _severity,
    "state": _state,
    "node": lambda row: natural(row.name),
    "kind": lambda row: row.kind,
    "rule": lambda row: row.rule,
    "title": lambda row: natural(row.finding.finding.title.lower()) if row.finding else "",
    "path": lambda row: (0, natural(row.paths[0])) if row.paths else (1, ""),
    "expires": _expires,
    "decided": _decided,
}


def sorted_rows(rows: Sequence[Row], by: str = "severity", *, descending: bool = False) -> list[Row]:
    """``rows`` in the order of one of ``ORDERS``. KeyError for another name is a defect of the caller."""
    # Two stable sorts: ties keep the usual order also where the chosen one runs backwards.
    usual = sorted(rows, key=_usual)
    return sorted(usual, key=ORDERS[by], reverse=descending)


def _usual(row: Row) -> tuple[int, str, str, str]:
    return (-row.severity, row.name, row.rule, row.finding.finding.id if row.finding else "")
