"""Every attack of docs/record.md: it changes something, and ``verify`` and the gate refuse it by one code."""

from __future__ import annotations

import base64
import json
import os
import socket
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

from inspector.record import dsse, trust
from inspector.record.keys import FileKey, new_key

from .forgeries import Forgeries, Spoil, refuse, unread  # isort: skip

FORGED = Forgeries()
attack, unreadable = FORGED.refused, FORGED.unreadable
edits, statement_edits, listing, envelope_edits = (
    FORGED.predicate,
    FORGED.statement,
    FORGED.manifest,
    FORGED.envelope,
)


# --- The envelope ------------------------------------------------------------------------------------------


def _edited(text: str, **change: Any) -> str:
    statement = json.loads(base64.b64decode(text))
    statement["predicate"].update(change)
    return base64.b64encode(dsse.canonical_bytes(statement)).decode()


envelope_edits(
    "signature",
    "edit_decision_in_payload",
    lambda e: e.update(payload=_edited(e["payload"], decision="approved-with-exceptions")),
)
envelope_edits(
    "signature",
    "edit_expiry_in_payload",
    lambda e: e.update(payload=_edited(e["payload"], validUntil="2999-12-30T00:00:00Z")),
)
envelope_edits(
    "signature", "edit_serial_in_payload", lambda e: e.update(payload=_edited(e["payload"], serial=2**50))
)
envelope_edits("unsigned", "strip_signatures", lambda e: e.update(signatures=[]))
envelope_edits("unsigned", "drop_signatures_key", lambda e: e.pop("signatures"))
envelope_edits("unsigned", "empty_signature", lambda e: e["signatures"][0].update(sig=""))
envelope_edits("unsigned", "signature_is_null", lambda e: e["signatures"][0].update(sig=None))
envelope_edits("unsigned", "signatures_is_text", lambda e: e.update(signatures="none"))
envelope_edits("envelope", "two_signatures", lambda e: e["signatures"].append(dict(e["signatures"][0])))
envelope_edits("envelope", "signature_is_a_list", lambda e: e.update(signatures=[[]]))
envelope_edits("signature", "signature_of_zeros", lambda e: e["signatures"][0].update(sig="AAAA"))
envelope_edits("envelope", "signature_not_base64", lambda e: e["signatures"][0].update(sig="@@@@"))
envelope_edits("envelope", "payload_base64_with_newline", lambda e: e.update(payload=e["payload"] + "\n"))
envelope_edits("envelope", "payload_base64_with_space", lambda e: e.update(payload=" " + e["payload"]))
envelope_edits("envelope", "payload_base64_urlsafe", lambda e: e.update(payload="_-_-" + e["payload"]))
envelope_edits("envelope", "payload_base64_loose_bits", lambda e: e.update(payload="QR=="))
envelope_edits("envelope", "payload_empty", lambda e: e.update(payload=""))
envelope_edits("envelope", "payload_missing", lambda e: e.pop("payload"))
envelope_edits("envelope", "payload_is_object", lambda e: e.update(payload={"a": 1}))
envelope_edits("envelope", "keyid_is_number", lambda e: e["signatures"][0].update(keyid=7))
envelope_edits("payload-type", "other_payload_type", lambda e: e.update(payloadType="application/json"))
envelope_edits("payload-type", "payload_type_missing", lambda e: e.pop("payloadType"))
envelope_edits(
    "payload-type", "payload_type_in_capitals", lambda e: e.update(payloadType=e["payloadType"].upper())
)


@attack("json")
def duplicate_key_in_envelope(scene: Any) -> None:
    text = scene.envelope_path.read_text()
    scene.put_envelope(text.replace("{", '{"payloadType":"application/json",', 1))


@attack("json")
def duplicate_signature_key(scene: Any) -> None:
    scene.put_envelope(scene.envelope_path.read_text().replace('"sig":', '"sig":"AAAA","sig":'))


@attack("json")
def duplicate_key_by_escape(scene: Any) -> None:
    scene.put_envelope(scene.envelope_path.read_text().replace("{", '{"p\\u0061yload":"QUJD",', 1))


@attack("json")
def deep_envelope(scene: Any) -> None:
    scene.put_envelope('{"a":' * 100_000 + "1" + "}" * 100_000)


@attack("json")
def deep_list_envelope(scene: Any) -> None:
    scene.put_envelope("[" * 1500)


@attack("json")
def wide_envelope(scene: Any) -> None:
    scene.put_envelope("[" + "[]," * 100_000 + "[]]")


@attack("json")
def nan_in_envelope(scene: Any) -> None:
    scene.put_envelope(scene.envelope_path.read_text().replace("{", '{"x":NaN,', 1))


@attack("json")
def float_in_envelope(scene: Any) -> None:
    scene.put_envelope(scene.envelope_path.read_text().replace("{", '{"x":1e400,', 1))


@attack("json")
def huge_number_in_envelope(scene: Any) -> None:
    scene.put_envelope(scene.envelope_path.read_text().replace("{", '{"x":' + "9" * 10_000 + ",", 1))


@attack("json")
def envelope_with_byte_order_mark(scene: Any) -> None:
    scene.put_envelope("\ufeff" + scene.envelope_path.read_text())


@attack("json")
def envelope_not_utf8(scene: Any) -> None:
    scene.envelope_path.write_bytes(scene.envelope_path.read_bytes().replace(b"{", b'{"x":"\xff",', 1))


@attack("json")
def envelope_in_utf16(scene: Any) -> None:
    scene.envelope_path.write_bytes(scene.envelope_path.read_text().encode("utf-16"))


@attack("too-large")
def huge_record(scene: Any) -> None:
    with scene.envelope_path.open("r+b") as stream:
        stream.truncate((64 << 20) + 1)


@attack("envelope")
def envelope_is_a_list(scene: Any) -> None:
    scene.put_envelope([scene.envelope()])


@attack("envelope")
def bundle_of_another_version(scene: Any) -> None:
    scene.record = scene.package / "review-record.sigstore.json"
    scene.record.write_text(scene.record.read_text().replace("v0.3", "v0.2"))


@attack("unsigned")
def bundle_without_signature(scene: Any) -> None:
    scene.record = scene.package / "review-record.sigstore.json"
    value = json.loads(scene.record.read_text())
    value["dsseEnvelope"]["signatures"] = []
    scene.record.write_text(json.dumps(value))


@attack("signature")
def bundle_with_edited_payload(scene: Any) -> None:
    scene.record = scene.package / "review-record.sigstore.json"
    value = json.loads(scene.record.read_text())
    value["dsseEnvelope"]["payload"] = _edited(value["dsseEnvelope"]["payload"], notes="x")
    scene.record.write_text(json.dumps(value))


@attack("envelope")
def bundle_with_a_second_envelope_around_it(scene: Any) -> None:
    scene.record = scene.package / "review-record.sigstore.json"
    value = json.loads(scene.record.read_text())
    scene.record.write_text(json.dumps({**value, **scene.envelope()}))


@attack("envelope")
def bundle_with_a_message_signature_too(scene: Any) -> None:
    scene.record = scene.package / "review-record.sigstore.json"
    value = json.loads(scene.record.read_text())
    scene.record.write_text(json.dumps({**value, "messageSignature": {}}))


# --- Signature and trust -----------------------------------------------------------------------------------


@attack("signature")
def signed_by_a_stranger(scene: Any) -> None:
    scene.put_payload(scene.payload(), key=scene.stranger)


@attack("signature")
def stranger_borrows_the_key_id(scene: Any) -> None:
    scene.put_payload(scene.payload(), key=scene.stranger)
    value = scene.envelope()
    value["signatures"][0]["keyid"] = scene.key.public.keyid
    scene.put_envelope(value)


@attack("signature")
def stranger_adds_the_key_to_the_package(scene: Any) -> None:
    scene.put_payload(scene.payload(), key=scene.stranger)
    (scene.package / "keys" / "zz.pub").write_bytes(scene.stranger.public.pem)


@attack("signature")
def signature_over_the_bare_payload(scene: Any) -> None:
    value = scene.envelope()
    value["signatures"][0]["sig"] = base64.b64encode(
        scene.key.sign(base64.b64decode(value["payload"]))
    ).decode()
    scene.put_envelope(value)


@attack("signature")
def signature_of_another_record(scene: Any) -> None:
    old = scene.envelope()
    scene.change(lambda predicate: predicate.update(notes="other"))
    new = scene.envelope()
    new["signatures"] = old["signatures"]
    scene.put_envelope(new)


@attack("signature")
def signature_for_another_payload_type(scene: Any) -> None:
    value = scene.envelope()
    payload = base64.b64decode(value["payload"])
    message = b"DSSEv1 16 application/json %d %s" % (len(payload), payload)
    value["signatures"][0]["sig"] = base64.b64encode(scene.key.sign(message)).decode()
    scene.put_envelope(value)


@attack("signature")
def trust_store_is_empty(scene: Any) -> None:
    scene.trust.write_text("# nobody\n")


@attack("signature")
def key_removed_from_the_store(scene: Any) -> None:
    trust.remove(scene.trust, scene.key.public.keyid)
    trust.add(scene.trust, scene.stranger.public, name="Other", roles=["reviewer"])


@attack("key-revoked")
def key_is_compromised(scene: Any) -> None:
    trust.revoke(scene.trust, scene.key.public.keyid, reason="compromised", at=None, now=0)


@attack("key-revoked")
def key_was_superseded_before(scene: Any) -> None:
    trust.revoke(scene.trust, scene.key.public.keyid, reason="superseded", at="2026-05-28T20:26:40Z", now=0)


@attack("key-not-yet-valid")
def key_becomes_valid_later(scene: Any) -> None:
    trust.remove(scene.trust, scene.key.public.keyid)
    trust.add(scene.trust, scene.key.public, name="Ana Suárez", roles=["r"], valid_after="2026-05-29")


@attack("key-expired")
def key_had_expired(scene: Any) -> None:
    trust.remove(scene.trust, scene.key.public.keyid)
    trust.add(scene.trust, scene.key.public, name="Ana Suárez", roles=["r"], valid_before="2026-05-28")


@attack("role")
def role_is_not_held(scene: Any) -> None:
    scene.options["roles"] = ["security-lead"]


@attack("role")
def role_is_claimed_in_the_record_only(scene: Any) -> None:
    scene.change(lambda predicate: predicate["reviewers"][0].update(role="security-lead"))
    scene.options["roles"] = ["security-lead"]


# --- The payload -------------------------------------------------------------------------------------------


def payload_text(code: str, name: str, edit: Callable[[bytes], bytes]) -> None:
    def run(scene: Any) -> None:
        scene.put_payload(edit(base64.b64decode(scene.envelope()["payload"])))

    FORGED.rows_refused.append((name, code, run))


payload_text(
    "json",
    "payload_duplicate_decision",
    lambda raw: raw.replace(b'"decision":', b'"decision":"rejected","decision":'),
)
payload_text("json", "payload_duplicate_predicate", lambda raw: raw.replace(b"{", b'{"predicate":{},', 1))
payload_text("json", "payload_nan", lambda raw: raw.replace(b"{", b'{"x":NaN,', 1))
payload_text("json", "payload_infinity", lambda raw: raw.replace(b"{", b'{"x":-Infinity,', 1))
payload_text("json", "payload_float", lambda raw: raw.replace(b"{", b'{"x":1.0,', 1))
payload_text("json", "payload_exponent", lambda raw: raw.replace(b"{", b'{"x":1E2,', 1))
payload_text("json", "payload_large_integer", lambda raw: raw.replace(b"{", b'{"x":9007199254740993,', 1))
payload_text(
    "json", "payload_deep", lambda raw: raw.replace(b"{", b'{"x":' + b"[" * 50_000 + b"]" * 50_000 + b",", 1)
)
payload_text("json", "payload_not_json", lambda raw: b"approved")
payload_text("json", "payload_cut_short", lambda raw: raw[:-1])
payload_text("json", "payload_with_a_second_document", lambda raw: raw + raw)
payload_text("json", "payload_not_utf8", lambda raw: raw.replace(b'"notes":""', b'"notes":"\xff"'))
payload_text("json", "payload_with_byte_order_mark", lambda raw: b"\xef\xbb\xbf" + raw)
payload_text(
    "json", "payload_with_half_a_character", lambda raw: raw.replace(b'"notes":""', b'"notes":"\\ud800"')
)
# Fields of another type than they should be: each must be refused in words, none may end in a traceback.
edits("critical", "critical_holds_a_map", lambda p: p.update(critical=[{}]))
edits("schema", "reviewers_hold_a_number", lambda p: p.update(reviewers=[1]))
edits("schema", "checklist_holds_text", lambda p: p["checklist"].update(items=["x"]))
edits("schema", "attachments_hold_a_number", lambda p: p.update(attachments=[1]))
edits("schema", "links_are_a_number", lambda p: p["manifest"].update(links=7))
edits("schema", "links_are_text", lambda p: p["manifest"].update(links="x"))
edits("schema", "exclude_is_a_number", lambda p: p["scope"].update(exclude=7))
edits("schema", "exclude_is_text", lambda p: p["scope"].update(exclude="version-control"))
edits("schema", "exclude_holds_a_list", lambda p: p["scope"].update(exclude=[[]]))
edits("schema", "left_out_is_a_number", lambda p: p["scope"].update(leftOut=7))
statement_edits("subject", "dirhash_is_a_list", lambda s: s["subject"][0]["digest"].update(dirHash1=[1]))
payload_text("schema", "payload_is_a_list", lambda raw: b"[1]")
payload_text("schema", "payload_is_null", lambda raw: b"null")

statement_edits(
    "schema", "other_statement_version", lambda s: s.update(_type="https://in-toto.io/Statement/v0.1")
)
statement_edits(
    "schema", "other_predicate_type", lambda s: s.update(predicateType="https://slsa.dev/provenance/v1")
)
statement_edits(
    "schema",
    "countersignature_as_record",
    lambda s: s.update(predicateType="https://provenance-inspector.org/countersignature/v1"),
)
statement_edits("schema", "no_subject", lambda s: s.update(subject=[]))
statement_edits("schema", "subject_without_digest", lambda s: s.update(subject=[{"name": "SHA256SUMS"}]))
statement_edits(
    "schema", "subject_digest_not_hex", lambda s: s["subject"][0]["digest"].update(sha256="z" * 64)
)
statement_edits(
    "schema", "subject_digest_in_capitals", lambda s: s["subject"][0]["digest"].update(sha256="A" * 64)
)
statement_edits("schema", "no_predicate", lambda s: s.pop("predicate"))
statement_edits("subject", "subject_under_another_name", lambda s: s["subject"][0].update(name="sums"))
statement_edits(
    "subject", "subject_of_another_list", lambda s: s["subject"][0]["digest"].update(sha256="0" * 64)
)
statement_edits(
    "subject", "dirhash_of_another_list", lambda s: s["subject"][0]["digest"].update(dirHash1="0" * 64)
)
statement_edits("subject", "dirhash_missing", lambda s: s["subject"][0]["digest"].pop("dirHash1"))
statement_edits("subject", "subjects_in_another_order", lambda s: s["subject"].reverse())
statement_edits(
    "subject",
    "subject_not_listed",
    lambda s: s["subject"].append({"name": "x", "digest": {"sha256": "0" * 64}}),
)
statement_edits(
    "subject", "subject_with_other_bytes", lambda s: s["subject"][1]["digest"].update(sha256="0" * 64)
)

for field in (
    *("schemaVersion", "critical", "recordId", "serial", "supersedes", "project", "decision", "signedAt"),
    *("validUntil", "reviewers", "separationOfDuties", "scope", "manifest", "findings", "exceptions"),
    *("checklist", "tool", "attachments"),
):
    edits("schema", f"field_{field}_missing", lambda p, field=field: p.pop(field))
edits("schema", "serial_is_text", lambda p: p.update(serial="1"))
edits("schema", "serial_is_true", lambda p: p.update(serial=True))
edits("schema", "schema_version_2", lambda p: p.update(schemaVersion="2.0"))
edits("schema", "unknown_decision", lambda p: p.update(decision="approved-by-magic"))
edits("schema", "decision_with_a_space", lambda p: p.update(decision="approved "))
edits("schema", "unknown_state_of_a_finding", lambda p: p["findings"][0].update(state="closed"))
edits("schema", "unknown_severity_of_a_finding", lambda p: p["findings"][0].update(severity="none"))
edits("schema", "unknown_answer", lambda p: p["checklist"]["items"][0].update(answer="of course"))
edits("schema", "time_with_an_offset", lambda p: p.update(signedAt="2026-05-28T20:26:40+00:00"))
edits("schema", "time_without_a_zone", lambda p: p.update(validUntil="2999-12-31T23:59:59"))
edits("schema", "time_that_does_not_exist", lambda p: p.update(validUntil="2999-02-30T00:00:00Z"))
edits("schema", "time_in_arabic_digits", lambda p: p.update(validUntil="٢٩٩٩-12-31T23:59:59Z"))
edits("schema", "project_without_id", lambda p: p["project"].pop("id"))
edits("critical", "unknown_critical_field", lambda p: p.update(critical=["geofence"]))
edits("critical", "critical_holds_a_number", lambda p: p.update(critical=[1]))
edits("signed-in-future", "signed_in_the_future", lambda p: p.update(signedAt="2998-01-01T00:00:00Z"))
edits("not-approved", "rejected", lambda p: p.update(decision="rejected"))
edits("not-approved", "deferred", lambda p: p.update(decision="deferred"))
edits("expired", "expired", lambda p: p.update(validUntil="2026-05-29T00:00:00Z"))
edits("incomplete", "open_high_finding", lambda p: p["findings"][0].update(severity="high"))
edits(
    "incomplete",
    "confirmed_critical_finding",
    lambda p: p["findings"][0].update(severity="critical", state="confirmed"),
)
edits("incomplete", "unanswered_question", lambda p: p["checklist"]["items"][0].update(answer=None))
edits("incomplete", "unknown_as_an_answer", lambda p: p["checklist"]["items"][0].update(answer="unknown"))
edits("incomplete", "accepted_without_exception", lambda p: p["findings"][0].update(state="accepted"))


def _accepted(predicate: dict[str, Any], **change: Any) -> None:
    first = predicate["findings"][0]
    first.update(state="accepted")
    exception = {
        "id": "EX-1",
        "findings": [first["id"]],
        "rationale": "needed",
        "owner": "Ana",
        "expires": "2999-01-01T00:00:00Z",
    }
    predicate["exceptions"] = [{**exception, **change}]


edits("incomplete", "exception_without_owner", lambda p: _accepted(p, owner=" "))
edits("incomplete", "exception_without_rationale", lambda p: _accepted(p, rationale=""))
edits("schema", "exception_without_expiry", lambda p: _accepted(p, expires=None))
edits("incomplete", "exception_for_another_finding", lambda p: _accepted(p, findings=["other"]))
edits("exception-expired", "exception_has_expired", lambda p: _accepted(p, expires="2026-05-29T00:00:00Z"))
edits(
    "incomplete",
    "plain_approval_over_accepted_high",
    lambda p: (_accepted(p), p["findings"][0].update(severity="high")),
)


@attack("project")
def another_project(scene: Any) -> None:
    scene.options["project"] = "payments"


@attack("project")
def project_in_another_unicode_form(scene: Any) -> None:
    scene.change(lambda predicate: predicate["project"].update(id="caf\u00e9"))
    scene.options["project"] = unicodedata.normalize("NFD", "caf\u00e9")


# --- Four eyes ---------------------------------------------------------------------------------------------


def _countersign(scene: Any, key: FileKey, **change: Any) -> Path:
    import hashlib

    payload = base64.b64decode(scene.envelope()["payload"])
    predicate = {
        "schemaVersion": "1.0",
        "role": "lead",
        "decision": "approved",
        "statement": "I agree.",
        "signedAt": "2026-05-28T21:00:00Z",
        "name": "Bo",
        "keyid": key.public.keyid,
        **change,
    }
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "predicateType": "https://provenance-inspector.org/countersignature/v1",
        "subject": [{"name": "review-record", "digest": {"sha256": hashlib.sha256(payload).hexdigest()}}],
        "predicate": predicate,
    }
    path = scene.package / f"countersignature-{key.public.keyid[:8]}.dsse.json"
    path.write_bytes(dsse.envelope_bytes(dsse.sign(dsse.canonical_bytes(statement), key)))
    return path


@attack("four-eyes")
def one_signature_where_two_are_needed(scene: Any) -> None:
    scene.options["require"] = 2


@attack("four-eyes")
def countersigned_by_a_stranger(scene: Any) -> None:
    scene.options["require"] = 2
    _countersign(scene, scene.stranger)


@attack("four-eyes")
def countersigned_with_the_same_key(scene: Any) -> None:
    scene.options["require"] = 2
    _countersign(scene, scene.key)


@attack("four-eyes")
def countersigned_with_a_second_key_of_the_same_person(scene: Any) -> None:
    scene.options["require"] = 2
    other = new_key()
    trust.add(scene.trust, other.public, name="ANA SUÁREZ", roles=["lead"])
    _countersign(scene, other)


@attack("four-eyes")
def countersignature_of_another_record(scene: Any) -> None:
    scene.options["require"] = 2
    trust.add(scene.trust, scene.stranger.public, name="Bo", roles=["lead"])
    _countersign(scene, scene.stranger)
    scene.change(lambda predicate: predicate.update(notes="edited after Bo signed"))


@attack("four-eyes")
def countersignature_is_the_record_again(scene: Any) -> None:
    scene.options["require"] = 2
    (scene.package / "countersignature-00000000.dsse.json").write_bytes(scene.envelope_path.read_bytes())


@attack("four-eyes")
def countersignature_by_a_revoked_key(scene: Any) -> None:
    scene.options["require"] = 2
    trust.add(scene.trust, scene.stranger.public, name="Bo", roles=["lead"])
    trust.revoke(scene.trust, scene.stranger.public.keyid, reason="compromised", at=None, now=0)
    _countersign(scene, scene.stranger)


@attack("four-eyes")
def countersignature_from_the_future(scene: Any) -> None:
    scene.options["require"] = 2
    trust.add(scene.trust, scene.stranger.public, name="Bo", roles=["lead"])
    _countersign(scene, scene.stranger, signedAt="2998-01-01T00:00:00Z")


@attack("countersignature-disagrees")
def countersigner_rejected(scene: Any) -> None:
    trust.add(scene.trust, scene.stranger.public, name="Bo", roles=["lead"])
    _countersign(scene, scene.stranger, decision="rejected")


@attack("four-eyes")
def a_flood_of_countersignatures(scene: Any) -> None:
    for number in range(65):
        (scene.package / f"countersignature-{number:08}.dsse.json").write_text("{}")


# --- Serial ------------------------------------------------------------------------------------------------


def _seen(scene: Any, serial: int, digest: str = "0" * 64) -> None:
    path = scene.package.parent / "state.json"
    projects = {"assistant": {"serial": serial, "payload_sha256": digest}}
    path.write_text(json.dumps({"schema": "x", "projects": projects}))
    scene.options["state"] = path


@attack("older-serial")
def an_older_record_is_replayed(scene: Any) -> None:
    _seen(scene, scene.payload()["predicate"]["serial"] + 1)


@attack("older-serial")
def a_serial_is_used_twice(scene: Any) -> None:
    _seen(scene, scene.payload()["predicate"]["serial"])


# --- Manifest and package ----------------------------------------------------------------------------------

for number, bad in enumerate(
    ("../outside", "/etc/passwd", "a/../../b", "./model.bin", "a//b", "", "a/", "..", ".", "x\0y", "a/./b")
):
    listing("manifest-path", f"manifest_path_{number}", lambda m, bad=bad: m["files"][0].update(name=bad))
listing("manifest", "manifest_lists_a_file_twice", lambda m: m["files"].append(dict(m["files"][0])))
listing("schema", "manifest_size_is_text", lambda m: m["files"][0].update(size="1"))
listing(
    "schema",
    "manifest_name_is_a_number",
    lambda m: (
        m["files"].append({"name": 3, "size": 0, "sha256": "0" * 64})
        or (m["files"].pop() and m["files"][0].update(size=None))
    ),
)
edits("subject", "manifest_entry_removed", lambda p: p["manifest"]["files"].pop())
edits("subject", "manifest_entry_edited", lambda p: p["manifest"]["files"][0].update(sha256="0" * 64))
edits("subject", "manifest_digest_edited", lambda p: p["manifest"]["digest"].update(sha256="0" * 64))
edits(
    "manifest-path",
    "link_out_of_the_tree",
    lambda p: p["manifest"].update(links=[{"name": "l", "target": "../../x"}]),
)
edits(
    "manifest-path", "absolute_link", lambda p: p["manifest"].update(links=[{"name": "l", "target": "/etc"}])
)
edits(
    "manifest-path",
    "link_in_the_place_of_a_file",
    lambda p: p["manifest"].update(links=[{"name": "model.bin", "target": "app.py"}]),
)
edits(
    "manifest-path", "whole_tree_left_out", lambda p: p["scope"].update(leftOut=[{"path": ".", "rule": "x"}])
)
edits(
    "manifest-path", "parent_left_out", lambda p: p["scope"].update(leftOut=[{"path": "../x", "rule": "x"}])
)
edits(
    "manifest-path",
    "attachment_out_of_the_package",
    lambda p: p["attachments"][0].update(name="../../etc/passwd"),
)
edits(
    "attachment",
    "attachment_with_another_digest",
    lambda p: p["attachments"][0]["digest"].update(sha256="0" * 64),
)


@attack("attachment")
def report_edited(scene: Any) -> None:
    path = scene.package / "report.html"
    path.write_text(path.read_text().replace("Approved", "Approved for everything"))


@attack("attachment")
def verify_script_edited(scene: Any) -> None:
    (scene.package / "verify.sh").write_text("echo Verified OK\n")


@attack("package")
def sums_edited(scene: Any) -> None:
    with (scene.package / "SHA256SUMS").open("a") as stream:
        stream.write("0" * 64 + "  extra.pkl\n")


@attack("package")
def bundle_of_another_record(scene: Any) -> None:
    before = scene.envelope_path.read_bytes()
    scene.change(lambda predicate: predicate.update(notes="other"))
    scene.envelope_path.write_bytes(before)


@attack("package")
def lines_of_another_record(scene: Any) -> None:
    before = scene.envelope_path.read_bytes(), (scene.package / "review-record.sigstore.json").read_bytes()
    scene.change(lambda predicate: predicate.update(notes="other"))
    scene.envelope_path.write_bytes(before[0])
    (scene.package / "review-record.sigstore.json").write_bytes(before[1])


@attack("package")
def lines_are_no_envelopes(scene: Any) -> None:
    (scene.package / "review.intoto.jsonl").write_text("approved\n")


# --- The bytes ---------------------------------------------------------------------------------------------


@attack("changed")
def one_byte_changed(scene: Any) -> None:
    path = scene.root / "model.bin"
    raw = bytearray(path.read_bytes())
    raw[7] ^= 1
    path.write_bytes(raw)


@attack("changed")
def one_byte_appended(scene: Any) -> None:
    with (scene.root / "model.bin").open("ab") as stream:
        stream.write(b".")


@attack("changed")
def file_cut_short(scene: Any) -> None:
    os.truncate(scene.root / "model.bin", 10)


@attack("changed")
def two_files_swapped(scene: Any) -> None:
    one, two = scene.root / "app.py", scene.root / "uv.lock"
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)


@attack("changed")
def empty_file_filled(scene: Any) -> None:
    (scene.root / "empty").write_bytes(b"x")


@attack("changed")
def odd_name_changed(scene: Any) -> None:
    (scene.root / "a\\b\nc").write_text("ODD name\n")


@attack("missing")
def file_removed(scene: Any) -> None:
    (scene.root / "app.py").unlink()


@attack("missing")
def folder_removed(scene: Any) -> None:
    (scene.root / "weights" / "layer.safetensors").unlink()
    (scene.root / "weights").rmdir()


@attack("missing")
def file_renamed_by_case(scene: Any) -> None:
    (scene.root / "app.py").rename(scene.root / "App.py")


@attack("missing")
def file_renamed_to_another_unicode_form(scene: Any) -> None:
    name = next(path.name for path in scene.root.iterdir() if path.suffix == ".json")
    (scene.root / name).rename(scene.root / unicodedata.normalize("NFD", name))


@attack("missing")
def file_became_a_folder(scene: Any) -> None:
    (scene.root / "app.py").unlink()
    (scene.root / "app.py").mkdir()


@attack("extra")
def file_added(scene: Any) -> None:
    (scene.root / "extra.pkl").write_bytes(b"\x80\x04N.")


@attack("extra")
def hidden_file_added(scene: Any) -> None:
    (scene.root / ".env").write_text("X=1\n")


@attack("extra")
def file_added_in_a_hidden_folder(scene: Any) -> None:
    (scene.root / ".github").mkdir()
    (scene.root / ".github" / "x.pkl").write_bytes(b"x")


@attack("extra")
def file_called_git_added(scene: Any) -> None:
    (scene.root / "weights" / ".git").write_text("gitdir: elsewhere\n")


@attack("extra")
def unknown_folder_posing_as_an_environment(scene: Any) -> None:
    (scene.root / "evil").mkdir()
    (scene.root / "evil" / "pyvenv.cfg").write_text("home = /usr\n")
    (scene.root / "evil" / "model.pkl").write_bytes(b"x")


@attack("extra")
def file_with_a_name_that_is_not_utf8(scene: Any) -> None:
    try:
        (scene.root / os.fsdecode(b"x\xff.pkl")).write_bytes(b"x")
    except OSError:
        (scene.root / "x.pkl").write_bytes(b"x")


@attack("extra")
def file_with_bidi_name_added(scene: Any) -> None:
    (scene.root / "app\u202eyp.txt").write_text("x")


@attack("link")
def file_replaced_by_a_link_to_the_same_bytes(scene: Any) -> None:
    path = scene.root / "model.bin"
    copy = scene.root.parent / "copy.bin"
    copy.write_bytes(path.read_bytes())
    path.unlink()
    path.symlink_to(copy)


@attack("link")
def folder_replaced_by_a_link(scene: Any) -> None:
    (scene.root / "weights").rename(scene.root.parent / "weights")
    (scene.root / "weights").symlink_to(scene.root.parent / "weights")


@attack("link")
def link_added(scene: Any) -> None:
    (scene.root / "latest").symlink_to("app.py")


@attack("link")
def link_loop_added(scene: Any) -> None:
    (scene.root / "loop").symlink_to(".")


@attack("link")
def version_control_folder_is_a_link(scene: Any) -> None:
    (scene.root / "weights" / ".git").symlink_to(scene.root / ".git")


@attack("special")
def fifo_added(scene: Any) -> None:
    os.mkfifo(scene.root / "pipe")


@attack("special")
def file_replaced_by_a_fifo(scene: Any) -> None:
    (scene.root / "app.py").unlink()
    os.mkfifo(scene.root / "app.py")


@attack("special")
def socket_added(scene: Any) -> None:
    here = Path.cwd()
    os.chdir(scene.root)
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind("s")
    finally:
        os.chdir(here)


# --- Not readable at all -----------------------------------------------------------------------------------


@unreadable
def record_is_missing(scene: Any) -> None:
    scene.envelope_path.unlink()


@unreadable
def record_is_not_json(scene: Any) -> None:
    scene.put_envelope("approved")


@unreadable
def record_is_empty(scene: Any) -> None:
    scene.put_envelope("")


@unreadable
def record_is_a_fifo(scene: Any) -> None:
    scene.envelope_path.unlink()
    os.mkfifo(scene.envelope_path)


@unreadable
def root_is_missing(scene: Any) -> None:
    scene.options["root"] = scene.root / "nowhere"


@unreadable
def root_is_a_file(scene: Any) -> None:
    scene.options["root"] = scene.root / "app.py"


@unreadable
def trust_store_has_a_broken_line(scene: Any) -> None:
    with scene.trust.open("a") as stream:
        stream.write("mallory reviewer\n")


@unreadable
def trust_store_key_id_differs(scene: Any) -> None:
    scene.trust.write_text(scene.trust.read_text().replace(scene.key.public.keyid, "0" * 64))


@unreadable
def state_file_is_damaged(scene: Any) -> None:
    scene.options["state"] = scene.package.parent / "state.json"
    scene.options["state"].write_text("{")


@unreadable
def state_file_is_without_serial(scene: Any) -> None:
    scene.options["state"] = scene.package.parent / "state.json"
    scene.options["state"].write_text('{"projects": {"assistant": {}}}')


@unreadable
def trust_store_is_a_pipe(scene: Any) -> None:
    scene.trust.unlink()
    os.mkfifo(scene.trust)


# --- The tests ---------------------------------------------------------------------------------------------


def test_the_untouched_package_passes_both(scene: Any) -> None:
    assert scene.by_verify() == (0, [], ["left-out"])
    assert scene.by_gate() == (0, [], ["left-out"])


def test_a_record_behind_a_link_is_judged_by_its_signature_alone(scene: Any) -> None:
    moved = scene.envelope_path.rename(scene.package.parent / "moved.json")
    scene.envelope_path.symlink_to(moved)
    assert scene.by_verify()[0] == scene.by_gate()[0] == 0


@FORGED.each_refused()
def test_both_refuse_by_the_same_code(scene: Any, code: str, spoil: Spoil) -> None:
    refuse(scene, code, spoil)


@FORGED.each_unreadable()
def test_both_say_that_it_cannot_be_read(scene: Any, spoil: Spoil) -> None:
    unread(scene, spoil)


def test_there_are_as_many_attacks_as_promised() -> None:
    assert len(FORGED.names()) >= 120
    assert len(set(FORGED.names())) == len(FORGED.names())
