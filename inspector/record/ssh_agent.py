"""Keys that an ssh-agent holds: the private half never comes into this process.

The protocol is that of draft-ietf-sshm-ssh-agent over the socket in SSH_AUTH_SOCK; keys and signatures are
encoded as in RFC 4253 section 6.6, RFC 5656 section 3.1 and RFC 8709. P-256 and Ed25519 keys can sign. Keys
of security tokens (``sk-…``) cannot: they sign a structure of their own and not the bytes they are given.
OpenSSH's agent takes no request over 256 KiB, and it wants the whole text that is to be signed.
"""

from __future__ import annotations

import base64
import hashlib
import os
import socket
import struct
from dataclasses import dataclass

from inspector.gate.inspector_gate import ED25519_PREFIX, P256_PREFIX
from inspector.provenance import UnreadableInput, plain
from inspector.record.keys import PublicKey

SOCKET_VARIABLE = "SSH_AUTH_SOCK"
PREFIX = "ssh-agent"  # what names such a key on a command line: ssh-agent, or ssh-agent:WORD
MAX_MESSAGE = 256 << 10  # bytes of a request or an answer (OpenSSH, AGENT_MAX_LEN)
MAX_IDENTITIES = 1024
WAIT = 120.0  # seconds: an agent may ask its owner to confirm

_REQUEST_IDENTITIES, _IDENTITIES_ANSWER = 11, 12
_SIGN_REQUEST, _SIGN_RESPONSE = 13, 14
_P256_NAME, _ED25519_NAME = b"ecdsa-sha2-nistp256", b"ssh-ed25519"


@dataclass(frozen=True, slots=True)
class Identity:
    """A key that the agent offers. ``public`` is None for one that no record can be signed with."""

    blob: bytes
    comment: str
    public: PublicKey | None

    @property
    def fingerprint(self) -> str:
        """As ``ssh-add -l`` shows it."""
        digest = hashlib.sha256(self.blob).digest()
        return f"SHA256:{base64.b64encode(digest).decode().rstrip('=')}"


class AgentKey:
    """A key in the agent, as ``Signer``."""

    def __init__(self, identity: Identity) -> None:
        if identity.public is None:
            raise UnreadableInput(
                f"The key {plain(identity.comment)} in the ssh-agent is neither P-256 nor Ed25519.",
                "Keys of security tokens (sk-…) and RSA keys cannot sign a record; add another with ssh-add.",
            )
        self._identity = identity
        self.public: PublicKey = identity.public

    def sign(self, message: bytes) -> bytes:
        """The raw signature over ``message``. UnreadableInput where the agent gives none."""
        body = _string(self._identity.blob) + _string(message) + struct.pack(">I", 0)
        if len(body) + 1 > MAX_MESSAGE:
            raise UnreadableInput(
                f"The record has {len(message) >> 10} KiB, and an ssh-agent signs no more than "
                f"{MAX_MESSAGE >> 10} KiB.",
                "Sign with a key file or a token.",
            )
        kind, answer = _ask(_SIGN_REQUEST, body)
        if kind != _SIGN_RESPONSE:
            raise UnreadableInput(
                f"The ssh-agent did not sign with the key {plain(self._identity.comment)}.",
                "It may be locked, or its owner may have said no.",
            )
        try:
            name, inner = _Reader(_Reader(answer).string()).pair()
            return _raw_signature(name, inner)
        except ValueError:
            raise _broken() from None


def identities() -> list[Identity]:
    """The keys the agent offers, in its order. UnreadableInput where there is none, or nonsense comes."""
    kind, answer = _ask(_REQUEST_IDENTITIES, b"")
    if kind != _IDENTITIES_ANSWER:
        raise _broken()
    try:
        reader = _Reader(answer)
        count = reader.number()
        if count > MAX_IDENTITIES:
            raise ValueError
        pairs = [reader.pair() for _ in range(count)]
    except ValueError:
        raise _broken() from None
    return [Identity(blob, comment.decode("utf-8", "replace"), _public(blob)) for blob, comment in pairs]


def chosen(spec: str) -> AgentKey:
    """The key that ``spec`` names: ``ssh-agent`` where one key fits, else ``ssh-agent:`` and a key id (8
    digits or more), a fingerprint as ``ssh-add -l`` shows it, or the key's comment."""
    word = spec.partition(":")[2]
    offered = identities()
    fitting = [one for one in offered if one.public is not None]
    if word:
        found = [one for one in offered if _is_named(one, word)]
    else:
        found = fitting
    if len(found) == 1:
        return AgentKey(found[0])
    listed = "; ".join(
        f"{plain(one.comment, 60)} {one.public.keyid[:8]}" for one in fitting[:10] if one.public is not None
    )
    if not fitting:
        raise UnreadableInput(
            "The ssh-agent holds no P-256 or Ed25519 key.",
            "Add one with: ssh-add FILE; ssh-add -l shows them.",
        )
    what = "No key" if not found else "More than one key"
    raise UnreadableInput(
        f"{what} in the ssh-agent fits {plain(spec, 100)}.",
        f"Name one as {PREFIX}:KEYID. There are: {listed}.",
    )


def is_agent_key(spec: str) -> bool:
    return spec == PREFIX or spec.startswith(f"{PREFIX}:")


def _is_named(one: Identity, word: str) -> bool:
    keyid = one.public.keyid if one.public is not None else ""
    begins = len(word) >= 8 and keyid.startswith(word.lower())
    return begins or word in (one.fingerprint, one.comment)


# The socket


def _ask(kind: int, body: bytes) -> tuple[int, bytes]:
    path = os.environ.get(SOCKET_VARIABLE, "")
    if not path:
        raise UnreadableInput(
            f"There is no ssh-agent: {SOCKET_VARIABLE} is not set.", "Start one with: eval $(ssh-agent)."
        )
    if not hasattr(socket, "AF_UNIX"):
        raise UnreadableInput("An ssh-agent cannot be reached on this system.", "Sign with a key file.")
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as stream:
            stream.settimeout(WAIT)
            stream.connect(path)
            stream.sendall(struct.pack(">IB", len(body) + 1, kind) + body)
            (size,) = struct.unpack(">I", _exactly(stream, 4))
            if not 1 <= size <= MAX_MESSAGE:
                raise _broken()
            answer = _exactly(stream, size)
    except OSError as error:
        why = "it did not answer in time" if isinstance(error, TimeoutError) else error.strerror or str(error)
        raise UnreadableInput(
            f"The ssh-agent at {plain(path)} cannot be reached: {why}.", f"Look at {SOCKET_VARIABLE}."
        ) from None
    return answer[0], answer[1:]


def _exactly(stream: socket.socket, size: int) -> bytes:
    whole = bytearray()
    while len(whole) < size:
        piece = stream.recv(size - len(whole))
        if not piece:
            raise _broken()
        whole += piece
    return bytes(whole)


def _broken() -> UnreadableInput:
    return UnreadableInput("The ssh-agent gave an answer that cannot be read.", "Try `ssh-add -l`.")


# The encoding


class _Reader:
    """Reads what RFC 4251 section 5 encodes. ValueError where there is less than it says."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._place = 0

    def number(self) -> int:
        return int.from_bytes(self._take(4), "big")

    def string(self) -> bytes:
        return self._take(self.number())

    def pair(self) -> tuple[bytes, bytes]:
        return self.string(), self.string()

    def _take(self, size: int) -> bytes:
        end = self._place + size
        if end > len(self._raw):
            raise ValueError("it ends too early")
        piece = self._raw[self._place : end]
        self._place = end
        return piece


def _string(raw: bytes) -> bytes:
    return struct.pack(">I", len(raw)) + raw


def _public(blob: bytes) -> PublicKey | None:
    """The public key in ``blob``, None for a kind no record is signed with."""
    try:
        reader = _Reader(blob)
        name = reader.string()
        if name == _ED25519_NAME and len(raw := reader.string()) == 32:
            return PublicKey(ED25519_PREFIX + raw)
        if name == _P256_NAME and reader.string() == b"nistp256":
            point = reader.string()
            if len(point) == 65 and point[0] == 4:  # uncompressed, whose first byte ends the prefix
                return PublicKey(P256_PREFIX + point[1:])
    except ValueError:
        return None
    return None


def _raw_signature(name: bytes, inner: bytes) -> bytes:
    if name == _ED25519_NAME and len(inner) == 64:
        return inner
    if name != _P256_NAME:
        raise ValueError("a signature of another kind")
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    r, s = (int.from_bytes(part, "big", signed=True) for part in _Reader(inner).pair())
    if r <= 0 or s <= 0:
        raise ValueError("no ECDSA signature")
    return encode_dss_signature(r, s)
