"""Which keys and signatures a quarantine takes: the same ones as the gate."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from inspector.datasets.quarantine.keys import message_signed

ED25519 = bytes.fromhex("302a300506032b6570032100")
COMPRESSED_P256 = bytes.fromhex("3039301306072a8648ce3d020106082a8648ce3d030107032200")
ORDER = 2**252 + 27742317777372353535851937790883648493


def spki(key: Any) -> bytes:
    return bytes(key.public_key().public_bytes(form.Encoding.DER, form.PublicFormat.SubjectPublicKeyInfo))


def test_both_kinds_of_key_sign() -> None:
    curve, edwards = ec.generate_private_key(ec.SECP256R1()), ed25519.Ed25519PrivateKey.generate()
    assert message_signed(spki(curve), b"row", curve.sign(b"row", ec.ECDSA(hashes.SHA256())))
    assert message_signed(spki(edwards), b"row", edwards.sign(b"row"))
    assert not message_signed(spki(edwards), b"another row", edwards.sign(b"row"))


@pytest.mark.parametrize(
    "point",
    ["01" + "00" * 31, "01" + "00" * 30 + "80", "00" * 32, "ec" + "ff" * 30 + "7f", "ee" + "ff" * 30 + "7f"],
)
def test_nobody_signs_with_a_key_of_small_order(point: str) -> None:
    """Under the neutral element R = sB, s is a signature of every text; here s = 0, so R is neutral too."""
    forged = bytes.fromhex("01" + "00" * 31) + bytes(32)
    for number in range(64):  # of the other points every eighth text or so would do
        message = hashlib.sha256(bytes([number])).digest()
        assert not message_signed(ED25519 + bytes.fromhex(point), message, forged)


def test_an_ecdsa_signature_has_one_form() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    made = key.sign(b"row", ec.ECDSA(hashes.SHA256()))
    long_length = bytes([0x30, 0x81, made[1]]) + made[2:]
    for other in (made + b"\0", long_length, made[:-1], b"", made[2:]):
        assert not message_signed(spki(key), b"row", other)
    point = key.public_key().public_bytes(form.Encoding.X962, form.PublicFormat.CompressedPoint)
    assert not message_signed(COMPRESSED_P256 + point, b"row", made)


def test_an_ed25519_signature_has_one_form() -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    made = key.sign(b"row")
    moved = (int.from_bytes(made[32:], "little") + ORDER).to_bytes(32, "little")
    for other in (made + b"\0", made[:32] + moved, made[:63]):
        assert not message_signed(spki(key), b"row", other)
