"""Earlier records and bills of materials give proposals, each with its origin; nothing is decided by them."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inspector.gate.inspector_gate import parse_trust
from inspector.provenance import Severity, State, UnreadableInput
from inspector.record import dsse, trust
from inspector.record.imports import proposals_of, read_document
from inspector.review import Review
from inspector.review.proposals import Import

Build = Callable[..., Path]
HEX = "0f" * 32


@pytest.fixture
def fresh(tmp_path: Path, project: Path, review: Any, make_finding: Any) -> Callable[..., Review]:
    """A review of the same target that nobody has worked in yet; ``change`` edits its scan first."""

    def make(change: Callable[[dict[str, Any]], Any] = lambda scan: None) -> Review:
        found = make_finding(Severity.HIGH).finding.as_json()
        audited = make_finding(
            Severity.HIGH, rule="dependencies.vulnerable", node="package:requests"
        ).finding.as_json()
        for one in (found, audited):
            one["evidence"] = one["evidence"][:1]
        scan = {
            **review.scan(),
            "findings": [found, audited],
            "nodes": [node.as_json() for node in review.all_nodes],
            "edges": [],
            "references": [],
            "manifests": [],
        }
        change(scan)
        place = tmp_path / f"fresh{len(list(tmp_path.glob('fresh*.review')))}.review"
        target = {"kind": "folder", "name": "assistant", "revision": None, "root": str(project)}
        made = Review.create(place, target, options={})
        made.take_scan(scan)
        return made

    return make


@pytest.fixture
def earlier(fresh: Any, key: Any, tmp_path: Path) -> Build:
    """A signed record of a review of the same target, decided and answered."""
    from inspector.record.signing import sign_review

    def make(**options: Any) -> Path:
        with fresh() as review:
            ids = [item.finding.id for item in review.findings()]
            review.decide(
                ids,
                options.pop("state", State.ACCEPTED),
                because="Only in the sandbox",
                expires=options.pop("expires", "2999-01-01"),
                owner="Ops",
            )
            answers = {one.id: {"answer": "yes", "note": "seen"} for one in review.questions()}
            review.answer_all(answers)
            out = tmp_path / f"earlier{len(list(tmp_path.glob('earlier*')))}"
            settings = {"decision": "approved-with-exceptions", "valid_until": "2999-12-31", **options}
            sign_review(review, key=key, out=out, reviewer="Ana Suárez", now=1_780_000_000, **settings)
        return out

    return make


def taken(document: Path, review: Review, keys: Any = ()) -> Import:
    found = proposals_of(read_document(document, keys), review)
    review.take_import(found)
    return found


def about(found: Import, kind: str) -> dict[str, Any]:
    return {one.key: one for one in found.proposals if one.about == kind}


# --- Earlier records ---------------------------------------------------------------------------------------


def test_decisions_and_answers_of_an_earlier_record_become_proposals(
    earlier: Build, fresh: Any, trust_file: Path
) -> None:
    with fresh() as review:
        found = taken(earlier(), review, trust.load(trust_file))
        assert found.origin.signature == "verified"
        assert found.origin.words.endswith("verified") and "Ana Suárez" in found.origin.words
        offered = about(found, "finding")
        assert {one.word for one in offered.values()} == {"accepted"}
        assert {(one.text, one.expires, one.owner) for one in offered.values()} == {
            ("Only in the sandbox", "2999-01-01", "Ops")
        }
        assert {one.word for one in about(found, "question").values()} == {"yes"}
        assert len(about(found, "question")) == len(review.questions())


def test_nothing_is_decided_answered_or_approved_by_it(earlier: Build, fresh: Any) -> None:
    with fresh() as review:
        before = (review.findings(), review.questions(), review.blockers(), review.decisions())
        taken(earlier(), review)
        assert (review.findings(), review.questions(), review.blockers(), review.decisions()) == before
        assert review.blockers()
        review.undo()
        assert review.imports() == [] and review.proposed() == {}
        review.redo()
        assert len(review.imports()) == 1


def test_whoever_takes_a_proposal_over_decides_and_says_where_it_came_from(
    earlier: Build, fresh: Any, trust_file: Path
) -> None:
    with fresh() as review:
        found = taken(earlier(), review, trust.load(trust_file))
        finding, question = review.findings()[0].finding.id, review.questions()[0].id
        review.adopt([finding, question])
        decided = next(item for item in review.findings() if item.finding.id == finding)
        assert (decided.state, decided.expires, decided.owner) == (State.ACCEPTED, "2999-01-01", "Ops")
        assert decided.because == f"Only in the sandbox [taken over from {found.origin.words}]"
        answered = next(one for one in review.questions() if one.id == question)
        assert answered.answer == "yes" and found.origin.words in answered.note
        assert sum(item.state is not State.OPEN for item in review.findings()) == 1
        review.undo()
        assert all(item.state is State.OPEN for item in review.findings())


@pytest.mark.parametrize(
    ("spoil", "signature"),
    [
        (lambda store, key: "", "unverified"),
        (lambda store, key: store.replace("\n", " revoked:compromised\n"), "not-trusted"),
        (lambda store, key: store.replace(" - - ", " - 2020-01-01 "), "not-trusted"),
        (lambda store, key: store, "verified"),
    ],
)
def test_the_origin_says_who_signed_and_whether_that_holds(
    earlier: Build, trust_file: Path, key: Any, spoil: Any, signature: str
) -> None:
    keys = parse_trust(spoil(trust_file.read_text(), key))
    origin = read_document(earlier(), keys).origin
    assert origin.signature == signature
    assert bool(origin.why) == (signature != "verified")
    assert bool(origin.keyid) == (signature != "unverified")


def test_an_edited_record_is_unverified(earlier: Build, trust_file: Path) -> None:
    path = earlier() / "review-record.dsse.json"
    value = json.loads(path.read_text())
    payload = base64.b64decode(value["payload"]).replace(b"Only in the sandbox", b"Never in the sandbox")
    value["payload"] = base64.b64encode(payload).decode()
    path.write_text(json.dumps(value))
    origin = read_document(path, trust.load(trust_file)).origin
    assert origin.signature == "unverified" and "unverified" in origin.words


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda scan: scan["files"].clear(), "no file of this target"),
        (lambda scan: [one.update(sha256=HEX) for one in scan["files"]], "was changed"),
        (lambda scan: [one.update(sha256=None) for one in scan["files"]], "cannot be compared"),
        (lambda scan: [one.update(fingerprint="e" * 64) for one in scan["findings"]], "evidence changed"),
        (lambda scan: scan["findings"].clear(), "no such finding"),
    ],
)
def test_a_decision_on_other_bytes_is_not_proposed(earlier: Build, fresh: Any, change: Any, why: str) -> None:
    with fresh(change) as review:
        found = taken(earlier(), review)
        assert about(found, "finding") == {}
        assert [row for row in found.left if why in row[1]]


def test_a_decision_on_another_version_is_not_proposed(earlier: Build, fresh: Any) -> None:
    def newer(scan: dict[str, Any]) -> None:
        next(one for one in scan["nodes"] if one["id"] == "package:requests")["attributes"]["version"] = "3.0"

    with fresh(newer) as review:
        found = taken(earlier(), review)
        assert [
            one.finding.node for one in review.findings() if one.finding.id in about(found, "finding")
        ] == ["model-file:model.bin"]
        assert any("here is another" in why for _, why in found.left)


def test_what_was_said_to_be_fixed_is_not_proposed(earlier: Build, fresh: Any) -> None:
    with fresh() as review:
        found = taken(earlier(state=State.FIXED, expires=None, decision="rejected"), review)
        assert about(found, "finding") == {}
        assert any("found here" in why for _, why in found.left)


def test_an_exception_that_has_run_out_is_not_proposed(
    earlier: Build, fresh: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = earlier(expires="2990-01-01")
    with fresh() as review:
        monkeypatch.setattr("inspector.review.clock.now", lambda: "2995-01-01T00:00:00Z")
        found = proposals_of(read_document(package), review)
        assert about(found, "finding") == {}
        assert any("date has passed" in why for _, why in found.left)


def test_a_question_that_read_otherwise_is_not_answered_for(earlier: Build, fresh: Any, key: Any) -> None:
    path = earlier() / "review-record.dsse.json"
    statement = json.loads(base64.b64decode(json.loads(path.read_text())["payload"]))
    first, second, third = statement["predicate"]["checklist"]["items"][:3]
    first["question"], second["answer"], third["id"] = "May anything be done?", "unknown", "other.question"
    path.write_bytes(dsse.envelope_bytes(dsse.sign(dsse.canonical_bytes(statement), key)))
    with fresh() as review:
        offered = about(taken(path, review), "question")
        asked = [one.id for one in review.questions()]
        assert not offered.keys() & set(asked[:3])
        assert set(asked[3:]) <= offered.keys()


def test_a_proposal_is_gone_once_the_evidence_changes(earlier: Build, fresh: Any) -> None:
    with fresh() as review:
        taken(earlier(), review)
        finding = review.findings()[0].finding.id
        scan = review.scan()
        assert scan is not None
        for one in scan["findings"]:
            one["fingerprint"] = "d" * 64
        review.take_scan(scan)
        assert ("finding", finding) not in review.proposed()
        with pytest.raises(UnreadableInput, match="Nothing is proposed"):
            review.adopt([finding])


def test_two_records_that_disagree_are_told_apart(earlier: Build, fresh: Any) -> None:
    with fresh() as review:
        first = taken(earlier(), review)
        second = taken(earlier(state=State.CONFIRMED, expires=None, decision="deferred"), review)
        finding = review.findings()[0].finding.id
        with pytest.raises(UnreadableInput, match="Different things"):
            review.adopt([finding])
        assert review.findings()[0].state is State.OPEN
        review.adopt([finding], digest=second.origin.sha256[:12])
        assert next(one for one in review.findings() if one.finding.id == finding).state is State.CONFIRMED
        assert first.origin.sha256 != second.origin.sha256


def test_a_zip_and_a_bundle_are_read_like_the_folder(earlier: Build, fresh: Any, tmp_path: Path) -> None:
    from inspector.record.package import write_zip

    package = earlier()
    write_zip(package, tmp_path / "earlier.zip")
    for place in (package, tmp_path / "earlier.zip", package / "review-record.sigstore.json"):
        assert len(read_document(place).judged) == 2


def test_the_record_says_what_was_imported_and_that_it_decided_nothing(
    earlier: Build, fresh: Any, key: Any, tmp_path: Path, payload_of: Any
) -> None:
    from inspector.record.signing import sign_review

    with fresh() as review:
        found = taken(earlier(), review)
        bom = tmp_path / "bom.json"
        bom.write_text(json.dumps(SYFT))
        taken(bom, review)
        sign_review(
            review,
            key=key,
            out=tmp_path / "now",
            reviewer="Bo",
            decision="rejected",
            valid_until="2999-12-31",
        )
    predicate = payload_of(tmp_path / "now")["predicate"]
    record, other = predicate["imports"]
    assert record["digest"]["sha256"] == found.origin.sha256 and record["signature"] == "unverified"
    assert {row["proposed"] for row in record["proposals"]} == {"accepted", "yes"}
    assert {one["state"] for one in predicate["findings"]} == {"open"}
    assert {one["answer"] for one in predicate["checklist"]["items"]} == {None}
    claims = next(one for one in predicate["components"] if one["bomRef"] == "package:requests")["claims"]
    assert claims == [
        {
            "licences": ["Apache-2.0"],
            "supplier": "Acme",
            "knownBy": "purl",
            "from": {"sha256": other["digest"]["sha256"]},
        }
    ]
    import jsonschema

    from inspector import resources

    schema = json.loads(resources.path("schemas", "review-v1.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(payload_of(tmp_path / "now"))
    assert "unverified" in (tmp_path / "now" / "report.html").read_text()


# --- Bills of materials as their makers write them ----------------------------------------------------------

SYFT = {
    "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
    "bomFormat": "CycloneDX",
    "specVersion": "1.6",
    "serialNumber": "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79",
    "version": 1,
    "metadata": {
        "timestamp": "2026-05-01T10:00:00+02:00",
        "tools": {"components": [{"type": "application", "author": "x", "name": "syft", "version": "1.2"}]},
        "component": {"bom-ref": "af63bd4c", "type": "file", "name": "."},
    },
    "components": [
        {
            "bom-ref": "pkg:pypi/requests@2.0?package-id=3bc1",
            "type": "library",
            "author": "Acme",
            "name": "Requests",
            "version": "2.0",
            "cpe": "cpe:2.3:a:x:requests:2.0:*:*:*:*:*:*:*",
            "purl": "pkg:pypi/requests@2.0",
            "licenses": [{"license": {"id": "Apache-2.0"}}],
            "properties": [{"name": "syft:package:foundBy", "value": "python-installed"}],
        }
    ],
}
CDXGEN = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.7",
    "metadata": {"tools": {"components": [{"name": "cdxgen", "version": "11.0.0"}]}},
    "components": [
        {
            "group": "",
            "name": "requests",
            "version": "2.0",
            "purl": "pkg:pypi/requests@2.0",
            "bom-ref": "pkg:pypi/requests@2.0",
            "type": "library",
            "publisher": "Acme",
            "licenses": [{"expression": "Apache-2.0 OR MIT"}],
            "evidence": {"identity": [{"field": "purl", "confidence": 0.8}]},
            "components": [{"type": "library", "name": "inner", "version": "1"}],
        }
    ],
}
OLD = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.3",
    "metadata": {"tools": [{"vendor": "CycloneDX", "name": "cyclonedx-bom", "version": "0.4.3"}]},
    "components": [
        {
            "type": "library",
            "name": "requests",
            "version": "2.0",
            "purl": "pkg:pypi/Requests@2.0",
            "supplier": {"name": "Acme"},
            "licenses": [{"license": {"name": "Apache Licence"}}],
        }
    ],
}
SPDX_JSON = {
    "spdxVersion": "SPDX-2.3",
    "dataLicense": "CC0-1.0",
    "SPDXID": "SPDXRef-DOCUMENT",
    "creationInfo": {"created": "2026-05-01T10:00:00Z", "creators": ["Organization: A", "Tool: syft-1.2"]},
    "packages": [
        {
            "name": "requests",
            "SPDXID": "SPDXRef-Package-python-requests-3bc1",
            "versionInfo": "2.0",
            "supplier": "Organization: Acme (help@acme.example)",
            "licenseConcluded": "NOASSERTION",
            "licenseDeclared": "Apache-2.0",
            "externalRefs": [
                {
                    "referenceCategory": "PACKAGE-MANAGER",
                    "referenceType": "purl",
                    "referenceLocator": "pkg:pypi/requests@2.0",
                }
            ],
        }
    ],
}
TAG_VALUE = """SPDXVersion: SPDX-2.2
DataLicense: CC0-1.0
SPDXID: SPDXRef-DOCUMENT
Creator: Tool: github.com/spdx/tools-golang/builder
Created: 2026-05-01T10:00:00Z

##### Package: requests

PackageName: requests
SPDXID: SPDXRef-Package-requests
PackageVersion: 2.0
PackageSupplier: Person: Acme
PackageLicenseDeclared: Apache-2.0
PackageComment: <text>PackageVersion: 9.9
ends here</text>
ExternalRef: PACKAGE-MANAGER purl pkg:pypi/requests@2.0
"""
WINDOWS = "\ufeff" + TAG_VALUE.replace("\n", "\r\n")
SPDX_3 = {
    "@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld",
    "@graph": [
        {"@id": "_:c", "type": "CreationInfo", "specVersion": "3.0.1", "created": "2026-05-01T10:00:00Z"},
        {"type": "Organization", "spdxId": "urn:acme", "name": "Acme", "creationInfo": "_:c"},
        {
            "type": "software_Package",
            "spdxId": "urn:requests",
            "name": "requests",
            "software_packageVersion": "2.0",
            "suppliedBy": "urn:acme",
            "externalIdentifier": [
                {"externalIdentifierType": "packageUrl", "identifier": "pkg:pypi/requests@2.0"}
            ],
        },
        {
            "type": "simplelicensing_LicenseExpression",
            "spdxId": "urn:licence",
            "simplelicensing_licenseExpression": "Apache-2.0",
        },
        {
            "type": "Relationship",
            "spdxId": "urn:r",
            "from": "urn:requests",
            "relationshipType": "hasDeclaredLicense",
            "to": ["urn:licence"],
        },
    ],
}


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


def bom(tmp_path: Path, *components: dict[str, Any], **more: Any) -> Path:
    path = tmp_path / "given.cdx.json"
    path.write_text(json.dumps({**SYFT, "components": list(components), **more}))
    return path


REQUESTS = SYFT["components"][0]  # type: ignore[index]


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


# --- Hostile documents --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\x00\xff" * 100,
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><bom/>',
        b'{"bomFormat":"CycloneDX"}',
        b'{"bomFormat":"CycloneDX","specVersion":"9.9"}',
        b'{"bomFormat":"CycloneDX","specVersion":"1.6","specVersion":"1.5"}',
        b'{"bomFormat":"CycloneDX","specVersion":"1.6","x":NaN}',
        b'{"bomFormat":"CycloneDX","specVersion":"1.6","x":' + b"[" * 100_000,
        b'{"bomFormat":"CycloneDX","specVersion":"1.6","x":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
        b'{"spdxVersion":"SPDX-1.0"}',
        b'{"@context":"https://evil.example/context.jsonld","@graph":[]}',
        b'{"@context":{"name":"spdxId"},"@graph":[]}',
        b"SPDXVersion: SPDX-2.3\nPackageName: a\nPackageComment: <text>never ends\n",
        b"SPDXVersion: SPDX-2.3\n" + b"x" * 200_000,
        b"SPDXVersion: SPDX-2.3\n\xff\xfe",
        b'{"payload":"e30=","payloadType":"application/vnd.in-toto+json","signatures":[]}',
        b"PK\x03\x04" + bytes(100),
        b"PK\x05\x06" + bytes(18),
    ],
)
def test_what_is_no_document_is_refused_with_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "document"
    path.write_bytes(content)
    with pytest.raises(UnreadableInput) as caught:
        read_document(path)
    assert caught.value.next_step and "Traceback" not in str(caught.value)


@pytest.mark.parametrize("odd", [None, True, "x", [[]], [{}], {"a": []}, ["\ud800"], [{"name": 1}]])
def test_odd_values_in_any_place_are_left_aside(fresh: Any, tmp_path: Path, odd: Any) -> None:
    assessed = {
        **SYFT,
        "vulnerabilities": [{"id": "x", "affects": [{"ref": "x"}], "analysis": {"state": "x"}}],
    }
    path = tmp_path / "odd.json"
    found = []
    for document in (CDXGEN, SPDX_JSON, SPDX_3, assessed):
        for place in _places(document):
            if place[-1] not in ("bomFormat", "specVersion", "spdxVersion", "@context", "@graph"):
                path.write_text(json.dumps(_put(document, place, odd)))
                found.append(read_document(path))
    with fresh() as review:
        for one in found[::7]:
            proposals_of(one, review).as_json()


def _places(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, item in inner for place in ((*way, key), *_places(item, (*way, key)))]


def _put(document: Any, place: tuple[Any, ...], odd: Any) -> Any:
    copy = json.loads(json.dumps(document))
    inner = copy
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = odd
    return copy


@pytest.mark.parametrize(
    ("limit", "value"),
    [
        ("reading.MOST_ITEMS", 5),
        ("reading.MOST_BYTES", 50),
        ("cyclonedx.MOST_COMPONENTS", 1),
        ("cyclonedx.MOST_JUDGEMENTS", 0),
    ],
)
def test_each_bound_is_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int) -> None:
    row = {"id": "PYSEC-1", "analysis": {}, "affects": [{"ref": "x"}]}
    path = bom(tmp_path, REQUESTS, REQUESTS, vulnerabilities=[row])
    assert read_document(path)
    monkeypatch.setattr(f"inspector.record.imports.{limit}", value)
    with pytest.raises(UnreadableInput):
        read_document(path)


def test_a_pipe_a_folder_and_nothing_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, tmp_path / "nowhere"):
        with pytest.raises(UnreadableInput):
            read_document(path)


def test_components_inside_components_cost_no_stack(tmp_path: Path, fresh: Any) -> None:
    inner: dict[str, Any] = dict(REQUESTS)
    for _ in range(200):
        inner = {"type": "library", "name": "x", "components": [inner]}
    with fresh() as review:
        assert len(taken(bom(tmp_path, inner), review).proposals) == 1


def test_texts_are_cut_and_shown_plainly(tmp_path: Path, fresh: Any) -> None:
    row = {**REQUESTS, "author": "A\u202e\x1b[2J" + "x" * 10_000}
    with fresh() as review:
        (one,) = taken(bom(tmp_path, row), review).proposals
        assert len(one.supplier) <= 2000 and one.supplier.endswith("[cut]")
        assert "\u202e" not in review.imports()[0].origin.words


def test_an_import_too_large_for_a_review_changes_nothing(
    tmp_path: Path, fresh: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspector.review.proposals.MOST_PROPOSALS", 1)
    rows = [{**REQUESTS, "author": name} for name in ("A", "B")]
    with fresh() as review:
        found = proposals_of(read_document(bom(tmp_path, *rows)), review)
        with pytest.raises(UnreadableInput, match="at most"):
            review.take_import(found)
        assert review.imports() == []


def test_imports_stand_in_the_order_in_which_they_were_taken(tmp_path: Path, fresh: Any) -> None:
    """Also within one second, and one that is taken again is the latest."""
    names = [f"maker{number}" for number in range(6)]
    with fresh() as review:
        for name in (*names, names[0]):
            taken(bom(tmp_path, {**REQUESTS, "author": name}), review)
        suppliers = [one.proposals[0].supplier for one in review.imports()]
        assert suppliers == [*names[1:], names[0]]
        offered = [proposal.supplier for _, proposal in review.proposed()["node", "package:requests"]]
        assert offered == suppliers


def test_a_review_holds_so_many_imports_and_no_more(
    tmp_path: Path, fresh: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspector.review.proposals.MOST_IMPORTS", 2)
    with fresh() as review:
        for name in ("A", "B", "B"):
            taken(bom(tmp_path, {**REQUESTS, "author": name}), review)
        with pytest.raises(UnreadableInput, match="imports already"):
            taken(bom(tmp_path, {**REQUESTS, "author": "C"}), review)
        assert len(review.imports()) == 2


def test_its_own_exports_are_read(earlier: Build, fresh: Any) -> None:
    package = earlier()
    with fresh() as review:
        for name in ("bom.cdx.json", "spdx3.json"):
            found = taken(package / name, review)
            assert (found.counts or {})["components"] >= 4
            assert all(one.about == "node" or one.word != "open" for one in found.proposals)


# --- The commands ------------------------------------------------------------------------------------------


def test_import_show_and_adopt_on_the_command_line(
    earlier: Build, fresh: Any, trust_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    from inspector.cli import run

    monkeypatch.setenv("INSPECTOR_HOME", str(tmp_path / "home"))
    package = earlier()
    with fresh() as review:
        path, finding = str(review.path), review.findings()[0].finding.id
    words = ["review", "import", path, str(package), "--trust", str(trust_file), "--format", "json"]
    assert run(words) == 0
    given = json.loads(capsys.readouterr().out)
    assert given["schema"] == "provenance-inspector/import/1"
    assert given["origin"]["signature"] == "verified"
    assert run(["review", "show", path]) == 0
    said = capsys.readouterr().out
    assert "proposed: accepted until 2999-01-01 (Only in the sandbox), by record" in said
    assert run(["review", "show", path, "--format", "json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert {one["state"] for one in shown["findings"]} == {"open"}
    assert {one["from"] for one in shown["proposals"]} == {given["origin"]["sha256"]}
    assert run(["review", "adopt", path, finding]) == 0
    assert capsys.readouterr().out == f"Took over {finding}: accepted.\n"
    assert run(["review", "adopt", path, "no-such-thing"]) == 2
    assert run(["review", "import", path, str(trust_file)]) == 2
