"""Envelopes, signatures and JSON that one reader takes and another does not: both verifiers say the same."""

from __future__ import annotations

import base64
import json
import shutil
import sys
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from inspector.gate import inspector_gate
from inspector.gate.inspector_gate import PAYLOAD_TYPE, Envelope, pae
from inspector.record import dsse, trust
from inspector.record.keys import FileKey

from .forgeries import Forgeries, Spoil, refuse  # isort: skip

# The order of the group of P-256 (FIPS 186-5, SP 800-186): s and ORDER - s are both valid.
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
FORGED = Forgeries()
forged, envelope = FORGED.refused, FORGED.envelope


def signature(name: str, edit: Callable[[bytes], bytes]) -> None:
    """An edit of the signature's bytes, in a record that stands alone."""

    def run(scene: Any) -> None:
        value = scene.envelope()
        made = edit(base64.b64decode(value["signatures"][0]["sig"]))
        value["signatures"][0]["sig"] = base64.b64encode(made).decode()
        scene.put_envelope(value)
        scene.record = scene.envelope_path

    FORGED.rows_refused.append((name, "signature", run))


def payload(code: str, name: str, edit: Callable[[bytes], bytes]) -> None:
    """An edit of the payload's bytes that the holder of the key has signed."""

    def run(scene: Any) -> None:
        scene.put_payload(edit(base64.b64decode(scene.envelope()["payload"])))

    FORGED.rows_refused.append((name, code, run))


def bundle(code: str, name: str, edit: Callable[[dict[str, Any], dict[str, Any]], Any]) -> None:
    def run(scene: Any) -> None:
        scene.record = scene.package / "review-record.sigstore.json"
        value = json.loads(scene.record.read_text())
        edit(value, scene.envelope())
        scene.record.write_text(json.dumps(value))

    FORGED.rows_refused.append((name, code, run))


# --- The type of the payload, which the signature covers by its length -------------------------------------

for _name, _type in {
    "type_with_a_space_behind": PAYLOAD_TYPE + " ",
    "type_with_a_nul": PAYLOAD_TYPE + "\0",
    "type_with_a_parameter": PAYLOAD_TYPE + "; charset=utf-8",
    "type_that_carries_the_payload": PAYLOAD_TYPE + " 2 {}",
    "type_with_a_look_alike_letter": PAYLOAD_TYPE.replace("o", "\u043e", 1),
    "type_empty": "",
    "type_of_a_plain_dsse_example": "http://example.com/HelloWorld",
}.items():
    envelope("payload-type", _name, lambda e, kind=_type: e.update(payloadType=kind))
envelope("payload-type", "type_is_null", lambda e: e.update(payloadType=None))
envelope("payload-type", "type_is_a_list", lambda e: e.update(payloadType=[PAYLOAD_TYPE]))


@forged("signature")
def signed_with_lengths_of_characters(scene: Any) -> None:
    """PAE counts bytes; one that counts characters signs another message."""
    raw = base64.b64decode(scene.envelope()["payload"])
    text = raw.decode()
    message = f"DSSEv1 {len(PAYLOAD_TYPE)} {PAYLOAD_TYPE} {len(text) - 1} {text}".encode()
    _sign_message(scene, raw, message)


@forged("signature")
def signed_as_pae_of_version_0(scene: Any) -> None:
    raw = base64.b64decode(scene.envelope()["payload"])
    _sign_message(scene, raw, pae(PAYLOAD_TYPE, raw).replace(b"DSSEv1", b"DSSEV1", 1))


@forged("signature")
def signed_with_a_zero_before_the_length(scene: Any) -> None:
    raw = base64.b64decode(scene.envelope()["payload"])
    _sign_message(scene, raw, pae(PAYLOAD_TYPE, raw).replace(b"DSSEv1 28", b"DSSEv1 028", 1))


@forged("signature")
def signed_over_the_base64(scene: Any) -> None:
    text = scene.envelope()["payload"].encode()
    _sign_message(scene, base64.b64decode(text), pae(PAYLOAD_TYPE, text))


@forged("signature")
def signed_with_the_type_moved_into_the_payload(scene: Any) -> None:
    """Two ways to cut one message into type and payload must not share a signature."""
    raw = base64.b64decode(scene.envelope()["payload"])
    message = b"DSSEv1 0  %d %s %s" % (len(raw) + len(PAYLOAD_TYPE) + 1, PAYLOAD_TYPE.encode(), raw)
    _sign_message(scene, raw, message)


def _sign_message(scene: Any, raw: bytes, message: bytes) -> None:
    made = Envelope(PAYLOAD_TYPE, raw, scene.key.sign(message), scene.key.public.keyid)
    scene.put_envelope(dsse.envelope_bytes(made).decode())


# --- Base64 ------------------------------------------------------------------------------------------------

for _name, _edit in {
    "base64_without_padding": lambda text: _padded(text).rstrip("="),
    "base64_padded_twice": lambda text: _padded(text) + "=",
    "base64_padded_without_need": lambda text: text + "====",
    "base64_with_a_tab": lambda text: text[:40] + "\t" + text[40:],
    "base64_with_a_line_break_every_76": lambda text: "\r\n".join(
        text[start : start + 76] for start in range(0, len(text), 76)
    ),
    "base64_with_a_wide_space": lambda text: text + "\u00a0",
    "base64_with_a_nul": lambda text: text + "\0",
    "base64_in_full_width_letters": lambda text: "\uff21" + text[1:],
    "base64_of_two_documents": lambda text: _padded(text) + "QUJD",
    "base64_with_a_comment": lambda text: text + "#",
    "base64_cut_by_one": lambda text: text[:-1],
    "base64_as_a_data_address": lambda text: "data:application/json;base64," + text,
}.items():
    envelope("envelope", _name, lambda e, edit=_edit: e.update(payload=edit(e["payload"])))
    envelope(
        "envelope",
        f"signature_{_name}",
        lambda e, edit=_edit: e["signatures"][0].update(sig=edit(e["signatures"][0]["sig"])),
    )


def _padded(text: str) -> str:
    """As much of it as ends with one sign of padding."""
    raw = base64.b64decode(text)
    return base64.b64encode(raw[: len(raw) // 3 * 3 - 1]).decode()


envelope("envelope", "signature_of_hex", lambda e: e["signatures"][0].update(sig="0g" * 35))

# --- Several signatures, and keys spelt in other ways ------------------------------------------------------

envelope("envelope", "a_second_signature_without_content", lambda e: e["signatures"].append({}))
envelope(
    "envelope",
    "a_second_signature_first",
    lambda e: e["signatures"].insert(0, {"keyid": "0" * 64, "sig": "QUJD"}),
)
envelope("envelope", "a_null_beside_the_signature", lambda e: e["signatures"].append(None))
envelope("unsigned", "signatures_as_a_map", lambda e: e.update(signatures={"0": e["signatures"][0]}))
envelope("envelope", "key_id_is_null", lambda e: e["signatures"][0].update(keyid=None))
envelope("envelope", "key_id_is_a_list", lambda e: e["signatures"][0].update(keyid=["a"]))
envelope("envelope", "payload_again_with_a_capital", lambda e: e.update(Payload="e30="))
envelope("envelope", "type_again_in_snake_case", lambda e: e.update(payload_type="text/plain"))
envelope("envelope", "signatures_again_in_capitals", lambda e: e.update(SIGNATURES=[]))
envelope("envelope", "signature_again_with_a_capital", lambda e: e["signatures"][0].update(Sig="QUJD"))
envelope(
    "envelope", "payload_again_with_a_kelvin_sign", lambda e: e["signatures"][0].update({"\u212aeyid": "x"})
)
envelope(
    "envelope", "envelope_that_is_also_a_bundle", lambda e: e.update(dsseEnvelope=dict(e), mediaType="x")
)
bundle("envelope", "bundle_with_a_snake_case_envelope", lambda b, e: b.update(dsse_envelope=e))
bundle("envelope", "bundle_with_an_unknown_content", lambda b, e: b.update(statement=e["payload"]))
bundle("envelope", "bundle_without_an_envelope", lambda b, e: b.update(dsseEnvelope=None))
bundle("envelope", "bundle_in_a_bundle", lambda b, e: b.update(dsseEnvelope=dict(b)))
bundle("envelope", "bundle_of_a_type_with_a_space", lambda b, e: b.update(mediaType=b["mediaType"] + " "))
bundle("unsigned", "bundle_stripped", lambda b, e: b["dsseEnvelope"].pop("signatures"))
bundle(
    "envelope",
    "bundle_with_two_signatures",
    lambda b, e: b["dsseEnvelope"]["signatures"].append(e["signatures"][0]),
)


@forged("package")
def the_bundle_carries_another_statement(scene: Any) -> None:
    """Both are signed by the trusted key: which one counts must not depend on the file that is opened."""
    statement = scene.payload()
    statement["predicate"]["notes"] = "other"
    made = dsse.sign(dsse.canonical_bytes(statement), scene.key)
    path = scene.package / "review-record.sigstore.json"
    path.write_bytes(dsse.bundle_bytes(made, scene.key.public))


@forged("package")
def the_bundle_is_signed_by_a_stranger(scene: Any) -> None:
    raw = base64.b64decode(scene.envelope()["payload"])
    made = dsse.sign(raw, scene.stranger)
    path = scene.package / "review-record.sigstore.json"
    path.write_bytes(dsse.bundle_bytes(made, scene.stranger.public))


@forged("package")
def the_signature_was_malleated_in_one_of_two_files(scene: Any) -> None:
    value = scene.envelope()
    value["signatures"][0]["sig"] = _other_half(value["signatures"][0]["sig"])
    scene.put_envelope(value)


def _other_half(text: str) -> str:
    r, s = decode_dss_signature(base64.b64decode(text))
    return base64.b64encode(encode_dss_signature(r, ORDER - s)).decode()


# --- Signatures --------------------------------------------------------------------------------------------


def _parts(made: bytes) -> tuple[int, int]:
    return decode_dss_signature(made)


def _integer(number: int, before: bytes = b"") -> bytes:
    raw = before + number.to_bytes((number.bit_length() + 8) // 8 or 1, "big")
    return bytes([2, len(raw)]) + raw


def _der(*parts: bytes, long: bool = False) -> bytes:
    body = b"".join(parts)
    return (b"\x30\x81" if long else b"\x30") + bytes([len(body)]) + body


signature(
    "raw_numbers_instead_of_der", lambda made: b"".join(part.to_bytes(32, "big") for part in _parts(made))
)
signature("der_with_bytes_behind", lambda made: made + b"\0")
signature("der_with_a_long_length", lambda made: _der(*map(_integer, _parts(made)), long=True))
signature("der_with_zeros_in_front", lambda made: _der(*(_integer(part, b"\0") for part in _parts(made))))
signature("der_with_three_numbers", lambda made: _der(*map(_integer, (*_parts(made), 1))))
signature("der_with_one_number", lambda made: _der(_integer(_parts(made)[0])))
signature("der_without_an_end", lambda made: b"\x30\x80" + made[2:] + b"\0\0")
signature("der_cut_short", lambda made: made[:-1])
signature("numbers_swapped", lambda made: encode_dss_signature(*reversed(_parts(made))))
signature("both_numbers_zero", lambda made: encode_dss_signature(0, 0))
signature("first_number_zero", lambda made: encode_dss_signature(0, _parts(made)[1]))
signature("both_numbers_the_order", lambda made: encode_dss_signature(ORDER, ORDER))
signature("one_and_one", lambda made: encode_dss_signature(1, 1))
signature("s_plus_the_order", lambda made: encode_dss_signature(_parts(made)[0], _parts(made)[1] + ORDER))
signature("r_plus_the_order", lambda made: encode_dss_signature(_parts(made)[0] + ORDER, _parts(made)[1]))
signature("r_negated", lambda made: encode_dss_signature(ORDER - _parts(made)[0], _parts(made)[1]))
signature("one_bit_turned", lambda made: made[:-1] + bytes([made[-1] ^ 1]))
signature("an_empty_sequence", lambda made: b"\x30\0")
signature("a_megabyte", lambda made: made + bytes(1 << 19))


@forged("signature")
def ed25519_signature_under_a_p256_key_id(scene: Any) -> None:
    raw = base64.b64decode(scene.envelope()["payload"])
    made = Ed25519PrivateKey.generate().sign(pae(PAYLOAD_TYPE, raw))
    scene.put_envelope(
        dsse.envelope_bytes(Envelope(PAYLOAD_TYPE, raw, made, scene.key.public.keyid)).decode()
    )


@forged("signature")
def signed_on_another_curve(scene: Any) -> None:
    raw = base64.b64decode(scene.envelope()["payload"])
    from cryptography.hazmat.primitives import hashes

    made = ec.generate_private_key(ec.SECP384R1()).sign(pae(PAYLOAD_TYPE, raw), ec.ECDSA(hashes.SHA256()))
    scene.put_envelope(
        dsse.envelope_bytes(Envelope(PAYLOAD_TYPE, raw, made, scene.key.public.keyid)).decode()
    )


@forged("signature")
def signed_with_sha512(scene: Any) -> None:
    from cryptography.hazmat.primitives import hashes

    raw = base64.b64decode(scene.envelope()["payload"])
    made = scene.key._private.sign(pae(PAYLOAD_TYPE, raw), ec.ECDSA(hashes.SHA512()))
    scene.put_envelope(
        dsse.envelope_bytes(Envelope(PAYLOAD_TYPE, raw, made, scene.key.public.keyid)).decode()
    )


@forged("signature")
def a_trusted_persons_signature_under_anothers_record(scene: Any) -> None:
    """Both keys are trusted; the signature is of another statement of the second one."""
    trust.add(scene.trust, scene.stranger.public, name="Bo", roles=["reviewer"])
    value = scene.envelope()
    other = dsse.sign(b'{"_type":"https://in-toto.io/Statement/v1"}', scene.stranger)
    value["signatures"] = dsse.envelope_object(other)["signatures"]
    scene.put_envelope(value)


# --- JSON that readers differ on ---------------------------------------------------------------------------

payload(
    "json", "key_twice_in_a_finding", lambda raw: raw.replace(b'"state":', b'"state":"fixed","state":', 1)
)
payload(
    "json",
    "key_twice_by_escape",
    lambda raw: raw.replace(b'"predicate":', b'"predic\\u0061te":{},"predicate":'),
)
payload("json", "key_twice_deep_in_the_manifest", lambda raw: raw.replace(b'"size":', b'"size":0,"size":', 1))
payload(
    "json", "key_twice_in_a_digest", lambda raw: raw.replace(b'"dirHash1":', b'"dirHash1":"","dirHash1":', 1)
)
payload("json", "minus_zero", lambda raw: raw.replace(b'"size":0', b'"size":-0', 1))
payload("json", "one_as_an_exponent", lambda raw: raw.replace(b'"size":0', b'"size":0e0', 1))
payload("json", "a_size_with_a_point", lambda raw: raw.replace(b'"size":0', b'"size":0.0', 1))
payload("json", "a_negative_integer_too_large", lambda raw: raw.replace(b"{", b'{"x":-9007199254740992,', 1))
payload("json", "two_to_the_53", lambda raw: raw.replace(b"{", b'{"x":9007199254740992,', 1))
payload(
    "json", "an_integer_of_a_million_digits", lambda raw: raw.replace(b"{", b'{"x":' + b"1" * 10**6 + b",", 1)
)
payload("json", "half_a_character_as_a_key", lambda raw: raw.replace(b"{", b'{"\\udfff":1,', 1))
payload(
    "json", "halves_in_the_wrong_order", lambda raw: raw.replace(b'"notes":""', b'"notes":"\\udc00\\ud800"')
)
payload("json", "a_half_as_cesu_8", lambda raw: raw.replace(b'"notes":""', b'"notes":"\xed\xa0\x80"'))
payload("json", "an_overlong_slash", lambda raw: raw.replace(b'"notes":""', b'"notes":"\xc0\xaf"'))
payload("json", "a_line_break_in_a_text", lambda raw: raw.replace(b'"notes":""', b'"notes":"a\nb"'))
payload("json", "a_comment", lambda raw: raw + b"// approved")
payload("json", "a_comma_at_the_end", lambda raw: raw[:-1] + b",}")
payload("json", "single_quotes", lambda raw: raw.replace(b'"', b"'"))
payload("json", "a_nul_behind", lambda raw: raw + b"\0")
payload("json", "a_leading_zero", lambda raw: raw.replace(b'"size":0', b'"size":00', 1))
payload("json", "hexadecimal", lambda raw: raw.replace(b'"size":0', b'"size":0x0', 1))
payload("json", "utf_16", lambda raw: raw.decode().encode("utf-16"))
payload("json", "utf_32", lambda raw: raw.decode().encode("utf-32-le"))
payload("schema", "true_as_text", lambda raw: b'"approved"')
payload("schema", "a_number_alone", lambda raw: b"1")
payload("schema", "an_empty_map", lambda raw: b"{}")

# --- A payload too large to be read with the rest of its envelope ------------------------------------------


def large(code: str, name: str, edit: Callable[[str], str]) -> None:
    """An edit of the text of an envelope whose payload is over a megabyte, signed before the edit."""

    def run(scene: Any) -> None:
        scene.change(lambda predicate: predicate.update(notes="x" * 1_500_000))
        text = scene.envelope_path.read_text()
        edited = edit(text)
        assert edited != text
        scene.put_envelope(edited)

    FORGED.rows_refused.append((f"large_{name}", code, run))


large("signature", "edited", lambda text: text.replace("eHh4eHh4", "eHh5eHh4", 1))
large("signature", "shortened", lambda text: text.replace("eHh4", "", 1))
large("envelope", "payload_again_with_a_capital", lambda text: text.replace("{", '{"Payload":"",', 1))
large("json", "payload_twice", lambda text: text.replace("{", '{"payload":"e30=",', 1))
large("json", "payload_twice_behind", lambda text: text.rstrip()[:-1] + ',"payload":"e30="}')
large("json", "with_a_megabyte_of_space", lambda text: text + " " * 2_000_000)
large("json", "with_escapes_in_the_base64", lambda text: text.replace("eHh4", "\\u0065Hh4", 1))
large("json", "with_a_line_break_in_the_base64", lambda text: text.replace("eHh4", "\\neHh4", 1))
large("envelope", "with_a_sign_too_many", lambda text: text.replace("eHh4", "eHh4x", 1))
large(
    "envelope", "payload_in_another_field", lambda text: text.replace('"payload":', '"payload":"e30=","x":')
)
large(
    "envelope",
    "payload_in_a_list",
    lambda text: text.replace('"payload":"', '"payload":["', 1).replace(
        '","payloadType', '"],"payloadType', 1
    ),
)
large(
    "json",
    "payload_is_a_key",
    lambda text: text.replace('"payload":"', '"payload":{"', 1).replace(
        '","payloadType', '":1e5},"payloadType', 1
    ),
)
large("envelope", "with_loose_bits", lambda text: _loosened(text))
large("unsigned", "stripped", lambda text: text[: text.index('"signatures"')] + '"signatures":[]}')
large("json", "two_large_texts", lambda text: text.replace("{", '{"y":"' + "QUJD" * 400_000 + '",', 1))


def _loosened(text: str) -> str:
    """The payload with two bytes at the end, and a bit set that decodes to nothing."""
    value = json.loads(text)
    value["payload"] = base64.b64encode(base64.b64decode(value["payload"])[: 3 * 400_000 + 2]).decode()
    assert value["payload"][-2:] not in ("==", "A=") and value["payload"].endswith("=")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    last = alphabet[alphabet.index(value["payload"][-2]) + 1]
    value["payload"] = value["payload"][:-2] + last + "="
    return json.dumps(value)


# --- The tests ---------------------------------------------------------------------------------------------


@FORGED.each_refused()
def test_both_refuse_by_the_same_code(scene: Any, code: str, spoil: Spoil) -> None:
    refuse(scene, code, spoil)


def test_no_two_rows_have_one_name() -> None:
    assert len(set(FORGED.names())) == len(FORGED.names()) > 120


def test_a_large_record_is_taken_like_a_small_one(scene: Any) -> None:
    scene.change(lambda predicate: predicate.update(notes="x" * 1_500_000))
    assert scene.by_verify()[0] == scene.by_gate()[0] == 0
    scene.record = scene.package / "review-record.sigstore.json"
    assert scene.by_verify()[0] == scene.by_gate()[0] == 0


@pytest.mark.parametrize("more", range(4))
def test_a_large_payload_is_decoded_to_the_byte(more: int) -> None:
    raw = b"\0\xff" * 800_000 + b"x" * more
    text = json.dumps(
        {
            "payload": base64.b64encode(raw).decode(),
            "payloadType": PAYLOAD_TYPE,
            "signatures": [{"sig": "QUJD"}],
        }
    ).encode()
    for given in (text, bytearray(text)):
        assert inspector_gate.envelope_of(given, "it").payload == raw


def test_the_other_half_of_an_ecdsa_signature_is_the_same_record(scene: Any) -> None:
    """ECDSA is malleable: whoever has a signature can make a second one. The payload is the identity."""
    value = scene.envelope()
    value["signatures"][0]["sig"] = _other_half(value["signatures"][0]["sig"])
    scene.put_envelope(value)
    scene.record = scene.envelope_path
    assert scene.by_verify()[0] == scene.by_gate()[0] == 0


def test_what_is_only_a_hint_changes_nothing(scene: Any) -> None:
    value = scene.envelope()
    value["signatures"][0]["keyid"] = "../../etc/passwd"
    value["later"] = {"fields": ["of", "DSSE", "are", "left", "aside"]}
    scene.put_envelope(value)
    scene.record = scene.envelope_path
    assert scene.by_verify()[0] == scene.by_gate()[0] == 0


@pytest.mark.skipif(shutil.which("openssl") is None, reason="the openssl program is the other backend")
def test_the_openssl_program_says_what_the_library_says(
    key: FileKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also over a signature of 72 bytes, the longest, behind which ``openssl dgst`` reads nothing."""
    raw = b"{}"
    sig = next(made for made in iter(lambda: key.sign(pae(PAYLOAD_TYPE, raw)), b"") if len(made) == 72)
    r, s = decode_dss_signature(sig)
    made = {
        "as it is": sig,
        "other half": encode_dss_signature(r, ORDER - s),
        "long length": _der(_integer(r), _integer(s), long=True),
        "zeros in front": _der(_integer(r, b"\0"), _integer(s, b"\0")),
        "bytes behind": sig + b"\0",
        "many bytes behind": sig + bytes(5000),
        "s plus the order": encode_dss_signature(r, s + ORDER),
        "raw": r.to_bytes(32, "big") + s.to_bytes(32, "big"),
        "zero": encode_dss_signature(0, 0),
        "text": b"approved",
    }
    library = {}
    for backend in ("library", "program"):
        if backend == "program":
            for name in [name for name in sys.modules if name.split(".")[0] == "cryptography"]:
                monkeypatch.setitem(sys.modules, name, None)
        for name, signature in made.items():
            one = Envelope(PAYLOAD_TYPE, raw, signature, "")
            library[backend, name] = inspector_gate.signature_holds(key.public.spki, one)
    assert {key for key, holds in library.items() if holds} == {
        (backend, name) for backend in ("library", "program") for name in ("as it is", "other half")
    }
