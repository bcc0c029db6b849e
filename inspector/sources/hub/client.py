"""Requests to one hub: raw answers, bounded in size and time, each with the digest of its body.

Answers are read as raw JSON, because the library's own classes lose what they do not know and fail on what
is missing. Redirects are followed here, one by one: the token goes to the endpoint's own origin only.
Every answer is kept (``saved``); a client that is offline answers from what was kept and asks nobody.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import urlencode, urlsplit

from inspector.provenance.text import plain
from inspector.sources.hub import errors
from inspector.sources.hub.answer import (
    Answer,
    Request,
    Waiting,
    body_of,
    coding_of,
    joined,
    linked_headers,
    now,
    parsed,
)
from inspector.sources.hub.endpoint import Endpoint, Origin, Token, is_inner, origin_of, resolves_inside
from inspector.sources.hub.errors import Ask, RateLimited
from inspector.sources.hub.failures import translated
from inspector.sources.hub.saved import SavedAnswers
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
# The hub's limits are counted over five minutes: a longer silence than that is not waited for.
LONGEST_WAIT = 310.0
MAX_WAITS = 3  # for one question
PATIENCE = MAX_WAITS * LONGEST_WAIT  # for all questions together
# What is no answer about the repository but about the hub, or the token, is not kept.
_KEPT_STATUS = (200, 401, 403, 404)
_ERROR_BODY = 64 * 1024


class HubClient:
    """Asks one endpoint. ``cancel`` ends every request in under a second; threads may share it.

    ``offline`` names the switch that forbids the network: then only ``saved`` answers. ``on_wait`` is
    called about once a second while a limit of the hub is waited out, from the thread that waits, and once
    with no seconds left; without it a limit of more than five seconds is RateLimited at once, and so is one
    with which all waiting would come to more than ``patience`` seconds.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        token: Token | None = None,
        *,
        saved: SavedAnswers | None = None,
        offline: str | None = None,
        on_wait: Callable[[Waiting], None] | None = None,
        patience: float = PATIENCE,
        cancelled: threading.Event | None = None,
    ) -> None:
        self.endpoint = endpoint
        self.signed_in = token is not None
        self.saved = saved if saved is not None else SavedAnswers(endpoint.url)
        self.offline = offline
        self.approval = errors.BY_HAND  # of the repository that is open, for the words of a refusal
        self.tally = (0, 1)  # repositories asked, and known of: for the words of a countdown
        self._token = token
        self._on_wait = on_wait
        self._speaking = threading.Lock()
        self._silent_until = 0.0
        self._patience = patience
        self._cancelled = cancelled if cancelled is not None else threading.Event()
        self._lock = threading.Lock()
        self._evidence: list[dict[str, Any]] = []

    def ask(self, name: str, revision: str | None = None, file: str | None = None) -> Ask:
        """What a request is about, for the sentence that an error becomes."""
        return Ask(name, self.endpoint.host, revision, file, self.signed_in, self.approval)

    @property
    def evidence(self) -> tuple[dict[str, Any], ...]:
        """Every answer so far, by address."""
        with self._lock:
            return tuple(sorted(self._evidence, key=lambda item: (item["url"], item["time"])))

    def offline_twin(self) -> HubClient:
        """A client that knows what this one saved, asks nobody, and has evidence of its own."""
        return HubClient(self.endpoint, self._token, saved=self.saved, offline="--offline")

    @property
    def oldest_saved(self) -> str | None:
        """When the oldest saved answer that was used was given; None where all were live."""
        times = [item["time"] for item in self.evidence if item["from"] == "saved"]
        return min(times) if times else None

    def cancel(self) -> None:
        self._cancelled.set()

    def get_json(
        self, path: str, ask: Ask, params: list[tuple[str, str]] | None = None
    ) -> tuple[Any, Answer]:
        """The parsed answer to ``GET path``. An error status, or what is no JSON, is an InspectorError."""
        answer = self.get(path, ask, params=params, limit=MAX_JSON, headers={"accept": "application/json"})
        return parsed(answer, ask), answer

    def post_json(self, path: str, ask: Ask, form: list[tuple[str, str]]) -> tuple[Any, Answer]:
        """The parsed answer to a question that is too long for an address (``paths-info``)."""
        headers = {"accept": "application/json", "content-type": "application/x-www-form-urlencoded"}
        answer = self.get(path, ask, limit=MAX_JSON, headers=headers, form=urlencode(form).encode("ascii"))
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
        form: bytes | None = None,
    ) -> Answer:
        """The answer to ``GET path`` (below the endpoint, or a whole URL of its origin), at most ``limit``
        bytes; with ``form`` it is posted. ``other_hosts`` allows a redirect to a store of files, which gets
        no token. Where a range was asked for and something else is sent (the whole file, or compressed
        bytes), the body is left unread. Ranges are not kept here: see RangeBytes."""
        url = path if "://" in path else f"{self.endpoint.url}{path}"
        if params:
            url = f"{url}?{urlencode(params)}"
        request = Request(url, ask, limit, headers or {}, other_hosts, form)
        answer = self._from_saved(request) if self.offline else self._with_retries(request)
        # An address in a store of files is signed: it is a key for some minutes and no evidence.
        if origin_of(url) == self.endpoint.origin:
            with self._lock:
                self._evidence.append(answer.evidence())
            self._keep(request, answer)
        if answer.status >= 400:
            if self._is_own(origin_of(answer.url)):
                raise errors.of_status(answer.status, answer.headers, ask, answer.body)
            raise errors.of_store(answer.status, answer.headers, ask)
        if not 200 <= answer.status < 300:
            raise errors.not_a_hub(ask, f"status {answer.status}")
        return answer

    def part_saved(self, path: str, part: str) -> bytes | None:
        """A part of a file that was kept, for a client that is offline."""
        for signed_in in {self.signed_in, False}:
            found = self.saved.get(path, part=part, signed_in=signed_in)
            if found is not None:
                return found.body
        return None

    def keep_part(self, path: str, part: str, body: bytes) -> None:
        self.saved.put(
            path,
            part=part,
            signed_in=self.signed_in,
            status=206,
            headers={},
            linked={},
            time=now(),
            body=body,
        )

    def _from_saved(self, request: Request) -> Answer:
        switch = self.offline or "--offline"
        if not request.url.startswith(f"{self.endpoint.url}/"):
            raise errors.offline(request.ask, switch)
        for signed_in in sorted({self.signed_in, False}, reverse=True):
            found = self.saved.get(self._address(request), part=request.posted, signed_in=signed_in)
            if found is not None:
                return Answer(
                    asked=request.url,
                    url=found.url,
                    status=found.status,
                    headers=found.headers,
                    body=found.body,
                    time=found.time,
                    linked=found.linked,
                    origin="saved",
                )
        raise errors.offline(request.ask, switch)

    def _keep(self, request: Request, answer: Answer) -> None:
        if answer.origin == "saved" or answer.status not in _KEPT_STATUS or "range" in request.headers:
            return
        if answer.status == 401 and self.signed_in:
            return
        self.saved.put(
            self._address(request),
            part=request.posted,
            signed_in=self.signed_in,
            status=answer.status,
            headers=answer.headers,
            linked=answer.linked,
            time=answer.time,
            body=answer.body,
        )

    def _address(self, request: Request) -> str:
        return request.url.removeprefix(self.endpoint.url)

    def _with_retries(self, request: Request) -> Answer:
        self._wait_out(request.ask)
        waits = 0
        while True:
            try:
                answer = self._tried(request)
            except RateLimited as limit:
                if self._on_wait is None or waits >= MAX_WAITS or not self._be_silent(limit.wait):
                    raise
                waits += 1
                self._wait_out(request.ask)
                continue
            return answer

    def _be_silent(self, seconds: float) -> bool:
        """True, and all wait for so long; False where that is more than is waited for. What several threads
        are asked for at the same time counts once."""
        if seconds > LONGEST_WAIT:
            return False
        with self._lock:
            now = time.monotonic()
            more = now + seconds - max(self._silent_until, now)
            if more > self._patience:
                return False
            if more > 0:
                self._patience -= more
                self._silent_until = now + seconds
            return True

    def _wait_out(self, ask: Ask) -> None:
        """Until the silence that the hub asked for is over. All threads wait, one of them tells."""
        told = False
        while (left := self._silent_until - time.monotonic()) > 0:
            told = self._tell(left, ask) or told
            if self._cancelled.wait(min(left, 1.0)):
                raise _cancelled(ask)
        if told:
            self._tell(0.0, ask)

    def _tell(self, left: float, ask: Ask) -> bool:
        """Tells how long it still takes, unless another thread is telling it; True where this one did."""
        if self._on_wait is None or not self._speaking.acquire(blocking=False):
            return False
        try:
            done, total = self.tally
            sentence = RateLimited(left, ask, done, total).sentence if left > 0 else ""
            self._on_wait(Waiting(left, done, total, sentence))
            return True
        finally:
            self._speaking.release()

    def _tried(self, request: Request) -> Answer:
        ask = request.ask
        end = time.monotonic() + TOTAL_SECONDS
        tries = 0
        while True:
            tries += 1
            started = time.monotonic()
            left = end - started
            fetch = partial(self._fetch, request, left)
            answer: Answer | None = None
            try:
                answer = self._bounded(fetch, ask, left)
            except errors.BrokeOff:
                if tries > 1 or time.monotonic() - started > QUICK:
                    raise
            took = time.monotonic() - started
            again = request.form is None and tries == 1 and took < QUICK
            if answer is None or (answer.status >= 500 and again):
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
                raise translated(outcome, ask, CONNECT_SECONDS, READ_SECONDS) from None
            return outcome

    def _fetch(self, request: Request, seconds: float) -> Answer:
        url, ask = request.url, request.ask
        switch = offline_switch()
        if switch:
            raise errors.offline(ask, switch)
        session = steady_session()
        end = time.monotonic() + seconds
        linked: dict[str, str] = {}
        method = "GET" if request.form is None else "POST"
        for _ in range(MAX_REDIRECTS + 1):
            own = self._token.headers_for(url) if self._token else {}
            sent = {**_own_headers(), **request.headers, **own}
            timeout = _timeout(min(READ_SECONDS, max(end - time.monotonic(), 0.1)))
            with session.stream(method, url, headers=sent, content=request.form, timeout=timeout) as response:
                location = response.headers.get("location")
                if response.status_code in (301, 302, 303, 307, 308) and location:
                    linked.update(linked_headers(response.headers))
                    url = self._redirected(url, location, ask, request.other_hosts)
                    continue
                unwanted = "range" in sent and (response.status_code == 200 or coding_of(response) != "")
                bound = request.limit if response.status_code < 400 else _ERROR_BODY
                return Answer(
                    asked=request.url,
                    url=url,
                    status=response.status_code,
                    headers={key.lower(): value for key, value in response.headers.items()},
                    body=b"" if unwanted else body_of(response, bound, ask, end, TOTAL_SECONDS),
                    time=now(),
                    linked={**linked, **linked_headers(response.headers)},
                )
        raise errors.not_a_hub(ask, "one redirect after another")

    def _redirected(self, url: str, location: str, ask: Ask, other_hosts: bool) -> str:
        target = joined(url, location)
        origin = origin_of(target)
        if origin is None or urlsplit(target).username is not None:
            raise errors.not_a_hub(ask, "a redirect to no web address")
        if self._is_own(origin):
            return target
        own = self.endpoint.origin
        # A hub out there has no business to send us to a machine in here.
        is_lured = is_inner(origin[1]) and not (is_inner(own[1]) or resolves_inside(own[1]))
        if other_hosts and not is_lured and (origin[0] == "https" or own[0] == "http"):
            return target
        raise errors.not_a_hub(ask, f"a redirect to {plain(origin[1], 200)}")

    def _is_own(self, origin: Origin | None) -> bool:
        """True for the endpoint's origin, and for the same host by https where it is asked by http."""
        own = self.endpoint.origin
        return origin == own or (own[0] == "http" and origin is not None and origin[:2] == ("https", own[1]))


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


def _cancelled(ask: Ask) -> errors.Cancelled:
    return errors.Cancelled("The look-up was cancelled.", f"{ask.about} is not read to its end.")
