"""What a session needs of the rooms below, in one place: tests put doubles here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from inspector import places
from inspector.gui.child import inspector_command
from inspector.gui.hub_tokens import HubTokens

HUB_PATIENCE_SECONDS = 930


@dataclass
class Backend:
    """How reviews are opened and scans are started. Everything is imported when it is first asked for."""

    tokens: HubTokens = field(default_factory=HubTokens)

    def review_class(self) -> Any:
        from inspector.review import Review

        return Review

    def scan_command(self, target: str, options: Sequence[str]) -> list[str]:
        return inspector_command("scan", target, "--format", "jsonl", *options)

    def hub_endpoint(self) -> tuple[str, str]:
        """Address and name of the hub in use. UnreadableInput where HF_ENDPOINT names none."""
        from inspector.sources.hub.endpoint import endpoint_in_use

        endpoint = endpoint_in_use()
        return endpoint.url, endpoint.host

    def hub_options(self) -> tuple[list[str], bytes]:
        """What a scan of a hub target is given: options, and what it reads from its standard input.
        The window shows the countdown, so the scan may be as patient as the hub asks."""
        line = self.tokens.line(self.hub_endpoint()[0])
        options = ["--hub-patience", str(HUB_PATIENCE_SECONDS)]
        return ([*options, "--token-stdin"], line) if line else (options, b"")

    def lookup_command(self, targets: Sequence[str], options: Sequence[str]) -> list[str]:
        """What asks the hub about ``targets``: hf:// names, or one review file."""
        return inspector_command("lookup", "--format", "jsonl", *options, "--", *targets)

    def explain_command(self, file: str) -> list[str]:
        return inspector_command("explain", file, "--format", "json")

    def screen_command(self, file: str) -> list[str]:
        return inspector_command("dataset", "screen", "--format", "json", "--", file)

    def rows_command(self, file: str, rows: Sequence[int]) -> list[str]:
        asked = ",".join(map(str, rows))
        return inspector_command("dataset", "rows", f"--rows={asked}", "--format", "json", "--", file)

    def autosave_path(self, target: str) -> Path:
        from inspector.review import recover

        return Path(recover.autosave_path(target))

    def shown_path(self, review: Path) -> str:
        """Where a review is kept, as the window says it."""
        return str(review)

    def latest(self) -> Path | None:
        """The review that was open last, or None."""
        from inspector.review import recover

        found = recover.latest(places.reviews())
        return Path(found) if found else None
