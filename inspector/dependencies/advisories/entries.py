"""One OSV entry (OSV schema 1.x) reduced to what matching needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from inspector.dependencies.advisories.cvss import score, severity_of_score
from inspector.dependencies.bounded import rows, table, word
from inspector.dependencies.shapes import normal_name
from inspector.provenance import Severity

MALICIOUS = "MAL-"  # the prefix of the malicious-packages database in OSV
_WORDS = {"LOW": "low", "MODERATE": "medium", "MEDIUM": "medium", "HIGH": "high", "CRITICAL": "critical"}
MAX_SUMMARY = 600
MAX_VECTOR = 400  # characters; a vector of version 4 with every metric has about 200


@dataclass(frozen=True, slots=True)
class Affected:
    """One package of an entry: versions listed by name, and ranges as lists of (event, version)."""

    package: str
    versions: tuple[str, ...]
    ranges: tuple[tuple[tuple[str, str], ...], ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One advisory that stands. ``modified`` is as the entry gives it."""

    id: str
    aliases: tuple[str, ...]
    severity: str | None
    summary: str
    modified: str
    affected: tuple[Affected, ...]


def entry_of(value: Any) -> Entry | None:
    """The entry in ``value``; None for one that is withdrawn or affects nothing of PyPI. Raises ValueError
    for what is no OSV entry."""
    identifier = word(value.get("id")) if isinstance(value, dict) else None
    if identifier is None or not isinstance(value.get("affected", []), list):
        raise ValueError("not an OSV entry")
    affected = tuple(_affected(one) for one in rows(value.get("affected")) if _is_python(one))
    if value.get("withdrawn") or not affected:
        return None
    summary = word(value.get("summary")) or word(value.get("details")) or ""
    return Entry(
        id=identifier,
        aliases=tuple(one for one in rows(value.get("aliases")) if isinstance(one, str)),
        severity=_severity(identifier, value),
        summary=" ".join(summary[: MAX_SUMMARY * 2].split())[:MAX_SUMMARY],
        modified=str(value.get("modified") or ""),
        affected=affected,
    )


def _is_python(value: Any) -> bool:
    package = table(table(value).get("package"))
    return str(package.get("ecosystem")).partition(":")[0] == "PyPI" and word(package.get("name")) is not None


def _affected(value: Mapping[str, Any]) -> Affected:
    ranges = []
    for one in rows(value.get("ranges")):
        # Ranges of commits (GIT) say nothing of versions.
        if table(one).get("type") in ("ECOSYSTEM", "SEMVER"):
            events = (event for event in rows(one.get("events")) if isinstance(event, dict))
            ranges.append(tuple((key, str(version)) for event in events for key, version in event.items()))
    return Affected(
        package=normal_name(value["package"]["name"]),
        versions=tuple(str(one) for one in rows(value.get("versions"))),
        ranges=tuple(ranges),
    )


def _severity(identifier: str, value: Mapping[str, Any]) -> str | None:
    """The word of the database, else that of the gravest CVSS vector of version 3 or 4."""
    if identifier.startswith(MALICIOUS):
        return "critical"
    places = [value, *rows(value.get("affected"))]
    for key in ("database_specific", "ecosystem_specific"):
        for place in places:
            said = _WORDS.get(str(table(table(place).get(key)).get("severity")).upper())
            if said:
                return said
    vectors = [one for place in places for one in rows(table(place).get("severity"))]
    scores = [score(str(table(one).get("score"))[:MAX_VECTOR]) for one in vectors]
    found = [severity_of_score(one) for one in scores if one is not None]
    return max(found, key=lambda one: Severity(one).rank) if found else None
