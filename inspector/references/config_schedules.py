"""Schedules in configurations that start a training: GitHub and GitLab CI, Kubernetes, workflow engines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from inspector.references.config_values import Value

MAX_SCHEDULES = 20
_CRON = re.compile(r"\s*(?:@(?:hourly|daily|weekly|monthly)|[\d*/,-]+(?:\s+[\w*/,#-]+){4,5})\s*\Z")
_KEYS = frozenset(("cron", "schedule", "schedules", "schedule_interval", "crontab"))
_COMMANDS = frozenset(("run", "script", "command", "args", "cmd", "entrypoint", "commands", "bash_command"))
_RETRAINS = re.compile(
    r"(?:^|[\s/\"'])(?:re)?train[\w-]*\.(?:py|sh)\b|\b(?:llamafactory-cli|axolotl|tune|trl)\s+(?:train|run|sft|dpo)\b"
    r"|\baccelerate launch\b|\bdvc repro\b|\bfine[-_]?tun\w*\.(?:py|sh)\b|-m\s+[\w.]*\btrain\b",
    re.IGNORECASE | re.MULTILINE,
)


def schedules(values: Sequence[Value], lines: Sequence[str]) -> list[list[Any]]:
    """[line, text, cron] of the schedules of a file that also holds a command which trains."""
    planned = [
        value
        for value in values
        if value.path and any(str(part) in _KEYS for part in value.path[-3:]) and _CRON.match(value.text)
    ]
    if not planned:
        return []
    trains = any(
        _COMMANDS.intersection(map(str, value.path[-3:])) and _RETRAINS.search(value.text)
        for value in values
        if len(value.text) < 20_000
    )
    if not trains:
        return []
    return [
        [
            value.line,
            lines[value.line - 1].strip()[:300] if value.line <= len(lines) else "",
            value.text[:100],
        ]
        for value in planned[:MAX_SCHEDULES]
    ]
