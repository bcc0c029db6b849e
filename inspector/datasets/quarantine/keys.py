"""The store's own key (Ed25519), which signs checkpoints and records; and signatures of people.

A store's key says "this store wrote it". Whoever has both the disk and the key can write a new history; what
stands against that is a checkpoint that is kept elsewhere.
"""

from __future__ import annotations

import base64
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inspector.datasets.quarantine.filesystem import sync_folder
from inspector.datasets.quarantine.interface import Signer
from inspector.provenance import UnreadableInput, plain

KEY_NAME, PUBLIC_NAME = "log.key", "log.pub"
DECISION_TYPE = "application/vnd.provenance-inspector.quarantine-decision+json"


@dataclass(frozen=True, slots=True)
class StoreKey:
    """Signs for the store; a ``Signer``."""

    spki: bytes
    _pem: bytes

    @property
    def keyid(self) -> str:
        return hashlib.sha256(self.spki).hexdigest()

    def sign(self, message: bytes) -> bytes:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        key = load_pem_private_key(self._pem, None)
        if not isinstance(key, Ed25519PrivateKey):
            raise UnreadableInput("The store's log.key is not an Ed25519 key.")
        return key.sign(message)


def make_store_key(folder: Path) -> bytes:
    """Writes ``log.key`` (mode 0600) and ``log.pub`` into ``folder``; gives the public key."""
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    public = key.public_key()
    for name, content, mode in (
        (KEY_NAME, private, 0o600),
        (PUBLIC_NAME, public.public_bytes(form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo), 0o644),
    ):
        descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    sync_folder(folder)
    return public.public_bytes(form.Encoding.DER, form.PublicFormat.SubjectPublicKeyInfo)


def load_store_key(folder: Path, spki: bytes) -> StoreKey:
    """The store's private key; UnreadableInput where it cannot be read or is another one."""
    path = folder / KEY_NAME
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UnreadableInput(
            f"The store's key {plain(str(path))} cannot be read ({error.strerror}).",
            "Only who may read it can change the store; nothing was changed.",
        ) from None
    from cryptography.hazmat.primitives import serialization as form

    try:
        public = form.load_pem_private_key(raw, None).public_key()
    except (ValueError, TypeError):
        raise UnreadableInput(f"{plain(str(path))} is no key; the store is left as it is.") from None
    found = public.public_bytes(form.Encoding.DER, form.PublicFormat.SubjectPublicKeyInfo)
    if found != spki:
        raise UnreadableInput(
            f"{plain(str(path))} is not the key this store was made with.", "Bring back the first one."
        )
    return StoreKey(spki, raw)


def pae(payload_type: str, payload: bytes) -> bytes:
    """What DSSE signs (protocol.md of secure-systems-lab/dsse)."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def signature_of(signer: Signer, body: bytes) -> dict[str, str]:
    """A person's signature as a log entry holds it."""
    return {
        "keyid": signer.keyid,
        "spki": base64.b64encode(signer.spki).decode(),
        "sig": base64.b64encode(signer.sign(pae(DECISION_TYPE, body))).decode(),
    }


def signature_holds(signature: dict[str, Any], body: bytes) -> bool:
    """Whether a log entry's signature is of its own key and over ``body``."""
    try:
        spki = base64.b64decode(signature["spki"], validate=True)
        mark = base64.b64decode(signature["sig"], validate=True)
    except (KeyError, TypeError, ValueError):
        return False
    named = hashlib.sha256(spki).hexdigest() == signature.get("keyid")
    return named and message_signed(spki, pae(DECISION_TYPE, body), mark)


def message_signed(spki: bytes, message: bytes, signature: bytes) -> bool:
    """Whether ``signature`` over ``message`` is of the key: Ed25519, or ECDSA with P-256 and SHA-256.

    Keys and signatures must have the one form that the gate takes (inspector.gate): no Ed25519 key of small
    order, under which anybody can sign (RFC 8032 section 5.1.7 does not exclude them), no key in another
    encoding, no byte behind the DER of an ECDSA signature.
    """
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519

    from inspector.gate.inspector_gate import is_well_formed, key_kind

    if not is_well_formed(key_kind(spki), signature):
        return False
    try:
        key = serialization.load_der_public_key(spki)
        if isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, message)
        elif isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
            key.verify(signature, message, ec.ECDSA(hashes.SHA256()))
        else:
            return False
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError):
        return False
    return True
