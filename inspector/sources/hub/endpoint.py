"""Which hub is asked, and the token that belongs to it."""

from __future__ import annotations

import ipaddress
import os
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from inspector.provenance.errors import UnreadableInput, WorkIncomplete
from inspector.provenance.text import plain

if TYPE_CHECKING:
    from inspector.sources.hub.tokens import TokenStore

DEFAULT_ENDPOINT = "https://huggingface.co"
_PORTS = {"http": 80, "https": 443}
_INNER_NAMES = {"localhost", "local", "internal", "lan", "home", "intranet", "localdomain"}

Origin = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """``url`` without a slash at its end; ``host`` is what messages call the hub (with a port, if named)."""

    url: str
    host: str
    origin: Origin


def endpoint_in_use() -> Endpoint:
    """The endpoint that HF_ENDPOINT names now, or huggingface.co. UnreadableInput where it names none."""
    url = os.environ.get("HF_ENDPOINT", "").strip().rstrip("/") or DEFAULT_ENDPOINT
    origin = origin_of(url)
    parts = urlsplit(url) if origin else None
    if origin is None or parts is None or parts.query or parts.fragment:
        raise UnreadableInput(
            f"HF_ENDPOINT is not the address of a hub: {plain(_without_user(url), 200)}.",
            f"Set it to something like {DEFAULT_ENDPOINT}, or unset it.",
        )
    if parts.username is not None:
        raise UnreadableInput(
            f"HF_ENDPOINT holds a user name ({plain(origin[1])}); the hub is asked without one.",
            "Take it out of the address.",
        )
    return Endpoint(url, parts.netloc, origin)


def origin_of(url: str) -> Origin | None:
    """Scheme, host and port of an http or https address; None for everything else."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not parts.hostname:
        return None
    return (parts.scheme, parts.hostname.lower(), port or _PORTS[parts.scheme])


class Token:
    """An access token that shows itself to nobody but the origin it belongs to."""

    __slots__ = ("_origin", "_value")

    def __init__(self, value: str, origin: Origin) -> None:
        self._value = value
        self._origin = origin

    def headers_for(self, url: str) -> dict[str, str]:
        """The Authorization header for ``url``; empty for every other scheme, host or port."""
        return {"authorization": f"Bearer {self._value}"} if origin_of(url) == self._origin else {}

    def __repr__(self) -> str:
        return "Token(…)"

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a token is not copied into a file")


def stored_token(endpoint: Endpoint) -> Token | None:
    """The token that huggingface_hub would use, bound to ``endpoint``. None where there is none.

    Over plain http it would be readable on the way: there it is only given to this very machine."""
    from inspector.sources.hub.session import steady_session

    _refuse_plain_http(endpoint)
    try:
        steady_session()
        from huggingface_hub import get_token

        value = get_token()
    except Exception as error:  # noqa: BLE001 - the library documents no list; an OIDC exchange may fail
        raise WorkIncomplete(
            f"The token for {plain(endpoint.host, 200)} could not be had ({type(error).__name__}).",
            "Sign in again, or go on without --use-hub-token.",
        ) from None
    return token_for(endpoint, value) if value else None


def token_in_use(endpoint: Endpoint, tokens: TokenStore | None, *, use_hub_token: bool) -> Token | None:
    """The token that the reviewer gave for ``endpoint``, else the stored one where ``use_hub_token`` says
    so; None where none is to be sent. UnreadableInput where the stored one is asked for and not there."""
    token = tokens.get(endpoint) if tokens is not None else None
    if use_hub_token and token is None:
        token = stored_token(endpoint)
        if token is None:
            raise UnreadableInput(
                f"No token for {plain(endpoint.host, 200)} is stored on this machine.",
                "Sign in with the hub's own tools, or go on without --use-hub-token.",
            )
    return token


def token_for(endpoint: Endpoint, value: str) -> Token | None:
    """``value`` as the token of ``endpoint``; None where it can be no token. UnreadableInput where the
    endpoint is asked over plain http and is not this machine."""
    _refuse_plain_http(endpoint)
    if not value or not value.isascii() or not value.isprintable() or " " in value:
        return None
    return Token(value, endpoint.origin)


def _refuse_plain_http(endpoint: Endpoint) -> None:
    scheme, host, _ = endpoint.origin
    if scheme != "https" and not _is_loopback(host):
        raise UnreadableInput(
            f"The token is not sent to {plain(endpoint.host, 200)}: its address begins with http, not https.",
            "Set HF_ENDPOINT to an https address, or go on without --use-hub-token.",
        )


def is_inner(host: str) -> bool:
    """True for an address of this machine or of a private network, as far as it can be told by itself."""
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        # Numbers in other writings (127.1, 0x7f000001, 2130706433) are taken for addresses by some resolvers.
        last = host.rstrip(".").rpartition(".")[2].lower()
        return last in _INNER_NAMES or last.isdigit() or last.startswith("0x")
    return not address.is_global


def resolves_inside(host: str) -> bool:
    """True where the name of a hub leads to a private network: a mirror of one's own. Asks the name server,
    which was asked for it before."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return bool(found) and all(is_inner(str(row[4][0]).partition("%")[0]) for row in found)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _without_user(url: str) -> str:
    return url.rpartition("@")[2]
