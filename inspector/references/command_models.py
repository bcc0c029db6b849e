"""Arguments that carry a model in a form of their own."""

from __future__ import annotations

from typing import Any

from inspector.references.found import named, remote_code
from inspector.references.shell import Command


def lm_eval_arguments(command: Command, given: str) -> list[dict[str, Any]]:
    """``pretrained=ORG/NAME,revision=…,trust_remote_code=True`` of lm-evaluation-harness."""
    parts = dict(part.split("=", 1) for part in given.split(",") if "=" in part)
    name = parts.get("pretrained") or parts.get("model")
    if not name or "base_url" in parts:
        return []
    trust = parts.get("trust_remote_code", "").lower() == "true"
    item = named(
        command.line,
        command.end_line,
        "lm_eval --model_args",
        command.text,
        name,
        parts.get("revision"),
        bare=True,
        safe=False if trust else None,
    )
    if item is None:
        return []
    return [item, remote_code(item, parts.get("code_revision"))] if trust else [item]
