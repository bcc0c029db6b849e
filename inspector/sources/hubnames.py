"""Which repositories of the hub a scan named: pure, over the lists of a scan, and quick to import.

A moving name and a commit of one repository are two questions; the same question is asked once, wherever it
stands in the project.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from inspector.sources.hubid import HubId, is_repository_name, is_revision

PLACES_KEPT = 20  # for each name; a name that stands in more places is found by the scan itself
_HUB = "hf"
_NODE_KINDS = ("model", "dataset")


@dataclass(frozen=True, slots=True)
class NamesFound:
    """``names`` in the order in which they are shown, each with the places (``path:line``) where it stands.
    ``unnamed`` are places whose reference names nothing that can be asked for: its name is only known when
    the code runs, or is none."""

    names: Mapping[HubId, tuple[str, ...]] = field(default_factory=dict)
    unnamed: tuple[str, ...] = ()

    @property
    def repositories(self) -> int:
        """How many different repositories these are."""
        return len({(one.kind, one.name.lower()) for one in self.names})


def names_found(references: Iterable[Mapping[str, Any]], nodes: Iterable[Mapping[str, Any]]) -> NamesFound:
    """The names in ``references`` and ``nodes`` of a scan, as the contract writes them. A node is a question
    of its own only where no reference names its repository: a base model, say, that a card claims."""
    places: dict[HubId, dict[str, None]] = {}
    unnamed: dict[str, None] = {}
    for reference in references:
        if reference.get("hub") != _HUB or reference.get("kind") == "image":
            continue
        place = _place(reference)
        name = reference.get("ref")
        if not isinstance(name, str) or not is_repository_name(name):
            unnamed.setdefault(place)
            continue
        places.setdefault(HubId(_kind(reference), name, _revision(reference.get("revision"))), {})[place] = (
            None
        )
    known = {(one.kind, one.name.lower()) for one in places}
    for node in nodes:
        found = _of_node(node)
        if found is not None and (found.kind, found.name.lower()) not in known:
            places.setdefault(found, {})
    ordered = sorted(places, key=lambda one: (one.name.lower(), one.kind, one.revision or ""))
    return NamesFound({one: tuple(places[one])[:PLACES_KEPT] for one in ordered}, tuple(unnamed))


def _of_node(node: Mapping[str, Any]) -> HubId | None:
    attributes = node.get("attributes")
    name = node.get("name")
    if not isinstance(attributes, Mapping) or attributes.get("hub") != _HUB:
        return None
    kind = attributes.get("repository") or node.get("kind")
    if kind not in (*_NODE_KINDS, "space") or not isinstance(name, str) or not is_repository_name(name):
        return None
    # The root of a hub target that was opened at a commit: that commit is what is asked about.
    commit = attributes.get("revision") if attributes.get("root") and node.get("pin") == "commit" else None
    return HubId(str(kind), name, _revision(commit))


def _kind(reference: Mapping[str, Any]) -> str:
    if reference.get("kind") == "dataset":
        return "dataset"
    # Remote code and load calls come with the repository that they belong to.
    if reference.get("kind") != "model" and "dataset" in str(reference.get("call") or "").lower():
        return "dataset"
    return "model"


def _revision(value: object) -> str | None:
    return value if isinstance(value, str) and is_revision(value) else None


def _place(reference: Mapping[str, Any]) -> str:
    line = reference.get("line")
    return f"{reference.get('path') or ''}:{line}" if line is not None else str(reference.get("path") or "")
