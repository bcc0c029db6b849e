"""Persons, keys, times, serials and trust stores that someone prepared: refused by one code, or accepted as
docs/record.md says, by ``verify`` and the gate alike."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from inspector.gate import inspector_gate
from inspector.record import dsse, trust
from inspector.record.keys import new_key

from .forgeries import Forgeries, Spoil, accept, refuse, unread  # isort: skip

FORGED = Forgeries()
refused, accepted, unreadable = FORGED.refused, FORGED.accepted, FORGED.unreadable


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


@accepted("countersignature")
def a_strangers_rejection(scene: Any) -> None:
    """Only a person the trust store names can speak against a record; else anyone could stop a service."""
    _countersign(scene, scene.stranger, decision="rejected")


@accepted("reviewer-name")
def the_record_names_another_reviewer(scene: Any) -> None:
    scene.change(lambda value: value["reviewers"][0].update(name="The Board"))


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


@FORGED.each_refused()
def test_both_refuse_by_the_same_code(scene: Any, code: str, spoil: Spoil) -> None:
    refuse(scene, code, spoil)


@FORGED.each_accepted()
def test_both_accept_and_say_the_same(scene: Any, warning: str, spoil: Spoil) -> None:
    accept(scene, warning, spoil)


@FORGED.each_unreadable()
def test_both_say_that_it_cannot_be_read(scene: Any, spoil: Spoil) -> None:
    unread(scene, spoil)


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


def test_no_two_rows_have_one_name() -> None:
    names = FORGED.names()
    assert len(set(names)) == len(names)
