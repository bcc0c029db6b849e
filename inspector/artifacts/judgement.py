"""Collecting what is found in one file into its one verdict."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from inspector.artifacts.interface import NAMED_CODE, Artifact, Reason
from inspector.provenance import Loading, plain
from inspector.provenance.words import worse_loading

MAX_REASONS = 200
MAX_IMPORTS = 5000
MAX_MESSAGE = 600
MAX_NAMED = 20  # names of code in one configuration that its reason tells
_MAX_KEPT = 200  # of those that the rules are told

# Where the list of reasons is cut, the gravest stay.
_GRAVEST_FIRST = (
    Loading.RUNS_CODE,
    Loading.UNREADABLE,
    Loading.UNKNOWN_IMPORT,
    Loading.NOT_UNDERSTOOD,
    Loading.LIBRARY,
    Loading.ALLOW_LISTED,
    Loading.DATA_ONLY,
    Loading.NO_LOADER,
)


class Judgement:
    """The statements made about one file while it is read; ``artifact`` turns them into the verdict.

    A verdict is the worst of all statements (``inspector.provenance.words.worse_loading``): what was
    seen stands, even where the rest could not be read.
    """

    def __init__(self) -> None:
        self.loading: Loading | None = None
        self.is_pickle = False
        self.facts: dict[str, Any] = {}
        self._reasons: list[tuple[Loading, Reason]] = []
        self._imports: set[str] = set()
        self._counts: dict[Loading, int] = {}
        self._named: set[str] = set()
        self._named_inside: set[str] = set()  # in parts, whose own reasons tell of them

    def note(
        self,
        loading: Loading,
        code: str,
        message: str,
        offset: int | None = None,
        member: str | None = None,
    ) -> None:
        """State one thing: the verdict it asks for and why."""
        self.loading = worse_loading(self.loading, loading)
        reason = Reason(code, plain(message, MAX_MESSAGE), offset, member and plain(member, 400))
        if (loading, reason) not in self._reasons[-20:]:
            self._keep(loading, reason)

    def _keep(self, loading: Loading, reason: Reason) -> None:
        """Reasons are bounded per verdict, so that a flood of small ones hides no grave one."""
        self._counts[loading] = self._counts.get(loading, 0) + 1
        if self._counts[loading] <= MAX_REASONS:
            self._reasons.append((loading, reason))

    def state(self, loading: Loading) -> None:
        """State a verdict that needs no words (a member that was read and carries nothing)."""
        self.loading = worse_loading(self.loading, loading)

    def imports(self, names: Iterable[str]) -> None:
        for name in names:
            if len(self._imports) < MAX_IMPORTS:
                self._imports.add(plain(name, 300))

    def names_code(self, name: str) -> None:
        """Keeps a dotted name of no known package that a configuration has imported and called."""
        if len(self._named) < MAX_IMPORTS:
            self._named.add(plain(name, 300))

    def merge(self, inner: Artifact, member: str | None = None) -> None:
        """Take over what was said of a part; ``member`` names the part, nested names join with ``/``."""
        self.loading = worse_loading(self.loading, inner.loading)
        self.is_pickle = self.is_pickle or inner.is_pickle
        self.imports(inner.imports)
        self._named_inside.update(inner.facts.get(NAMED_CODE, ()))
        for reason in inner.reasons:
            place = reason.member
            if member is not None:
                place = f"{member}/{place}" if place else member
            self._keep(inner.loading, Reason(reason.code, reason.message, reason.offset, place))

    @property
    def has_reasons(self) -> bool:
        return bool(self._reasons)

    def artifact(self, format_word: str, base: Loading, facts: Mapping[str, Any] | None = None) -> Artifact:
        """The verdict; ``base`` is what the format is worth when nothing worse was stated."""
        reasons = list(self._reasons)
        if self._named:
            # The verdict stays what the text is worth: no loader of models opens it by itself.
            reasons.append((Loading.NO_LOADER, Reason("names-code", _named_words(self._named))))
        if self._named or self._named_inside:
            self.facts[NAMED_CODE] = _of_each_package(self._named | self._named_inside)[:_MAX_KEPT]
        ordered = sorted(reasons, key=lambda entry: _GRAVEST_FIRST.index(entry[0]))
        return Artifact(
            format=format_word,
            loading=worse_loading(self.loading, base) or base,
            reasons=tuple(reason for _, reason in ordered[:MAX_REASONS]),
            imports=tuple(sorted(self._imports)),
            is_pickle=self.is_pickle,
            facts={**self.facts, **(facts or {})},
        )


def _named_words(names: set[str]) -> str:
    """Names that hold an interpolation tell nothing but that; the others stand in words of their own."""
    open_names = {name for name in names if "${" in name}
    words = _listed_words(names - open_names) if names - open_names else ""
    if open_names:
        shown = ", ".join(plain(name, 80) for name in sorted(open_names)[:MAX_NAMED])
        words += (
            f"{' ' if words else ''}What the configuration has called cannot be known from the file: {shown}."
        )
    return plain(words, MAX_MESSAGE)


def _listed_words(names: set[str]) -> str:
    shown = [plain(name, 80) for name in sorted(_of_each_package(names)[:MAX_NAMED])]
    more = f" and {len(names) - MAX_NAMED:,} more" if len(names) > MAX_NAMED else ""
    words = "The configuration names code of packages on no list, which its loader imports and calls: "
    return plain(f"{words}{', '.join(shown)}{more}.", MAX_MESSAGE)


def _of_each_package(names: set[str]) -> list[str]:
    """The names, one of each package first, so that no flood of one package's names hides another's."""
    places: dict[str, int] = {}
    ordered = []
    for name in sorted(names):
        package = re.split(r"[.:]", name, maxsplit=1)[0]
        places[package] = places.get(package, 0) + 1
        ordered.append((places[package], name))
    return [name for _, name in sorted(ordered)]


def single(
    format_word: str,
    loading: Loading,
    code: str,
    message: str,
    *,
    offset: int | None = None,
    is_pickle: bool = False,
) -> Artifact:
    """A verdict with one reason."""
    return Artifact(format_word, loading, (Reason(code, plain(message, MAX_MESSAGE), offset),), (), is_pickle)
