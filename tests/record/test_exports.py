"""Exports are valid by others' rules, hide no decision, and are harmless to open."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest

from inspector.provenance import Severity, State, UnreadableInput
from inspector.record.exports import export, facts_of_scan, formats
from inspector.record.exports.csv_table import safe_cell
from inspector.record.interface import SignOff
from inspector.review.interface import Question

SIGNED = SignOff(
    "approved-with-exceptions", "Ana", "2026-05-28T20:26:40Z", "2999-12-31T23:59:59Z", "ab" * 32, 7
)


@pytest.fixture
def full(review: Any, make_finding: Callable[..., Any], make_question: Callable[..., Any]) -> Any:
    """A review with a finding in every state, one of them on a package, and an unanswered question."""
    review.reviewed = [make_finding(Severity.HIGH, state, f"rule.{state.value}") for state in State]
    review.reviewed += [make_finding(Severity.CRITICAL, State.ACCEPTED, "dep.vulnerable", "package:requests")]
    review.asked = [make_question("yes"), make_question(None, name="P 2", required=False)]
    review.scan_object["coverage"]["not_analysed"] = [
        {"path": "odd name.bin", "why": "<script>alert(1)</script>"}
    ]
    return review


def ask(answer: str | None) -> Question:
    evidence = ({"name": "note.txt", "size": 3, "sha256": "cd" * 32},)
    return Question(
        f"P.{answer}",
        "provenance",
        "Is it so?",
        True,
        "high",
        refs=("AISVS 1.1.2",),
        answer=answer,
        note="seen",
        answered_at="2026-05-28T20:00:00Z" if answer else None,
        evidence=evidence if answer else (),
    )


def read(word: str, review: Any, signed: SignOff | None = SIGNED) -> Any:
    return json.loads(export(word, review, sign_off=signed))


@pytest.mark.parametrize("word", sorted(formats()))
@pytest.mark.parametrize("signed", [None, SIGNED])
def test_the_same_facts_give_the_same_bytes(full: Any, word: str, signed: SignOff | None) -> None:
    once = export(word, full, sign_off=signed)
    assert once and once == export(word, full, sign_off=signed)
    once.decode("utf-8")


@pytest.mark.parametrize("word", sorted(formats()))
def test_a_scan_alone_can_be_exported(full: Any, word: str) -> None:
    scan = full.scan()
    scan["nodes"] = [node.as_json() for node in full.all_nodes]
    scan["findings"] = [item.finding.as_json() for item in full.reviewed]
    facts = facts_of_scan(scan)
    assert all(item.state is State.OPEN for item in facts.findings)
    assert formats()[word].write(facts)


def test_an_unknown_format_is_said_to_be_none(full: Any) -> None:
    with pytest.raises(UnreadableInput, match="formats are"):
        export("docx", full)


def test_the_bom_is_valid_by_the_strict_schema_of_cyclonedx(full: Any) -> None:
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    full.asked += [ask(answer) for answer in ("no", "partial", "n/a", "unknown")]
    for word, version in (("cyclonedx", SchemaVersion.V1_6), ("cyclonedx-1.7", SchemaVersion.V1_7)):
        validator = JsonStrictValidator(version)
        for signed in (SIGNED, None):
            text = export(word, full, sign_off=signed).decode()
            assert validator.validate_str(text) is None
            assert validator.validate_str(text.replace('"machine-learning-model"', '"model"')) is not None
            assert validator.validate_str(text.replace('"score": 1', '"score": 2')) is not None


def test_the_bom_holds_the_checklist_as_a_standard_and_the_answers_about_it(full: Any) -> None:
    full.asked = [ask(answer) for answer in ("yes", "no", "partial", "n/a", "unknown", None)]
    bom = read("cyclonedx", full)
    (standard,) = bom["definitions"]["standards"]
    assert [one["identifier"] for one in standard["requirements"]] == [one.id for one in full.asked]
    declared = bom["declarations"]
    (attestation,) = declared["attestations"]
    scores = [one["conformance"].get("score") for one in attestation["map"]]
    assert scores == [1, 0, None, None, 0, 0]
    assert [one["conformance"]["rationale"].split(":")[0] for one in attestation["map"]] == [
        *("yes", "no", "partial", "n/a", "unknown", "not answered")
    ]
    for one, answer in zip(attestation["map"], ("yes", "no", "partial", "n/a", "unknown", None), strict=True):
        assert bool(one.get("counterClaims")) == (answer in ("no", "unknown"))
    refs = {one["bom-ref"] for key in ("claims", "evidence", "assessors") for one in declared[key]}
    assert {ref for one in declared["claims"] for ref in one.get("evidence", ())} <= refs
    assert {one["target"] for one in declared["claims"]} == {bom["metadata"]["component"]["bom-ref"]}
    assert [one["name"] for one in declared["affirmation"]["signatories"]] == ["Ana"]
    assert "affirmation" not in read("cyclonedx", full, None)["declarations"]


def test_the_bom_has_models_data_packages_and_what_is_movable(full: Any) -> None:
    bom = read("cyclonedx", full)
    components = {one["bom-ref"]: one for one in bom["components"]}
    model = components["model:acme/base"]
    assert model["type"] == "machine-learning-model"
    assert {"name": "inspector:pin", "value": "movable"} in model["properties"]
    assert model["modelCard"]["modelParameters"]["datasets"] == [{"ref": "dataset:acme/data"}]
    assert components["package:requests"]["purl"] == "pkg:pypi/requests@2.0"
    refs = {one["ref"]: one.get("dependsOn", []) for one in bom["dependencies"]}
    assert refs["project:assistant"] == ["model:acme/base", "package:requests"]
    (hashed,) = components["model-file:model.bin"]["hashes"]
    assert len(hashed["content"]) == 64


def test_an_accepted_advisory_is_exploitable_and_never_not_affected(full: Any) -> None:
    (vulnerability,) = read("cyclonedx", full)["vulnerabilities"]
    assert vulnerability["id"] == "PYSEC-1"
    assert vulnerability["analysis"] == {"state": "exploitable", "detail": "Only read in a sandbox"}
    statements = {one["vulnerability"]["name"]: one for one in read("openvex", full)["statements"]}
    accepted = statements["CVE-2024-0001"]
    assert accepted["status"] == "affected"
    assert "Only read in a sandbox" in accepted["action_statement"]


def test_openvex_says_of_each_finding_what_was_decided(full: Any) -> None:
    statements = {one["vulnerability"]["name"]: one for one in read("openvex", full)["statements"]}
    found = {name.removeprefix("rule."): one["status"] for name, one in statements.items()}
    assert found["open"] == "under_investigation"
    assert found["confirmed"] == found["accepted"] == "affected"
    assert found["fixed"] == "fixed"
    assert found["false-positive"] == found["not-applicable"] == "not_affected"
    for one in statements.values():
        assert one["status"] != "not_affected" or one["impact_statement"]
        assert one["status"] != "affected" or one["action_statement"]


def test_openvex_about_nothing_claims_nothing(full: Any) -> None:
    full.reviewed = []
    (statement,) = read("openvex", full)["statements"]
    assert (statement["vulnerability"]["name"], statement["status"]) == ("no-finding", "under_investigation")


def test_sarif_suppresses_what_was_decided_and_keeps_it(full: Any) -> None:
    (run,) = read("sarif", full)["runs"]
    results = {one["properties"]["state"]: one for one in run["results"]}
    assert "fixed" not in results
    assert "suppressions" not in results["open"] and "suppressions" not in results["confirmed"]
    for state in ("accepted", "false-positive", "not-applicable"):
        (suppression,) = results[state]["suppressions"]
        assert suppression["kind"] == "external"
        assert "Only read in a sandbox" in suppression["justification"]
    rules = [one["id"] for one in run["tool"]["driver"]["rules"]]
    assert all(rules[one["ruleIndex"]] == one["ruleId"] for one in run["results"])
    assert [one["level"] for one in run["invocations"][0]["toolExecutionNotifications"]] == ["warning"]


def test_sarif_locations_are_uris_with_true_regions(full: Any) -> None:
    (run,) = read("sarif", full)["runs"]
    first = run["results"][0]
    assert first["locations"][0]["physicalLocation"]["region"]["byteOffset"] == 12
    related = first["relatedLocations"][0]["physicalLocation"]
    assert related["artifactLocation"]["uri"] == "a%20b%23c.py"
    assert related["region"] == {"startLine": 3}


def test_oscal_ties_risks_to_observations_and_deadlines(full: Any) -> None:
    (result,) = read("oscal", full)["assessment-results"]["results"]
    observed = {one["uuid"] for one in result["observations"]}
    assert len(observed) == len(full.reviewed)
    for risk in result["risks"]:
        assert risk["related-observations"][0]["observation-uuid"] in observed
    deadlines = [one["deadline"] for one in result["risks"] if one["status"] == "deviation-approved"]
    assert deadlines == ["2999-01-31T23:59:59Z"] * 2
    assert [one["target"]["status"]["state"] for one in result["findings"]] == ["satisfied", "not-satisfied"]
    assert all(re.fullmatch(r"[A-Za-z_][\w.\-]*", one["target"]["target-id"]) for one in result["findings"])


def test_spdx_has_ai_and_dataset_packages_and_their_relations(full: Any) -> None:
    graph = read("spdx", full)["@graph"]
    by_type: dict[str, list[Any]] = {}
    for one in graph:
        by_type.setdefault(one["type"], []).append(one)
    assert [one["name"] for one in by_type["ai_AIPackage"]] == ["acme/base"]
    assert by_type["dataset_DatasetPackage"][0]["dataset_datasetType"] == ["noAssertion"]
    assert {one["relationshipType"] for one in by_type["Relationship"]} == {"dependsOn", "trainedOn"}
    ids = {one["spdxId"] for one in graph if "spdxId" in one}
    for one in by_type["Relationship"]:
        assert one["from"] in ids and set(one["to"]) <= ids


class _Strict(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


def test_the_report_holds_no_script_no_resource_and_no_markup_of_the_reviewed(full: Any) -> None:
    full.project = "<img src=x onerror=alert(1)>\u202e"
    text = export("html", full, sign_off=SIGNED).decode()
    parser = _Strict()
    parser.feed(text)
    assert not parser.tags & {"script", "img", "iframe", "link", "object", "b", "a"}
    assert not parser.attributes & {"src", "href", "onerror", "onclick", "srcset"}
    assert "default-src 'none'" in text
    assert "&lt;b&gt;rule.open&lt;/b&gt;" in text and "\u202e" not in text
    assert not re.search(r"url\(|@import|https?://", text)


def test_the_report_says_verdict_exceptions_and_what_is_unknown(full: Any) -> None:
    text = export("html", full, sign_off=SIGNED).decode()
    for words in (
        "Approved with exceptions",
        "Only read in a sandbox",
        "2999-01-31",
        "not answered",
        "Not analysed",
    ):
        assert words in text
    assert "Not signed" in export("html", full).decode()


def test_where_no_audit_was_made_nothing_reads_as_a_complete_one(full: Any) -> None:
    full.scan_object["audit"] = {
        "source": "none",
        "as_of": None,
        "complete": True,  # of no packages at all
        "note": "The audit was switched off.",
    }
    text = export("html", full, sign_off=SIGNED).decode()
    assert "none was made. The audit was switched off." in text and "Audit complete" not in text
    full.scan_object["audit"] = {"source": "pip-audit", "as_of": None, "complete": False}
    assert "Audit complete" in export("html", full, sign_off=SIGNED).decode()


def test_the_report_says_how_to_verify_and_with_whose_key(full: Any) -> None:
    text = export("html", full, sign_off=SIGNED).decode()
    assert "sh verify.sh REVIEWER.pub PROJECT-FOLDER" in text and SIGNED.keyid in text
    assert "How to verify" not in export("html", full).decode()


def test_findings_that_say_the_same_share_a_row_and_are_counted(
    full: Any, make_finding: Callable[..., Any]
) -> None:
    full.reviewed = [
        make_finding(Severity.HIGH, State.OPEN, "rule.same", f"package:p{number}") for number in range(50)
    ]
    text = export("html", full, sign_off=SIGNED).decode()
    assert text.count("(50 findings)") == 1
    assert "<td>50</td>" in text  # of the table by severity: nothing is lost from the count


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "＝1", "\n=1"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert safe_cell(cell)[0] not in "=+-@\t\r\n＝＋－＠"
    assert not safe_cell(cell).lstrip(" ").startswith(("=", "+", "-", "@"))


def test_the_table_has_a_row_for_each_finding(full: Any) -> None:
    rows = list(csv.DictReader(io.StringIO(export("csv", full).decode())))
    assert [row["state"] for row in rows] == [item.state.value for item in full.reviewed]
    assert "\u202e" not in rows[0]["message"]
