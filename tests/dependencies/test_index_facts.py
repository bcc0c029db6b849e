"""What an index says of releases, on answers of the real shape from a server on loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from inspector.dependencies import Package
from inspector.dependencies.index_facts import ACCEPT, index_facts
from inspector.provenance import Pin, UnreadableInput

Make = Callable[..., Package]


@dataclass
class Index:
    url: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)


@pytest.fixture
def simple() -> Iterator[Index]:
    index = Index()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            index.asked.append((self.path, self.headers.get("Accept")))
            found = index.answers.get(self.path)
            body = found if isinstance(found, bytes) else json.dumps(found).encode()
            elsewhere = isinstance(found, str)
            self.send_response(404 if found is None else 302 if elsewhere else 200)
            if elsewhere:
                self.send_header("Location", found)
            self.send_header("Content-Type", ACCEPT)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    index.url = f"http://127.0.0.1:{server.server_address[1]}/simple"
    yield index
    server.shutdown()
    server.server_close()
    thread.join()


def project(name: str, *files: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"meta": {"api-version": "1.4"}, "name": name, "versions": [], "files": list(files), **more}


def file(filename: str, **more: Any) -> dict[str, Any]:
    return {
        "filename": filename,
        "url": f"https://f.example/{filename}",
        "hashes": {"sha256": "0" * 64},
        **more,
    }


def test_yanked_quarantined_and_plain_releases_are_told_apart(simple: Index, package: Make) -> None:
    simple.answers = {
        "/simple/some-lib/": project(
            "some-lib",
            file("some_lib-1.0-py3-none-any.whl", yanked="broken metadata"),
            file("some-lib-1.0.tar.gz", yanked=True),
            file("some_lib-2.0.0-py3-none-any.whl", yanked=False),
            file("some_lib-3.0-py3-none-any.whl", yanked=True),
            file("some_lib-3.0.tar.gz", yanked=False),
        ),
        "/simple/evil/": project(
            "evil", file("evil-1.0.tar.gz"), **{"project-status": {"status": "quarantined", "reason": "m"}}
        ),
    }
    tree = [package("some-lib", "1.0"), package("some-lib", "2.0"), package("some-lib", "3.0"),
            package("some-lib", "9"), package("evil", "1.0"), package("private", "1.0")]  # fmt: skip
    found = index_facts(tree, simple.url)
    assert [(one.yanked, one.known) for one in found] == [
        (True, True), (False, True), (False, True), (False, False), (False, True), (False, False),
    ]  # fmt: skip
    assert found[0].yanked_reason == "broken metadata" and found[1].attested is None
    assert (found[4].status, found[4].status_reason) == ("quarantined", "m")
    assert "no file" in found[3].why and "does not know" in found[5].why
    paths = [path for path, _ in simple.asked]
    assert paths == ["/simple/some-lib/", "/simple/evil/", "/simple/private/"]
    assert {accept for _, accept in simple.asked} == {ACCEPT}


def test_publishers_are_read_from_the_provenance_of_the_index_itself(simple: Index, package: Make) -> None:
    base = simple.url.removesuffix("/simple")
    simple.answers = {
        "/simple/a/": project(
            "a",
            file("a-1-py3-none-any.whl", provenance=f"{base}/integrity/a/1/a-1.whl/provenance"),
            file("a-1.tar.gz", provenance=None),
            file("a-2.tar.gz", provenance="http://127.0.0.2:1/elsewhere"),
        ),
        "/integrity/a/1/a-1.whl/provenance": {
            "version": 1,
            "attestation_bundles": [
                {"publisher": {"kind": "GitHub", "repository": "o/a", "workflow": "release.yml"},
                 "attestations": [{"version": 1}]},
                {"publisher": {"kind": "GitHub", "repository": "o/none"}, "attestations": []},
            ],
        },
    }  # fmt: skip
    first, second = index_facts([package("a", "1"), package("a", "2")], simple.url)
    assert first.publishers == ({"kind": "GitHub", "repository": "o/a", "workflow": "release.yml"},)
    assert (first.attested, first.files) == (1, 2)
    assert second.attested == 1 and second.publishers == () and "another host" in second.why


@pytest.mark.parametrize(
    "answer",
    [
        b"<html>",
        b"[1]",
        b"[" * 50_000,
        {"name": "other", "files": []},
        {"name": "a"},
        {"name": "a", "files": [5, {}]},
        "http://127.0.0.2:9/simple/a/",
    ],
)
def test_what_is_no_answer_is_never_taken_for_a_good_one(simple: Index, package: Make, answer: Any) -> None:
    simple.answers = {"/simple/a/": answer}
    found = index_facts([package("a", "1")], simple.url)[0]
    assert not found.known and found.why and found.attested is None


def test_an_index_that_is_not_reached_is_asked_once(package: Make) -> None:
    found = index_facts([package("a", "1"), package("b", "1")], "http://127.0.0.1:1/simple")
    assert all("not reached" in one.why and not one.known for one in found)


def test_only_releases_of_the_index_are_asked_about(simple: Index, package: Make) -> None:
    others = [
        package("c", None),
        package("d", "1", ecosystem="conda"),
        package("e", "1", origin="git+https://git.example/e"),
        Package("f", "1", Pin.DIGEST, False, ecosystem="npm"),
    ]
    assert index_facts(others, simple.url) == [] and simple.asked == []
    with pytest.raises(UnreadableInput):
        index_facts([], "file:///simple")
