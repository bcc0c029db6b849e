"""Words of the screening panel: markers in which nothing hides, and rows as they came from the command."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from inspector.gui.texts import shown, tr
from inspector.provenance import plain


def visible(text: str) -> str:
    """A marker as one line in which nothing hides: invisible characters stand as their code points."""
    return shown(text, 200) if text.strip() else shown(text.encode("unicode_escape").decode("ascii"), 200)


def rows_in(out: bytes) -> list[dict[str, Any]]:
    """The rows of the command's answer; none where it is cut off or no answer."""
    try:
        rows = json.loads(out)["rows"]
    except (ValueError, RecursionError, KeyError, TypeError):
        return []
    return rows if isinstance(rows, list) else []


def row_words(row: Mapping[str, Any]) -> str:
    """One row with who gave it and when: what went in, what came out."""
    who = " · ".join(shown(row.get(key), 80) for key in ("contributor", "time") if row.get(key))
    lines = [tr("row {0}").format(row.get("row")) + (f"  ({who})" if who else "")]
    if not row.get("readable"):
        lines.append(f"  {tr('not readable')}")
    for key, arrow in (("input", "→"), ("output", "←"), ("rejected", "✗")):
        for piece in list(row.get(key) or ())[:12]:
            lines.append(f"  {arrow} {plain(str(piece), 1500)}")
    return "\n".join(lines)
