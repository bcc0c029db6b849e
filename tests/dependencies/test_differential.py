"""The index and pip-audit on the same advisories: pip-audit asks a server on loopback that evaluates them
by the pseudocode of the OSV schema, written here a second time and in another way than in the program."""

from __future__ import annotations

import json
import random
import zipfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.version import InvalidVersion, Version

from inspector.dependencies import Package, audit
from inspector.dependencies.advisories import import_advisories, open_index
from inspector.dependencies.version_keys import key_of
from inspector.provenance import Audit, Pin

VERSIONS = [
    "0.1", "0.9.9", "1.0.dev3", "1.0a1", "1.0a1.dev2", "1.0b2", "1.0rc1", "1.0", "1.0.0", "1.0.post1",
    "1.0.1", "1.1", "1.2.3", "1.9", "1.10", "1.10.0.1", "2.0.0rc2", "2.0", "2.0+cu118", "2.0.post2", "2.1",
    "2.5.7", "3.0", "9!0.1", "9!1.0", "2024.1.1", "10.0",
]  # fmt: skip


def is_affected(entry: dict[str, Any], text: str) -> bool:
    version = Version(text)
    for affected in entry["affected"]:
        if any(_same(version, one) for one in affected.get("versions", [])):
            return True
        if entry["id"].startswith("MAL-") and not affected.get("versions") and not affected.get("ranges"):
            return True
        for one in affected.get("ranges", []):
            if one["type"] in ("ECOSYSTEM", "SEMVER") and _in_range(version, one["events"]):
                return True
    return False


def _in_range(version: Version, events: list[dict[str, str]]) -> bool:
    """For each beginning: is there no end between it and the version?"""
    ends = [("fixed", Version(event["fixed"])) for event in events if "fixed" in event]
    ends += [("last", Version(event["last_affected"])) for event in events if "last_affected" in event]
    for event in events:
        if "introduced" in event:
            start = Version("0.dev0") if event["introduced"] == "0" else Version(event["introduced"])
            over = (
                (kind == "fixed" and start < end <= version) or (kind == "last" and start <= end < version)
                for kind, end in ends
            )
            if start <= version and not any(over):
                return True
    return False


def _same(version: Version, text: str) -> bool:
    try:
        return Version(text) == version
    except InvalidVersion:
        return False


def make_entry(number: int, name: str, chance: random.Random) -> dict[str, Any]:
    """One advisory: sorted pairs of beginning and end, several ranges, lists, or both."""
    affected: dict[str, Any] = {"package": {"name": name, "ecosystem": "PyPI"}}
    if chance.random() < 0.75:
        affected["ranges"] = [
            {"type": chance.choice(["ECOSYSTEM", "ECOSYSTEM", "SEMVER"]), "events": make_events(chance)}
            for _ in range(chance.choice([1, 1, 2]))
        ]
        if chance.random() < 0.2:
            git = {"type": "GIT", "repo": "https://git.example/x", "events": [{"introduced": "0"}]}
            affected["ranges"].append(git)
    if chance.random() < 0.5:
        affected["versions"] = [*chance.sample(VERSIONS, chance.randrange(4)), "2012c-final"]
    kind = chance.choice(["GHSA", "PYSEC", "MAL"])
    entry: dict[str, Any] = {
        "id": f"{kind}-{number}",
        "modified": "2026-01-01T00:00:00Z",
        "affected": [affected],
    }
    entry["aliases"] = [f"CVE-{chance.randrange(12)}"] if chance.random() < 0.6 else []
    if chance.random() < 0.15:
        entry["withdrawn"] = "2026-01-02T00:00:00Z"
    return entry


def make_events(chance: random.Random) -> list[dict[str, str]]:
    marks = sorted({Version(one) for one in chance.sample(VERSIONS, chance.choice([2, 2, 4]))})
    events: list[dict[str, str]] = []
    for place, mark in enumerate(marks):
        if place % 2 == 0:
            events.append({"introduced": "0" if place == 0 and chance.random() < 0.5 else str(mark)})
        else:
            events.append({chance.choice(["fixed", "fixed", "last_affected"]): str(mark)})
    chance.shuffle(events)
    return events


def names_by_package(found: tuple[Package, ...]) -> dict[str, set[str]]:
    return {
        one.name: {name for advisory in one.advisories for name in (advisory.id, *advisory.aliases)}
        for one in found
    }


def database(folder: Path, entries: list[dict[str, Any]]) -> Path:
    with zipfile.ZipFile(folder / "all.zip", "w") as archive:
        for number, one in enumerate(entries):
            archive.writestr(f"{number}.json", json.dumps(one))
    import_advisories(folder / "all.zip", folder / "db")
    return folder / "db"


def test_pip_audit_and_the_index_name_the_same_advisories(tmp_path: Path, osv: Any) -> None:
    chance = random.Random(20261123)
    tree, entries = [], []
    for number in range(90):
        name = f"package-{number}"
        tree.append(Package(name, chance.choice(VERSIONS), Pin.VERSION, True))
        made = [make_entry(number * 10 + place, name, chance) for place in range(chance.randrange(6))]
        osv.advisories[name] = made
        entries += made
    osv.affects = is_affected
    asked = audit(tree, offline=False, osv_url=osv.url)
    own = audit(tree, offline=True, advisories=database(tmp_path, entries))
    assert not asked.note, asked.note
    theirs, ours = names_by_package(asked.packages), names_by_package(own.packages)
    assert ours == theirs
    assert sum(map(bool, ours.values())) > 30 and sum(not found for found in ours.values()) > 15
    vulnerable = {one.name for one in asked.packages if one.audit is Audit.VULNERABLE}
    assert {one.name for one in own.packages if one.audit is Audit.VULNERABLE} == vulnerable


def test_many_more_ranges_agree_with_the_schema_s_evaluation(tmp_path: Path) -> None:
    chance = random.Random(7)
    entries = {
        name: [make_entry(n * 5 + i, name, chance) for i in range(4)]
        for n in range(300)
        for name in [f"p{n}"]
    }
    folder = database(tmp_path, [one for made in entries.values() for one in made])
    with open_index(folder) as index:
        for name, made in entries.items():
            stands = [one for one in made if "withdrawn" not in one]
            for version in chance.sample(VERSIONS, 6):
                public = Version(version).public
                expected = {one["id"] for one in stands if is_affected(one, public)}
                judged = index.judged([Package(name, version, Pin.VERSION, True)])[0]
                found = {one for advisory in judged.advisories for one in (advisory.id, *advisory.aliases)}
                assert {one for one in found if not one.startswith("CVE")} == expected, (name, version)


version_text = st.builds(
    lambda epoch, release, pre, post, dev, local: epoch + release + pre + post + dev + local,
    st.sampled_from(["", "", "1!", "12!"]),
    st.lists(st.integers(0, 3000), min_size=1, max_size=5).map(lambda parts: ".".join(map(str, parts))),
    st.sampled_from(["", "", "a0", "a1", "b2", "rc1", "rc300"]),
    st.sampled_from(["", "", ".post0", ".post2", ".post256"]),
    st.sampled_from(["", "", ".dev0", ".dev7", ".dev1000"]),
    st.sampled_from(["", "", "+cu118", "+cu118.1", "+1", "+1.a", "+300", "+a.b"]),
)


@settings(max_examples=1000)
@given(version_text, version_text)
def test_the_bytes_of_two_versions_compare_as_the_versions_do(one: str, other: str) -> None:
    left, right = Version(one), Version(other)
    assert (key_of(left) < key_of(right)) == (left < right)
    assert (key_of(left) == key_of(right)) == (left == right)


def test_versions_of_absurd_length_are_no_versions(tmp_path: Path) -> None:
    long = "1" * 5_000
    ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": long}]}]
    affected = {"package": {"name": "a", "ecosystem": "PyPI"}, "versions": [long], "ranges": ranges}
    folder = database(tmp_path, [{"id": "GHSA-1", "modified": "2026-01-01", "affected": [affected]}])
    result = audit(
        [Package("a", "1.0", Pin.VERSION, True), Package("a", long, Pin.VERSION, True)],
        offline=True,
        advisories=folder,
    )
    assert [one.audit for one in result.packages] == [Audit.VULNERABLE, Audit.NOT_AUDITED]
