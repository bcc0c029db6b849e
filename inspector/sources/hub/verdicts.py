"""What the hub's own scanners say of single files: evidence beside our own reading, never instead of it.

One request for the files that can carry code (``POST …/paths-info``). The library's classes keep two of the
scanners and fail where one of these is missing; the raw rows hold all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from inspector.provenance.errors import InspectorError
from inspector.sources.hub.client import HubClient
from inspector.sources.hub.facts import mapping, text
from inspector.sources.hub.remote import can_carry_code, ending
from inspector.sources.interface import Entry

MAX_PATHS = 50  # what the hub answers in one go with its scanners' words
_MAX_IMPORTS = 100
# Formats without code in them; of every other kind the scanners' words are worth a request.
_WITHOUT_CODE = {".gguf"}
_SCANNERS = {
    "avScan": "clamav",
    "pickleImportScan": "picklescan",
    "protectAiScan": "protect-ai",
    "jFrogScan": "jfrog",
    "virusTotalScan": "virustotal",
}
# Words of the hub that warn; every other word (safe, queued, unscanned, error …) says nothing against it.
WARNINGS = {"unsafe", "suspicious", "caution", "infected", "malicious", "dangerous"}


def read_verdicts(
    client: HubClient, kind: str, name: str, revision: str, entries: Iterable[Entry]
) -> dict[str, dict[str, Any]]:
    """Path to verdict, for those that have one. Never raises: without an answer there is no evidence."""
    paths = [
        entry.path
        for entry in entries
        if entry.attributes.get("parts")
        and can_carry_code(entry.path)
        and ending(entry.path) not in _WITHOUT_CODE
    ][:MAX_PATHS]
    if not paths:
        return {}
    form = [*(("paths", path) for path in paths), ("expand", "true")]
    try:
        rows, _ = client.post_json(
            f"/api/{kind}s/{name}/paths-info/{quote(revision, safe='')}", client.ask(name, revision), form
        )
    except InspectorError:
        return {}
    found = {}
    for row in rows if isinstance(rows, list) else []:
        path = text(mapping(row).get("path"), 1_000)
        verdict = verdict_of(row)
        if path in paths and verdict is not None:
            found[path] = verdict
    return found


def verdict_of(row: object) -> dict[str, Any] | None:
    """The verdict in one raw row: ``status``, ``scanners`` (name to status) and ``imports`` (as the hub's
    reader of pickles lists them). None where the row holds none."""
    said = mapping(mapping(row).get("securityFileStatus")) or mapping(mapping(row).get("security"))
    if not said:
        return None
    scanners = {}
    for key, shown in _SCANNERS.items():
        status = text(mapping(said.get(key)).get("status"), 40)
        if status is not None:
            scanners[shown] = status.lower()
    status = text(said.get("status"), 40)
    if status is None and isinstance(said.get("safe"), bool):
        status = "safe" if said["safe"] else "unsafe"
    return {
        "status": status.lower() if status else None,
        "scanners": scanners,
        "imports": _imports(mapping(said.get("pickleImportScan")).get("pickleImports")),
    }


def warns(verdict: Mapping[str, Any] | None) -> list[str]:
    """Who warns and in which word, ``picklescan: unsafe``; empty where nobody does."""
    if not verdict:
        return []
    scanners = mapping(verdict.get("scanners"))
    found = [f"{name}: {word}" for name, word in sorted(scanners.items()) if word in WARNINGS]
    if not found and verdict.get("status") in WARNINGS:
        found.append(f"hub: {verdict['status']}")
    return found


def _imports(listed: object) -> list[str]:
    if not isinstance(listed, Sequence) or isinstance(listed, (str, bytes)):
        return []
    named = []
    for item in listed[:_MAX_IMPORTS]:
        module, name = text(mapping(item).get("module"), 200), text(mapping(item).get("name"), 200)
        if module and name:
            safety = text(mapping(item).get("safety"), 40)
            named.append(f"{module}.{name}" + (f" ({safety})" if safety else ""))
    return named
