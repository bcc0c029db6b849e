"""Which repositories a model is said to come from, by every source that says so.

The sources disagree in real repositories: the card names one parent and the adapter's configuration another,
a fine-tune is labelled a quantization. Every statement is kept; where they differ the edge says so, and
nothing is settled silently.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from inspector.sources.hub.facts import Claim, mapping, text, texts
from inspector.sources.hubid import is_repository_name

RELATIONS = ("finetune", "adapter", "quantized", "merge")
_SINGLE = {"adapter_config", "config"}  # sources with room for one parent only
# Statements kept of one source; the largest real merges name some thirty parents.
MAX_STATEMENTS = 64
_HUB_ADDRESS = re.compile(r"(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co)/(?:models/)?", re.IGNORECASE)
_GGUF_KEY = re.compile(r"general\.base_model\.\d{1,4}\.repo_url\Z")
# What training scripts leave in ``_name_or_path`` when they mean a folder beside them.
_FOLDER_NAMES = {"model", "models", "output", "outputs", "checkpoint", "checkpoints", "results", "tmp"}


@dataclass(frozen=True, slots=True)
class Statement:
    """``source`` says that a parent is ``value``. ``name`` is its id where ``value`` can be one."""

    source: str
    value: str
    relation: str | None
    name: str | None
    object_id: str | None = None

    @property
    def key(self) -> str:
        """What statements about the same claimed parent have in common."""
        return (self.name or self.value).lower()


def statements(
    info: Mapping[str, Any],
    own_name: str,
    adapter_config: Mapping[str, Any] | None = None,
    config: Mapping[str, Any] | None = None,
    gguf_header: Mapping[str, Any] | None = None,
) -> tuple[Statement, ...]:
    """All statements of a model's info answer and, where they were read, its configuration files and the
    header of a GGUF file."""
    found: dict[tuple[str, str], Statement] = {}
    for statement in _all(info, own_name, adapter_config, config, gguf_header):
        key = (statement.source, statement.key)
        known = found.get(key)
        # The hub writes each tag twice, once with the relation.
        if known is None or (known.relation is None and statement.relation is not None):
            found[key] = statement
    return tuple(found.values())


def claims(said: tuple[Statement, ...], answered: Mapping[str, str]) -> tuple[Claim, ...]:
    """One Claim for each parent. ``answered`` maps a statement's key to the id that answered: an old and a
    new name of the same repository are one parent."""
    parents: dict[str, list[Statement]] = {}
    shown: dict[str, str] = {}
    for statement in said:
        parent = answered.get(statement.key) or statement.name or statement.value
        parents.setdefault(parent.lower(), []).append(statement)
        shown.setdefault(parent.lower(), parent)
    named_by: dict[str, set[str]] = {}
    for key, about in parents.items():
        for statement in about:
            named_by.setdefault(statement.source, set()).add(key)
    made = []
    for key, about in parents.items():
        sources = {statement.source for statement in about}
        relations = {statement.relation for statement in about if statement.relation}
        differ = len(relations) > 1 or any(
            _contradicts(source, key, named_by, sources) for source in named_by
        )
        evidence = tuple(
            {"source": one.source, "value": one.value, "relation": one.relation} for one in about
        )
        made.append(Claim(shown[key], evidence, False if differ else True if len(sources) > 1 else None))
    return tuple(made)


def _contradicts(source: str, parent: str, named_by: Mapping[str, set[str]], sources: set[str]) -> bool:
    """True where ``source`` speaks of parents and not of ``parent``, which ``sources`` name. One that has
    room for a single name says nothing against the second parent of a merge if they name its one too."""
    named = named_by[source]
    if parent in named:
        return False
    return source not in _SINGLE or not any(named <= named_by[other] for other in sources)


def normalised(value: str) -> str | None:
    """The id that ``value`` names: plain, as a hub address or as hf://; None where it can be none."""
    value = value.strip()
    stripped = _HUB_ADDRESS.sub("", value, count=1) if _HUB_ADDRESS.match(value) else value
    stripped = stripped.removeprefix("hf://").removeprefix("models/")
    if stripped != value:
        stripped = "/".join(stripped.split("?")[0].split("#")[0].split("/")[:2])
    stripped = stripped.partition("@")[0].rstrip("/")
    return stripped if is_repository_name(stripped) else None


def _all(
    info: Mapping[str, Any],
    own_name: str,
    adapter_config: Mapping[str, Any] | None,
    config: Mapping[str, Any] | None,
    gguf_header: Mapping[str, Any] | None,
) -> Iterator[Statement]:
    card = mapping(info.get("cardData"))
    relation = _relation(card.get("base_model_relation"))
    for value in texts(card.get("base_model"), MAX_STATEMENTS):
        yield _statement("card", value, relation)
    for tag in texts(info.get("tags"))[:1_000]:
        if tag.startswith("base_model:"):
            yield _tag(tag.removeprefix("base_model:"))
    yield from _base_models(info.get("baseModels"))
    seen_config = mapping(info.get("config"))
    peft = mapping(adapter_config) or mapping(seen_config.get("peft"))
    adapted = text(peft.get("base_model_name_or_path"))
    if adapted:
        yield _statement("adapter_config", adapted, "adapter")
    gguf = {**mapping(info.get("gguf")), **mapping(gguf_header)}
    for key in sorted(key for key in gguf if _GGUF_KEY.match(key))[:MAX_STATEMENTS]:
        address = text(gguf.get(key))
        if address:
            yield _statement("gguf", address, None)
    origin = text(mapping(config).get("_name_or_path")) or text(seen_config.get("_name_or_path"))
    if origin:
        name = normalised(origin)
        # A path on the author's machine, or the repository itself, says nothing of a parent.
        if name and name.lower() != own_name.lower() and name.lower() not in _FOLDER_NAMES:
            yield _statement("config", origin, None)


def _base_models(raw: object) -> Iterator[Statement]:
    """``baseModels`` is documented as a list of names and really a map with one relation for all."""
    groups = raw if isinstance(raw, list) else [raw]
    for group in groups[:MAX_STATEMENTS]:
        if isinstance(group, str):
            value = text(group)
            if value:
                yield _statement("base_models", value, None)
            continue
        relation = _relation(mapping(group).get("relation"))
        models = mapping(group).get("models")
        for model in (models if isinstance(models, list) else [group])[:MAX_STATEMENTS]:
            value = text(model) or text(mapping(model).get("id"))
            if value:
                yield _statement("base_models", value, relation, text(mapping(model).get("_id"), 64))


def _tag(rest: str) -> Statement:
    first, colon, name = rest.partition(":")
    if colon and first in RELATIONS:
        return _statement("tag", name, first)
    return _statement("tag", rest, None)


def _statement(source: str, value: str, relation: str | None, object_id: str | None = None) -> Statement:
    return Statement(source, value, relation, normalised(value), object_id)


def _relation(value: object) -> str | None:
    return value if isinstance(value, str) and value in RELATIONS else None
