"""Advisories that speak of the same thing, as one."""

from __future__ import annotations

from collections.abc import Sequence

from packaging.version import InvalidVersion, Version

from inspector.dependencies.interface import Advisory
from inspector.provenance import Severity

# The malicious word first, then the database with severities and summaries.
_PREFERRED = ("MAL-", "GHSA-", "PYSEC-", "CVE-")


def merged(found: Sequence[Advisory]) -> tuple[Advisory, ...]:
    """One Advisory for all that are linked by id or alias, over any number of steps: the gravest severity
    and every fix of its members."""
    groups: list[tuple[set[str], list[Advisory]]] = []
    for one in found:
        names, members, apart = {one.id, *one.aliases}, [one], []
        for group in groups:
            if group[0] & names:
                names, members = names | group[0], group[1] + members
            else:
                apart.append(group)
        groups = [*apart, (names, members)]
    return tuple(sorted((_joined(names, members) for names, members in groups), key=lambda one: one.id))


def _joined(names: set[str], members: list[Advisory]) -> Advisory:
    first = min(members, key=lambda one: (_preference(one.id), one.id))
    words = [one.severity for one in members if one.severity]
    fixes = {fix for one in members for fix in one.fixed_in}
    return Advisory(
        id=first.id,
        aliases=tuple(sorted(names - {first.id})),
        severity=max(words, key=lambda word: Severity(word).rank) if words else None,
        fixed_in=tuple(sorted(fixes, key=_order)),
        summary=first.summary or next((one.summary for one in members if one.summary), ""),
    )


def _preference(identifier: str) -> int:
    for place, prefix in enumerate(_PREFERRED):
        if identifier.startswith(prefix):
            return place
    return len(_PREFERRED)


def _order(text: str) -> tuple[Version, str]:
    try:
        return (Version(text), text)
    except InvalidVersion:
        return (Version("0"), text)
