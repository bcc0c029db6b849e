"""Does the name of a package look like that of a well-known one?

The tests run from the surest to the vaguest, and the first that finds something answers. A name that is
itself on the list, or on the list of known neighbours, looks like nothing. Short names are not compared
letter by letter: among four letters everything is near everything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from inspector.dependencies.lookalike.names import (
    compact,
    drawn,
    in_latin,
    neighbours,
    ranked,
    spoken,
    words,
)
from inspector.dependencies.lookalike.nearness import Nearness, distance, slip, slipped
from inspector.dependencies.shapes import normal_name

TARGETS = 1_500  # names further down the list are known, but nobody would imitate them
FAMOUS = 200  # names that are worth a vaguer test
MIN_LETTERS = 5  # of the imitated name, for a slip of one letter
SHORT = 6  # names of so many letters are compared with the better known ones alone
KNOWN = 900  # how well known those are, at most
LONG = 8  # letters of a name that nobody meets by chance
MIN_FOR_TWO = 8  # letters of the imitated name, for two slips
MAX_NAME = 100
MAX_ANSWERS = 3
_PYTHON = re.compile(r"(?:(?:python|py)[23]?-?)?(?P<stem>.+?)(?:-(?:python|py)[23]?|python)?\Z")
# What imitations put behind or before a famous name to look like its next edition or its help.
_EDITIONS = frozenset(
    (
        "plus", "pro", "ultra", "super", "better", "best", "true", "real", "official", "original", "safe",
        "fix", "fixed", "fixes", "hotfix", "patch", "patched", "secure", "secured", "update", "updated",
        "updater", "upgrade", "upgraded", "new", "newer", "latest", "stable", "final", "dev",
        "darwin", "pkg", "pkgs", "package", "packages", "lib", "libs",
    )
)  # fmt: skip
_GLUED = tuple(word for word in sorted(_EDITIONS) if len(word) > 3)  # without a separator


@dataclass(frozen=True, slots=True)
class _Names:
    """The list, filed by the ways in which a name can resemble another. ``letters`` are names without
    separators, with what people call a package among them; each leads to the package's name."""

    rank: dict[str, int]
    letters: dict[str, str]
    drawings: dict[str, str]
    stems: dict[str, str]
    orders: dict[tuple[str, ...], str]
    near: Nearness
    famous: dict[str, list[str]]  # by first letter


def looks_like(name: str) -> tuple[dict[str, Any], ...]:
    """The well-known packages that ``name`` looks like: ``{"name", "rank", "why"}``, at most three, the
    best known first; nothing for a name that is known itself. Never says more than that they look alike."""
    return tuple(dict(one) for one in _looks_like(name)) if 0 < len(name) <= MAX_NAME else ()


@lru_cache(maxsize=8_192)
def _looks_like(name: str) -> tuple[dict[str, Any], ...]:
    own = normal_name(name)
    if own in ranked("pypi") or own in neighbours():
        return ()
    known = _names()
    for test in (
        _foreign,
        _separated,
        _drawn_alike,
        _python_affix,
        _reordered,
        _slipped,
        _edition,
        _slipped_twice,
    ):
        found = {target: why for target, why in test(own, known) if target != own}
        if found:
            order = sorted(found, key=lambda target: known.rank[target])[:MAX_ANSWERS]
            return tuple({"name": one, "rank": known.rank[one], "why": found[one]} for one in order)
    return ()


@cache
def _names() -> _Names:
    rank = {name: place for name, place in ranked("pypi").items() if place <= TARGETS}
    letters: dict[str, str] = {}
    for name in rank:
        letters.setdefault(compact(name), name)
    for called, name in spoken().items():
        if name in rank:
            letters.setdefault(compact(called), name)
    drawings: dict[str, str] = {}
    stems: dict[str, str] = {}
    orders: dict[tuple[str, ...], str] = {}
    for name in (*rank, *(called for called, name in spoken().items() if name in rank)):
        target = name if name in rank else spoken()[name]
        drawings.setdefault(drawn(name), target)
        stems.setdefault(_stem(name), target)
        orders.setdefault(tuple(sorted(words(name))), target)
    famous: dict[str, list[str]] = {}
    for one, name in letters.items():
        if rank[name] <= FAMOUS and len(one) >= MIN_FOR_TWO and len(words(name)) == 1:
            famous.setdefault(one[0], []).append(one)
    return _Names(rank, letters, drawings, stems, orders, Nearness(letters), famous)


_Found = Iterator[tuple[str, str]]


def _foreign(own: str, known: _Names) -> _Found:
    latin = normal_name(in_latin(own))
    if not own.isascii() and compact(latin) in known.letters:
        yield known.letters[compact(latin)], "letters of another script are drawn as its letters"


def _separated(own: str, known: _Names) -> _Found:
    target = known.letters.get(compact(own))
    if target is not None and target != own:
        why = "only the separators differ" if compact(target) == compact(own) else "it is what people call it"
        yield target, why


def _drawn_alike(own: str, known: _Names) -> _Found:
    target = known.drawings.get(drawn(own))
    if target is not None and len(compact(target)) >= MIN_LETTERS - 1:
        yield target, "letters or digits that are drawn alike stand in place of its own"


def _python_affix(own: str, known: _Names) -> _Found:
    stem = _stem(own)
    target = known.stems.get(stem)
    if target is not None and len(stem) >= MIN_LETTERS - 1 and known.rank[target] <= FAMOUS * 3:
        yield target, "the two differ by 'python' or 'py' before or behind the name"


def _reordered(own: str, known: _Names) -> _Found:
    target = known.orders.get(tuple(sorted(words(own))))
    if target is not None:
        yield target, "the same words stand in another order"
    letters = compact(own)
    for turned in (letters.removeprefix("lib") + "lib", "lib" + letters.removesuffix("lib")):
        target = known.letters.get(turned) if len(turned) == len(letters) else None
        if target is not None and turned != letters:
            yield target, "'lib' stands at the other end"


def _slipped(own: str, known: _Names) -> _Found:
    letters = compact(own)
    for near in known.near.within_one(letters):
        target = known.letters[near]
        if _is_a_slip(own, letters, near, target, known.rank[target]):
            yield target, slip(letters, near)


def _is_a_slip(own: str, letters: str, near: str, target: str, rank: int) -> bool:
    here, there = slipped(letters, near)
    if len(near) < MIN_LETTERS or (len(near) <= SHORT and rank > KNOWN):
        return False
    if here.isdigit() or there.isdigit():
        # Numbers behind a name are versions and platforms: psycopg2 and psycopg3, cu11 and cu12. Only the
        # most famous names are imitated with a number more or less.
        return rank <= FAMOUS // 2 and not (here.isdigit() and there.isdigit()) and len(near) > MIN_LETTERS
    mine, theirs = words(own), words(target)
    if len(mine) == len(theirs) > 1:
        # Families such as azure-mgmt-* differ in one short word by nature.
        apart = [(one, other) for one, other in zip(mine, theirs) if one != other]
        return all(min(len(one), len(other)) >= MIN_LETTERS for one, other in apart) or _is_doubled(
            here, letters
        )
    return True


def _is_doubled(here: str, letters: str) -> bool:
    """True where the slip is a letter typed twice, which no family of names does."""
    return len(here) == 1 and here * 2 in letters


def _edition(own: str, known: _Names) -> _Found:
    parts = words(own)
    for cut in range(1, len(parts)):
        for name, rest in (("-".join(parts[:cut]), parts[cut:]), ("-".join(parts[cut:]), parts[:cut])):
            if rest[0] not in _EDITIONS:
                continue
            if known.rank.get(name, TARGETS) <= (KNOWN if len(name) < LONG else TARGETS - 1):
                yield name, f"it is that name with {'-'.join(rest)!r} added"
            for near in known.near.within_one(compact(name)) if len(name) >= LONG else ():
                if known.rank[known.letters[near]] <= FAMOUS:
                    why = f"{slip(compact(name), near)}, and {'-'.join(rest)!r} is added"
                    yield known.letters[near], why
    letters = compact(own)
    if not letters.endswith(_GLUED) and not letters.startswith(_GLUED):
        return
    for word in _GLUED:
        for name in (letters.removesuffix(word), letters.removeprefix(word)):
            target = known.letters.get(name) if name != letters and len(name) > MIN_LETTERS else None
            if target is not None and known.rank[target] <= KNOWN:
                yield target, f"it is that name with {word!r} added"


def _slipped_twice(own: str, known: _Names) -> _Found:
    # Single words alone: with two slips, one word of a family is soon another.
    if len(own) < MIN_FOR_TWO - 1 or len(words(own)) > 1:
        return
    for near in known.famous.get(own[0], ()):
        if abs(len(near) - len(own)) <= 2 and distance(own, near, 2) == 2:
            here, there = slipped(own, near)
            if not (here.isdigit() or there.isdigit()):
                yield known.letters[near], "two letters differ"


def _stem(name: str) -> str:
    found = _PYTHON.match(name)
    return compact(found.group("stem")) if found else compact(name)
