"""One question to a hub and its answer: what is kept of it, and how its body is read within bounds."""

from __future__ import annotations

import hashlib
import json
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

from inspector.sources.hub import errors
from inspector.sources.hub.errors import Ask

_CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer as it came. ``headers`` have names in lower case; ``asked`` is the URL first asked for and
    ``linked`` what the hub itself said of a file when it redirected to a store."""

    asked: str
    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    time: str = ""
    linked: Mapping[str, str] = field(default_factory=dict)
    origin: str = "live"

    def evidence(self) -> dict[str, Any]:
        """What the record keeps of it: where it came from, live or saved, and the digest of the body."""
        return {
            "url": self.asked,
            "status": self.status,
            "sha256": hashlib.sha256(self.body).hexdigest(),
            "time": self.time,
            "from": self.origin,
        }


@dataclass(frozen=True, slots=True)
class Waiting:
    """The hub wants silence: ``seconds`` more of it (0: it is over), with ``done`` of ``total`` repositories
    asked."""

    seconds: float
    done: int
    total: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Request:
    url: str
    ask: Ask
    limit: int
    headers: Mapping[str, str]
    other_hosts: bool
    form: bytes | None

    @property
    def posted(self) -> str:
        """What tells one posted question from another at the same address."""
        return "" if self.form is None else hashlib.sha256(self.form).hexdigest()


def joined(url: str, reference: str) -> str:
    """``reference`` as seen from ``url``; an empty text where it is no address at all."""
    try:
        return urljoin(url, reference)
    except ValueError:
        return ""


def parsed(answer: Answer, ask: Ask) -> Any:
    """The body as JSON, or NotAHub."""
    if "html" in answer.headers.get("content-type", "").lower() or answer.body.lstrip()[:1] == b"<":
        raise errors.not_a_hub(ask, "a web page")
    try:
        return json.loads(answer.body, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        raise errors.not_a_hub(ask, "broken JSON") from None


def linked_headers(headers: Mapping[str, str]) -> dict[str, str]:
    wanted = ("x-repo-commit", "x-linked-etag", "x-linked-size")
    return {name: headers[name] for name in wanted if name in headers}


def body_of(response: Any, limit: int, ask: Ask, end: float, seconds: float) -> bytes:
    """The body, at most ``limit`` bytes also where the server compressed it unasked."""
    unpack = None
    coding = coding_of(response)
    if coding in ("gzip", "deflate"):
        unpack = zlib.decompressobj(wbits=47)  # 47: gzip or zlib, told by the header
    elif coding:
        raise errors.not_a_hub(ask, "an answer in an unknown coding")
    pieces: list[bytes] = []
    have = 0
    for chunk in response.iter_raw(_CHUNK):
        piece = chunk if unpack is None else unpack.decompress(chunk, limit + 1 - have)
        pieces.append(piece)
        have += len(piece)
        if have > limit:
            if response.status_code >= 400:
                break
            raise errors.not_a_hub(ask, f"more than {limit:,} bytes")
        if time.monotonic() > end:
            raise errors.unreachable(ask, f"the answer was not complete after {round(seconds)} s")
    return b"".join(pieces)


def coding_of(response: Any) -> str:
    """How the body is compressed; empty where it is not."""
    coding = str(response.headers.get("content-encoding", "")).strip().lower()
    return "" if coding == "identity" else coding


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
