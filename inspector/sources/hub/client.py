"""Requests to one hub: raw answers, bounded in size and time, each with the digest of its body.

Answers are read as raw JSON, because the library's own classes lose what they do not know and fail on what
is missing. Redirects are followed here, one by one: the token goes to the endpoint's own origin only.
"""

from __future__ import annotations

import hashlib
import json
import queue
import ssl
import threading
import time
import urllib.request
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from inspector.provenance.errors import InspectorError, WorkIncomplete
from inspector.provenance.text import plain
from inspector.sources.hub import errors
from inspector.sources.hub.endpoint import Endpoint, Token, origin_of
from inspector.sources.hub.errors import Ask, RateLimited
from inspector.sources.hub.session import (
    CONNECT_SECONDS,
    READ_SECONDS,
    offline_switch,
    steady_session,
)

MAX_JSON = 16 * 1024 * 1024
MAX_REDIRECTS = 5
# Everything about one question ends by then, retries included: a reviewer waits 15 s at most.
TOTAL_SECONDS = 13.0
# A second try is only made where the first one failed this fast.
QUICK = 2.0
_PAUSE_BEFORE_RETRY = 0.3
_CHUNK = 64 * 1024
_ERROR_BODY = 64 * 1024


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

    def evidence(self) -> dict[str, Any]:
        """What the record keeps of it: where it came from and the digest of the body."""
        return {
            "url": self.asked,
            "status": self.status,
            "sha256": hashlib.sha256(self.body).hexdigest(),
            "time": self.time,
        }


class HubClient:
    """Asks one endpoint. ``cancel`` ends every request in under a second; threads may share it."""

    def __init__(self, endpoint: Endpoint, token: Token | None = None) -> None:
        self.endpoint = endpoint
        self.signed_in = token is not None
        self._token = token
        self._cancelled = threading.Event()
        self._lock = threading.Lock()
        self._evidence: list[dict[str, Any]] = []

    def ask(self, name: str, revision: str | None = None, file: str | None = None) -> Ask:
        """What a request is about, for the sentence that an error becomes."""
        return Ask(name, self.endpoint.host, revision, file, self.signed_in)

    @property
    def evidence(self) -> tuple[dict[str, Any], ...]:
        """Every answer so far, by address."""
        with self._lock:
            return tuple(sorted(self._evidence, key=lambda item: (item["url"], item["time"])))

    def cancel(self) -> None:
        self._cancelled.set()

    def get_json(
        self, path: str, ask: Ask, params: list[tuple[str, str]] | None = None
    ) -> tuple[Any, Answer]:
        """The parsed answer to ``GET path``. An error status, or what is no JSON, is an InspectorError."""
        answer = self.get(path, ask, params=params, limit=MAX_JSON, headers={"accept": "application/json"})
        return parsed(answer, ask), answer

    def get(
        self,
        path: str,
        ask: Ask,
        *,
        params: list[tuple[str, str]] | None = None,
        limit: int,
        headers: Mapping[str, str] | None = None,
        other_hosts: bool = False,
    ) -> Answer:
        """The answer to ``GET path`` (below the endpoint, or a whole URL of its origin), at most ``limit``
        bytes. ``other_hosts`` allows a redirect to a store of files, which gets no token. Where a range was
        asked for and the whole file is sent, the body is left unread."""
        url = path if "://" in path else f"{self.endpoint.url}{path}"
        if params:
            url = f"{url}?{urlencode(params)}"
        answer = self._with_retries(url, ask, limit, headers or {}, other_hosts)
        # An address in a store of files is signed: it is a key for some minutes and no evidence.
        if origin_of(url) == self.endpoint.origin:
            with self._lock:
                self._evidence.append(answer.evidence())
        if answer.status >= 400:
            raise errors.of_status(answer.status, answer.headers, ask)
        if not 200 <= answer.status < 300:
            raise errors.not_a_hub(ask, f"status {answer.status}")
        return answer

    def _with_retries(
        self, url: str, ask: Ask, limit: int, headers: Mapping[str, str], other_hosts: bool
    ) -> Answer:
        end = time.monotonic() + TOTAL_SECONDS
        tries = 0
        while True:
            tries += 1
            started = time.monotonic()
            left = end - started
            fetch = partial(self._fetch, url, ask, limit, headers, other_hosts, left)
            answer: Answer | None = None
            try:
                answer = self._bounded(fetch, ask, left)
            except errors.BrokeOff:
                if tries > 1 or time.monotonic() - started > QUICK:
                    raise
            took = time.monotonic() - started
            if answer is None or (answer.status >= 500 and tries == 1 and took < QUICK):
                pause = _PAUSE_BEFORE_RETRY
            elif answer.status == 429 and tries <= 2:
                pause = errors.wait_of(answer.headers)
            else:
                return answer
            if answer is not None and time.monotonic() + pause + 1 > end:
                return answer
            if self._cancelled.wait(pause):
                raise _cancelled(ask)

    def _bounded(self, call: Callable[[], Answer], ask: Ask, seconds: float) -> Answer:
        """``call`` in a thread of its own, given up after ``seconds`` or a cancel. Only so are a name
        server that does not answer and a server that sends a byte now and then bounded too."""
        box: queue.SimpleQueue[Answer | BaseException] = queue.SimpleQueue()

        def work() -> None:
            try:
                box.put(call())
            except BaseException as error:  # noqa: BLE001 - handed to the caller, which raises it
                box.put(error)

        if self._cancelled.is_set():
            raise _cancelled(ask)
        threading.Thread(target=work, daemon=True, name="hub-request").start()
        end = time.monotonic() + seconds
        while True:
            left = end - time.monotonic()
            if left <= 0:
                raise errors.unreachable(ask, f"timed out after {round(seconds)} s")
            try:
                outcome = box.get(timeout=min(0.1, left))
            except queue.Empty:
                if self._cancelled.is_set():
                    raise _cancelled(ask) from None
                continue
            if isinstance(outcome, BaseException):
                raise _translated(outcome, ask) from None
            return outcome

    def _fetch(
        self,
        url: str,
        ask: Ask,
        limit: int,
        headers: Mapping[str, str],
        other_hosts: bool,
        seconds: float,
    ) -> Answer:
        switch = offline_switch()
        if switch:
            raise errors.offline(ask, switch)
        session = steady_session()
        end = time.monotonic() + seconds
        asked = url
        linked: dict[str, str] = {}
        for _ in range(MAX_REDIRECTS + 1):
            sent = {**_own_headers(), **headers, **(self._token.headers_for(url) if self._token else {})}
            timeout = min(READ_SECONDS, max(end - time.monotonic(), 0.1))
            with session.stream("GET", url, headers=sent, timeout=_timeout(timeout)) as response:
                location = response.headers.get("location")
                if response.status_code in (301, 302, 303, 307, 308) and location:
                    linked.update(_linked(response.headers))
                    url = self._redirected(url, location, ask, other_hosts)
                    continue
                whole = "range" in sent and response.status_code == 200
                bound = limit if response.status_code < 400 else _ERROR_BODY
                return Answer(
                    asked=asked,
                    url=url,
                    status=response.status_code,
                    headers={key.lower(): value for key, value in response.headers.items()},
                    body=b"" if whole else _body(response, bound, ask, end),
                    time=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                    linked={**linked, **_linked(response.headers)},
                )
        raise errors.not_a_hub(ask, "one redirect after another")

    def _redirected(self, url: str, location: str, ask: Ask, other_hosts: bool) -> str:
        target = joined(url, location)
        origin = origin_of(target)
        if origin is None or urlsplit(target).username is not None:
            raise errors.not_a_hub(ask, "a redirect to no web address")
        own = self.endpoint.origin
        if origin == own or (own[0] == "http" and origin[:2] == ("https", own[1])):
            return target
        if other_hosts and (origin[0] == "https" or own[0] == "http"):
            return target
        raise errors.not_a_hub(ask, f"a redirect to {plain(origin[1], 200)}")


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


def _linked(headers: Mapping[str, str]) -> dict[str, str]:
    wanted = ("x-repo-commit", "x-linked-etag", "x-linked-size")
    return {name: headers[name] for name in wanted if name in headers}


def _own_headers() -> dict[str, str]:
    from huggingface_hub.utils import build_hf_headers

    from inspector import __version__

    made: dict[str, str] = build_hf_headers(
        token=False, library_name="provenance-inspector", library_version=__version__
    )
    # Compressed answers are not asked for: their size is only known once they are unpacked.
    return {**made, "accept-encoding": "identity"}


def _timeout(seconds: float) -> Any:
    from huggingface_hub.utils import httpx

    return httpx.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds))


def _body(response: Any, limit: int, ask: Ask, end: float) -> bytes:
    """The body, at most ``limit`` bytes also where the server compressed it unasked."""
    unpack = None
    coding = response.headers.get("content-encoding", "identity").strip().lower()
    if coding in ("gzip", "deflate"):
        unpack = zlib.decompressobj(wbits=47)  # 47: gzip or zlib, told by the header
    elif coding not in ("", "identity"):
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
            raise errors.unreachable(ask, f"the answer was not complete after {round(TOTAL_SECONDS)} s")
    return b"".join(pieces)


def _cancelled(ask: Ask) -> errors.Cancelled:
    return errors.Cancelled("The look-up was cancelled.", f"{ask.about} is not read to its end.")


def _translated(error: BaseException, ask: Ask) -> BaseException:
    """A failure of the transport as its sentence; everything else as it is."""
    from huggingface_hub.errors import OfflineModeIsEnabled
    from huggingface_hub.utils import httpx

    if isinstance(error, RateLimited):
        return RateLimited(error.wait, ask)
    if isinstance(error, InspectorError):
        return error
    if isinstance(error, OfflineModeIsEnabled):
        return errors.offline(ask, offline_switch() or "HF_HUB_OFFLINE")
    if isinstance(error, httpx.TimeoutException):
        seconds = CONNECT_SECONDS if isinstance(error, httpx.ConnectTimeout) else READ_SECONDS
        return errors.unreachable(ask, f"timed out after {round(seconds)} s")
    if isinstance(error, httpx.ProxyError):
        return errors.proxy(ask, _proxy_host(ask.host) or "an unknown address")
    if isinstance(error, httpx.ConnectError):
        if "CERTIFICATE_VERIFY_FAILED" in str(error) or _caused_by(error, ssl.SSLCertVerificationError):
            return errors.certificate(ask)
        words = _connect_words(error)
        proxy_host = _proxy_host(ask.host)
        if proxy_host and words == "connection refused":
            return errors.proxy(ask, proxy_host)
        return errors.unreachable(ask, words)
    if isinstance(error, (httpx.UnsupportedProtocol, httpx.InvalidURL, httpx.DecodingError, zlib.error)):
        return errors.not_a_hub(ask, "an answer that cannot be read")
    if isinstance(error, httpx.TransportError):
        return errors.broke_off(ask)
    if isinstance(error, (ImportError, ValueError, OSError)):
        return WorkIncomplete(
            f"{ask.about} cannot be asked with these network settings ({plain(type(error).__name__)}).",
            "Check the proxy variables and SSL_CERT_FILE.",
        )
    return error


def _connect_words(error: BaseException) -> str:
    text = str(error).lower()
    if "refused" in text:
        return "connection refused"
    if any(word in text for word in ("name or service", "nodename", "getaddrinfo", "name resolution")):
        return "its name is not known here"
    if "ssl" in text or "tls" in text:
        return "no secure connection could be made"
    return "no connection"


def _caused_by(error: BaseException | None, kind: type[BaseException]) -> bool:
    for _ in range(10):
        if error is None:
            return False
        if isinstance(error, kind):
            return True
        error = error.__cause__ or error.__context__
    return False


def _proxy_host(host: str) -> str | None:
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
