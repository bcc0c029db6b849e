"""The family of a repository: its parents and theirs, breadth first, and what it names beside them.

Each repository is asked once and each owner once. A parent that cannot be had stays in the answer with the
sentence why. Once the hub wants silence or cannot be reached, nothing more is asked.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

from inspector.provenance.errors import InspectorError
from inspector.provenance.text import plain
from inspector.sources.hub import errors
from inspector.sources.hub.client import HubClient
from inspector.sources.hub.facts import Claim, Named, OwnerFacts, RepoFacts, repo_facts
from inspector.sources.hub.info import read_info, read_owner
from inspector.sources.hub.kinship import signals, without_weights
from inspector.sources.hub.lineage import Statement, claims, normalised, statements
from inspector.sources.hubid import is_repository_name

MAX_DEPTH = 12
MAX_REPOSITORIES = 64
MAX_NAMED = 32  # datasets and models beside the lineage
WORKERS = 6

_TOO_LARGE = (
    f"Not asked for: the family has more than {MAX_REPOSITORIES} repositories or {MAX_DEPTH} generations."
)
_TOO_MANY = f"Not asked for: more than {MAX_NAMED} are named."

_In = TypeVar("_In")
_Out = TypeVar("_Out")
# After one of these the next question would only end the same way, or make it worse.
_GIVE_UP = (
    errors.RateLimited,
    errors.Unreachable,
    errors.Offline,
    errors.TokenRefused,
    errors.Cancelled,
)


@dataclass(slots=True)
class _Member:
    facts: RepoFacts
    said: tuple[Statement, ...] = ()


class FamilyWalk:
    """One walk from one root. ``run`` gives the root with lineage and owner, and all relatives."""

    def __init__(self, client: HubClient, root: RepoFacts, said: tuple[Statement, ...]) -> None:
        self._client = client
        self._root = _Member(root, said)
        self._members: dict[str, _Member] = {}
        self._answered: dict[str, str] = {}  # what was claimed, in lower case -> the id that answered
        self._lock = threading.Lock()
        self._asked = 1
        self._given_up: InspectorError | None = None
        if root.kind == "model":
            self._members[root.id.lower()] = self._root
            for name in (root.id, root.asked or root.id):
                self._answered[name.lower()] = root.id

    def run(self) -> tuple[RepoFacts, tuple[RepoFacts, ...]]:
        """Everything that is asked is asked in here. No InspectorError leaves it."""
        with ThreadPoolExecutor(WORKERS, thread_name_prefix="hub-walk") as pool:
            self._walk(pool)
            beside = self._named(pool, self._root.facts.datasets)
            owners = self._owners(pool, beside)
        parents = [self._finished(one, owners) for one in self._members.values() if one is not self._root]
        others = [self._with_owner(facts, owners) for facts in beside]
        root = self._finished(self._root, owners)
        return self._with_answered_names(root, beside), (*parents, *others)

    def _walk(self, pool: ThreadPoolExecutor) -> None:
        named = [Statement("hub", one.name, None, normalised(one.name)) for one in self._root.facts.models]
        frontier: list[Statement] = [*self._root.said, *named[:MAX_NAMED]]
        depth = 0
        while frontier:
            depth += 1
            fresh: dict[str, Statement] = {}
            for statement in frontier:
                if statement.key not in self._answered:
                    fresh.setdefault(statement.key, statement)
            room = max(MAX_REPOSITORIES - len(self._members), 0) if depth <= MAX_DEPTH else 0
            askable = [one for one in fresh.values() if one.name is not None]
            for statement in fresh.values():
                if statement.name is None:
                    self._add(statement, _Member(_unnamed(statement, depth)))
            for statement in askable[room:]:
                self._add(statement, _Member(_unresolved("model", statement.name or "", depth, _TOO_LARGE)))
            frontier = []
            asked = askable[:room]
            found = self._each(pool, partial(self._ask_model, depth=depth), asked)
            for statement, member in zip(asked, found, strict=True):
                if self._add(statement, member):
                    frontier.extend(member.said)

    def _add(self, statement: Statement, member: _Member) -> bool:
        """Keeps ``member``; False where that repository is known under another name already."""
        self._answered[statement.key] = member.facts.id
        key = member.facts.id.lower()
        if key in self._members:
            return False
        self._members[key] = member
        self._answered.setdefault(key, member.facts.id)
        return True

    def _ask_model(self, statement: Statement, *, depth: int) -> _Member:
        name = statement.name or ""
        raw, problem = self._asked_info("model", name, with_files=True)
        if problem:
            return _Member(_unresolved("model", name, depth, problem))
        facts = repo_facts("model", name, raw, depth=depth)
        return _Member(facts, statements(raw, facts.id))

    def _named(self, pool: ThreadPoolExecutor, named: Sequence[Named]) -> list[RepoFacts]:
        """Facts of the datasets that the root names, one request each."""

        def facts_of(one: Named) -> RepoFacts:
            if not is_repository_name(one.name):
                return _unresolved(one.kind, one.name, 1, _no_name(one.name))
            raw, problem = self._asked_info(one.kind, one.name)
            if problem:
                return _unresolved(one.kind, one.name, 1, problem)
            return repo_facts(one.kind, one.name, raw, depth=1)

        found = self._each(pool, facts_of, named[:MAX_NAMED])
        late = [_unresolved(one.kind, one.name, 1, _TOO_MANY) for one in named[MAX_NAMED:]]
        return list({facts.id.lower(): facts for facts in reversed([*found, *late])}.values())[::-1]

    def _asked_info(self, kind: str, name: str, *, with_files: bool = False) -> tuple[Mapping[str, Any], str]:
        """The raw facts, or the sentence why there are none."""
        given_up = self._given_up
        if given_up is not None:
            return {}, given_up.sentence
        try:
            raw = read_info(self._client, kind, name, with_files=with_files)
        except InspectorError as error:
            return {}, self._noted(error, name).sentence
        with self._lock:
            self._asked += 1
            self._client.tally = (self._asked, max(len(self._members) + 1, self._asked + 1))
        return raw, ""

    def _noted(self, error: InspectorError, name: str) -> InspectorError:
        with self._lock:
            if isinstance(error, errors.RateLimited):
                total = max(len(self._members) + 1, self._asked + 1)
                error = errors.RateLimited(error.wait, self._client.ask(name), self._asked, total)
            if isinstance(error, _GIVE_UP) and self._given_up is None:
                self._given_up = error
            return self._given_up if isinstance(error, errors.RateLimited) and self._given_up else error

    def _owners(self, pool: ThreadPoolExecutor, beside: Iterable[RepoFacts]) -> dict[str, OwnerFacts]:
        everyone = [*(member.facts for member in self._members.values()), self._root.facts, *beside]
        names = {
            facts.id.split("/")[0].lower(): facts.id.split("/")[0]
            for facts in everyone
            if "/" in facts.id and not facts.problem
        }

        def facts_of(name: str) -> OwnerFacts:
            given_up = self._given_up
            return OwnerFacts(name, problem=given_up.sentence) if given_up else read_owner(self._client, name)

        found = self._each(pool, facts_of, list(names.values()))
        return dict(zip(names, found, strict=True))

    def _finished(self, member: _Member, owners: Mapping[str, OwnerFacts]) -> RepoFacts:
        lineage = tuple(
            self._judged(member, claim, member.said) for claim in claims(member.said, self._answered)
        )
        facts = member.facts
        bare = () if facts.problem else without_weights(facts.id, bool(lineage), facts.files)
        return self._with_owner(replace(facts, lineage=lineage, signals=bare), owners)

    def _with_answered_names(self, root: RepoFacts, beside: Iterable[RepoFacts]) -> RepoFacts:
        """What the root names under the names that answered, so that edges lead to nodes that are there."""
        now = {(one.asked or one.id).lower(): one.id for one in beside}
        datasets = (replace(one, name=now.get(one.name.lower(), one.name)) for one in root.datasets)
        models = (
            replace(one, name=self._answered.get((normalised(one.name) or one.name).lower(), one.name))
            for one in root.models
        )
        return replace(root, datasets=tuple(datasets), models=tuple(models))

    @staticmethod
    def _with_owner(facts: RepoFacts, owners: Mapping[str, OwnerFacts]) -> RepoFacts:
        return replace(facts, owner=owners.get(facts.id.split("/")[0].lower())) if "/" in facts.id else facts

    def _judged(self, child: _Member, claim: Claim, said: Iterable[Statement]) -> Claim:
        """``claim`` with what child and parent together show of a name that was used again."""
        parent = self._members.get(claim.parent.lower())
        if parent is None or parent.facts.problem:
            return claim
        notes = []
        recorded = {
            one.object_id
            for one in said
            if one.object_id and self._answered.get(one.key, "").lower() == claim.parent.lower()
        }
        if parent.facts.object_id and recorded and parent.facts.object_id not in recorded:
            notes.append(
                f"{claim.parent} is not the repository that the hub recorded as the parent: "
                "it was deleted and made again under the same name."
            )
        before, after = child.facts.created, parent.facts.created
        if before and after and len(before) == len(after) and before < after:
            notes.append(f"{claim.parent} was made after the model that claims to come from it.")
        seen = signals(
            child.facts.id,
            claim.parent,
            gates=(child.facts.gated, parent.facts.gated),
            licences=(child.facts.license, parent.facts.license),
        )
        return replace(claim, notes=tuple(notes), signals=seen)

    @staticmethod
    def _each(pool: ThreadPoolExecutor, call: Callable[[_In], _Out], items: Sequence[_In]) -> list[_Out]:
        return list(pool.map(call, items))


def _unresolved(kind: str, name: str, depth: int, problem: str) -> RepoFacts:
    return RepoFacts(kind=kind, id=name, depth=depth, problem=problem)


def _unnamed(statement: Statement, depth: int) -> RepoFacts:
    return _unresolved("model", statement.value, depth, _no_name(statement.value))


def _no_name(value: str) -> str:
    return f"'{plain(value, 120)}' is no name of a repository on the hub: it cannot be looked up."
