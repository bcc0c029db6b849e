"""Tokens that the reviewer typed into the window, each for one endpoint: in memory and, where the reviewer
asks for it, in the keyring of the operating system. In no file.

The scan gets one by the standard input of its own process: a command line, an environment or a file could
be read by others. Nothing here shows or copies a token.
"""

from __future__ import annotations

from importlib.util import find_spec

from inspector.provenance import WorkIncomplete


class HubTokens:
    """By the endpoint's address, for as long as the window runs."""

    def __init__(self) -> None:
        self._tokens: dict[str, str] = {}
        self._lasting: set[str] = set()  # endpoints whose token the keyring holds, as far as it was asked

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

    # --- the keyring; it may ask the reviewer for a password: never in the window's own thread ----------

    @staticmethod
    def can_last() -> bool:
        """Whether the ``keyring`` package is there. It is nobody's dependency."""
        return find_spec("keyring") is not None

    def is_lasting(self, endpoint: str) -> bool:
        """Whether the keyring holds the token of ``endpoint``, as ``recall`` or ``set_lasting`` found."""
        return endpoint in self._lasting

    def recall(self, endpoint: str) -> None:
        """Takes the token of the endpoint in use out of the keyring, where it holds one. A keyring that does
        not answer is as good as none here: the reviewer can type the token."""
        if not self.can_last() or self.has(endpoint):
            return
        from inspector.sources.hub.endpoint import endpoint_in_use
        from inspector.sources.hub.tokens import token_store

        used = endpoint_in_use()
        try:
            token = token_store(in_keyring=True).get(used)
        except WorkIncomplete:
            return
        if token is not None:
            self._tokens[endpoint] = token.headers_for(used.url)["authorization"].removeprefix("Bearer ")
            self._lasting.add(endpoint)

    def set_lasting(self, endpoint: str, lasting: bool) -> None:
        """Puts the token of the endpoint in use into the keyring, or takes it out. WorkIncomplete where the
        keyring does not answer: then the token is in memory alone, as before."""
        from inspector.sources.hub.endpoint import endpoint_in_use
        from inspector.sources.hub.tokens import token_store

        store, token = token_store(in_keyring=True), self._tokens.get(endpoint)
        if lasting and token is not None:
            store.keep(endpoint_in_use(), token)
            self._lasting.add(endpoint)
        elif not lasting:
            store.forget(endpoint_in_use())
            self._lasting.discard(endpoint)

    def __repr__(self) -> str:
        return f"HubTokens({len(self._tokens)})"

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("tokens are not copied into a file")
