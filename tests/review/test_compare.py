"""Comparing says what changed, what still holds, and what it cannot tell."""

from __future__ import annotations

import base64
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from inspector.provenance import State, UnreadableInput
from inspector.review import Review, clock, comparable
from inspector.review.compare import compare
from inspector.review.decisions import Decision


def decision(finding: Any, state: State = State.CONFIRMED, **more: Any) -> Decision:
    return Decision(finding["id"], finding["fingerprint"], state, **more)


def test_the_same_twice_has_no_difference(a_scan: Any) -> None:
    result = compare(a_scan(), a_scan())
    assert not any(result["files"].values()) and not any(result["nodes"].values())
    assert result["findings"]["new"] == result["findings"]["gone"] == result["findings"]["changed"] == []
    assert len(result["findings"]["carried"]) == 1
    assert result["not_compared"] == []


def test_files_are_told_apart_by_digest(a_scan: Any, file_of: Any) -> None:
    one = a_scan(files=[file_of("a"), file_of("b"), file_of("c"), file_of("d", None), file_of("e", None, 1)])
    two = a_scan(
        files=[file_of("b"), file_of("c", "1" * 64), file_of("d", None), file_of("e", None, 2), file_of("z")]
    )
    assert compare(one, two)["files"] == {
        "added": ["z"],
        "removed": ["a"],
        "changed": ["c", "e"],
        "undetermined": ["d"],
    }


def test_a_file_that_lost_its_digest_is_not_called_the_same(a_scan: Any, file_of: Any) -> None:
    result = compare(a_scan(files=[file_of("a")]), a_scan(files=[file_of("a", None)]))
    assert result["files"]["undetermined"] == ["a"]


def test_nodes_change_with_pin_verdict_or_attributes(a_scan: Any, node_of: Any) -> None:
    old = [node_of("model:a", pin="none"), node_of("model:b"), node_of("model:c"), node_of("model:e")]
    new = [
        node_of("model:a", pin="commit"),
        node_of("model:b", severity="high"),
        node_of("model:d"),
        node_of("model:e", attributes={"x": 1}),
    ]
    assert compare(a_scan(nodes=old), a_scan(nodes=new))["nodes"] == {
        "added": ["model:d"],
        "removed": ["model:c"],
        "changed": ["model:a", "model:e"],
    }


def test_findings_are_new_gone_or_carried(a_scan: Any, finding: Any) -> None:
    gone, stays, moved, new = (finding(node=f"code:{name}") for name in ("gone", "stays", "moved", "new"))
    result = compare(a_scan([gone, stays, moved]), a_scan([stays, {**moved, "fingerprint": "f2"}, new]))
    assert result["findings"] == {
        "new": [new["id"]],
        "gone": [gone["id"]],
        "carried": sorted([stays["id"], moved["id"]]),
        "changed": [moved["id"]],
        "undetermined": [],
    }
    assert result["details"][gone["id"]]["title"] == gone["title"]


def test_a_decision_is_carried_while_the_evidence_is_the_same(
    a_scan: Any, finding: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    same, changed, expired, fixed, gone, opened = (
        finding(node=f"code:{name}") for name in ("same", "changed", "expired", "fixed", "gone", "open")
    )
    before = a_scan([same, changed, expired, fixed, gone, opened])
    after = a_scan([same, {**changed, "fingerprint": "other"}, expired, fixed, opened])
    monkeypatch.setattr(clock, "now", lambda: "2030-06-01T00:00:00Z")
    taken = [
        decision(same, State.ACCEPTED, expires="2030-06-01"),
        decision(changed),
        decision(expired, State.ACCEPTED, expires="2030-05-31"),
        decision(fixed, State.FIXED),
        decision(gone),
        decision(opened, State.OPEN),
    ]
    assert compare(before, after, taken)["decisions"] == {
        "carried": [same["id"]],
        "to_ask_again": sorted([changed["id"], expired["id"], fixed["id"]]),
        "no_longer_needed": [gone["id"]],
    }


def test_what_could_not_be_read_is_not_gone(a_scan: Any, finding: Any) -> None:
    one = finding(path="weights.bin")
    after = a_scan([], coverage={"not_analysed": [{"path": "weights.bin", "why": "time ran out"}]})
    result = compare(a_scan([one]), after, [decision(one)])
    assert result["findings"]["gone"] == [] and result["findings"]["undetermined"] == [one["id"]]
    assert result["decisions"]["to_ask_again"] == [one["id"]]


def test_without_an_audit_an_advisory_is_not_gone(a_scan: Any, finding: Any, node_of: Any) -> None:
    one = finding("dependencies.vulnerable", "package:torch", path="requirements.txt")
    before = a_scan([one])
    still = [node_of("package:torch")]
    assert compare(before, a_scan([], nodes=still))["findings"]["undetermined"] == [one["id"]]
    assert compare(before, a_scan([], nodes=[]))["findings"]["gone"] == [one["id"]]
    audited = a_scan([], nodes=still, audit={"complete": True})
    assert compare(before, audited)["findings"]["gone"] == [one["id"]]


def test_what_one_side_does_not_have_is_not_compared(a_scan: Any) -> None:
    record = {"files": a_scan()["files"], "findings": a_scan()["findings"]}
    result = compare(record, a_scan())
    assert result["not_compared"] == ["nodes"]
    assert result["nodes"] == {"added": [], "removed": [], "changed": []}


@pytest.fixture
def record(tmp_path: Path, finding: Any) -> Path:
    """A package with a record of one accepted finding; its signature is nobody's."""
    one = finding()
    predicate = {
        "manifest": {"files": [{"name": "weights.bin", "size": 10, "sha256": "0" * 64}]},
        "findings": [
            {
                "id": one["id"],
                "ruleId": one["rule"],
                "severity": "high",
                "component": one["node"],
                "fingerprint": one["fingerprint"],
                "title": one["title"],
                "state": "accepted",
                "exceptionId": "EX",
            }
        ],
        "exceptions": [
            {
                "id": "EX",
                "findings": [one["id"]],
                "rationale": "b",
                "owner": "K",
                "expires": "2999-01-01T23:59:59Z",
            }
        ],
    }
    payload = base64.b64encode(json.dumps({"predicate": predicate}).encode()).decode()
    folder = tmp_path / "record"
    folder.mkdir()
    envelope = {"payloadType": "application/vnd.in-toto+json", "payload": payload, "signatures": []}
    (folder / comparable.RECORD).write_text(json.dumps(envelope))
    return folder


def test_a_record_package_can_be_compared_in_each_of_its_forms(
    record: Path, tmp_path: Path, a_scan: Any
) -> None:
    envelope = record / comparable.RECORD
    bundle = tmp_path / "x.sigstore.json"
    bundle.write_text(json.dumps({"dsseEnvelope": json.loads(envelope.read_text())}))
    packed = tmp_path / "x.zip"
    with zipfile.ZipFile(packed, "w") as package:
        package.write(envelope, f"x/{comparable.RECORD}")
    for path in (record, envelope, bundle, packed):
        assert comparable.is_record(path)
        read = comparable.read(path)
        result = compare(read.scan, a_scan(), read.decisions)
        assert result["findings"]["carried"] == result["decisions"]["carried"] != []
        assert result["files"] == {"added": [], "removed": [], "changed": [], "undetermined": []}
        assert (read.decisions[0].because, read.decisions[0].expires) == ("b", "2999-01-01")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b'{"payload": "!!"}',
        b'{"payload": "e30="}',
        b"[" * 100_000,
        b'{"payload": 7}',
        b'{"payload": "' + base64.b64encode(b'{"predicate": {"manifest": {"files": [3]}}}') + b'"}',
    ],
)
def test_a_broken_record_is_a_sentence(tmp_path: Path, content: bytes) -> None:
    for name in ("x.dsse.json", "x.zip"):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(UnreadableInput, match="not a record package"):
            comparable.read(tmp_path / name)


def test_a_review_can_be_compared_once_it_has_a_scan(empty: Review, a_scan: Any) -> None:
    with pytest.raises(UnreadableInput, match="no finished scan"):
        comparable.read(empty.path)
    empty.take_scan(a_scan())
    empty.decide([empty.findings()[0].finding.id], State.CONFIRMED)
    read = comparable.read(empty.path)
    assert compare(read.scan, a_scan(), read.decisions)["decisions"]["carried"] == [read.decisions[0].finding]
