"""What names found in a project mean on the hub now: one request for each repository and revision.

For a reviewer who asks for it, one reference or all at once; and which branches a repository has, and what
changed in it since a commit: lists of files, never their contents. A scan of a folder never does this.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace

from inspector.provenance.errors import InspectorError, WorkIncomplete
from inspector.provenance.text import plain
from inspector.sources.hub import errors
from inspector.sources.hub.answer import Waiting
from inspector.sources.hub.client import PATIENCE, HubClient
from inspector.sources.hub.discussions import Discussion, read_discussions
from inspector.sources.hub.endpoint import endpoint_in_use, token_in_use
from inspector.sources.hub.facts import repo_facts
from inspector.sources.hub.info import read_info
from inspector.sources.hub.moved import Listing, Moved, listing, moved
from inspector.sources.hub.refs import Ref, read_refs
from inspector.sources.hub.session import offline_switch
from inspector.sources.hub.tokens import TokenStore
from inspector.sources.hub.tree import read_tree
from inspector.sources.hubid import HubId, is_commit, is_repository_name, is_revision

WORKERS = 6
# How an answer stands: given just now, from what was saved, denied by the hub, given by nobody, not askable.
LIVE, SAVED, MISSING, UNANSWERED, NO_NAME = "live", "saved", "missing", "unanswered", "no-name"
_DENIED = (errors.NotFound, errors.RevisionMissing, errors.Disabled)
_GIVE_UP = (errors.RateLimited, errors.Unreachable, errors.Offline, errors.TokenRefused, errors.Cancelled)


@dataclass(frozen=True, slots=True)
class LookedUp:
    """The answer for one name. ``commit`` is what its revision means now; ``problem`` the sentence why
    nothing is known. ``moved_to`` is the id that answers where it is another one; ``saved`` the time of a
    saved answer, None for a live one; ``answer`` one of the words above."""

    asked: HubId
    commit: str | None = None
    moved_to: str | None = None
    gated: str | bool | None = None
    disabled: bool | None = None
    object_id: str | None = None
    modified: str | None = None
    problem: str = ""
    saved: str | None = None
    answer: str = LIVE

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
        if not parts:
            parts.append(f"The hub knows {name}, and names no commit of it.")
        if self.saved is not None:
            parts.append(f"So it was answered on {plain(self.saved[:10], 20)}.")
        return " ".join(parts)


class LookUp:
    """Looks names up; ``cancel`` ends it in under a second, and what was found by then stays. ``tokens`` are
    the reviewer's, ``use_hub_token`` allows the one that the hub's own tools have stored; UnreadableInput
    where there is none."""

    def __init__(
        self,
        *,
        offline: bool = False,
        tokens: TokenStore | None = None,
        use_hub_token: bool = False,
        on_wait: Callable[[Waiting], None] | None = None,
        patience: float = PATIENCE,
    ) -> None:
        endpoint = endpoint_in_use()
        self.host = endpoint.host
        self._client = HubClient(
            endpoint,
            token_in_use(endpoint, tokens, use_hub_token=use_hub_token),
            offline="--offline" if offline else offline_switch(),
            on_wait=on_wait,
            patience=patience,
        )
        self._given_up: str = ""
        self._done = 0
        self._lock = threading.Lock()

    def run(self, names: Iterable[HubId]) -> Generator[LookedUp, None, None]:
        """An answer for each name, each asked once, in the order in which they come. Never raises an
        InspectorError: what could not be had says why."""
        wanted = list(dict.fromkeys(names))
        self._client.tally = (0, max(len(wanted), 1))
        with ThreadPoolExecutor(WORKERS, thread_name_prefix="hub-lookup") as pool:
            coming = [pool.submit(self._one, name, len(wanted)) for name in wanted]
            try:
                for found in as_completed(coming):
                    yield found.result()
            finally:  # whoever stops listening waits for nobody
                if not all(one.done() for one in coming):
                    self.cancel()

    def refs(self, asked: HubId) -> tuple[tuple[Ref, ...], str | None]:
        """Branches and tags of a repository, and when they were saved (None: live). InspectorError where
        they cannot be had."""
        client = self._own_client()
        found = read_refs(client, asked.kind, asked.name)
        return found, client.oldest_saved

    def discussions(self, asked: HubId) -> tuple[tuple[Discussion, ...], str | None]:
        """What people write about a repository, flagged titles first, and when that was saved (None: live).
        InspectorError where it cannot be had."""
        client = self._own_client()
        found = read_discussions(client, asked.kind, asked.name)
        return found, client.oldest_saved

    def since(self, now: LookedUp, commit: str) -> Moved:
        """What differs between ``commit`` and what an answer says is meant now: two lists of files by their
        digests; no file is fetched. InspectorError where one of the lists cannot be had."""
        asked = now.asked
        if now.commit is None:
            raise WorkIncomplete(now.problem or now.sentence, "Nothing can be compared without its commit.")
        name = now.moved_to or asked.name
        before = self._listing(asked, name, commit)
        after = self._listing(asked, name, now.commit)
        return moved(before, after)

    def _listing(self, asked: HubId, name: str, commit: str) -> Listing:
        """The files of a commit: what was saved of it holds for good, else the hub is asked."""
        aside = self._client.offline_twin()
        try:
            entries = read_tree(aside, asked.kind, name, commit)
        except InspectorError:
            entries = read_tree(self._own_client(), asked.kind, name, commit)
        return listing(name, asked.revision, commit, None, entries.values())

    def _own_client(self) -> HubClient:
        return self._client.offline_twin() if self._client.offline else self._client

    def cancel(self) -> None:
        self._client.cancel()

    def _one(self, asked: HubId, total: int) -> LookedUp:
        if not is_repository_name(asked.name) or not (asked.revision is None or is_revision(asked.revision)):
            shown = plain(asked.name, 120)
            return LookedUp(
                asked, problem=f"'{shown}' is no name of a repository on the hub.", answer=NO_NAME
            )
        if self._given_up:
            return LookedUp(asked, problem=self._given_up, answer=UNANSWERED)
        client = self._own_client()
        try:
            raw = read_info(client, asked.kind, asked.name, asked.revision)
        except InspectorError as error:
            if isinstance(error, _GIVE_UP) and not isinstance(error, errors.Offline):
                self._given_up = error.sentence
            denied = isinstance(error, _DENIED)
            return LookedUp(
                asked,
                disabled=isinstance(error, errors.Disabled) or None,
                problem=str(error) if isinstance(error, errors.Offline) else error.sentence,
                saved=client.oldest_saved,
                answer=MISSING if denied else UNANSWERED,
            )
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
            return replace(found, saved=client.oldest_saved, answer=SAVED)
        if is_commit(asked.revision) and facts.sha not in (None, asked.revision):
            problem = f"{asked.revision} was asked for, the hub answered {facts.sha}."
            return replace(found, commit=None, problem=problem, answer=UNANSWERED)
        return found
