"""JSON beyond the size of a configuration: searched for keys that name a model or a dataset, not parsed.

A list at the top is data, which other rooms read. An object may still be a configuration with something
large in it; it is searched from end to end in one pass, and named as read in part wherever it names anything.
"""

from __future__ import annotations

import re

from inspector.references import shapes
from inspector.references.config_keys import DATASET_KEYS, MODEL_KEYS, STRONG_MODEL_KEYS
from inspector.references.found import named
from inspector.references.hub_evidence import speaks_for_hub
from inspector.references.interface import FileIndex

MAX_HITS = 500
_PAIR = re.compile(
    rb'"(?P<key>[\w-]{0,40}(?:model|dataset|tokenizer|hub|repo|pretrained|checkpoint|adapter)[\w-]{0,40})"\s{0,40}:\s{0,40}'
    rb'"(?P<value>[\w./:@-]{2,300})"',
    re.IGNORECASE,
)


def index_large_json(path: str, data: bytes) -> FileIndex | None:
    """The facts of a large JSON file; None where it is data or names nothing."""
    if not data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return None
    found = []
    seen: set[tuple[str, str]] = set()
    line, counted, hits = 1, 0, 0
    why = (
        "The file is larger than a configuration: it was searched for keys that name models, not read whole."
    )
    for match in _PAIR.finditer(data):
        key, text = match["key"].decode().lower().replace("-", "_"), match["value"].decode()
        kind = _kind(key, text)
        if kind is None or (key, text) in seen:
            continue
        seen.add((key, text))
        hits += 1
        if hits > MAX_HITS:
            why = f"The file names more than {MAX_HITS} models or datasets; the rest was left out."
            break
        line += data.count(b"\n", counted, match.start())
        counted = match.start()
        shown = match[0].decode()[:300]
        item = named(line, line, f"{key}:", shown, text, None, kind=kind, bare=key in STRONG_MODEL_KEYS)
        if item is not None:
            found.append(item)
    return FileIndex(path, "json", {"found": found}, why) if found else None


def _kind(key: str, text: str) -> str | None:
    is_name = shapes.is_hub_id(text) and not shapes.looks_like_output(text) and not shapes.url_kind(text)
    if key in STRONG_MODEL_KEYS or (key in MODEL_KEYS and (is_name or shapes.hub_url(text))):
        return "model"
    if key in DATASET_KEYS and is_name:
        return "dataset"
    if speaks_for_hub(key, text):
        return "dataset" if "data" in key else "model"
    return None
