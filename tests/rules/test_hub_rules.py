"""Findings on what a hub says: kinship, its scanners, and owners that look like others."""

from __future__ import annotations

from typing import Any

import pytest

from inspector.provenance import Loading, Node, NodeKind, Pin, Severity, node_id
from inspector.rules import judge
from inspector.sources.hub import Claim, HubFacts, RepoFacts
from inspector.sources.hub.kinship import GATE, LICENCE, WEIGHTS, Signal
from inspector.sources.interface import Entry, EntryKind


def hub_facts(**more: Any) -> HubFacts:
    return HubFacts(kind="model", id="acme/x", host="h", requested_revision=None, pin=Pin.COMMIT, **more)


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        (GATE, "provenance.gate-bypassed"),
        (LICENCE, "provenance.licence-differs"),
        (WEIGHTS, "provenance.no-weights"),
    ],
)
def test_each_signal_is_a_soft_finding_on_the_child(facts: Any, code: str, rule: str) -> None:
    claim = Claim("acme/base", (), signals=(Signal(code, "One."),))
    relative = RepoFacts(kind="model", id="acme/y", signals=(Signal(code, "Two."),))
    node = Node(node_id(NodeKind.MODEL, "acme/y"), NodeKind.MODEL, "acme/y")
    found = judge(facts(hub=hub_facts(lineage=(claim,), relatives=(relative,)), nodes=[node]))
    assert [(one.rule, one.node, one.message) for one in found if one.rule == rule] == [
        (rule, node.id, "Two."),
        (rule, "project:p", "One."),
    ]
    assert all(one.severity.rank <= Severity.MEDIUM.rank for one in found if one.rule == rule)


@pytest.mark.parametrize(
    ("status", "severity"),
    [("unsafe", Severity.HIGH), ("suspicious", Severity.MEDIUM), ("safe", None), ("queued", None)],
)
def test_a_warning_of_the_hubs_scanners_is_a_finding_and_their_silence_none(
    facts: Any, file: Any, status: str, severity: Severity | None
) -> None:
    verdict = {"status": status, "scanners": {"picklescan": status}, "imports": ["posix.system (dangerous)"]}
    one = file("m.bin", Loading.ALLOW_LISTED)
    entry = Entry("m.bin", EntryKind.REMOTE, 10, attributes={"hub_scan": verdict})
    fact = type(one)(entry, one.artifact, one.sha256)
    found = judge(facts(hub=hub_facts(), files=[fact]))
    said = [finding for finding in found if finding.rule == "provenance.hub-scan"]
    assert [finding.severity for finding in said] == ([severity] if severity else [])
    # Our own verdict on the pickle stays, whatever they say.
    assert any(finding.rule == "loading.pickle" for finding in found)
    if said:
        assert said[0].message == f"The hub's own scanners warn of m.bin: picklescan: {status}."
        assert said[0].node == node_id(NodeKind.MODEL_FILE, "m.bin")


def test_an_owner_that_looks_like_a_known_one_is_named_with_it(facts: Any) -> None:
    def rules_of(name: str, **attributes: Any) -> list[str]:
        node = Node(node_id(NodeKind.OWNER, name), NodeKind.OWNER, name, attributes=attributes)
        return [one.message for one in judge(facts(nodes=[node])) if one.rule == "provenance.lookalike-owner"]

    assert rules_of("meta-IIama") == ["meta-IIama looks like meta-llama."]
    assert rules_of("meta-IIama", verified=True) == []
    assert rules_of("meta-llama") == [] and rules_of("acme") == []


def cached(file: Any, path: str, sha256: str | None, claimed: str | None = None, **attributes: Any) -> Any:
    one = file(path, Loading.DATA_ONLY)
    more = {"repository": "acme/x", "snapshots": [f"models--acme--x@{'ab' * 20}"], **attributes}
    kind = EntryKind.DENIED if more.get("missing") else EntryKind.FILE
    return type(one)(Entry(path, kind, 10, "why", False, claimed, more), one.artifact, sha256)


def test_a_blob_that_does_not_match_its_name_is_grave(facts: Any, file: Any) -> None:
    begin = f"models--acme--x/snapshots/{'ab' * 20}"
    good, bad = "1" * 64, "2" * 64
    files = [
        cached(file, f"{begin}/good.bin", good, good, blob=good),
        cached(file, f"{begin}/bad.bin", bad, good, blob=good),
        cached(file, f"{begin}/git.json", bad, None, blob="3" * 40, blob_matches=False),
        cached(file, f"{begin}/other.bin", good, good, blob=good, listed_as=bad),
        cached(file, f"{begin}/unhashed.bin", None, good, blob=good),
    ]
    found = [one for one in judge(facts(files=files)) if one.rule == "integrity.cache-blob-differs"]
    assert sorted(one.node.rpartition("/")[2] for one in found) == ["bad.bin", "git.json", "other.bin"]
    assert {one.severity for one in found} == {Severity.HIGH}
    message = "bad.bin: bytes do not match the name of its cache blob / the hub's hash."
    assert message in [one.message for one in found]


def test_holes_of_a_cache_are_counted(facts: Any, file: Any) -> None:
    begin = f"models--acme--x/snapshots/{'ab' * 20}"
    files = [cached(file, f"{begin}/{number}.bin", None, missing=number < 3) for number in range(9)]
    (found,) = [one for one in judge(facts(files=files)) if one.rule == "integrity.cache-incomplete"]
    assert found.message.startswith("3 of 9 files of this snapshot are missing locally: models--acme--x@ab")
