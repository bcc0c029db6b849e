"""The offline database: what an import takes in, and what it answers about a version."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version

from inspector.dependencies import Package, audit
from inspector.dependencies.advisories import import_advisories, open_index, status
from inspector.dependencies.advisories.cvss import score, severity_of_score
from inspector.dependencies.advisories.ranges import listed_as, listing, spans
from inspector.dependencies.version_keys import key_of
from inspector.provenance import Audit, Pin, UnreadableInput

Make = Callable[..., Package]


def entry(
    name: str, identifier: str, events: list[dict[str, str]] | None = None, **more: Any
) -> dict[str, Any]:
    affected: dict[str, Any] = {
        "package": {"name": name, "ecosystem": "PyPI"},
        "versions": more.pop("versions", []),
    }
    if events is not None:
        affected["ranges"] = [{"type": "ECOSYSTEM", "events": events}]
    return {"id": identifier, "modified": "2024-05-06T00:00:00Z", "affected": [affected], **more}


def archive(path: Path, *entries: Any) -> Path:
    with zipfile.ZipFile(path, "w") as packed:
        for number, one in enumerate(entries):
            packed.writestr(f"{number}.json", one if isinstance(one, str | bytes) else json.dumps(one))
    return path


@pytest.mark.parametrize(
    ("events", "version", "fixes"),
    [
        ([("introduced", "0"), ("fixed", "2.0")], "1.0", ["2.0"]),
        ([("introduced", "0"), ("fixed", "2.0")], "2.0", None),
        ([("introduced", "0"), ("fixed", "2.0")], "2.0rc1", ["2.0"]),
        ([("introduced", "0"), ("fixed", "2.0")], "0.dev0", ["2.0"]),
        ([("introduced", "1.0")], "0.9", None),
        ([("introduced", "1.0")], "9", []),
        ([("introduced", "0"), ("last_affected", "1.5")], "1.5", []),
        ([("introduced", "0"), ("last_affected", "1.5")], "1.5.1", None),
        ([("introduced", "0"), ("fixed", "1.2"), ("introduced", "2.0"), ("fixed", "2.3")], "1.5", None),
        ([("introduced", "0"), ("fixed", "1.2"), ("introduced", "2.0"), ("fixed", "2.3")], "2.1", ["2.3"]),
        ([("fixed", "2.3"), ("introduced", "2.0"), ("fixed", "1.2"), ("introduced", "0")], "1.0", ["1.2"]),
        ([("introduced", "0"), ("fixed", "1.10")], "1.9", ["1.10"]),
        ([("introduced", "what-is-this"), ("fixed", "2.0")], "1.0", ["2.0"]),
        ([("introduced", "0"), ("fixed", "what-is-this")], "1.0", []),
        ([("introduced", "0"), ("limit", "2.0")], "2.1", None),
        ([], "1.0", None),
        ([("strange", "1")], "1.0", None),
    ],
)  # fmt: skip
def test_ranges_are_evaluated_as_the_schema_says(
    events: list[tuple[str, str]], version: str, fixes: list[str] | None
) -> None:
    at = key_of(Version(version))
    holding = [
        one
        for one in spans(events)
        if one.low <= at and (one.high is None or at < one.high or (one.closed and at == one.high))
    ]
    assert ([one.fix for one in holding if one.fix] if holding else None) == fixes


def test_listed_versions_match_in_any_spelling_and_never_raise() -> None:
    assert listed_as(Version("1.0")) in listing(["2012c-final", "1.0.0"])
    assert listed_as(Version("1.0")) not in listing(["2012c-final", "1.0.post1"])


@pytest.mark.parametrize(
    ("vector", "number", "word"),
    [
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8, "critical"),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0, "critical"),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", 7.5, "high"),
        ("CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1, "medium"),
        ("CVSS:3.1/AV:L/AC:H/PR:L/UI:N/S:U/C:L/I:N/A:N", 2.5, "low"),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0.0, "info"),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 9.3, "critical"),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", 10.0, "critical"),
        ("CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 7.3, "high"),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N", 0.0, "info"),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U", 8.1, "high"),
        ("CVSS:4.0/AV:A/AC:H/AT:N/PR:L/UI:A/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N", 1.0, "low"),
    ],
)
def test_cvss_vectors_score_as_the_specifications_calculator(vector: str, number: float, word: str) -> None:
    assert score(vector) == number
    assert severity_of_score(number) == word


def test_other_vectors_have_no_score() -> None:
    assert all(
        score(one) is None for one in ("", "CVSS:3.1/AV:X", "CVSS:4.0/AV:N", "AV:N/AC:L/Au:N/C:P/I:P/A:P")
    )


def test_the_database_answers_with_the_four_words(tmp_path: Path, package: Make) -> None:
    source = archive(
        tmp_path / "all.zip",
        entry("Jinja2", "GHSA-1", [{"introduced": "0"}, {"fixed": "3.1.3"}], aliases=["CVE-1"],
              database_specific={"severity": "MODERATE"}, summary="A summary"),
        entry("jinja2", "PYSEC-1", versions=["3.1.2"], aliases=["CVE-1"],
              severity=[{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}]),
        entry("jinja2", "GHSA-gone", [{"introduced": "0"}], withdrawn="2024-01-01T00:00:00Z"),
        entry("only-gone", "GHSA-gone2", [{"introduced": "0"}], withdrawn="2024-01-01T00:00:00Z"),
        entry("evil", "MAL-1"),
        {"id": "GHSA-js", "affected": [{"package": {"name": "left-pad", "ecosystem": "npm"}}]},
        "not json",
        "[1]",
    )  # fmt: skip
    imported = import_advisories(source, tmp_path / "db")
    assert (imported.entries, imported.packages, imported.skipped, imported.left_out) == (3, 2, 2, 3)
    assert (tmp_path / "db/osv-scanner/PyPI/all.zip").read_bytes() == source.read_bytes()
    said = status(tmp_path / "db")
    assert said == {"source": "all.zip", "as_of": "2024-05-06", "entries": 3, "packages": 2}

    asked = [
        package("jinja2", "3.1.2"), package("jinja2", "3.1.3"), package("only-gone"), package("evil"),
        package("left-pad"), package("bare", None, Pin.NONE), package("jinja2", "3.1.2+local.1"),
    ]  # fmt: skip
    result = audit(asked, offline=True, advisories=tmp_path / "db")
    assert [one.audit.value for one in result.packages] == [
        "vulnerable", "no-advisory", "not-in-database", "vulnerable", "not-in-database", "not-audited",
        "vulnerable",
    ]  # fmt: skip
    (joined,) = result.packages[0].advisories
    assert (joined.id, joined.aliases, joined.severity) == ("GHSA-1", ("CVE-1", "PYSEC-1"), "critical")
    assert joined.fixed_in == ("3.1.3",) and joined.summary == "A summary"
    assert result.packages[3].advisories[0].severity == "critical"
    assert result.as_of == "2024-05-06" and not result.complete
    assert all(one.why for one in result.packages)


def test_moderate_is_medium_and_dates_can_be_given(tmp_path: Path, package: Make) -> None:
    one = entry("a", "GHSA-1", [{"introduced": "0"}], database_specific={"severity": "MODERATE"})
    imported = import_advisories(archive(tmp_path / "x.zip", one), tmp_path, as_of="2025-01-02")
    assert imported.as_of == "2025-01-02"
    result = audit([package("a")], offline=True, advisories=tmp_path)
    assert result.packages[0].advisories[0].severity == "medium"
    with pytest.raises(UnreadableInput):
        import_advisories(tmp_path / "x.zip", tmp_path, as_of="yesterday")


def test_a_folder_of_yaml_and_json_is_read_too(tmp_path: Path, package: Make) -> None:
    folder = tmp_path / "vulns" / "a"
    folder.mkdir(parents=True)
    (folder / "PYSEC-1.yaml").write_text(
        "id: PYSEC-1\nmodified: 2023-01-02T03:04:05Z\naffected:\n- package:\n    name: A\n"
        "    ecosystem: PyPI\n  ranges:\n  - type: ECOSYSTEM\n"
        "    events:\n    - introduced: '0'\n    - fixed: '2.0'\n"
    )
    (folder / "b.json").write_text(json.dumps(entry("b", "GHSA-b", [{"introduced": "0"}])))
    (folder / "bomb.yaml").write_text("a: " + "[" * 10_000)
    imported = import_advisories(tmp_path / "vulns", tmp_path / "db")
    assert (imported.entries, imported.skipped) == (2, 1)
    with open_index(tmp_path / "db") as index:
        assert [one.audit for one in index.judged([package("a"), package("b")])] == [Audit.VULNERABLE] * 2


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 broken", None])
def test_an_unreadable_source_leaves_the_old_database(tmp_path: Path, content: bytes | None) -> None:
    import_advisories(
        archive(tmp_path / "good.zip", entry("a", "X-1", [{"introduced": "0"}])), tmp_path / "db"
    )
    before = status(tmp_path / "db")
    broken = tmp_path / "broken.zip"
    if content is not None:
        broken.write_bytes(content)
    with pytest.raises(UnreadableInput):
        import_advisories(broken, tmp_path / "db")
    with pytest.raises(UnreadableInput):
        import_advisories(archive(tmp_path / "empty.zip", "nothing"), tmp_path / "db")
    assert status(tmp_path / "db") == before
    assert sorted(path.name for path in (tmp_path / "db/osv-scanner/PyPI").iterdir()) == [
        "advisories.sqlite3",
        "all.zip",
    ]


def test_a_damaged_member_costs_only_itself(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.zip", entry("a", "X-1", [{"introduced": "0"}]), entry("b", "X-2", []))
    raw = bytearray(path.read_bytes())
    at = raw.index(b'"X-2"')
    raw[at : at + 5] = b'"X-9"'  # the checksum no longer holds
    path.write_bytes(raw)
    imported = import_advisories(path, tmp_path / "db")
    assert (imported.entries, imported.skipped) == (1, 1)


def test_no_database_and_a_broken_one_are_sentences(tmp_path: Path, package: Make) -> None:
    with pytest.raises(UnreadableInput, match="no advisory database"):
        audit([package("a")], offline=True, advisories=tmp_path)
    (tmp_path / "osv-scanner/PyPI").mkdir(parents=True)
    (tmp_path / "osv-scanner/PyPI/advisories.sqlite3").write_bytes(b"x" * 5000)
    with pytest.raises(UnreadableInput, match="cannot be read"):
        status(tmp_path)


def test_database_and_service_say_together_what_one_alone_cannot(
    tmp_path: Path, osv: Any, package: Make, make_advisory: Any
) -> None:
    import_advisories(
        archive(tmp_path / "a.zip", entry("a", "X-1", [{"introduced": "0"}], aliases=["CVE-1"])), tmp_path
    )
    osv.advisories["a"] = [make_advisory("a", "Y-1", ["1.0"], aliases=["CVE-1"])]
    osv.advisories["b"] = [make_advisory("b", "Y-2", ["1.0"])]
    osv.advisories["c"] = [make_advisory("c", "Y-3", ["0.1"])]
    asked = [package(name) for name in "abcd"]
    result = audit(asked, offline=False, osv_url=osv.url, advisories=tmp_path)
    assert [one.audit.value for one in result.packages] == [
        "vulnerable", "vulnerable", "no-advisory", "not-in-database",
    ]  # fmt: skip
    (joined,) = result.packages[0].advisories
    assert {joined.id, *joined.aliases} == {"X-1", "Y-1", "CVE-1"}


def test_pip_audit_and_the_database_agree_on_the_same_entries(
    tmp_path: Path, osv: Any, package: Make
) -> None:
    """Differential: pip-audit is fed by a server that lists versions, the database evaluates ranges."""
    versions = ["1.0rc1", "1.9", "1.10", "2.0"]
    events = [{"introduced": "1.0"}, {"fixed": "1.10"}, {"introduced": "2.0"}, {"last_affected": "2.0"}]
    listed = ["1.9", "2.0"]
    import_advisories(archive(tmp_path / "a.zip", entry("a", "X-1", events)), tmp_path)
    osv.advisories["a"] = [entry("a", "X-1", events, versions=listed)]
    asked = [package("a", version) for version in versions]
    offline = audit(asked, offline=True, advisories=tmp_path)
    online = audit(asked, offline=False, osv_url=osv.url)
    assert [(one.version, one.audit) for one in offline.packages] == [
        (one.version, one.audit) for one in online.packages
    ]
    assert [one.version for one in offline.packages if one.audit is Audit.VULNERABLE] == listed
