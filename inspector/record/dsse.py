"""Canonical bytes, DSSE envelopes, and the Sigstore bundle around the same signature.

DSSE v1 (secure-systems-lab/dsse, protocol.md, envelope.md); Sigstore bundle v0.3 (sigstore/protobuf-specs).
One signer per envelope: a Sigstore bundle may hold exactly one signature, and a countersignature is its own
statement.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from inspector.gate.inspector_gate import (
    BUNDLE_TYPE,
    MAX_INTEGER,
    PAYLOAD_TYPE,
    Envelope,
    pae,
    signature_holds,
)
from inspector.provenance import UnreadableInput
from inspector.record.keys import PublicKey, Signer


def storable(value: Any) -> Any:
    r"""``value`` as a record can hold it: string keys, no floats, text that can be written as UTF-8.

    A float becomes its text (readers differ on floats), a lone surrogate the text ``\udc80``.
    """
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return value if abs(value) <= MAX_INTEGER else str(value)
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, dict):
        return {str(storable(str(key))): storable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [storable(item) for item in value]
    return storable(str(value))


def canonical_bytes(value: Any) -> bytes:
    """``value`` as JSON with sorted keys and no spaces, in UTF-8: the same value, the same bytes."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8")


def sign(payload: bytes, signer: Signer) -> Envelope:
    """An envelope over ``payload``, of the type of in-toto statements.

    The signature is verified before it is given out: an agent or a token could have signed with another key.
    """
    signature = signer.sign(pae(PAYLOAD_TYPE, payload))
    envelope = Envelope(PAYLOAD_TYPE, payload, signature, signer.public.keyid)
    if not signature_holds(signer.public.spki, envelope):
        raise UnreadableInput(
            f"What came back is no signature of the key {signer.public.keyid[:8]}.",
            "Nothing was written. Look whether the agent or the token holds the key it says.",
        )
    return envelope


def envelope_object(envelope: Envelope) -> dict[str, Any]:
    """The envelope as the JSON object of DSSE's envelope.md."""
    signature = {"keyid": envelope.keyid, "sig": base64.b64encode(envelope.signature).decode()}
    return {
        "payload": base64.b64encode(envelope.payload).decode(),
        "payloadType": envelope.payload_type,
        "signatures": [signature],
    }


def envelope_bytes(envelope: Envelope) -> bytes:
    """The content of a ``.dsse.json`` file; also one line of ``review.intoto.jsonl``."""
    return canonical_bytes(envelope_object(envelope)) + b"\n"


def bundle_bytes(envelope: Envelope, key: PublicKey) -> bytes:
    """The same envelope as a Sigstore bundle v0.3 with a public-key hint.

    The hint is the SHA-256 of the PEM, as model-signing compares it; ``tlogEntries`` is empty but present,
    because sigstore-python's model asks for it.
    """
    return (
        canonical_bytes(
            {
                "mediaType": BUNDLE_TYPE,
                "verificationMaterial": {
                    "publicKey": {"hint": hashlib.sha256(key.pem).hexdigest()},
                    "tlogEntries": [],
                },
                "dsseEnvelope": envelope_object(envelope),
            }
        )
        + b"\n"
    )
