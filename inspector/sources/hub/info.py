"""The info request: one answer with everything that is asked of a repository or an owner."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from inspector.provenance.errors import InspectorError
from inspector.sources.hub import errors
from inspector.sources.hub.client import HubClient
from inspector.sources.hub.facts import OwnerFacts, owner_facts

# What is asked for, by kind of repository. Counters (downloads, likes) are left out: they are no evidence,
# and with them the digest of the answer would differ from one minute to the next.
_EXPAND = {
    "model": (
        "author",
        "baseModels",
        "cardData",
        "childrenModelCount",
        "config",
        "createdAt",
        "disabled",
        "gated",
        "gguf",
        "lastModified",
        "library_name",
        "pipeline_tag",
        "private",
        "sha",
        "tags",
    ),
    "dataset": (
        "author",
        "cardData",
        "createdAt",
        "disabled",
        "gated",
        "lastModified",
        "private",
        "sha",
        "tags",
    ),
    "space": (
        "author",
        "cardData",
        "createdAt",
        "datasets",
        "disabled",
        "lastModified",
        "models",
        "private",
        "sdk",
        "sha",
        "tags",
    ),
}


def read_info(
    client: HubClient, kind: str, name: str, revision: str | None = None, *, with_files: bool = False
) -> Mapping[str, Any]:
    """The raw answer about a repository. ``with_files`` adds the bare file names (``siblings``)."""
    path = f"/api/{kind}s/{name}"
    if revision is not None:
        path += f"/revision/{quote(revision, safe='')}"
    # The target is asked for what uses it, its relatives for the bare names of their files.
    more = ("siblings",) if with_files else ("spaces",) if kind == "model" else ()
    wanted = (*_EXPAND[kind], *more)
    ask = client.ask(name, revision)
    raw, answer = client.get_json(path, ask, [("expand", key) for key in wanted])
    if not isinstance(raw, dict):
        raise errors.not_a_hub(ask, "no facts about a repository")
    if "sha" not in raw and answer.headers.get("x-repo-commit"):
        raw["sha"] = answer.headers["x-repo-commit"]
    return raw


def read_owner(client: HubClient, name: str) -> OwnerFacts:
    """An owner as the hub shows it: one request for an organisation, two for a user. Never raises: what
    could not be had is an OwnerFacts with the sentence why."""
    ask = client.ask(name)
    for kind, path in (("organization", "organizations"), ("user", "users")):
        try:
            raw, _ = client.get_json(f"/api/{path}/{quote(name, safe='')}/overview", ask)
        except errors.NotFound:
            continue  # not of this kind; a hub answers the same for an owner that is gone
        except InspectorError as error:
            return OwnerFacts(name, problem=error.sentence)
        if isinstance(raw, dict):
            return owner_facts(name, kind, raw)
        return OwnerFacts(name, problem=errors.not_a_hub(ask, "no facts about an owner").sentence)
    return OwnerFacts(name, problem=f"{name}: no organisation or user of this name is known to the hub.")
