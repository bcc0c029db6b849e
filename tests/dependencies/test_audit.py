"""Every package ends with one of four words and a reason, whatever pip-audit and its service do.

pip-audit itself is run, as a process; its service is a server on loopback.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any

import pytest

from inspector.dependencies import (
    Advisory,
    AuditResult,
    Package,
    audit,
    auditing,
    heading,
    pip_audit,
)
from inspector.dependencies.merging import merged
from inspector.provenance import Audit, Pin

Make = Callable[..., Package]


def words(result: AuditResult) -> dict[tuple[str, str | None], str]:
    assert all(one.why for one in result.packages), "every word has its reason"
    return {(one.name, one.version): one.audit.value for one in result.packages}


def test_osv_answers_end_as_vulnerable_no_advisory_or_not_in_database(
    osv: Any, package: Make, make_advisory: Any
) -> None:
    osv.advisories["flask"] = [
        make_advisory("flask", "GHSA-a", ["0.12"], aliases=["CVE-1"]),
        make_advisory("flask", "PYSEC-b", ["0.12"], aliases=["CVE-1"]),
        make_advisory("flask", "GHSA-w", ["0.12"], withdrawn="2024-01-01T00:00:00Z"),
        make_advisory("flask", "MAL-9", ["0.12"]),
    ]
    asked = [package("flask", "0.12"), package("flask", "3.0"), package("our-private-thing", "1.0")]
    result = audit(asked, offline=False, osv_url=osv.url)
    assert words(result) == {
        ("flask", "0.12"): "vulnerable",
        ("flask", "3.0"): "no-advisory",
        ("our-private-thing", "1.0"): "not-in-database",
    }
    found = {one.id: one for one in result.packages[0].advisories}
    assert len(found) == 2, "advisories that share an alias are one; withdrawn ones are none"
    joined = next(one for one in found.values() if "CVE-1" in (one.id, *one.aliases))
    assert {joined.id, *joined.aliases} == {"GHSA-a", "PYSEC-b", "CVE-1"}
    assert joined.fixed_in == ("9.9",)
    assert found["MAL-9"].severity == "critical"
    assert result.complete
    assert "not in the database" in heading(result)


def test_only_exact_valid_versions_of_the_index_are_asked_about(osv: Any, package: Make) -> None:
    left_out = [
        package("range", None, Pin.MOVABLE),
        package("odd", "1.0-final-x"),
        package("wild", "1.5.*"),
        package("here", "1.0", Pin.LOCAL),
        package("numpy", "1.26", ecosystem="conda"),
    ]
    result = audit([*left_out, package("real", "1.0")], offline=False, osv_url=osv.url)
    assert {name for name, _ in osv.asked} == {"real"}
    assert {one.audit for one in result.packages[:5]} == {Audit.NOT_AUDITED}
    assert result.packages[0].version is None
    assert not result.complete


def test_a_local_version_is_asked_about_as_its_public_version_and_says_so(
    osv: Any, package: Make, make_advisory: Any
) -> None:
    osv.advisories["torch"] = [make_advisory("torch", "PYSEC-t", ["2.1.0"])]
    result = audit(
        [package("torch", "2.1.0+cu118"), package("torch", "2.1.0")], offline=False, osv_url=osv.url
    )
    assert set(words(result).values()) == {"vulnerable"}
    assert "public version" in result.packages[0].why
    assert [one for one in osv.asked if one[1]] == [("torch", "2.1.0")]


def test_what_is_taken_from_elsewhere_is_never_called_clean(
    osv: Any, package: Make, make_advisory: Any
) -> None:
    osv.advisories["b"] = [make_advisory("b", "PYSEC-b", ["1.0"])]
    osv.advisories["a"] = [make_advisory("a", "PYSEC-a", ["0.1"])]
    place = "https://example.invalid/fork"
    asked = [package("a", "1.0", Pin.COMMIT, origin=place), package("b", "1.0", Pin.COMMIT, origin=place)]
    assert list(words(audit(asked, offline=False, osv_url=osv.url)).values()) == ["not-audited", "vulnerable"]


def test_one_release_the_service_fails_on_does_not_cost_the_others(
    osv: Any, package: Make, make_advisory: Any
) -> None:
    for name in ("a", "c"):
        osv.advisories[name] = [make_advisory(name, f"X-{name}", ["1.0"])]
    osv.broken.add("b")
    result = audit([package(name) for name in "abc"], offline=False, osv_url=osv.url)
    assert list(words(result).values()) == ["vulnerable", "not-audited", "vulnerable"]
    assert not result.complete


def test_a_service_that_is_not_there_leaves_all_unaudited(package: Make) -> None:
    result = audit([package("a"), package("b")], offline=False, osv_url="http://127.0.0.1:9/v1/query")
    assert set(words(result).values()) == {"not-audited"}
    assert not result.complete and result.as_of is None
    assert "could not reach" in result.packages[0].why


@pytest.mark.parametrize("raw", [b"<html>welcome</html>", b"[]trailing", b'{"vulns": "none"}', b""])
def test_an_answer_that_is_no_osv_is_no_clean_bill(osv: Any, package: Make, raw: bytes) -> None:
    osv.raw = raw
    assert set(words(audit([package("a")], offline=False, osv_url=osv.url)).values()) == {"not-audited"}


def test_a_service_that_hangs_is_left_at_the_time_limit(osv: Any, package: Make) -> None:
    osv.wait = threading.Event()
    result = audit([package("a")], offline=False, osv_url=osv.url, timeout=1.5)
    assert set(words(result).values()) == {"not-audited"}
    assert "stopped" in result.packages[0].why


def test_the_index_tells_vulnerable_clean_and_unknown_apart(index: dict[str, Any], package: Make) -> None:
    hit = {"id": "PYSEC-1", "aliases": ["CVE-7"], "fixed_in": ["2.0"], "summary": "bad", "details": "x"}
    index["/pypi/requests/1.0/json"] = {"vulnerabilities": [hit]}
    index["/pypi/flask/1.0/json"] = {"vulnerabilities": []}
    result = audit([package(name) for name in ("requests", "flask", "our-own")], offline=False)
    assert list(words(result).values()) == ["vulnerable", "no-advisory", "not-in-database"]
    assert result.complete and result.as_of is not None
    assert result.packages[0].advisories[0].fixed_in == ("2.0",)


def test_a_private_package_alone_is_told_from_a_silent_index_by_a_known_release(
    index: dict[str, Any], package: Make
) -> None:
    assert words(audit([package("our-own")], offline=False)) == {("our-own", "1.0"): "not-audited"}
    index["/pypi/pip/24.0/json"] = {"vulnerabilities": []}
    assert words(audit([package("our-own")], offline=False)) == {("our-own", "1.0"): "not-in-database"}


def test_an_index_without_advisories_is_never_a_clean_bill(index: dict[str, Any], package: Make) -> None:
    # What a mirror does: 404 to every question. pip-audit then ends with 0, "No known vulnerabilities".
    result = audit([package("requests"), package("flask")], offline=False)
    assert set(words(result).values()) == {"not-audited"}
    assert not result.complete and result.as_of is None
    assert heading(result) == "2 packages: 2 not audited"


def test_offline_asks_nothing(osv: Any, package: Make) -> None:
    result = audit([package("a")], offline=True, osv_url=osv.url)
    assert osv.asked == []
    assert (result.source, result.as_of, result.complete) == ("none", None, False)
    assert result.packages[0].audit is Audit.NOT_AUDITED


def test_no_packages_are_complete_and_are_not_called_clear() -> None:
    for offline in (True, False):
        result = audit([], offline=offline)
        assert result.complete and result.packages == () and heading(result) == "No packages were found."


def test_the_child_obeys_no_setting_of_the_project_or_of_pip(
    osv: Any, package: Make, make_advisory: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    osv.advisories["a"] = [make_advisory("a", "X-1", ["1.0"])]
    (tmp_path / "pip_audit.py").write_text('print(\'{"dependencies": [], "fixes": []}\')')
    (tmp_path / "asked.txt").write_text("other==1.0")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_NO_INDEX", "yes")
    monkeypatch.setenv("PIP_AUDIT_IGNORE_VULN", "X-1")
    assert words(audit([package("a")], offline=False, osv_url=osv.url)) == {("a", "1.0"): "vulnerable"}


def test_the_childs_environment_is_a_short_list(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "secret")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "http://127.0.0.1:9")
    environment = pip_audit.environment(tmp_path)
    assert "HF_TOKEN" not in environment and "PIP_EXTRA_INDEX_URL" not in environment
    assert environment["HOME"] == str(tmp_path) and environment["PIP_CONFIG_FILE"] == os.devnull


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"null",
        b"[" * 100_000,
        b'{"dependencies": {}}',
        b'{"dependencies": [{"name": "a"}]}',
        b'{"dependencies": [{"name": "a", "version": "2.0", "vulns": []}]}',
        b'{"dependencies": [{"name": "a", "version": "1.0", "vulns": [{"id": 3}]}]}',
        b'{"dependencies": [{"name": "other", "version": "1.0", "vulns": []}]}',
        b'{"dependencies": [{"name": "a", "version": "1.0", "vulns": []}, {"name": "A", "skip_reason": ""}]}',
    ],
)
def test_an_answer_of_another_shape_is_refused_whole(said: bytes) -> None:
    from packaging.version import Version

    with pytest.raises(ValueError, match=r".+"):
        pip_audit._parsed(said, {"a": Version("1.0")})


def test_a_release_the_answer_leaves_out_is_not_audited(
    package: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(releases: Any, **options: Any) -> pip_audit.Answer:
        return pip_audit.Answer(audited={"a": ()})

    monkeypatch.setattr(pip_audit, "ask", answer)
    result = audit([package("a"), package("b")], offline=False)
    assert list(words(result).values()) == ["no-advisory", "not-audited"]


def test_two_versions_of_one_name_are_asked_in_lists_of_their_own() -> None:
    from packaging.version import Version

    releases = [("a", Version("1")), ("b", Version("1")), ("a", Version("2"))]
    batches = auditing._batches(releases)
    assert [sorted(batch) for batch in batches] == [["a", "b"], ["a"]]
    many = [(f"p{number}", Version("1")) for number in range(250)]
    assert [len(batch) for batch in auditing._batches(many)] == [100, 100, 50]


def test_advisories_merge_over_any_number_of_steps() -> None:
    def one(identifier: str, *aliases: str) -> Advisory:
        return Advisory(identifier, aliases)

    found = merged([one("A", "x"), one("B", "y"), one("C", "z"), one("D", "x", "y")])
    assert [{item.id, *item.aliases} for item in found] == [{"A", "B", "D", "x", "y"}, {"C", "z"}]
