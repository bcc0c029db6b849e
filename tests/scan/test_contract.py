"""The result holds what resources/contract.md promises."""

import json

import jsonschema
import pytest

from inspector import resources
from inspector.cli.scan import json_bytes


@pytest.fixture(scope="session")
def schema():
    return json.loads(resources.path("schemas", "scan-1.schema.json").read_text())


def test_the_result_has_the_shape_of_the_contract(sample_scan, schema):
    jsonschema.validate(json.loads(json_bytes(sample_scan)), schema)


def test_the_schema_refuses_a_word_that_is_not_in_the_contract(sample_scan, schema):
    wrong = json.loads(json_bytes(sample_scan))
    wrong["files"][0]["loading"] = "fine"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, schema)


def test_the_same_input_gives_the_same_bytes_whatever_the_number_of_jobs(scan_of, sample):
    def stable(result):
        return json_bytes({key: value for key, value in result.items() if key != "run"})

    assert stable(scan_of(sample, jobs=1)) == stable(scan_of(sample, jobs=4))


def test_nothing_of_the_machine_stands_outside_of_run(sample_scan, sample):
    told = json_bytes({key: value for key, value in sample_scan.items() if key != "run"}).decode()
    assert str(sample.parent) not in told
    assert sample_scan["run"]["root"] == str(sample)


def test_every_file_is_listed_and_counted(sample_scan, sample):
    on_disk = {p.relative_to(sample).as_posix() for p in sample.rglob("*") if p.is_file()}
    assert {file["path"] for file in sample_scan["files"]} == on_disk
    coverage = sample_scan["coverage"]
    assert coverage["files"] == len(on_disk)
    assert coverage["analysed"] + len(coverage["not_analysed"]) == coverage["files"]


def test_every_edge_and_finding_speaks_of_a_node_that_is_there(sample_scan):
    ids = {node["id"] for node in sample_scan["nodes"]}
    assert {edge["source"] for edge in sample_scan["edges"]} <= ids
    assert {edge["target"] for edge in sample_scan["edges"]} <= ids
    assert {finding["node"] for finding in sample_scan["findings"]} <= ids
    assert len({finding["id"] for finding in sample_scan["findings"]}) == len(sample_scan["findings"])


def test_what_was_added_to_the_contract_is_there(sample_scan):
    assert {"datasets", "incomplete"} <= sample_scan.keys()
    assert {"pickle", "kind"} <= sample_scan["files"][0].keys()
    assert {"why", "hub", "column"} <= sample_scan["references"][0].keys()
    assert all(finding["fingerprint"] for finding in sample_scan["findings"])
    assert {"hub_answers", "reused", "isolation", "notes"} <= sample_scan["run"].keys()
    added = resources.path("contract.md").read_text(encoding="utf-8").split("## Added since")[1]
    for key in (
        "datasets[]",
        "incomplete",
        "files[].pickle",
        "references[].why",
        "findings[].fingerprint",
        "run.reused",
        "run.isolation",
        "run.notes",
        "verdict",
    ):
        assert f"`{key}`" in added
