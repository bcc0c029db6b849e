"""The gate at its bounds: keys, signatures, and the one spelling of what is signed."""

from __future__ import annotations

import base64
import sys
from typing import Any

import pytest
from gate_by_hand import KEY, Record, trusted

from inspector.gate import inspector_gate as gate
from inspector.gate.inspector_gate import Refusal, Unreadable
from inspector.record import dsse
from inspector.record.keys import FileKey, new_key

# --- Keys and signatures ------------------------------------------------------------------------------------


SMALL_ORDER = [
    "00" * 32,
    "01" + "00" * 31,
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "ec" + "ff" * 30 + "7f",
    "ed" + "ff" * 30 + "7f",
    "ee" + "ff" * 30 + "7f",
]


@pytest.mark.parametrize("point", SMALL_ORDER)
def test_a_key_under_which_anybody_can_sign_is_no_key(point: str) -> None:
    raw = bytes.fromhex(point)
    assert gate.key_kind(gate.ED25519_PREFIX + raw) == ""
    assert gate.key_kind(gate.ED25519_PREFIX + raw[:31] + bytes([raw[31] | 0x80])) == ""


def test_a_key_has_one_length() -> None:
    p256, ed25519 = KEY.public.spki, gate.ED25519_PREFIX + b"\x07" * 32
    assert (gate.key_kind(p256), gate.key_kind(ed25519)) == ("P-256", "Ed25519")
    for whole in (p256, ed25519):
        assert gate.key_kind(b"\x31" + whole[1:]) == ""
        assert gate.key_kind(whole[:-1]) == gate.key_kind(whole + b"\0") == gate.key_kind(b"\0" + whole) == ""


def _der(first: int, second: int) -> bytes:
    body = b"\x02" + bytes([first]) + b"\1" * first + b"\x02" + bytes([second]) + b"\1" * second
    return b"\x30" + bytes([len(body)]) + body


@pytest.mark.parametrize(
    ("signature", "holds"),
    [
        *((_der(1, 1), True), (_der(33, 33), True), (_der(32, 33), True), (_der(33, 34), False)),
        *((_der(1, 0), False), (_der(0, 1), False)),
        (_der(33, 33) + b"\0", False),
        (_der(33, 33)[:-1], False),
        (_der(8, 0), False),
        (b"\x30\x47" + _der(33, 33)[2:], False),
        (b"\x31" + _der(33, 33)[1:], False),
        (_der(33, 33)[:2] + b"\x03" + _der(33, 33)[3:], False),
        (b"\x30\x08\x02\x02\1\1\x03\x02\1\1", False),
        (b"\x30\x08\x02\x02\1\1\x02\x03\1\1", False),
        (b"\x30\x08\x02\x02\1\1\x02\x01\1\1", False),
        (b"\x30\x08\x02\x04\1\1\1\1\1\1", False),
        (b"\x30\x08\x02\xff\1\1\1\1\1\1", False),
        (b"", False),
    ],
)
def test_a_signature_of_p256_has_one_form(signature: bytes, holds: bool) -> None:
    assert gate.is_well_formed("P-256", signature) is holds


def test_a_signature_of_ed25519_has_one_length() -> None:
    assert [gate.is_well_formed("Ed25519", bytes(size)) for size in (63, 64, 65)] == [False, True, False]
    assert gate.is_well_formed("", bytes(64)) is False


def test_the_bytes_that_are_signed() -> None:
    assert gate.pae("application/x", b"abc") == b"DSSEv1 13 application/x 3 abc"
    assert gate.pae("ü", b"") == "DSSEv1 2 ü 0 ".encode()


def test_the_hint_of_the_signer_is_tried_first_and_no_more(record: Record) -> None:
    others = [trusted(new_key(), f"P{n}") for n in range(3)]
    assert record.codes(trust=[*others, trusted()]) == []
    assert record.codes(trust=others) == ["signature"]
    assert record.codes(trust=[]) == ["signature"]


# --- JSON -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"9007199254740991", 2**53 - 1),
        (b"-9007199254740991", -(2**53) + 1),
        (b"0", 0),
        (b'"\\ud83d\\ude00"', "😀"),
        (b"[[],{}]", [[], {}]),
        (b"true", True),
    ],
)
def test_what_every_reader_reads_alike_is_read(text: bytes, value: Any) -> None:
    assert gate.strict_json(text, "it", items=3) == value


@pytest.mark.parametrize(
    "text",
    [
        *(b"9007199254740992", b"-9007199254740992", b"1" * 17, b"1" * 18, b"1" * 5000),
        *(b"-0", b"1.0", b"1e3", b"NaN", b"Infinity", b"-Infinity"),
        *(
            b'{"a":1,"a":1}',
            b'"\\ud83d"',
            b'"\\uDE00"',
            b'"\xff"',
            b"\xef\xbb\xbf1",
            b"[[],[],[]]",
            b"[{},{},{}]",
        ),
    ],
)
def test_what_readers_read_differently_is_refused(text: bytes) -> None:
    with pytest.raises(Refusal) as caught:
        gate.strict_json(text, "it", items=3)
    assert caught.value.code == "json"


@pytest.mark.parametrize("text", ["QQ==", "QUI=", "QUJD"])
def test_base64_in_its_one_spelling(text: str) -> None:
    assert gate._base64(text, "it") == base64.b64decode(text)


@pytest.mark.parametrize("text", ["", "QR==", "QQ", "QQ=", "Q Q==", "QQ==\n", "ÄÄÄÄ", "-_-_", "===="])
def test_base64_in_any_other_is_refused(text: str) -> None:
    with pytest.raises(Refusal, match="canonical"):
        gate._base64(text, "it")


def test_an_envelope_holds_so_many_brackets(record: Record) -> None:
    value = dsse.envelope_object(dsse.sign(record.payload(), KEY))
    here = dsse.canonical_bytes(value).count(b"{") + dsse.canonical_bytes(value).count(b"[")
    value["more"] = [[] for _ in range(2000 - here - 1)]
    assert gate.envelope_of(dsse.canonical_bytes(value), "it").payload == record.payload()
    value["more"].append([])
    with pytest.raises(Refusal, match="nested"):
        gate.envelope_of(dsse.canonical_bytes(value), "it")


@pytest.mark.parametrize(
    ("fields", "taken"),
    [
        *(
            ("2026-01-01 2026-01-02", True),
            ("2026-01-01 2026-01-01", False),
            ("2026-01-02 2026-01-01", False),
        ),
        *(("- 2026-01-01", True), ("2026-01-01 -", True), ("- -", True), ("-", False), ("- - -", False)),
    ],
)
def test_from_when_until_when_a_line_says(fields: str, taken: bool) -> None:
    key = KEY.public
    text = f"Ana reviewer {fields} {key.keyid} {base64.b64encode(key.spki).decode()}"
    for line in (text, text + " revoked:compromised", text + " revoked:superseded@2026-01-01"):
        if taken:
            assert gate.parse_trust(line)[0].principal == "Ana"
        else:
            with pytest.raises(Unreadable, match="Line 1 of the trust store"):
                gate.parse_trust(line)


@pytest.mark.parametrize(
    "text",
    [
        *("revoked:superseded", "revoked:compromised@2026-01-01", "revoked:lost", "superseded@2026-01-01"),
        *("revoked:", "revoked:superseded@", "revoked:superseded@soon"),
    ],
)
def test_a_line_is_revoked_in_one_of_two_ways(text: str) -> None:
    key = KEY.public
    with pytest.raises(Unreadable):
        gate.parse_trust(f"Ana reviewer - - {key.keyid} {base64.b64encode(key.spki).decode()} {text}")


def _ed25519() -> FileKey:
    from cryptography.hazmat.primitives.asymmetric import ed25519

    return FileKey(ed25519.Ed25519PrivateKey.generate())


@pytest.mark.parametrize("make", [new_key, _ed25519])
def test_openssl_and_the_library_know_a_signature_alike(make: Any) -> None:
    key, other = make(), make()
    envelope = dsse.sign(b"payload", key)
    for way in (gate.signature_holds, gate._openssl_holds):
        assert way(key.public.spki, envelope) is True
        assert way(other.public.spki, envelope) is False
        assert way(key.public.spki, envelope._replace(payload=b"Payload")) is False
        assert way(key.public.spki, envelope._replace(payload_type="x")) is False


def test_a_build_without_ed25519_asks_openssl(monkeypatch: pytest.MonkeyPatch) -> None:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ed25519

    class None_:
        @staticmethod
        def from_public_bytes(raw: bytes) -> Any:
            raise UnsupportedAlgorithm("not in this build")

    key = _ed25519()
    envelope = dsse.sign(b"payload", key)
    monkeypatch.setattr(ed25519, "Ed25519PublicKey", None_)
    assert gate.signature_holds(key.public.spki, envelope) is True
    assert gate.signature_holds(key.public.spki, envelope._replace(payload=b"x")) is False


def test_without_library_and_program_nothing_is_verified(monkeypatch: pytest.MonkeyPatch) -> None:
    envelope = dsse.sign(b"payload", KEY)
    monkeypatch.setitem(sys.modules, "cryptography.exceptions", None)
    assert gate.signature_holds(KEY.public.spki, envelope) is True  # by openssl
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Refusal) as caught:
        gate.signature_holds(KEY.public.spki, envelope)
    assert caught.value.code == "no-verifier"


@pytest.mark.parametrize("signature", [None, 5, True, [], {}, ""])
def test_a_signature_that_is_no_text_is_none(signature: Any) -> None:
    value = dsse.envelope_object(dsse.sign(b"payload", KEY))
    value["signatures"][0]["sig"] = signature
    with pytest.raises(Refusal) as caught:
        gate.envelope_of(dsse.canonical_bytes(value), "it")
    assert caught.value.code == "unsigned"


def _large() -> dict[str, Any]:
    return dsse.envelope_object(dsse.sign(b"{}" + b" " * (1 << 20), KEY))


def test_a_large_payload_is_lifted_out_and_nothing_else_is() -> None:
    value = _large()
    raw = dsse.canonical_bytes(value)
    assert gate.envelope_of(bytearray(raw), "it").payload == b"{}" + b" " * (1 << 20)
    # The long text stands elsewhere, and what is put in its place stands where the payload should be.
    value["more"], value["payload"] = value["payload"], gate._LIFTED
    with pytest.raises(Refusal):
        gate.envelope_of(bytearray(dsse.canonical_bytes(value)), "it")
    value["payload"] = "e30="
    with pytest.raises(Refusal, match="long text that is not its payload"):
        gate.envelope_of(bytearray(dsse.canonical_bytes(value)), "it")


@pytest.mark.parametrize("where", ["outside", "inside"])
@pytest.mark.parametrize("name", ["Payload", "payload_type", "SIGNATURES", "dsse_envelope"])
def test_a_key_spelt_in_another_way_is_refused(where: str, name: str) -> None:
    envelope = dsse.envelope_object(dsse.sign(b"payload", KEY))
    bundle = {"mediaType": gate.BUNDLE_TYPE, "dsseEnvelope": envelope}
    gate.envelope_of(dsse.canonical_bytes(bundle), "it")
    (bundle if where == "outside" else envelope)[name] = "x"
    with pytest.raises(Refusal, match="differ"):
        gate.envelope_of(dsse.canonical_bytes(bundle), "it")


@pytest.mark.parametrize("raw", [b'["dsseEnvelope"]', b'"dsseEnvelope"', b"5", b"null", b"{}", b"[]"])
def test_what_is_no_envelope_is_said_so(raw: bytes) -> None:
    with pytest.raises(Refusal) as caught:
        gate.envelope_of(raw, "it")
    assert caught.value.code == "envelope"


@pytest.mark.parametrize("name", ["Payload", "payload_type", "SIGNATURES", "payloadtype"])
def test_an_envelope_alone_spells_its_keys_in_one_way(name: str) -> None:
    envelope = dsse.envelope_object(dsse.sign(b"payload", KEY))
    with pytest.raises(Refusal, match="differ"):
        gate.envelope_of(dsse.canonical_bytes({**envelope, name: "x"}), "it")
    envelope["signatures"] = [5]
    with pytest.raises(Refusal, match="exactly one signature"):
        gate.envelope_of(dsse.canonical_bytes(envelope), "it")
