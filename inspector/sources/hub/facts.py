"""What a hub states about a repository and its owner, as frozen values made from raw JSON.

Answers of real hubs lack keys, hold null where a list should be and lists where a word should be. Nothing
in here raises for that: what is not of the expected kind is left out. All text can be written as UTF-8.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from inspector.provenance.words import Pin
from inspector.sources.hub.kinship import Signal, holds_weights
from inspector.sources.hubid import is_commit, is_repository_name

MAX_TEXT = 500
MAX_LIST = 200
# A card may hold anything; this much of it is kept.
MAX_CARD_DEPTH = 5
MAX_CARD_VALUES = 2_000
MAX_CARD_TEXT = 4_000


@dataclass(frozen=True, slots=True)
class OwnerFacts:
    """Who publishes. ``type`` is organization or user, None where it could not be told; ``problem`` is the
    sentence why. ``verified`` is the hub's own mark (users have none); None means unknown."""

    name: str
    type: str | None = None
    verified: bool | None = None
    full_name: str | None = None
    plan: str | None = None
    created: str | None = None
    followers: int | None = None
    models: int | None = None
    problem: str = ""

    def attributes(self) -> dict[str, Any]:
        """For an owner node of the graph."""
        return {
            "type": self.type,
            "verified": self.verified,
            "full_name": self.full_name,
            "plan": self.plan,
            "created": self.created,
            "followers": self.followers,
            "models": self.models,
            "problem": self.problem,
        }


@dataclass(frozen=True, slots=True)
class Claim:
    """One claimed parent: an edge of kind derived-from.

    ``parent`` is the id that answered, or what was claimed where nothing answered. ``evidence`` holds maps
    with source, value and relation; ``agree`` is false where the sources differ, true where two or more
    say the same, None for a single one. ``notes`` are sentences about a parent that may be another one
    than it was, ``signals`` what else child and parent show together.
    """

    parent: str
    evidence: tuple[Mapping[str, Any], ...]
    agree: bool | None = None
    notes: tuple[str, ...] = ()
    signals: tuple[Signal, ...] = ()


@dataclass(frozen=True, slots=True)
class Named:
    """A repository that another one names. ``name`` is the id that answered, or what was named where nothing
    answered; ``source`` says where the name stands, ``value`` how it stands there."""

    name: str
    kind: str
    source: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RepoFacts:
    """What is known about one repository. ``problem`` is the sentence why nothing more is known: such a
    repository is unresolved and never fine.

    ``kind`` is model, dataset or space; ``id`` the name that answered, ``asked`` the name asked for where
    it differs. ``sha`` is the commit that the revision asked for means now. ``gated`` is "auto", "manual",
    True or False, None where unknown. ``object_id`` stays when a repository is renamed and changes when one
    is deleted and made again. ``depth`` counts the steps from the target. ``spaces`` are those that use it
    (as far as the hub names them), ``children`` how many models are made from it, by relation.
    """

    kind: str
    id: str
    asked: str | None = None
    sha: str | None = None
    depth: int = 0
    object_id: str | None = None
    gated: str | bool | None = None
    private: bool | None = None
    disabled: bool | None = None
    created: str | None = None
    modified: str | None = None
    license: str | None = None
    tags: tuple[str, ...] = ()
    library: str | None = None
    pipeline: str | None = None
    sdk: str | None = None
    card: Mapping[str, Any] = field(default_factory=dict)
    files: tuple[str, ...] | None = None
    lineage: tuple[Claim, ...] = ()
    datasets: tuple[Named, ...] = ()
    models: tuple[Named, ...] = ()
    owner: OwnerFacts | None = None
    problem: str = ""
    notes: tuple[str, ...] = ()
    signals: tuple[Signal, ...] = ()
    spaces: tuple[str, ...] = ()
    children: Mapping[str, int] = field(default_factory=dict)

    def attributes(self) -> dict[str, Any]:
        """For a node of the graph; without what the graph says itself (id, edges) and without the card."""
        return {
            "repository": self.kind,
            "asked": self.asked,
            "revision": self.sha,
            "object_id": self.object_id,
            "gated": self.gated,
            "private": self.private,
            "disabled": self.disabled,
            "created": self.created,
            "modified": self.modified,
            "license": self.license,
            "tags": list(self.tags),
            "library": self.library,
            "pipeline": self.pipeline,
            "sdk": self.sdk,
            "depth": self.depth,
            "weights": holds_weights(self.files),
            "spaces": list(self.spaces),
            "children": dict(self.children),
            "resolved": not self.problem,
            "problem": self.problem,
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class HubFacts(RepoFacts):
    """The target itself. ``pin`` says how TARGET named it, ``requested_revision`` the words it used.

    ``relatives`` are the other repositories of its family: parents to a depth of eight and more, breadth
    first and each once, then the named datasets and models one step away. ``evidence`` lists every answer
    (url, status, sha256 of the body, time, live or saved). ``saved`` is when the oldest saved answer among
    them was given, None where all are live.
    """

    host: str
    requested_revision: str | None
    pin: Pin
    relatives: tuple[RepoFacts, ...] = ()
    evidence: tuple[Mapping[str, Any], ...] = ()
    saved: str | None = None


def text(value: object, limit: int = MAX_TEXT) -> str | None:
    """``value`` where it is a string that says something, writable as UTF-8; else None."""
    if not isinstance(value, str) or not value.strip():
        return None
    return value[:limit].strip().encode("utf-8", "backslashreplace").decode()


def texts(value: object, limit: int = MAX_LIST) -> tuple[str, ...]:
    """The strings of ``value``, which may be one string or a list of anything."""
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, Sequence) or isinstance(value, (bytes, bytearray)):
        return ()
    found = (text(item) for item in value[: limit * 5])
    return tuple(dict.fromkeys(item for item in found if item is not None))[:limit]


def number(value: object) -> int | None:
    """``value`` where it is a count; else None."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 63:
        return value
    return None


def flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def bounded(value: object) -> dict[str, Any]:
    """A card's values as plain JSON of bounded depth, count and length."""
    left = [MAX_CARD_VALUES]
    kept = _bounded(value, MAX_CARD_DEPTH, left)
    return kept if isinstance(kept, dict) else {}


def _bounded(value: object, depth: int, left: list[int]) -> Any:
    left[0] -= 1
    if left[0] < 0 or depth < 0:
        return None
    if isinstance(value, str):
        return value[:MAX_CARD_TEXT].encode("utf-8", "backslashreplace").decode()
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return value if abs(value) < 1 << 63 else None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        pairs = list(value.items())[:MAX_LIST]
        return {text(key, 200) or "": _bounded(item, depth - 1, left) for key, item in pairs}
    if isinstance(value, list):
        return [_bounded(item, depth - 1, left) for item in value[:MAX_LIST]]
    return None


def repo_facts(kind: str, asked: str, raw: object, *, depth: int = 0) -> RepoFacts:
    """One repository from the answer to its info request; lineage and owner are added by others."""
    info = mapping(raw)
    answered = text(info.get("id")) or text(info.get("modelId"))
    if answered is None or not is_repository_name(answered):
        answered = asked
    card = bounded(info.get("cardData"))
    tags = texts(info.get("tags"))
    sha = info.get("sha")
    notes: list[str] = []
    if answered != asked:
        notes.append(f"{asked} is now {answered}. Pin the new name and a commit.")
    gated = info.get("gated")
    return RepoFacts(
        kind=kind,
        id=answered,
        asked=asked if answered != asked else None,
        sha=sha if is_commit(sha) else None,
        depth=depth,
        object_id=text(info.get("_id"), 64),
        gated=gated if isinstance(gated, bool) else text(gated, 40),
        private=flag(info.get("private")),
        disabled=flag(info.get("disabled")),
        created=text(info.get("createdAt"), 40),
        modified=text(info.get("lastModified"), 40),
        license=_license(card, tags),
        tags=tags,
        library=text(info.get("library_name"), 100),
        pipeline=text(info.get("pipeline_tag"), 100),
        sdk=text(info.get("sdk"), 40),
        card=card,
        files=_files(info.get("siblings")),
        datasets=_named(info, card, tags, "dataset"),
        models=_named(info, card, tags, "model") if kind == "space" else (),
        notes=tuple(notes),
        spaces=texts(info.get("spaces")) if kind == "model" else (),
        children=_counts(info.get("childrenModelCount")),
    )


def owner_facts(name: str, kind: str, raw: object) -> OwnerFacts:
    """``kind`` is organization or user, whichever address answered."""
    data = mapping(raw)
    return OwnerFacts(
        name=name,
        type=kind,
        verified=data.get("isVerified") is True,
        full_name=text(data.get("fullname"), 200),
        plan=text(data.get("plan"), 40) or ("pro" if data.get("isPro") is True else None),
        created=text(data.get("createdAt"), 40),
        followers=number(data.get("numFollowers")),
        models=number(data.get("numModels")),
    )


def _counts(value: object) -> dict[str, int]:
    """Children by relation; the hub gives a map, an older one a single number."""
    if (single := number(value)) is not None:
        return {"all": single}
    pairs = ((text(key, 40), number(item)) for key, item in list(mapping(value).items())[:20])
    return {key: item for key, item in pairs if key is not None and item is not None}


def _license(card: Mapping[str, Any], tags: Sequence[str]) -> str | None:
    named = texts(card.get("license")) or tuple(
        tag.removeprefix("license:") for tag in tags if tag.startswith("license:")
    )
    name = text(card.get("license_name"), 100)
    if named and named[0] == "other" and name:
        return f"other ({name})"
    return ", ".join(named) or None


def _files(siblings: object) -> tuple[str, ...] | None:
    if not isinstance(siblings, list):
        return None
    names = (text(mapping(item).get("rfilename"), 1_000) for item in siblings[:100_000])
    return tuple(name for name in names if name is not None)


def _named(
    info: Mapping[str, Any], card: Mapping[str, Any], tags: Sequence[str], kind: str
) -> tuple[Named, ...]:
    """Datasets (or a Space's models) that the card, the tags or the hub itself name, each once."""
    plural = f"{kind}s"
    found: dict[str, Named] = {}
    for name in texts(card.get(plural)):
        found.setdefault(name.lower(), Named(name, kind, "card", name))
    for tag in tags:
        if tag.startswith(f"{kind}:"):
            name = tag.removeprefix(f"{kind}:")
            found.setdefault(name.lower(), Named(name, kind, "tag", name))
    for name in texts(info.get(plural)):
        found.setdefault(name.lower(), Named(name, kind, "hub", name))
    return tuple(found.values())
