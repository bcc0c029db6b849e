"""Advisories that speak of the same thing, as one."""

from __future__ import annotations

from collections.abc import Sequence

from packaging.version import Version

from inspector.dependencies.interface import Advisory
from inspector.dependencies.version_keys import parsed
from inspector.provenance import Severity

# The malicious word first, then the database with severities and summaries.
_UNREADABLE = Version("0")
_PREFERRED = ("MAL-", "GHSA-", "PYSEC-", "CVE-")


def merged(found: Sequence[Advisory]) -> tuple[Advisory, ...]:
    """One Advisory for all that are linked by id or alias, over any number of steps: the gravest severity
    and every fix of its members."""
    place = list(range(len(found)))  # each one's group, named by a member; followed to the end

    def group(one: int) -> int:
        while place[one] != one:
            place[one] = place[place[one]]
            one = place[one]
        return one

    owner: dict[str, int] = {}
    for number, one in enumerate(found):
        for name in (one.id, *one.aliases):
            place[group(number)] = group(owner.setdefault(name, number))
    groups: dict[int, list[Advisory]] = {}
    for number, one in enumerate(found):
        groups.setdefault(group(number), []).append(one)
    return tuple(sorted(map(_joined, groups.values()), key=lambda one: one.id))


def _joined(members: list[Advisory]) -> Advisory:
    names = {name for one in members for name in (one.id, *one.aliases)}
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
    return (parsed(text) or _UNREADABLE, text)
