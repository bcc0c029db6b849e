"""What names found in a project mean on the hub now: one request for each repository and revision.

For a reviewer who asks for it, one reference or all at once. A scan of a folder never does this.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace

from inspector.provenance.errors import InspectorError
from inspector.provenance.text import plain
from inspector.sources.hub import errors
from inspector.sources.hub.answer import Waiting
from inspector.sources.hub.client import HubClient
from inspector.sources.hub.endpoint import endpoint_in_use
from inspector.sources.hub.facts import repo_facts
from inspector.sources.hub.info import read_info
from inspector.sources.hub.session import offline_switch
from inspector.sources.hub.tokens import TokenStore
from inspector.sources.hubid import HubId, is_commit, is_repository_name, is_revision

WORKERS = 6
_GIVE_UP = (errors.RateLimited, errors.Unreachable, errors.Offline, errors.TokenRefused, errors.Cancelled)


@dataclass(frozen=True, slots=True)
class LookedUp:
    """The answer for one name. ``commit`` is what its revision means now; ``problem`` the sentence why
    nothing is known. ``moved_to`` is the id that answers where it is another one; ``saved`` the time of a
    saved answer, None for a live one."""

    asked: HubId
    commit: str | None = None
    moved_to: str | None = None
    gated: str | bool | None = None
    disabled: bool | None = None
    object_id: str | None = None
    modified: str | None = None
    problem: str = ""
    saved: str | None = None

    @property
    def pin(self) -> str | None:
        """What to write into the code: ``revision="<commit>"``; None where there is nothing to pin."""
        return f'revision="{self.commit}"' if self.commit else None

    @property
    def sentence(self) -> str:
        """What a reviewer reads."""
        name = plain(self.asked.name, 200)
        if self.problem:
            return self.problem
        parts = []
        if self.moved_to is not None:
            parts.append(f"{name} is now {plain(self.moved_to, 200)}. Pin the new name and a commit.")
        if self.asked.revision == self.commit and self.commit is not None:
            parts.append(f"{name} still holds the commit that is named.")
        elif self.commit is not None:
            parts.append(f"{plain(self.asked.revision or 'main', 100)} of {name} is {self.commit} now.")
        if self.disabled:
            parts.append("Hugging Face has disabled this repository.")
        if self.gated:
            parts.append("Its bytes are gated.")
        return " ".join(parts)


class LookUp:
    """Looks names up; ``cancel`` ends it in under a second, and what was found by then stays."""

    def __init__(
        self,
        *,
        offline: bool = False,
        tokens: TokenStore | None = None,
        on_wait: Callable[[Waiting], None] | None = None,
    ) -> None:
        endpoint = endpoint_in_use()
        self._client = HubClient(
            endpoint,
            tokens.get(endpoint) if tokens is not None else None,
            offline="--offline" if offline else offline_switch(),
            on_wait=on_wait,
        )
        self._given_up: str = ""
        self._done = 0
        self._lock = threading.Lock()

    def run(self, names: Iterable[HubId]) -> Iterator[LookedUp]:
        """An answer for each name, each asked once, in the order in which they come. Never raises an
        InspectorError: what could not be had says why."""
        wanted = list(dict.fromkeys(names))
        self._client.tally = (0, max(len(wanted), 1))
        with ThreadPoolExecutor(WORKERS, thread_name_prefix="hub-lookup") as pool:
            for found in as_completed([pool.submit(self._one, name, len(wanted)) for name in wanted]):
                yield found.result()

    def cancel(self) -> None:
        self._client.cancel()

    def _one(self, asked: HubId, total: int) -> LookedUp:
        if not is_repository_name(asked.name) or not (asked.revision is None or is_revision(asked.revision)):
            shown = plain(asked.name, 120)
            return LookedUp(asked, problem=f"'{shown}' is no name of a repository on the hub.")
        if self._given_up:
            return LookedUp(asked, problem=self._given_up)
        client = self._client.offline_twin() if self._client.offline else self._client
        try:
            raw = read_info(client, asked.kind, asked.name, asked.revision)
        except InspectorError as error:
            if isinstance(error, _GIVE_UP) and not isinstance(error, errors.Offline):
                self._given_up = error.sentence
            return LookedUp(asked, problem=error.sentence)
        with self._lock:
            self._done += 1
            self._client.tally = (self._done, total)
        facts = repo_facts(asked.kind, asked.name, raw)
        found = LookedUp(
            asked,
            commit=facts.sha,
            moved_to=facts.id if facts.asked is not None else None,
            gated=facts.gated,
            disabled=facts.disabled,
            object_id=facts.object_id,
            modified=facts.modified,
        )
        if self._client.offline:
            return replace(found, saved=client.oldest_saved)
        if is_commit(asked.revision) and facts.sha not in (None, asked.revision):
            return replace(
                found, commit=None, problem=f"{asked.revision} was asked for, the hub answered {facts.sha}."
            )
        return found
