"""A repository on a hub as a target: its files at one commit, its facts, and its small texts on demand."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import fields, replace
from typing import Any
from urllib.parse import quote

from inspector.provenance.errors import InspectorError, WorkIncomplete
from inspector.provenance.text import plain
from inspector.sources.claims import git_id
from inspector.sources.hub import errors
from inspector.sources.hub.answer import Waiting
from inspector.sources.hub.client import PATIENCE, HubClient
from inspector.sources.hub.endpoint import endpoint_in_use, token_in_use
from inspector.sources.hub.facts import HubFacts, RepoFacts, repo_facts
from inspector.sources.hub.gguf_header import gguf_texts
from inspector.sources.hub.info import read_info
from inspector.sources.hub.lineage import Statement, statements
from inspector.sources.hub.moved import Listing, Moved, listing, moved
from inspector.sources.hub.ranged import Budget, RangeBytes
from inspector.sources.hub.remote import wanted
from inspector.sources.hub.session import offline_switch
from inspector.sources.hub.tokens import TokenStore
from inspector.sources.hub.tree import read_tree
from inspector.sources.hub.verdicts import read_verdicts
from inspector.sources.hub.walk import FamilyWalk
from inspector.sources.hubid import HubId, is_commit
from inspector.sources.interface import Entry, EntryKind, LeftOut, ReadFailure, Target
from inspector.sources.leftout import Exclusions
from inspector.sources.origins import Origins

MAX_TEXT_BYTES = 8 * 1024 * 1024  # of all texts of one review
MAX_TEXTS = 400
TEXT_WORKERS = 4
_URL_PREFIX = {"model": "", "dataset": "datasets/", "space": "spaces/"}


class FetchedBytes:
    """A small file of a hub in memory. ``changed`` is true where it is not the file that was listed."""

    def __init__(self, name: str, body: bytes, git_oid: str | None) -> None:
        self._name = plain(name, 200)
        self._body = body
        self._changed = git_oid is not None and git_id(body) != git_oid
        self.size: int = len(body)

    def read_at(self, offset: int, length: int) -> bytes:
        """Exactly ``length`` bytes from ``offset``, or ReadFailure."""
        if offset < 0 or length < 0 or offset + length > self.size:
            raise ReadFailure(
                f"{self._name} has {self.size:,} bytes; {length:,} bytes at {offset:,} lie outside of it."
            )
        return self._body[offset : offset + length]

    def changed(self) -> bool:
        """True where the bytes have another git id than the one in the list of files."""
        return self._changed

    def close(self) -> None:
        """Nothing to close."""


class HubSource:
    """An open repository. ``open_repository`` asks for its facts and its files: two requests, and one more
    for every further thousand files. Owners, parents and datasets are asked for by ``facts``."""

    def __init__(
        self,
        client: HubClient,
        asked: HubId,
        facts: RepoFacts,
        raw: Mapping[str, Any],
        entries: Mapping[str, Entry],
        exclude: Sequence[str] = (),
    ) -> None:
        self._client = client
        self._asked = asked
        self._repository = facts
        self._raw = raw
        self._entries = entries
        self._exclusions = Exclusions(exclude)
        self._lock = threading.RLock()
        self._texts: dict[str, FetchedBytes] = {}
        self._text_bytes = 0
        self._text_count = 0
        self._coming: dict[str, Future[FetchedBytes]] = {}
        self._ranges = Budget()
        self._parts: dict[str, RangeBytes] = {}
        self._gate: str = ""
        self._facts: HubFacts | None = None
        self._before: tuple[Mapping[str, Any], str] | None = None
        self.target = Target(
            kind=f"hub-{asked.kind}", name=facts.id, revision=facts.sha, root=None, asked=facts.asked
        )

    @classmethod
    def open_repository(
        cls,
        asked: HubId,
        *,
        exclude: Sequence[str] = (),
        offline: bool = False,
        use_hub_token: bool = False,
        tokens: TokenStore | None = None,
        on_wait: Callable[[Waiting], None] | None = None,
        patience: float = PATIENCE,
        cancelled: threading.Event | None = None,
    ) -> HubSource:
        """Resolves and lists ``asked``, offline from what was saved. What cannot be listed is an
        InspectorError that names the repository and the hub."""
        endpoint = endpoint_in_use()
        switch = "--offline" if offline else offline_switch()
        token = token_in_use(endpoint, tokens, use_hub_token=use_hub_token)
        client = HubClient(
            endpoint, token, offline=switch, on_wait=on_wait, patience=patience, cancelled=cancelled
        )
        before = None if switch else _saved_info(client, asked)
        try:
            raw = read_info(client, asked.kind, asked.name, asked.revision)
        except WorkIncomplete as error:
            raise _with_offer(error, before) from None
        facts = _resolved(asked, repo_facts(asked.kind, asked.name, raw), signed_in=token is not None)
        client.approval = _approval(facts)
        commit = facts.sha or asked.revision or "main"
        entries = read_tree(client, asked.kind, facts.id, commit)
        for path, verdict in read_verdicts(client, asked.kind, facts.id, commit, entries.values()).items():
            entry = entries[path]
            entries[path] = replace(entry, attributes={**entry.attributes, "hub_scan": verdict})
        if not switch:
            claimed = {one.path: one.claimed_sha256 for one in entries.values() if one.claimed_sha256}
            Origins().remember(endpoint.host, asked.kind, facts.id, commit, claimed)
        opened = cls(client, asked, facts, raw, entries, exclude)
        opened._before = before
        return opened

    def entries(self) -> Iterator[Entry | LeftOut]:
        """Every file of the commit, by path."""
        for path in sorted(self._entries):
            rule = self._exclusions.rule_for(path, folder=False)
            yield LeftOut(path, rule) if rule else self._entries[path]

    def open(self, entry: Entry) -> FetchedBytes:
        """A small text file, fetched once and kept. Every other file is a ReadFailure."""
        known = self._entries.get(entry.path)
        if known is None or known.kind is not EntryKind.REMOTE:
            detail = known.detail if known else "it is no file of this target"
            raise ReadFailure(f"{plain(entry.path, 200)} is not read: {plain(detail, 200)}.")
        if not known.attributes.get("openable"):
            raise ReadFailure(f"{plain(entry.path, 200)} was not downloaded.")
        coming = self._coming.get(entry.path)
        if coming is not None:
            return coming.result()
        with self._lock:
            fetched = self._texts.get(entry.path)
            if fetched is None:
                fetched = self._texts[entry.path] = self._fetched(known)
            return fetched

    def prefetch(self) -> None:
        """Begins to fetch all small texts, several at a time; ``open`` waits for the one that it gives. For
        somebody who is going to read them all."""
        texts = [
            item for item in self.entries() if isinstance(item, Entry) and item.attributes.get("openable")
        ]
        texts.sort(key=lambda entry: (entry.path.count("/"), entry.size or 0, entry.path))
        if not texts or self._coming:
            return
        pool = ThreadPoolExecutor(TEXT_WORKERS, thread_name_prefix="hub-texts")
        first = pool.submit(self._fetched, texts[0])
        self._coming[texts[0].path] = first

        def after_the_first(entry: Entry) -> FetchedBytes:
            wait([first])  # where the bytes are gated, one refusal is enough
            return self._fetched(entry)

        self._coming.update((entry.path, pool.submit(after_the_first, entry)) for entry in texts[1:])
        pool.shutdown(wait=False)

    def wanted_remotely(self) -> tuple[Entry, ...]:
        """The files whose bytes decide what loading them does, in the order to read them by parts: what can
        carry code first, the smallest first, so that the budget reaches as many as possible."""
        return wanted(item for item in self.entries() if isinstance(item, Entry))

    def open_remote(self, entry: Entry) -> RangeBytes:
        """A file of any size, read in parts as they are asked for, within a budget for each file and one
        for the review. Nothing is fetched before the first read; asked for again, it has its parts still."""
        known = self._entries.get(entry.path)
        if known is None or known.kind is not EntryKind.REMOTE:
            raise ReadFailure(f"{plain(entry.path, 200)} is no file of this target.")
        commit = self.target.revision
        if commit is None:
            raise ReadFailure(f"{plain(entry.path, 200)} was not read: the hub names no commit.")
        with self._lock:
            # One refusal speaks for the whole repository: the others need not be asked for.
            self._gate = self._gate or next((one.gate for one in self._parts.values() if one.gate), "")
            if self._gate:
                raise ReadFailure(self._gate)
            if self._ranges.given_up:
                raise ReadFailure(f"{plain(entry.path, 200)} was not read: {self._ranges.given_up}")
            held = self._parts.get(entry.path)
            if held is None:
                prefix = _URL_PREFIX[self._asked.kind]
                held = RangeBytes(self._client, self.target.name, prefix, commit, known, self._ranges)
                self._parts[entry.path] = held
            return held

    def facts(self) -> HubFacts:
        """Everything known about the repository and its family; asked for once, then kept."""
        with self._lock:
            if self._facts is None:
                self._facts = self._asked_facts()
            return self._facts

    def listing(self, pickles: Iterable[str] | None = None) -> Listing:
        """The files as they are listed now, to be held against an earlier or a later listing."""
        facts = self._repository
        return listing(
            facts.id, self._asked.revision, facts.sha, facts.object_id, self._entries.values(), pickles
        )

    def listing_at(self, commit: str) -> Listing | None:
        """The files of an earlier ``commit`` as they were saved then; None where they were not."""
        aside = self._client.offline_twin()
        try:
            entries = read_tree(aside, self._asked.kind, self.target.name, commit)
        except InspectorError:
            return None
        return listing(self.target.name, self._asked.revision, commit, None, entries.values())

    def moved(self) -> tuple[Moved, str] | None:
        """What moved since this repository was last asked for under the same name, and when that was; None
        where it never was, or nothing moved. It depends on what this machine saved, so it is shown to the
        reviewer and stands in no scan result."""
        if self._before is None:
            return None
        raw, when = self._before
        old = repo_facts(self._asked.kind, self._asked.name, raw)
        earlier = self.listing_at(old.sha) if old.sha else None
        if earlier is None:
            return None
        difference = moved(replace(earlier, name=old.id, object_id=old.object_id), self.listing())
        return (difference, when) if difference.sentence else None

    @property
    def evidence(self) -> tuple[Mapping[str, Any], ...]:
        """Every answer so far: url, status, sha256 of the body, time."""
        return self._client.evidence

    def close(self) -> None:
        """Ends what is still being asked."""
        self._client.cancel()

    def _asked_facts(self) -> HubFacts:
        notes = list(self._repository.notes)
        said: tuple[Statement, ...] = ()
        if self._asked.kind == "model":
            adapter = self._configuration("adapter_config.json", notes)
            config = self._configuration("config.json", notes)
            said = statements(self._raw, self._repository.id, adapter, config, self._gguf_header())
        listed = replace(self._repository, files=tuple(sorted(self._entries)))
        root, relatives = FamilyWalk(self._client, listed, said).run()
        saved = self._client.oldest_saved
        if self._client.offline:
            notes.append(f"{self._client.offline} is set: showing cached facts only.")
            notes.append(f"The oldest of them is of {(saved or '')[:10]}; what moved since is not known.")
        known = {field.name: getattr(root, field.name) for field in fields(RepoFacts)}
        return HubFacts(
            **{**known, "notes": tuple(dict.fromkeys(notes))},
            host=self._client.endpoint.host,
            requested_revision=self._asked.revision,
            pin=self._asked.pin,
            relatives=relatives,
            evidence=self._client.evidence,
            saved=saved,
        )

    def _gguf_header(self) -> Mapping[str, Any]:
        """The texts in the header of the smallest GGUF file: what it says of its base models."""
        files = [entry for entry in self.wanted_remotely() if entry.path.lower().endswith(".gguf")]
        if not files or self._gate:
            return {}
        try:
            return gguf_texts(self.open_remote(min(files, key=lambda entry: entry.size or 0)))
        except ReadFailure:
            return {}

    def _configuration(self, path: str, notes: list[str]) -> Mapping[str, Any] | None:
        entry = self._entries.get(path)
        if entry is None:
            return None
        try:
            data = self.open(entry)
            parsed = json.loads(data.read_at(0, data.size))
        except ReadFailure as failure:
            notes.append(str(failure))
            return None
        except (ValueError, RecursionError):
            notes.append(f"{path} is not readable as JSON.")
            return None
        return parsed if isinstance(parsed, dict) else None

    def _fetched(self, entry: Entry) -> FetchedBytes:
        shown = plain(entry.path, 200)
        size = entry.size or 0
        if self._gate:
            raise ReadFailure(self._gate)
        if self._ranges.given_up:
            raise ReadFailure(f"{shown} was not downloaded: {self._ranges.given_up}")
        with self._lock:
            if self._text_bytes + size > MAX_TEXT_BYTES or self._text_count >= MAX_TEXTS:
                raise ReadFailure(
                    f"{shown} was not downloaded: {MAX_TEXT_BYTES:,} bytes or {MAX_TEXTS} files of texts "
                    "were by then."
                )
            self._text_bytes += size
            self._text_count += 1
        commit = self.target.revision or self._asked.revision or "main"
        ask = self._client.ask(self.target.name, commit, entry.path)
        prefix = _URL_PREFIX[self._asked.kind]
        path = f"/{prefix}{self.target.name}/resolve/{quote(commit, safe='')}/{quote(entry.path)}"
        try:
            # One byte more than listed, so that a longer answer is seen and not cut.
            answer = self._client.get(path, ask, limit=size + 1, other_hosts=True)
        except errors.Gated as error:
            self._gate = error.sentence
            raise ReadFailure(error.sentence) from None
        except errors.NotAHub:
            raise ReadFailure(f"{shown}: the file changed between two answers.") from None
        except InspectorError as error:
            self._ranges.signs += errors.signs_of_silence(error)
            raise ReadFailure(f"{shown} was not downloaded: {error.sentence}") from None
        told = answer.linked.get("x-repo-commit")
        if len(answer.body) != size or (is_commit(told) and is_commit(commit) and told != commit):
            raise ReadFailure(f"{shown}: the file changed between two answers.")
        return FetchedBytes(entry.path, answer.body, entry.attributes.get("git_oid"))


def _resolved(asked: HubId, facts: RepoFacts, *, signed_in: bool) -> RepoFacts:
    """The facts at the commit that is then listed, with the sentences that belong to the root."""
    notes = list(facts.notes)
    sha = facts.sha
    if is_commit(asked.revision) and sha != asked.revision:
        if sha is not None:
            notes.append(f"Commit {asked.revision} was asked for, the hub answered with {sha}.")
        sha = asked.revision
    if sha is None:
        notes.append("The hub does not say which commit this is: what is listed here can change.")
    if facts.disabled:
        notes.append("Hugging Face has disabled this repository.")
    if facts.gated and not signed_in:
        notes.append(f"Listing is public, bytes are gated ({_approval(facts)}): weights not inspected.")
    return replace(facts, sha=sha, notes=tuple(notes))


def _approval(facts: RepoFacts) -> str:
    return errors.BY_ITSELF if facts.gated == "auto" else errors.BY_HAND


def _saved_info(client: HubClient, asked: HubId) -> tuple[Mapping[str, Any], str] | None:
    """What was answered the last time, and when; None where nothing was saved."""
    aside = client.offline_twin()
    try:
        raw = read_info(aside, asked.kind, asked.name, asked.revision)
    except InspectorError:
        return None
    return raw, aside.oldest_saved or ""


def _with_offer(error: WorkIncomplete, before: tuple[object, str] | None) -> WorkIncomplete:
    """``error`` with the offer of what was saved, where something was."""
    if before is not None and not isinstance(error, errors.Cancelled):
        offer = f"What was answered on {before[1][:10]} is saved: --offline shows it."
        error.next_step = f"{error.next_step} {offer}".strip()
        error.args = (f"{error.sentence} {error.next_step}",)
    return error
