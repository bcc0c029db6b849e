"""Discussions of a repository, where people warn of it: asked for when a reviewer wants them, in one request.

Titles are words of strangers: evidence that somebody said something, and nothing more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from inspector.sources.hub import errors
from inspector.sources.hub.client import HubClient
from inspector.sources.hub.facts import mapping, number, text

MAX_DISCUSSIONS = 100
# Words in a title that make it worth opening, each with what people mean by it there.
FLAGS: tuple[tuple[str, str], ...] = (
    (r"malware|malicious|backdoor|trojan|virus|infected", "somebody says that it does harm"),
    (r"unsafe|exploit|vulnerab|cve-\d|security|pickle|arbitrary code", "somebody speaks of its security"),
    (r"licen[cs]e|copyright|terms of use", "somebody doubts its licence"),
    (r"stolen|plagiari|fake|impersonat|not the official|re-?upload|copy of", "somebody doubts its origin"),
    (r"leak|poison|contaminat|personal data|\bpii\b|private data|csam", "somebody doubts its data"),
)
_FLAGS = tuple((re.compile(pattern, re.IGNORECASE), why) for pattern, why in FLAGS)


@dataclass(frozen=True, slots=True)
class Discussion:
    """One discussion or pull request. ``flags`` say what its title speaks of, out of the table above."""

    number: int | None
    title: str
    status: str | None
    author: str | None
    created: str | None
    flags: tuple[str, ...]

    @property
    def is_open(self) -> bool:
        return self.status in ("open", "draft")


def read_discussions(client: HubClient, kind: str, name: str) -> tuple[Discussion, ...]:
    """The newest discussions, flagged and open ones first. An InspectorError where they cannot be had."""
    ask = client.ask(name)
    raw, _ = client.get_json(f"/api/{kind}s/{name}/discussions", ask)
    rows = mapping(raw).get("discussions")
    if not isinstance(rows, list):
        raise errors.not_a_hub(ask, "no list of discussions")
    found = [_discussion(mapping(row)) for row in rows[:MAX_DISCUSSIONS]]
    return tuple(sorted(found, key=lambda one: (not one.flags, not one.is_open, -(one.number or 0))))


def _discussion(row: Any) -> Discussion:
    title = text(row.get("title"), 300) or ""
    return Discussion(
        number(row.get("num")),
        title,
        text(row.get("status"), 40),
        text(mapping(row.get("author")).get("name"), 200),
        text(row.get("createdAt"), 40),
        tuple(why for pattern, why in _FLAGS if pattern.search(title)),
    )
