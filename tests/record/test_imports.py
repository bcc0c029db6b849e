"""Earlier records give proposals, each with its origin; nothing is decided by them."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inspector.gate.inspector_gate import parse_trust
from inspector.provenance import State, UnreadableInput
from inspector.record import dsse, trust
from inspector.record.imports import proposals_of, read_document

from .bills import SYFT  # isort: skip
from .imported import about, taken  # isort: skip

Build = Callable[..., Path]
HEX = "0f" * 32


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
