"""Bills of materials as their makers write them: what is provably the same is proposed, all else is left."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inspector.provenance import State

from .bills import bom, CDXGEN, HEX, OLD, REQUESTS, SPDX_3, SPDX_JSON, SYFT, TAG_VALUE, WINDOWS  # isort: skip
from .imported import about, taken  # isort: skip

Build = Callable[..., Path]


@pytest.mark.parametrize(
    ("text", "title", "licence"),
    [
        (json.dumps(SYFT), "CycloneDX 1.6 by syft 1.2", "Apache-2.0"),
        (json.dumps(CDXGEN), "CycloneDX 1.7 by cdxgen 11.0.0", "Apache-2.0 OR MIT"),
        (json.dumps(OLD), "CycloneDX 1.3 by cyclonedx-bom 0.4.3", "Apache Licence"),
        (json.dumps(SPDX_JSON), "SPDX 2.3 by syft-1.2", "Apache-2.0"),
        (json.dumps({"sbom": SPDX_JSON}), "SPDX 2.3 by syft-1.2", "Apache-2.0"),
        (TAG_VALUE, "SPDX 2.2 by github.com/spdx/tools-golang/builder", "Apache-2.0"),
        (WINDOWS, "SPDX 2.2 by github.com/spdx/tools-golang/builder", "Apache-2.0"),
        (json.dumps(SPDX_3), "SPDX 3.0.1", "Apache-2.0"),
    ],
)  # fmt: skip
def test_licence_and_supplier_are_evidence_for_the_same_version(
    fresh: Any, tmp_path: Path, text: str, title: str, licence: str
) -> None:
    path = tmp_path / "bom"
    path.write_text(text, newline="")
    with fresh() as review:
        found = taken(path, review)
        assert (found.origin.title, found.origin.signature) == (title, "unsigned")
        (one,) = found.proposals
        assert (one.about, one.key, one.how) == ("node", "package:requests", "purl")
        assert (one.licences, one.supplier) == ((licence,), "Acme")
        assert review.findings()[0].state is State.OPEN


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"purl": "pkg:pypi/requests@2.1"}, "another version"),
        ({"purl": "pkg:pypi/requests"}, "no version"),
        ({"purl": "pkg:npm/requests@2.0"}, "nothing in this review"),
        ({"purl": "pkg:pypi/request@2.0"}, "nothing in this review"),
        ({"purl": "requests", "bom-ref": "x"}, "nothing in this review"),
        ({"purl": "pkg:huggingface/acme/base@main"}, "commit is not the same"),
        ({"purl": "pkg:huggingface/acme/base"}, "commit is not the same"),
        ({"purl": "", "type": "file", "name": "app.py"}, "no SHA-256"),
        (
            {"purl": "", "type": "file", "name": "app.py", "hashes": [{"alg": "SHA-256", "content": HEX}]},
            "other bytes",
        ),
    ],
)
def test_what_is_not_provably_the_same_is_left(
    fresh: Any, tmp_path: Path, change: dict[str, Any], why: str
) -> None:
    with fresh() as review:
        found = taken(bom(tmp_path, {**REQUESTS, **change}), review)
        assert found.proposals == ()
        assert any(why in row[1] for row in found.left)


@pytest.mark.parametrize(
    ("here", "there", "same"),
    [("a" * 40, "a" * 40, True), ("a" * 40, "b" * 40, False), ("main", "main", False), ("a" * 40, "", False)],
)
@pytest.mark.parametrize("by", ["purl", "name"])
def test_a_repository_is_the_same_at_one_commit_alone(
    fresh: Any, tmp_path: Path, here: str, there: str, same: bool, by: str
) -> None:
    def at(scan: dict[str, Any]) -> None:
        next(one for one in scan["nodes"] if one["id"] == "model:acme/base")["attributes"]["revision"] = here

    row = {
        "type": "machine-learning-model",
        "name": "acme/base",
        "version": there,
        "purl": f"pkg:huggingface/acme/base@{there}" if by == "purl" else "",
        "licenses": [{"license": {"id": "MIT"}}],
    }
    with fresh(at) as review:
        found = taken(bom(tmp_path, row), review)
        assert [one.key for one in found.proposals] == (["model:acme/base"] if same else [])


def test_two_names_without_a_version_are_not_the_same(fresh: Any, tmp_path: Path) -> None:
    def floating(scan: dict[str, Any]) -> None:
        node = next(one for one in scan["nodes"] if one["id"] == "package:requests")
        node["attributes"]["version"] = None

    with fresh(floating) as review:
        row = {**REQUESTS, "version": "", "purl": "pkg:pypi/requests"}
        found = taken(bom(tmp_path, row), review)
        assert found.proposals == ()
        assert any("states no version" in why for _, why in found.left)


def test_a_file_is_known_by_its_bytes_wherever_it_lies(fresh: Any, tmp_path: Path) -> None:
    with fresh() as review:
        scan = review.scan()
        assert scan is not None
        digest = next(one["sha256"] for one in scan["files"] if one["path"] == "model.bin")
        row = {
            "type": "file",
            "name": "elsewhere/weights.bin",
            "hashes": [{"alg": "SHA-256", "content": digest.upper()}],
            "licenses": [{"license": {"id": "MIT"}}],
        }
        (one,) = taken(bom(tmp_path, row), review).proposals
        assert (one.key, one.how, one.licences) == ("model-file:model.bin", "sha256", ("MIT",))


@pytest.mark.parametrize(
    ("analysis", "word", "why"),
    [
        ({"state": "not_affected", "detail": "No such call"}, "not-applicable", ""),
        ({"state": "false_positive", "justification": "code_not_present"}, "false-positive", ""),
        ({"state": "exploitable"}, "confirmed", ""),
        ({"state": "not_affected"}, "", "gives no reason"),
        ({"state": "in_triage", "detail": "x"}, "", "not decided there"),
        ({"state": "resolved", "detail": "x"}, "", "said to be resolved"),
        ({}, "", "not decided there"),
    ],
)
def test_what_a_bill_says_of_advisories_is_proposed(
    fresh: Any, tmp_path: Path, analysis: dict[str, str], word: str, why: str
) -> None:
    row = {"id": "CVE-2024-0001", "analysis": analysis, "affects": [{"ref": REQUESTS["bom-ref"]}]}
    with fresh() as review:
        found = taken(bom(tmp_path, REQUESTS, vulnerabilities=[row]), review)
        words = [one.word for one in about(found, "finding").values()]
        assert words == ([word] if word else [])
        assert not why or any(why in row[1] for row in found.left)


def test_one_of_two_advisories_settles_nothing(fresh: Any, tmp_path: Path) -> None:
    row = {
        "id": "PYSEC-1",
        "analysis": {"state": "not_affected", "detail": "no"},
        "affects": [{"ref": REQUESTS["bom-ref"]}],
    }

    def second(scan: dict[str, Any]) -> None:
        scan["packages"][0]["advisories"].append({"id": "PYSEC-2", "aliases": []})

    with fresh(second) as review:
        found = taken(bom(tmp_path, REQUESTS, vulnerabilities=[row]), review)
        assert about(found, "finding") == {}
        assert any("1 of 2 advisories" in why for _, why in found.left)


def test_a_link_into_another_bill_counts_by_its_package_url_alone(fresh: Any, tmp_path: Path) -> None:
    other = "urn:cdx:11111111-2222-3333-4444-555555555555/1#"
    component = {**REQUESTS, "bom-ref": "component-7"}
    for end, count in (("pkg%3Apypi%2Frequests%402.0", 1), ("component-7", 0), ("af63bd4c", 0)):
        row = {"id": "PYSEC-1", "analysis": {"state": "exploitable"}, "affects": [{"ref": other + end}]}
        with fresh() as review:
            found = taken(bom(tmp_path, component, vulnerabilities=[row]), review)
            assert len(about(found, "finding")) == count
