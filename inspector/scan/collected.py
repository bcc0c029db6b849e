"""From events to the contract's result: what a scan told, put in order.

The same input gives the same bytes: lists are sorted by what identifies their items, and what belongs to
the machine or the moment stands under ``run`` alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inspector.provenance import Severity
from inspector.scan.interface import LISTS, Event

_ORDER = {
    "files": lambda item: item["path"],
    "references": lambda item: (item["path"], item["line"], item["column"] or 0, item["kind"], item["call"]),
    "manifests": lambda item: item["path"],
    "packages": lambda item: (item["name"], item["version"] or ""),
    "datasets": lambda item: item["path"],
    "nodes": lambda item: item["id"],
    "edges": lambda item: (item["source"], item["target"], item["kind"]),
    "findings": lambda item: (-Severity(item["severity"]).rank, item["rule"], item["node"]),
}


class Collected:
    """Gathers events. Its lists may be read at any time; ``result`` is whole once ``finished``."""

    def __init__(self) -> None:
        self.lists: dict[str, list[dict[str, Any]]] = {name: [] for name in LISTS.values()}
        self.nodes: dict[str, dict[str, Any]] = {}  # the later statement about a node stands
        self.errors: list[Event] = []
        self.progress: Event = {}
        self.target: Mapping[str, Any] | None = None
        self.done: Event | None = None

    @property
    def finished(self) -> bool:
        return self.done is not None

    def add(self, event: Event) -> None:
        kind = event["event"]
        if kind == "node":
            self.nodes[event["id"]] = _item(event)
        elif kind in LISTS:
            self.lists[LISTS[kind]].append(_item(event))
        elif kind == "progress":
            self.progress = event
            self.target = event.get("target") or self.target
        elif kind == "error":
            self.errors.append(event)
        elif kind == "done":
            self.done = event
            self.target = event.get("target") or self.target

    def result(self) -> dict[str, Any]:
        """The contract's object. Before ``done`` has come, what is known so far, without ``run``."""
        whole = {key: value for key, value in (self.done or {}).items() if key != "event"}
        lists = {**self.lists, "nodes": list(self.nodes.values())}
        for name, key in _ORDER.items():
            whole[name] = sorted(lists[name], key=key)
        return whole


def _item(event: Event) -> dict[str, Any]:
    return {key: value for key, value in event.items() if key != "event"}
