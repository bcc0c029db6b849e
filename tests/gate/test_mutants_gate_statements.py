"""The gate at its bounds: each part of a statement, and the files beside the record."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from gate_by_hand import KEY, NOW, SECOND, Package, Record, digest_of, exception, trusted

from inspector.gate import inspector_gate as gate
from inspector.record import dsse


def test_a_row_of_another_make_is_read_as_a_row_or_refused(record: Record) -> None:
    payload = record.payload()
    row = b'{"name":"model.bin","sha256":"' + b"ab" * 32 + b'","size":3}'
    assert row in payload

    def codes(other: bytes) -> list[str]:
        raw = dsse.envelope_bytes(dsse.sign(payload.replace(row, other), KEY))
        for given in (raw, bytearray(raw)):
            report = gate.Verification(Package(given, {}, whole=False), [trusted()], now=NOW).run()
        return [check.code for check in report.refusals]

    ours = row.replace(b',"sha256"', b',"role":"weights","sha256"')
    assert codes(ours) == codes(row.replace(b'"size"', b'"more":1,"role":"weights","size"')) == []
    for wrong in (
        ours.replace(b'"model.bin"', b"7"),
        ours.replace(b":3}", b':"3"}'),
        ours.replace(b":3}", b":true}"),
        ours.replace(b'"' + b"ab" * 32 + b'"', b"7"),
        ours.replace(b"ab", b"AB", 1),
    ):
        assert codes(wrong) == ["schema"]


def test_each_check_says_what_it_found(record: Record, tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"abc")
    record.files = {"model.bin": (3, hashlib.sha256(b"abc").hexdigest())}
    record.countersigned()
    report = record.judged(
        trust=[trusted(), trusted(SECOND, "Ben")],
        root=str(tmp_path),
        require=2,
        project="acme/assistant",
        state=str(tmp_path.parent / f"{tmp_path.name}.state"),
    )
    digest = digest_of(record.files)
    assert {check.check: check.words for check in report.checks} == {
        "envelope": "review-record.dsse.json is a DSSE envelope with one signature",
        "signature": f"signed with the key {KEY.public.keyid} of Ana",
        "schema": "an in-toto statement with a complete review predicate",
        "critical": "every must-understand field is understood",
        "trust": "the trust store names Ana for this key at 2026-05-28T20:26:40Z",
        "project": "it is about acme/assistant",
        "decision": "approved",
        "completeness": "nothing grave is open, and every exception has reason, owner and expiry",
        "expiry": "valid until 2026-12-31T00:00:00Z",
        "four eyes": "2 of 2 required, by Ana, Ben",
        "serial": "the first record of this project seen here, serial 7",
        "manifest": f"1 files, list sha256:{digest}",
        "package": "",
        "bytes": "1 files are the approved ones, and nothing else lies there",
        "packages": "",
    }
    assert {check.result for check in report.checks} == {"passed", "skipped"}


@pytest.mark.parametrize(
    ("links", "code"),
    [
        ([{"name": "l", "target": "../a"}], "manifest-path"),
        ([{"name": "../l", "target": "a"}], "manifest-path"),
        ([{"name": "model.bin", "target": "a"}], "manifest-path"),
        ([{"name": "/l", "target": "a"}], "manifest-path"),
        ([{"name": "d//l", "target": "a"}], "manifest-path"),
        ([{"name": "", "target": "a"}], "manifest-path"),
        ([{"name": "l"}], "schema"),
        ([5], "schema"),
        ([{"name": "model.bin/l", "target": "../x"}], "manifest"),
        ([{"name": "l", "target": "a"}, {"name": "l/m", "target": "x"}], "manifest"),
    ],
)
def test_a_link_that_a_record_cannot_list(record: Record, links: list[Any], code: str) -> None:
    record.links = links
    assert record.codes() == [code]


@pytest.mark.parametrize(
    ("name", "row", "code"),
    [
        *(("../a", (1, "ab" * 32), "manifest-path"), ("a//b", (1, "ab" * 32), "manifest-path")),
        *(("a", (-1, "ab" * 32), "schema"), ("a", (0, "ab" * 31), "schema"), ("a", (0, "AB" * 32), "schema")),
        *(("a", (0, "ab" * 32), None), ("model.bin/a", (1, "ab" * 32), "manifest")),
    ],
)
def test_a_file_that_a_record_cannot_list(record: Record, name: str, row: Any, code: str | None) -> None:
    record.files[name] = row
    assert record.codes() == ([code] if code else [])


@pytest.mark.parametrize(
    ("left_out", "codes"),
    [
        ([{"path": "x", "rule": "excluded"}], []),
        ([{"path": "../x", "rule": "excluded"}], ["manifest-path"]),
        ([{"path": "x"}], ["schema"]),
        ([{"rule": "excluded"}], ["schema"]),
        ("x", ["schema"]),
        (None, []),
    ],
)
def test_what_a_scope_leaves_out(record: Record, left_out: Any, codes: list[str]) -> None:
    record.predicate["scope"] = {"leftOut": left_out}
    assert record.codes() == codes


def _edited(record: Record, edit: Any) -> list[str]:
    statement = json.loads(record.payload())
    edit(statement)
    raw = dsse.envelope_bytes(dsse.sign(dsse.canonical_bytes(statement), KEY))
    report = gate.Verification(Package(raw, {}, whole=False), [trusted()], now=NOW).run()
    return [check.code for check in report.refusals]


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (lambda s: s.update(_type="x"), "schema"),
        (lambda s: s.update(predicateType=gate.PACKAGE_TYPE), "schema"),
        (lambda s: s.update(subject=[]), "schema"),
        (lambda s: s.pop("subject"), "schema"),
        (lambda s: s["subject"][0].pop("name"), "schema"),
        (lambda s: s["subject"][0].update(name="SUMS"), "subject"),
        (lambda s: s["subject"][0].pop("digest"), "schema"),
        (lambda s: s["subject"][0]["digest"].pop("dirHash1"), "subject"),
        (lambda s: s["subject"][0]["digest"].update(sha256="0" * 64), "subject"),
        (lambda s: s["subject"][0]["digest"].update(sha256="0" * 63), "schema"),
        (lambda s: s["subject"].append({"name": "x", "digest": {"sha256": "ab" * 32}}), "subject"),
        (lambda s: s["subject"].append({"name": "model.bin", "digest": {"sha256": "cd" * 32}}), "subject"),
        (lambda s: s["subject"].append({"name": "model.bin", "digest": {"sha256": "ab" * 32}}), None),
        (lambda s: s["subject"].append({"name": "model.bin", "digest": {"sha512": "ab" * 32}}), "schema"),
        (lambda s: s["subject"].append("x"), "schema"),
        (lambda s: s.pop("predicate"), "schema"),
        (lambda s: s.update(predicate=[]), "schema"),
        (lambda s: s["predicate"].update(project={}), "schema"),
        (lambda s: s["predicate"].update(checklist={}), "schema"),
        (lambda s: s["predicate"]["checklist"].update(items=[{}]), "schema"),
        (lambda s: s["predicate"]["checklist"].update(items=["x"]), "schema"),
        (lambda s: s["predicate"].update(validUntil="2026-12-31"), "schema"),
        (lambda s: s["predicate"].update(signedAt="soon"), "schema"),
        (lambda s: s["predicate"].update(schemaVersion="2.0"), "schema"),
        (lambda s: s["predicate"].update(schemaVersion="1.9"), None),
        (lambda s: s["predicate"].update(findings=[{"severity": "low", "state": "fixed"}]), "schema"),
        (lambda s: s["predicate"].update(findings=["x"]), "schema"),
        (lambda s: s["predicate"].update(exceptions=[exception(expires="soon")]), "schema"),
        (lambda s: s["predicate"].update(exceptions=[exception(findings="F-1")]), "schema"),
        (lambda s: s["predicate"].update(reviewers=["Ana"]), "schema"),
        (lambda s: s["predicate"].update(critical=[5]), "critical"),
        (lambda s: s["predicate"]["manifest"].update(format="md5sum"), "schema"),
        (lambda s: s["predicate"]["manifest"].pop("digest"), "schema"),
        (lambda s: s["predicate"]["manifest"]["digest"].update(sha256="0" * 64), "subject"),
        (lambda s: s["predicate"]["manifest"]["files"].append("x"), "schema"),
        (
            lambda s: s["predicate"]["manifest"]["files"].append(
                dict(s["predicate"]["manifest"]["files"][0])
            ),
            "manifest",
        ),
        (lambda s: s["predicate"].update(scope={"exclude": "x"}), "schema"),
        (lambda s: s["predicate"].update(scope={"exclude": [5]}), "schema"),
    ],
)
def test_each_part_of_a_statement(record: Record, edit: Any, code: str | None) -> None:
    assert _edited(record, edit) == ([code] if code else [])


def test_what_is_left_out_is_warned_of_and_not_compared(record: Record, tmp_path: Path) -> None:
    root = tmp_path / "root"
    for name in ("model.bin", "data/x.pt", "__pycache__/y.pyc", "notes"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"abc")
    record.files = {"model.bin": (3, hashlib.sha256(b"abc").hexdigest())}
    assert record.codes(root=str(root)) == ["extra"]
    left = [{"path": name, "rule": "excluded"} for name in ("data", "notes")]
    record.predicate["scope"] = {"leftOut": left, "exclude": ["byte-code"]}
    report = record.judged(root=str(root))
    assert report.refusals == []
    assert [check.words for check in report.warnings] == [
        "Not reviewed (byte-code): __pycache__. Files that can be loaded lie there: __pycache__/y.pyc.",
        "Not reviewed (excluded): data, notes. Files that can be loaded lie there: data/x.pt.",
    ]
    record.predicate["scope"] = {"leftOut": left}
    assert record.codes(root=str(root)) == ["extra"]


def test_the_other_files_of_a_package(record: Record) -> None:
    record.whole = True
    envelope = dsse.sign(record.payload(), KEY)
    line = "".join(f"{sha}  {name}\n" for name, (_, sha) in record.files.items()).encode()
    other = dsse.sign(b"{}", KEY)
    good = {
        gate.SUMS_NAME: line,
        gate.BUNDLE_NAME: dsse.bundle_bytes(envelope, KEY.public),
        gate.LINES_NAME: dsse.envelope_bytes(envelope) + b"more\n",
    }
    bad = {
        gate.SUMS_NAME: line + b"x",
        gate.BUNDLE_NAME: dsse.bundle_bytes(other, KEY.public),
        gate.LINES_NAME: dsse.envelope_bytes(other),
    }
    mixed = (envelope._replace(payload=b"{}"), envelope._replace(signature=other.signature))

    def judged(beside: dict[str, bytes]) -> gate.Report:
        package = Package(dsse.envelope_bytes(envelope), beside, whole=True)
        return gate.Verification(package, [trusted()], now=NOW).run()

    assert [check.code for check in judged(good).warnings] == ["no-root"]
    assert [check.code for check in judged(good).refusals] == []
    for name in good:
        without = judged({key: value for key, value in good.items() if key != name})
        assert [check.code for check in without.warnings] == ["package-incomplete", "no-root"]
        assert name in without.warnings[0].words
        for content in (bad[name], b"no JSON", *(dsse.envelope_bytes(one) for one in mixed)):
            assert [check.code for check in judged({**good, name: content}).refusals] == ["package"]


@pytest.mark.parametrize("content", [None, b"", b"{}", b"\xff"])
def test_a_countersignature_that_cannot_be_read_does_not_count(record: Record, content: bytes | None) -> None:
    record.beside["countersignature-1.dsse.json"] = content  # type: ignore[assignment]
    assert record.codes() == []
    assert record.warnings() == ["countersignature", "no-root"]


def test_a_report_is_whole_before_anything_was_read() -> None:
    told = gate.Report().as_json()
    assert (told["ok"], told["record"]["payload_sha256"], told["checks"]) == (False, "", [])


@pytest.mark.parametrize("name", ["Subject", "PREDICATE", "predicate_type", "PredicateType", "type", "_Type"])
def test_a_statement_spells_its_keys_in_one_way(record: Record, name: str) -> None:
    assert _edited(record, lambda statement: statement.update({name: "x"})) != []


def test_a_timestamp_is_not_checked_and_said_so(record: Record) -> None:
    record.whole = True
    record.beside["review.tsr"] = b"x"
    words = [check.words for check in record.judged().warnings if check.code == "timestamp"]
    assert words == ["Not checked: review.tsr. `openssl ts -verify` checks a timestamp."]


class Companions:
    """A package whose statement about its files a test can spoil."""

    def __init__(self, record: Record) -> None:
        record.whole = True
        record.predicate["packageFiles"] = "package-files.dsse.json"
        self.record = record
        self.files = {"keys/a.pub": b"key"}
        self.listed = dict(self.files)
        self.about: str | None = None
        self.key = KEY

    def judged(self) -> tuple[list[str], list[str]]:
        about = self.about or hashlib.sha256(self.record.payload()).hexdigest()
        statement = {
            "_type": gate.STATEMENT_TYPE,
            "predicateType": gate.PACKAGE_TYPE,
            "subject": [
                {"name": name, "digest": {"sha256": hashlib.sha256(content).hexdigest()}}
                for name, content in self.listed.items()
            ],
            "predicate": {"record": about},
        }
        signed = dsse.envelope_bytes(dsse.sign(dsse.canonical_bytes(statement), self.key))
        self.record.beside = {**self.files, gate.PACKAGE_NAME: signed}
        report = self.record.judged()
        warned = [
            check.code for check in report.warnings if check.code not in ("no-root", "package-incomplete")
        ]
        return [check.code for check in report.refusals], warned


def test_a_statement_about_the_package_binds_its_files(record: Record) -> None:
    package = Companions(record)
    assert package.judged() == ([], [])
    package.files["keys/a.pub"] = b"other"
    assert package.judged() == (["attachment"], [])
    del package.files["keys/a.pub"]
    assert package.judged() == ([], [])
    assert any("keys/a.pub" in check.words for check in record.judged().warnings)
    package.listed["../up"] = b"x"
    assert package.judged() == (["manifest-path"], [])


@pytest.mark.parametrize("listed", [True, False])
@pytest.mark.parametrize("whose", ["the record's", "another", "of another record"])
def test_a_printed_report_is_bound_or_warned_of(record: Record, listed: bool, whose: str) -> None:
    package = Companions(record)
    package.files[gate.REPORT_NAME] = b"pdf"
    if listed:
        package.listed[gate.REPORT_NAME] = b"pdf"
    if whose == "another":
        package.key = SECOND
    if whose == "of another record":
        package.about = "ab" * 32
    expected = ([], []) if listed else (["attachment"], [])
    assert package.judged() == (expected if whose == "the record's" else ([], ["report-unbound"]))


@pytest.mark.parametrize("content", [b"no JSON", b"{}", b"PK\x03\x04"])
def test_a_statement_about_the_package_that_cannot_be_read_binds_nothing(
    record: Record, content: bytes
) -> None:
    package = Companions(record)
    package.judged()
    record.beside[gate.PACKAGE_NAME] = content
    record.beside[gate.REPORT_NAME] = b"pdf"
    assert record.codes() == []
    assert "report-unbound" in record.warnings()


def test_an_attachment_that_is_not_there_is_named(record: Record) -> None:
    record.whole = True
    digest = {"sha256": hashlib.sha256(b"x").hexdigest()}
    record.predicate["attachments"] = [{"name": "a.txt", "digest": digest}]
    assert any("a.txt" in check.words for check in record.judged().warnings)
    record.beside["a.txt"] = b"x"
    assert not any("a.txt" in check.words for check in record.judged().warnings)
    record.beside["a.txt"] = b"y"
    assert record.codes() == ["attachment"]
