"""OpenSSF model signatures (``model.sig``): what one says, and whether it was signed with what it names.

The format is that of sigstore/model-transparency: a Sigstore bundle (v0.1 to v0.3) around one DSSE envelope
(DSSE v1, protocol.md) around an in-toto statement with predicate ``https://model_signing/signature/v1.0``,
which lists the files of a folder and their digests. Older ones (``…/Digests/v0.1``) list them as subjects.

A certificate in the file proves that its owner signed, not who that is: whom to trust is the trust store's to
say. Certificates of the keyless way (Fulcio) and the transparency log are not followed here.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

# A signature is read in the process that shows it, so it must be cheap whatever it holds.
MAX_BYTES = 1 << 20  # some 4,000 listed files
MAX_DEPTH = 16  # a bundle around a certificate chain nests six deep
MAX_FILES = 20_000
MAX_NAME = 4_096  # bytes of one path: what Linux allows
MAX_CERTIFICATE = 64 << 10  # a real one has one or two kilobytes
PREDICATE = "https://model_signing/signature/v1.0"
OLD_PREDICATE = "https://model_signing/Digests/v0.1"
_PAYLOAD_TYPE = "application/vnd.in-toto+json"
_STATEMENT = "https://in-toto.io/Statement/v1"
_BUNDLE = re.compile(r"application/vnd\.dev\.sigstore\.bundle(?:\.v0\.3\+json|\+json;version=0\.[123])\Z")
_HEX = re.compile(r"(?:[0-9a-f]{2}){16,64}\Z")
_BRACKET = re.compile(rb'\\.|["\[\]{}]', re.DOTALL)
_SHARD = re.compile(r"(.+):(\d{1,19}):(\d{1,19})\Z", re.DOTALL)


class NotASignature(Exception):
    """These bytes are no model signature, or one that contradicts itself. The message is a sentence."""


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A public key that somebody on this machine put a name to. ``is_trusted`` is false for one that was
    revoked or has run out. ``spki`` is its SubjectPublicKeyInfo in DER."""

    name: str
    spki: bytes
    is_trusted: bool = True


@dataclass(frozen=True, slots=True)
class Resource:
    """One listed file, or its bytes ``start`` to ``end``. ``algorithm`` is sha256, blake2b or blake3."""

    name: str
    algorithm: str
    digest: str
    start: int = 0
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Signature:
    """What a bundle holds. ``ignore`` are the paths that the signed list leaves out."""

    method: str  # key, certificate, sigstore or unknown
    resources: tuple[Resource, ...]
    ignore: tuple[str, ...]
    payload: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    certificate: bytes | None = field(default=None, repr=False)
    hint: str = ""
    is_old: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """``signature`` is valid, invalid or not-checked; ``trusted`` None where nobody was found to trust."""

    signature: str
    subject: str | None = None
    keyid: str | None = None
    trusted: bool | None = None
    why: str = ""


def parse(body: bytes) -> Signature:
    """The signature in ``body``. Raises NotASignature."""
    try:
        bundle = _json(body)
        envelope, material = bundle["dsseEnvelope"], bundle["verificationMaterial"]
        if not _BUNDLE.match(bundle["mediaType"]) or envelope["payloadType"] != _PAYLOAD_TYPE:
            raise NotASignature("It is no Sigstore bundle around an in-toto statement.")
        (signed,) = envelope["signatures"]
        payload, signature = _base64(envelope["payload"]), _base64(signed["sig"])
        method, certificate = _method(material)
        hint = material.get("publicKey", {}).get("hint") or ""
        statement = _json(payload)
        is_old = statement["predicateType"] == OLD_PREDICATE
        if statement["_type"] != _STATEMENT or not (is_old or statement["predicateType"] == PREDICATE):
            raise NotASignature("Its statement is not about a model.")
        resources = _old_resources(statement) if is_old else _resources(statement)
        ignore = () if is_old else tuple(statement["predicate"]["serialization"].get("ignore_paths", ()))
        if not all(isinstance(path, str) for path in (*ignore, hint)):
            raise NotASignature("Its list of ignored paths is broken.")
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError, IndexError):
        raise NotASignature("It is no model signature, or a broken one.") from None
    return Signature(method, resources, ignore, payload, signature, certificate, hint, is_old)


def check(signed: Signature, known: Sequence[KnownKey]) -> Checked:
    """Whether the signature was made by the key of its certificate, or by one of ``known``."""
    if signed.certificate is not None:
        return _by_certificate(signed, known)
    if signed.method != "key":
        return Checked("not-checked", why="It names no key and no certificate.")
    hinted = [key for key in known if signed.hint and _hint_of(key.spki) == signed.hint]
    for key in hinted or known:
        if _verifies(signed, key.spki):
            return Checked("valid", key.name, hashlib.sha256(key.spki).hexdigest(), key.is_trusted)
    if hinted:
        keyid = hashlib.sha256(hinted[0].spki).hexdigest()
        return Checked("invalid", hinted[0].name, keyid, False, "The key that it names did not sign this.")
    return Checked("not-checked", why="No key of the trust store made it.")


def is_ignored(path: str, ignore: Sequence[str]) -> bool:
    """Whether ``path``, relative to the model's folder, or a folder that it lies in is left out."""
    return ignored_by(ignore)(path)


def ignored_by(ignore: Sequence[str]) -> Callable[[str], bool]:
    """``is_ignored`` for many paths: each costs its own length, however long the list is."""
    named = {one for one in ignore if one.strip("./")}
    folders = {one.rstrip("/") for one in named}

    def is_left_out(path: str) -> bool:
        if path in named:
            return True
        at = path.find("/")
        while at >= 0:
            if path[:at] in folders:
                return True
            at = path.find("/", at + 1)
        return False

    return is_left_out


def _by_certificate(signed: Signature, known: Sequence[KnownKey]) -> Checked:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    if len(signed.certificate or b"") > MAX_CERTIFICATE:
        return Checked("invalid", trusted=False, why="Its certificate is larger than any real one.")
    try:
        certificate = x509.load_der_x509_certificate(signed.certificate or b"")
        spki = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        subject, may_sign = _subject(certificate), _may_sign(certificate)
    except Exception:  # noqa: BLE001 - the library documents no list for certificates that are broken
        return Checked("invalid", trusted=False, why="Its certificate cannot be read.")
    keyid = hashlib.sha256(spki).hexdigest()
    if not _verifies(signed, spki):
        return Checked("invalid", subject, keyid, False, "The key of its certificate did not sign this.")
    if not may_sign:
        return Checked("invalid", subject, keyid, False, "Its certificate is not made for signing.")
    named = next((key for key in known if key.spki == spki), None)
    if named is not None:
        return Checked("valid", named.name, keyid, named.is_trusted)
    return Checked("valid", subject, keyid, False)


def _subject(certificate: Any) -> str:
    """The name in a certificate: its subject, or the address that a keyless one was given for."""
    from cryptography import x509

    name = str(certificate.subject.rfc4514_string())
    if name:
        return name[:500]
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ""
    return ", ".join(str(one.value) for one in names)[:500]


def _may_sign(certificate: Any) -> bool:
    from cryptography import x509

    try:
        if certificate.extensions.get_extension_for_class(x509.KeyUsage).value.digital_signature:
            return True
    except x509.ExtensionNotFound:
        pass
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return x509.oid.ExtendedKeyUsageOID.CODE_SIGNING in usage


def _verifies(signed: Signature, spki: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    by_curve: dict[int, hashes.HashAlgorithm] = {
        256: hashes.SHA256(),
        384: hashes.SHA384(),
        521: hashes.SHA512(),
    }
    try:
        key = load_der_public_key(spki)
        if isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signed.signature, _encoded(signed.payload))
        elif isinstance(key, ec.EllipticCurvePublicKey) and signed.is_old:
            key.verify(signed.signature, _encoded_of_old(signed.payload), ec.ECDSA(hashes.SHA256()))
        elif isinstance(key, ec.EllipticCurvePublicKey) and key.curve.key_size in by_curve:
            digest = by_curve[key.curve.key_size]
            key.verify(signed.signature, _encoded(signed.payload), ec.ECDSA(digest))
        else:
            return False
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True


def _encoded(payload: bytes) -> bytes:
    """DSSE's pre-authentication encoding."""
    kind = _PAYLOAD_TYPE.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def _encoded_of_old(payload: bytes) -> bytes:
    """What releases before 1.0 signed instead: the payload as Python prints it."""
    return f"DSSEV1 {len(_PAYLOAD_TYPE)} {_PAYLOAD_TYPE} {len(payload)} {payload!r}".encode()


def _hint_of(spki: bytes) -> str:
    """The SHA-256 of the key as PEM, by which a bundle names it."""
    text = base64.b64encode(spki).decode()
    lines = "\n".join(text[at : at + 64] for at in range(0, len(text), 64))
    return hashlib.sha256(
        f"-----BEGIN PUBLIC KEY-----\n{lines}\n-----END PUBLIC KEY-----\n".encode()
    ).hexdigest()


def _method(material: Mapping[str, Any]) -> tuple[str, bytes | None]:
    """How it was signed, and the certificate of who signed, in DER."""
    if "certificate" in material:
        return "sigstore", _base64(material["certificate"]["rawBytes"])
    if "x509CertificateChain" in material:
        first = _base64(material["x509CertificateChain"]["certificates"][0]["rawBytes"])
        return "sigstore" if material.get("tlogEntries") else "certificate", first
    return ("key", None) if "publicKey" in material else ("unknown", None)


def _resources(statement: Mapping[str, Any]) -> tuple[Resource, ...]:
    (subject,) = statement["subject"]
    rows = statement["predicate"]["resources"]
    shards = statement["predicate"]["serialization"]["method"] == "shards"
    if not isinstance(rows, list) or len(rows) > MAX_FILES:
        raise NotASignature("Its list of files is none, or too long.")
    found = tuple(_resource(row["name"], row["algorithm"], row["digest"], shards) for row in rows)
    root = hashlib.sha256(b"".join(bytes.fromhex(one.digest) for one in found)).hexdigest()
    if subject["digest"]["sha256"] != root:
        raise NotASignature("Its list of files is not the one that its subject stands for.")
    return _told_apart(found)


def _old_resources(statement: Mapping[str, Any]) -> tuple[Resource, ...]:
    rows = statement["subject"]
    if not isinstance(rows, list) or len(rows) > MAX_FILES:
        raise NotASignature("Its list of files is none, or too long.")
    return _told_apart(
        tuple(_resource(row["name"], "sha256", row["digest"]["sha256"], False) for row in rows)
    )


def _resource(name: Any, algorithm: Any, digest: Any, is_shard: bool) -> Resource:
    if not _HEX.match(digest) or not isinstance(algorithm, str):
        raise NotASignature("One of its digests is none.")
    start, end = 0, None
    if is_shard:
        match = _SHARD.match(name)
        if match is None:
            raise NotASignature("One of its parts of files is none.")
        name, start, end = match[1], int(match[2]), int(match[3])
    if len(name.encode("utf-8")) > MAX_NAME:
        raise NotASignature("It lists a path that is too long for any system.")
    if any(part in ("", ".", "..") for part in name.split("/")) or "\\" in name or "\0" in name:
        raise NotASignature("It lists a file outside of the model's folder.")
    return Resource(name, algorithm.partition("-")[0].lower(), digest, start, end)


def _told_apart(found: tuple[Resource, ...]) -> tuple[Resource, ...]:
    if len({(one.name, one.start) for one in found}) != len(found):
        raise NotASignature("It lists a file twice.")
    return found


def _json(body: bytes) -> Any:
    """A JSON value of bounded size and depth. Raises NotASignature and ValueError."""
    if len(body) > MAX_BYTES:
        raise NotASignature("It is too large for a signature.")
    depth, is_text = 0, False
    for match in _BRACKET.finditer(body):
        sign = match[0]
        if sign == b'"':
            is_text = not is_text
        elif not is_text and sign in b"[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise NotASignature("It is nested deeper than any signature.")
        elif not is_text and sign in b"]}":
            depth -= 1
    return json.loads(body, object_pairs_hook=_once)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object in which no key stands twice: readers differ on which of the two counts."""
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key stands twice")
    return value


def _base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError("no base64") from None
