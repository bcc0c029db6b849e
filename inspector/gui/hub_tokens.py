"""Tokens that the reviewer typed into the window, each for one endpoint, in memory and nowhere else.

The scan gets one by the standard input of its own process: a command line, an environment or a file could
be read by others. Nothing here shows, copies or stores a token.
"""

from __future__ import annotations


class HubTokens:
    """By the endpoint's address, for as long as the window runs."""

    def __init__(self) -> None:
        self._tokens: dict[str, str] = {}

    def keep(self, endpoint: str, token: str) -> None:
        """Keeps ``token`` for ``endpoint``; an empty one forgets what was kept."""
        if token.strip():
            self._tokens[endpoint] = token.strip()
        else:
            self._tokens.pop(endpoint, None)

    def has(self, endpoint: str) -> bool:
        return endpoint in self._tokens

    def line(self, endpoint: str) -> bytes:
        """The line that the scan reads from its standard input; empty where there is no token."""
        token = self._tokens.get(endpoint)
        return f"{token}\n".encode("utf-8", "replace") if token else b""

    def __repr__(self) -> str:
        return f"HubTokens({len(self._tokens)})"

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("tokens are not copied into a file")
