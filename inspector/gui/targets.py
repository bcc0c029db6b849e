"""What a target is called: by the reviewer, in a review, and by the contract."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from inspector.gui.texts import shown
from inspector.provenance import UnreadableInput


def free_name_beside(path: Path) -> Path:
    """A free name beside ``path``: REVIEW-2.review and so on."""
    for number in range(2, 1000):
        other = path.with_name(f"{path.stem}-{number}{path.suffix}")
        if not other.exists():
            return other
    raise UnreadableInput(f"No free name beside {shown(str(path))}.", "Remove old reviews.")


_HUB_KINDS = {"datasets/": "hub-dataset", "spaces/": "hub-space"}


def kind_of(target: str) -> str:
    """The contract's word for what is opened, before the scan has said it better."""
    if not target.startswith("hf://"):
        return "file" if Path(target).is_file() else "folder"
    name = target.removeprefix("hf://")
    return next((kind for prefix, kind in _HUB_KINDS.items() if name.startswith(prefix)), "hub-model")


def target_of(about: Mapping[str, Any], path: Path) -> str:
    """What a review is of, as it would be given to ``open_target``."""
    name, kind = str(about.get("name") or path.stem), str(about.get("kind") or "")
    if about.get("root"):
        return str(about["root"])
    if kind.startswith("hub-") and kind != "hub-cache" and not name.startswith("hf://"):
        prefix = next((prefix for prefix, word in _HUB_KINDS.items() if word == kind), "")
        return f"hf://{prefix}{name}"
    return name
