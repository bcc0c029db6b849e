"""Signing keys: made, imported, listed, opened with a passphrase. P-256 by default, Ed25519 accepted.

A private key is PKCS#8 in PEM, encrypted with PBES2 (RFC 8018): PBKDF2 with HMAC-SHA-256 and 600,000
rounds, AES-256-CBC. The structure is written here because ``BestAvailableEncryption`` of the cryptography
package uses 2,048 rounds and has no setting for more; PBKDF2 was chosen over scrypt because LibreSSL, the
``openssl`` of macOS, does not read scrypt in PKCS#8. ``openssl pkey -in FILE`` reads the result.
"""

from __future__ import annotations

import base64
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from inspector.gate.inspector_gate import key_kind
from inspector.provenance import UnreadableInput, plain

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519

    PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey

ROUNDS = 600_000  # OWASP's figure for PBKDF2-HMAC-SHA-256 (Password Storage Cheat Sheet, 2023)
MAX_KEY_FILE = 64 << 10  # bytes; the largest key file we accept is under 2 KiB
PASSPHRASE_VARIABLE = "INSPECTOR_PASSPHRASE"

# Object identifiers of RFC 8018 and NIST, as the bytes of their DER contents.
_OID_PBES2 = bytes.fromhex("2a864886f70d01050d")
_OID_PBKDF2 = bytes.fromhex("2a864886f70d01050c")
_OID_HMAC_SHA256 = bytes.fromhex("2a864886f70d0209")
_OID_AES256_CBC = bytes.fromhex("60864801650304012a")


class Signer(Protocol):
    """What can sign: a key in a file, in an ssh-agent (``ssh_agent``) or on a token (``pkcs11_key``)."""

    public: PublicKey

    def sign(self, message: bytes) -> bytes:
        """The raw signature over ``message``: DER for ECDSA with SHA-256, 64 bytes for Ed25519."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key that a record may be signed with. ``spki`` is its DER SubjectPublicKeyInfo."""

    spki: bytes

    @property
    def keyid(self) -> str:
        """SHA-256 of the DER SubjectPublicKeyInfo, in hex: what the trust store and the record call it."""
        return hashlib.sha256(self.spki).hexdigest()

    @property
    def kind(self) -> str:
        return key_kind(self.spki)

    @property
    def pem(self) -> bytes:
        """PEM with 64 characters a line and one line feed at the end, as openssl writes it."""
        body = base64.b64encode(self.spki).decode()
        lines = "\n".join(body[start : start + 64] for start in range(0, len(body), 64))
        return f"-----BEGIN PUBLIC KEY-----\n{lines}\n-----END PUBLIC KEY-----\n".encode()


class FileKey:
    """A private key that was read from a file and opened."""

    def __init__(self, private: PrivateKey) -> None:
        self._private = private
        self.public = PublicKey(_spki(private))

    def sign(self, message: bytes) -> bytes:
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec

        if isinstance(self._private, ec.EllipticCurvePrivateKey):
            return self._private.sign(message, ec.ECDSA(hashes.SHA256()))
        return self._private.sign(message)

    def private_pem(self, passphrase: bytes | None) -> bytes:
        """The key as PKCS#8 in PEM, encrypted where there is a passphrase."""
        from cryptography.hazmat.primitives import serialization as form

        encoding = form.Encoding.PEM if passphrase is None else form.Encoding.DER
        inner = self._private.private_bytes(encoding, form.PrivateFormat.PKCS8, form.NoEncryption())
        return inner if passphrase is None else encrypted_pem(inner, passphrase)


def _spki(private: PrivateKey) -> bytes:
    from cryptography.hazmat.primitives import serialization as form

    return private.public_key().public_bytes(form.Encoding.DER, form.PublicFormat.SubjectPublicKeyInfo)


def encrypted_pem(pkcs8: bytes, passphrase: bytes) -> bytes:
    """``pkcs8`` (DER) as an EncryptedPrivateKeyInfo in PEM (RFC 5958 section 3, RFC 8018 appendix A.4)."""
    from cryptography.hazmat.primitives import padding
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    salt, vector = os.urandom(16), os.urandom(16)
    key = hashlib.pbkdf2_hmac("sha256", passphrase, salt, ROUNDS, 32)
    padder = padding.PKCS7(128).padder()
    encryptor = Cipher(algorithms.AES(key), modes.CBC(vector)).encryptor()
    secret = encryptor.update(padder.update(pkcs8) + padder.finalize()) + encryptor.finalize()

    rounds = _der(0x02, ROUNDS.to_bytes((ROUNDS.bit_length() + 8) // 8, "big"))
    function = _sequence(_der(0x06, _OID_HMAC_SHA256), b"\x05\x00")
    derivation = _sequence(_der(0x06, _OID_PBKDF2), _sequence(_der(0x04, salt), rounds, function))
    cipher = _sequence(_der(0x06, _OID_AES256_CBC), _der(0x04, vector))
    scheme = _sequence(_der(0x06, _OID_PBES2), _sequence(derivation, cipher))
    body = base64.b64encode(_sequence(scheme, _der(0x04, secret))).decode()
    lines = "\n".join(body[start : start + 64] for start in range(0, len(body), 64))
    return f"-----BEGIN ENCRYPTED PRIVATE KEY-----\n{lines}\n-----END ENCRYPTED PRIVATE KEY-----\n".encode()


def _der(tag: int, content: bytes) -> bytes:
    """One DER value (X.690 section 8.1) of fewer than 65,536 bytes."""
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def _sequence(*parts: bytes) -> bytes:
    return _der(0x30, b"".join(parts))


def new_key() -> FileKey:
    """A fresh P-256 key."""
    from cryptography.hazmat.primitives.asymmetric import ec

    return FileKey(ec.generate_private_key(ec.SECP256R1()))


def save_key(key: FileKey, path: Path, passphrase: bytes | None) -> Path:
    """Writes ``path`` (mode 0600) and ``path`` with the suffix ``.pub``; gives the latter.

    Neither may exist: a key that is overwritten is lost for good. UnreadableInput where it cannot be done.
    """
    public = public_path(path)
    for one in (path, public):
        if os.path.lexists(one):
            raise UnreadableInput(f"{plain(str(one))} exists already.", "Choose another name for the key.")
    # The public half first: where the private one is, a kill has left nothing to be made up for.
    _write_new(public, key.public.pem, 0o644)
    try:
        _write_new(path, key.private_pem(passphrase), 0o600)
    except UnreadableInput:
        public.unlink()
        raise
    return public


def public_path(path: Path) -> Path:
    """Where the public half of ``path`` is written: FILE.pem gives FILE.pub."""
    return path.with_suffix(".pub") if path.suffix else path.with_name(path.name + ".pub")


def _write_new(path: Path, content: bytes, mode: int) -> None:
    """Writes a file that is whole or not there, and never in the place of another."""
    fresh = path.with_name(f".{path.name}.{os.urandom(4).hex()}.new")
    try:
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            _put_in_place(fresh, path)
        finally:
            fresh.unlink(missing_ok=True)
    except OSError as error:
        raise UnreadableInput(
            f"{plain(str(path))} cannot be written: {error.strerror}.", "Choose another place for the key."
        ) from None


def _put_in_place(fresh: Path, path: Path) -> None:
    """Gives ``fresh`` the name ``path``; OSError where that is taken. A second name (hard link) cannot take
    the place of a file; where the file system knows none, the name was free a moment ago."""
    try:
        os.link(fresh, path)
    except FileExistsError:
        raise
    except OSError:
        if os.path.lexists(path):
            raise
        fresh.rename(path)


class PersonalKey:
    """A person's key as the quarantine takes one (``inspector.datasets.quarantine.interface.Signer``)."""

    def __init__(self, key: Signer) -> None:
        self._key = key
        self.keyid = key.public.keyid
        self.spki = key.public.spki

    def sign(self, message: bytes) -> bytes:
        """The raw signature over ``message``."""
        return self._key.sign(message)


def read_bounded(path: Path, what: str = "a key") -> bytes:
    """The bytes of a key file, a passphrase file or another small file; UnreadableInput where there are none
    or too many."""
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_KEY_FILE + 1)
    except OSError as error:
        raise UnreadableInput(
            f"{plain(str(path))} cannot be read: {error.strerror}.", "Check the name and its rights."
        ) from None
    if len(raw) > MAX_KEY_FILE:
        raise UnreadableInput(f"{plain(str(path))} is too large to be {what}.", "Name another file.")
    return raw


def is_encrypted(raw: bytes) -> bool:
    """Whether a private key asks for a passphrase, as far as its form tells."""
    if b"ENCRYPTED" in raw:
        return True
    if b"BEGIN OPENSSH PRIVATE KEY" not in raw:
        return False
    body = b"".join(line for line in raw.split(b"\n") if not line.startswith(b"-"))
    try:
        # openssh-key-v1\0, then the cipher's name as a string: PROTOCOL.key of OpenSSH.
        return base64.b64decode(body)[15:23] != b"\0\0\0\x04none"
    except ValueError:
        return False


def load_key(path: Path, passphrase: bytes | None) -> FileKey:
    """The private key in ``path``: PKCS#8, SEC1 or OpenSSH; P-256 or Ed25519.

    UnreadableInput with a sentence for a wrong or missing passphrase and for every other file.
    """
    raw = read_bounded(path)
    shown = plain(str(path))
    if is_encrypted(raw):
        if passphrase is None:
            raise UnreadableInput(
                f"The key {shown} needs its passphrase.",
                f"Give --passphrase-file, or set {PASSPHRASE_VARIABLE}.",
            )
    else:
        passphrase = None
    return FileKey(_parsed(raw, passphrase, shown))


def _parsed(raw: bytes, passphrase: bytes | None, shown: str) -> PrivateKey:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519

    openssh = b"BEGIN OPENSSH PRIVATE KEY" in raw
    try:
        if openssh:
            key: object = form.load_ssh_private_key(raw, passphrase)
        elif b"-----BEGIN" in raw:
            key = form.load_pem_private_key(raw, passphrase)
        else:
            key = form.load_der_private_key(raw, passphrase)
    except UnsupportedAlgorithm:
        raise UnreadableInput(
            f"The key {shown} is encrypted in a way that is not read here.",
            "Convert a copy with: openssl pkcs8 -topk8, or for OpenSSH: ssh-keygen -p -m PKCS8.",
        ) from None
    except (ValueError, TypeError):
        if passphrase is not None:
            raise UnreadableInput(
                f"The passphrase does not open the key {shown}.",
                "Check which of yours it is.",
            ) from None
        raise UnreadableInput(
            f"{shown} is not a private key that can be read.",
            "Keys in PEM, DER and OpenSSH form are read; `inspector key new` makes one.",
        ) from None
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key
    raise UnreadableInput(
        f"The key {shown} is neither P-256 nor Ed25519.", "Make one with: inspector key new."
    )


def load_public(path: Path) -> PublicKey:
    """The public key in ``path``: PEM, DER, or one line of OpenSSH."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization as form

    raw = read_bounded(path)
    shown = plain(str(path))
    try:
        if raw.startswith((b"ssh-", b"ecdsa-")):
            key: object = form.load_ssh_public_key(raw)
        elif b"PRIVATE KEY" in raw:
            raise UnreadableInput(
                f"{shown} is a private key.", "Give the .pub file; keep this one to yourself."
            )
        elif b"-----BEGIN" in raw:
            key = form.load_pem_public_key(raw)
        else:
            key = form.load_der_public_key(raw)
        spki: bytes = key.public_bytes(  # type: ignore[attr-defined]
            form.Encoding.DER, form.PublicFormat.SubjectPublicKeyInfo
        )
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise UnreadableInput(
            f"{shown} is not a public key that can be read.",
            "Give the .pub file of a key; PEM, DER and OpenSSH lines are read.",
        ) from None
    if not key_kind(spki):
        raise UnreadableInput(
            f"The key {shown} is neither P-256 nor Ed25519.", "Records are signed with these two alone."
        )
    return PublicKey(spki)


def passphrase_from(file: Path | None) -> bytes | None:
    """The passphrase in ``file`` (its first line), else in the environment, else None."""
    if file is not None:
        line = read_bounded(file).split(b"\n")[0].rstrip(b"\r")
        if not line:
            raise UnreadableInput(
                f"The passphrase file {plain(str(file))} is empty.", "Its first line is the passphrase."
            )
        return line
    value = os.environ.get(PASSPHRASE_VARIABLE, "")
    return os.fsencode(value) if value else None
