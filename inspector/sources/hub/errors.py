"""What can go wrong with a hub, each as the sentence that a reviewer reads.

A condition is told by status and ``X-Error-Code`` of the answer, never by the class that the library would
raise: on plain http it raises another one. A target that is not there, or not for us, is UnreadableInput
(exit code 2); a hub that could not answer is WorkIncomplete (3). The sentence is the same everywhere; the
next step names repository and host.
"""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from inspector.provenance.errors import InspectorError, UnreadableInput, WorkIncomplete
from inspector.provenance.text import plain

BY_HAND, BY_ITSELF = "manual approval", "automatic approval"
DISABLED_MESSAGE = "Access to this resource is disabled."
BAD_TOKEN_MESSAGE = "Invalid credentials in Authorization header"
_RESTRICTED = re.compile(r"\AAccess to (?:model|dataset|space) \S{1,300} is restricted")
_LONGEST_MESSAGE = 4_096
_RATE_LIMIT_RESET = re.compile(r"\bt\s*=\s*(\d{1,7})")


@dataclass(frozen=True, slots=True)
class Ask:
    """What a request is about, for the sentences: a repository (or an owner) on ``host``."""

    name: str
    host: str
    revision: str | None = None
    file: str | None = None
    signed_in: bool = False
    approval: str = BY_HAND  # how access is granted where it is gated

    @property
    def about(self) -> str:
        return f"{plain(self.name, 200)} on {plain(self.host, 200)}"


class NotFound(UnreadableInput):
    """Missing, or private and not for us."""


class RevisionMissing(UnreadableInput):
    """The repository is there, the branch, tag or commit is not."""


class FileMissing(UnreadableInput):
    """The commit is there, the file is not."""


class RangeRefused(UnreadableInput):
    """The file that answered is shorter than the range that was asked for (416)."""


class StoreRefused(UnreadableInput):
    """The hub sent us to a store of files, which does not give them."""


class TokenRefused(UnreadableInput):
    """The hub does not know the token that the reviewer gave."""


class Gated(UnreadableInput):
    """Access has to be granted by the owner."""


class Disabled(UnreadableInput):
    """Taken down by the hub itself."""


class Unreachable(WorkIncomplete):
    """No answer at all: time, network, name, certificate or proxy."""


class BrokeOff(Unreachable):
    """The connection was there and ended before the answer did. A second try often helps: hubs close idle
    connections at the very moment a request is sent on them."""


class ServerTrouble(WorkIncomplete):
    """An answer that says that the hub itself is in trouble (5xx)."""


class NotAHub(WorkIncomplete):
    """An answer that no hub gives."""


class Offline(WorkIncomplete):
    """The network is switched off by the user."""


class Cancelled(WorkIncomplete):
    """The reviewer stopped the work."""


class RateLimited(WorkIncomplete):
    """The hub wants ``wait`` seconds of silence. ``done`` of ``total`` repositories were asked by then."""

    def __init__(self, wait: float, ask: Ask | None = None, done: int = 0, total: int = 1) -> None:
        about = f"{ask.about} is not read yet. " if ask else ""
        super().__init__(
            f"Hub limit reached; continues in {round(wait)} s ({done} of {total} repos done).",
            f"{about}Try again after that, or sign in for a higher limit.",
        )
        self.wait = wait
        self.done = done
        self.total = total


# Sentences of this many failures to get bytes, and the rest is not asked for.
GIVEN_UP = 2


def signs_of_silence(error: InspectorError) -> tuple[str, ...]:
    """The sentence of ``error`` as often as it counts towards GIVEN_UP: a wait that ended without an answer
    and a limit of the hub speak for all that would follow, a connection that broke off for itself."""
    if not isinstance(error, (RateLimited, Unreachable, ServerTrouble)):
        return ()
    once = isinstance(error, (BrokeOff, ServerTrouble))
    return (error.sentence,) * (1 if once else GIVEN_UP)


def of_status(status: int, headers: Mapping[str, str], ask: Ask, body: bytes = b"") -> InspectorError:
    """The error for an answer with ``status`` of 400 or more; ``headers`` with names in lower case."""
    code = headers.get("x-error-code", "")
    message = headers.get("x-error-message", "") or _message_in(body)
    name = plain(ask.name, 200)
    check = f"Check the id and that {plain(ask.host, 200)} is the hub that is meant."
    if code == "RevisionNotFound":
        revision = plain(ask.revision or "main", 100)
        return RevisionMissing(
            f"Revision {revision} is not in {name}: the branch, tag or commit was removed or never existed.",
            f"Asked for {ask.about}. Name a revision that exists.",
        )
    if code == "EntryNotFound":
        at = f" at {plain(ask.revision[:12], 60)}" if ask.revision else ""
        return FileMissing(f"{plain(ask.file or 'The file', 200)} is not in {name}{at}.", check)
    if code == "GatedRepo" or (status in (401, 403) and _RESTRICTED.match(message)):
        return Gated(
            f"Listing is public, bytes are gated ({ask.approval}): weights not inspected.",
            f"Asked for {ask.about}. Ask its owner for access and use --use-hub-token.",
        )
    if DISABLED_MESSAGE in message:
        return Disabled(
            "Hugging Face has disabled this repository.", f"Asked for {ask.about}. Do not use it."
        )
    if status == 401 and (ask.signed_in or BAD_TOKEN_MESSAGE in message):
        return TokenRefused(
            "The hub refused your token. Sign in again or go on without one.", f"Asked for {ask.about}."
        )
    if status == 401 or (status == 404 and not ask.signed_in):
        return NotFound(f"{name}: not found, or private. The hub does not say which without a token.", check)
    if status == 404:
        return NotFound(f"{name} does not exist, or your token may not see it.", check)
    if status == 403:
        return NotFound(f"{name}: the hub refuses access (403).", f"Asked for {ask.about}.")
    if status == 407:
        return proxy(ask, proxy_host_of(ask.host) or "an unknown address")
    if status == 416:
        return RangeRefused(f"{name}: the file is shorter than it was listed.", check)
    if status == 429:
        return RateLimited(wait_of(headers), ask)
    if status >= 500:
        return ServerTrouble(
            f"The hub answers {status}. What was read so far is kept; retry.", f"Asked for {ask.about}."
        )
    return NotFound(f"{name}: the hub does not accept the request ({status}).", check)


def of_store(status: int, headers: Mapping[str, str], ask: Ask) -> InspectorError:
    """The same for the answer of a store of files, which knows nothing of repositories and tokens."""
    if status in (407, 416, 429) or status >= 500:
        return of_status(status, headers, ask)
    return StoreRefused(
        f"The store that the hub names for its files does not give them ({status}).",
        f"Asked for {ask.about}. Try again; its addresses hold for some minutes only.",
    )


def _message_in(body: bytes) -> str:
    """What the JSON of an answer says where its headers do not: mirrors and proxies drop headers."""
    if len(body) > _LONGEST_MESSAGE or not body.lstrip().startswith(b"{"):
        return ""
    try:
        said = json.loads(body)["error"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    return said if isinstance(said, str) else ""


def wait_of(headers: Mapping[str, str]) -> float:
    """Seconds that a 429 asks for: ``RateLimit: …;t=N`` first, then ``Retry-After: N``; else 60.

    An HTTP date in Retry-After is not worked out: clocks differ, and 60 s harm nobody.
    """
    found = _RATE_LIMIT_RESET.search(headers.get("ratelimit", ""))
    if found:
        return float(found.group(1))
    after = headers.get("retry-after", "").strip()
    return float(after) if after.isascii() and after.isdigit() and len(after) < 8 else 60.0


def unreachable(ask: Ask, why: str) -> Unreachable:
    return Unreachable(*_not_reached(ask, why))


def broke_off(ask: Ask) -> BrokeOff:
    return BrokeOff(*_not_reached(ask, "the connection broke off"))


def _not_reached(ask: Ask, why: str) -> tuple[str, str]:
    return (
        f"{plain(ask.host, 200)} cannot be reached ({why}).",
        f"Asked for {ask.about}. Check the network, HF_ENDPOINT and the proxy settings; then retry.",
    )


def certificate(ask: Ask) -> Unreachable:
    return Unreachable(
        f"The certificate of {plain(ask.host, 200)} is not trusted here (company proxy?).",
        f"Asked for {ask.about}. SSL_CERT_FILE names a file with further certificates.",
    )


def proxy(ask: Ask, proxy_host: str) -> Unreachable:
    return Unreachable(
        f"The proxy at {plain(proxy_host, 200)} refused the connection.",
        f"Asked for {ask.about}. Check HTTPS_PROXY, HTTP_PROXY and NO_PROXY.",
    )


def proxy_host_of(host: str) -> str | None:
    """Host and port of the proxy that stands between us and ``host``, or None where there is none."""
    proxies = urllib.request.getproxies()
    address = proxies.get("https") or proxies.get("http") or proxies.get("all")
    if not address or urllib.request.proxy_bypass(host):
        return None
    try:
        parts = urlsplit(address if "://" in address else f"//{address}")
        return f"{parts.hostname or 'unknown'}{f':{parts.port}' if parts.port else ''}"
    except ValueError:
        return "an unknown address"


def not_a_hub(ask: Ask, got: str) -> NotAHub:
    return NotAHub(
        f"The answer is not from a Hugging Face hub (got {got}).",
        f"Asked for {ask.about}. Check HF_ENDPOINT; a login page of the network answers like this too.",
    )


def offline(ask: Ask, switch: str) -> Offline:
    """``switch`` is what set it: an environment variable or ``--offline``."""
    return Offline(
        f"{switch} is set: showing cached facts only.",
        f"Nothing is saved of {ask.about}; allow the network to review it.",
    )
