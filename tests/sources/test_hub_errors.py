"""Everything that can go wrong with a hub is one sentence, names repository and hub, and comes in time."""

from __future__ import annotations

import ssl
import tracemalloc
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from inspector.provenance.errors import InspectorError, UnreadableInput
from inspector.sources import ReadFailure, open_target
from inspector.sources.hub import session as session_module
from inspector.sources.hub.errors import RateLimited, wait_of

NOT_A_HUB = "The answer is not from a Hugging Face hub (got {})."


def error_of(target: str, **options: Any) -> InspectorError:
    with pytest.raises(InspectorError) as caught:
        open_target(target, **options)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return caught.value


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limits of time, shortened, so that the tests need not wait for the real ones."""
    monkeypatch.setattr("inspector.sources.hub.client.READ_SECONDS", 0.3)
    monkeypatch.setattr("inspector.sources.hub.client.CONNECT_SECONDS", 0.3)
    monkeypatch.setattr("inspector.sources.hub.client.TOTAL_SECONDS", 1.6)


def test_the_real_limits_end_every_wait_within_fifteen_seconds() -> None:
    from inspector.sources.hub import client

    assert client.TOTAL_SECONDS + 1 < 15
    assert session_module.READ_SECONDS == 10 and session_module.CONNECT_SECONDS == 5


def test_missing_or_private_without_a_token(hub: Any) -> None:
    hub.model("acme/hidden", private=True)
    for name in ("acme/nope", "acme/hidden"):
        error = error_of(f"hf://{name}")
        assert error.sentence == f"{name}: not found, or private. The hub does not say which without a token."
        assert error.exit_code == 2
        assert hub.endpoint.removeprefix("http://") in str(error)


def test_missing_with_a_token(hub: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_known")
    hub.tokens.add("hf_known")
    error = error_of("hf://acme/nope", use_hub_token=True)
    assert error.sentence == "acme/nope does not exist, or your token may not see it."
    assert error.exit_code == 2


def test_a_token_that_the_hub_does_not_know(hub: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_unknown")
    error = error_of("hf://acme/x", use_hub_token=True)
    assert error.sentence == "The hub refused your token. Sign in again or go on without one."
    assert "acme/x on 127.0.0.1" in str(error)


@pytest.mark.parametrize("revision", ["nope", "3f2a" * 10])
def test_a_revision_that_is_not_there(hub: Any, revision: str) -> None:
    hub.model("acme/x")
    error = error_of(f"hf://acme/x@{revision}")
    words = f"Revision {revision} is not in acme/x: the branch, tag or commit was removed or never existed."
    assert (error.sentence, error.exit_code) == (words, 2)


def test_disabled(hub: Any) -> None:
    hub.model("acme/gone", disabled=True)
    error = error_of("hf://acme/gone")
    assert (error.sentence, error.exit_code) == ("Hugging Face has disabled this repository.", 2)
    assert "acme/gone on 127.0.0.1" in str(error)


def test_gated_to_the_last_is_not_listed(hub: Any) -> None:
    hub.model("acme/x")
    hub.fault("/api/models/acme/x", status=403, headers={"x-error-code": "GatedRepo"})
    error = error_of("hf://acme/x")
    assert error.sentence == "Listing is public, bytes are gated (manual approval): weights not inspected."
    assert error.exit_code == 2


def test_a_long_rate_limit_is_not_waited_out(hub: Any) -> None:
    hub.model("acme/x")
    hub.fault("/api/", status=429, headers={"ratelimit": '"api";r=0;t=55'})
    error = error_of("hf://acme/x")
    assert isinstance(error, RateLimited) and error.wait == 55
    assert error.sentence == "Hub limit reached; continues in 55 s (0 of 1 repos done)."
    assert error.exit_code == 3 and "acme/x on 127.0.0.1" in str(error)
    assert len(hub.requests) == 1


def test_a_short_rate_limit_is_waited_out(hub: Any) -> None:
    hub.model("acme/x")
    hub.fault("/api/", status=429, headers={"retry-after": "0"}, times=2)
    open_target("hf://acme/x")
    assert hub.count("/api/models/acme/x") == 4


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "12"}, 12),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}, 60),
        ({"retry-after": "-3"}, 60),
        ({"retry-after": "9" * 400}, 60),
        ({"ratelimit": '"api";r=0;t=7', "retry-after": "300"}, 7),
        ({}, 60),
    ],
)
def test_how_long_a_hub_wants_silence(headers: dict[str, str], seconds: float) -> None:
    assert wait_of(headers) == seconds


def test_a_hub_in_trouble_is_asked_twice(hub: Any) -> None:
    hub.model("acme/x")
    hub.fault("/api/", status=503)
    error = error_of("hf://acme/x")
    assert error.sentence == "The hub answers 503. What was read so far is kept; retry."
    assert error.exit_code == 3 and "acme/x on 127.0.0.1" in str(error)
    assert len(hub.requests) == 2


def test_one_hiccup_goes_unnoticed(hub: Any) -> None:
    hub.model("acme/x")
    hub.fault("/api/", status=502, times=1)
    open_target("hf://acme/x")


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("kind", ["hang", "drip"])
def test_a_hub_that_hangs_or_drips_is_given_up(hub: Any, kind: str) -> None:
    hub.fault("/api/", kind)
    error = error_of("hf://acme/x")
    assert error.exit_code == 3
    assert error.sentence.startswith(f"{hub.endpoint.removeprefix('http://')} cannot be reached (timed out")


def test_a_refused_connection_names_the_host(hub: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    error = error_of("hf://acme/x")
    assert error.sentence == "127.0.0.1:9 cannot be reached (connection refused)."
    assert error.exit_code == 3 and "acme/x on 127.0.0.1:9" in str(error)


def test_a_connection_that_breaks_off(hub: Any) -> None:
    hub.fault("/api/", "reset")
    assert error_of("hf://acme/x").sentence.endswith("cannot be reached (the connection broke off).")
    assert len(hub.requests) == 2


def test_a_connection_that_breaks_off_once_is_made_again(hub: Any) -> None:
    hub.model("acme/x")
    hub.fault("/api/", "reset", times=1)
    open_target("hf://acme/x")


def test_a_host_without_a_name(hub: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    monkeypatch.setenv("HF_ENDPOINT", "http://hub.invalid")
    assert error_of("hf://acme/x").sentence == "hub.invalid cannot be reached (its name is not known here)."


def test_a_proxy_that_refuses(hub: Any, hub_standin: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://user:word@127.0.0.1:9")
    monkeypatch.setenv("HF_ENDPOINT", "https://hub.invalid")
    error = error_of("hf://acme/x")
    assert error.sentence == "The proxy at 127.0.0.1:9 refused the connection."
    assert error.exit_code == 3 and "word" not in str(error) and "hub.invalid" in str(error)
    with hub_standin.HubStandIn() as proxy:  # answers CONNECT with 501
        monkeypatch.setenv("HTTPS_PROXY", proxy.endpoint)
        host = proxy.endpoint.removeprefix("http://")
        assert error_of("hf://acme/x").sentence == f"The proxy at {host} refused the connection."


@pytest.mark.parametrize(
    ("variable", "value"), [("HTTP_PROXY", "socks5://127.0.0.1:9"), ("HTTP_PROXY", "nonsense://x")]
)
def test_a_proxy_setting_that_cannot_be_used(
    hub: Any, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    assert error_of("hf://acme/x").exit_code == 3


def test_a_certificate_that_is_not_trusted(
    hub: Any, hub_standin: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    with hub_standin.HubStandIn(tls=context) as secure:
        monkeypatch.setenv("HF_ENDPOINT", secure.endpoint)
        host = secure.endpoint.removeprefix("https://")
        error = error_of("hf://acme/x")
        assert error.sentence == f"The certificate of {host} is not trusted here (company proxy?)."
        assert error.exit_code == 3
        # On https a missing repository is another class of the library; the sentence is the same.
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "both.pem"))
        assert "not found, or private" in error_of("hf://acme/x").sentence


def test_own_certificates_and_a_store_of_its_own_over_tls(
    hub_standin: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    with hub_standin.HubStandIn(tls=context) as secure:
        monkeypatch.setenv("HF_ENDPOINT", secure.endpoint)
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "both.pem"))
        monkeypatch.setenv("HF_TOKEN", "hf_known")
        secure.tokens.add("hf_known")
        secure.model("acme/x", {"m.bin": bytes(200_000)}, private=True)
        source = open_target("hf://acme/x", use_hub_token=True)
        (entry,) = source.wanted_remotely()  # type: ignore[attr-defined]
        data = source.open_remote(entry)  # type: ignore[attr-defined]
        assert data.read_at(0, 10) + data.read_at(199_990, 10) == bytes(20)
        assert secure.count(origin="store") == 2
        assert {origin for origin, _ in secure.authorizations()} == {"hub"}


def test_a_hub_that_sends_on_to_https_is_the_hub_still(
    hub: Any, hub_standin: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    with hub_standin.HubStandIn(tls=context) as secure:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "both.pem"))
        there = {"location": f"{secure.endpoint}/api/models/acme/x"}
        hub.fault("/api/models/acme/x", status=308, headers=there)
        error = error_of("hf://acme/x")
        assert error.sentence.startswith("acme/x: not found, or private.") and len(secure.requests) == 1


def test_a_redirect_from_https_to_plain_http_is_not_followed(
    hub_standin: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    with hub_standin.HubStandIn(tls=context) as secure, hub_standin.HubStandIn() as bare:
        monkeypatch.setenv("HF_ENDPOINT", secure.endpoint)
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "both.pem"))
        secure.store = bare.store
        secure.model("acme/x", {"m.bin": bytes(200_000)})
        source = open_target("hf://acme/x")
        (entry,) = source.wanted_remotely()  # type: ignore[attr-defined]
        with pytest.raises(ReadFailure, match="not inspected"):
            source.open_remote(entry).read_at(0, 10)  # type: ignore[attr-defined]
        assert bare.requests == []


def test_a_proxy_is_used(hub: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.model("acme/x")
    monkeypatch.setenv("HF_ENDPOINT", "http://hub.invalid")
    monkeypatch.setenv("HTTP_PROXY", hub.endpoint)
    assert open_target("hf://acme/x").target.name == "acme/x"
    assert hub.count("/api/models/acme/x") == 2


def test_offline_by_switch_and_by_environment_asks_nothing(hub: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.model("acme/x")
    error = error_of("hf://acme/x", offline=True)
    assert error.sentence == "--offline is set: showing cached facts only."
    assert error.exit_code == 3 and "acme/x on 127.0.0.1" in str(error)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert error_of("hf://acme/x").sentence == "HF_HUB_OFFLINE is set: showing cached facts only."
    assert hub.requests == []


@pytest.mark.parametrize(("kind", "got"), [("html", "a web page"), ("broken", "broken JSON")])
def test_an_answer_that_no_hub_gives(hub: Any, kind: str, got: str) -> None:
    hub.fault("/api/", kind)
    error = error_of("hf://acme/x")
    assert (error.sentence, error.exit_code) == (NOT_A_HUB.format(got), 3)
    assert "acme/x on 127.0.0.1" in str(error)


@pytest.mark.parametrize(
    "body", [b"null", b"[]", b"7", b'"text"', b"\xff\xfe", b"[" * 100_000, b"", b"1" * 5000]
)
def test_json_that_is_no_repository(hub: Any, body: bytes) -> None:
    hub.fault("/api/", status=200, body=body, headers={"content-type": "application/json"})
    assert "is not from a Hugging Face hub" in error_of("hf://acme/x").sentence


@pytest.mark.parametrize("body", [b"{}", b"null", b"7"])
def test_a_list_of_files_that_is_none(hub: Any, body: bytes) -> None:
    hub.model("acme/x")
    hub.fault("/tree/", status=200, body=body, headers={"content-type": "application/json"})
    assert error_of("hf://acme/x").sentence == NOT_A_HUB.format("no list of files")


def test_a_list_that_breaks_off_after_its_first_page_is_no_list(hub: Any) -> None:
    hub.page = 10
    hub.model("acme/x", {f"{number}.txt": b"x" for number in range(25)})
    hub.fault("cursor=20", status=500)
    assert "answers 500" in error_of("hf://acme/x").sentence


@pytest.mark.parametrize(
    "where", ["http://127.0.0.1:9/api", "file:///etc/passwd", "//evil.example/x", "http://["]
)
def test_a_list_is_not_followed_to_another_host(hub: Any, where: str) -> None:
    hub.model("acme/x")
    link = {"link": f'<{where}>; rel="next"', "content-type": "application/json"}
    hub.fault("/tree/", status=200, body=b"[]", headers=link)
    assert error_of("hf://acme/x").sentence == NOT_A_HUB.format(
        "a list of files that goes on at another host"
    )


def test_a_list_that_goes_in_circles_ends(hub: Any) -> None:
    hub.model("acme/x")
    hub.fault("/tree/", status=200, body=b"[]", headers={"link": '</api/models/acme/x/tree/y>; rel="next"'})
    assert error_of("hf://acme/x").sentence == NOT_A_HUB.format("a list of files that never ends")


@pytest.mark.parametrize(
    ("location", "got"),
    [
        ("/api/models/acme/x", "one redirect after another"),
        ("https://evil.example/api", "a redirect to evil.example"),
        ("file:///etc/passwd", "a redirect to no web address"),
        ("http://user@127.0.0.1/", "a redirect to no web address"),
        ("http://[", "a redirect to no web address"),
    ],
)
def test_redirects_that_lead_nowhere(hub: Any, location: str, got: str) -> None:
    hub.fault("/api/", status=307, headers={"location": location})
    error = error_of("hf://acme/x")
    assert error.sentence == NOT_A_HUB.format(got)


def test_an_answer_without_end_is_cut(hub: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inspector.sources.hub.client.MAX_JSON", 1000)
    hub.fault("/api/", status=200, body=b" " * 1001, headers={"content-type": "application/json"})
    assert error_of("hf://acme/x").sentence == NOT_A_HUB.format("more than 1,000 bytes")


def test_a_compressed_bomb_is_cut(hub: Any) -> None:
    import gzip

    body = gzip.compress(b" " * (64 * 1024 * 1024), 9)
    hub.fault("/api/", status=200, body=body, headers={"content-encoding": "gzip"})
    tracemalloc.start()
    try:
        assert error_of("hf://acme/x").sentence == NOT_A_HUB.format("more than 16,777,216 bytes")
        assert tracemalloc.get_traced_memory()[1] < 40 * 1024 * 1024
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "address", ["not a url", "ftp://hub.example", "http://", "https://hub.example:99999", "https://h/?x=1"]
)
def test_an_endpoint_that_is_none(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("HF_ENDPOINT", address)
    assert error_of("hf://acme/x").exit_code == 2


def test_a_word_of_honour_in_the_endpoint_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "https://user:s3cret@hub.example")
    error = error_of("hf://acme/x")
    assert isinstance(error, UnreadableInput) and "s3cret" not in str(error)


class TestSteadySession:
    def test_closing_it_does_nothing(self, hub: Any) -> None:
        from huggingface_hub.utils import close_session, get_session

        hub.model("acme/x")
        open_target("hf://acme/x")
        close_session()
        assert get_session() is session_module.steady_session()
        open_target("hf://acme/x")

    def test_a_call_of_the_library_without_a_limit_gets_one(self, hub: Any) -> None:
        session = session_module.steady_session()
        request = session.build_request("GET", hub.endpoint, timeout=None)
        assert request.extensions["timeout"]["read"] == 10
        assert request.extensions["timeout"]["connect"] == 5

    def test_the_librarys_own_calls_do_not_wait_out_a_rate_limit(self, hub: Any) -> None:
        from huggingface_hub import HfApi

        session_module.steady_session()
        hub.fault("/tree/", status=429, headers={"retry-after": "290"})
        with pytest.raises(RateLimited) as caught:
            list(HfApi(endpoint=hub.endpoint, token=False).list_repo_tree("acme/x"))
        assert caught.value.wait == 290
        assert hub.count("/tree/") == 1

    def test_the_librarys_own_client_reads_the_stand_in(self, hub: Any) -> None:
        from huggingface_hub import HfApi

        session_module.steady_session()
        api = HfApi(endpoint=hub.endpoint, token=False)
        repo = hub.model("acme/x", {"a.bin": b"1", "b/c.txt": b"2"}, base_models=("finetune", ["acme/y"]))
        info = api.model_info("acme/x", expand=["sha", "baseModels"])
        assert info.sha == repo.sha and info.base_models["models"][0]["id"] == "acme/y"
        tree = {item.path: item for item in api.list_repo_tree("acme/x", recursive=True)}
        assert set(tree) == {"a.bin", "b", "b/c.txt"} and tree["a.bin"].lfs.size == 1
        hub.organization("acme", isVerified=True)
        assert api.get_organization_overview("acme").is_verified
        assert hub.count("agent-harnesses") == 0


def self_signed(folder: Path) -> Path:
    """A certificate for 127.0.0.1 that nobody trusts; ``both.pem`` in ``folder`` is its file."""
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "stand-in")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "both.pem"
    path.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return path
