"""The answer of ``inspector explain`` as text for the evidence pane."""

from __future__ import annotations

import json
from typing import Any

from inspector.gui.child import message_of
from inspector.gui.texts import shown, tr
from inspector.provenance import plain

_MOST_ROWS = 400


def explained(code: int | None, out: bytes, err: str) -> str:
    """What the child said, or why it could not say it: one text of several lines."""
    if code is None:
        return tr("The explanation did not come to its end. Take this as a warning, not as a pass.")
    try:
        answer = json.loads(out)
    except (ValueError, RecursionError):
        return plain(message_of(err), 2000, keep_newlines=True) or tr("No explanation could be made.")
    return _text(answer) if isinstance(answer, dict) else tr("No explanation could be made.")


def _text(answer: dict[str, Any]) -> str:
    lines = [shown(item, 600) for item in answer.get("summary") or ()]
    calls = list(answer.get("calls") or ())
    if calls:
        lines += ["", tr("Calls while loading:")]
        for call in calls[:_MOST_ROWS]:
            arguments = ", ".join(shown(item, 200) for item in call.get("arguments") or ())
            lines.append(f"  {shown(call.get('callable'), 200)}({arguments})")
    imports = list(answer.get("imports") or ())
    if imports:
        lines += ["", tr("Imports:"), *(f"  {shown(item, 200)}" for item in imports[:_MOST_ROWS])]
    source = answer.get("source")
    if isinstance(source, str) and source:
        lines += ["", tr("Written as Python (not run):"), plain(source, 20000, keep_newlines=True)]
    listing = list(answer.get("listing") or ())
    if listing:
        lines += ["", tr("Listing:")]
        for row in listing[:_MOST_ROWS]:
            lines.append(
                f"{row.get('offset', 0):>9}  {shown(row.get('op'), 40):<18} {shown(row.get('argument'), 160)}"
            )
        if len(listing) > _MOST_ROWS:
            lines.append(tr("{0} more rows are not shown.").format(f"{len(listing) - _MOST_ROWS:,}"))
    return "\n".join(lines)
