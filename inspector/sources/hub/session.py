"""huggingface_hub's own HTTP session, made steady.

The library shares one client between all its calls. Three things about that client were measured and are
cured here: after any connection error the library closes it under the feet of requests that are still in
flight (``close`` does nothing here); several calls pass ``timeout=None`` and so wait for ever (None is
replaced here); a 429 is waited out for as long as the server likes (an event hook raises RateLimited).
The library's own request hook stays: it is what obeys HF_HUB_OFFLINE.
"""

from __future__ import annotations

import atexit
import os
import threading
from http.cookiejar import DefaultCookiePolicy
from typing import Any

from inspector.sources.hub.errors import RateLimited, wait_of

CONNECT_SECONDS = 5.0
READ_SECONDS = 10.0
# A wait up to this long is made; a longer one is the reviewer's to decide.
LONGEST_SILENT_WAIT = 5.0

# Set before huggingface_hub is imported, which reads its environment once. Each has its reason.
_BOOT = {
    "HF_HUB_DISABLE_TELEMETRY": "1",  # else the first call reports to the default endpoint
    "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",  # else any endpoint is sent the stored token
    "HF_HUB_DISABLE_XET": "1",  # else downloads go another way, past the proxy
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",  # nothing prints in the core
    "HF_DEBUG": "0",  # else every request is logged in full
}
_OFFLINE_VARIABLES = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
_TRUE = {"1", "ON", "YES", "TRUE"}

_lock = threading.Lock()
_sessions: dict[tuple[Any, ...], Any] = {}


def boot() -> None:
    """Sets the library's switches, whether it was imported before or not."""
    os.environ.update(_BOOT)
    from huggingface_hub import constants

    for name in ("HF_HUB_DISABLE_TELEMETRY", "HF_HUB_DISABLE_IMPLICIT_TOKEN", "HF_HUB_DISABLE_XET"):
        setattr(constants, name, True)
    constants.HF_DEBUG = False


def offline_switch() -> str | None:
    """The name of the environment variable that forbids the network, or None."""
    for name in _OFFLINE_VARIABLES:
        if os.environ.get(name, "").upper() in _TRUE:
            return name
    return None


def steady_session() -> Any:
    """The shared client of huggingface_hub (an ``httpx2.Client``), with its hazards cured.

    One for each process and each setting of proxies and certificates; it is closed when the process ends. A
    proxy setting that cannot be used raises ImportError or ValueError.
    """
    boot()
    from huggingface_hub.utils import get_session, set_client_factory

    # A process that was forked must not share the sockets of its parent.
    key = (os.getpid(), *_network_environment())
    with _lock:
        session = _sessions.get(key)
        if session is None:
            session = _sessions[key] = _made()
        if get_session() is not session:
            set_client_factory(lambda: session)
            get_session()
        return session


def _network_environment() -> tuple[tuple[str, str], ...]:
    names = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "ssl_cert_file", "ssl_cert_dir")
    return tuple(sorted((key, value) for key, value in os.environ.items() if key.lower() in names))


def _made() -> Any:
    from huggingface_hub.utils import httpx
    from huggingface_hub.utils._http import hf_request_event_hook

    default = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)

    class SteadyClient(httpx.Client):  # type: ignore[misc]
        """See the module's docstring."""

        def close(self) -> None:
            """Stays open: other threads may be in the middle of a request."""

        def close_at_exit(self) -> None:
            super().close()

        def build_request(self, *args: Any, **kwargs: Any) -> Any:
            if kwargs.get("timeout", default) is None:
                kwargs["timeout"] = default
            return super().build_request(*args, **kwargs)

    session = SteadyClient(
        event_hooks={"request": [hf_request_event_hook], "response": [_guard_rate_limit]},
        follow_redirects=False,
        timeout=default,
        limits=httpx.Limits(max_connections=8, max_keepalive_connections=8),
    )
    # No cookie is kept: nothing of ours needs one, and they would tie the requests of reviews together.
    session.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    atexit.register(session.close_at_exit)
    return session


def _guard_rate_limit(response: Any) -> None:
    if response.status_code == 429:
        wait = wait_of({key.lower(): value for key, value in response.headers.items()})
        if wait > LONGEST_SILENT_WAIT:
            raise RateLimited(wait)
