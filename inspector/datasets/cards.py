"""Dataset and model cards and their machine-readable kin: the owner's own claims, with where they stand."""

from __future__ import annotations

import json
import re
from typing import Any

from inspector.datasets.interface import DatasetFacts
from inspector.sources.interface import ByteSource

MAX_CARD = 1024 * 1024
MAX_FRONT = 128 * 1024
MAX_DEPTH = 16
MAX_EVENTS = 20_000
MAX_LINKS = 300
# The keys of the hub's card metadata that speak of provenance (hub documentation, dataset and model cards).
_KEYS = (
    "license",
    "license_name",
    "license_link",
    "source_datasets",
    "annotations_creators",
    "language_creators",
    "task_categories",
    "task_ids",
    "size_categories",
    "language",
    "multilinguality",
    "pretty_name",
    "tags",
    "configs",
    "dataset_info",
    "base_model",
    "base_model_relation",
    "datasets",
    "library_name",
    "pipeline_tag",
    "model_name",
    "extra_gated_prompt",
    "gated",
    "models",
    "sdk",
    "preload_from_hub",
    "train-eval-index",
    "viewer",
)
_LINK = re.compile(r"\]\(\s*<?([^)\s>]{1,500})>?(?:\s+\"[^\"]*\")?\s*\)|(https?://[^\s)\]>\"'`]{4,500})")


def read_card(source: ByteSource, path: str) -> DatasetFacts | None:
    """A README with YAML front matter. One without is a document, not a card: None."""
    text = source.read_at(0, min(source.size, MAX_CARD)).decode("utf-8-sig", "replace").replace("\r\n", "\n")
    if not text.startswith("---\n"):
        return None
    end = re.search(r"^---[ \t]*$", text[4 : MAX_FRONT + 4], re.MULTILINE)
    if end is None:
        return DatasetFacts(
            path, "card", partly="The card's front matter does not end; nothing of it was read."
        )
    front = text[4 : 4 + end.start()]
    claims, partly = _front_matter(front)
    body_line = 3 + front.count("\n")
    return DatasetFacts(
        path, "card", card=claims, links=_links(text[4 + end.end() :], body_line), partly=partly
    )


def _links(text: str, line: int) -> tuple[tuple[str, int | None], ...]:
    found: list[tuple[str, int | None]] = []
    for number, row in enumerate(text.split("\n")):
        for match in _LINK.finditer(row[:20_000]):
            link = (match[1] or match[2]).rstrip(".,;")
            if not link.startswith("#") and len(found) < MAX_LINKS:
                found.append((link, line + number - 1))
    return tuple(found)


def _front_matter(text: str) -> tuple[dict[str, Any], str | None]:
    """The claims of YAML front matter. Depth, number and aliases are checked on the parser's events first:
    nothing is constructed that could grow."""
    import yaml

    loader_class = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    if max(text.count("["), text.count("{")) > 2_000:
        return {}, "The card's front matter is nested too deeply; it was not read."
    try:
        problem = _too_much(loader_class(text))
        if problem is not None:
            return {}, problem
        loader = loader_class(text)
        try:
            value = loader.get_single_data()
        finally:
            loader.dispose()
    except (yaml.YAMLError, ValueError, RecursionError, OverflowError):
        return {}, "The card's front matter is not valid YAML; it was not read."
    if not isinstance(value, dict):
        return {}, "The card's front matter is no map; it was not read."
    return {key: _plain(value[key]) for key in _KEYS if key in value}, None


def _too_much(loader: Any) -> str | None:
    depth = count = 0
    try:
        while loader.check_event():
            name = type(loader.get_event()).__name__
            count += 1
            if name == "AliasEvent":
                return "The card's front matter uses YAML aliases; it was not read."
            depth += name.endswith("StartEvent")
            depth -= name.endswith("EndEvent")
            if depth > MAX_DEPTH or count > MAX_EVENTS:
                return "The card's front matter is nested too deeply or too long; it was not read."
    finally:
        loader.dispose()
    return None


def _plain(value: Any, depth: int = 0) -> Any:
    """A YAML value as JSON; dates become text."""
    if value is None or isinstance(value, str | bool | int | float):
        return value[:5_000] if isinstance(value, str) else value
    if depth < 8 and isinstance(value, list):
        return [_plain(item, depth + 1) for item in value[:500]]
    if depth < 8 and isinstance(value, dict):
        return {str(key)[:200]: _plain(item, depth + 1) for key, item in list(value.items())[:200]}
    return str(value)[:200]


def _object(source: ByteSource) -> dict[str, Any] | None:
    if source.size > 32 * MAX_CARD:
        return None
    try:
        value = json.loads(source.read_at(0, source.size).decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def read_infos(source: ByteSource, path: str) -> DatasetFacts | None:
    """``dataset_infos.json`` of the datasets library: licence, splits and download checksums by
    configuration.
    """
    value = _object(source)
    if value is None:
        return DatasetFacts(path, "dataset-infos", partly="The file is no JSON object; it was not read.")
    card: dict[str, Any] = {"configs": {}}
    links: list[tuple[str, int | None]] = []
    columns: dict[str, None] = {}
    rows = 0
    for name, info in list(value.items())[:200]:
        if not isinstance(info, dict):
            continue
        sums = info.get("download_checksums")
        checksums = {
            str(url)[:500]: item.get("checksum")
            for url, item in list(sums.items() if isinstance(sums, dict) else ())[:200]
            if isinstance(item, dict)
        }
        links.extend((url, None) for url in checksums)
        splits = info.get("splits")
        counts = {
            str(split): item.get("num_examples")
            for split, item in list(splits.items() if isinstance(splits, dict) else ())[:50]
            if isinstance(item, dict)
        }
        rows += sum(number for number in counts.values() if isinstance(number, int))
        features = info.get("features")
        for column in list(features if isinstance(features, dict) else ())[:200]:
            columns.setdefault(str(column)[:200])
        card["configs"][str(name)[:200]] = {
            "license": _plain(info.get("license")),
            "homepage": _plain(info.get("homepage")),
            "splits": counts,
            "checksums": checksums,
        }
    return DatasetFacts(
        path, "dataset-infos", rows or None, tuple(columns), card=card, links=tuple(links[:MAX_LINKS])
    )


def read_croissant(source: ByteSource, path: str) -> DatasetFacts | None:
    """Croissant metadata (MLCommons): distribution with SHA-256, whether it is live, the responsible-AI
    claims.
    """
    value = _object(source)
    if value is None or "distribution" not in value:
        return None
    files = value.get("distribution")
    links: list[tuple[str, int | None]] = []
    listed: list[dict[str, Any]] = []
    for item in files[:MAX_LINKS] if isinstance(files, list) else []:
        if isinstance(item, dict):
            url = item.get("contentUrl")
            listed.append(
                {"name": _plain(item.get("name")), "url": _plain(url), "sha256": _plain(item.get("sha256"))}
            )
            if isinstance(url, str):
                links.append((url[:500], None))
    card = {key: _plain(item) for key, item in list(value.items())[:200] if str(key).startswith("rai:")}
    card |= {
        key: _plain(value[key])
        for key in ("name", "license", "url", "isLiveDataset", "version")
        if key in value
    }
    card["distribution"] = listed
    return DatasetFacts(path, "croissant", card=card, links=tuple(links))
