"""Checkpoints of the log: signed notes as the C2SP specifications tlog-checkpoint and signed-note have them.

A checkpoint is three lines (origin, number of entries, base64 of the RFC 9162 root), an empty line and one
line a signature: an em dash, the key's name, and the base64 of four bytes of key hash and 64 of Ed25519.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass

from inspector.provenance import Refused, UnreadableInput

MAX_NOTE = 1 << 16
_ED25519 = b"\x01"  # the signature type of signed-note
_SPKI_PREFIX = bytes.fromhex("302a300506032b6570032100")  # RFC 8410: SubjectPublicKeyInfo before the 32 bytes


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How long the log of ``origin`` was and what its root was."""

    origin: str
    size: int
    root: bytes

    @property
    def body(self) -> str:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def raw_key(spki: bytes) -> bytes:
    """The 32 bytes of an Ed25519 key; UnreadableInput for another kind."""
    if not spki.startswith(_SPKI_PREFIX) or len(spki) != 44:
        raise UnreadableInput("The key of a log is Ed25519, and this one is not.")
    return spki[len(_SPKI_PREFIX) :]


def _key_hash(name: str, raw: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + raw).digest()[:4]


def verifier_key(name: str, spki: bytes) -> str:
    """The key as one line, as tools for signed notes take it."""
    raw = raw_key(spki)
    return f"{name}+{_key_hash(name, raw).hex()}+{base64.b64encode(_ED25519 + raw).decode()}"


def public_key(raw: bytes) -> bytes:
    """DER SubjectPublicKeyInfo of the Ed25519 key in a file: PEM, or the one line of a signed note."""
    text = raw.decode("ascii", "replace").strip()
    try:
        if "-----BEGIN PUBLIC KEY-----" in text:
            body = text.split("-----BEGIN PUBLIC KEY-----", 1)[1].split("-----END", 1)[0]
            spki = base64.b64decode("".join(body.split()), validate=True)
        else:
            name, shown, encoded = text.split("+", 2)
            key = base64.b64decode(encoded, validate=True)
            if key[:1] != _ED25519 or _key_hash(name, key[1:]).hex() != shown:
                raise UnreadableInput("The public key does not carry the hash of its name.")
            spki = _SPKI_PREFIX + key[1:]
    except (ValueError, binascii.Error):
        raise UnreadableInput("This is no public key of a log.", "Give the store's log.pub.") from None
    raw_key(spki)
    return spki


def signed_note(checkpoint: Checkpoint, spki: bytes, signature: bytes) -> bytes:
    """The note with one signature, over ``checkpoint.body``, by the key of that name."""
    mark = base64.b64encode(_key_hash(checkpoint.origin, raw_key(spki)) + signature).decode()
    return f"{checkpoint.body}\n— {checkpoint.origin} {mark}\n".encode()


def parse(note: bytes) -> tuple[Checkpoint, list[tuple[str, bytes]]]:
    """The checkpoint and its signatures (name, key hash and signature); UnreadableInput where it is none."""
    try:
        if len(note) > MAX_NOTE:
            raise ValueError
        body, _, marks = note.decode("utf-8").partition("\n\n")
        origin, size, root = body.split("\n")[:3]
        if not origin or str(int(size)) != size or int(size) < 0:
            raise ValueError
        checkpoint = Checkpoint(origin, int(size), base64.b64decode(root, validate=True))
        if len(checkpoint.root) != 32:
            raise ValueError
        signatures = []
        for line in marks.splitlines():
            dash, name, mark = line.split(" ", 2)
            if dash != "—":
                raise ValueError
            signatures.append((name, base64.b64decode(mark, validate=True)))
    except (ValueError, binascii.Error):
        raise UnreadableInput(
            "This is no checkpoint of a log.", "Give the store's file `checkpoint`."
        ) from None
    if body.count("\n") != 2:
        raise UnreadableInput("The checkpoint has lines that are not understood here.")
    return checkpoint, signatures


def opened(note: bytes, spki: bytes) -> Checkpoint:
    """The checkpoint of a note that ``spki`` signed; Refused where it did not."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    checkpoint, signatures = parse(note)
    raw = raw_key(spki)
    expected = _key_hash(checkpoint.origin, raw)
    for name, mark in signatures:
        if name == checkpoint.origin and mark[:4] == expected:
            try:
                Ed25519PublicKey.from_public_bytes(raw).verify(mark[4:], checkpoint.body.encode())
            except InvalidSignature:
                break
            return checkpoint
    raise Refused("checkpoint-signature", "The checkpoint is not signed by this key.")
