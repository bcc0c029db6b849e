"""Fetching the export: whole, cut off and taken up again, refused; and the age of what is there."""

from __future__ import annotations

import datetime
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from inspector.cli import run
from inspector.dependencies.advisories import open_index, status, updating, warning
from inspector.dependencies.advisories.updating import update_advisories
from inspector.provenance import UnreadableInput, WorkIncomplete

TODAY = datetime.date(2026, 11, 23)


def export(*identifiers: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for one in identifiers:
            affected = [{"package": {"name": "a", "ecosystem": "PyPI"}, "versions": ["1.0"]}]
            entry = {"id": one, "modified": "2024-05-06T00:00:00Z", "affected": affected}
            archive.writestr(f"{one}.json", json.dumps(entry))
    return packed.getvalue()


@dataclass
class Server:
    body: bytes
    url: str = ""
    etag: str | None = '"one"'
    cut: int | None = None  # bytes after which the connection ends
    status: int = 200
    redirect: str | None = None
    asked: list[str | None] = field(default_factory=list)  # the Range of each request


@pytest.fixture
def server() -> Iterator[Server]:
    import threading

    state = Server(export("GHSA-1", "GHSA-2"))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.headers.get("Range")
            state.asked.append(asked)
            start = 0
            if asked and self.headers.get("If-Range") == state.etag and state.status == 200:
                start = int(asked.removeprefix("bytes=").rstrip("-"))
            self.send_response(302 if state.redirect else 206 if start else state.status)
            if state.redirect:
                self.send_header("Location", state.redirect)
            if state.etag:
                self.send_header("ETag", state.etag)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(state.body) - 1}/{len(state.body)}")
            self.send_header("Content-Length", str(len(state.body) - start))
            self.end_headers()
            self.wfile.write(state.body[start : state.cut])

        def log_message(self, *arguments: Any) -> None:
            pass

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    state.url = f"http://127.0.0.1:{listening.server_address[1]}/PyPI/all.zip"
    yield state
    listening.shutdown()
    listening.server_close()
    thread.join()


def ids(folder: Path) -> int:
    with open_index(folder) as index:
        return index.entries


def test_an_export_is_fetched_imported_and_its_digest_told(server: Server, tmp_path: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    done = update_advisories(server.url, tmp_path, progress=lambda got, total: seen.append((got, total)))
    assert done.sha256 == hashlib.sha256(server.body).hexdigest() and done.size == len(server.body)
    assert done.imported.entries == 2 and done.resumed == 0 and seen[-1] == (done.size, done.size)
    assert status(tmp_path)["source"] == "all.zip"
    kept = sorted(path.name for path in (tmp_path / "osv-scanner" / "PyPI").iterdir())
    assert kept == ["advisories.sqlite3", "all.zip"]


def test_a_fetch_that_was_cut_off_goes_on_where_it_stopped(server: Server, tmp_path: Path) -> None:
    server.cut = 100
    with pytest.raises(WorkIncomplete, match="kept"):
        update_advisories(server.url, tmp_path)
    server.cut = None
    done = update_advisories(server.url, tmp_path)
    assert server.asked == [None, "bytes=100-"] and done.resumed == 100
    assert done.sha256 == hashlib.sha256(server.body).hexdigest() and ids(tmp_path) == 2


@pytest.mark.parametrize("etag", ['"two"', None, 'W/"one"'])
def test_another_export_is_never_joined_to_the_beginning_of_an_older_one(
    server: Server, tmp_path: Path, etag: str | None
) -> None:
    server.cut = 100
    with pytest.raises(WorkIncomplete):
        update_advisories(server.url, tmp_path)
    server.cut, server.etag, server.body = None, etag, export("GHSA-3")
    assert update_advisories(server.url, tmp_path).sha256 == hashlib.sha256(server.body).hexdigest()
    assert ids(tmp_path) == 1


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"status": 404}, WorkIncomplete),
        ({"body": b"no archive"}, UnreadableInput),
        ({"body": export()}, UnreadableInput),
        ({"redirect": "ftp://127.0.0.1/x"}, WorkIncomplete),
    ],
)
def test_what_cannot_be_used_leaves_the_old_database(
    server: Server, tmp_path: Path, change: dict[str, Any], error: type[Exception]
) -> None:
    update_advisories(server.url, tmp_path)
    for name, value in change.items():
        setattr(server, name, value)
    with pytest.raises(error):
        update_advisories(server.url, tmp_path)
    assert ids(tmp_path) == 2


def test_an_export_over_the_limit_is_refused(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(updating, "MAX_EXPORT", 50)
    with pytest.raises(UnreadableInput, match="50"):
        update_advisories(server.url, tmp_path)


@pytest.mark.parametrize("url", ["file:///etc/hosts", "ftp://a.example/x", "all.zip", "https:///x"])
def test_only_web_addresses_are_asked(url: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput):
        update_advisories(url, tmp_path)


def test_the_command_tells_digest_date_and_age(
    server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["advisories", "update", "--url", server.url, "--db", str(tmp_path)]) == 0
    said = capsys.readouterr()
    assert "2 advisories of 1 packages, as of 2024-05-06" in said.out
    assert hashlib.sha256(server.body).hexdigest() in said.err and "days old" in said.err
    assert run(["advisories", "status", "--db", str(tmp_path)]) == 0
    assert "Renew it with" in capsys.readouterr().out
    server.status = 500
    assert run(["advisories", "update", "--url", server.url, "--db", str(tmp_path)]) == 3
    assert "500" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("as_of", "said"),
    [
        ("2026-11-23", None),
        ("2026-10-24", None),
        ("2026-10-23T10:00:00Z", "31 days old (as of 2026-10-23)"),
        ("2030-01-01", None),
        (None, "no date"),
        ("some day", "no date"),
    ],
)
def test_a_database_older_than_thirty_days_is_said_to_be(as_of: str | None, said: str | None) -> None:
    sentence = warning(as_of, TODAY)
    assert (sentence is None) == (said is None)
    assert said is None or said in str(sentence)


def test_an_audit_with_an_old_database_carries_the_warning(server: Server, tmp_path: Path) -> None:
    from inspector.dependencies import audit

    update_advisories(server.url, tmp_path)
    result = audit([], offline=True, advisories=tmp_path)
    assert "days old" in (result.warning or "") and "warning" not in result.as_json() and result.note == ""
