#!/usr/bin/env python3
"""The deploy gate: refuses to let anything start that a trusted reviewer did not approve byte for byte.

    inspector_gate.py RECORD --root DIR --trust FILE [--project ID] [--require N] [--require-role ROLE]
                      [--state FILE] [--packages DIR] [--lock NAME] [--report FILE] [--watch-list]

One file, to be copied to the production machine. It needs Python 3.11, and for the one signature check
either the ``cryptography`` package or the ``openssl`` program; it holds no elliptic-curve code of its own.
RECORD is the folder of a signed package, its ``review-record.dsse.json`` or its ``.sigstore.json``.

Exit code 0: approved, in force, and the bytes under DIR are the approved ones. 1: refused, with lines
``refused: CODE: sentence`` on standard error. 2: RECORD, DIR or FILE cannot be read, or wrong usage.

``inspector verify`` runs the same ``Verification``: what the one refuses, the other refuses by the same code.
"""

# The start-up of this file is paid by every service it guards: pathlib alone would cost 10 ms.
# ruff: noqa: PTH105, PTH108, PTH112, PTH113, PTH115, PTH116, PTH118, PTH119, PTH120, PTH122, PTH207, PTH208

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import json
import os
import re
import stat
import sys
import time
import unicodedata
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO, NamedTuple, Protocol

PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
REVIEW_TYPE = "https://provenance-inspector.org/review/v1"
COUNTERSIGNATURE_TYPE = "https://provenance-inspector.org/countersignature/v1"
PACKAGE_TYPE = "https://provenance-inspector.org/package/v1"
BUNDLE_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"
RECORD_NAME = "review-record.dsse.json"
BUNDLE_NAME = "review-record.sigstore.json"
LINES_NAME = "review.intoto.jsonl"
SUMS_NAME = "SHA256SUMS"
PACKAGE_NAME = "package-files.dsse.json"
REPORT_NAME = "review-report.pdf"

# What a record may mark as must-understand: the fields of the predicate whose meaning is enforced below.
UNDERSTOOD = frozenset({"manifest", "manifest.links", "scope", "scope.leftOut", "validUntil", "exceptions"})
DECISIONS = ("approved", "approved-with-exceptions", "rejected", "deferred")
SEVERITIES = ("critical", "high", "medium", "low", "info")
STATES = ("open", "confirmed", "fixed", "accepted", "false-positive", "not-applicable")
ANSWERS = ("yes", "no", "partial", "unknown", "n/a")

MAX_RECORD = 64 << 20  # bytes of an envelope: room for the list of a tree of 100,000 files
MAX_ATTACHMENT = 256 << 20  # bytes of one file of the package that the record has a digest of
MAX_TRUST = 1 << 20  # bytes of a trust store
MAX_ENVELOPE_ITEMS = 2000  # brackets in an unsigned envelope; what is nested stands in the payload's base64
MAX_PAYLOAD_ITEMS = 4_000_000
MAX_BESIDE_PAYLOAD = (
    1 << 20
)  # bytes of an envelope that are not its payload; a larger one is taken apart first
MAX_LOCK = 64 << 20  # bytes of a lock file
MAX_COUNTERSIGNATURES = 64
MAX_INTEGER = 2**53 - 1  # what every JSON reader can hold
CLOCK_SKEW = 300  # seconds by which two honest clocks may differ
BLOCK = 1 << 20  # bytes per read: measured best for SHA-256 on one core
SHOWN = 5  # names a sentence lists before it counts the rest

# Suffixes that some loader opens and may run; named in the warning when they lie where nothing is checked.
LOADABLE = frozenset(
    (
        *(".pkl", ".pickle", ".pt", ".pth", ".bin", ".ckpt", ".joblib", ".npy", ".npz", ".h5", ".keras"),
        *(".py", ".pyc", ".so", ".dll", ".dylib", ".onnx", ".gguf", ".nemo", ".safetensors", ".mar"),
    )
)
# Folder names that a record's rules may leave out, with the rule's word as scope.exclude has it.
RULE_NAMES = {
    ".git": "version-control",
    ".hg": "version-control",
    ".svn": "version-control",
    "__pycache__": "byte-code",
}
VENV_RULE = "virtual-environment"
VENV_NAMES = frozenset({".venv", "venv", ".env", "env", ".virtualenv", "virtualenv"})


Raw = bytes | bytearray  # what was read: a large envelope is decoded where it lies, which bytes cannot be


class Refusal(Exception):
    """The record does not stand: ``code`` is the stable word, the message one sentence for a person."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


class Unreadable(Exception):
    """Something that was named on the command line cannot be read at all: exit code 2."""


# --- Text -----------------------------------------------------------------------------------------------

_UNSAFE = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def plain(text: str, limit: int = 200) -> str:
    r"""``text`` with control, bidi and invisible characters escaped (CVE-2021-42574), cut to ``limit``."""
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        char if unicodedata.category(char) not in _UNSAFE else ascii(char)[1:-1].replace("\\n", "\\x0a")
        for char in text
    )


def _some(names: Iterable[str]) -> str:
    """The first few of ``names`` for a sentence, and how many more there are."""
    ordered = sorted(names)
    shown = ", ".join(plain(name) for name in ordered[:SHOWN])
    return shown if len(ordered) <= SHOWN else f"{shown} and {len(ordered) - SHOWN} more"


# --- Strict JSON ------------------------------------------------------------------------------------------


_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def strict_json(
    raw: Raw, what: str, *, items: int, row: Callable[[dict[str, Any]], Any] | None = None
) -> Any:
    """``raw`` as JSON of which every reader says the same: no key twice, no float, no NaN, no big integer.
    ``row`` may put something smaller in the place of an object; with it, a ``raw`` that can be emptied is
    used up, so that text and bytes do not stand in memory together.

    Raises Refusal ``json`` for what some readers accept and others read differently, ``ValueError`` for
    what is no JSON at all. ``items`` bounds the brackets, and so the memory, before anything is parsed.
    """
    if raw.count(b"{") + raw.count(b"[") > items:
        raise Refusal("json", f"{what} holds more nested values than a record can have.")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Refusal("json", f"{what} is not UTF-8.") from None
    if text.startswith("\ufeff"):
        raise Refusal("json", f"{what} begins with a byte order mark.")
    if row is not None and isinstance(raw, bytearray):
        raw.clear()

    def no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise Refusal("json", f"{what} holds one key twice, so two readers may read two things.")
        return found if row is None else row(found)

    def no_float(token: str) -> Any:
        raise Refusal("json", f"{what} holds the number {plain(token, 30)}; a record has whole numbers only.")

    def whole(token: str) -> int:
        if token == "-0":  # an integer here, minus zero as a float there
            no_float(token)
        if len(token) > 17 or abs(int(token)) > MAX_INTEGER:
            raise Refusal("json", f"{what} holds a number too large for other readers.")
        return int(token)

    try:
        value = json.loads(
            text,
            object_pairs_hook=no_key_twice,
            parse_float=no_float,
            parse_constant=no_float,
            parse_int=whole,
        )
        if _SURROGATE.search(text):  # a pair is fine; half of one is read differently by every reader
            json.dumps(json.loads(text), ensure_ascii=False).encode("utf-8")
    except RecursionError:
        raise Refusal("json", f"{what} is nested too deeply.") from None
    except UnicodeEncodeError:
        raise Refusal("json", f"{what} holds half a character; readers differ on it.") from None
    return value


# --- Time -------------------------------------------------------------------------------------------------

_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d):(\d\d)Z)?\Z", re.ASCII)


def seconds(text: str) -> int:
    """RFC 3339 in UTC (``…Z``) or a date as seconds since 1970; ValueError for anything else."""
    found = _TIME.match(text)
    if not found:
        raise ValueError(f"{plain(text, 40)} is not a time such as 2026-01-31T12:00:00Z")
    import datetime

    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    moment = datetime.datetime(year, month, day, hour, minute, second, tzinfo=datetime.UTC)
    return int(moment.timestamp())


def shown_time(moment: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))


# --- Trust store ------------------------------------------------------------------------------------------

# The two kinds of key a record is signed with, as the fixed start of their SubjectPublicKeyInfo (RFC 5480
# section 2, uncompressed point; RFC 8410 section 4). Anything else is not a key we verify with.
P256_PREFIX = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")
ED25519_PREFIX = bytes.fromhex("302a300506032b6570032100")
# Ed25519 keys of small order, without the sign bit (RFC 8032 section 5.1.7 does not exclude them): anybody
# can make a signature that verifies under one, of any text, with a few tries and without a secret.
_SMALL_ORDER = frozenset(
    bytes.fromhex(text)
    for text in (
        "00" * 32,
        "01" + "00" * 31,
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ec" + "ff" * 30 + "7f",
        "ed" + "ff" * 30 + "7f",
        "ee" + "ff" * 30 + "7f",
    )
)


class TrustedKey(NamedTuple):
    """One line of the trust store: whom a key speaks for, in which roles, and when.

    Times are seconds since 1970 or None; ``revoked`` is "", "compromised" or "superseded", the latter with
    ``revoked_at``. ``spki`` is the DER SubjectPublicKeyInfo, ``keyid`` its SHA-256 in hex.
    """

    principal: str
    roles: tuple[str, ...]
    valid_after: int | None
    valid_before: int | None
    keyid: str
    spki: bytes
    revoked: str = ""
    revoked_at: int | None = None
    line: int = 0


def key_kind(spki: bytes) -> str:
    """``P-256`` or ``Ed25519``, or "" for a key that no record may be signed with."""
    if spki.startswith(P256_PREFIX) and len(spki) == len(P256_PREFIX) + 64:
        return "P-256"
    if spki.startswith(ED25519_PREFIX) and len(spki) == len(ED25519_PREFIX) + 32:
        raw = spki[len(ED25519_PREFIX) :]
        return "" if raw[:31] + bytes([raw[31] & 0x7F]) in _SMALL_ORDER else "Ed25519"
    return ""


def parse_trust(text: str) -> list[TrustedKey]:
    """The keys of a trust store. Unreadable names the first line that is not exactly as it should be.

    A line is ``principal role[,role] valid-after valid-before keyid key [revoked:…]``; a principal with
    spaces is a JSON string, ``-`` stands for no limit, ``key`` is the base64 of the DER public key,
    ``#`` begins a comment line. The semantics are those of OpenSSH's allowed_signers.
    """
    keys: list[TrustedKey] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.strip(" \t\r")
        if not stripped or stripped.startswith("#"):
            continue
        try:
            key = _trust_line(stripped, number)
            if key.keyid in seen:
                raise ValueError(f"the key stands on line {seen[key.keyid]} already")
        except ValueError as error:
            raise Unreadable(f"Line {number} of the trust store is not valid: {error}.") from None
        seen[key.keyid] = number
        keys.append(key)
    return keys


def _trust_line(line: str, number: int) -> TrustedKey:
    if line.startswith('"'):
        try:
            principal, end = json.JSONDecoder().raw_decode(line)
        except ValueError:
            raise ValueError("the quoted name does not end") from None
        fields = line[end:].split()
    else:
        principal, *fields = line.split()
    if len(fields) not in (5, 6):
        raise ValueError(f"it has {len(fields) + 1} fields instead of 6 or 7")
    roles = tuple(fields[0].split(","))
    if not principal or not all(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", role) for role in roles):
        raise ValueError("roles are words of letters, digits, dots and dashes, joined by commas")
    after, before = (None if text == "-" else seconds(text) for text in fields[1:3])
    if after is not None and before is not None and before <= after:
        raise ValueError("valid-before is not later than valid-after")
    try:
        spki = base64.b64decode(fields[4], validate=True)
    except binascii.Error:
        raise ValueError("the key is not base64") from None
    if not key_kind(spki):
        raise ValueError("the key is neither P-256 nor Ed25519, or one under which anybody can sign")
    if hashlib.sha256(spki).hexdigest() != fields[3]:
        raise ValueError("the key id is not the SHA-256 of the key")
    revoked, revoked_at = "", None
    if len(fields) == 6:
        revoked, _, moment = fields[5].removeprefix("revoked:").partition("@")
        if not fields[5].startswith("revoked:") or revoked not in ("compromised", "superseded"):
            raise ValueError("the last field is neither revoked:compromised nor revoked:superseded@TIME")
        if (revoked == "superseded") != bool(moment):
            raise ValueError("superseded needs a time and compromised has none")
        revoked_at = seconds(moment) if moment else None
    return TrustedKey(principal, roles, after, before, fields[3], spki, revoked, revoked_at, number)


def why_not_trusted(key: TrustedKey, signed_at: int) -> Refusal | None:
    """Why ``key`` did not speak for its principal at ``signed_at``, or None where it did."""
    who = f"the key of {plain(key.principal)} ({key.keyid[:8]})"
    if key.revoked == "compromised":
        return Refusal("key-revoked", f"The trust store calls {who} compromised; nothing it signed counts.")
    if key.revoked == "superseded" and key.revoked_at is not None and signed_at >= key.revoked_at:
        return Refusal("key-revoked", f"The record was signed when {who} was superseded already.")
    if key.valid_after is not None and signed_at < key.valid_after:
        return Refusal("key-not-yet-valid", f"The record was signed before {who} became valid.")
    if key.valid_before is not None and signed_at >= key.valid_before:
        return Refusal("key-expired", f"The record was signed after {who} had ceased to be valid.")
    return None


# --- Signatures -------------------------------------------------------------------------------------------


class Envelope(NamedTuple):
    payload_type: str
    payload: Raw
    signature: bytes
    keyid: str  # a hint of the signer; never trusted, never used as a path


def pae(payload_type: str, payload: Raw) -> bytes:
    """The bytes that are signed: DSSE's pre-authentication encoding (DSSE v1, protocol.md)."""
    return _pae_head(payload_type, payload) + payload


def _pae_head(payload_type: str, payload: Raw) -> bytes:
    kind = payload_type.encode()
    return b"DSSEv1 %d %s %d " % (len(kind), kind, len(payload))


def signature_holds(spki: bytes, envelope: Envelope) -> bool:
    """True where the signature of ``envelope`` was made with the private half of ``spki``.

    The payload of an unsigned envelope may be as large as a record can be, so it is not copied for P-256.
    """
    if not is_well_formed(key_kind(spki), envelope.signature):
        return False
    kind = key_kind(spki)
    try:  # each kind for itself: a module not imported is a tenth of the start-up
        from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

        if kind == "P-256":
            from cryptography.hazmat.primitives import hashes
            from cryptography.hazmat.primitives.asymmetric import ec, utils
        else:
            from cryptography.hazmat.primitives.asymmetric import ed25519
    except ImportError:
        return _openssl_holds(spki, envelope)
    try:
        if kind == "P-256":
            point = spki[len(P256_PREFIX) - 1 :]
            digest = hashlib.sha256(_pae_head(envelope.payload_type, envelope.payload))
            digest.update(envelope.payload)
            algorithm = ec.ECDSA(utils.Prehashed(hashes.SHA256()))
            public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
            public.verify(envelope.signature, digest.digest(), algorithm)
        else:
            message = pae(envelope.payload_type, envelope.payload)
            raw = spki[len(ED25519_PREFIX) :]
            ed25519.Ed25519PublicKey.from_public_bytes(raw).verify(envelope.signature, message)
    except UnsupportedAlgorithm:  # a build that knows no Ed25519
        return _openssl_holds(spki, envelope)
    except (InvalidSignature, ValueError):
        return False
    return True


def is_well_formed(kind: str, signature: bytes) -> bool:
    """Whether ``signature`` has the one form of its kind. ``openssl dgst`` reads no more than 72 bytes of an
    ECDSA signature, and would take one of that length with anything behind it."""
    if kind == "Ed25519":
        return len(signature) == 64
    if kind != "P-256":
        return False
    if not 8 <= len(signature) <= 72 or signature[0] != 0x30 or signature[1] != len(signature) - 2:
        return False
    end = 4 + signature[3]  # of the first INTEGER; the second must end where the SEQUENCE does
    return (
        signature[2] == 2
        and len(signature) > end + 2
        and signature[end] == 2
        and end + 2 + signature[end + 1] == len(signature)
    )


def _openssl_holds(spki: bytes, envelope: Envelope) -> bool:
    import shutil
    import subprocess
    import tempfile

    program = shutil.which("openssl")
    if program is None:
        raise Refusal(
            "no-verifier",
            "Neither the Python package cryptography nor the openssl program is here to check the signature.",
        )
    body = base64.encodebytes(spki).decode()
    with tempfile.TemporaryDirectory(prefix="inspector-gate-") as folder:
        files = {name: os.path.join(folder, name) for name in ("key", "signature", "message")}
        pem = f"-----BEGIN PUBLIC KEY-----\n{body}-----END PUBLIC KEY-----\n".encode()
        head = _pae_head(envelope.payload_type, envelope.payload)
        parts: dict[str, list[Raw]] = {
            "key": [pem],
            "signature": [envelope.signature],
            "message": [head, envelope.payload],
        }
        for name, contents in parts.items():
            with open(files[name], "wb") as stream:
                stream.writelines(contents)
        if key_kind(spki) == "P-256":
            command = ["dgst", "-sha256", "-verify", files["key"], "-signature", files["signature"]]
            command += [files["message"]]
        else:
            command = ["pkeyutl", "-verify", "-pubin", "-inkey", files["key"], "-rawin"]
            command += ["-in", files["message"], "-sigfile", files["signature"]]
        done = subprocess.run([program, *command], stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    return done.returncode == 0


# --- Envelopes and packages -------------------------------------------------------------------------------


class Package(Protocol):
    """Where the files of a signed package come from: a folder, or (for ``inspector verify``) a zip."""

    def record(self) -> tuple[str, Raw]:
        """The name and the bytes of the record itself."""

    def names(self) -> list[str]:
        """The names at the top of the package."""

    def read(self, name: str, limit: int) -> Raw | None:
        """The bytes of ``name`` (relative, with ``/``), None where there are none; Refusal over ``limit``."""

    def is_whole(self) -> bool:
        """Whether the package was named, not only the record in it: then its other files are checked too."""


class FolderPackage:
    """A package folder, or the record in it (then countersignatures beside it are read as well)."""

    def __init__(self, path: str) -> None:
        self._shown = path
        self._whole = os.path.isdir(path)
        self.folder = path if self._whole else os.path.dirname(path) or "."
        self.name = RECORD_NAME if self._whole else os.path.basename(path)
        if self._whole and not os.path.lexists(os.path.join(path, self.name)):
            raise Unreadable(f"The folder {plain(path)} holds no {RECORD_NAME}.")

    def record(self) -> tuple[str, Raw]:
        raw = self.read(self.name, MAX_RECORD)
        if raw is None:
            raise Unreadable(f"There is no record {plain(self._shown)}.")
        return self.name, raw

    def names(self) -> list[str]:
        try:
            return sorted(os.listdir(self.folder))
        except OSError as error:
            raise Unreadable(f"The folder {plain(self.folder)} cannot be read: {error.strerror}.") from None

    def read(self, name: str, limit: int) -> Raw | None:
        path = os.path.join(self.folder, *name.split("/"))
        try:
            # A link is followed here: a signature does not care where its bytes lie, and volumes of
            # Kubernetes show every file as a link.
            with open_regular(path, follow=True) as stream:
                raw = _read_up_to(stream, limit + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            why = error.strerror or str(error)
            raise Unreadable(f"{plain(path)} cannot be read: {why}.") from None
        if len(raw) > limit:
            raise Refusal("too-large", f"{plain(name)} is larger than {limit >> 20} MiB.")
        return raw

    def is_whole(self) -> bool:
        return self._whole


def _read_up_to(stream: BinaryIO, limit: int) -> bytearray:
    """At most ``limit`` bytes; an unbuffered file may give them in several pieces."""
    whole = bytearray()
    while len(whole) < limit and (piece := stream.read(min(limit - len(whole), BLOCK))):
        whole += piece
    return whole


def open_regular(path: str, *, follow: bool = False) -> BinaryIO:
    """``path`` open for reading where it is a regular file, and no link unless ``follow``; else OSError."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)
    flags |= 0 if follow else getattr(os, "O_NOFOLLOW", 0)
    flags |= getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    descriptor = os.open(path, flags)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(0, "it is not a regular file")
        return os.fdopen(descriptor, "rb", buffering=0)
    except BaseException:
        os.close(descriptor)
        raise


_LONG_TEXT = re.compile(rb'"([A-Za-z0-9+/]{65536,}+={0,2})"')
_LIFTED = "the payload was lifted out"  # what stands in its place; base64 holds no spaces


def _lift_payload(raw: Raw, what: str) -> tuple[bytes, bytearray]:
    """A large envelope without its payload, and the payload: decoded where it lies, because the copies that
    a JSON reader makes of a text would cost five times its size, and nobody has signed it yet."""
    found = _LONG_TEXT.search(raw)
    start, end = found.span(1) if found else (0, 0)
    del found  # it would hold on to the bytes, and they could not be cut
    rest = (
        bytes(raw[:start]) + _LIFTED.encode() + bytes(raw[end:]) if len(raw) + start - end < 1 << 21 else b""
    )
    if end == 0 or not rest or len(rest) > MAX_BESIDE_PAYLOAD or rest.count(_LIFTED.encode()) != 1:
        raise Refusal("json", f"{what} holds more beside its payload than a record can have.")
    lifted = raw if isinstance(raw, bytearray) else bytearray(raw)
    del lifted[end:]
    del lifted[:start]
    last = bytes(lifted[-4:])
    if len(lifted) % 4 or base64.b64encode(binascii.a2b_base64(last)) != last:
        raise Refusal("envelope", f"{what} holds base64 that is not in its one canonical form.")
    put = 0
    for place in range(0, len(lifted), BLOCK):
        block = binascii.a2b_base64(bytes(lifted[place : place + BLOCK]))
        lifted[put : put + len(block)] = block
        put += len(block)
    del lifted[put:]
    return rest, lifted


def envelope_of(raw: Raw, what: str) -> Envelope:
    """The DSSE envelope in ``raw``, also when a Sigstore bundle v0.3 is wrapped around it.

    A large ``raw`` that is a bytearray is used up: it becomes the payload.
    """
    lifted = None
    if raw.startswith(b"PK\x03\x04"):
        raise Unreadable(f"{what} is a zip: unpack it and name its folder, or use `inspector verify`.")
    if len(raw) > MAX_BESIDE_PAYLOAD:
        raw, lifted = _lift_payload(raw, what)
    try:
        value = strict_json(raw, what, items=MAX_ENVELOPE_ITEMS)
    except ValueError:
        raise Unreadable(f"{what} is not JSON, so it is no review record.") from None
    _refuse_look_alikes(value, what)
    if isinstance(value, dict) and "dsseEnvelope" in value:
        if not value.keys() <= _BUNDLE_KEYS:
            raise Refusal("envelope", f"{what} holds two signed contents; readers may differ on them.")
        if value.get("mediaType") != BUNDLE_TYPE:
            raise Refusal("envelope", f"{what} is a Sigstore bundle of another version than 0.3.")
        value = value["dsseEnvelope"]
        _refuse_look_alikes(value, what)
    if not isinstance(value, dict) or not isinstance(value.get("payload"), str):
        raise Refusal("envelope", f"{what} is not a DSSE envelope.")
    kind, signatures = value.get("payloadType"), value.get("signatures")
    if kind != PAYLOAD_TYPE:
        raise Refusal("payload-type", f"{what} holds another type of payload than {PAYLOAD_TYPE}.")
    if not isinstance(signatures, list) or not signatures:
        raise Refusal("unsigned", f"{what} carries no signature.")
    if len(signatures) != 1 or not isinstance(signatures[0], dict):
        raise Refusal("envelope", f"{what} must carry exactly one signature.")
    keyid, signature = signatures[0].get("keyid", ""), signatures[0].get("sig")
    if not isinstance(signature, str) or not signature:
        raise Refusal("unsigned", f"{what} carries no signature.")
    if not isinstance(keyid, str):
        raise Refusal("envelope", f"{what} holds a key id that is no text.")
    if lifted is None:
        payload: Raw = _base64(value["payload"], what)
    elif value["payload"] == _LIFTED:
        payload = lifted
    else:
        raise Refusal("envelope", f"{what} holds a long text that is not its payload.")
    return Envelope(kind, payload, _base64(signature, what), keyid)


# A bundle may hold nothing else: protobuf's JSON also knows every field by a second name (dsse_envelope).
_BUNDLE_KEYS = {"mediaType", "verificationMaterial", "dsseEnvelope"}
_ENVELOPE_KEYS = {
    name.casefold(): name for name in ("payload", "payloadType", "signatures", "sig", "keyid", "dsseEnvelope")
}
_STATEMENT_KEYS = {"type": "_type", "subject": "subject", "predicate": "predicate"}
_STATEMENT_KEYS["predicatetype"] = "predicateType"


def _refuse_look_alikes(value: Any, what: str) -> None:
    """Refusal where a key we use is spelt in another way: readers written in Go take ``Payload`` for
    ``payload`` (encoding/json), protobuf's take ``payload_type`` for ``payloadType``."""
    signatures = value.get("signatures") if isinstance(value, dict) else None
    for one in (value, *(signatures if isinstance(signatures, list) else ())):
        if isinstance(one, dict) and _has_look_alikes(one, _ENVELOPE_KEYS):
            raise Refusal("envelope", f"{what} spells a key in a way that readers differ on.")


def _has_look_alikes(value: Mapping[str, Any], keys: Mapping[str, str]) -> bool:
    """Whether a name in ``value`` is one of ``keys`` but for capitals and underscores."""
    return any(keys.get(name.casefold().replace("_", ""), name) != name for name in value)


def _base64(text: str, what: str) -> bytes:
    """Standard base64 in its one canonical spelling: other readers differ on all others."""
    try:
        raw = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raw = b""
    if not raw or base64.b64encode(raw).decode() != text:
        raise Refusal("envelope", f"{what} holds base64 that is not in its one canonical form.")
    return raw


# --- The shape of the payload -----------------------------------------------------------------------------

_HEX = re.compile(r"[0-9a-f]{64}\Z")
_KINDS: dict[str, tuple[type, ...]] = {"text": (str,), "number": (int,), "list": (list,), "map": (dict,)}

# The fields of our predicate that a verifier relies on. resources/schemas/ holds the whole schema.
REVIEW_FIELDS = {
    "schemaVersion": "text",
    "critical": "list",
    "recordId": "text",
    "serial": "number",
    "supersedes": "list",
    "project": "map",
    "decision": "text",
    "signedAt": "text",
    "validUntil": "text",
    "reviewers": "list",
    "separationOfDuties": "map",
    "scope": "map",
    "manifest": "map",
    "findings": "list",
    "exceptions": "list",
    "checklist": "map",
    "tool": "map",
    "attachments": "list",
}
COUNTERSIGNATURE_FIELDS = {
    "schemaVersion": "text",
    "role": "text",
    "decision": "text",
    "statement": "text",
    "signedAt": "text",
    "name": "text",
    "keyid": "text",
}


def _field(value: Any, name: str, kind: str, where: str) -> Any:
    found = value.get(name) if isinstance(value, dict) else None
    if not isinstance(found, _KINDS[kind]) or isinstance(found, bool):
        raise Refusal("schema", f"{where} has no {kind} “{name}”.")
    return found


def _items(value: Any, name: str, where: str, kind: type) -> list[Any]:
    """The list ``name`` of ``value``, empty where it is missing; each item of it a ``kind``."""
    found = value.get(name)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(item, kind) for item in found):
        raise Refusal("schema", f"{where}: “{name}” is not a list of the right things.")
    return found


def _moment(value: Any, name: str, where: str) -> int:
    text = _field(value, name, "text", where)
    try:
        if "T" not in text:
            raise ValueError
        return seconds(text)
    except ValueError:
        raise Refusal("schema", f"{where}: “{name}” is not a time in UTC.") from None


def _digest(value: Any, name: str, where: str) -> str:
    text = _field(value, name, "text", where)
    if not _HEX.match(text):
        raise Refusal("schema", f"{where}: “{name}” is not a SHA-256 digest.")
    return str(text)


def clean_name(name: str) -> bool:
    """Whether ``name`` is a relative path that stays where it is put, on every platform this runs on."""
    if not name or "\0" in name or name.startswith("/"):
        return False
    if os.name == "nt" and ("\\" in name or ":" in name):
        return False
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return all(part not in ("", ".", "..") for part in name.split("/"))


def sums_line(sha256: str, name: str) -> bytes:
    """One line of ``sha256sum``'s output, with its escapes for backslash and line breaks in names."""
    if any(char in name for char in "\\\n\r"):
        name = name.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
        return f"\\{sha256}  {name}\n".encode()
    return f"{sha256}  {name}\n".encode()


class ListedFile(NamedTuple):
    size: int
    sha256: str
    name: str = ""


_ROW = {"name", "role", "sha256", "size"}


def _listed(item: Any) -> ListedFile:
    """A row of the manifest that has other fields than ours."""
    name = _field(item, "name", "text", "the manifest")
    size = _field(item, "size", "number", "the manifest")
    return ListedFile(size, _field(item, "sha256", "text", "the manifest"), name)


def _small_row(value: dict[str, Any]) -> Any:
    """A row of the manifest as a ListedFile, a third of the dictionary it was: a record may list 100,000."""
    if len(value) == 4 and value.keys() == _ROW:
        name, size, sha256 = value["name"], value["size"], value["sha256"]
        if type(name) is str and type(size) is int and type(sha256) is str:
            return ListedFile(size, sha256, name)
    return value


# --- The bytes --------------------------------------------------------------------------------------------


class Tree(NamedTuple):
    """What lies under a folder: regular files with their size, links with their text, the rest by name."""

    files: dict[str, int]
    links: dict[str, str]
    special: list[str]
    denied: list[str]
    left_out: dict[str, str]


def walk(
    root: str,
    rules: Iterable[str],
    left_out: Mapping[str, str],
    listed: Mapping[str, ListedFile],
    links: Iterable[str] = (),
) -> Tree:
    """Lists everything under ``root`` without following a link or opening a file.

    ``rules`` are the words of scope.exclude, ``left_out`` the paths the record names. A folder that holds a
    listed file or one of ``links`` is never left out.
    """
    words = frozenset(rules)
    needed = {name[:end] for names in (listed, links) for name in names for end in _slashes(name)}
    tree = Tree({}, {}, [], [], {})
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(os.path.join(root, folder) if folder else root) as entries:
                for entry in entries:
                    name = f"{folder}/{entry.name}" if folder else entry.name
                    try:
                        below = _take(tree, entry, name, needed, words, left_out, listed)
                    except OSError:  # it went away, or may not be looked at
                        tree.denied.append(name)
                        continue
                    if below:
                        waiting.append(name)
        except OSError:
            tree.denied.append(folder or ".")
    return tree


def _take(
    tree: Tree,
    entry: os.DirEntry[str],
    name: str,
    needed: set[str],
    rules: frozenset[str],
    left_out: Mapping[str, str],
    listed: Mapping[str, ListedFile],
) -> bool:
    """Puts one entry where it belongs; True for a folder that is to be walked."""
    if entry.is_symlink() or _is_junction(entry):
        tree.links[name] = os.readlink(entry.path)
    elif entry.is_dir(follow_symlinks=False):
        rule = "" if name in needed else _rule(entry, name, rules, left_out)
        if not rule:
            return True
        tree.left_out[name] = rule
    elif entry.is_file(follow_symlinks=False):
        if name in left_out:
            tree.left_out[name] = left_out[name]
        else:
            size, row = entry.stat(follow_symlinks=False).st_size, listed.get(name)
            if row is not None and row[::2] == (size, name):  # one name and one number for both lists
                size, name = row.size, row.name
            tree.files[name] = size
    else:
        tree.special.append(name)
    return False


def _slashes(name: str) -> Iterator[int]:
    place = name.find("/")
    while place >= 0:
        yield place
        place = name.find("/", place + 1)


def _is_junction(entry: os.DirEntry[str]) -> bool:
    """A Windows junction is a link that ``is_symlink`` does not call one."""
    if os.name != "nt":
        return False
    attributes = getattr(entry.stat(follow_symlinks=False), "st_file_attributes", 0)
    return bool(attributes & getattr(stat, "FILE_ATTRIBUTE_REPARSE_POINT", 0x400))


def _rule(entry: os.DirEntry[str], name: str, rules: frozenset[str], left_out: Mapping[str, str]) -> str:
    """The rule that leaves this folder out, or "". A virtual environment counts where the record names it or
    where its folder has a usual name: an unknown folder does not become one by holding a pyvenv.cfg."""
    if name in left_out:
        return left_out[name]
    if RULE_NAMES.get(entry.name) in rules:
        return RULE_NAMES[entry.name]
    if VENV_RULE in rules and entry.name in VENV_NAMES:
        try:
            if stat.S_ISREG(os.lstat(os.path.join(entry.path, "pyvenv.cfg")).st_mode):
                return VENV_RULE
        except OSError:
            return ""
    return ""


# In a cache of the hub the files of a snapshot are links into the repository's blobs, or into the store that
# repositories share (huggingface_hub 1.3 and later).
_BLOB = re.compile(r"(?:(?:models|datasets|spaces)--[^/]+/)?blobs/(?:[0-9a-f]{2}/)?[^/]+\Z")
_REPOSITORY = re.compile(r"((?:models|datasets|spaces)--[^/]+)/")


def blob_behind(root: str, name: str) -> str | None:
    """The path of the blob that the link ``name`` of a hub cache under ``root`` leads to; None where it leads
    to anything but a blob of this cache."""
    top = os.path.realpath(root)
    real = os.path.realpath(os.path.join(top, *name.split("/")))
    if not real.startswith(top.rstrip(os.sep) + os.sep):
        return None
    inner = real[len(top.rstrip(os.sep)) + 1 :].replace(os.sep, "/")
    return real if _BLOB.match(inner) else None


def hash_file(path: str, size: int, buffer: bytearray) -> str | None:
    """The SHA-256 of the ``size`` bytes of the regular file ``path``; None where it has more or fewer."""
    digest = hashlib.sha256()
    view = memoryview(buffer)
    total = 0
    with open_regular(path) as stream:
        if hasattr(os, "posix_fadvise") and size > BLOCK:
            os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_SEQUENTIAL)
        while got := stream.readinto(view):  # type: ignore[attr-defined]
            total += got
            if total > size:
                return None
            digest.update(view[:got])
    return digest.hexdigest() if total == size else None


def changed_files(
    root: str,
    listed: Mapping[str, ListedFile],
    workers: int | None = None,
    blobs: Mapping[str, str] | None = None,
) -> list[str]:
    """The names of ``listed`` whose bytes under ``root`` are others; those in ``blobs`` are read there.

    Threads over files, largest first: one SHA-256 cannot be split, and hashlib lets go of the interpreter
    while it computes.
    """
    jobs: deque[list[str]] = deque()
    large = [name for name, one in listed.items() if one.size >= BLOCK]
    jobs.extend([name] for name in sorted(large, key=lambda name: -listed[name].size))
    small = [name for name, one in listed.items() if one.size < BLOCK]
    jobs.extend(small[start : start + 200] for start in range(0, len(small), 200))
    del small
    changed: list[str] = []

    def work() -> None:
        buffer = bytearray(BLOCK)
        while True:
            try:
                batch = jobs.popleft()
            except IndexError:
                return
            for name in batch:
                path = os.path.join(root, *name.split("/")) if os.sep != "/" else f"{root}/{name}"
                path = path if blobs is None else blobs.get(name, path)
                try:
                    same = hash_file(path, listed[name].size, buffer) == listed[name].sha256
                except OSError:
                    same = False
                if not same:
                    changed.append(name)

    count = min(workers or min(os.cpu_count() or 1, 4), max(len(jobs), 1))
    if count == 1:
        work()
        return changed
    import threading

    threads = [threading.Thread(target=work, daemon=True) for _ in range(count - 1)]
    for thread in threads:
        thread.start()
    work()
    for thread in threads:
        thread.join()
    return changed


# --- Verification -----------------------------------------------------------------------------------------


class Check(NamedTuple):
    """What one check came to: ``result`` is passed, failed, warning or skipped."""

    check: str
    result: str
    words: str
    code: str = ""


class Signer(NamedTuple):
    """A signature that counts, in the trust store's words."""

    principal: str
    roles: tuple[str, ...]
    keyid: str
    signed_at: str
    countersigned: bool


class Report:
    """What a verification came to, in words and as JSON. ``ok`` is the whole answer."""

    def __init__(self) -> None:
        self.checks: list[Check] = []
        self.signers: list[Signer] = []
        self.payload_sha256 = ""
        self.predicate: dict[str, Any] = {}

    @property
    def refusals(self) -> list[Check]:
        return [check for check in self.checks if check.result == "failed"]

    @property
    def warnings(self) -> list[Check]:
        return [check for check in self.checks if check.result == "warning"]

    @property
    def ok(self) -> bool:
        return bool(self.checks) and not self.refusals

    def as_json(self) -> dict[str, Any]:
        predicate = self.predicate
        project = predicate.get("project")
        return {
            "schema": "provenance-inspector/verification/1",
            "ok": self.ok,
            "record": {
                "payload_sha256": self.payload_sha256,
                "record_id": predicate.get("recordId"),
                "project": project.get("id") if isinstance(project, dict) else None,
                "decision": predicate.get("decision"),
                "serial": predicate.get("serial"),
                "valid_until": predicate.get("validUntil"),
            },
            "signers": [{**signer._asdict(), "roles": list(signer.roles)} for signer in self.signers],
            "checks": [check._asdict() for check in self.checks],
        }

    def summary(self) -> str:
        """One line for a log: who approved what until when, or that nothing was approved."""
        if not self.ok:
            return "refused"
        who = " and ".join(f"{plain(one.principal)} ({plain(', '.join(one.roles))})" for one in self.signers)
        project = plain(str(self.predicate["project"]["id"]))
        return (
            f"{self.predicate['decision']}: {project}, signed by {who}, valid until "
            f"{self.predicate['validUntil']}, record {plain(self.predicate['recordId'])}, "
            f"sha256:{self.payload_sha256}"
        )


class Verification:
    """Whether a record stands, here and now. The checks run in this order; a failed one ends the run.

    1. envelope      the record is strict JSON within its limits: a DSSE envelope, or a Sigstore bundle v0.3
                     around one; the payload type is in-toto's; there is exactly one signature
    2. signature     a key of the trust store verifies it over DSSE's pre-authentication encoding. The key id
                     in the envelope is a hint only. Nothing of the payload is parsed before this
    3. schema        the payload is strict JSON: an in-toto Statement v1 with our predicate and its fields
    4. critical      every field marked as must-understand is one we understand
    5. trust         the key spoke for its principal when the record was signed: not revoked, not before,
                     not after; and it was not signed in the future
    6. project       it is about the project that was asked for (where one was)
    7. decision      it approves
    8. completeness  no open finding of high or critical, no required question without an answer, every
                     exception with reason, owner and expiry, no plain approval over accepted high findings
    9. expiry        neither the record nor one of its exceptions has run out
    10. four eyes    as many trusted persons as required signed the same decision, one with each role required
    11. serial       it is not older than the last record seen of this project (where a state file is kept)
    12. manifest     the list of files is well-formed, and its digest is what the statement is about
    13. package      the other files of a package folder are the ones the record was signed with
    14. bytes        the tree under the root holds exactly the listed files, byte for byte, and no link
    15. packages     every installed package stands, in that version, in a lock file of the record (if asked)
    """

    def __init__(
        self,
        package: Package,
        trust: Sequence[TrustedKey],
        *,
        root: str | None = None,
        project: str | None = None,
        require: int = 1,
        roles: Sequence[str] = (),
        state: str | None = None,
        packages: str | None = None,
        locks: Sequence[str] = (),
        now: int | None = None,
    ) -> None:
        self._package = package
        self._packages = packages
        self._locks = locks
        self._trust = trust
        self._root = root
        self._project = project
        self._require = require
        self._roles = roles
        self._state = state
        self._now = int(time.time()) if now is None else now
        self._report = Report()
        self._envelope = Envelope("", b"", b"", "")
        self._key = TrustedKey("", (), None, None, "", b"")
        self._statement: dict[str, Any] = {}
        self._predicate: dict[str, Any] = {}
        self._signed_at = 0
        self.files: dict[str, ListedFile] = {}
        self._links: dict[str, str] = {}
        self._left_out: dict[str, str] = {}
        self._rules: list[str] = []

    def run(self) -> Report:
        """Runs the checks. Raises Unreadable only where the record or the root cannot be read at all."""
        steps: list[tuple[str, Callable[[], str]]] = [
            ("envelope", self._check_envelope),
            ("signature", self._check_signature),
            ("schema", self._check_schema),
            ("critical", self._check_critical),
            ("trust", self._check_trust),
            ("project", self._check_project),
            ("decision", self._check_decision),
            ("completeness", self._check_completeness),
            ("expiry", self._check_expiry),
            ("four eyes", self._check_four_eyes),
            ("serial", self._check_serial),
            ("manifest", self._check_manifest),
            ("package", self._check_package),
            ("bytes", self._check_bytes),
            ("packages", self._check_packages),
        ]
        for name, step in steps:
            try:
                words = step()
            except Refusal as refusal:
                self._report.checks.append(Check(name, "failed", refusal.sentence, refusal.code))
            else:
                if not any(check.check == name and check.result == "failed" for check in self._report.checks):
                    self._report.checks.append(Check(name, "passed" if words else "skipped", words))
            if self._report.refusals:
                break
        if self._report.ok and self._state is not None:
            self._remember_serial(self._state)
        return self._report

    def _warn(self, check: str, code: str, words: str) -> None:
        self._report.checks.append(Check(check, "warning", words, code))

    def _fail(self, check: str, code: str, words: str) -> None:
        self._report.checks.append(Check(check, "failed", words, code))

    def _check_envelope(self) -> str:
        name, raw = self._package.record()
        self._envelope = envelope_of(raw, plain(name))
        self._report.payload_sha256 = hashlib.sha256(self._envelope.payload).hexdigest()
        return f"{plain(name)} is a DSSE envelope with one signature"

    def _signer(self, envelope: Envelope) -> TrustedKey | None:
        """The trusted key that verifies ``envelope``. The hint only decides which is tried first."""
        ordered = sorted(self._trust, key=lambda key: key.keyid != envelope.keyid)
        return next((key for key in ordered if signature_holds(key.spki, envelope)), None)

    def _check_signature(self) -> str:
        if not self._trust:
            raise Refusal("signature", "The trust store is empty, so there is nobody whose word would count.")
        key = self._signer(self._envelope)
        if key is None:
            raise Refusal(
                "signature",
                "No key of the trust store verifies this record. Either it was signed with a key that is not "
                "trusted here, or it was edited after it was signed: the two cannot be told apart.",
            )
        self._key = key
        return f"signed with the key {key.keyid} of {plain(key.principal)}"

    def _parse(self, envelope: Envelope, what: str, kind: str) -> dict[str, Any]:
        try:
            statement = strict_json(envelope.payload, what, items=MAX_PAYLOAD_ITEMS, row=_small_row)
        except ValueError:
            raise Refusal("json", f"{what} is not JSON.") from None
        if not isinstance(statement, dict) or statement.get("_type") != STATEMENT_TYPE:
            raise Refusal("schema", f"{what} is not an in-toto statement of version 1.")
        if _has_look_alikes(statement, _STATEMENT_KEYS):
            raise Refusal("schema", f"{what} spells a key in a way that readers differ on.")
        if statement.get("predicateType") != kind:
            raise Refusal("schema", f"{what} is a statement of another type than {kind}.")
        subjects = _field(statement, "subject", "list", what)
        if not subjects:
            raise Refusal("schema", f"{what} is about nothing: it has no subject.")
        for subject in subjects:
            _field(subject, "name", "text", what)
            _digest(_field(subject, "digest", "map", what), "sha256", what)
        _field(statement, "predicate", "map", what)
        return statement

    def _check_schema(self) -> str:
        self._statement = self._parse(self._envelope, "the record", REVIEW_TYPE)
        self._envelope = self._envelope._replace(payload=b"")  # its digest is kept; it may be large
        predicate = self._predicate = self._statement["predicate"]
        for name, kind in REVIEW_FIELDS.items():
            _field(predicate, name, kind, "the record")
        if predicate["schemaVersion"].split(".")[0] != "1":
            raise Refusal("schema", "The record follows a version of the schema that is not known here.")
        _field(predicate["project"], "id", "text", "the record's project")
        if predicate["decision"] not in DECISIONS:
            raise Refusal("schema", "The record holds a decision that is none of the known words.")
        self._signed_at = _moment(predicate, "signedAt", "the record")
        _moment(predicate, "validUntil", "the record")
        for finding in predicate["findings"]:
            severity = _field(finding, "severity", "text", "a finding")
            state = _field(finding, "state", "text", "a finding")
            _field(finding, "id", "text", "a finding")
            if severity not in SEVERITIES or state not in STATES:
                raise Refusal("schema", "A finding has a severity or a state that is no known word.")
        _field(predicate["checklist"], "items", "list", "the checklist")
        for item in _items(predicate["checklist"], "items", "the checklist", dict):
            _field(item, "id", "text", "a question")
            if item.get("answer") is not None and item.get("answer") not in ANSWERS:
                raise Refusal("schema", "A question has an answer that is none of the known words.")
        self._report.predicate = predicate
        return "an in-toto statement with a complete review predicate"

    def _check_critical(self) -> str:
        names = self._predicate["critical"]
        unknown = [str(name) for name in names if not isinstance(name, str) or name not in UNDERSTOOD]
        if unknown:
            raise Refusal("critical", f"The record needs a verifier that understands {_some(unknown)}.")
        return "every must-understand field is understood"

    def _check_trust(self) -> str:
        if self._signed_at > self._now + CLOCK_SKEW:
            raise Refusal(
                "signed-in-future",
                f"The record says it was signed at {shown_time(self._signed_at)}, which is still to come.",
            )
        refusal = why_not_trusted(self._key, self._signed_at)
        if refusal is not None:
            raise refusal
        key = self._key
        signed_at = shown_time(self._signed_at)
        self._report.signers.append(Signer(key.principal, key.roles, key.keyid, signed_at, False))
        claimed = [one.get("name") for one in _items(self._predicate, "reviewers", "the record", dict)]
        if key.principal not in claimed:
            self._warn(
                "trust",
                "reviewer-name",
                f"The record names {_some(str(name) for name in claimed) or 'nobody'} as reviewer; the trust "
                f"store says that the key is of {plain(key.principal)}, and that counts.",
            )
        return f"the trust store names {plain(key.principal)} for this key at {signed_at}"

    def _check_project(self) -> str:
        found = self._predicate["project"]["id"]
        if self._project is None:
            return ""
        if found != self._project:
            raise Refusal("project", f"The record is about {plain(found)}, not about {plain(self._project)}.")
        return f"it is about {plain(found)}"

    def _check_decision(self) -> str:
        decision = self._predicate["decision"]
        if not decision.startswith("approved"):
            raise Refusal("not-approved", f"The signature is good, and the decision is: {decision}.")
        return str(decision)

    def _check_completeness(self) -> str:
        predicate = self._predicate
        grave = [one for one in predicate["findings"] if one["severity"] in ("critical", "high")]
        unresolved = [one["id"] for one in grave if one["state"] in ("open", "confirmed")]
        if unresolved:
            raise Refusal(
                "incomplete", f"It approves with open high or critical findings: {_some(unresolved)}."
            )
        items = predicate["checklist"]["items"]
        unanswered = (None, "unknown")
        silent = [one["id"] for one in items if one.get("required") and one.get("answer") in unanswered]
        if silent:
            raise Refusal("incomplete", f"It approves with required questions not answered: {_some(silent)}.")
        covered: set[str] = set()
        for exception in predicate["exceptions"]:
            for name in ("id", "rationale", "owner", "expires"):
                if not _field(exception, name, "text", "an exception").strip():
                    raise Refusal("incomplete", f"An exception has no {name}.")
            _moment(exception, "expires", "an exception")
            covered.update(str(one) for one in _field(exception, "findings", "list", "an exception"))
        accepted = [one["id"] for one in predicate["findings"] if one["state"] == "accepted"]
        needs_reason = ("false-positive", "not-applicable")
        silent = [
            one["id"]
            for one in predicate["findings"]
            if one["state"] in needs_reason and not str(one.get("because") or "").strip()
        ]
        if silent:
            raise Refusal("incomplete", f"Findings were set aside without a reason: {_some(silent)}.")
        bare = [one for one in accepted if one not in covered]
        if bare:
            raise Refusal("incomplete", f"Accepted findings stand without an exception: {_some(bare)}.")
        if predicate["decision"] == "approved" and any(one["state"] == "accepted" for one in grave):
            raise Refusal("incomplete", "It approves plainly and yet accepts findings of high or critical.")
        return "nothing grave is open, and every exception has reason, owner and expiry"

    def _check_expiry(self) -> str:
        until = _moment(self._predicate, "validUntil", "the record")
        if self._now > until:
            raise Refusal("expired", f"The record was valid until {shown_time(until)}.")
        if until < self._signed_at:
            raise Refusal("schema", "The record ended before it was signed.")
        over = [one["id"] for one in self._predicate["exceptions"] if self._now > seconds(one["expires"])]
        if over:
            raise Refusal("exception-expired", f"Exceptions have run out: {_some(over)}.")
        return f"valid until {shown_time(until)}"

    def _check_four_eyes(self) -> str:
        for name in self._countersignature_names():
            try:
                self._count_in(name)
            except Refusal as refusal:
                if refusal.code == "countersignature-disagrees":
                    raise
                words = f"{plain(name)} does not count. {refusal.sentence}"
                self._warn("four eyes", "countersignature", words)
            except Unreadable as error:
                self._warn("four eyes", "countersignature", f"{plain(name)} does not count. {error}")
        persons = {_person(one.principal) for one in self._report.signers}
        # The record itself may ask for a second person; anything but "no" is taken as asking.
        asks = self._predicate["separationOfDuties"].get("required", False) is not False
        require = max(self._require, 2 if asks else 1)
        if len(persons) < require:
            by = " (the record asks for two)" if asks else ""
            raise Refusal("four-eyes", f"{require} trusted persons must have signed; {len(persons)} did{by}.")
        held = {role for one in self._report.signers for role in one.roles}
        lacking = [role for role in self._roles if role not in held]
        if lacking:
            raise Refusal("role", f"Nobody who signed holds the role {_some(lacking)} in the trust store.")
        who = _some({one.principal for one in self._report.signers})
        return f"{len(persons)} of {require} required, by {who}"

    def _countersignature_names(self) -> list[str]:
        names = [
            name
            for name in self._package.names()
            if name.startswith("countersignature-") and name.endswith(".dsse.json")
        ]
        if len(names) > MAX_COUNTERSIGNATURES:
            raise Refusal("four-eyes", f"The package holds over {MAX_COUNTERSIGNATURES} countersignatures.")
        return names

    def _count_in(self, name: str) -> None:
        """Adds the signer of one countersignature, or raises Refusal with why it does not count."""
        raw = self._package.read(name, 1 << 20)
        envelope = envelope_of(raw or b"{}", "It")
        key = self._signer(envelope)
        if key is None:
            raise Refusal("signature", "No key of the trust store verifies it.")
        statement = self._parse(envelope, "the countersignature", COUNTERSIGNATURE_TYPE)
        predicate = statement["predicate"]
        for field, kind in COUNTERSIGNATURE_FIELDS.items():
            _field(predicate, field, kind, "the countersignature")
        if statement["subject"][0]["digest"]["sha256"] != self._report.payload_sha256:
            raise Refusal("signature", "It is about another record.")
        signed_at = _moment(predicate, "signedAt", "the countersignature")
        if signed_at > self._now + CLOCK_SKEW or signed_at < self._signed_at - CLOCK_SKEW:
            raise Refusal("signed-in-future", "Its time lies in the future, or before the record's.")
        refusal = why_not_trusted(key, signed_at)
        if refusal is not None:
            raise refusal
        if predicate["decision"] != self._predicate["decision"]:
            raise Refusal(
                "countersignature-disagrees",
                f"{plain(key.principal)} countersigned another decision: {plain(predicate['decision'], 40)}.",
            )
        if all(key.keyid != one.keyid for one in self._report.signers):
            signer = Signer(key.principal, key.roles, key.keyid, shown_time(signed_at), True)
            self._report.signers.append(signer)

    def _check_serial(self) -> str:
        if self._state is None:
            return ""
        last = _read_state(self._state).get(self._predicate["project"]["id"])
        serial = self._predicate["serial"]
        if last is None:
            return f"the first record of this project seen here, serial {serial}"
        if serial < last["serial"]:
            raise Refusal("older-serial", f"Serial {last['serial']} was seen here already; this is {serial}.")
        if serial == last["serial"] and self._report.payload_sha256 != last["payload_sha256"]:
            raise Refusal("older-serial", f"Another record with the same serial {serial} was seen here.")
        return f"serial {serial}, last seen {last['serial']}"

    def _remember_serial(self, path: str) -> None:
        state = _read_state(path)
        seen = {"serial": self._predicate["serial"], "payload_sha256": self._report.payload_sha256}
        last = state.get(self._predicate["project"]["id"])
        if last is not None and last["serial"] >= seen["serial"]:  # or another gate saw a later one meanwhile
            return
        state[self._predicate["project"]["id"]] = seen
        text = json.dumps({"schema": "provenance-inspector/gate-state/1", "projects": state}, sort_keys=True)
        try:
            replace_file(path, text.encode() + b"\n")
        except OSError as error:
            raise Unreadable(f"The state file {plain(path)} cannot be written: {error.strerror}.") from None

    def _check_manifest(self) -> str:
        manifest = self._predicate["manifest"]
        if _field(manifest, "format", "text", "the manifest") != "sha256sum":
            raise Refusal("schema", "The manifest is of another format than sha256sum.")
        for item in _field(manifest, "files", "list", "the manifest"):
            listed = item if isinstance(item, ListedFile) else _listed(item)
            name = listed.name
            if not clean_name(name):
                raise Refusal("manifest-path", f"The manifest lists {plain(name)}, no path inside a tree.")
            if name in self.files:
                raise Refusal("manifest", f"The manifest lists {plain(name)} twice.")
            if listed.size < 0:
                raise Refusal("schema", f"The manifest gives {plain(name)} a size below zero.")
            if not _HEX.match(listed.sha256):
                raise Refusal("schema", "the manifest: “sha256” is not a SHA-256 digest.")
            self.files[name] = listed
        digest = hashlib.sha256()
        for name in sorted(self.files):  # by characters, which is the order of their bytes in UTF-8
            digest.update(sums_line(self.files[name].sha256, name))
        found = digest.hexdigest()
        first = self._statement["subject"][0]
        about = (first["digest"]["sha256"], first["digest"].get("dirHash1"))
        stated = _digest(_field(manifest, "digest", "map", "the manifest"), "sha256", "the manifest")
        again = manifest["digest"].get("dirHash1", found)
        if first["name"] != SUMS_NAME or about != (found, found) or (stated, again) != (found, found):
            raise Refusal("subject", "The manifest is not the list of files that the statement is about.")
        for subject in self._statement["subject"][1:]:
            named = self.files.get(subject["name"])
            if named is None or named.sha256 != subject["digest"]["sha256"]:
                raise Refusal("subject", f"Subject {plain(subject['name'])} is not so in the manifest.")
        self._read_scope()
        return f"{len(self.files)} files, list sha256:{found}"

    def _read_scope(self) -> None:
        for link in _items(self._predicate["manifest"], "links", "the manifest", dict):
            name = _field(link, "name", "text", "a link of the manifest")
            target = _field(link, "target", "text", "a link of the manifest")
            if not clean_name(name) or name in self.files or not _stays_inside(name, target):
                raise Refusal("manifest-path", f"The manifest lists the link {plain(name)}, which leads out.")
            if self._links.setdefault(name, target) != target:
                raise Refusal("manifest", f"The manifest lists the link {plain(name)} twice.")
        outward = [name for name in self._links if not _ends_inside(name, self._links)]
        if outward:
            raise Refusal("manifest-path", f"The manifest lists links that lead out: {_some(outward)}.")
        for item in _items(self._predicate["scope"], "leftOut", "the scope", dict):
            path = _field(item, "path", "text", "the scope")
            if not clean_name(path):
                raise Refusal("manifest-path", f"The scope leaves out {plain(path)}, no path inside a tree.")
            self._left_out[path] = _field(item, "rule", "text", "the scope")
        self._rules = _items(self._predicate["scope"], "exclude", "the scope", str)
        lists = (self.files, self._links)
        below = next(
            (
                name
                for names in lists
                for name in names
                for end in _slashes(name)
                if any(name[:end] in leaves for leaves in lists)
            ),
            None,
        )
        if below is not None:
            raise Refusal("manifest", f"The manifest lists {plain(below)} below what it says is no folder.")

    def _check_package(self) -> str:
        if not self._package.is_whole():
            return ""
        missing = []
        for name, limit, words in (
            (SUMS_NAME, MAX_RECORD, "is not the list that was signed"),
            (BUNDLE_NAME, MAX_RECORD, "holds another record"),
            (LINES_NAME, MAX_RECORD + (MAX_COUNTERSIGNATURES << 20), "does not begin with this record"),
        ):
            found = self._package.read(name, limit)  # each is let go of before the next is read
            if found is None:
                missing.append(name)
            elif not self._is_copy(name, found):
                raise Refusal("package", f"{name} in the package {words}.")
            del found
        for item in _items(self._predicate, "attachments", "the record", dict):
            name = _field(item, "name", "text", "an attachment")
            if not clean_name(name):
                raise Refusal("manifest-path", f"An attachment is called {plain(name)}, which leads out.")
            digest = _digest(_field(item, "digest", "map", "an attachment"), "sha256", "an attachment")
            raw = self._package.read(name, MAX_ATTACHMENT)
            if raw is None:
                missing.append(name)
            elif hashlib.sha256(raw).hexdigest() != digest:
                raise Refusal("attachment", f"{plain(name)} in the package was changed after signing.")
        missing += self._check_companions()
        stamps = [name for name in self._package.names() if name.endswith((".tsr", ".tst"))]
        if stamps:
            words = f"Not checked: {_some(stamps)}. `openssl ts -verify` checks a timestamp."
            self._warn("package", "timestamp", words)
        if missing:
            self._warn("package", "package-incomplete", f"The package lacks {_some(missing)}.")
        return "the files of the package are those the record was signed with"

    def _check_packages(self) -> str:
        if self._packages is None:
            return ""
        locked, names = self._locked()
        unlocked: list[str] = []
        wrong: list[str] = []
        tools: list[str] = []
        for name, versions in sorted(installed_packages(self._packages).items()):
            allowed = locked.get(name)
            if allowed is None:
                (tools if name in INSTALLERS else unlocked).append(name)
            elif "" not in allowed:
                odd = [v for v in versions if not any(same_version(v, one) for one in allowed)]
                wrong += [f"{name} {version}, locked is {' or '.join(sorted(allowed))}" for version in odd]
        if unlocked:
            self._fail("packages", "package-unlocked", f"Installed, and in no lock file: {_some(unlocked)}.")
        if wrong:
            self._fail("packages", "package-version", f"Installed in another version: {_some(wrong)}.")
        if tools:
            self._warn("packages", "package-tool", f"Installers that are in no lock file: {_some(tools)}.")
        return f"every installed package stands in {_some(names)}, in that version"

    def _locked(self) -> tuple[dict[str, set[str]], list[str]]:
        """What the record's lock files allow. Their bytes are read once more, and must be the listed ones."""
        if self._root is None:
            raise Refusal(
                "lock", "Installed packages are compared with the lock file under the root: give it."
            )
        listed = [
            _field(item, "name", "text", "a lock file of the record")
            for item in _items(self._predicate, "lockfiles", "the record", dict)
        ]
        absent = [name for name in self._locks if name not in listed]
        if absent:
            raise Refusal("lock", f"The record lists no lock file {_some(absent)}.")
        allowed: dict[str, set[str]] = {}
        names = []
        for name in self._locks or listed:
            expected = self.files.get(name)
            try:
                with open_regular(os.path.join(self._root, *name.split("/"))) as stream:
                    raw = _read_up_to(stream, MAX_LOCK)
            except OSError:
                raw = bytearray()
            if expected is None or hashlib.sha256(raw).hexdigest() != expected.sha256:
                raise Refusal("lock", f"The lock file {plain(name)} is not the approved one.")
            versions = locked_versions(name, raw)
            if versions is None:
                continue
            names.append(name)
            for package, some in versions.items():
                allowed.setdefault(package, set()).update(some)
        if not names:
            raise Refusal(
                "lock", "The record lists no lock file that can be compared with what is installed."
            )
        return allowed, names

    def _check_companions(self) -> list[str]:
        """The files that hold the record or a signature, so that the record could not name their digests: the
        same key made a statement about them, which the record announces. Gives the names that are missing.

        What contradicts that statement is refused. Where it is not there or not about this record, nothing
        speaks for the printed report, and a warning says so: what counts is the record."""
        listed = None if self._predicate.get("packageFiles") is None else self._companions()
        if listed is None:
            if REPORT_NAME in self._package.names() and not self._is_attached(REPORT_NAME):
                words = f"Nothing that was signed speaks for {REPORT_NAME}; read the record or report.html."
                self._warn("package", "report-unbound", words)
            return []
        if REPORT_NAME in self._package.names() and REPORT_NAME not in listed:
            raise Refusal("attachment", f"{REPORT_NAME} in the package was added after signing.")
        missing = []
        for item, digest in listed.items():
            if not clean_name(item):
                raise Refusal("manifest-path", f"{PACKAGE_NAME} lists {plain(item)}, which leads out.")
            content = self._package.read(item, MAX_ATTACHMENT)
            if content is None:
                missing.append(item)
            elif hashlib.sha256(content).hexdigest() != digest:
                raise Refusal("attachment", f"{plain(item)} in the package was changed after signing.")
        return missing

    def _is_attached(self, name: str) -> bool:
        """Whether the record itself has the digest of ``name``; it was compared by then."""
        return any(
            one.get("name") == name for one in _items(self._predicate, "attachments", "the record", dict)
        )

    def _companions(self) -> dict[str, str] | None:
        """The digests in the statement of the record's own key about its package, if there is one."""
        raw = self._package.read(PACKAGE_NAME, MAX_RECORD)
        if raw is None:
            return None
        try:
            envelope = envelope_of(raw, PACKAGE_NAME)
            if not signature_holds(self._key.spki, envelope):
                return None
            statement = self._parse(envelope, PACKAGE_NAME, PACKAGE_TYPE)
            record = _digest(statement["predicate"], "record", PACKAGE_NAME)
        except (Refusal, Unreadable):
            return None
        if record != self._report.payload_sha256:
            return None
        return {one["name"]: one["digest"]["sha256"] for one in statement["subject"]}

    def _be_one_repository(self, root: str) -> None:
        """A record about one repository of a cache names its folder first, whichever of the two is root."""
        tops = {
            found[1] if (found := _REPOSITORY.match(name)) else "" for name in (*self.files, *self._left_out)
        }
        top = next(iter(tops)) if len(tops) == 1 else ""
        if top and not os.path.isdir(os.path.join(root, top)):
            start = len(top) + 1
            self.files = {name[start:]: listed for name, listed in self.files.items()}
            self._links = {name[start:]: target for name, target in self._links.items()}
            self._left_out = {path[start:]: rule for path, rule in self._left_out.items()}

    def _is_copy(self, name: str, raw: Raw) -> bool:
        """Whether the file ``name`` of the package says what the record says; a large ``raw`` is used up."""
        if name == SUMS_NAME:
            expected = self._statement["subject"][0]["digest"]["sha256"]
            return hashlib.sha256(raw).hexdigest() == str(expected)
        end = raw.find(b"\n") if name == LINES_NAME else -1
        if end >= 0 and isinstance(raw, bytearray):
            del raw[end:]
        return self._is_this_record(raw if end < 0 or isinstance(raw, bytearray) else raw[:end])

    def _is_this_record(self, raw: Raw) -> bool:
        try:
            one = envelope_of(raw, "it")
        except (Refusal, Unreadable):
            return False
        same = hashlib.sha256(one.payload).hexdigest() == self._report.payload_sha256
        return same and (one.payload_type, one.signature) == (PAYLOAD_TYPE, self._envelope.signature)

    def _check_bytes(self) -> str:
        if self._root is None:
            self._warn("bytes", "no-root", "No root was given, so no file was compared with the record.")
            return ""
        root = self._root
        if not os.path.isdir(root):
            raise Unreadable(f"The root {plain(root)} is not a folder. Name the folder that holds the files.")
        is_cache = self._predicate["scope"].get("symlinks") == "hf-cache"
        if is_cache:
            self._be_one_repository(root)
        tree = walk(root, self._rules, self._left_out, self.files, self._links)
        blobs = {}
        for name in tree.links.keys() & self.files.keys() if is_cache else ():
            blob = blob_behind(root, name)
            if blob is not None and os.path.isfile(blob):
                blobs[name] = blob
                tree.files[name] = os.stat(blob).st_size
        for name in blobs:
            del tree.links[name]
        links = [name for name, target in tree.links.items() if self._links.get(name) != target]
        links += [name for name in self._links if name not in tree.links]
        sized = {name for name, listed in self.files.items() if tree.files.get(name) != listed.size}
        same = {name: self.files[name] for name in self.files if name not in sized} if sized else self.files
        changed = [name for name in sized if name in tree.files]
        changed += changed_files(root, same, blobs=blobs)
        elsewhere = {*tree.links, *tree.special, *tree.denied}
        found = (
            ("denied", tree.denied, "Not readable"),
            ("special", tree.special, "No regular file"),
            ("link", links, "A link that the record does not list so, or none where it lists one"),
            ("missing", [n for n in self.files if n not in tree.files and n not in elsewhere], "Missing"),
            ("changed", changed, "Not the approved bytes"),
            ("extra", [name for name in tree.files if name not in self.files], "Not in the record"),
        )
        for code, names, words in found:
            if names:
                self._fail("bytes", code, f"{words}, under the root: {_some(names)}.")
        for rule in sorted(set(tree.left_out.values())):
            paths = [path for path, why in tree.left_out.items() if why == rule]
            loadable = [name for path in paths for name in _loadable(root, path)]
            note = f". Files that can be loaded lie there: {_some(loadable)}" if loadable else ""
            self._warn("bytes", "left-out", f"Not reviewed ({plain(rule)}): {_some(paths)}{note}.")
        return f"{len(self.files)} files are the approved ones, and nothing else lies there"


# --- Installed packages -----------------------------------------------------------------------------------

# Installers that stand in no lock file: an environment usually holds them, and they are warned of.
INSTALLERS = frozenset({"pip", "setuptools", "wheel", "uv"})
_PINNED = re.compile(
    # No two parts that may both take the same blanks: a line of 100,000 blanks took a minute.
    r"([A-Za-z0-9][A-Za-z0-9._-]*)(?:\s*\[[^\]]*\])?\s*===?\s*([^\s;,*]+)\s*(?:;.*|--hash.*)?\Z",
    re.DOTALL,
)


def package_name(name: str) -> str:
    """The one spelling of a package's name (PyPA, name normalization)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def same_version(one: str, other: str) -> bool:
    """Whether two versions are one: spelt alike, or alike but for zeros and separators (PEP 440)."""
    return one == other or _spelt(one) == _spelt(other)


def _spelt(version: str) -> tuple[str, str]:
    public, _, local = version.strip().lower().removeprefix("v").partition("+")
    public = re.sub(r"[-_.]?(alpha|beta|preview|pre|post|rev|dev|rc|[abcr])[-_.]?(?=\d|\Z)", r"~\1", public)
    release, mark, rest = public.partition("~")
    return re.sub(r"(\.0+)+\Z", "", release) + mark + rest, re.sub(r"[-_]", ".", local)


def locked_versions(name: str, raw: Raw) -> dict[str, set[str]] | None:
    """The versions a lock file allows for each package, "" for one that is a folder of the project itself.

    None where ``name`` is no lock file this reads: uv.lock, poetry.lock, pdm.lock, pylock.toml, Pipfile.lock
    and requirements files with exact versions. Refusal ``lock`` where it cannot be read.
    """
    base = name.rsplit("/", 1)[-1]
    try:
        text = raw.decode("utf-8")
        if base in ("uv.lock", "poetry.lock", "pdm.lock") or re.fullmatch(r"pylock(\.[^.]+)?\.toml", base):
            import tomllib

            table = tomllib.loads(text)
            entries = table["package"] if "package" in table else table["packages"]
            rows = [(row["name"], row.get("version", "")) for row in entries]
        elif base == "Pipfile.lock":
            groups = json.loads(text)
            rows = [
                (key, row.get("version", "").removeprefix("=="))
                for group in ("default", "develop")
                for key, row in groups.get(group, {}).items()
            ]
        elif base.startswith("requirements") and base.endswith(".txt"):
            lines = re.sub(r"\\\r?\n", " ", text).splitlines()
            found = (_PINNED.match(re.sub(r"(^|\s)#.*", "", line).strip()) for line in lines)
            rows = [(one[1], one[2]) for one in found if one]
        else:
            return None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Refusal("lock", f"The lock file {plain(name)} cannot be read.") from None
    versions: dict[str, set[str]] = {}
    for package, version in rows:
        versions.setdefault(package_name(str(package)), set()).add(str(version))
    return versions


def installed_packages(place: str) -> dict[str, set[str]]:
    """The versions of every package installed in ``place``: a site-packages folder, a virtual environment, or
    ``own`` for the Python that runs this. Unreadable where there is none, Refusal for one that is broken."""
    from importlib import metadata

    folders = sys.path if place == "own" else _site_packages(place)
    found: dict[str, set[str]] = {}
    for one in metadata.distributions(path=folders):
        text = one.read_text("METADATA") or one.read_text("PKG-INFO") or one.read_text("") or ""
        head = re.split(r"\r?\n\r?\n", text, maxsplit=1)[0]
        fields = dict(re.findall(r"^(Name|Version):[ \t]*(\S+)[ \t]*\r?$", head, re.MULTILINE))
        if len(fields) != 2:
            where = plain(str(getattr(one, "_path", place)))
            raise Refusal(
                "package-broken", f"The installed package {where} does not say its name and version."
            )
        found.setdefault(package_name(fields["Name"]), set()).add(fields["Version"])
    if not found:
        raise Unreadable(f"No installed package was found in {plain(place)}.")
    return found


def _site_packages(place: str) -> list[str]:
    if not os.path.isdir(place):
        raise Unreadable(f"There is no folder {plain(place)} with installed packages.")
    if not os.path.isfile(os.path.join(place, "pyvenv.cfg")):
        return [place]
    import glob

    patterns = (("lib*", "python*", "site-packages"), ("Lib", "site-packages"))
    inner = [glob.glob(os.path.join(glob.escape(place), *pattern)) for pattern in patterns]
    return sorted({os.path.realpath(path) for paths in inner for path in paths})


def _person(principal: str) -> str:
    """What two spellings of one name have in common: a second key must not become a second person."""
    text = unicodedata.normalize("NFKC", principal).casefold()
    return " ".join("".join(char for char in text if unicodedata.category(char) != "Cf").split())


def _stays_inside(name: str, target: str) -> bool:
    """Whether a link at ``name`` with the text ``target`` points below the root, read as plain text."""
    if not target or target.startswith(("/", "\\")) or "\0" in target or (os.name == "nt" and ":" in target):
        return False
    depth = name.count("/")
    for part in target.replace("\\", "/").split("/") if os.name == "nt" else target.split("/"):
        depth += -1 if part == ".." else 0 if part in ("", ".") else 1
        if depth < 0:
            return False
    return True


def _ends_inside(name: str, links: Mapping[str, str], most: int = 40) -> bool:
    """Whether the link ``name`` ends below the root when the links on its way are followed: ``b -> a/../x``
    leads out where ``a`` is a link to the root. False for a ring, and after ``most`` links, as Linux has it.
    """
    place: list[str] = []
    waiting = deque(name.split("/"))
    while waiting:
        part = waiting.popleft()
        if part == "..":
            if not place:
                return False
            place.pop()
        elif part not in ("", "."):
            place.append(part)
            target = links.get("/".join(place))
            if target is not None:
                most -= 1
                if most < 0:
                    return False
                place.pop()
                parts = target.replace("\\", "/").split("/") if os.name == "nt" else target.split("/")
                waiting.extendleft(reversed(parts))
    return True


def _loadable(root: str, path: str, most: int = 5000) -> list[str]:
    """Files in a folder that was left out which a loader would open; looks at ``most`` entries."""
    found: list[str] = []
    top = os.path.join(root, path)
    if not os.path.isdir(top):
        return [path] if os.path.splitext(path)[1].lower() in LOADABLE else []
    for where, folders, files in os.walk(top):
        folders.sort()
        inner = os.path.relpath(where, root).replace(os.sep, "/")
        found += [f"{inner}/{name}" for name in files if os.path.splitext(name)[1].lower() in LOADABLE]
        most -= len(files) + len(folders) + 1
        if most < 0:
            break
    return found


def _read_state(path: str) -> dict[str, Any]:
    try:
        with open_regular(path) as stream:
            raw = _read_up_to(stream, MAX_TRUST)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise Unreadable(f"The state file {plain(path)} cannot be read: {error.strerror or error}.") from None
    try:
        projects = strict_json(raw, "the state file", items=100_000)["projects"]
        for seen in projects.values():
            if not isinstance(seen["serial"], int) or not isinstance(seen["payload_sha256"], str):
                raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError, Refusal):
        raise Unreadable(
            f"The state file {plain(path)} is damaged, so an older record could not be told from a newer."
        ) from None
    return dict(projects)


def replace_file(path: str, content: bytes) -> None:
    """Puts ``content`` in the place of ``path`` so that a reader sees the old or the new, never a part.

    A device or a named pipe (``/dev/stdout``) is written into: a rename would put a file in its place.
    """
    if os.access(path, os.F_OK) and not os.path.isfile(path):
        with open(path, "wb") as special:
            special.write(content)
        return
    # Not the process id: in a container each start has the same one, and what a killed run left would bar it.
    fresh = f"{path}.{os.urandom(4).hex()}.new"
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(fresh, path)
    except BaseException:
        os.unlink(fresh)
        raise


# --- Command ----------------------------------------------------------------------------------------------


def read_trust(path: str) -> list[TrustedKey]:
    """The keys of the trust store at ``path``; Unreadable where it is missing or a line is not valid."""
    try:
        with open_regular(path, follow=True) as stream:
            raw = _read_up_to(stream, MAX_TRUST + 1)
    except OSError as error:
        why = error.strerror or str(error)
        raise Unreadable(
            f"The trust store {plain(path)} cannot be read: {why}. `inspector trust add` makes one."
        ) from None
    if len(raw) > MAX_TRUST:
        raise Unreadable(f"The trust store {plain(path)} is larger than 1 MiB.")
    try:
        return parse_trust(raw.decode("utf-8"))
    except UnicodeDecodeError:
        raise Unreadable(f"The trust store {plain(path)} is not UTF-8.") from None


def write_report(report: Report, path: str) -> None:
    """Writes every check as JSON to ``path``; Unreadable where that cannot be."""
    text = json.dumps(report.as_json(), indent=1, sort_keys=True)
    try:
        replace_file(path, text.encode() + b"\n")
    except OSError as error:
        why = error.strerror or str(error)
        raise Unreadable(f"The report {plain(path)} cannot be written: {why}.") from None


def add_options(parser: argparse.ArgumentParser, *, gate: bool) -> None:
    """The options that ``inspector verify`` and the gate share."""
    parser.add_argument("record", metavar="RECORD", help="package folder, .dsse.json or .sigstore.json")
    parser.add_argument("--root", metavar="DIR", required=gate, help="the tree that must hold these bytes")
    parser.add_argument("--trust", metavar="FILE", required=gate, help="the trust store")
    parser.add_argument("--project", metavar="ID", help="the project the record must be about")
    parser.add_argument("--require", metavar="N", type=count, default=1, help="how many persons must sign")
    parser.add_argument(
        "--require-role", metavar="ROLE", action="append", default=[], help="a role one who signed must hold"
    )
    parser.add_argument("--state", metavar="FILE", help="last serial seen; older records are refused")
    parser.add_argument(
        "--packages", metavar="DIR", help="installed packages must be the locked ones; own: this Python's"
    )
    parser.add_argument(
        "--lock", metavar="NAME", action="append", default=[], help="this lock file of the record only"
    )
    parser.add_argument("--report", metavar="FILE", help="writes every check as JSON")


def count(text: str) -> int:
    """How many persons must sign; argparse's own error for what is no such number."""
    if not (text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= MAX_COUNTERSIGNATURES):
        raise argparse.ArgumentTypeError(f"{plain(text, 40)} is no number from 1 to {MAX_COUNTERSIGNATURES}")
    return int(text)


# What a person can do about a refusal; the sentence before it says what is the matter.
NEXT_STEPS = {
    "too-large": "Ask for the record again.",
    "json": "Ask the reviewer for the record again.",
    "envelope": "Ask the reviewer for the record again.",
    "payload-type": "Ask the reviewer for the record again.",
    "unsigned": "Ask the reviewer for the signed record.",
    "signature": "Ask the reviewer for the key by another way, and add it with `inspector trust add`.",
    "no-verifier": "Install one of the two.",
    "schema": "Ask the reviewer for the record again.",
    "critical": "Use a newer verifier.",
    "signed-in-future": "Look at the clock of this machine.",
    "key-revoked": "Have it reviewed and signed with another key.",
    "key-not-yet-valid": "Look at valid-after in the trust store.",
    "key-expired": "Have it signed with a key that is valid, or look at valid-before in the trust store.",
    "project": "Give the record of this project.",
    "not-approved": "Do not deploy it; ask the reviewer what stands against it.",
    "incomplete": "Have the review finished and signed again.",
    "expired": "Have it reviewed again.",
    "exception-expired": "Have the exceptions decided again.",
    "four-eyes": "Have a second person run `inspector countersign`.",
    "role": "Have somebody with this role countersign, or look at the trust store.",
    "countersignature-disagrees": "Let the two reviewers settle it.",
    "older-serial": "Give the newest record.",
    "manifest-path": "Do not use this record.",
    "manifest": "Do not use this record.",
    "subject": "Do not use this record.",
    "package": "Ask for the package again.",
    "attachment": "Ask for the package again; do not read the changed file.",
    "zip": "Ask for the package again.",
    "timestamp": "Ask the reviewer for the timestamp again, or name the authority's certificates.",
    "denied": "Let the gate's user read it.",
    "special": "Take it away, or review the tree as it is.",
    "link": "Put back the approved tree, or review it as it is.",
    "missing": "Put back the approved tree, or review it as it is.",
    "changed": "Put back the approved tree, or review it as it is.",
    "extra": "Take it away, or review the tree as it is.",
    "lock": "Name a lock file of the record with --lock.",
    "package-unlocked": "Install from the lock file alone.",
    "package-version": "Install from the lock file alone.",
    "package-broken": "Install the environment anew from the lock file.",
}


def say(report: Report) -> list[str]:
    """The lines for standard error, one a check that failed or warns."""
    lines = [f"warning: {check.code}: {check.words}" for check in report.warnings]
    return lines + [
        f"refused: {check.code}: {check.words} {NEXT_STEPS.get(check.code, '')}".rstrip()
        for check in report.refusals
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="inspector_gate.py", description=(__doc__ or "").split("\n")[0], allow_abbrev=False
    )
    add_options(parser, gate=True)
    parser.add_argument("--watch-list", action="store_true", help="prints the approved files, one a line")
    options = parser.parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        verification = Verification(
            FolderPackage(options.record),
            read_trust(options.trust),
            root=options.root,
            project=options.project,
            require=options.require,
            roles=options.require_role,
            state=options.state,
            packages=options.packages,
            locks=options.lock,
        )
        report = verification.run()
        if options.report:
            write_report(report, options.report)
    except Unreadable as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"error: {plain(str(error))}", file=sys.stderr)
        return 2
    for line in say(report):
        print(line, file=sys.stderr)
    if not report.ok:
        return 1
    print(report.summary())
    if options.watch_list:
        for name in sorted(verification.files):
            print(plain(os.path.join(options.root, *name.split("/")), 8192))
    return 0


if __name__ == "__main__":
    sys.exit(main())
