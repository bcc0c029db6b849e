"""Statements and manifests that a trusted signer prepared: refused by one code, or accepted as docs/record.md
says, by ``verify`` and the gate alike."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

from inspector.gate import inspector_gate

from .forgeries import Forgeries, Spoil, accept, refuse  # isort: skip

FORGED = Forgeries()
accepted, predicate, statement, listing = FORGED.accepted, FORGED.predicate, FORGED.statement, FORGED.manifest


for _name, _kind in {
    "predicate_type_with_a_slash_behind": "https://provenance-inspector.org/review/v1/",
    "predicate_type_without_tls": "http://provenance-inspector.org/review/v1",
    "predicate_type_in_capitals": "https://PROVENANCE-INSPECTOR.org/review/v1",
    "predicate_type_of_the_next_version": "https://provenance-inspector.org/review/v2",
    "predicate_type_of_a_model_signature": "https://model_signing/signature/v1.0",
    "predicate_type_empty": "",
}.items():
    statement("schema", _name, lambda s, kind=_kind: s.update(predicateType=kind))
statement("schema", "predicate_type_is_a_list", lambda s: s.update(predicateType=[s["predicateType"]]))
statement("schema", "statement_type_missing", lambda s: s.pop("_type"))
statement("schema", "statement_type_with_a_space", lambda s: s.update(_type=s["_type"] + " "))
statement("schema", "subject_is_a_map", lambda s: s.update(subject=s["subject"][0]))
statement("schema", "subject_holds_null", lambda s: s["subject"].append(None))
statement("schema", "subject_without_a_name", lambda s: s["subject"][1].pop("name"))
statement("schema", "subject_with_an_empty_digest", lambda s: s["subject"][1].update(digest={}))
statement("schema", "subject_with_sha1_only", lambda s: s["subject"][0].update(digest={"sha1": "0" * 40}))
statement(
    "schema",
    "subject_digest_with_a_line_break",
    lambda s: s["subject"][0]["digest"].update(sha256=s["subject"][0]["digest"]["sha256"] + "\n"),
)
statement("schema", "subject_digest_cut", lambda s: s["subject"][0]["digest"].update(sha256="ab" * 16))
statement("subject", "files_first_and_the_list_second", lambda s: s["subject"].insert(0, s["subject"].pop()))
statement("subject", "the_list_under_a_path", lambda s: s["subject"][0].update(name="./SHA256SUMS"))
statement("subject", "the_list_twice", lambda s: s["subject"].append(dict(s["subject"][0])))
statement(
    "subject",
    "dirhash_in_capitals",
    lambda s: s["subject"][0]["digest"].update(dirHash1=s["subject"][0]["digest"]["dirHash1"].upper()),
)
statement("schema", "predicate_is_a_list", lambda s: s.update(predicate=[s["predicate"]]))
statement("schema", "predicate_in_text", lambda s: s.update(predicate=json.dumps(s["predicate"])))

predicate("schema", "manifest_of_another_format", lambda p: p["manifest"].update(format="md5sum"))
predicate("schema", "manifest_without_a_format", lambda p: p["manifest"].pop("format"))
predicate("schema", "schema_version_0", lambda p: p.update(schemaVersion="0.9"))
predicate("schema", "schema_version_10", lambda p: p.update(schemaVersion="10.0"))
predicate("schema", "schema_version_is_a_number", lambda p: p.update(schemaVersion=1))
predicate("schema", "decision_in_capitals", lambda p: p.update(decision="Approved"))
predicate("schema", "decision_is_a_list", lambda p: p.update(decision=["approved"]))
predicate("schema", "decision_is_true", lambda p: p.update(decision=True))
predicate("schema", "decision_with_invisible_space", lambda p: p.update(decision="approved\u200b"))
predicate("schema", "severity_in_capitals", lambda p: p["findings"][0].update(severity="HIGH"))
predicate("schema", "severity_missing", lambda p: p["findings"][0].pop("severity"))
predicate("schema", "state_missing", lambda p: p["findings"][0].pop("state"))
predicate("schema", "finding_without_an_id", lambda p: p["findings"][0].pop("id"))
predicate("schema", "findings_as_a_map", lambda p: p.update(findings={"0": p["findings"][0]}))
predicate("schema", "answer_in_capitals", lambda p: p["checklist"]["items"][0].update(answer="YES"))
predicate("schema", "answer_is_true", lambda p: p["checklist"]["items"][0].update(answer=True))
predicate("schema", "question_without_an_id", lambda p: p["checklist"]["items"][0].pop("id"))
predicate("schema", "checklist_without_items", lambda p: p["checklist"].pop("items"))
predicate("schema", "time_with_a_leap_second", lambda p: p.update(validUntil="2999-12-31T23:59:60Z"))
predicate("schema", "time_with_fractions", lambda p: p.update(validUntil="2999-12-31T23:59:59.9Z"))
predicate("schema", "time_with_a_small_z", lambda p: p.update(validUntil="2999-12-31T23:59:59z"))
predicate("schema", "time_with_a_line_break", lambda p: p.update(validUntil="2999-12-31T23:59:59Z\n"))
predicate("schema", "time_that_is_a_date", lambda p: p.update(validUntil="2999-12-31"))
predicate("schema", "time_in_the_year_0", lambda p: p.update(signedAt="0000-01-01T00:00:00Z"))
predicate("schema", "time_in_the_year_10000", lambda p: p.update(validUntil="10000-01-01T00:00:00Z"))
predicate("schema", "time_is_a_number", lambda p: p.update(validUntil=4102444800))
predicate("schema", "hour_24", lambda p: p.update(validUntil="2999-12-31T24:00:00Z"))
predicate("schema", "project_is_text", lambda p: p.update(project="assistant"))
predicate("schema", "project_id_is_null", lambda p: p["project"].update(id=None))
predicate("expired", "ends_before_it_was_signed", lambda p: p.update(validUntil="2026-05-28T20:00:00Z"))
predicate("critical", "critical_in_capitals", lambda p: p.update(critical=["Manifest"]))
predicate("critical", "critical_with_a_path", lambda p: p.update(critical=["manifest.files.mode"]))
predicate("critical", "critical_empty_text", lambda p: p.update(critical=[""]))
predicate("critical", "critical_holds_null", lambda p: p.update(critical=[None]))
predicate("schema", "critical_is_text", lambda p: p.update(critical="manifest"))
predicate("schema", "links_hold_text", lambda p: p["manifest"].update(links=["a"]))
predicate("schema", "link_without_a_target", lambda p: p["manifest"].update(links=[{"name": "l"}]))
predicate("schema", "left_out_without_a_rule", lambda p: p["scope"].update(leftOut=[{"path": "x"}]))
predicate("schema", "attachment_without_a_digest", lambda p: p["attachments"][0].pop("digest"))
predicate(
    "manifest-path", "attachment_with_an_absolute_name", lambda p: p["attachments"][0].update(name="/x")
)
predicate("manifest-path", "attachment_without_a_name", lambda p: p["attachments"][0].update(name=""))
predicate(
    "attachment",
    "attachment_listed_twice",
    lambda p: p["attachments"].append({**p["attachments"][0], "digest": {"sha256": "0" * 64}}),
)
predicate(
    "incomplete",
    "a_second_finding_is_open",
    lambda p: p["findings"].append(
        {**p["findings"][0], "id": "second", "severity": "critical", "state": "open"}
    ),
)
predicate(
    "incomplete",
    "one_id_fixed_and_open",
    lambda p: p["findings"].extend(
        [{**p["findings"][0], "severity": "high", "state": state} for state in ("fixed", "open")]
    ),
)
predicate(
    "incomplete",
    "required_in_other_words",
    lambda p: p["checklist"]["items"][0].update(required="yes", answer=None),
)
predicate("incomplete", "answer_missing", lambda p: p["checklist"]["items"][0].pop("answer"))


for _name, _path in {
    "path_with_a_parent_at_the_end": "weights/..",
    "path_with_a_dot_at_the_end": "weights/.",
    "path_of_slashes": "//",
    "path_that_begins_with_two_slashes": "//host/share",
    "path_with_a_nul_in_a_folder": "a\0b/c",
    "path_with_an_empty_folder": "weights//layer.safetensors",
}.items():
    listing("manifest-path", _name, lambda m, path=_path: m["files"][0].update(name=path))
listing("schema", "size_below_zero", lambda m: m["files"][0].update(size=-1))
listing("schema", "size_is_true", lambda m: m["files"][0].update(size=True))
listing("schema", "size_missing", lambda m: m["files"][0].pop("size"))
predicate("schema", "files_missing", lambda p: p["manifest"].pop("files"))
listing(
    "manifest",
    "a_file_below_a_file",
    lambda m: m["files"].append({"name": "app.py/x", "size": 0, "sha256": hashlib.sha256(b"").hexdigest()}),
)
listing(
    "manifest", "a_file_below_a_link", lambda m: m.update(links=[{"name": "weights", "target": "app.py"}])
)
listing(
    "manifest-path", "a_link_with_an_empty_target", lambda m: m.update(links=[{"name": "l", "target": ""}])
)
listing("manifest-path", "a_link_with_a_nul", lambda m: m.update(links=[{"name": "l", "target": "a\0"}]))
listing(
    "manifest-path",
    "a_link_up_and_down",
    lambda m: m.update(links=[{"name": "l", "target": "../assistant/app.py"}]),
)
listing("manifest-path", "a_link_called_parent", lambda m: m.update(links=[{"name": "..", "target": "a"}]))
listing("link", "a_link_that_is_not_there", lambda m: m.update(links=[{"name": "l", "target": "app.py"}]))
listing("changed", "another_size_of_the_same_bytes", lambda m: m["files"][0].update(size=7))
listing(
    "missing",
    "a_name_in_another_case",
    lambda m: m["files"][
        next(place for place, one in enumerate(m["files"]) if one["name"] == "app.py")
    ].update(name="App.py"),
)
listing(
    "missing",
    "a_name_with_a_dot_behind",
    lambda m: m["files"][
        next(place for place, one in enumerate(m["files"]) if one["name"] == "app.py")
    ].update(name="app.py."),
)
listing("extra", "a_file_no_longer_listed", lambda m: m["files"].pop())
listing("extra", "no_file_listed_at_all", lambda m: m["files"].clear())


@accepted()
def fields_this_version_does_not_know(scene: Any) -> None:
    scene.change(lambda value: value.update(schemaVersion="1.7", later={"what": ["came", "after"]}))


@accepted()
def a_critical_field_that_is_understood(scene: Any) -> None:
    scene.change(lambda value: value.update(critical=["validUntil", "exceptions", "validUntil"]))


@FORGED.each_refused()
def test_both_refuse_by_the_same_code(scene: Any, code: str, spoil: Spoil) -> None:
    refuse(scene, code, spoil)


@FORGED.each_accepted()
def test_both_accept_and_say_the_same(scene: Any, warning: str, spoil: Spoil) -> None:
    accept(scene, warning, spoil)


def test_every_refusal_says_what_to_do_next() -> None:

    source = Path(inspector_gate.__file__).read_text()
    codes = set(re.findall(r'(?:Refusal\(\s*|_fail\("\w+", )"([a-z-]+)"', source))
    codes |= {"denied", "special", "link", "missing", "changed", "extra", "zip", "timestamp"}
    assert codes == set(inspector_gate.NEXT_STEPS)
    assert all(step.endswith(".") for step in inspector_gate.NEXT_STEPS.values())


def test_no_two_rows_have_one_name() -> None:
    names = FORGED.names()
    assert len(set(names)) == len(names)
