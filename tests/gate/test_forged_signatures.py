"""Signatures made by arithmetic and by the openssl program, without this program's own code, and lines of
trust stores to match: each row names the code by which both verifiers refuse it."""

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

from .forgeries import TYPE, Forgeries, Spoil, encoded, refuse, spoiled, store_line, unread  # isort: skip

FORGED = Forgeries()
refused, accepted, unreadable = FORGED.refused, FORGED.accepted, FORGED.unreadable
predicate, statement, manifest = FORGED.predicate, FORGED.statement, FORGED.manifest
P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # the order of the group
ED25519 = 2**252 + 27742317777372353535851937790883648493


def private(scene: Any) -> ec.EllipticCurvePrivateKey:
    loaded = serialization.load_pem_private_key(scene.key.private_pem(None), None)
    assert isinstance(loaded, ec.EllipticCurvePrivateKey)
    return loaded


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
    scene.trust.write_text(store_line("Ana", spki))
    resigned(scene, make(made, encoded(base64.b64decode(scene.envelope()["payload"]))))


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


store("a_key_as_compressed_point", lambda scene: store_line("Bo", _compressed(scene)))
store("a_key_with_a_byte_behind", lambda scene: store_line("Bo", scene.stranger.public.spki + b"\0"))
store(
    "a_key_of_p_384",
    lambda scene: store_line("Bo", _spki(ec.generate_private_key(ec.SECP384R1()).public_key())),
)
store(
    "a_key_of_secp256k1",
    lambda scene: store_line("Bo", _spki(ec.generate_private_key(ec.SECP256K1()).public_key())),
)
store(
    "a_key_of_rsa", lambda scene: store_line("Bo", _spki(rsa.generate_private_key(65537, 1024).public_key()))
)
store(
    "the_neutral_ed25519_key_with_a_sign",
    lambda scene: store_line("Bo", bytes.fromhex("302a300506032b6570032100" + "01" + "00" * 30 + "80")),
)
store(
    "an_ed25519_key_above_the_field",
    lambda scene: store_line("Bo", bytes.fromhex("302a300506032b6570032100" + "ee" + "ff" * 31)),
)
store("a_name_that_is_empty", lambda scene: store_line('""', scene.stranger.public.spki))
store("a_name_without_its_end", lambda scene: store_line('"Bo', scene.stranger.public.spki))
store("a_role_missing_behind_a_comma", lambda scene: store_line("Bo", scene.stranger.public.spki).replace(
    " reviewer ", " reviewer, "
))  # fmt: skip
store("a_key_id_in_capitals", lambda scene: store_line("Bo", scene.stranger.public.spki).replace(
    scene.stranger.public.keyid, scene.stranger.public.keyid.upper()
))  # fmt: skip
store("a_time_with_an_offset", lambda scene: store_line("Bo", scene.stranger.public.spki).replace(
    " - - ", " 2026-01-01T00:00:00+01:00 - "
))  # fmt: skip
store("a_month_that_is_not", lambda scene: store_line("Bo", scene.stranger.public.spki).replace(
    "\n", " revoked:superseded@2026-13-01\n"
))  # fmt: skip
store("two_revocations", lambda scene: store_line("Bo", scene.stranger.public.spki).replace(
    "\n", " revoked:compromised revoked:compromised\n"
))  # fmt: skip


@accepted()
def a_store_with_tabs_and_line_ends_of_windows(scene: Any) -> None:
    lines = scene.trust.read_text().replace(" - - ", "\t-\t-\t")
    scene.trust.write_bytes(lines.replace("\n", "\r\n").encode())


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


def test_no_two_rows_have_one_name() -> None:
    names = FORGED.names()
    assert len(set(names)) == len(names)
