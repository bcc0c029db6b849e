"""What a session needs of the rooms below, in one place: tests put doubles here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inspector import places
from inspector.gui.child import inspector_command


@dataclass
class Backend:
    """How reviews are opened and scans are started. Everything is imported when it is first asked for."""

    def review_class(self) -> Any:
        from inspector.review import Review

        return Review

    def scan_command(self, target: str, options: Sequence[str]) -> list[str]:
        return inspector_command("scan", target, "--format", "jsonl", *options)

    def explain_command(self, file: str) -> list[str]:
        return inspector_command("explain", file, "--format", "json")

    def autosave_path(self, target: str) -> Path:
        from inspector.review import recover

        return Path(recover.autosave_path(target))

    def latest(self) -> Path | None:
        """The review that was open last, or None."""
        from inspector.review import recover

        found = recover.latest(places.reviews())
        return Path(found) if found else None
