"""Forgeries made without this program's own code: records put together by hand and signed with the openssl
program or by arithmetic, against both verifiers. Each row names the code it must be refused by."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature

from inspector.gate import inspector_gate

from .forgeries import Forgeries, Spoil, refuse, spoiled, unread  # isort: skip

FORGED = Forgeries()
refused, accepted, unreadable = FORGED.refused, FORGED.accepted, FORGED.unreadable
predicate, statement, manifest = FORGED.predicate, FORGED.statement, FORGED.manifest
TYPE = "application/vnd.in-toto+json"
P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # the order of the group
ED25519 = 2**252 + 27742317777372353535851937790883648493


def private(scene: Any) -> ec.EllipticCurvePrivateKey:
    loaded = serialization.load_pem_private_key(scene.key.private_pem(None), None)
    assert isinstance(loaded, ec.EllipticCurvePrivateKey)
    return loaded


def encoded(payload: bytes, kind: str = TYPE) -> bytes:
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(payload), payload)


def resigned(scene: Any, signature: bytes, **more: Any) -> None:
    """Puts ``signature`` where the record's own was, in the record alone."""
    value = scene.envelope()
    value["signatures"][0]["sig"] = base64.b64encode(signature).decode()
    value.update(more)
    scene.put_envelope(value)
    scene.record = scene.envelope_path


def signature(name: str, make: Callable[[Any, bytes], bytes], code: str = "signature") -> None:
    def spoil(scene: Any) -> None:
        resigned(scene, make(scene, base64.b64decode(scene.envelope()["payload"])))

    FORGED.rows_refused.append((name, code, spoil))


def der(*numbers: bytes) -> bytes:
    body = b"".join(bytes([2, len(one)]) + one for one in numbers)
    return bytes([0x30, len(body)]) + body


def number(value: int) -> bytes:
    return value.to_bytes(value.bit_length() // 8 + 1, "big")


# --- Signatures by arithmetic ------------------------------------------------------------------------------


def _pair(scene: Any, payload: bytes) -> tuple[int, int]:
    return decode_dss_signature(private(scene).sign(encoded(payload), ec.ECDSA(hashes.SHA256())))


def _two_fixed_halves(scene: Any, payload: bytes) -> bytes:
    r, s = _pair(scene, payload)
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def _negative(scene: Any, payload: bytes) -> bytes:
    r, s = next(pair for pair in iter(lambda: _pair(scene, payload), None) if pair[0] >> 255)
    return der(r.to_bytes(32, "big"), number(s))


def _hashed_twice(scene: Any, payload: bytes) -> bytes:
    once = hashlib.sha256(encoded(payload)).digest()
    return private(scene).sign(once, ec.ECDSA(hashes.SHA256()))


def _digest_in_hex(scene: Any, payload: bytes) -> bytes:
    text = hashlib.sha256(encoded(payload)).hexdigest().encode()
    return private(scene).sign(text, ec.ECDSA(hashes.SHA256()))


def _openssh_form(scene: Any, payload: bytes) -> bytes:
    def text(raw: bytes) -> bytes:
        return len(raw).to_bytes(4, "big") + raw

    digest = text(hashlib.sha512(encoded(payload)).digest())
    wrapped = b"SSHSIG" + text(b"file") + text(b"") + text(b"sha512") + digest
    return private(scene).sign(wrapped, ec.ECDSA(hashes.SHA256()))


def _json_web_signature(scene: Any, payload: bytes) -> bytes:
    def part(raw: bytes) -> bytes:
        return base64.urlsafe_b64encode(raw).rstrip(b"=")

    return private(scene).sign(part(b'{"alg":"ES256"}') + b"." + part(payload), ec.ECDSA(hashes.SHA256()))


signature("in_two_fixed_halves", _two_fixed_halves)
signature("with_a_negative_number", _negative)
signature("of_two_zeros", lambda scene, payload: der(b"\0", b"\0"))  # CVE-2022-21449
signature("of_the_order_twice", lambda scene, payload: der(number(P256), number(P256)))
signature("of_a_one_and_a_zero", lambda scene, payload: der(b"\1", b"\0"))
signature("with_s_of_zero", lambda scene, payload: der(number(_pair(scene, payload)[0]), b"\0"))
signature(
    "with_r_above_the_order",
    lambda scene, payload: der(
        number((_pair(scene, payload)[0] + P256) % (1 << 256)), number(_pair(scene, payload)[1])
    ),
)
signature("with_three_numbers", lambda scene, payload: der(*map(number, (*_pair(scene, payload), 1))))
signature("of_one_number", lambda scene, payload: der(number(_pair(scene, payload)[0])))
signature("over_its_digest", _hashed_twice)
signature("over_its_digest_in_hex", _digest_in_hex)
signature("as_openssh_signs_files", _openssh_form)
signature("as_a_json_web_signature", _json_web_signature)
signature("with_halves_swapped", lambda scene, payload: der(*map(number, reversed(_pair(scene, payload)))))
signature(
    "over_another_type_in_the_encoding",
    lambda scene, payload: private(scene).sign(
        encoded(payload, "application/vnd.provenance-inspector.quarantine-decision+json"),
        ec.ECDSA(hashes.SHA256()),
    ),
)
signature(
    "over_a_line_end_more",
    lambda scene, payload: private(scene).sign(encoded(payload + b"\n"), ec.ECDSA(hashes.SHA256())),
)
signature(
    "with_sha_384",
    lambda scene, payload: private(scene).sign(
        hashlib.sha384(encoded(payload)).digest(), ec.ECDSA(Prehashed(hashes.SHA384()))
    ),
)


@refused("signature")
def a_signature_of_the_same_key_over_another_text(scene: Any) -> None:
    text = f"{scene.payload()['predicate']['recordId']}"
    resigned(scene, private(scene).sign(encoded(text.encode()), ec.ECDSA(hashes.SHA256())))


@refused("envelope")
def signature_in_base64_without_its_end(scene: Any) -> None:
    value = scene.envelope()
    raw = base64.b64decode(value["signatures"][0]["sig"])
    raw = raw if len(raw) % 3 else raw[:-1]
    value["signatures"][0]["sig"] = base64.b64encode(raw).decode().rstrip("=")
    scene.put_envelope(value)


@refused("envelope")
def payload_in_full_width_letters(scene: Any) -> None:
    value = scene.envelope()
    value["payload"] = value["payload"].replace("e", "\uff45")
    scene.put_envelope(value)


@refused("payload-type")
def a_type_with_a_parameter(scene: Any) -> None:
    value = scene.envelope()
    value["payloadType"] += "; charset=utf-8"
    scene.put_envelope(value)


@refused("payload-type")
def a_row_of_the_quarantine_as_record(scene: Any) -> None:
    kind = "application/vnd.provenance-inspector.quarantine-decision+json"
    payload = base64.b64decode(scene.envelope()["payload"])
    made = private(scene).sign(encoded(payload, kind), ec.ECDSA(hashes.SHA256()))
    resigned(scene, made, payloadType=kind)


# --- An Ed25519 key in the store ---------------------------------------------------------------------------


def _ed25519(scene: Any, make: Callable[[ed25519.Ed25519PrivateKey, bytes], bytes]) -> None:
    made = ed25519.Ed25519PrivateKey.generate()
    spki = made.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    scene.trust.write_text(_line("Ana", spki))
    resigned(scene, make(made, encoded(base64.b64decode(scene.envelope()["payload"]))))


def _line(name: str, spki: bytes) -> str:
    return f"{name} reviewer - - {hashlib.sha256(spki).hexdigest()} {base64.b64encode(spki).decode()}\n"


def _s_plus_the_order(key: ed25519.Ed25519PrivateKey, message: bytes) -> bytes:
    made = key.sign(message)
    return made[:32] + (int.from_bytes(made[32:], "little") + ED25519).to_bytes(32, "little")


@refused("signature")
def an_ed25519_signature_moved_by_the_order(scene: Any) -> None:
    _ed25519(scene, _s_plus_the_order)


@refused("signature")
def an_ed25519_signature_with_a_byte_behind(scene: Any) -> None:
    _ed25519(scene, lambda key, message: key.sign(message) + b"\0")


@refused("signature")
def an_ed25519_signature_over_the_digest(scene: Any) -> None:
    _ed25519(scene, lambda key, message: key.sign(hashlib.sha512(message).digest()))


@refused("signature")
def an_ed25519_signature_of_zeros(scene: Any) -> None:
    _ed25519(scene, lambda key, message: bytes(64))


@accepted("reviewer-name")
def an_ed25519_signature_as_it_should_be(scene: Any) -> None:
    _ed25519(scene, lambda key, message: key.sign(message))


# --- Lines of the trust store ------------------------------------------------------------------------------


def _spki(public: Any, form: Any = serialization.PublicFormat.SubjectPublicKeyInfo) -> bytes:
    return bytes(public.public_bytes(serialization.Encoding.DER, form))


def store(name: str, line: Callable[[Any], str]) -> None:
    FORGED.rows_unreadable.append(
        (name, lambda scene: scene.trust.write_text(scene.trust.read_text() + line(scene)))
    )


def _compressed(scene: Any) -> bytes:
    point = (
        private(scene)
        .public_key()
        .public_bytes(serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint)
    )
    return bytes.fromhex("3039301306072a8648ce3d020106082a8648ce3d030107032200") + point


store("a_key_as_compressed_point", lambda scene: _line("Bo", _compressed(scene)))
store("a_key_with_a_byte_behind", lambda scene: _line("Bo", scene.stranger.public.spki + b"\0"))
store(
    "a_key_of_p_384", lambda scene: _line("Bo", _spki(ec.generate_private_key(ec.SECP384R1()).public_key()))
)
store(
    "a_key_of_secp256k1",
    lambda scene: _line("Bo", _spki(ec.generate_private_key(ec.SECP256K1()).public_key())),
)
store("a_key_of_rsa", lambda scene: _line("Bo", _spki(rsa.generate_private_key(65537, 1024).public_key())))
store(
    "the_neutral_ed25519_key_with_a_sign",
    lambda scene: _line("Bo", bytes.fromhex("302a300506032b6570032100" + "01" + "00" * 30 + "80")),
)
store(
    "an_ed25519_key_above_the_field",
    lambda scene: _line("Bo", bytes.fromhex("302a300506032b6570032100" + "ee" + "ff" * 31)),
)
store("a_name_that_is_empty", lambda scene: _line('""', scene.stranger.public.spki))
store("a_name_without_its_end", lambda scene: _line('"Bo', scene.stranger.public.spki))
store("a_role_missing_behind_a_comma", lambda scene: _line("Bo", scene.stranger.public.spki).replace(
    " reviewer ", " reviewer, "
))  # fmt: skip
store("a_key_id_in_capitals", lambda scene: _line("Bo", scene.stranger.public.spki).replace(
    scene.stranger.public.keyid, scene.stranger.public.keyid.upper()
))  # fmt: skip
store("a_time_with_an_offset", lambda scene: _line("Bo", scene.stranger.public.spki).replace(
    " - - ", " 2026-01-01T00:00:00+01:00 - "
))  # fmt: skip
store("a_month_that_is_not", lambda scene: _line("Bo", scene.stranger.public.spki).replace(
    "\n", " revoked:superseded@2026-13-01\n"
))  # fmt: skip
store("two_revocations", lambda scene: _line("Bo", scene.stranger.public.spki).replace(
    "\n", " revoked:compromised revoked:compromised\n"
))  # fmt: skip


@accepted()
def a_store_with_tabs_and_line_ends_of_windows(scene: Any) -> None:
    lines = scene.trust.read_text().replace(" - - ", "\t-\t-\t")
    scene.trust.write_bytes(lines.replace("\n", "\r\n").encode())


# --- What the record says of itself ------------------------------------------------------------------------

for _word, _value in (("true", True), ("text", "yes"), ("null", None), ("one", 1), ("zero", 0), ("list", [])):
    predicate(
        "four-eyes",
        f"it_asks_for_a_second_person_by_{_word}",
        lambda p, value=_value: p["separationOfDuties"].update(required=value),
    )


@refused("four-eyes")
def it_asks_for_a_second_person_who_is_a_stranger(scene: Any) -> None:
    scene.change(lambda p: p["separationOfDuties"].update(required=True))
    _countersigned(scene, scene.stranger, trusted=False)


@accepted()
def it_asks_for_a_second_person_who_is_there(scene: Any) -> None:
    scene.change(lambda p: p["separationOfDuties"].update(required=True))
    _countersigned(scene, scene.stranger, trusted=True)


def _countersigned(scene: Any, key: Any, *, trusted: bool, **changes: Any) -> None:
    record = hashlib.sha256(base64.b64decode(scene.envelope()["payload"])).hexdigest()
    value = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "review-record", "digest": {"sha256": record}}],
        "predicateType": "https://provenance-inspector.org/countersignature/v1",
        "predicate": {
            "schemaVersion": "1.0",
            "role": "lead",
            "decision": scene.payload()["predicate"]["decision"],
            "statement": "read",
            "signedAt": "2026-05-29T00:00:00Z",
            "name": "Bo",
            "keyid": key.public.keyid,
            **changes,
        },
    }
    raw = json.dumps(value).encode()
    signature = {"sig": base64.b64encode(key.sign(encoded(raw))).decode()}
    text = json.dumps(
        {"payload": base64.b64encode(raw).decode(), "payloadType": TYPE, "signatures": [signature]}
    )
    (scene.package / "countersignature-deadbeef.dsse.json").write_text(text)
    if trusted:
        scene.trust.write_text(scene.trust.read_text() + _line("Bo", key.public.spki))


@refused("countersignature-disagrees")
def a_second_decision_with_a_space(scene: Any) -> None:
    _countersigned(scene, scene.stranger, trusted=True, decision="approved ")


@refused("four-eyes")
def a_countersignature_with_a_number_that_is_no_whole_one(scene: Any) -> None:
    scene.options["require"] = 2
    _countersigned(scene, scene.stranger, trusted=True, conditions=[1.0])


@refused("four-eyes")
def a_countersignature_from_before_the_record(scene: Any) -> None:
    scene.options["require"] = 2
    _countersigned(scene, scene.stranger, trusted=True, signedAt="2026-05-28T20:00:00Z")


def _finding(state: str, **more: Any) -> dict[str, Any]:
    return {"id": "0123456789ab", "severity": "critical", "state": state, **more}


for _state in ("false-positive", "not-applicable"):
    for _word, _more in (("none", {}), ("blanks", {"because": "  \n"}), ("null", {"because": None})):
        predicate(
            "incomplete",
            f"{_state.replace('-', '_')}_with_the_reason_{_word}",
            lambda p, state=_state, more=_more: p["findings"].append(_finding(state, **more)),
        )


@accepted()
def a_false_positive_with_its_reason(scene: Any) -> None:
    scene.change(lambda p: p["findings"].append(_finding("false-positive", because="seen")))


for _name, _key in (("small", "predicatetype"), ("snake", "predicate_type"), ("bare", "type")):
    statement("schema", f"a_second_type_in_{_name}_letters", lambda v, key=_key: v.update({key: "x"}))
statement("schema", "a_second_predicate_with_a_capital", lambda v: v.update(Predicate=v["predicate"]))
statement("schema", "a_second_subject_in_capitals", lambda v: v.update(SUBJECT=[]))
statement("schema", "a_statement_of_version_0", lambda v: v.update(_type="https://in-toto.io/Statement/v0.1"))
statement("subject", "another_hash_of_the_folder_in_the_manifest", lambda v: v["predicate"]["manifest"][
    "digest"
].update(dirHash1="0" * 64))  # fmt: skip


@refused("schema")
def the_statement_about_the_package_as_record(scene: Any) -> None:
    text = (scene.package / "package-files.dsse.json").read_text()
    scene.put_envelope(text)
    scene.record = scene.envelope_path


@refused("schema")
def a_model_signature_as_record(scene: Any) -> None:
    value = scene.payload()
    value.update(predicateType="https://model_signing/signature/v1.0", predicate={"resources": []})
    scene.put_payload(value)


# --- Links -------------------------------------------------------------------------------------------------


def links(code: str, name: str, *pairs: tuple[str, str]) -> None:
    """The links stand in the record and in the tree alike."""

    def spoil(scene: Any) -> None:
        for place, target in pairs:
            if not (scene.root / place).is_symlink():
                (scene.root / place).symlink_to(target)
        listed = [{"name": place, "target": target} for place, target in pairs]
        scene.relist(lambda value: value.update(links=listed))

    (FORGED.rows_refused if code else FORGED.rows_accepted).append((name, code, spoil))


links("manifest-path", "a_link_out_by_way_of_another", ("here", "."), ("out", "here/../secret"))
links("manifest-path", "a_link_out_by_way_of_a_deeper_one", ("w", "weights"), ("out", "w/../../secret"))
links("manifest-path", "a_link_out_by_way_of_two", ("b", "."), ("a", "b/b"), ("out", "a/../x"))
links("manifest-path", "links_in_a_ring", ("a", "b"), ("b", "a"))
links("manifest-path", "a_link_to_itself", ("a", "a"))
links("manifest-path", "more_links_than_a_system_follows", *((f"l{n}", f"l{n + 1}") for n in range(60)))
links("manifest", "a_link_listed_twice", ("a", "app.py"), ("a", "model.bin"))
links("manifest", "a_link_below_a_link", ("a", "weights"), ("a/b", "x"))
links("", "a_link_by_way_of_another_that_stays", ("w", "weights"), ("a", "w/../app.py"))

# --- Files of the package ----------------------------------------------------------------------------------


def _with_pdf(scene: Any) -> bytes:
    (scene.package / "review-report.pdf").write_bytes(b"%PDF-1.4 mine")
    return hashlib.sha256(b"%PDF-1.4 mine").hexdigest().encode()


@accepted("report-unbound")
def a_pdf_beside_a_record_that_announces_nothing(scene: Any) -> None:
    _with_pdf(scene)
    scene.change(lambda p: p.pop("packageFiles"))


@accepted()
def a_pdf_that_the_record_itself_has_the_digest_of(scene: Any) -> None:
    row = {"name": "review-report.pdf", "digest": {"sha256": _with_pdf(scene).decode()}}
    scene.change(lambda p: (p.pop("packageFiles"), p["attachments"].append(row)))


@refused("attachment")
def another_pdf_than_the_record_has_the_digest_of(scene: Any) -> None:
    _with_pdf(scene)
    row = {"name": "review-report.pdf", "digest": {"sha256": "0" * 64}}
    scene.change(lambda p: p["attachments"].append(row))


@refused("attachment")
def the_record_claims_its_own_digest(scene: Any) -> None:
    row = {"name": "review-record.dsse.json", "digest": {"sha256": "0" * 64}}
    scene.change(lambda p: p["attachments"].append(row))


@refused("attachment")
def the_instructions_were_edited(scene: Any) -> None:
    path = scene.package / "VERIFY.md"
    path.write_text(path.read_text() + "\n")


@refused("package")
def an_empty_line_before_the_record(scene: Any) -> None:
    path = scene.package / "review.intoto.jsonl"
    path.write_bytes(b"\n" + path.read_bytes())


def _other_payload(text: str) -> str:
    return base64.b64encode(base64.b64decode(text).replace(b'"approved"', b'"rejected"')).decode()


@refused("package")
def the_bundle_keeps_the_signature_over_another_payload(scene: Any) -> None:
    path = scene.package / "review-record.sigstore.json"
    value = json.loads(path.read_text())
    value["dsseEnvelope"]["payload"] = _other_payload(value["dsseEnvelope"]["payload"])
    path.write_text(json.dumps(value))


@refused("package")
def the_lines_keep_the_signature_over_another_payload(scene: Any) -> None:
    path = scene.package / "review.intoto.jsonl"
    value = json.loads(path.read_text().splitlines()[0])
    value["payload"] = _other_payload(value["payload"])
    path.write_text(json.dumps(value) + "\n")


@refused("package")
def a_key_twice_in_the_bundle(scene: Any) -> None:
    path = scene.package / "review-record.sigstore.json"
    path.write_text(path.read_text().replace("{", '{"mediaType":"x",', 1))


@refused("package")
def the_sums_with_a_byte_order_mark(scene: Any) -> None:
    path = scene.package / "SHA256SUMS"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())


for _number, _name in enumerate(("keys/../bom.cdx.json", "./bom.cdx.json", "/etc/hosts", "a//b", "")):
    predicate(
        "manifest-path",
        f"attachment_at_an_odd_place_{_number}",
        lambda p, name=_name: p["attachments"].append({"name": name, "digest": {"sha256": "0" * 64}}),
    )


# --- The tree ----------------------------------------------------------------------------------------------


def added(code: str, name: str, path: str) -> None:
    def spoil(scene: Any) -> None:
        place = scene.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(b"x")

    (FORGED.rows_refused if code == "extra" else FORGED.rows_accepted).append((name, code, spoil))


added("extra", "a_file_in_byte_code_in_capitals", "__PYCACHE__/x.pyc")
added("extra", "a_file_in_version_control_in_another_case", ".Git/x.pkl")
added("extra", "a_file_beside_version_control", ".git.bak/x.pkl")
added("extra", "a_file_with_a_backslash_for_a_folder", "weights\\layer.safetensors")
added("extra", "the_list_of_files_itself", "SHA256SUMS")
added("extra", "a_file_of_the_hubs_cache", ".cache/huggingface/x.metadata")
added("left-out", "a_hook_in_an_inner_repository", "weights/.git/hooks/post-checkout")
added("left-out", "a_pickle_in_subversion", ".svn/x.pkl")

manifest("manifest-path", "a_name_with_a_slash_behind", lambda m: m["files"][0].update(name="app.py/"))
manifest("manifest-path", "a_name_with_two_slashes", lambda m: m["files"][0].update(name="weights//x"))
manifest("schema", "an_entry_that_is_a_list", lambda m: m["files"][0].update(sha256=["0" * 64]))
manifest("schema", "a_digest_with_a_prefix", lambda m: m["files"][0].update(sha256="sha256:" + "0" * 57))

# --- A record made by hand from nothing --------------------------------------------------------------------


def _by_hand(scene: Any, key: Path, **changes: Any) -> None:
    """A record over the tree as it lies there, put together here and signed by the openssl program."""
    left = (".git",)
    names = [path.relative_to(scene.root).as_posix() for path in scene.root.rglob("*") if path.is_file()]
    files = [
        {
            "name": name,
            "size": (scene.root / name).stat().st_size,
            "sha256": hashlib.sha256((scene.root / name).read_bytes()).hexdigest(),
        }
        for name in sorted(names, key=str.encode)
        if name.split("/")[0] not in left
    ]
    lines = b"".join(inspector_gate.sums_line(one["sha256"], one["name"]) for one in files)
    total = {"sha256": hashlib.sha256(lines).hexdigest(), "dirHash1": hashlib.sha256(lines).hexdigest()}
    value = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "SHA256SUMS", "digest": total}],
        "predicateType": "https://provenance-inspector.org/review/v1",
        "predicate": {
            **{name: [] for name in ("critical", "supersedes", "findings", "exceptions", "attachments")},
            "schemaVersion": "1.0",
            "recordId": "urn:uuid:00000000-0000-4000-8000-000000000000",
            "serial": 1,
            "project": {"id": "assistant"},
            "decision": "approved",
            "signedAt": "2026-06-01T00:00:00Z",
            "validUntil": "2999-01-01T00:00:00Z",
            "reviewers": [{"name": "Ana Suárez"}],
            "separationOfDuties": {"required": False},
            "scope": {"exclude": ["version-control"]},
            "manifest": {"format": "sha256sum", "digest": total, "files": files},
            "checklist": {"items": []},
            "tool": {},
            **changes,
        },
    }
    payload = json.dumps(value, indent=2).encode()
    message = scene.package.parent / "message"
    message.write_bytes(encoded(payload))
    command = ["openssl", "dgst", "-sha256", "-sign", str(key), str(message)]
    made = subprocess.run(command, check=True, capture_output=True).stdout
    shutil.rmtree(scene.package)
    scene.package.mkdir()
    scene.put_envelope(
        {
            "payloadType": TYPE,
            "payload": base64.b64encode(payload).decode(),
            "signatures": [{"sig": base64.b64encode(made).decode()}],
        }
    )


@pytest.mark.skipif(shutil.which("openssl") is None, reason="the openssl program signs it")
@pytest.mark.parametrize("whose", ["mine", "theirs"])
def test_a_record_made_by_hand_is_judged_by_its_key_alone(scene: Any, tmp_path: Path, whose: str) -> None:
    key = tmp_path / "by-hand.pem"
    key.write_bytes((scene.key if whose == "mine" else scene.stranger).private_pem(None))
    _by_hand(scene, key)
    status, codes, warned = scene.by_verify()
    expected = (0, []) if whose == "mine" else (1, ["signature"])
    assert (status, codes) == expected
    assert scene.by_gate() == (status, codes, warned)


# --- The tests ---------------------------------------------------------------------------------------------


@FORGED.each_refused()
def test_both_refuse_by_the_same_code(scene: Any, code: str, spoil: Spoil) -> None:
    refuse(scene, code, spoil)


@FORGED.each_accepted()
def test_both_accept_and_say_the_same(scene: Any, warning: str, spoil: Spoil) -> None:
    status, codes, warned = spoiled(scene, spoil).by_verify()
    assert (status, codes) == (0, [])
    assert {warning, "left-out"} - {""} == set(warned) - {"package-incomplete"}
    assert scene.by_gate() == (0, [], warned)


@FORGED.each_unreadable()
def test_both_say_that_it_cannot_be_read(scene: Any, spoil: Spoil) -> None:
    unread(scene, spoil)


@pytest.mark.parametrize(
    ("option", "value", "code"),
    [
        ("--root", "", 2),
        ("--trust", "", 2),
        ("--require", "0", 2),
        ("--require", "65", 2),
        ("--require", "\uff12", 2),
        ("--requi", "1", 2),
        ("--require-role", "", 1),
        ("--project", "", 1),
        ("--state", "", 2),
    ],
)
def test_both_read_an_option_alike(
    scene: Any, gate: Any, capsys: Any, monkeypatch: pytest.MonkeyPatch, option: str, value: str, code: int
) -> None:
    from inspector.cli import run as command_line

    monkeypatch.chdir(scene.root)  # where an empty root would be taken for the tree
    said = []
    for start in (lambda words: command_line(["verify", *words]), gate.main):
        words = [str(scene.package), "--trust", str(scene.trust), "--root", str(scene.root), option, value]
        try:
            got = start(words)
        except SystemExit as end:
            got = int(end.code or 0)
        errors = capsys.readouterr().err.splitlines()
        said.append((got, [line.split(": ")[1] for line in errors if line.startswith("refused: ")]))
    assert said[0] == said[1]
    assert said[0][0] == code


def test_a_row_of_the_manifest_in_another_form_is_the_same_row(scene: Any) -> None:
    """Rows of the usual four fields are kept small while they are read; others mean the same."""
    assert scene.by_gate()[0] == 0
    for change in ({"mode": 420}, {"claimed": True}):
        scene.relist(lambda manifest, more=change: [row.update(more) for row in manifest["files"]])
        assert scene.by_verify()[0] == scene.by_gate()[0] == 0
    scene.relist(lambda manifest: manifest["files"][0].update(size=True))
    assert scene.by_verify()[1] == scene.by_gate()[1] == ["schema"]


def test_a_large_zip_is_as_unreadable_to_the_gate_as_a_small_one(scene: Any, tmp_path: Path) -> None:
    for size in (10, 2 << 20):
        scene.record = tmp_path / "package.zip"
        scene.record.write_bytes(b"PK\x03\x04" + bytes(size))
        assert scene.by_gate()[0] == 2


def test_no_two_rows_have_one_name() -> None:
    names = FORGED.names()
    assert len(set(names)) == len(names) >= 100
