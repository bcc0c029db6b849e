"""The branches and tags of a repository, each with the commit that it names now: one request.

Source: ``GET /api/{models|datasets|spaces}/{id}/refs``, what ``HfApi.list_repo_refs`` asks. Pull requests and
automatic conversions are left out: nobody pins those.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from inspector.sources.hub import errors
from inspector.sources.hub.client import HubClient
from inspector.sources.hubid import is_commit, is_revision

MOST_REFS = 2000
_LISTS = (("branches", "branch"), ("tags", "tag"))


@dataclass(frozen=True, slots=True)
class Ref:
    """``kind`` is branch or tag; ``name`` can be typed as a revision; ``commit`` has 40 hex digits."""

    kind: str
    name: str
    commit: str


def read_refs(client: HubClient, kind: str, name: str) -> tuple[Ref, ...]:
    """The refs in the hub's order, branches first, at most MOST_REFS. A row without a commit, or with a name
    that no revision can have, is left out. InspectorError where the hub gives no list."""
    ask = client.ask(name)
    raw, _ = client.get_json(f"/api/{kind}s/{name}/refs", ask)
    if not isinstance(raw, dict) or not isinstance(raw.get("branches"), list):
        raise errors.not_a_hub(ask, "no list of branches")
    return tuple(row for row, _ in zip(_rows(raw), range(MOST_REFS)))


def _rows(raw: dict[str, Any]) -> Iterator[Ref]:
    for key, kind in _LISTS:
        rows = raw.get(key)
        for row in rows if isinstance(rows, list) else ():
            if not isinstance(row, dict):
                continue
            name, commit = row.get("name"), row.get("targetCommit")
            if isinstance(name, str) and is_revision(name) and is_commit(commit):
                yield Ref(kind, name, str(commit))
