"""What the transport raises, as the sentence that a reviewer reads."""

from __future__ import annotations

import ssl
import zlib

from inspector.provenance.errors import InspectorError, WorkIncomplete
from inspector.provenance.text import plain
from inspector.sources.hub import errors
from inspector.sources.hub.errors import Ask, RateLimited
from inspector.sources.hub.session import CONNECT_SECONDS, READ_SECONDS, offline_switch


def translated(
    error: BaseException,
    ask: Ask,
    connect_seconds: float = CONNECT_SECONDS,
    read_seconds: float = READ_SECONDS,
) -> BaseException:
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
        seconds = connect_seconds if isinstance(error, httpx.ConnectTimeout) else read_seconds
        return errors.unreachable(ask, f"timed out after {round(seconds)} s")
    if isinstance(error, httpx.ProxyError):
        return errors.proxy(ask, errors.proxy_host_of(ask.host) or "an unknown address")
    if isinstance(error, httpx.ConnectError):
        if "CERTIFICATE_VERIFY_FAILED" in str(error) or _caused_by(error, ssl.SSLCertVerificationError):
            return errors.certificate(ask)
        words = _connect_words(error)
        proxy_host = errors.proxy_host_of(ask.host)
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
