"""What is refused before anything is written, what a bound holds back, and roles, scope and regions."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from inspector.provenance import Refused, Severity, State, UnreadableInput
from inspector.record import dsse, signing, zipped
from inspector.record.countersigning import countersign
from inspector.record.exports import export
from inspector.record.imports import read_document
from inspector.record.package import record_folder, write_zip
from inspector.record.statement import role_of

Sign = Callable[..., Path]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"decision": "fine"}, "fine is no decision."),
        ({"reviewer": "  "}, "A record needs the name of the reviewer."),
    ],
)
def test_a_record_needs_a_decision_and_a_name(
    sign: Sign, tmp_path: Path, options: dict[str, str], sentence: str
) -> None:
    with pytest.raises(UnreadableInput) as caught:
        sign(out=tmp_path / "out", **options)
    assert str(caught.value).startswith(sentence) and not (tmp_path / "out").exists()


def test_a_review_without_a_scan_is_not_signed(sign: Sign, review: Any) -> None:
    review.scan_object = None
    with pytest.raises(Refused) as caught:
        sign()
    assert caught.value.code == "no-scan"


@pytest.mark.parametrize("change", [{"because": ""}, {"expires": None}])
def test_an_exception_without_reason_or_date_is_not_signed(
    sign: Sign, review: Any, make_finding: Any, change: dict[str, Any]
) -> None:
    review.reviewed = [replace(make_finding(Severity.HIGH, State.ACCEPTED), **change)]
    with pytest.raises(Refused) as caught:
        sign(decision="approved-with-exceptions")
    assert caught.value.code == "incomplete-exception"


def test_a_record_that_no_verifier_would_read_is_not_written(
    sign: Sign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing, "MAX_RECORD", 5000)
    with pytest.raises(Refused) as caught:
        sign(out=tmp_path / "out")
    assert caught.value.code == "too-large" and not (tmp_path / "out").exists()


# --- Countersigning ---------------------------------------------------------------------------------------


def _resigned(package: Path, key: Any, statement: Any) -> None:
    envelope = dsse.sign(dsse.canonical_bytes(statement), key)
    (package / "review-record.dsse.json").write_bytes(dsse.envelope_bytes(envelope))


def test_nobody_countersigns_what_is_no_review(
    sign: Sign, key: Any, second_key: Any, payload_of: Any
) -> None:
    package = sign()
    _resigned(package, key, {**payload_of(package), "predicateType": "https://example.org/other"})
    with pytest.raises(Refused) as caught:
        countersign(package, key=second_key, name="Bo", role="lead")
    assert caught.value.code == "schema"


def test_a_record_that_does_not_say_what_it_decided_is_not_countersigned(
    sign: Sign, key: Any, second_key: Any, payload_of: Any
) -> None:
    package = sign()
    statement = payload_of(package)
    del statement["predicate"]["decision"]
    _resigned(package, key, statement)
    with pytest.raises(UnreadableInput, match="cannot be read"):
        countersign(package, key=second_key, name="Bo", role="lead")


def test_a_second_person_has_a_name(sign: Sign, second_key: Any) -> None:
    with pytest.raises(UnreadableInput, match="name of the person"):
        countersign(sign(), key=second_key, name=" ", role="lead")


def test_a_damaged_envelope_is_refused_by_its_code(sign: Sign, second_key: Any) -> None:
    package = sign()
    (package / "review-record.dsse.json").write_bytes(b'{"payload":"!"}')
    with pytest.raises(Refused) as caught:
        countersign(package, key=second_key, name="Bo", role="lead")
    assert caught.value.code == "payload-type"


def test_a_folder_without_a_record_is_no_package(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match="is no review package"):
        record_folder(tmp_path)


def test_a_zip_that_cannot_be_put_in_its_place_leaves_nothing(
    sign: Sign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    package = sign()
    monkeypatch.setattr("inspector.record.package.os.fsync", full)
    place = tmp_path / "zips"
    place.mkdir()
    with pytest.raises(UnreadableInput, match="No space left"):
        write_zip(package, place / "a.zip")
    assert list(place.iterdir()) == []


# --- Zips -------------------------------------------------------------------------------------------------


def _zip(sign: Sign, tmp_path: Path, change: Callable[[bytearray], Any]) -> Path:
    path = tmp_path / "package.zip"
    write_zip(sign(), path)
    raw = bytearray(path.read_bytes())
    change(raw)
    path.write_bytes(raw)
    return path


def _encrypted(raw: bytearray) -> None:
    raw[raw.index(b"PK\x01\x02") + 8] |= 1


def _moved_directory(raw: bytearray) -> None:
    """Every place in the directory, and that of the directory itself, lies four bytes behind the true one."""
    place = raw.index(b"PK\x01\x02")
    while place >= 0:
        struct.pack_into("<L", raw, place + 42, struct.unpack_from("<L", raw, place + 42)[0] + 4)
        place = raw.find(b"PK\x01\x02", place + 4)
    end = raw.rindex(b"PK\x05\x06") + 16
    struct.pack_into("<L", raw, end, struct.unpack_from("<L", raw, end)[0] + 4)


def _no_utf8(raw: bytearray) -> None:
    """A flag says that the name of the first member is UTF-8, and it is none."""
    raw[7] |= 8
    raw[30] = 0xFF


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (_encrypted, "is encrypted"),
        (_moved_directory, "not where its end says"),
        (_no_utf8, "is not as it should be"),
    ],
)
def test_a_zip_that_readers_take_differently_is_refused(
    sign: Sign, tmp_path: Path, change: Callable[[bytearray], Any], sentence: str
) -> None:
    with pytest.raises(zipped.Refusal) as caught:
        zipped.ZipPackage(_zip(sign, tmp_path, change))
    assert caught.value.code == "zip" and sentence in caught.value.sentence


def test_a_zip_larger_than_is_read_is_refused(
    sign: Sign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _zip(sign, tmp_path, lambda raw: None)
    monkeypatch.setattr(zipped, "MAX_ZIP", 100)
    with pytest.raises(zipped.Refusal) as caught:
        zipped.ZipPackage(path)
    assert caught.value.code == "too-large"
    with pytest.raises(zipped.Unreadable, match="cannot be read"):
        zipped.ZipPackage(tmp_path / "nowhere.zip")


def test_what_is_not_in_the_package_is_nothing(sign: Sign, tmp_path: Path) -> None:
    package = zipped.ZipPackage(_zip(sign, tmp_path, lambda raw: None))
    assert package.read("no such file", 10) is None
    with pytest.raises(zipped.Refusal) as caught:
        package.read("SHA256SUMS", 1)
    assert caught.value.code == "too-large"
    package.close()


# --- Statements -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("a/tokenizer.model", "tokenizer"),
        ("vocab.txt", "tokenizer"),
        ("merges.txt", "tokenizer"),
        ("Dockerfile.gpu", "code"),
        ("requirements-dev.txt", "lockfile"),
        ("uv.lock", "lockfile"),
        ("model.safetensors", "weights"),
        ("readme", "other"),
    ],
)
def test_the_role_of_a_file_follows_its_name(name: str, role: str) -> None:
    assert role_of(name) == role


@pytest.mark.parametrize(
    ("revision", "source"),
    [
        ("ab" * 20, {"annotations": {"revision": "ab" * 20}, "digest": {"gitCommit": "ab" * 20}}),
        ("main", {"annotations": {"revision": "main"}}),
        (None, {}),
    ],
)
def test_the_project_is_named_at_its_commit(
    sign: Sign, review: Any, payload_of: Any, revision: str | None, source: dict[str, Any]
) -> None:
    review.scan_object["target"]["revision"] = revision
    found = payload_of(sign())["predicate"]["project"]
    assert json.dumps(source)[1:-1] in json.dumps(found)
    assert ("gitCommit" in json.dumps(found)) is ("digest" in source)


def test_what_was_not_analysed_and_never_audited_stands_in_the_record(
    sign: Sign, review: Any, payload_of: Any, make_finding: Any
) -> None:
    review.reviewed = [replace(make_finding(Severity.LOW), note="seen by two")]
    review.scan_object["coverage"]["not_analysed"] = [
        {"path": "a.bin", "why": ""},
        {"path": "b", "why": "cut"},
    ]
    del review.scan_object["audit"]
    predicate = payload_of(sign())["predicate"]
    assert predicate["scope"]["notReviewed"] == [
        {"path": "a.bin", "why": "not analysed"},
        {"path": "b", "why": "cut"},
    ]
    assert predicate["advisoryDb"] == []
    assert predicate["findings"][0]["note"] == "seen by two"


def test_an_upstream_signature_is_named_beside_its_model(sign: Sign, review: Any, payload_of: Any) -> None:
    node = review.all_nodes[1]
    signed = [{"signature": "verified", "signer": {"subject": "Acme"}}]
    review.all_nodes[1] = replace(node, attributes={**node.attributes, "signatures": signed})
    found = {one["bomRef"]: one for one in payload_of(sign())["predicate"]["components"]}[node.id]
    assert (found["upstreamSignature"], found["upstreamSigner"]) == ("verified", "Acme")


# --- Exports ----------------------------------------------------------------------------------------------


def test_a_column_stands_in_the_region_of_sarif(review: Any, make_finding: Any) -> None:
    item = make_finding(Severity.LOW)
    evidence = replace(item.finding.evidence[1], column=7)
    review.reviewed = [replace(item, finding=replace(item.finding, evidence=(evidence,)))]
    (run,) = json.loads(export("sarif", review))["runs"]
    region = run["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert (region["startLine"], region["startColumn"]) == (3, 7)


@pytest.mark.parametrize("kept", [["project"], []])
def test_a_bill_has_a_root_even_where_no_node_says_that_it_is_one(review: Any, kept: list[str]) -> None:
    nodes = [replace(one, attributes={}) for one in review.all_nodes]
    review.all_nodes = [one for one in nodes if kept or one.kind.value != "project"]
    root = json.loads(export("cyclonedx", review))["metadata"]["component"]
    assert root["name"] == "assistant"


def test_the_report_lists_what_a_rule_left_out_and_a_finding_without_a_place(
    review: Any, make_finding: Any
) -> None:
    review.scan_object["coverage"]["left_out"] = [{"path": "venv/x", "rule": "virtual-environment"}]
    item = make_finding(Severity.LOW)
    review.reviewed = [replace(item, finding=replace(item.finding, evidence=()))]
    page = export("html", review).decode()
    assert "Left out by rule" in page and "venv/x" in page and "model.bin" in page


# --- Bills of materials -----------------------------------------------------------------------------------

TAG_VALUE = """SPDXVersion: SPDX-2.3
PackageName: a
PackageChecksum: SHA256: {digest}
FileName: ./weights/a.bin
SPDXID: SPDXRef-File
FileChecksum: SHA256: {digest}
LicenseID: LicenseRef-1
FileChecksum: SHA256: nothing of a file
ExternalRef: not three words of a package
"""


def test_files_of_a_tag_value_document_are_known_by_their_digests(tmp_path: Path) -> None:
    path = tmp_path / "bom.spdx"
    path.write_text(TAG_VALUE.format(digest="ab" * 32))
    package, file = read_document(path).components
    assert (package.name, package.digests) == ("a", ("ab" * 32,))
    assert (file.ref, file.path, file.kind) == ("SPDXRef-File", "weights/a.bin", "file")
    assert file.digests == ("ab" * 32,)


def test_a_signature_inside_of_a_bill_is_said_not_to_be_checked(tmp_path: Path) -> None:
    path = tmp_path / "bom.json"
    path.write_text(
        json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6", "signature": {}, "components": []})
    )
    assert "It holds a signature of its own (JSF), which was not checked." in read_document(path).notes


@pytest.mark.parametrize(
    "document",
    [
        {"spdxVersion": "SPDX-2.3", "packages": [{"name": "a"}, {"name": "b"}]},
        {
            "@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld",
            "@graph": [{"type": "software_Package", "spdxId": f"urn:{n}", "name": n} for n in "ab"],
        },
    ],
)
def test_a_bill_with_more_than_is_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, document: dict[str, Any]
) -> None:
    path = tmp_path / "bom.json"
    path.write_text(json.dumps(document))
    assert len(read_document(path).components) == 2
    monkeypatch.setattr("inspector.record.imports.spdx.MOST_COMPONENTS", 1)
    with pytest.raises(UnreadableInput):
        read_document(path)


def test_an_earlier_record_keeps_its_bounds_and_leaves_aside_what_it_does_not_know(
    sign: Sign, key: Any, payload_of: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    package = sign()
    statement = payload_of(package)
    statement["predicate"]["findings"] += [{"id": "", "state": "open"}, {"id": "x", "state": "unheard of"}]
    _resigned(package, key, statement)
    assert [one.finding for one in read_document(package).judged] == [
        one["id"] for one in statement["predicate"]["findings"][:-2]
    ]
    for limit in ("MOST_JUDGEMENTS", "MOST_COMPONENTS"):
        with monkeypatch.context() as patch, pytest.raises(UnreadableInput):
            patch.setattr(f"inspector.record.imports.earlier_record.{limit}", 0)
            read_document(package)
    _resigned(package, key, {**statement, "predicateType": "https://example.org/other"})
    with pytest.raises(UnreadableInput, match="no record of a review"):
        read_document(package)
