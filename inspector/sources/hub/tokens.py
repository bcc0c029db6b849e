"""Access tokens that a reviewer gives, each for one endpoint.

They are kept in memory, or in the keyring of the operating system where the ``keyring`` package is there
and the reviewer asks for it. No file, log, record, representation or traceback holds one.
"""

from __future__ import annotations

import importlib
import threading
from typing import Any, BinaryIO, Protocol

from inspector.provenance.errors import UnreadableInput, WorkIncomplete
from inspector.provenance.text import plain
from inspector.sources.hub.endpoint import Endpoint, Token, endpoint_in_use, token_for

_SERVICE = "provenance-inspector hub token"
_LONGEST_LINE = 4096


class TokenStore(Protocol):
    """Where tokens are kept, by endpoint. ``keep`` raises UnreadableInput for what can be no token."""

    def get(self, endpoint: Endpoint) -> Token | None: ...

    def keep(self, endpoint: Endpoint, value: str) -> None: ...

    def forget(self, endpoint: Endpoint) -> None: ...


class TokensInMemory:
    """Tokens for as long as this process runs."""

    def __init__(self) -> None:
        self._tokens: dict[tuple[str, str, int], Token] = {}
        self._lock = threading.Lock()

    def get(self, endpoint: Endpoint) -> Token | None:
        with self._lock:
            return self._tokens.get(endpoint.origin)

    def keep(self, endpoint: Endpoint, value: str) -> None:
        token = _checked(endpoint, value)
        with self._lock:
            self._tokens[endpoint.origin] = token

    def forget(self, endpoint: Endpoint) -> None:
        with self._lock:
            self._tokens.pop(endpoint.origin, None)

    def __repr__(self) -> str:
        return f"TokensInMemory({len(self._tokens)})"

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("tokens are not copied into a file")


class TokensInKeyring:
    """Tokens in the operating system's keyring (Secret Service, Keychain, Credential Locker)."""

    def __init__(self, keyring: Any) -> None:
        self._keyring = keyring

    def get(self, endpoint: Endpoint) -> Token | None:
        value = self._ask("get_password", endpoint)
        return token_for(endpoint, value) if isinstance(value, str) else None

    def keep(self, endpoint: Endpoint, value: str) -> None:
        _checked(endpoint, value)
        self._ask("set_password", endpoint, value)

    def forget(self, endpoint: Endpoint) -> None:
        if self._ask("get_password", endpoint) is not None:
            self._ask("delete_password", endpoint)

    def _ask(self, what: str, endpoint: Endpoint, *value: str) -> object:
        try:
            return getattr(self._keyring, what)(_SERVICE, endpoint.url, *value)
        except Exception as error:  # noqa: BLE001 - each system's keyring fails in its own way
            failed = type(error).__name__
        # Outside of the handler: the keyring's own error may hold what it was given.
        raise WorkIncomplete(
            f"The keyring of this system did not answer ({plain(failed, 100)}).",
            "Unlock it, or keep the token in memory only.",
        )


def token_store(*, in_keyring: bool = False) -> TokenStore:
    """A store in memory; with ``in_keyring`` the system's keyring where the ``keyring`` package is there."""
    if in_keyring:
        try:
            keyring = importlib.import_module("keyring")
        except ImportError:
            return TokensInMemory()
        return TokensInKeyring(keyring)
    return TokensInMemory()


def token_from(stream: BinaryIO) -> TokenStore:
    """A store with the one token that ``stream`` (standard input, unbuffered or not) gives in its first line,
    for the endpoint in use now. The stream is closed, so that nobody after us finds more in it.

    A command line and an environment can be read by other programs of the user, a file outlives the review;
    a pipe is read once. UnreadableInput where the line can be no token; what it held is told to nobody."""
    with stream:
        line = stream.readline(_LONGEST_LINE)
    value = line.decode("ascii", "replace").strip() if len(line) < _LONGEST_LINE else ""
    store = TokensInMemory()
    store.keep(endpoint_in_use(), value)
    return store


def _checked(endpoint: Endpoint, value: str) -> Token:
    token = token_for(endpoint, value)
    if token is None:
        raise UnreadableInput(
            "What was given can be no token: it is empty or holds blanks or odd characters.",
            f"Copy it again from the settings of {plain(endpoint.host, 200)}.",
        )
    return token
