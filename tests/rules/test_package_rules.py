"""What an index says of releases, and imports held against manifests, as findings."""

from __future__ import annotations

from typing import Any

import pytest

from inspector.dependencies import Import, Package, imported_against_declared, read_manifest
from inspector.dependencies.index_facts import ReleaseFacts
from inspector.provenance import Pin, Severity
from inspector.rules import judge


def package(**said: Any) -> Package:
    return Package("x", "1.0", Pin.VERSION, True, index=ReleaseFacts("x", "1.0", **said).as_json())


def rules(found: Any) -> dict[str, Any]:
    return {one.rule: one for one in found if one.rule != "dependencies.not-audited"}


@pytest.mark.parametrize(
    ("said", "rule", "severity", "words"),
    [
        (
            {"known": True, "yanked": True, "yanked_reason": "broken wheel"},
            "yanked",
            "medium",
            "was yanked: Broken wheel.",
        ),
        ({"status": "quarantined"}, "quarantined", "critical", "is in quarantine."),
        ({"known": True, "status": "archived"}, "archived", "low", "is archived."),
        ({"known": True, "status": "deprecated"}, "archived", "low", "is deprecated."),
        ({"why": "The index does not know it."}, "not-on-index", "medium", "does not know it."),
    ],
)
def test_what_an_index_says_against_a_release_is_a_finding(
    facts: Any, said: dict[str, Any], rule: str, severity: str, words: str
) -> None:
    found = rules(judge(facts(packages=[package(**said)])))
    assert list(found) == [f"dependencies.{rule}"]
    (one,) = found.values()
    assert one.severity is Severity(severity) and one.message.endswith(words)


@pytest.mark.parametrize(
    "said", [{"known": True, "status": "active"}, {"answered": False, "why": "It is away."}]
)
def test_a_good_release_and_a_silent_index_are_no_finding(facts: Any, said: dict[str, Any]) -> None:
    assert rules(judge(facts(packages=[package(**said)]))) == {}


def usage(requirements: bytes, **imports: list[Import]) -> tuple[list[Any], dict[str, Any]]:
    manifest = read_manifest("requirements.txt", requirements)
    assert manifest is not None
    by_path = {path.replace("__", "/") + ".py": found for path, found in imports.items()}
    return [manifest], imported_against_declared(by_path, [], manifests=[manifest])


def test_a_module_that_nobody_declares_is_low_and_an_unused_package_is_information(facts: Any) -> None:
    manifests, said = usage(
        b"torch==2.0\nrich\n",
        main=[Import("torch", 1), Import("yaml", 2), Import("wandb", 3, True)],
        tests__test_a=[Import("hypothesis", 1)],
    )
    found = rules(judge(facts(manifests=manifests, usage=said)))
    undeclared, unused = found["dependencies.undeclared"], found["dependencies.unused"]
    assert undeclared.severity is Severity.LOW and undeclared.message.endswith("provides it: yaml.")
    assert (undeclared.evidence[0].path, undeclared.evidence[0].line) == ("main.py", 2)
    assert unused.severity is Severity.INFO and unused.message.endswith("nowhere: rich.")


def test_nothing_is_undeclared_where_nothing_is_declared(facts: Any) -> None:
    manifests, said = usage(b"", main=[Import("yaml", 2)])
    assert rules(judge(facts(manifests=manifests, usage=said))) == {}


def test_nothing_is_unused_where_no_code_was_read(facts: Any) -> None:
    manifests, said = usage(b"rich\n")
    assert "dependencies.unused" not in rules(judge(facts(manifests=manifests, usage=said)))


def test_what_only_tests_would_install_floats_less_gravely(facts: Any) -> None:
    manifest = read_manifest("tests/x/requirements.txt", b"rich\na @ git+https://h.example/a\n")
    found = rules(judge(facts(manifests=[manifest])))
    assert {one.severity for one in found.values()} == {Severity.LOW} and len(found) == 2
