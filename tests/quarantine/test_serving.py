"""The webhook: signed requests of now become rows, everything else a sentence."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from inspector import cli
from inspector.datasets.quarantine import Store, filesystem
from inspector.datasets.quarantine.interface import Intake
from inspector.datasets.quarantine.serving import Server, WebhookKey, sign
from inspector.datasets.quarantine.serving.server import Bounds, check_address
from inspector.provenance import UnreadableInput

SECRET, NOW = b"0123456789abcdef0123456789abcdef", 1_800_000_000
ROWS = b'{"t": "a", "user_id": "u1"}\n{"t": "b", "user_id": "u2"}\n'
INTAKE = Intake("hook", "app", contributor_column="user_id")
Scenario = Callable[["Client"], Awaitable[Any]]


class Client:
    """Speaks to a running server over a socket of its own for each request."""

    def __init__(self, server: Server, port: int) -> None:
        self.server, self.port = server, port

    async def raw(self, *parts: bytes) -> tuple[int, dict[str, Any]]:
        """Sends the parts and gives status and JSON of the answer."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        for one in parts:
            writer.write(one)
            await writer.drain()
        answer = await asyncio.wait_for(reader.read(), 20)
        writer.close()
        head, _, body = answer.partition(b"\r\n\r\n")
        return int(head.split(b" ")[1]), json.loads(body)

    async def post(
        self, body: bytes = ROWS, *, name: str = "m1", at: int = NOW, secret: bytes = SECRET, **headers: str
    ) -> tuple[int, dict[str, Any]]:
        """A signed request; ``headers`` replace those that it has, an empty one takes it away."""
        given = {**sign(secret, name, at, body), "content-length": str(len(body))}
        given |= {key.replace("_", "-"): value for key, value in headers.items()}
        return await self.raw(_head(given) + body)


def _head(headers: dict[str, str], first: str = "POST /rows HTTP/1.1") -> bytes:
    lines = [first, "host: x", *(f"{name}: {value}" for name, value in headers.items() if value)]
    return "\r\n".join([*lines, "", ""]).encode()


@pytest.fixture
def serving(store: Store) -> Callable[..., Any]:
    def run(scenario: Scenario, *, bounds: Bounds | None = None, intake: Intake = INTAKE) -> Any:
        async def serve() -> Any:
            key = WebhookKey(SECRET, clock=lambda: NOW)
            server = Server(store, key, intake, bounds=bounds, clock=lambda: 0.0)
            _, port = await server.start("127.0.0.1", 0)
            try:
                return await scenario(Client(server, port))
            finally:
                await server.stop()

        return asyncio.run(serve())

    return run


def one(answer: dict[str, Any]) -> Scenario:
    return lambda client: client.post(**answer)


def test_rows_of_a_signed_request_are_staged(serving: Any, store: Store, counts: Any) -> None:
    status, answer = serving(one({}))
    assert (status, answer["new"], answer["duplicates"], answer["known"]) == (202, 2, 0, False)
    assert counts(store) == {"staged": 2}
    assert store.rows()[0]["contributors"] == ["u1"]
    entry = store.log_entries()[-1]
    assert (entry["actor"]["name"], entry["source"]) == ("hook", "app")
    store.verify()


def test_the_signature_is_that_of_the_specification() -> None:
    # The example of the Standard Webhooks specification's reference libraries.
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    made = sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert made["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    ("change", "status", "sentence"),
    [
        ({"webhook_signature": "v1,AAAA"}, 401, "not signed"),
        ({"webhook_signature": "\xff"}, 401, "not signed"),
        ({"secret": b"another key that nobody knows"}, 401, "not signed"),
        ({"webhook_id": "m2"}, 401, "not signed"),
        ({"at": NOW - 301}, 401, "300 seconds"),
        ({"at": NOW + 301}, 401, "300 seconds"),
        ({"webhook_timestamp": str(NOW + 1)}, 401, "not signed"),
        ({"webhook_timestamp": "now"}, 401, "no number"),
        ({"webhook_timestamp": ""}, 401, "has no webhook-timestamp"),
        ({"webhook_signature": ""}, 401, "has no webhook-signature"),
        ({"content_length": ""}, 411, "Content-Length"),
        ({"transfer_encoding": "chunked"}, 411, "chunks"),
        ({"content_length": "-1"}, 400, "no number"),
        ({"content_length": "9" * 14}, 413, "larger than"),
        ({"body": b""}, 400, "empty"),
        ({"content_encoding": "gzip"}, 415, "without compression"),
        ({"body": b"broken\n"}, 422, "No row was taken"),
        ({"body": b'[{"user_id": 1}, {'}, 422, "Nothing of it was taken"),
        ({"body": b'{"t": 1}\n'}, 422, "No row has a column user_id"),
    ],
)
def test_what_is_refused_is_a_sentence_and_changes_nothing(
    serving: Any, store: Store, change: dict[str, Any], status: int, sentence: str
) -> None:
    found, answer = serving(one(change))
    assert found == status and sentence in answer["error"]
    assert sum(store.states().values()) == 0


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (_head({}, "GET /rows HTTP/1.1"), 405),
        (_head({}, "POST / HTTP/1.1"), 404),
        (_head({}, "POST /rows"), 400),
        (b"\x16\x03\x01 tls\r\n\r\n", 400),
        (b"POST /rows HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (b"POST /rows HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n", 400),
        (b"POST /rows HTTP/1.1\r\nx: " + b"a" * 40_000 + b"\r\n\r\n", 431),
    ],
)
def test_what_is_no_request_for_rows_is_turned_away(serving: Any, raw: bytes, status: int) -> None:
    assert serving(lambda client: client.raw(raw))[0] == status


def test_a_repeated_request_changes_nothing(serving: Any, store: Store, counts: Any) -> None:
    async def scenario(client: Client) -> list[tuple[int, Any]]:
        return [await client.post(), await client.post(), await client.post(name="m2")]

    (first, _), (again, answer), (third, _) = serving(scenario)
    assert (first, again, third, answer["known"]) == (202, 200, 200, True)
    assert store.log_size() == 2 and counts(store) == {"staged": 2}
    # A server that was started anew knows it from the log.
    assert serving(one({}))[0] == 200 and store.log_size() == 2


def test_the_id_of_another_request_is_a_conflict(serving: Any, store: Store) -> None:
    async def scenario(client: Client) -> list[int]:
        bodies = (ROWS, b'{"t": "c", "user_id": "u"}\n')
        return [(await client.post(body))[0] for body in bodies]

    assert serving(scenario) == [202, 409]


def test_one_object_an_array_and_lines_are_taken(serving: Any, store: Store, counts: Any) -> None:
    async def scenario(client: Client) -> list[int]:
        pretty = b'{\n "t": 1,\n "user_id": "u"\n}'
        return [
            (await client.post(pretty, name="a", content_type="application/json; charset=utf-8"))[0],
            (await client.post(b'[{"t": 2, "user_id": "u"}]', name="b"))[0],
            (await client.post(b'{"t": 3, "user_id": "u"}\n{"t": 4, "user_id": "u"}', name="c"))[0],
        ]

    assert serving(scenario) == [202, 202, 202]
    assert counts(store) == {"staged": 4}


def test_more_requests_than_agreed_are_told_to_wait(serving: Any, store: Store) -> None:
    async def scenario(client: Client) -> list[int]:
        return [(await client.post(name=f"m{number}"))[0] for number in range(4)]

    assert serving(scenario, bounds=Bounds(rate=1, burst=2)) == [202, 200, 429, 429]


def test_who_sends_a_byte_now_and_then_is_cut_off_and_holds_up_nobody(serving: Any, store: Store) -> None:
    async def scenario(client: Client) -> list[int]:
        slow = [asyncio.create_task(client.raw(b"POST /rows HT")) for _ in range(5)]
        given = {**sign(SECRET, "m", NOW, ROWS), "content-length": str(len(ROWS))}
        slow += [asyncio.create_task(client.raw(_head(given) + ROWS[:5])) for _ in range(5)]
        await asyncio.sleep(0)
        return [(await client.post())[0], *{status for status, _ in await asyncio.gather(*slow)}]

    assert serving(scenario, bounds=Bounds(head_time=0.2, body_time=0.2)) == [202, 408]


def test_connections_are_bounded(serving: Any) -> None:
    async def scenario(client: Client) -> list[int]:
        held = [asyncio.create_task(client.raw(b"POST")) for _ in range(3)]
        while len(client.server._tasks) < 3:
            await asyncio.sleep(0)
        found = (await client.raw(b""))[0]
        return [found, *[status for status, _ in await asyncio.gather(*held)]]

    assert serving(scenario, bounds=Bounds(head_time=0.3, connections=3)) == [503, 408, 408, 408]


def test_a_body_that_is_announced_waits_for_the_answer(serving: Any) -> None:
    async def scenario(client: Client) -> bytes:
        given = {**sign(SECRET, "m", NOW, ROWS), "content-length": str(len(ROWS)), "expect": "100-continue"}
        reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
        writer.write(_head(given))
        first = await reader.readuntil(b"\r\n\r\n")
        writer.write(ROWS)
        rest = await reader.read()
        writer.close()
        return first + rest

    answer = serving(scenario)
    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 ")


def test_a_full_disk_asks_the_sender_to_come_again(
    serving: Any, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(filesystem, "hold", full)
    status, answer = serving(one({}))
    assert status == 503 and "no room" in answer["error"]
    monkeypatch.undo()
    assert serving(one({}))[0] == 202


def test_a_store_that_was_tampered_with_takes_nothing_and_says_little(serving: Any, store: Store) -> None:
    async def scenario(client: Client) -> tuple[int, dict[str, Any]]:
        store._ledger.connection.execute("UPDATE fact SET value = '\"x\"' WHERE name = 'note'")
        return await client.post()

    status, answer = serving(scenario)
    assert status == 500 and "log" in answer["error"] and str(store.path) not in answer["error"]


def test_an_address_that_others_can_reach_must_be_meant() -> None:
    assert check_address("localhost", remote=False) == "127.0.0.1"
    assert check_address("::1", remote=False) == "::1"
    assert check_address("0.0.0.0", remote=True) == "0.0.0.0"
    for bad in ("0.0.0.0", "::", "192.0.2.1", "example.org", ""):
        with pytest.raises(UnreadableInput):
            check_address(bad, remote=False)


@pytest.mark.parametrize(
    ("content", "weak"), [(b"whsec_" + base64.b64encode(SECRET), False), (SECRET, False), (b"short\n", True)]
)
def test_a_key_file(tmp_path: Path, content: bytes, weak: bool) -> None:
    (tmp_path / "key").write_bytes(content)
    assert WebhookKey.read(tmp_path / "key").weak is weak


@pytest.mark.parametrize("content", [b"", b"\n", b"whsec_?", b"x" * 5000])
def test_what_is_no_key_is_a_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "key").write_bytes(content)
    with pytest.raises(UnreadableInput):
        WebhookKey.read(tmp_path / "key")
    assert cli.run(
        ["quarantine", "serve", str(tmp_path), "--hmac-key-file", str(tmp_path / "none"), "--actor", "a",
         "--source", "s"]
    ) == 2  # fmt: skip


@pytest.mark.skipif(sys.platform == "win32", reason="the signal is another one on Windows")
def test_the_command_serves_until_it_is_told_to_end(store: Store, tmp_path: Path, counts: Any) -> None:
    import time

    (tmp_path / "key").write_bytes(SECRET)
    command = [sys.executable, "-m", "inspector", "quarantine", "serve", str(store.path), "--port", "0"]
    command += ["--hmac-key-file", str(tmp_path / "key")]
    environment = {**os.environ, "no_proxy": "*"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as child:
        assert child.stdout is not None
        address = child.stdout.readline().split()[-1]
        assert address.startswith("http://127.0.0.1:") and address.endswith("/rows")
        headers = {**sign(SECRET, "m1", int(time.time()), ROWS), "Content-Type": "application/x-ndjson"}
        request = urllib.request.Request(address, ROWS, headers)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request) as answer:
            assert (answer.status, json.load(answer)["new"]) == (202, 2)
        child.send_signal(signal.SIGTERM)
        assert child.wait(20) == 0
    assert counts(store) == {"staged": 2}
