"""Servers on loopback that answer as OSV and as the package index do, and short ways to make packages."""

from __future__ import annotations

import datetime
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from inspector.dependencies import Package
from inspector.provenance import Pin


@dataclass
class Service:
    """``advisories`` by name: entries in OSV's form; a version's are those that list it."""

    url: str = ""
    advisories: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)  # names that are answered with an error
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    raw: bytes | None = None  # answered to everything, in place of JSON
    wait: threading.Event | None = None  # answered only when set
    affects: Callable[[dict[str, Any], str], bool] | None = None  # in place of the list of versions


def advisory(name: str, identifier: str, versions: list[str], **more: Any) -> dict[str, Any]:
    return {
        "id": identifier,
        "summary": f"{identifier} in {name}",
        "affected": [
            {
                "package": {"name": name, "ecosystem": "PyPI"},
                "versions": versions,
                "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "9.9"}]}],
            }
        ],
        **more,
    }


def serve(handler: type[BaseHTTPRequestHandler]) -> tuple[ThreadingHTTPServer, threading.Thread]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    return server, thread


@pytest.fixture
def make_advisory() -> Callable[..., dict[str, Any]]:
    return advisory


@pytest.fixture
def osv() -> Iterator[Service]:
    service = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            name, version = query["package"]["name"], query.get("version")
            service.asked.append((name, version))
            if service.wait is not None:
                service.wait.wait(20)
            entries = service.advisories.get(name, [])
            if version is not None:
                affects = service.affects or (lambda one, asked: asked in one["affected"][0]["versions"])
                entries = [one for one in entries if affects(one, version)]
            body = (
                service.raw
                if service.raw is not None
                else json.dumps({"vulns": entries} if entries else {}).encode()
            )
            self.send_response(500 if name in service.broken else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: Any) -> None:
            pass

    server, thread = serve(Handler)
    service.url = f"http://127.0.0.1:{server.server_address[1]}/v1/query"
    yield service
    if service.wait is not None:
        service.wait.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """The package index, as pip-audit reaches it through a proxy on loopback: path to JSON, else 404."""
    certificate, key = _certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    answers: dict[str, Any] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_CONNECT(self) -> None:
            self.send_response(200)
            self.end_headers()
            with context.wrap_socket(self.connection, server_side=True) as secure:
                stream = secure.makefile("rwb")
                while (line := stream.readline()) and line.strip():
                    path = line.split(b" ")[1].decode()
                    while stream.readline().strip():
                        pass
                    found = answers.get(path)
                    body = json.dumps(found).encode()
                    status = b"200 OK" if found is not None else b"404 Not Found"
                    stream.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
                    stream.flush()

        def log_message(self, *arguments: Any) -> None:
            pass

    server, thread = serve(Handler)
    for name in (
        "no_proxy",
        "NO_PROXY",
        "https_proxy",
        "all_proxy",
        "ALL_PROXY",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{server.server_address[1]}")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    yield answers
    server.shutdown()
    server.server_close()
    thread.join()


def _certificate(folder: Path) -> tuple[Path, Path]:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "loopback index")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("pypi" + ".org")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, secret = folder / "index.pem", folder / "index.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return certificate, secret


@pytest.fixture
def package() -> Callable[..., Package]:
    def make(name: str, version: str | None = "1.0", pin: Pin = Pin.VERSION, **more: Any) -> Package:
        return Package(name, version, pin, True, **more)

    return make
