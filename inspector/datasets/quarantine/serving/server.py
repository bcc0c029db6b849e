"""The webhook's server: one process, one task a connection, one thread that enters rows.

What is bounded: connections at once, the time for the head and for the body (so who sends a byte a second is
cut off), the size of the body, requests a second. What is checked before a body is read: path, length, the
moment of the request. What is checked before anything of it is understood: the signature. An answer of 2xx is
given when the rows have reached the disk.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import ipaddress
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from inspector.datasets.quarantine.interface import AddReport, Intake, SourceIncomplete
from inspector.datasets.quarantine.serving import http
from inspector.datasets.quarantine.serving.http import Answer, Head
from inspector.datasets.quarantine.serving.signature import NotSigned, OtherBody, WebhookKey
from inspector.datasets.quarantine.store import Store
from inspector.provenance import InspectorError, Refused, UnreadableInput, WorkIncomplete, plain

PATH = "/rows"
_LISTED = 100  # refused rows that an answer names
_CLOSE_SECONDS = 10.0
_LINGER_SECONDS = 2.0  # for the answer to be read


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one server lets others use. Times are in seconds, ``body`` in bytes, ``rate`` in requests a second
    with a ``burst`` on top."""

    body: int = 8 << 20
    head_time: float = 10.0
    body_time: float = 30.0
    connections: int = 32
    rate: float = 20.0
    burst: int = 40


class _Bucket:
    """Lets ``rate`` requests a second pass, and ``burst`` at once."""

    def __init__(self, rate: float, burst: int, clock: Callable[[], float]) -> None:
        self._rate, self._burst, self._clock = rate, burst, clock
        self._left, self._at = float(burst), clock()

    def take(self) -> bool:
        now = self._clock()
        self._left = min(self._burst, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Server:
    """Takes signed requests for one store.

    ``tell`` hears a sentence for the operator of each request that entered something or failed here;
    requests of strangers are counted in ``turned_away``.
    """

    def __init__(
        self,
        store: Store,
        key: WebhookKey,
        intake: Intake,
        *,
        bounds: Bounds | None = None,
        tell: Callable[[str], None] = lambda line: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store, self._key, self._intake, self._tell = store, key, intake, tell
        self._bounds = bounds or Bounds()
        self._bucket = _Bucket(self._bounds.rate, self._bounds.burst, clock)
        self._worker = ThreadPoolExecutor(1, "quarantine-intake")
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self.turned_away = 0

    async def start(self, address: str, port: int, *, remote: bool = False) -> tuple[str, int]:
        """Begins to listen; gives the address and the port. An address that is not loopback is refused
        unless ``remote`` says that it is meant."""
        self._store.check_writable()
        host = check_address(address, remote=remote)
        try:
            self._server = await asyncio.start_server(self._connected, host, port, limit=http.MAX_HEAD)
        except OSError as error:
            raise UnreadableInput(
                f"{plain(address)} port {port} cannot be listened on: {error.strerror}.",
                "Choose another one with --port.",
            ) from None
        name = self._server.sockets[0].getsockname()
        return str(name[0]), int(name[1])

    async def stop(self) -> None:
        """Takes no more connections, lets those that are at work end, and comes back."""
        if self._server is not None:
            self._server.close()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=_CLOSE_SECONDS)
            for one in late:
                one.cancel()
            if late:
                await asyncio.wait(late)
        self._worker.shutdown(wait=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        full = len(self._tasks) >= self._bounds.connections
        self._tasks.add(task)
        try:
            answer = await self._answer(reader, writer, full)
            with contextlib.suppress(OSError, TimeoutError):
                await asyncio.wait_for(_say(reader, writer, answer), _LINGER_SECONDS)
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, full: bool) -> bytes:
        """The bytes to answer with; empty where the other side is gone."""
        try:
            if full:
                raise Answer(503, "Too many connections at once.", retry_after=1)
            status, value = await self._answered(reader, writer)
            return http.response(status, value)
        except Answer as said:
            self.turned_away += 1
            return http.response(said.status, {"error": said.sentence}, said.retry_after)
        except (ConnectionError, asyncio.IncompleteReadError):
            return b""
        except Exception as error:  # noqa: BLE001 - a fault of ours ends one request, not the intake of all
            self._tell(f"A request failed here: {type(error).__name__}.")
            return http.response(500, {"error": "The request failed here; it can be sent once more."})

    async def _answered(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> tuple[int, dict[str, Any]]:
        try:
            head = await asyncio.wait_for(http.read_head(reader), self._bounds.head_time)
            if head is None:
                raise ConnectionResetError
            size = self._checked(head)
            if head.headers.get("expect", "").lower() == "100-continue":
                writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            body = await asyncio.wait_for(reader.readexactly(size), self._bounds.body_time)
        except TimeoutError:
            raise Answer(408, "The request did not come in time.") from None
        try:
            self._key.check(head.headers, body)
        except NotSigned as error:
            raise Answer(401, str(error)) from None
        except OtherBody as error:
            raise Answer(409, str(error)) from None
        if not self._bucket.take():
            raise Answer(429, "Too many requests; send more rows in one.", retry_after=1)
        return await asyncio.get_running_loop().run_in_executor(self._worker, self._enter, head, body)

    def _checked(self, head: Head) -> int:
        """What the head alone can tell; gives the body's length."""
        if head.path != PATH:
            raise Answer(404, f"Rows are taken at {PATH}.")
        if head.method != "POST":
            raise Answer(405, "Rows are sent with POST.")
        size = http.length(head, self._bounds.body)
        if head.headers.get("content-encoding", "identity").lower() != "identity":
            raise Answer(415, "Send the rows without compression.")
        try:
            self._key.check_time(head.headers)
        except NotSigned as error:
            raise Answer(401, str(error)) from None
        return size

    def _enter(self, head: Head, body: bytes) -> tuple[int, dict[str, Any]]:
        """Enters the rows of a signed request, in the thread that does nothing else."""
        form, content = _form(head, body, self._intake.form)
        try:
            report = self._store.take_in(io.BytesIO(content), self._intake, form=form)
        except SourceIncomplete as error:
            raise Answer(422, error.sentence) from None
        except WorkIncomplete as error:
            self._tell(error.sentence)
            raise Answer(503, error.sentence, retry_after=30) from None
        except UnreadableInput as error:
            raise self._at_fault(error) from None
        except InspectorError as error:
            self._tell(error.sentence)
            raise Answer(500, "The store takes nothing at present; its log says why.") from None
        if report.refused_count and not report.new and not report.duplicates:
            raise Answer(422, f"No row was taken. The first: {report.refused[0].why}")
        if not report.known:
            self._tell(f"{report.new} new, {report.duplicates} known, {report.refused_count} refused.")
        return (200 if report.known else 202), _told(report)

    def _at_fault(self, error: UnreadableInput) -> Answer:
        """Whose fault it is that nothing could be taken: the sender's, or the store's."""
        try:
            self._store.check_writable()
        except (UnreadableInput, Refused, WorkIncomplete) as own:
            self._tell(own.sentence)
            return Answer(500, "The store takes nothing at present.")
        return Answer(422, error.sentence)


async def _say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: bytes) -> None:
    """Gives the answer. What still comes in is read first: a connection that is closed over unread bytes is
    reset, and the sender would not see why (RFC 9112, section 9.6)."""
    writer.write(answer)
    await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()
    while await reader.read(1 << 16):
        pass


def check_address(address: str, *, remote: bool) -> str:
    """The address to listen on; UnreadableInput for one that others can reach, unless that is meant."""
    name = "127.0.0.1" if address == "localhost" else address
    try:
        found = ipaddress.ip_address(name)
    except ValueError:
        raise UnreadableInput(f"{plain(address)} is no address.", "Give one such as 127.0.0.1.") from None
    if not found.is_loopback and not remote:
        raise UnreadableInput(
            f"{plain(address)} can be reached from other machines, and requests are not encrypted.",
            "Leave it at 127.0.0.1 behind a proxy with TLS, or say --allow-remote.",
        )
    return name


def _form(head: Head, body: bytes, form: str | None) -> tuple[str, bytes]:
    """The format of the body and the bytes to read: one JSON object becomes an array of one row."""
    if form is not None:
        return form, body
    kind = head.headers.get("content-type", "").partition(";")[0].strip().lower()
    start = body.lstrip()[:1]
    if start == b"[":
        return "json", body
    if start == b"{" and kind == "application/json":
        return "json", b"[" + body + b"]"
    return "jsonl", body


def _told(report: AddReport) -> dict[str, Any]:
    return {
        "new": report.new,
        "duplicates": report.duplicates,
        "refused_count": report.refused_count,
        "refused": [one.as_json() for one in report.refused[:_LISTED]],
        "batches": report.batches,
        "known": report.known,
    }
