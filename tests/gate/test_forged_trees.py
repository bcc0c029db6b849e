"""Statements, trust stores, packages and trees that someone prepared: refused by one code, or accepted as
docs/record.md says, by ``verify`` and the gate alike."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import unicodedata
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from inspector.gate import inspector_gate
from inspector.record import dsse, trust
from inspector.record.companions import package_statement
from inspector.record.interface import Attachment
from inspector.record.keys import new_key

from .forgeries import Forgeries, Spoil, spoiled  # isort: skip

FORGED = Forgeries()
refused, accepted, unreadable = FORGED.refused, FORGED.accepted, FORGED.unreadable
predicate, statement, listing, tree = FORGED.predicate, FORGED.statement, FORGED.manifest, FORGED.tree


# --- The statement -----------------------------------------------------------------------------------------

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


# --- The manifest ------------------------------------------------------------------------------------------

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


# --- Trust, persons, time, serial --------------------------------------------------------------------------


def _countersign(scene: Any, key: Any, subject: list[dict[str, Any]] | None = None, **change: Any) -> Path:
    digest = hashlib.sha256(dsse.canonical_bytes(scene.payload())).hexdigest()
    value = {
        "_type": "https://in-toto.io/Statement/v1",
        "predicateType": inspector_gate.COUNTERSIGNATURE_TYPE,
        "subject": subject or [{"name": "review-record", "digest": {"sha256": digest}}],
        "predicate": {
            "schemaVersion": "1.0",
            "role": "lead",
            "decision": "approved",
            "statement": "I agree.",
            "signedAt": "2026-05-28T21:00:00Z",
            "name": "Bo",
            "keyid": key.public.keyid,
            **change,
        },
    }
    path = scene.package / f"countersignature-{key.public.keyid[:8]}.dsse.json"
    path.write_bytes(dsse.envelope_bytes(dsse.sign(dsse.canonical_bytes(value), key)))
    return path


def _second(scene: Any, name: str = "Bo", **options: Any) -> None:
    scene.options["require"] = 2
    trust.add(scene.trust, scene.stranger.public, name=name, roles=["lead"], **options)


for _spelling in ("Ana  Suárez", "Ana\u00a0Suárez", "Ana Sua\u0301rez", "ANA SUÁREZ ", "Ana\u200b Suárez"):

    def _same_person(scene: Any, spelling: str = _spelling) -> None:
        _second(scene, spelling)
        _countersign(scene, scene.stranger)

    FORGED.rows_refused.append((f"one_person_spelt_{_spelling!a}", "four-eyes", _same_person))


@refused("four-eyes")
def countersigned_about_two_records(scene: Any) -> None:
    _second(scene)
    digest = hashlib.sha256(dsse.canonical_bytes(scene.payload())).hexdigest()
    both = [{"name": "a", "digest": {"sha256": "0" * 64}}, {"name": "b", "digest": {"sha256": digest}}]
    _countersign(scene, scene.stranger, both)


@refused("four-eyes")
def countersigned_before_the_record(scene: Any) -> None:
    _second(scene)
    _countersign(scene, scene.stranger, signedAt="2026-05-27T00:00:00Z")


@refused("four-eyes")
def countersigned_after_the_key_ended(scene: Any) -> None:
    _second(scene, valid_before="2026-05-28T20:30:00Z")
    _countersign(scene, scene.stranger)


@refused("four-eyes")
def countersigned_before_the_key_began(scene: Any) -> None:
    _second(scene, valid_after="2026-05-29")
    _countersign(scene, scene.stranger)


@refused("four-eyes")
def countersignature_without_a_decision(scene: Any) -> None:
    _second(scene)
    _countersign(scene, scene.stranger, decision=None)


@refused("four-eyes")
def countersignature_only_in_the_lines(scene: Any) -> None:
    _second(scene)
    path = _countersign(scene, scene.stranger)
    with (scene.package / "review.intoto.jsonl").open("ab") as lines:
        lines.write(path.read_bytes())
    path.unlink()


@refused("four-eyes")
def countersignature_under_a_name_that_is_not_read(scene: Any) -> None:
    _second(scene)
    path = _countersign(scene, scene.stranger)
    path.rename(path.with_name("COUNTERSIGNATURE-1.dsse.json"))


@refused("four-eyes")
def countersignature_of_a_review_type(scene: Any) -> None:
    """The second person's signature under a record of their own does not agree to this one."""
    _second(scene)
    value = scene.payload()
    path = scene.package / "countersignature-00000000.dsse.json"
    path.write_bytes(dsse.envelope_bytes(dsse.sign(dsse.canonical_bytes(value), scene.stranger)))


@refused("role")
def the_role_belongs_to_a_countersigner_who_does_not_count(scene: Any) -> None:
    trust.add(scene.trust, scene.stranger.public, name="Bo", roles=["lead"], valid_before="2026-01-01")
    _countersign(scene, scene.stranger)
    scene.options["roles"] = ["lead"]


@refused("role")
def one_of_two_roles_is_held(scene: Any) -> None:
    scene.options["roles"] = ["reviewer", "lead"]


@refused("role")
def the_role_in_another_case(scene: Any) -> None:
    scene.options["roles"] = ["Reviewer"]


@refused("countersignature-disagrees")
def one_of_two_countersigners_defers(scene: Any) -> None:
    other = new_key()
    trust.add(scene.trust, other.public, name="Cy", roles=["lead"])
    trust.add(scene.trust, scene.stranger.public, name="Bo", roles=["lead"])
    _countersign(scene, other)
    _countersign(scene, scene.stranger, decision="deferred")


@refused("signed-in-future")
def the_clock_stands_before_the_signature(scene: Any) -> None:
    scene.change(lambda value: value.update(signedAt=inspector_gate.shown_time(_now() + 400)))


@refused("expired")
def the_record_ended_a_second_ago(scene: Any) -> None:
    scene.change(lambda value: value.update(validUntil=inspector_gate.shown_time(_now() - 1)))


@refused("exception-expired")
def an_exception_ended_a_second_ago(scene: Any) -> None:
    first = scene.payload()["predicate"]["findings"][0]
    exception = {"id": "E", "findings": [first["id"]], "rationale": "needed", "owner": "Ana"}
    scene.change(
        lambda value: (
            value["findings"][0].update(state="accepted"),
            value.update(exceptions=[{**exception, "expires": inspector_gate.shown_time(_now() - 1)}]),
        )
    )


def _now() -> int:
    import time

    return int(time.time())


@refused("key-expired")
def the_key_ended_in_the_second_of_signing(scene: Any) -> None:
    trust.remove(scene.trust, scene.key.public.keyid)
    moment = scene.payload()["predicate"]["signedAt"]
    trust.add(scene.trust, scene.key.public, name="Ana Suárez", roles=["reviewer"], valid_before=moment)


@refused("key-revoked")
def the_key_was_superseded_in_the_second_of_signing(scene: Any) -> None:
    moment = scene.payload()["predicate"]["signedAt"]
    trust.revoke(scene.trust, scene.key.public.keyid, reason="superseded", at=moment, now=0)


@refused("key-revoked")
def a_compromised_key_signed_long_before(scene: Any) -> None:
    scene.change(lambda value: value.update(signedAt="2020-01-01T00:00:00Z"))
    trust.revoke(scene.trust, scene.key.public.keyid, reason="compromised", at=None, now=0)


@refused("project")
def the_project_with_a_space_behind(scene: Any) -> None:
    scene.options["project"] = "assistant "


@refused("project")
def the_project_in_capitals(scene: Any) -> None:
    scene.options["project"] = "Assistant"


@refused("project")
def the_project_with_a_nul(scene: Any) -> None:
    scene.change(lambda value: value["project"].update(id="assistant\0evil"))
    scene.options["project"] = "assistant"


def _seen(scene: Any, project: str, serial: int, digest: str) -> None:
    path = scene.package.parent / "state.json"
    path.write_text(json.dumps({"projects": {project: {"serial": serial, "payload_sha256": digest}}}))
    scene.options["state"] = path


@refused("older-serial")
def the_serial_is_below_zero(scene: Any) -> None:
    scene.change(lambda value: value.update(serial=-(2**53) + 1))
    _seen(scene, "assistant", 0, "0" * 64)


@refused("older-serial")
def a_superseded_record_is_put_back(scene: Any) -> None:
    """The newer record names this one under ``supersedes``, and was seen."""
    scene.change(lambda value: value.update(serial=1))
    _seen(scene, "assistant", 2, "0" * 64)


@refused("signature")
def only_an_ed25519_key_is_trusted(scene: Any) -> None:
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from inspector.record.keys import PublicKey

    spki = (
        Ed25519PrivateKey.generate()
        .public_key()
        .public_bytes(form.Encoding.DER, form.PublicFormat.SubjectPublicKeyInfo)
    )
    trust.remove(scene.trust, scene.key.public.keyid)
    trust.add(scene.trust, PublicKey(spki), name="Ana Suárez", roles=["reviewer"])


@refused("signature")
def a_trusted_key_that_is_no_point(scene: Any) -> None:
    """64 bytes that are on no curve, with the right start: not a key, and not a traceback."""
    from inspector.record.keys import PublicKey

    trust.remove(scene.trust, scene.key.public.keyid)
    bad = PublicKey(inspector_gate.P256_PREFIX + b"\1" * 64)
    trust.add(scene.trust, bad, name="Ana Suárez", roles=["reviewer"])


# --- The package -------------------------------------------------------------------------------------------


@refused("package")
def the_sums_with_other_line_ends(scene: Any) -> None:
    path = scene.package / "SHA256SUMS"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))


@refused("package")
def the_sums_in_another_order(scene: Any) -> None:
    path = scene.package / "SHA256SUMS"
    path.write_bytes(b"".join(sorted(path.read_bytes().splitlines(keepends=True), reverse=True)))


@refused("package")
def the_lines_begin_with_a_countersignature(scene: Any) -> None:
    path = scene.package / "review.intoto.jsonl"
    path.write_bytes(b"{}\n" + path.read_bytes())


@refused("package")
def the_lines_are_empty(scene: Any) -> None:
    (scene.package / "review.intoto.jsonl").write_bytes(b"")


for _file in (
    "bom.cdx.json",
    "findings.sarif",
    "vex.openvex.json",
    "oscal-ar.json",
    "spdx3.json",
    "VERIFY.md",
):

    def _append(scene: Any, name: str = _file) -> None:
        with (scene.package / name).open("ab") as stream:
            stream.write(b" ")

    FORGED.rows_refused.append((f"a_space_behind_{_file}", "attachment", _append))


@refused("attachment")
def an_attachment_is_a_link_to_another(scene: Any) -> None:
    (scene.package / "report.html").unlink()
    (scene.package / "report.html").symlink_to("VERIFY.md")


@refused("attachment")
def something_appended_to_the_pdf(scene: Any) -> None:
    _speak_for(
        scene, package_statement(_payload(scene), [_printed(scene)], "2026-05-28T20:26:40Z"), scene.key
    )
    with (scene.package / "review-report.pdf").open("ab") as stream:
        stream.write(b"1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n")


@refused("attachment")
def a_pdf_put_beside_a_record_that_had_none(scene: Any) -> None:
    _printed(scene)


@refused("attachment")
def the_public_keys_were_exchanged(scene: Any) -> None:
    for path in (scene.package / "keys").iterdir():
        path.write_bytes(scene.stranger.public.pem)


@refused("too-large")
def an_attachment_without_end(scene: Any) -> None:
    with (scene.package / "report.html").open("r+b") as stream:
        stream.truncate((256 << 20) + 1)


@unreadable
def the_record_is_a_zip(scene: Any) -> None:
    """``verify`` reads zips, and this one holds no record; the gate reads none."""
    import zipfile

    with zipfile.ZipFile(scene.package.parent / "out.zip", "w") as archive:
        archive.writestr("x", "y")
    scene.record = scene.package.parent / "out.zip"


@unreadable
def an_attachment_is_a_pipe(scene: Any) -> None:
    (scene.package / "report.html").unlink()
    os.mkfifo(scene.package / "report.html")


@unreadable
def an_attachment_is_a_folder(scene: Any) -> None:
    (scene.package / "report.html").unlink()
    (scene.package / "report.html").mkdir()


@unreadable
def the_record_is_a_folder(scene: Any) -> None:
    scene.envelope_path.unlink()
    scene.envelope_path.mkdir()


@unreadable
def the_record_is_a_link_to_itself(scene: Any) -> None:
    scene.envelope_path.unlink()
    scene.envelope_path.symlink_to(scene.envelope_path.name)


@unreadable
def the_record_is_a_device(scene: Any) -> None:
    scene.envelope_path.unlink()
    scene.envelope_path.symlink_to("/dev/zero")


@unreadable
def the_trust_store_is_endless(scene: Any) -> None:
    scene.trust.unlink()
    scene.trust.symlink_to("/dev/zero")


@unreadable
def the_trust_store_is_too_large(scene: Any) -> None:
    with scene.trust.open("ab") as stream:
        stream.write(b"#" * (1 << 20))


@unreadable
def the_trust_store_holds_a_key_twice(scene: Any) -> None:
    scene.trust.write_text(scene.trust.read_text() * 2)


@unreadable
def the_trust_store_ends_before_it_begins(scene: Any) -> None:
    scene.trust.write_text(scene.trust.read_text().replace(" - - ", " 2026-02-01 2026-01-01 "))


@unreadable
def the_trust_store_revokes_for_no_known_reason(scene: Any) -> None:
    scene.trust.write_text(scene.trust.read_text().rstrip() + " revoked:maybe\n")


@unreadable
def the_trust_store_revokes_without_a_time(scene: Any) -> None:
    scene.trust.write_text(scene.trust.read_text().rstrip() + " revoked:superseded\n")


for _order, _key in {
    "four": "00" * 32,
    "one": "01" + "00" * 31,
    "one_with_a_sign": "01" + "00" * 30 + "80",
    "eight": "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "two": "ec" + "ff" * 30 + "7f",
}.items():

    def _anybodys_key(scene: Any, key: str = _key) -> None:
        """The record is signed by nobody: R is the key itself or the neutral point, and S is zero."""
        spki = inspector_gate.ED25519_PREFIX + bytes.fromhex(key)
        digest, text = hashlib.sha256(spki).hexdigest(), base64.b64encode(spki).decode()
        scene.trust.write_text(f"Mallory reviewer - - {digest} {text}\n")
        value = scene.envelope()
        forged = bytes([1]) + bytes(63)
        value["signatures"] = [{"keyid": digest, "sig": base64.b64encode(forged).decode()}]
        scene.put_envelope(value)
        scene.record = scene.envelope_path

    FORGED.rows_unreadable.append((f"a_key_of_order_{_order}_is_trusted", _anybodys_key))


@unreadable
def the_trust_store_is_not_utf8(scene: Any) -> None:
    scene.trust.write_bytes(scene.trust.read_bytes() + b"\xff\n")


@unreadable
def the_trust_store_is_a_list_of_ssh(scene: Any) -> None:
    scene.trust.write_text("ana@example.org ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE\n")


@unreadable
def the_state_file_is_a_link(scene: Any) -> None:
    (scene.package.parent / "real.json").write_text('{"projects": {}}')
    scene.options["state"] = scene.package.parent / "state.json"
    scene.options["state"].symlink_to("real.json")


@unreadable
def the_state_file_holds_a_key_twice(scene: Any) -> None:
    scene.options["state"] = scene.package.parent / "state.json"
    scene.options["state"].write_text('{"projects": {}, "projects": {}}')


@unreadable
def the_state_file_has_no_place(scene: Any) -> None:
    scene.options["state"] = scene.package.parent / "nowhere" / "state.json"


# --- The bytes ---------------------------------------------------------------------------------------------


def _rewrite(path: Path, content: bytes) -> None:
    """Other bytes of the same length with the times of the old: what a look at times would miss."""
    status = path.stat()
    assert len(content) == status.st_size
    path.write_bytes(content)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


tree("changed", "same_size_and_times", lambda root: _rewrite(root / "model.bin", b"\x80\x04K" + bytes(397)))
tree(
    "changed",
    "replaced_by_a_hole",
    lambda root: (os.truncate(root / "model.bin", 0), os.truncate(root / "model.bin", 400)),
)
tree("changed", "emptied", lambda root: os.truncate(root / "model.bin", 0))
tree("changed", "a_terabyte_of_nothing_behind", lambda root: os.truncate(root / "model.bin", 1 << 40))
tree("changed", "a_line_end_of_windows", lambda root: (root / "app.py").write_bytes(b"print('hello')\r\n"))
tree(
    "changed",
    "a_byte_order_mark",
    lambda root: (root / "app.py").write_bytes(b"\xef\xbb\xbf" + (root / "app.py").read_bytes()),
)
tree("extra", "a_name_with_a_dot_behind_it", lambda root: (root / "app.py.").write_bytes(b"x"))
tree("extra", "a_name_with_a_space_behind_it", lambda root: (root / "app.py ").write_bytes(b"x"))
tree("extra", "a_twin_in_another_case", lambda root: (root / "APP.PY").write_bytes(b"x"))
tree(
    "extra",
    "a_twin_in_another_normal_form",
    lambda root: (root / unicodedata.normalize("NFD", "naïve 模型.json")).write_bytes(b"{}\n"),
)
tree("extra", "a_twin_with_an_invisible_letter", lambda root: (root / "app\u200b.py").write_bytes(b"x"))
tree("extra", "a_name_with_a_line_break", lambda root: (root / "refused: no\nok").write_bytes(b"x"))
tree("extra", "a_name_of_255_bytes", lambda root: (root / ("x" * 255)).write_bytes(b""))
tree("extra", "an_empty_file", lambda root: (root / "__init__.py").write_bytes(b""))
tree("extra", "a_hidden_shard", lambda root: (root / "weights" / ".layer2.safetensors").write_bytes(b"x"))
tree("extra", "a_lock_file_of_an_editor", lambda root: (root / ".app.py.swp").write_bytes(b"x"))
tree("extra", "a_path_file_of_python", lambda root: (root / "evil.pth").write_text("import os\n"))
tree(
    "extra",
    "a_folder_that_looks_like_version_control",
    lambda root: ((root / ".Git").mkdir(), (root / ".Git" / "x.py").write_bytes(b"x")),
)
tree(
    "extra",
    "an_environment_without_its_file",
    lambda root: ((root / "venv").mkdir(), (root / "venv" / "x.py").write_bytes(b"x")),
)
tree(
    "extra",
    "an_environment_whose_file_is_a_folder",
    lambda root: (
        (root / "venv" / "pyvenv.cfg").mkdir(parents=True),
        (root / "venv" / "x.py").write_bytes(b"x"),
    ),
)
tree(
    "link",
    "an_environment_whose_file_is_a_link",
    lambda root: ((root / "venv").mkdir(), (root / "venv" / "pyvenv.cfg").symlink_to("../app.py")),
)
tree(
    "extra",
    "a_file_ten_folders_down",
    lambda root: (
        (root / "/".join("abcdefghij")).mkdir(parents=True),
        (root / "/".join("abcdefghij") / "x").write_bytes(b"x"),
    ),
)
tree("extra", "a_file_beside_left_out_ones", lambda root: (root / ".git.py").write_bytes(b"x"))
tree("extra", "byte_code_outside_its_folder", lambda root: (root / "app.pyc").write_bytes(b"x"))
tree("link", "a_link_to_nothing", lambda root: (root / "gone").symlink_to("nowhere"))
tree("link", "a_link_to_a_device", lambda root: (root / "null").symlink_to("/dev/null"))
tree("link", "a_link_to_the_root", lambda root: (root / "weights" / "up").symlink_to(".."))
tree(
    "link",
    "an_empty_file_by_a_link_to_nothingness",
    lambda root: ((root / "empty").unlink(), (root / "empty").symlink_to("/dev/null")),
)
tree(
    "missing",
    "a_folder_in_the_place_of_an_empty_file",
    lambda root: ((root / "empty").unlink(), (root / "empty").mkdir()),
)
tree(
    "missing",
    "a_name_moved_one_folder_down",
    lambda root: (root / "app.py").rename(root / "weights" / "app.py"),
)
tree(
    "missing",
    "everything_one_folder_down",
    lambda root: [
        path.rename(_made(root / "inner") / path.name)
        for path in sorted(root.iterdir())
        if path.name != "inner"
    ],
)


def _made(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder


@refused("special")
def a_device_added(scene: Any) -> None:
    try:
        os.mknod(scene.root / "zero", 0o20600, os.makedev(1, 5))
    except OSError:  # only the superuser may
        os.mkfifo(scene.root / "zero")


@refused("missing")
def the_root_is_the_folder_above(scene: Any) -> None:
    scene.options["root"] = scene.root.parent


@refused("missing")
def the_root_is_a_folder_below(scene: Any) -> None:
    scene.options["root"] = scene.root / "weights"


@refused("missing")
def the_root_is_empty(scene: Any) -> None:
    scene.options["root"] = scene.root.parent / "nothing"
    scene.options["root"].mkdir()


# --- What is accepted, and what is said of it --------------------------------------------------------------


@accepted()
def a_hard_link_of_the_same_bytes(scene: Any) -> None:
    os.link(scene.root / "model.bin", scene.root.parent / "second name.bin")


@accepted()
def an_empty_folder(scene: Any) -> None:
    (scene.root / "later").mkdir()


@accepted()
def another_mode_and_another_time(scene: Any) -> None:
    (scene.root / "app.py").chmod(0o755)
    os.utime(scene.root / "app.py", (0, 0))


@accepted()
def the_root_is_a_link(scene: Any) -> None:
    link = scene.root.parent / "current"
    link.symlink_to(scene.root)
    scene.options["root"] = link


@accepted("report-unbound")
def nothing_speaks_for_the_pdf(scene: Any) -> None:
    """The record holds no digest of it (docs/record.md): what counts is the record."""
    (scene.package / "review-report.pdf").write_bytes(b"%PDF-1.7\nApproved for everything\n%%EOF\n")
    (scene.package / "package-files.dsse.json").unlink()


@accepted("report-unbound")
def the_pdf_and_its_statement_are_of_another_record(scene: Any) -> None:
    """A more favourable review by the same reviewer, laid beside this record."""
    made = package_statement(b"{}", [_printed(scene)], "2026-05-28T20:26:40Z")
    _speak_for(scene, made, scene.key)


@accepted("report-unbound")
def a_stranger_speaks_for_the_pdf(scene: Any) -> None:
    made = package_statement(_payload(scene), [_printed(scene)], "2026-05-28T20:26:40Z")
    _speak_for(scene, made, scene.stranger)


@accepted("report-unbound")
def the_statement_about_the_pdf_is_damaged(scene: Any) -> None:
    _printed(scene)
    (scene.package / "package-files.dsse.json").write_text("{}")


def _payload(scene: Any) -> bytes:
    return dsse.canonical_bytes(scene.payload())


def _printed(scene: Any) -> Attachment:
    content = b"%PDF-1.7\nApproved for everything\n%%EOF\n"
    (scene.package / "review-report.pdf").write_bytes(content)
    return Attachment("review-report.pdf", "application/pdf", content)


def _speak_for(scene: Any, made: dict[str, Any], key: Any) -> None:
    path = scene.package / "package-files.dsse.json"
    path.write_bytes(dsse.envelope_bytes(dsse.sign(dsse.canonical_bytes(made), key)))


@accepted()
def a_file_nobody_asked_for_in_the_package(scene: Any) -> None:
    (scene.package / "approval.txt").write_text("Approved by the board.\n")


@accepted("package-incomplete")
def the_report_was_taken_away(scene: Any) -> None:
    (scene.package / "report.html").unlink()


@accepted("package-incomplete")
def the_bundle_was_taken_away(scene: Any) -> None:
    (scene.package / "review-record.sigstore.json").unlink()


@accepted("countersignature")
def a_countersignature_that_is_a_pipe(scene: Any) -> None:
    os.mkfifo(scene.package / "countersignature-00000000.dsse.json")


@accepted("countersignature")
def a_countersignature_that_is_a_folder(scene: Any) -> None:
    (scene.package / "countersignature-00000000.dsse.json").mkdir()


@accepted("countersignature")
def a_countersignature_without_end(scene: Any) -> None:
    path = scene.package / "countersignature-00000000.dsse.json"
    path.write_bytes(b"")
    os.truncate(path, 1 << 33)


@accepted("countersignature")
def a_strangers_rejection(scene: Any) -> None:
    """Only a person the trust store names can speak against a record; else anyone could stop a service."""
    _countersign(scene, scene.stranger, decision="rejected")


@accepted("reviewer-name")
def the_record_names_another_reviewer(scene: Any) -> None:
    scene.change(lambda value: value["reviewers"][0].update(name="The Board"))


@accepted("left-out")
def byte_code_of_a_listed_file(scene: Any) -> None:
    (scene.root / "__pycache__").mkdir()
    (scene.root / "__pycache__" / "app.cpython-311.pyc").write_bytes(b"x")


@accepted("left-out")
def a_model_in_the_version_control_folder(scene: Any) -> None:
    (scene.root / ".git" / "evil.pkl").write_bytes(b"x")


@accepted()
def the_key_ended_after_it_had_signed(scene: Any) -> None:
    trust.remove(scene.trust, scene.key.public.keyid)
    trust.add(scene.trust, scene.key.public, name="Ana Suárez", roles=["reviewer"], valid_before="2026-05-29")


@accepted()
def the_key_was_superseded_after_it_had_signed(scene: Any) -> None:
    trust.revoke(scene.trust, scene.key.public.keyid, reason="superseded", at="2026-05-29", now=0)


@accepted()
def the_record_dated_back_by_its_own_signer(scene: Any) -> None:
    """signedAt is a claim of the signer: that is why a key that got lost is revoked as compromised."""
    scene.change(lambda value: value.update(signedAt="2021-01-01T00:00:00Z"))
    trust.revoke(scene.trust, scene.key.public.keyid, reason="superseded", at="2022-01-01", now=0)


@accepted()
def two_clocks_five_minutes_apart(scene: Any) -> None:
    scene.change(lambda value: value.update(signedAt=inspector_gate.shown_time(_now() + 250)))


@accepted()
def another_project_has_a_higher_serial(scene: Any) -> None:
    _seen(scene, "Assistant", 2**50, "0" * 64)


@accepted()
def fields_this_version_does_not_know(scene: Any) -> None:
    scene.change(lambda value: value.update(schemaVersion="1.7", later={"what": ["came", "after"]}))


@accepted()
def a_critical_field_that_is_understood(scene: Any) -> None:
    scene.change(lambda value: value.update(critical=["validUntil", "exceptions", "validUntil"]))


# --- The tests ---------------------------------------------------------------------------------------------


@FORGED.each_refused()
def test_both_refuse_by_the_same_code(scene: Any, code: str, spoil: Spoil) -> None:
    status, refused_by, _ = spoiled(scene, spoil).by_verify()
    assert (status, refused_by[:1]) == (1, [code])
    assert scene.by_gate()[:2] == (1, refused_by)


@FORGED.each_accepted()
def test_both_accept_and_say_the_same(scene: Any, warning: str, spoil: Spoil) -> None:
    status, refused_by, warned = spoiled(scene, spoil).by_verify()
    assert (status, refused_by) == (0, [])
    assert {warning, "left-out"} - {""} == set(warned)
    assert scene.by_gate() == (0, [], warned)


@FORGED.each_unreadable()
def test_both_say_that_it_cannot_be_read(scene: Any, spoil: Spoil) -> None:
    spoiled(scene, spoil)
    assert scene.by_verify()[0] == scene.by_gate()[0] == 2


@pytest.mark.parametrize(
    ("swap", "code"),
    [
        (lambda path: path.write_bytes(bytes(400)), "changed"),
        (lambda path: (path.unlink(), path.symlink_to("/dev/zero")), "changed"),
        (lambda path: (path.unlink(), os.mkfifo(path)), "changed"),
        (lambda path: path.unlink(), "changed"),
        (lambda path: (path.unlink(), path.mkdir()), "changed"),
    ],
)
def test_a_file_exchanged_between_the_list_and_the_hash(
    scene: Any, gate: ModuleType, monkeypatch: pytest.MonkeyPatch, swap: Any, code: str
) -> None:
    for module, judge in ((inspector_gate, scene.by_verify), (gate, scene.by_gate)):
        real = module.walk

        def late(*arguments: Any, real: Any = real) -> Any:
            found = real(*arguments)
            swap(scene.root / "model.bin")
            return found

        content = b"\x80\x04N." * 100
        monkeypatch.setattr(module, "walk", late)
        assert judge()[:2] == (1, [code])
        monkeypatch.undo()
        path = scene.root / "model.bin"
        if path.is_dir():
            path.rmdir()
        path.unlink(missing_ok=True)
        path.write_bytes(content)


def test_a_later_serial_that_another_gate_saw_meanwhile_is_not_lowered(
    scene: Any, gate: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = scene.package.parent / "state.json"
    real = gate.walk

    def other_gate(*arguments: Any) -> Any:
        _seen(scene, "assistant", 2**50, "0" * 64)
        return real(*arguments)

    scene.options["state"] = state
    monkeypatch.setattr(gate, "walk", other_gate)
    assert scene.by_gate()[0] == 0
    assert json.loads(state.read_text())["projects"]["assistant"]["serial"] == 2**50


def test_what_a_killed_gate_left_does_not_bar_the_next_start(scene: Any) -> None:
    state = scene.package.parent / "state.json"
    scene.options["state"] = state
    (state.parent / f"state.json.{os.getpid()}.new").write_text("half")
    assert scene.by_gate()[0] == 0
    assert state.exists()


def test_every_refusal_says_what_to_do_next() -> None:
    import re

    source = Path(inspector_gate.__file__).read_text()
    codes = set(re.findall(r'(?:Refusal\(\s*|_fail\("\w+", )"([a-z-]+)"', source))
    codes |= {"denied", "special", "link", "missing", "changed", "extra", "zip", "timestamp"}
    assert codes == set(inspector_gate.NEXT_STEPS)
    assert all(step.endswith(".") for step in inspector_gate.NEXT_STEPS.values())


def test_no_two_rows_have_one_name() -> None:
    names = FORGED.names()
    assert len(set(names)) == len(names) > 150
