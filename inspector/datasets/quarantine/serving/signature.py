"""Who sent a request, and when: the signature scheme of the Standard Webhooks specification 1.0.

The sender signs ``ID.TIMESTAMP.BODY`` with HMAC-SHA256 and sends the three headers ``webhook-id``,
``webhook-timestamp`` (seconds since 1970) and ``webhook-signature`` (``v1,`` and base64; several, parted by
spaces, while a key is changed). A request outside the window of time is refused, so one that was recorded
cannot be sent again later; within the window the log knows its bytes, and it changes nothing.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from inspector.provenance import UnreadableInput, plain

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
WINDOW_SECONDS = 300  # the specification's five minutes, either way
WEAK_BYTES = 24  # the specification's shortest key
_PREFIX = "whsec_"
_MAX_KEY = 4096
_MOST_IDS = 100_000
_MOST_SIGNATURES = 8


class NotSigned(Exception):
    """The request is not by whom it should be, or not of now; the text is a sentence."""


class OtherBody(Exception):
    """The id of another request is used once more; the text is a sentence."""


class WebhookKey:
    """The key that senders share, and the requests of the last minutes."""

    def __init__(
        self, secret: bytes, *, window: int = WINDOW_SECONDS, clock: Callable[[], float] = time.time
    ) -> None:
        self._secret, self._window, self._clock = secret, window, clock
        self._seen: dict[str, tuple[float, bytes]] = {}

    @classmethod
    def read(cls, path: Path, *, window: int = WINDOW_SECONDS) -> WebhookKey:
        """The key in a file: ``whsec_`` and base64, or else the bytes themselves without the line's end."""
        try:
            with path.open("rb") as file:
                raw = file.read(_MAX_KEY + 1)
        except OSError as error:
            raise UnreadableInput(f"{plain(str(path))} cannot be read: {error.strerror}.") from None
        return cls(_secret(raw, plain(str(path))), window=window)

    @property
    def weak(self) -> bool:
        """Whether the key is shorter than it should be."""
        return len(self._secret) < WEAK_BYTES

    def check_time(self, headers: Mapping[str, str]) -> None:
        """Raises NotSigned where the headers lack or the moment is not now; before the body is read."""
        missing = [name for name in (ID, TIMESTAMP, SIGNATURE) if not headers.get(name)]
        if missing:
            raise NotSigned(f"The request has no {missing[0]}.")
        stamp = headers[TIMESTAMP]
        if not (stamp.isascii() and stamp.isdecimal() and len(stamp) <= 12):
            raise NotSigned(f"The {TIMESTAMP} is no number of seconds.")
        if abs(self._clock() - int(stamp)) > self._window:
            raise NotSigned(f"The {TIMESTAMP} is more than {self._window} seconds from now.")

    def check(self, headers: Mapping[str, str], body: bytes) -> None:
        """Raises NotSigned where no signature is of this key over this body, OtherBody where the id was that
        of another body."""
        self.check_time(headers)
        name, stamp = headers[ID], headers[TIMESTAMP]
        made = _mark(self._secret, name, stamp, body)
        given = headers[SIGNATURE].split(" ")[:_MOST_SIGNATURES]
        if not any(hmac.compare_digest(made.encode(), one.encode()) for one in given):
            raise NotSigned("The request is not signed with the key of this store.")
        self._remember(name, hashlib.sha256(body).digest())

    def _remember(self, name: str, digest: bytes) -> None:
        now = self._clock()
        if name in self._seen and self._seen[name][1] != digest and self._seen[name][0] > now:
            raise OtherBody(f"The {ID} was that of another request.")
        if len(self._seen) >= _MOST_IDS:
            self._seen = {one: kept for one, kept in self._seen.items() if kept[0] > now}
            while len(self._seen) >= _MOST_IDS:
                del self._seen[next(iter(self._seen))]
        self._seen[name] = (now + 2 * self._window, digest)


def _secret(raw: bytes, shown: str) -> bytes:
    if len(raw) > _MAX_KEY:
        raise UnreadableInput(f"{shown} is too large for a key.")
    secret = raw.rstrip(b"\r\n")
    if secret.startswith(_PREFIX.encode()):
        try:
            secret = base64.b64decode(secret[len(_PREFIX) :], validate=True)
        except binascii.Error:
            raise UnreadableInput(f"{shown} begins as a webhook key and goes on otherwise.") from None
    if not secret:
        raise UnreadableInput(f"{shown} is empty.", "Put 32 random bytes into it, in base64 after whsec_.")
    return secret


def _mark(secret: bytes, name: str, stamp: str, body: bytes) -> str:
    signed = f"{name}.{stamp}.".encode("latin-1", "replace") + body
    return "v1," + base64.b64encode(hmac.digest(secret, signed, "sha256")).decode()


def sign(secret: bytes, name: str, moment: int, body: bytes) -> dict[str, str]:
    """The three headers of a request, for senders in Python and for tests."""
    return {ID: name, TIMESTAMP: str(moment), SIGNATURE: _mark(secret, name, str(moment), body)}
