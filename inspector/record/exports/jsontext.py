"""JSON for other programs to read and for people to compare: sorted, indented, UTF-8."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from inspector.record.dsse import storable


def json_bytes(value: Any) -> bytes:
    text = json.dumps(storable(value), indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8") + b"\n"


def without_none(value: dict[str, Any]) -> dict[str, Any]:
    """``value`` without the keys that say nothing: None, and empty text, lists and maps."""
    return {key: item for key, item in value.items() if item is not None and item not in ("", [], {})}


def uri_of(path: str) -> str:
    """A path of the target as a relative URI reference (RFC 3986): a colon in its first part is escaped."""
    return quote(path.encode("utf-8", "backslashreplace"), safe="/-._~!$&'()*+,;=@")
