"""What the store's process answers, cut to what a window shows: a report or a row may hold anything, at any
length."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from inspector.gui import quarantine_text as texts
from inspector.provenance import plain

if TYPE_CHECKING:
    from inspector.datasets.quarantine import Group

_SHORT, _LONG = 300, 900  # characters of one fact of a group: a word of the rows, a sentence of ours


def brief(group: Group) -> dict[str, Any]:
    return {
        "id": group.id,
        "kind": group.kind,
        "title": plain(group.title, 200),
        "rows": group.rows,
        "pending": group.pending,
        "level": plain(str(group.facts.get("level") or ""), 20),
        "said": plain(str(group.facts.get("coverage") or ""), 600),
    }


def row(one: Mapping[str, Any], markers: list[str], source: Mapping[str, str] | None) -> dict[str, Any]:
    from inspector.datasets.columns import time_column

    value = one["value"]
    column = time_column(value) if isinstance(value, dict) else None
    time = plain(str(value[column]), 60) if column is not None and value[column] is not None else ""
    return {
        "row": one["row"],
        "sha256": one["sha256"],
        "state": one["state"],
        "contributors": [plain(name, 120) for name in one["contributors"][:20]],
        "time": time,
        "source": source["source"] if source else "",
        "added": source["added"] if source else "",
        "groups": one["groups"][:20],
        "decisions": [
            {name: plain(str(said[name]), 300) for name in ("verdict", "by", "at", "why")}
            for said in one["decisions"][:10]
        ],
        "text": texts.summary(value),
        "pieces": [piece.as_json() for piece in texts.pieces(value, markers)],
    }


def short_facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What is known of a group, short enough to be read: it comes from a report that anybody may write."""
    short: dict[str, Any] = {}
    for name, value in list(facts.items())[:20]:
        if isinstance(value, list):
            short[name] = [_short(one) for one in value[:12]]
        else:
            short[name] = _short(value)
    return short


def _short(value: Any) -> Any:
    if isinstance(value, bool | int | float) or value is None:
        return value
    if isinstance(value, dict):
        return {plain(str(name), 40): plain(str(said), 80) for name, said in list(value.items())[:6]}
    # "coverage" and the limits are sentences of ours; a marker keeps its characters as escapes.
    return plain(str(value), _LONG if len(str(value)) > _SHORT else _SHORT)


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def entry(one: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "seq": one["seq"],
        "at": str(one["at"]),
        "what": plain(str(one.get("verdict", one["type"])), 40),
        "rows": one.get("n"),
        "by": plain(str(one["actor"]["name"]), 200),
        "signed": one["actor"].get("auth") == "signed",
        "unit": plain(str(one.get("unit") or one.get("source") or ""), 200),
        "why": plain(str(one.get("why") or ""), 300),
    }
