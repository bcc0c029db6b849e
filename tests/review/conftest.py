"""Reviews and scans to test with. The scan is modelled on the contract's JSON object."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from inspector.provenance import finding_id
from inspector.review import Review

Scan = dict[str, Any]

LATER = "2999-12-31"


def a_finding(
    rule: str = "loading.pickle-runs-code",
    node: str = "model-file:weights.bin",
    *,
    severity: str = "high",
    title: str = "Loading weights.bin runs code",
    path: str = "weights.bin",
    fingerprint: str = "f1",
    **more: Any,
) -> dict[str, Any]:
    return {
        "id": finding_id(rule, node),
        "rule": rule,
        "severity": severity,
        "confidence": "high",
        "node": node,
        "title": title,
        "message": f"{title}.",
        "remediation": "Ask for safetensors.",
        "evidence": [{"path": path, "line": None, "column": None, "offset": 12, "text": "posix system"}],
        "identifiers": {"cwe": ["CWE-502"]},
        "fingerprint": fingerprint,
        **more,
    }


def a_file(path: str, sha256: str | None = "0" * 64, size: int = 10) -> dict[str, Any]:
    return {
        "path": path,
        "size": size,
        "sha256": sha256,
        "format": "pickle",
        "loading": "runs-code",
        "reasons": [],
        "imports": [],
    }


def a_node(node_id: str, **more: Any) -> dict[str, Any]:
    kind, _, name = node_id.partition(":")
    return {
        "id": node_id,
        "kind": kind,
        "name": name,
        "pin": None,
        "loading": None,
        "severity": None,
        "attributes": {},
        **more,
    }


def make_scan(
    findings: list[dict[str, Any]] | None = None,
    files: list[dict[str, Any]] | None = None,
    nodes: list[dict[str, Any]] | None = None,
    **more: Any,
) -> Scan:
    findings = [a_finding()] if findings is None else findings
    if nodes is None:
        nodes = [a_node("project:shop", attributes={"root": True})]
        nodes += [a_node(key) for key in dict.fromkeys(item["node"] for item in findings)]
    return {
        "schema": "provenance-inspector/scan/1",
        "tool": {
            "name": "provenance-inspector",
            "version": "0.1.0",
            "rules_digest": "r",
            "allow_list_digest": "a",
        },
        "target": {"kind": "folder", "name": "shop", "revision": None, "manifest_sha256": "1" * 64},
        "files": [a_file("weights.bin")] if files is None else files,
        "references": [],
        "manifests": [],
        "packages": [],
        "audit": {"source": None, "as_of": None, "complete": False},
        "nodes": nodes,
        "edges": [
            {"source": "project:shop", "target": node["id"], "kind": "contains", "evidence": []}
            for node in nodes[1:]
        ],
        "findings": findings,
        "coverage": {"files": 1, "analysed": 1, "left_out": [], "not_analysed": []},
        "run": {
            "started": "2026-01-01T00:00:00Z",
            "finished": "2026-01-01T00:00:01Z",
            "seconds": 1.5,
            "root": "r",
        },
        **more,
    }


@pytest.fixture
def a_scan() -> Callable[..., Scan]:
    """``a_scan(findings=…, files=…, nodes=…)`` gives a scan object."""
    return make_scan


@pytest.fixture
def finding() -> Callable[..., dict[str, Any]]:
    return a_finding


@pytest.fixture
def file_of() -> Callable[..., dict[str, Any]]:
    return a_file


@pytest.fixture
def node_of() -> Callable[..., dict[str, Any]]:
    return a_node


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "shop.review"


@pytest.fixture
def empty(path: Path) -> Iterator[Review]:
    """A review with no scan in it."""
    target = {"kind": "folder", "name": "shop", "root": "somewhere"}
    with Review.create(path, target, options={"exclude": [], "offline": True, "no_audit": True}) as review:
        yield review


@pytest.fixture
def review(empty: Review) -> Review:
    """A review of three findings: critical, high and low."""
    empty.take_scan(
        make_scan(
            [
                a_finding("data.no-review", "dataset:tickets", severity="low", title="Nobody reads tickets"),
                a_finding("loading.pickle-runs-code", "model-file:weights.bin", severity="critical"),
                a_finding("provenance.unpinned", "model:org/base", severity="high", title="org/base moves"),
            ]
        )
    )
    return empty


@pytest.fixture
def answered(review: Review) -> Review:
    """The same with every required question answered yes."""
    review.answer_all({item.id: {"answer": "yes"} for item in review.questions() if item.required})
    return review
